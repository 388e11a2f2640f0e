/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock.c: counting what the newest items know. */

#include "text/clock-private.h"
#include "text/memory.h"

static void
begin (CoquillGraph *graph, uint64_t start, size_t first_run)
{
  CoquillClock *self = graph->clock;

  for (unsigned i = 0; i < self->n_tracks; i++)
    if (self->agents[i] < graph->n_agents)
      graph->agents[self->agents[i]].track = 0;
  self->n_tracks = 0;
  memset (self->bases, 0, sizeof self->bases);
  self->start = start;
  self->first_run = first_run;
  self->untracked = UINT64_MAX;
  self->n_remembered = 0;
  coquill_trail_restart (&graph->scratch->trail, first_run);
}

/* The runs before @index lack none of the agent's items below the start, and have none above. */
static void
add_track (CoquillGraph *graph, uint32_t agent, uint32_t base, size_t index)
{
  CoquillClock *self = graph->clock;

  self->agents[self->n_tracks] = agent;
  self->bases[self->n_tracks] = base;
  self->vector[self->n_tracks] = base;
  for (size_t i = index - self->first_run < RING ? self->first_run : index - RING + 1; i < index; i++)
    self->rows[i % RING][self->n_tracks] = base;
  self->n_tracks++;
  if (self->n_tracks == 2)
    coquill_trail_fill (&graph->scratch->trail, base);
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
  const CoquillGraphRun *row = &graph->runs[run];
  const uint32_t *known = coquill_clock_row (graph, run);
  unsigned track = graph->agents[row->agent].track;

  if (known == NULL || track == 0)
    return false;
  memcpy (vector, known, TRACKS * sizeof *vector);
  vector[track - 1] = row->sequence + ((uint32_t)version - row->first) + 1;
  return true;
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
    if (i != own_track && coquill_clock_first_unknown (graph, i, vector) < version)
      return false;
  return true;
}

bool
coquill_clock_join (const CoquillGraph *graph,
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
          memcpy (vector, self->bases, sizeof self->bases);
          return version + 1 == self->start
                 && (version < graph->base
                     || coquill_graph_item_lag (graph, coquill_graph_find_run_below (graph, run, version),
                                                version)
                            == self->start);
        }
      run = runs != NULL ? runs[i - 1] : coquill_graph_find_run_below (graph, run, version);
      row = &graph->runs[run];
      track = graph->agents[row->agent].track;
      if (track > 0 && i < n_heads && vector[track - 1] > row->sequence + (version - row->first))
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
        vector[track - 1] = row->sequence + ((uint32_t)version - row->first) + 1;
      else
        return false;
    }
  *are_heads = COQUILL_CLOCK_YES;
  return true;
}

void
coquill_clock_remember (CoquillClock *self, const uint64_t *heads, size_t n_heads, const uint32_t *vector)
{
  self->n_remembered = n_heads <= REMEMBERED ? n_heads : 0;
  memcpy (self->remembered, heads, self->n_remembered * sizeof *heads);
  memcpy (self->vector, vector, sizeof self->vector);
}

bool
coquill_clock_find (const CoquillGraph *graph,
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
  if (coquill_clock_is_remembered (self, heads, n_heads))
    {
      memcpy (vector, self->vector, sizeof self->vector);
      *are_heads = COQUILL_CLOCK_YES;
      return true;
    }
  if (!coquill_clock_join (graph, heads, NULL, n_heads, vector, are_heads))
    return false;
  coquill_clock_remember (self, heads, n_heads, vector);
  return true;
}

/* Gives a run its row. @lengths: items of each track before it; %NULL for those that
 * the agents have now. */
static void
add_row (CoquillGraph *graph, size_t index, const uint64_t *parents, size_t n_parents, uint32_t *lengths)
{
  CoquillClock *self = graph->clock;
  const CoquillGraphRun *run = &graph->runs[index];
  bool linear = run->lowest_unknown == run->first;
  uint32_t *row = self->rows[index % RING];
  CoquillClockAnswer are_heads;

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
        {
          if (lengths != NULL)
            lengths[self->n_tracks] = run->sequence;
          add_track (graph, run->agent, run->sequence, index);
        }
      else if (self->untracked > run->first)
        self->untracked = run->first;
    }

  self->has_row[index % RING] = true;
  if (!linear && n_parents > 0 && coquill_clock_is_remembered (self, parents, n_parents))
    memcpy (row, self->vector, sizeof self->vector);
  else if (!linear)
    self->has_row[index % RING] = coquill_clock_find (graph, parents, n_parents, row, &are_heads);
  else if (lengths != NULL)
    memcpy (row, lengths, sizeof self->rows[0]);
  else
    for (unsigned i = 0; i < self->n_tracks; i++)
      row[i] = graph->agents[self->agents[i]].length;
  if (self->has_row[index % RING])
    coquill_clock_leave_trail (graph, index, graph->agents[run->agent].track);
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
    add_track (graph, i, graph->agents[i].base_length, *first);
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
        lengths[track - 1] = run->sequence + (uint32_t)(coquill_graph_run_end (graph, i) - run->first);
    }
}

bool
coquill_clock_begin (CoquillGraph *graph)
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

void
coquill_clock_append (CoquillGraph *graph, const uint64_t *parents, size_t n_parents)
{
  CoquillClock *self = graph->clock;
  size_t index = graph->n_runs - 1;
  const CoquillGraphRun *run = &graph->runs[index];

  if (!self->runs)
    return;
  if (run->lowest_unknown < run->first && n_parents == 2
      && coquill_clock_is_remembered (self, parents, n_parents) && graph->agents[run->agent].track > 0)
    {
      /* What add_row() would do, when an import has just asked for the vector. */
      memcpy (self->rows[index % RING], self->vector, sizeof self->vector);
      self->has_row[index % RING] = true;
      coquill_clock_leave_trail (graph, index, graph->agents[run->agent].track);
    }
  else
    add_row (graph, index, parents, n_parents, NULL);
}

void
coquill_clock_stop (CoquillGraph *graph)
{
  coquill_clock_drop_trail (graph);
  if (graph->clock == NULL)
    return;
  begin (graph, graph->end, graph->n_runs);
  graph->clock->runs = false;
  graph->clock->retry = 0;
}

bool
coquill_clock_trail (const CoquillGraph *graph, size_t run, CoquillClockTrail *trail)
{
  const CoquillTrail *kept = &graph->scratch->trail;

  if (graph->clock == NULL || graph->clock->n_tracks < 2 || run < kept->first || run >= kept->end)
    return false;
  trail->n_others = &kept->n_others[run - kept->base];
  trail->n_runs = kept->end - run;
  trail->agents[0] = graph->clock->agents[0];
  trail->agents[1] = graph->clock->agents[1];
  return true;
}

void
coquill_clock_keep_trail (CoquillGraph *graph, size_t n_runs)
{
  coquill_trail_keep (&graph->scratch->trail, graph->n_runs, n_runs);
}

void
coquill_clock_drop_trail (const CoquillGraph *graph)
{
  if (graph->scratch->trail.room > 0)
    coquill_trail_drop (&graph->scratch->trail);
}
