/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-stretch.c: operations that go on from the item before, one after another. */

#include "text/import-turn.h"

/*
 * Most operations of most changes are insertions and deletions that their author made one after the other.
 * Once the first of them is in the graph, all that could be wrong with its parents and its agent was asked,
 * and the rest is a row each. What changes meanwhile lives in local variables: the columns' bytes and the
 * rows might overlap for all that a compiler knows, so that anything else would be loaded and stored each
 * time. What no processor can guess is no branch.
 */
bool
coquill_import_stretch (CoquillImport *self, CoquillChangeReader *reader)
{
  CoquillGraph *graph = self->graph;
  const uint8_t *heads = reader->next[COQUILL_COLUMN_HEADS];
  const uint8_t *const content = reader->next[COQUILL_COLUMN_TEXT];
  const uint8_t *text = content, *wide = reader->wide;
  CoquillGraphOperation *row = &graph->operations[graph->n_operations - 1];
  size_t n_runs = graph->n_runs, i;
  uint64_t end = graph->end, beyond = 0;
  uintptr_t first_byte = (uintptr_t)content - graph->content_length; /* of all the content, were it here */
  CoquillStretch stretch = coquill_stretch_enter (reader);
  CoquillTurns turns;
  CoquillAhead ahead;
  uint64_t stops;

  coquill_turns_init (&turns, self);
  stops = turns.possible ? COQUILL_STRETCH_STOPS : COQUILL_STRETCH_STOPS | HEAD_PARENTS | HEAD_AGENT;
  do
    {
      coquill_ahead_read (&ahead, reader, heads, stops, NULL);
      for (i = 0; i < ahead.n; i++)
        {
          uint64_t head = heads[i], n_items = 1 + (uint64_t)ahead.more[i], n_bytes, position;

          if (__builtin_expect (!coquill_stretch_has (head), 0))
            {
              coquill_stretch_settle (&stretch);
              if (!coquill_turns_take (&turns, self, &stretch, reader, head, end))
                break;
            }
          position = coquill_stretch_take (&stretch, &ahead, i);
          beyond |= end - position;
          /* Seldom does one go on from the one before: a change has mostly as few operations as it can. */
          if (__builtin_expect (ahead.goes_on[i], 0)
              && coquill_graph_lengthens (row, end, (CoquillOperationKind)((head & HEAD_KIND) + 1), position,
                                          n_items, (head & HEAD_BACKWARD) != 0))
            row->backward = row->kind == COQUILL_OPERATION_DELETE && position != row->place;
          else
            {
              row++;
              row->first = (uint32_t)end;
              row->place = (uint32_t)position;
              row->content_offset = (uint32_t)((uintptr_t)text - first_byte);
              row->kind = (uint8_t)((head & HEAD_KIND) + 1);
              row->backward = ahead.after[i] < 0;
            }
          n_bytes = (uint64_t)ahead.inserted[i];
          if (__builtin_expect (n_bytes > (size_t)(wide - text), 0))
            {
              reader->next[COQUILL_COLUMN_TEXT] = text;
              n_bytes = coquill_change_reader_wide_text (reader, n_bytes);
              wide = reader->wide;
            }
          text += n_bytes;
          end += n_items;
        }
      heads += i;
      coquill_ahead_leave (&ahead, reader, i);
    }
  while (i > 0 && i == ahead.n && heads != reader->end);

  self->n_appended += (size_t)(heads - reader->next[COQUILL_COLUMN_HEADS]);
  coquill_stretch_leave (&stretch, reader, heads);
  coquill_turns_end (&turns, self, &stretch, end);
  graph->scratch->saved_steps += (graph->n_runs - n_runs) * COQUILL_GRAPH_STEPS_PER_RUN;
  graph->n_operations = (size_t)(row - graph->operations) + 1;
  reader->next[COQUILL_COLUMN_TEXT] = text;
  coquill_import_append_content (self, content, (size_t)(text - content));
  return beyond >> 63 == 0 || coquill_import_refuse_position (self);
}
