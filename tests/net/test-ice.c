/* test-ice.c: two agents in one process, with real sockets */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <arpa/inet.h>
#include <gio/gio.h>
#include <locale.h>
#include <string.h>
#include <stun/usages/ice.h>
#include <time.h>

#include "net/ice-agent.h"
#include "own-network.h"

typedef struct Peer Peer;
struct Peer
{
  CoquillIceAgent *agent;
  GArray *candidates;
  Peer *other;
  gboolean gathered;
  gboolean connected;
  GError *error;
  guint64 n_received;
  guint64 bytes;
  GByteArray *last;
  guint calls;
  const char *close_at;
  guint n_events;
};

static void
call (Peer *peer)
{
  peer->calls++;
}

static void
called (Peer *peer)
{
  peer->calls--;
}

/* Every event comes through here: never from within a call, and the test may want the agent closed. */
static gboolean
note (Peer *peer, const char *event)
{
  g_assert_cmpuint (peer->calls, ==, 0);
  g_assert_nonnull (peer->agent);
  peer->n_events++;
  if (g_strcmp0 (peer->close_at, event) != 0)
    return FALSE;
  g_clear_pointer (&peer->agent, coquill_ice_agent_close);
  return TRUE;
}

static void
candidate_event (gpointer owner, const CoquillCandidate *candidate)
{
  Peer *peer = owner;

  g_assert_cmpint (coquill_candidate_check (candidate), ==, COQUILL_CANDIDATE_TAKEN);
  g_array_append_val (peer->candidates, *candidate);
  if (note (peer, "candidate") || peer->other == NULL || peer->other->agent == NULL)
    return;
  call (peer->other);
  g_assert_true (coquill_ice_agent_add_remote (peer->other->agent, candidate));
  called (peer->other);
}

static void
gathered_event (gpointer owner)
{
  Peer *peer = owner;

  g_assert_false (peer->gathered);
  peer->gathered = TRUE;
  if (note (peer, "gathered") || peer->other == NULL || peer->other->agent == NULL)
    return;
  call (peer->other);
  coquill_ice_agent_remote_done (peer->other->agent);
  called (peer->other);
}

static void
connected_event (gpointer owner)
{
  Peer *peer = owner;

  g_assert_false (peer->connected);
  peer->connected = TRUE;
  note (peer, "connected");
}

static void
failed_event (gpointer owner, const GError *error)
{
  Peer *peer = owner;

  g_assert_null (peer->error);
  peer->error = g_error_copy (error);
  note (peer, "failed");
}

static void
received_event (gpointer owner, const guint8 *data, gsize size)
{
  Peer *peer = owner;

  g_assert_true (peer->connected);
  peer->n_received++;
  peer->bytes += size;
  g_byte_array_set_size (peer->last, 0);
  g_byte_array_append (peer->last, data, size);
  note (peer, "received");
}

static const CoquillIceEvents events
    = { candidate_event, gathered_event, connected_event, failed_event, received_event };

static Peer *
peer_new (gboolean controlling, CoquillIceServers *servers)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->candidates = g_array_new (FALSE, FALSE, sizeof (CoquillCandidate));
  peer->last = g_byte_array_new ();
  peer->calls = 1;
  peer->agent = coquill_ice_agent_new (servers, controlling, &events, peer);
  peer->calls = 0;
  return peer;
}

