/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import.c: checking and appending the items of a change. */

#include "text/import.h"

#include <stdlib.h>
#include <string.h>

#include "text/graph-private.h"
#include "text/memory.h"
#include "text/text-private.h"
#include "text/utf8.h"

static bool
refuse (CoquillImport *self, CoquillTextErrorCode code, const char *message)
{
  return coquill_text_error_set (self->error, code, "%s", message);
}

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
            return refuse (self, COQUILL_TEXT_ERROR_TOO_LARGE, "The document has too many agents");
        }
      else if (local != UINT32_MAX && agent->starts
               && !coquill_agent_previous_equal (&agent->previous, &self->graph->agents[local].previous))
        return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                       "An agent names two different agents as the one before it");
      self->agents[i] = local;
    }
  return true;
}

/* The id that the change names by its own agent table; COQUILL_ID_NONE if the agent isn't known. */
static CoquillId
translate (const CoquillImport *self, CoquillChangeId id)
{
  if (id.agent >= self->change->n_agents || self->agents[id.agent] == UINT32_MAX
      || id.sequence >= COQUILL_MAX_SEQUENCE)
    return COQUILL_ID_NONE;
  return coquill_id (self->agents[id.agent], id.sequence);
}

/* Takes items off the front of an operation, or all but so many off its end. */
static void
trim (CoquillOperation *operation, uint64_t skip, uint64_t length)
{
  size_t bytes;

  if (skip == 0 && length == operation->length)
    return;

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      bytes = coquill_utf8_offset ((const char *)operation->content, operation->content_length, skip);
      operation->position += skip;
      operation->content += bytes;
      operation->content_length
          = coquill_utf8_offset ((const char *)operation->content, operation->content_length - bytes, length);
      break;
    case COQUILL_OPERATION_DELETE:
      if (operation->backward)
        operation->position -= skip;
      break;
    case COQUILL_OPERATION_RESTORE:
      operation->target.sequence += skip;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  operation->sequence += skip;
  operation->length = length;
}

static bool
same_piece (CoquillImport *self, const CoquillGraphPiece *piece, const CoquillOperation *operation)
{
  if (piece->kind != operation->kind)
    return false;
  switch (piece->kind)
    {
    case COQUILL_OPERATION_RESTORE:
      return piece->place == translate (self, operation->target);
    case COQUILL_OPERATION_DELETE:
      return piece->place == operation->position
             && (piece->length == 1 || piece->backward == operation->backward);
    case COQUILL_OPERATION_INSERT:
      if (piece->place != operation->position)
        return false;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  return piece->content_length == operation->content_length
         && (piece->content_length == 0
             || memcmp (&self->graph->content[piece->content_offset], operation->content,
                        piece->content_length)
                    == 0);
}

/* The first items of an operation are known: they have to be the same. */
static bool
check_known (CoquillImport *self, const CoquillOperation *operation, uint32_t agent, uint64_t n_known)
{
  for (uint64_t done = 0; done < n_known;)
    {
      CoquillOperation part = *operation;
      uint64_t sequence = operation->sequence + done;
      CoquillGraphPiece piece;
      uint64_t stretch_end, version;

      if (sequence < self->graph->agents[agent].base_length)
        {
          /* Below a snapshot without history there is nothing to compare with. */
          done = self->graph->agents[agent].base_length - operation->sequence;
          continue;
        }
      version = coquill_graph_version_of (self->graph, coquill_id (agent, sequence), &stretch_end);
      if (stretch_end > version + (n_known - done))
        stretch_end = version + (n_known - done);
      coquill_graph_piece (self->graph, coquill_graph_find_operation (self->graph, version), version,
                           stretch_end, &piece);
      trim (&part, done, piece.length);
      if (!same_piece (self, &piece, &part))
        return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                       "An item is known under the same id with another content");
      done += piece.length;
    }
  return true;
}

static int
compare_versions (const void *a, const void *b)
{
  uint64_t version_a = *(const uint64_t *)a, version_b = *(const uint64_t *)b;

  return version_a < version_b ? -1 : version_a > version_b;
}

