/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope.c: editing and reading a long text. */

#include "text/rope-private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/utf8.h"

/* An insertion up to this size fits either half of a split leaf. */
#define SMALL_INSERTION (COQUILL_ROPE_LEAF_BYTES / 2 - 8)

/* Bytes before the code point @point of the leaf. */
static size_t
leaf_offset (const CoquillRopeLeaf *leaf, uint64_t point)
{
  if (leaf->bytes == leaf->code_points)
    return point;
  return coquill_utf8_offset (leaf->text, leaf->bytes, point);
}

static void
leaf_insert (CoquillRope *self, size_t offset, const char *utf8, size_t bytes, uint64_t points)
{
  CoquillRopeLeaf *leaf = self->leaf;

  memmove (leaf->text + offset + bytes, leaf->text + offset, leaf->bytes - offset);
  memcpy (leaf->text + offset, utf8, bytes);
  leaf->bytes += (uint16_t)bytes;
  leaf->code_points += (uint16_t)points;
  coquill_rope_add_points (self, points);
}

static void
leaf_truncate (CoquillRope *self, size_t offset)
{
  CoquillRopeLeaf *leaf = self->leaf;
  uint64_t points = leaf->code_points;

  leaf->code_points = (uint16_t)coquill_utf8_count (leaf->text, offset);
  leaf->bytes = (uint16_t)offset;
  coquill_rope_add_points (self, (uint64_t)leaf->code_points - points);
}

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

/* Appends to the leaf of the path, and then to new ones behind it. */
static void
append_run (CoquillRope *self, const char *utf8, size_t bytes)
{
  while (bytes > 0)
    {
      size_t n = piece_length (utf8, bytes, COQUILL_ROPE_LEAF_BYTES - self->leaf->bytes);

      if (n > 0)
        leaf_insert (self, self->leaf->bytes, utf8, n, coquill_utf8_count (utf8, n));
      utf8 += n;
      bytes -= n;
      if (bytes > 0)
        {
          CoquillRopeLeaf *leaf = coquill_allocate (sizeof (CoquillRopeLeaf));

          n = piece_length (utf8, bytes, COQUILL_ROPE_LEAF_BYTES);
          memcpy (leaf->text, utf8, n);
          leaf->bytes = (uint16_t)n;
          leaf->code_points = (uint16_t)coquill_utf8_count (utf8, n);
          coquill_rope_insert_leaf (self, leaf);
          utf8 += n;
          bytes -= n;
        }
    }
}

/* Inserts into a leaf without room for it. A full leaf is divided in the middle, except where text is added
 * behind it: that goes to the front of the next one or, if that is full too, begins a new one. */
static void
insert_small (CoquillRope *self, size_t offset, const char *utf8, size_t bytes, uint64_t points)
{
  if (offset == self->leaf->bytes)
    {
      CoquillRopeStep *step = self->depth > 0 ? &self->path[self->depth - 1] : NULL;
      CoquillRopeLeaf *next
          = step != NULL && step->index + 1 < step->node->n ? step->node->children[step->index + 1] : NULL;

      if (next != NULL && next->bytes + bytes <= COQUILL_ROPE_LEAF_BYTES)
        coquill_rope_next_leaf (self);
      else
        coquill_rope_insert_leaf (self, coquill_allocate (sizeof (CoquillRopeLeaf)));
      leaf_insert (self, 0, utf8, bytes, points);
      return;
    }

  CoquillRopeLeaf *leaf = self->leaf;
  CoquillRopeLeaf *right = coquill_allocate (sizeof (CoquillRopeLeaf));
  size_t cut = piece_length (leaf->text, leaf->bytes, leaf->bytes / 2);
  bool in_left = offset <= cut;

  right->bytes = (uint16_t)(leaf->bytes - cut);
  memcpy (right->text, leaf->text + cut, right->bytes);
  leaf_truncate (self, cut);
  right->code_points = (uint16_t)coquill_utf8_count (right->text, right->bytes);
  if (in_left)
    leaf_insert (self, offset, utf8, bytes, points);
  coquill_rope_insert_leaf (self, right);
  if (!in_left)
    leaf_insert (self, offset - cut, utf8, bytes, points);
}

static void
insert_large (CoquillRope *self, size_t offset, const char *utf8, size_t bytes)
{
  char tail[COQUILL_ROPE_LEAF_BYTES];
  size_t tail_bytes = self->leaf->bytes - offset;

  memcpy (tail, self->leaf->text + offset, tail_bytes);
  leaf_truncate (self, offset);
  append_run (self, utf8, bytes);
  append_run (self, tail, tail_bytes);
}

