/* test-ice-hostile.c: what a peer, or a stranger, can't do to an agent */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stun/usages/ice.h>

#include "ice-peer.h"
#include "own-network.h"

static void
test_hostile_candidates (void)
{
  g_autoptr (Peer) a = peer_new (TRUE, NULL);
  g_autoptr (Peer) b = peer_new (FALSE, NULL);
  const CoquillIceStatistics *statistics = coquill_ice_agent_get_statistics (a->agent);
  guint64 sum = 0;
  guint64 before;

  peer_connect (a, b);
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
      peer_call (a);
      coquill_ice_agent_add_remote (a->agent, &candidate);
      peer_called (a);
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
  wait_until (60, a->n_received == 1);
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

      wait_until (60, a->gathered);
      fiend_init (&fiend, &g_array_index (a->candidates, CoquillCandidate, 0));
      g_assert_true (coquill_ice_agent_set_remote (a->agent, "fiend", password));
      g_assert_true (coquill_ice_agent_add_remote (a->agent, &fiend.candidate));
      wait_until (60, (answered += fiend_answer (&fiend, password, errors[i])) > 0);
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

      wait_until (60, a->gathered);
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
      peer_wait_for_teardown ();
    }
  g_test_message ("connected %u times, failed %u times", n_connected, n_failed);
}

/* Answers what an agent asks STUN for its own address with, in the form of RFC 3489 that libnice uses. */
static void
fiend_serve (Fiend *fiend)
{
  StunAgent stun;
  guint8 question[1500];
  gssize size;

  stun_agent_init (&stun, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC3489,
                   STUN_AGENT_USAGE_IGNORE_CREDENTIALS);
  g_clear_object (&fiend->victim);
  while ((size = g_socket_receive_from (fiend->socket, &fiend->victim, (char *)question, sizeof question,
                                        NULL, NULL))
         > 0)
    {
      StunMessage request;
      StunMessage message;
      guint8 buffer[1500];
      struct sockaddr_storage mapped = { .ss_family = AF_INET };

      if (stun_agent_validate (&stun, &request, question, size, NULL, NULL) == STUN_VALIDATION_SUCCESS)
        {
          if (g_test_rand_int () % 2)
            stun_agent_init_error (&stun, &message, buffer, sizeof buffer, &request,
                                   g_test_rand_int_range (300, 700));
          else
            stun_agent_init_response (&stun, &message, buffer, sizeof buffer, &request);
          for (gsize i = 2; i < 8; i++)
            ((guint8 *)&mapped)[i] = g_test_rand_int ();
          if (g_test_rand_int () % 4)
            stun_message_append_addr (&message,
                                      g_test_rand_int () % 2 ? STUN_ATTRIBUTE_MAPPED_ADDRESS
                                                             : STUN_ATTRIBUTE_ALTERNATE_SERVER,
                                      (struct sockaddr *)&mapped, sizeof (struct sockaddr_in));
          fiend_send (fiend, buffer, fiend_finish (&stun, &message, ""));
        }
      g_clear_object (&fiend->victim);
    }
}

static void
test_hostile_server (void)
{
  /* libnice goes to the alternate servers that it names. */
  if (!own_network_is_own ())
    {
      g_test_skip ("needs a network of its own");
      return;
    }
  for (guint round = 0; round < 60; round++)
    {
      g_autoptr (Peer) any = peer_new (TRUE, NULL);
      g_autoptr (Peer) a = NULL;
      g_autoptr (Peer) b = NULL;
      g_autoptr (CoquillIceServers) servers = NULL;
      g_autofree char *host = NULL;
      Fiend fiend;

      wait_until (60, any->gathered);
      fiend_init (&fiend, &g_array_index (any->candidates, CoquillCandidate, 0));
      host = g_inet_address_to_string (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (fiend.victim)));
      servers = coquill_ice_servers_new (host, fiend.candidate.port);
      a = peer_new (TRUE, servers);
      b = peer_new (FALSE, NULL);
      a->other = b;
      b->other = a;
      for (guint i = 0; i < 10; i++)
        {
          wait_until (.003, FALSE);
          fiend_serve (&fiend);
        }
      peer_connect (a, b);
      g_clear_object (&fiend.socket);
    }
}

/* Checks with the right password from many addresses: each would be kept for good. */
static void
test_hostile_checks (void)
{
  g_autoptr (Peer) a = peer_new (FALSE, NULL);
  StunAgent stun;

  wait_until (60, a->gathered);
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
  wait_until (60, a->gathered);
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
  peer_connect (a, b);
  fiend_clear (&fiend);
  g_assert_cmpuint (a->n_received, ==, 0);
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
  g_test_add_func ("/ice-hostile/ten-thousand-candidates-are-counted-not-taken", test_hostile_candidates);
  g_test_add_func ("/ice-hostile/a-peer-that-answers-with-errors-ends-nothing", test_hostile_answers);
  g_test_add_func ("/ice-hostile/a-peer-that-checks-from-everywhere-is-let-go", test_hostile_checks);
  g_test_add_func ("/ice-hostile/a-peer-that-means-ill-ends-nothing", test_hostile_peer);
  g_test_add_func ("/ice-hostile/a-stun-server-that-means-ill-ends-nothing", test_hostile_server);
  g_test_add_func ("/ice-hostile/bytes-of-strangers-change-nothing", test_hostile_bytes);
  return g_test_run ();
}
