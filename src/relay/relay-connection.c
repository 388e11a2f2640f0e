/* relay-connection.c: one WebSocket of the relay */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-connection.h"

#include "relay/websocket-reader.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Read at a time; what is more waits for the next turn, so that one busy peer doesn't hold up the others. */
#define READ_BYTES (64 * 1024)
/* Messages given to the kernel in one call. */
#define WRITE_MESSAGES 32

typedef enum
{
  OPEN,
  CLOSING,
  CLOSED,
} State;

typedef struct
{
  guint8 header[COQUILL_WEBSOCKET_HEADER_MAX];
  guint header_length;
  GBytes *payload; /* (owned) shared with the same message to others */
} Outgoing;

struct _CoquillRelayConnection
{
  State state;
  CoquillRelayPoller *poller; /* (unowned) */
  CoquillRelayPolled polled;
  GIOStream *stream; /* (owned) libsoup's; must live as long as the socket is used */
  GSocket *socket;   /* (owned) */
  const CoquillRelayConnectionEvents *events;
  gpointer owner;
  GBytes *early; /* (owned) (nullable) came in the same packet as the handshake */
  CoquillWebsocketReader reader;
  GQueue outgoing;  /* (owned) Outgoing */
  gsize first_sent; /* bytes of the first in outgoing that are gone */
  gsize queued;
  GBytes *pong; /* (owned) (nullable) the answer to the newest ping; older ones need none (RFC 6455, 5.5.3) */
  gboolean is_paused;
  gboolean tell_drained;
  gboolean close_sent;
  gint64 last_read;
  gint64 last_ping;
  gint64 close_by;
};

static void
outgoing_free (Outgoing *outgoing)
{
  g_bytes_unref (outgoing->payload);
  g_free (outgoing);
}

static void
update_events (CoquillRelayConnection *self)
{
  guint32 events = 0;

  if (self->state == CLOSED)
    return;
  if (!self->is_paused && self->state == OPEN)
    events |= EPOLLIN;
  if (self->state == CLOSING && self->close_sent)
    events |= EPOLLRDHUP;
  if (self->outgoing.length > 0)
    events |= EPOLLOUT;
  coquill_relay_poller_change (self->poller, &self->polled, events);
}

static void
set_closed (CoquillRelayConnection *self)
{
  if (self->state == CLOSED)
    return;
  self->state = CLOSED;
  coquill_relay_poller_remove (self->poller, &self->polled);
  g_io_stream_close (self->stream, NULL, NULL);
  g_socket_close (self->socket, NULL);
  if (self->events != NULL)
    self->events->closed (self->owner);
}

static void
queue_frame (CoquillRelayConnection *self, CoquillWebsocketOpcode opcode, GBytes *payload)
{
  Outgoing *outgoing = g_new (Outgoing, 1);
  gsize length = g_bytes_get_size (payload);

  outgoing->header_length = coquill_websocket_write_header (outgoing->header, opcode, length);
  outgoing->payload = g_bytes_ref (payload);
  g_queue_push_tail (&self->outgoing, outgoing);
  self->queued += outgoing->header_length + length;
  if (self->queued >= COQUILL_RELAY_CONNECTION_MARK)
    self->tell_drained = TRUE;
}

/* Forgets @sent bytes at the front of the queue. */
static void
drop_sent (CoquillRelayConnection *self, gsize sent)
{
  self->queued -= sent;
  sent += self->first_sent;
  while (self->outgoing.length > 0)
    {
      Outgoing *first = g_queue_peek_head (&self->outgoing);
      gsize length = first->header_length + g_bytes_get_size (first->payload);
      if (sent < length)
        break;
      sent -= length;
      outgoing_free (g_queue_pop_head (&self->outgoing));
    }
  self->first_sent = sent;
}

static guint
gather (CoquillRelayConnection *self, struct iovec *vectors)
{
  gsize skip = self->first_sent;
  guint n = 0;

  for (GList *link = self->outgoing.head; link != NULL && n + 2 <= 2 * WRITE_MESSAGES; link = link->next)
    {
      Outgoing *outgoing = link->data;
      gsize length;
      const guint8 *payload = g_bytes_get_data (outgoing->payload, &length);

      if (skip < outgoing->header_length)
        {
          vectors[n++] = (struct iovec){ outgoing->header + skip, outgoing->header_length - skip };
          skip = 0;
        }
      else
        skip -= outgoing->header_length;
      if (skip < length)
        vectors[n++] = (struct iovec){ (guint8 *)payload + skip, length - skip };
      skip = 0;
    }
  return n;
}

