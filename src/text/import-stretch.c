/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-stretch.c: operations that go on from the item before, one after another. */

#include "text/import-turn.h"

/* Of the last run, up to here. */
static inline void
count_items (CoquillGraph *graph, CoquillGraphAgent *agent, const CoquillChangeTrack *track, uint64_t end)
{
  agent->length = (uint32_t)track->next;
  graph->frontier[graph->n_frontier - 1] = end - 1;
  graph->end = end;
}

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
  size_t n_runs = graph->n_runs;
  uint64_t end = graph->end, beyond = 0;
  uintptr_t first_byte = (uintptr_t)content - graph->content_length; /* of all the content, were it here */
  CoquillStretch stretch = coquill_stretch_enter (reader);
  CoquillGraphAgent *agent = &graph->agents[self->agents[reader->place.agent]];
  CoquillTurns turns;

  coquill_turns_init (&turns, self);
  for (; heads != reader->end; heads++)
    {
      uint64_t head = *heads, kind = (head & HEAD_KIND) + 1, before = stretch.track->caret, n_bytes;
      CoquillStretchOperation operation;

      if (__builtin_expect (!coquill_stretch_has (head), 0))
        {
          count_items (graph, agent, stretch.track, end);
          if (!coquill_stretch_may_turn (head) || !turns.possible
              || !coquill_turns_take (&turns, self, &stretch, reader, head))
            break;
          agent = turns.writers[stretch.agent]->agent;
          before = UINT64_MAX;
        }
      operation = coquill_stretch_take_operation (&stretch, reader, head, NULL);
      beyond |= operation.position > end;
      /* Seldom does one go on from the one before: a change has mostly as few operations as it can. */
      if (__builtin_expect (((before - operation.position) | (row->kind ^ kind)) <= 1, 0)
          && coquill_graph_lengthens (row, end, (CoquillOperationKind)kind, operation.position,
                                      1 + operation.more, (head & HEAD_BACKWARD) != 0))
        row->backward = kind == COQUILL_OPERATION_DELETE && operation.position != row->place;
      else
        {
          row++;
          row->first = (uint32_t)end;
          row->place = (uint32_t)operation.position;
          row->content_offset = (uint32_t)((uintptr_t)text - first_byte);
          row->kind = (uint8_t)kind;
          row->backward = operation.back > 0;
        }
      n_bytes = operation.inserted;
      if (__builtin_expect (n_bytes > (size_t)(wide - text), 0))
        {
          reader->next[COQUILL_COLUMN_TEXT] = text;
          n_bytes = coquill_change_reader_wide_text (reader, n_bytes);
          wide = reader->wide;
        }
      text += n_bytes;
      end += 1 + operation.more;
    }

  count_items (graph, agent, stretch.track, end);
  graph->scratch->saved_steps += (graph->n_runs - n_runs) * COQUILL_GRAPH_STEPS_PER_RUN;
  graph->n_operations = (size_t)(row - graph->operations) + 1;
  self->n_appended += (size_t)(heads - reader->next[COQUILL_COLUMN_HEADS]);
  coquill_stretch_leave (&stretch, reader, heads);
  reader->next[COQUILL_COLUMN_TEXT] = text;
  coquill_import_append_content (self, content, (size_t)(text - content));
  return !beyond || coquill_import_refuse_position (self);
}
