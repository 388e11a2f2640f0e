/* test-ice.c: two agents in one process, with real sockets */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ice-peer.h"
#include "own-network.h"

static void
test_connect (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  CoquillIcePair pair;

  g_assert_false (coquill_ice_agent_get_pair (a->agent, &pair));
  peer_connect (a, b);
  g_test_message ("connected after %.1f ms", (g_get_monotonic_time () - start) / 1e3);
  g_assert_true (coquill_ice_agent_get_pair (a->agent, &pair));
  g_assert_cmpint (pair.local, ==, COQUILL_CANDIDATE_HOST);

  for (guint i = 1; i <= 500; i++)
    {
      guint8 datagram[1200] = { 0 };

      memcpy (datagram, &i, sizeof i);
      g_assert_true (coquill_ice_agent_send (a->agent, datagram, sizeof datagram));
      g_assert_true (coquill_ice_agent_send (b->agent, datagram, 1 + i % 1200));
      if (i % 50 == 0)
        wait_until (60, a->n_received == i && b->n_received == i);
      g_assert_cmpuint (a->n_received, >=, i / 50 * 50);
    }
  g_assert_cmpuint (a->n_received, ==, 500);
  g_assert_cmpuint (b->n_received, ==, 500);
  g_assert_cmpuint (b->last->len, ==, 1200);
  g_assert_cmpuint (coquill_ice_agent_get_statistics (a->agent)->sent, ==, 500);
  g_assert_cmpuint (coquill_ice_agent_get_statistics (b->agent)->received, ==, 500);
  g_assert_cmpuint (coquill_ice_agent_get_statistics (b->agent)->would_block, ==, 0);
}

/* A burst longer than one dispatch may be: nothing is lost between two of them. */
static void
test_burst (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  guint8 datagram[100] = { 0x40 };

  peer_connect (a, b);
  for (guint i = 0; i < 3 * COQUILL_ICE_BURST; i++)
    g_assert_true (coquill_ice_agent_send (a->agent, datagram, sizeof datagram));
  wait_until (60, b->n_received == 3 * COQUILL_ICE_BURST);
  g_assert_cmpuint (b->n_received, ==, 3 * COQUILL_ICE_BURST);
}

typedef struct
{
  Peer *to;
  Peer *from;
  gssize candidate;
} Step;

/* Everything that one side hears from the other comes in any order. */
static void
test_any_order (void)
{
  for (guint round = 0; round < 10; round++)
    {
      g_autoptr (Peer) a = peer_new (TRUE, NULL);
      g_autoptr (Peer) b = peer_new (FALSE, NULL);
      g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));

      wait_until (60, a->gathered && b->gathered);
      g_assert_cmpuint (a->candidates->len, >, 0);
      for (guint side = 0; side < 2; side++)
        {
          Step step = { side ? a : b, side ? b : a, -1 };

          g_array_append_val (steps, step);
          step.candidate = -2;
          g_array_append_val (steps, step);
          for (step.candidate = 0; step.candidate < step.from->candidates->len; step.candidate++)
            g_array_append_val (steps, step);
        }
      while (steps->len > 0)
        {
          guint i = g_test_rand_int_range (0, steps->len);
          Step step = g_array_index (steps, Step, i);

          g_array_remove_index_fast (steps, i);
          peer_call (step.to);
          if (step.candidate == -1)
            coquill_ice_agent_set_remote (step.to->agent, coquill_ice_agent_get_user (step.from->agent),
                                          coquill_ice_agent_get_password (step.from->agent));
          else if (step.candidate == -2)
            coquill_ice_agent_remote_done (step.to->agent);
          else
            coquill_ice_agent_add_remote (
                step.to->agent, &g_array_index (step.from->candidates, CoquillCandidate, step.candidate));
          peer_called (step.to);
          for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
            g_main_context_iteration (NULL, FALSE);
        }
      wait_until (60, a->connected && b->connected);
      g_assert_true (a->connected && b->connected);
    }
}

