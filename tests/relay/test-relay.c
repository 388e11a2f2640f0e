/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay.c: the relay as a whole program, met by clients that are hostile, slow, many or unlucky */

#include "relay-visitor.h"

#include "trust/envelope.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORED COQUILL_ENVELOPE_STORED
#define LIVE COQUILL_ENVELOPE_LIVE

typedef struct
{
  RelayProcess *relay;
  CoquillRoomKeys *keys;
  CoquillRoomLock lock;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->relay = relay_process_start (NULL, data);
  fixture->keys = coquill_room_keys_new ();
  coquill_room_lock_init_first (&fixture->lock, fixture->keys);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  relay_process_stop (fixture->relay);
  coquill_room_keys_unref (fixture->keys);
}

static RelayVisitor *
enter_as (Fixture *fixture, CoquillRoomRole role)
{
  RelayVisitor *visitor = relay_visitor_new (fixture->relay);
  g_auto (CoquillRelayFrame) frame = { 0 };

  relay_visitor_enter (visitor, 1, role, fixture->keys, &fixture->lock);
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &frame);
  return visitor;
}

static RelayVisitor *
enter (Fixture *fixture)
{
  return enter_as (fixture, COQUILL_ROOM_WRITE);
}

/* Whether the relay still serves everybody else. */
static void
assert_alive (Fixture *fixture)
{
  g_autoptr (RelayVisitor) a = enter (fixture);
  g_auto (CoquillRelayFrame) frame = { 0 };

  g_assert_true (relay_visitor_post (a, 1, STORED, 256, 77));
  relay_visitor_expect (a, COQUILL_RELAY_FRAME_STORED, &frame);
  g_assert_cmpuint (frame.reference, ==, 77);
}

/* Resident bytes of the relay. */
static gsize
get_memory (Fixture *fixture)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", relay_process_get_pid (fixture->relay));
  g_autofree char *text = NULL;
  unsigned long size, resident;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &resident), ==, 2);
  return resident * sysconf (_SC_PAGESIZE);
}

static char *
ask (Fixture *fixture, const char *request)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);

  relay_visitor_write (visitor, request, strlen (request));
  return relay_visitor_read_all (visitor);
}

static void
test_http_answers_are_few (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *request;
    const char *status;
  } requests[] = {
    { "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200" },
    { "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200" },
    { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404" },
    { "GET /j/../healthzz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404" },
    { "GET /v1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
    { "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 405" },
    { "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 400" },
    { "nonsense\r\n\r\n", "HTTP/1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *answer = ask (fixture, requests[i].request);
      if (!g_str_has_prefix (answer, requests[i].status))
        g_error ("%s was answered with %s", requests[i].request, answer);
    }
}

static void
test_the_page_sends_nothing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *answer = ask (fixture, "GET /j/ HTTP/1.1\r\nHost: a\r\n\r\n");
  const char *script = strstr (answer, "<script>") + strlen ("<script>");
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autofree char *base64 = NULL;
  g_autofree char *allowed = NULL;

  g_checksum_update (checksum, (const guchar *)script, strstr (script, "</script>") - script);
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  allowed = g_strdup_printf ("default-src 'none'; script-src 'sha256-%s'", base64);
  g_assert_nonnull (strstr (answer, allowed));
  g_assert_nonnull (strstr (answer, "Referrer-Policy: no-referrer"));
  g_assert_nonnull (strstr (answer, "history.replaceState"));
  g_assert_null (strstr (answer, "http://"));
  g_assert_null (strstr (answer, "https://"));
}

static void
test_a_slow_request_is_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) silent = relay_visitor_connect (fixture->relay);
  g_autoptr (RelayVisitor) halting = relay_visitor_connect (fixture->relay);
  g_autofree char *nothing = NULL;
  g_autofree char *also_nothing = NULL;
  gint64 began = g_get_monotonic_time ();

  relay_visitor_write (halting, "GET /heal", 9);
  nothing = relay_visitor_read_all (silent);
  also_nothing = relay_visitor_read_all (halting);
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
  assert_alive (fixture);
}

