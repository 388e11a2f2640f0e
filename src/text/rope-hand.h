/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-hand.h: what a key press does to a rope, to be compiled into its caller. */

#pragma once

#include <assert.h>
#include <string.h>

#include "text/rope-private.h"

/* So many bytes are copied as fast as one. */
#define COQUILL_ROPE_FILLER_STEP 32

/*
 * Nearly every edit is one ASCII character beside the last one. For it these are a comparison and two
 * counters; they say false to all else, having done nothing, and rope.h's functions are for that.
 */

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
 * coquill_rope_hand_type:
 * @character: ASCII, not 0
 *
 * Inserts a character at the gap, which has room for it.
 */
static inline void
coquill_rope_hand_type (CoquillRope *self, char character)
{
  CoquillRopeLeaf *leaf = self->hand.leaf;
  uint32_t end = leaf->front_bytes;

  leaf->front_bytes = end + 1;
  leaf->front_points++;
  leaf->text[end] = character;
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
 * coquill_rope_hand_erase:
 * @backward: the character in front of the gap, else the one behind it; the leaf has it
 *
 * Returns: whether it did: whether it is ASCII
 */
static inline bool
coquill_rope_hand_erase (CoquillRope *self, bool backward)
{
  CoquillRopeLeaf *leaf = self->hand.leaf;

  if (backward)
    {
      uint32_t end = leaf->front_bytes - 1;

      if ((uint8_t)leaf->text[end] >= 0x80)
        return false;
      leaf->front_bytes = end;
      leaf->front_points--;
    }
  else
    {
      if ((uint8_t)*coquill_rope_leaf_back (leaf) >= 0x80)
        return false;
      leaf->back_bytes--;
      leaf->back_points--;
    }
  return true;
}

/* The leaf in hand, if it is ASCII and has all characters from @position to before @position + @count, and
 * @count isn't too many; else NULL. @point: (out): where they are in it. */
static inline CoquillRopeLeaf *
coquill_rope_hand_ascii (const CoquillRope *self, uint64_t position, uint64_t count, uint32_t *point)
{
  CoquillRopeLeaf *leaf = self->hand.leaf;
  uint32_t points = coquill_rope_leaf_points (leaf);

  *point = (uint32_t)(position - self->hand.start);
  return position - self->hand.start <= points && count <= points - *point
                 && leaf->front_bytes == leaf->front_points && leaf->back_bytes == leaf->back_points
             ? leaf
             : NULL;
}

/* Moves the gap of a leaf that is ASCII. */
static inline void
coquill_rope_hand_move_gap (CoquillRopeLeaf *leaf, uint32_t point)
{
  if (point < leaf->front_bytes)
    coquill_rope_leaf_move_back (leaf, leaf->front_bytes - point);
  else if (point > leaf->front_bytes)
    coquill_rope_leaf_move_forth (leaf, point - leaf->front_bytes);
}

/**
 * coquill_rope_hand_insert:
 * @n_bytes: at least 1
 *
 * Inserts ASCII.
 *
 * Returns: whether it did: whether it was into an ASCII leaf in hand, with room
 */
static inline bool
coquill_rope_hand_insert (CoquillRope *self, uint64_t position, const char *ascii, size_t n_bytes)
{
  uint32_t point;
  CoquillRopeLeaf *leaf = coquill_rope_hand_ascii (self, position, 0, &point);

  if (leaf == NULL || n_bytes > coquill_rope_leaf_room (leaf))
    return false;
  coquill_rope_hand_move_gap (leaf, point);
  if (n_bytes == 1)
    leaf->text[point] = *ascii;
  else
    memcpy (leaf->text + point, ascii, n_bytes);
  leaf->front_bytes = leaf->front_points = point + (uint32_t)n_bytes;
  leaf->back_points = leaf->back_bytes;
  return true;
}

/**
 * coquill_rope_hand_delete:
 *
 * Deletes ASCII; the gap is there then.
 *
 * Returns: whether it did: whether it was all of an ASCII leaf in hand
 */
static inline bool
coquill_rope_hand_delete (CoquillRope *self, uint64_t position, uint64_t count)
{
  uint32_t point;
  CoquillRopeLeaf *leaf = coquill_rope_hand_ascii (self, position, count, &point);

  if (leaf == NULL)
    return false;
  /* What is deleted isn't moved. */
  if (point > leaf->front_bytes || point + count < leaf->front_bytes)
    coquill_rope_hand_move_gap (leaf, point > leaf->front_bytes ? point : point + (uint32_t)count);
  leaf->back_bytes -= (uint32_t)count - (leaf->front_bytes - point);
  leaf->back_points = leaf->back_bytes;
  leaf->front_bytes = leaf->front_points = point;
  return true;
}

/**
 * coquill_rope_hand_peek:
 *
 * Returns: the character at @position if it is beside the gap and ASCII; else 0 or less
 */
static inline int8_t
coquill_rope_hand_peek (const CoquillRope *self, uint64_t position)
{
  const CoquillRopeLeaf *leaf = self->hand.leaf;
  uint64_t point = position - self->hand.start;

  if (point == leaf->front_points && leaf->back_bytes > 0)
    return (int8_t)*coquill_rope_leaf_back (leaf);
  if (leaf->front_bytes > 0 && point == leaf->front_points - 1)
    return (int8_t)leaf->text[leaf->front_bytes - 1];
  return 0;
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