static void
test_dead_stun (void)
{
  g_autoptr (CoquillIceServers) servers = coquill_ice_servers_new (OWN_NETWORK_NOBODY_4, 3478);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;

  if (!own_network_is_own ())
    {
      g_test_skip ("needs a network of its own");
      return;
    }
  a = peer_new (TRUE, servers);
  b = peer_new (FALSE, servers);
  peer_connect (a, b);
  /* Nobody waited for it. */
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

/* Nobody is at the peer's address. */
static void
test_no_answer (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  gint64 start = g_get_monotonic_time ();
  CoquillCandidate nobody;

  wait_until (60, a->gathered);
  nobody = g_array_index (a->candidates, CoquillCandidate, 0);
  nobody.port = nobody.port > 30000 ? 29999 : 30001;
  g_assert_true (coquill_ice_agent_set_remote (a->agent, "somebody", "longenoughforapassword"));
  g_assert_true (coquill_ice_agent_add_remote (a->agent, &nobody));
  coquill_ice_agent_remote_done (a->agent);
  wait_until (60, a->error != NULL);
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_WAY);
  g_test_message ("failed after %.1f s", (g_get_monotonic_time () - start) / 1e6);
  g_assert_false (coquill_ice_agent_send (a->agent, (const guint8 *)"x", 1));
}

static void
test_credentials (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autofree char *endless = g_strnfill (257, 'x');
  const char *good = "longenoughforapassword";

  g_assert_false (coquill_ice_agent_set_remote (a->agent, "abc", good));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, endless, good));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, "abcd", "tooshortforapassword"));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, "abcd", endless));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, "ab:cd", good));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, NULL, NULL));
  g_assert_true (coquill_ice_agent_set_remote (a->agent, "abcd", good));
  g_assert_false (coquill_ice_agent_set_remote (a->agent, "abcd", good));
  g_assert_cmpuint (strlen (coquill_ice_agent_get_user (a->agent)), >=, 4);
  g_assert_cmpuint (strlen (coquill_ice_agent_get_password (a->agent)), >=, 22);
}

/* A coturn of the test's own. */
static GSubprocess *
start_turn (void)
{
  g_autofree char *program = g_find_program_in_path ("turnserver");
  g_autoptr (GError) error = NULL;
  GSubprocess *turn;
  gboolean answers = FALSE;

  if (program == NULL || !own_network_is_own ())
    {
      g_test_skip ("needs coturn and a network of its own");
      return NULL;
    }
  turn = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                           program, "-n", "--listening-ip=" OWN_NETWORK_ADDRESS_4,
                           "--relay-ip=" OWN_NETWORK_ADDRESS_4, "--lt-cred-mech", "--user=user:password",
                           "--realm=test", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout",
                           "--userdb=/dev/null", "--pidfile=/dev/null", NULL);
  g_assert_no_error (error);
  for (guint i = 0; i < 50 && !answers; i++)
    {
      g_autoptr (GSocketClient) client = g_socket_client_new ();
      g_autoptr (GSocketConnection) connection = NULL;

      g_socket_client_set_enable_proxy (client, FALSE);
      connection = g_socket_client_connect_to_host (client, OWN_NETWORK_ADDRESS_4, 3478, NULL, NULL);
      answers = connection != NULL;
      wait_until (.1, FALSE);
    }
  g_assert_true (answers);
  return turn;
}

static void
servers_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(CoquillIceServers **)data = coquill_ice_servers_new_from_services_finish (result, NULL);
}

static CoquillIceServers *
get_servers (const char *uri)
{
  const char *uris[] = { uri, NULL };
  CoquillIceServers *servers = NULL;

  coquill_ice_servers_new_from_services_async (NULL, 0, uris, "user", "password", NULL, servers_cb, &servers);
  wait_until (60, servers != NULL);
  g_assert_nonnull (servers);
  return servers;
}

/* Only what TURN lent is told to the other side. */
static void
tell_relayed (Peer *from, Peer *to)
{
  for (guint i = 0; i < from->candidates->len; i++)
    {
      const CoquillCandidate *candidate = &g_array_index (from->candidates, CoquillCandidate, i);

      if (candidate->kind == COQUILL_CANDIDATE_RELAYED)
        g_assert_true (coquill_ice_agent_add_remote (to->agent, candidate));
    }
}

