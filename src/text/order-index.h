/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-index.h: which leaf of the order could hold an id. */

#pragma once

#include "text/order.h"

/**
 * CoquillOrderIndex:
 *
 * Knows of each id of an order the only leaf that can hold it. A leaf must be readable, if only as one
 * without spans, as long as there is an index.
 */
typedef struct CoquillOrderIndex CoquillOrderIndex;

/**
 * coquill_order_index_new:
 * @first: the first leaf
 * @n_spans: of this leaf and all that follow
 *
 * Returns: (transfer full): an index of the characters in these leaves. O(n)
 */
CoquillOrderIndex *
coquill_order_index_new (CoquillOrderLeaf *first, size_t n_spans);

/**
 * coquill_order_index_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_order_index_free (CoquillOrderIndex *self);

/**
 * coquill_order_index_set:
 * @leaf: the leaf where they are
 *
 * Says where ids are. That ids are no longer held need not be said; of those that moved to another leaf it is
 * to be said before they are asked for. O(log n), or O(1) for what continues what was last set
 */
void
coquill_order_index_set (CoquillOrderIndex *self, CoquillId id, uint32_t length, CoquillOrderLeaf *leaf);

/**
 * coquill_order_index_get:
 *
 * Returns: (nullable): the only leaf that can hold an id. O(log n)
 */
CoquillOrderLeaf *
coquill_order_index_get (CoquillOrderIndex *self, CoquillId id);

/**
 * coquill_order_index_next:
 *
 * Returns: the lowest id from @id on that is held, or COQUILL_ID_NONE. O(log n)
 */
CoquillId
coquill_order_index_next (CoquillOrderIndex *self, CoquillId id);
