/* token-list.h: a stretch of text cut into tokens: lines, pieces, words, grapheme clusters */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lines or pieces that one stretch is cut into; more are cut into fewer, longer pieces. Bounds the memory of
 * texts of empty lines. */
#define COQUILL_TOKEN_LIST_MAX (1 << 19)

/* Bytes of a piece, on average: short enough that a piece with a change in it loses little else. */
#define COQUILL_TOKEN_PIECE 32

/**
 * CoquillTokenList:
 * @text: the stretch, borrowed
 * @length: tokens
 * @ends: for each token the offset behind it
 * @ids: for each token a number that equal ones have in common, after coquill_token_list_number()
 *
 * Tokens that follow each other without gaps. Each begins and ends between two grapheme clusters, if the
 * stretch does.
 */
typedef struct
{
  const guint8 *text;
  guint32 length;
  guint32 *ends;
  guint32 *ids;
} CoquillTokenList;

/** coquill_token_list_new_lines: (nullable): each with its line end; %NULL if there are more than
 * %COQUILL_TOKEN_LIST_MAX. O(bytes) */
CoquillTokenList *
coquill_token_list_new_lines (const guint8 *text, guint32 bytes) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_token_list_new_pieces:
 * @average: bytes of a piece, a power of 2
 *
 * Cuts where the text itself says so (a running hash of the last bytes), so that equal stretches are cut
 * equally wherever they stand; behind a blank where there is one. O(bytes)
 */
CoquillTokenList *
coquill_token_list_new_pieces (const guint8 *text, guint32 bytes, guint32 average) G_GNUC_WARN_UNUSED_RESULT;

/** Words, blanks and punctuation, as in UAX #29. O(bytes) */
CoquillTokenList *
coquill_token_list_new_words (const guint8 *text, guint32 bytes) G_GNUC_WARN_UNUSED_RESULT;
/** O(bytes) */
CoquillTokenList *
coquill_token_list_new_graphemes (const guint8 *text, guint32 bytes) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_token_list_free (CoquillTokenList *self);

/** Where token @index begins; @index may be the length. */
static inline guint32
coquill_token_list_start (const CoquillTokenList *self, guint32 index)
{
  return index > 0 ? self->ends[index - 1] : 0;
}

/**
 * coquill_token_list_number:
 *
 * Gives the tokens of both their ids, 0, 1, 2… The hash has a random key, so that nobody can make texts whose
 * tokens collide; the ids don't depend on it. O(bytes)
 *
 * Returns: how many different tokens there are
 */
guint32
coquill_token_list_number (CoquillTokenList *a, CoquillTokenList *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillTokenList, coquill_token_list_free)

G_END_DECLS
