/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-linear.c: items that have all before them among their ancestors, and so mean a place in the text as
 * it is. */

#include "text/walker-private.h"

/* So many spans an operation deletes at most, on average, in nearly all histories; and as many as it is worth
 * while to make room for at once. */
#define SPANS_PER_OPERATION 2
#define MANY_SPANS ((size_t)1 << 20)

/* Of fewer, targets are written at once. */
#define MANY_ITEMS 256

void
coquill_walker_reserve (CoquillWalker *self, size_t n_operations)
{
  size_t n_spans
      = n_operations < MANY_SPANS / SPANS_PER_OPERATION ? n_operations * SPANS_PER_OPERATION : MANY_SPANS;

  coquill_order_reserve (self->order, n_spans);
  coquill_targets_reserve (&self->targets, n_spans / 8); /* what isn't left untold */
}

void
coquill_walker_trim (CoquillWalker *self)
{
  coquill_targets_trim (&self->targets);
  coquill_order_trim (self->order);
}

void
coquill_walker_delete_visible (
    CoquillWalker *self, uint64_t version, uint64_t place, uint64_t length, bool backward)
{
  size_t n_spans;
  const CoquillOrderSpan *spans = coquill_order_delete_at (self->order, place, length, &n_spans);
  CoquillTargetRun *runs = coquill_targets_extend (&self->targets, n_spans);

  /* Front to end, or backwards. */
  for (size_t i = 0; i < n_spans; i++)
    {
      const CoquillOrderSpan *span = &spans[backward ? n_spans - 1 - i : i];

      runs[i] = (CoquillTargetRun){ .version = (uint32_t)version,
                                    .length = span->length,
                                    .id = span->id,
                                    .backward = backward && span->length > 1 };
      version += span->length;
    }
}

/* Whether what is deleted is told by the order, when somebody asks. */
static inline bool
is_untold (const CoquillWalker *self)
{
  return self->leaves_untold && coquill_order_is_folded (self->order);
}

/* Deletes visible characters, of which there are as many. */
static inline void
delete_linear (CoquillWalker *self, uint64_t version, uint64_t place, uint64_t length, bool backward)
{
  if (self->leaves_untold && coquill_order_delete_folded (self->order, place, length))
    return;
  coquill_walker_stop_untold (self);
  coquill_walker_delete_visible (self, version, place, length, backward);
}

void
coquill_walker_edit_order (CoquillWalker *self, const CoquillOrderEdit *edits, size_t n_edits, uint64_t end)
{
  for (size_t n; n_edits > 0 && is_untold (self); edits += n, n_edits -= n)
    {
      n = n_edits < COQUILL_WALKER_EDITS ? n_edits : COQUILL_WALKER_EDITS;
      coquill_order_edit_folded (self->order, edits, n);
    }
  for (; n_edits > 0; edits++, n_edits--)
    if (edits->n_deleted > 0)
      {
        const CoquillGraphOperation *operation = &self->graph->operations[edits->id];

        self->end = operation->first;
        delete_linear (self, operation->first, edits->position, edits->n_deleted, operation->backward);
      }
    else
      coquill_order_insert_at (self->order, edits->position, edits->id, edits->n_inserted);
  self->end = end;
}

/* @width: (inout): of the text, which the order would have to add up */
static inline __attribute__ ((always_inline)) bool
walk_piece (CoquillWalker *self, const CoquillGraphPiece *piece, uint64_t *width, CoquillDeltaList *deltas)
{
  uint32_t agent = coquill_id_agent (piece->id);

  if (piece->kind == COQUILL_OPERATION_INSERT)
    {
      if (piece->place > *width)
        return false;
      coquill_order_insert_at (self->order, piece->place, piece->id, piece->length);
      if (deltas != NULL)
        coquill_delta_list_insert (deltas, piece->place, piece->length, piece->content_offset,
                                   piece->content_length, false, agent);
      *width += piece->length;
    }
  else if (piece->kind == COQUILL_OPERATION_DELETE)
    {
      uint64_t place = piece->backward ? piece->place + 1 - piece->length : piece->place;

      /* What begins before the text wraps around. */
      if (place > *width || piece->length > *width - place)
        return false;
      delete_linear (self, piece->first, place, piece->length, piece->backward);
      if (deltas != NULL)
        coquill_delta_list_delete (deltas, place, piece->length, agent);
      *width -= piece->length;
    }
  else if (piece->kind == COQUILL_OPERATION_RESTORE)
    {
      CoquillGraphPiece restoration = *piece;

      if (!coquill_walker_restore (self, 0, &restoration, deltas))
        return false;
      *width = coquill_order_width (self->order);
    }
  return true;
}

