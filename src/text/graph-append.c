/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-append.c: the event graph grows, and goes back. */

#include <stdlib.h>
#include <string.h>

#include "text/graph-private.h"
#include "text/graph-tip.h"
#include "text/memory.h"

/* Up to so many bytes a column is short, and from so many on it is long. */
#define SHORT_BYTES (64 * 1024)
#define LONG_BYTES (1024 * 1024)

static void *
resize (void *column, size_t *capacity, size_t needed, size_t size)
{
  *capacity = needed;
  return coquill_resize (column, needed * size);
}

/* Long columns grow by less than coquill_grow() would let them: what isn't used is memory, too. Others are
 * copied each time, so they grow by more. */
static void *
grow (void *column, size_t *capacity, size_t needed, size_t size)
{
  size_t bytes = *capacity * size, more = needed * size < SHORT_BYTES  ? 3 * needed
                                          : needed * size < LONG_BYTES ? needed
                                                                       : needed / 4;

  if (needed <= *capacity)
    return column;
  /* What is pasted isn't a step of many. */
  if (needed / 2 > *capacity)
    return resize (column, capacity, needed + more + 8, size);
  column = coquill_enlarge (column, &bytes, (needed + more + 8) * size);
  *capacity = bytes / size;
  return column;
}

/* So much more at once isn't a step of many. */
static void *
reserve (void *column, size_t *capacity, size_t needed, size_t size)
{
  return needed / 2 > *capacity ? resize (column, capacity, needed, size)
                                : grow (column, capacity, needed, size);
}

/* Who types asks for room only, so there is none beyond what an offset can tell. */
static void
limit_content (CoquillGraph *self)
{
  if (self->content_capacity > COQUILL_GRAPH_MAX_CONTENT)
    self->content_capacity = COQUILL_GRAPH_MAX_CONTENT;
}

void
coquill_graph_reserve (
    CoquillGraph *self, size_t n_runs, size_t n_operations, size_t n_parents, size_t content_length)
{
  self->runs = reserve (self->runs, &self->runs_capacity, self->n_runs + n_runs, sizeof *self->runs);
  self->operations = reserve (self->operations, &self->operations_capacity, self->n_operations + n_operations,
                              sizeof *self->operations);
  self->parents
      = reserve (self->parents, &self->parents_capacity, self->n_parents + n_parents, sizeof *self->parents);
  self->content = reserve (self->content, &self->content_capacity, self->content_length + content_length, 1);
  limit_content (self);
}

void
coquill_graph_reserve_runs_of_agent (CoquillGraphAgent *agent, size_t n_runs)
{
  size_t capacity = agent->runs_capacity;

  agent->runs = reserve (agent->runs, &capacity, agent->n_runs + n_runs, sizeof *agent->runs);
  agent->runs_capacity = (uint32_t)capacity;
}

void
coquill_graph_grow_operations (CoquillGraph *self)
{
  self->operations
      = grow (self->operations, &self->operations_capacity, self->n_operations + 1, sizeof *self->operations);
}

void
coquill_graph_grow_content (CoquillGraph *self, size_t needed)
{
  self->content = grow (self->content, &self->content_capacity, needed, 1);
  limit_content (self);
}

static uint32_t
depth_above (const CoquillGraph *self, const CoquillGraphPlace *place)
{
  uint64_t depth = 0;

  if (place->n_parents == 2 && place->runs != NULL && place->runs[0] < self->n_runs
      && place->runs[1] < self->n_runs)
    {
      const CoquillGraphRun *one = &self->runs[place->runs[0]], *other = &self->runs[place->runs[1]];
      uint32_t one_depth = one->depth + ((uint32_t)place->parents[0] - one->first);
      uint32_t other_depth = other->depth + ((uint32_t)place->parents[1] - other->first);

      return (one_depth > other_depth ? one_depth : other_depth) + 1;
    }
  for (size_t i = 0; i < place->n_parents; i++)
    {
      uint32_t run = place->runs != NULL ? place->runs[i] : UINT32_MAX;
      uint64_t one = run == UINT32_MAX ? coquill_graph_depth (self, place->parents[i])
                                       : self->runs[run].depth + (place->parents[i] - self->runs[run].first);

      if (one > depth)
        depth = one;
    }
  return (uint32_t)depth + 1;
}

/* Makes room for a run of so many parents. */
static void
grow_runs (CoquillGraph *self, CoquillGraphAgent *agent, size_t n_parents)
{
  size_t runs_capacity = agent->runs_capacity;

  self->runs = grow (self->runs, &self->runs_capacity, self->n_runs + 1, sizeof *self->runs);
  self->parents
      = grow (self->parents, &self->parents_capacity, self->n_parents + n_parents, sizeof *self->parents);
  agent->runs = grow (agent->runs, &runs_capacity, agent->n_runs + 1, sizeof *agent->runs);
  agent->runs_capacity = (uint32_t)runs_capacity;
}

