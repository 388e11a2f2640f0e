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
  return run->sequence + (ancestor - run->first) < graph->clock->bases[track - 1] + vector[track - 1]
             ? COQUILL_CLOCK_YES
             : COQUILL_CLOCK_NO;
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

/* The vector of two items, each with a row of its own, as nearly all joins have. @vector: (out): also if they
 * are no heads. Returns: unknown if one hasn't a row */
static inline CoquillClockAnswer
join_two (const CoquillGraph *graph, const uint64_t *heads, const uint32_t *runs, uint32_t *vector)
{
  const CoquillClock *self = graph->clock;
  uint32_t low = runs[0], high = runs[1], low_length, high_length;
  const uint32_t *low_row = self->rows[low % RING], *high_row = self->rows[high % RING];
  unsigned low_track, high_track;

  /* The base's number is the highest. */
  if (low < self->first_run || high < self->first_run || high >= graph->n_runs || low >= graph->n_runs
      || !self->has_row[low % RING] || !self->has_row[high % RING])
    return COQUILL_CLOCK_UNKNOWN;
  low_track = graph->agents[graph->runs[low].agent].track;
  high_track = graph->agents[graph->runs[high].agent].track;
  if (low_track == 0 || high_track == 0)
    return COQUILL_CLOCK_UNKNOWN;
  low_length = (uint32_t)(graph->runs[low].sequence + (heads[0] - graph->runs[low].first) + 1
                          - self->bases[low_track - 1]);
  high_length = (uint32_t)(graph->runs[high].sequence + (heads[1] - graph->runs[high].first) + 1
                           - self->bases[high_track - 1]);
  if (low_track == high_track || high_row[low_track - 1] >= low_length)
    return COQUILL_CLOCK_NO;
  for (unsigned i = 0; i < TRACKS; i++)
    vector[i] = low_row[i] > high_row[i] ? low_row[i] : high_row[i];
  vector[low_track - 1] = low_length;
  vector[high_track - 1] = high_length;
  return COQUILL_CLOCK_YES;
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
  if (n_parents == 2)
    place->are_heads = join_two (graph, parents, runs, vector);
  if (place->are_heads == COQUILL_CLOCK_UNKNOWN)
    coquill_clock_join (graph, parents, runs, n_parents, vector, &place->are_heads);
  if (place->are_heads != COQUILL_CLOCK_YES)
    return;
  self->n_remembered = n_parents <= REMEMBERED ? n_parents : 0;
  for (size_t i = 0; i < self->n_remembered; i++)
    self->remembered[i] = parents[i];
  if (agent->track > 0)
    place->follows = self->bases[agent->track - 1] + vector[agent->track - 1] == agent->length;
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
    vector[i] = (uint32_t)(graph->agents[self->agents[i]].length - self->bases[i]);
  for (size_t i = 0; i < n_unknown; i++)
    {
      const CoquillGraphRun *run = &graph->runs[coquill_graph_find_run (graph, unknown[i].first)];
      unsigned track = graph->agents[run->agent].track;
      uint64_t sequence = run->sequence + (unknown[i].first - run->first);

      if (unknown[i].first < self->start || track == 0)
        return;
      if (vector[track - 1] > sequence - self->bases[track - 1])
        vector[track - 1] = (uint32_t)(sequence - self->bases[track - 1]);
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
    vector->n_items[i] = i < graph->clock->n_tracks ? graph->clock->bases[i] + items[i] : 0;
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
