/* test-token-list.c: where texts are cut into tokens, and what is known of a place at once */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/token-list.h"

#include <string.h>
#include <unigbrk.h>

#include "document/segmentation.h"

static char *
show (CoquillTokenList *list)
{
  GString *shown = g_string_new (NULL);

  for (guint32 i = 0; i < list->length; i++)
    {
      guint32 start = coquill_token_list_start (list, i);

      g_string_append_c (shown, '<');
      g_string_append_len (shown, (const char *)list->text + start, list->ends[i] - start);
      g_string_append_c (shown, '>');
    }
  coquill_token_list_free (list);

  return g_string_free (shown, FALSE);
}

static void
assert_tokens (CoquillTokenList *(*cut) (const guint8 *, guint32), const char *text, const char *wanted)
{
  g_autofree char *shown = show (cut ((const guint8 *)text, (guint32)strlen (text)));

  g_assert_cmpstr (shown, ==, wanted);
}

static void
test_lines (void)
{
  assert_tokens (coquill_token_list_new_lines, "", "");
  assert_tokens (coquill_token_list_new_lines, "one", "<one>");
  assert_tokens (coquill_token_list_new_lines, "one\n\ntwo\n", "<one\n><\n><two\n>");
  assert_tokens (coquill_token_list_new_lines, "a\r\nb\rc\nd\n\re", "<a\r\n><b\r><c\n><d\n><\r><e>");
}

static void
test_words (void)
{
  assert_tokens (coquill_token_list_new_words, "", "");
  assert_tokens (coquill_token_list_new_words, "It's 3.14, isn't it?\r\n",
                 "<It's>< ><3.14><,>< ><isn't>< ><it><?><\r\n>");
  assert_tokens (coquill_token_list_new_words, "e\xcc\x81te\xcc\x81 👩‍👩‍👧🇩🇪🇫🇷",
                 "<e\xcc\x81te\xcc\x81>< ><👩‍👩‍👧><🇩🇪><🇫🇷>");
  assert_tokens (coquill_token_list_new_graphemes, "e\xcc\x81x👩‍👩‍👧🇩🇪🇫🇷\r\n",
                 "<e\xcc\x81><x><👩‍👩‍👧><🇩🇪><🇫🇷><\r\n>");
}

static void
test_too_many_lines (void)
{
  g_autofree char *text = g_strnfill (COQUILL_TOKEN_LIST_MAX + 1, '\n');
  g_autoptr (CoquillTokenList) list
      = coquill_token_list_new_lines ((const guint8 *)text, COQUILL_TOKEN_LIST_MAX);

  g_assert_cmpuint (list->length, ==, COQUILL_TOKEN_LIST_MAX);
  g_assert_null (coquill_token_list_new_lines ((const guint8 *)text, COQUILL_TOKEN_LIST_MAX + 1));
}

static void
test_numbers (void)
{
  static const char a[] = "one two one three two", b[] = "three two four";
  g_autoptr (CoquillTokenList) first = coquill_token_list_new_words ((const guint8 *)a, sizeof a - 1);
  g_autoptr (CoquillTokenList) second = coquill_token_list_new_words ((const guint8 *)b, sizeof b - 1);
  static const guint32 first_ids[] = { 0, 1, 2, 1, 0, 1, 3, 1, 2 }, second_ids[] = { 3, 1, 2, 1, 4 };

  g_assert_cmpuint (coquill_token_list_number (first, second), ==, 5);
  g_assert_cmpmem (first->ids, first->length * sizeof (guint32), first_ids, sizeof first_ids);
  g_assert_cmpmem (second->ids, second->length * sizeof (guint32), second_ids, sizeof second_ids);
}

/* Behind a change the pieces are soon the same again, whatever the text is made of. */
static void
check_pieces (const char *const *bits, guint n_bits)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) pieces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const guint changes = 20;
  guint found = 0;

  while (text->len < 100000)
    g_string_append (text, bits[g_rand_int_range (random, 0, (gint32)n_bits)]);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (CoquillTokenList) list = coquill_token_list_new_pieces (
          (const guint8 *)text->str, (guint32)text->len, COQUILL_TOKEN_PIECE);

      g_assert_cmpuint (list->ends[list->length - 1], ==, text->len);
      g_assert_cmpuint (list->length, >, text->len / COQUILL_TOKEN_PIECE / 4);
      g_assert_cmpuint (list->length, <, text->len / COQUILL_TOKEN_PIECE * 4);
      for (guint32 i = 0; i < list->length; i++)
        {
          guint32 start = coquill_token_list_start (list, i);
          char *piece = g_strndup (text->str + start, list->ends[i] - start);

          g_assert_true (g_utf8_validate (piece, -1, NULL));
          found += round == 1 && g_hash_table_contains (pieces, piece);
          g_hash_table_add (pieces, piece);
        }
      if (round == 1)
        g_assert_cmpuint (found + changes * 8, >=, list->length);
      for (guint i = 0; i < changes; i++)
        {
          gsize at = (gsize)g_rand_int_range (random, 0, (gint32)text->len);

          while (((guint8)text->str[at] & 0xc0) == 0x80)
            at--;
          g_string_insert (text, (gssize)at, "NEW");
        }
    }
}

