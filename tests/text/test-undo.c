/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-undo.c: what comes back after deletions, and what undo asks. */

#include "seed.h"
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

/* Some characters come back one by one, in any order, among many that somebody else takes away meanwhile. */
static void
test_coming_back_among_what_is_deleted (void)
{
  enum
  {
    N = 400
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  g_autoptr (GString) expected = g_string_new ("(");
  guint64 deletions[N];
  guint shuffled[N];
  gboolean is_back[N] = { FALSE };
  guint32 writer, a, b, n_visible = N;
  CoquillText *base = new_text (9, &writer), *text_a = new_text (1, &a), *text_b = new_text (2, &b);
  CoquillText *a_first = coquill_text_new (), *b_first = coquill_text_new ();

  insert (base, writer, 0, "()");
  for (guint i = 0; i < N; i++)
    {
      char letter[] = { (char)('a' + i % 26), 0 };

      insert (base, writer, 1 + i, letter);
      insert (base, writer, coquill_text_length (base), "."); /* their numbers don't go on from one another */
    }
  for (guint i = N; i-- > 0;)
    {
      guint j = (guint)g_rand_int_range (random, 0, (gint32)(N - i));

      shuffled[N - 1 - i] = shuffled[j];
      shuffled[j] = i;
      deletions[i] = i % 2 == 0 ? delete (base, writer, 1 + i, 1) : 0;
      n_visible -= i % 2 == 0;
    }
  merge (text_a, base);
  merge (text_b, base);
  while (n_visible-- > 0)
    delete (text_a, a, 1, 1);
  for (guint i = 0; i < N; i++)
    if (shuffled[i] % 2 == 0 && shuffled[i] % 3 > 0)
      {
        guint position = 1;

        for (guint before = 0; before < shuffled[i]; before++)
          position += before % 2 + 2 * is_back[before];
        restore (text_b, b, 1, deletions[shuffled[i]], 1);
        insert (text_b, b, position + 1, "_");
        is_back[shuffled[i]] = TRUE;
      }
  for (guint i = 0; i < N; i++)
    if (is_back[i])
      g_string_append_printf (expected, "%c_", (char)('a' + i % 26));
  g_string_append_c (expected, ')');
  for (guint i = 0; i < N; i++)
    g_string_append_c (expected, '.');

  merge (a_first, text_a);
  merge (a_first, text_b);
  merge (b_first, text_b);
  merge (b_first, text_a);
  assert_text (a_first, expected->str);
  assert_text (b_first, expected->str);
  coquill_text_free (base);
  coquill_text_free (text_a);
  coquill_text_free (text_b);
  coquill_text_free (a_first);
  coquill_text_free (b_first);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/undo/a-restoration-is-of-one-deletion", test_restoration_is_of_one_deletion);
  g_test_add_func ("/undo/what-comes-back-is-in-its-place", test_insertion_next_to_what_comes_back);
  g_test_add_func ("/undo/what-comes-back-among-much-that-is-deleted",
                   test_coming_back_among_what_is_deleted);
  g_test_add_func ("/undo/what-undo-asks", test_what_undo_asks);
  return g_test_run ();
}
