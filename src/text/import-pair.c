/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-pair.c: the runs of two who write at once. */

#include "text/import-pair.h"

#include "text/memory.h"

/* Which of the change's agents it is; one that no turn can name if it is none that can be. Who has thousands
 * isn't gone through for each stretch. */
static uint32_t
index_in_change (const CoquillImport *import, uint32_t agent)
{
  for (uint32_t index = 0; index < COQUILL_CHANGE_TURN_AGENTS && index < import->change->n_agents; index++)
    if (import->agents[index] == agent)
      return index;
  return COQUILL_CHANGE_TURN_AGENTS;
}

/* Looks for a writer's newest runs in the graph. */
static void
meet (const CoquillImport *import, unsigned track, CoquillPairWriter *writer)
{
  const CoquillGraph *graph = import->graph;
  const CoquillTrail *trail = &graph->scratch->trail;
  uint32_t index = graph->clock->agents[track];
  CoquillGraphAgent *agent = &graph->agents[index];
  bool is_known = true;

  writer->agent = agent;
  writer->list = &agent->runs[agent->n_runs];
  writer->index = index;
  writer->in_change = index_in_change (import, index);
  writer->n_items = agent->length;
  writer->end = &writer->runs[COQUILL_PAIR_LOOK];
  for (uint32_t i = 1; i <= COQUILL_PAIR_LOOK; i++)
    {
      uint32_t number = i <= agent->n_runs ? agent->runs[agent->n_runs - i] : 0;
      const CoquillGraphRun *run = &graph->runs[number];
      const uint32_t *vector = coquill_clock_row (graph, number);
      bool has_trail = number >= trail->first && number < trail->end;
      CoquillPairRun *kept = writer->end - i;

      is_known = is_known && i <= agent->n_runs && (has_trail || vector != NULL);
      *kept = (CoquillPairRun){ .n_other = UINT32_MAX };
      if (is_known)
        *kept = (CoquillPairRun){ run->sequence, run->first, run->depth,
                                  has_trail ? trail->n_others[number - trail->base] : vector[track ^ 1] };
    }
}

static size_t
least (size_t one, size_t other)
{
  return one < other ? one : other;
}

bool
coquill_pair_begin (CoquillPair *self, const CoquillImport *import)
{
  CoquillGraph *graph = import->graph;
  CoquillTrail *trail = &graph->scratch->trail;
  uint32_t last = graph->runs[graph->n_runs - 1].agent;

  self->left = least (graph->runs_capacity - graph->n_runs, (graph->parents_capacity - graph->n_parents) / 2);
  for (unsigned i = 0; i < 2; i++)
    {
      meet (import, i, &self->writers[i]);
      self->left = least (self->left, self->writers[i].agent->runs_capacity - self->writers[i].agent->n_runs);
    }
  self->last = &self->writers[last == self->writers[1].index];
  self->run = &graph->runs[graph->n_runs];
  self->parents = &graph->parents[graph->n_parents];
  self->lowest = UINT32_MAX;
  if (trail->room > 0 && trail->end == graph->n_runs
      && (trail->capacity > 0 || coquill_trail_grow (trail, graph->n_runs)))
    {
      self->n_other = &trail->n_others[graph->n_runs - trail->base];
      self->left = least (self->left, trail->base + trail->capacity - graph->n_runs);
    }
  else
    {
      self->n_other = self->few;
      self->left = least (self->left, COQUILL_PAIR_FEW);
    }
  return self->left > 0 && self->last->index == last && self->last->end[-1].n_other < UINT32_MAX;
}

uint32_t
coquill_pair_follow_own (const CoquillPairWriter *writer,
                         CoquillPairRun *next,
                         const CoquillGraph *graph,
                         uint32_t *parents)
{
  const CoquillPairRun *last = writer->end - 1;
  const CoquillGraphRun *run = &graph->runs[writer->list[-1]];
  uint32_t length = next->sequence - last->sequence, parent = last->first + length - 1;

  parents[0] = parent;
  next->depth = last->depth + length;
  next->n_other = last->n_other;
  return run->lowest_unknown < run->first ? run->lowest_unknown : parent + 1;
}

/* The clock gets rows of the newest runs. */
static void
tell_clock (const CoquillGraph *graph, const uint32_t *n_others, size_t n_runs)
{
  CoquillClock *clock = graph->clock;

  for (size_t i = n_runs < RING ? 0 : n_runs - RING + 1; i < n_runs; i++)
    {
      size_t number = graph->n_runs - n_runs + i, row = number % RING;
      const CoquillGraphRun *run = &graph->runs[number];
      unsigned track = run->agent == clock->agents[1];

      clock->rows[row][track] = run->sequence;
      clock->rows[row][track ^ 1] = n_others[i];
      clock->has_row[row] = true;
    }
}

/* The heads are the last item and, unless that knows it, the other's last one. */
static void
tell_frontier (CoquillGraph *graph, const CoquillPairWriter *last, const CoquillPairWriter *other)
{
  const CoquillPairRun *run = other->end - 1;

  graph->frontier = coquill_grow (graph->frontier, &graph->frontier_capacity, 2, sizeof *graph->frontier);
  graph->n_frontier = 0;
  graph->n_holes = 0;
  if (last->end[-1].n_other < other->n_items)
    graph->frontier[graph->n_frontier++] = run->first + (other->n_items - 1 - run->sequence);
  graph->frontier[graph->n_frontier++] = graph->end - 1;
}

void
coquill_pair_end (CoquillPair *self, CoquillImport *import, uint32_t end)
{
  CoquillGraph *graph = import->graph;
  size_t n_runs = (size_t)(self->run - graph->runs) - graph->n_runs;

  self->last->n_items = self->last->end[-1].sequence + (end - self->last->end[-1].first);
  for (unsigned i = 0; i < 2; i++)
    {
      CoquillPairWriter *writer = &self->writers[i];

      writer->agent->length = writer->n_items;
      writer->agent->n_runs = (uint32_t)(writer->list - writer->agent->runs);
    }
  graph->n_runs += n_runs;
  graph->n_parents = (size_t)(self->parents - graph->parents);
  graph->end = end;
  if (n_runs == 0)
    graph->frontier[graph->n_frontier - 1] = end - 1;
  else
    tell_frontier (graph, self->last, &self->writers[self->last == self->writers]);
  tell_clock (graph, self->n_other - n_runs, n_runs);
  if (self->n_other != &self->few[n_runs])
    graph->scratch->trail.end = graph->n_runs;
  if (self->lowest < UINT32_MAX && self->lowest < import->lowest_unknown)
    import->lowest_unknown = self->lowest;
}
