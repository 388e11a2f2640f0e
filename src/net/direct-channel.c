/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-channel.c: envelopes over a QUIC connection: in order, once, acknowledged; and live ones; pure */

#include "net/direct-channel.h"

#include <string.h>

#include "net/direct-frame.h"
#include "net/direct-reader.h"
#include "trust/envelope.h"

/** Stream bytes that wait this long for their acknowledgement go a second time if a few datagrams take them
 * all: what is typed alone. In microseconds; longer than the acknowledgement takes in a house. */
#define COPY_DELAY (8 * 1000)
#define COPY_MAX (COQUILL_QUIC_DATAGRAM_MAX - COQUILL_DIRECT_FRAME_OVERHEAD)
/** So many datagrams: ten keys a second at 200 ms of round trip, when an acknowledgement is lost too. Nobody
 * is helped by a copy of the newest key alone while the one before it is missing. */
#define COPY_DATAGRAMS 3
/** Nothing is copied when its oldest has waited for so long, in microseconds: the line is cut, and
 * copies would only fill the congestion window that the first keys after the cut need. */
#define COPY_OLDEST (400 * 1000)
/** Bytes of live envelopes that may wait for the owner, and of stream before which a live one gives way: a
 * few moments of presence. */
#define LIVE_BYTES_MAX (256 * 1024)
/** Pings of which the echo is still of interest. */
#define PINGS 16

typedef struct
{
  guint64 end, reference;
  gint64 time; /* written */
  gboolean live;
  guint8 length[COQUILL_DIRECT_LENGTH_MAX];
  gsize length_size;
  GBytes *envelope;
} Post;

typedef struct
{
  guint64 number, sent_packets;
  gint64 time;
} Ping;

/* Invariant: `posts` are those whose end isn't acknowledged, in the order of their ends. Those too great for
 * a copy have no envelope any more. */
struct _CoquillDirectChannel
{
  CoquillQuicConnection *quic;
  const CoquillDirectChannelEvents *events;
  gpointer owner;
  gint64 now;
  gboolean is_closed, wants_room, copies;

  GQueue posts;
  gint64 copy_due;

  CoquillDirectReader reader;
  guint64 stream_position;
  gsize live_waiting, stream_waiting;
  guint n_short;

  Ping pings[PINGS];
  guint64 n_pings;
  gint64 last_echo;

  CoquillDirectChannelStatistics statistics;
};

static void
post_free (Post *post)
{
  g_clear_pointer (&post->envelope, g_bytes_unref);
  g_free (post);
}

static void
clear (CoquillDirectChannel *self)
{
  coquill_quic_connection_drop (self->quic);
  g_queue_clear_full (&self->posts, (GDestroyNotify)post_free);
  coquill_direct_reader_clear (&self->reader);
}

static CoquillDirectChannel *
hold (CoquillDirectChannel *self, gint64 now)
{
  self->now = MAX (self->now, now);
  return g_rc_box_acquire (self);
}