static void
test_turn (void)
{
  static const char *const uris[]
      = { "turn:" OWN_NETWORK_ADDRESS_4, "turn:" OWN_NETWORK_ADDRESS_4 ":3478?transport=tcp" };
  g_autoptr (GSubprocess) turn = start_turn ();

  for (guint i = 0; turn != NULL && i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (CoquillIceServers) servers = get_servers (uris[i]);
      g_autoptr (Peer) a = peer_new (TRUE, servers);
      g_autoptr (Peer) b = peer_new (FALSE, servers);
      gint64 start;
      CoquillIcePair pair;

      wait_until (60, a->gathered && b->gathered);
      tell_relayed (a, b);
      tell_relayed (b, a);
      peer_introduce (a, b);
      peer_introduce (b, a);
      start = g_get_monotonic_time ();
      wait_until (60, a->connected && b->connected);
      g_assert_true (a->connected && b->connected);
      g_test_message ("connected after %.1f ms", (g_get_monotonic_time () - start) / 1e3);
      g_assert_true (coquill_ice_agent_get_pair (a->agent, &pair));
      g_assert_true (pair.local == COQUILL_CANDIDATE_RELAYED || pair.remote == COQUILL_CANDIDATE_RELAYED);
      g_assert_true (coquill_ice_agent_send (a->agent, (const guint8 *)"there", 5));
      g_assert_true (coquill_ice_agent_send (b->agent, (const guint8 *)"back", 4));
      wait_until (60, a->n_received == 1 && b->n_received == 1);
      g_assert_cmpuint (a->n_received, ==, 1);
      g_assert_cmpuint (b->n_received, ==, 1);

      /* libnice asks the server to take it back, and hears no answer once the stream is gone. */
      if (i == 1)
        g_subprocess_send_signal (turn, SIGSTOP);
      start = g_get_monotonic_time ();
      g_clear_pointer (&a->agent, coquill_ice_agent_close);
      g_clear_pointer (&b->agent, coquill_ice_agent_close);
      peer_wait_for_teardown ();
      g_test_message ("closed after %.1f ms", (g_get_monotonic_time () - start) / 1e3);
    }
  if (turn != NULL)
    {
      g_subprocess_force_exit (turn);
      g_subprocess_wait (turn, NULL, NULL);
    }
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_close (void)
{
  static const char *const moments[]
      = { "at once", "candidate", "gathered", "connected", "received", "iterated", "failed" };
  guint descriptors = 0;
  guint threads = 0;

  for (guint round = 0; round < 210; round++)
    {
      const char *moment = moments[round % G_N_ELEMENTS (moments)];
      g_autoptr (CoquillIceServers) servers
          = own_network_is_own () ? coquill_ice_servers_new (OWN_NETWORK_NOBODY_4, 3478) : NULL;
      g_autoptr (Peer) a = peer_new (round % 2, round % 3 ? servers : NULL);
      g_autoptr (Peer) b = peer_new (round % 2 == 0, NULL);

      a->other = b;
      b->other = a;
      a->close_at = moment;
      if (g_str_equal (moment, "at once"))
        g_clear_pointer (&a->agent, coquill_ice_agent_close);
      else
        {
          peer_introduce (a, b);
          peer_introduce (b, a);
        }
      if (g_str_equal (moment, "iterated"))
        {
          for (gint n = g_test_rand_int_range (0, 8); n > 0; n--)
            g_main_context_iteration (NULL, FALSE);
        }
      else if (g_str_equal (moment, "received"))
        {
          wait_until (60, a->connected && b->connected);
          for (guint i = 0; i < 100; i++)
            coquill_ice_agent_send (b->agent, (const guint8 *)"hello", 5);
          wait_until (60, a->agent == NULL);
        }
      else if (!g_str_equal (moment, "failed")
               && !(round % 3 && own_network_is_own () && g_str_equal (moment, "gathered")))
        wait_until (60, a->agent == NULL);
      g_clear_pointer (&a->agent, coquill_ice_agent_close);
      g_clear_pointer (&b->agent, coquill_ice_agent_close);
      peer_wait_for_teardown ();
      if (round == G_N_ELEMENTS (moments))
        {
          descriptors = count_entries ("/proc/self/fd");
          threads = count_entries ("/proc/self/task");
        }
    }
  g_assert_cmpuint (count_entries ("/proc/self/fd"), <=, descriptors);
  g_assert_cmpuint (count_entries ("/proc/self/task"), <=, threads);
}

static void
run_command (const char *command)
{
  const char *const arguments[] = { "sh", "-c", command, NULL };
  g_autoptr (GError) error = NULL;
  int status = 1;

  g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

/* libnice would end the program. */
static void
test_many_addresses (void)
{
  g_autoptr (Peer) a = NULL;

  if (!own_network_is_own ())
    {
      g_test_skip ("needs a network of its own");
      return;
    }
  run_command ("for i in $(seq 100); do ip address add 198.51.100.$i/24 dev wire; done");
  a = peer_new (TRUE, NULL);
  wait_until (60, a->error != NULL);
  run_command ("for i in $(seq 100 -1 1); do ip address del 198.51.100.$i/24 dev wire; done");
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_ADDRESS);
}

static void
test_only_loopback (void)
{
  g_autoptr (Peer) a = NULL;

  if (!own_network_is_own ())
    {
      g_test_skip ("needs a network of its own");
      return;
    }
  run_command ("ip link set wire down");
  a = peer_new (TRUE, NULL);
  wait_until (60, a->error != NULL);
  run_command ("ip link set wire up && ip address replace " OWN_NETWORK_ADDRESS_6 "/64 dev wire nodad");
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_ADDRESS);
  g_assert_cmpuint (a->candidates->len, ==, 0);
}

