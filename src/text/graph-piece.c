/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-piece.c: cutting items out of the event graph. */

#include "text/graph-private.h"
#include "text/utf8.h"

static size_t
operation_content_end (const CoquillGraph *self, size_t operation)
{
  return operation + 1 < self->n_operations ? self->operations[operation + 1].content_offset
                                            : self->content_length;
}

/* Leaves the piece of a run of insertions its own characters. */
static void
cut_content (const CoquillGraph *self, CoquillGraphPiece *piece, uint64_t n_all, uint64_t skip)
{
  const char *content = (const char *)&self->content[piece->content_offset];
  bool is_ascii = piece->content_length == n_all;
  size_t skipped
      = is_ascii ? skip
                 : coquill_graph_content_skip (self, piece->content_offset, piece->content_length, skip);
  size_t rest = piece->content_length - skipped;

  piece->content_offset += skipped;
  if (skip + piece->length == n_all)
    piece->content_length = rest;
  else
    piece->content_length
        = is_ascii ? piece->length : coquill_utf8_offset (content + skipped, rest, piece->length);
}

static void
cut_piece (const CoquillGraph *self,
           size_t index,
           CoquillId id,
           uint64_t from,
           uint64_t to,
           CoquillGraphPiece *piece)
{
  const CoquillGraphOperation *operation = &self->operations[index];
  uint64_t end = coquill_graph_operation_end (self, index);
  uint64_t skip = from - operation->first;

  if (to > end)
    to = end;
  piece->first = from;
  piece->id = id;
  piece->length = to - from;
  piece->kind = (CoquillOperationKind)operation->kind;
  piece->backward = operation->backward && piece->length > 1;
  piece->place = operation->place;
  piece->content_offset = operation->content_offset;
  piece->content_length = operation_content_end (self, index) - operation->content_offset;

  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      piece->place += skip;
      if (piece->length < end - operation->first)
        cut_content (self, piece, end - operation->first, skip);
      break;
    case COQUILL_OPERATION_DELETE:
      if (operation->backward)
        piece->place -= skip;
      break;
    case COQUILL_OPERATION_RESTORE:
      piece->place = coquill_graph_id_of (self, operation->place) + skip;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
}

void
coquill_graph_piece (
    const CoquillGraph *self, size_t operation, uint64_t from, uint64_t to, CoquillGraphPiece *piece)
{
  cut_piece (self, operation, coquill_graph_id_of (self, from), from, to, piece);
}

void
coquill_graph_cursor_init (CoquillGraphCursor *self, const CoquillGraph *graph, uint64_t version)
{
  bool any = graph->n_operations > 0;

  self->graph = graph;
  self->version = version;
  self->operation = any ? coquill_graph_find_operation (graph, version) : 0;
  self->run = any ? coquill_graph_find_run (graph, version) : 0;
  self->run_end = version;
}

/* A piece that isn't a whole row, or no copy of one, or of the last one. Kept apart, since it is rare and
 * needs many registers. */
static __attribute__ ((noinline)) bool
cut_next (CoquillGraphCursor *self, uint64_t to, CoquillGraphPiece *piece)
{
  const CoquillGraph *graph = self->graph;

  if (self->version >= to || self->version >= graph->end)
    return false;
  /* What was last when the cursor came there may have grown since. */
  if (coquill_graph_operation_end (graph, self->operation) <= self->version)
    self->operation++;
  if (self->version >= self->run_end)
    coquill_graph_cursor_find_run (self, self->version);
  cut_piece (graph, self->operation, self->first_id + self->version, self->version, to, piece);
  self->version += piece->length;
  self->operation += self->operation + 1 < graph->n_operations
                     && self->version == graph->operations[self->operation + 1].first;
  return true;
}

bool
coquill_graph_cursor_next (CoquillGraphCursor *self, uint64_t to, CoquillGraphPiece *piece)
{
  const CoquillGraph *graph = self->graph;
  uint64_t version = self->version;
  const CoquillGraphOperation *operation;

  if (self->operation + 1 >= graph->n_operations)
    return cut_next (self, to, piece);
  operation = &graph->operations[self->operation];
  if (operation->first != version || operation[1].first > to || operation->kind == COQUILL_OPERATION_RESTORE)
    return cut_next (self, to, piece);
  if (version >= self->run_end)
    coquill_graph_cursor_find_run (self, self->version);
  piece->first = version;
  piece->id = self->first_id + version;
  piece->length = operation[1].first - version;
  piece->place = operation->place;
  piece->content_offset = operation->content_offset;
  piece->content_length = operation[1].content_offset - operation->content_offset;
  piece->kind = (CoquillOperationKind)operation->kind;
  piece->backward = operation->backward;
  self->version = operation[1].first;
  self->operation++;
  return true;
}
