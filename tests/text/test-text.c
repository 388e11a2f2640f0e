/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-text.c: what the façade promises, case by case. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

static CoquillAgent
agent_id (guint8 first)
{
  return (CoquillAgent){ .device = { first }, .nonce = first };
}

static CoquillText *
new_text (guint8 agent, guint32 *local)
{
  CoquillText *text = coquill_text_new ();
  CoquillAgent id = agent_id (agent);

  *local = coquill_text_add_agent (text, &id, NULL);
  return text;
}

static void
insert (CoquillText *text, guint32 agent, guint64 position, const char *utf8)
{
  CoquillTextError error;

  if (!coquill_text_insert (text, agent, position, utf8, strlen (utf8), NULL, &error))
    g_error ("%s", error.message);
}

static guint64 delete (CoquillText *text, guint32 agent, guint64 position, guint64 count)
{
  CoquillTextError error;
  uint64_t sequence;

  if (!coquill_text_delete (text, agent, position, count, &sequence, &error))
    g_error ("%s", error.message);
  return sequence;
}

static void
restore (CoquillText *text, guint32 agent, guint32 author, guint64 sequence, guint64 length)
{
  CoquillTextRange range = { author, sequence, length };
  CoquillTextError error;

  if (!coquill_text_restore (text, agent, &range, 1, NULL, NULL, NULL, &error))
    g_error ("%s", error.message);
}

static CoquillChange *
everything (CoquillText *text)
{
  return coquill_text_extract (text, 0, coquill_text_n_items (text));
}

static void
merge (CoquillText *to, CoquillText *from)
{
  CoquillChange *change = everything (from);
  CoquillTextError error;

  if (!coquill_text_merge (to, change, NULL, NULL, &error))
    g_error ("%s", error.message);
  coquill_change_free (change);
}

static void
assert_text (CoquillText *text, const char *expected)
{
  char *string = coquill_text_to_string (text, NULL);

  g_assert_cmpstr (string, ==, expected);
  g_assert_cmpuint (coquill_text_length (text), ==, (guint64)g_utf8_strlen (expected, -1));
  g_assert_cmpuint (coquill_text_bytes (text), ==, strlen (expected));
  free (string);
}

/* Merges both ways and compares. */
static void
assert_merged (CoquillText *a, CoquillText *b, const char *expected)
{
  merge (a, b);
  merge (b, a);
  assert_text (a, expected);
  assert_text (b, expected);
}

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

/* Two people type words at one place: forward, backward, and one of each. */
static void
type (CoquillText *text, guint32 agent, guint64 position, const char *word, gboolean backward)
{
  size_t length = strlen (word);

  for (size_t i = 0; i < length; i++)
    {
      char character[2] = { backward ? word[length - 1 - i] : word[i], '\0' };

      insert (text, agent, backward ? position : position + i, character);
    }
}

static void
test_no_interleaving (gconstpointer data)
{
  guint how = GPOINTER_TO_UINT (data);
  guint32 a, b, c;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b), *text_c = new_text (3, &c);
  char *string;

  insert (text_a, a, 0, "<>");
  merge (text_b, text_a);
  merge (text_c, text_a);
  type (text_a, a, 1, "alpha", (how & 1) != 0);
  type (text_b, b, 1, "beta", (how & 2) != 0);
  type (text_c, c, 1, "gamma", (how & 4) != 0);

  merge (text_a, text_b);
  merge (text_a, text_c);
  merge (text_c, text_b);
  merge (text_c, text_a);
  merge (text_b, text_c);
  string = coquill_text_to_string (text_a, NULL);
  g_assert_nonnull (strstr (string, "alpha"));
  g_assert_nonnull (strstr (string, "beta"));
  g_assert_nonnull (strstr (string, "gamma"));
  assert_text (text_b, string);
  assert_text (text_c, string);
  free (string);
  coquill_text_free (text_a);
  coquill_text_free (text_b);
  coquill_text_free (text_c);
}

/* Where plain Fugue, which orders right siblings by agent alone, would give 1YXZR and put X between Y and the
 * Z before which it was written: FugueMax puts the one whose right origin is further to the right first. */
