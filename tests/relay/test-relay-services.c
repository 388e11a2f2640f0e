/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay-services.c: what a relay tells those who look for a direct road, and whether a real TURN server
 * believes it */

#include "relay-visitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "a secret of north, and of the sea"

typedef struct
{
  RelayProcess *relay;
  CoquillRoomKeys *keys;
  CoquillRoomLock lock;
  char *folder;
  char *secret;
} Fixture;

/* A relay with two TURN servers; @port is the first one's. */
static void
start (Fixture *fixture, guint16 port, int mode)
{
  g_autofree char *first = g_strdup_printf ("--turn=turn:127.0.0.1:%u", port);
  g_autofree char *file = NULL;

  fixture->folder = g_dir_make_tmp ("coquill-turn-XXXXXX", NULL);
  fixture->secret = g_build_filename (fixture->folder, "secret", NULL);
  g_assert_true (g_file_set_contents (fixture->secret, SECRET "\n", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->secret, mode), ==, 0);
  file = g_strconcat ("--turn-secret-file=", fixture->secret, NULL);
  const char *options[] = { first, "--turn=turn:turn.example?transport=tcp", file, NULL };
  fixture->relay = relay_process_start (NULL, options);
  fixture->keys = coquill_room_keys_new ();
  coquill_room_lock_init_first (&fixture->lock, fixture->keys);
}

static void
stop (Fixture *fixture)
{
  relay_process_stop (fixture->relay);
  coquill_room_keys_unref (fixture->keys);
  g_unlink (fixture->secret);
  g_rmdir (fixture->folder);
  g_free (fixture->secret);
  g_free (fixture->folder);
}

static RelayVisitor *
enter (Fixture *fixture, CoquillRoomRole role)
{
  RelayVisitor *visitor = relay_visitor_new (fixture->relay);
  g_auto (CoquillRelayFrame) frame = { 0 };

  relay_visitor_enter (visitor, 1, role, fixture->keys, &fixture->lock);
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &frame);
  return visitor;
}

static void
ask (RelayVisitor *visitor, guint32 handle, CoquillRelayFrame *services)
{
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_GET_SERVICES, .handle = handle, .reference = 4711 };

  g_assert_true (relay_visitor_send (visitor, &frame));
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_SERVICES, services);
  g_assert_cmpuint (services->reference, ==, 4711);
}

static void
members_are_told (void)
{
  Fixture fixture = { 0 };
  g_autoptr (RelayVisitor) visitor = NULL;
  g_autoptr (RelayVisitor) reader = NULL;
  g_auto (CoquillRelayFrame) services = { 0 };
  g_auto (CoquillRelayFrame) later = { 0 };
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 expires;

  start (&fixture, 3478, 0600);
  visitor = enter (&fixture, COQUILL_ROOM_WRITE);
  ask (visitor, 1, &services);
  g_assert_cmpuint (services.port, ==, relay_process_get_port (fixture.relay));
  g_assert_cmpuint (g_strv_length (services.turn), ==, 2);
  g_assert_cmpstr (services.turn[0], ==, "turn:127.0.0.1:3478");
  g_assert_cmpstr (services.turn[1], ==, "turn:turn.example?transport=tcp");
  g_assert_cmpuint (services.lifetime, ==, 3600);
  expires = g_ascii_strtoll (services.text, NULL, 10);
  g_assert_cmpint (expires, >=, now + 3600);
  g_assert_cmpint (expires, <=, now + 3660);

  /* Who may only read needs a road as well; credentials are nobody else's. */
  reader = enter (&fixture, COQUILL_ROOM_READ);
  ask (reader, 1, &later);
  g_assert_cmpstr (later.text, !=, services.text);
  g_assert_cmpstr (later.password, !=, services.password);

  g_autofree char *log = relay_process_read_log (fixture.relay);
  g_assert_null (strstr (log, services.password));
  g_assert_null (strstr (log, SECRET));
  g_assert_null (strstr (log, "warning secret"));
  g_clear_pointer (&visitor, relay_visitor_free);
  g_clear_pointer (&reader, relay_visitor_free);
  stop (&fixture);
}

