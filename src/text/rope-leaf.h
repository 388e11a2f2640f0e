/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-leaf.h: a leaf of a rope, a gap buffer of a few kilobytes. */

#pragma once

#include <string.h>

#include "text/rope.h"

/**
 * CoquillRopeLeaf:
 * @front_bytes: bytes before the gap, at the beginning of @text
 * @back_bytes: bytes behind it, at the end of @text
 * @front_points: code points before the gap
 * @back_points: code points behind it
 * @lent: (nullable): where a text is of which the leaf is a part that has only ever been read: all of it is
 * its front
 * @text: COQUILL_ROPE_LEAF_BYTES, unless the text is lent: then where the part starts, as a size_t
 *
 *   | front_bytes | gap | back_bytes |
 *
 * Both parts begin and end at a code point. A part that has as many bytes as code points is ASCII. All else
 * is looked for from the gap, so that what an edit costs depends on how far it is from the last one.
 */
typedef struct
{
  uint32_t front_bytes;
  uint32_t back_bytes;
  uint32_t front_points;
  uint32_t back_points;
  uint8_t *const *lent;
  char text[];
} CoquillRopeLeaf;

static inline uint32_t
coquill_rope_leaf_bytes (const CoquillRopeLeaf *self)
{
  return self->front_bytes + self->back_bytes;
}

static inline uint32_t
coquill_rope_leaf_points (const CoquillRopeLeaf *self)
{
  return self->front_points + self->back_points;
}

static inline uint32_t
coquill_rope_leaf_room (const CoquillRopeLeaf *self)
{
  return COQUILL_ROPE_LEAF_BYTES - self->front_bytes - self->back_bytes;
}

/* What is behind the gap. */
static inline const char *
coquill_rope_leaf_back (const CoquillRopeLeaf *self)
{
  return self->text + COQUILL_ROPE_LEAF_BYTES - self->back_bytes;
}

/* What is before it, or lent. */
static inline const char *
coquill_rope_leaf_front (const CoquillRopeLeaf *self)
{
  size_t offset;

  if (self->lent == NULL)
    return self->text;
  memcpy (&offset, self->text, sizeof offset);
  return (const char *)*self->lent + offset;
}

/* A gap that moves this far is moved without memmove(). */
#define COQUILL_ROPE_LEAF_NEAR 64
#define COQUILL_ROPE_LEAF_STEP 16

/* From anywhere to anywhere. */
static inline void
coquill_rope_leaf_copy_step (char *to, const char *from)
{
  char bytes[COQUILL_ROPE_LEAF_STEP];

  memcpy (bytes, from, COQUILL_ROPE_LEAF_STEP);
  memcpy (to, bytes, COQUILL_ROPE_LEAF_STEP);
}

/* Moves bytes from the end of the front to the start of the back. Few bytes, as most are, go by sixteen: what
 * is copied too much lands in the gap. The code points are the caller's. */
static inline void
coquill_rope_leaf_move_back (CoquillRopeLeaf *self, uint32_t bytes)
{
  const char *from = self->text + self->front_bytes;
  char *to = self->text + COQUILL_ROPE_LEAF_BYTES - self->back_bytes;

  if (bytes > COQUILL_ROPE_LEAF_NEAR || self->front_bytes < COQUILL_ROPE_LEAF_NEAR
      || coquill_rope_leaf_room (self) < COQUILL_ROPE_LEAF_STEP)
    memmove (to - bytes, from - bytes, bytes);
  else
    for (uint32_t i = COQUILL_ROPE_LEAF_STEP; i < bytes + COQUILL_ROPE_LEAF_STEP; i += COQUILL_ROPE_LEAF_STEP)
      coquill_rope_leaf_copy_step (to - i, from - i);
  self->front_bytes -= bytes;
  self->back_bytes += bytes;
}

