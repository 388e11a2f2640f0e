/* relay-listener.c: the listening socket: who may connect at all */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-listener.h"

#include "relay/relay-log.h"

#include <string.h>
#include <sys/resource.h>

/* Accepted in one turn of the main loop. */
#define BATCH 64
/* Rest after a failed accept, in milliseconds: the cause (no descriptors in the whole system) won't go at
 * once. */
#define REST 100

struct _CoquillRelayListener
{
  CoquillRelayOptions *options;
  CoquillRelayListenerFunc func;
  gpointer data;
  GSocket *socket; /* (owned) (nullable) */
  GSource *source; /* (owned) (nullable) */
  guint rest_source;
  GHashTable *addresses; /* (owned) address, without the host's part → number */
  guint n_connections;
};

/* What is counted as one address: an IPv4 address, or the /64 that an IPv6 host is given. */
static char *
get_counted_address (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  GInetAddress *address;
  guint8 bytes[16] = { 0 };

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("?");
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (address);
  memcpy (bytes, g_inet_address_to_bytes (address), 8);
  g_autoptr (GInetAddress) network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

typedef struct
{
  CoquillRelayListener *listener;
  char *address;
} Counted;

static void
finalized_cb (gpointer data, GObject *where)
{
  Counted *counted = data;
  CoquillRelayListener *self = counted->listener;
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->addresses, counted->address));

  self->n_connections--;
  if (number <= 1)
    g_hash_table_remove (self->addresses, counted->address);
  else
    g_hash_table_insert (self->addresses, g_strdup (counted->address), GUINT_TO_POINTER (number - 1));
  g_free (counted->address);
  g_free (counted);
}

static void
turn_away (GSocket *socket, const char *status)
{
  g_autofree char *answer
      = g_strdup_printf ("HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status);

  g_socket_set_blocking (socket, FALSE);
  g_socket_send (socket, answer, strlen (answer), NULL, NULL);
  g_socket_close (socket, NULL);
}

static void
take (CoquillRelayListener *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autofree char *address = get_counted_address (connection);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->addresses, address));
  Counted *counted;

  if (self->n_connections >= (guint)self->options->connections)
    {
      coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "full", "connections=%u", self->n_connections);
      turn_away (socket, "503 Service Unavailable");
      return;
    }
  if (number >= (guint)self->options->connections_per_address)
    {
      coquill_relay_log (COQUILL_RELAY_LOG_WARNING, "crowded", "address=%s connections=%u", address, number);
      turn_away (socket, "429 Too Many Requests");
      return;
    }
  self->n_connections++;
  counted = g_new (Counted, 1);
  counted->listener = self;
  counted->address = g_strdup (address);
  g_hash_table_insert (self->addresses, g_steal_pointer (&address), GUINT_TO_POINTER (number + 1));
  g_object_weak_ref (G_OBJECT (connection), finalized_cb, counted);
  self->func (connection, self->data);
}

static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer data);

static void
attach (CoquillRelayListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (accept_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static void
detach (CoquillRelayListener *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
rested_cb (gpointer data)
{
  CoquillRelayListener *self = data;

  self->rest_source = 0;
  attach (self);
  return G_SOURCE_REMOVE;
}

static gboolean
accept_cb (GSocket *socket, GIOCondition condition, gpointer data)
{
  CoquillRelayListener *self = data;

  for (int i = 0; i < BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) client = g_socket_accept (socket, NULL, &error);

      if (client != NULL)
        {
          take (self, client);
          continue;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      /* One client's failure (gone again before we came) is nobody else's. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES)
          && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
        continue;
      coquill_relay_log (COQUILL_RELAY_LOG_ERROR, "accept", "reason=\"%s\"", error->message);
      detach (self);
      self->rest_source = g_timeout_add (REST, rested_cb, self);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

/* Raises the limit of descriptors to what it may be, and lowers the number of connections to it. */
static void
fit_descriptors (CoquillRelayOptions *options)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  if (limit.rlim_cur < limit.rlim_max)
    {
      rlim_t wanted = (rlim_t)options->connections + COQUILL_RELAY_LISTENER_RESERVE;
      limit.rlim_cur = MAX (limit.rlim_cur, MIN (wanted, limit.rlim_max));
      setrlimit (RLIMIT_NOFILE, &limit);
      getrlimit (RLIMIT_NOFILE, &limit);
    }
  if (limit.rlim_cur < (rlim_t)options->connections + COQUILL_RELAY_LISTENER_RESERVE)
    options->connections = MAX ((gint64)limit.rlim_cur - COQUILL_RELAY_LISTENER_RESERVE, 1);
}

GSocketAddress *
coquill_relay_listener_parse_address (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint64 port;
  GSocketAddress *address = NULL;

  if (colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      host = g_strndup (text, colon - text);
      if (host[0] == '[' && g_str_has_suffix (host, "]"))
        {
          host[strlen (host) - 1] = '\0';
          memmove (host, host + 1, strlen (host));
        }
      address = g_inet_socket_address_new_from_string (strcmp (host, "localhost") == 0 ? "127.0.0.1" : host,
                                                       port);
    }
  if (address == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "“%s” is not ADDRESS:PORT, as in 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080", text);
  return address;
}

CoquillRelayListener *
coquill_relay_listener_new (CoquillRelayOptions *options,
                            CoquillRelayListenerFunc func,
                            gpointer data,
                            GError **error)
{
  g_autoptr (GSocketAddress) address = coquill_relay_listener_parse_address (options->listen, error);
  g_autoptr (GSocket) socket = NULL;
  CoquillRelayListener *self;

  if (address == NULL)
    return NULL;
  socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                         error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, COQUILL_RELAY_LISTENER_BACKLOG);
  g_socket_set_blocking (socket, FALSE);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    {
      g_prefix_error (error, "Can't listen on %s: ", options->listen);
      return NULL;
    }
  fit_descriptors (options);

  self = g_new0 (CoquillRelayListener, 1);
  self->options = options;
  self->func = func;
  self->data = data;
  self->socket = g_steal_pointer (&socket);
  self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  attach (self);
  return self;
}

void
coquill_relay_listener_stop (CoquillRelayListener *self)
{
  g_clear_handle_id (&self->rest_source, g_source_remove);
  detach (self);
  g_socket_close (self->socket, NULL);
}

void
coquill_relay_listener_free (CoquillRelayListener *self)
{
  coquill_relay_listener_stop (self);
  g_object_unref (self->socket);
  g_hash_table_unref (self->addresses);
  g_free (self);
}

GSocketAddress *
coquill_relay_listener_get_address (CoquillRelayListener *self)
{
  return g_socket_get_local_address (self->socket, NULL);
}

char *
coquill_relay_listener_get_name (CoquillRelayListener *self)
{
  g_autoptr (GSocketAddress) address = coquill_relay_listener_get_address (self);

  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
}
