/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock-ask.c: what the clock is asked, and what it is told. */

#include "text/clock-private.h"

CoquillClockAnswer
coquill_clock_are_heads (const CoquillGraph *graph, const uint64_t *versions, size_t n_versions)
{
  CoquillClockAnswer answer = COQUILL_CLOCK_UNKNOWN;
  uint32_t vector[TRACKS];

  if (coquill_clock_runs (graph))
    coquill_clock_find (graph, versions, n_versions, vector, &answer);
  return answer;
}

CoquillClockAnswer
coquill_clock_is_ancestor (const CoquillGraph *graph,
                           uint64_t ancestor,
                           const uint64_t *heads,
                           size_t n_heads)
{
  CoquillClockAnswer are_heads;
  uint32_t vector[TRACKS];
  const CoquillGraphRun *run;
  unsigned track;

  if (!coquill_clock_runs (graph) || !coquill_clock_find (graph, heads, n_heads, vector, &are_heads))
    return COQUILL_CLOCK_UNKNOWN;
  if (ancestor < graph->clock->start)
    return COQUILL_CLOCK_YES;
  run = &graph->runs[coquill_graph_find_run (graph, ancestor)];
  track = graph->agents[run->agent].track;
  if (track == 0)
    return COQUILL_CLOCK_NO;
  return run->sequence + (ancestor - run->first) < vector[track - 1] ? COQUILL_CLOCK_YES : COQUILL_CLOCK_NO;
}

/* What is lowest of all that a vector hasn't; the end if it has all. */
static inline uint64_t
lowest_unknown (const CoquillGraph *graph, const uint32_t *vector)
{
  const CoquillClock *self = graph->clock;
  uint64_t lowest = self->untracked < graph->end ? self->untracked : graph->end;

  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      uint64_t one = coquill_clock_first_unknown (graph, i, vector);

      if (one < lowest)
        lowest = one;
    }
  return lowest;
}

bool
coquill_clock_lowest_unknown (const CoquillGraph *graph,
                              const uint64_t *heads,
                              size_t n_heads,
                              uint64_t *lowest)
{
  CoquillClockAnswer are_heads;
  uint32_t vector[TRACKS];

  if (!coquill_clock_runs (graph) || !coquill_clock_find (graph, heads, n_heads, vector, &are_heads))
    return false;
  *lowest = lowest_unknown (graph, vector);
  return true;
}

void
coquill_clock_place (const CoquillGraph *graph,
                     uint32_t agent_index,
                     const uint64_t *parents,
                     const uint32_t *runs,
                     size_t n_parents,
                     CoquillClockPlace *place)
{
  CoquillClock *self;
  const CoquillGraphAgent *agent = &graph->agents[agent_index];
  uint32_t *vector;

  place->are_heads = COQUILL_CLOCK_UNKNOWN;
  if (!coquill_clock_runs (graph))
    return;
  self = graph->clock;
  vector = self->vector;
  self->n_remembered = 0;
  coquill_clock_join (graph, parents, runs, n_parents, vector, &place->are_heads);
  if (place->are_heads != COQUILL_CLOCK_YES)
    return;
  self->n_remembered = n_parents <= REMEMBERED ? n_parents : 0;
  for (size_t i = 0; i < self->n_remembered; i++)
    self->remembered[i] = parents[i];
  if (agent->track > 0)
    place->follows = vector[agent->track - 1] == agent->length;
  else
    place->follows = agent->n_runs == 0 || graph->runs[agent->runs[agent->n_runs - 1]].first < self->start;
  place->lowest_unknown = lowest_unknown (graph, vector);
}

void
coquill_clock_learn (const CoquillGraph *graph,
                     const uint64_t *heads,
                     size_t n_heads,
                     const CoquillVersionRange *unknown,
                     size_t n_unknown)
{
  CoquillClock *self = graph->clock;
  uint32_t vector[TRACKS] = { 0 };

  if (self == NULL || !self->runs || self->untracked < UINT64_MAX)
    return;
  for (unsigned i = 0; i < self->n_tracks; i++)
    vector[i] = graph->agents[self->agents[i]].length;
  for (size_t i = 0; i < n_unknown; i++)
    {
      const CoquillGraphRun *run = &graph->runs[coquill_graph_find_run (graph, unknown[i].first)];
      unsigned track = graph->agents[run->agent].track;
      uint32_t sequence = run->sequence + (uint32_t)(unknown[i].first - run->first);

      if (unknown[i].first < self->start || track == 0)
        return;
      if (vector[track - 1] > sequence)
        vector[track - 1] = sequence;
    }
  coquill_clock_remember (self, heads, n_heads, vector);
}

bool
coquill_clock_vector (const CoquillGraph *graph, const uint64_t *heads, size_t n_heads, CoquillVector *vector)
{
  CoquillClockAnswer are_heads;
  uint32_t items[TRACKS];

  if (!coquill_clock_runs (graph) || !coquill_clock_find (graph, heads, n_heads, items, &are_heads))
    return false;
  for (unsigned i = 0; i < TRACKS; i++)
    vector->n_items[i] = i < graph->clock->n_tracks ? items[i] : 0;
  return true;
}

unsigned
coquill_clock_n_tracks (const CoquillGraph *graph)
{
  return graph->clock != NULL ? graph->clock->n_tracks : 0;
}

uint32_t
coquill_clock_agent (const CoquillGraph *graph, unsigned track)
{
  return graph->clock->agents[track];
}

uint64_t
coquill_clock_start (const CoquillGraph *graph)
{
  return graph->clock != NULL ? graph->clock->start : graph->end;
}
