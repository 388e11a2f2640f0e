/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-merge.c: merging changes, and giving a loaded text its history. */

#include <stdlib.h>
#include <string.h>

#include "text/import.h"
#include "text/memory.h"
#include "text/text-private.h"

/* A rope is made anew when that costs less than to change it in many places: bytes of it that are copied,
 * with their spans, in the time of one change somewhere. What comes is copied either way. */
#define BYTES_PER_EDIT 32

/* The same for the items that were here before, which are all gone through. */
#define ITEMS_PER_EDIT 64

/* Where a run doesn't know so many others that came before it, on average, it is less work to go through
 * branch by branch than in turns. */
#define UNKNOWN_RUNS 5

/* So many runs are looked at to find that out, or a few less. */
#define SAMPLED_RUNS 256

static bool
is_tangled (const CoquillGraph *graph, size_t first_run, uint64_t n_items)
{
  size_t n_runs = graph->n_runs - first_run, step = 1 + n_runs / SAMPLED_RUNS, n_sampled = 0;
  uint64_t n_unknown = 0; /* items, while a run has n_items / n_runs */

  for (size_t i = first_run; i < graph->n_runs; i += step, n_sampled++)
    if (graph->runs[i].lowest_unknown < graph->runs[i].first)
      n_unknown += graph->runs[i].first - graph->runs[i].lowest_unknown;
  return n_sampled > 0 && n_unknown / n_sampled * n_runs >= UNKNOWN_RUNS * n_items;
}

/* Whether what was appended is put in another order before it is walked. */
static bool
is_worth_arranging (const CoquillText *self,
                    const CoquillImport *import,
                    const CoquillGraphMark *mark,
                    size_t first_run)
{
  const CoquillGraph *graph = self->graph;

  return import->lowest_unknown != UINT64_MAX && import->n_appended >= COQUILL_WALKER_MANY_OPERATIONS
         && (import->n_appended / COQUILL_WALKER_OPERATIONS_PER_RUN >= graph->n_runs - first_run
             || is_tangled (graph, first_run, graph->end - mark->end));
}

/* Whether some of the items reach below the snapshot from which the walker started. */
static bool
reaches_below (const CoquillText *self, const CoquillImport *import, uint64_t first)
{
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  if (self->base == NULL || self->graph->base > 0)
    return false;
  if (import->lowest_unknown < self->walker->first)
    return true;
  coquill_graph_cursor_init (&cursor, self->graph, first);
  while (coquill_graph_cursor_next (&cursor, UINT64_MAX, &piece))
    if (piece.kind == COQUILL_OPERATION_RESTORE && coquill_text_is_below_walker (self, piece.place))
      return true;
  return false;
}

static bool
walk (CoquillText *self, const CoquillImport *import, const CoquillGraphMark *mark, bool in_deltas)
{
  if (reaches_below (self, import, mark->end))
    {
      if (!coquill_text_go_to_root (self))
        return coquill_text_error_set (import->error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                       "The history is not that of the snapshot");
    }
  if (coquill_walker_walk (self->walker, self->graph->end, in_deltas ? &self->deltas : NULL, import->error))
    return true;
  coquill_walker_go_back (self->walker, mark->end);
  return false;
}

bool
coquill_text_merge (CoquillText *self,
                    const CoquillChange *change,
                    CoquillTextDeltaFunc func,
                    void *data,
                    CoquillTextError *error)
{
  CoquillImport import = { .graph = self->graph, .base = self->base, .change = change, .error = error };
  CoquillGraphMark mark;
  size_t n_runs;
  bool done, anew;

  coquill_text_catch_up (self);
  self->caret = COQUILL_TEXT_NO_CARET;
  coquill_graph_mark (self->graph, &mark);
  n_runs = self->graph->n_runs;
  done = coquill_import_run (&import);
  anew = self->graph->base == 0
         && import.n_appended > coquill_rope_bytes (self->rope) / BYTES_PER_EDIT + mark.end / ITEMS_PER_EDIT;
  if (done && is_worth_arranging (self, &import, &mark, n_runs))
    coquill_graph_arrange (self->graph, &mark);
  if (done && mark.end < self->graph->end)
    done = walk (self, &import, &mark, func != NULL || !anew);
  if (done)
    {
      if (anew)
        coquill_text_rebuild_rope (self);
      coquill_text_apply_deltas (self, !anew, func, data);
    }
  else
    {
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
    coquill_graph_add_agent (history, &graph->agents[i].id, coquill_graph_previous (graph, i));
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
    coquill_graph_add_agent (self->history, &graph->agents[i].id, coquill_graph_previous (graph, i));
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

  self->caret = COQUILL_TEXT_NO_CARET;
  coquill_rope_own_lent (self->rope, &self->graph->content);
  *self->graph = *self->history;
  *self->history = graph;
  coquill_graph_free (self->history);
  self->history = NULL;
  coquill_walker_forget_runs (self->walker);
  coquill_base_drop_content (self->base);
}

static bool
complete_history (CoquillText *self, CoquillTextError *error)
{
  uint64_t *heads = coquill_allocate (self->base->n_heads * sizeof *heads);
  bool right = find_heads (self, heads) && coquill_text_has_base (self, self->history);

  if (right)
    {
      append_later_items (self, heads);
      take_history (self);
    }
  free (heads);
  return right
         || coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                    "The history does not make the snapshot");
}

bool
coquill_text_add_history (CoquillText *self, const CoquillChange *change, CoquillTextError *error)
{
  CoquillImport import = { .change = change, .error = error };
  CoquillGraphMark mark;
  uint64_t *limits;
  bool done;

  coquill_text_settle (self);
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