static void
test_right_origins_order_siblings (void)
{
  guint32 r, one, z, y, x;
  CoquillText *text_r = new_text (1, &r), *text_one = new_text (2, &one), *text_z = new_text (3, &z);
  CoquillText *text_y = new_text (4, &y), *text_x = new_text (5, &x);

  insert (text_r, r, 0, "R");
  merge (text_one, text_r);
  merge (text_z, text_r);
  insert (text_one, one, 0, "1");
  insert (text_z, z, 0, "Z");
  merge (text_y, text_one);
  merge (text_y, text_z);
  assert_text (text_y, "1ZR");
  insert (text_y, y, 1, "Y"); /* between 1 and Z */
  merge (text_x, text_one);
  insert (text_x, x, 1, "X"); /* between 1 and R */

  assert_merged (text_x, text_y, "1XYZR");
  merge (text_z, text_x);
  assert_text (text_z, "1XYZR");
  coquill_text_free (text_r);
  coquill_text_free (text_one);
  coquill_text_free (text_z);
  coquill_text_free (text_y);
  coquill_text_free (text_x);
}

static void
test_ties_by_agent (void)
{
  for (guint first = 0; first < 2; first++)
    {
      guint32 a, b;
      CoquillText *text_a = new_text (first ? 9 : 1, &a), *text_b = new_text (first ? 1 : 9, &b);

      insert (text_a, a, 0, "aa");
      insert (text_b, b, 0, "bb");
      assert_merged (text_a, text_b, first ? "bbaa" : "aabb");
      coquill_text_free (text_a);
      coquill_text_free (text_b);
    }
}

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

static void
assert_resolves (CoquillText *text, CoquillAnchor anchor, guint64 expected)
{
  uint64_t position;

  g_assert_true (coquill_text_resolve (text, &anchor, &position));
  g_assert_cmpuint (position, ==, expected);
}

static CoquillText *
reload (CoquillText *text)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillText *loaded;

  g_assert_true (coquill_text_save_snapshot (text, &buffer));
  loaded = coquill_text_load_snapshot (buffer.data, buffer.length, NULL);
  g_assert_nonnull (loaded);
  coquill_buffer_clear (&buffer);
  return loaded;
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
  change = one_operation (2, operation, NULL);
  id = agent_id (1);
  coquill_change_add_agent (change, &id, NULL);
  assert_refused (text, change, COQUILL_TEXT_ERROR_IMPOSSIBLE);

  /* Parents: unknown, twice, one above the other, without the author's own last item. */
  assert_refused (text, one_operation_behind (1, next, "x", 8), COQUILL_TEXT_ERROR_MISSING);
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/local-edits", test_local_edits);
  g_test_add_func ("/text/edits-outside-are-refused", test_refused_edits);
  g_test_add_data_func ("/text/runs-typed-forward-do-not-interleave", GUINT_TO_POINTER (0),
                        test_no_interleaving);
  g_test_add_data_func ("/text/runs-typed-backward-do-not-interleave", GUINT_TO_POINTER (7),
                        test_no_interleaving);
  g_test_add_data_func ("/text/a-run-backward-among-forward-ones", GUINT_TO_POINTER (1),
                        test_no_interleaving);
  g_test_add_data_func ("/text/runs-backward-around-a-forward-one", GUINT_TO_POINTER (5),
                        test_no_interleaving);
  g_test_add_func ("/text/right-origins-order-siblings", test_right_origins_order_siblings);
  g_test_add_func ("/text/ties-go-by-agent", test_ties_by_agent);
  g_test_add_func ("/text/a-restoration-is-of-one-deletion", test_restoration_is_of_one_deletion);
  g_test_add_func ("/text/what-comes-back-is-in-its-place", test_insertion_next_to_what_comes_back);
  g_test_add_func ("/text/anchors-survive-deletion-and-reload", test_anchors);
  g_test_add_func ("/text/what-undo-asks", test_what_undo_asks);
  g_test_add_func ("/text/bad-changes-are-refused-whole", test_refused_changes);
  g_test_add_func ("/text/a-snapshot-works-without-history", test_snapshot_without_history);
  g_test_add_func ("/text/history-has-to-fit-the-snapshot", test_history_that_does_not_fit);
  g_test_add_func ("/text/deltas-tell-who-and-where", test_deltas_tell_who_and_where);
  return g_test_run ();
}
