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

static bool
count_points (const char *utf8, size_t n_bytes, uint64_t code_points, void *data)
{
  *(guint64 *)data += code_points;
  return true;
}

static bool
count_range (const CoquillTextRange *range, uint64_t position, void *data)
{
  *(guint64 *)data += range->length;
  return true;
}

/* In one leaf and in several, ranges that begin, end and lie beyond the text. */
static void
test_what_is_beyond_is_left_out (void)
{
  for (guint size = 0; size <= 20000; size = size * 10 + 2)
    {
      guint32 a;
      CoquillText *text = new_text (1, &a);
      g_autofree char *x = g_strnfill (size, 'x'), *buffer = g_malloc (size + 8);
      const guint64 places[] = { 0, 1, size / 2, size - 1, size, size + 1, 3 * size, UINT64_MAX };
      const guint64 counts[] = { 1, 2, size, size + 1, UINT64_MAX };

      if (size > 0)
        insert (text, a, 0, x);
      for (guint i = 0; i < G_N_ELEMENTS (places) * G_N_ELEMENTS (counts); i++)
        {
          guint64 place = places[i % G_N_ELEMENTS (places)], count = counts[i / G_N_ELEMENTS (places)];
          guint64 there = place < size ? MIN (count, size - place) : 0, points = 0, length = 0;

          g_assert_cmpuint (coquill_text_measure (text, place, count), ==, there);
          g_assert_cmpuint (coquill_text_read (text, place, count, buffer), ==, there);
          g_assert_true (coquill_text_foreach_chunk (text, place, count, count_points, &points));
          g_assert_cmpuint (points, ==, there);
          g_assert_true (coquill_text_foreach_span (text, place, count, count_range, &length));
          g_assert_cmpuint (length, ==, there);
        }
      coquill_text_free (text);
    }
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

/* What somebody sees who types at a caret, without an engine. */
typedef struct
{
  CoquillText *text;
  GString *seen; /* a byte for each character: '?' stands for the wide one */
  guint32 agents[2];
  CoquillText *far; /* another replica */
  guint32 far_agent;
} Typist;

#define WIDE "é"

static void
type (Typist *self, guint32 agent, gsize at, const char *utf8, const char *seen)
{
  guint32 index = self->agents[agent];
  uint64_t sequence, length = coquill_text_agent_length (self->text, index);

  g_assert_true (coquill_text_insert (self->text, index, at, utf8, strlen (utf8), &sequence, NULL));
  g_assert_cmpuint (sequence, ==, length);
  g_string_insert (self->seen, (gssize)at, seen);
}

static void
erase (Typist *self, guint32 agent, gsize at, gsize count)
{
  guint32 index = self->agents[agent];
  uint64_t sequence, length = coquill_text_agent_length (self->text, index);

  g_assert_true (coquill_text_delete (self->text, index, at, count, &sequence, NULL));
  g_assert_cmpuint (sequence, ==, length);
  g_string_erase (self->seen, (gssize)at, (gssize)count);
}

/* One of the things between which somebody goes on typing or deleting. Returns: where the caret is then */
static gsize
turn_away (Typist *self, guint32 agent, gsize at)
{
  gsize length = self->seen->len;

  switch (g_test_rand_int_range (0, 7))
    {
    case 0:
      type (self, agent, at, WIDE, "?");
      return at + 1;
    case 1:
      type (self, agent, at, "some more of it", "some more of it");
      return at + 15;
    case 2:
      if (at < length)
        erase (self, agent, at, (gsize)g_test_rand_int_range (1, (gint32)MIN (length - at, 40) + 1));
      return at;
    case 3:
      g_assert_true (
          coquill_text_record (self->text, self->agents[agent], (const guint8 *)"!", 1, NULL, NULL));
      return at;
    case 4:
      type (self, 1 - agent, at, "x", "x");
      return at + (gsize)g_test_rand_int_range (0, 2);
    case 5:
      merge (self->far, self->text);
      insert (self->far, self->far_agent, at, "z");
      merge (self->text, self->far);
      g_string_insert_c (self->seen, (gssize)at, 'z');
      return at + 1;
    default:
      return (gsize)g_test_rand_int_range (0, (gint32)length + 1);
    }
}

static void
assert_seen (const Typist *self)
{
  GString *expected = g_string_new (self->seen->str);

  g_string_replace (expected, "?", WIDE, 0);
  assert_text (self->text, expected->str);
  g_string_free (expected, TRUE);
}

/* Each edit may go on from the last one, so the short way is taken wherever it can be. */
static void
test_going_on (void)
{
  CoquillAgent second = agent_id (2);
  Typist self = { .seen = g_string_new (NULL) };
  gsize at = 0;

  self.text = new_text (1, &self.agents[0]);
  self.agents[1] = coquill_text_add_agent (self.text, &second, NULL);
  self.far = new_text (3, &self.far_agent);
  for (guint i = 0; i < 400; i++)
    {
      guint32 agent = (guint32)g_test_rand_int_range (0, 2), kind = (guint32)g_test_rand_int_range (0, 5);

      for (gint n = g_test_rand_int_range (1, 60); n > 0; n--)
        {
          gsize length = self.seen->len;

          if (kind < 3 || length == 0)
            type (&self, agent, at++, "a", "a");
          else if (kind == 3 && at > 0)
            erase (&self, agent, --at, 1);
          else
            erase (&self, agent, at = MIN (at, length - 1), 1);
          g_assert_cmpuint (coquill_text_length (self.text), ==, self.seen->len);
        }
      at = MIN (turn_away (&self, agent, at), self.seen->len);
      if (i % 20 == 0)
        assert_seen (&self);
    }
  assert_seen (&self);

  /* Nobody typed there: it has the items only. */
  merge (self.far, self.text);
  coquill_text_free (self.text);
  self.text = self.far;
  assert_seen (&self);
  coquill_text_free (self.text);
  g_string_free (self.seen, TRUE);
}

#define N_GROWN 300000
#define GROWN_LENGTH 8

/* So many operations, and so much content, that their columns grow through all their steps. */
static void
test_growing (void)
{
  guint32 agent, other_agent;
  CoquillText *text = new_text (1, &agent), *other = new_text (2, &other_agent);
  char piece[GROWN_LENGTH + 1];

  for (guint i = 0; i < N_GROWN; i++)
    {
      g_snprintf (piece, sizeof piece, "%07u;", i);
      insert (text, agent, i % 2 == 0 ? 0 : coquill_text_length (text), piece);
    }
  merge (other, text);

  /* What was put in first is in the middle. */
  char *string = coquill_text_to_string (text, NULL), *copy = coquill_text_to_string (other, NULL);

  g_assert_cmpuint (coquill_text_bytes (text), ==, N_GROWN * GROWN_LENGTH);
  g_assert_true (strcmp (string, copy) == 0);
  for (guint i = 0; i < N_GROWN; i++)
    {
      guint slot = i % 2 == 0 ? N_GROWN / 2 - 1 - i / 2 : N_GROWN / 2 + i / 2;

      g_snprintf (piece, sizeof piece, "%07u;", i);
      g_assert_true (memcmp (string + slot * GROWN_LENGTH, piece, GROWN_LENGTH) == 0);
    }
  free (string);
  free (copy);
  coquill_text_free (text);
  coquill_text_free (other);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/local-edits", test_local_edits);
  g_test_add_func ("/text/what-is-beyond-is-left-out", test_what_is_beyond_is_left_out);
  g_test_add_func ("/text/edits-outside-are-refused", test_refused_edits);
  g_test_add_func ("/text/anchors-survive-deletion-and-reload", test_anchors);
  g_test_add_func ("/text/deltas-tell-who-and-where", test_deltas_tell_who_and_where);
  g_test_add_func ("/text/two-beginnings-meet", test_two_beginnings);
  g_test_add_func ("/text/going-on-is-like-any-edit", test_going_on);
  g_test_add_func ("/text/columns-grow-through-all-steps", test_growing);
  return g_test_run ();
}
