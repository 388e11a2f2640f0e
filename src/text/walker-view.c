/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-view.c: the versions that the window shows, and moving them. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/walker-private.h"

/* A window up to this size is shown anew for who comes to write, rather than moved from where another one
 * was. */
#define SMALL_WINDOW 64

/* While more branches stand side by side, copying their heads would cost more than moving a view. */
#define NARROW_FRONTIER 16

/* If only what the trunk deleted can be forgotten, it has to be one entry of so many. */
#define WORTH_COLLAPSING 4

/* So many entries are copied in the time in which one deed is taken back or up. */
#define ENTRIES_PER_DEED 32

/* A branch on which nothing came for so many operations is taken for one that is up to date when it goes on.
 */
#define RECENT_USES 16

void
coquill_walker_set_heads (
    uint64_t **heads, size_t *n_heads, size_t *capacity, const uint64_t *from, size_t n_from)
{
  *heads = coquill_grow (*heads, capacity, n_from + 1, sizeof **heads);
  if (n_from > 0)
    memcpy (*heads, from, n_from * sizeof *from);
  *n_heads = n_from;
}

uint64_t
coquill_walker_n_restored (CoquillRangeMap *map, CoquillId deletion, uint64_t *length)
{
  CoquillRangeMapEntry entry;

  if (map == NULL)
    return 0;
  coquill_range_map_get (map, deletion, &entry);
  if (*length > entry.end - deletion)
    *length = entry.end - deletion;
  return entry.value;
}

void
coquill_walker_add_restored (CoquillRangeMap **map, CoquillId deletion, uint64_t length, uint64_t change)
{
  if (*map == NULL)
    *map = coquill_range_map_new ();
  while (length > 0)
    {
      uint64_t here = length;
      uint64_t n_restored = coquill_walker_n_restored (*map, deletion, &here);

      coquill_range_map_set (*map, deletion, deletion + here, n_restored + change);
      deletion += here;
      length -= here;
    }
}

static void
move_insertion (
    CoquillWalker *self, unsigned view, CoquillId id, uint64_t length, uint32_t *near, bool advance)
{
  uint32_t next;

  while (length > 0)
    {
      CoquillMergeWindowCursor cursor;
      uint64_t here;

      /* Views differ in what was walked inside the window, and such a character stays as long as a view lacks
       * it. */
      if (!coquill_merge_window_find_near (self->window, id, near, &cursor))
        abort ();
      here = coquill_merge_window_entry (&cursor)->length - cursor.offset;
      if (here > length)
        here = length;
      coquill_merge_window_set_absent (self->window, cursor, (uint32_t)here, view, !advance);
      id += here;
      length -= here;
      next = *near;
      near = &next;
    }
}

static void
move_deletion (
    CoquillWalker *self, unsigned view, const CoquillGraphPiece *piece, uint32_t *near, bool advance)
{
  for (uint64_t done = 0; done < piece->length;)
    {
      CoquillTargetRange target;

      /* It was walked, and whoever walks a deletion appends its targets. */
      if (!coquill_targets_find (coquill_walker_targets (self), piece->first + done, piece->length - done,
                                 &target))
        abort ();
      coquill_walker_change_window (self, target.id, target.length, near, 1u << view,
                                    advance ? 1 : UINT32_MAX, 0);
      done += target.length;
    }
}

/* Standing deletions are counted so that the order in which items are taken back or up doesn't matter. */
static void
move_restoration (CoquillWalker *self, unsigned view, CoquillId deletion, uint64_t length, bool advance)
{
  uint32_t near = COQUILL_WALKER_ANYWHERE;

  while (length > 0)
    {
      uint64_t here = length, n_restored, n_lacking, stretch_end;
      uint64_t version = coquill_graph_version_of (self->graph, deletion, &stretch_end);
      CoquillTargetRange target;

      if (here > stretch_end - version)
        here = stretch_end - version;
      n_restored = coquill_walker_n_restored (self->restored, deletion, &here);
      n_lacking = coquill_walker_n_restored (self->views[view].lacking, deletion, &here);
      /* They were there when the restoration was walked (are_known()), and nothing was taken back since: that
       * closes the window. */
      if (!coquill_targets_find (coquill_walker_targets (self), version, here, &target))
        abort ();
      coquill_walker_add_restored (&self->views[view].lacking, deletion, target.length,
                                   advance ? UINT64_MAX : 1);
      if (advance && n_restored == n_lacking)
        coquill_walker_change_window (self, target.id, target.length, &near, 1u << view, UINT32_MAX, 0);
      else if (!advance && n_restored == n_lacking + 1)
        coquill_walker_change_window (self, target.id, target.length, &near, 1u << view, 1, 0);
      deletion += target.length;
      length -= target.length;
    }
}

