/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-private.h: what the files of the walker share. */

#pragma once

#include "text/order-fold.h"
#include "text/range-map.h"
#include "text/walker.h"

/**
 * coquill_walker_set_heads:
 *
 * Copies the heads of a version into an array that grows.
 */
void
coquill_walker_set_heads (
    uint64_t **heads, size_t *n_heads, size_t *capacity, const uint64_t *from, size_t n_from);

/**
 * coquill_walker_find_near:
 * @position: how many visible characters of the text as it is lie before the character
 *
 * Returns: the place of a character that the order holds
 */
CoquillOrderPlace
coquill_walker_find_near (CoquillWalker *self, CoquillId id, uint64_t position);

/**
 * coquill_walker_step:
 *
 * Moves a place, which isn't the end, behind the character that it is in front of.
 */
static inline void
coquill_walker_step (CoquillOrderPlace *place)
{
  if (coquill_order_rest (place) > 1)
    place->offset++;
  else
    coquill_order_next (place);
}

/**
 * coquill_walker_find_behind:
 * @position: how many visible characters of the text as it is lie before the place
 *
 * Returns: the place directly behind a character that the order holds
 */
static inline CoquillOrderPlace
coquill_walker_find_behind (CoquillWalker *self, CoquillId id, uint64_t position)
{
  CoquillOrderPlace place;

  if (position > 0)
    {
      place = coquill_order_find_visible (self->order, position - 1);
      if (coquill_order_id (&place) == id)
        return coquill_order_find_behind (self->order, position);
    }
  place = coquill_walker_find_near (self, id, position);
  coquill_walker_step (&place);
  return place;
}

/**
 * coquill_walker_goes_before:
 *
 * Returns: whether of two characters with the same origins the first one stands before
 */
static inline bool
coquill_walker_goes_before (const CoquillWalker *self, CoquillId a, CoquillId b)
{
  const CoquillAgent *agent_a = &self->graph->agents[coquill_id_agent (a)].id,
                     *agent_b = &self->graph->agents[coquill_id_agent (b)].id;
  uint64_t prefix_a = coquill_agent_prefix (agent_a), prefix_b = coquill_agent_prefix (agent_b);
  int order;

  if (prefix_a != prefix_b)
    return prefix_a < prefix_b;
  order = coquill_agent_compare (agent_a, agent_b);
  return order != 0 ? order < 0 : a < b;
}

/**
 * coquill_walker_n_restored:
 * @map: (nullable):
 * @length: (inout): how many deletions are asked for, and for how many it is the same
 *
 * Returns: what a map says of a deletion, 0 if it doesn't say anything
 */
uint64_t
coquill_walker_n_restored (CoquillRangeMap *map, CoquillId deletion, uint64_t *length);

/**
 * coquill_walker_reserve:
 * @n_operations: that are walked next
 *
 * Makes room for what many operations delete, which else would be moved several times as it grows;
 * coquill_walker_trim() gives back what isn't needed.
 */
void
coquill_walker_reserve (CoquillWalker *self, size_t n_operations);
void
coquill_walker_trim (CoquillWalker *self);

/**
 * coquill_walker_look_ahead:
 * @has_trunk: which runs are trunk is wanted
 *
 * Looks ahead from each run from @first_run to @last_run. O(runs)
 *
 * Returns: (transfer none): of each of these runs, until the next call
 */
const CoquillWalkerOutlook *
coquill_walker_look_ahead (CoquillWalker *self, size_t first_run, size_t last_run, bool has_trunk);

/**
 * coquill_walker_drop_outlooks:
 *
 * What was looked at ahead isn't wanted any more: gives back its room, if that is much.
 */
void
coquill_walker_drop_outlooks (CoquillWalker *self);

/**
 * coquill_walker_leave_untold:
 *
 * From here on nobody but the order is told which characters are deleted, which it says when somebody asks.
 */
void
coquill_walker_leave_untold (CoquillWalker *self);

/**
 * coquill_walker_stop_untold:
 *
 * Up to here, if that isn't said yet.
 */
void
coquill_walker_stop_untold (CoquillWalker *self);

/**
 * coquill_walker_walk_linear:
 * @cursor: at the item that is next
 * @end: of items that have all before them among their ancestors
 *
 * Walks items without a window.
 *
 * Returns: false if the item that is next then can't be
 */
bool
coquill_walker_walk_linear (CoquillWalker *self,
                            CoquillGraphCursor *cursor,
                            uint64_t end,
                            CoquillDeltaList *deltas);

/**
 * COQUILL_WALKER_EDITS:
 *
 * So many edits are given to the order at once: they stay in the first cache, and between them it may see
 * whether it is to be unfolded.
 */
#define COQUILL_WALKER_EDITS 64

