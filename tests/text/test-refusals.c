/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-refusals.c: changes that nobody can have made are refused whole. */

#include "small-text.h"
#include "text/text-private.h"

/* A change of one operation by one agent, behind an item of the same. */
static CoquillChange *
one_operation_behind (guint8 agent, CoquillOperation operation, const char *content, guint64 behind)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgent id = agent_id (agent);
  CoquillAgentPrevious none = { 0 };
  CoquillChangeId parent = { 0, behind };

  coquill_change_add_agent (change, &id, operation.sequence == 0 ? &none : NULL);
  operation.content_length = content != NULL ? strlen (content) : 0;
  operation.n_parents = operation.sequence > 0 ? 1 : 0;
  coquill_change_add_operation (change, &operation, &parent, (const uint8_t *)content);
  return change;
}

static CoquillChange *
one_operation (guint8 agent, CoquillOperation operation, const char *content)
{
  return one_operation_behind (agent, operation, content, operation.sequence - 1);
}

static void
assert_refused (CoquillText *text, CoquillChange *change, CoquillTextErrorCode code)
{
  char *before = coquill_text_to_string (text, NULL);
  guint64 n_items = coquill_text_n_items (text);
  guint32 n_agents = coquill_text_n_agents (text);
  CoquillTextError error;

  if (coquill_text_merge (text, change, NULL, NULL, &error))
    g_error ("was merged");
  if (error.code != code)
    g_error ("%d instead of %d: %s", error.code, code, error.message);
  assert_text (text, before);
  g_assert_cmpuint (coquill_text_n_items (text), ==, n_items);
  g_assert_cmpuint (coquill_text_n_agents (text), ==, n_agents);
  free (before);
  coquill_change_free (change);
}

