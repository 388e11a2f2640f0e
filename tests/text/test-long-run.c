/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-long-run.c: runs longer than the tables inside hold in one piece: 2^24 items and some. */

#include "small-text.h"

#define LENGTH ((UINT64_C (1) << 24) + 1000)

/* All of it from the end to the front, as one run that was typed with Backspace. */
static CoquillChange *
delete_backward (CoquillText *text, guint8 author, guint64 length)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgent id = agent_id (author);
  CoquillAgentPrevious none = { 0 };
  size_t n_heads;
  CoquillChangeId head = coquill_text_frontier (text, &n_heads)[0];
  CoquillOperation operation = { .kind = COQUILL_OPERATION_DELETE,
                                 .backward = TRUE,
                                 .agent = coquill_change_add_agent (change, &id, &none),
                                 .length = length,
                                 .position = length - 1,
                                 .n_parents = 1 };
  CoquillChangeId parent
      = { coquill_change_add_agent (change, coquill_text_agent (text, head.agent), NULL), head.sequence };

  coquill_change_add_operation (change, &operation, &parent, NULL);
  return change;
}

static void
test_a_very_long_run (void)
{
  guint32 a, b, c;
  CoquillText *text = new_text (1, &a), *other = new_text (2, &b);
  g_autofree char *long_text = g_malloc (LENGTH + 1);
  CoquillAgent third = agent_id (3);
  CoquillChange *change;
  guint64 deletion;

  for (guint64 i = 0; i < LENGTH; i++)
    long_text[i] = (char)('a' + i % 26);
  long_text[LENGTH] = '\0';
  insert (text, a, 0, long_text);
  merge (other, text);
  insert (other, b, LENGTH / 2, "x");
  change = delete_backward (text, 3, LENGTH);
  deletion = delete (text, a, 0, LENGTH);
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
  coquill_change_free (change);
  change = coquill_text_extract (other, LENGTH, LENGTH + 1);
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
  coquill_change_free (change);
  assert_text (text, "x");

  /* Deleted twice: it takes two to bring it back. */
  c = coquill_text_find_agent (text, &third);
  restore (text, a, a, deletion, LENGTH);
  assert_text (text, "x");
  restore (text, a, c, 0, LENGTH);
  g_assert_cmpuint (coquill_text_length (text), ==, LENGTH + 1);
  change = coquill_text_extract (text, LENGTH, coquill_text_n_items (text));
  g_assert_true (coquill_text_merge (other, change, NULL, NULL, NULL));
  coquill_change_free (change);
  {
    char *mine = coquill_text_to_string (text, NULL), *its = coquill_text_to_string (other, NULL);

    g_assert_true (strcmp (mine, its) == 0);
    g_assert_true (memcmp (mine, long_text, LENGTH / 2) == 0);
    g_assert_cmpint (mine[LENGTH / 2], ==, 'x');
    g_assert_true (strcmp (mine + LENGTH / 2 + 1, long_text + LENGTH / 2) == 0);
    free (mine);
    free (its);
  }
  coquill_text_free (text);
  coquill_text_free (other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/long-run/more-than-one-piece-holds", test_a_very_long_run);
  return g_test_run ();
}
