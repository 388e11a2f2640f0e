/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.h: follows the event graph and tells what its items do to the text. */

#pragma once

#include "text/delta-list.h"
#include "text/merge-window.h"
#include "text/order.h"
#include "text/targets.h"
#include "text/walker-rows.h"
#include "text/walker-track.h"

struct CoquillRangeMap;

/**
 * COQUILL_WALKER_MANY_OPERATIONS:
 *
 * Of so many operations at once, those that all later ones know are done in all views at once, although what
 * comes another time may not know them: then they are walked again.
 */
#define COQUILL_WALKER_MANY_OPERATIONS 256

/**
 * COQUILL_WALKER_OPERATIONS_PER_RUN:
 *
 * With fewer in a run, people take turns, and the flat window is quicker.
 */
#define COQUILL_WALKER_OPERATIONS_PER_RUN 4

/**
 * CoquillWalkerView:
 * @valid: it is kept in the window
 * @owner: local index of the agent that it follows
 * @used: when it was last used: a count of uses
 * @heads: the version that it shows, as local versions, ascending
 * @has_vector: @vector is known
 * @vector: the version as numbers of items
 * @n_trunk: how many runs of the trunk there were when @heads were set
 * @lacking: (nullable): of deletions, how many of the restorations that name them it doesn't have
 *
 * One of the versions in which the window shows the text.
 */
typedef struct
{
  bool valid;
  uint32_t owner;
  uint64_t used;
  uint64_t *heads;
  size_t n_heads;
  size_t heads_capacity;
  bool has_vector;
  CoquillWalkerVector vector;
  size_t n_trunk;
  struct CoquillRangeMap *lacking;
} CoquillWalkerView;

/**
 * CoquillWalkerState:
 * @COQUILL_WALKER_DIRECT: nothing is concurrent: no window
 * @COQUILL_WALKER_FLAT: what is concurrent is in the flat window
 * @COQUILL_WALKER_WINDOW: it is in the merge window
 */
typedef enum
{
  COQUILL_WALKER_DIRECT,
  COQUILL_WALKER_FLAT,
  COQUILL_WALKER_WINDOW
} CoquillWalkerState;

/**
 * CoquillWalkerFlat:
 * @rows: what the newest runs knew
 * @has_pending: the order is still to be given some characters; never between two walks
 * @collapse_at: entries at which it is collapsed next
 * @n_operations: that were walked in it
 * @hold: of these, how many are to be walked before it is collapsed
 *
 * The flat window, and what belongs to it.
 */
typedef struct
{
  CoquillFlatWindow window;
  CoquillWalkerRows rows;
  bool has_pending;
  unsigned collapse_at;
  uint64_t n_operations;
  uint64_t hold;
} CoquillWalkerFlat;

/**
 * CoquillWalkerOutlook:
 * @floor: the lowest local version that a run to be walked or a later one doesn't know: until then, nothing
 * above may be forgotten; UINT32_MAX if they know all
 * @is_trunk: all later runs know all of it
 *
 * What is to come after a run, as far as it is here.
 */
typedef struct
{
  uint32_t floor;
  bool is_trunk;
} CoquillWalkerOutlook;

/**
 * CoquillWalkerUntold:
 * @first: local version
 * @end: local version behind the last
 * @row: the first of coquill_order_deletions() that belongs to them
 *
 * Items of which the order alone tells which characters they deleted. One walk walked them.
 */
typedef struct
{
  uint32_t first;
  uint32_t end;
  uint32_t row;
} CoquillWalkerUntold;

/**
 * CoquillWalkerGap:
 * @cursor: in it
 * @place: of its first character, in the view in which it was found
 * @by: how much further on that is in the text as it is, modulo 2^64
 * @length: characters; 0 for no gap
 *
 * The gap of the merge window to which the trunk's last item came, or in which it deleted: where the next one
 * means a place inside it, nothing has to be looked for.
 */
typedef struct
{
  CoquillMergeWindowCursor cursor;
  uint64_t place;
  uint64_t by;
  uint32_t length;
} CoquillWalkerGap;

/*
 * The walker of Eg-walker (Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker", EuroSys 2025),
 * changed so that it keeps little and repeats little. It goes through the items in the order of their local
 * versions, and keeps the characters' order as it is with all of them.
 *
 * An item whose parents are all items before it means a place in the text as it is, and goes straight to the
 * order. An item that is concurrent with others means a place in the text of its parents. While that is a
 * matter of a few characters, as nearly always, the flat window answers it (flat-window.h), from what each
 * item's author knew (walker-rows.h). For all else there is the merge window (merge-window.h), called the
 * window below: the places that differ, in the versions that are being written in. A view of
 * it is moved to the item's parents by taking items back and up again, the item's place is found in it, and
 * from there its place in the order.
 *
 * The window holds what items from `window_start` on have touched. All of these have everything below among
 * their ancestors; so, as long as that is true of what comes later, what lies below can't make a difference,
 * and the window is collapsed to what is newer whenever it has grown, and closed when nothing is concurrent
 * any more. When an item comes that doesn't know all below, the walker goes back, mostly as far as is needed:
 * it takes the items from some earlier one on out of the order and walks them again, this time inside the
 * window, or, if they are many, makes the window as it would be then. Then it waits until the window has
 * doubled, or about as much has come that was concurrent with nothing, before it collapses it again, so that
 * going back costs O(log n) per item on average, whoever was away for how long.
 *
 * Of many items that come at once it is known what comes behind. What all of that knows, the trunk, is done
 * in all views at once, so that no view is ever moved over it, and leaves nothing in the window that is kept
 * for long. coquill_graph_arrange() sees to it that most of a history is trunk.
 *
 * Concurrent insertions at one place are ordered by FugueMax (Weidner and Kleppmann, "The Art of the Fugue",
 * 2023), in the equivalent form of YjsMod: by origin left, origin right, then agent.
 *
 * A walker starts with nothing, or with the characters of a snapshot. Those that were deleted below it aren't
 * there: everything that comes later has the whole snapshot among its ancestors, so none of it can tell,
 * unless it restores one of them.
 */
