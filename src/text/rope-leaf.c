/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-leaf.c: editing and reading one leaf of a rope. */

#include "text/rope-leaf.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/utf8.h"

CoquillRopeLeaf *
coquill_rope_leaf_new (void)
{
  CoquillRopeLeaf *self = malloc (sizeof *self + COQUILL_ROPE_LEAF_BYTES + 1);

  if (self == NULL)
    coquill_out_of_memory ();
  *self = (CoquillRopeLeaf){ 0 };
  return self;
}

CoquillRopeLeaf *
coquill_rope_leaf_new_lent (uint8_t *const *text, size_t offset, uint32_t bytes, uint32_t code_points)
{
  CoquillRopeLeaf *self = coquill_allocate (sizeof *self + sizeof offset);

  self->front_bytes = bytes;
  self->front_points = code_points;
  self->lent = text;
  memcpy (self->text, &offset, sizeof offset);
  return self;
}

CoquillRopeLeaf *
coquill_rope_leaf_own (CoquillRopeLeaf *self)
{
  CoquillRopeLeaf *own;

  if (self->lent == NULL)
    return self;
  own = coquill_rope_leaf_new ();
  coquill_rope_leaf_put (own, coquill_rope_leaf_front (self), self->front_bytes, self->front_points);
  free (self);
  return own;
}

/* Moves bytes of a leaf over its gap. */
static void
move_bytes (CoquillRopeLeaf *self, size_t bytes, bool is_back)
{
  char *front = self->text + self->front_bytes,
       *back = self->text + COQUILL_ROPE_LEAF_BYTES - self->back_bytes;

  if (back - front >= COQUILL_ROPE_LEAF_STEP)
    coquill_rope_leaf_move_near (front, back, is_back ? -(ptrdiff_t)bytes : (ptrdiff_t)bytes,
                                 self->front_bytes, self->back_bytes);
  else if (is_back)
    memmove (back - bytes, front - bytes, bytes);
  else
    memmove (front, back, bytes);
}

/* Bytes of the first @count of @points code points. */
static uint32_t
bytes_from_start (const char *utf8, uint32_t bytes, uint32_t points, uint32_t count)
{
  if (bytes == points)
    return count;
  if (count <= points / 2)
    return (uint32_t)coquill_utf8_offset (utf8, bytes, count);
  return bytes - (uint32_t)coquill_utf8_offset_from_end (utf8, bytes, points - count);
}

/* Bytes of the last @count of @points code points. */
static uint32_t
bytes_from_end (const char *utf8, uint32_t bytes, uint32_t points, uint32_t count)
{
  return bytes == points ? count : bytes - bytes_from_start (utf8, bytes, points, points - count);
}

void
coquill_rope_leaf_move_gap (CoquillRopeLeaf *self, uint32_t point)
{
  uint32_t points, bytes;

  if (point < self->front_points)
    {
      points = self->front_points - point;
      bytes = bytes_from_end (self->text, self->front_bytes, self->front_points, points);
      move_bytes (self, bytes, true);
      bytes = 0 - bytes;
      points = 0 - points;
    }
  else if (point > self->front_points)
    {
      points = point - self->front_points;
      bytes = bytes_from_start (coquill_rope_leaf_back (self), self->back_bytes, self->back_points, points);
      move_bytes (self, bytes, false);
    }
  else
    return;
  self->front_bytes += bytes;
  self->front_points += points;
  self->back_bytes -= bytes;
  self->back_points -= points;
}

void
coquill_rope_leaf_put (CoquillRopeLeaf *self, const char *utf8, size_t bytes, uint64_t code_points)
{
  if (bytes == 1)
    self->text[self->front_bytes] = *utf8;
  else if (bytes > 0)
    memcpy (self->text + self->front_bytes, utf8, bytes);
  self->front_bytes += (uint32_t)bytes;
  self->front_points += (uint32_t)code_points;
}

void
coquill_rope_leaf_delete (CoquillRopeLeaf *self, uint32_t point, uint32_t count)
{
  if (point > self->front_points)
    coquill_rope_leaf_move_gap (self, point);
  else if (point + count < self->front_points)
    coquill_rope_leaf_move_gap (self, point + count);

  uint32_t before = self->front_points - point;
  uint32_t behind = count - before;

  self->front_bytes -= bytes_from_end (self->text, self->front_bytes, self->front_points, before);
  self->front_points -= before;
  self->back_bytes
      -= bytes_from_start (coquill_rope_leaf_back (self), self->back_bytes, self->back_points, behind);
  self->back_points -= behind;
}

CoquillRopeLeaf *
coquill_rope_leaf_split (CoquillRopeLeaf *self)
{
  CoquillRopeLeaf *right = coquill_rope_leaf_new ();

  coquill_rope_leaf_give_back (self, right);
  return right;
}

void
coquill_rope_leaf_give_front (CoquillRopeLeaf *self, CoquillRopeLeaf *previous)
{
  coquill_rope_leaf_move_gap (previous, coquill_rope_leaf_points (previous));
  coquill_rope_leaf_put (previous, self->text, self->front_bytes, self->front_points);
  self->front_bytes = self->front_points = 0;
}

void
coquill_rope_leaf_give_back (CoquillRopeLeaf *self, CoquillRopeLeaf *next)
{
  coquill_rope_leaf_move_gap (next, 0);
  next->back_bytes += self->back_bytes;
  next->back_points += self->back_points;
  memcpy (next->text + COQUILL_ROPE_LEAF_BYTES - next->back_bytes, coquill_rope_leaf_back (self),
          self->back_bytes);
  self->back_bytes = self->back_points = 0;
}

const char *
coquill_rope_leaf_at (const CoquillRopeLeaf *self, uint32_t point)
{
  const char *front = coquill_rope_leaf_front (self);

  if (point < self->front_points)
    return front + bytes_from_start (front, self->front_bytes, self->front_points, point);

  const char *back = coquill_rope_leaf_back (self);

  return back + bytes_from_start (back, self->back_bytes, self->back_points, point - self->front_points);
}

bool
coquill_rope_leaf_pieces (
    const CoquillRopeLeaf *self, uint32_t point, uint32_t count, CoquillRopeChunkFunc func, void *data)
{
  if (point < self->front_points)
    {
      const char *front = coquill_rope_leaf_front (self);
      uint32_t points = self->front_points - point < count ? self->front_points - point : count;
      uint32_t end = bytes_from_start (front, self->front_bytes, self->front_points, point + points);
      uint32_t bytes = bytes_from_end (front, end, point + points, points);

      if (!func (front + end - bytes, bytes, points, data))
        return false;
      point += points;
      count -= points;
    }
  if (count == 0)
    return true;

  const char *back = coquill_rope_leaf_back (self);
  uint32_t start = bytes_from_start (back, self->back_bytes, self->back_points, point - self->front_points);
  uint32_t bytes = bytes_from_start (back + start, self->back_bytes - start,
                                     self->back_points - (point - self->front_points), count);

  return func (back + start, bytes, count, data);
}

bool
coquill_rope_leaf_check (const CoquillRopeLeaf *self)
{
  uint64_t front, back;

  if (!coquill_utf8_check (coquill_rope_leaf_front (self), self->front_bytes, &front)
      || front != self->front_points)
    return false;
  if (self->lent != NULL)
    return self->front_bytes > 0 && self->back_bytes == 0 && self->back_points == 0;
  return (uint64_t)self->front_bytes + self->back_bytes <= COQUILL_ROPE_LEAF_BYTES
         && coquill_utf8_check (coquill_rope_leaf_back (self), self->back_bytes, &back)
         && back == self->back_points;
}
