/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-checkout.c: a version of a text as a text of its own. */

#include <stdlib.h>

#include "text/memory.h"
#include "text/text-private.h"

/* An agent's items in a version are its first ones, since each has the one before among its ancestors. */
static void
measure_agents (const CoquillGraph *graph, const uint64_t *heads, size_t n_heads, uint64_t *lengths)
{
  CoquillGraphDifference difference = { 0 };

  coquill_graph_difference (graph, NULL, 0, heads, n_heads, &difference);
  for (size_t i = 0; i < difference.n_advance; i++)
    {
      const CoquillVersionRange *range = &difference.advance[i];
      const CoquillGraphRun *run = &graph->runs[coquill_graph_find_run (graph, range->first)];
      uint64_t length = run->sequence + (range->end - run->first);

      if (length > lengths[run->agent])
        lengths[run->agent] = length;
    }
  coquill_graph_difference_clear (&difference);
}

uint64_t *
coquill_text_measure_version (const CoquillText *self,
                              const CoquillChangeId *heads,
                              size_t n_heads,
                              CoquillTextError *error)
{
  const CoquillGraph *graph = self->graph;
  uint64_t *versions, *lengths;

  coquill_text_settle (self);
  for (size_t i = 0; i < n_heads; i++)
    if (!coquill_text_has (self, heads[i]))
      {
        coquill_text_error_set (error, COQUILL_TEXT_ERROR_MISSING, "A head of the version is not known");
        return NULL;
      }
  if (!coquill_text_has_history (self))
    {
      coquill_text_error_set (error, COQUILL_TEXT_ERROR_HISTORY_NEEDED, "The version is below the snapshot");
      return NULL;
    }

  versions = coquill_allocate ((n_heads + 1) * sizeof *versions);
  lengths = coquill_allocate ((graph->n_agents + 1) * sizeof *lengths);
  for (size_t i = 0; i < n_heads; i++)
    versions[i] = coquill_graph_version_of (graph, coquill_checked_id (heads[i]), NULL);
  measure_agents (graph, versions, n_heads, lengths);
  free (versions);
  return lengths;
}

bool
coquill_text_next_of_version (CoquillGraphCursor *cursor, const uint64_t *lengths, CoquillGraphPiece *piece)
{
  while (coquill_graph_cursor_next (cursor, UINT64_MAX, piece))
    {
      uint64_t sequence = coquill_id_sequence (piece->id), known = lengths[coquill_id_agent (piece->id)];

      if (sequence >= known)
        continue;
      if (known - sequence < piece->length)
        coquill_graph_piece (cursor->graph, coquill_graph_find_operation (cursor->graph, piece->first),
                             piece->first, piece->first + (known - sequence), piece);
      return true;
    }
  return false;
}

/* Items are numbered anew, in the same order. */
static void
append_piece (CoquillGraph *to,
              const CoquillGraphCursor *cursor,
              CoquillGraphPiece *piece,
              uint64_t **scratch,
              size_t *capacity)
{
  const CoquillGraph *from = cursor->graph;
  const uint8_t *content = piece->content_length > 0 ? &from->content[piece->content_offset] : NULL;
  uint64_t single;
  size_t n_parents = 1;
  const uint64_t *parents;

  *scratch = coquill_grow (*scratch, capacity, 1, sizeof **scratch);
  if (coquill_graph_cursor_starts_run (cursor, piece))
    {
      parents = coquill_graph_parents (from, piece->first, &single, &n_parents);
      *scratch = coquill_grow (*scratch, capacity, n_parents, sizeof **scratch);
      for (size_t i = 0; i < n_parents; i++)
        (*scratch)[i] = coquill_graph_version_of (to, coquill_graph_id_of (from, parents[i]), NULL);
    }
  else
    (*scratch)[0] = to->end - 1;
  coquill_graph_append (to, piece, coquill_id_agent (piece->id), *scratch, n_parents, content);
}

CoquillText *
coquill_text_checkout (const CoquillText *self,
                       const CoquillChangeId *heads,
                       size_t n_heads,
                       CoquillTextError *error)
{
  const CoquillGraph *graph = self->graph;
  uint64_t *lengths = coquill_text_measure_version (self, heads, n_heads, error);
  CoquillText *checkout;
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;
  uint64_t *scratch = NULL;
  size_t capacity = 0;

  if (lengths == NULL)
    return NULL;
  checkout = coquill_text_new ();
  for (uint32_t i = 0; i < graph->n_agents; i++)
    coquill_graph_add_agent (checkout->graph, &graph->agents[i].id, coquill_graph_previous (graph, i));
  coquill_graph_cursor_init (&cursor, graph, 0);
  while (coquill_text_next_of_version (&cursor, lengths, &piece))
    append_piece (checkout->graph, &cursor, &piece, &scratch, &capacity);
  free (scratch);
  free (lengths);
  coquill_text_catch_up (checkout);
  coquill_text_rebuild_rope (checkout);
  return checkout;
}