static void
peer_free (Peer *peer)
{
  g_clear_pointer (&peer->agent, coquill_ice_agent_close);
  g_array_unref (peer->candidates);
  g_byte_array_unref (peer->last);
  g_clear_error (&peer->error);
  g_free (peer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

static void
introduce (Peer *to, Peer *peer)
{
  call (to);
  g_assert_true (coquill_ice_agent_set_remote (to->agent, coquill_ice_agent_get_user (peer->agent),
                                               coquill_ice_agent_get_password (peer->agent)));
  called (to);
}

static gboolean
late_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Iterates the main context until CONDITION, or SECONDS are over. */
#define wait_until(seconds, condition)                                                                       \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gboolean late = FALSE;                                                                                   \
    guint timer = g_timeout_add ((guint)((seconds) * 1000), late_cb, &late);                                 \
    while (!(condition) && !late)                                                                            \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    if (!late)                                                                                               \
      g_source_remove (timer);                                                                               \
  }                                                                                                          \
  G_STMT_END

static void
wait_for_teardown (void)
{
  wait_until (20, coquill_ice_agent_count_closing () == 0);
  g_assert_cmpuint (coquill_ice_agent_count_closing (), ==, 0);
}

static void
connect_peers (Peer *a, Peer *b)
{
  a->other = b;
  b->other = a;
  introduce (a, b);
  introduce (b, a);
  wait_until (10, a->connected && b->connected);
  g_assert_no_error (a->error);
  g_assert_no_error (b->error);
  g_assert_true (a->connected);
  g_assert_true (b->connected);
}

static void
test_connect (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  CoquillIcePair pair;

  g_assert_false (coquill_ice_agent_get_pair (a->agent, &pair));
  connect_peers (a, b);
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
        wait_until (2, a->n_received == i && b->n_received == i);
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

  connect_peers (a, b);
  for (guint i = 0; i < 3 * COQUILL_ICE_BURST; i++)
    g_assert_true (coquill_ice_agent_send (a->agent, datagram, sizeof datagram));
  wait_until (2, b->n_received == 3 * COQUILL_ICE_BURST);
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

      wait_until (5, a->gathered && b->gathered);
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
          call (step.to);
          if (step.candidate == -1)
            coquill_ice_agent_set_remote (step.to->agent, coquill_ice_agent_get_user (step.from->agent),
                                          coquill_ice_agent_get_password (step.from->agent));
          else if (step.candidate == -2)
            coquill_ice_agent_remote_done (step.to->agent);
          else
            coquill_ice_agent_add_remote (
                step.to->agent, &g_array_index (step.from->candidates, CoquillCandidate, step.candidate));
          called (step.to);
          for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
            g_main_context_iteration (NULL, FALSE);
        }
      wait_until (10, a->connected && b->connected);
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
  connect_peers (a, b);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_USEC_PER_SEC);
}