static void
move_range (CoquillWalker *self, unsigned view, CoquillVersionRange range, bool advance)
{
  size_t operation = coquill_graph_find_operation (self->graph, range.first);
  uint32_t near = COQUILL_WALKER_ANYWHERE;

  while (range.first < range.end)
    {
      CoquillGraphPiece piece;

      coquill_graph_piece (self->graph, operation, range.first, range.end, &piece);
      switch (piece.kind)
        {
        case COQUILL_OPERATION_INSERT:
          move_insertion (self, view, piece.id, piece.length, &near, advance);
          break;
        case COQUILL_OPERATION_DELETE:
          move_deletion (self, view, &piece, &near, advance);
          break;
        case COQUILL_OPERATION_RESTORE:
          move_restoration (self, view, piece.place, piece.length, advance);
          break;
        case COQUILL_OPERATION_RECORD:
          break;
        }
      range.first += piece.length;
      operation++;
    }
}

/* Takes items of one agent back, or up. */
static void
move_track (CoquillWalker *self, unsigned view, unsigned number, uint32_t from, uint32_t to, bool advance)
{
  CoquillWalkerTrack *track = &self->tracks->tracks[number];
  uint32_t near = COQUILL_WALKER_ANYWHERE;

  for (size_t i = coquill_walker_tracks_find (self->tracks, number, from); i < track->n_deeds; i++)
    {
      CoquillWalkerDeed *deed = &track->deeds[i];
      uint32_t skip = from > deed->sequence ? from - deed->sequence : 0;
      uint32_t length = deed->length - skip;
      uint32_t start = skip;

      if (deed->sequence >= to)
        break;
      if (deed->near != COQUILL_WALKER_ANYWHERE)
        near = deed->near;
      if (deed->sequence + deed->length > to)
        length -= deed->sequence + deed->length - to;
      switch ((CoquillOperationKind)deed->kind)
        {
        case COQUILL_OPERATION_INSERT:
          move_insertion (self, view, deed->id + skip, length, &near, advance);
          break;
        case COQUILL_OPERATION_DELETE:
          if (deed->backward)
            start = deed->length - skip - length;
          coquill_walker_change_window (self, deed->id + start, length, &near, 1u << view,
                                        advance ? 1 : UINT32_MAX, 0);
          break;
        case COQUILL_OPERATION_RESTORE:
          move_restoration (self, view, deed->id + skip, length, advance);
          break;
        case COQUILL_OPERATION_RECORD:
          break;
        }
      if (start == 0)
        deed->near = near;
    }
}

static void
move_by_vector (CoquillWalker *self, unsigned number, const CoquillWalkerVector *vector)
{
  const CoquillWalkerView *view = &self->views[number];

  for (unsigned i = 0; i < self->tracks->n_tracks; i++)
    if (view->vector.n[i] < vector->n[i])
      move_track (self, number, i, view->vector.n[i], vector->n[i], true);
    else if (view->vector.n[i] > vector->n[i])
      move_track (self, number, i, vector->n[i], view->vector.n[i], false);
}

static void
move_by_graph (CoquillWalker *self, unsigned number, uint64_t version)
{
  CoquillWalkerView *view = &self->views[number];
  CoquillGraphDifference *difference = &self->difference;
  size_t n_parents;
  uint64_t single;
  const uint64_t *parents = coquill_graph_parents (self->graph, version, &single, &n_parents);

  if (n_parents == view->n_heads
      && (n_parents == 0 || memcmp (parents, view->heads, n_parents * sizeof *parents) == 0))
    return;
  coquill_graph_difference (self->graph, view->heads, view->n_heads, parents, n_parents, difference);
  for (size_t i = 0; i < difference->n_retreat; i++)
    move_range (self, number, difference->retreat[i], false);
  for (size_t i = difference->n_advance; i > 0; i--)
    move_range (self, number, difference->advance[i - 1], true);
}

