/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-flat-insert.c: insertions that are concurrent with a few others. */

#include "text/walker-flat.h"

/*
 * What is directly behind an insertion's origin left and absent from its version: all that is concurrent with
 * it and may have to stand before it.
 */
typedef struct
{
  const CoquillFlatEntry *entries;
  unsigned from;
  unsigned to;
} Region;

static bool
is_in_region (const Region *self, CoquillId id)
{
  for (unsigned i = self->from; i < self->to; i++)
    if (id - self->entries[i].id < self->entries[i].length)
      return true;
  return false;
}

/* Compares another's origin right to ours by where they stand. No origin right of one in the region lies
 * before the region; ours is at its end. */
static int
compare_right (const Region *self, CoquillId other, CoquillId right)
{
  if (other == right)
    return 0;
  return other != COQUILL_ID_NONE && is_in_region (self, other) ? -1 : 1;
}

/* The place behind an entry's last character; @effect visible characters lie before it. */
static CoquillOrderPlace
behind_entry (CoquillWalker *self, const CoquillFlatEntry *entry, uint64_t effect)
{
  if (entry->n_deletions == 0)
    return coquill_order_find_behind (self->order, effect);
  return coquill_walker_find_behind (self, entry->id + entry->length - 1, effect);
}

/* YjsMod's integrate, as in walker-insert.c. Returns: the index of the entry that ours belongs in front of */
static unsigned
find_index (CoquillWalker *self, const Region *region, const CoquillFlatEntry *entry)
{
  unsigned index = region->from;
  bool scanning = false;

  for (unsigned i = region->from; i < region->to; i++)
    {
      const CoquillFlatEntry *other = &region->entries[i];

      if (other->left == entry->left)
        {
          int order = compare_right (region, other->right, entry->right);

          if (order == 0 && coquill_walker_goes_before (self, entry->id, other->id))
            break;
          scanning = order < 0;
        }
      else if (!is_in_region (region, other->left))
        break;
      if (!scanning)
        index = i + 1;
    }
  return index;
}

/* Finds the origin right of what is put in front of an entry that its version doesn't have, and where among
 * such entries it belongs. */
static unsigned
integrate (
    CoquillWalker *self, unsigned index, CoquillFlatEntry *entry, CoquillOrderPlace *place, uint64_t *effect)
{
  const CoquillFlatWindow *flat = &self->flat->window;
  Region region = { flat->entries, index, index };
  uint64_t end = *effect;
  CoquillOrderPlace last;

  do
    {
      coquill_walker_settle_entry (self, &flat->entries[region.to], end);
      if (flat->entries[region.to].n_deletions == 0)
        end += flat->entries[region.to].length;
      region.to++;
    }
  while (region.to < flat->n_entries && flat->entries[region.to].gap == 0
         && coquill_flat_entry_is_absent (&flat->entries[region.to], &self->flat->rows.version));
  last = behind_entry (self, &flat->entries[region.to - 1], end);
  entry->right = coquill_order_id (&last);

  index = find_index (self, &region, entry);
  if (index > region.from)
    {
      for (unsigned i = region.from; i < index; i++)
        if (flat->entries[i].n_deletions == 0)
          *effect += flat->entries[i].length;
      *place = behind_entry (self, &flat->entries[index - 1], *effect);
    }
  else if (entry->left == COQUILL_ID_NONE)
    *place = coquill_order_find_behind (self->order, 0);
  else
    *place = coquill_walker_find_behind (self, entry->left, *effect);
  return index;
}

/* Puts in an entry directly behind a character that is deleted in the text as it is, or in front of entries
 * that its version doesn't have. Returns: its index */
static unsigned
insert_among (CoquillWalker *self,
              unsigned index,
              bool is_among,
              uint64_t effect,
              CoquillFlatEntry *entry,
              const CoquillGraphPiece *piece,
              CoquillDeltaList *deltas)
{
  CoquillOrderPlace place;

  if (is_among)
    {
      unsigned first = index;

      index = integrate (self, index, entry, &place, &effect);
      if (index > first)
        entry->gap = 0;
    }
  else
    {
      place = coquill_walker_find_behind (self, entry->left, effect);
      entry->right = coquill_order_id (&place);
      entry->right_is_next = true;
    }
  coquill_walker_tell_insertion (piece, effect, deltas);
  coquill_order_insert (self->order, &place, piece->id, piece->length);
  return index;
}

bool
coquill_walker_insert_flat (CoquillWalker *self,
                            const CoquillGraphPiece *piece,
                            const CoquillFlatPlace *at,
                            CoquillDeltaList *deltas)
{
  CoquillFlatWindow *flat = &self->flat->window;
  CoquillFlatEntry entry = { .id = piece->id,
                             .length = (uint32_t)piece->length,
                             .newest = (uint32_t)(piece->first + piece->length - 1),
                             .track = (uint8_t)self->flat->rows.last_track };
  unsigned index = at->index;
  bool is_visible = at->in_gap || flat->entries[index].n_deletions == 0, is_among;
  uint64_t effect = at->effect + is_visible;
  CoquillId left = COQUILL_ID_NONE;

  if (index == flat->n_entries && effect > coquill_order_width (self->order))
    return false;
  if (at->in_gap)
    entry.gap = (uint32_t)at->offset + 1;
  else
    {
      left = flat->entries[index].id + at->offset;
      coquill_walker_settle_entry (self, &flat->entries[index], at->effect - at->offset);
      coquill_flat_window_cut (flat, index++, (uint32_t)at->offset + 1);
    }

  is_among = (flat->entries[index].gap == entry.gap)
             & coquill_flat_entry_is_absent (&flat->entries[index], &self->flat->rows.version);
  if (is_visible & !is_among)
    {
      coquill_order_insert_between (self->order, effect, piece->id, piece->length, &entry.left, &entry.right);
      entry.right_is_next = true;
      coquill_walker_tell_insertion (piece, effect, deltas);
    }
  else
    {
      if (at->in_gap && effect > 0)
        {
          CoquillOrderPlace place = coquill_order_find_visible (self->order, effect - 1);

          left = coquill_order_id (&place);
        }
      entry.left = left;
      index = insert_among (self, index, is_among, effect, &entry, piece, deltas);
    }
  coquill_flat_window_insert (flat, index, &entry);
  return true;
}
