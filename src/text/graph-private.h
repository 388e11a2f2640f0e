/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-private.h: what the files behind graph.h and clock.h share. */

#pragma once

#include "text/clock-trail.h"
#include "text/graph.h"
#include "text/version-queue.h"

struct CoquillGraphScratch
{
  CoquillVersionQueue queue;
  CoquillGraphDifference difference;
  size_t saved_steps; /* see COQUILL_GRAPH_STEPS_PER_RUN */
  size_t meeting;     /* the last run of many parents, unless it was taken back */
  uint64_t *parents;  /* what coquill_graph_parents() returns */
  size_t parents_capacity;
  CoquillTrail trail;
  uint32_t *blocks; /* of the content, how many code points begin before each: see graph-content.c */
  size_t n_blocks;
  size_t blocks_capacity;
};

/* What was counted of content that is taken back is forgotten. */
void
coquill_graph_forget_blocks (CoquillGraph *self);

/**
 * CoquillGraphPlace:
 * @parents: local versions, ascending, none an ancestor of another
 * @runs: (nullable): the run of each, UINT32_MAX for the base
 * @lowest_unknown: of the parents
 * @joined: the parent is the graph's last item and the same agent's; @runs needn't be set then
 *
 * Where items go in the graph.
 */
typedef struct
{
  const uint64_t *parents;
  const uint32_t *runs;
  size_t n_parents;
  uint64_t lowest_unknown;
  bool joined;
  uint64_t single; /* room for one parent */
} CoquillGraphPlace;

/* Begins a run at the end, unless the place is joined: then the last run goes on. The caller appends its
 * items, and says so with coquill_graph_appended(). */
void
coquill_graph_append_run (CoquillGraph *self, uint32_t agent, const CoquillGraphPlace *place);

/* Makes room for so many more runs of an agent. */
void
coquill_graph_reserve_runs_of_agent (CoquillGraphAgent *agent, size_t n_runs);

/* Makes room for a row more of the operations, or bytes more of the content. */
void
coquill_graph_grow_operations (CoquillGraph *self);
void
coquill_graph_grow_content (CoquillGraph *self, size_t needed);

/* Whether an insertion or deletion goes on where the last operation ends. */
static inline bool
coquill_graph_lengthens (const CoquillGraphOperation *last,
                         uint64_t end,
                         CoquillOperationKind kind,
                         uint64_t place,
                         uint64_t n_items,
                         bool backward)
{
  uint64_t length = end - last->first;

  if (last->kind != (uint8_t)kind)
    return false;
  if (kind == COQUILL_OPERATION_INSERT)
    return place == last->place + length;
  if (place == last->place && (length == 1 || !last->backward) && (n_items == 1 || !backward))
    return true;
  return place + length == last->place && (length == 1 || last->backward) && (n_items == 1 || backward);
}

/* The same for all kinds. @place: of a restoration, the local version that the first item names. */
static inline bool
coquill_graph_goes_on (
    const CoquillGraph *self, CoquillOperationKind kind, uint64_t place, uint64_t n_items, bool backward)
{
  const CoquillGraphOperation *last = &self->operations[self->n_operations - 1];

  if (kind == COQUILL_OPERATION_RESTORE)
    return last->kind == COQUILL_OPERATION_RESTORE
           && coquill_graph_id_of (self, place)
                  == coquill_graph_id_of (self, last->place) + (self->end - last->first);
  return kind != COQUILL_OPERATION_RECORD
         && coquill_graph_lengthens (last, self->end, kind, place, n_items, backward);
}

/* Appends items to the last run: to its last operation, if @joined to it and they go on from there. */
static inline void
coquill_graph_append_items (CoquillGraph *self,
                            CoquillOperationKind kind,
                            uint64_t place,
                            uint64_t n_items,
                            bool backward,
                            bool joined)
{
  CoquillGraphOperation *operation;

  if (joined && coquill_graph_goes_on (self, kind, place, n_items, backward))
    {
      operation = &self->operations[self->n_operations - 1];
      if (kind == COQUILL_OPERATION_DELETE)
        operation->backward = place != operation->place;
      return;
    }
  if (self->n_operations == self->operations_capacity)
    coquill_graph_grow_operations (self);
  operation = &self->operations[self->n_operations++];
  operation->first = (uint32_t)self->end;
  operation->place = (uint32_t)place;
  operation->content_offset = (uint32_t)self->content_length;
  operation->kind = (uint8_t)kind;
  operation->backward = backward && n_items > 1;
}

