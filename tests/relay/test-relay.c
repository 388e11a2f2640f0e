/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay.c: the relay as a whole program, met by clients that are hostile or wrong */

#include "relay-fixture.h"

#include "trust/envelope.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STORED COQUILL_ENVELOPE_STORED
#define LIVE COQUILL_ENVELOPE_LIVE

static void
test_http_answers_are_few (RelayFixture *fixture, gconstpointer data)
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
      g_autofree char *answer = relay_fixture_ask (fixture, requests[i].request);
      if (!g_str_has_prefix (answer, requests[i].status))
        g_error ("%s was answered with %s", requests[i].request, answer);
    }
}

static void
test_the_page_sends_nothing (RelayFixture *fixture, gconstpointer data)
{
  g_autofree char *answer = relay_fixture_ask (fixture, "GET /j/ HTTP/1.1\r\nHost: a\r\n\r\n");
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
test_a_slow_request_is_cut_off (RelayFixture *fixture, gconstpointer data)
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
  relay_fixture_assert_alive (fixture);
}

static void
test_endless_headers_are_cut_off (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);
  gsize before = relay_fixture_get_memory (fixture);

  relay_visitor_write (visitor, "GET /healthz HTTP/1.1\r\n", 23);
  for (guint i = 0; i < 100000; i++)
    if (!relay_visitor_write (visitor, "X-More: 0123456789012345678901234567890123456789\r\n", 50))
      break;
  g_assert_cmpuint (relay_fixture_get_memory (fixture), <, before + (8 << 20));
  relay_fixture_assert_alive (fixture);
}

static void
test_a_message_of_100_megabytes (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) claims = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) sends = relay_visitor_new (fixture->relay);
  g_autofree guint8 *block = g_malloc0 (1 << 16);
  static const guint8 header[] = { 0x82, 0xff, 0, 0, 0, 0, 0x06, 0x40, 0, 0, 1, 2, 3, 4 };
  gsize before = relay_fixture_get_memory (fixture);
  guint n = 0;

  /* One frame that says how long it is; the answer doesn't wait for it. */
  g_assert_true (relay_visitor_write (claims, header, sizeof header));
  relay_visitor_expect_close (claims, 1009);

  /* The same in fragments, that don't. */
  while (n < 1600 && relay_visitor_write_frame (sends, n == 0 ? 0x02 : 0x00, block, 1 << 16))
    n++;
  g_assert_cmpuint (n, <, 200);
  g_assert_cmpuint (relay_fixture_get_memory (fixture), <, before + (16 << 20));
  relay_fixture_assert_alive (fixture);
}

static void
test_junk_ends_only_its_own_connection (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) member = relay_fixture_enter (fixture);
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
test_broken_rules_are_named (RelayFixture *fixture, gconstpointer data)
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
test_wrong_proofs_and_locks (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) replayer = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) elsewhere = relay_visitor_new (fixture->relay);
  g_autoptr (CoquillRoomKeys) others = coquill_room_keys_new ();
  CoquillRoomLock foreign, forged = fixture->lock;

  g_clear_pointer (&replayer->authority, g_free);
  replayer->authority = g_strdup (visitor->authority);
  relay_fixture_assert_alive (fixture);
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
test_wrong_envelopes_are_not_passed_on (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) a = relay_fixture_enter (fixture);
  g_autoptr (RelayVisitor) b = relay_fixture_enter (fixture);
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
test_roles_are_kept_apart (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) reader = NULL;
  g_autoptr (RelayVisitor) writer = relay_fixture_enter (fixture);
  g_autoptr (RelayVisitor) admin = relay_fixture_enter_as (fixture, COQUILL_ROOM_ADMIN);
  g_autoptr (GBytes) bulletin = g_bytes_new_static ("b", 1);
  CoquillRelayFrame put
      = { .kind = COQUILL_RELAY_FRAME_PUT_BULLETIN, .handle = 1, .reference = 1, .data = bulletin };
  CoquillRelayFrame erase = { .kind = COQUILL_RELAY_FRAME_ERASE, .handle = 1, .reference = 2 };
  g_auto (CoquillRelayFrame) got = { 0 };

  reader = relay_fixture_enter_as (fixture, COQUILL_ROOM_READ);
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
test_bulletins_are_asked_for_one_after_another (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) writer = relay_fixture_enter (fixture);
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
  relay_fixture_assert_alive (fixture);
}

int
main (int argc, char **argv)
{
  static const char *const hasty[] = { "--request-seconds=1", NULL };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, options, function)                                                                         \
  g_test_add ("/relay/" path, RelayFixture, options, relay_fixture_set_up, function, relay_fixture_tear_down)
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
#undef ADD
  return g_test_run ();
}