static void
test_refused_changes (void)
{
  const CoquillOperation next
      = { .kind = COQUILL_OPERATION_INSERT, .sequence = 8, .length = 1, .position = 0 };
  guint32 a, b;
  CoquillText *text = new_text (1, &a), *other = new_text (2, &b);
  CoquillChange *change;
  CoquillOperation operation;
  CoquillAgent id;

  insert (text, a, 0, "abcdef");
  delete (text, a, 1, 2); /* items 6 and 7; the text is adef */
  insert (other, b, 0, "zz");
  merge (text, other);
  assert_text (text, "adefzz");

  operation = next;
  operation.sequence = 9;
  assert_refused (text, one_operation (1, operation, "x"), COQUILL_TEXT_ERROR_MISSING);
  assert_refused (text, one_operation (7, operation, "x"), COQUILL_TEXT_ERROR_MISSING);
  operation = next;
  operation.position = 5; /* in the text of its parents, which lacks zz */
  assert_refused (text, one_operation (1, operation, "x"), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.position = UINT64_MAX;
  assert_refused (text, one_operation (1, operation, "x"), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation = next;
  assert_refused (text, one_operation (1, operation, "\xc3"), COQUILL_TEXT_ERROR_MALFORMED);
  assert_refused (text, one_operation (1, operation, "xy"), COQUILL_TEXT_ERROR_MALFORMED);
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_MALFORMED);
  operation.length = 0;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_MALFORMED);
  operation.length = UINT64_MAX;
  assert_refused (text, one_operation (1, operation, "x"), COQUILL_TEXT_ERROR_MALFORMED);
  operation = next;
  operation.kind = 5;
  assert_refused (text, one_operation (1, operation, "x"), COQUILL_TEXT_ERROR_MALFORMED);
  operation.kind = COQUILL_OPERATION_DELETE;
  operation.length = 5;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.length = 2;
  operation.backward = true;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.backward = false;
  operation.length = COQUILL_MAX_SEQUENCE;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_TOO_LARGE);

  /* What is known is skipped if it is the same, and refused if not. */
  operation = (CoquillOperation){ .kind = COQUILL_OPERATION_INSERT, .length = 6 };
  change = one_operation (1, operation, "abcdef");
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
  coquill_change_free (change);
  assert_refused (text, one_operation (1, operation, "abcxef"), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.sequence = 2;
  operation.length = 2;
  operation.position = 2;
  change = one_operation (1, operation, "cd");
  g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
  coquill_change_free (change);
  operation.position = 1;
  assert_refused (text, one_operation (1, operation, "cd"), COQUILL_TEXT_ERROR_IMPOSSIBLE);

  /* Restorations of what isn't a deletion, isn't there, or isn't an ancestor. */
  operation = next;
  operation.kind = COQUILL_OPERATION_RESTORE;
  operation.target = (CoquillChangeId){ 0, 5 };
  operation.length = 2;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.target.sequence = 7;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.target.sequence = UINT64_MAX;
  assert_refused (text, one_operation (1, operation, NULL), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  operation.target = (CoquillChangeId){ 1, 6 };
  operation.sequence = 2;
  operation.length = 1;
  operation.n_parents = 1;
  change = coquill_change_new ();
  for (guint8 i = 2; i > 0; i--)
    {
      id = agent_id (i);
      coquill_change_add_agent (change, &id, NULL);
    }
  coquill_change_add_operation (change, &operation, &(CoquillChangeId){ 0, 1 }, NULL);
  assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);

  /* Parents: unknown, twice, one above the other, without the author's own last item. */
  assert_refused (text, one_operation_behind (1, next, "x", 8), COQUILL_TEXT_ERROR_MALFORMED);
  assert_refused (text, one_operation_behind (1, next, "x", 6), COQUILL_TEXT_ERROR_IMPOSSIBLE);
  for (guint i = 6; i < 8; i++)
    {
      CoquillChangeId parents[2] = { { 0, 7 }, { 0, i } };

      change = coquill_change_new ();
      id = agent_id (1);
      coquill_change_add_agent (change, &id, NULL);
      operation = next;
      operation.n_parents = 2;
      operation.content_length = 1;
      coquill_change_add_operation (change, &operation, parents, (const uint8_t *)"x");
      assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);
    }

  /* All or nothing: a good operation before a bad one goes back too, agents as well. */
  operation = (CoquillOperation){ .kind = COQUILL_OPERATION_INSERT, .length = 3 };
  change = one_operation (5, operation, "new");
  operation
      = (CoquillOperation){ .kind = COQUILL_OPERATION_DELETE, .sequence = 3, .length = 9, .n_parents = 1 };
  coquill_change_add_operation (change, &operation, &(CoquillChangeId){ 0, 2 }, NULL);
  assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);

  /* An agent that starts has to say what was before it, and always the same. */
  operation = (CoquillOperation){ .kind = COQUILL_OPERATION_INSERT, .length = 3 };
  change = one_operation (5, operation, "new");
  change->agents[0].starts = false;
  assert_refused (text, change, COQUILL_TEXT_ERROR_MALFORMED);
  change = one_operation (1, (CoquillOperation){ .kind = COQUILL_OPERATION_INSERT, .length = 6 }, "abcdef");
  change->agents[0].previous.present = true;
  assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);

  /* After all that the text still works. */
  insert (other, b, 2, "!");
  merge (text, other);
  assert_text (text, "adefzz!");
  coquill_text_free (text);
  coquill_text_free (other);
}

/* Room is made for all that a large change may do, before it is known that it can't be. */
static void
test_no_room_stays (void)
{
  enum
  {
    N_OPERATIONS = 20000
  };
  guint32 a;
  CoquillText *text = new_text (1, &a);

  insert (text, a, 0, "abcdef");
  for (guint round = 0; round < 2; round++)
    {
      CoquillOperation operation = { .kind = COQUILL_OPERATION_INSERT, .length = 1 };
      guint last = round == 0 ? N_OPERATIONS : 0;
      CoquillChange *change;

      /* The last operation can't be, or all but the first can. */
      operation.position = last == 0 ? 2 : 0;
      change = one_operation (2, operation, "x");
      operation.content_length = operation.n_parents = 1;
      for (guint i = 1; i <= N_OPERATIONS; i++)
        {
          CoquillChangeId parent = { 0, i - 1 };

          operation.sequence = i;
          operation.kind = i % 2 == 1 ? COQUILL_OPERATION_DELETE : COQUILL_OPERATION_INSERT;
          operation.content_length = i % 2 == 1 ? 0 : 1;
          operation.position = i == last ? 2 : 0;
          coquill_change_add_operation (change, &operation, &parent, (const uint8_t *)"x");
        }
      assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);
      g_assert_cmpuint (text->walker->targets.capacity, <, N_OPERATIONS / 100);
    }
  assert_text (text, "abcdef");
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusals/bad-changes-are-refused-whole", test_refused_changes);
  g_test_add_func ("/refusals/much-that-is-refused-leaves-no-room-behind", test_no_room_stays);
  return g_test_run ();
}
