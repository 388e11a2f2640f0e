/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-connection-private.h: what quic-connection.c and quic-callbacks.c share */
#pragma once

#include "net/quic-connection.h"
#include "net/quic-outbox.h"
#include "net/quic-session.h"

G_BEGIN_DECLS

/** What an acknowledgement may wait for a second packet, in ngtcp2's time: the other side adds it to its
 * timers. ngtcp2 itself waits an eighth of the round trip if that is less. */
#define COQUILL_QUIC_MAX_ACK_DELAY (10 * NGTCP2_MILLISECONDS)
/** Packets that tell the other side of the end: one of them may be lost. */
#define COQUILL_QUIC_FAREWELLS 2
/* Invariants: `conn` is NULL before the server has met the client. `credit` is what was consumed before the
 * other side's stream was seen. `events` is NULL once nothing must be told any more. */
struct _CoquillQuicConnection
{
  gboolean is_client, established, is_closed;
  CoquillQuicCertificate *own;
  guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE];
  const CoquillQuicEvents *events;
  gpointer owner;
  gint64 start, now;

  CoquillQuicSession session;
  ngtcp2_conn *conn;
  gsize burst;

  gint64 stream_id, peer_stream_id;
  CoquillQuicOutbox stream;
  guint64 credit;
  GQueue datagrams;

  ngtcp2_ccerr reason;
  gboolean owes_farewell;
  guint n_farewells;
  gsize farewell_size;
  guint8 farewell[COQUILL_QUIC_PACKET_MAX];

  CoquillQuicStatistics statistics;
};

/** Passes on what was consumed, if the other side's stream is there. */
void
coquill_quic_connection_give_credit (CoquillQuicConnection *self);

/**
 * coquill_quic_connection_make_initial_secret:
 * @id: (out): takes the place of the client's first id where the keys of the first packets are made
 *
 * RFC 9001, 5.2, makes those keys of an id that everybody on the way sees, so that anybody could say that it
 * is over before it began. Here only the two can.
 */
void
coquill_quic_connection_make_initial_secret (CoquillQuicConnection *self, ngtcp2_cid *id);

/** Fills in ngtcp2's callbacks; their user_data is a #CoquillQuicConnection. */
void
coquill_quic_callbacks_init (ngtcp2_callbacks *callbacks, gboolean is_client);

/** Returns: packets that were decrypted on this thread: ngtcp2 doesn't tell which it has dropped */
guint64
coquill_quic_callbacks_get_opened (void);

G_END_DECLS
