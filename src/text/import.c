/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import.c: checking and appending the items of a change. */

#include <stdlib.h>
#include <string.h>

#include "text/clock.h"
#include "text/import-private.h"
#include "text/memory.h"
#include "text/text-private.h"

static bool
map_agents (CoquillImport *self)
{
  bool is_reserved = false;

  for (size_t i = 0; i < self->change->n_agents; i++)
    {
      const CoquillChangeAgent *agent = &self->change->agents[i];
      uint32_t local = coquill_graph_find_agent (self->graph, &agent->id);

      if (local == UINT32_MAX && agent->starts && self->limits == NULL)
        {
          if (!is_reserved)
            coquill_graph_reserve_agents (self->graph, self->change->n_agents - i);
          is_reserved = true;
          local = coquill_graph_add_agent (self->graph, &agent->id, &agent->previous);
          if (local == UINT32_MAX)
            return coquill_import_refuse (self, COQUILL_TEXT_ERROR_TOO_LARGE,
                                          "The document has too many agents");
        }
      else if (local != UINT32_MAX && agent->starts
               && !coquill_agent_previous_equal (&agent->previous,
                                                 coquill_graph_previous (self->graph, local)))
        return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                      "An agent names two different agents as the one before it");
      self->agents[i] = local;
    }
  return true;
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

/* Inlined where operations are read, so that what is read of one need not lie in memory. */
COQUILL_CHANGE_INLINE bool
import_new (CoquillImport *self, const CoquillOperation *operation, uint32_t agent)
{
  CoquillGraph *graph = self->graph;
  uint64_t where = operation->position;
  CoquillGraphPlace place;

  if (where > graph->end)
    return coquill_import_refuse_position (self);
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
  else if (!coquill_import_find_place (self, operation->parents, operation->n_parents, agent, &place))
    return false;
  if (operation->kind == COQUILL_OPERATION_RESTORE)
    {
      CoquillChangeId first = { operation->target.agent, operation->target.sequence };

      if (!check_restoration (self, first, operation->length, &place))
        return false;
      where = coquill_graph_version_of (graph, coquill_import_translate (self, first), NULL);
    }

  if (place.lowest_unknown != graph->end && place.lowest_unknown < self->lowest_unknown)
    self->lowest_unknown = place.lowest_unknown;
  self->n_appended++;
  if (!place.joined)
    coquill_graph_append_run (graph, agent, &place);
  coquill_graph_append_items (graph, operation->kind, where, operation->length, operation->backward,
                              place.joined);
  coquill_import_append_content (self, operation->content, operation->content_length);
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

/* Its fields one by one: else it would have to lie in memory always. */
COQUILL_CHANGE_INLINE CoquillOperation
gather (const CoquillOperation *operation)
{
  CoquillOperation gathered;

  gathered.kind = operation->kind;
  gathered.backward = operation->backward;
  gathered.agent = operation->agent;
  gathered.n_parents = operation->n_parents;
  gathered.sequence = operation->sequence;
  gathered.length = operation->length;
  gathered.position = operation->position;
  gathered.target.agent = operation->target.agent;
  gathered.target.sequence = operation->target.sequence;
  gathered.content = operation->content;
  gathered.content_length = operation->content_length;
  gathered.parents = operation->parents;
  return gathered;
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
  return import_unusual (self, gather (operation));
}

bool
coquill_import_operation (CoquillImport *self, const CoquillOperation *operation)
{
  return import_operation (self, operation);
}

/* What the decoder left, if all of the change is wanted. An empty graph takes them over as its own: nothing
 * is known then, and what is appended goes where it is read from, or before. */
static void
take_rows (CoquillImport *self)
{
  CoquillGraph *graph = self->graph;

  self->rows = coquill_change_take_rows (self->change);
  if (self->rows == NULL)
    return;
  self->stretch = self->rows->stretches;
  self->operations = self->rows->operations;
  if (graph->end > 0)
    return;
  free (graph->operations);
  graph->operations = self->rows->operations;
  graph->operations_capacity = self->change->n_operations + 1;
  self->rows->operations = NULL;
}

/* Whether the next stretch begins where the reader is. */
static inline bool
is_at_stretch (const CoquillImport *self, const CoquillChangeReader *reader)
{
  return self->rows != NULL && self->stretch < &self->rows->stretches[self->rows->n_stretches]
         && reader->next[COQUILL_COLUMN_HEADS]
                == &self->change->columns[COQUILL_COLUMN_HEADS].data[self->stretch->first_operation];
}

/* Room for the change, as if nothing of it were known. */
static void
reserve (CoquillImport *self)
{
  const CoquillChange *change = self->change;

  coquill_graph_reserve (self->graph, change->n_runs, change->n_operations,
                         change->n_parents - (change->n_operations - change->n_runs), change->content_length);
  coquill_clock_keep_trail (self->graph, change->n_runs);
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
  self->rows = NULL;
  self->has_room = self->limits == NULL
                   && coquill_graph_has_room (self->graph, coquill_change_n_items (self->change),
                                              self->change->n_parents + self->change->n_operations,
                                              self->change->content_length);
  if (!coquill_change_is_sound (self->change, self->error))
    return false;
  self->agents = self->few_agents;
  if (self->change->n_agents > COQUILL_IMPORT_FEW)
    self->agents = coquill_allocate (self->change->n_agents * sizeof *self->agents);
  done = map_agents (self);
  if (done && self->has_room)
    {
      take_rows (self);
      reserve (self);
    }
  coquill_change_reader_init (&reader, self->change);
  while (done && coquill_change_reader_take (&reader, &operation))
    {
      size_t n_appended = self->n_appended;

      done = import_operation (self, &operation);
      if (done && is_at_stretch (self, &reader))
        done = coquill_import_stretch (self, &reader, self->n_appended > n_appended);
    }
  coquill_change_reader_clear (&reader);
  coquill_import_flush (self);
  coquill_change_rows_free (self->rows);
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