typedef struct
{
  const CoquillGraph *graph;
  const CoquillBase *base; /* (nullable): where the text of a snapshot is */
  CoquillOrder *order;
  CoquillTargets targets;      /* without what is untold; see coquill_walker_targets() */
  CoquillWalkerUntold *untold; /* ascending */
  size_t n_untold;
  size_t untold_capacity;
  size_t n_told;                    /* runs of the targets of what lies before all that */
  bool leaves_untold;               /* what is walked now is the last of these, and has no end yet */
  struct CoquillRangeMap *restored; /* (nullable): of deletions, how many restorations name them */
  uint64_t first;                   /* local versions below were in the text from which it started */
  uint64_t end;                     /* local versions below have been walked */

  CoquillWalkerState state;
  uint64_t window_start;      /* every item still to come has all below among its ancestors */
  CoquillWalkerFlat *flat;    /* (nullable): made with the first window */
  CoquillMergeWindow *window; /* (nullable): %NULL but in its state */
  size_t collapse_at;         /* entries of the window at which it is collapsed next */
  uint64_t reached_back;      /* local version: where the walk was when it last went back */
  uint64_t duet_end;          /* local version: where a duet couldn't go on; UINT64_MAX for nowhere */
  size_t n_linear;            /* operations since the last that was concurrent with something */
  CoquillWalkerView views[COQUILL_MERGE_WINDOW_VIEWS];
  uint64_t n_uses;
  CoquillWalkerTracks *tracks; /* (nullable): made with the first window */
  bool in_trunk;               /* what is walked now, all that is still to come knows */
  size_t n_trunk;              /* runs of the trunk that were walked in the window */
  size_t n_trunk_deleted;      /* entries of the window that only say that the trunk deleted them */
  uint64_t trunk_end;          /* local version behind the last of these; 0 for none */
  CoquillWalkerGap gap;        /* of the item walked last */
  size_t last_run; /* the run walked last in the window, with its view, or the effect, and track */
  unsigned last_view;
  int last_track;
  uint64_t *frontier; /* heads of all that was walked; kept while there is a window */
  size_t n_frontier;
  size_t frontier_capacity;

  CoquillWalkerOutlook *outlooks; /* scratch: of each run to walk */
  size_t outlooks_capacity;
  CoquillGraphDifference difference; /* scratch */
} CoquillWalker;

/**
 * coquill_walker_new:
 * @graph: outlives the walker
 * @base: (nullable): start with the text of this snapshot, whose characters the caller appends to the order;
 * outlives the walker
 *
 * Returns: (transfer full): a walker that hasn't walked anything
 */
CoquillWalker *
coquill_walker_new (const CoquillGraph *graph, const CoquillBase *base);

/**
 * coquill_walker_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_walker_free (CoquillWalker *self);

/**
 * coquill_walker_walk:
 * @end: walk the items that come before this local version
 * @deltas: (nullable): where to add what they do to the text
 * @error: filled if an item is impossible; the caller then goes back to before it
 *
 * O(log n) per operation; see above for those that are concurrent.
 *
 * Returns: false if an item has a position outside its text or restores what the walker doesn't know
 */
bool
coquill_walker_walk (CoquillWalker *self, uint64_t end, CoquillDeltaList *deltas, CoquillTextError *error);

/**
 * coquill_walker_tell_targets:
 *
 * Tells the targets all that is untold.
 */
void
coquill_walker_tell_targets (CoquillWalker *self);

/**
 * coquill_walker_targets:
 *
 * Returns: (transfer none): which characters the deletions took away that were walked. O(1), and O(1) for
 * each that came since somebody asked, on average
 */
static inline const CoquillTargets *
coquill_walker_targets (CoquillWalker *self)
{
  if (self->n_untold > 0)
    coquill_walker_tell_targets (self);
  return &self->targets;
}

/**
 * coquill_walker_go_back:
 * @version: local version, at least `first`
 *
 * Takes the items from there on out of the order. The graph still has them. O(log n) per operation.
 */
void
coquill_walker_go_back (CoquillWalker *self, uint64_t version);

/**
 * coquill_walker_forget_runs:
 *
 * To be called when the runs of the graph are numbered anew. The items are the same.
 */
void
coquill_walker_forget_runs (CoquillWalker *self);
