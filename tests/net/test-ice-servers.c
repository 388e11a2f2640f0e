/* test-ice-servers.c: what of a relay's services an agent gets to see */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "net/ice-servers.h"

/* Looks nothing up: answers when the test wants, with what it wants. */
#define RESOLVER_TYPE (resolver_get_type ())
G_DECLARE_FINAL_TYPE (Resolver, resolver, TEST, RESOLVER, GResolver)

struct _Resolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (Resolver, resolver, G_TYPE_RESOLVER)

/* Held while nobody answers; ends when it is cancelled. */
static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_task_return_error_if_cancelled (data);
}

static void
lookup (GResolver *resolver,
        const char *name,
        GCancellable *cancellable,
        GAsyncReadyCallback callback,
        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GList *found = NULL;

  if (g_str_equal (name, "never.example"))
    {
      if (g_task_return_error_if_cancelled (task))
        return;
      g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb), g_object_ref (task),
                             (GClosureNotify)(GCallback)g_object_unref, 0);
      return;
    }
  if (g_str_equal (name, "many.example"))
    {
      found = g_list_append (found, g_inet_address_new_from_string ("198.51.100.1"));
      found = g_list_append (found, g_inet_address_new_from_string ("198.51.100.2"));
      found = g_list_append (found, g_inet_address_new_from_string ("2001:db8::1"));
      found = g_list_append (found, g_inet_address_new_from_string ("2001:db8::2"));
    }
  else if (g_str_equal (name, "here.example"))
    found = g_list_append (found, g_inet_address_new_from_string ("127.0.0.1"));
  if (found != NULL)
    g_task_return_pointer (task, found, (GDestroyNotify)g_resolver_free_addresses);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "nobody");
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
resolver_class_init (ResolverClass *class)
{
  G_RESOLVER_CLASS (class)->lookup_by_name_async = lookup;
  G_RESOLVER_CLASS (class)->lookup_by_name_finish = lookup_finish;
}

