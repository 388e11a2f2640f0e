/* test-nat-probe.c: what a relay's STUN tells of routers, and what hostile answers don't */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>
#include <stun/stunagent.h>
#include <sys/socket.h>

#include "net/nat-probe.h"

#define OTHER_ADDRESS ((StunAttribute)0x802c)

/* A relay with two ports, behind a router of the test's choice. */
typedef struct
{
  GSocket *sockets[2];
  GSource *sources[2];
  guint n_asked[2];
  guint n_lost;
  gboolean hides_other;
  gboolean second_is_silent;
  gboolean is_hostile;
  const char *mapped;
  guint16 ports[2];
} Server;

static void
append (StunMessage *message, StunAttribute attribute, GSocketAddress *address, gboolean is_xor)
{
  struct sockaddr_storage native = { 0 };
  gssize size = g_socket_address_get_native_size (address);

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  if (is_xor)
    stun_message_append_xor_addr (message, attribute, &native, size);
  else
    stun_message_append_addr (message, attribute, (struct sockaddr *)&native, size);
}

static void
answer (Server *server, guint which, GSocketAddress *to, StunAgent *agent, StunMessage *request)
{
  g_autoptr (GSocketAddress) mapped
      = server->mapped != NULL ? g_inet_socket_address_new_from_string (server->mapped, server->ports[which])
                               : g_object_ref (to);
  g_autoptr (GSocketAddress) other = g_socket_get_local_address (server->sockets[1], NULL);
  guint8 buffer[500];
  StunMessage message;
  gsize size;

  if (server->is_hostile)
    {
      for (guint i = 0; i < 50; i++)
        {
          gsize length = g_test_rand_int_range (0, sizeof buffer);

          for (gsize n = 0; n < length; n++)
            buffer[n] = g_test_rand_int ();
          g_socket_send_to (server->sockets[which], to, (char *)buffer, length, NULL, NULL);
        }
    }
  g_assert_true (stun_agent_init_response (agent, &message, buffer, sizeof buffer, request));
  append (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, mapped, TRUE);
  if (!server->hides_other)
    append (&message, OTHER_ADDRESS, other, FALSE);
  size = stun_agent_finish_message (agent, &message, NULL, 0);
  if (server->is_hostile)
    {
      /* The right answer from the wrong port; with a wrong transaction; cut short. */
      g_socket_send_to (server->sockets[!which], to, (char *)buffer, size, NULL, NULL);
      buffer[10] ^= 1;
      g_socket_send_to (server->sockets[which], to, (char *)buffer, size, NULL, NULL);
      buffer[10] ^= 1;
      g_socket_send_to (server->sockets[which], to, (char *)buffer, size - 4, NULL, NULL);
    }
  g_socket_send_to (server->sockets[which], to, (char *)buffer, size, NULL, NULL);
}

static gboolean
asked_cb (GSocket *socket, GIOCondition condition, gpointer data)
{
  Server *server = data;
  guint which = socket == server->sockets[1];
  g_autoptr (GSocketAddress) from = NULL;
  guint8 question[500];
  gssize size = g_socket_receive_from (socket, &from, (char *)question, sizeof question, NULL, NULL);
  StunAgent agent;
  StunMessage request;

  g_assert_cmpint (size, >, 0);
  stun_agent_init (&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_IGNORE_CREDENTIALS);
  g_assert_cmpint (stun_agent_validate (&agent, &request, question, size, NULL, NULL), ==,
                   STUN_VALIDATION_SUCCESS);
  if (++server->n_asked[which] > server->n_lost && !(which == 1 && server->second_is_silent))
    answer (server, which, from, &agent, &request);
  return G_SOURCE_CONTINUE;
}

static void
server_init (Server *server, const char *host)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (host, 0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      server->sockets[i] = g_socket_new (g_socket_address_get_family (any), G_SOCKET_TYPE_DATAGRAM,
                                         G_SOCKET_PROTOCOL_UDP, &error);
      g_assert_no_error (error);
      g_socket_bind (server->sockets[i], any, FALSE, &error);
      g_assert_no_error (error);
      server->sources[i] = g_socket_create_source (server->sockets[i], G_IO_IN, NULL);
      g_source_set_callback (server->sources[i], G_SOURCE_FUNC (asked_cb), server, NULL);
      g_source_attach (server->sources[i], NULL);
    }
}

