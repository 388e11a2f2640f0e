/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-fold.h: what an order can do as long as what was deleted is folded. */

#pragma once

#include "text/order.h"

/**
 * coquill_order_reserve:
 * @n_spans: that may be deleted
 *
 * Makes room for many; coquill_order_trim() gives back what isn't needed.
 */
void
coquill_order_reserve (CoquillOrder *self, size_t n_spans);
void
coquill_order_trim (CoquillOrder *self);

/**
 * coquill_order_is_folded:
 *
 * Returns: whether nothing of what was deleted is in the tree, or ever was
 */
bool
coquill_order_is_folded (const CoquillOrder *self);

/**
 * coquill_order_delete_folded:
 * @position: of the first one
 * @count: visible characters; there are as many
 *
 * coquill_order_delete_at(), for who asks later which characters they were.
 *
 * Returns: false, and nothing is done, if the order isn't wholly folded, nor ever will be again
 */
bool
coquill_order_delete_folded (CoquillOrder *self, uint64_t position, uint64_t count);

/**
 * coquill_order_deletions:
 * @n_spans: (out): how many are returned
 *
 * Returns: (transfer none): all that was deleted as long as the order was wholly folded, in the order in
 * which that was done, each time from front to end; their @standing means nothing. Something may follow that
 * was deleted later. Until the next change
 */
const CoquillOrderSpan *
coquill_order_deletions (const CoquillOrder *self, size_t *n_spans);

/**
 * coquill_order_drop_deletions:
 *
 * Nobody will ask for coquill_order_deletions() any more: frees what is kept for that alone.
 */
void
coquill_order_drop_deletions (CoquillOrder *self);

/**
 * coquill_order_delete_again:
 * @id: of the first one
 * @length: characters, all of them deleted
 *
 * Makes one more deletion stand on characters that are deleted anyway. While they are folded, nobody asks how
 * many stand, so that is only noted. O(1)
 *
 * Returns: false, and nothing is done, if what was deleted isn't folded, or no more now, since more was noted
 * than is folded: then use coquill_order_set_standing()
 */
bool
coquill_order_delete_again (CoquillOrder *self, CoquillId id, uint64_t length);
