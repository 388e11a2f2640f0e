/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quic-connection.h: QUIC (RFC 9000) with one stream each way and datagrams (RFC 9221); pure */
#pragma once

#include <glib.h>

#include "net/net-error.h"
#include "net/quic-certificate.h"

G_BEGIN_DECLS

/** The greatest UDP payload that is sent, in bytes: fits every path; the size is never probed. */
#define COQUILL_QUIC_PACKET_MAX 1200
/** The greatest datagram that can be sent, in bytes: a packet without its header, tag and frame. */
#define COQUILL_QUIC_DATAGRAM_MAX 1150
/** Bytes of stream that may come in before the owner has consumed any. */
#define COQUILL_QUIC_WINDOW (8 * 1024 * 1024)
/** Datagrams that may wait to be sent; the oldest goes when there are more. */
#define COQUILL_QUIC_DATAGRAMS_MAX 64
/** Time for a handshake, in microseconds: the one who calls gives up earlier, this is the last net. */
#define COQUILL_QUIC_HANDSHAKE_TIME (10 * G_USEC_PER_SEC)
/** Silence after which a connection is closed, in microseconds; the owner's pings prevent it. */
#define COQUILL_QUIC_IDLE_TIME (30 * G_USEC_PER_SEC)

/**
 * CoquillQuicConnection:
 *
 * One end of a QUIC connection without sockets, sources and clocks: packets and the time (microseconds, any
 * origin, never backwards) are arguments. One thread at a time. After each call the owner sends all that
 * coquill_quic_connection_next_datagram() has, and then asks for the next
 * coquill_quic_connection_get_expiry().
 *
 * Both sides know each other's certificate digests beforehand. Who doesn't know them can't even make a first
 * packet that is looked at, nor disturb a handshake that he sees: the first id and the keys of the first
 * packets follow from the digests.
 */
typedef struct _CoquillQuicConnection CoquillQuicConnection;

/**
 * CoquillQuicEvents:
 * @established: both certificates are proven, both ways
 * @stream: the next bytes of the other side's stream
 * @datagram: a datagram came; each at most once, in any order, or never
 * @acknowledged: the other side's transport has all of the stream before @stream_offset, in its memory
 * @closed: it is over; nothing else comes. %COQUILL_NET_ERROR_PROOF: the handshake failed;
 *   %COQUILL_NET_ERROR_LOST: silence; %COQUILL_NET_ERROR_CLOSED: the other side closed;
 *   %COQUILL_NET_ERROR_PROTOCOL: it sent what makes no sense
 *
 * Called from within the calls that take a time. Callbacks may write, consume, close and drop, but must not
 * call receive, next_datagram or expire.
 */
typedef struct
{
  void (*established) (gpointer owner);
  void (*stream) (gpointer owner, const guint8 *data, gsize size);
  void (*datagram) (gpointer owner, const guint8 *data, gsize size);
  void (*acknowledged) (gpointer owner, guint64 stream_offset);
  void (*closed) (gpointer owner, const GError *error);
} CoquillQuicEvents;

/**
 * CoquillQuicStatistics:
 * @sent_bytes: UDP payload
 * @received_bytes: UDP payload, junk included
 * @junk_packets: received ones that belong to no packet of this connection
 * @round_trip: smoothed, in microseconds; -1 before the handshake
 */
typedef struct
{
  guint64 sent_bytes, sent_packets, received_bytes, received_packets, junk_packets;
  gint64 round_trip;
} CoquillQuicStatistics;

/**
 * coquill_quic_connection_new:
 * @is_client: the offerer is; its first packet is ready at once
 * @own: own certificate
 * @peer_digest: the only certificate that the other side may have
 * @events: static
 * @owner: for @events
 * @now: the time
 *
 * Returns: (transfer full): a connection, to be dropped with coquill_quic_connection_drop()
 */
CoquillQuicConnection *
coquill_quic_connection_new (gboolean is_client,
                             CoquillQuicCertificate *own,
                             const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE],
                             const CoquillQuicEvents *events,
                             gpointer owner,
                             gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets the owner and frees, without a word to the other side: close first to tell it. */
void
coquill_quic_connection_drop (CoquillQuicConnection *self);

/**
 * coquill_quic_connection_receive:
 * @data: a UDP payload as it came, of any size
 *
 * What belongs to no packet of this connection is counted as junk and changes nothing.
 */
void
coquill_quic_connection_receive (CoquillQuicConnection *self, const guint8 *data, gsize size, gint64 now);

/**
 * coquill_quic_connection_next_datagram:
 * @buffer: for a UDP payload
 * @size: at least %COQUILL_QUIC_PACKET_MAX
 *
 * Returns: the bytes of the next UDP payload to send; 0: nothing to send now
 */
gsize
coquill_quic_connection_next_datagram (CoquillQuicConnection *self, guint8 *buffer, gsize size, gint64 now);

/** Returns: when coquill_quic_connection_expire() has to be called; %G_MAXINT64: never */
gint64
coquill_quic_connection_get_expiry (CoquillQuicConnection *self);

/** Acts on the timers that are over at @now; nothing happens before the expiry. */
void
coquill_quic_connection_expire (CoquillQuicConnection *self, gint64 now);

/**
 * coquill_quic_connection_write:
 * @data: copied
 *
 * Appends to the stream; before it is established the bytes wait. There is no limit here: the owner has one.
 *
 * Returns: the stream's offset behind @data
 */
guint64
coquill_quic_connection_write (CoquillQuicConnection *self, const guint8 *data, gsize size, gint64 now);

/**
 * coquill_quic_connection_write_datagram:
 *
 * Sends ahead of the stream, once, unless congestion or more than %COQUILL_QUIC_DATAGRAMS_MAX prevent it.
 *
 * Returns: %FALSE if it is empty or longer than %COQUILL_QUIC_DATAGRAM_MAX, or nothing is established
 */
gboolean
coquill_quic_connection_write_datagram (CoquillQuicConnection *self, GBytes *bytes, gint64 now);

/** Gives the sender credit for @size more bytes of stream. */
void
coquill_quic_connection_consume (CoquillQuicConnection *self, gsize size, gint64 now);

/**
 * coquill_quic_connection_close:
 *
 * The next datagram tells the other side. No event comes any more.
 */
void
coquill_quic_connection_close (CoquillQuicConnection *self, gint64 now);

/** Returns: bytes written to the stream that the other side hasn't acknowledged */
gsize
coquill_quic_connection_get_unacknowledged (CoquillQuicConnection *self);

void
coquill_quic_connection_get_statistics (CoquillQuicConnection *self, CoquillQuicStatistics *statistics);

G_END_DECLS
