/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-leaf.h: a leaf of a rope, a gap buffer of a few kilobytes. */

#pragma once

#include <stddef.h>
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
 * @text: COQUILL_ROPE_LEAF_BYTES, and one for who types, unless the text is lent: then where the part starts,
 * as a size_t
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

/* A gap that moves this far is moved without memmove(), in steps of so much. */
#define COQUILL_ROPE_LEAF_NEAR 2048
#define COQUILL_ROPE_LEAF_STEP 64

/* From anywhere to anywhere. As one array it would go through memory. */
static inline void
coquill_rope_leaf_copy_step (char *to, const char *from)
{
  char a[COQUILL_ROPE_LEAF_STEP / 4], b[sizeof a], c[sizeof a], d[sizeof a];

  memcpy (a, from, sizeof a);
  memcpy (b, from + sizeof a, sizeof a);
  memcpy (c, from + 2 * sizeof a, sizeof a);
  memcpy (d, from + 3 * sizeof a, sizeof a);
  memcpy (to, a, sizeof a);
  memcpy (to + sizeof a, b, sizeof a);
  memcpy (to + 2 * sizeof a, c, sizeof a);
  memcpy (to + 3 * sizeof a, d, sizeof a);
}

/* Moves bytes from the end of the front, which is at @front, to the start of the back, or the other way. The
 * gap has COQUILL_ROPE_LEAF_STEP bytes.
 * @distance: bytes; less than 0 out of the front
 * @front_bytes: all of it
 * @back_bytes: the same
 *
 * Which way nobody can guess, so it isn't asked; nor whether there is anything to move. What is copied too
 * much lands in the gap. */
static inline void
coquill_rope_leaf_move_near (
    char *front, char *back, ptrdiff_t distance, size_t front_bytes, size_t back_bytes)
{
  ptrdiff_t sign = 0 - (ptrdiff_t)(distance < 0), left = (distance ^ sign) - sign;
  size_t bytes = (size_t)left, side = back_bytes ^ ((back_bytes ^ front_bytes) & (size_t)sign);

  if (bytes > COQUILL_ROPE_LEAF_NEAR || side < bytes + COQUILL_ROPE_LEAF_STEP)
    {
      if (distance < 0)
        memmove (back - bytes, front - bytes, bytes);
      else
        memmove (front, back, bytes);
      return;
    }

  ptrdiff_t across = (back - front) & sign, start = COQUILL_ROPE_LEAF_STEP & sign;
  ptrdiff_t step = COQUILL_ROPE_LEAF_STEP - 2 * start;
  char *to = front + across - start;
  const char *from = back - across - start;

  do
    {
      coquill_rope_leaf_copy_step (to, from);
      to += step;
      from += step;
      left -= COQUILL_ROPE_LEAF_STEP;
    }
  while (left > 0);
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