/* @gap: (nullable): in which they are to be; @width: (inout): of that, or of the text */
static void
walk_edits (CoquillWalker *self,
            CoquillGraphCursor *cursor,
            uint64_t end,
            const CoquillWalkerGap *gap,
            uint64_t *width,
            CoquillDeltaList *deltas)
{
  CoquillOrderEdit edits[COQUILL_WALKER_EDITS];
  size_t n_edits;

  while (is_untold (self))
    {
      n_edits = coquill_walker_take_edits (cursor, end, gap, width, deltas, edits);
      if (n_edits == 0)
        return;
      coquill_order_edit_folded (self->order, edits, n_edits);
      self->end = cursor->version;
    }
}

bool
coquill_walker_walk_linear (CoquillWalker *self,
                            CoquillGraphCursor *cursor,
                            uint64_t end,
                            CoquillDeltaList *deltas)
{
  uint64_t width = coquill_order_width (self->order);
  CoquillGraphPiece piece;
  bool possible = true;

  if (end - self->end >= MANY_ITEMS)
    coquill_walker_leave_untold (self);
  for (;;)
    {
      walk_edits (self, cursor, end, NULL, &width, deltas);
      if (!coquill_graph_cursor_step (cursor, end, &piece))
        break;
      possible = walk_piece (self, &piece, &width, deltas);
      if (!possible)
        break;
      self->end += piece.length;
    }
  coquill_walker_stop_untold (self);
  return possible;
}

/* Whether a piece of the trunk lies inside a gap of so many characters, so that something of it stays. */
static inline bool
is_inside (const CoquillGraphPiece *piece, uint64_t first, uint64_t length)
{
  uint64_t within = piece->place - first;

  if (piece->kind == COQUILL_OPERATION_INSERT)
    return within > 0 && within < length && piece->length <= COQUILL_MERGE_WINDOW_MAX_LENGTH - length;
  within -= piece->backward ? piece->length - 1 : 0;
  return piece->kind == COQUILL_OPERATION_DELETE && within < length && piece->length < length - within;
}

bool
coquill_walker_walk_gap (CoquillWalker *self,
                         CoquillGraphCursor *cursor,
                         uint64_t end,
                         CoquillDeltaList *deltas,
                         CoquillGraphPiece *last)
{
  const CoquillWalkerGap *gap = &self->gap;
  uint64_t length = gap->length, start = self->end;
  CoquillGraphPiece piece;

  coquill_walker_leave_untold (self);
  for (;;)
    {
      uint64_t width, width_before;

      walk_edits (self, cursor, end, gap, &length, deltas);
      if (!coquill_graph_cursor_step (cursor, end, &piece))
        break;
      if (!is_inside (&piece, gap->place, length))
        {
          coquill_graph_cursor_go_back (cursor, piece.first);
          break;
        }
      width = width_before = coquill_order_width (self->order);
      piece.place += gap->by;
      walk_piece (self, &piece, &width, deltas);
      length += width - width_before;
      self->end += piece.length;
    }
  coquill_walker_stop_untold (self);
  if (self->end == start)
    return false;
  coquill_merge_window_widen (self->window, gap->cursor, (uint32_t)length - gap->length);
  *last = (CoquillGraphPiece){ .first = self->end - 1, .id = cursor->first_id + self->end - 1, .length = 1 };
  coquill_walker_note (
      self, (CoquillWalkerDeed){ .sequence = (uint32_t)coquill_id_sequence (last->id), .length = 1 });
  return true;
}
