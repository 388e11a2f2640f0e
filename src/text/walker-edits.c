/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-edits.c: operations that mean a place in the text as it is, as edits of the order. */

#include <stddef.h>
#include <string.h>

#include "text/walker-private.h"

/**
 * Taking:
 * @edit: the next one
 * @width: of the text, or of the gap
 * @emptied: where the operation before deleted; if it didn't, no place
 * @n_emptied: how much
 */
typedef struct
{
  CoquillOrderEdit *edit;
  uint64_t width;
  uint64_t emptied;
  uint32_t n_emptied;
} Taking;

/* Whether an operation is inside a gap, so that something of that stays. */
static inline bool
is_inside_gap (const CoquillWalkerGap *gap,
               uint64_t width,
               const CoquillGraphOperation *row,
               uint64_t place,
               uint64_t length,
               uint64_t n_deleted)
{
  uint64_t within = place - gap->place;

  return place <= row->place && within < width && within + n_deleted - 1 < width - 1
         && length <= COQUILL_MERGE_WINDOW_MAX_LENGTH - width;
}

/* Takes a row, of which the next one tells where it ends. Returns: false if it is no such operation */
static inline bool
take_one (Taking *self,
          CoquillGraphCursor *cursor,
          const CoquillGraphOperation *row,
          const CoquillWalkerGap *gap,
          CoquillDeltaList *deltas)
{
  uint32_t length = row[1].first - row->first;
  uint32_t n_deleted = length & -(uint32_t)(row->kind == COQUILL_OPERATION_DELETE);
  uint32_t place = row->place - ((length - 1) & -(uint32_t)row->backward);
  bool replaces = (place == self->emptied) & (n_deleted == 0);
  uint64_t position = place;

  /* What begins before the text is as far behind its end. */
  if (row->kind > COQUILL_OPERATION_DELETE || (gap == NULL && position + n_deleted > self->width)
      || (gap != NULL && !is_inside_gap (gap, self->width, row, place, length, n_deleted)))
    return false;
  if (gap != NULL)
    position += gap->by;
  if (row->first >= cursor->run_end)
    coquill_graph_cursor_find_run (cursor, row->first);
  if (deltas != NULL && n_deleted > 0)
    coquill_delta_list_delete (deltas, position, length, coquill_id_agent (cursor->first_id));
  else if (deltas != NULL)
    coquill_delta_list_insert (deltas, position, length, row->content_offset,
                               row[1].content_offset - row->content_offset, false,
                               coquill_id_agent (cursor->first_id));
  self->edit -= replaces;
  self->edit->position = (uint32_t)position;
  self->edit->n_deleted = n_deleted | (self->n_emptied & -(uint32_t)replaces);
  self->edit->n_inserted = length - n_deleted;
  self->edit->id = cursor->first_id + row->first;
  self->edit++;
  self->emptied = place | (uint64_t)(n_deleted == 0) << 32;
  self->n_emptied = n_deleted;
  self->width += length - 2 * (uint64_t)n_deleted;
  return true;
}

/* What four rows are at once. */
#define GROUP 4

/* All numbers fit 32 bits, as versions do. If one has the top bit something may be wrong with a place, and if
 * none has it nothing is: no difference of two such wraps around. */
#define TOP_BITS UINT64_C (0x8000000080000000)

/* A field of four rows, or the fields of one. */
typedef uint32_t Four __attribute__ ((vector_size (GROUP * sizeof (uint32_t))));

_Static_assert (sizeof (Four) == sizeof (CoquillGraphOperation), "a row is four fields");
_Static_assert (sizeof (Four) == offsetof (CoquillOrderEdit, id), "an edit begins with four fields");

static inline Four
load (const CoquillGraphOperation *row)
{
  Four fields;

  memcpy (&fields, row, sizeof fields);
  return fields;
}

/* Kind and direction are bytes of a field. */
static inline uint32_t
field_of (CoquillOperationKind kind, bool backward)
{
  CoquillGraphOperation row = { .kind = (uint8_t)kind, .backward = backward };

  return load (&row)[3];
}

static inline bool
has_top_bits (Four four)
{
  uint64_t halves[2];

  memcpy (halves, &four, sizeof halves);
  return ((halves[0] | halves[1]) & TOP_BITS) != 0;
}

/* What each of four and all before it make. */
static inline Four
sum_up (Four four)
{
  const Four none = { 0 };

  four += __builtin_shufflevector (none, four, 0, 4, 5, 6);
  return four + __builtin_shufflevector (none, four, 0, 0, 4, 5);
}

/* Writes an edit, in the place of the one before if @step is -1. Returns: behind it */
static inline CoquillOrderEdit *
write_edit (CoquillOrderEdit *edit, uint32_t step, Four fields, CoquillId id)
{
  edit += (int32_t)step;
  memcpy (edit, &fields, sizeof fields);
  edit->id = id;
  return edit + 1;
}

/* take_one() for rows of the cursor's run, four at a time, without deltas and not in a gap. Returns: how many
 * were taken; none if it may be that one can't be */
