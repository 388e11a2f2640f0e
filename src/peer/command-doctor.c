/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-doctor.c: tell what works between this device and the others, and what to do. */

#include "config.h"

#include "peer/command.h"
#include "replica/diagnosis.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *relay = NULL;
static gboolean as_json = FALSE;

static const GOptionEntry options[] = {
  { "relay", 0, 0, G_OPTION_ARG_STRING, &relay, N_ ("The relay to look at"), N_ ("URL") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("One JSON object"), NULL },
  { NULL },
};

/* How a check is shown. The sign tells it without a colour, and in letters where the locale has no others. */
static const struct
{
  const char *sign;
  const char *plain_sign;
  const char *color; /* as a terminal takes it */
} looks[] = {
  [COQUILL_CHECK_OK] = { "✓", "+", "\033[32m" },
  [COQUILL_CHECK_WARNING] = { "!", "!", "\033[33m" },
  [COQUILL_CHECK_FAILED] = { "✗", "x", "\033[31m" },
  [COQUILL_CHECK_UNKNOWN] = { "?", "?", "\033[2m" },
};

static CoquillCheckState
find_state (GPtrArray *checks, const char *id)
{
  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = g_ptr_array_index (checks, i);

      if (g_str_equal (check->id, id))
        return check->state;
    }
  return COQUILL_CHECK_UNKNOWN;
}

static const char *
summarize (GPtrArray *checks)
{
  if (!coquill_diagnosis_can_share (checks))
    return _ ("Documents can't be shared now. What is written is kept on this device, and goes out once a "
              "relay answers.");
  if (find_state (checks, "udp") == COQUILL_CHECK_OK && find_state (checks, "nat") == COQUILL_CHECK_OK)
    return _ ("Documents can be shared, and devices can connect directly.");
  if (find_state (checks, "udp") == COQUILL_CHECK_WARNING)
    return _ ("Documents can be shared. Devices on other networks are reached through the relay.");
  return _ (
      "Documents can be shared. With some networks there is no direct connection; then the relay passes "
      "everything on.");
}

/* Words of ours are UTF-8; a terminal may want another character set. */
static void
print_line (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
print_line (const char *format, ...)
{
  va_list arguments;
  g_autofree char *line = NULL;
  const char *charset;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (!g_get_charset (&charset))
    {
      g_autofree char *wanted = g_strconcat (charset, "//TRANSLIT", NULL);
      g_autofree char *converted = g_convert_with_fallback (line, -1, wanted, "UTF-8", "?", NULL, NULL, NULL);

      puts (converted != NULL ? converted : line);
    }
  else
    puts (line);
}

static void
print_checks (GPtrArray *checks)
{
  gboolean colored = isatty (STDOUT_FILENO) && getenv ("NO_COLOR") == NULL;
  gboolean utf8 = g_get_charset (NULL);

  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = g_ptr_array_index (checks, i);

      print_line ("%s%s%s %s", colored ? looks[check->state].color : "",
                  utf8 ? looks[check->state].sign : looks[check->state].plain_sign, colored ? "\033[0m" : "",
                  check->words);
      if (check->advice != NULL)
        print_line ("    %s", check->advice);
    }
}

/* Only what happened: a table of zeros tells nobody anything. */
static void
print_counts (GVariant *counts)
{
  GVariantIter iter;
  const char *name;
  guint64 count;
  gboolean any = FALSE;

  g_variant_iter_init (&iter, counts);
  while (g_variant_iter_next (&iter, "{&st}", &name, &count))
    {
      const char *words = coquill_diagnosis_count_to_words (name);

      if (count == 0 || words == NULL)
        continue;
      if (!any)
        print_line ("\n%s", _ ("Counted on direct connections since this data folder was made:"));
      any = TRUE;
      print_line ("%10" G_GUINT64_FORMAT "  %s", count, words);
    }
}

static void
add_member (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
print_json (GPtrArray *checks, GVariant *counts)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *line = NULL;
  GVariantIter iter;
  const char *name;
  guint64 count;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "can_share");
  json_builder_add_boolean_value (builder, coquill_diagnosis_can_share (checks));
  add_member (builder, "summary", summarize (checks));
  json_builder_set_member_name (builder, "checks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = g_ptr_array_index (checks, i);

      json_builder_begin_object (builder);
      add_member (builder, "id", check->id);
      add_member (builder, "state", coquill_check_state_to_string (check->state));
      add_member (builder, "words", check->words);
      add_member (builder, "advice", check->advice);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "counts");
  json_builder_begin_object (builder);
  if (counts != NULL)
    {
      g_variant_iter_init (&iter, counts);
      while (g_variant_iter_next (&iter, "{&st}", &name, &count))
        {
          json_builder_set_member_name (builder, name);
          json_builder_add_int_value (builder, (gint64)MIN (count, G_MAXINT64));
        }
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  puts (line);
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GVariant) counts = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  coquill_diagnosis_run_async (peer->library, relay, peer->cancellable, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  checks = coquill_diagnosis_run_finish (result, &error);
  if (checks == NULL)
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  if (peer->library != NULL)
    counts = coquill_library_dup_road_counts (peer->library);

  if (as_json)
    print_json (checks, counts);
  else
    {
      print_checks (checks);
      if (counts != NULL)
        print_counts (counts);
      print_line ("\n%s", summarize (checks));
    }
  return coquill_diagnosis_can_share (checks) ? COQUILL_EXIT_DONE : COQUILL_EXIT_FAILED;
}

const CoquillCommand coquill_command_doctor = {
  .name = "doctor",
  .synopsis = "[--relay URL] [--json]",
  .summary = N_ ("Tell what works between this device and the others, and what to do"),
  .mode = COQUILL_LIBRARY_READ,
  .options = options,
  .missing_ok = TRUE,
  .run = run,
};
