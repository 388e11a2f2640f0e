/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-traces.c: recorded histories end as they did, edited, merged, encoded and from a snapshot; with the
 * time of each. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "text/codec.h"
#include "text/rope.h"
#include "text/text-version.h"
#include "trace-changes.h"

static void
report (const char *name, const char *what, gint64 start)
{
  g_test_message ("%s: %s: %.2f ms", name, what, (double)(g_get_monotonic_time () - start) / 1000);
}

static void
assert_text_is (CoquillText *text, const char *expected)
{
  size_t n_bytes;
  char *content = coquill_text_to_string (text, &n_bytes);

  g_assert_cmpuint (n_bytes, ==, strlen (expected));
  g_assert_true (memcmp (content, expected, n_bytes) == 0);
  free (content);
}

/* Local edits, one after another. */
static CoquillText *
play_sequential (const Trace *trace)
{
  CoquillText *text = coquill_text_new ();
  CoquillAgent id = trace_agent (0);
  guint32 agent = coquill_text_add_agent (text, &id, NULL);

  for (guint i = 0; i < trace->n_transactions; i++)
    for (guint j = 0; j < trace->transactions[i].n_patches; j++)
      {
        const TracePatch *patch = &trace->transactions[i].patches[j];

        if (patch->deleted > 0
            && !coquill_text_delete (text, agent, patch->position, patch->deleted, NULL, NULL))
          g_assert_not_reached ();
        if (patch->inserted[0] != '\0'
            && !coquill_text_insert (text, agent, patch->position, patch->inserted, strlen (patch->inserted),
                                     NULL, NULL))
          g_assert_not_reached ();
      }
  return text;
}

/* The rope alone: how much of the time is its. */
static void
play_on_rope (const Trace *trace)
{
  CoquillRope *rope = coquill_rope_new ();

  for (guint i = 0; i < trace->n_transactions; i++)
    for (guint j = 0; j < trace->transactions[i].n_patches; j++)
      {
        const TracePatch *patch = &trace->transactions[i].patches[j];

        coquill_rope_delete (rope, patch->position, patch->deleted);
        coquill_rope_insert (rope, patch->position, patch->inserted, strlen (patch->inserted));
      }

  size_t n_bytes = coquill_rope_bytes (rope);
  g_autofree char *content = g_malloc (n_bytes);

  g_assert_true (coquill_rope_check (rope));
  coquill_rope_read (rope, 0, coquill_rope_length (rope), content);
  g_assert_cmpmem (content, n_bytes, trace->end_content, strlen (trace->end_content));
  coquill_rope_free (rope);
}

static void
merge (CoquillText *text, const CoquillChange *change)
{
  CoquillTextError error = { 0 };

  if (!coquill_text_merge (text, change, NULL, NULL, &error))
    g_error ("merge: %s", error.message);
}

static CoquillText *
play_concurrent (const GPtrArray *changes)
{
  CoquillText *text = coquill_text_new ();

  for (guint i = 0; i < changes->len; i++)
    merge (text, changes->pdata[i]);
  return text;
}

static void
check_encoded_history (const char *name, CoquillText *text, const char *expected)
{
  CoquillChange *history = coquill_text_extract (text, 0, coquill_text_n_items (text));
  CoquillBuffer fast = COQUILL_BUFFER_INIT, compact = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };

  g_assert_nonnull (history);

  gint64 start = g_get_monotonic_time ();

  g_assert_true (coquill_change_encode (history, &fast));
  report (name, "encode", start);
  start = g_get_monotonic_time ();
  g_assert_true (coquill_change_encode_compact (history, &compact));
  report (name, "encode compactly", start);
  g_test_message ("%s: %zu runs, %zu bytes, %zu compact", name, history->n_operations, fast.length,
                  compact.length);

  start = g_get_monotonic_time ();

  CoquillChange *decoded = coquill_change_decode (compact.data, compact.length, &error);

  if (decoded == NULL)
    g_error ("decode: %s", error.message);
  report (name, "decode", start);

  CoquillText *second = coquill_text_new ();

  merge (second, decoded);
  report (name, "decode and merge as a whole", start);
  assert_text_is (second, expected);

  coquill_text_free (second);
  coquill_change_free (decoded);
  coquill_change_free (history);
  coquill_buffer_clear (&fast);
  coquill_buffer_clear (&compact);
}

static void
check_snapshot (const char *name, CoquillText *text, const char *expected)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };

  g_assert_true (coquill_text_save_snapshot (text, &bytes));

  gint64 start = g_get_monotonic_time ();
  CoquillText *loaded = coquill_text_load_snapshot (bytes.data, bytes.length, &error);

  if (loaded == NULL)
    g_error ("snapshot: %s", error.message);
  report (name, "load the snapshot", start);
  g_test_message ("%s: snapshot of %zu bytes", name, bytes.length);
  assert_text_is (loaded, expected);

  CoquillChange *history = coquill_text_extract (text, 0, coquill_text_n_items (text));

  if (!coquill_text_add_history (loaded, history, &error))
    g_error ("history: %s", error.message);
  g_assert_true (coquill_text_has_history (loaded));
  assert_text_is (loaded, expected);

  coquill_change_free (history);
  coquill_text_free (loaded);
  coquill_buffer_clear (&bytes);
}

static void
test_trace_ends_as_it_did (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = trace_path (name);

  if (path == NULL)
    {
      g_test_skip ("the trace isn't there: let COQUILL_TRACES name its folder");
      return;
    }

  g_autoptr (Trace) trace = trace_load (path);
  CoquillText *text;

  if (trace->concurrent)
    {
      g_autoptr (GPtrArray) changes = trace_changes (trace);
      gint64 start = g_get_monotonic_time ();

      text = play_concurrent (changes);
      report (name, "merge one transaction at a time", start);
    }
  else
    {
      gint64 start;

      /* Once unmeasured: the first allocations after reading the file pay for what that has freed. */
      play_on_rope (trace);
      start = g_get_monotonic_time ();
      play_on_rope (trace);
      report (name, "the rope alone", start);
      start = g_get_monotonic_time ();
      text = play_sequential (trace);
      report (name, "edit", start);
    }

  assert_text_is (text, trace->end_content);
  check_encoded_history (name, text, trace->end_content);
  check_snapshot (name, text, trace->end_content);
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  static const char *const names[] = {
    "automerge-paper", "rustcode", "sveltecomponent", "friendsforever_flat", "friendsforever",
    "node_nodecc",     "C1",
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *test = g_strdup_printf ("/traces/%s-ends-as-it-did", names[i]);

      g_test_add_data_func (test, names[i], test_trace_ends_as_it_did);
    }
  return g_test_run ();
}
