/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-rope.c: the rope against a plain array of code points. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "seed.h"
#include "text/rope.h"

/* Code points of one to four bytes, so that every offset can go wrong. */
static const gunichar alphabet[]
    = { 'a', 'b', '\n', 0x7f, 0xe4, 0x7ff, 0x800, 0x20ac, 0xffff, 0x1f600, 0x10ffff };

static void
assert_rope_equals (CoquillRope *rope, const gunichar *points, gsize n_points)
{
  g_autofree char *expected = g_ucs4_to_utf8 (points, (glong)n_points, NULL, NULL, NULL);
  gsize expected_bytes = strlen (expected);
  g_autofree char *text = g_malloc (expected_bytes + 1);

  g_assert_true (coquill_rope_check (rope));
  g_assert_cmpuint (coquill_rope_length (rope), ==, n_points);
  g_assert_cmpuint (coquill_rope_bytes (rope), ==, expected_bytes);
  g_assert_cmpuint (coquill_rope_read (rope, 0, n_points, text), ==, expected_bytes);
  g_assert_cmpmem (text, expected_bytes, expected, expected_bytes);
}

static void
assert_rope_is (CoquillRope *rope, const char *expected)
{
  g_autofree gunichar *points = g_utf8_to_ucs4_fast (expected, -1, NULL);

  assert_rope_equals (rope, points, (gsize)g_utf8_strlen (expected, -1));
}

static void
test_empty_rope_has_nothing (void)
{
  CoquillRope *rope = coquill_rope_new ();

  assert_rope_is (rope, "");
  coquill_rope_insert (rope, 0, "", 0);
  coquill_rope_delete (rope, 0, 0);
  assert_rope_is (rope, "");
  coquill_rope_free (rope);
  coquill_rope_free (NULL);

  rope = coquill_rope_new_lent (NULL, 0, 0);
  assert_rope_is (rope, "");
  coquill_rope_insert (rope, 0, "x", 1);
  assert_rope_is (rope, "x");
  coquill_rope_free (rope);
}

static void
test_insert_in_the_middle_keeps_the_rest (void)
{
  CoquillRope *rope = coquill_rope_new_from_utf8 ("grüße", strlen ("grüße"));

  coquill_rope_insert (rope, 3, "–😀–", strlen ("–😀–"));
  assert_rope_is (rope, "grü–😀–ße");
  coquill_rope_delete (rope, 2, 3);
  assert_rope_is (rope, "gr–ße");
  coquill_rope_delete (rope, 0, 5);
  assert_rope_is (rope, "");
  coquill_rope_free (rope);
}

static void
test_long_text_is_built_and_read_back (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < 100000; i++)
    g_string_append_unichar (text, alphabet[i * 7 % G_N_ELEMENTS (alphabet)]);

  CoquillRope *rope = coquill_rope_new_from_utf8 (text->str, text->len);

  assert_rope_is (rope, text->str);
  coquill_rope_delete (rope, 1, 99998);
  g_assert_true (coquill_rope_check (rope));
  g_assert_cmpuint (coquill_rope_length (rope), ==, 2);
  coquill_rope_free (rope);
}

/* As a loaded history gives it: many pieces, most of them short. */
static void
test_appended_pieces_are_the_text (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  g_autoptr (GString) text = g_string_new ("front");
  CoquillRope *rope = coquill_rope_new_from_utf8 ("front", 5);

  for (int i = 0; i < 3000; i++)
    {
      g_autoptr (GString) piece = g_string_new (NULL);
      guint n = (guint)g_rand_int_range (rand, 0, i % 500 == 0 ? 20000 : 30);
      guint n_characters = i % 1000 < 500 ? 2 : G_N_ELEMENTS (alphabet);

      for (guint j = 0; j < n; j++)
        g_string_append_unichar (piece, alphabet[g_rand_int_range (rand, 0, (gint32)n_characters)]);
      coquill_rope_append (rope, piece->str, piece->len, n);
      g_string_append_len (text, piece->str, (gssize)piece->len);
      if (i % 300 == 0)
        assert_rope_is (rope, text->str);
    }
  assert_rope_is (rope, text->str);
  coquill_rope_free (rope);
}

typedef struct
{
  GString *read;
  unsigned calls_left;
} Chunks;