static void
strangers_are_not (void)
{
  Fixture fixture = { 0 };
  g_autoptr (RelayVisitor) stranger = NULL;
  g_autoptr (RelayVisitor) visitor = NULL;
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_GET_SERVICES, .handle = 1, .reference = 1 };

  start (&fixture, 3478, 0600);
  stranger = relay_visitor_new (fixture.relay);
  g_assert_true (relay_visitor_send (stranger, &frame));
  relay_visitor_expect_refusal (stranger, COQUILL_RELAY_CODE_NOT_IN);
  visitor = enter (&fixture, COQUILL_ROOM_WRITE);
  frame.handle = 2;
  g_assert_true (relay_visitor_send (visitor, &frame));
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_NOT_IN);
  /* Out of the room, out of the services. */
  frame.handle = 1;
  frame.kind = COQUILL_RELAY_FRAME_LEAVE;
  g_assert_true (relay_visitor_send (visitor, &frame));
  frame.kind = COQUILL_RELAY_FRAME_GET_SERVICES;
  g_assert_true (relay_visitor_send (visitor, &frame));
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_NOT_IN);
  g_clear_pointer (&visitor, relay_visitor_free);
  g_clear_pointer (&stranger, relay_visitor_free);
  stop (&fixture);
}

static void
a_secret_for_all_is_warned_of (void)
{
  Fixture fixture = { 0 };
  g_autofree char *log = NULL;

  start (&fixture, 3478, 0644);
  log = relay_process_read_log (fixture.relay);
  g_assert_nonnull (strstr (log, "warning secret"));
  stop (&fixture);
}

/* A port that nobody has now, for UDP and TCP. */
static guint16
find_port (void)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof own;
  int descriptor = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (descriptor, (struct sockaddr *)&own, sizeof own), ==, 0);
  g_assert_cmpint (getsockname (descriptor, (struct sockaddr *)&own, &length), ==, 0);
  close (descriptor);
  return ntohs (own.sin_port);
}

static void
die_with_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* coturn on loopback, with the secret of the relay. */
static GPid
start_coturn (Fixture *fixture, const char *program, guint16 port)
{
  g_autofree char *configuration = g_build_filename (fixture->folder, "turnserver.conf", NULL);
  g_autofree char *text
      = g_strdup_printf ("listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port=%u\nallow-loopback-"
                         "peers\nno-tls\nno-dtls\nno-cli\n"
                         "use-auth-secret\nstatic-auth-secret=" SECRET "\nrealm=coquill.example\n"
                         "userdb=%s/turn.db\npidfile=%s/turn.pid\nlog-file=stdout\n",
                         port, fixture->folder, fixture->folder);
  char *arguments[] = { (char *)program, (char *)"-c", configuration, NULL };
  GPid pid;

  g_assert_true (g_file_set_contents (configuration, text, -1, NULL));
  g_assert_true (
      g_spawn_async (fixture->folder, arguments, NULL,
                     G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                     die_with_parent_cb, NULL, &pid, NULL));
  return pid;
}

static void
stop_coturn (Fixture *fixture, GPid pid)
{
  static const char *const files[] = { "turnserver.conf", "turn.db", "turn.pid" };

  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, files[i], NULL);
      g_unlink (path);
    }
}

static void
append (GByteArray *message, guint type, gconstpointer value, guint16 size)
{
  guint8 header[4] = { type >> 8, type & 0xff, size >> 8, size & 0xff };
  static const guint8 padding[4] = { 0 };

  g_byte_array_append (message, header, sizeof header);
  g_byte_array_append (message, value, size);
  g_byte_array_append (message, padding, (4 - size % 4) % 4);
  message->data[2] = (message->len - 20) >> 8;
  message->data[3] = (message->len - 20) & 0xff;
}

static const guint8 *
find (const guint8 *answer, gsize length, guint wanted, guint16 *size)
{
  for (gsize at = 20; at + 4 <= length;)
    {
      guint type = answer[at] << 8 | answer[at + 1];

      *size = answer[at + 2] << 8 | answer[at + 3];
      if (type == wanted)
        return answer + at + 4;
      at += 4 + (*size + 3) / 4 * 4;
    }
  return NULL;
}

/* ALLOCATE, UDP. With @services as their user (RFC 8656, long-term credentials; the nonce is in @challenge).
 * Asks until it is answered: the server may not be up yet, or busy. Returns the answer's length. */
