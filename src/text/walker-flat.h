/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-flat.h: what the files of the walk in the flat window share. */

#pragma once

#include "text/walker-private.h"

/**
 * coquill_walker_settle_entry:
 * @effect: visible characters of the order before the entry
 *
 * Gives the order those characters of an entry that it doesn't have yet.
 */
static inline void
coquill_walker_settle_entry (CoquillWalker *self, CoquillFlatEntry *entry, uint64_t effect)
{
  uint32_t given = entry->length - entry->pending;

  if (entry->pending == 0)
    return;
  coquill_order_insert_at (self->order, effect + given, entry->id + given, entry->pending);
  entry->pending = 0;
}

static inline void
coquill_walker_tell_insertion (const CoquillGraphPiece *piece, uint64_t effect, CoquillDeltaList *deltas)
{
  if (deltas != NULL)
    coquill_delta_list_insert (deltas, effect, piece->length, piece->content_offset, piece->content_length,
                               false, coquill_id_agent (piece->id));
}

/* What is put in before all else comes behind this. */
#define COQUILL_WALKER_BEFORE_ALL ((CoquillFlatPlace){ 0, true, UINT64_MAX, UINT64_MAX })

/**
 * coquill_walker_insert_flat:
 * @at: where the character before is, in the version of the rows
 *
 * Puts in an entry, and its characters into the order.
 *
 * Returns: false if there is no such place
 */
bool
coquill_walker_insert_flat (CoquillWalker *self,
                            const CoquillGraphPiece *piece,
                            const CoquillFlatPlace *at,
                            CoquillDeltaList *deltas);

/**
 * coquill_walker_delete_flat:
 *
 * Deletes what the version of the rows has at a place.
 *
 * Returns: false if it hasn't so much; then nothing has changed
 */
bool
coquill_walker_delete_flat (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas);
