/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.c: walking the event graph, and going back. */

#include "text/walker.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/walker-private.h"

/* A window that is smaller isn't worth looking at. */
#define COLLAPSE_AT 24

/* A window of so many is collapsed at the end of the walk that filled it, rather than at the key press that
 * is next. A smaller one waits for what comes, which tells how much of it is still wanted. */
#define MANY_ENTRIES 16384

/* With so many runs at once, what they aren't concurrent with is forgotten at once. With fewer, the next ones
 * may well go on as these do. */
#define MANY_RUNS 64

/* To look at so many spans of the order takes as long as to walk an operation again. */
#define SPANS_PER_OPERATION 4

/* For each item that has come since the last time, so many may be walked again. */
#define PAID_FOR 4

CoquillWalker *
coquill_walker_new (const CoquillGraph *graph, const CoquillBase *base)
{
  CoquillWalker *self = coquill_allocate (sizeof *self);

  self->graph = graph;
  self->base = base;
  self->order = coquill_order_new ();
  self->first = base != NULL ? base->n_items : 0;
  self->end = self->first;
  self->duet_end = UINT64_MAX;
  return self;
}

void
coquill_walker_free (CoquillWalker *self)
{
  if (self == NULL)
    return;
  coquill_order_free (self->order);
  coquill_targets_clear (&self->targets);
  free (self->untold);
  coquill_range_map_free (self->restored);
  coquill_walker_free_flat (self);
  coquill_merge_window_free (self->window);
  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    {
      free (self->views[i].heads);
      coquill_range_map_free (self->views[i].lacking);
    }
  free (self->frontier);
  if (self->tracks != NULL)
    coquill_walker_tracks_clear (self->tracks);
  free (self->tracks);
  free (self->outlooks);
  coquill_graph_difference_clear (&self->difference);
  free (self);
}

CoquillOrderPlace
coquill_walker_find_near (CoquillWalker *self, CoquillId id, uint64_t position)
{
  CoquillOrderPlace place;

  if (position <= coquill_order_width (self->order)
      && coquill_order_find_deleted (self->order, position, id, &place))
    return place;
  /* Asked for are characters that were walked: by an item that came later, or by their own when it is taken
   * back. Items are taken back newest first, and only that takes characters out of the order. */
  if (!coquill_order_find_id (self->order, id, &place))
    abort ();
  return place;
}

void
coquill_walker_add_to_frontier (CoquillWalker *self, uint64_t version, size_t run)
{
  const CoquillGraph *graph = self->graph;
  size_t parent = graph->runs[run].first_parent, i = 0, kept;
  size_t end = run + 1 < graph->n_runs ? graph->runs[run + 1].first_parent : graph->n_parents;

  /* The only parent of an item inside a run has come last. */
  if (version > graph->runs[run].first)
    {
      self->frontier[self->n_frontier - 1] = version;
      return;
    }
  /* Both are ascending. There may be thousands of heads; those before the first parent and behind the last
   * one stay. */
  for (size_t width = self->n_frontier; parent < end && width > 0; width /= 2)
    while (i + width <= self->n_frontier && self->frontier[i + width - 1] < graph->parents[parent])
      i += width;
  for (kept = i; i < self->n_frontier && parent < end; i++)
    {
      while (parent < end && graph->parents[parent] < self->frontier[i])
        parent++;
      if (parent == end || graph->parents[parent] != self->frontier[i])
        self->frontier[kept++] = self->frontier[i];
    }
  if (kept < i)
    memmove (&self->frontier[kept], &self->frontier[i], (self->n_frontier - i) * sizeof *self->frontier);
  kept += self->n_frontier - i;
  if (kept == self->frontier_capacity)
    self->frontier
        = coquill_grow (self->frontier, &self->frontier_capacity, kept + 1, sizeof *self->frontier);
  self->frontier[kept] = version;
  self->n_frontier = kept + 1;
}

/* The lowest local version that a run doesn't know, UINT64_MAX if it knows all below. */
static uint64_t
lowest_unknown (const CoquillGraph *graph, size_t run)
{
  uint64_t lowest = graph->runs[run].lowest_unknown;

  return lowest < graph->runs[run].first ? lowest : UINT64_MAX;
}

/* A piece was walked in the window. */
static void
note_walked (CoquillWalker *self, const CoquillGraphPiece *piece)
{
  uint64_t last = piece->first + piece->length - 1;

  self->frontier[self->n_frontier - 1] = last;
  if (self->last_view != COQUILL_MERGE_WINDOW_EFFECT)
    {
      CoquillWalkerView *view = &self->views[self->last_view];

      view->heads[0] = last;
      view->n_heads = 1;
      if (self->last_track >= 0)
        view->vector.n[self->last_track] = (uint32_t)(coquill_id_sequence (piece->id) + piece->length);
    }
}