/* Nobody is at the peer's address. */
static void
test_no_answer (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  CoquillCandidate nobody;

  wait_until (5, a->gathered);
  nobody = g_array_index (a->candidates, CoquillCandidate, 0);
  nobody.port = nobody.port > 30000 ? 29999 : 30001;
  g_assert_true (coquill_ice_agent_set_remote (a->agent, "somebody", "longenoughforapassword"));
  g_assert_true (coquill_ice_agent_add_remote (a->agent, &nobody));
  coquill_ice_agent_remote_done (a->agent);
  wait_until (15, a->error != NULL);
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_WAY);
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
  wait_until (5, servers != NULL);
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

      wait_until (10, a->gathered && b->gathered);
      tell_relayed (a, b);
      tell_relayed (b, a);
      introduce (a, b);
      introduce (b, a);
      start = g_get_monotonic_time ();
      wait_until (10, a->connected && b->connected);
      g_assert_true (a->connected && b->connected);
      g_test_message ("connected after %.1f ms", (g_get_monotonic_time () - start) / 1e3);
      g_assert_true (coquill_ice_agent_get_pair (a->agent, &pair));
      g_assert_true (pair.local == COQUILL_CANDIDATE_RELAYED || pair.remote == COQUILL_CANDIDATE_RELAYED);
      g_assert_true (coquill_ice_agent_send (a->agent, (const guint8 *)"there", 5));
      g_assert_true (coquill_ice_agent_send (b->agent, (const guint8 *)"back", 4));
      wait_until (5, a->n_received == 1 && b->n_received == 1);
      g_assert_cmpuint (a->n_received, ==, 1);
      g_assert_cmpuint (b->n_received, ==, 1);

      /* libnice asks the server to take it back, and hears no answer once the stream is gone. */
      if (i == 1)
        g_subprocess_send_signal (turn, SIGSTOP);
      start = g_get_monotonic_time ();
      g_clear_pointer (&a->agent, coquill_ice_agent_close);
      g_clear_pointer (&b->agent, coquill_ice_agent_close);
      wait_for_teardown ();
      g_test_message ("closed after %.1f ms", (g_get_monotonic_time () - start) / 1e3);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 6 * G_USEC_PER_SEC);
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
          introduce (a, b);
          introduce (b, a);
        }
      if (g_str_equal (moment, "iterated"))
        {
          for (gint n = g_test_rand_int_range (0, 8); n > 0; n--)
            g_main_context_iteration (NULL, FALSE);
        }
      else if (g_str_equal (moment, "received"))
        {
          wait_until (10, a->connected && b->connected);
          for (guint i = 0; i < 100; i++)
            coquill_ice_agent_send (b->agent, (const guint8 *)"hello", 5);
          wait_until (10, a->agent == NULL);
        }
      else if (!g_str_equal (moment, "failed")
               && !(round % 3 && own_network_is_own () && g_str_equal (moment, "gathered")))
        wait_until (10, a->agent == NULL);
      g_clear_pointer (&a->agent, coquill_ice_agent_close);
      g_clear_pointer (&b->agent, coquill_ice_agent_close);
      wait_for_teardown ();
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
test_hostile_candidates (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  const CoquillIceStatistics *statistics = coquill_ice_agent_get_statistics (a->agent);
  guint64 sum = 0;
  guint64 before;

  connect_peers (a, b);
  before = statistics->candidates.by_verdict[COQUILL_CANDIDATE_TAKEN];
  for (guint i = 0; i < 10000; i++)
    {
      CoquillCandidate candidate = g_array_index (b->candidates, CoquillCandidate, 0);
      guint32 word = g_test_rand_int ();

      switch (i % 4)
        {
        case 0:
          for (gsize n = 0; n < sizeof candidate; n++)
            ((guint8 *)&candidate)[n] = g_test_rand_int ();
          break;
        case 1:
          candidate.address_size = 4;
          memcpy (candidate.address, &word, 4);
          break;
        case 2:
          candidate.address_size = 16;
          memcpy (candidate.address + 12, &word, 4);
          break;
        default:
          candidate.port = word;
          break;
        }
      /* To no stranger's address: the first byte is that of a network for documentation. */
      if (i % 4 == 1 && candidate.address[0] != 127 && candidate.address[0] < 224)
        memcpy (candidate.address, (guint8[]){ 192, 0, 2 }, 3);
      if (!own_network_is_own () && coquill_candidate_check (&candidate) == COQUILL_CANDIDATE_TAKEN)
        candidate = g_array_index (b->candidates, CoquillCandidate, 0);
      call (a);
      coquill_ice_agent_add_remote (a->agent, &candidate);
      called (a);
    }
  for (guint i = 0; i < COQUILL_CANDIDATE_N_VERDICTS; i++)
    sum += statistics->candidates.by_verdict[i];
  g_assert_cmpuint (sum, ==, 10000 + before);
  g_assert_cmpuint (statistics->candidates.by_verdict[COQUILL_CANDIDATE_TAKEN], <=,
                    COQUILL_CANDIDATE_MAX_REMOTE);
  if (own_network_is_own ())
    g_assert_cmpuint (statistics->candidates.by_verdict[COQUILL_CANDIDATE_TOO_MANY], >, 1000);
  g_assert_cmpuint (statistics->candidates.by_verdict[COQUILL_CANDIDATE_MALFORMED], >, 1000);

  coquill_ice_agent_send (b->agent, (const guint8 *)"still", 5);
  wait_until (5, a->n_received == 1);
  g_assert_cmpuint (a->n_received, ==, 1);
}

/* A socket that speaks STUN as a peer with bad intentions would: it knows both passwords. */
typedef struct
{
  GSocket *socket;
  GSocketAddress *victim;
  CoquillCandidate candidate;
} Fiend;

