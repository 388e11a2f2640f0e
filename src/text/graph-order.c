/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-order.c: which item comes before which. */

#include <stdlib.h>

#include "text/graph-private.h"
#include "text/memory.h"

/*
 * What the frontier, the lowest unknown version of each run or the clock doesn't tell at once is found by
 * walking the graph from the heads down, run by run, with a priority queue: parents have lower local
 * versions, so when a version is taken from the queue, nothing that is still to come can reach it. The base
 * counts as one item without parents.
 */

static void
push_parents (const CoquillGraph *self, size_t run, CoquillVersionMark mark)
{
  size_t first = self->runs[run].first_parent;

  for (size_t i = 0, n = coquill_graph_run_n_parents (self, run); i < n; i++)
    coquill_version_queue_push (&self->scratch->queue, self->parents[first + i], mark);
}

/* Whether the last run of many parents has these: what is asked of them was found for it. It may be another
 * run by now, if that one was taken back, and have few; which is as good. */
static bool
is_meeting (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  size_t run = self->scratch->meeting;
  const uint32_t *parents;

  if (n_heads <= COQUILL_GRAPH_FEW_PARENTS || run >= self->n_runs
      || coquill_graph_run_n_parents (self, run) != n_heads)
    return false;
  parents = &self->parents[self->runs[run].first_parent];
  for (size_t i = 0; i < n_heads; i++)
    if (parents[i] != heads[i])
      return false;
  return true;
}

/* Whether an item is among what the lowest unknown versions of some heads say that they know. */
static bool
is_below (const CoquillGraph *self, uint64_t ancestor, const uint64_t *heads, size_t n_heads)
{
  for (size_t i = 0; i < n_heads; i++)
    {
      size_t run;

      if (heads[i] == ancestor)
        return true;
      if (heads[i] < ancestor)
        continue;
      run = coquill_graph_find_run (self, heads[i]);
      if (self->runs[run].first <= ancestor || self->runs[run].lowest_unknown > ancestor)
        return true;
    }
  return false;
}

static bool
walk_to_ancestor (const CoquillGraph *self, uint64_t ancestor, const uint64_t *heads, size_t n_heads)
{
  CoquillVersionQueue *queue = &self->scratch->queue;
  size_t index = self->n_runs - 1;
  CoquillVersionEntry entry;

  coquill_version_queue_clear (queue);
  for (size_t i = 0; i < n_heads; i++)
    if (heads[i] > ancestor)
      coquill_version_queue_push (queue, heads[i], COQUILL_VERSION_FROM);

  while (coquill_version_queue_pop (queue, &entry))
    {
      const CoquillGraphRun *run;

      index = coquill_graph_find_run_below (self, index, entry.version);
      run = &self->runs[index];
      if (run->first <= ancestor || run->lowest_unknown > ancestor)
        return true;
      while (coquill_version_queue_reaches (queue, run->first))
        coquill_version_queue_pop (queue, &entry);
      for (size_t i = 0, n = coquill_graph_run_n_parents (self, index); i < n; i++)
        {
          uint64_t parent = self->parents[run->first_parent + i];

          if (parent == ancestor)
            return true;
          if (parent > ancestor)
            coquill_version_queue_push (queue, parent, COQUILL_VERSION_FROM);
        }
    }
  return false;
}

bool
coquill_graph_is_ancestor (const CoquillGraph *self, uint64_t ancestor, const uint64_t *heads, size_t n_heads)
{
  CoquillClockAnswer answer;

  if (n_heads == 0)
    return false;
  if (ancestor < self->base || is_below (self, ancestor, heads, n_heads))
    return true;
  if (heads[n_heads - 1] < ancestor || coquill_graph_in_frontier (self, ancestor))
    return false;
  answer = coquill_clock_is_ancestor (self, ancestor, heads, n_heads);
  if (answer != COQUILL_CLOCK_UNKNOWN)
    return answer == COQUILL_CLOCK_YES;
  return walk_to_ancestor (self, ancestor, heads, n_heads);
}

/* Heads are marked FROM, what lies below a head TO: an entry with both marks, or a head in the run below
 * another, is a head that has a descendant among them. */
static bool
walk_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  CoquillVersionQueue *queue = &self->scratch->queue;
  size_t unseen = n_heads, index = self->n_runs - 1;
  CoquillVersionEntry entry;

  coquill_version_queue_clear (queue);
  for (size_t i = 0; i < n_heads; i++)
    coquill_version_queue_push (queue, heads[i], COQUILL_VERSION_FROM);

  while (unseen > 0 && coquill_version_queue_pop (queue, &entry))
    {
      const CoquillGraphRun *run;

      if (entry.mark == COQUILL_VERSION_BOTH)
        return false;
      if (entry.mark == COQUILL_VERSION_FROM)
        unseen--;
      if (entry.version < self->base)
        continue;
      index = coquill_graph_find_run_below (self, index, entry.version);
      run = &self->runs[index];
      while (coquill_version_queue_reaches (queue, run->first))
        {
          coquill_version_queue_pop (queue, &entry);
          if (entry.mark != COQUILL_VERSION_TO)
            return false;
        }
      push_parents (self, index, COQUILL_VERSION_TO);
    }
  return true;
}

