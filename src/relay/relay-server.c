/* relay-server.c: HTTP and the WebSocket handshake in front of the hub */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-server.h"

#include "relay/link-page.h"
#include "relay/relay-log.h"
#include "relay/relay-stun.h"

#include <libsoup/soup.h>
#include <string.h>

/* The longest name of a relay: a host name and a port. */
#define AUTHORITY_MAX 261

struct _CoquillRelayServer
{
  CoquillRelayOptions *options;
  CoquillRelayHub *hub;
  CoquillRelayListener *listener; /* (owned) */
  CoquillRelayPoller *poller;     /* (owned) */
  CoquillRelayStun *stun;         /* (owned) (nullable) */
  SoupServer *soup;               /* (owned) */
  CoquillLinkPage page;
  GHashTable *visitors; /* (owned) remote address and port → Visitor: connections that are HTTP still */
};

/* A connection before its upgrade. */
typedef struct
{
  CoquillRelayServer *server;
  char *remote;    /* (owned) */
  GSocket *socket; /* (owned) */
  guint deadline;
} Visitor;

static void
visitor_free (Visitor *visitor)
{
  g_clear_handle_id (&visitor->deadline, g_source_remove);
  g_free (visitor->remote);
  g_object_unref (visitor->socket);
  g_free (visitor);
}

static gboolean
deadline_cb (gpointer data)
{
  Visitor *visitor = data;

  visitor->deadline = 0;
  /* Libsoup sees the end and lets go of it. */
  g_socket_shutdown (visitor->socket, TRUE, TRUE, NULL);
  g_hash_table_remove (visitor->server->visitors, visitor->remote);
  return G_SOURCE_REMOVE;
}

static void
connected_cb (GSocketConnection *connection, gpointer data)
{
  CoquillRelayServer *self = data;
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  Visitor *visitor;

  /* Without addresses it is gone already. */
  if (local == NULL || remote == NULL)
    return;
  visitor = g_new0 (Visitor, 1);
  visitor->server = self;
  visitor->remote = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  visitor->socket = g_object_ref (g_socket_connection_get_socket (connection));
  visitor->deadline = g_timeout_add_seconds (self->options->request_seconds, deadline_cb, visitor);
  g_hash_table_replace (self->visitors, visitor->remote, visitor);
  /* Last: if the request is there already, it is answered in here. */
  soup_server_accept_iostream (self->soup, G_IO_STREAM (connection), local, remote, NULL);
}

static void
upgraded_cb (SoupServerMessage *message, gpointer data)
{
  CoquillRelayServer *self = data;
  g_autofree char *remote = g_socket_connectable_to_string (
      G_SOCKET_CONNECTABLE (soup_server_message_get_remote_address (message)));
  Visitor *visitor = g_hash_table_lookup (self->visitors, remote);
  CoquillRelayConnection *connection;
  GIOStream *stream;

  /* No visitor: its time was up while it upgraded. */
  if (visitor == NULL || soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;
  g_object_ref (message);
  stream = soup_server_message_steal_connection (message);
  connection
      = coquill_relay_connection_new (self->poller, stream, visitor->socket, self->options->message_bytes);
  coquill_relay_hub_add (
      self->hub, connection,
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host"),
      soup_server_message_get_remote_host (message));
  g_hash_table_remove (self->visitors, remote);
  g_object_unref (message);
}

/* Host is compared without regard to case, as host names are. */
static gboolean
is_our_name (CoquillRelayServer *self, const char *authority)
{
  if (authority == NULL || authority[0] == '\0' || strlen (authority) > AUTHORITY_MAX)
    return FALSE;
  if (self->options->names == NULL)
    return TRUE;
  for (char **name = self->options->names; *name != NULL; name++)
    if (g_ascii_strcasecmp (*name, authority) == 0)
      return TRUE;
  return FALSE;
}

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

/* Runs when the headers are there, before a body would be read. */
static void
request_cb (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  CoquillRelayServer *self = data;
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  const char *method = soup_server_message_get_method (message);
  static char *protocols[] = { (char *)COQUILL_RELAY_SUBPROTOCOL, NULL };

  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  if (strcmp (method, SOUP_METHOD_GET) != 0 && strcmp (method, SOUP_METHOD_HEAD) != 0)
    answer (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "text/plain", "only GET\n");
  else if (soup_message_headers_get_content_length (request) > 0
           || soup_message_headers_get_encoding (request) == SOUP_ENCODING_CHUNKED)
    answer (message, SOUP_STATUS_BAD_REQUEST, "text/plain", "no body, please\n");
  else if (strcmp (path, "/healthz") == 0)
    answer (message, SOUP_STATUS_OK, "text/plain", "ok\n");
  else if (strcmp (path, "/j/") == 0)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Content-Security-Policy", self->page.policy);
      answer (message, SOUP_STATUS_OK, "text/html; charset=utf-8", self->page.html);
    }
  else if (strcmp (path, COQUILL_RELAY_PATH) != 0)
    answer (message, SOUP_STATUS_NOT_FOUND, "text/plain", "this is a Coquill relay\n");
  else if (!is_our_name (self, soup_message_headers_get_one (request, "Host")))
    answer (message, SOUP_STATUS_MISDIRECTED_REQUEST, "text/plain", "not the name of this relay\n");
  else if (soup_websocket_server_process_handshake (message, NULL, protocols, NULL, NULL))
    g_signal_connect (message, "wrote-informational", G_CALLBACK (upgraded_cb), self);
  else
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
}