static bool
collect_chunk (const char *utf8, size_t bytes, uint64_t code_points, void *data)
{
  Chunks *chunks = data;

  g_assert_cmpint (g_utf8_strlen (utf8, (gssize)bytes), ==, (glong)code_points);
  g_string_append_len (chunks->read, utf8, (gssize)bytes);
  return --chunks->calls_left > 0;
}

static void
test_chunks_stop_when_told (void)
{
  g_autofree char *text = g_strnfill (10 * COQUILL_ROPE_LEAF_BYTES, 'x');
  CoquillRope *rope = coquill_rope_new_from_utf8 (text, strlen (text));
  const guint n = 3 * COQUILL_ROPE_LEAF_BYTES;
  Chunks chunks = { g_string_new (NULL), 2 };

  g_assert_false (coquill_rope_foreach_chunk (rope, 5, n, collect_chunk, &chunks));
  g_assert_cmpuint (chunks.read->len, <, n);
  g_string_truncate (chunks.read, 0);
  chunks.calls_left = 100;
  g_assert_true (coquill_rope_foreach_chunk (rope, 5, n, collect_chunk, &chunks));
  g_assert_cmpuint (chunks.read->len, ==, n);
  g_string_free (chunks.read, TRUE);
  coquill_rope_free (rope);
}

static void
array_insert (GArray *array, guint position, const gunichar *points, guint n)
{
  if (n > 0)
    g_array_insert_vals (array, position, points, n);
}

static gunichar *
random_points (GRand *rand, guint n, gboolean ascii)
{
  gunichar *points = g_new (gunichar, n + 1);

  for (guint i = 0; i < n; i++)
    points[i] = ascii ? (gunichar)g_rand_int_range (rand, 1, 128)
                      : alphabet[g_rand_int_range (rand, 0, G_N_ELEMENTS (alphabet))];
  return points;
}

/* One random edit on both sides: mostly short and near the last one, at times long and anywhere. */
static guint
random_edit (GRand *rand, CoquillRope *rope, GArray *model, guint near, gboolean growing, gboolean ascii)
{
  guint position = near;

  if (position > model->len || g_rand_int_range (rand, 0, 4) == 0)
    position = (guint)g_rand_int_range (rand, 0, (gint32)model->len + 1);

  if (g_rand_int_range (rand, 0, 10) < (growing ? 7 : 3))
    {
      guint n = (guint)(g_rand_int_range (rand, 0, 20) == 0 ? g_rand_int_range (rand, 0, 5000)
                                                            : g_rand_int_range (rand, 0, 12));
      g_autofree gunichar *points = random_points (rand, n, ascii);
      g_autofree char *utf8 = g_ucs4_to_utf8 (points, (glong)n, NULL, NULL, NULL);

      coquill_rope_insert (rope, position, utf8, strlen (utf8));
      array_insert (model, position, points, n);
      return position + n;
    }

  guint most = (guint)(g_rand_int_range (rand, 0, 20) == 0 ? 8000 : 12);
  guint n = (guint)g_rand_int_range (rand, 0, (gint32)MIN (most, model->len - position) + 1);

  coquill_rope_delete (rope, position, n);
  if (n > 0)
    g_array_remove_range (model, position, n);
  return position;
}

/* One character at a time, as a caret sees them. */
static void
assert_characters_around (CoquillRope *rope, const GArray *model, guint position)
{
  for (guint i = position < 2 ? 0 : position - 2; i < MIN (position + 2, model->len); i++)
    {
      char expected[6], character[4];
      guint bytes = (guint)g_unichar_to_utf8 (g_array_index (model, gunichar, i), expected);

      g_assert_cmpuint (coquill_rope_read (rope, i, 1, character), ==, bytes);
      g_assert_cmpmem (character, bytes, expected, bytes);
    }
}

/* A rope whose leaves are lent their text, and the same in @model. */
static CoquillRope *
lent_rope (GRand *rand, GArray *model, gboolean ascii, guint n)
{
  g_autofree gunichar *points = random_points (rand, n, ascii);
  g_autofree char *utf8 = g_ucs4_to_utf8 (points, (glong)n, NULL, NULL, NULL);

  array_insert (model, 0, points, n);
  return coquill_rope_new_lent (strdup (utf8), strlen (utf8), n);
}

