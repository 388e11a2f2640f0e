/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-outbox.c: the bytes of a stream, from their writing to their acknowledgement */

#include "net/quic-outbox.h"

#include <string.h>

typedef struct
{
  gsize size;
  guint8 data[COQUILL_QUIC_OUTBOX_BLOCK];
} Block;

void
coquill_quic_outbox_append (CoquillQuicOutbox *self, const guint8 *data, gsize size)
{
  self->written += size;
  while (size > 0)
    {
      Block *last = g_queue_peek_tail (&self->blocks);
      gsize taken;

      if (last == NULL || last->size == sizeof last->data)
        {
          last = g_new (Block, 1);
          last->size = 0;
          g_queue_push_tail (&self->blocks, last);
          if (self->next == NULL)
            self->next = self->blocks.tail;
        }
      taken = MIN (size, sizeof last->data - last->size);
      memcpy (last->data + last->size, data, taken);
      last->size += taken;
      data += taken;
      size -= taken;
    }
}

gboolean
coquill_quic_outbox_has_unsent (const CoquillQuicOutbox *self)
{
  return self->next != NULL
         && (self->next_offset < ((const Block *)self->next->data)->size || self->next->next != NULL);
}

gsize
coquill_quic_outbox_collect (const CoquillQuicOutbox *self, ngtcp2_vec pieces[COQUILL_QUIC_OUTBOX_PIECES])
{
  gsize n = 0, offset = self->next_offset;

  for (GList *link = self->next; link != NULL && n < COQUILL_QUIC_OUTBOX_PIECES;
       link = link->next, offset = 0)
    {
      Block *block = link->data;

      if (offset < block->size)
        pieces[n++] = (ngtcp2_vec){ block->data + offset, block->size - offset };
    }
  return n;
}

void
coquill_quic_outbox_sent (CoquillQuicOutbox *self, gsize size)
{
  for (self->next_offset += size; self->next->next != NULL && self->next_offset >= COQUILL_QUIC_OUTBOX_BLOCK;
       self->next = self->next->next)
    self->next_offset -= COQUILL_QUIC_OUTBOX_BLOCK;
}

void
coquill_quic_outbox_acknowledged (CoquillQuicOutbox *self, gsize size)
{
  self->acknowledged += size;
  for (self->head_offset += size; self->head_offset >= COQUILL_QUIC_OUTBOX_BLOCK;
       self->head_offset -= COQUILL_QUIC_OUTBOX_BLOCK)
    {
      /* All of it is sent: the next unsent byte is the first one behind it, if there is any by now. */
      if (self->next == self->blocks.head)
        {
          self->next = self->next->next;
          self->next_offset = 0;
        }
      g_free (g_queue_pop_head (&self->blocks));
    }
}

void
coquill_quic_outbox_clear (CoquillQuicOutbox *self)
{
  g_queue_clear_full (&self->blocks, g_free);
  *self = (CoquillQuicOutbox){ 0 };
}
