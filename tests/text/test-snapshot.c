/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-snapshot.c: snapshots to bytes and back, and what is refused. */

#include <glib.h>
#include <string.h>

#include "seed.h"
#include "text/crc32c.h"
#include "text/snapshot.h"
#include "text/utf8.h"

/* Owns the arrays of a snapshot that is put together by hand. */
typedef struct
{
  CoquillSnapshot snapshot;
  GArray *agents;
  GArray *spans;
  GArray *heads;
  GString *text;
} Draft;

static void
draft_init (Draft *self, GRand *rand, guint n_agents, guint n_spans)
{
  g_autofree guint64 *next = g_new0 (guint64, n_agents + 1);

  self->agents = g_array_new (FALSE, TRUE, sizeof (CoquillSnapshotAgent));
  self->spans = g_array_new (FALSE, TRUE, sizeof (CoquillOrderSpan));
  self->heads = g_array_new (FALSE, TRUE, sizeof (CoquillSnapshotHead));
  self->text = g_string_new (NULL);

  for (guint i = 0; i < n_spans; i++)
    {
      guint32 length = (guint32)g_rand_int_range (rand, 1, 30);
      guint32 agent = (guint32)g_rand_int_range (rand, 0, (gint32)n_agents);
      guint64 sequence = next[agent] + (guint64)g_rand_int_range (rand, 0, 3);
      CoquillOrderSpan span = { coquill_id (agent, sequence), length, 0 };

      next[agent] = sequence + length;
      g_array_append_val (self->spans, span);
      for (guint64 j = 0; j < span.length; j++)
        g_string_append_unichar (self->text, g_rand_boolean (rand) ? 'x' : 0x20ac);
    }
  for (guint i = 0; i < n_agents; i++)
    {
      CoquillSnapshotAgent agent = { .id = { .ordinal = i }, .length = next[i] + 1 };
      CoquillSnapshotHead head = { .agent = i, .sequence = next[i], .depth = g_rand_int (rand) };

      memset (agent.id.device, (int)i / 2, sizeof agent.id.device);
      agent.previous.present = i % 2 == 1;
      agent.previous.length = i % 2 == 1 ? i : 0;
      g_array_append_val (self->agents, agent);
      if (i < 3)
        g_array_append_val (self->heads, head);
    }

  /* Spans stand in any order in a text: the sequences of one agent need not rise. */
  for (guint i = 0; i + 1 < n_spans; i++)
    {
      CoquillOrderSpan *spans = (CoquillOrderSpan *)(void *)self->spans->data;
      guint j = (guint)g_rand_int_range (rand, (gint32)i, (gint32)n_spans);
      CoquillOrderSpan span = spans[i];

      spans[i] = spans[j];
      spans[j] = span;
    }

  self->snapshot = (CoquillSnapshot){
    .agents = (CoquillSnapshotAgent *)(void *)self->agents->data,
    .n_agents = self->agents->len,
    .spans = (CoquillOrderSpan *)(void *)self->spans->data,
    .n_spans = self->spans->len,
    .heads = (CoquillSnapshotHead *)(void *)self->heads->data,
    .n_heads = self->heads->len,
    .text = self->text->str,
    .text_bytes = self->text->len,
  };
}

static void
draft_clear (Draft *self)
{
  g_array_unref (self->agents);
  g_array_unref (self->spans);
  g_array_unref (self->heads);
  g_string_free (self->text, TRUE);
}