static void
release (CoquillDirectChannel *self)
{
  g_rc_box_release_full (self, (GDestroyNotify)clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillDirectChannel, release)

static gboolean
send_frame (CoquillDirectChannel *self, const CoquillDirectFrame *frame)
{
  g_autoptr (GBytes) bytes = coquill_direct_frame_encode (frame);

  return coquill_quic_connection_write_datagram (self->quic, bytes, self->now);
}

static void
end (CoquillDirectChannel *self, const GError *error)
{
  const CoquillDirectChannelEvents *events = g_steal_pointer (&self->events);

  self->is_closed = TRUE;
  if (events != NULL)
    events->closed (self->owner, error);
}

static void
established_cb (gpointer owner)
{
  CoquillDirectChannel *self = owner;

  if (self->events != NULL)
    self->events->established (self->owner);
}

static void
closed_cb (gpointer owner, const GError *error)
{
  end (owner, error);
}

static void
acknowledged_cb (gpointer owner, guint64 stream_offset)
{
  CoquillDirectChannel *self = owner;

  for (Post *post; (post = g_queue_peek_head (&self->posts)) != NULL && post->end <= stream_offset;)
    {
      guint64 reference = post->reference;
      gboolean live = post->live;

      post_free (g_queue_pop_head (&self->posts));
      if (!live && self->events != NULL)
        self->events->acknowledged (self->owner, reference);
    }
  if (g_queue_is_empty (&self->posts))
    self->copy_due = G_MAXINT64;
  if (!self->wants_room
      || coquill_quic_connection_get_unacknowledged (self->quic) >= COQUILL_DIRECT_QUEUE_BYTES / 2)
    return;
  self->wants_room = FALSE;
  if (self->events != NULL)
    self->events->room (self->owner);
}

/* Returns: whether there were too many of such a size */
static gboolean
is_too_short (CoquillDirectChannel *self, gsize size)
{
  return size < COQUILL_ENVELOPE_OVERHEAD && ++self->n_short > COQUILL_DIRECT_SHORT_MAX;
}

static void
break_off (CoquillDirectChannel *self, const GError *error)
{
  coquill_quic_connection_close (self->quic, self->now);
  end (self, error);
}

static void
envelope_cb (gpointer owner, GBytes *envelope, gsize overhead)
{
  CoquillDirectChannel *self = owner;

  if (!self->is_closed && is_too_short (self, g_bytes_get_size (envelope)))
    {
      g_autoptr (GError) error = g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL,
                                                      "the other side sent too many envelopes of nothing");

      break_off (self, error);
    }
  self->stream_waiting += g_bytes_get_size (envelope);
  coquill_quic_connection_consume (self->quic, overhead, self->now);
  if (self->events != NULL)
    self->events->received (self->owner, envelope);
}

static void
take_stream (CoquillDirectChannel *self, guint64 offset, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;

  if (coquill_direct_reader_take (&self->reader, offset, data, size, envelope_cb, self, &error))
    return;
  break_off (self, error);
}

static void
stream_cb (gpointer owner, const guint8 *data, gsize size)
{
  CoquillDirectChannel *self = owner;
  guint64 offset = self->stream_position;

  self->stream_position += size;
  take_stream (self, offset, data, size);
}

static void
take_live (CoquillDirectChannel *self, const CoquillDirectFrame *frame)
{
  g_autoptr (GBytes) envelope = NULL;

  if (is_too_short (self, frame->size))
    {
      self->statistics.malformed++;
      return;
    }
  if (self->live_waiting + frame->size > LIVE_BYTES_MAX)
    {
      self->statistics.live_dropped++;
      return;
    }
  self->live_waiting += frame->size;
  envelope = g_bytes_new (frame->data, frame->size);
  self->events->received (self->owner, envelope);
}

/* Credit bounds what the stream brings, so it has to bound what a copy brings before it. */
static void
take_copy (CoquillDirectChannel *self, const CoquillDirectFrame *frame)
{
  guint64 before = self->reader.position;

  if (before - self->stream_position > COPY_DATAGRAMS * COPY_MAX)
    return;
  take_stream (self, frame->number, frame->data, frame->size);
  self->statistics.copies_used += self->reader.position != before;
}

static void
take_echo (CoquillDirectChannel *self, const CoquillDirectFrame *frame)
{
  Ping *ping = &self->pings[frame->number % PINGS];

  if (frame->number == 0 || ping->number != frame->number)
    return;
  ping->number = 0;
  self->last_echo = self->now;
  if (frame->count < ping->sent_packets)
    self->statistics.lost_packets = ping->sent_packets - frame->count;
  self->events->echoed (self->owner, self->now - ping->time);
}