/* Takes away the agents that came last. */
void
coquill_graph_take_back_agents (CoquillGraph *self, uint32_t n_agents);

/* The frontier is exact in the functions of graph.h, but for a while during an import: of a wide one, entries
 * that are none any more are marked as holes and taken out when they are half of it, so that 100,000 branches
 * aren't moved about for each item. */
#define COQUILL_FRONTIER_HOLE (UINT64_C (1) << 63)

/* Takes out the holes. */
void
coquill_graph_settle (CoquillGraph *self);

bool
coquill_graph_in_frontier (const CoquillGraph *self, uint64_t version);

/* Whether ascending local versions are the whole frontier. */
bool
coquill_graph_is_wide_frontier (const CoquillGraph *self, const uint64_t *versions, size_t n_versions);

static inline bool
coquill_graph_is_frontier (const CoquillGraph *self, const uint64_t *versions, size_t n_versions)
{
  if (n_versions != self->n_frontier - self->n_holes)
    return false;
  if (n_versions == 2 && self->n_holes == 0)
    return versions[0] == self->frontier[0] && versions[1] == self->frontier[1];
  return coquill_graph_is_wide_frontier (self, versions, n_versions);
}

/* A new head takes the place of those heads that are its parents. */
void
coquill_graph_move_frontier (CoquillGraph *self, const uint64_t *parents, size_t n_parents, uint64_t head);

/* The same for one parent or two, where there are few heads. @all: the parents are all heads. Returns: false
 * if there are many */
static inline bool
coquill_graph_move_few (CoquillGraph *self, uint64_t low, uint64_t high, bool all, uint64_t head)
{
  if (__builtin_expect (self->n_frontier - 1 < 2 && self->frontier_capacity > 2, 1))
    {
      uint64_t first = self->frontier[0], last = self->frontier[self->n_frontier - 1];
      size_t keeps_first = (self->n_frontier == 2) & (first != low) & (first != high);
      size_t keeps_last = last != high; /* it is the last of all items */

      self->frontier[0] = keeps_first ? first : last;
      self->frontier[keeps_first + keeps_last] = head;
      self->n_frontier = keeps_first + keeps_last + 1;
      return true;
    }
  if (all)
    {
      self->frontier[0] = head;
      self->n_frontier = 1;
      self->n_holes = 0;
      return true;
    }
  return false;
}

/* Counts items that were appended. */
static inline void
coquill_graph_appended (CoquillGraph *self, uint32_t agent, uint64_t n_items, const CoquillGraphPlace *place)
{
  uint64_t head = self->end + n_items - 1;

  self->agents[agent].length += (uint32_t)n_items;
  if (place->joined)
    self->frontier[self->n_frontier - 1] = head;
  else if (place->n_parents - 1 > 1
           || !coquill_graph_move_few (self, place->parents[0], place->parents[place->n_parents - 1],
                                       place->lowest_unknown == self->end, head))
    coquill_graph_move_frontier (self, place->parents, place->n_parents, head);
  self->end += n_items;
}

/* Where in the agent's list the run of its item is, sought downwards from the last. */
uint32_t
coquill_graph_search_agent (const CoquillGraph *self, const CoquillGraphAgent *agent, uint64_t sequence);