/* Whether an item goes on from where a view is. */
static bool
goes_on_from (const CoquillWalker *self, const CoquillWalkerView *view, uint64_t version, size_t run)
{
  const CoquillGraph *graph = self->graph;
  size_t first = graph->runs[run].first_parent;
  size_t end = run + 1 < graph->n_runs ? graph->runs[run + 1].first_parent : graph->n_parents;

  if (view->n_heads != 1)
    return false;
  if (version > graph->runs[run].first)
    return view->heads[0] == version - 1;
  for (size_t i = first; i < end; i++)
    if (graph->parents[i] == view->heads[0])
      return true;
  return false;
}

/* The view that has least to be moved, as far as one can see: one that follows the agent, one from which the
 * item goes on; else the one that nobody has used for the longest time. */
static unsigned
choose_view (const CoquillWalker *self, uint32_t agent, uint64_t version, size_t run)
{
  unsigned chosen = 0;
  int near = -1;

  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    {
      const CoquillWalkerView *view = &self->views[i];

      if (view->valid && goes_on_from (self, view, version, run))
        {
          if (view->owner == agent)
            return i;
          near = (int)i;
        }
      if (self->views[chosen].valid && (!view->valid || view->used < self->views[chosen].used))
        chosen = i;
    }
  if (near >= 0)
    return (unsigned)near;
  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    if (self->views[i].valid && self->views[i].owner == agent)
      return i;
  return chosen;
}

/* What was done between two versions, in deeds. */
static size_t
distance (const CoquillWalker *self, const CoquillWalkerVector *a, const CoquillWalkerVector *b)
{
  size_t n_deeds = 0;

  for (unsigned i = 0; i < self->tracks->n_tracks; i++)
    if (a->n[i] != b->n[i])
      {
        size_t at_a = coquill_walker_tracks_find (self->tracks, i, a->n[i]);
        size_t at_b = coquill_walker_tracks_find (self->tracks, i, b->n[i]);

        n_deeds += 1 + (at_a < at_b ? at_b - at_a : at_a - at_b);
      }
  return n_deeds;
}

/* The view from which least has to be moved, or the one that nobody has used for the longest time, if it is
 * less to copy it from the text as it is. */
static unsigned
choose_nearest (const CoquillWalker *self, const CoquillWalkerVector *vector, bool *is_far)
{
  unsigned nearest = 0, oldest = 0;
  size_t least = SIZE_MAX;
  CoquillWalkerVector all;

  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    {
      const CoquillWalkerView *view = &self->views[i];
      size_t n_deeds;

      if (self->views[oldest].valid && (!view->valid || view->used < self->views[oldest].used))
        oldest = i;
      if (!view->valid || !view->has_vector)
        continue;
      n_deeds = distance (self, &view->vector, vector);
      if (n_deeds < least)
        {
          least = n_deeds;
          nearest = i;
        }
    }
  for (unsigned i = 0; i < self->tracks->n_tracks; i++)
    all.n[i] = self->tracks->tracks[i].length;
  *is_far = least > distance (self, &all, vector)
                        + coquill_merge_window_n_entries (self->window) / ENTRIES_PER_DEED;
  return *is_far ? oldest : nearest;
}

void
coquill_walker_set_view (
    CoquillWalker *self, unsigned number, const uint64_t *heads, size_t n_heads, bool is_now)
{
  CoquillWalkerView *view = &self->views[number];

  coquill_walker_set_heads (&view->heads, &view->n_heads, &view->heads_capacity, heads, n_heads);
  coquill_range_map_free (view->lacking);
  view->lacking = NULL;
  view->valid = true;
  view->owner = UINT32_MAX;
  view->used = 0;
  view->n_trunk = self->n_trunk;
  view->has_vector = self->tracks->exact;
  for (unsigned i = 0; i < self->tracks->n_tracks; i++)
    view->vector.n[i] = is_now ? self->tracks->tracks[i].length : self->tracks->tracks[i].base;
}

/* Shows the text as it is. */
static void
show_effect (CoquillWalker *self, unsigned number)
{
  coquill_merge_window_copy_view (self->window, COQUILL_MERGE_WINDOW_EFFECT, number);
  coquill_walker_set_view (self, number, self->frontier, self->n_frontier, true);
}

/* Whether an item's parents are all that was walked. */
static bool
is_linear (const CoquillWalker *self, uint64_t version, size_t run)
{
  const CoquillGraph *graph = self->graph;
  size_t first = graph->runs[run].first_parent;
  size_t end = run + 1 < graph->n_runs ? graph->runs[run + 1].first_parent : graph->n_parents;

  if (version > graph->runs[run].first)
    return self->n_frontier == 1 && self->frontier[0] == version - 1;
  if (self->n_frontier != end - first)
    return false;
  for (size_t i = 0; i < self->n_frontier; i++)
    if (self->frontier[i] != graph->parents[first + i])
      return false;
  return true;
}

