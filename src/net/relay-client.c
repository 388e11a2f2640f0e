/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-client.c: one WebSocket to one relay: frames in and out, alive or closed */

#include "config.h"

#include "net/relay-client.h"

#include "net/socket-progress.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

/* How often the connection's life is looked at, in milliseconds. */
#define WATCH_INTERVAL 500

struct _CoquillRelayClient
{
  gatomicrefcount references;             /* the owner's, and that of a connection attempt under way */
  const CoquillRelayClientEvents *events; /* NULL once dropped or closed */
  gpointer owner;
  char *origin;

  SoupSession *session;               /* (owned) */
  SoupMessage *message;               /* (owned) */
  GCancellable *cancellable;          /* (owned) of the attempt */
  SoupWebsocketConnection *websocket; /* (owned) (nullable) */
  GSocket *socket;                    /* (unowned) (nullable) the websocket's */
  GSource *deadline;                  /* (owned) (nullable) until the challenge */
  GSource *watch;                     /* (owned) (nullable) from then on */
  gboolean is_challenged;
  gboolean is_out_of_time;

  gint64 last_received; /* a frame */
  gint64 last_progress; /* the relay's system took some, and not all, of what is under way */
  gint64 doubted_at;    /* the network changed, and nothing came since; 0: no doubt */
  guint64 acknowledged;
  guint64 ping;   /* number of the last ping */
  gint64 ping_at; /* 0: none under way */
  gsize pinged;   /* bytes sent before the ping under way */
  gsize queued;
  gsize since_ping;
};

static void
unref (CoquillRelayClient *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_object (&self->websocket);
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_free (self->origin);
  g_free (self);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_timeout (guint milliseconds, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
closed_unref_cb (SoupWebsocketConnection *websocket, gpointer data)
{
  g_object_unref (websocket);
}

/* Lets go of the connection. */
static void
shut (CoquillRelayClient *self, gboolean politely)
{
  g_autoptr (SoupWebsocketConnection) websocket = g_steal_pointer (&self->websocket);
  GSocket *socket = g_steal_pointer (&self->socket);

  clear_source (&self->deadline);
  clear_source (&self->watch);
  g_cancellable_cancel (self->cancellable);
  if (websocket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (websocket, self);
  if (politely && soup_websocket_connection_get_state (websocket) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      g_signal_connect (g_object_ref (websocket), "closed", G_CALLBACK (closed_unref_cb), NULL);
      soup_websocket_connection_close (websocket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    }
  else if (socket != NULL)
    /* The socket itself: closing TLS would wait for a peer that is perhaps not there. */
    g_socket_close (socket, NULL);
}

static void
fail (CoquillRelayClient *self, GError *error)
{
  const CoquillRelayClientEvents *events = g_steal_pointer (&self->events);

  shut (self, FALSE);
  if (events != NULL)
    events->closed (self->owner, error);
  g_error_free (error);
}

static void
fail_lost (CoquillRelayClient *self)
{
  fail (self, g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST,
                                   _ ("The connection to the relay was lost.")));
}

static void
send_ping (CoquillRelayClient *self)
{
  CoquillRelayFrame ping = { .kind = COQUILL_RELAY_FRAME_PING, .reference = ++self->ping };

  self->ping_at = g_get_monotonic_time ();
  self->pinged = self->queued;
  self->since_ping = 0;
  coquill_relay_client_send (self, &ping);
}

void
coquill_relay_client_probe (CoquillRelayClient *self)
{
  if (!self->is_challenged)
    return;
  self->doubted_at = g_get_monotonic_time ();
  if (self->ping_at == 0)
    send_ping (self);
}

static gboolean
is_silent (CoquillRelayClient *self, gint64 now, gint64 heard)
{
  gint64 alive = MAX (heard, self->last_progress);

  if (alive > self->doubted_at)
    self->doubted_at = 0;
  if (self->doubted_at != 0 && now - self->doubted_at > COQUILL_RELAY_CLIENT_DOUBT - WATCH_INTERVAL * 1000)
    return TRUE;
  return now - alive > COQUILL_RELAY_CLIENT_SILENCE - WATCH_INTERVAL * 1000;
}

static gboolean
watch_cb (gpointer data)
{
  CoquillRelayClient *self = data;
  gint64 now = g_get_monotonic_time ();
  gint64 heard = self->last_received;
  CoquillSocketProgress progress;

  if (self->socket != NULL && coquill_socket_get_progress (self->socket, &progress))
    {
      heard = MAX (heard, now - progress.received_ago);
      /* The ping alone is taken by the system of a relay that hangs: what counts is that more is on its way.
       */
      if (progress.acknowledged != self->acknowledged && progress.waiting > 0)
        self->last_progress = now;
      self->acknowledged = progress.acknowledged;
    }
  if (is_silent (self, now, heard))
    {
      g_clear_pointer (&self->watch, g_source_unref);
      fail (self, g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST,
                                       _ ("The relay stopped answering.")));
      return G_SOURCE_REMOVE;
    }
  if (self->ping_at == 0
      && (now - heard > COQUILL_RELAY_CLIENT_PING - WATCH_INTERVAL * 1000 || self->queued > 0))
    send_ping (self);
  return G_SOURCE_CONTINUE;
}

static void
take_pong (CoquillRelayClient *self, guint64 reference)
{
  gint64 round_trip = g_get_monotonic_time () - self->ping_at;

  if (self->ping_at == 0 || reference != self->ping)
    return;
  self->ping_at = 0;
  self->queued -= self->pinged;
  if (self->since_ping >= COQUILL_RELAY_CLIENT_PING_BYTES)
    send_ping (self);
  self->events->ponged (self->owner, round_trip);
}

static void
take_challenge (CoquillRelayClient *self, const CoquillRelayFrame *frame)
{
  if (frame->kind != COQUILL_RELAY_FRAME_CHALLENGE)
    {
      fail (self, frame->kind == COQUILL_RELAY_FRAME_REFUSAL
                      ? coquill_relay_client_error_new (frame)
                      : g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL,
                                             _ ("The relay did not begin as a relay does.")));
      return;
    }
  if (frame->version != COQUILL_RELAY_VERSION)
    {
      fail (self, g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_VERSION,
                                       frame->version > COQUILL_RELAY_VERSION
                                           ? _ ("The relay needs a newer version of Coquill.")
                                           : _ ("The relay is too old for this version of Coquill.")));
      return;
    }
  self->is_challenged = TRUE;
  clear_source (&self->deadline);
  self->last_progress = self->last_received;
  self->watch = add_timeout (WATCH_INTERVAL, watch_cb, self);
  self->events->challenged (self->owner, frame);
}