static bool
walk_in_window (CoquillWalker *self, const CoquillGraphPiece *piece, size_t run, CoquillDeltaList *deltas)
{
  bool possible = true;

  if (run != self->last_run)
    {
      coquill_walker_enter_run (self, piece->first, run);
      coquill_walker_add_to_frontier (self, piece->first, run);
    }
  self->n_linear += !self->in_trunk;
  self->gap.length = 0;
  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      possible = coquill_walker_insert (self, self->last_view, piece, deltas);
      break;
    case COQUILL_OPERATION_DELETE:
      possible = coquill_walker_delete (self, self->last_view, piece, deltas);
      break;
    case COQUILL_OPERATION_RESTORE:
      possible = coquill_walker_restore (self, self->last_view, piece, deltas);
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  note_walked (self, piece);
  return possible;
}

/* The next item can't be. A view is at its parents now, and what is known of versions doesn't fit its
 * absence. */
static bool
refuse (CoquillWalker *self, CoquillTextError *error)
{
  CoquillId id = coquill_graph_id_of (self->graph, self->end);

  coquill_walker_close_window (self);
  return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                 "Item %llu of an agent has no place in the text of its parents",
                                 (unsigned long long)coquill_id_sequence (id));
}

void
coquill_walker_open_window (CoquillWalker *self, uint64_t version)
{
  uint64_t single;
  size_t n_parents;
  const uint64_t *parents = coquill_graph_parents (self->graph, version, &single, &n_parents);

  self->state = COQUILL_WALKER_WINDOW;
  self->window = coquill_merge_window_new (coquill_order_width (self->order));
  self->window_start = version;
  self->collapse_at = COLLAPSE_AT;
  self->n_linear = 0;
  self->in_trunk = false;
  self->n_trunk = 0;
  self->n_trunk_deleted = 0;
  self->trunk_end = 0;
  coquill_walker_set_heads (&self->frontier, &self->n_frontier, &self->frontier_capacity, parents, n_parents);
  if (self->tracks == NULL)
    self->tracks = coquill_allocate (sizeof *self->tracks);
  coquill_walker_tracks_open (self->tracks, coquill_graph_find_run (self->graph, version));
  coquill_walker_set_view (self, COQUILL_WALKER_VIEW_AT_START, self->frontier, self->n_frontier, false);
  self->last_run = SIZE_MAX;
}

/* It is so for whole runs. */
static void
set_in_trunk (CoquillWalker *self, bool in_trunk)
{
  if (self->in_trunk != in_trunk)
    self->last_run = SIZE_MAX;
  self->in_trunk = in_trunk;
}

void
coquill_walker_forget_runs (CoquillWalker *self)
{
  coquill_walker_close_window (self);
}

static bool
walk_all_in_window (CoquillWalker *self, uint64_t end, CoquillDeltaList *deltas, CoquillTextError *error)
{
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  set_in_trunk (self, false);
  coquill_graph_cursor_init (&cursor, self->graph, self->end);
  while (coquill_graph_cursor_next (&cursor, end, &piece))
    {
      if (!walk_in_window (self, &piece, cursor.run, deltas))
        return refuse (self, error);
      self->end += piece.length;
    }
  return true;
}

/* From where on items can be walked again without something older: a local version at the most. */
static uint64_t
find_start (const CoquillWalker *self, uint64_t version)
{
  const CoquillGraph *graph = self->graph;

  for (size_t run = self->end > graph->base ? coquill_graph_find_run (graph, self->end - 1) + 1 : 0;
       run > 0 && coquill_graph_run_end (graph, run - 1) > version; run--)
    {
      uint64_t lowest = lowest_unknown (graph, run - 1);

      if (lowest < version)
        version = lowest;
    }
  return version;
}

/* The flat window can't go on: walks in the merge window what it may have to tell. */
static void
leave_flat (CoquillWalker *self)
{
  uint64_t end = self->end;

  coquill_walker_take_back (self, find_start (self, self->window_start));
  coquill_walker_open_window (self, self->end);
  /* They were walked once, so each had a place in the text of its parents, which is the same in any window.
   */
  if (!walk_all_in_window (self, end, NULL, NULL))
    abort ();
}

/* Whether it is time: the window has grown, or nothing was concurrent for about as long as it takes to walk
 * again what is in it. */
