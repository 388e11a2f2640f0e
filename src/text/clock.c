/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock.c: counting what the newest items know. */

#include "text/clock.h"

#include <string.h>

#include "text/graph-private.h"
#include "text/memory.h"

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
 * own agent. It counts from the start: in each track, items at or above it.
 *
 * Invariants, while the clock runs: every run from `first_run` on has a row, which holds a vector or says
 * that it has none. An agent with items at or above the start has a track, or its items lie at or above
 * `untracked`; none of those is in a vector. Everything below the start is in every vector.
 */
struct CoquillClock
{
  bool runs;
  uint64_t generation;
  uint64_t start;
  size_t first_run;
  size_t retry; /* don't start before the graph has so many runs */
  unsigned n_tracks;
  uint32_t agents[TRACKS];
  uint64_t bases[TRACKS]; /* items of the agent below the start */
  uint64_t untracked;     /* the lowest version at or above the start of an agent without a track */
  size_t n_remembered;    /* heads; 0 for none */
  uint64_t remembered[REMEMBERED];
  uint32_t vector[TRACKS];
  uint32_t rows[RING][TRACKS];
  bool has_row[RING];
};

static void
begin (CoquillGraph *graph, uint64_t start, size_t first_run)
{
  CoquillClock *self = graph->clock;

  for (unsigned i = 0; i < self->n_tracks; i++)
    if (self->agents[i] < graph->n_agents)
      graph->agents[self->agents[i]].track = 0;
  self->n_tracks = 0;
  self->start = start;
  self->first_run = first_run;
  self->untracked = UINT64_MAX;
  self->n_remembered = 0;
  self->generation++;
}

static void
add_track (CoquillGraph *graph, uint32_t agent, uint64_t base)
{
  CoquillClock *self = graph->clock;

  self->agents[self->n_tracks] = agent;
  self->bases[self->n_tracks] = base;
  self->n_tracks++;
  graph->agents[agent].track = (uint8_t)self->n_tracks;
}

static void
join (uint32_t *vector, const uint32_t *other)
{
  for (unsigned i = 0; i < TRACKS; i++)
    vector[i] = vector[i] > other[i] ? vector[i] : other[i];
}

/* What an item knows, itself too. */
static bool
item_vector (const CoquillGraph *graph, uint64_t version, size_t run, uint32_t *vector)
{
  const CoquillClock *self = graph->clock;
  const CoquillGraphRun *row = &graph->runs[run];
  unsigned track = graph->agents[row->agent].track;

  if (run < self->first_run || !self->has_row[run % RING] || track == 0)
    return false;
  memcpy (vector, self->rows[run % RING], sizeof self->rows[0]);
  vector[track - 1] = (uint32_t)(row->sequence + (version - row->first) + 1 - self->bases[track - 1]);
  return true;
}

/* The first item of a track that isn't in a vector; the graph's end if all are. */
static uint64_t
first_unknown (const CoquillGraph *graph, unsigned track, const uint32_t *vector)
{
  const CoquillClock *self = graph->clock;
  uint64_t sequence = self->bases[track] + vector[track];

  if (sequence >= graph->agents[self->agents[track]].length)
    return graph->end;
  return coquill_graph_version_of (graph, coquill_id (self->agents[track], sequence), NULL);
}

/* An item whose own vector is lost adds nothing to a newer one but its own agent's items, if of all others
 * the newer one lacks only what came after it. */
static bool
is_dominated (const CoquillGraph *graph, uint64_t version, unsigned own_track, const uint32_t *vector)
{
  const CoquillClock *self = graph->clock;

  if (self->untracked < version)
    return false;
  for (unsigned i = 0; i < self->n_tracks; i++)
    if (i != own_track && first_unknown (graph, i, vector) < version)
      return false;
  return true;
}

/* Joins what all heads know, from the newest down, and says whether they are heads. @runs: (nullable): their
 * runs, if that is known. */