static void
test_pieces (void)
{
  static const char *const words[]
      = { "some ", "words ", "and ", "others ", "of ", "which ", "there ", "are ", "many " };
  static const char *const letters[] = { "a", "b", "c", "d", "e", "f", "g" };
  static const char *const ideographs[] = { "漢", "字", "今", "日", "天", "気", "悪", "前", "後" };

  check_pieces (words, G_N_ELEMENTS (words));
  check_pieces (letters, G_N_ELEMENTS (letters));
  check_pieces (ideographs, G_N_ELEMENTS (ideographs));
}

/* A place that is held to be certain is one, in any text. */
static void
test_certain_cuts (void)
{
  static const char *const bits[] = { "a",
                                      "\xcc\x81",
                                      "\r",
                                      "\n",
                                      " ",
                                      "👩",
                                      "\xe2\x80\x8d",
                                      "🏽",
                                      "🇩",
                                      "🇪",
                                      "漢",
                                      "한",
                                      "\xe1\x84\x92",
                                      "\xe1\x85\xa1",
                                      "\xe1\x86\xab",
                                      "क",
                                      "\xe0\xa5\x8d",
                                      "ि",
                                      "\xd8\x80",
                                      "\xe2\x80\xa8",
                                      "\xef\xbb\xbf" };
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  guint seen = 0, cuts = 0;

  for (guint round = 0; round < 20000; round++)
    {
      char text[128] = "", breaks[128];
      gsize bytes;

      for (guint i = 0; i < 10; i++)
        g_strlcat (text, bits[g_rand_int_range (random, 0, G_N_ELEMENTS (bits))], sizeof text);
      bytes = strlen (text);
      u8_grapheme_breaks ((const guint8 *)text, bytes, breaks);
      g_assert_true (coquill_segmentation_is_cut ((const guint8 *)text, bytes, 0));
      g_assert_true (coquill_segmentation_is_cut ((const guint8 *)text, bytes, bytes));
      for (gsize at = 1; at < bytes; at++)
        {
          gboolean is_cut = coquill_segmentation_is_cut ((const guint8 *)text, bytes, at);

          g_assert_true (!is_cut || breaks[at]);
          seen += is_cut;
          cuts += breaks[at] != 0;
        }
    }
  g_assert_cmpuint (seen * 2, >, cuts);
}

static void
test_classes (void)
{
  static const char text[] = "a é,\xe2\x80\x83漢“\n";
  const guint8 *bytes = (const guint8 *)text;
  gsize length = sizeof text - 1;

  g_assert_cmpint (coquill_segmentation_class (bytes, length), ==, COQUILL_CHARACTER_WORD);
  g_assert_cmpint (coquill_segmentation_class (bytes + 1, length - 1), ==, COQUILL_CHARACTER_BLANK);
  g_assert_cmpint (coquill_segmentation_class (bytes + 2, length - 2), ==, COQUILL_CHARACTER_WORD);
  g_assert_cmpint (coquill_segmentation_class_before (bytes, 4), ==, COQUILL_CHARACTER_WORD);
  g_assert_cmpint (coquill_segmentation_class (bytes + 4, length - 4), ==, COQUILL_CHARACTER_MARK);
  g_assert_cmpint (coquill_segmentation_class (bytes + 5, length - 5), ==, COQUILL_CHARACTER_BLANK);
  g_assert_cmpint (coquill_segmentation_class (bytes + 8, length - 8), ==, COQUILL_CHARACTER_WORD);
  g_assert_cmpint (coquill_segmentation_class (bytes + 11, length - 11), ==, COQUILL_CHARACTER_MARK);
  g_assert_cmpint (coquill_segmentation_class_before (bytes, length), ==, COQUILL_CHARACTER_BLANK);
  g_assert_cmpuint (coquill_segmentation_count ((const guint8 *)"e\xcc\x81🇩🇪\r\nx", 14, 9), ==, 4);
  g_assert_cmpuint (coquill_segmentation_count ((const guint8 *)"abcdef", 6, 3), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-list/lines-end-in-any-way", test_lines);
  g_test_add_func ("/token-list/words-and-clusters-are-people's", test_words);
  g_test_add_func ("/token-list/too-many-lines-are-none", test_too_many_lines);
  g_test_add_func ("/token-list/equal-tokens-have-one-number", test_numbers);
  g_test_add_func ("/token-list/pieces-are-the-same-again-behind-a-change", test_pieces);
  g_test_add_func ("/segmentation/certain-cuts-are-cuts", test_certain_cuts);
  g_test_add_func ("/segmentation/classes-and-counts", test_classes);

  return g_test_run ();
}