static bool
is_time_to_collapse (const CoquillWalker *self)
{
  size_t n_entries = coquill_merge_window_n_entries (self->window);

  return n_entries >= self->collapse_at || (self->n_linear >= COLLAPSE_AT && self->n_linear >= n_entries / 2);
}

/* Whether the window is worth nothing to what is still to come, which knows all below @floor; a small one is
 * as good as a new one, if there is to be one. */
static bool
has_outlived (const CoquillWalker *self, uint64_t floor)
{
  return floor > self->end
         || (floor == self->end && self->state == COQUILL_WALKER_WINDOW
             && coquill_merge_window_n_entries (self->window) >= COLLAPSE_AT);
}

/* Walks items inside a window: some, of one run or, if there is an outlook for all before @end, several. */
static bool
walk_some (CoquillWalker *self,
           CoquillGraphCursor *cursor,
           size_t run,
           uint64_t end,
           const CoquillWalkerOutlook *outlook,
           bool is_known,
           CoquillDeltaList *deltas)
{
  CoquillGraphPiece piece;
  uint64_t run_end = coquill_graph_run_end (self->graph, run);

  if (self->state == COQUILL_WALKER_FLAT)
    switch (coquill_walker_walk_flat (self, cursor, run, end, outlook, is_known, deltas))
      {
      case COQUILL_WALKER_FLAT_DONE:
        return true;
      case COQUILL_WALKER_FLAT_IMPOSSIBLE:
        return false;
      case COQUILL_WALKER_FLAT_FULL:
        leave_flat (self);
        return true;
      }
  if (run_end < end)
    end = run_end;
  while (coquill_graph_cursor_step (cursor, end, &piece))
    {
      if (!walk_in_window (self, &piece, run, deltas))
        return false;
      self->end += piece.length;
      if (self->gap.length > 0 && coquill_walker_walk_gap (self, cursor, end, deltas, &piece))
        note_walked (self, &piece);
      if (is_time_to_collapse (self))
        break;
    }
  return true;
}

/* Whether so much was walked from a version on that it is less work to go through the whole order. */
static bool
is_much (const CoquillWalker *self, uint64_t version)
{
  const CoquillGraph *graph = self->graph;
  size_t n_operations
      = coquill_graph_find_operation (graph, self->end - 1) - coquill_graph_find_operation (graph, version);

  return n_operations >= COQUILL_WALKER_MANY_OPERATIONS
         && n_operations >= coquill_order_n_spans (self->order) / SPANS_PER_OPERATION;
}

/* Goes back to where everything from there on has all before it among its ancestors, a local version at the
 * most, so that the items from there on are inside a window: walks them again, or, if they are many, looks
 * where they are. */
static void
reach_back (CoquillWalker *self, uint64_t version)
{
  const CoquillGraph *graph = self->graph;
  CoquillGraphCursor cursor;
  uint64_t end = self->end;
  size_t run, n_operations;

  coquill_walker_targets (self);
  coquill_walker_settle_flat (self);
  /* Twice as far as asked for, so that who comes from a little earlier each time doesn't make us go all the
   * way each time; unless enough has come since the last time to pay for it. */
  if (end - version > PAID_FOR * (end - (self->reached_back < end ? self->reached_back : end)))
    version -= end - version < version - self->first ? end - version : version - self->first;
  self->reached_back = end;
  version = find_start (self, version);
  if (is_much (self, version) && coquill_walker_recall (self, version))
    {
      self->collapse_at = 2 * coquill_merge_window_n_entries (self->window);
      return;
    }
  coquill_walker_take_back (self, version);
  set_in_trunk (self, false);
  coquill_walker_open_flat (self, self->end, UINT64_MAX);
  coquill_graph_cursor_init (&cursor, graph, self->end);
  n_operations = coquill_graph_find_operation (graph, end - 1) - cursor.operation + 1;
  /* As in leave_flat(): it was walked once. */
  for (run = cursor.run; self->end < end; run += self->end == coquill_graph_run_end (graph, run))
    if (!walk_some (self, &cursor, run, end, NULL, false, NULL))
      abort ();
  coquill_walker_settle_flat (self);
  if (self->state == COQUILL_WALKER_FLAT)
    self->flat->hold = 2 * n_operations;
  else if (self->collapse_at < 2 * coquill_merge_window_n_entries (self->window))
    self->collapse_at = 2 * coquill_merge_window_n_entries (self->window);
}

