/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-place.c: finding the parents of what is imported, and checking them. */

#include <stdlib.h>

#include "text/import-private.h"
#include "text/memory.h"

/* All parents are below the base: then they have to be its heads, or the item is concurrent with it. */
static bool
are_base_heads (const CoquillImport *self, const CoquillChangeId *ids, size_t n_ids)
{
  if (n_ids != self->base->n_heads)
    return false;
  for (size_t i = 0; i < n_ids; i++)
    {
      CoquillId id = coquill_import_translate (self, ids[i]);
      size_t j = 0;

      while (j < n_ids && self->base->heads[j].id != id)
        j++;
      if (j == n_ids)
        return false;
    }
  return true;
}

static inline bool
find_parent (CoquillImport *self, CoquillChangeId id, uint64_t *version, uint32_t *run)
{
  const CoquillGraph *graph = self->graph;
  uint32_t index = self->agents[id.agent];
  const CoquillGraphAgent *agent;
  const CoquillGraphRun *row;

  if (index == UINT32_MAX || id.sequence >= graph->agents[index].length)
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_MISSING, "A parent of an item is not known");
  agent = &graph->agents[index];
  if (id.sequence < agent->base_length)
    {
      *run = UINT32_MAX;
      *version = graph->base - 1;
      return true;
    }
  *run = coquill_graph_run_of_agent (graph, index, id.sequence);
  row = &graph->runs[*run];
  *version = row->first + (id.sequence - row->sequence);
  return true;
}

/* There are rarely more than two. */
static void
sort_parents (CoquillImport *self, size_t n_parents)
{
  for (size_t i = 1; i < n_parents; i++)
    {
      uint64_t version = self->parents[i];
      uint32_t run = self->runs[i];
      size_t j = i;

      for (; j > 0 && self->parents[j - 1] > version; j--)
        {
          self->parents[j] = self->parents[j - 1];
          self->runs[j] = self->runs[j - 1];
        }
      self->parents[j] = version;
      self->runs[j] = run;
    }
}

static int
compare_versions (const void *a, const void *b)
{
  uint64_t version_a = *(const uint64_t *)a, version_b = *(const uint64_t *)b;

  return version_a < version_b ? -1 : version_a > version_b;
}

static void
sort_many_parents (CoquillImport *self, size_t n_parents)
{
  const CoquillGraph *graph = self->graph;

  qsort (self->parents, n_parents, sizeof *self->parents, compare_versions);
  for (size_t i = 0; i < n_parents; i++)
    self->runs[i] = self->parents[i] < graph->base
                        ? UINT32_MAX
                        : (uint32_t)coquill_graph_find_run (graph, self->parents[i]);
}

/* Finds the local versions of an operation's parents, ascending. */
static bool
find_parents (CoquillImport *self, const CoquillChangeId *ids, size_t n_ids, CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;
  size_t n_below = 0;

  if (n_ids >= self->parents_capacity || self->runs == NULL)
    {
      self->parents = coquill_grow (self->parents, &self->parents_capacity, n_ids + 1, sizeof *self->parents);
      self->runs
          = coquill_grow (self->runs, &self->runs_capacity, self->parents_capacity, sizeof *self->runs);
    }
  for (size_t i = 0; i < n_ids; i++)
    {
      if (!find_parent (self, ids[i], &self->parents[i], &self->runs[i]))
        return false;
      n_below += self->runs[i] == UINT32_MAX;
    }
  place->n_parents = n_ids;
  place->parents = self->parents;
  place->runs = self->runs;

  if (graph->base > 0 && n_below == place->n_parents)
    {
      if (place->n_parents == 0 || !are_base_heads (self, ids, place->n_parents))
        return coquill_import_refuse (self, COQUILL_TEXT_ERROR_HISTORY_NEEDED,
                                      "An item is concurrent with the snapshot");
      place->n_parents = 1;
    }
  if (place->n_parents > COQUILL_IMPORT_FEW)
    sort_many_parents (self, place->n_parents);
  else if (place->n_parents > 1)
    sort_parents (self, place->n_parents);
  return true;
}

static bool
refuse_heads (CoquillImport *self)
{
  return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                "A parent of an item is an ancestor of another parent");
}

static bool
refuse_order (CoquillImport *self)
{
  return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                "An item does not follow its agent's item before it");
}

/* Checks that items of an agent can have several parents, or none, and finds what these don't know. */
static inline bool
check_branches (CoquillImport *self, uint32_t agent, CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;
  uint64_t length = graph->agents[agent].length;
  CoquillClockPlace told;

  if (coquill_graph_is_frontier (graph, place->parents, place->n_parents))
    {
      place->lowest_unknown = graph->end;
      return true;
    }
  told.are_heads = COQUILL_CLOCK_UNKNOWN;
  if (place->n_parents > 0)
    coquill_clock_place (graph, agent, place->parents, place->runs, place->n_parents, &told);
  if (told.are_heads == COQUILL_CLOCK_UNKNOWN)
    {
      uint64_t before
          = length > 0 ? coquill_graph_version_of (graph, coquill_id (agent, length - 1), NULL) : 0;

      if (!coquill_graph_are_heads (graph, place->parents, place->n_parents))
        return refuse_heads (self);
      if (length > 0 && !coquill_graph_is_ancestor (graph, before, place->parents, place->n_parents))
        return refuse_order (self);
      place->lowest_unknown = coquill_graph_lowest_unknown (graph, place->parents, place->n_parents);
      return true;
    }
  place->lowest_unknown = told.lowest_unknown;
  return told.are_heads == COQUILL_CLOCK_YES ? told.follows || refuse_order (self) : refuse_heads (self);
}

/* The same for one parent, which is mostly the agent's item before. */
static bool
check_parent (CoquillImport *self, uint32_t agent_index, CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphAgent *agent = &graph->agents[agent_index];
  uint64_t parent = place->parents[0], before;

  place->lowest_unknown
      = place->runs[0] == UINT32_MAX ? graph->base : coquill_graph_item_lag (graph, place->runs[0], parent);
  if (agent->length == agent->base_length)
    return true;
  before = graph->runs[agent->runs[agent->n_runs - 1]].first
           + (agent->length - 1 - graph->runs[agent->runs[agent->n_runs - 1]].sequence);
  return before == parent || before < place->lowest_unknown
         || coquill_graph_is_ancestor (graph, before, &parent, 1) || refuse_order (self);
}

bool
coquill_import_find_place (CoquillImport *self,
                           const CoquillChangeId *parents,
                           size_t n_parents,
                           uint32_t agent,
                           CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;

  if (!find_parents (self, parents, n_parents, place))
    return false;
  place->joined = place->n_parents == 1 && place->parents[0] + 1 == graph->end && graph->n_runs > 0
                  && graph->runs[graph->n_runs - 1].agent == agent;
  return place->n_parents == 1 ? check_parent (self, agent, place) : check_branches (self, agent, place);
}
