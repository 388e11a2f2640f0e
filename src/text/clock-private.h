/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock-private.h: what the files behind clock.h share. */

#pragma once

#include <string.h>

#include "text/clock.h"
#include "text/graph-private.h"

#define TRACKS COQUILL_CLOCK_TRACKS

/* Runs that have a vector: what comes soon after mostly has one of the newest few as parent. 20 KiB in all.
 */
#define RING 512

/* So many runs are gone through when the clock starts, and so many have to come before it tries again. */
#define REPLAY 256
#define PAUSE 128

/* Heads of which the vector found last is remembered: it is asked for several times for each operation. */
#define REMEMBERED 8

/*
 * A row of the ring is the vector of a run's parents, which is also that of each of its items but for their
 * own agent: of each track's agent, how many items. What it says in tracks that aren't used means nothing.
 *
 * Invariants, while the clock runs: of the newest runs, less than a ring of them, every one from `first_run`
 * on has a row, which holds a vector or says that it has none. An agent with items at or above the start has
 * a track, or its items lie at or above `untracked`; none of those is in a vector. Everything below the start
 * is in every vector.
 */
struct CoquillClock
{
  bool runs;
  uint64_t start;
  size_t first_run;
  size_t retry; /* don't start before the graph has so many runs */
  unsigned n_tracks;
  uint32_t agents[TRACKS];
  uint32_t bases[TRACKS]; /* items of the agent below the start */
  uint64_t untracked;     /* the lowest version at or above the start of an agent without a track */
  size_t n_remembered;    /* heads; 0 for none */
  uint64_t remembered[REMEMBERED];
  uint32_t vector[TRACKS];
  uint32_t rows[RING][TRACKS];
  bool has_row[RING];
};

/* The vector of a run's parents, NULL if it has none. */
static inline const uint32_t *
coquill_clock_row (const CoquillGraph *graph, size_t run)
{
  const CoquillClock *self = graph->clock;
  size_t row = run % RING;

  return graph->n_runs - run < RING && run >= self->first_run && self->has_row[row] ? self->rows[row] : NULL;
}

/* Whether these are the heads whose vector was found last. */
static inline bool
coquill_clock_is_remembered (const CoquillClock *self, const uint64_t *heads, size_t n_heads)
{
  if (n_heads != self->n_remembered)
    return false;
  for (size_t i = 0; i < n_heads; i++)
    if (heads[i] != self->remembered[i])
      return false;
  return true;
}

/* A run has its row. @track: its agent's, counted from 1 */
static inline void
coquill_clock_leave_trail (const CoquillGraph *graph, size_t run, unsigned track)
{
  if (graph->clock->n_tracks <= 2)
    coquill_trail_put (&graph->scratch->trail, run, graph->clock->rows[run % RING][(track - 1) ^ 1]);
}

/* The first item of a track that isn't in a vector; the graph's end if all are. */
static inline uint64_t
coquill_clock_first_unknown (const CoquillGraph *graph, unsigned track, const uint32_t *vector)
{
  uint32_t agent = graph->clock->agents[track], sequence = vector[track];
  const CoquillGraphRun *run;

  if (sequence >= graph->agents[agent].length)
    return graph->end;
  run = &graph->runs[coquill_graph_run_of_agent (graph, agent, sequence)];
  return run->first + (sequence - run->sequence);
}

/* Joins what all heads know, from the newest down, and says whether they are heads. @runs: (nullable): their
 * runs, if that is known. */
bool
coquill_clock_join (const CoquillGraph *graph,
                    const uint64_t *heads,
                    const uint32_t *runs,
                    size_t n_heads,
                    uint32_t *vector,
                    CoquillClockAnswer *are_heads);

/* The vector of these heads is likely to be asked for again. */
void
coquill_clock_remember (CoquillClock *self, const uint64_t *heads, size_t n_heads, const uint32_t *vector);

/* coquill_clock_join(), or what is remembered. Returns: false if the clock can't tell */
bool
coquill_clock_find (const CoquillGraph *graph,
                    const uint64_t *heads,
                    size_t n_heads,
                    uint32_t *vector,
                    CoquillClockAnswer *are_heads);

/* Whether the clock runs, which it starts to if it can. It is no part of what the graph says. */
bool
coquill_clock_begin (CoquillGraph *graph);

static inline bool
coquill_clock_runs (const CoquillGraph *graph)
{
  if (graph->clock != NULL && graph->clock->runs)
    return graph->n_runs > 0;
  return graph->n_runs > 0 && coquill_clock_begin ((CoquillGraph *)graph);
}