/* Forgets what can be forgotten, when the window has grown. @floor: what is still to come knows all below */
static void
collapse (CoquillWalker *self, uint64_t floor)
{
  coquill_walker_collapse (self, floor < self->end ? floor : self->end);
  self->collapse_at = 2 * coquill_merge_window_n_entries (self->window);
  if (self->collapse_at < COLLAPSE_AT)
    self->collapse_at = COLLAPSE_AT;
  self->n_linear = 0;
  if (self->window_start == self->end && floor > self->end)
    coquill_walker_close_window (self);
}

bool
coquill_walker_walk (CoquillWalker *self, uint64_t end, CoquillDeltaList *deltas, CoquillTextError *error)
{
  const CoquillGraph *graph = self->graph;
  CoquillGraphCursor cursor;
  const CoquillWalkerOutlook *outlooks;
  size_t first_run, last_run, run, n_operations;
  uint64_t run_end;
  bool is_known;  /* what comes in the near future */
  bool has_trunk; /* so much comes that it is worth while */
  bool may_be_duet;

  if (self->end >= end)
    return true;

  first_run = run = coquill_graph_find_run (graph, self->end);
  last_run = coquill_graph_find_run (graph, end - 1);
  is_known = last_run - first_run >= MANY_RUNS;
  n_operations
      = coquill_graph_find_operation (graph, end - 1) - coquill_graph_find_operation (graph, self->end) + 1;
  has_trunk = n_operations >= COQUILL_WALKER_MANY_OPERATIONS
              && n_operations / COQUILL_WALKER_OPERATIONS_PER_RUN > last_run - first_run;
  may_be_duet = is_known && !has_trunk && deltas == NULL;
  if (has_trunk)
    coquill_walker_reserve (self, n_operations);
  outlooks = coquill_walker_look_ahead (self, first_run, last_run, has_trunk);
  if (self->state == COQUILL_WALKER_WINDOW && outlooks->floor < self->trunk_end)
    reach_back (self, outlooks->floor);
  coquill_graph_cursor_init (&cursor, graph, self->end);
  run_end = coquill_graph_run_end (graph, run);
  while (self->end < end)
    {
      uint64_t floor, linear_end;

      while (run_end <= self->end)
        run_end = coquill_graph_run_end (graph, ++run);
      floor = outlooks[run - first_run].floor;

      if (floor < (self->state != COQUILL_WALKER_DIRECT ? self->window_start : self->end))
        reach_back (self, floor);
      if (is_known && self->state != COQUILL_WALKER_DIRECT && has_outlived (self, floor))
        coquill_walker_close_window (self);
      if (self->state == COQUILL_WALKER_WINDOW && is_time_to_collapse (self))
        collapse (self, floor);
      linear_end = floor < end ? floor : end;
      if (self->state == COQUILL_WALKER_DIRECT && may_be_duet && floor < end)
        {
          /* A duet begins with a run. */
          uint64_t first = graph->runs[coquill_graph_find_run (graph, floor)].first;

          if (first > self->end)
            linear_end = first;
          else if (coquill_walker_walk_duet (self, run, end, &outlooks[run - first_run]))
            {
              coquill_graph_cursor_init (&cursor, graph, self->end);
              continue;
            }
        }
      if (self->state == COQUILL_WALKER_DIRECT && linear_end > self->end)
        {
          if (!coquill_walker_walk_linear (self, &cursor, linear_end, deltas))
            return refuse (self, error);
          continue;
        }

      if (self->state == COQUILL_WALKER_DIRECT)
        {
          if (has_trunk)
            coquill_walker_open_window (self, self->end);
          else
            coquill_walker_open_flat (self, self->end, 0);
        }
      set_in_trunk (self,
                    has_trunk && self->state == COQUILL_WALKER_WINDOW && outlooks[run - first_run].is_trunk);
      if (!walk_some (self, &cursor, run, end, &outlooks[run - first_run], is_known, deltas))
        return refuse (self, error);
      run = cursor.run;
      run_end = coquill_graph_run_end (graph, run);
      if (self->in_trunk)
        self->trunk_end = self->end;
    }
  if (has_trunk)
    coquill_walker_trim (self);
  coquill_walker_settle_flat (self);
  if (self->state == COQUILL_WALKER_FLAT)
    coquill_walker_rows_leave_trail (&self->flat->rows, graph);
  coquill_clock_drop_trail (graph);
  coquill_walker_drop_outlooks (self);
  if (self->state == COQUILL_WALKER_WINDOW && coquill_merge_window_n_entries (self->window) >= MANY_ENTRIES
      && is_time_to_collapse (self))
    collapse (self, UINT64_MAX);
  return true;
}