static void
test_random_edits_equal_a_plain_array (gconstpointer data)
{
  gboolean ascii = GPOINTER_TO_INT (data);
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (int round = 0; round < 20; round++)
    {
      g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (gunichar));
      CoquillRope *rope
          = round % 2 == 0 ? coquill_rope_new () : lent_rope (rand, model, ascii, (guint)round * 4000);
      guint near = 0;

      for (int i = 0; i < 1500; i++)
        {
          near = random_edit (rand, rope, model, near, i / 400 % 2 == 0, ascii);
          if (i % 50 == 0)
            assert_rope_equals (rope, (gunichar *)(void *)model->data, model->len);

          guint from = (guint)g_rand_int_range (rand, 0, (gint32)model->len + 1);
          guint n = (guint)g_rand_int_range (rand, 0, (gint32)MIN (model->len - from, 3000) + 1);
          g_autofree char *expected
              = g_ucs4_to_utf8 ((gunichar *)(void *)model->data + from, (glong)n, NULL, NULL, NULL);
          gsize bytes = expected != NULL ? strlen (expected) : 0;
          g_autofree char *text = g_malloc (bytes + 1);

          assert_characters_around (rope, model, near);
          g_assert_cmpuint (coquill_rope_measure (rope, from, n), ==, bytes);
          g_assert_cmpuint (coquill_rope_read (rope, from, n, text), ==, bytes);
          g_assert_cmpmem (text, bytes, expected, bytes);
        }
      assert_rope_equals (rope, (gunichar *)(void *)model->data, model->len);
      coquill_rope_free (rope);
    }
}

/* Much text is put in, again and again, that stays in a block that grows and moves, with edits in between;
 * then it is taken away. */
static void
test_lent_text_may_move_until_it_is_owned (gconstpointer data)
{
  gboolean ascii = GPOINTER_TO_INT (data);
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (gunichar));
  CoquillRope *rope = coquill_rope_new ();
  guint8 *block = NULL;
  gsize length = 0;
  guint near = 0;

  for (guint i = 0; i < 300; i++)
    {
      guint position = (guint)g_rand_int_range (rand, 0, (gint32)model->len + 1);
      guint n = (guint)g_rand_int_range (rand, 0, i % 10 == 0 ? 40000 : 1000);
      g_autofree gunichar *points = random_points (rand, n, ascii);
      g_autofree char *utf8 = g_ucs4_to_utf8 (points, (glong)n, NULL, NULL, NULL);
      gsize bytes = strlen (utf8);
      guint8 *moved = g_malloc (length + bytes + 1);

      if (length > 0)
        memcpy (moved, block, length);
      memcpy (moved + length, utf8, bytes);
      g_free (block);
      block = moved;
      coquill_rope_insert_lent (rope, position, &block, length, bytes, n);
      array_insert (model, position, points, n);
      length += bytes;
      for (guint j = 0; j < 20; j++)
        near = random_edit (rand, rope, model, near, i % 2 == 0, ascii);
      if (i % 10 == 0)
        assert_rope_equals (rope, (gunichar *)(void *)model->data, model->len);
    }
  coquill_rope_own_lent (rope, &block);
  g_clear_pointer (&block, g_free);
  assert_rope_equals (rope, (gunichar *)(void *)model->data, model->len);
  coquill_rope_free (rope);
}

/* Edits at fixed places, long enough for several levels: the shapes that make bad trees. */
static void
test_one_sided_edits_keep_the_tree_sound (void)
{
  const guint n = 60000;
  CoquillRope *rope = coquill_rope_new ();

  for (guint i = 0; i < n; i++)
    coquill_rope_insert (rope, 0, "ab", 2);
  g_assert_true (coquill_rope_check (rope));
  for (guint i = 0; i < n; i++)
    coquill_rope_insert (rope, coquill_rope_length (rope) / 2, "äö", 4);
  g_assert_true (coquill_rope_check (rope));
  for (guint i = 0; i < n; i++)
    coquill_rope_insert (rope, coquill_rope_length (rope), "c", 1);
  g_assert_true (coquill_rope_check (rope));
  g_assert_cmpuint (coquill_rope_bytes (rope), ==, 7 * n);

  /* Every other one away from the back, then from the front, then all. */
  for (guint64 position = coquill_rope_length (rope); position >= 2; position -= 2)
    coquill_rope_delete (rope, position - 1, 1);
  g_assert_true (coquill_rope_check (rope));
  for (guint i = 0; i < n; i++)
    coquill_rope_delete (rope, 0, 1);
  g_assert_true (coquill_rope_check (rope));
  coquill_rope_delete (rope, 0, coquill_rope_length (rope));
  assert_rope_is (rope, "");
  coquill_rope_free (rope);
}