/* Without STUN a relay is a relay still: what goes wrong is reported, and clients are told. */
static void
start_stun (CoquillRelayServer *self)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  if (self->options->no_stun)
    return;
  if (self->options->stun != NULL)
    address = coquill_relay_listener_parse_address (self->options->stun, &error);
  else
    address = coquill_relay_listener_get_address (self->listener);
  if (address != NULL)
    self->stun = coquill_relay_stun_new (address, self->options, self->poller, &error);
  if (self->stun != NULL)
    self->hub->stun_port = coquill_relay_stun_get_port (self->stun);
  else
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "stun", "reason=\"not answered: %s\"", error->message);
}

/* A relay of no name can't tell proofs that were made for it from those that another relay passes on. */
static void
warn_of_no_name (CoquillRelayServer *self)
{
  g_autoptr (GSocketAddress) address = coquill_relay_listener_get_address (self->listener);
  GInetAddress *host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));

  if (self->options->names == NULL && !g_inet_address_get_is_loopback (host))
    coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "name",
                       "reason=\"another relay could use its visitors' proofs here: "
                       "give the address that clients dial as --name HOST[:PORT]\"");
}

CoquillRelayServer *
coquill_relay_server_new (CoquillRelayOptions *options, CoquillRelayHub *hub, GError **error)
{
  CoquillRelayServer *self = g_new0 (CoquillRelayServer, 1);

  self->options = options;
  self->hub = hub;
  self->poller = coquill_relay_poller_new (error);
  if (self->poller != NULL)
    self->listener = coquill_relay_listener_new (options, connected_cb, self, error);
  if (self->listener == NULL)
    {
      g_clear_pointer (&self->poller, coquill_relay_poller_free);
      g_free (self);
      return NULL;
    }
  self->visitors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)visitor_free);
  self->soup = soup_server_new (NULL, NULL);
  soup_server_add_early_handler (self->soup, NULL, request_cb, self, NULL);
  coquill_link_page_init (&self->page);
  start_stun (self);
  warn_of_no_name (self);
  return self;
}

char *
coquill_relay_server_get_uri (CoquillRelayServer *self)
{
  g_autofree char *name = coquill_relay_listener_get_name (self->listener);

  return g_strconcat ("http://", name, NULL);
}

void
coquill_relay_server_stop (CoquillRelayServer *self)
{
  coquill_relay_listener_stop (self->listener);
  g_hash_table_remove_all (self->visitors);
  soup_server_disconnect (self->soup);
}

void
coquill_relay_server_free (CoquillRelayServer *self)
{
  g_clear_object (&self->soup);
  g_clear_pointer (&self->visitors, g_hash_table_unref);
  coquill_link_page_clear (&self->page);
  g_clear_pointer (&self->stun, coquill_relay_stun_free);
  coquill_relay_poller_free (self->poller);
  coquill_relay_listener_free (self->listener);
  g_free (self);
}
