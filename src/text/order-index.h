/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-index.h: which leaf of the order holds an id. */

#pragma once

#include "text/order.h"

/**
 * CoquillOrderIndex:
 *
 * Knows of every id of an order the leaf that holds it.
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
 * @leaf: (nullable): %NULL for ids that the order no longer holds
 *
 * Says where ids are now.
 */
void
coquill_order_index_set (CoquillOrderIndex *self, CoquillId id, uint32_t length, CoquillOrderLeaf *leaf);

/**
 * coquill_order_index_get:
 *
 * Returns: (nullable): the leaf that holds an id
 */
CoquillOrderLeaf *
coquill_order_index_get (CoquillOrderIndex *self, CoquillId id);

/**
 * coquill_order_index_next:
 *
 * Returns: the lowest id from @id on that is held, or COQUILL_ID_NONE
 */
CoquillId
coquill_order_index_next (CoquillOrderIndex *self, CoquillId id);