static void
assert_snapshots_equal (const CoquillSnapshot *a, const CoquillSnapshot *b)
{
  g_assert_cmpmem (a->text, a->text_bytes, b->text, b->text_bytes);
  g_assert_cmpuint (coquill_utf8_count (a->text, a->text_bytes), ==, b->text_length);
  g_assert_cmpuint (a->n_agents, ==, b->n_agents);
  g_assert_cmpuint (a->n_spans, ==, b->n_spans);
  g_assert_cmpuint (a->n_heads, ==, b->n_heads);

  for (gsize i = 0; i < a->n_agents; i++)
    {
      g_assert_cmpint (coquill_agent_compare (&a->agents[i].id, &b->agents[i].id), ==, 0);
      g_assert_true (coquill_agent_previous_equal (&a->agents[i].previous, &b->agents[i].previous));
      g_assert_cmpuint (a->agents[i].length, ==, b->agents[i].length);
    }
  for (gsize i = 0; i < a->n_spans; i++)
    {
      g_assert_cmpuint (a->spans[i].id, ==, b->spans[i].id);
      g_assert_cmpuint (a->spans[i].length, ==, b->spans[i].length);
      g_assert_cmpuint (b->spans[i].standing, ==, 0);
    }
  for (gsize i = 0; i < a->n_heads; i++)
    {
      g_assert_cmpuint (a->heads[i].agent, ==, b->heads[i].agent);
      g_assert_cmpuint (a->heads[i].sequence, ==, b->heads[i].sequence);
      g_assert_cmpuint (a->heads[i].depth, ==, b->heads[i].depth);
    }
}

static void
test_random_snapshots_come_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 200; round++)
    {
      Draft draft;
      CoquillBuffer bytes = COQUILL_BUFFER_INIT;
      CoquillTextError error = { 0 };

      draft_init (&draft, rand, 1 + round % 9, round == 0 ? 0 : (guint)g_rand_int_range (rand, 0, 300));
      if (round % 3 == 0) /* nearly all items are deleted */
        draft.snapshot.agents[0].length = UINT64_C (1) << 39;
      g_assert_true (coquill_snapshot_encode (&draft.snapshot, &bytes));

      CoquillSnapshot *decoded = coquill_snapshot_decode (bytes.data, bytes.length, &error);

      g_assert_cmpstr (error.message, ==, "");
      g_assert_nonnull (decoded);
      assert_snapshots_equal (&draft.snapshot, decoded);
      coquill_snapshot_free (decoded);
      coquill_buffer_clear (&bytes);
      draft_clear (&draft);
    }
}

static void
test_empty_snapshot_comes_back (void)
{
  CoquillSnapshot empty = { 0 };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;

  g_assert_true (coquill_snapshot_encode (&empty, &bytes));

  CoquillSnapshot *decoded = coquill_snapshot_decode (bytes.data, bytes.length, NULL);

  g_assert_nonnull (decoded);
  assert_snapshots_equal (&empty, decoded);
  coquill_snapshot_free (decoded);
  coquill_buffer_clear (&bytes);
}

/* What is large is packed, whole megabytes in no time. */
static void
test_large_text_comes_back (void)
{
  const gsize length = 3 << 20;
  CoquillSnapshotAgent agent = { .length = length };
  CoquillOrderSpan span = { .length = (guint32)length };
  g_autofree char *text = g_malloc (length);
  CoquillSnapshot snapshot
      = { .agents = &agent, .n_agents = 1, .spans = &span, .n_spans = 1, .text = text, .text_bytes = length };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillSnapshot *decoded;
  char *stolen;

  for (gsize i = 0; i < length; i++)
    text[i] = (char)('a' + i % 7 + i % 11);
  g_assert_true (coquill_snapshot_encode (&snapshot, &bytes));
  g_assert_cmpuint (bytes.length, <, length / 10);
  decoded = coquill_snapshot_decode (bytes.data, bytes.length, NULL);
  g_assert_nonnull (decoded);
  assert_snapshots_equal (&snapshot, decoded);
  stolen = coquill_snapshot_steal_text (decoded);
  g_assert_cmpmem (stolen, length, text, length);
  free (stolen);
  coquill_snapshot_free (decoded);
  coquill_buffer_clear (&bytes);
}

static void
test_damage_is_found (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error;
  Draft draft;

  draft_init (&draft, rand, 3, 20);
  g_assert_true (coquill_snapshot_encode (&draft.snapshot, &bytes));
  for (gsize i = 0; i < bytes.length; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes.data, bytes.length);

      for (int bit = 0; bit < 8; bit++)
        {
          copy[i] ^= (guint8)(1 << bit);
          g_assert_null (coquill_snapshot_decode (copy, bytes.length, &error));
          if (i >= 2)
            g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_CHECKSUM);
          copy[i] ^= (guint8)(1 << bit);
        }

      g_autofree guint8 *cut = g_memdup2 (bytes.data, i);

      g_assert_null (coquill_snapshot_decode (cut, i, &error));
      g_assert_cmpint (error.code, !=, COQUILL_TEXT_ERROR_NONE);
    }
  coquill_buffer_clear (&bytes);
  draft_clear (&draft);
}

