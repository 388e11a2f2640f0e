/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope.c: editing a long text. */

#include "text/rope-hand.h"

#include <assert.h>
#include <stdlib.h>

#include "text/memory.h"
#include "text/utf8.h"

/* An insertion up to this size fits beside the smaller part of any leaf. */
#define SMALL_INSERTION (COQUILL_ROPE_LEAF_BYTES / 2)

/* How full a sibling may be that takes a part of a full leaf and what is inserted there, instead of a new
 * leaf. */
#define LEANED_BYTES (COQUILL_ROPE_LEAF_BYTES * 3 / 4)

/* How much of the text goes into @room bytes without breaking a code point. */
static size_t
piece_length (const char *utf8, size_t bytes, size_t room)
{
  if (bytes <= room)
    return bytes;
  while (room > 0 && ((uint8_t)utf8[room] & 0xc0) == 0x80)
    room--;
  return room;
}

/* Puts text at the gap of the leaf in hand, which is at the leaf's end, and goes on with new leaves behind
 * it. */
static void
put_long (CoquillRope *self, const char *utf8, size_t bytes, uint64_t points)
{
  bool ascii = bytes == points;

  for (;;)
    {
      CoquillRopeLeaf *leaf = self->hand.leaf;
      size_t room
          = leaf->front_bytes < COQUILL_ROPE_FILLED_BYTES ? COQUILL_ROPE_FILLED_BYTES - leaf->front_bytes : 0;
      size_t n = piece_length (utf8, bytes, room);

      coquill_rope_leaf_put (leaf, utf8, n, ascii ? n : coquill_utf8_count (utf8, n));
      utf8 += n;
      bytes -= n;
      if (bytes == 0)
        break;
      coquill_rope_add_leaf (self, coquill_rope_leaf_new (), true);
    }
}

static CoquillRopeLeaf *
lend (uint8_t *const *text, size_t offset, size_t bytes, bool ascii)
{
  uint64_t points = ascii ? bytes : coquill_utf8_count ((const char *)*text + offset, bytes);

  return coquill_rope_leaf_new_lent (text, offset, (uint32_t)bytes, (uint32_t)points);
}

/* Goes on behind the leaf in hand with leaves that are lent. The last one, in hand, has a text of its own. */
static void
put_lent (CoquillRope *self, uint8_t *const *text, size_t offset, size_t bytes, bool ascii)
{
  while (bytes > 0)
    {
      size_t n = piece_length ((const char *)*text + offset, bytes, COQUILL_ROPE_FILLED_BYTES);

      coquill_rope_add_leaf (self, lend (text, offset, n, ascii), true);
      offset += n;
      bytes -= n;
    }
  coquill_rope_own_hand (self);
}

/* The leaf in hand has no room for what comes to its gap: gives its smaller part to a sibling or a new leaf,
 * and takes that in hand. So a place where people type on, in either direction, leaves full leaves behind. */
static void
make_room (CoquillRope *self, size_t bytes)
{
  CoquillRopeLeaf *leaf = self->hand.leaf;
  int side = leaf->front_bytes <= leaf->back_bytes ? -1 : 1;
  uint32_t part = side < 0 ? leaf->front_bytes : leaf->back_bytes;
  const CoquillRopeLeaf *sibling = coquill_rope_hand_sibling (self, side);

  if (sibling != NULL && coquill_rope_leaf_bytes (sibling) + part + bytes <= LEANED_BYTES)
    coquill_rope_lean (self, side);
  else
    coquill_rope_add_leaf (self, coquill_rope_leaf_split (leaf), side > 0);
}

void
coquill_rope_insert_counted (
    CoquillRope *self, uint64_t position, const char *utf8, size_t bytes, uint64_t code_points)
{
  assert (position <= coquill_rope_length (self));
  if (bytes == 0)
    return;

  if (!coquill_rope_in_hand (self, position))
    coquill_rope_seek (self, position > 0 ? position - 1 : 0);
  coquill_rope_leaf_move_gap (self->hand.leaf, (uint32_t)(position - self->hand.start));

  /* Whose gap is short is slow to edit. */
  if (bytes + COQUILL_ROPE_LEAF_STEP <= coquill_rope_leaf_room (self->hand.leaf))
    coquill_rope_leaf_put (self->hand.leaf, utf8, bytes, code_points);
  else if (bytes <= SMALL_INSERTION)
    {
      make_room (self, bytes);
      coquill_rope_leaf_put (self->hand.leaf, utf8, bytes, code_points);
    }
  else
    {
      if (self->hand.leaf->back_bytes > 0)
        coquill_rope_add_leaf (self, coquill_rope_leaf_split (self->hand.leaf), false);
      put_long (self, utf8, bytes, code_points);
    }
}