static void
test_endless_headers_are_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);
  gsize before = get_memory (fixture);

  relay_visitor_write (visitor, "GET /healthz HTTP/1.1\r\n", 23);
  for (guint i = 0; i < 100000; i++)
    if (!relay_visitor_write (visitor, "X-More: 0123456789012345678901234567890123456789\r\n", 50))
      break;
  g_assert_cmpuint (get_memory (fixture), <, before + (8 << 20));
  assert_alive (fixture);
}

static void
test_a_message_of_100_megabytes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) claims = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) sends = relay_visitor_new (fixture->relay);
  g_autofree guint8 *block = g_malloc0 (1 << 16);
  static const guint8 header[] = { 0x82, 0xff, 0, 0, 0, 0, 0x06, 0x40, 0, 0, 1, 2, 3, 4 };
  gsize before = get_memory (fixture);
  guint n = 0;

  /* One frame that says how long it is; the answer doesn't wait for it. */
  g_assert_true (relay_visitor_write (claims, header, sizeof header));
  relay_visitor_expect_close (claims, 1009);

  /* The same in fragments, that don't. */
  while (n < 1600 && relay_visitor_write_frame (sends, n == 0 ? 0x02 : 0x00, block, 1 << 16))
    n++;
  g_assert_cmpuint (n, <, 200);
  g_assert_cmpuint (get_memory (fixture), <, before + (16 << 20));
  assert_alive (fixture);
}

static void
test_junk_ends_only_its_own_connection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) member = enter (fixture);
  g_auto (CoquillRelayFrame) frame = { 0 };
  static const guint8 unmasked[] = { 0x82, 0x01, 0x00 };

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);
      guint8 junk[512];
      CoquillRelayFrame end;

      for (gsize k = 0; k < sizeof junk; k++)
        junk[k] = g_test_rand_int ();
      if (i % 3 == 0)
        relay_visitor_write (visitor, junk, g_test_rand_int_range (1, sizeof junk));
      else if (i % 3 == 1)
        relay_visitor_write_frame (visitor, 0x82, junk, g_test_rand_int_range (1, sizeof junk));
      else
        relay_visitor_write (visitor, unmasked, sizeof unmasked);
      shutdown (visitor->descriptor, SHUT_WR);
      while (relay_visitor_receive (visitor, &end))
        coquill_relay_frame_clear (&end);
    }
  g_assert_true (relay_visitor_post (member, 1, STORED, 256, 5));
  relay_visitor_expect (member, COQUILL_RELAY_FRAME_STORED, &frame);
}

static void
test_broken_rules_are_named (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    guint8 first;
    guint close_code;
  } rules[] = {
    { 0x81, 1003 }, { 0x80, 1002 }, { 0xc2, 1002 }, { 0x83, 1002 }, { 0x8f, 1002 }, { 0x09, 1002 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);
      g_assert_true (relay_visitor_write_frame (visitor, rules[i].first, "x", 1));
      relay_visitor_expect_close (visitor, rules[i].close_code);
    }
  g_autoptr (RelayVisitor) liar = relay_visitor_new (fixture->relay);
  CoquillRelayFrame stored = { .kind = COQUILL_RELAY_FRAME_STORED };
  g_assert_true (relay_visitor_send (liar, &stored));
  relay_visitor_expect_refusal (liar, COQUILL_RELAY_CODE_MALFORMED);
  relay_visitor_expect_close (liar, 1008);
}

