/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-targets.c: which characters deletions took away, as the order tells it when somebody asks. */

#include <stdlib.h>
#include <string.h>

#include "text/walker-private.h"

void
coquill_walker_leave_untold (CoquillWalker *self)
{
  size_t n_rows;

  if (!coquill_order_is_folded (self->order))
    return;
  coquill_order_deletions (self->order, &n_rows);
  if (self->n_untold == self->untold_capacity)
    self->untold
        = coquill_grow (self->untold, &self->untold_capacity, self->n_untold + 1, sizeof *self->untold);
  if (self->n_untold == 0)
    self->n_told = self->targets.n_runs;
  self->untold[self->n_untold++]
      = (CoquillWalkerUntold){ (uint32_t)self->end, (uint32_t)self->end, (uint32_t)n_rows };
  self->leaves_untold = true;
}

void
coquill_walker_stop_untold (CoquillWalker *self)
{
  size_t n_rows;

  if (!self->leaves_untold)
    return;
  self->leaves_untold = false;
  coquill_order_deletions (self->order, &n_rows);
  if (self->untold[self->n_untold - 1].row == n_rows)
    self->n_untold--;
  else
    self->untold[self->n_untold - 1].end = (uint32_t)self->end;
}

/* Appends what one operation deleted. Returns: the row behind the last of it */
static size_t
tell_piece (CoquillTargets *targets, const CoquillGraphPiece *piece, const CoquillOrderSpan *rows, size_t row)
{
  size_t n_runs = 0, first = row;
  CoquillTargetRun *runs;

  for (uint64_t length = 0; length < piece->length; row++)
    if (rows[row].length > 0)
      {
        length += rows[row].length;
        n_runs++;
      }
    else
      row += rows[row].standing;
  runs = coquill_targets_extend (targets, n_runs);
  row = first;
  for (size_t i = 0, done = 0; i < n_runs; row++)
    if (rows[row].length > 0)
      {
        uint32_t length = rows[row].length;

        runs[piece->backward ? n_runs - 1 - i : i] = (CoquillTargetRun){
          .version = (uint32_t)(piece->first + (piece->backward ? piece->length - done - length : done)),
          .length = length,
          .id = rows[row].id,
          .backward = piece->backward && length > 1
        };
        done += length;
        i++;
      }
    else
      row += rows[row].standing;
  return row;
}

static void
append_runs (CoquillTargets *targets, const CoquillTargets *from, size_t first, size_t n_runs)
{
  if (n_runs > 0)
    memcpy (coquill_targets_extend (targets, n_runs), from->runs + first, n_runs * sizeof *from->runs);
}

static void
tell (CoquillTargets *targets,
      const CoquillGraph *graph,
      const CoquillWalkerUntold *untold,
      const CoquillOrderSpan *rows)
{
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;
  size_t row = untold->row;

  coquill_graph_cursor_init (&cursor, graph, untold->first);
  while (coquill_graph_cursor_step (&cursor, untold->end, &piece))
    if (piece.kind == COQUILL_OPERATION_DELETE)
      row = tell_piece (targets, &piece, rows, row);
}

void
coquill_walker_tell_targets (CoquillWalker *self)
{
  CoquillTargets *targets = &self->targets, since = { 0 };
  const CoquillOrderSpan *rows;
  size_t n_rows, done = 0;

  coquill_walker_stop_untold (self);
  if (self->n_untold == 0)
    return;
  rows = coquill_order_deletions (self->order, &n_rows);
  coquill_targets_reserve (targets, n_rows - self->untold[0].row);

  /* What was told since comes in between. */
  append_runs (&since, targets, self->n_told, targets->n_runs - self->n_told);
  targets->n_runs = self->n_told;
  for (size_t i = 0; i < self->n_untold; i++)
    {
      size_t n = 0;

      while (done + n < since.n_runs && since.runs[done + n].version < self->untold[i].first)
        n++;
      append_runs (targets, &since, done, n);
      done += n;
      tell (targets, self->graph, &self->untold[i], rows);
    }
  append_runs (targets, &since, done, since.n_runs - done);
  coquill_targets_clear (&since);
  free (self->untold);
  self->untold = NULL;
  self->n_untold = 0;
  self->untold_capacity = 0;
  coquill_order_drop_deletions (self->order);
}
