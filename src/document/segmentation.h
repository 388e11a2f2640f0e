/* segmentation.h: where a text may be cut: graphemes, words, and what is certain without looking far */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillCharacterClass:
 * @COQUILL_CHARACTER_BLANK: white space
 * @COQUILL_CHARACTER_MARK: punctuation
 * @COQUILL_CHARACTER_WORD: all that says something: letters, digits, ideographs, emoji
 */
typedef enum
{
  COQUILL_CHARACTER_BLANK,
  COQUILL_CHARACTER_MARK,
  COQUILL_CHARACTER_WORD,
} CoquillCharacterClass;

/** The class of the character that begins at @text. @bytes: at least 1, to the text's end */
CoquillCharacterClass
coquill_segmentation_class (const guint8 *text, gsize bytes);
/** The class of the character that ends at @at, which is above 0. */
CoquillCharacterClass
coquill_segmentation_class_before (const guint8 *text, gsize at);

/**
 * coquill_segmentation_is_cut:
 * @text: valid UTF-8
 * @bytes: its length
 * @at: an offset, at most @bytes
 *
 * Whether two grapheme clusters meet at @at for certain, which is judged from the two characters there alone
 * and so is the same wherever they stand. Not all places where clusters meet are seen: behind a combining
 * mark or a flag what comes before would decide. O(1).
 */
gboolean
coquill_segmentation_is_cut (const guint8 *text, gsize bytes, gsize at);

/** Whether a line begins at @at: behind LF, CRLF or CR; not at the start. O(1) */
gboolean
coquill_segmentation_is_line (const guint8 *text, gsize bytes, gsize at);

/** Whether @at is inside of a word. O(1) */
gboolean
coquill_segmentation_is_in_word (const guint8 *text, gsize bytes, gsize at);

/** How many grapheme clusters a stretch has that begins and ends between two, at most @most, which is small:
 * only the first 512 bytes are looked at. O(1) */
guint
coquill_segmentation_count (const guint8 *text, gsize bytes, guint most);

G_END_DECLS