/* Writes until the socket is full. Returns FALSE if the connection broke. */
static gboolean
write_out (CoquillRelayConnection *self)
{
  struct iovec vectors[2 * WRITE_MESSAGES];

  while (self->outgoing.length > 0)
    {
      struct msghdr message = { .msg_iov = vectors, .msg_iovlen = gather (self, vectors) };
      gssize sent = sendmsg (self->polled.descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK;
      drop_sent (self, sent);
      if (self->pong != NULL)
        {
          g_autoptr (GBytes) pong = g_steal_pointer (&self->pong);
          if (self->state == OPEN)
            queue_frame (self, COQUILL_WEBSOCKET_PONG, pong);
        }
    }
  return TRUE;
}

/* Once all is sent, says that nothing more comes, and waits for the peer to go: closing with unread input
 * would reset the connection and take from the peer what it has not read yet. */
static void
finish_closing (CoquillRelayConnection *self)
{
  if (self->state == CLOSING && self->outgoing.length == 0 && !self->close_sent)
    {
      self->close_sent = TRUE;
      shutdown (self->polled.descriptor, SHUT_WR);
    }
}

static void
flush (CoquillRelayConnection *self)
{
  if (!write_out (self))
    {
      set_closed (self);
      return;
    }
  finish_closing (self);
  update_events (self);
}

void
coquill_relay_connection_send (CoquillRelayConnection *self, GBytes *message)
{
  gboolean was_empty = self->outgoing.length == 0;

  if (self->state != OPEN)
    return;
  queue_frame (self, COQUILL_WEBSOCKET_BINARY, message);
  if (!was_empty)
    return;
  /* A broken connection is told by the poller, not from in here: the caller may be walking over a room. */
  write_out (self);
  update_events (self);
}

gsize
coquill_relay_connection_get_queued (CoquillRelayConnection *self)
{
  return self->queued;
}

void
coquill_relay_connection_set_paused (CoquillRelayConnection *self, gboolean paused)
{
  if (self->is_paused && !paused)
    self->last_read = g_get_monotonic_time ();
  self->is_paused = paused;
  update_events (self);
}

void
coquill_relay_connection_close (CoquillRelayConnection *self, guint16 code)
{
  guint8 bytes[2] = { code >> 8, code & 0xff };
  g_autoptr (GBytes) payload = g_bytes_new (bytes, sizeof bytes);

  if (self->state != OPEN)
    return;
  queue_frame (self, COQUILL_WEBSOCKET_CLOSE, payload);
  self->state = CLOSING;
  self->close_by = g_get_monotonic_time () + COQUILL_RELAY_CONNECTION_CLOSE_SECONDS * G_USEC_PER_SEC;
  coquill_websocket_reader_clear (&self->reader);
  write_out (self);
  finish_closing (self);
  update_events (self);
}

static void
answer_ping (CoquillRelayConnection *self, GBytes *payload)
{
  g_clear_pointer (&self->pong, g_bytes_unref);
  if (self->outgoing.length > 0)
    {
      self->pong = g_bytes_ref (payload);
      return;
    }
  queue_frame (self, COQUILL_WEBSOCKET_PONG, payload);
  write_out (self);
  update_events (self);
}

static void
take_bytes (CoquillRelayConnection *self, const guint8 *data, gsize length)
{
  while (self->state == OPEN)
    {
      g_autoptr (GBytes) payload = NULL;
      switch (coquill_websocket_reader_next (&self->reader, &data, &length, &payload))
        {
        case COQUILL_WEBSOCKET_EVENT_MESSAGE:
          self->events->received (self->owner, payload);
          break;
        case COQUILL_WEBSOCKET_EVENT_PING:
          answer_ping (self, payload);
          break;
        case COQUILL_WEBSOCKET_EVENT_PONG:
          break;
        case COQUILL_WEBSOCKET_EVENT_CLOSE:
        case COQUILL_WEBSOCKET_EVENT_FAILED:
          coquill_relay_connection_close (self, self->reader.close_code);
          return;
        case COQUILL_WEBSOCKET_EVENT_MORE:
        default:
          return;
        }
    }
}

/* Reads once. Returns FALSE if the connection broke or ended. */
static gboolean
read_in (CoquillRelayConnection *self)
{
  static guint8 buffer[READ_BYTES]; /* one thread, one at a time */
  gssize length = recv (self->polled.descriptor, buffer, sizeof buffer, MSG_DONTWAIT);

  if (length < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (length == 0)
    return FALSE;
  self->last_read = g_get_monotonic_time ();
  take_bytes (self, buffer, length);
  return TRUE;
}

/* Throws away what a peer sends after the end, a bounded amount a turn, until it goes. */
static gboolean
read_away (CoquillRelayConnection *self)
{
  guint8 buffer[4096];
  gssize length = recv (self->polled.descriptor, buffer, sizeof buffer, MSG_DONTWAIT);

  return length > 0 || (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static void
polled_cb (gpointer data, guint32 events)
{
  CoquillRelayConnection *self = data;

  if ((events & (EPOLLERR | EPOLLHUP)) != 0
      || ((events & EPOLLIN) != 0 && self->state == OPEN && !read_in (self))
      || ((events & (EPOLLIN | EPOLLRDHUP)) != 0 && self->state == CLOSING && self->close_sent
          && !read_away (self)))
    {
      set_closed (self);
      return;
    }
  if ((events & EPOLLOUT) != 0 || self->state == CLOSING)
    flush (self);
  if (self->state == OPEN && self->tell_drained && self->queued < COQUILL_RELAY_CONNECTION_MARK)
    {
      self->tell_drained = FALSE;
      self->events->drained (self->owner);
    }
}

/* What libsoup had read beyond the handshake sits in the stream's own buffer. A client must wait for our
 * answer before it speaks (RFC 6455, 4.1), so there is hardly ever any. */
static GBytes *
read_early (GIOStream *stream)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  g_autoptr (GByteArray) early = g_byte_array_new ();
  guint8 buffer[4096];
  gssize length;

  while (early->len < READ_BYTES
         && (length = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, NULL))
                > 0)
    g_byte_array_append (early, buffer, length);
  return early->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&early)) : NULL;
}

