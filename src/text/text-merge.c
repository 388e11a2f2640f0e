/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-merge.c: merging changes, and giving a loaded text its history. */

#include <stdlib.h>
#include <string.h>

#include "text/import.h"
#include "text/memory.h"
#include "text/text-private.h"

typedef struct
{
  CoquillText *text;
  uint64_t length; /* of the text, with all deltas so far */
} Merge;

/* Whether all of the snapshot is among the ancestors. It is enough that one parent came after the snapshot,
 * since before the first exception that is true of all that came after. */
static bool
descends_from_base (const CoquillText *text, const uint64_t *parents, size_t n_parents)
{
  if (n_parents > 0 && parents[n_parents - 1] >= text->base->n_items)
    return true;
  if (n_parents != text->base->n_heads)
    return false;
  for (size_t i = 0; i < n_parents; i++)
    {
      size_t j = 0;

      while (j < n_parents
             && coquill_graph_version_of (text->graph, text->base->heads[j].id, NULL) != parents[i])
        j++;
      if (j == n_parents)
        return false;
    }
  return true;
}

static bool
appending (CoquillImport *import,
           const CoquillGraphPiece *piece,
           bool linear,
           const uint64_t *parents,
           size_t n_parents)
{
  Merge *merge = import->data;
  CoquillText *text = merge->text;
  const CoquillBase *base = text->base;

  if (base == NULL || text->graph->base > 0)
    return true;
  if (!descends_from_base (text, parents, n_parents)
      || (piece->kind == COQUILL_OPERATION_RESTORE
          && coquill_graph_version_of (text->graph, piece->place, NULL) < base->n_items))
    coquill_text_go_to_root (text);
  return true;
}

/* An item whose parents are all items before it means a position in the text as it is. */
static bool
apply_linear (Merge *merge, const CoquillGraphPiece *piece, CoquillTextError *error)
{
  CoquillDeltaList *deltas = &merge->text->deltas;
  uint32_t agent = coquill_id_agent (piece->id);
  uint64_t first = piece->place;

  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      if (piece->place > merge->length)
        break;
      coquill_delta_list_insert (deltas, piece->place, piece->length, piece->content_offset,
                                 piece->content_length, false, agent);
      merge->length += piece->length;
      return true;
    case COQUILL_OPERATION_DELETE:
      if (piece->backward)
        {
          if (piece->length > piece->place + 1)
            break;
          first = piece->place + 1 - piece->length;
        }
      if (first > merge->length || piece->length > merge->length - first)
        break;
      coquill_delta_list_delete (deltas, first, piece->length, agent);
      merge->length -= piece->length;
      return true;
    case COQUILL_OPERATION_RESTORE:
      break;
    case COQUILL_OPERATION_RECORD:
      return true;
    }
  return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                 "An item has no place in the text of its parents");
}

static bool
appended (CoquillImport *import, const CoquillGraphPiece *piece, bool linear)
{
  Merge *merge = import->data;
  CoquillText *text = merge->text;

  if (linear && piece->kind != COQUILL_OPERATION_RESTORE)
    return apply_linear (merge, piece, import->error);
  if (!coquill_text_walk (text, piece->first, NULL, import->error)
      || !coquill_text_walk (text, piece->first + piece->length, &text->deltas, import->error))
    return false;
  merge->length = coquill_span_tree_effect_width (text->walker->tree);
  return true;
}

bool
coquill_text_merge (CoquillText *self,
                    const CoquillChange *change,
                    CoquillTextDeltaFunc func,
                    void *data,
                    CoquillTextError *error)
{
  Merge merge = { self, coquill_text_length (self) };
  CoquillImport import = {
    .graph = self->graph,
    .base = self->base,
    .change = change,
    .appending = appending,
    .appended = appended,
    .data = &merge,
    .error = error,
  };
  CoquillGraphMark mark;
  bool done;

  coquill_graph_mark (self->graph, &mark);
  done = coquill_import_run (&import);
  if (done)
    coquill_text_apply_deltas (self, func, data);
  else
    {
      if (self->walker != NULL && self->walker->end > mark.end)
        coquill_text_drop_walker (self);
      coquill_graph_go_back (self->graph, &mark);
      self->deltas.n_entries = 0;
    }
  free (mark.frontier);
  return done;
}

