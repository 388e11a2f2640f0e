/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-index.c: ids to leaves, by the map of ranges. */

#include "text/order-index.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/order-private.h"
#include "text/range-map.h"

struct CoquillOrderIndex
{
  CoquillRangeMap *leaves;
};

CoquillOrderIndex *
coquill_order_index_new (CoquillOrderLeaf *first, size_t n_spans)
{
  CoquillOrderIndex *self = coquill_allocate (sizeof *self);

  (void)n_spans;
  self->leaves = coquill_range_map_new ();
  for (CoquillOrderLeaf *leaf = first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = coquill_order_leaf_first (leaf); i < COQUILL_ORDER_LEAF_SPANS;
         i = coquill_order_leaf_next (leaf, i))
      coquill_order_index_set (self, leaf->spans[i].id, leaf->spans[i].length, leaf);
  return self;
}

void
coquill_order_index_free (CoquillOrderIndex *self)
{
  if (self == NULL)
    return;
  coquill_range_map_free (self->leaves);
  free (self);
}

void
coquill_order_index_set (CoquillOrderIndex *self, CoquillId id, uint32_t length, CoquillOrderLeaf *leaf)
{
  coquill_range_map_set (self->leaves, id, id + length, (uintptr_t)leaf);
}

CoquillOrderLeaf *
coquill_order_index_get (CoquillOrderIndex *self, CoquillId id)
{
  CoquillRangeMapEntry entry;

  coquill_range_map_get (self->leaves, id, &entry);
  return (CoquillOrderLeaf *)(uintptr_t)entry.value;
}

CoquillId
coquill_order_index_next (CoquillOrderIndex *self, CoquillId id)
{
  CoquillRangeMapEntry entry;

  while (!coquill_range_map_get (self->leaves, id, &entry) || entry.value == 0)
    {
      if (entry.end == UINT64_MAX)
        return COQUILL_ID_NONE;
      id = entry.end;
    }
  return id;
}
