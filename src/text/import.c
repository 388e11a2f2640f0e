/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import.c: checking and appending the items of a change. */

#include <stdlib.h>
#include <string.h>

#include "text/change-private.h"
#include "text/graph-private.h"
#include "text/import-private.h"
#include "text/memory.h"
#include "text/text-private.h"

/* A change of so many operations makes room for all of them at once; a shorter one grows the graph as it
 * goes. */
#define RESERVED_OPERATIONS 256

static bool
map_agents (CoquillImport *self)
{
  for (size_t i = 0; i < self->change->n_agents; i++)
    {
      const CoquillChangeAgent *agent = &self->change->agents[i];
      uint32_t local = coquill_graph_find_agent (self->graph, &agent->id);

      if (local == UINT32_MAX && agent->starts && self->limits == NULL)
        {
          local = coquill_graph_add_agent (self->graph, &agent->id, &agent->previous);
          if (local == UINT32_MAX)
            return coquill_import_refuse (self, COQUILL_TEXT_ERROR_TOO_LARGE,
                                          "The document has too many agents");
        }
      else if (local != UINT32_MAX && agent->starts
               && !coquill_agent_previous_equal (&agent->previous, &self->graph->agents[local].previous))
        return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                      "An agent names two different agents as the one before it");
      self->agents[i] = local;
    }
  return true;
}

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

/* The same for the two of nearly all joins. Returns: false if it isn't so simple, or wrong */
static inline bool
find_two_parents (CoquillImport *self, const CoquillChangeId *ids, CoquillGraphPlace *place)
{
  uint64_t first, second;
  uint32_t first_run, second_run;
  bool ascending;

  if (self->graph->base > 0 || self->parents_capacity < 2 || !find_parent (self, ids[0], &first, &first_run)
      || !find_parent (self, ids[1], &second, &second_run))
    return false;
  ascending = first < second;
  self->parents[0] = ascending ? first : second;
  self->parents[1] = ascending ? second : first;
  self->runs[0] = ascending ? first_run : second_run;
  self->runs[1] = ascending ? second_run : first_run;
  place->n_parents = 2;
  place->parents = self->parents;
  place->runs = self->runs;
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
static bool
check_branches (CoquillImport *self, uint32_t agent, CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;
  uint64_t length = graph->agents[agent].length;
  CoquillClockPlace told = { COQUILL_CLOCK_UNKNOWN, false, 0 };

  if (coquill_graph_is_frontier (graph, place->parents, place->n_parents))
    {
      place->lowest_unknown = graph->end;
      return true;
    }
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

static bool
check_restoration (CoquillImport *self,
                   CoquillChangeId first,
                   uint64_t length,
                   const CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;
  CoquillId target = coquill_import_translate (self, first);

  if (first.sequence > COQUILL_MAX_SEQUENCE - length || !coquill_graph_has (graph, target)
      || !coquill_graph_has (graph, target + length - 1))
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                  "A restoration names an item that is not known");
  if (first.sequence < graph->agents[coquill_id_agent (target)].base_length)
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_HISTORY_NEEDED,
                                  "A restoration names a deletion below the snapshot");
  if (!coquill_text_are_deletions (graph, target, length)
      || !coquill_graph_is_ancestor (graph, coquill_graph_version_of (graph, target + length - 1, NULL),
                                     place->parents, place->n_parents))
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                  "A restoration names what is not a deletion before it");
  return true;
}

/* Whether an operation goes on from the last item of the graph, which is its agent's. */
static inline bool
continues_last_run (const CoquillGraph *graph, const CoquillOperation *operation, uint32_t agent)
{
  return operation->n_parents == 1 && operation->parents[0].sequence + 1 == operation->sequence
         && operation->parents[0].agent == operation->agent && graph->n_runs > 0
         && graph->runs[graph->n_runs - 1].agent == agent;
}

/* Finds the place of an operation of which nothing is known, and which doesn't continue the last run just so.
 */
static __attribute__ ((noinline)) bool
find_place (CoquillImport *self,
            const CoquillChangeId *parents,
            size_t n_parents,
            uint32_t agent,
            CoquillGraphPlace *place)
{
  const CoquillGraph *graph = self->graph;

  if (n_parents == 2 && find_two_parents (self, parents, place))
    {
      place->joined = false;
      return check_branches (self, agent, place);
    }
  if (!find_parents (self, parents, n_parents, place))
    return false;
  place->joined = place->n_parents == 1 && place->parents[0] + 1 == graph->end && graph->n_runs > 0
                  && graph->runs[graph->n_runs - 1].agent == agent;
  return place->n_parents == 1 ? check_parent (self, agent, place) : check_branches (self, agent, place);
}

void
coquill_import_flush (CoquillImport *self)
{
  CoquillGraph *graph = self->graph;

  if (self->pending_length == 0)
    return;
  if (graph->content_length > graph->content_capacity)
    coquill_graph_grow_content (graph, graph->content_length);
  memcpy (&graph->content[graph->content_length - self->pending_length], self->pending, self->pending_length);
  self->pending_length = 0;
}

/* A change's text lies in one piece, and so is copied at once. */
static inline void
append_content (CoquillImport *self, const uint8_t *content, size_t n_bytes)
{
  if (n_bytes == 0)
    return;
  if (self->pending_length == 0 || content != self->pending + self->pending_length)
    {
      coquill_import_flush (self);
      self->pending = content;
    }
  self->pending_length += n_bytes;
  self->graph->content_length += n_bytes;
}

