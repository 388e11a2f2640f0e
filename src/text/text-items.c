/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-items.c: reading items back: for hashing, storing and sending. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/text-private.h"

typedef struct
{
  CoquillTextOperationFunc func;
  void *data;
  CoquillChangeId *parents;
  size_t capacity;
} View;

/* Tells the items that come next, as many as are of one operation. Returns: false if all before @to were
 * told, or it was stopped */
static bool
tell_piece (const CoquillText *self, View *view, CoquillGraphCursor *cursor, uint64_t to)
{
  const CoquillGraph *graph = self->graph;
  CoquillGraphPiece piece;
  CoquillOperation operation = { 0 };
  const uint64_t *parents;
  uint64_t single;
  size_t n_parents;

  if (!coquill_graph_cursor_next (cursor, to, &piece))
    return false;
  operation.kind = piece.kind;
  operation.backward = piece.backward;
  operation.agent = coquill_id_agent (piece.id);
  operation.sequence = coquill_id_sequence (piece.id);
  operation.length = piece.length;
  if (piece.kind == COQUILL_OPERATION_RESTORE)
    operation.target = coquill_change_id (piece.place);
  else
    operation.position = piece.place;
  operation.content_length = piece.content_length;
  parents = coquill_graph_parents_in (graph, cursor->run, piece.first, &single, &n_parents);
  operation.n_parents
      = (uint32_t)coquill_text_ids (self, parents, n_parents, cursor->run, &view->parents, &view->capacity);
  return view->func (&operation, view->parents,
                     piece.content_length > 0 ? &graph->content[piece.content_offset] : NULL, view->data);
}

static bool
tell_items (const CoquillText *self, View *view, uint64_t from, uint64_t to)
{
  CoquillGraphCursor cursor;

  coquill_graph_cursor_init (&cursor, self->graph, from);
  while (cursor.version < to)
    if (!tell_piece (self, view, &cursor, to))
      return false;
  return true;
}

bool
coquill_text_foreach_item (
    const CoquillText *self, uint64_t from, uint64_t to, CoquillTextOperationFunc func, void *data)
{
  View view = { func, data, NULL, 0 };
  bool done;

  coquill_text_settle (self);
  if (to > self->graph->end)
    to = self->graph->end;
  if (from < to && from < self->graph->base)
    return false;
  done = from >= to || tell_items (self, &view, from, to);
  free (view.parents);
  return done;
}

bool
coquill_text_foreach_operation (const CoquillText *self,
                                uint32_t agent,
                                uint64_t from,
                                uint64_t to,
                                CoquillTextOperationFunc func,
                                void *data)
{
  View view = { func, data, NULL, 0 };
  const CoquillGraph *graph = self->graph;
  bool done = true;

  coquill_text_settle (self);
  if (agent >= graph->n_agents)
    return true;
  if (to > graph->agents[agent].length)
    to = graph->agents[agent].length;
  if (from < to && from < graph->agents[agent].base_length)
    return false;
  while (done && from < to)
    {
      uint64_t stretch_end;
      uint64_t version = coquill_graph_version_of (graph, coquill_id (agent, from), &stretch_end);

      if (stretch_end - version > to - from)
        stretch_end = version + (to - from);
      done = tell_items (self, &view, version, stretch_end);
      from += stretch_end - version;
    }
  free (view.parents);
  return done;
}

typedef struct
{
  const CoquillText *text;
  CoquillChange *change;
  uint32_t *agents; /* the change's index of each local agent, or UINT32_MAX */
} Extraction;

static void
extraction_start (Extraction *self, const CoquillText *text)
{
  size_t size = (text->graph->n_agents + 1) * sizeof *self->agents;

  self->text = text;
  self->change = coquill_change_new ();
  self->agents = coquill_allocate (size);
  memset (self->agents, 0xff, size);
}

static uint32_t
extracted_agent (Extraction *self, uint32_t agent)
{
  if (self->agents[agent] == UINT32_MAX)
    self->agents[agent] = coquill_change_add_agent (self->change, &self->text->graph->agents[agent].id, NULL);
  return self->agents[agent];
}

static bool
extract_operation (const CoquillOperation *operation,
                   const CoquillChangeId *parents,
                   const uint8_t *content,
                   void *data)
{
  Extraction *self = data;
  CoquillOperation extracted = *operation;
  CoquillChangeId few[8];
  CoquillChangeId *ids = few;

  if (operation->n_parents > sizeof few / sizeof few[0])
    ids = coquill_allocate (operation->n_parents * sizeof *ids);
  extracted.agent = extracted_agent (self, operation->agent);
  if (operation->kind == COQUILL_OPERATION_RESTORE)
    extracted.target.agent = extracted_agent (self, operation->target.agent);
  for (uint32_t i = 0; i < operation->n_parents; i++)
    ids[i] = (CoquillChangeId){ extracted_agent (self, parents[i].agent), parents[i].sequence };
  if (operation->sequence == 0)
    {
      self->change->agents[extracted.agent].starts = true;
      self->change->agents[extracted.agent].previous
          = *coquill_graph_previous (self->text->graph, operation->agent);
    }
  coquill_change_add_operation (self->change, &extracted, ids, content);
  if (ids != few)
    free (ids);
  return true;
}

CoquillChange *
coquill_text_extract (const CoquillText *self, uint64_t from, uint64_t to)
{
  Extraction extraction;

  extraction_start (&extraction, self);
  if (!coquill_text_foreach_item (self, from, to, extract_operation, &extraction))
    {
      coquill_change_free (extraction.change);
      extraction.change = NULL;
    }
  free (extraction.agents);
  return extraction.change;
}

CoquillChange *
coquill_text_extract_missing (const CoquillText *self,
                              const uint64_t *known_lengths,
                              size_t n_known,
                              uint64_t limit)
{
  const CoquillGraph *graph = self->graph;
  uint64_t from;
  Extraction extraction;

  coquill_text_settle (self);
  from = graph->end;
  if (limit > graph->end)
    limit = graph->end;
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      uint64_t known = i < n_known ? known_lengths[i] : 0;

      if (known < graph->agents[i].length)
        {
          uint64_t version = coquill_graph_version_of (graph, coquill_id (i, known), NULL);

          if (version < graph->base)
            return NULL;
          if (version < from)
            from = version;
        }
    }

  extraction_start (&extraction, self);
  for (size_t run = from < limit ? coquill_graph_find_run (graph, from) : graph->n_runs;
       run < graph->n_runs && graph->runs[run].first < limit; run++)
    {
      uint64_t first = graph->runs[run].first, end = coquill_graph_run_end (graph, run);
      uint32_t agent = graph->runs[run].agent;
      uint64_t sequence = graph->runs[run].sequence;
      uint64_t known = agent < n_known ? known_lengths[agent] : 0;

      if (known > sequence)
        first = known - sequence < end - first ? first + (known - sequence) : end;
      coquill_text_foreach_item (self, first, end < limit ? end : limit, extract_operation, &extraction);
    }
  free (extraction.agents);
  return extraction.change;
}