static void
message_cb (SoupWebsocketConnection *websocket, gint type, GBytes *bytes, gpointer data)
{
  CoquillRelayClient *self = data;
  g_autoptr (GError) error = NULL;
  g_auto (CoquillRelayFrame) frame = { 0 };

  self->last_received = g_get_monotonic_time ();
  if (type != SOUP_WEBSOCKET_DATA_BINARY || !coquill_relay_frame_decode (bytes, &frame, &error))
    {
      fail (self, g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL,
                               _ ("The relay sent something that makes no sense: %s"),
                               error != NULL ? error->message : "text"));
      return;
    }
  if (!self->is_challenged)
    take_challenge (self, &frame);
  else if (frame.kind == COQUILL_RELAY_FRAME_PONG)
    take_pong (self, frame.reference);
  else if (frame.kind == COQUILL_RELAY_FRAME_PING)
    {
      CoquillRelayFrame pong = { .kind = COQUILL_RELAY_FRAME_PONG, .reference = frame.reference };
      coquill_relay_client_send (self, &pong);
    }
  else
    self->events->received (self->owner, &frame);
}

static void
closed_cb (SoupWebsocketConnection *websocket, gpointer data)
{
  fail_lost (data);
}

static gboolean
deadline_cb (gpointer data)
{
  CoquillRelayClient *self = data;

  g_clear_pointer (&self->deadline, g_source_unref);
  self->is_out_of_time = TRUE;
  if (self->websocket == NULL)
    g_cancellable_cancel (self->cancellable); /* connected_cb tells */
  else
    fail (self, g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_RELAY,
                             _ ("%s does not answer as a relay does."), self->origin));
  return G_SOURCE_REMOVE;
}

static GError *
explain (CoquillRelayClient *self, const GError *error)
{
  guint status = soup_message_get_status (self->message);

  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE || status == 429)
    return g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_LIMIT,
                        _ ("The relay %s has as many connections as it takes."), self->origin);
  if (status != SOUP_STATUS_NONE)
    return g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_RELAY, _ ("There is no Coquill relay at %s."),
                        self->origin);
  if (self->is_out_of_time)
    return g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_UNREACHABLE, _ ("Nobody answers at %s."),
                        self->origin);
  return g_error_new (COQUILL_NET_ERROR, COQUILL_NET_ERROR_UNREACHABLE, _ ("%s can’t be reached: %s"),
                      self->origin, error->message);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillRelayClient *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) websocket
      = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (self->events == NULL)
    {
      unref (self);
      return;
    }
  if (websocket == NULL)
    fail (self, explain (self, error));
  else
    {
      self->websocket = g_steal_pointer (&websocket);
      self->socket = coquill_socket_find (soup_websocket_connection_get_io_stream (self->websocket));
      self->last_received = g_get_monotonic_time ();
      soup_websocket_connection_set_max_incoming_payload_size (self->websocket, COQUILL_RELAY_FRAME_MAX);
      g_signal_connect (self->websocket, "message", G_CALLBACK (message_cb), self);
      g_signal_connect (self->websocket, "closed", G_CALLBACK (closed_cb), self);
    }
  unref (self);
}

