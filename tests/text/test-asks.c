/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-asks.c: who asks for what isn't there is told so, and who has heard enough isn't told more. */

#include "small-text.h"

typedef struct
{
  guint calls;
  guint most; /* then it wants no more */
} Patience;

static bool
range_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Patience *patience = data;

  return ++patience->calls < patience->most;
}

static bool
operation_cb (const CoquillOperation *operation,
              const CoquillChangeId *parents,
              const uint8_t *content,
              void *data)
{
  Patience *patience = data;

  return ++patience->calls < patience->most;
}

static bool
chunk_cb (const char *utf8, size_t bytes, uint64_t length, void *data)
{
  Patience *patience = data;

  return ++patience->calls < patience->most;
}

/* Two authors, several runs of each, deletions of one character by both. */
static CoquillText *
several_runs (guint32 *a, guint32 *b)
{
  CoquillText *text = new_text (1, a), *other;
  CoquillAgent id = agent_id (2);

  insert (text, *a, 0, "abcdef");
  other = reload (text);
  *b = coquill_text_add_agent (other, &id, NULL);
  delete (other, *b, 1, 2);
  insert (other, *b, 1, "XY");
  delete (text, *a, 1, 1);
  delete (text, *a, 3, 1);
  insert (text, *a, 0, "12");
  {
    CoquillChange *change = coquill_text_extract (other, 6, coquill_text_n_items (other));

    g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
    coquill_change_free (change);
  }
  coquill_text_free (other);
  *b = coquill_text_find_agent (text, &id);
  return text;
}

static void
test_callbacks_stop_when_told (void)
{
  guint32 a, b;
  CoquillText *text = several_runs (&a, &b);
  guint64 n_items = coquill_text_n_items (text), length = coquill_text_length (text);
  CoquillTextRange of_a = { a, 0, 6 }, deletions = { b, 0, 2 };
  Patience patience;

#define ASSERT_STOPS(call)                                                                                   \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    patience = (Patience){ 0, G_MAXUINT };                                                                   \
    g_assert_true (call);                                                                                    \
    g_assert_cmpuint (patience.calls, >, 0);                                                                 \
    patience = (Patience){ 0, 1 };                                                                           \
    g_assert_false (call);                                                                                   \
    g_assert_cmpuint (patience.calls, ==, 1);                                                                \
  }                                                                                                          \
  G_STMT_END

  ASSERT_STOPS (coquill_text_foreach_span (text, 0, length, range_cb, &patience));
  ASSERT_STOPS (coquill_text_foreach_chunk (text, 0, length, chunk_cb, &patience));
  ASSERT_STOPS (coquill_text_foreach_item (text, 0, n_items, operation_cb, &patience));
  ASSERT_STOPS (coquill_text_foreach_operation (text, a, 0, 10, operation_cb, &patience));
  ASSERT_STOPS (coquill_text_ranges_alive (text, &of_a, range_cb, &patience));
  ASSERT_STOPS (coquill_text_deletion_targets (text, &deletions, range_cb, &patience));
  ASSERT_STOPS (coquill_text_deletions_of (text, (CoquillChangeId){ a, 1 }, range_cb, &patience));
#undef ASSERT_STOPS
  coquill_text_free (text);
}

