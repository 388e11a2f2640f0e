/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench-text.c: measures the text engine and the baseline over the traces of a folder. Prints rows for
 * report.py. */

#include <locale.h>
#include <malloc.h>
#include <stdio.h>

#include "subject.h"

/* Its replay by the baseline is U. */
#define UNIT_TRACE "automerge-paper"

/* The issue that all figures answer asks for it. */
#define LEAST_RUNS 9

/* Only with this set may there be fewer runs: that is for the test of this program. */
#define QUICK "COQUILL_BENCH_QUICK"

static const Work works[] = {
  { "local", measure_local },
  { "linear", measure_linear },
  { "snapshot", measure_snapshot },
  { "concurrent", measure_concurrent },
  { "live", measure_live },
  { "size", measure_size },
  { "encode", measure_encode },
  { "memory", measure_memory },
  { "memory-peak", measure_memory_peak },
  { "memory-rest", measure_memory_rest },
  { "growth", measure_growth },
};

/* What the command line says. */
typedef struct
{
  char *traces;
  char *unit_traces;
  char *only;
  char *work;
  char *trace;
  int runs;
} Options;

static gboolean
is_in_list (const char *list, const char *name)
{
  if (list == NULL)
    return TRUE;

  g_auto (GStrv) names = g_strsplit (list, ",", -1);

  return g_strv_contains ((const char *const *)names, name);
}

/* `NAME.json` and `NAME.json.gz` are called NAME. */
static char *
trace_name (const char *file)
{
  char *name = g_strdup (file);

  if (g_str_has_suffix (name, ".gz"))
    name[strlen (name) - 3] = '\0';
  if (g_str_has_suffix (name, ".json"))
    name[strlen (name) - 5] = '\0';
  return name;
}

/* A trace begins as JSON's objects do, or as what gzip has packed. */
static gboolean
may_be_a_trace (const char *path)
{
  FILE *file = fopen (path, "rb");
  int first = EOF;

  if (file != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    do
      first = fgetc (file);
    while (g_ascii_isspace (first));
  if (file != NULL)
    fclose (file);
  return first == '{' || first == 0x1f;
}

/* The files of a folder that may be traces, by name. */
static GPtrArray *
find_traces (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &error);
  const char *name;

  if (directory == NULL)
    g_printerr ("%s\n", error->message);
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (may_be_a_trace (path))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  g_ptr_array_sort_values (paths, (GCompareFunc)g_strcmp0);
  return paths;
}

static gboolean
measure_trace (const Options *options, const char *path, Yardstick *unit)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = trace_name (base);

  if (!is_in_list (options->trace, name))
    return TRUE;

  g_autoptr (PackedTrace) trace = packed_trace_load (path);

  if (trace == NULL)
    return FALSE;
  if (trace->n_patches == 0)
    {
      g_printerr ("%s: nothing happens in it\n", path);
      return TRUE;
    }

  Subject subject = {
    .name = name,
    .trace = trace,
    .yardstick = trace->concurrent ? NULL : yardstick_new (trace),
    .unit = unit,
    .runs = (guint)options->runs,
    .ours = is_in_list (options->only, "coquill"),
    .baseline = is_in_list (options->only, "baseline"),
  };

  if (!trace->concurrent && subject.yardstick == NULL)
    subject_fail (&subject, "local", "a patch is outside of the text");
  row_print (&(Row){ "text", name, "trace", (double)trace->end_bytes, "bytes", 1, 0 });
  for (gsize i = 0; i < G_N_ELEMENTS (works); i++)
    if (is_in_list (options->work, works[i].name) && !subject.failed)
      works[i].measure (&subject);
  g_clear_pointer (&subject.history, history_free);
  g_clear_pointer (&subject.yardstick, yardstick_free);
  return !subject.failed;
}

/* The trace whose replay is U: the folder's own, or else that of the usual folder. */
static PackedTrace *
load_unit (const Options *options)
{
  const char *folders[] = { options->traces, options->unit_traces };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    for (gsize j = 0; j < 2 && folders[i] != NULL; j++)
      {
        g_autofree char *path = g_strconcat (folders[i], "/" UNIT_TRACE ".json", j == 0 ? ".gz" : "", NULL);
        PackedTrace *trace = g_file_test (path, G_FILE_TEST_EXISTS) ? packed_trace_load (path) : NULL;

        if (trace != NULL && !trace->concurrent)
          return trace;
        g_clear_pointer (&trace, packed_trace_free);
      }
  g_printerr ("The trace " UNIT_TRACE " isn't there: nothing can be told in U, its replay.\n");
  return NULL;
}

/* U by itself, for the ratios of those that other programs measure. */
static void
print_unit (Yardstick *unit, guint runs)
{
  const SampleFunc funcs[] = { yardstick_linear };
  const gpointer data[] = { unit };
  double median;

  runs = samples_take_in_turn (funcs, data, 1, runs, &median);
  row_print (&(Row){ "unit", UNIT_TRACE, "baseline", median, "ms", 1, runs });
}

static gboolean
read_options (Options *self, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "traces", 0, 0, G_OPTION_ARG_FILENAME, &self->traces, "where the traces are", "DIR" },
    { "unit-traces", 0, 0, G_OPTION_ARG_FILENAME, &self->unit_traces, "where else U may be", "DIR" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &self->only, "only these systems", "SYSTEM,…" },
    { "work", 0, 0, G_OPTION_ARG_STRING, &self->work, "only these kinds of work", "WORK,…" },
    { "trace", 0, 0, G_OPTION_ARG_STRING, &self->trace, "only these traces", "NAME,…" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &self->runs, "of each work at least, 9 or more", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  self->runs = LEAST_RUNS;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    g_printerr ("%s\n", error->message);
  else if (self->traces == NULL)
    g_printerr ("--traces DIR is missing\n");
  else if (self->runs < (g_getenv (QUICK) != NULL ? 1 : LEAST_RUNS))
    g_printerr ("--runs: at least %d\n", LEAST_RUNS);
  else
    return TRUE;
  return FALSE;
}

/* The heap as it becomes by itself in a program that has run for a while: the C library's thresholds, which
 * grow with what is freed, are at their ends. Else each run of ours would get its pages from the system
 * anew, while the baseline's memory is made before the clock starts. */
static void
keep_heap (void)
{
  enum
  {
    MOST = 32 * 1024 * 1024 /* DEFAULT_MMAP_THRESHOLD_MAX of glibc, on 64 bits */
  };

  mallopt (M_MMAP_THRESHOLD, MOST);
  mallopt (M_TRIM_THRESHOLD, 2 * MOST);
}

int
main (int argc, char *argv[])
{
  Options options = { 0 };

  setlocale (LC_CTYPE, "");
  keep_heap ();
  if (!read_options (&options, &argc, &argv))
    return 2;

  g_autoptr (GPtrArray) paths = find_traces (options.traces);
  g_autoptr (PackedTrace) unit_trace = load_unit (&options);
  Yardstick *unit = unit_trace != NULL ? yardstick_new (unit_trace) : NULL;
  gboolean succeeded = paths->len > 0;

  if (paths->len == 0)
    g_printerr ("There are no traces in %s.\n", options.traces);
  if (unit != NULL)
    print_unit (unit, (guint)options.runs);
  for (guint i = 0; i < paths->len; i++)
    if (!measure_trace (&options, paths->pdata[i], unit))
      succeeded = FALSE;
  g_clear_pointer (&unit, yardstick_free);
  return succeeded ? 0 : 1;
}