static void
test_wrong_proofs_and_locks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) replayer = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) elsewhere = relay_visitor_new (fixture->relay);
  g_autoptr (CoquillRoomKeys) others = coquill_room_keys_new ();
  CoquillRoomLock foreign, forged = fixture->lock;

  g_clear_pointer (&replayer->authority, g_free);
  replayer->authority = g_strdup (visitor->authority);
  assert_alive (fixture);
  relay_visitor_enter (visitor, 1, COQUILL_ROOM_WRITE, others, &fixture->lock);
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_PROOF);

  /* A proof for another connection's nonce, or another relay's name. */
  memcpy (replayer->nonce, visitor->nonce, sizeof replayer->nonce);
  relay_visitor_enter (replayer, 1, COQUILL_ROOM_WRITE, fixture->keys, &fixture->lock);
  relay_visitor_expect_refusal (replayer, COQUILL_RELAY_CODE_PROOF);
  g_free (elsewhere->authority);
  elsewhere->authority = g_strdup ("relay.example");
  relay_visitor_enter (elsewhere, 1, COQUILL_ROOM_WRITE, fixture->keys, &fixture->lock);
  relay_visitor_expect_refusal (elsewhere, COQUILL_RELAY_CODE_PROOF);

  /* A lock of one's own for somebody else's room. */
  coquill_room_lock_init_first (&foreign, others);
  memcpy (foreign.room, fixture->lock.room, sizeof foreign.room);
  relay_visitor_enter (visitor, 2, COQUILL_ROOM_ADMIN, others, &foreign);
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_PROOF);
  forged.number = 9;
  memcpy (forged.write, coquill_room_keys_get_public (others, COQUILL_ROOM_WRITE), 32);
  relay_visitor_enter (visitor, 3, COQUILL_ROOM_WRITE, others, &forged);
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_PROOF);
  /* And for a room that isn't there yet. */
  coquill_room_lock_init_first (&foreign, others);
  foreign.signature[0] ^= 1;
  relay_visitor_enter (visitor, 4, COQUILL_ROOM_ADMIN, others, &foreign);
  relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_LOCK);
}

static void
test_wrong_envelopes_are_not_passed_on (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) a = enter (fixture);
  g_autoptr (RelayVisitor) b = enter (fixture);
  g_autofree guint8 *bytes = g_malloc0 (COQUILL_ENVELOPE_OVERHEAD + 256);
  static const guint8 headers[][2] = { { 2, STORED }, { 0, STORED }, { 1, 0 }, { 1, 3 }, { 1, 255 } };
  g_auto (CoquillRelayFrame) got = { 0 };

  for (gsize i = 0; i <= G_N_ELEMENTS (headers); i++)
    {
      g_auto (CoquillRelayFrame) frame
          = { .kind = COQUILL_RELAY_FRAME_POST, .handle = 1, .reference = i + 1 };
      memcpy (bytes, i < G_N_ELEMENTS (headers) ? headers[i] : (const guint8[]){ 1, STORED }, 2);
      frame.data = g_bytes_new (bytes, i < G_N_ELEMENTS (headers) ? COQUILL_ENVELOPE_OVERHEAD + 256 : 40);
      g_assert_true (relay_visitor_send (a, &frame));
      relay_visitor_expect_refusal (a, COQUILL_RELAY_CODE_ENVELOPE);
    }
  g_assert_true (relay_visitor_post (a, 1, STORED, 256, 99));
  relay_visitor_expect (b, COQUILL_RELAY_FRAME_ENVELOPE, &got);
  g_assert_cmpmem ((const guint8 *)g_bytes_get_data (got.data, NULL) + COQUILL_ENVELOPE_OVERHEAD, 1, "\x63",
                   1);
}