static void
server_clear (Server *server)
{
  for (guint i = 0; i < 2; i++)
    {
      g_source_destroy (server->sources[i]);
      g_source_unref (server->sources[i]);
      g_object_unref (server->sockets[i]);
    }
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static CoquillNatResult *
probe (Server *server, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (server->sockets[0], NULL);
  g_autoptr (GAsyncResult) result = NULL;

  coquill_nat_probe_async (G_INET_SOCKET_ADDRESS (address), cancellable, finished_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return coquill_nat_probe_finish (result, error);
}

static void
check (Server server, const char *host, CoquillNatMapping mapping)
{
  g_autoptr (CoquillNatResult) result = NULL;
  g_autoptr (GError) error = NULL;

  server_init (&server, host);
  result = probe (&server, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (result->udp_works);
  g_assert_cmpint (result->mapping, ==, mapping);
  g_assert_cmpint (result->round_trip, >=, 0);
  g_assert_nonnull (result->mapped);
  g_assert_nonnull (result->own);
  g_assert_cmpuint (result->answered_after, ==, server.n_lost + 1);
  server_clear (&server);
}

static void
test_mappings (void)
{
  check ((Server){ 0 }, "127.0.0.1", COQUILL_NAT_NONE);
  check ((Server){ .mapped = "203.0.113.5", .ports = { 4000, 4000 } }, "127.0.0.1", COQUILL_NAT_SAME);
  check ((Server){ .mapped = "203.0.113.5", .ports = { 4000, 4001 } }, "127.0.0.1", COQUILL_NAT_DIFFERENT);
  check ((Server){ .mapped = "203.0.113.5", .ports = { 4000 }, .hides_other = TRUE }, "127.0.0.1",
         COQUILL_NAT_UNKNOWN);
}

static void
test_ipv6 (void)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  if (socket == NULL || !g_socket_bind (socket, any, FALSE, NULL))
    {
      g_test_skip ("no IPv6 here");
      return;
    }
  check ((Server){ 0 }, "::1", COQUILL_NAT_NONE);
  check ((Server){ .mapped = "2001:db8::5", .ports = { 4000, 4000 } }, "::1", COQUILL_NAT_SAME);
}

static void
test_loss (void)
{
  check ((Server){ .mapped = "203.0.113.5", .ports = { 4000, 4000 }, .n_lost = 2 }, "127.0.0.1",
         COQUILL_NAT_SAME);
}

static void
test_hostile (void)
{
  for (guint i = 0; i < 20; i++)
    check ((Server){ .mapped = "203.0.113.5", .ports = { 4000, 4001 }, .is_hostile = TRUE }, "127.0.0.1",
           COQUILL_NAT_DIFFERENT);
}

static void
test_silence (void)
{
  Server server = { .second_is_silent = TRUE, .mapped = "203.0.113.5", .ports = { 4000 } };
  Server dead = { .n_lost = G_MAXUINT };
  g_autoptr (CoquillNatResult) half = NULL;
  g_autoptr (CoquillNatResult) none = NULL;
  gint64 start = g_get_monotonic_time ();

  server_init (&server, "127.0.0.1");
  half = probe (&server, NULL, NULL);
  g_assert_true (half->udp_works);
  g_assert_cmpint (half->mapping, ==, COQUILL_NAT_UNKNOWN);
  g_assert_cmpuint (server.n_asked[1], ==, COQUILL_NAT_PROBE_QUESTIONS);
  server_clear (&server);

  server_init (&dead, "127.0.0.1");
  none = probe (&dead, NULL, NULL);
  g_assert_false (none->udp_works);
  g_assert_cmpint (none->mapping, ==, COQUILL_NAT_UNKNOWN);
  g_assert_null (none->mapped);
  g_assert_cmpint (none->round_trip, ==, -1);
  g_assert_cmpuint (dead.n_asked[0], ==, COQUILL_NAT_PROBE_QUESTIONS);
  server_clear (&dead);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 2 * (COQUILL_NAT_PROBE_DEADLINE_MS - 100) * 1000);
}

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Server dead = { .n_lost = G_MAXUINT };
  gint64 start = g_get_monotonic_time ();

  server_init (&dead, "127.0.0.1");
  g_timeout_add (50, cancel_cb, cancellable);
  g_assert_null (probe (&dead, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (probe (&dead, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, COQUILL_NAT_PROBE_DEADLINE_MS * 1000);
  server_clear (&dead);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nat-probe/kinds-of-routers-are-told-apart", test_mappings);
  g_test_add_func ("/nat-probe/ipv6", test_ipv6);
  g_test_add_func ("/nat-probe/lost-questions-are-asked-again", test_loss);
  g_test_add_func ("/nat-probe/hostile-answers-change-nothing", test_hostile);
  g_test_add_func ("/nat-probe/silence-ends-at-the-deadline", test_silence);
  g_test_add_func ("/nat-probe/cancelled-at-once", test_cancel);
  return g_test_run ();
}
