/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-flat.c: items that are concurrent with a few others. */

#include "text/walker-flat.h"

#include <stdlib.h>

#include "text/memory.h"

/* So many entries more make it worth while to see which can go. */
#define COLLAPSE_AT 10

/* Who has written nothing for so many operations is taken for one who knows all when he goes on. */
#define RECENT_OPERATIONS 64

/* Where so many items are known to come, it is known who goes on, and what he knows. */
#define MANY_ITEMS 1024

/* More are deleted in several goes, as each span of them may become an entry. */
#define MANY_DELETED 256

static void
settle (void *user_data, CoquillFlatEntry *entry, uint64_t effect)
{
  coquill_walker_settle_entry (user_data, entry, effect);
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
      coquill_walker_settle_entry (self, entry, effect);
      effect += coquill_flat_entry_shown (entry);
    }
  coquill_flat_window_rewind (flat);
  self->flat->has_pending = false;
}

/* Forgets what everybody knows. @floor: all that is known to come knows what lies below; @is_sure: and what
 * comes behind that doesn't matter yet */
static void
collapse (CoquillWalker *self, uint64_t floor, bool is_sure)
{
  CoquillWalkerFlat *flat = self->flat;
  uint64_t since = flat->n_operations > RECENT_OPERATIONS ? flat->n_operations - RECENT_OPERATIONS : 0;
  uint64_t lowest
      = is_sure ? UINT64_MAX : coquill_walker_rows_lowest_lacking (&flat->rows, self->graph, since);

  if (floor > self->end)
    floor = self->end;
  if (lowest < floor)
    floor = lowest;
  if (floor > self->window_start && flat->n_operations >= flat->hold)
    {
      self->window_start = floor;
      coquill_flat_window_collapse (&flat->window, floor, settle, self);
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

/* What goes on in an entry only lengthens it; if nobody is told of it, the order is told when there is more,
 * or somebody asks. */
static inline bool
insert (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillFlatWindow *flat = &self->flat->window;
  const CoquillFlatVersion *version = &self->flat->rows.version;
  CoquillFlatPlace at = COQUILL_WALKER_BEFORE_ALL;
  CoquillFlatEntry *entry;

  if (piece->place == 0)
    coquill_flat_window_rewind (flat);
  else
    at = coquill_flat_window_find (flat, version, piece->place - 1);
  if (!coquill_flat_window_follows (flat, version, &at, piece->id))
    return coquill_walker_insert_flat (self, piece, &at, deltas);

  entry = &flat->entries[at.index];
  entry->length += (uint32_t)piece->length;
  entry->pending += (uint32_t)piece->length;
  entry->newest = (uint32_t)(piece->first + piece->length - 1);
  self->flat->has_pending = true;
  if (deltas != NULL)
    {
      coquill_walker_tell_insertion (piece, at.effect + 1, deltas);
      coquill_walker_settle_entry (self, entry, at.effect - at.offset);
    }
  return true;
}

/* Walks items of the run that was entered last, up to @end or until the window is full. @floor, @is_sure: as
 * in collapse() */
static CoquillWalkerFlatResult
walk_run (CoquillWalker *self,
          CoquillGraphCursor *cursor,
          uint64_t end,
          uint64_t floor,
          bool is_sure,
          CoquillDeltaList *deltas)
{
  CoquillWalkerFlat *flat = self->flat;
  CoquillWalkerRows *rows = &flat->rows;
  CoquillGraphPiece piece;

  while (self->end < end)
    {
      bool possible = true;

      if (flat->window.n_entries >= flat->collapse_at)
        {
          rows->writers[rows->last_track].used = flat->n_operations;
          collapse (self, floor, is_sure);
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
          possible = coquill_walker_delete_flat (self, &piece, deltas);
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

CoquillWalkerFlatResult
coquill_walker_walk_flat (CoquillWalker *self,
                          CoquillGraphCursor *cursor,
                          size_t run,
                          uint64_t end,
                          const CoquillWalkerOutlook *outlook,
                          bool is_known,
                          CoquillDeltaList *deltas)
{
  CoquillWalkerRows *rows = &self->flat->rows;
  CoquillWalkerFlatResult result;

  for (;; run++)
    {
      uint64_t run_end = coquill_graph_run_end (self->graph, run);

      if (run != rows->last_run)
        {
          if (!coquill_walker_rows_enter (rows, self->graph, self->end, run))
            return COQUILL_WALKER_FLAT_FULL;
          coquill_flat_window_rewind (&self->flat->window);
          coquill_graph_cursor_enter_run (cursor, run);
        }
      result = walk_run (self, cursor, run_end < end ? run_end : end, outlook != NULL ? outlook->floor : 0,
                         is_known && end - self->end >= MANY_ITEMS, deltas);
      if (result != COQUILL_WALKER_FLAT_DONE || self->end == end || outlook == NULL)
        return result;
      outlook++;
      if (outlook->floor < self->window_start || (is_known && outlook->floor > self->end))
        return result;
    }
}
