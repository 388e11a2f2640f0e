/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-text.c: local edits, anchors, and what merging tells. */

#include "small-text.h"

static void
test_local_edits (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a);
  CoquillChangeId id;
  char buffer[32];
  const CoquillChangeId *heads;
  size_t n_heads;
  uint64_t depth;

  coquill_text_frontier (text, &n_heads);
  g_assert_cmpuint (n_heads, ==, 0);
  insert (text, a, 0, "hé 😀 world");
  insert (text, a, 3, "small ");
  g_assert_cmpuint (delete (text, a, 0, 3), ==, 16);
  assert_text (text, "small 😀 world");
  g_assert_cmpuint (coquill_text_measure (text, 6, 1), ==, 4);
  g_assert_cmpuint (coquill_text_read (text, 5, 3, buffer), ==, 6);
  g_assert_true (memcmp (buffer, " 😀 ", 6) == 0);

  g_assert_true (coquill_text_id_at (text, 6, &id));
  g_assert_cmpuint (id.sequence, ==, 3);
  g_assert_false (coquill_text_id_at (text, 13, &id));
  g_assert_cmpuint (coquill_text_n_items (text), ==, 19);
  g_assert_cmpuint (coquill_text_agent_length (text, a), ==, 19);
  heads = coquill_text_frontier (text, &n_heads);
  g_assert_cmpuint (n_heads, ==, 1);
  g_assert_cmpuint (heads[0].sequence, ==, 18);
  g_assert_true (coquill_text_depth (text, heads[0], &depth));
  g_assert_cmpuint (depth, ==, 19);
  coquill_text_free (text);
}

