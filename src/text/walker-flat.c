/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-flat.c: items that are concurrent with a few others. */

#include <stdlib.h>

#include "text/memory.h"
#include "text/walker-private.h"

/* So many entries more make it worth while to see which can go. */
#define COLLAPSE_AT 6

/* Who has written nothing for so many operations is taken for one who knows all when he goes on. */
#define RECENT_OPERATIONS 64

/* More are deleted in several goes, as each span of them may become an entry. */
#define MANY_DELETED 256

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

/* Gives the order those characters of an entry that it doesn't have yet; @effect visible ones lie before the
 * entry. */
static inline void
settle_entry (CoquillWalker *self, CoquillFlatEntry *entry, uint64_t effect)
{
  uint32_t given = entry->length - entry->pending;

  if (entry->pending == 0)
    return;
  coquill_order_insert_at (self->order, effect + given, entry->id + given, entry->pending);
  entry->pending = 0;
}

void
coquill_walker_settle_flat (CoquillWalker *self)
{
  CoquillFlatWindow *flat;
  uint64_t effect = 0;

  if (self->state != COQUILL_WALKER_FLAT || !self->flat->has_pending)
    return;
  flat = &self->flat->window;
  for (unsigned i = 0; i < flat->n_entries; i++)
    {
      CoquillFlatEntry *entry = &flat->entries[i];

      effect += entry->gap;
      settle_entry (self, entry, effect);
      effect += entry->length & -(uint32_t)(entry->n_deletions == 0);
    }
  coquill_flat_window_rewind (flat);
  self->flat->has_pending = false;
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
      settle_entry (self, &flat->entries[region.to], end);
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

static void
tell_insertion (const CoquillGraphPiece *piece, uint64_t effect, CoquillDeltaList *deltas)
{
  if (deltas != NULL)
    coquill_delta_list_insert (deltas, effect, piece->length, piece->content_offset, piece->content_length,
                               false, coquill_id_agent (piece->id));
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
  tell_insertion (piece, effect, deltas);
  coquill_order_insert (self->order, &place, piece->id, piece->length);
  return index;
}

static bool
insert (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillFlatWindow *flat = &self->flat->window;
  const CoquillFlatVersion *version = &self->flat->rows.version;
  uint32_t newest = (uint32_t)(piece->first + piece->length - 1);
  CoquillFlatEntry entry;
  CoquillFlatPlace at = { .in_gap = true };
  uint64_t effect = 0;
  unsigned index = 0;
  bool is_visible = true, is_among;

  entry.gap = 0;
  if (piece->place == 0)
    coquill_flat_window_rewind (flat);
  else
    {
      at = coquill_flat_window_find (flat, version, piece->place - 1);
      if (coquill_flat_window_follows (flat, version, &at, piece->id))
        {
          flat->entries[at.index].length += (uint32_t)piece->length;
          flat->entries[at.index].newest = newest;
          if (deltas != NULL)
            {
              tell_insertion (piece, at.effect + 1, deltas);
              coquill_order_insert_at (self->order, at.effect + 1, piece->id, piece->length);
              return true;
            }
          /* The order is told when there is more, or somebody asks. */
          flat->entries[at.index].pending += (uint32_t)piece->length;
          self->flat->has_pending = true;
          return true;
        }
      if (!at.in_gap)
        settle_entry (self, &flat->entries[at.index], at.effect - at.offset);
      is_visible = at.in_gap || flat->entries[at.index].n_deletions == 0;
      effect = at.effect + is_visible;
      if (at.index == flat->n_entries && effect > coquill_order_width (self->order))
        return false;
      index = at.index;
      if (at.in_gap)
        entry.gap = (uint32_t)at.offset + 1;
      else
        coquill_flat_window_cut (flat, index++, (uint32_t)at.offset + 1);
    }
  entry.id = piece->id;
  entry.length = (uint32_t)piece->length;
  entry.pending = 0;
  entry.newest = newest;
  entry.track = (uint8_t)self->flat->rows.last_track;
  entry.right_is_next = false;
  entry.n_deletions = 0;

  is_among = index < flat->n_entries && flat->entries[index].gap == entry.gap
             && coquill_flat_entry_is_absent (&flat->entries[index], version);
  if (is_visible & !is_among)
    {
      coquill_order_insert_between (self->order, effect, piece->id, piece->length, &entry.left, &entry.right);
      entry.right_is_next = true;
      tell_insertion (piece, effect, deltas);
    }
  else
    {
      entry.left = COQUILL_ID_NONE;
      if (!at.in_gap)
        entry.left = flat->entries[at.index].id + at.offset;
      else if (effect > 0)
        {
          CoquillOrderPlace left = coquill_order_find_visible (self->order, effect - 1);

          entry.left = coquill_order_id (&left);
        }
      index = insert_among (self, index, is_among, effect, &entry, piece, deltas);
    }
  coquill_flat_window_insert (flat, index, &entry);
  return true;
}

/* Deletes characters of a gap, those of one span of the order. Returns: how many, from the place on or up to
 * it */
static uint32_t
delete_in_gap (CoquillWalker *self, CoquillFlatPlace at, CoquillFlatEntry *entry, uint64_t limit)
{
  CoquillFlatWindow *flat = &self->flat->window;
  bool backward = entry->deletions[0].backward;
  CoquillOrderPlace place = coquill_order_find_visible (self->order, at.effect);
  uint64_t in_span = backward ? place.offset + UINT64_C (1) : coquill_order_rest (&place);
  uint64_t here = limit;

  if (here > in_span)
    here = in_span;
  if (here > (backward ? at.offset + 1 : at.rest))
    here = backward ? at.offset + 1 : at.rest;
  if (backward)
    {
      place.offset -= (uint32_t)here - 1;
      at.offset -= here - 1;
    }
  entry->id = coquill_order_id (&place);
  entry->length = (uint32_t)here;
  entry->gap = (uint32_t)at.offset;
  coquill_order_set_standing (self->order, &place, (uint32_t)here, 1);

  if (at.index < flat->n_entries)
    flat->entries[at.index].gap -= (uint32_t)here;
  at.index = coquill_flat_window_insert (flat, at.index, entry);
  coquill_flat_window_join (flat, at.index + 1);
  return (uint32_t)here;
}

/* The same for characters of an entry. */
static uint32_t
delete_in_entry (CoquillWalker *self, CoquillFlatPlace at, CoquillFlatEntry *change, uint64_t limit)
{
  CoquillFlatWindow *flat = &self->flat->window;
  CoquillFlatEntry *entry = &flat->entries[at.index];
  bool backward = change->deletions[0].backward;
  uint64_t here = backward ? at.offset + 1 : at.rest;

  if (here > limit)
    here = limit;
  settle_entry (self, entry, at.effect - at.offset);
  if (backward)
    at.offset -= here - 1;
  change->id = entry->id + at.offset;
  change->length = (uint32_t)here;
  if (entry->n_deletions == 0)
    coquill_order_delete_at (self->order, backward ? at.effect - (here - 1) : at.effect, here, NULL);
  else
    coquill_walker_change_standing (self, change->id, here, at.effect, 1, NULL, 0);

  if (at.offset > 0)
    coquill_flat_window_cut (flat, at.index++, (uint32_t)at.offset);
  coquill_flat_window_cut (flat, at.index, (uint32_t)here);
  entry = &flat->entries[at.index];
  if (entry->newest < change->newest)
    entry->newest = change->newest;
  if (entry->n_deletions == COQUILL_FLAT_MAX_DELETIONS)
    flat->is_full = true;
  else
    entry->deletions[entry->n_deletions++] = change->deletions[0];
  coquill_flat_window_join (flat, at.index + 1);
  coquill_flat_window_join (flat, at.index);
  return (uint32_t)here;
}

static bool
exists (CoquillWalker *self, const CoquillFlatPlace *at)
{
  return at->index < self->flat->window.n_entries || at->effect < coquill_order_width (self->order);
}

static bool delete (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillFlatWindow *flat = &self->flat->window;
  const CoquillFlatVersion *version = &self->flat->rows.version;
  CoquillFlatEntry change = { .newest = (uint32_t)(piece->first + piece->length - 1),
                              .track = COQUILL_FLAT_EVERYBODY,
                              .n_deletions = 1 };

  if (piece->backward)
    {
      if (piece->length > piece->place + 1)
        return false;
    }
  else if (piece->length > 1)
    {
      CoquillFlatPlace last;

      if (piece->place + piece->length < piece->length)
        return false;
      last = coquill_flat_window_find (flat, version, piece->place + piece->length - 1);
      if (!exists (self, &last))
        return false;
    }

  for (uint64_t done = 0; done < piece->length;)
    {
      /* The version doesn't have what is done here. */
      CoquillFlatPlace at = coquill_flat_window_find (
          flat, version, piece->backward ? piece->place - done : piece->place + done);
      uint64_t left = piece->length - done;
      bool was_visible = at.in_gap || flat->entries[at.index].n_deletions == 0;
      uint32_t here;

      if (!exists (self, &at))
        return false;
      change.deletions[0]
          = (CoquillFlatDeletion){ .sequence = (uint32_t)(coquill_id_sequence (piece->id) + done),
                                   .track = (uint8_t)self->flat->rows.last_track,
                                   .backward = piece->backward };
      here = at.in_gap ? delete_in_gap (self, at, &change, left) : delete_in_entry (self, at, &change, left);
      coquill_targets_append (&self->targets, piece->first + done,
                              (CoquillTargetRange){ change.id, here, piece->backward && here > 1 });
      if (was_visible && deltas != NULL)
        coquill_delta_list_delete (deltas, piece->backward ? at.effect - (here - 1) : at.effect, here,
                                   coquill_id_agent (piece->id));
      done += here;
      if (here < piece->length)
        coquill_flat_window_rewind (flat);
    }
  return true;
}

/* Forgets what everybody knows. @floor: all that is known to come knows what lies below */
static void
collapse (CoquillWalker *self, uint64_t floor)
{
  CoquillWalkerFlat *flat = self->flat;
  uint64_t since = flat->n_operations > RECENT_OPERATIONS ? flat->n_operations - RECENT_OPERATIONS : 0;
  uint64_t lowest = coquill_walker_rows_lowest_lacking (&flat->rows, self->graph, since);

  if (floor > self->end)
    floor = self->end;
  if (lowest < floor)
    floor = lowest;
  if (floor > self->window_start && flat->n_operations >= flat->hold)
    {
      self->window_start = floor;
      coquill_walker_settle_flat (self);
      coquill_flat_window_collapse (&flat->window, floor);
    }
  flat->collapse_at = flat->window.n_entries + COLLAPSE_AT;
  if (flat->collapse_at > COQUILL_FLAT_MAX_ENTRIES)
    flat->collapse_at = COQUILL_FLAT_MAX_ENTRIES + 1;
}

void
coquill_walker_open_flat (CoquillWalker *self, uint64_t version, uint64_t hold)
{
  if (self->flat == NULL)
    self->flat = coquill_allocate (sizeof *self->flat);
  coquill_flat_window_clear (&self->flat->window);
  coquill_walker_rows_open (&self->flat->rows, version);
  self->flat->has_pending = false;
  self->flat->n_operations = 0;
  self->flat->hold = hold;
  self->flat->collapse_at = COLLAPSE_AT;
  self->window_start = version;
  self->state = COQUILL_WALKER_FLAT;
}

void
coquill_walker_free_flat (CoquillWalker *self)
{
  if (self->flat != NULL)
    free (self->flat->window.entries);
  free (self->flat);
  self->flat = NULL;
}

CoquillWalkerFlatResult
coquill_walker_walk_flat (CoquillWalker *self,
                          CoquillGraphCursor *cursor,
                          size_t run,
                          uint64_t end,
                          uint64_t floor,
                          CoquillDeltaList *deltas)
{
  CoquillWalkerFlat *flat = self->flat;
  CoquillWalkerRows *rows = &flat->rows;
  CoquillGraphPiece piece;

  if (run != rows->last_run)
    {
      if (!coquill_walker_rows_enter (rows, self->graph, self->end, run))
        return COQUILL_WALKER_FLAT_FULL;
      coquill_flat_window_rewind (&flat->window);
      coquill_graph_cursor_enter_run (cursor, run);
    }
  while (self->end < end)
    {
      bool possible = true;

      if (flat->window.n_entries >= flat->collapse_at)
        {
          rows->writers[rows->last_track].used = flat->n_operations;
          collapse (self, floor);
          if (flat->window.n_entries > COQUILL_FLAT_MAX_ENTRIES)
            return COQUILL_WALKER_FLAT_FULL;
        }

      coquill_graph_cursor_step (cursor, end, &piece);
      if (piece.kind == COQUILL_OPERATION_INSERT)
        possible = insert (self, &piece, deltas);
      else if (piece.kind == COQUILL_OPERATION_DELETE)
        {
          if (piece.length > MANY_DELETED)
            piece.length = MANY_DELETED;
          possible = delete (self, &piece, deltas);
          coquill_graph_cursor_go_back (cursor, piece.first + piece.length);
          if (flat->window.is_full)
            end = piece.first + piece.length;
        }
      else if (piece.kind == COQUILL_OPERATION_RESTORE)
        {
          coquill_graph_cursor_go_back (cursor, piece.first);
          return COQUILL_WALKER_FLAT_FULL;
        }
      if (!possible)
        return COQUILL_WALKER_FLAT_IMPOSSIBLE;
      rows->version.n[rows->last_track] += (uint32_t)piece.length;
      flat->n_operations++;
      self->end += piece.length;
    }
  rows->writers[rows->last_track].used = flat->n_operations;
  return flat->window.is_full ? COQUILL_WALKER_FLAT_FULL : COQUILL_WALKER_FLAT_DONE;
}