void
coquill_rope_insert (CoquillRope *self, uint64_t position, const char *utf8, size_t bytes)
{
  assert (position <= self->length);
  if (bytes == 0)
    return;

  coquill_rope_seek (self, position, true);

  uint64_t points = coquill_utf8_count (utf8, bytes);
  size_t offset = leaf_offset (self->leaf, position - self->start);

  if (self->leaf->bytes + bytes <= COQUILL_ROPE_LEAF_BYTES)
    leaf_insert (self, offset, utf8, bytes, points);
  else if (bytes <= SMALL_INSERTION)
    insert_small (self, offset, utf8, bytes, points);
  else
    insert_large (self, offset, utf8, bytes);

  self->length += points;
  self->bytes += bytes;
}

void
coquill_rope_append (CoquillRope *self, const char *utf8, size_t bytes, uint64_t code_points)
{
  coquill_rope_seek (self, self->length, true);
  append_run (self, utf8, bytes);
  self->length += code_points;
  self->bytes += bytes;
}

void
coquill_rope_delete (CoquillRope *self, uint64_t position, uint64_t count)
{
  assert (position <= self->length && count <= self->length - position);

  while (count > 0)
    {
      coquill_rope_seek (self, position, false);

      CoquillRopeLeaf *leaf = self->leaf;
      uint64_t point = position - self->start;
      uint64_t points = leaf->code_points - point < count ? leaf->code_points - point : count;
      size_t from = leaf_offset (leaf, point);
      size_t bytes = leaf->bytes == leaf->code_points
                         ? points
                         : coquill_utf8_offset (leaf->text + from, leaf->bytes - from, points);

      memmove (leaf->text + from, leaf->text + from + bytes, leaf->bytes - from - bytes);
      leaf->bytes -= (uint16_t)bytes;
      leaf->code_points -= (uint16_t)points;
      coquill_rope_add_points (self, 0 - points);
      self->length -= points;
      self->bytes -= bytes;
      count -= points;
      coquill_rope_shrink (self);
    }
}

bool
coquill_rope_foreach_chunk (
    CoquillRope *self, uint64_t position, uint64_t count, CoquillRopeChunkFunc func, void *data)
{
  assert (position <= self->length && count <= self->length - position);
  if (count == 0)
    return true;

  coquill_rope_seek (self, position, false);
  for (uint64_t point = position - self->start; count > 0; point = 0)
    {
      const CoquillRopeLeaf *leaf = self->leaf;
      uint64_t points = leaf->code_points - point < count ? leaf->code_points - point : count;
      size_t from = leaf_offset (leaf, point);
      size_t to = leaf_offset (leaf, point + points);

      if (!func (leaf->text + from, to - from, points, data))
        return false;
      count -= points;
      if (count > 0)
        coquill_rope_next_leaf (self);
    }
  return true;
}

static bool
measure_chunk (const char *utf8, size_t bytes, uint64_t code_points, void *data)
{
  size_t *total = data;

  *total += bytes;
  return true;
}

size_t
coquill_rope_measure (CoquillRope *self, uint64_t position, uint64_t count)
{
  size_t total = 0;

  if (count == self->length)
    return self->bytes;
  coquill_rope_foreach_chunk (self, position, count, measure_chunk, &total);
  return total;
}

static bool
read_chunk (const char *utf8, size_t bytes, uint64_t code_points, void *data)
{
  char **end = data;

  memcpy (*end, utf8, bytes);
  *end += bytes;
  return true;
}

size_t
coquill_rope_read (CoquillRope *self, uint64_t position, uint64_t count, char *buffer)
{
  char *end = buffer;

  coquill_rope_foreach_chunk (self, position, count, read_chunk, &end);
  return (size_t)(end - buffer);
}

uint64_t
coquill_rope_length (const CoquillRope *self)
{
  return self->length;
}

size_t
coquill_rope_bytes (const CoquillRope *self)
{
  return self->bytes;
}

CoquillRope *
coquill_rope_new (void)
{
  CoquillRope *self = coquill_allocate (sizeof *self);

  self->leaf = coquill_allocate (sizeof (CoquillRopeLeaf));
  self->root = self->leaf;
  return self;
}

CoquillRope *
coquill_rope_new_from_utf8 (const char *utf8, size_t bytes)
{
  CoquillRope *self = coquill_rope_new ();

  coquill_rope_insert (self, 0, utf8, bytes);
  return self;
}

void
coquill_rope_free (CoquillRope *self)
{
  if (self == NULL)
    return;
  coquill_rope_free_nodes (self);
  free (self);
}
