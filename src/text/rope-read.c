/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-read.c: reading a rope, which leaves the hand where it is. */

#include "text/rope-hand.h"

#include <assert.h>
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

  assert (position <= length && count <= length - position);
  if (count == 0)
    return true;

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

  if (count == coquill_rope_length (self))
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

size_t
coquill_rope_read (CoquillRope *self, uint64_t position, uint64_t count, char *buffer)
{
  char *end = buffer;

  if (count == 1 && (*buffer = coquill_rope_hand_peek (self, position)) != 0)
    return 1;
  coquill_rope_foreach_chunk (self, position, count, read_chunk, &end);
  return (size_t)(end - buffer);
}