/* What is in the frontier is nobody's ancestor, and what is below another head's lowest unknown version is
 * its ancestor. */
static CoquillClockAnswer
look_at_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  uint64_t lowest_unknown = 0;
  bool sure = true;

  for (size_t i = n_heads; i > 0; i--)
    {
      const CoquillGraphRun *run;

      if (heads[i - 1] < self->base || heads[i - 1] < lowest_unknown)
        return COQUILL_CLOCK_NO;
      run = &self->runs[coquill_graph_find_run (self, heads[i - 1])];
      if (i > 1 && run->first <= heads[i - 2])
        return COQUILL_CLOCK_NO;
      if (run->lowest_unknown > lowest_unknown)
        lowest_unknown = run->lowest_unknown;
      sure = sure && (i == n_heads || coquill_graph_in_frontier (self, heads[i - 1]));
    }
  return sure ? COQUILL_CLOCK_YES : COQUILL_CLOCK_UNKNOWN;
}

bool
coquill_graph_are_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  CoquillClockAnswer answer;

  for (size_t i = 1; i < n_heads; i++)
    if (heads[i] <= heads[i - 1])
      return false;
  if (n_heads < 2 || coquill_graph_is_frontier (self, heads, n_heads) || is_meeting (self, heads, n_heads))
    return true;
  answer = look_at_heads (self, heads, n_heads);
  if (answer == COQUILL_CLOCK_UNKNOWN)
    answer = coquill_clock_are_heads (self, heads, n_heads);
  if (answer != COQUILL_CLOCK_UNKNOWN)
    return answer == COQUILL_CLOCK_YES;
  return walk_heads (self, heads, n_heads);
}

/* What each head knows alone gives a lower bound, and is all if it is the same for each: that one is then
 * unknown to all. */
static uint64_t
bound_of_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads, bool *exact)
{
  uint64_t lowest = UINT64_MAX, highest = 0;

  for (size_t i = 0; i < n_heads; i++)
    {
      size_t run = coquill_graph_find_run (self, heads[i]);
      uint64_t lag = coquill_graph_item_lag (self, run, heads[i]);

      if (lag < lowest)
        lowest = lag;
      if (lag > highest)
        highest = lag;
    }
  *exact = lowest == highest;
  return highest;
}

/* Moves the bound over those heads, with what is before them in their runs, that follow on there. */
static uint64_t
move_bound (const CoquillGraph *self, uint64_t bound, const uint64_t *heads, size_t n_heads)
{
  for (size_t i = 0; i < n_heads; i++)
    if (heads[i] >= bound && self->runs[coquill_graph_find_run (self, heads[i])].first <= bound)
      bound = heads[i] + 1;
  return bound;
}

static bool
walk_to_unknown (const CoquillGraph *self, const uint64_t *heads, size_t n_heads, uint64_t *lowest)
{
  CoquillGraphScratch *scratch = self->scratch;
  CoquillGraphDifference *difference = &scratch->difference;
  size_t n_steps = COQUILL_GRAPH_FEW_STEPS + scratch->saved_steps;
  size_t n_here = n_heads + self->n_frontier;
  bool done;

  if (n_here > n_steps)
    return false;
  n_steps -= n_here > COQUILL_GRAPH_FEW_STEPS ? n_here : 0;
  /* The holes aren't part of what the graph says. */
  coquill_graph_settle ((CoquillGraph *)self);
  done = coquill_graph_try_difference (self, heads, n_heads, self->frontier, self->n_frontier, &n_steps,
                                       difference);
  scratch->saved_steps = n_steps > COQUILL_GRAPH_FEW_STEPS ? n_steps - COQUILL_GRAPH_FEW_STEPS : 0;
  if (!done)
    return false;
  coquill_clock_learn (self, heads, n_heads, difference->advance, difference->n_advance);
  *lowest = difference->advance[difference->n_advance - 1].first;
  return true;
}

uint64_t
coquill_graph_lowest_unknown (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  uint64_t lowest;
  bool exact;

  while (n_heads > 1 && heads[0] < self->base)
    {
      heads++;
      n_heads--;
    }
  if (n_heads == 0)
    return self->base;
  if (n_heads == 1)
    return heads[0] < self->base
               ? self->base
               : coquill_graph_item_lag (self, coquill_graph_find_run (self, heads[0]), heads[0]);
  if (coquill_graph_is_frontier (self, heads, n_heads))
    return self->end;
  if (is_meeting (self, heads, n_heads))
    return self->runs[self->scratch->meeting].lowest_unknown;
  if (coquill_clock_lowest_unknown (self, heads, n_heads, &lowest))
    return lowest;
  lowest = bound_of_heads (self, heads, n_heads, &exact);
  if (exact)
    return lowest;
  return walk_to_unknown (self, heads, n_heads, &lowest) ? lowest : move_bound (self, lowest, heads, n_heads);
}
