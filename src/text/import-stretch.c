/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-stretch.c: operations that go on from the item before, one after another. */

#include "text/import-private.h"

/* Of the last run, up to here. */
static inline void
count_items (
    CoquillGraph *graph, CoquillChangeReader *reader, CoquillChangeTrack *track, uint64_t caret, uint64_t end)
{
  uint64_t n_items = end - graph->end;

  graph->agents[graph->runs[graph->n_runs - 1].agent].length += (uint32_t)n_items;
  graph->frontier[graph->n_frontier - 1] = end - 1;
  graph->end = end;
  reader->place.sequence += n_items;
  track->next += n_items;
  track->caret = caret;
}

/* Lengthens the last row, or writes the next. @before: where the caret was. Returns: the last row then */
COQUILL_CHANGE_INLINE CoquillGraphOperation *
append (CoquillGraphOperation *row,
        uint64_t end,
        uint64_t before,
        const CoquillOperation *operation,
        uint32_t offset)
{
  /* Seldom does one go on from the one before: a change has mostly as few operations as it can. */
  if (__builtin_expect (before - operation->position <= 1, 0)
      && coquill_graph_lengthens (row, end, operation->kind, operation->position, operation->length,
                                  operation->backward))
    {
      row->backward = operation->kind == COQUILL_OPERATION_DELETE && operation->position != row->place;
      return row;
    }
  row++;
  row->first = (uint32_t)end;
  row->place = (uint32_t)operation->position;
  row->content_offset = offset;
  row->kind = (uint8_t)operation->kind;
  row->backward = operation->backward && operation->length > 1;
  return row;
}

/*
 * Most operations of most changes are insertions and deletions that their author made one after the other.
 * Once the first of them is in the graph, all that could be wrong with its parents and its agent was asked,
 * and the rest is a row each. What changes meanwhile lives in local variables: the columns' bytes and the
 * rows might overlap for all that a compiler knows, so that anything else would be loaded and stored each
 * time.
 */
bool
coquill_import_stretch (CoquillImport *self, CoquillChangeReader *reader)
{
  CoquillGraph *graph = self->graph;
  CoquillChangeTrack *track = &reader->tracks[reader->place.agent];
  const uint8_t *heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint8_t *const content = reader->next[COQUILL_COLUMN_TEXT];
  const uint8_t *text = content, *wide = reader->wide;
  CoquillGraphOperation *row = &graph->operations[graph->n_operations - 1];
  uint64_t end = graph->end;
  uintptr_t first_byte = (uintptr_t)content - graph->content_length; /* of all the content, were it here */
  bool can_turn = coquill_import_can_turn (self), beyond = false;
  CoquillChangeReader columns; /* these few of them */
  CoquillChangeTrack caret = { .caret = track->caret };

  columns.next[COQUILL_COLUMN_LENGTHS] = reader->next[COQUILL_COLUMN_LENGTHS];
  columns.next[COQUILL_COLUMN_POSITIONS] = reader->next[COQUILL_COLUMN_POSITIONS];
  columns.next[COQUILL_COLUMN_FAR_POSITIONS] = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
  for (; heads != reader->end; heads++)
    {
      uint8_t head = *heads;
      uint64_t is_run = (head & HEAD_LENGTH) != 0, n_bytes, before = caret.caret;
      CoquillOperation operation;

      if (!coquill_import_is_plain (head))
        {
          count_items (graph, reader, track, caret.caret, end);
          if (!coquill_import_is_turn (head) || !can_turn || !coquill_import_turn (self, reader, head))
            break;
          track = &reader->tracks[reader->place.agent];
          caret.caret = track->caret;
          before = UINT64_MAX;
        }
      operation.length = 1 + is_run + coquill_change_take_if (&columns, COQUILL_COLUMN_LENGTHS, is_run, NULL);
      if ((head & HEAD_KIND) + 1 == COQUILL_OPERATION_INSERT)
        {
          operation.kind = COQUILL_OPERATION_INSERT;
          operation.backward = false;
          coquill_change_take_position (&columns, &operation, &caret, head, NULL);
          beyond |= operation.position > end;
          row = append (row, end, before, &operation, (uint32_t)((uintptr_t)text - first_byte));
          n_bytes = operation.length;
          if (__builtin_expect (n_bytes > (size_t)(wide - text), 0))
            {
              reader->next[COQUILL_COLUMN_TEXT] = text;
              n_bytes = coquill_change_reader_wide_text (reader, n_bytes);
              wide = reader->wide;
            }
        }
      else
        {
          operation.kind = COQUILL_OPERATION_DELETE;
          operation.backward = (head & HEAD_BACKWARD) != 0;
          coquill_change_take_position (&columns, &operation, &caret, head, NULL);
          beyond |= operation.position > end;
          row = append (row, end, before, &operation, (uint32_t)((uintptr_t)text - first_byte));
          n_bytes = 0;
        }
      text += n_bytes;
      end += operation.length;
    }

  count_items (graph, reader, track, caret.caret, end);
  self->n_appended += (size_t)(heads - reader->next[COQUILL_COLUMN_HEADS]);
  reader->next[COQUILL_COLUMN_HEADS] = heads;
  reader->next[COQUILL_COLUMN_LENGTHS] = columns.next[COQUILL_COLUMN_LENGTHS];
  reader->next[COQUILL_COLUMN_POSITIONS] = columns.next[COQUILL_COLUMN_POSITIONS];
  reader->next[COQUILL_COLUMN_FAR_POSITIONS] = columns.next[COQUILL_COLUMN_FAR_POSITIONS];
  reader->next[COQUILL_COLUMN_TEXT] = text;
  graph->n_operations = (size_t)(row - graph->operations) + 1;
  coquill_import_append_content (self, content, (size_t)(text - content));
  return !beyond || coquill_import_refuse_position (self);
}
