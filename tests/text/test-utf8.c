/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-utf8.c: what is text, against GLib and by hand. */

#include <glib.h>
#include <string.h>

#include "seed.h"
#include "text/utf8.h"

static void
test_every_code_point_is_text_or_not_as_the_rfc_says (void)
{
  for (guint32 point = 0; point <= 0x110000; point++)
    {
      /* Written by hand, because g_unichar_to_utf8() won't write all of them. */
      guint8 bytes[4];
      gsize n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      uint64_t count = 0;
      gboolean is_text = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);

      for (gsize i = n - 1, rest = point; i > 0; i--, rest >>= 6)
        bytes[i] = (guint8)(0x80 | (rest & 0x3f));
      bytes[0] = (guint8)(n == 1 ? point : (0xf0 << (4 - n)) | point >> (6 * (n - 1)));

      g_assert_cmpint (coquill_utf8_check (bytes, n, &count), ==, is_text);
      if (is_text)
        g_assert_cmpuint (count, ==, 1);
      for (gsize cut = 1; cut < n; cut++)
        g_assert_false (coquill_utf8_check (bytes, cut, NULL));
    }
}

static void
test_random_bytes_are_judged_as_glib_does (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());
  guint n_text = 0;

  for (guint round = 0; round < 200000; round++)
    {
      guint8 bytes[200];
      gsize length = (gsize)g_rand_int_range (rand, 0, round % 8 == 0 ? sizeof bytes + 1 : 25), n_ascii = 0;

      /* Mostly ASCII, with one or two bytes of any kind. */
      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8)g_rand_int_range (rand, 1, 0x80);
      for (gint i = g_rand_int_range (rand, 0, 3); i > 0 && length > 0; i--)
        bytes[g_rand_int_range (rand, 0, (gint32)length)] = (guint8)g_rand_int_range (rand, 0, 0x100);
      if (length > 2 && g_rand_boolean (rand))
        memcpy (bytes + length - 3, "\xe2\x82\xac", 3);

      gboolean expected = g_utf8_validate_len ((char *)bytes, length, NULL);
      uint64_t count;

      while (n_ascii < length && bytes[n_ascii] < 0x80)
        n_ascii++;
      g_assert_cmpuint (coquill_utf8_ascii (bytes, length), ==, n_ascii);
      g_assert_cmpint (coquill_utf8_check (bytes, length, &count), ==, expected);
      if (expected)
        {
          n_text++;
          g_assert_cmpint ((glong)count, ==, g_utf8_strlen ((char *)bytes, (gssize)length));
        }
    }
  g_assert_cmpuint (n_text, >, 10000);
}

static void
test_counting_and_measuring_agree_with_glib (void)
{
  static const gunichar alphabet[] = { 'a', 'b', 0xe4, 0x7ff, 0x20ac, 0x1f600 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gint32 n = g_rand_int_range (rand, 0, round % 30 == 0 ? 400 : 60);

      for (gint32 i = 0; i < n; i++)
        g_string_append_unichar (text, alphabet[g_rand_int_range (rand, 0, G_N_ELEMENTS (alphabet))]);
      g_assert_cmpuint (coquill_utf8_count (text->str, text->len), ==, (guint)n);
      for (gint32 i = 0; i <= n; i++)
        {
          gsize expected = (gsize)(g_utf8_offset_to_pointer (text->str, i) - text->str);

          g_assert_cmpuint (coquill_utf8_offset (text->str, text->len, (guint64)i), ==, expected);
          g_assert_cmpuint (coquill_utf8_offset_from_end (text->str, text->len, (guint64)(n - i)), ==,
                            text->len - expected);
        }
      g_assert_cmpuint (coquill_utf8_offset (text->str, text->len, (guint64)n + 20), ==, text->len);
      g_assert_cmpuint (coquill_utf8_offset_from_end (text->str, text->len, (guint64)n + 20), ==, text->len);
    }
}

static void
assert_near (gsize told, gsize there)
{
  g_assert_cmpuint (told, <=, there);
  g_assert_cmpuint (told + 8, >, MIN (there, COQUILL_UTF8_NEAR));
}

/* From any place between characters beyond ASCII, so many bytes apart. */
static void
test_ascii_is_told_up_to_what_is_not (void)
{
  for (guint n = 0; n < 300; n++)
    {
      g_autofree char *ascii = g_strnfill (n, 'x'), *text = g_strconcat ("\u00e9", ascii, "\u4e2d", NULL);

      for (guint i = 0; i <= n; i++)
        {
          assert_near (coquill_utf8_ascii_before (text, 2 + i, 1 + i), i);
          assert_near (coquill_utf8_ascii_behind (text + 2 + i, n - i + 3, n - i + 1), n - i);
          g_assert_cmpuint (coquill_utf8_ascii_before (ascii, i, i), ==, i);
          g_assert_cmpuint (coquill_utf8_ascii_behind (ascii, i, i), ==, i);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/utf8/every-code-point-is-text-or-not-as-the-rfc-says",
                   test_every_code_point_is_text_or_not_as_the_rfc_says);
  g_test_add_func ("/utf8/random-bytes-are-judged-as-glib-does", test_random_bytes_are_judged_as_glib_does);
  g_test_add_func ("/utf8/counting-and-measuring-agree-with-glib",
                   test_counting_and_measuring_agree_with_glib);
  g_test_add_func ("/utf8/ascii-is-told-up-to-what-is-not", test_ascii_is_told_up_to_what_is_not);

  return g_test_run ();
}
