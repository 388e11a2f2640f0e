/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-content.c: where a code point of a long operation is. */

#include "text/graph-private.h"
#include "text/memory.h"
#include "text/utf8.h"

/* Of how many bytes one block is; and so many code points are counted when somebody asks. */
#define BLOCK 1024

/* Counts the code points before each block up to @n_blocks; those that were counted stay as they are. */
static void
count_blocks (const CoquillGraph *self, size_t n_blocks)
{
  CoquillGraphScratch *scratch = self->scratch;

  scratch->blocks
      = coquill_grow (scratch->blocks, &scratch->blocks_capacity, n_blocks + 1, sizeof *scratch->blocks);
  if (scratch->n_blocks == 0)
    scratch->blocks[scratch->n_blocks++] = 0;
  for (; scratch->n_blocks <= n_blocks; scratch->n_blocks++)
    {
      size_t before = scratch->n_blocks - 1;

      scratch->blocks[scratch->n_blocks]
          = scratch->blocks[before]
            + (uint32_t)coquill_utf8_count ((const char *)&self->content[before * BLOCK], BLOCK);
    }
}

void
coquill_graph_forget_blocks (CoquillGraph *self)
{
  size_t n_blocks = self->content_length / BLOCK + 1;

  if (self->scratch->n_blocks > n_blocks)
    self->scratch->n_blocks = n_blocks;
}

size_t
coquill_graph_content_skip (const CoquillGraph *self, size_t offset, size_t n_bytes, uint64_t code_points)
{
  const char *content = (const char *)self->content;
  size_t end = offset + n_bytes, low = offset / BLOCK, high = end / BLOCK + 1, start;
  const uint32_t *blocks;
  uint64_t wanted;

  if (code_points <= BLOCK)
    return coquill_utf8_offset (content + offset, n_bytes, code_points);

  count_blocks (self, end / BLOCK);
  blocks = self->scratch->blocks;
  wanted = blocks[low] + coquill_utf8_count (content + low * BLOCK, offset % BLOCK) + code_points;
  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (blocks[middle] <= wanted)
        low = middle;
      else
        high = middle;
    }
  start = low * BLOCK;
  if (start <= offset)
    return coquill_utf8_offset (content + offset, n_bytes, code_points);
  return start - offset + coquill_utf8_offset (content + start, end - start, wanted - blocks[low]);
}
