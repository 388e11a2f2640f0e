/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-back.c: taking items out of the order again. */

#include <stdlib.h>

#include "text/walker-private.h"

static void
take_back_restoration (CoquillWalker *self, const CoquillGraphPiece *piece)
{
  CoquillId deletion = piece->place;
  uint64_t length = piece->length;

  while (length > 0)
    {
      uint64_t here = length, n_restored, stretch_end;
      uint64_t version = coquill_graph_version_of (self->graph, deletion, &stretch_end);
      CoquillTargetRange target;

      if (here > stretch_end - version)
        here = stretch_end - version;
      n_restored = coquill_walker_n_restored (self->restored, deletion, &here);
      /* They were there when the restoration was walked (are_known()), and have lower local versions, so they
       * are taken back later. */
      if (!coquill_targets_find (&self->targets, version, here, &target))
        abort ();
      coquill_range_map_set (self->restored, deletion, deletion + target.length, n_restored - 1);
      if (n_restored == 1)
        coquill_walker_change_standing (self, target.id, target.length, UINT64_MAX, 1, NULL, 0);
      deletion += target.length;
      length -= target.length;
    }
}

static void
take_back (CoquillWalker *self, const CoquillGraphPiece *piece)
{
  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      for (uint64_t done = 0; done < piece->length;)
        {
          /* If it came without a window, it is where it says. */
          CoquillOrderPlace place = coquill_walker_find_near (self, piece->id + done, piece->place);
          uint32_t here = coquill_order_rest (&place);

          if (here > piece->length - done)
            here = (uint32_t)(piece->length - done);
          coquill_order_remove (self->order, &place, here);
          done += here;
        }
      break;
    case COQUILL_OPERATION_DELETE:
      for (uint64_t done = 0; done < piece->length;)
        {
          CoquillTargetRange target;
          uint64_t near = piece->backward ? piece->place + 1 - piece->length : piece->place;

          /* Whoever walks a deletion appends its targets, and they are cut when all is taken back. */
          if (!coquill_targets_find (&self->targets, piece->first + done, piece->length - done, &target))
            abort ();
          coquill_walker_change_standing (self, target.id, target.length, near, UINT32_MAX, NULL, 0);
          done += target.length;
        }
      break;
    case COQUILL_OPERATION_RESTORE:
      take_back_restoration (self, piece);
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
}

void
coquill_walker_take_back (CoquillWalker *self, uint64_t version)
{
  size_t operation;

  coquill_walker_close_window (self);
  if (self->end == version)
    return;
  coquill_walker_targets (self);
  coquill_order_unfold (self->order);
  operation = coquill_graph_find_operation (self->graph, self->end - 1);
  while (self->end > version)
    {
      uint64_t first = self->graph->operations[operation].first;
      CoquillGraphPiece piece;

      if (first < version)
        first = version;
      coquill_graph_piece (self->graph, operation, first, self->end, &piece);
      take_back (self, &piece);
      self->end = first;
      operation--;
    }
  coquill_targets_go_back (&self->targets, version);
}

void
coquill_walker_go_back (CoquillWalker *self, uint64_t version)
{
  if (self->end > version)
    coquill_walker_take_back (self, version);
  /* What was refused may have been much. */
  coquill_walker_trim (self);
  coquill_walker_drop_outlooks (self);
}