static bool
join_heads (const CoquillGraph *graph,
            const uint64_t *heads,
            const uint32_t *runs,
            size_t n_heads,
            uint32_t *vector,
            CoquillClockAnswer *are_heads)
{
  const CoquillClock *self = graph->clock;
  size_t run = graph->n_runs - 1;

  *are_heads = COQUILL_CLOCK_UNKNOWN;
  for (size_t i = n_heads; i > 0; i--)
    {
      uint64_t version = heads[i - 1];
      const CoquillGraphRun *row;
      uint32_t one[TRACKS];
      unsigned track;

      if (version < self->start)
        {
          /* Either all below the start is known to it, and nothing else, or it can't be told. */
          if (n_heads > 1)
            {
              if (i < n_heads)
                *are_heads = COQUILL_CLOCK_NO;
              return false;
            }
          memset (vector, 0, sizeof one);
          return version + 1 == self->start
                 && (version < graph->base
                     || coquill_graph_item_lag (graph, coquill_graph_find_run_below (graph, run, version),
                                                version)
                            == self->start);
        }
      run = runs != NULL ? runs[i - 1] : coquill_graph_find_run_below (graph, run, version);
      row = &graph->runs[run];
      track = graph->agents[row->agent].track;
      if (track > 0 && i < n_heads
          && self->bases[track - 1] + vector[track - 1] > row->sequence + (version - row->first))
        {
          *are_heads = COQUILL_CLOCK_NO;
          return false;
        }
      if (item_vector (graph, version, run, one))
        {
          if (i < n_heads)
            join (vector, one);
          else
            memcpy (vector, one, sizeof one);
        }
      else if (track > 0 && i < n_heads && is_dominated (graph, version, track - 1, vector))
        vector[track - 1] = (uint32_t)(row->sequence + (version - row->first) + 1 - self->bases[track - 1]);
      else
        return false;
    }
  *are_heads = COQUILL_CLOCK_YES;
  return true;
}

static void
remember (CoquillClock *self, const uint64_t *heads, size_t n_heads, const uint32_t *vector)
{
  self->n_remembered = n_heads <= REMEMBERED ? n_heads : 0;
  memcpy (self->remembered, heads, self->n_remembered * sizeof *heads);
  memcpy (self->vector, vector, sizeof self->vector);
}

static bool
find_vector (const CoquillGraph *graph,
             const uint64_t *heads,
             size_t n_heads,
             uint32_t *vector,
             CoquillClockAnswer *are_heads)
{
  CoquillClock *self = graph->clock;

  if (n_heads == 0)
    {
      memset (vector, 0, sizeof self->vector);
      *are_heads = COQUILL_CLOCK_YES;
      return self->start == 0;
    }
  if (n_heads == self->n_remembered && memcmp (heads, self->remembered, n_heads * sizeof *heads) == 0)
    {
      memcpy (vector, self->vector, sizeof self->vector);
      *are_heads = COQUILL_CLOCK_YES;
      return true;
    }
  if (!join_heads (graph, heads, NULL, n_heads, vector, are_heads))
    return false;
  remember (self, heads, n_heads, vector);
  return true;
}

/* Gives a run its row. @lengths: items of each track before it, counted from the start; %NULL for those that
 * the agents have now. */
static void
add_row (CoquillGraph *graph, size_t index, const uint64_t *parents, size_t n_parents, uint32_t *lengths)
{
  CoquillClock *self = graph->clock;
  const CoquillGraphRun *run = &graph->runs[index];
  bool linear = run->lowest_unknown == run->first;
  uint32_t *row = self->rows[index % RING];
  CoquillClockAnswer are_heads;

  if (index - self->first_run == RING)
    self->first_run++;
  if (linear
      && (self->untracked < UINT64_MAX || (graph->agents[run->agent].track == 0 && self->n_tracks == TRACKS)))
    {
      begin (graph, run->first, index);
      if (lengths != NULL)
        memset (lengths, 0, sizeof self->rows[0]);
    }
  if (graph->agents[run->agent].track == 0)
    {
      if (self->n_tracks < TRACKS)
        add_track (graph, run->agent, run->sequence);
      else if (self->untracked > run->first)
        self->untracked = run->first;
    }

  self->has_row[index % RING] = true;
  if (!linear)
    self->has_row[index % RING] = find_vector (graph, parents, n_parents, row, &are_heads);
  else if (lengths != NULL)
    memcpy (row, lengths, sizeof self->rows[0]);
  else
    {
      memset (row, 0, sizeof self->rows[0]);
      for (unsigned i = 0; i < self->n_tracks; i++)
        row[i] = (uint32_t)(graph->agents[self->agents[i]].length - self->bases[i]);
    }
}

/* Starts where everything below is known to all that comes later, if there is such a place among the newest
 * runs; else, if all agents have a track, at the base. */
