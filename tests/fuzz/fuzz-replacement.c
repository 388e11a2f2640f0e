/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-replacement.c: the replacements between any two texts give the second one, on cluster boundaries. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>

#include "document/replacement.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char *
mark_graphemes (const char *text, size_t bytes)
{
  char *marks = g_malloc0 (bytes + 1);

  u8_grapheme_breaks ((const uint8_t *)text, bytes, marks);
  marks[bytes] = 1;
  return marks;
}

static void
insist (gboolean condition)
{
  if (!condition)
    abort ();
}

static void
check (const char *old_text, size_t old_bytes, const char *new_text, size_t new_bytes)
{
  guint64 steps, position = 0;
  g_autoptr (GArray) list = coquill_replacements_between (old_text, old_bytes, new_text, new_bytes, &steps);
  g_autofree char *old_marks = mark_graphemes (old_text, old_bytes);
  g_autofree char *new_marks = mark_graphemes (new_text, new_bytes);
  const char *old_at = old_text, *new_at = new_text;

  insist (steps <= COQUILL_REPLACEMENT_MAX_STEPS);
  for (guint i = 0; i < list->len; i++)
    {
      const CoquillReplacement *one = &g_array_index (list, CoquillReplacement, i);
      size_t kept;

      insist (one->position > position || (i == 0 && one->position == 0));
      kept = (size_t)(g_utf8_offset_to_pointer (old_at, (long)(one->position - position)) - old_at);
      insist (kept <= (size_t)(new_text + new_bytes - new_at) && memcmp (old_at, new_at, kept) == 0);
      old_at += kept;
      new_at += kept;
      insist (old_marks[old_at - old_text] && new_marks[new_at - new_text] && one->inserted == new_at);
      old_at = g_utf8_offset_to_pointer (old_at, (long)one->deleted);
      new_at += one->inserted_bytes;
      insist (old_at <= old_text + old_bytes && new_at <= new_text + new_bytes);
      insist (old_marks[old_at - old_text] && new_marks[new_at - new_text]);
      insist (one->deleted + one->inserted_length > 0);
      position = one->position + one->inserted_length;
    }
  insist (old_text + old_bytes - old_at == new_text + new_bytes - new_at
          && memcmp (old_at, new_at, (size_t)(old_text + old_bytes - old_at)) == 0);
}

/* Two texts with a byte between them that is in no UTF-8. What isn't UTF-8 is made so: nothing else gets
 * here.
 */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *end = size > 0 ? memchr (data, 0xff, size) : NULL;
  size_t first = end != NULL ? (size_t)(end - data) : size / 2;
  size_t second = first + (end != NULL);
  g_autofree char *old_text = g_utf8_make_valid ((const char *)data, (gssize)first);
  g_autofree char *new_text = g_utf8_make_valid ((const char *)data + second, (gssize)(size - second));

  check (old_text, strlen (old_text), new_text, strlen (new_text));
  check (new_text, strlen (new_text), old_text, strlen (old_text));
  return 0;
}