/* With -m perf: how many datagrams one thread sends and receives, and for how much of a processor. */
static void
test_rate (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  guint8 datagram[1200] = { 0x40 };
  gint64 start;
  gint64 end;
  clock_t used;

  if (!g_test_perf ())
    {
      g_test_skip ("only with -m perf");
      return;
    }
  peer_connect (a, b);
  start = g_get_monotonic_time ();
  used = clock ();
  for (end = start; end < start + 2 * G_USEC_PER_SEC; end = g_get_monotonic_time ())
    {
      for (guint i = 0; i < 32; i++)
        coquill_ice_agent_send (a->agent, datagram, sizeof datagram);
      g_main_context_iteration (NULL, FALSE);
    }
  wait_until (.1, FALSE);
  g_test_maximized_result (
      (double)b->n_received / ((end - start) / 1e6), "%.0f datagrams a second, %.2f us each, %.2f %% lost",
      b->n_received / ((end - start) / 1e6), (clock () - used) * 1e6 / CLOCKS_PER_SEC / b->n_received,
      100. - 100. * b->n_received / coquill_ice_agent_get_statistics (a->agent)->sent);
}

int
main (int argc, char **argv)
{
  const char *reason = own_network_enter (argv);

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  if (reason != NULL)
    {
      printf ("1..0 # SKIP %s\n", reason);
      return 0;
    }
  g_test_add_func ("/ice/two-agents-connect-and-carry-datagrams", test_connect);
  g_test_add_func ("/ice/a-burst-arrives-whole", test_burst);
  g_test_add_func ("/ice/what-is-heard-in-any-order-connects", test_any_order);
  g_test_add_func ("/ice/a-stun-server-that-is-dead-delays-nothing", test_dead_stun);
  g_test_add_func ("/ice/without-an-answer-it-fails", test_no_answer);
  g_test_add_func ("/ice/credentials-of-the-wrong-form-are-refused", test_credentials);
  g_test_add_func ("/ice/turn-carries-what-nothing-else-does", test_turn);
  g_test_add_func ("/ice/closed-at-any-moment-nothing-is-left", test_close);
  g_test_add_func ("/ice/a-machine-with-very-many-addresses-is-refused", test_many_addresses);
  g_test_add_func ("/ice/only-loopback-is-no-address", test_only_loopback);
  g_test_add_func ("/ice/datagrams-a-second", test_rate);
  return g_test_run ();
}