static void
fiend_init (Fiend *fiend, const CoquillCandidate *victim)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_bytes (
      victim->address, victim->address_size == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  fiend->victim = g_inet_socket_address_new (address, victim->port);
  fiend->socket = g_socket_new (g_inet_address_get_family (address), G_SOCKET_TYPE_DATAGRAM,
                                G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (fiend->socket, any, FALSE, &error));
  g_socket_set_blocking (fiend->socket, FALSE);
  bound = g_socket_get_local_address (fiend->socket, &error);
  fiend->candidate = *victim;
  fiend->candidate.port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
fiend_clear (Fiend *fiend)
{
  g_object_unref (fiend->socket);
  g_object_unref (fiend->victim);
}

static void
fiend_send (Fiend *fiend, const guint8 *data, gsize size)
{
  g_socket_send_to (fiend->socket, fiend->victim, (const char *)data, size, NULL, NULL);
}

static bool
fiend_key (StunAgent *agent,
           StunMessage *message,
           uint8_t *user,
           uint16_t user_size,
           uint8_t **key,
           size_t *key_size,
           void *data)
{
  *key = data;
  *key_size = strlen (data);
  return true;
}

/* Answers all checks that came with an error, well signed. Returns how many. */
static guint
fiend_answer (Fiend *fiend, const char *password, StunError error)
{
  StunAgent stun;
  guint8 question[1500];
  guint n = 0;
  gssize size;

  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  while ((size = g_socket_receive (fiend->socket, (char *)question, sizeof question, NULL, NULL)) > 0)
    {
      StunMessage request;
      StunMessage answer;
      guint8 buffer[1500];

      if (stun_agent_validate (&stun, &request, question, size, fiend_key, (void *)password)
          != STUN_VALIDATION_SUCCESS)
        continue;
      if (!stun_agent_init_error (&stun, &answer, buffer, sizeof buffer, &request, error))
        continue;
      fiend_send (fiend, buffer,
                  stun_agent_finish_message (&stun, &answer, (const uint8_t *)password, strlen (password)));
      n++;
    }
  return n;
}

static void
test_hostile_answers (void)
{
  static const char password[] = "apasswordofthefiendsown";
  static const StunError errors[]
      = { STUN_ERROR_FORBIDDEN,    STUN_ERROR_ROLE_CONFLICT,    STUN_ERROR_UNAUTHORIZED,
          STUN_ERROR_STALE_NONCE,  STUN_ERROR_TRY_ALTERNATE,    STUN_ERROR_BAD_REQUEST,
          STUN_ERROR_SERVER_ERROR, STUN_ERROR_UNKNOWN_ATTRIBUTE };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (Peer) a = peer_new (TRUE, NULL);
      Fiend fiend;
      guint answered = 0;

      wait_until (5, a->gathered);
      fiend_init (&fiend, &g_array_index (a->candidates, CoquillCandidate, 0));
      g_assert_true (coquill_ice_agent_set_remote (a->agent, "fiend", password));
      g_assert_true (coquill_ice_agent_add_remote (a->agent, &fiend.candidate));
      wait_until (3, (answered += fiend_answer (&fiend, password, errors[i])) > 0);
      g_assert_cmpuint (answered, >, 0);
      wait_until (.05, FALSE);
      g_assert_false (a->connected);
      fiend_clear (&fiend);
    }
}

/* A STUN message with attributes of all sorts, well signed, so that it is believed. Returns its size. */
static gsize
fiend_finish (StunAgent *stun, StunMessage *message, const char *key)
{
  for (gint n = g_test_rand_int_range (0, 6); n > 0; n--)
    {
      static const StunAttribute attributes[] = { STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                                  STUN_ATTRIBUTE_MAPPED_ADDRESS,
                                                  STUN_ATTRIBUTE_PRIORITY,
                                                  STUN_ATTRIBUTE_USE_CANDIDATE,
                                                  STUN_ATTRIBUTE_ICE_CONTROLLING,
                                                  STUN_ATTRIBUTE_ICE_CONTROLLED,
                                                  STUN_ATTRIBUTE_ERROR_CODE,
                                                  STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
                                                  STUN_ATTRIBUTE_ALTERNATE_SERVER,
                                                  STUN_ATTRIBUTE_LIFETIME,
                                                  STUN_ATTRIBUTE_XOR_RELAYED_ADDRESS,
                                                  STUN_ATTRIBUTE_SOFTWARE,
                                                  STUN_ATTRIBUTE_REALM,
                                                  STUN_ATTRIBUTE_NONCE,
                                                  STUN_ATTRIBUTE_NOMINATION };
      StunAttribute attribute = attributes[g_test_rand_int_range (0, G_N_ELEMENTS (attributes))];
      guint8 bytes[40];

      for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = g_test_rand_int () % 8 == 0 ? g_test_rand_int () : 0;
      bytes[1] = g_test_rand_int_range (0, 4);
      stun_message_append_bytes (message, attribute, bytes, g_test_rand_int_range (0, 8) * 4);
    }
  return stun_agent_finish_message (stun, message, (const uint8_t *)key, strlen (key));
}

