/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.c: the event graph's life, and finding things in it. */

#include <stdlib.h>
#include <string.h>

#include "text/graph-private.h"
#include "text/memory.h"

CoquillGraph *
coquill_graph_new (void)
{
  CoquillGraph *self = coquill_allocate (sizeof *self);

  self->scratch = coquill_allocate (sizeof *self->scratch);
  return self;
}

void
coquill_graph_free (CoquillGraph *self)
{
  if (self == NULL)
    return;
  for (uint32_t i = 0; i < self->n_agents; i++)
    free (self->agents[i].runs);
  free (self->agents);
  free (self->previous);
  free (self->agent_slots);
  free (self->runs);
  free (self->operations);
  free (self->parents);
  free (self->content);
  free (self->frontier);
  free (self->clock);
  free (self->scratch->queue.entries);
  free (self->scratch->parents);
  coquill_trail_drop (&self->scratch->trail);
  free (self->scratch->blocks);
  coquill_graph_difference_clear (&self->scratch->difference);
  free (self->scratch);
  free (self);
}

void
coquill_graph_set_base (CoquillGraph *self, uint64_t base, uint64_t depth)
{
  self->base = base;
  self->base_depth = depth < base ? depth : base;
  self->end = base;
  if (base > 0)
    {
      self->frontier = coquill_grow (self->frontier, &self->frontier_capacity, 1, sizeof *self->frontier);
      self->frontier[0] = base - 1;
      self->n_frontier = 1;
    }
}

size_t
coquill_graph_find_run (const CoquillGraph *self, uint64_t version)
{
  return coquill_graph_find_run_below (self, self->n_runs - 1, version);
}

size_t
coquill_graph_find_operation (const CoquillGraph *self, uint64_t version)
{
  size_t low = self->n_operations - 1, high = self->n_operations, step = 1;

  while (self->operations[low].first > version)
    {
      high = low;
      low = low > step ? low - step : 0;
      step *= 2;
    }
  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (self->operations[middle].first <= version)
        low = middle;
      else
        high = middle;
    }
  return low;
}

CoquillId
coquill_graph_id_of (const CoquillGraph *self, uint64_t version)
{
  const CoquillGraphRun *run = &self->runs[coquill_graph_find_run (self, version)];

  return coquill_id (run->agent, run->sequence) + (version - run->first);
}

bool
coquill_graph_has (const CoquillGraph *self, CoquillId id)
{
  uint32_t agent = coquill_id_agent (id);

  return id != COQUILL_ID_NONE && agent < self->n_agents
         && coquill_id_sequence (id) < self->agents[agent].length;
}

uint32_t
coquill_graph_search_agent (const CoquillGraph *self, const CoquillGraphAgent *agent, uint64_t sequence)
{
  uint32_t low = agent->n_runs - 1, high = agent->n_runs, step = 1;

  while (self->runs[agent->runs[low]].sequence > sequence)
    {
      high = low;
      low = low > step ? low - step : 0;
      step *= 2;
    }
  while (high - low > 1)
    {
      uint32_t middle = low + (high - low) / 2;

      if (self->runs[agent->runs[middle]].sequence <= sequence)
        low = middle;
      else
        high = middle;
    }
  return low;
}

size_t
coquill_graph_run_of (const CoquillGraph *self, CoquillId id)
{
  const CoquillGraphAgent *agent = &self->agents[coquill_id_agent (id)];

  return agent->runs[coquill_graph_search_agent (self, agent, coquill_id_sequence (id))];
}

uint64_t
coquill_graph_version_of (const CoquillGraph *self, CoquillId id, uint64_t *stretch_end)
{
  const CoquillGraphRun *run;
  size_t index;

  if (coquill_id_sequence (id) < self->agents[coquill_id_agent (id)].base_length)
    {
      if (stretch_end != NULL)
        *stretch_end = self->base;
      return self->base - 1;
    }
  index = coquill_graph_run_of (self, id);
  run = &self->runs[index];
  if (stretch_end != NULL)
    *stretch_end = coquill_graph_run_end (self, index);
  return run->first + (coquill_id_sequence (id) - run->sequence);
}

uint64_t
coquill_graph_depth (const CoquillGraph *self, uint64_t version)
{
  const CoquillGraphRun *run;

  if (version < self->base)
    return self->base_depth;
  run = &self->runs[coquill_graph_find_run (self, version)];
  return run->depth + (version - run->first);
}

const uint64_t *
coquill_graph_parents (const CoquillGraph *self, uint64_t version, uint64_t *single, size_t *n_parents)
{
  return coquill_graph_parents_in (self, coquill_graph_find_run (self, version), version, single, n_parents);
}

const uint64_t *
coquill_graph_parents_in (
    const CoquillGraph *self, size_t index, uint64_t version, uint64_t *single, size_t *n_parents)
{
  CoquillGraphScratch *scratch = self->scratch;
  const CoquillGraphRun *run = &self->runs[index];

  *n_parents = version > run->first ? 1 : coquill_graph_run_n_parents (self, index);
  if (*n_parents == 1)
    {
      *single = version > run->first ? version - 1 : self->parents[run->first_parent];
      return single;
    }
  scratch->parents
      = coquill_grow (scratch->parents, &scratch->parents_capacity, *n_parents + 1, sizeof *scratch->parents);
  for (size_t i = 0; i < *n_parents; i++)
    scratch->parents[i] = self->parents[run->first_parent + i];
  return scratch->parents;
}