/* What one leaf holds, with every border of it tried by what comes before and behind. */
static void
test_edits_at_every_border_of_leaves (void)
{
  const guint n = 3 * COQUILL_ROPE_LEAF_BYTES;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_unichar (text, alphabet[i % 3 == 0 ? i % G_N_ELEMENTS (alphabet) : i % 2]);

  g_autofree gunichar *points = g_utf8_to_ucs4_fast (text->str, (glong)text->len, NULL);

  for (guint border = 1; border < n; border += border % 97 == 0 ? 1 : 96)
    {
      CoquillRope *rope = coquill_rope_new ();
      g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (gunichar));
      char character[4];

      coquill_rope_append (rope, text->str, text->len, n);
      g_array_append_vals (model, points, n);
      for (int step = 0; step < 4; step++)
        {
          guint position = border + (guint)step / 2 - 1;
          const char *typed = step % 2 == 0 ? "x" : "\xf0\x9f\x98\x80";
          gunichar typed_point = g_utf8_get_char (typed);

          coquill_rope_insert (rope, position, typed, strlen (typed));
          g_array_insert_val (model, position, typed_point);
          g_assert_cmpuint (coquill_rope_read (rope, position, 1, character), ==, strlen (typed));
          g_assert_cmpmem (character, strlen (typed), typed, strlen (typed));
          coquill_rope_delete (rope, position + 1, 1);
          g_array_remove_index (model, position + 1);
        }
      assert_rope_equals (rope, (gunichar *)(void *)model->data, model->len);
      coquill_rope_free (rope);
    }
}

/* The hand types and erases in one place, while all is read, which must not take it elsewhere nor leave
 * anything uncounted. */
static void
test_reading_far_away_sees_what_is_typed (void)
{
  g_autofree char *text = g_strnfill (40 * COQUILL_ROPE_LEAF_BYTES, 'x');
  CoquillRope *rope = coquill_rope_new_from_utf8 (text, strlen (text));
  guint64 length = strlen (text);
  char buffer[8];

  coquill_rope_insert (rope, length, "\xe2\x82\xac", 3);
  coquill_rope_insert (rope, 0, "\xc3\xa4", 2);
  for (guint64 i = 0; i < 2 * COQUILL_ROPE_LEAF_BYTES; i++)
    {
      coquill_rope_insert (rope, 1 + i, "ab", 2);
      coquill_rope_delete (rope, 2 + i, 1);
      g_assert_cmpuint (coquill_rope_length (rope), ==, length + 3 + i);
      g_assert_cmpuint (coquill_rope_bytes (rope), ==, length + 6 + i);
      g_assert_cmpuint (coquill_rope_read (rope, length + 2 + i, 1, buffer), ==, 3);
      g_assert_cmpmem (buffer, 3, "\xe2\x82\xac", 3);
      g_assert_cmpuint (coquill_rope_read (rope, 0, 2, buffer), ==, 3);
      g_assert_cmpmem (buffer, 3,
                       "\xc3\xa4"
                       "a",
                       3);
    }
  g_assert_true (coquill_rope_check (rope));
  coquill_rope_free (rope);
}

static gsize
n_chunks (CoquillRope *rope)
{
  Chunks chunks = { g_string_new (NULL), G_MAXUINT };

  coquill_rope_foreach_chunk (rope, 0, coquill_rope_length (rope), collect_chunk, &chunks);
  g_string_free (chunks.read, TRUE);
  return G_MAXUINT - chunks.calls_left;
}