/* Its agents have the same local indices as the text's. */
static CoquillGraph *
new_history (const CoquillGraph *graph)
{
  CoquillGraph *history = coquill_graph_new ();

  for (uint32_t i = 0; i < graph->n_agents; i++)
    coquill_graph_add_agent (history, &graph->agents[i].id, &graph->agents[i].previous);
  return history;
}

static int
compare_versions (const void *a, const void *b)
{
  uint64_t version_a = *(const uint64_t *)a, version_b = *(const uint64_t *)b;

  return version_a < version_b ? -1 : version_a > version_b;
}

/* Whether the history's frontier is the snapshot's; its local versions are then given, ascending. */
static bool
find_heads (const CoquillText *self, uint64_t *heads)
{
  const CoquillGraph *history = self->history;

  for (size_t i = 0; i < self->base->n_heads; i++)
    heads[i] = coquill_graph_version_of (history, self->base->heads[i].id, NULL);
  qsort (heads, self->base->n_heads, sizeof *heads, compare_versions);
  return history->n_frontier == self->base->n_heads
         && memcmp (heads, history->frontier, history->n_frontier * sizeof *heads) == 0;
}

/* Appends what came after the snapshot to its history, with the same local versions. */
static void
append_later_items (CoquillText *self, const uint64_t *heads)
{
  const CoquillGraph *graph = self->graph;

  for (uint32_t i = self->history->n_agents; i < graph->n_agents; i++)
    coquill_graph_add_agent (self->history, &graph->agents[i].id, &graph->agents[i].previous);
  for (size_t i = 0; i < graph->n_operations; i++)
    {
      CoquillGraphPiece piece;
      const uint64_t *parents;
      size_t n_parents;
      uint64_t single;
      const uint8_t *content;

      coquill_graph_piece (graph, i, graph->operations[i].first, UINT64_MAX, &piece);
      parents = coquill_graph_parents (graph, piece.first, &single, &n_parents);
      if (n_parents == 1 && parents[0] < graph->base)
        {
          parents = heads;
          n_parents = self->base->n_heads;
        }
      content = piece.content_length > 0 ? &graph->content[piece.content_offset] : NULL;
      coquill_graph_append (self->history, &piece, coquill_id_agent (piece.id), parents, n_parents, content);
    }
}

/* The characters are in the history now as well. */
static void
take_history (CoquillText *self)
{
  CoquillGraph graph = *self->graph;

  *self->graph = *self->history;
  *self->history = graph;
  coquill_graph_free (self->history);
  self->history = NULL;
  coquill_text_drop_walker (self);
  coquill_base_drop_text (self->base);
}

static bool
complete_history (CoquillText *self, CoquillTextError *error)
{
  uint64_t *heads = coquill_allocate (self->base->n_heads * sizeof *heads);
  bool right = find_heads (self, heads);

  if (right)
    {
      append_later_items (self, heads);
      take_history (self);
    }
  free (heads);
  return right
         || coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                    "The history does not end where the snapshot says");
}

bool
coquill_text_add_history (CoquillText *self, const CoquillChange *change, CoquillTextError *error)
{
  CoquillImport import = { .change = change, .error = error };
  CoquillGraphMark mark;
  uint64_t *limits;
  bool done;

  if (coquill_text_has_history (self))
    return true;
  if (self->history == NULL)
    self->history = new_history (self->graph);

  limits = coquill_allocate ((self->graph->n_agents + 1) * sizeof *limits);
  for (uint32_t i = 0; i < self->graph->n_agents; i++)
    limits[i] = self->graph->agents[i].base_length;
  import.graph = self->history;
  import.limits = limits;

  coquill_graph_mark (self->history, &mark);
  done = coquill_import_run (&import)
         && (self->history->end < self->base->n_items || complete_history (self, error));
  if (!done)
    coquill_graph_go_back (self->history, &mark);
  free (mark.frontier);
  free (limits);
  return done;
}

bool
coquill_text_has_history (const CoquillText *self)
{
  return self->graph->base == 0;
}
