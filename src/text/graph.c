/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.c: keeping the event graph. */

#include "text/graph.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/utf8.h"
#include "text/version-queue.h"

CoquillGraph *
coquill_graph_new (void)
{
  CoquillGraph *self = coquill_allocate (sizeof *self);

  self->queue = coquill_version_queue_new ();
  return self;
}

void
coquill_graph_free (CoquillGraph *self)
{
  if (self == NULL)
    return;
  for (uint32_t i = 0; i < self->n_agents; i++)
    free (self->agents[i].stretches);
  free (self->agents);
  free (self->agent_order);
  free (self->runs);
  free (self->operations);
  free (self->parents);
  free (self->content);
  free (self->frontier);
  coquill_version_queue_free (self->queue);
  free (self);
}

/* Where the agent stands, or would stand, in the order of ids. */
static uint32_t
find_order (const CoquillGraph *self, const CoquillAgent *id, bool *found)
{
  uint32_t low = 0, high = self->n_agents;

  *found = false;
  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;
      int order = coquill_agent_compare (&self->agents[self->agent_order[middle]].id, id);

      if (order == 0)
        {
          *found = true;
          return middle;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

uint32_t
coquill_graph_find_agent (const CoquillGraph *self, const CoquillAgent *id)
{
  bool found;
  uint32_t order = find_order (self, id, &found);

  return found ? self->agent_order[order] : UINT32_MAX;
}

uint32_t
coquill_graph_add_agent (CoquillGraph *self, const CoquillAgent *id, const CoquillAgentPrevious *previous)
{
  bool found;
  uint32_t order = find_order (self, id, &found);
  CoquillGraphAgent *agent;

  if (found)
    return self->agent_order[order];
  if (self->n_agents == COQUILL_MAX_AGENTS)
    return UINT32_MAX;

  self->agents
      = coquill_grow (self->agents, &self->agents_capacity, self->n_agents + 1, sizeof *self->agents);
  self->agent_order = coquill_grow (self->agent_order, &self->agent_order_capacity, self->n_agents + 1,
                                    sizeof *self->agent_order);
  memmove (&self->agent_order[order + 1], &self->agent_order[order],
           (self->n_agents - order) * sizeof *self->agent_order);
  self->agent_order[order] = self->n_agents;

  agent = &self->agents[self->n_agents];
  memset (agent, 0, sizeof *agent);
  agent->id = *id;
  if (previous != NULL)
    agent->previous = *previous;
  return self->n_agents++;
}

void
coquill_graph_set_base (CoquillGraph *self, uint64_t base, uint64_t depth)
{
  self->base = base;
  self->base_depth = depth;
  self->end = base;
  if (base > 0)
    {
      self->frontier = coquill_grow (self->frontier, &self->frontier_capacity, 1, sizeof *self->frontier);
      self->frontier[0] = base - 1;
      self->n_frontier = 1;
    }
}

void
coquill_graph_reserve (
    CoquillGraph *self, size_t n_runs, size_t n_operations, size_t n_parents, size_t content_length)
{
  if (n_runs > 0)
    self->runs = coquill_grow (self->runs, &self->runs_capacity, self->n_runs + n_runs, sizeof *self->runs);
  if (n_operations > 0)
    self->operations = coquill_grow (self->operations, &self->operations_capacity,
                                     self->n_operations + n_operations, sizeof *self->operations);
  if (n_parents > 0)
    self->parents = coquill_grow (self->parents, &self->parents_capacity, self->n_parents + n_parents,
                                  sizeof *self->parents);
  if (content_length > 0)
    self->content
        = coquill_grow (self->content, &self->content_capacity, self->content_length + content_length, 1);
}

size_t
coquill_graph_find_run (const CoquillGraph *self, uint64_t version)
{
  size_t low = 0, high = self->n_runs;

  if (version >= self->runs[high - 1].first)
    return high - 1;
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

size_t
coquill_graph_find_operation (const CoquillGraph *self, uint64_t version)
{
  size_t low = 0, high = self->n_operations;

  if (version >= self->operations[high - 1].first)
    return high - 1;
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

  return run->id + (version - run->first);
}

bool
coquill_graph_has (const CoquillGraph *self, CoquillId id)
{
  uint32_t agent = coquill_id_agent (id);

  return id != COQUILL_ID_NONE && agent < self->n_agents
         && coquill_id_sequence (id) < self->agents[agent].length;
}

uint64_t
coquill_graph_version_of (const CoquillGraph *self, CoquillId id, uint64_t *stretch_end)
{
  const CoquillGraphAgent *agent = &self->agents[coquill_id_agent (id)];
  uint64_t sequence = coquill_id_sequence (id);
  size_t low = 0, high = agent->n_stretches;
  uint64_t length;

  if (sequence < agent->base_length)
    {
      if (stretch_end != NULL)
        *stretch_end = self->base;
      return self->base - 1;
    }
  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (agent->stretches[middle].sequence <= sequence)
        low = middle;
      else
        high = middle;
    }
  length = (low + 1 < agent->n_stretches ? agent->stretches[low + 1].sequence : agent->length)
           - agent->stretches[low].sequence;
  if (stretch_end != NULL)
    *stretch_end = agent->stretches[low].first + length;
  return agent->stretches[low].first + (sequence - agent->stretches[low].sequence);
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
  const CoquillGraphRun *run = &self->runs[coquill_graph_find_run (self, version)];

  if (version > run->first)
    {
      *single = version - 1;
      *n_parents = 1;
      return single;
    }
  *n_parents = run->n_parents;
  return &self->parents[run->first_parent];
}

/* Leaves the piece of a run of insertions its own characters. */
static void
cut_content (const CoquillGraph *self, CoquillGraphPiece *piece, uint64_t n_all, uint64_t skip)
{
  const char *content = (const char *)&self->content[piece->content_offset];
  bool is_ascii = piece->content_length == n_all;
  size_t skipped = is_ascii ? skip : coquill_utf8_offset (content, piece->content_length, skip);
  size_t rest = piece->content_length - skipped;

  piece->content_offset += skipped;
  if (skip + piece->length == n_all)
    piece->content_length = rest;
  else
    piece->content_length
        = is_ascii ? piece->length : coquill_utf8_offset (content + skipped, rest, piece->length);
}

void
coquill_graph_piece (
    const CoquillGraph *self, size_t index, uint64_t from, uint64_t to, CoquillGraphPiece *piece)
{
  const CoquillGraphOperation *operation = &self->operations[index];
  uint64_t end = coquill_graph_operation_end (self, index);
  uint64_t skip = from - operation->first;

  if (to > end)
    to = end;
  piece->first = from;
  piece->id = coquill_graph_id_of (self, from);
  piece->length = to - from;
  piece->kind = operation->kind;
  piece->backward = operation->backward && piece->length > 1;
  piece->place = operation->place;
  piece->content_offset = operation->content_offset;
  piece->content_length = operation->content_length;

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      piece->place += skip;
      cut_content (self, piece, end - operation->first, skip);
      break;
    case COQUILL_OPERATION_DELETE:
      if (operation->backward)
        piece->place -= skip;
      break;
    case COQUILL_OPERATION_RESTORE:
      piece->place += skip;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
}

void
coquill_graph_cursor_init (CoquillGraphCursor *self, const CoquillGraph *graph, uint64_t version)
{
  self->graph = graph;
  self->version = version;
  self->operation
      = version < graph->end ? coquill_graph_find_operation (graph, version) : graph->n_operations;
  self->run = version < graph->end ? coquill_graph_find_run (graph, version) : graph->n_runs;
}

bool
coquill_graph_cursor_next (CoquillGraphCursor *self, uint64_t to, CoquillGraphPiece *piece)
{
  if (self->version >= to || self->version >= self->graph->end)
    return false;
  self->operation = coquill_graph_find_operation (self->graph, self->version);
  self->run = coquill_graph_find_run (self->graph, self->version);
  coquill_graph_piece (self->graph, self->operation, self->version, to, piece);
  self->version += piece->length;
  return true;
}

/* Whether the piece goes on where the last operation ends. */
static bool
goes_on (const CoquillGraph *self, const CoquillGraphPiece *piece)
{
  const CoquillGraphOperation *last = &self->operations[self->n_operations - 1];
  uint64_t length = self->end - last->first;

  if (last->kind != piece->kind)
    return false;
  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      return piece->place == last->place + length;
    case COQUILL_OPERATION_RESTORE:
      return piece->place == last->place + length;
    case COQUILL_OPERATION_DELETE:
      if (piece->place == last->place && (length == 1 || !last->backward)
          && (piece->length == 1 || !piece->backward))
        return true;
      return piece->place + length == last->place && (length == 1 || last->backward)
             && (piece->length == 1 || piece->backward);
    case COQUILL_OPERATION_RECORD:
      return false;
    }
  return false;
}

static void
append_operation (CoquillGraph *self, const CoquillGraphPiece *piece, bool joined)
{
  CoquillGraphOperation *operation;

  if (joined && goes_on (self, piece))
    {
      operation = &self->operations[self->n_operations - 1];
      operation->content_length += piece->content_length;
      if (piece->kind == COQUILL_OPERATION_DELETE)
        operation->backward = piece->place != operation->place;
      return;
    }

  self->operations = coquill_grow (self->operations, &self->operations_capacity, self->n_operations + 1,
                                   sizeof *self->operations);
  operation = &self->operations[self->n_operations++];
  memset (operation, 0, sizeof *operation);
  operation->first = self->end;
  operation->place = piece->place;
  operation->content_offset = piece->content_offset;
  operation->content_length = piece->content_length;
  operation->kind = piece->kind;
  operation->backward = piece->backward && piece->length > 1;
}

static void
append_run (CoquillGraph *self, CoquillId id, const uint64_t *parents, size_t n_parents)
{
  CoquillGraphRun *run;

  self->runs = coquill_grow (self->runs, &self->runs_capacity, self->n_runs + 1, sizeof *self->runs);
  run = &self->runs[self->n_runs];
  memset (run, 0, sizeof *run);
  run->first = self->end;
  run->id = id;
  run->first_parent = self->n_parents;
  run->n_parents = n_parents;
  for (size_t i = 0; i < n_parents; i++)
    {
      uint64_t depth = coquill_graph_depth (self, parents[i]);

      if (depth > run->depth)
        run->depth = depth;
    }
  run->depth++;
  self->n_runs++;

  if (n_parents > 0)
    {
      self->parents = coquill_grow (self->parents, &self->parents_capacity, self->n_parents + n_parents,
                                    sizeof *self->parents);
      memcpy (&self->parents[self->n_parents], parents, n_parents * sizeof *parents);
      self->n_parents += n_parents;
    }
}

/* The new items' last one takes the place of those heads that are its parents. */
static void
move_frontier (CoquillGraph *self, const uint64_t *parents, size_t n_parents)
{
  size_t kept = 0;

  for (size_t i = 0, j = 0; i < self->n_frontier; i++)
    {
      while (j < n_parents && parents[j] < self->frontier[i])
        j++;
      if (j == n_parents || parents[j] != self->frontier[i])
        self->frontier[kept++] = self->frontier[i];
    }
  self->frontier = coquill_grow (self->frontier, &self->frontier_capacity, kept + 1, sizeof *self->frontier);
  self->frontier[kept] = self->end - 1;
  self->n_frontier = kept + 1;
}

void
coquill_graph_append (CoquillGraph *self,
                      CoquillGraphPiece *piece,
                      uint32_t agent_index,
                      const uint64_t *parents,
                      size_t n_parents,
                      const uint8_t *content)
{
  CoquillGraphAgent *agent = &self->agents[agent_index];
  CoquillGraphStretch *stretch = agent->n_stretches > 0 ? &agent->stretches[agent->n_stretches - 1] : NULL;
  const CoquillGraphRun *run = self->n_runs > 0 ? &self->runs[self->n_runs - 1] : NULL;
  bool joined;

  piece->first = self->end;
  piece->id = coquill_id (agent_index, agent->length);
  piece->content_offset = self->content_length;

  joined = run != NULL && n_parents == 1 && parents[0] == self->end - 1
           && run->id + (self->end - run->first) == piece->id;
  if (!joined)
    append_run (self, piece->id, parents, n_parents);
  append_operation (self, piece, joined);

  if (stretch == NULL || stretch->first + (agent->length - stretch->sequence) != self->end)
    {
      agent->stretches = coquill_grow (agent->stretches, &agent->stretches_capacity, agent->n_stretches + 1,
                                       sizeof *agent->stretches);
      agent->stretches[agent->n_stretches++] = (CoquillGraphStretch){ agent->length, self->end };
    }
  agent->length += piece->length;

  if (piece->content_length > 0)
    {
      self->content = coquill_grow (self->content, &self->content_capacity,
                                    self->content_length + piece->content_length, 1);
      memcpy (&self->content[self->content_length], content, piece->content_length);
      self->content_length += piece->content_length;
    }

  self->end += piece->length;
  move_frontier (self, parents, n_parents);
}

void
coquill_graph_mark (const CoquillGraph *self, CoquillGraphMark *mark)
{
  memset (mark, 0, sizeof *mark);
  mark->end = self->end;
  mark->n_agents = self->n_agents;
  mark->content_length = self->content_length;
  if (self->n_operations > 0)
    mark->last_operation = self->operations[self->n_operations - 1];
  mark->n_frontier = self->n_frontier;
  mark->frontier = coquill_allocate ((self->n_frontier + 1) * sizeof *mark->frontier);
  if (self->n_frontier > 0)
    memcpy (mark->frontier, self->frontier, self->n_frontier * sizeof *mark->frontier);
}

static void
take_back_agents (CoquillGraph *self, uint32_t n_agents)
{
  uint32_t kept = 0;

  for (uint32_t i = 0; i < self->n_agents; i++)
    if (self->agent_order[i] < n_agents)
      self->agent_order[kept++] = self->agent_order[i];
  for (uint32_t i = n_agents; i < self->n_agents; i++)
    free (self->agents[i].stretches);
  self->n_agents = n_agents;
}

void
coquill_graph_go_back (CoquillGraph *self, const CoquillGraphMark *mark)
{
  while (self->end > mark->end)
    {
      const CoquillGraphRun *run = &self->runs[self->n_runs - 1];
      CoquillGraphAgent *agent = &self->agents[coquill_id_agent (run->id)];
      uint64_t from = run->first > mark->end ? run->first : mark->end;

      agent->length = coquill_id_sequence (run->id) + (from - run->first);
      if (agent->stretches[agent->n_stretches - 1].first >= from)
        agent->n_stretches--;
      if (run->first >= mark->end)
        {
          self->n_parents = run->first_parent;
          self->n_runs--;
        }
      self->end = from;
    }
  while (self->n_operations > 0 && self->operations[self->n_operations - 1].first >= mark->end)
    self->n_operations--;
  if (self->n_operations > 0)
    self->operations[self->n_operations - 1] = mark->last_operation;
  self->content_length = mark->content_length;
  self->n_frontier = mark->n_frontier;
  if (mark->n_frontier > 0)
    memcpy (self->frontier, mark->frontier, mark->n_frontier * sizeof *mark->frontier);
  take_back_agents (self, mark->n_agents);
}