/**
 * coquill_walker_take_edits:
 * @end: local version: where to stop
 * @gap: (nullable): where they are to be, so that something of it stays; %NULL for the whole text
 * @width: (inout): of the gap, or of the text
 * @deltas: (nullable): where to tell them
 * @edits: (out):
 *
 * The next few operations as edits of the text as it is: whole insertions and deletions, up to what isn't so,
 * or isn't right, or isn't inside the gap. A deletion and what is put in its place are one edit.
 *
 * Returns: how many edits
 */
size_t
coquill_walker_take_edits (CoquillGraphCursor *cursor,
                           uint64_t end,
                           const CoquillWalkerGap *gap,
                           uint64_t *width,
                           CoquillDeltaList *deltas,
                           CoquillOrderEdit edits[COQUILL_WALKER_EDITS]);

/**
 * coquill_walker_edit_order:
 * @edits: all that items do before @end, which is known to be possible; the deletions in their order, each
 * with its operation's number as @id
 *
 * Walks items of which others have found out what they mean in the text as it is.
 */
void
coquill_walker_edit_order (CoquillWalker *self, const CoquillOrderEdit *edits, size_t n_edits, uint64_t end);

/**
 * coquill_walker_walk_duet:
 * @run: where the item that is next begins, below which all to come know everything
 * @end: local version: where to stop
 * @outlook: of that run and all that come before @end
 *
 * Walks items that two wrote at once, as far as they don't touch each other's. Nobody may want to be told
 * what they do.
 *
 * Returns: false if there are none. All to come know everything that was walked
 */
bool
coquill_walker_walk_duet (CoquillWalker *self, size_t run, uint64_t end, const CoquillWalkerOutlook *outlook);

/**
 * coquill_walker_walk_gap:
 * @cursor: at the item that is next; comes behind what was walked
 * @end: of the run or less
 * @last: (out): the last item that was walked
 *
 * Walks items of the trunk as long as they only make the gap wider or narrower in which the one before was.
 *
 * Returns: whether there were any
 */
bool
coquill_walker_walk_gap (CoquillWalker *self,
                         CoquillGraphCursor *cursor,
                         uint64_t end,
                         CoquillDeltaList *deltas,
                         CoquillGraphPiece *last);

/**
 * coquill_walker_set_gap:
 * @cursor: in a gap
 * @place: of the cursor, in the view
 * @effect: the same in the text as it is
 */
static inline void
coquill_walker_set_gap (CoquillWalker *self, CoquillMergeWindowCursor cursor, uint64_t place, uint64_t effect)
{
  self->gap = (CoquillWalkerGap){ cursor, place - cursor.offset, effect - place,
                                  coquill_merge_window_entry (&cursor)->length };
}

/* A window that is opened has a view of the text in front of it: who is concurrent with all that is walked in
 * it needs it as it was then. */
#define COQUILL_WALKER_VIEW_AT_START 0

/**
 * coquill_walker_set_view:
 * @heads: local versions
 * @is_now: the view has all that the tracks have; else nothing of it
 *
 * Tells what a view shows. It counts as one that nobody used.
 */
void
coquill_walker_set_view (
    CoquillWalker *self, unsigned number, const uint64_t *heads, size_t n_heads, bool is_now);

/**
 * coquill_walker_enter_run:
 * @version: of the item that is next
 * @run: which holds it
 *
 * Moves one of the views to an item's parents; `last_view` and `last_track` tell which, and whose.
 */
void
coquill_walker_enter_run (CoquillWalker *self, uint64_t version, size_t run);

/**
 * coquill_walker_note:
 *
 * Keeps in mind what the next items of the run did in the window.
 */
static inline void
coquill_walker_note (CoquillWalker *self, CoquillWalkerDeed deed)
{
  if (self->last_track < 0)
    return;
  if (self->in_trunk)
    self->tracks->tracks[self->last_track].length = deed.sequence + deed.length;
  else
    coquill_walker_tracks_add (self->tracks, (unsigned)self->last_track, deed);
}

/**
 * coquill_walker_add_to_frontier:
 * @version: local version of the item that is walked next
 * @run: which holds it
 *
 * The item takes the place of those heads that are its parents.
 */
void
coquill_walker_add_to_frontier (CoquillWalker *self, uint64_t version, size_t run);

/**
 * coquill_walker_recall:
 * @version: every item from there on has all before it among its ancestors
 *
 * Opens the window as if what was walked from there on had been walked inside it. O(spans of the order), and
 * O(n log n) for these items.
 *
 * Returns: false if they have to be walked again for that; nothing has changed then
 */
bool
coquill_walker_recall (CoquillWalker *self, uint64_t version);

/**
 * CoquillWalkerFlatResult:
 * @COQUILL_WALKER_FLAT_DONE: all was walked
 * @COQUILL_WALKER_FLAT_FULL: from the item that is next now, the flat window can't go on
 * @COQUILL_WALKER_FLAT_IMPOSSIBLE: the item that is next now can't be
 */
typedef enum
{
  COQUILL_WALKER_FLAT_DONE,
  COQUILL_WALKER_FLAT_FULL,
  COQUILL_WALKER_FLAT_IMPOSSIBLE
} CoquillWalkerFlatResult;