void
coquill_walker_enter_run (CoquillWalker *self, uint64_t version, size_t run)
{
  uint32_t agent = self->graph->runs[run].agent;
  unsigned n_tracks = self->tracks->n_tracks;
  bool linear = is_linear (self, version, run);
  CoquillWalkerVector vector;
  bool known = coquill_walker_tracks_enter (self->tracks, self->graph, version, run, self->window_start,
                                            linear, self->in_trunk, &self->last_track, &vector);
  CoquillWalkerView *view;
  unsigned number;
  bool is_far = false;

  /* An agent who is new has nothing yet that a view could have. */
  for (; n_tracks < self->tracks->n_tracks; n_tracks++)
    for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
      self->views[i].vector.n[n_tracks] = self->tracks->tracks[n_tracks].base;
  self->last_run = run;
  self->n_uses++;
  self->n_trunk += self->in_trunk;

  /* Who knows everything means the text as it is, and needs no view; nor, for now, the one that followed him.
   */
  if (linear)
    {
      self->last_view = COQUILL_MERGE_WINDOW_EFFECT;
      for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
        if (self->views[i].owner == agent)
          self->views[i].used = 0;
      return;
    }
  number = known ? choose_nearest (self, &vector, &is_far) : choose_view (self, agent, version, run);
  view = &self->views[number];
  if (!view->valid || is_far
      || (view->owner != agent && !goes_on_from (self, view, version, run)
          && self->n_frontier <= NARROW_FRONTIER
          && coquill_merge_window_n_entries (self->window) <= SMALL_WINDOW))
    show_effect (self, number);
  self->n_linear = 0;
  view->owner = agent;
  view->used = self->n_uses;
  if (known && view->has_vector)
    move_by_vector (self, number, &vector);
  else
    {
      /* The view has the trunk that came since, and the graph doesn't tell. */
      if (view->n_trunk + self->in_trunk < self->n_trunk)
        show_effect (self, number);
      move_by_graph (self, number, version);
    }
  view->n_trunk = self->n_trunk;
  view->has_vector = known;
  view->vector = vector;
  self->last_view = number;
}

void
coquill_walker_close_window (CoquillWalker *self)
{
  coquill_walker_settle_flat (self);
  coquill_merge_window_free (self->window);
  self->window = NULL;
  self->state = COQUILL_WALKER_DIRECT;
  self->last_run = SIZE_MAX;
  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    self->views[i].valid = false;
}

/* The lowest local version that a view doesn't have. */
static uint64_t
lowest_lacking (CoquillWalker *self, const CoquillWalkerView *view)
{
  const CoquillGraphDifference *difference = &self->difference;

  /* When there are too many agents, what is walked isn't counted any more. */
  if (view->has_vector && self->tracks->exact)
    return coquill_walker_tracks_lowest_lacking (self->tracks, &view->vector);
  coquill_graph_difference (self->graph, self->frontier, self->n_frontier, view->heads, view->n_heads,
                            &self->difference);
  return difference->n_retreat > 0 ? difference->retreat[difference->n_retreat - 1].first : UINT64_MAX;
}

void
coquill_walker_collapse (CoquillWalker *self, uint64_t version)
{
  uint64_t lowest[COQUILL_MERGE_WINDOW_VIEWS];

  /* Nobody lacks what lies below the window's start: then there is no need to ask. */
  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
    lowest[i] = UINT64_MAX;
  for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS && version > self->window_start; i++)
    if (self->views[i].valid)
      {
        lowest[i] = lowest_lacking (self, &self->views[i]);
        if (lowest[i] < version && self->n_uses - self->views[i].used < RECENT_USES)
          version = lowest[i];
      }
  if (version > self->window_start
      || self->n_trunk_deleted > coquill_merge_window_n_entries (self->window) / WORTH_COLLAPSING)
    {
      coquill_merge_window_collapse (self->window, version);
      coquill_walker_tracks_collapse (self->tracks, version);
      self->window_start = version;
      self->n_trunk_deleted = 0;
      for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
        if (self->views[i].valid && lowest[i] < version)
          self->views[i].valid = false;
      /* The view in use may have been one of these. */
      self->last_run = SIZE_MAX;
    }
}