/* However text comes in where people type, its leaves are full, or half full. */
static void
test_typing_leaves_full_leaves_behind (void)
{
  const guint n = 400000, least = n / COQUILL_ROPE_LEAF_BYTES;
  enum
  {
    FORWARD,
    BACKWARD,
    BEFORE_THE_LAST,
    INSIDE,
    BACKWARD_INSIDE,
    AT_ONCE,
    N_WAYS
  };

  for (int way = 0; way < N_WAYS; way++)
    {
      g_autofree char *around = g_strnfill (COQUILL_ROPE_LEAF_BYTES, 'y');
      CoquillRope *rope = coquill_rope_new ();

      if (way == BEFORE_THE_LAST)
        coquill_rope_insert (rope, 0, "\n", 1);
      else if (way == INSIDE || way == BACKWARD_INSIDE)
        coquill_rope_insert (rope, 0, around, COQUILL_ROPE_LEAF_BYTES);
      for (guint i = 0; i < n && way != AT_ONCE; i++)
        {
          const guint inside = COQUILL_ROPE_LEAF_BYTES / 2;
          const guint positions[] = { i, 0, i, inside + i, inside };

          coquill_rope_insert (rope, positions[way], "x", 1);
        }
      if (way == AT_ONCE)
        {
          g_autofree char *text = g_strnfill (n, 'x');

          coquill_rope_insert (rope, 0, text, n);
        }
      g_assert_true (coquill_rope_check (rope));
      g_test_message ("way %d: %" G_GSIZE_FORMAT " leaves", way, n_chunks (rope));
      g_assert_cmpuint (n_chunks (rope), <=, (way == BACKWARD_INSIDE ? 2 : 1) * least * 9 / 8 + 4);
      coquill_rope_free (rope);
    }
}

/* Text that is taken out everywhere leaves few leaves. */
static void
test_leaves_that_become_small_are_merged (void)
{
  g_autofree char *text = g_strnfill (200 * COQUILL_ROPE_LEAF_BYTES, 'x');
  CoquillRope *rope = coquill_rope_new_from_utf8 (text, strlen (text));

  for (guint64 position = 0; position + 100 < coquill_rope_length (rope); position++)
    coquill_rope_delete (rope, position, 100);
  g_assert_true (coquill_rope_check (rope));
  g_assert_cmpuint (n_chunks (rope), <=, 8 + 4 * coquill_rope_length (rope) / COQUILL_ROPE_LEAF_BYTES);
  coquill_rope_free (rope);
}

static void
test_nothing_may_be_appended (void)
{
  CoquillRope *rope = coquill_rope_new ();

  coquill_rope_append (rope, NULL, 0, 0);
  g_assert_cmpuint (coquill_rope_bytes (rope), ==, 0);
  g_assert_true (coquill_rope_check (rope));
  coquill_rope_free (rope);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rope/nothing-may-be-appended", test_nothing_may_be_appended);

  g_test_add_func ("/rope/empty-rope-has-nothing", test_empty_rope_has_nothing);
  g_test_add_func ("/rope/insert-in-the-middle-keeps-the-rest", test_insert_in_the_middle_keeps_the_rest);
  g_test_add_func ("/rope/long-text-is-built-and-read-back", test_long_text_is_built_and_read_back);
  g_test_add_func ("/rope/appended-pieces-are-the-text", test_appended_pieces_are_the_text);
  g_test_add_func ("/rope/chunks-stop-when-told", test_chunks_stop_when_told);
  g_test_add_data_func ("/rope/random-edits-equal-a-plain-array", GINT_TO_POINTER (FALSE),
                        test_random_edits_equal_a_plain_array);
  g_test_add_data_func ("/rope/random-ascii-edits-equal-a-plain-array", GINT_TO_POINTER (TRUE),
                        test_random_edits_equal_a_plain_array);
  g_test_add_data_func ("/rope/lent-text-may-move-until-it-is-owned", GINT_TO_POINTER (FALSE),
                        test_lent_text_may_move_until_it_is_owned);
  g_test_add_data_func ("/rope/lent-ascii-may-move-until-it-is-owned", GINT_TO_POINTER (TRUE),
                        test_lent_text_may_move_until_it_is_owned);
  g_test_add_func ("/rope/one-sided-edits-keep-the-tree-sound", test_one_sided_edits_keep_the_tree_sound);
  g_test_add_func ("/rope/edits-at-every-border-of-leaves", test_edits_at_every_border_of_leaves);
  g_test_add_func ("/rope/reading-far-away-sees-what-is-typed", test_reading_far_away_sees_what_is_typed);
  g_test_add_func ("/rope/typing-leaves-full-leaves-behind", test_typing_leaves_full_leaves_behind);
  g_test_add_func ("/rope/leaves-that-become-small-are-merged", test_leaves_that_become_small_are_merged);

  return g_test_run ();
}
