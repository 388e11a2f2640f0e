/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text.c: a text's life, its agents, restorations and records, and reading. */

#include "text/text-private.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

CoquillText *
coquill_text_new (void)
{
  CoquillText *self = coquill_allocate (sizeof *self);

  self->caret = COQUILL_TEXT_NO_CARET;
  self->graph = coquill_graph_new ();
  self->rope = coquill_rope_new ();
  self->walker = coquill_walker_new (self->graph, NULL);
  return self;
}

void
coquill_text_free (CoquillText *self)
{
  if (self == NULL)
    return;
  coquill_walker_free (self->walker);
  coquill_graph_free (self->history);
  coquill_graph_free (self->graph);
  coquill_base_free (self->base);
  coquill_rope_free (self->rope);
  coquill_delta_list_clear (&self->deltas);
  free (self->heads);
  free (self);
}

void
coquill_text_catch_up (CoquillText *self)
{
  coquill_text_settle (self);
  /* What comes from elsewhere is walked when it is merged, or taken back. So what isn't walked yet was done
   * here, item after item, and each place was in the rope, which has the text of all items. */
  if (!coquill_walker_walk (self->walker, self->graph->end, NULL, NULL))
    abort ();
}

bool
coquill_text_is_below_walker (const CoquillText *self, CoquillId id)
{
  return self->base != NULL && coquill_graph_version_of (self->graph, id, NULL) < self->walker->first;
}

void
coquill_text_apply_deltas (CoquillText *self, bool to_rope, CoquillTextDeltaFunc func, void *data)
{
  const CoquillDeltaList *deltas = &self->deltas;

  for (size_t i = 0; to_rope && i < deltas->n_entries; i++)
    {
      const CoquillDeltaListEntry *entry = &deltas->entries[i];

      if (entry->deleted > 0)
        coquill_rope_delete (self->rope, entry->position, entry->deleted);
      if (entry->inserted > 0)
        {
          const char *content
              = entry->in_base ? coquill_base_text (self->base) : (const char *)self->graph->content;

          coquill_rope_insert_counted (self->rope, entry->position, content + entry->offset, entry->bytes,
                                       entry->inserted);
        }
    }
  for (size_t i = 0; func != NULL && i < deltas->n_entries; i++)
    {
      const CoquillDeltaListEntry *entry = &deltas->entries[i];
      const char *content
          = entry->in_base ? coquill_base_text (self->base) : (const char *)self->graph->content;
      CoquillTextDelta delta = {
        .position = entry->position,
        .deleted = entry->deleted,
        .inserted = entry->inserted > 0 ? content + entry->offset : NULL,
        .inserted_bytes = entry->bytes,
        .inserted_length = entry->inserted,
        .agent = entry->agent,
      };

      func (&delta, data);
    }
  self->deltas.n_entries = 0;
}

uint32_t
coquill_text_add_agent (CoquillText *self, const CoquillAgent *agent, const CoquillAgentPrevious *previous)
{
  return coquill_graph_add_agent (self->graph, agent, previous);
}

uint32_t
coquill_text_find_agent (const CoquillText *self, const CoquillAgent *agent)
{
  return coquill_graph_find_agent (self->graph, agent);
}

uint32_t
coquill_text_n_agents (const CoquillText *self)
{
  return self->graph->n_agents;
}

const CoquillAgent *
coquill_text_agent (const CoquillText *self, uint32_t agent)
{
  return &self->graph->agents[agent].id;
}

const CoquillAgentPrevious *
coquill_text_agent_previous (const CoquillText *self, uint32_t agent)
{
  return coquill_graph_previous (self->graph, agent);
}

uint64_t
coquill_text_agent_length (const CoquillText *self, uint32_t agent)
{
  coquill_text_settle (self);
  return self->graph->agents[agent].length;
}

bool
coquill_text_check_author (
    const CoquillText *self, uint32_t agent, uint64_t n_items, size_t n_bytes, CoquillTextError *error)
{
  coquill_text_settle (self);
  if (agent >= self->graph->n_agents)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE, "There is no agent %u", agent);
  if (n_items > COQUILL_MAX_SEQUENCE - self->graph->agents[agent].length)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE,
                                   "An agent cannot have that many items");
  if (self->graph->n_frontier > COQUILL_MAX_PARENTS)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE,
                                   "Too many people wrote side by side for one edit to follow them all");
  if (!coquill_graph_has_room (self->graph, n_items, self->graph->n_frontier, n_bytes))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE,
                                   "A document cannot have that many items");
  return true;
}

