/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-rope.c: a text's rope, made anew from the characters' order. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/text-private.h"

void
coquill_text_rebuild_rope (CoquillText *self)
{
  CoquillRope *rope = coquill_rope_new ();
  CoquillOrderPlace place = coquill_order_start (self->walker->order);

  do
    {
      CoquillId id = coquill_order_id (&place);
      uint64_t length = coquill_order_standing (&place) == 0 ? coquill_order_rest (&place) : 0;

      while (length > 0)
        {
          uint64_t version = coquill_graph_version_of (self->graph, id, NULL);
          CoquillGraphPiece piece;

          coquill_graph_piece (self->graph, coquill_graph_find_operation (self->graph, version), version,
                               version + length, &piece);
          coquill_rope_append (rope, (const char *)&self->graph->content[piece.content_offset],
                               piece.content_length, piece.length);
          id += piece.length;
          length -= piece.length;
        }
    }
  while (coquill_order_next (&place));
  coquill_rope_free (self->rope);
  self->rope = rope;
}