static void
test_roles_are_kept_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) reader = NULL;
  g_autoptr (RelayVisitor) writer = enter (fixture);
  g_autoptr (RelayVisitor) admin = enter_as (fixture, COQUILL_ROOM_ADMIN);
  g_autoptr (GBytes) bulletin = g_bytes_new_static ("b", 1);
  CoquillRelayFrame put
      = { .kind = COQUILL_RELAY_FRAME_PUT_BULLETIN, .handle = 1, .reference = 1, .data = bulletin };
  CoquillRelayFrame erase = { .kind = COQUILL_RELAY_FRAME_ERASE, .handle = 1, .reference = 2 };
  g_auto (CoquillRelayFrame) got = { 0 };

  reader = enter_as (fixture, COQUILL_ROOM_READ);
  g_assert_true (relay_visitor_post (reader, 1, STORED, 256, 1));
  relay_visitor_expect_refusal (reader, COQUILL_RELAY_CODE_RIGHTS);
  g_assert_true (relay_visitor_send (reader, &put));
  relay_visitor_expect_refusal (reader, COQUILL_RELAY_CODE_RIGHTS);
  g_assert_true (relay_visitor_post (reader, 1, LIVE, 256, 0));
  relay_visitor_expect (writer, COQUILL_RELAY_FRAME_ENVELOPE, &got);
  coquill_relay_frame_clear (&got);
  g_assert_true (relay_visitor_send (writer, &erase));
  relay_visitor_expect_refusal (writer, COQUILL_RELAY_CODE_RIGHTS);

  g_assert_true (relay_visitor_send (admin, &erase));
  relay_visitor_expect (admin, COQUILL_RELAY_FRAME_STORED, &got);
  relay_visitor_expect_refusal (writer, COQUILL_RELAY_CODE_NO_ROOM);
  relay_visitor_expect_refusal (reader, COQUILL_RELAY_CODE_NO_ROOM);
  g_assert_true (relay_visitor_post (writer, 1, STORED, 256, 3));
  relay_visitor_expect_refusal (writer, COQUILL_RELAY_CODE_NOT_IN);
}

/* No proof is needed to ask, and an answer is thousands of times as long as the question. */
static void
test_bulletins_are_asked_for_one_after_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) writer = enter (fixture);
  g_autoptr (RelayVisitor) stranger = relay_visitor_new (fixture->relay);
  g_autofree guint8 *noise = g_malloc0 (COQUILL_RELAY_BULLETIN_MAX);
  g_autoptr (GBytes) bulletin = g_bytes_new_static (noise, COQUILL_RELAY_BULLETIN_MAX);
  CoquillRelayFrame put
      = { .kind = COQUILL_RELAY_FRAME_PUT_BULLETIN, .handle = 1, .reference = 1, .data = bulletin };
  CoquillRelayFrame get = { .kind = COQUILL_RELAY_FRAME_GET_BULLETIN };
  g_auto (CoquillRelayFrame) got = { 0 };
  const guint n_questions = 1000;
  guint n_refused = 0;
  guint n_answered = 0;

  g_assert_true (relay_visitor_send (writer, &put));
  relay_visitor_expect (writer, COQUILL_RELAY_FRAME_STORED, &got);
  coquill_relay_frame_clear (&got);
  memcpy (get.room, fixture->lock.room, sizeof get.room);
  for (guint i = 1; i <= n_questions; i++)
    {
      get.reference = i;
      g_assert_true (relay_visitor_send (stranger, &get));
    }
  for (guint i = 1; i <= n_questions; i++)
    {
      g_assert_true (relay_visitor_receive (stranger, &got));
      n_refused += got.kind == COQUILL_RELAY_FRAME_REFUSAL && got.code == COQUILL_RELAY_CODE_TOO_MANY;
      n_answered += got.kind == COQUILL_RELAY_FRAME_BULLETIN && g_bytes_equal (got.data, bulletin);
      coquill_relay_frame_clear (&got);
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_answered, >=, 4);
  g_assert_cmpuint (n_refused + n_answered, ==, n_questions);
  assert_alive (fixture);
}

static void
test_who_does_not_read_is_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) slow = enter (fixture);
  g_autoptr (RelayVisitor) writer = enter (fixture);
  gsize before = get_memory (fixture);
  g_auto (CoquillRelayFrame) end = { 0 };
  gboolean said = FALSE;

  for (guint i = 1; i <= 600; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      g_assert_true (relay_visitor_post (writer, 1, STORED, 65536, i));
      relay_visitor_expect (writer, COQUILL_RELAY_FRAME_STORED, &frame);
    }
  /* 39 MB went by: what it holds for the slow one is bounded. */
  g_assert_cmpuint (get_memory (fixture), <, before + (40 << 20));
  while (relay_visitor_receive (slow, &end))
    {
      said |= end.kind == COQUILL_RELAY_FRAME_REFUSAL && end.code == COQUILL_RELAY_CODE_SLOW;
      coquill_relay_frame_clear (&end);
    }
  g_autofree char *log = relay_process_read_log (fixture->relay);
  g_assert_nonnull (strstr (log, "does not read as fast"));
  g_test_message ("the slow client %s told", said ? "was" : "could not be");
  assert_alive (fixture);
}