/* The same from the start of the back to the end of the front. */
static inline void
coquill_rope_leaf_move_forth (CoquillRopeLeaf *self, uint32_t bytes)
{
  const char *from = coquill_rope_leaf_back (self);
  char *to = self->text + self->front_bytes;

  if (bytes > COQUILL_ROPE_LEAF_NEAR || self->back_bytes < COQUILL_ROPE_LEAF_NEAR
      || coquill_rope_leaf_room (self) < COQUILL_ROPE_LEAF_STEP)
    memmove (to, from, bytes);
  else
    for (uint32_t i = 0; i < bytes; i += COQUILL_ROPE_LEAF_STEP)
      coquill_rope_leaf_copy_step (to + i, from + i);
  self->front_bytes += bytes;
  self->back_bytes -= bytes;
}

/**
 * coquill_rope_leaf_new:
 *
 * Returns: (transfer full): an empty leaf, to be freed with free()
 */
CoquillRopeLeaf *
coquill_rope_leaf_new (void);

/**
 * coquill_rope_leaf_new_lent:
 * @text: outlives the leaf, and so does what it points to, which may move
 * @offset: where the part starts
 * @bytes: at most COQUILL_ROPE_FILLED_BYTES
 *
 * Returns: (transfer full): a leaf that can be read, and be freed with free()
 */
CoquillRopeLeaf *
coquill_rope_leaf_new_lent (uint8_t *const *text, size_t offset, uint32_t bytes, uint32_t code_points);

/**
 * coquill_rope_leaf_own:
 * @self: (transfer full):
 *
 * Returns: (transfer full): a leaf with a text of its own, in place of @self; @self itself if it has one
 */
CoquillRopeLeaf *
coquill_rope_leaf_own (CoquillRopeLeaf *self);

/**
 * coquill_rope_leaf_move_gap:
 * @point: code points of the leaf before the gap's new place
 *
 * O(distance).
 */
void
coquill_rope_leaf_move_gap (CoquillRopeLeaf *self, uint32_t point);

/**
 * coquill_rope_leaf_put:
 * @bytes: at most the leaf's room
 *
 * Adds text in front of the gap.
 */
void
coquill_rope_leaf_put (CoquillRopeLeaf *self, const char *utf8, size_t bytes, uint64_t code_points);

/**
 * coquill_rope_leaf_delete:
 * @point: code points
 * @count: code points, @point + @count is at most the leaf's
 *
 * Takes a range out; the gap is there then. O(distance of the gap + bytes), without the bytes for ASCII.
 */
void
coquill_rope_leaf_delete (CoquillRopeLeaf *self, uint32_t point, uint32_t count);

/**
 * coquill_rope_leaf_split:
 *
 * Moves what is behind the gap to a new leaf, behind its gap.
 *
 * Returns: (transfer full): the new leaf
 */
CoquillRopeLeaf *
coquill_rope_leaf_split (CoquillRopeLeaf *self);

/**
 * coquill_rope_leaf_give_front:
 * @previous: the leaf before, with room for it
 *
 * Moves what is before the gap to the end of another leaf, whose gap is then behind it.
 */
void
coquill_rope_leaf_give_front (CoquillRopeLeaf *self, CoquillRopeLeaf *previous);

/**
 * coquill_rope_leaf_give_back:
 * @next: the leaf behind, with room for it
 *
 * Moves what is behind the gap to the start of another leaf, whose gap is then in front of it.
 */
void
coquill_rope_leaf_give_back (CoquillRopeLeaf *self, CoquillRopeLeaf *next);

/**
 * coquill_rope_leaf_at:
 * @point: code points, fewer than the leaf's
 *
 * Returns: where that character is; it is not parted by the gap
 */
const char *
coquill_rope_leaf_at (const CoquillRopeLeaf *self, uint32_t point);

/**
 * coquill_rope_leaf_pieces:
 * @point: code points
 * @count: code points, @point + @count is at most the leaf's
 * @func: called with the parts of the range, two at most
 *
 * Returns: false if @func stopped it
 */
bool
coquill_rope_leaf_pieces (
    const CoquillRopeLeaf *self, uint32_t point, uint32_t count, CoquillRopeChunkFunc func, void *data);

/**
 * coquill_rope_leaf_check:
 *
 * Returns: whether both parts are text, with the code points told
 */
bool
coquill_rope_leaf_check (const CoquillRopeLeaf *self);
