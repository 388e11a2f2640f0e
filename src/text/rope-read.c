/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-read.c: reading a rope, which leaves the hand where it is. */

#include "text/rope-hand.h"

#include <string.h>

uint64_t
coquill_rope_length (const CoquillRope *self)
{
  return coquill_rope_hand_length (self);
}

size_t
coquill_rope_bytes (const CoquillRope *self)
{
  return self->other_bytes + coquill_rope_leaf_bytes (self->hand.leaf);
}

bool
coquill_rope_foreach_chunk (
    CoquillRope *self, uint64_t position, uint64_t count, CoquillRopeChunkFunc func, void *data)
{
  CoquillRopePath path;
  uint64_t length = coquill_rope_length (self);

  if (position >= length || count == 0)
    return true;
  if (count > length - position)
    count = length - position;

  coquill_rope_find (self, &path, position);
  for (uint64_t point = position - path.start; count > 0; point = 0)
    {
      uint32_t left = coquill_rope_leaf_points (path.leaf) - (uint32_t)point;
      uint32_t points = left < count ? left : (uint32_t)count;

      if (!coquill_rope_leaf_pieces (path.leaf, (uint32_t)point, points, func, data))
        return false;
      count -= points;
      if (count > 0)
        coquill_rope_path_next (self, &path);
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

  if (position == 0 && count >= coquill_rope_length (self))
    return coquill_rope_bytes (self);
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

/* One character in hand or, as where people type behind all that is in hand, the first of the next leaf.
 * Returns: its bytes, 0 if it is elsewhere */
static size_t
read_nearby (const CoquillRope *self, uint64_t position, char *buffer)
{
  const CoquillRopeLeaf *leaf = self->hand.leaf;
  uint64_t point = position - self->hand.start;

  if (point == coquill_rope_leaf_points (leaf))
    {
      leaf = coquill_rope_hand_sibling (self, 1);
      point = 0;
    }
  if (leaf == NULL || point >= coquill_rope_leaf_points (leaf))
    return 0;

  const char *character = coquill_rope_leaf_at (leaf, (uint32_t)point);
  uint8_t first = (uint8_t)*character;
  size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

  for (size_t i = 0; i < bytes; i++)
    buffer[i] = character[i];
  return bytes;
}

size_t
coquill_rope_read (CoquillRope *self, uint64_t position, uint64_t count, char *buffer)
{
  char *end = buffer;
  size_t bytes = count == 1 ? read_nearby (self, position, buffer) : 0;

  if (bytes > 0)
    return bytes;
  coquill_rope_foreach_chunk (self, position, count, read_chunk, &end);
  return (size_t)(end - buffer);
}