/* With a checksum that agrees: every byte set to every value is refused, or is a snapshot that can be written
 * again. */
static void
test_forged_bytes_are_refused_or_sound (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  guint n_sound = 0, n_refused = 0;
  Draft draft;

  draft_init (&draft, rand, 2, 8);
  g_assert_true (coquill_snapshot_encode (&draft.snapshot, &bytes));
  for (gsize i = 2; i < bytes.length - 4; i++)
    for (guint value = 0; value < 256; value++)
      {
        g_autofree guint8 *copy = g_memdup2 (bytes.data, bytes.length);

        copy[i] = (guint8)value;

        guint32 crc = GUINT32_TO_LE (coquill_crc32c (copy, bytes.length - 4));

        memcpy (copy + bytes.length - 4, &crc, 4);

        CoquillSnapshot *forged = coquill_snapshot_decode (copy, bytes.length, NULL);

        if (forged != NULL)
          {
            CoquillBuffer again = COQUILL_BUFFER_INIT;

            g_assert_true (coquill_snapshot_encode (forged, &again));
            coquill_buffer_clear (&again);
            n_sound++;
          }
        else
          n_refused++;
        coquill_snapshot_free (forged);
      }
  g_test_message ("%u sound, %u refused", n_sound, n_refused);
  g_assert_cmpuint (n_sound, >, 1000);
  g_assert_cmpuint (n_refused, >, 1000);
  coquill_buffer_clear (&bytes);
  draft_clear (&draft);
}

static void
test_spans_that_do_not_fit_are_refused (void)
{
  CoquillSnapshotAgent agent = { .length = 10 };
  CoquillOrderSpan spans[2] = { { .length = 2 }, { .length = 1, .id = 2 } };
  CoquillSnapshotHead head = { .sequence = 9, .depth = 9 };
  CoquillSnapshot snapshot = { .agents = &agent,
                               .n_agents = 1,
                               .spans = spans,
                               .n_spans = 2,
                               .heads = &head,
                               .n_heads = 1,
                               .text = (char[]){ "abc" },
                               .text_bytes = 3 };
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };

  g_assert_true (coquill_snapshot_encode (&snapshot, &bytes));
  coquill_buffer_clear (&bytes);

  spans[1].id = 10; /* behind the agent's items */
  g_assert_false (coquill_snapshot_encode (&snapshot, &bytes));
  spans[1].id = 2;
  head.sequence = 10;
  g_assert_false (coquill_snapshot_encode (&snapshot, &bytes));
  head.sequence = 9;
  spans[1].length = 2; /* more than the text */
  g_assert_false (coquill_snapshot_encode (&snapshot, &bytes));
  spans[1].length = 1;

  /* An item twice: the writer trusts its caller, the reader nobody, whether few items are deleted or nearly
   * all. */
  spans[1].id = 1;
  for (guint i = 0; i < 2; i++)
    {
      agent.length = i == 0 ? 10 : UINT64_C (1) << 39;
      g_assert_true (coquill_snapshot_encode (&snapshot, &bytes));
      g_assert_null (coquill_snapshot_decode (bytes.data, bytes.length, &error));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_MALFORMED);
      coquill_buffer_clear (&bytes);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/snapshot/empty-snapshot-comes-back", test_empty_snapshot_comes_back);
  g_test_add_func ("/snapshot/random-snapshots-come-back", test_random_snapshots_come_back);
  g_test_add_func ("/snapshot/large-text-comes-back", test_large_text_comes_back);
  g_test_add_func ("/snapshot/damage-is-found", test_damage_is_found);
  g_test_add_func ("/snapshot/forged-bytes-are-refused-or-sound", test_forged_bytes_are_refused_or_sound);
  g_test_add_func ("/snapshot/spans-that-do-not-fit-are-refused", test_spans_that_do_not_fit_are_refused);

  return g_test_run ();
}