static void
datagram_cb (gpointer owner, const guint8 *data, gsize size)
{
  CoquillDirectChannel *self = owner;
  CoquillQuicStatistics statistics;
  CoquillDirectFrame frame;

  if (self->events == NULL)
    return;
  if (!coquill_direct_frame_decode (&frame, data, size))
    {
      self->statistics.malformed++;
      return;
    }
  switch (frame.kind)
    {
    case COQUILL_DIRECT_FRAME_LIVE:
      take_live (self, &frame);
      break;
    case COQUILL_DIRECT_FRAME_COPY:
      take_copy (self, &frame);
      break;
    case COQUILL_DIRECT_FRAME_PING:
      coquill_quic_connection_get_statistics (self->quic, &statistics);
      frame.kind = COQUILL_DIRECT_FRAME_ECHO;
      frame.count = statistics.received_packets - statistics.junk_packets;
      send_frame (self, &frame);
      break;
    case COQUILL_DIRECT_FRAME_ECHO:
    default:
      take_echo (self, &frame);
    }
}

static const CoquillQuicEvents quic_events = {
  .established = established_cb,
  .stream = stream_cb,
  .datagram = datagram_cb,
  .acknowledged = acknowledged_cb,
  .closed = closed_cb,
};

CoquillDirectChannel *
coquill_direct_channel_new (gboolean is_client,
                            CoquillQuicCertificate *own,
                            const guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE],
                            const CoquillDirectChannelEvents *events,
                            gpointer owner,
                            gint64 now)
{
  CoquillDirectChannel *self = g_rc_box_new0 (CoquillDirectChannel);

  self->events = events;
  self->owner = owner;
  self->now = now;
  self->copies = TRUE;
  self->copy_due = G_MAXINT64;
  self->last_echo = -1;
  g_queue_init (&self->posts);
  self->quic = coquill_quic_connection_new (is_client, own, peer_digest, &quic_events, self, now);
  return self;
}

void
coquill_direct_channel_drop (CoquillDirectChannel *self)
{
  self->events = NULL;
  self->is_closed = TRUE;
  release (self);
}

void
coquill_direct_channel_receive (CoquillDirectChannel *channel, const guint8 *data, gsize size, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);

  coquill_quic_connection_receive (self->quic, data, size, self->now);
}

gsize
coquill_direct_channel_next_datagram (CoquillDirectChannel *channel, guint8 *buffer, gsize size, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);

  return coquill_quic_connection_next_datagram (self->quic, buffer, size, self->now);
}

gint64
coquill_direct_channel_get_expiry (CoquillDirectChannel *self)
{
  gint64 expiry = coquill_quic_connection_get_expiry (self->quic);

  return self->is_closed ? expiry : MIN (expiry, self->copy_due);
}

/* Sends what isn't acknowledged once more, the oldest first. */
static void
send_copy (CoquillDirectChannel *self)
{
  guint8 bytes[COPY_MAX];
  CoquillDirectFrame frame = { .kind = COQUILL_DIRECT_FRAME_COPY, .data = bytes };
  guint n_sent = 0;

  self->copy_due = G_MAXINT64;
  if (self->posts.head != NULL && self->now - ((const Post *)self->posts.head->data)->time > COPY_OLDEST)
    return;
  for (GList *link = self->posts.head; link != NULL; link = link->next)
    {
      const Post *post = link->data;
      gsize size = post->envelope != NULL ? post->length_size + g_bytes_get_size (post->envelope) : G_MAXSIZE;

      if (size > COPY_MAX)
        break;
      if (frame.size + size > COPY_MAX)
        {
          self->statistics.copies += send_frame (self, &frame);
          frame.size = 0;
          if (++n_sent == COPY_DATAGRAMS)
            return;
        }
      if (frame.size == 0)
        frame.number = post->end - size;
      memcpy (bytes + frame.size, post->length, post->length_size);
      memcpy (bytes + frame.size + post->length_size, g_bytes_get_data (post->envelope, NULL),
              size - post->length_size);
      frame.size += size;
    }
  if (frame.size > 0)
    self->statistics.copies += send_frame (self, &frame);
}

