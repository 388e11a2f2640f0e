/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-private.h: what the files behind graph.h and clock.h share. */

#pragma once

#include "text/graph.h"
#include "text/version-queue.h"

struct CoquillGraphScratch
{
  CoquillVersionQueue queue;
  CoquillGraphDifference difference;
  size_t saved_steps; /* see COQUILL_GRAPH_STEPS_PER_RUN */
  uint64_t *parents;  /* what coquill_graph_parents() returns */
  size_t parents_capacity;
};

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

/* coquill_graph_append() for who knows the place. */
void
coquill_graph_append_at (CoquillGraph *self,
                         CoquillGraphPiece *piece,
                         uint32_t agent,
                         const CoquillGraphPlace *place,
                         const uint8_t *content);

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
coquill_graph_is_frontier (const CoquillGraph *self, const uint64_t *versions, size_t n_versions);

/* The new items' last one takes the place of those heads that are its parents. The end is the new one. */
void
coquill_graph_move_frontier (CoquillGraph *self, const uint64_t *parents, size_t n_parents);

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

static inline size_t
coquill_graph_run_n_parents (const CoquillGraph *self, size_t run)
{
  return (run + 1 < self->n_runs ? self->runs[run + 1].first_parent : self->n_parents)
         - self->runs[run].first_parent;
}

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
