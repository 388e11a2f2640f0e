/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-history.c: a text that was loaded from a snapshot, without its history and with it. */

#include "small-text.h"

static void
test_snapshot_without_history (void)
{
  guint32 a, b, c;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b), *loaded;
  CoquillAgent id = agent_id (3);
  CoquillChange *change, *history;
  CoquillTextError error;
  CoquillTextRange range;
  guint64 deletion;
  uint64_t version;

  insert (text_a, a, 0, "one two");
  merge (text_b, text_a);
  deletion = delete (text_a, a, 3, 4);
  insert (text_b, b, 7, " three");
  history = everything (text_a);
  loaded = reload (text_a);

  /* Edits, and taking them back, need no history. */
  c = coquill_text_add_agent (loaded, &id, NULL);
  insert (loaded, c, 3, "!");
  range = (CoquillTextRange){ c, delete (loaded, c, 0, 2), 2 };
  assert_text (loaded, "e!");
  g_assert_true (coquill_text_restore (loaded, c, &range, 1, NULL, NULL, NULL, NULL));
  assert_text (loaded, "one!");
  g_assert_cmpuint (coquill_text_first_item (loaded), ==, 11);
  g_assert_null (coquill_text_extract (loaded, 0, 12));
  g_assert_false (coquill_text_local_version (loaded, (CoquillChangeId){ a, 3 }, &version));
  change = coquill_text_extract (loaded, 11, coquill_text_n_items (loaded));
  g_assert_cmpuint (coquill_change_n_items (change), ==, 5);
  g_assert_true (coquill_text_merge (text_a, change, NULL, NULL, NULL));
  assert_text (text_a, "one!");
  coquill_change_free (change);

  /* What reaches below does. */
  range = (CoquillTextRange){ a, deletion, 4 };
  g_assert_false (coquill_text_restore (loaded, c, &range, 1, NULL, NULL, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
  change = everything (text_b);
  g_assert_false (coquill_text_merge (loaded, change, NULL, NULL, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
  assert_text (loaded, "one!");

  g_assert_true (coquill_text_add_history (loaded, history, &error));
  g_assert_true (coquill_text_has_history (loaded));
  g_assert_cmpuint (coquill_text_first_item (loaded), ==, 0);
  g_assert_true (coquill_text_local_version (loaded, (CoquillChangeId){ a, 3 }, &version));
  g_assert_cmpuint (version, ==, 3);
  g_assert_true (coquill_text_merge (loaded, change, NULL, NULL, &error));
  assert_text (loaded, "one! three");
  g_assert_true (coquill_text_restore (loaded, c, &range, 1, NULL, NULL, NULL, &error));
  assert_text (loaded, "one! two three");
  merge (text_a, loaded);
  assert_text (text_a, "one! two three");

  coquill_change_free (change);
  coquill_change_free (history);
  coquill_text_free (loaded);
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

static void
test_history_that_does_not_fit (void)
{
  guint32 a, b;
  CoquillText *text = new_text (1, &a), *forged = new_text (1, &b), *loaded;
  CoquillChange *change;
  CoquillTextError error;

  /* As many items by the same agent, but with another end. */
  insert (text, a, 0, "abc");
  coquill_text_add_agent (text, &(CoquillAgent){ .device = { 4 } }, NULL);
  insert (text, a + 1, 3, "d");
  insert (forged, b, 0, "abc");
  coquill_text_add_agent (forged, &(CoquillAgent){ .device = { 4 } }, NULL);
  loaded = reload (text);
  {
    CoquillText *other = new_text (4, &b);
    CoquillAgent id = { .device = { 4 } };

    b = coquill_text_add_agent (other, &id, NULL);
    insert (other, b, 0, "d");
    merge (forged, other);
    coquill_text_free (other);
  }
  change = everything (forged);
  g_assert_false (coquill_text_add_history (loaded, change, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
  g_assert_false (coquill_text_has_history (loaded));
  coquill_change_free (change);

  /* The right one, a part at a time, some of it twice. */
  for (guint i = 0; i < 4; i++)
    {
      change = coquill_text_extract (text, i > 0 ? i - 1 : 0, i + 1);
      g_assert_true (coquill_text_add_history (loaded, change, &error));
      coquill_change_free (change);
      g_assert_true (coquill_text_has_history (loaded) == (i == 3));
    }
  assert_text (loaded, "abcd");
  coquill_text_free (text);
  coquill_text_free (forged);
  coquill_text_free (loaded);
}

/* Its items are many more than its characters; and a text that is worth packing. */
static void
test_snapshot_of_much_that_is_gone (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a), *loaded;
  g_autoptr (GString) long_text = g_string_new (NULL);

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (long_text, "line %u\n", i);
  insert (text, a, 0, long_text->str);
  loaded = reload (text);
  assert_text (loaded, long_text->str);
  coquill_text_free (loaded);

  delete (text, a, 3, long_text->len - 10);
  insert (text, a, 3, "é");
  loaded = reload (text);
  g_string_erase (long_text, 3, (gssize)long_text->len - 10);
  g_string_insert (long_text, 3, "é");
  assert_text (text, long_text->str);
  assert_text (loaded, long_text->str);
  g_assert_cmpuint (coquill_text_n_items (loaded), ==, coquill_text_n_items (text));
  coquill_text_free (loaded);
  coquill_text_free (text);
}

/* "one two" of which "two" was deleted, or something else of as many items. */
static CoquillChange *
forged_history (const char *content, guint64 position)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgent id = agent_id (1);
  CoquillAgentPrevious none = { 0 };
  CoquillOperation insertion
      = { .kind = COQUILL_OPERATION_INSERT, .length = 7, .content_length = strlen (content) };
  CoquillOperation deletion = {
    .kind = COQUILL_OPERATION_DELETE, .sequence = 7, .length = 3, .position = position, .n_parents = 1
  };

  coquill_change_add_agent (change, &id, &none);
  coquill_change_add_operation (change, &insertion, NULL, (const uint8_t *)content);
  coquill_change_add_operation (change, &deletion, &(CoquillChangeId){ 0, 6 }, NULL);
  return change;
}

/* A history with the right ids that makes another text: where that is seen at once, it is refused; where only
 * walking tells, whatever needs it is refused. */
static void
test_forged_history (void)
{
  guint32 a;
  CoquillText *text = new_text (1, &a);

  insert (text, a, 0, "one two");
  delete (text, a, 4, 3);
  for (guint64 position = 2; position <= 6; position++)
    {
      CoquillText *loaded = reload (text), *honest = new_text (2, &a);
      CoquillChange *history = forged_history ("one TWO", position), *branch;
      CoquillTextRange range = { 0, 7, 3 };
      CoquillAnchor gone = { COQUILL_ANCHOR_BEFORE, 0, 5 };
      CoquillTextError error;
      uint64_t resolved;

      insert (honest, a, 0, "branch");
      branch = everything (honest);
      if (position == 2)
        {
          coquill_change_free (history);
          history = forged_history ("one#two", 4);
          g_assert_false (coquill_text_add_history (loaded, history, &error));
          g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
          g_assert_false (coquill_text_has_history (loaded));
        }
      else
        {
          g_assert_true (coquill_text_add_history (loaded, history, &error));
          g_assert_cmpint (coquill_text_merge (loaded, branch, NULL, NULL, &error), ==, position == 4);
          g_assert_cmpint (coquill_text_restore (loaded, 0, &range, 1, NULL, NULL, NULL, &error), ==,
                           position == 4);
          g_assert_cmpint (coquill_text_resolve (loaded, &gone, &resolved), ==, position == 4);
        }
      if (position != 4)
        {
          g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
          assert_text (loaded, "one ");
        }
      insert (loaded, 0, 4, "!");
      g_assert_true (coquill_text_delete (loaded, 0, 0, 4, NULL, NULL));
      coquill_change_free (branch);
      coquill_change_free (history);
      coquill_text_free (honest);
      coquill_text_free (loaded);
    }
  coquill_text_free (text);
}

/* What is pasted stays in the graph, which grows, and is another one when the history has come. */
static void
test_paste_between_snapshot_and_history (void)
{
  guint32 a, b;
  CoquillText *text = new_text (1, &a), *loaded;
  CoquillAgent id = { .device = { 2 } };
  g_autoptr (GString) expected = g_string_new ("before behind");
  g_autofree char *pasted = g_strnfill (200000, 'p');
  CoquillChange *history;

  for (guint i = 0; i < 200000; i += 1000)
    memcpy (pasted + i, "\xe2\x82\xac", 3);
  insert (text, a, 0, "before behind");
  loaded = reload (text);
  b = coquill_text_add_agent (loaded, &id, NULL);
  insert (loaded, b, 7, pasted);
  g_string_insert (expected, 7, pasted);
  for (guint i = 0; i < 3; i++)
    {
      insert (loaded, b, 0, pasted);
      g_string_prepend (expected, pasted);
      assert_text (loaded, expected->str);
    }
  insert (loaded, b, 100, "x");
  g_string_insert (expected, 102, "x");

  history = everything (text);
  g_assert_true (coquill_text_add_history (loaded, history, NULL));
  coquill_change_free (history);
  assert_text (loaded, expected->str);
  merge (text, loaded);
  assert_text (text, expected->str);
  coquill_text_free (loaded);
  coquill_text_free (text);
}

/* Types in both texts without knowing of each other, so that what comes next has two parents. */
static void
type_at_once (CoquillText *one, CoquillText *other, guint32 a, guint32 b)
{
  guint64 first_of_one = coquill_text_n_items (one), first_of_other = coquill_text_n_items (other);
  CoquillChange *ours, *theirs;

  insert (one, a, 0, "a");
  insert (other, b, 1, "b");
  ours = coquill_text_extract (one, first_of_one, coquill_text_n_items (one));
  theirs = coquill_text_extract (other, first_of_other, coquill_text_n_items (other));
  g_assert_true (coquill_text_merge (one, theirs, NULL, NULL, NULL));
  g_assert_true (coquill_text_merge (other, ours, NULL, NULL, NULL));
  coquill_change_free (ours);
  coquill_change_free (theirs);
}

/* Two write at once, and then one claims to have seen of the other only what is below the snapshot. */
static void
test_turn_after_what_is_below (void)
{
  for (guint n_turns = 1; n_turns < 4; n_turns++)
    {
      guint32 a, b;
      CoquillText *text = new_text (1, &a), *one, *other;
      const CoquillAgent ids[] = { agent_id (1), agent_id (2) };
      CoquillChange *change = coquill_change_new ();
      CoquillOperation operation = { .kind = COQUILL_OPERATION_INSERT, .length = 1, .n_parents = 2 };
      CoquillTextError error;
      guint64 n_a, n_b;

      b = coquill_text_add_agent (text, &ids[1], NULL);
      insert (text, a, 0, "one");
      insert (text, b, 3, "two");
      insert (text, a, 6, "three");
      one = reload (text);
      other = reload (text);
      for (guint i = 0; i < n_turns; i++)
        type_at_once (one, other, a, b);
      n_a = 8 + n_turns;
      n_b = 3 + n_turns;

      operation.content_length = 1;
      for (guint i = 0; i < 2; i++)
        coquill_change_add_agent (change, &ids[i], NULL);
      operation.sequence = n_a;
      coquill_change_add_operation (change, &operation, (CoquillChangeId[]){ { 0, n_a - 1 }, { 1, n_b - 1 } },
                                    (const uint8_t *)"x");
      operation.agent = 1;
      operation.sequence = n_b;
      coquill_change_add_operation (change, &operation, (CoquillChangeId[]){ { 1, n_b - 1 }, { 0, n_a - 1 } },
                                    (const uint8_t *)"y");
      operation.agent = 0;
      operation.sequence = n_a + 1;
      operation.n_parents = 1;
      coquill_change_add_operation (change, &operation, &(CoquillChangeId){ 1, 1 }, (const uint8_t *)"z");

      g_assert_false (coquill_text_merge (one, change, NULL, NULL, &error));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
      coquill_change_free (change);
      coquill_text_free (other);
      coquill_text_free (one);
      coquill_text_free (text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/a-snapshot-works-without-history", test_snapshot_without_history);
  g_test_add_func ("/history/history-has-to-fit-the-snapshot", test_history_that_does_not_fit);
  g_test_add_func ("/history/forged-history-is-refused-when-it-is-needed", test_forged_history);
  g_test_add_func ("/history/much-that-is-gone", test_snapshot_of_much_that_is_gone);
  g_test_add_func ("/history/paste-between-snapshot-and-history", test_paste_between_snapshot_and_history);
  g_test_add_func ("/history/a-turn-after-what-is-below-the-snapshot", test_turn_after_what_is_below);
  return g_test_run ();
}
