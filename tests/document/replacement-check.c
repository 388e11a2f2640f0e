/* replacement-check.c: whether replacements are right, for tests of them */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement-check.h"

#include <unigbrk.h>

#include "document/replacement.h"

gsize
replacement_offset (const GString *text, gsize from, guint64 count)
{
  for (; count > 0; count--)
    {
      g_assert_cmpuint (from, <, text->len);
      from = (gsize)(g_utf8_next_char (text->str + from) - text->str);
    }

  return from;
}

static guint8 *
mark_graphemes (const char *text, gsize bytes)
{
  guint8 *marks = g_malloc0 (bytes + 1);

  u8_grapheme_breaks ((const guint8 *)text, bytes, (char *)marks);
  marks[bytes] = 1;

  return marks;
}

guint64
replacement_check (
    const char *old_text, gsize old_bytes, const char *new_text, gsize new_bytes, guint64 *steps)
{
  g_autoptr (GArray) list = coquill_replacements_between (old_text, old_bytes, new_text, new_bytes, steps);
  g_autofree guint8 *old_marks = mark_graphemes (old_text, old_bytes);
  g_autofree guint8 *new_marks = mark_graphemes (new_text, new_bytes);
  GString *text = g_string_sized_new (new_bytes);
  gsize old_at = 0;
  guint64 position = 0, cost = 0;

  for (guint i = 0; i <= list->len; i++)
    {
      const CoquillReplacement *one = i < list->len ? &g_array_index (list, CoquillReplacement, i) : NULL;
      const char *start = old_text + old_at, *end;

      if (one == NULL)
        {
          g_string_append_len (text, start, (gssize)(old_bytes - old_at));
          break;
        }
      /* In ascending order, and never two at one place. */
      g_assert_true (one->position > position || (i == 0 && one->position == 0));
      end = g_utf8_offset_to_pointer (start, (glong)(one->position - position));
      g_string_append_len (text, start, end - start);
      g_assert_true (old_marks[end - old_text]);
      g_assert_true (one->inserted == new_text + text->len);
      g_assert_true (new_marks[text->len]);
      g_string_append_len (text, one->inserted, (gssize)one->inserted_bytes);
      g_assert_true (new_marks[text->len]);
      g_assert_cmpint (g_utf8_strlen (one->inserted, (gssize)one->inserted_bytes), ==,
                       (glong)one->inserted_length);
      end = g_utf8_offset_to_pointer (end, (glong)one->deleted);
      old_at = (gsize)(end - old_text);
      g_assert_cmpuint (old_at, <=, old_bytes);
      g_assert_true (old_marks[old_at]);
      position = one->position + one->inserted_length;
      g_assert_cmpuint (one->deleted + one->inserted_length, >, 0);
      cost += one->deleted + one->inserted_length;
    }
  g_assert_cmpmem (text->str, text->len, new_text, new_bytes);
  g_string_free (text, TRUE);

  return cost;
}

void
replacement_append_word (GString *text, GRand *random)
{
  guint length = (guint)g_rand_int_range (random, 1, 9);

  for (guint i = 0; i < length; i++)
    g_string_append_c (text, (char)('a' + g_rand_int_range (random, 0, 26)));
  g_string_append_c (text, g_rand_int_range (random, 0, 8) == 0 ? '\n' : ' ');
}
