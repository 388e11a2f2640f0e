/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-channel.h: envelopes over a QUIC connection: in order, once, acknowledged; and live ones; pure */
#pragma once

#include <glib.h>

#include "net/quic-connection.h"

G_BEGIN_DECLS

/** Bytes of envelopes that may be posted and not acknowledged: what the slowest line that is of use takes in
 * some seconds. */
#define COQUILL_DIRECT_QUEUE_BYTES (8 * 1024 * 1024)
/**
 * Envelopes that may come on one channel and are shorter than sealing makes them: words between owners. Each
 * costs a hundred times its bytes wherever it waits, and %COQUILL_DIRECT_WINDOW counts bytes.
 */
#define COQUILL_DIRECT_SHORT_MAX 256
/** Bytes of received envelopes that may wait for coquill_direct_channel_consumed(). */
#define COQUILL_DIRECT_WINDOW COQUILL_QUIC_WINDOW

/**
 * CoquillDirectChannel:
 *
 * Formats: see net/direct-frame.h. Time and threads: as #CoquillQuicConnection. After each call the owner
 * sends all that coquill_direct_channel_next_datagram() has, and asks for the next
 * coquill_direct_channel_get_expiry().
 */
typedef struct _CoquillDirectChannel CoquillDirectChannel;

/**
 * CoquillDirectChannelEvents:
 * @established: both certificates are proven; what is posted flows. It is not yet known who the other side is
 * @received: an envelope, stored or live. Stored ones come in the order of their posts, each once
 * @acknowledged: the other side's transport has all of the envelope posted with @reference, and what was
 * posted before
 * @echoed: a ping came back, after @round_trip microseconds
 * @room: a post was refused, and now less than half of the queue is used
 * @closed: it is over; nothing else comes. Codes: see #CoquillQuicEvents
 *
 * Called from within the calls that take a time. Callbacks may post, ping, consume, close and drop, but must
 * not call receive, next_datagram or tick.
 */
typedef struct
{
  void (*established) (gpointer owner);
  void (*received) (gpointer owner, GBytes *envelope);
  void (*acknowledged) (gpointer owner, guint64 reference);
  void (*echoed) (gpointer owner, gint64 round_trip);
  void (*room) (gpointer owner);
  void (*closed) (gpointer owner, const GError *error);
} CoquillDirectChannelEvents;

/**
 * CoquillDirectChannelStatistics:
 * @quic: of the connection
 * @lost_packets: sent ones that hadn't come by the last echoed ping, which tells
 * @copies: datagrams sent with bytes of the stream, a second time
 * @copies_used: received ones of which something was new
 * @live_dropped: live envelopes not sent or not passed on, because more important things wait
 * @malformed: datagrams that mean nothing, from the authenticated other side; live envelopes that are too
 * short to be sealed, beyond %COQUILL_DIRECT_SHORT_MAX
 */
typedef struct
{
  CoquillQuicStatistics quic;
  guint64 lost_packets, copies, copies_used, live_dropped, malformed;
} CoquillDirectChannelStatistics;

/**
 * coquill_direct_channel_new:
 * @is_client: the offerer is; its first packet is ready at once
 * @own: own certificate of this attempt
 * @peer_digest: the only certificate that the other side may have
 * @events: static
 * @owner: for @events
 * @now: the time, in microseconds of any origin that never goes backwards
 *
 * Returns: (transfer full): a channel, to be dropped with coquill_direct_channel_drop()
 */
CoquillDirectChannel *
coquill_direct_channel_new (gboolean is_client,
                            CoquillQuicCertificate *own,
                            const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE],
                            const CoquillDirectChannelEvents *events,
                            gpointer owner,
                            gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/** Forgets the owner and frees, without a word to the other side: close first to tell it. */
void
coquill_direct_channel_drop (CoquillDirectChannel *self);

/** Takes a UDP payload as it came, of any size; what isn't the other side's is counted and changes nothing.
 */
void
coquill_direct_channel_receive (CoquillDirectChannel *self, const guint8 *data, gsize size, gint64 now);

/**
 * coquill_direct_channel_next_datagram:
 * @buffer: for a UDP payload
 * @size: at least %COQUILL_QUIC_PACKET_MAX
 *
 * Returns: the bytes of the next UDP payload to send; 0: nothing to send now
 */
gsize
coquill_direct_channel_next_datagram (CoquillDirectChannel *self, guint8 *buffer, gsize size, gint64 now);

/** Returns: when coquill_direct_channel_tick() has to be called; %G_MAXINT64: never */
gint64
coquill_direct_channel_get_expiry (CoquillDirectChannel *self);

/** Acts on what is due at @now; nothing happens before the expiry. */
void
coquill_direct_channel_tick (CoquillDirectChannel *self, gint64 now);

/**
 * coquill_direct_channel_post:
 * @envelope: 1 to %COQUILL_ENVELOPE_MAX bytes; kept, not copied
 * @reference: told when it is acknowledged; not for live ones
 * @live: worth nothing later: goes once, as a datagram if it fits; dropped under pressure
 *
 * Returns: %FALSE if more than %COQUILL_DIRECT_QUEUE_BYTES would be queued (@room comes), if the size is out
 * of bounds or the channel is closed. Always %TRUE for live ones that may be dropped
 */
gboolean
coquill_direct_channel_post (
    CoquillDirectChannel *self, GBytes *envelope, guint64 reference, gboolean live, gint64 now);

/** Sets whether what is typed alone goes a second time; it does, unless somebody measures what that is good
 * for. */
void
coquill_direct_channel_set_copies (CoquillDirectChannel *self, gboolean copies);

/** Sends a ping, which the other side echoes at once. Lost ones are not sent again. */
void
coquill_direct_channel_ping (CoquillDirectChannel *self, gint64 now);

/** Returns: when the last echo came; -1: never */
gint64
coquill_direct_channel_get_last_echo (CoquillDirectChannel *self);

/** Says that envelopes of @bytes bytes in all were taken out of the queue behind @received: only then may as
 * many more come. */
void
coquill_direct_channel_consumed (CoquillDirectChannel *self, gsize bytes, gint64 now);

/** The next datagram tells the other side that it is over. No event comes any more. */
void
coquill_direct_channel_close (CoquillDirectChannel *self, gint64 now);

void
coquill_direct_channel_get_statistics (CoquillDirectChannel *self,
                                       CoquillDirectChannelStatistics *statistics);

G_END_DECLS