static bool
choose_start (CoquillGraph *graph, size_t *first)
{
  *first = graph->n_runs > REPLAY ? graph->n_runs - REPLAY : 0;
  if (*first == 0)
    {
      begin (graph, graph->base, 0);
      return true;
    }
  for (size_t i = *first; i < graph->n_runs; i++)
    if (graph->runs[i].lowest_unknown == graph->runs[i].first)
      {
        *first = i;
        begin (graph, graph->runs[i].first, i);
        return true;
      }
  if (graph->n_agents > TRACKS)
    return false;
  begin (graph, graph->base, *first);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    add_track (graph, i, graph->agents[i].base_length);
  return true;
}

static void
replay (CoquillGraph *graph, size_t first)
{
  uint32_t lengths[TRACKS] = { 0 };

  for (size_t i = first; i < graph->n_runs; i++)
    {
      const CoquillGraphRun *run = &graph->runs[i];
      uint64_t few[REMEMBERED];
      size_t n_parents = coquill_graph_run_n_parents (graph, i);
      unsigned track;

      for (size_t j = 0; j < n_parents && j < REMEMBERED; j++)
        few[j] = graph->parents[run->first_parent + j];
      add_row (graph, i, few, n_parents < REMEMBERED ? n_parents : REMEMBERED, lengths);
      if (n_parents > REMEMBERED && run->lowest_unknown < run->first)
        graph->clock->has_row[i % RING] = false;
      track = graph->agents[run->agent].track;
      if (track > 0)
        lengths[track - 1] = (uint32_t)(run->sequence + (coquill_graph_run_end (graph, i) - run->first)
                                        - graph->clock->bases[track - 1]);
    }
}

static bool
start (CoquillGraph *graph)
{
  size_t first;

  if (graph->clock == NULL)
    graph->clock = coquill_allocate (sizeof *graph->clock);
  if (graph->n_runs < graph->clock->retry)
    return false;
  graph->clock->runs = choose_start (graph, &first);
  if (graph->clock->runs)
    replay (graph, first);
  else
    graph->clock->retry = graph->n_runs + PAUSE;
  return graph->clock->runs;
}

/* The clock is no part of what the graph says. */
static bool
is_running (const CoquillGraph *graph)
{
  return graph->n_runs > 0 && ((graph->clock != NULL && graph->clock->runs) || start ((CoquillGraph *)graph));
}

void
coquill_clock_append (CoquillGraph *graph, const uint64_t *parents, size_t n_parents)
{
  if (graph->clock->runs)
    add_row (graph, graph->n_runs - 1, parents, n_parents, NULL);
}

void
coquill_clock_stop (CoquillGraph *graph)
{
  if (graph->clock == NULL)
    return;
  begin (graph, graph->end, graph->n_runs);
  graph->clock->runs = false;
  graph->clock->retry = 0;
}

CoquillClockAnswer
coquill_clock_are_heads (const CoquillGraph *graph, const uint64_t *versions, size_t n_versions)
{
  CoquillClockAnswer answer = COQUILL_CLOCK_UNKNOWN;
  uint32_t vector[TRACKS];

  if (is_running (graph))
    find_vector (graph, versions, n_versions, vector, &answer);
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

  if (!is_running (graph) || !find_vector (graph, heads, n_heads, vector, &are_heads))
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
static uint64_t
lowest_unknown (const CoquillGraph *graph, const uint32_t *vector)
{
  const CoquillClock *self = graph->clock;
  uint64_t lowest = self->untracked < graph->end ? self->untracked : graph->end;

  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      uint64_t one = first_unknown (graph, i, vector);

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

  if (!is_running (graph) || !find_vector (graph, heads, n_heads, vector, &are_heads))
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
  uint32_t vector[TRACKS];

  place->are_heads = COQUILL_CLOCK_UNKNOWN;
  if (!is_running (graph) || !join_heads (graph, parents, runs, n_parents, vector, &place->are_heads))
    return;
  self = graph->clock;
  remember (self, parents, n_parents, vector);
  place->lowest_unknown = lowest_unknown (graph, vector);
  if (agent->track > 0)
    place->follows = self->bases[agent->track - 1] + vector[agent->track - 1] == agent->length;
  else
    place->follows = agent->n_runs == 0 || graph->runs[agent->runs[agent->n_runs - 1]].first < self->start;
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
  remember (self, heads, n_heads, vector);
}

bool
coquill_clock_vector (const CoquillGraph *graph, const uint64_t *heads, size_t n_heads, CoquillVector *vector)
{
  CoquillClockAnswer are_heads;
  uint32_t items[TRACKS];

  if (!is_running (graph) || !find_vector (graph, heads, n_heads, items, &are_heads))
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

uint64_t
coquill_clock_generation (const CoquillGraph *graph)
{
  return graph->clock != NULL ? graph->clock->generation : 0;
}