static void
test_one_address_has_its_share (Fixture *fixture, gconstpointer data)
{
  RelayVisitor *visitors[8];
  g_autoptr (RelayVisitor) late = NULL;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitors[i] = relay_visitor_new (fixture->relay);
  late = relay_visitor_connect (fixture->relay);
  answer = relay_visitor_read_all (late);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 429"));
  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    {
      CoquillRelayFrame end;
      shutdown (visitors[i]->descriptor, SHUT_WR);
      while (relay_visitor_receive (visitors[i], &end))
        coquill_relay_frame_clear (&end);
      relay_visitor_free (visitors[i]);
    }
  /* The share is given back, if not in the same instant. */
  for (guint tries = 0;; tries++)
    {
      g_autoptr (RelayVisitor) again = relay_visitor_connect (fixture->relay);
      g_autofree char *health = NULL;
      relay_visitor_write (again, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 34);
      health = relay_visitor_read_all (again);
      if (g_str_has_prefix (health, "HTTP/1.1 200"))
        break;
      g_assert_cmpuint (tries, <, 1000);
    }
}

static void
test_there_are_so_many_connections (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) a = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) b = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) c = relay_visitor_connect (fixture->relay);
  g_autofree char *answer = relay_visitor_read_all (c);

  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503"));
}

static void
test_one_connection_enters_so_many_rooms (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);

  for (guint32 handle = 1; handle <= 4; handle++)
    {
      g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
      CoquillRoomLock lock;
      g_auto (CoquillRelayFrame) frame = { 0 };

      coquill_room_lock_init_first (&lock, keys);
      relay_visitor_enter (visitor, handle, COQUILL_ROOM_WRITE, keys, &lock);
      if (handle <= 3)
        relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &frame);
      else
        relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_TOO_MANY);
    }
}

static void
test_who_is_too_fast_is_slowed_and_loses_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = enter (fixture);
  gint64 began = g_get_monotonic_time ();

  /* 100 a second, and four seconds' worth saved up; what one read brings beyond that, up to 64 KiB, is only
   * owed. */
  for (guint i = 1; i <= 800; i++)
    g_assert_true (relay_visitor_post (visitor, 1, STORED, 256, i));
  for (guint i = 1; i <= 800; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
      g_assert_cmpuint (frame.reference, ==, i);
      g_assert_cmpuint (frame.position, ==, i);
    }
  g_assert_cmpint (g_get_monotonic_time () - began, >, 1.5 * G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 40 * G_USEC_PER_SEC);
}

static void
test_the_silent_are_pinged_then_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) member = enter (fixture);
  g_autoptr (RelayVisitor) stranger = relay_visitor_new (fixture->relay);

  relay_visitor_expect_refusal (member, COQUILL_RELAY_CODE_IDLE);
  relay_visitor_expect_close (member, 1013);
  relay_visitor_expect_refusal (stranger, COQUILL_RELAY_CODE_IDLE);
}

static void
test_only_the_relays_own_names (Fixture *fixture, gconstpointer data)
{
  const char upgrade[] = "GET /v1 HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  g_autoptr (GString) wrong = g_string_new (upgrade);
  g_autoptr (GString) right = g_string_new (upgrade);
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);
  g_autofree char *answer = NULL;
  char start[13] = { 0 };

  g_string_replace (wrong, "%s", "other.example", 0);
  g_string_replace (right, "%s", "Relay.Example:8443", 0);
  answer = ask (fixture, wrong->str);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 421"));
  g_assert_true (relay_visitor_write (visitor, right->str, right->len));
  g_assert_cmpint (recv (visitor->descriptor, start, 12, MSG_WAITALL), ==, 12);
  g_assert_cmpstr (start, ==, "HTTP/1.1 101");
}