CoquillRelayClient *
coquill_relay_client_new (const char *origin, const CoquillRelayClientEvents *events, gpointer owner)
{
  CoquillRelayClient *self = g_new0 (CoquillRelayClient, 1);
  g_autofree char *uri = g_strconcat (origin, COQUILL_RELAY_PATH, NULL);
  char *protocols[] = { (char *)COQUILL_RELAY_SUBPROTOCOL, NULL };

  g_atomic_ref_count_init (&self->references);
  self->events = events;
  self->owner = owner;
  self->origin = g_strdup (origin);
  self->session = soup_session_new_with_options ("user-agent", "coquill", NULL);
  /* Sealed bytes don't compress, and compression would tell of their contents if they did. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->message = soup_message_new (SOUP_METHOD_GET, uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  self->cancellable = g_cancellable_new ();
  self->deadline = add_timeout (COQUILL_RELAY_CLIENT_CONNECT_SECONDS * 1000, deadline_cb, self);
  g_atomic_ref_count_inc (&self->references);
  soup_session_websocket_connect_async (self->session, self->message, NULL, protocols, G_PRIORITY_DEFAULT,
                                        self->cancellable, connected_cb, self);
  return self;
}

void
coquill_relay_client_drop (CoquillRelayClient *self)
{
  self->events = NULL;
  shut (self, TRUE);
  unref (self);
}

void
coquill_relay_client_send (CoquillRelayClient *self, const CoquillRelayFrame *frame)
{
  g_autoptr (GBytes) bytes = NULL;

  if (self->websocket == NULL
      || soup_websocket_connection_get_state (self->websocket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  bytes = coquill_relay_frame_encode (frame);
  soup_websocket_connection_send_message (self->websocket, SOUP_WEBSOCKET_DATA_BINARY, bytes);
  if (frame->kind == COQUILL_RELAY_FRAME_PING || frame->kind == COQUILL_RELAY_FRAME_PONG)
    return;
  self->queued += g_bytes_get_size (bytes);
  self->since_ping += g_bytes_get_size (bytes);
  if (self->ping_at == 0 && self->since_ping >= COQUILL_RELAY_CLIENT_PING_BYTES)
    send_ping (self);
}

gsize
coquill_relay_client_get_queued (CoquillRelayClient *self)
{
  return self->queued;
}

GSocketAddress *
coquill_relay_client_get_remote_address (CoquillRelayClient *self)
{
  return self->socket != NULL ? g_socket_get_remote_address (self->socket, NULL) : NULL;
}

GError *
coquill_relay_client_error_new (const CoquillRelayFrame *frame)
{
  static const struct
  {
    CoquillRelayCode code;
    CoquillNetError error;
  } codes[] = {
    { COQUILL_RELAY_CODE_MALFORMED, COQUILL_NET_ERROR_PROTOCOL },
    { COQUILL_RELAY_CODE_VERSION, COQUILL_NET_ERROR_VERSION },
    { COQUILL_RELAY_CODE_NO_ROOM, COQUILL_NET_ERROR_NO_ROOM },
    { COQUILL_RELAY_CODE_PROOF, COQUILL_NET_ERROR_REFUSED },
    { COQUILL_RELAY_CODE_LOCK, COQUILL_NET_ERROR_REFUSED },
    { COQUILL_RELAY_CODE_LOCK_CHANGED, COQUILL_NET_ERROR_LOCK_CHANGED },
    { COQUILL_RELAY_CODE_RIGHTS, COQUILL_NET_ERROR_REFUSED },
    { COQUILL_RELAY_CODE_ENVELOPE, COQUILL_NET_ERROR_PROTOCOL },
    { COQUILL_RELAY_CODE_TOO_LARGE, COQUILL_NET_ERROR_LIMIT },
    { COQUILL_RELAY_CODE_TOO_MANY, COQUILL_NET_ERROR_LIMIT },
    { COQUILL_RELAY_CODE_FULL, COQUILL_NET_ERROR_FULL },
    { COQUILL_RELAY_CODE_SLOW, COQUILL_NET_ERROR_LIMIT },
    { COQUILL_RELAY_CODE_IDLE, COQUILL_NET_ERROR_LIMIT },
    { COQUILL_RELAY_CODE_NOT_FOUND, COQUILL_NET_ERROR_NOT_FOUND },
    { COQUILL_RELAY_CODE_NOT_IN, COQUILL_NET_ERROR_PROTOCOL },
    { COQUILL_RELAY_CODE_STORAGE, COQUILL_NET_ERROR_FULL },
    { COQUILL_RELAY_CODE_STOPPING, COQUILL_NET_ERROR_LOST },
  };
  CoquillNetError code = COQUILL_NET_ERROR_PROTOCOL;

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (codes[i].code == frame->code)
      code = codes[i].error;
  /* The relay's own words are quoted: they are a stranger's, and in its operator's language. */
  return g_error_new (COQUILL_NET_ERROR, code, _ ("The relay says: “%s”"),
                      frame->text != NULL ? frame->text : "");
}