static void
test_what_is_not_there_is_not_told (void)
{
  guint32 a, b;
  CoquillText *text = several_runs (&a, &b);
  guint64 n_items = coquill_text_n_items (text);
  Patience patience = { 0, G_MAXUINT };
  CoquillChangeId nobody = { 17, 0 }, later = { a, 1000 }, far = { a, UINT64_MAX }, id;
  CoquillTextRange ranges[] = { { 17, 0, 1 }, { a, 1000, 5 }, { a, UINT64_MAX, 2 }, { a, 5, UINT64_MAX } };
  uint64_t number;

  g_assert_false (coquill_text_has (text, nobody));
  g_assert_false (coquill_text_has (text, later));
  g_assert_false (coquill_text_has (text, far));
  g_assert_false (coquill_text_depth (text, nobody, &number));
  g_assert_false (coquill_text_depth (text, later, &number));
  g_assert_false (coquill_text_local_version (text, nobody, &number));
  g_assert_false (coquill_text_local_version (text, far, &number));
  g_assert_false (coquill_text_id_of (text, n_items, &id));
  g_assert_false (coquill_text_id_of (text, UINT64_MAX, &id));
  g_assert_false (coquill_text_is_ancestor (text, nobody, (CoquillChangeId){ a, 0 }));
  g_assert_false (coquill_text_is_ancestor (text, (CoquillChangeId){ a, 0 }, later));
  g_assert_true (coquill_text_is_ancestor (text, (CoquillChangeId){ a, 0 }, (CoquillChangeId){ b, 1 }));
  g_assert_false (coquill_text_is_ancestor (text, (CoquillChangeId){ b, 1 }, (CoquillChangeId){ a, 0 }));

  g_assert_true (coquill_text_foreach_operation (text, 17, 0, 1, operation_cb, &patience));
  g_assert_true (coquill_text_foreach_operation (text, a, 1000, 2000, operation_cb, &patience));
  g_assert_true (coquill_text_foreach_item (text, n_items, n_items + 7, operation_cb, &patience));
  g_assert_cmpuint (patience.calls, ==, 0);
  g_assert_true (coquill_text_foreach_operation (text, a, 0, 1000, operation_cb, &patience));
  g_assert_true (coquill_text_foreach_item (text, 0, UINT64_MAX, operation_cb, &patience));
  g_assert_cmpuint (patience.calls, >, 2);

  patience.calls = 0;
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (coquill_text_ranges_alive (text, &ranges[i], range_cb, &patience));
      g_assert_true (coquill_text_deletion_targets (text, &ranges[i], range_cb, &patience));
    }
  g_assert_true (coquill_text_deletions_of (text, nobody, range_cb, &patience));
  g_assert_cmpuint (patience.calls, ==, 0);
  g_assert_true (coquill_text_ranges_alive (text, &ranges[3], range_cb, &patience));
  g_assert_cmpuint (patience.calls, >, 0);
  coquill_text_free (text);
}

static void
test_extracting_less_and_more (void)
{
  guint32 a, b;
  CoquillText *text = several_runs (&a, &b);
  guint64 n_items = coquill_text_n_items (text);
  uint64_t known[2] = { 0, 0 };
  CoquillChange *change;

  change = coquill_text_extract (text, n_items, n_items);
  g_assert_cmpuint (coquill_change_n_items (change), ==, 0);
  coquill_change_free (change);
  change = coquill_text_extract_missing (text, NULL, 0, UINT64_MAX);
  g_assert_cmpuint (coquill_change_n_items (change), ==, n_items);
  coquill_change_free (change);
  known[a] = coquill_text_agent_length (text, a);
  change = coquill_text_extract_missing (text, known, 2, UINT64_MAX);
  g_assert_cmpuint (coquill_change_n_items (change), ==, coquill_text_agent_length (text, b));
  coquill_change_free (change);
  known[b] = 1000;
  change = coquill_text_extract_missing (text, known, 2, UINT64_MAX);
  g_assert_cmpuint (coquill_change_n_items (change), ==, 0);
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
  coquill_change_free (change);
  coquill_text_free (text);
}

static void
test_anchors_at_the_ends (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a);
  CoquillAnchor start = coquill_text_anchor (text, 7, COQUILL_ANCHOR_START);
  CoquillAnchor end = coquill_text_anchor (text, 0, COQUILL_ANCHOR_END);
  CoquillAnchor odd = { .kind = 77 };
  uint64_t position = 9;

  insert (text, a, 0, "abc");
  g_assert_true (coquill_text_resolve (text, &start, &position));
  g_assert_cmpuint (position, ==, 0);
  g_assert_true (coquill_text_resolve (text, &end, &position));
  g_assert_cmpuint (position, ==, 3);
  g_assert_false (coquill_text_resolve (text, &odd, &position));
  coquill_text_free (text);
}

