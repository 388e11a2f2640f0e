/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-linear.c: items that have all before them among their ancestors, and so mean a place in the text as
 * it is. */

#include "text/walker-private.h"

typedef struct
{
  CoquillTargets *targets;
  uint64_t version; /* of the next deletion */
} Deleted;

static void
add_targets (CoquillId id, uint32_t length, void *data)
{
  Deleted *self = data;

  coquill_targets_add (self->targets, self->version, id, length, false);
  self->version += length;
}

/* So many deletions of a run backwards are done at once. */
#define BACKWARD_AT_ONCE 128

typedef struct
{
  unsigned n_ranges;
  CoquillTargetRange ranges[BACKWARD_AT_ONCE];
} Collected;

static void
collect_target (CoquillId id, uint32_t length, void *data)
{
  Collected *self = data;

  self->ranges[self->n_ranges++] = (CoquillTargetRange){ id, length, true };
}

/* The order tells what it deletes from front to end. */
static void
delete_backward (CoquillWalker *self, uint64_t version, uint64_t place, uint64_t length)
{
  Collected collected;

  for (uint64_t here; length > 0; length -= here)
    {
      here = length < BACKWARD_AT_ONCE ? length : BACKWARD_AT_ONCE;
      collected.n_ranges = 0;
      coquill_order_delete_at (self->order, place + length - here, here, collect_target, &collected);
      while (collected.n_ranges-- > 0)
        {
          const CoquillTargetRange *range = &collected.ranges[collected.n_ranges];

          coquill_targets_add (&self->targets, version, range->id, range->length, range->length > 1);
          version += range->length;
        }
    }
}

void
coquill_walker_delete_visible (
    CoquillWalker *self, uint64_t version, uint64_t place, uint64_t length, bool backward)
{
  Deleted deleted = { &self->targets, version };

  if (backward)
    delete_backward (self, version, place, length);
  else
    coquill_order_delete_at (self->order, place, length, add_targets, &deleted);
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
      coquill_walker_delete_visible (self, piece->first, place, piece->length, piece->backward);
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

bool
coquill_walker_walk_linear (CoquillWalker *self,
                            CoquillGraphCursor *cursor,
                            uint64_t end,
                            CoquillDeltaList *deltas)
{
  uint64_t width = coquill_order_width (self->order);
  CoquillGraphPiece piece;

  while (coquill_graph_cursor_step (cursor, end, &piece))
    {
      if (!walk_piece (self, &piece, &width, deltas))
        return false;
      self->end += piece.length;
    }
  return true;
}