void
coquill_graph_append_run (CoquillGraph *self, uint32_t agent_index, const CoquillGraphPlace *place)
{
  CoquillGraphAgent *agent = &self->agents[agent_index];
  size_t n_parents = place->n_parents;
  CoquillGraphRun *run;

  if (place->joined)
    return;
  if (self->n_runs == self->runs_capacity || agent->n_runs == agent->runs_capacity
      || n_parents > self->parents_capacity - self->n_parents)
    grow_runs (self, agent, n_parents);

  run = &self->runs[self->n_runs];
  run->first = (uint32_t)self->end;
  run->agent = agent_index;
  run->sequence = (uint32_t)agent->length;
  run->depth = depth_above (self, place);
  run->first_parent = (uint32_t)self->n_parents;
  run->lowest_unknown = (uint32_t)place->lowest_unknown;
  if (n_parents == 2)
    {
      uint32_t *parents = &self->parents[self->n_parents];

      parents[0] = (uint32_t)place->parents[0];
      parents[1] = (uint32_t)place->parents[1];
    }
  else
    for (size_t i = 0; i < n_parents; i++)
      self->parents[self->n_parents + i] = (uint32_t)place->parents[i];
  self->n_parents += n_parents;
  if (n_parents > COQUILL_GRAPH_FEW_PARENTS)
    self->scratch->meeting = self->n_runs;
  agent->runs[agent->n_runs++] = (uint32_t)self->n_runs;
  self->n_runs++;
  self->scratch->saved_steps += COQUILL_GRAPH_STEPS_PER_RUN;
  if (self->clock != NULL)
    coquill_clock_append (self, place->parents, n_parents);
}

/* Whether items continue the last run. */
static bool
is_joined (const CoquillGraph *self, uint32_t agent, const uint64_t *parents, size_t n_parents)
{
  return n_parents == 1 && parents[0] + 1 == self->end && self->n_runs > 0
         && self->runs[self->n_runs - 1].agent == agent;
}

void
coquill_graph_append_lagging (CoquillGraph *self,
                              CoquillGraphPiece *piece,
                              uint32_t agent,
                              const uint64_t *parents,
                              size_t n_parents,
                              uint64_t lowest_unknown,
                              const uint8_t *content)
{
  CoquillGraphPlace place = { .parents = parents, .n_parents = n_parents, .lowest_unknown = lowest_unknown };
  uint64_t where = piece->place;

  place.joined = is_joined (self, agent, parents, n_parents);
  piece->first = self->end;
  piece->id = coquill_id (agent, self->agents[agent].length);
  piece->content_offset = self->content_length;
  coquill_graph_append_run (self, agent, &place);
  if (piece->kind == COQUILL_OPERATION_RESTORE)
    where = coquill_graph_version_of (self, piece->place, NULL);
  coquill_graph_append_items (self, piece->kind, where, piece->length, piece->backward, place.joined);
  if (piece->content_length > 0)
    {
      coquill_graph_grow_content (self,
                                  self->content_length + piece->content_length + COQUILL_GRAPH_TIP_STEP);
      memcpy (&self->content[self->content_length], content, piece->content_length);
      self->content_length += piece->content_length;
    }
  coquill_graph_appended (self, agent, piece->length, &place);
}

void
coquill_graph_append (CoquillGraph *self,
                      CoquillGraphPiece *piece,
                      uint32_t agent,
                      const uint64_t *parents,
                      size_t n_parents,
                      const uint8_t *content)
{
  coquill_graph_append_lagging (self, piece, agent, parents, n_parents,
                                coquill_graph_lowest_unknown (self, parents, n_parents), content);
}

void
coquill_graph_mark (const CoquillGraph *self, CoquillGraphMark *mark)
{
  uint64_t *frontier = mark->few;

  mark->end = self->end;
  mark->n_agents = self->n_agents;
  mark->content_length = self->content_length;
  if (self->n_operations > 0)
    mark->last_operation = self->operations[self->n_operations - 1];
  mark->frontier = NULL;
  mark->n_frontier = self->n_frontier;
  if (self->n_frontier > sizeof mark->few / sizeof mark->few[0])
    frontier = mark->frontier = coquill_allocate (self->n_frontier * sizeof *mark->frontier);
  if (self->n_frontier > 0)
    memcpy (frontier, self->frontier, self->n_frontier * sizeof *frontier);
}

/* Takes the last run away, or what of it came after the mark. */
static void
take_back_run (CoquillGraph *self, const CoquillGraphMark *mark)
{
  const CoquillGraphRun *run = &self->runs[self->n_runs - 1];
  CoquillGraphAgent *agent = &self->agents[run->agent];
  uint64_t from = run->first > mark->end ? run->first : mark->end;

  agent->length = run->sequence + (from - run->first);
  if (run->first >= mark->end)
    {
      agent->n_runs--;
      self->n_parents = run->first_parent;
      self->n_runs--;
    }
  self->end = from;
}

void
coquill_graph_go_back (CoquillGraph *self, const CoquillGraphMark *mark)
{
  if (self->end == mark->end && self->n_agents == mark->n_agents)
    return;
  coquill_clock_stop (self);
  while (self->end > mark->end)
    take_back_run (self, mark);
  while (self->n_operations > 0 && self->operations[self->n_operations - 1].first >= mark->end)
    self->n_operations--;
  if (self->n_operations > 0)
    self->operations[self->n_operations - 1] = mark->last_operation;
  self->content_length = mark->content_length;
  coquill_graph_forget_blocks (self);
  self->n_frontier = mark->n_frontier;
  self->n_holes = 0;
  if (mark->n_frontier > 0)
    memcpy (self->frontier, mark->frontier != NULL ? mark->frontier : mark->few,
            mark->n_frontier * sizeof *self->frontier);
  coquill_graph_take_back_agents (self, mark->n_agents);
}