/* Without its history a text says that it lacks it, and never guesses. */
static void
test_below_a_snapshot (void)
{
  guint32 a, b;
  CoquillText *text = several_runs (&a, &b), *loaded = reload (text);
  CoquillAgent id = agent_id (1);
  guint32 local = coquill_text_find_agent (loaded, &id);
  CoquillTextRange deletion
      = { coquill_text_find_agent (loaded, &(CoquillAgent){ .device = { 2 }, .nonce = 2 }), 0, 2 };
  Patience patience = { 0, G_MAXUINT };
  uint64_t number, known[2] = { 0, 0 };
  CoquillChangeId item, first = { local, 0 };

  g_assert_true (coquill_text_has (loaded, first));
  g_assert_false (coquill_text_depth (loaded, first, &number));
  g_assert_false (coquill_text_local_version (loaded, first, &number));
  g_assert_false (coquill_text_id_of (loaded, 0, &item));
  g_assert_true (coquill_text_is_ancestor (loaded, first, (CoquillChangeId){ local, 3 }));
  g_assert_false (coquill_text_is_ancestor (loaded, first, (CoquillChangeId){ deletion.agent, 0 }));
  g_assert_false (coquill_text_foreach_operation (loaded, local, 0, 1, operation_cb, &patience));
  g_assert_false (coquill_text_foreach_item (loaded, 0, 1, operation_cb, &patience));
  g_assert_null (coquill_text_extract_missing (loaded, known, 2, UINT64_MAX));
  g_assert_false (coquill_text_deletion_targets (loaded, &deletion, range_cb, &patience));
  g_assert_false (coquill_text_deletions_of (loaded, first, range_cb, &patience));
  g_assert_cmpuint (patience.calls, ==, 0);
  g_assert_cmpuint (coquill_text_n_agents (loaded), ==, 2);
  coquill_text_free (loaded);
  coquill_text_free (text);
}

static void
test_a_buffer_is_handed_over (void)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  size_t length = 7;
  uint8_t *bytes = coquill_buffer_steal (&buffer, &length);

  g_assert_null (bytes);
  g_assert_cmpuint (length, ==, 0);
  g_assert_true (coquill_buffer_append (&buffer, "abc", 3));
  g_assert_true (coquill_buffer_append_byte (&buffer, 'd'));
  bytes = coquill_buffer_steal (&buffer, &length);
  g_assert_cmpmem (bytes, length, "abcd", 4);
  g_assert_cmpuint (buffer.length, ==, 0);
  free (bytes);

  /* What can't be had fails, and so does all that follows, until it is cleared. */
  g_assert_null (coquill_buffer_reserve (&buffer, SIZE_MAX));
  g_assert_false (coquill_buffer_append (&buffer, "abc", 3));
  g_assert_false (coquill_buffer_append_byte (&buffer, 'd'));
  g_assert_null (coquill_buffer_steal (&buffer, &length));
  g_assert_false (buffer.failed);
  coquill_text_free (NULL);
  coquill_change_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/asks/callbacks-stop-when-told", test_callbacks_stop_when_told);
  g_test_add_func ("/asks/what-is-not-there-is-not-told", test_what_is_not_there_is_not_told);
  g_test_add_func ("/asks/extracting-less-and-more", test_extracting_less_and_more);
  g_test_add_func ("/asks/anchors-at-the-ends", test_anchors_at_the_ends);
  g_test_add_func ("/asks/below-a-snapshot", test_below_a_snapshot);
  g_test_add_func ("/asks/a-buffer-is-handed-over", test_a_buffer_is_handed_over);
  return g_test_run ();
}