static void
fiend_ask (Fiend *fiend, const char *user, const char *key)
{
  StunAgent stun;
  StunMessage message;
  guint8 buffer[1500];

  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  if (g_test_rand_int () % 8 == 0)
    stun_agent_init_indication (&stun, &message, buffer, sizeof buffer, STUN_BINDING);
  else
    stun_agent_init_request (&stun, &message, buffer, sizeof buffer,
                             g_test_rand_int () % 8 ? STUN_BINDING : g_test_rand_int_range (0, 12));
  if (g_test_rand_int () % 2)
    stun_message_append32 (&message, STUN_ATTRIBUTE_PRIORITY, g_test_rand_int ());
  if (g_test_rand_int () % 2)
    stun_message_append_flag (&message, STUN_ATTRIBUTE_USE_CANDIDATE);
  if (g_test_rand_int () % 2)
    stun_message_append64 (
        &message, g_test_rand_int () % 2 ? STUN_ATTRIBUTE_ICE_CONTROLLING : STUN_ATTRIBUTE_ICE_CONTROLLED,
        g_test_rand_int ());
  stun_message_append_bytes (&message, STUN_ATTRIBUTE_USERNAME, user, strlen (user));
  fiend_send (fiend, buffer, fiend_finish (&stun, &message, key));
}

static void
fiend_reply (Fiend *fiend, const char *password)
{
  StunAgent stun;
  guint8 question[1500];
  gssize size;

  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  while ((size = g_socket_receive (fiend->socket, (char *)question, sizeof question, NULL, NULL)) > 0)
    {
      StunMessage request;
      StunMessage message;
      guint8 buffer[1500];
      struct sockaddr_storage mapped = { 0 };
      gssize native = g_socket_address_get_native_size (fiend->victim);

      if (stun_agent_validate (&stun, &request, question, size, fiend_key, (void *)password)
              != STUN_VALIDATION_SUCCESS
          || stun_message_get_class (&request) != STUN_REQUEST)
        continue;
      if (g_test_rand_int () % 4 == 0)
        stun_agent_init_error (&stun, &message, buffer, sizeof buffer, &request,
                               g_test_rand_int_range (300, 700));
      else
        stun_agent_init_response (&stun, &message, buffer, sizeof buffer, &request);
      g_socket_address_to_native (fiend->victim, &mapped, sizeof mapped, NULL);
      if (g_test_rand_int () % 2)
        ((struct sockaddr_in *)&mapped)->sin_port = g_test_rand_int ();
      if (g_test_rand_int () % 4)
        stun_message_append_xor_addr (&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped, native);
      fiend_send (fiend, buffer, fiend_finish (&stun, &message, password));
    }
}

/* A member of the document that speaks STUN well and means ill. */
static void
test_hostile_peer (void)
{
  static const char password[] = "apasswordofthefiendsown";
  const char *rounds = g_getenv ("COQUILL_TEST_ROUNDS");
  guint n_connected = 0;
  guint n_failed = 0;

  for (guint round = 0; round < (rounds == NULL ? 8 : strtoul (rounds, NULL, 10)); round++)
    {
      g_autoptr (Peer) a = peer_new (round % 2, NULL);
      g_autofree char *user = g_strdup_printf ("%s:fiend", coquill_ice_agent_get_user (a->agent));
      Fiend fiends[8];

      wait_until (5, a->gathered);
      for (guint i = 0; i < G_N_ELEMENTS (fiends); i++)
        fiend_init (&fiends[i], &g_array_index (a->candidates, CoquillCandidate, i % a->candidates->len));
      for (guint i = 0; i < 60; i++)
        {
          Fiend *fiend = &fiends[g_test_rand_int_range (0, G_N_ELEMENTS (fiends))];

          if (i == round % 16)
            g_assert_true (coquill_ice_agent_set_remote (a->agent, "fiend", password));
          if (i % 16 == round % 4)
            coquill_ice_agent_add_remote (a->agent, &fiends[i / 16].candidate);
          if (i == 50)
            coquill_ice_agent_remote_done (a->agent);
          fiend_ask (fiend, user, coquill_ice_agent_get_password (a->agent));
          for (guint n = 0; n < G_N_ELEMENTS (fiends); n++)
            fiend_reply (&fiends[n], password);
          if (a->connected && a->error == NULL)
            coquill_ice_agent_send (a->agent, (const guint8 *)"hello", 5);
          wait_until (.005, FALSE);
        }
      for (guint i = 0; i < G_N_ELEMENTS (fiends); i++)
        fiend_clear (&fiends[i]);
      n_connected += a->connected;
      n_failed += a->error != NULL;
      g_clear_pointer (&a->agent, coquill_ice_agent_close);
      wait_for_teardown ();
    }
  g_test_message ("connected %u times, failed %u times", n_connected, n_failed);
}