/* Of the relay with these options. */
static gboolean
warns_of_no_name (const char *const *options)
{
  RelayProcess *relay = relay_process_start (NULL, options);
  g_autofree char *log = relay_process_read_log (relay);

  relay_process_stop (relay);
  return strstr (log, " warning name ") != NULL;
}

static void
test_a_relay_for_many_should_have_a_name (void)
{
  static const char *const nameless[] = { "--listen=0.0.0.0:0", NULL };
  static const char *const named[] = { "--listen=0.0.0.0:0", "--name=relay.example", NULL };

  g_assert_true (warns_of_no_name (nameless));
  g_assert_false (warns_of_no_name (named));
  g_assert_false (warns_of_no_name (NULL));
}

static void
test_sigterm_writes_says_goodbye_and_ends_well (Fixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = enter (fixture);
  guint stored = 0;
  gboolean told = FALSE;
  CoquillRelayFrame frame;
  int status;

  for (guint i = 1; i <= 300; i++)
    g_assert_true (relay_visitor_post (visitor, 1, STORED, 4096, i));
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
  stored++;
  status = relay_process_signal (fixture->relay, SIGTERM);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  while (relay_visitor_receive (visitor, &frame))
    {
      stored += frame.kind == COQUILL_RELAY_FRAME_STORED;
      told |= frame.kind == COQUILL_RELAY_FRAME_REFUSAL && frame.code == COQUILL_RELAY_CODE_STOPPING;
      coquill_relay_frame_clear (&frame);
    }
  g_assert_cmpuint (visitor->close_code, ==, 1001);
  g_assert_true (told);

  relay_process_restart (fixture->relay);
  g_autoptr (RelayVisitor) again = relay_visitor_new (fixture->relay);
  relay_visitor_enter (again, 1, COQUILL_ROOM_READ, fixture->keys, &fixture->lock);
  relay_visitor_expect (again, COQUILL_RELAY_FRAME_ENTERED, &frame);
  g_assert_cmpuint (frame.position, ==, stored);
}

static void
test_sigkill_keeps_all_that_was_acknowledged (Fixture *fixture, gconstpointer data)
{
  guint64 acknowledged = 0, sent = 0;

  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (RelayVisitor) visitor = enter (fixture);
      g_autoptr (RelayVisitor) check = NULL;
      g_auto (CoquillRelayFrame) end = { 0 };
      guint wanted = g_test_rand_int_range (1, 100);

      for (guint i = 0; i < 200; i++)
        g_assert_true (relay_visitor_post (visitor, 1, STORED, 1024, ++sent));
      while (wanted-- > 0)
        {
          g_auto (CoquillRelayFrame) frame = { 0 };
          relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
          acknowledged = MAX (acknowledged, frame.position);
        }
      relay_process_signal (fixture->relay, SIGKILL);
      relay_process_restart (fixture->relay);
      check = relay_visitor_new (fixture->relay);
      relay_visitor_enter (check, 1, COQUILL_ROOM_READ, fixture->keys, &fixture->lock);
      relay_visitor_expect (check, COQUILL_RELAY_FRAME_ENTERED, &end);
      g_assert_cmpuint (end.position, >=, acknowledged);
      acknowledged = end.position;
    }
}