static size_t
take_groups (Taking *self,
             const CoquillGraphCursor *cursor,
             const CoquillGraphOperation *rows,
             const CoquillGraphOperation *stop)
{
  const CoquillGraphOperation *row = rows;
  const CoquillId first_id = cursor->first_id;
  const Four all = { 0 }, kinds = all + field_of (UINT8_MAX, false);
  const Four delete = all + field_of (COQUILL_OPERATION_DELETE, false);
  const Four insert = all + field_of (COQUILL_OPERATION_INSERT, false);
  const Four backward = all + field_of (0, true);
  Four width = all + (uint32_t)self->width, wrong = all, last_place = all, last_deleted = all;
  CoquillOrderEdit *edit = self->edit;

  for (; stop - row >= GROUP && row[GROUP - 1].first < cursor->run_end; row += GROUP)
    {
      Four one = load (&row[0]), two = load (&row[1]), three = load (&row[2]), four = load (&row[3]);
      Four low = __builtin_shufflevector (one, two, 0, 4, 1, 5);
      Four high = __builtin_shufflevector (three, four, 0, 4, 1, 5);
      Four first = __builtin_shufflevector (low, high, 0, 1, 4, 5);
      Four place = __builtin_shufflevector (low, high, 2, 3, 6, 7);
      Four length = __builtin_shufflevector (first, (Four){ row[GROUP].first }, 1, 2, 3, 4) - first;
      Four kind, deletes, inserts, n_deleted, n_inserted, sums, room, emptied, replaces;
      uint32_t step[GROUP];

      low = __builtin_shufflevector (one, two, 2, 6, 3, 7);
      high = __builtin_shufflevector (three, four, 2, 6, 3, 7);
      kind = __builtin_shufflevector (low, high, 2, 3, 6, 7);
      deletes = (Four)((kind & kinds) == delete);
      inserts = (Four)((kind & kinds) == insert);
      n_deleted = length & deletes;
      n_inserted = length & inserts;
      place -= (length - 1) & (Four)((kind & backward) != 0);
      sums = sum_up (n_inserted - n_deleted);
      room = width + sums - n_inserted - place; /* behind what is deleted, or put in */
      wrong |= place | room | (room + n_deleted) | ~(deletes | inserts);
      width += __builtin_shufflevector (sums, sums, 3, 3, 3, 3);

      emptied = __builtin_shufflevector (last_deleted, n_deleted, 3, 4, 5, 6);
      replaces = (Four)(place == __builtin_shufflevector (last_place, place, 3, 4, 5, 6))
                 & (Four)(emptied != 0) & inserts;
      memcpy (step, &replaces, sizeof step);
      last_place = place;
      last_deleted = n_deleted;

      n_deleted |= emptied & replaces;
      low = __builtin_shufflevector (place, n_deleted, 0, 4, 1, 5);
      high = __builtin_shufflevector (place, n_deleted, 2, 6, 3, 7);
      edit = write_edit (edit, step[0], __builtin_shufflevector (low, n_inserted, 0, 1, 4, 4),
                         first_id + row[0].first);
      edit = write_edit (edit, step[1], __builtin_shufflevector (low, n_inserted, 2, 3, 5, 5),
                         first_id + row[1].first);
      edit = write_edit (edit, step[2], __builtin_shufflevector (high, n_inserted, 0, 1, 6, 6),
                         first_id + row[2].first);
      edit = write_edit (edit, step[3], __builtin_shufflevector (high, n_inserted, 2, 3, 7, 7),
                         first_id + row[3].first);
    }
  if (row == rows || has_top_bits (wrong))
    return 0;
  self->edit = edit;
  self->width = width[0];
  self->emptied = last_place[3] | (uint64_t)(last_deleted[3] == 0) << 32;
  self->n_emptied = last_deleted[3];
  return (size_t)(row - rows);
}

size_t
coquill_walker_take_edits (CoquillGraphCursor *cursor,
                           uint64_t end,
                           const CoquillWalkerGap *gap,
                           uint64_t *width,
                           CoquillDeltaList *deltas,
                           CoquillOrderEdit edits[COQUILL_WALKER_EDITS])
{
  const CoquillGraph *graph = cursor->graph;
  const CoquillGraphOperation *row = &graph->operations[cursor->operation];
  const CoquillGraphOperation *stop = &graph->operations[graph->n_operations - 1];
  Taking taking = { edits, *width, UINT64_MAX, 0 };

  if (stop - row > COQUILL_WALKER_EDITS)
    stop = row + COQUILL_WALKER_EDITS;
  while (stop > row && stop->first > end)
    stop--;
  if (row->first != cursor->version || stop->first - row->first > COQUILL_ORDER_MAX_LENGTH)
    return 0;
  if (gap == NULL && deltas == NULL)
    row += take_groups (&taking, cursor, row, stop);
  while (row < stop && take_one (&taking, cursor, row, gap, deltas))
    row++;
  cursor->operation = (size_t)(row - graph->operations);
  cursor->version = row->first;
  *width = taking.width;
  return (size_t)(taking.edit - edits);
}
