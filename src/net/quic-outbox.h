/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-outbox.h: the bytes of a stream, from their writing to their acknowledgement */
#pragma once

#include <glib.h>
#include <ngtcp2/ngtcp2.h>

G_BEGIN_DECLS

/** The bytes of a block. */
#define COQUILL_QUIC_OUTBOX_BLOCK (16 * 1024)
/**
 * Pieces that are offered to one packet. A packet's bytes lie in one block, or two: ngtcp2 1.11 leaks a frame
 * of more than four pieces when part of it is acknowledged and the rest is sent again (mended upstream in
 * 17d5b7a0), which is why the bytes are copied into blocks at all.
 */
#define COQUILL_QUIC_OUTBOX_PIECES 2

/**
 * CoquillQuicOutbox:
 * @written: bytes appended so far
 * @acknowledged: bytes that the other side has
 *
 * ngtcp2 reads what it has taken again when it sends it again, so it stays where it is until it is
 * acknowledged. Zeroed, it is empty.
 *
 * Invariants: the blocks hold the bytes from @acknowledged to @written, the first of them at `head_offset`;
 * all but the last are full, and the last is never both full and acknowledged. `next`, NULL when there is no
 * block, and `next_offset` are the place of the first unsent byte.
 */
typedef struct
{
  guint64 written, acknowledged;
  /*< private >*/
  GQueue blocks;
  GList *next;
  gsize next_offset, head_offset;
} CoquillQuicOutbox;

void
coquill_quic_outbox_append (CoquillQuicOutbox *self, const guint8 *data, gsize size);

gboolean
coquill_quic_outbox_has_unsent (const CoquillQuicOutbox *self);

/** Returns: the number of pieces, of unsent bytes, that were put in */
gsize
coquill_quic_outbox_collect (const CoquillQuicOutbox *self, ngtcp2_vec pieces[COQUILL_QUIC_OUTBOX_PIECES]);

/** The next @size unsent bytes are taken. */
void
coquill_quic_outbox_sent (CoquillQuicOutbox *self, gsize size);

/** The next @size sent bytes are acknowledged. */
void
coquill_quic_outbox_acknowledged (CoquillQuicOutbox *self, gsize size);

void
coquill_quic_outbox_clear (CoquillQuicOutbox *self);

G_END_DECLS
