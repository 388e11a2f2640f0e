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
 * Returns: whether what is deleted is folded, now and for the next few deletions
 */
bool
coquill_order_is_folded (CoquillOrder *self);

/**
 * coquill_order_delete_folded:
 * @position: of the first one
 * @count: visible characters; there are as many
 *
 * coquill_order_delete_at(), for who asks later which characters they were.
 *
 * Returns: false, and nothing is done, if nothing is folded, nor ever will be again
 */
bool
coquill_order_delete_folded (CoquillOrder *self, uint64_t position, uint64_t count);

/**
 * CoquillOrderEdit:
 * @position: where
 * @n_deleted: visible characters behind it, which are deleted first; there are as many
 * @n_inserted: characters, at most %COQUILL_ORDER_MAX_LENGTH
 * @id: of the first character that is put in; of no meaning for the order if none is
 */
typedef struct
{
  uint32_t position;
  uint32_t n_deleted;
  uint32_t n_inserted;
  CoquillId id;
} CoquillOrderEdit;

/**
 * coquill_order_edit_folded:
 * @edits: in the order in which they are done
 *
 * coquill_order_delete_folded() and coquill_order_insert_at() again and again, of an order that
 * coquill_order_is_folded() says is folded.
 */
void
coquill_order_edit_folded (CoquillOrder *self, const CoquillOrderEdit *edits, size_t n_edits);

/**
 * coquill_order_deletions:
 * @n_rows: (out): how many are returned
 *
 * Returns: (transfer none): all that was deleted while it was folded, in the order in which that was done,
 * each time from front to end, row by row. A row without characters says how many rows behind it, its
 * @standing, aren't to be counted; that of the others means nothing. Until the next change
 */
const CoquillOrderSpan *
coquill_order_deletions (const CoquillOrder *self, size_t *n_rows);

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
