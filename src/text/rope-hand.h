/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-hand.h: what a key press does to a rope, to be compiled into its caller. */

#pragma once

#include <assert.h>
#include <string.h>

#include "text/rope-private.h"

/* So many bytes are copied as fast as one. */
#define COQUILL_ROPE_FILLER_STEP 32

/**
 * coquill_rope_hand_length:
 *
 * Returns: coquill_rope_length()
 */
static inline uint64_t
coquill_rope_hand_length (const CoquillRope *self)
{
  return self->other_points + coquill_rope_leaf_points (self->hand.leaf);
}

/**
 * coquill_rope_hand_has:
 *
 * Returns: whether the character at @position is in hand
 */
static inline bool
coquill_rope_hand_has (const CoquillRope *self, uint64_t position)
{
  return position - self->hand.start < coquill_rope_leaf_points (self->hand.leaf);
}

/**
 * CoquillRopeFiller:
 * @end: where the next text goes, in the last leaf, which is in hand
 * @limit: up to where that is filled
 * @n_points: code points since the leaf was last told
 *
 * A rope that is being made, from front to end, of short pieces.
 */
typedef struct
{
  CoquillRope *rope;
  char *end;
  const char *limit;
  uint32_t n_points;
} CoquillRopeFiller;

/**
 * coquill_rope_filler_start:
 * @rope: a new one, not to be used until coquill_rope_filler_finish()
 */
static inline void
coquill_rope_filler_start (CoquillRopeFiller *self, CoquillRope *rope)
{
  CoquillRopeLeaf *leaf = rope->hand.leaf;

  self->rope = rope;
  self->end = leaf->text + leaf->front_bytes;
  self->limit = leaf->text + COQUILL_ROPE_FILLED_BYTES;
  self->n_points = 0;
}

/**
 * coquill_rope_filler_finish:
 */
static inline void
coquill_rope_filler_finish (CoquillRopeFiller *self)
{
  CoquillRopeLeaf *leaf = self->rope->hand.leaf;

  leaf->front_bytes = (uint32_t)(self->end - leaf->text);
  leaf->front_points += self->n_points;
}

/**
 * coquill_rope_filler_add:
 * @n_readable: bytes that can be read from @utf8 on, @n_bytes at least
 *
 * Appends a piece.
 */
static inline void
coquill_rope_filler_add (
    CoquillRopeFiller *self, const char *utf8, size_t n_bytes, uint32_t code_points, size_t n_readable)
{
  static_assert (COQUILL_ROPE_LEAF_BYTES - COQUILL_ROPE_FILLED_BYTES >= COQUILL_ROPE_FILLER_STEP,
                 "what is copied too much needs room");
  if (__builtin_expect (n_bytes > (size_t)(self->limit - self->end), 0)
      || n_readable < n_bytes + COQUILL_ROPE_FILLER_STEP)
    {
      coquill_rope_filler_finish (self);
      coquill_rope_append (self->rope, utf8, n_bytes, code_points);
      coquill_rope_filler_start (self, self->rope);
      return;
    }
  memcpy (self->end, utf8, COQUILL_ROPE_FILLER_STEP);
  for (size_t done = COQUILL_ROPE_FILLER_STEP; done < n_bytes; done += COQUILL_ROPE_FILLER_STEP)
    memcpy (self->end + done, utf8 + done, COQUILL_ROPE_FILLER_STEP);
  self->end += n_bytes;
  self->n_points += code_points;
}