/* The run that holds a local version, sought downwards from one that isn't below it. */
static inline size_t
coquill_graph_find_run_below (const CoquillGraph *self, size_t run, uint64_t version)
{
  size_t low = run, high = run + 1, step = 1;

  while (self->runs[low].first > version)
    {
      high = low;
      low = low > step ? low - step : 0;
      step *= 2;
    }
  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (self->runs[middle].first <= version)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* Where in the agent's list the run of its item is, which isn't below the base: mostly one of the last two.
 */
static inline uint32_t
coquill_graph_place_in_agent (const CoquillGraph *self, const CoquillGraphAgent *agent, uint64_t sequence)
{
  uint32_t last = agent->n_runs - 1;

  if (self->runs[agent->runs[last]].sequence <= sequence)
    return last;
  if (self->runs[agent->runs[last - 1]].sequence <= sequence)
    return last - 1;
  return coquill_graph_search_agent (self, agent, sequence);
}

static inline uint32_t
coquill_graph_run_of_agent (const CoquillGraph *self, uint32_t agent_index, uint64_t sequence)
{
  const CoquillGraphAgent *agent = &self->agents[agent_index];

  return agent->runs[coquill_graph_place_in_agent (self, agent, sequence)];
}

static inline size_t
coquill_graph_run_n_parents (const CoquillGraph *self, size_t run)
{
  return (run + 1 < self->n_runs ? self->runs[run + 1].first_parent : self->n_parents)
         - self->runs[run].first_parent;
}

/* A run of more parents is begun by one of many who met, and each of the others begins another one there. */
#define COQUILL_GRAPH_FEW_PARENTS 2

/* The lowest unknown version is found by a walk if that takes so few steps, or as many more as were saved:
 * each run saves some. So a whole history takes linear time, and one long walk now and then, from which the
 * clock learns, is allowed. Else it is bounded. */
#define COQUILL_GRAPH_FEW_STEPS 512
#define COQUILL_GRAPH_STEPS_PER_RUN 64

/* What coquill_graph_difference() does, but gives up after so many steps. @n_steps: (inout): those that are
 * left. Returns: whether it was done */
bool
coquill_graph_try_difference (const CoquillGraph *self,
                              const uint64_t *from,
                              size_t n_from,
                              const uint64_t *to,
                              size_t n_to,
                              size_t *n_steps,
                              CoquillGraphDifference *difference);

/* A run was put at the end of the graph; its items aren't counted yet in its agent's length. */
void
coquill_clock_append (CoquillGraph *graph, const uint64_t *parents, size_t n_parents);

/* The graph goes back: the clock starts again when it is next asked. */
void
coquill_clock_stop (CoquillGraph *graph);

/**
 * CoquillClockAnswer:
 * @COQUILL_CLOCK_UNKNOWN: the clock can't tell
 */
typedef enum
{
  COQUILL_CLOCK_UNKNOWN,
  COQUILL_CLOCK_YES,
  COQUILL_CLOCK_NO,
} CoquillClockAnswer;

/**
 * CoquillClockPlace:
 * @are_heads: unknown if the clock can't tell: then nothing else is filled
 * @follows: the agent's items before are all among the ancestors
 * @lowest_unknown: of the parents
 *
 * All that an import wants to know of an operation's parents.
 */
typedef struct
{
  CoquillClockAnswer are_heads;
  bool follows;
  uint64_t lowest_unknown;
} CoquillClockPlace;

void
coquill_clock_place (const CoquillGraph *graph,
                     uint32_t agent,
                     const uint64_t *parents,
                     const uint32_t *runs,
                     size_t n_parents,
                     CoquillClockPlace *place);

CoquillClockAnswer
coquill_clock_are_heads (const CoquillGraph *graph, const uint64_t *versions, size_t n_versions);

CoquillClockAnswer
coquill_clock_is_ancestor (const CoquillGraph *graph,
                           uint64_t ancestor,
                           const uint64_t *heads,
                           size_t n_heads);

/* Returns: false if the clock can't tell */
bool
coquill_clock_lowest_unknown (const CoquillGraph *graph,
                              const uint64_t *heads,
                              size_t n_heads,
                              uint64_t *lowest);

/* What somebody found out without the clock: the versions that aren't known to these heads, as ranges inside
 * of runs. */
void
coquill_clock_learn (const CoquillGraph *graph,
                     const uint64_t *heads,
                     size_t n_heads,
                     const CoquillVersionRange *unknown,
                     size_t n_unknown);