/* Inlined where operations are read, so that what is read of one need not lie in memory. */
COQUILL_CHANGE_INLINE bool
import_new (CoquillImport *self, const CoquillOperation *operation, uint32_t agent)
{
  CoquillGraph *graph = self->graph;
  uint64_t where = operation->position;
  CoquillGraphPlace place;

  /* No text is longer than there are items. */
  if (where > graph->end)
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A position is beyond any text");
  if (!self->has_room
      && !coquill_graph_has_room (graph, operation->length, operation->n_parents + 1,
                                  operation->content_length))
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_TOO_LARGE,
                                  "A document cannot have that many items");
  if (continues_last_run (graph, operation, agent))
    {
      place.single = graph->end - 1;
      place.parents = &place.single;
      place.n_parents = 1;
      place.joined = true;
      place.lowest_unknown = coquill_graph_item_lag (graph, graph->n_runs - 1, graph->end - 1);
    }
  else if (!find_place (self, operation->parents, operation->n_parents, agent, &place))
    return false;
  if (operation->kind == COQUILL_OPERATION_RESTORE)
    {
      if (!check_restoration (self, operation->target, operation->length, &place))
        return false;
      where = coquill_graph_version_of (graph, coquill_import_translate (self, operation->target), NULL);
    }

  if (place.lowest_unknown != graph->end && place.lowest_unknown < self->lowest_unknown)
    self->lowest_unknown = place.lowest_unknown;
  self->n_appended++;
  if (!place.joined)
    coquill_graph_append_run (graph, agent, &place);
  coquill_graph_append_items (graph, operation->kind, where, operation->length, operation->backward,
                              place.joined);
  append_content (self, operation->content, operation->content_length);
  coquill_graph_appended (graph, agent, operation->length, &place);
  return true;
}

/* What of an operation is known already is compared, and the rest is appended. */
static bool
import_partly_known (CoquillImport *self, const CoquillOperation *operation, uint32_t agent, uint64_t end)
{
  uint64_t known = self->graph->agents[agent].length;
  CoquillOperation rest = *operation;
  CoquillChangeId own = { operation->agent, known - 1 };
  uint64_t n_known;

  if (end <= operation->sequence)
    return true;
  if (operation->sequence > known)
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_MISSING,
                                  "An agent's items before these are not known");
  n_known = (end < known ? end : known) - operation->sequence;
  coquill_import_flush (self);
  if (!coquill_import_check_known (self, operation, agent, n_known))
    return false;
  if (operation->sequence + n_known == end)
    return true;
  coquill_import_trim (&rest, n_known, end - operation->sequence - n_known);
  if (n_known > 0)
    {
      rest.parents = &own;
      rest.n_parents = 1;
    }
  return import_new (self, &rest, agent);
}

/* An agent's first operation, or one of which something may be known or isn't wanted. By value: see
 * import_new(). */
static __attribute__ ((noinline)) bool
import_unusual (CoquillImport *self, CoquillOperation operation)
{
  uint32_t agent = self->agents[operation.agent];
  uint64_t end = operation.sequence + operation.length;

  if (agent == UINT32_MAX)
    {
      if (operation.sequence == 0)
        return coquill_import_refuse (self, COQUILL_TEXT_ERROR_MALFORMED,
                                      "An agent starts without saying so");
      return coquill_import_refuse (self, COQUILL_TEXT_ERROR_MISSING, "An agent's first items are not known");
    }
  if (operation.sequence == 0 && self->graph->agents[agent].length == 0
      && !self->change->agents[operation.agent].starts)
    return coquill_import_refuse (self, COQUILL_TEXT_ERROR_MALFORMED, "An agent starts without saying so");
  if (self->limits != NULL && end > self->limits[agent])
    end = self->limits[agent];
  return import_partly_known (self, &operation, agent, end);
}

COQUILL_CHANGE_INLINE bool
import_operation (CoquillImport *self, const CoquillOperation *operation)
{
  uint32_t agent = self->agents[operation->agent];

  if (agent != UINT32_MAX && operation->sequence > 0 && self->limits == NULL
      && operation->sequence == self->graph->agents[agent].length)
    return import_new (self, operation, agent);
  return import_unusual (self, *operation);
}

/* Room for a big change, as if nothing of it were known. */
static void
reserve (CoquillImport *self)
{
  const CoquillChange *change = self->change;
  size_t n_runs = coquill_change_n_runs (change);

  if (change->n_operations >= RESERVED_OPERATIONS && self->graph->n_operations < change->n_operations)
    coquill_graph_reserve (self->graph, n_runs, change->n_operations,
                           change->n_parents - (change->n_operations - n_runs), change->content_length);
}

bool
coquill_import_run (CoquillImport *self)
{
  CoquillChangeReader reader;
  CoquillOperation operation;
  bool done;

  self->lowest_unknown = UINT64_MAX;
  self->n_appended = 0;
  self->pending_length = 0;
  self->has_room = coquill_graph_has_room (self->graph, coquill_change_n_items (self->change),
                                           self->change->n_parents + self->change->n_operations,
                                           self->change->content_length);
  if (!coquill_change_is_sound (self->change, self->error))
    return false;
  self->agents = self->few_agents;
  if (self->change->n_agents > COQUILL_IMPORT_FEW)
    self->agents = coquill_allocate (self->change->n_agents * sizeof *self->agents);
  done = map_agents (self);
  if (done)
    reserve (self);
  coquill_change_reader_init (&reader, self->change);
  while (done && coquill_change_reader_take (&reader, &operation))
    done = import_operation (self, &operation);
  coquill_change_reader_clear (&reader);
  coquill_import_flush (self);
  if (self->agents != self->few_agents)
    free (self->agents);
  free (self->parents);
  free (self->runs);
  self->parents = NULL;
  self->runs = NULL;
  self->parents_capacity = self->runs_capacity = 0;
  coquill_graph_settle (self->graph);
  return done;
}