static gssize
allocate (int descriptor,
          const CoquillRelayFrame *services,
          const guint8 *challenge,
          gsize challenge_length,
          guint8 *answer,
          gsize answer_size)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  static guint8 header[20] = { 0x00, 0x03, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3 };
  static const guint8 transport[4] = { 17 };

  /* Another transaction: a late answer to an earlier one is none. */
  header[19]++;
  g_byte_array_append (message, header, sizeof header);
  append (message, 0x0019, transport, sizeof transport);
  if (services != NULL)
    {
      guint16 realm_size, nonce_size;
      const guint8 *realm = find (challenge, challenge_length, 0x0014, &realm_size);
      const guint8 *nonce = find (challenge, challenge_length, 0x0015, &nonce_size);
      g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
      guint8 key[16], digest[20] = { 0 };
      gsize key_length = sizeof key, digest_length = sizeof digest;
      GHmac *hmac;

      g_assert_nonnull (realm);
      g_assert_nonnull (nonce);
      append (message, 0x0006, services->text, strlen (services->text));
      append (message, 0x0014, realm, realm_size);
      append (message, 0x0015, nonce, nonce_size);
      g_checksum_update (md5, (const guchar *)services->text, strlen (services->text));
      g_checksum_update (md5, (const guchar *)":", 1);
      g_checksum_update (md5, realm, realm_size);
      g_checksum_update (md5, (const guchar *)":", 1);
      g_checksum_update (md5, (const guchar *)services->password, strlen (services->password));
      g_checksum_get_digest (md5, key, &key_length);
      /* The length in the header counts the digest, the digest counts what is before it. */
      append (message, 0x0008, digest, sizeof digest);
      hmac = g_hmac_new (G_CHECKSUM_SHA1, key, sizeof key);
      g_hmac_update (hmac, message->data, message->len - 24);
      g_hmac_get_digest (hmac, message->data + message->len - 20, &digest_length);
      g_hmac_unref (hmac);
    }
  for (guint i = 0; i < 300; i++)
    {
      gssize length;

      send (descriptor, message->data, message->len, 0);
      while ((length = recv (descriptor, answer, answer_size, 0)) > 0)
        if (length >= 20 && memcmp (answer + 8, header + 8, 12) == 0)
          return length;
      /* A datagram to nobody comes back as an error, at once. */
      if (errno != EAGAIN)
        g_usleep (50000);
    }
  return -1;
}

static void
coturn_believes_the_credentials (void)
{
  Fixture fixture = { 0 };
  g_autofree char *program = g_find_program_in_path ("turnserver");
  g_auto (CoquillRelayFrame) services = { 0 };
  g_autoptr (RelayVisitor) visitor = NULL;
  struct sockaddr_in far = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_usec = 200000 };
  guint8 challenge[1024], answer[1024];
  gssize length;
  guint16 port, size;
  const guint8 *error;
  GPid pid;
  int descriptor;

  if (program == NULL)
    {
      g_test_skip ("there is no turnserver (coturn) here");
      return;
    }
  port = find_port ();
  start (&fixture, port, 0600);
  pid = start_coturn (&fixture, program, port);
  visitor = enter (&fixture, COQUILL_ROOM_WRITE);
  ask (visitor, 1, &services);

  far.sin_port = htons (port);
  descriptor = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  setsockopt (descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  g_assert_cmpint (connect (descriptor, (struct sockaddr *)&far, sizeof far), ==, 0);
  length = allocate (descriptor, NULL, NULL, 0, challenge, sizeof challenge);
  g_assert_cmpint (length, >, 0);
  error = find (challenge, length, 0x0009, &size);
  g_assert_nonnull (error);
  g_assert_cmpuint (error[2] * 100 + error[3], ==, 401);

  /* A wrong password first, so that the right one is known to matter. */
  services.password[0] ^= 1;
  g_assert_cmpint (allocate (descriptor, &services, challenge, length, answer, sizeof answer), >, 0);
  g_assert_cmpmem (answer, 2, "\1\x13", 2);
  services.password[0] ^= 1;
  length = allocate (descriptor, &services, challenge, length, answer, sizeof answer);
  g_assert_cmpint (length, >, 0);
  g_assert_cmpmem (answer, 2, "\1\3", 2);
  g_assert_nonnull (find (answer, length, 0x0016, &size));

  close (descriptor);
  stop_coturn (&fixture, pid);
  g_clear_pointer (&visitor, relay_visitor_free);
  stop (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/relay-services/members-are-told", members_are_told);
  g_test_add_func ("/relay-services/strangers-are-not", strangers_are_not);
  g_test_add_func ("/relay-services/a-secret-for-all-is-warned-of", a_secret_for_all_is_warned_of);
  g_test_add_func ("/relay-services/coturn-believes-the-credentials", coturn_believes_the_credentials);

  return g_test_run ();
}