void
coquill_text_append (
    CoquillText *self, uint32_t agent, CoquillGraphPiece *piece, const void *content, uint64_t *sequence)
{
  CoquillGraph *graph = self->graph;

  coquill_text_settle (self);
  self->caret = COQUILL_TEXT_NO_CARET;
  if (sequence != NULL)
    *sequence = graph->agents[agent].length;
  coquill_graph_append_lagging (graph, piece, agent, graph->frontier, graph->n_frontier, graph->end, content);
}

bool
coquill_text_are_deletions (const CoquillGraph *graph, CoquillId id, uint64_t length)
{
  while (length > 0)
    {
      uint64_t stretch_end;
      uint64_t version = coquill_graph_version_of (graph, id, &stretch_end);
      uint64_t end = length < stretch_end - version ? version + length : stretch_end;

      id += end - version;
      length -= end - version;
      for (size_t i = coquill_graph_find_operation (graph, version);
           i < graph->n_operations && graph->operations[i].first < end; i++)
        if (graph->operations[i].kind != COQUILL_OPERATION_DELETE)
          return false;
    }
  return true;
}

static bool
check_deletions (CoquillText *self, const CoquillTextRange *range, CoquillTextError *error)
{
  const CoquillGraph *graph = self->graph;
  CoquillId id = coquill_checked_id ((CoquillChangeId){ range->agent, range->sequence });

  if (range->length == 0 || range->length > COQUILL_MAX_SEQUENCE || !coquill_graph_has (graph, id)
      || !coquill_graph_has (graph, id + range->length - 1))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "A deletion that is to be cancelled is not known");
  if (range->sequence < graph->agents[range->agent].base_length)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_HISTORY_NEEDED,
                                   "A deletion that is to be cancelled is below the snapshot");
  if (!coquill_text_are_deletions (graph, id, range->length))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "What is to be cancelled is not a deletion");
  if (coquill_text_is_below_walker (self, id) && !coquill_text_go_to_root (self))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "The history is not that of the snapshot");
  return true;
}

bool
coquill_text_restore (CoquillText *self,
                      uint32_t agent,
                      const CoquillTextRange *deletions,
                      size_t n_deletions,
                      CoquillTextDeltaFunc func,
                      void *data,
                      uint64_t *sequence,
                      CoquillTextError *error)
{
  uint64_t n_items = 0, first = 0;

  coquill_text_settle (self);
  for (size_t i = 0; i < n_deletions; i++)
    {
      if (!check_deletions (self, &deletions[i], error))
        return false;
      n_items += deletions[i].length;
    }
  if (n_items == 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE, "There is nothing to restore");
  if (!coquill_text_check_author (self, agent, n_items, 0, error))
    return false;

  coquill_text_catch_up (self);
  for (size_t i = 0; i < n_deletions; i++)
    {
      CoquillGraphPiece piece = {
        .kind = COQUILL_OPERATION_RESTORE,
        .place = coquill_id (deletions[i].agent, deletions[i].sequence),
        .length = deletions[i].length,
      };

      coquill_text_append (self, agent, &piece, NULL, i == 0 ? &first : NULL);
    }
  /* Each was found to be a deletion that the walker has walked, or was about to in catching up. */
  if (!coquill_walker_walk (self->walker, self->graph->end, &self->deltas, error))
    abort ();
  coquill_text_apply_deltas (self, true, func, data);
  if (sequence != NULL)
    *sequence = first;
  return true;
}

bool
coquill_text_record (CoquillText *self,
                     uint32_t agent,
                     const uint8_t *bytes,
                     size_t n_bytes,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_RECORD, .length = 1, .content_length = n_bytes };

  if (!coquill_text_check_author (self, agent, 1, n_bytes, error))
    return false;
  coquill_text_append (self, agent, &piece, bytes, sequence);
  return true;
}

size_t
coquill_text_bytes (const CoquillText *self)
{
  coquill_text_settle (self);
  return coquill_rope_bytes (self->rope);
}

size_t
coquill_text_measure (CoquillText *self, uint64_t position, uint64_t count)
{
  coquill_text_settle (self);
  return coquill_rope_measure (self->rope, position, count);
}

char *
coquill_text_to_string (CoquillText *self, size_t *n_bytes)
{
  size_t bytes = coquill_text_bytes (self);
  char *string = coquill_allocate (bytes + 1);

  coquill_rope_read (self->rope, 0, coquill_rope_length (self->rope), string);
  if (n_bytes != NULL)
    *n_bytes = bytes;
  return string;
}

bool
coquill_text_foreach_chunk (
    CoquillText *self, uint64_t position, uint64_t count, CoquillTextChunkFunc func, void *data)
{
  coquill_text_settle (self);
  return coquill_rope_foreach_chunk (self->rope, position, count, func, data);
}