/* All parents are below the base: then they have to be its heads, or the item is concurrent with it. */
static bool
are_base_heads (const CoquillImport *self, const CoquillChangeId *ids, size_t n_ids)
{
  if (n_ids != self->base->n_heads)
    return false;
  for (size_t i = 0; i < n_ids; i++)
    {
      CoquillId id = translate (self, ids[i]);
      size_t j = 0;

      while (j < n_ids && self->base->heads[j].id != id)
        j++;
      if (j == n_ids)
        return false;
    }
  return true;
}

/* Finds the local versions of an operation's parents, ascending, and checks that the operation can have them.
 */
static bool
find_parents (CoquillImport *self, const CoquillOperation *operation, uint64_t *parents, size_t *n_parents)
{
  const CoquillGraph *graph = self->graph;
  size_t n_below = 0;

  *n_parents = 0;
  for (size_t i = 0; i < operation->n_parents; i++)
    {
      CoquillId id = translate (self, operation->parents[i]);

      if (!coquill_graph_has (graph, id))
        return refuse (self, COQUILL_TEXT_ERROR_MISSING, "A parent of an item is not known");
      parents[i] = coquill_graph_version_of (graph, id, NULL);
      if (parents[i] < graph->base)
        n_below++;
    }
  *n_parents = operation->n_parents;

  if (graph->base > 0 && n_below == *n_parents)
    {
      if (*n_parents == 0 || !are_base_heads (self, operation->parents, *n_parents))
        return refuse (self, COQUILL_TEXT_ERROR_HISTORY_NEEDED, "An item is concurrent with the snapshot");
      *n_parents = 1;
    }
  if (*n_parents > 1)
    qsort (parents, *n_parents, sizeof *parents, compare_versions);
  if (!coquill_graph_are_heads (graph, parents, *n_parents))
    return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                   "A parent of an item is an ancestor of another parent");
  return true;
}

static bool
check_ancestors (CoquillImport *self,
                 const CoquillOperation *operation,
                 uint32_t agent,
                 CoquillGraphPiece *piece,
                 const uint64_t *parents,
                 size_t n_parents)
{
  const CoquillGraph *graph = self->graph;
  CoquillId target = translate (self, operation->target);

  if (operation->sequence > 0
      && !coquill_graph_is_ancestor (
          graph, coquill_graph_version_of (graph, coquill_id (agent, operation->sequence - 1), NULL), parents,
          n_parents))
    return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE, "An item does not follow its agent's item before it");
  if (operation->kind != COQUILL_OPERATION_RESTORE)
    return true;

  piece->place = target;
  if (operation->target.sequence > COQUILL_MAX_SEQUENCE - operation->length
      || !coquill_graph_has (graph, target) || !coquill_graph_has (graph, target + operation->length - 1))
    return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A restoration names an item that is not known");
  if (operation->target.sequence < graph->agents[coquill_id_agent (target)].base_length)
    return refuse (self, COQUILL_TEXT_ERROR_HISTORY_NEEDED,
                   "A restoration names a deletion below the snapshot");
  if (!coquill_text_are_deletions (graph, target, operation->length)
      || !coquill_graph_is_ancestor (
          graph, coquill_graph_version_of (graph, target + operation->length - 1, NULL), parents, n_parents))
    return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                   "A restoration names what is not a deletion before it");
  return true;
}