void
coquill_direct_channel_tick (CoquillDirectChannel *channel, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);

  coquill_quic_connection_expire (self->quic, self->now);
  if (!self->is_closed && self->copy_due <= self->now)
    send_copy (self);
}

static gboolean
post_live (CoquillDirectChannel *self, GBytes *envelope)
{
  CoquillDirectFrame frame = { .kind = COQUILL_DIRECT_FRAME_LIVE };

  frame.data = g_bytes_get_data (envelope, &frame.size);
  return send_frame (self, &frame);
}

static void
write_post (CoquillDirectChannel *self, GBytes *envelope, guint64 reference, gboolean live)
{
  Post *post = g_new0 (Post, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (envelope, &size);

  post->reference = reference;
  post->time = self->now;
  post->live = live;
  post->length_size = coquill_direct_frame_write_length (post->length, size);
  if (size <= COPY_MAX)
    post->envelope = g_bytes_ref (envelope);
  coquill_quic_connection_write (self->quic, post->length, post->length_size, self->now);
  post->end = coquill_quic_connection_write (self->quic, data, size, self->now);
  g_queue_push_tail (&self->posts, post);
}

gboolean
coquill_direct_channel_post (
    CoquillDirectChannel *channel, GBytes *envelope, guint64 reference, gboolean live, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);
  gsize size = g_bytes_get_size (envelope), waiting = coquill_quic_connection_get_unacknowledged (self->quic);

  if (self->is_closed || size == 0 || size > COQUILL_ENVELOPE_MAX)
    return FALSE;
  if (live)
    {
      if (post_live (self, envelope))
        return TRUE;
      if (waiting + size > LIVE_BYTES_MAX)
        self->statistics.live_dropped++;
      else
        write_post (self, envelope, reference, TRUE);
      return TRUE;
    }

  if (waiting + size > COQUILL_DIRECT_QUEUE_BYTES)
    {
      self->wants_room = TRUE;
      return FALSE;
    }
  write_post (self, envelope, reference, FALSE);
  if (self->copies && waiting + size <= COPY_DATAGRAMS * COPY_MAX)
    self->copy_due = MIN (self->copy_due, self->now + COPY_DELAY);
  return TRUE;
}

void
coquill_direct_channel_set_copies (CoquillDirectChannel *self, gboolean copies)
{
  self->copies = copies;
}

void
coquill_direct_channel_ping (CoquillDirectChannel *channel, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);
  CoquillDirectFrame frame = { .kind = COQUILL_DIRECT_FRAME_PING, .number = self->n_pings + 1 };
  Ping *ping = &self->pings[frame.number % PINGS];
  CoquillQuicStatistics statistics;

  if (self->is_closed || !send_frame (self, &frame))
    return;
  coquill_quic_connection_get_statistics (self->quic, &statistics);
  *ping = (Ping){ frame.number, statistics.sent_packets, self->now };
  self->n_pings++;
}

gint64
coquill_direct_channel_get_last_echo (CoquillDirectChannel *self)
{
  return self->last_echo;
}

void
coquill_direct_channel_consumed (CoquillDirectChannel *channel, gsize bytes, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);
  gsize of_stream = MIN (bytes, self->stream_waiting);

  /* Which of them were live isn't told; the sum is right as soon as all is taken. */
  self->stream_waiting -= of_stream;
  self->live_waiting -= MIN (bytes - of_stream, self->live_waiting);
  coquill_quic_connection_consume (self->quic, of_stream, self->now);
}

void
coquill_direct_channel_close (CoquillDirectChannel *channel, gint64 now)
{
  g_autoptr (CoquillDirectChannel) self = hold (channel, now);

  self->events = NULL;
  self->is_closed = TRUE;
  coquill_quic_connection_close (self->quic, self->now);
}

void
coquill_direct_channel_get_statistics (CoquillDirectChannel *self, CoquillDirectChannelStatistics *statistics)
{
  *statistics = self->statistics;
  coquill_quic_connection_get_statistics (self->quic, &statistics->quic);
}
