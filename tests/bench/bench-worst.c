/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-worst.c: measures the text engine in its worst cases. Prints rows for report.py. */

#include <locale.h>
#include <math.h>

#include "row.h"
#include "worst.h"

/* With --quick all sizes are so much smaller. */
#define QUICK 10

#define ALL "worst"

static const WorstCase *const families[] = { WORST_MERGES, WORST_TURNS, WORST_EDITS };

typedef struct
{
  char *cases;
  gboolean quick;
} Options;

/* All of them are wanted by the name of the whole. */
static gboolean
is_wanted (const char *list, const char *name)
{
  if (list == NULL)
    return TRUE;

  g_auto (GStrv) names = g_strsplit (list, ",", -1);

  return g_strv_contains ((const char *const *)names, name)
         || g_strv_contains ((const char *const *)names, ALL);
}

static gboolean
is_case (const char *name)
{
  gboolean known = g_str_equal (name, ALL);

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (const WorstCase *one = families[i]; one->name != NULL; one++)
      known = known || g_str_equal (name, one->name);
  return known;
}

static gboolean
are_cases (const char *list)
{
  g_auto (GStrv) names = g_strsplit (list != NULL ? list : ALL, ",", -1);
  gboolean known = TRUE;

  for (gsize i = 0; names[i] != NULL; i++)
    if (!is_case (names[i]))
      {
        g_printerr ("There is no work %s\n", names[i]);
        known = FALSE;
      }
  return known;
}

/* Prints the time for each size, with its ratio to the one before, and the slowest key press of all. */
static gboolean
measure_case (const WorstCase *self, gboolean quick)
{
  Worst worst = { .name = self->name, .quick = quick };
  double before = NAN;
  guint n = quick ? self->n / QUICK : self->n;

  for (guint i = 0; i < self->n_sizes; i++, n *= 10)
    {
      g_autofree char *trace = g_strdup_printf ("%s %u", self->name, n);
      double took = self->measure (&worst, n);

      if (worst.failed)
        return FALSE;
      row_print (&(Row){ "worst", trace, "coquill", took, "ms", took / before, 0 });
      before = took;
    }
  row_print (&(Row){ "worst-key", self->name, "coquill", worst.slowest_key, "ms", NAN, 0 });
  return TRUE;
}

int
main (int argc, char *argv[])
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "cases", 0, 0, G_OPTION_ARG_STRING, &options.cases, "only these cases", "NAME,…" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &options.quick, "a tenth of each size, once", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean succeeded = TRUE;

  setlocale (LC_CTYPE, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (!are_cases (options.cases))
    return 2;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (const WorstCase *one = families[i]; one->name != NULL; one++)
      if (is_wanted (options.cases, one->name) && !measure_case (one, options.quick))
        succeeded = FALSE;
  return succeeded ? 0 : 1;
}