static void
test_a_full_disk_is_told_and_nothing_is_lost (void)
{
  g_autofree char *folder = g_dir_make_tmp ("coquill-full-XXXXXX", NULL);
  g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
  g_autoptr (RelayProcess) relay = NULL;
  g_autoptr (RelayVisitor) visitor = NULL;
  g_auto (CoquillRelayFrame) entered = { 0 };
  CoquillRoomLock lock;
  guint64 stored = 0;
  gboolean is_full = FALSE;

  if (mount ("tmpfs", folder, "tmpfs", 0, "size=3m,mode=0700") != 0)
    {
      g_rmdir (folder);
      g_test_skip ("mounting a small tmpfs needs rights that this user has not");
      return;
    }
  relay = relay_process_start (folder, NULL);
  visitor = relay_visitor_new (relay);
  coquill_room_lock_init_first (&lock, keys);
  relay_visitor_enter (visitor, 1, COQUILL_ROOM_WRITE, keys, &lock);
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &entered);
  for (guint i = 1; i <= 100 && !is_full; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      g_assert_true (relay_visitor_post (visitor, 1, STORED, 65536, i));
      do
        {
          coquill_relay_frame_clear (&frame);
          g_assert_true (relay_visitor_receive (visitor, &frame));
        }
      while (frame.kind != COQUILL_RELAY_FRAME_STORED && frame.kind != COQUILL_RELAY_FRAME_REFUSAL);
      if (frame.kind == COQUILL_RELAY_FRAME_STORED)
        stored = frame.position;
      else
        {
          g_assert_cmpuint (frame.code, ==, COQUILL_RELAY_CODE_FULL);
          g_assert_cmpuint (frame.reference, ==, i);
          is_full = TRUE;
        }
    }
  g_assert_true (is_full);
  g_assert_cmpuint (stored, >, 3);

  /* It serves on, and after a restart has what it acknowledged. */
  g_assert_true (relay_visitor_post (visitor, 1, LIVE, 256, 0));
  relay_process_signal (relay, SIGKILL);
  relay_process_restart (relay);
  g_autoptr (RelayVisitor) again = relay_visitor_new (relay);
  relay_visitor_enter (again, 1, COQUILL_ROOM_READ, keys, &lock);
  coquill_relay_frame_clear (&entered);
  relay_visitor_expect (again, COQUILL_RELAY_FRAME_ENTERED, &entered);
  g_assert_cmpuint (entered.position, ==, stored);
  g_clear_pointer (&relay, relay_process_stop);
  g_assert_cmpint (umount (folder), ==, 0);
  g_rmdir (folder);
}