static bool
import_new (CoquillImport *self, const CoquillOperation *operation, uint32_t agent, bool trimmed)
{
  CoquillGraph *graph = self->graph;
  CoquillGraphPiece piece = {
    .length = operation->length,
    .place = operation->position,
    .content_length = operation->content_length,
    .kind = operation->kind,
    .backward = operation->backward && operation->kind == COQUILL_OPERATION_DELETE && operation->length > 1,
  };
  uint64_t few[8];
  uint64_t *parents = few;
  size_t n_parents = 0;
  uint64_t lowest_unknown;
  bool linear, done = false;

  if (operation->kind == COQUILL_OPERATION_RECORD)
    piece.place = 0;
  /* No text is longer than there are items. */
  if (piece.place > graph->end)
    return refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A position is beyond any text");
  if (!coquill_graph_has_room (graph, operation->length, operation->n_parents, operation->content_length))
    return refuse (self, COQUILL_TEXT_ERROR_TOO_LARGE, "A document cannot have that many items");
  if (operation->n_parents > sizeof few / sizeof few[0])
    parents = coquill_allocate (operation->n_parents * sizeof *parents);

  if (trimmed)
    {
      parents[0] = coquill_graph_version_of (graph, coquill_id (agent, operation->sequence - 1), NULL);
      n_parents = 1;
      if (parents[0] < graph->base && graph->agents[agent].base_length == operation->sequence
          && (self->base->n_heads != 1
              || self->base->heads[0].id != coquill_id (agent, operation->sequence - 1)))
        {
          refuse (self, COQUILL_TEXT_ERROR_HISTORY_NEEDED, "An item is concurrent with the snapshot");
          goto out;
        }
    }
  else if (!find_parents (self, operation, parents, &n_parents))
    goto out;

  lowest_unknown = coquill_graph_lowest_unknown (graph, parents, n_parents);
  linear = lowest_unknown == graph->end;
  if (!check_ancestors (self, operation, agent, &piece, parents, n_parents)
      || (self->appending != NULL && !self->appending (self, &piece, linear, parents, n_parents)))
    goto out;

  if (!linear)
    {
      self->lags = coquill_grow (self->lags, &self->lags_capacity, self->n_lags + 1, sizeof *self->lags);
      self->lags[self->n_lags++] = (CoquillLag){ graph->end, lowest_unknown };
    }
  self->n_appended++;
  coquill_graph_append_lagging (graph, &piece, agent, parents, n_parents, lowest_unknown, operation->content);
  done = self->appended == NULL || self->appended (self, &piece, linear);

out:
  if (parents != few)
    free (parents);
  return done;
}

static bool
import_operation (CoquillImport *self, const CoquillOperation *operation)
{
  uint32_t agent = self->agents[operation->agent];
  uint64_t known, end = operation->sequence + operation->length;
  CoquillOperation rest = *operation;
  uint64_t n_known;

  if (agent == UINT32_MAX)
    {
      if (operation->sequence == 0)
        return refuse (self, COQUILL_TEXT_ERROR_MALFORMED, "An agent starts without saying so");
      return refuse (self, COQUILL_TEXT_ERROR_MISSING, "An agent's first items are not known");
    }
  if (self->limits != NULL && end > self->limits[agent])
    end = self->limits[agent];
  if (end <= operation->sequence)
    return true;

  known = self->graph->agents[agent].length;
  if (operation->sequence > known)
    return refuse (self, COQUILL_TEXT_ERROR_MISSING, "An agent's items before these are not known");
  n_known = (end < known ? end : known) - operation->sequence;
  if (!check_known (self, operation, agent, n_known))
    return false;
  if (operation->sequence + n_known == end)
    return true;
  if (operation->sequence + n_known == 0 && !self->change->agents[operation->agent].starts)
    return refuse (self, COQUILL_TEXT_ERROR_MALFORMED, "An agent starts without saying so");

  trim (&rest, n_known, end - operation->sequence - n_known);
  return import_new (self, &rest, agent, n_known > 0);
}

bool
coquill_import_run (CoquillImport *self)
{
  CoquillChangeReader reader;
  CoquillOperation operation;
  bool done;

  self->n_lags = 0;
  self->n_appended = 0;
  if (!coquill_change_is_sound (self->change, self->error))
    return false;
  self->agents = coquill_allocate ((self->change->n_agents + 1) * sizeof *self->agents);
  done = map_agents (self);
  coquill_change_reader_init (&reader, self->change);
  while (done && coquill_change_reader_next (&reader, &operation))
    done = import_operation (self, &operation);
  coquill_change_reader_clear (&reader);
  free (self->agents);
  self->agents = NULL;
  coquill_graph_settle (self->graph);
  return done;
}

void
coquill_import_clear (CoquillImport *self)
{
  free (self->lags);
  self->lags = NULL;
  self->n_lags = 0;
  self->lags_capacity = 0;
}