void
coquill_rope_insert (CoquillRope *self, uint64_t position, const char *utf8, size_t bytes)
{
  coquill_rope_insert_counted (self, position, utf8, bytes, coquill_utf8_count (utf8, bytes));
}

void
coquill_rope_insert_lent (CoquillRope *self,
                          uint64_t position,
                          uint8_t *const *text,
                          size_t offset,
                          size_t bytes,
                          uint64_t code_points)
{
  const char *utf8 = (const char *)*text + offset;
  size_t own = bytes < COQUILL_ROPE_FILLED_BYTES ? bytes : piece_length (utf8, bytes, SMALL_INSERTION);
  uint64_t own_points = bytes == code_points ? own : coquill_utf8_count (utf8, own);

  /* A leaf whose front is not empty takes the rest behind it. */
  coquill_rope_insert_counted (self, position, utf8, own, own_points);
  if (own == bytes)
    return;
  if (self->hand.leaf->back_bytes > 0)
    coquill_rope_add_leaf (self, coquill_rope_leaf_split (self->hand.leaf), false);
  put_lent (self, text, offset + own, bytes - own, bytes == code_points);
}

void
coquill_rope_own_lent (CoquillRope *self, uint8_t *const *text)
{
  CoquillRopePath path;

  for (uint64_t position = 0; position < coquill_rope_length (self);)
    {
      coquill_rope_find (self, &path, position);
      position = path.start + coquill_rope_leaf_points (path.leaf);
      if (path.leaf->lent == text)
        coquill_rope_seek (self, path.start);
    }
}

void
coquill_rope_append (CoquillRope *self, const char *utf8, size_t bytes, uint64_t code_points)
{
  uint64_t length = coquill_rope_length (self);

  /* The text of nothing may be no bytes anywhere. */
  if (bytes == 0)
    return;
  if (!coquill_rope_in_hand (self, length))
    coquill_rope_seek (self, length);
  coquill_rope_leaf_move_gap (self->hand.leaf, (uint32_t)(length - self->hand.start));
  put_long (self, utf8, bytes, code_points);
}

void
coquill_rope_delete (CoquillRope *self, uint64_t position, uint64_t count)
{
  assert (position <= coquill_rope_length (self) && count <= coquill_rope_length (self) - position);

  while (count > 0)
    {
      if (!coquill_rope_hand_has (self, position))
        coquill_rope_seek (self, position);

      uint32_t point = (uint32_t)(position - self->hand.start);
      uint32_t left = coquill_rope_leaf_points (self->hand.leaf) - point;
      uint32_t points = left < count ? left : (uint32_t)count;

      coquill_rope_leaf_delete (self->hand.leaf, point, points);
      count -= points;
    }
}

static void
start (CoquillRope *self, CoquillRopeLeaf *leaf)
{
  self->hand.leaf = leaf;
  self->counted = coquill_rope_leaf_points (leaf);
  self->root = leaf;
}

CoquillRope *
coquill_rope_new (void)
{
  CoquillRope *self = coquill_allocate (sizeof *self);

  start (self, coquill_rope_leaf_new ());
  return self;
}

CoquillRope *
coquill_rope_new_lent (char *utf8, size_t bytes, uint64_t code_points)
{
  CoquillRope *self = coquill_allocate (sizeof *self);
  size_t first = piece_length (utf8, bytes, COQUILL_ROPE_FILLED_BYTES);

  self->lent = (uint8_t *)utf8;
  start (self, bytes > 0 ? lend (&self->lent, 0, first, bytes == code_points) : coquill_rope_leaf_new ());
  put_lent (self, &self->lent, first, bytes - first, bytes == code_points);
  return self;
}

CoquillRope *
coquill_rope_new_from_utf8 (const char *utf8, size_t bytes)
{
  CoquillRope *self = coquill_rope_new ();

  if (bytes > 0)
    coquill_rope_append (self, utf8, bytes, coquill_utf8_count (utf8, bytes));
  return self;
}

void
coquill_rope_free (CoquillRope *self)
{
  if (self == NULL)
    return;
  coquill_rope_free_nodes (self);
  free (self->lent);
  free (self);
}
