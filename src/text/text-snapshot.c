/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-snapshot.c: a text to and from a snapshot. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/snapshot.h"
#include "text/text-private.h"

/* A loaded text has room for so many who come later, so that the first of them doesn't double what it takes.
 */
#define NEW_AGENTS 4

typedef struct
{
  CoquillOrderSpan *spans;
  size_t n_spans;
  size_t capacity;
} Spans;

static bool
collect_span (const CoquillTextRange *range, uint64_t position, void *data)
{
  Spans *self = data;

  self->spans = coquill_grow (self->spans, &self->capacity, self->n_spans + 1, sizeof *self->spans);
  self->spans[self->n_spans++]
      = (CoquillOrderSpan){ coquill_id (range->agent, range->sequence), (uint32_t)range->length, 0 };
  return true;
}

static uint64_t
head_depth (const CoquillText *self, CoquillId id)
{
  uint64_t version = coquill_graph_version_of (self->graph, id, NULL);

  if (version < self->graph->base)
    for (size_t i = 0; i < self->base->n_heads; i++)
      if (self->base->heads[i].id == id)
        return self->base->heads[i].depth;
  return coquill_graph_depth (self->graph, version);
}

bool
coquill_text_save_snapshot (CoquillText *self, CoquillBuffer *buffer)
{
  const CoquillGraph *graph = self->graph;
  CoquillSnapshot snapshot = { 0 };
  Spans spans = { 0 };
  char *text;
  const CoquillChangeId *heads;
  bool done;

  coquill_text_foreach_span (self, 0, coquill_text_length (self), collect_span, &spans);
  snapshot.spans = spans.spans;
  snapshot.n_spans = spans.n_spans;
  snapshot.text_length = coquill_text_length (self);
  text = coquill_text_to_string (self, &snapshot.text_bytes);
  snapshot.text = text;

  snapshot.n_agents = graph->n_agents;
  snapshot.agents = coquill_allocate ((graph->n_agents + 1) * sizeof *snapshot.agents);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      snapshot.agents[i].id = graph->agents[i].id;
      snapshot.agents[i].previous = *coquill_graph_previous (graph, i);
      snapshot.agents[i].length = graph->agents[i].length;
    }

  heads = coquill_text_frontier (self, &snapshot.n_heads);
  snapshot.heads = coquill_allocate ((snapshot.n_heads + 1) * sizeof *snapshot.heads);
  for (size_t i = 0; i < snapshot.n_heads; i++)
    {
      snapshot.heads[i].agent = heads[i].agent;
      snapshot.heads[i].sequence = heads[i].sequence;
      snapshot.heads[i].depth = head_depth (self, coquill_id (heads[i].agent, heads[i].sequence));
    }

  done = coquill_snapshot_encode (&snapshot, buffer);
  free (snapshot.spans);
  free (text);
  free (snapshot.agents);
  free (snapshot.heads);
  return done;
}

static bool
check_snapshot (const CoquillSnapshot *snapshot, uint64_t *n_items, CoquillTextError *error)
{
  *n_items = 0;
  for (size_t i = 0; i < snapshot->n_agents; i++)
    {
      if (snapshot->agents[i].length > COQUILL_MAX_SEQUENCE)
        return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE,
                                       "An agent of the snapshot has too many items");
      *n_items += snapshot->agents[i].length;
    }
  if (*n_items > COQUILL_GRAPH_MAX_ITEMS)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "The snapshot has too many items");
  if ((*n_items == 0) != (snapshot->n_heads == 0))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "The snapshot's frontier does not fit its items");
  return true;
}

static CoquillBase *
make_base (const CoquillSnapshot *snapshot, uint64_t n_items, uint64_t *depth)
{
  CoquillBase *base = coquill_base_new (snapshot->n_heads);

  base->n_items = n_items;
  *depth = 0;
  for (size_t i = 0; i < snapshot->n_heads; i++)
    {
      base->heads[i].id = coquill_id (snapshot->heads[i].agent, snapshot->heads[i].sequence);
      base->heads[i].depth = snapshot->heads[i].depth;
      if (*depth < snapshot->heads[i].depth)
        *depth = snapshot->heads[i].depth;
    }
  return base;
}

CoquillText *
coquill_text_load_snapshot (const uint8_t *bytes, size_t n_bytes, CoquillTextError *error)
{
  CoquillSnapshot *snapshot = coquill_snapshot_decode (bytes, n_bytes, error);
  CoquillText *self;
  uint64_t n_items, depth;

  if (snapshot == NULL)
    return NULL;
  if (!check_snapshot (snapshot, &n_items, error))
    {
      coquill_snapshot_free (snapshot);
      return NULL;
    }

  self = coquill_text_new ();
  coquill_graph_reserve_agents (self->graph, snapshot->n_agents + NEW_AGENTS);
  for (size_t i = 0; i < snapshot->n_agents; i++)
    {
      uint32_t agent
          = coquill_graph_add_agent (self->graph, &snapshot->agents[i].id, &snapshot->agents[i].previous);

      self->graph->agents[agent].base_length = (uint32_t)snapshot->agents[i].length;
      self->graph->agents[agent].length = (uint32_t)snapshot->agents[i].length;
    }
  if (n_items > 0)
    {
      char *text = coquill_snapshot_steal_text (snapshot);

      coquill_rope_free (self->rope);
      self->rope = coquill_rope_new_lent (text, snapshot->text_bytes, snapshot->text_length);
      self->base = make_base (snapshot, n_items, &depth);
      coquill_graph_set_base (self->graph, n_items, depth);
      coquill_walker_free (self->walker);
      self->walker = coquill_walker_new (self->graph, self->base);
      coquill_base_set_content (self->base, text, snapshot->text_bytes, self->walker->order, self->graph);
      coquill_order_append_spans (self->walker->order, snapshot->spans, snapshot->n_spans);
    }
  coquill_snapshot_free (snapshot);
  return self;
}