static void
test_refused_edits (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a);
  CoquillTextRange unknown = { a, 0, 3 };
  CoquillTextError error;

  insert (text, a, 0, "ab");
  g_assert_false (coquill_text_insert (text, a, 3, "x", 1, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
  g_assert_false (coquill_text_insert (text, a, 0, "\xff", 1, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_MALFORMED);
  g_assert_false (coquill_text_insert (text, a, 0, "x\0y", 3, NULL, &error));
  g_assert_false (coquill_text_insert (text, a, 0, "", 0, NULL, &error));
  g_assert_false (coquill_text_insert (text, a + 1, 0, "x", 1, NULL, &error));
  g_assert_false (coquill_text_delete (text, a, 1, 2, NULL, &error));
  g_assert_false (coquill_text_delete (text, a, UINT64_MAX, 2, NULL, &error));
  g_assert_false (coquill_text_delete (text, a, 0, 0, NULL, NULL));
  g_assert_false (coquill_text_restore (text, a, &unknown, 1, NULL, NULL, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
  unknown.length = 1; /* an insertion */
  g_assert_false (coquill_text_restore (text, a, &unknown, 1, NULL, NULL, NULL, &error));
  g_assert_false (coquill_text_restore (text, a, NULL, 0, NULL, NULL, NULL, &error));
  assert_text (text, "ab");
  g_assert_cmpuint (coquill_text_n_items (text), ==, 2);
  coquill_text_free (text);
}

static void
assert_resolves (CoquillText *text, CoquillAnchor anchor, guint64 expected)
{
  uint64_t position;

  g_assert_true (coquill_text_resolve (text, &anchor, &position));
  g_assert_cmpuint (position, ==, expected);
}

static void
test_anchors (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a), *loaded;
  CoquillAnchor before, behind, unknown = { COQUILL_ANCHOR_BEFORE, 0, 99 };
  CoquillAnchor deletion_anchor = { COQUILL_ANCHOR_BEFORE, 0, 5 };
  CoquillChange *history;
  guint64 deletion;
  uint64_t position;

  insert (text, a, 0, "abcde");
  before = coquill_text_anchor (text, 2, COQUILL_ANCHOR_BEFORE);
  behind = coquill_text_anchor (text, 3, COQUILL_ANCHOR_AFTER);
  g_assert_cmpint (coquill_text_anchor (text, 5, COQUILL_ANCHOR_BEFORE).kind, ==, COQUILL_ANCHOR_END);
  g_assert_cmpint (coquill_text_anchor (text, 0, COQUILL_ANCHOR_AFTER).kind, ==, COQUILL_ANCHOR_START);
  g_assert_cmpint (coquill_text_anchor (text, 99, COQUILL_ANCHOR_BEFORE).kind, ==, COQUILL_ANCHOR_END);

  deletion = delete (text, a, 1, 3);
  insert (text, a, 0, "__");
  assert_resolves (text, before, 3);
  assert_resolves (text, behind, 3);
  assert_resolves (text, (CoquillAnchor){ COQUILL_ANCHOR_END, 0, 0 }, 4);
  assert_resolves (text, (CoquillAnchor){ COQUILL_ANCHOR_START, 0, 0 }, 0);
  g_assert_false (coquill_text_resolve (text, &unknown, &position));
  g_assert_false (coquill_text_resolve (text, &deletion_anchor, &position));
  unknown.agent = UINT32_MAX;
  g_assert_false (coquill_text_resolve (text, &unknown, &position));

  /* After a reload only the history knows where it was. */
  loaded = reload (text);
  g_assert_false (coquill_text_resolve (loaded, &before, &position));
  history = everything (text);
  g_assert_true (coquill_text_add_history (loaded, history, NULL));
  coquill_change_free (history);
  assert_resolves (loaded, before, 3);
  g_assert_false (coquill_text_resolve (loaded, &deletion_anchor, &position));

  restore (text, a, a, deletion, 3);
  assert_resolves (text, before, 4);
  assert_resolves (text, behind, 5);
  coquill_text_free (text);
  coquill_text_free (loaded);
}

static void
tell_delta_cb (const CoquillTextDelta *delta, void *data)
{
  g_string_append_printf (data, "%u-%u+%.*s by %u; ", (guint)delta->position, (guint)delta->deleted,
                          (int)delta->inserted_bytes, delta->inserted != NULL ? delta->inserted : "",
                          delta->agent);
}

static void
test_deltas_tell_who_and_where (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  g_autoptr (GString) told = g_string_new (NULL);
  CoquillTextRange range;
  CoquillChange *change;

  insert (text_a, a, 0, "shared");
  merge (text_b, text_a);
  insert (text_b, b, 6, " é");
  delete (text_b, b, 0, 2);
  insert (text_a, a, 0, "un");
  range = (CoquillTextRange){ a, delete (text_a, a, 3, 2), 2 };
  assert_text (text_a, "unsred");
  change = coquill_text_extract (text_b, 6, 10);
  g_assert_true (coquill_text_merge (text_a, change, tell_delta_cb, told, NULL));
  g_assert_cmpstr (told->str, ==, "6-0+ é by 1; 2-1+ by 1; ");
  assert_text (text_a, "unred é");

  /* Of the two characters that come back, the other has also been deleted by somebody else. */
  g_string_truncate (told, 0);
  g_assert_true (coquill_text_restore (text_a, a, &range, 1, tell_delta_cb, told, NULL, NULL));
  g_assert_cmpstr (told->str, ==, "2-0+a by 0; ");
  assert_text (text_a, "unared é");
  coquill_change_free (change);
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

/* Nobody's first item has parents, so the graph has none at all (found by the fuzzer of programmes). */
static void
test_two_beginnings (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);

  insert (text_a, a, 0, "one");
  insert (text_b, b, 0, "two");
  merge (text_a, text_b);
  merge (text_b, text_a);
  assert_text (text_a, "onetwo");
  assert_text (text_b, "onetwo");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/local-edits", test_local_edits);
  g_test_add_func ("/text/edits-outside-are-refused", test_refused_edits);
  g_test_add_func ("/text/anchors-survive-deletion-and-reload", test_anchors);
  g_test_add_func ("/text/deltas-tell-who-and-where", test_deltas_tell_who_and_where);
  g_test_add_func ("/text/two-beginnings-meet", test_two_beginnings);
  return g_test_run ();
}
