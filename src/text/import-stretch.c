/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-stretch.c: operations that the decoder left as rows. */

#include <assert.h>

#include "text/import-turn.h"

/* Where an import is in a stretch. */
typedef struct
{
  const CoquillGraphOperation *rows;
  size_t row;
  const CoquillChangeTurn *turn;
  CoquillChangeId last; /* the item before; told one by one only */
  bool goes_on;         /* which is the graph's last one, and new */
} Place;

/* Places the reader behind the stretch, as if it had read it. */
static void
skip (const CoquillImport *self, CoquillChangeReader *reader, const CoquillChangeStretch *stretch)
{
  const CoquillChangeRows *rows = self->rows;
  bool is_last = stretch + 1 == &rows->stretches[rows->n_stretches];
  size_t end_track = is_last ? rows->n_tracks : stretch[1].first_track;

  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    reader->next[i] = self->change->columns[i].data + stretch->columns[i];
  for (size_t i = stretch->first_track; i < end_track; i++)
    reader->tracks[rows->tracks[i].agent] = rows->tracks[i].track;
  reader->place = stretch->place;
  coquill_change_reader_find_wide (reader);
}

/* Where they come from may be where they go, or behind that. Returns: whether a position is beyond any text
 */
static bool
copy_rows (CoquillGraphOperation *to,
           const CoquillGraphOperation *rows,
           size_t n_rows,
           uint32_t first,
           uint32_t offset)
{
  uint64_t beyond = 0;

  for (size_t i = 0; i < n_rows; i++)
    {
      CoquillGraphOperation row = rows[i];

      row.first += first;
      row.content_offset += offset;
      beyond |= (uint64_t)row.first - row.place;
      to[i] = row;
    }
  return beyond >> 63 != 0;
}

/* The row of an operation, from one on that isn't behind it. */
static size_t
find_row (const CoquillGraphOperation *rows, size_t row, size_t end, uint32_t first)
{
  while (row < end)
    {
      size_t middle = row + (end - row) / 2;

      if (rows[middle].first < first)
        row = middle + 1;
      else
        end = middle;
    }
  return row;
}

/* All that goes on from the graph's last item, and turns, as long as the clock has their parents. Where the
 * graph took over the rows, they are where they belong. */
static bool
import_at_once (CoquillImport *self, const CoquillChangeStretch *stretch, Place *place)
{
  CoquillGraph *graph = self->graph;
  const CoquillGraphOperation *rows = &place->rows[place->row];
  const CoquillChangeTurn *const end_turn = &self->rows->turns[stretch->end_turn];
  const uint32_t first = (uint32_t)graph->end - rows->first;
  const uint32_t from = rows->content_offset, offset = (uint32_t)graph->content_length - from;
  const size_t n_runs = graph->n_runs;
  CoquillGraphOperation *to = &graph->operations[graph->n_operations];
  const bool in_place = first == 0 && offset == 0 && to == rows;
  size_t end = stretch->end_row, n_rows;
  bool is_beyond;

  place->turn = coquill_turns_import (self, place->turn, end_turn, first, place->rows[end].first + first);
  if (place->turn != end_turn)
    end = find_row (place->rows, place->row, end, place->turn->first);
  n_rows = end - place->row;
  /* Only up to here: what comes next may be refused for something else. */
  if (in_place)
    is_beyond = stretch->beyond && coquill_change_rows_are_beyond (rows, &rows[n_rows]);
  else
    is_beyond = copy_rows (to, rows, n_rows, first, offset);
  graph->n_operations += n_rows;
  self->n_appended += n_rows;
  graph->scratch->saved_steps += (graph->n_runs - n_runs) * COQUILL_GRAPH_STEPS_PER_RUN;
  coquill_import_append_content (self, self->change->columns[COQUILL_COLUMN_TEXT].data + from,
                                 rows[n_rows].content_offset - from);
  place->row = end;
  return !is_beyond || coquill_import_refuse_position (self);
}

/* One operation, the long way, as if it had been read from the columns. */
static bool
import_one (CoquillImport *self, const CoquillChangeStretch *stretch, Place *place)
{
  const CoquillGraphOperation *row = &place->rows[place->row++];
  size_t n_appended = self->n_appended;
  CoquillChangeId parents[2];
  CoquillOperation operation = { .kind = (CoquillOperationKind)row->kind, .backward = row->backward };

  operation.length = row[1].first - row->first;
  operation.position = row->place;
  operation.content_length = row[1].content_offset - row->content_offset;
  if (operation.content_length > 0)
    operation.content = self->change->columns[COQUILL_COLUMN_TEXT].data + row->content_offset;
  if (place->turn < &self->rows->turns[stretch->end_turn] && place->turn->first == row->first)
    {
      const CoquillChangeTurn *turn = place->turn++;

      place->last = (CoquillChangeId){ turn->agent, turn->n_own - UINT64_C (1) };
      parents[0] = parents[1] = place->last;
      parents[turn->own == JOIN_OWN_FIRST] = (CoquillChangeId){ turn->other, turn->sequence };
      operation.n_parents = turn->own == JOIN_OWN_MISSING ? 1 : 2;
    }
  else
    {
      parents[0] = place->last;
      operation.n_parents = 1;
    }
  operation.parents = parents;
  operation.agent = place->last.agent;
  operation.sequence = place->last.sequence + 1;
  place->last.sequence += operation.length;
  if (!coquill_import_operation (self, &operation))
    return false;
  place->goes_on = self->n_appended > n_appended && coquill_import_is_last (self, place->last);
  return true;
}

bool
coquill_import_stretch (CoquillImport *self, CoquillChangeReader *reader, bool is_new)
{
  const CoquillChangeStretch *stretch = self->stretch++;
  Place place = { .rows = self->operations,
                  .row = stretch->first_row,
                  .last = { reader->place.agent, reader->place.sequence } };

  place.turn = &self->rows->turns[stretch->first_turn];
  place.goes_on = is_new && coquill_import_is_last (self, place.last);
  assert (self->rows->operations != NULL || self->graph->n_operations <= stretch->first_row);
  skip (self, reader, stretch);
  while (place.row < stretch->end_row)
    {
      if (place.goes_on && !import_at_once (self, stretch, &place))
        return false;
      if (place.row < stretch->end_row && !import_one (self, stretch, &place))
        return false;
    }
  return true;
}
