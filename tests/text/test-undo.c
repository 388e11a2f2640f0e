/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-undo.c: what comes back after deletions, and what undo asks. */

#include "small-text.h"

static void
test_restoration_is_of_one_deletion (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  guint64 mine, yours;

  insert (text_a, a, 0, "hello");
  merge (text_b, text_a);
  mine = delete (text_a, a, 1, 3);
  yours = delete (text_b, b, 2, 3);
  assert_merged (text_a, text_b, "h");

  restore (text_a, a, a, mine, 3);
  assert_text (text_a, "he");
  assert_merged (text_a, text_b, "he");
  restore (text_b, b, b, yours, 3);
  assert_merged (text_a, text_b, "hello");

  /* Twice is as once; deleting again is a deletion of its own. */
  restore (text_a, a, a, mine, 2);
  assert_text (text_a, "hello");
  delete (text_b, b, 0, 2);
  assert_merged (text_a, text_b, "llo");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

static void
test_insertion_next_to_what_comes_back (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  guint64 deletion;

  insert (text_a, a, 0, "one two three");
  merge (text_b, text_a);
  deletion = delete (text_a, a, 4, 4);
  insert (text_b, b, 7, "!");
  merge (text_a, text_b);
  assert_text (text_a, "one !three");
  restore (text_a, a, a, deletion, 4);
  assert_merged (text_a, text_b, "one two! three");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

static bool
tell_range_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  g_string_append_printf (data, "%u:%u+%u@%u ", range->agent, (guint)range->sequence, (guint)range->length,
                          (guint)position);
  return true;
}

static void
test_what_undo_asks (void)
{
  guint32 a, b;
  CoquillText *text = new_text (1, &a);
  CoquillAgent other = agent_id (2);
  g_autoptr (GString) told = g_string_new (NULL);
  CoquillTextRange range = { a, 0, 100 };
  guint64 deletion;

  b = coquill_text_add_agent (text, &other, NULL);
  insert (text, a, 0, "abcdef");     /* 0:0 to 5 */
  insert (text, b, 3, "XY");         /* abcXYdef */
  deletion = delete (text, b, 1, 4); /* 1:2 to 5: aDef left as a, def */
  assert_text (text, "adef");
  delete (text, a, 2, 1); /* 0:6, e */
  delete (text, a, 1, 1); /* 0:7, d, backward */

  g_assert_true (coquill_text_ranges_alive (text, &range, tell_range_cb, told));
  g_assert_cmpstr (told->str, ==, "0:0+1@0 0:5+1@1 ");
  g_string_truncate (told, 0);
  range = (CoquillTextRange){ b, deletion, 4 };
  g_assert_true (coquill_text_deletion_targets (text, &range, tell_range_cb, told));
  g_assert_cmpstr (told->str, ==, "0:1+2@1 1:0+2@1 ");
  g_string_truncate (told, 0);
  range = (CoquillTextRange){ a, 6, 2 };
  g_assert_true (coquill_text_deletion_targets (text, &range, tell_range_cb, told));
  g_assert_cmpstr (told->str, ==, "0:4+1@1 0:3+1@1 ");
  g_string_truncate (told, 0);
  g_assert_true (coquill_text_deletions_of (text, (CoquillChangeId){ a, 2 }, tell_range_cb, told));
  g_assert_true (coquill_text_deletions_of (text, (CoquillChangeId){ a, 3 }, tell_range_cb, told));
  g_assert_true (coquill_text_deletions_of (text, (CoquillChangeId){ a, 0 }, tell_range_cb, told));
  g_assert_cmpstr (told->str, ==, "1:3+1@0 0:7+1@0 ");
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/undo/a-restoration-is-of-one-deletion", test_restoration_is_of_one_deletion);
  g_test_add_func ("/undo/what-comes-back-is-in-its-place", test_insertion_next_to_what_comes_back);
  g_test_add_func ("/undo/what-undo-asks", test_what_undo_asks);
  return g_test_run ();
}