/**
 * coquill_walker_open_flat:
 * @version: every item from there on has all before it among its ancestors; all before it have been walked,
 * and no others
 * @hold: forget nothing before so many operations have been walked
 */
void
coquill_walker_open_flat (CoquillWalker *self, uint64_t version, uint64_t hold);
void
coquill_walker_free_flat (CoquillWalker *self);

/**
 * coquill_walker_settle_flat:
 *
 * Gives the order all that it hasn't been given yet, if there is a flat window.
 */
void
coquill_walker_settle_flat (CoquillWalker *self);

/**
 * coquill_walker_walk_flat:
 * @cursor: at the item that is next
 * @run: which holds it
 * @end: local version: where to stop
 * @outlook: (nullable): of that run and all that come before @end; only that run is walked without
 * @is_known: of them is known what comes behind them
 *
 * Walks items in the flat window, up to the end or to a run for which it has to be opened anew: one that
 * doesn't know all before it, or, if it is known, one from which on all do.
 */
CoquillWalkerFlatResult
coquill_walker_walk_flat (CoquillWalker *self,
                          CoquillGraphCursor *cursor,
                          size_t run,
                          uint64_t end,
                          const CoquillWalkerOutlook *outlook,
                          bool is_known,
                          CoquillDeltaList *deltas);

/**
 * coquill_walker_open_window:
 * @version: every item from there on has all before it among its ancestors; all before it have been walked,
 * and no others
 */
void
coquill_walker_open_window (CoquillWalker *self, uint64_t version);
void
coquill_walker_close_window (CoquillWalker *self);

/**
 * coquill_walker_take_back:
 * @version: local version, no more than have been walked
 *
 * Takes the items from there on out of the order, and closes the window.
 */
void
coquill_walker_take_back (CoquillWalker *self, uint64_t version);

/**
 * coquill_walker_collapse:
 * @version: no item will come that doesn't have all before it among its ancestors
 *
 * Forgets what only matters to what is concurrent with older items.
 */
void
coquill_walker_collapse (CoquillWalker *self, uint64_t version);

/* What one piece does, in the window. The view is at its parents. Each returns: false if it can't be */
bool
coquill_walker_insert (CoquillWalker *self,
                       unsigned view,
                       const CoquillGraphPiece *piece,
                       CoquillDeltaList *deltas);
bool
coquill_walker_delete (CoquillWalker *self,
                       unsigned view,
                       const CoquillGraphPiece *piece,
                       CoquillDeltaList *deltas);

/* The same for restorations, with the window or without one. */
bool
coquill_walker_restore (CoquillWalker *self,
                        unsigned view,
                        const CoquillGraphPiece *piece,
                        CoquillDeltaList *deltas);

/**
 * coquill_walker_delete_visible:
 * @version: of the first deletion
 * @place: of the first visible character of the text as it is
 * @backward: the last character is deleted first
 *
 * Deletes visible characters, of which there are as many.
 */
void
coquill_walker_delete_visible (
    CoquillWalker *self, uint64_t version, uint64_t place, uint64_t length, bool backward);

/* The views in which an item that is walked now is done: those in which all that comes will have it, or the
 * one that is at its parents. A bit for each. */
static inline unsigned
coquill_walker_done_in (const CoquillWalker *self, unsigned view)
{
  return self->in_trunk ? (1u << COQUILL_MERGE_WINDOW_VIEWS) - 1 : 1u << view;
}

/* Whoever doesn't know in which leaf of the window something is. */
#define COQUILL_WALKER_ANYWHERE UINT32_MAX

/**
 * coquill_walker_change_window:
 * @near: (inout): the number of the leaf in which they are, or COQUILL_WALKER_ANYWHERE
 * @versions: a bit for each view, and one for the text as it is
 * @change: modulo 2^32
 * @newest: the item that does it, 0 if one is only taken back or up
 *
 * Changes, in the window, how many deletions of some characters stand.
 */
void
coquill_walker_change_window (CoquillWalker *self,
                              CoquillId id,
                              uint64_t length,
                              uint32_t *near,
                              unsigned versions,
                              uint32_t change,
                              uint64_t newest);

/**
 * coquill_walker_change_standing:
 * @near: how many visible characters lie before them, if that is known; else UINT64_MAX
 * @change: modulo 2^32
 *
 * Changes, in the text as it is, how many deletions of some characters stand.
 */
void
coquill_walker_change_standing (CoquillWalker *self,
                                CoquillId id,
                                uint64_t length,
                                uint64_t near,
                                uint32_t change,
                                CoquillDeltaList *deltas,
                                uint32_t agent);

/**
 * coquill_walker_add_restored:
 * @map: (inout): of deletions, how many restorations name them; NULL for none
 * @change: modulo 2^64
 *
 * Counts restorations.
 */
void
coquill_walker_add_restored (struct CoquillRangeMap **map,
                             CoquillId deletion,
                             uint64_t length,
                             uint64_t change);