/* Runs the program to its end. Returns its exit status. */
static int
run (const char *const *options, char **errors)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_add (arguments, (char *)g_getenv ("COQUILL_RELAY"));
  for (; *options != NULL; options++)
    g_ptr_array_add (arguments, (char *)*options);
  g_ptr_array_add (arguments, NULL);
  g_spawn_sync (NULL, (char **)arguments->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, errors,
                &status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_the_command_line (Fixture *fixture, gconstpointer data)
{
  g_autofree char *same = g_strconcat ("--data=", relay_process_get_folder (fixture->relay), NULL);
  g_autofree char *busy = g_strdup_printf ("--listen=127.0.0.1:%u", relay_process_get_port (fixture->relay));
  const struct
  {
    const char *options[5];
    int status;
    const char *says;
  } calls[] = {
    { { "--version" }, 0, "" },
    { { "--help" }, 0, "" },
    { { NULL }, 2, "--listen" },
    { { "--listen=127.0.0.1:0", "--data=/dev/null/x" }, 1, "can't be used" },
    { { "--listen=somewhere", "--data=/tmp", "--rooms=0" }, 2, "--rooms" },
    { { "--nonsense" }, 2, "--nonsense" },
    { { "--listen=127.0.0.1:0", "--data=/tmp", "--stun=nowhere" }, 2, "--stun" },
    { { "--listen=127.0.0.1:0", "--data=/tmp", "--turn=turn:host" }, 2, "--turn-secret-file" },
    { { "--listen=127.0.0.1:0", "--turn=turns:host", "--turn-secret-file=/x", "--data=/tmp" },
      2,
      "turn:HOST" },
    { { "--listen=127.0.0.1:0", same }, 1, "Another relay" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *errors = NULL;
      g_assert_cmpint (run (calls[i].options, &errors), ==, calls[i].status);
      if (strstr (errors, calls[i].says) == NULL)
        g_error ("Expected “%s” in: %s", calls[i].says, errors);
    }

  g_autofree char *folder = g_dir_make_tmp ("coquill-relay-XXXXXX", NULL);
  g_autofree char *fresh = g_strconcat ("--data=", folder, NULL);
  g_autofree char *errors = NULL;
  g_autofree char *database = g_build_filename (folder, "mailbox.db", NULL);
  g_autofree char *lock = g_build_filename (folder, "relay.lock", NULL);
  const char *taken[] = { busy, fresh, NULL };
  g_assert_cmpint (run (taken, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "Can't listen"));
  g_clear_pointer (&errors, g_free);
  const char *no_secret[]
      = { "--listen=127.0.0.1:0", "--turn=turn:host", "--turn-secret-file=/nonexistent", fresh, NULL };
  g_assert_cmpint (run (no_secret, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "/nonexistent"));
  g_clear_pointer (&errors, g_free);
  g_assert_true (g_file_set_contents (database, "This is no mailbox, but a letter.", -1, NULL));
  const char *damaged[] = { "--listen=127.0.0.1:0", fresh, NULL };
  g_assert_cmpint (run (damaged, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "damaged"));
  g_unlink (database);
  g_unlink (lock);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  static const char *const hasty[] = { "--request-seconds=1", NULL };
  static const char *const narrow[] = { "--queue-bytes=2200000", NULL };
  static const char *const shares[] = { "--connections-per-address=8", NULL };
  static const char *const two[] = { "--connections=2", NULL };
  static const char *const three_rooms[] = { "--rooms-per-connection=3", NULL };
  static const char *const slow[] = { "--rate-messages=100", NULL };
  static const char *const impatient[] = { "--ping-seconds=1", "--idle-seconds=3", NULL };
  static const char *const named[] = { "--name=relay.example:8443", "--name=second.example", NULL };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, options, function)                                                                         \
  g_test_add ("/relay/" path, Fixture, options, set_up, function, tear_down)
  ADD ("http-answers-are-few", NULL, test_http_answers_are_few);
  ADD ("the-page-sends-nothing", NULL, test_the_page_sends_nothing);
  ADD ("a-slow-request-is-cut-off", hasty, test_a_slow_request_is_cut_off);
  ADD ("endless-headers-are-cut-off", NULL, test_endless_headers_are_cut_off);
  ADD ("a-message-of-100-megabytes", NULL, test_a_message_of_100_megabytes);
  ADD ("junk-ends-only-its-own-connection", NULL, test_junk_ends_only_its_own_connection);
  ADD ("broken-rules-are-named", NULL, test_broken_rules_are_named);
  ADD ("wrong-proofs-and-locks", NULL, test_wrong_proofs_and_locks);
  ADD ("wrong-envelopes-are-not-passed-on", NULL, test_wrong_envelopes_are_not_passed_on);
  ADD ("roles-are-kept-apart", NULL, test_roles_are_kept_apart);
  ADD ("bulletins-are-asked-for-one-after-another", NULL, test_bulletins_are_asked_for_one_after_another);
  ADD ("who-does-not-read-is-cut-off", narrow, test_who_does_not_read_is_cut_off);
  ADD ("one-address-has-its-share", shares, test_one_address_has_its_share);
  ADD ("there-are-so-many-connections", two, test_there_are_so_many_connections);
  ADD ("one-connection-enters-so-many-rooms", three_rooms, test_one_connection_enters_so_many_rooms);
  ADD ("who-is-too-fast-is-slowed-and-loses-nothing", slow, test_who_is_too_fast_is_slowed_and_loses_nothing);
  ADD ("the-silent-are-pinged-then-closed", impatient, test_the_silent_are_pinged_then_closed);
  ADD ("only-the-relays-own-names", named, test_only_the_relays_own_names);
  ADD ("sigterm-writes-says-goodbye-and-ends-well", NULL, test_sigterm_writes_says_goodbye_and_ends_well);
  ADD ("sigkill-keeps-all-that-was-acknowledged", NULL, test_sigkill_keeps_all_that_was_acknowledged);
  ADD ("the-command-line", NULL, test_the_command_line);
#undef ADD
  g_test_add_func ("/relay/a-relay-for-many-should-have-a-name", test_a_relay_for_many_should_have_a_name);
  g_test_add_func ("/relay/a-full-disk-is-told-and-nothing-is-lost",
                   test_a_full_disk_is_told_and_nothing_is_lost);
  return g_test_run ();
}