/* Checks with the right password from many addresses: each would be kept for good. */
static void
test_hostile_checks (void)
{
  g_autoptr (Peer) a = peer_new (FALSE, NULL);
  StunAgent stun;

  wait_until (5, a->gathered);
  g_assert_true (coquill_ice_agent_set_remote (a->agent, "fiend", "apasswordofthefiendsown"));
  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
  for (guint i = 0; i < 2 * COQUILL_CANDIDATE_MAX_REMOTE && a->error == NULL; i++)
    {
      g_autofree char *user = g_strdup_printf ("%s:fiend", coquill_ice_agent_get_user (a->agent));
      const char *key = coquill_ice_agent_get_password (a->agent);
      guint64 before = a->n_events;
      guint8 buffer[1500];
      StunMessage message;
      Fiend fiend;
      gsize size;

      fiend_init (&fiend, &g_array_index (a->candidates, CoquillCandidate, 0));
      size = stun_usage_ice_conncheck_create (&stun, &message, buffer, sizeof buffer, (uint8_t *)user,
                                              strlen (user), (uint8_t *)key, strlen (key), i % 2, TRUE,
                                              i % 3 ? 1 : 0, 1, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
      g_assert_cmpuint (size, >, 0);
      fiend_send (&fiend, buffer, size);
      wait_until (.01, a->n_events != before);
      fiend_clear (&fiend);
    }
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LIMIT);
}

/* Bytes from strangers: junk, and checks of the peer with bits turned. */
static void
test_hostile_bytes (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  g_autofree char *user = g_strdup_printf ("%s:fiend", coquill_ice_agent_get_user (a->agent));
  Fiend fiend;

  a->other = b;
  b->other = a;
  wait_until (5, a->gathered);
  fiend_init (&fiend, &g_array_index (a->candidates, CoquillCandidate, 0));
  for (guint i = 0; i < 20000; i++)
    {
      guint8 buffer[1500];
      gsize size = g_test_rand_int_range (1, 200);

      if (i % 2)
        {
          StunAgent stun;
          StunMessage message;

          stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                           STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS);
          size = stun_usage_ice_conncheck_create (&stun, &message, buffer, sizeof buffer, (uint8_t *)user,
                                                  strlen (user), (uint8_t *)"wrong", 5, TRUE, TRUE, 1, 1,
                                                  NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
          for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
            buffer[g_test_rand_int_range (0, size)] = g_test_rand_int ();
        }
      else
        {
          for (gsize n = 0; n < size; n++)
            buffer[n] = g_test_rand_int ();
        }
      fiend_send (&fiend, buffer, size);
      if (i % 100 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  connect_peers (a, b);
  fiend_clear (&fiend);
  g_assert_cmpuint (a->n_received, ==, 0);
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
  wait_until (5, a->error != NULL);
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
  wait_until (5, a->error != NULL);
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
  connect_peers (a, b);
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
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (reason != NULL)
    {
      g_print ("1..0 # SKIP %s\n", reason);
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
  g_test_add_func ("/ice/ten-thousand-candidates-are-counted-not-taken", test_hostile_candidates);
  g_test_add_func ("/ice/a-peer-that-answers-with-errors-ends-nothing", test_hostile_answers);
  g_test_add_func ("/ice/a-peer-that-checks-from-everywhere-is-let-go", test_hostile_checks);
  g_test_add_func ("/ice/a-peer-that-means-ill-ends-nothing", test_hostile_peer);
  g_test_add_func ("/ice/bytes-of-strangers-change-nothing", test_hostile_bytes);
  g_test_add_func ("/ice/a-machine-with-very-many-addresses-is-refused", test_many_addresses);
  g_test_add_func ("/ice/only-loopback-is-no-address", test_only_loopback);
  g_test_add_func ("/ice/datagrams-a-second", test_rate);
  return g_test_run ();
}