CoquillRelayConnection *
coquill_relay_connection_new (CoquillRelayPoller *poller,
                              GIOStream *stream,
                              GSocket *socket,
                              gsize message_max)
{
  CoquillRelayConnection *self = g_new0 (CoquillRelayConnection, 1);
  int one = 1;

  self->poller = poller;
  self->stream = stream;
  self->socket = g_object_ref (socket);
  self->polled = (CoquillRelayPolled){
    .descriptor = g_socket_get_fd (socket), .events = EPOLLIN, .func = polled_cb, .data = self
  };
  self->early = read_early (stream);
  self->last_read = g_get_monotonic_time ();
  g_queue_init (&self->outgoing);
  coquill_websocket_reader_init (&self->reader, message_max);
  setsockopt (self->polled.descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return self;
}

void
coquill_relay_connection_start (CoquillRelayConnection *self,
                                const CoquillRelayConnectionEvents *events,
                                gpointer owner)
{
  g_autoptr (GBytes) early = g_steal_pointer (&self->early);

  self->events = events;
  self->owner = owner;
  if (!coquill_relay_poller_add (self->poller, &self->polled))
    self->polled.events = 0;
  if (early != NULL)
    take_bytes (self, g_bytes_get_data (early, NULL), g_bytes_get_size (early));
}

void
coquill_relay_connection_free (CoquillRelayConnection *self)
{
  self->events = NULL;
  set_closed (self);
  coquill_websocket_reader_clear (&self->reader);
  g_queue_clear_full (&self->outgoing, (GDestroyNotify)outgoing_free);
  g_clear_pointer (&self->pong, g_bytes_unref);
  g_clear_pointer (&self->early, g_bytes_unref);
  g_clear_object (&self->socket);
  g_clear_object (&self->stream);
  g_free (self);
}

gint64
coquill_relay_connection_tick (CoquillRelayConnection *self, gint64 now, gint64 ping_after)
{
  if (self->state == CLOSING && now > self->close_by)
    set_closed (self);
  if (self->state != OPEN || self->is_paused)
    return 0;
  /* One ping in the queue is enough: a blocked socket must not fill up with them. */
  if (now - self->last_read > ping_after && now - self->last_ping > ping_after && self->outgoing.length == 0)
    {
      g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
      self->last_ping = now;
      queue_frame (self, COQUILL_WEBSOCKET_PING, nothing);
      write_out (self);
      update_events (self);
    }
  return now - self->last_read;
}

gboolean
coquill_relay_connection_is_open (CoquillRelayConnection *self)
{
  return self->state == OPEN;
}