static void
resolver_init (Resolver *self)
{
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static CoquillIceServers *
ask (const char *relay,
     const char *const *uris,
     const char *password,
     GCancellable *cancellable,
     GError **error)
{
  g_autoptr (GSocketAddress) address
      = relay == NULL ? NULL : g_inet_socket_address_new_from_string (relay, 443);
  g_autoptr (GAsyncResult) result = NULL;

  coquill_ice_servers_new_from_services_async (address, 3000, uris, "user", password, cancellable,
                                               finished_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return coquill_ice_servers_new_from_services_finish (result, error);
}

static void
check (const char *relay, const char *uri, const char *expected)
{
  const char *uris[] = { uri, NULL };
  g_autoptr (CoquillIceServers) servers = ask (relay, uris, "password", NULL, NULL);
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_nonnull (servers);
  for (guint i = 0; i < servers->n_turn; i++)
    {
      g_string_append_printf (found, "%s%s %u %s", i > 0 ? ", " : "", servers->turn[i].host,
                              servers->turn[i].port, servers->turn[i].is_tcp ? "tcp" : "udp");
      g_assert_cmpstr (servers->turn[i].user, ==, "user");
      g_assert_cmpstr (servers->turn[i].password, ==, "password");
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_uris (void)
{
  check (NULL, "turn:192.0.2.1", "192.0.2.1 3478 udp");
  check (NULL, "turn:192.0.2.1:5000?transport=tcp", "192.0.2.1 5000 tcp");
  check (NULL, "turn:[2001:db8::7]:5000", "2001:db8::7 5000 udp");
  check (NULL, "turn:many.example", "198.51.100.1 3478 udp, 2001:db8::1 3478 udp");
  check (NULL, "turn:nobody.example", "");
  check (NULL, "turns:192.0.2.1", "");
  check (NULL, "nonsense", "");
}

static void
test_own_machine (void)
{
  check ("192.0.2.9", "turn:127.0.0.1:22?transport=tcp", "");
  check ("192.0.2.9", "turn:here.example", "");
  check ("192.0.2.9", "turn:[::1]", "");
  check ("192.0.2.9", "turn:169.254.169.254:80?transport=tcp", "");
  check ("192.0.2.9", "turn:224.0.0.1", "");
  check ("192.0.2.9", "turn:0.0.0.0", "");
  check ("127.0.0.1", "turn:127.0.0.1", "127.0.0.1 3478 udp");
}

/* Private addresses mean something in this network only, and IPv6 has many ways to say an IPv4 address. */
static void
test_nearness (void)
{
  static const char *const relays[]
      = { NULL, "198.51.100.1", "2001:db8::1", "169.254.1.1", "192.168.1.1", "fd00::1", "127.0.0.1" };
  /* From which of the relays on it is taken. */
  static const struct
  {
    const char *uri;
    guint first;
    const char *expected;
  } cases[] = {
    { "turn:198.51.100.9", 0, "198.51.100.9 3478 udp" },
    { "turn:172.32.0.0", 0, "172.32.0.0 3478 udp" },
    { "turn:[2001:db8::9]:443?transport=tcp", 0, "2001:db8::9 443 tcp" },
    { "turn:192.168.1.9", 4, "192.168.1.9 3478 udp" },
    { "turn:10.0.0.1:80?transport=tcp", 4, "10.0.0.1 80 tcp" },
    { "turn:172.31.255.255", 4, "172.31.255.255 3478 udp" },
    { "turn:100.64.0.1", 4, "100.64.0.1 3478 udp" },
    { "turn:[fd00::9]", 4, "fd00::9 3478 udp" },
    { "turn:[fec0::9]", 4, "fec0::9 3478 udp" },
    { "turn:127.0.0.1:631?transport=tcp", 6, "127.0.0.1 631 tcp" },
    { "turn:[::1]", 6, "::1 3478 udp" },
    { "turn:[::ffff:127.0.0.1]:631?transport=tcp", G_MAXUINT, "" },
    { "turn:[::ffff:192.168.1.1]:80?transport=tcp", G_MAXUINT, "" },
    { "turn:[::127.0.0.1]", G_MAXUINT, "" },
    { "turn:[64:ff9b::127.0.0.1]", G_MAXUINT, "" },
    { "turn:[2002:7f00:1::]", G_MAXUINT, "" },
    { "turn:0.0.0.0", G_MAXUINT, "" },
    { "turn:0.0.0.1", G_MAXUINT, "" },
    { "turn:169.254.169.254:80?transport=tcp", G_MAXUINT, "" },
    { "turn:[fe80::1]", G_MAXUINT, "" },
    { "turn:224.0.0.251:5353", G_MAXUINT, "" },
    { "turn:255.255.255.255", G_MAXUINT, "" },
    { "turn:[ff02::fb]:5353", G_MAXUINT, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint k = 0; k < G_N_ELEMENTS (relays); k++)
      {
        g_test_message ("%s of a relay at %s", cases[i].uri, relays[k] != NULL ? relays[k] : "nowhere");
        check (relays[k], cases[i].uri, k >= cases[i].first ? cases[i].expected : "");
      }
}

static void
test_bounds (void)
{
  const char *uris[100] = { NULL };
  g_autofree char *endless = g_strnfill (COQUILL_ICE_SERVERS_CREDENTIAL_MAX + 1, 'x');
  g_autoptr (CoquillIceServers) many = NULL;
  g_autoptr (CoquillIceServers) none = NULL;
  g_autoptr (CoquillIceServers) bare = NULL;

  for (guint i = 0; i < 99; i++)
    uris[i] = "turn:many.example";
  many = ask ("2001:db8::9", uris, "password", NULL, NULL);
  g_assert_cmpuint (many->n_turn, ==, COQUILL_ICE_SERVERS_MAX_TURN);
  g_assert_cmpstr (many->stun_host, ==, "2001:db8::9");
  g_assert_cmpuint (many->stun_port, ==, 3000);
  none = ask (NULL, uris, endless, NULL, NULL);
  g_assert_cmpuint (none->n_turn, ==, 0);
  g_assert_null (none->stun_host);
  bare = ask ("192.0.2.9", NULL, NULL, NULL, NULL);
  g_assert_cmpstr (bare->stun_host, ==, "192.0.2.9");
}

static void
test_deadline (void)
{
  const char *uris[] = { "turn:never.example", "turn:many.example", NULL };
  gint64 start = g_get_monotonic_time ();
  g_autoptr (CoquillIceServers) servers = ask (NULL, uris, "password", NULL, NULL);

  g_assert_cmpuint (servers->n_turn, ==, 2);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, (COQUILL_ICE_SERVERS_RESOLVE_MS - 100) * 1000);
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
  const char *uris[] = { "turn:never.example", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_timeout_add (20, cancel_cb, cancellable);
  g_assert_null (ask (NULL, uris, "password", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (ask (NULL, uris, "password", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, COQUILL_ICE_SERVERS_RESOLVE_MS * 1000);
}

static void
test_stun (void)
{
  g_autoptr (CoquillIceServers) name = coquill_ice_servers_new ("stun.example", 3478);
  g_autoptr (CoquillIceServers) port = coquill_ice_servers_new ("192.0.2.1", 0);
  g_autoptr (CoquillIceServers) fine = coquill_ice_servers_new ("2001:db8::1", 3478);

  g_assert_null (name->stun_host);
  g_assert_null (port->stun_host);
  g_assert_cmpstr (fine->stun_host, ==, "2001:db8::1");
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = NULL;

  g_test_init (&argc, &argv, NULL);
  resolver = g_object_new (RESOLVER_TYPE, NULL);
  g_resolver_set_default (resolver);
  g_test_add_func ("/ice-servers/turn-uris-become-addresses", test_uris);
  g_test_add_func ("/ice-servers/a-relay-elsewhere-cant-name-this-machine", test_own_machine);
  g_test_add_func ("/ice-servers/no-server-is-nearer-than-its-relay", test_nearness);
  g_test_add_func ("/ice-servers/there-are-few-of-them", test_bounds);
  g_test_add_func ("/ice-servers/a-name-that-takes-too-long-is-left-out", test_deadline);
  g_test_add_func ("/ice-servers/cancelled-at-once", test_cancel);
  g_test_add_func ("/ice-servers/stun-is-numeric", test_stun);
  return g_test_run ();
}
