/* segmentation.c: where a text may be cut: graphemes, words, and what is certain without looking far */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/segmentation.h"

#include <unictype.h>
#include <unigbrk.h>
#include <unistr.h>

/* Bytes that are looked at to count grapheme clusters. */
#define MAX_COUNTED 512

static ucs4_t
character_at (const guint8 *text, gsize bytes)
{
  ucs4_t character = 0;

  u8_mbtouc_unsafe (&character, text, bytes);

  return character;
}

static gsize
start_before (const guint8 *text, gsize at)
{
  gsize start = at - 1;

  while (start > 0 && (text[start] & 0xc0) == 0x80)
    start--;

  return start;
}

CoquillCharacterClass
coquill_segmentation_class (const guint8 *text, gsize bytes)
{
  ucs4_t character = text[0];

  if (character < 0x80)
    return g_ascii_isalnum ((char)character)      ? COQUILL_CHARACTER_WORD
           : character <= ' ' && (character >= 9) ? COQUILL_CHARACTER_BLANK
                                                  : COQUILL_CHARACTER_MARK;
  character = character_at (text, bytes);
  if (uc_is_property_white_space (character))
    return COQUILL_CHARACTER_BLANK;

  return uc_is_general_category (character, UC_PUNCTUATION) ? COQUILL_CHARACTER_MARK : COQUILL_CHARACTER_WORD;
}

CoquillCharacterClass
coquill_segmentation_class_before (const guint8 *text, gsize at)
{
  gsize start = start_before (text, at);

  return coquill_segmentation_class (text + start, at - start);
}

gboolean
coquill_segmentation_is_cut (const guint8 *text, gsize bytes, gsize at)
{
  ucs4_t before, behind;
  gsize start;

  if (at == 0 || at >= bytes)
    return TRUE;
  if (text[at - 1] < 0x80 && text[at] < 0x80)
    return text[at - 1] != '\r' || text[at] != '\n';
  if ((text[at] & 0xc0) == 0x80)
    return FALSE;
  start = start_before (text, at);
  before = character_at (text + start, at - start);
  behind = character_at (text + at, bytes - at);
  switch (uc_graphemeclusterbreak_property (before))
    {
    case GBP_EXTEND:
    case GBP_PREPEND:
    case GBP_SPACINGMARK:
    case GBP_RI:
    case GBP_ZWJ:
      return FALSE;
    default:
      return uc_is_grapheme_break (before, behind);
    }
}

gboolean
coquill_segmentation_is_line (const guint8 *text, gsize bytes, gsize at)
{
  return at > 0 && (text[at - 1] == '\n' || (text[at - 1] == '\r' && (at == bytes || text[at] != '\n')));
}

gboolean
coquill_segmentation_is_in_word (const guint8 *text, gsize bytes, gsize at)
{
  return at > 0 && at < bytes && coquill_segmentation_class_before (text, at) == COQUILL_CHARACTER_WORD
         && coquill_segmentation_class (text + at, bytes - at) == COQUILL_CHARACTER_WORD;
}

guint
coquill_segmentation_count (const guint8 *text, gsize bytes, guint most)
{
  char starts[MAX_COUNTED];
  guint count = 0;

  if (bytes > MAX_COUNTED)
    for (bytes = MAX_COUNTED; (text[bytes] & 0xc0) == 0x80;)
      bytes--;
  /* Not u8_grapheme_next(), which looks at two characters only and cuts flags and emoji apart. */
  u8_grapheme_breaks (text, bytes, starts);
  for (gsize i = 0; i < bytes && count < most; i++)
    count += starts[i] != 0;

  return count;
}
