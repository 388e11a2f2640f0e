/* replacement.h: the few replacements that turn one text into another */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Steps that one comparison may take: two tokens compared, one point of the edit graph reached. It bounds the
 * time, about a quarter of a second, whatever the texts are; what is not compared by then is replaced. */
#define COQUILL_REPLACEMENT_MAX_STEPS (G_GUINT64_CONSTANT (3) << 24)

/* Bytes of both texts that are cut into words, of which each costs some ten times the work of a byte of a
 * line. */
#define COQUILL_REPLACEMENT_MAX_WORD_BYTES (12 * 1024 * 1024)

/* Bytes of both texts that are cut into words at once: a stretch that is longer is cut into pieces of some
 * dozen bytes before, and only what differs then into words. */
#define COQUILL_REPLACEMENT_MAX_STRETCH (1024 * 1024)

/**
 * CoquillReplacement:
 * @position: where, in code points, in the text that the replacements before it left
 * @deleted: code points that go away there
 * @inserted: UTF-8 that comes in there: a part of the new text, borrowed
 * @inserted_bytes: its bytes
 * @inserted_length: its code points
 *
 * One edit. A deletion has nothing inserted, an insertion nothing deleted.
 */
typedef struct
{
  guint64 position;
  guint64 deleted;
  const char *inserted;
  gsize inserted_bytes;
  guint64 inserted_length;
} CoquillReplacement;

/**
 * coquill_replacements_between:
 * @old_text: valid UTF-8
 * @old_bytes: its length
 * @new_text: valid UTF-8; must outlive the result
 * @new_bytes: its length
 * @steps: (out) (optional): the steps it took, at most %COQUILL_REPLACEMENT_MAX_STEPS
 *
 * Compares two texts and says what a person would have done to make the second of the first: whole lines come
 * and go, words are replaced, a letter in a word is mended. Done one after another the replacements give
 * @new_text byte for byte.
 *
 * Each begins and ends, in both texts, between two grapheme clusters (UAX #29): no combining mark, emoji
 * sequence, flag, syllable or CRLF is cut apart.
 *
 * The least number of code points is not the aim, legible edits are: on random texts that are edited as
 * people do it is 1.1 times the least, and never was above five times. How it is found is in README.md.
 *
 * O(bytes) for what both begin and end with and for reading lines; the comparison itself is bounded by the
 * limits above, and so is its memory by some 50 bytes for each line or word, O(bytes). Any thread.
 *
 * Returns: (transfer full) (element-type CoquillReplacement): in ascending order; empty if the texts are
 * equal
 */
GArray *
coquill_replacements_between (const char *old_text,
                              gsize old_bytes,
                              const char *new_text,
                              gsize new_bytes,
                              guint64 *steps) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
