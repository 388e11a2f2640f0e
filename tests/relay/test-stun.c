/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-stun.c: answers to STUN questions and their limits, TURN's credentials and URIs, without any socket */

#include "relay/stun-answer.h"
#include "relay/stun-limiter.h"
#include "relay/turn-offer.h"
#include "wire/turn-uri.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

static struct sockaddr_storage
make_address (const char *text, guint16 port)
{
  struct sockaddr_storage address = { 0 };
  struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;

  if (inet_pton (AF_INET, text, &ipv4->sin_addr) == 1)
    {
      ipv4->sin_family = AF_INET;
      ipv4->sin_port = htons (port);
    }
  else
    {
      g_assert_cmpint (inet_pton (AF_INET6, text, &ipv6->sin6_addr), ==, 1);
      ipv6->sin6_family = AF_INET6;
      ipv6->sin6_port = htons (port);
    }
  return address;
}

/* The test vectors' address (RFC 5769, 2.2) in an answer, byte by byte. */
static void
an_answer_is_what_the_rfc_says (void)
{
  static const guint8 question[20] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7,
                                       0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae };
  static const guint8 expected[44] = {
    0x01, 0x01, 0x00, 0x18, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
    0x86, 0xfa, 0x87, 0xdf, 0xae, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12,
    0xa6, 0x43, 0x80, 0x2c, 0x00, 0x08, 0x00, 0x01, 0x04, 0xd2, 0xcb, 0x00, 0x71, 0x05,
  };
  guint8 answer[COQUILL_STUN_ANSWER_MAX];
  struct sockaddr_storage source = make_address ("192.0.2.1", 32853);
  struct sockaddr_storage other = make_address ("203.0.113.5", 1234);
  gsize length = coquill_stun_answer (question, sizeof question, &source, &other, answer);

  g_assert_cmpmem (answer, length, expected, sizeof expected);
  length = coquill_stun_answer (question, sizeof question, &source, NULL, answer);
  g_assert_cmpuint (length, ==, 32);

  source = make_address ("2001:db8::1", 1);
  other = make_address ("2001:db8::2", 2);
  length = coquill_stun_answer (question, sizeof question, &source, &other, answer);
  g_assert_cmpuint (length, ==, COQUILL_STUN_ANSWER_MAX);
}

/* libnice asks for its own address so: without a cookie, and with 16 bytes of its own in its place. */
static void
an_old_question_has_an_old_answer (void)
{
  static const guint8 question[20]
      = { 0x00, 0x01, 0x00, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  static const guint8 expected[32]
      = { 0x01, 0x01, 0x00, 0x0c, 1,    2,    3,    4,    5,    6,    7,    8,    9,   10, 11, 12,
          13,   14,   15,   16,   0x00, 0x01, 0x00, 0x08, 0x00, 0x01, 0x80, 0x55, 192, 0,  2,  1 };
  guint8 answer[COQUILL_STUN_ANSWER_MAX];
  struct sockaddr_storage source = make_address ("192.0.2.1", 32853);
  gsize length = coquill_stun_answer (question, sizeof question, &source, NULL, answer);

  g_assert_cmpmem (answer, length, expected, sizeof expected);
  g_assert_cmpuint (coquill_stun_answer (question, 19, &source, NULL, answer), ==, 0);
}

static void
nonsense_has_no_answer (void)
{
  guint8 question[COQUILL_STUN_QUESTION_MAX + 4] = { 0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42 };
  guint8 answer[COQUILL_STUN_ANSWER_MAX];
  struct sockaddr_storage source = make_address ("192.0.2.1", 32853);

  /* SOFTWARE "test". */
  memcpy (question + 20, "\x80\x22\0\4test", 8);
  g_assert_cmpuint (coquill_stun_answer (question, 28, &source, NULL, answer), >, 0);
  for (gsize length = 0; length < 28; length++)
    g_assert_cmpuint (coquill_stun_answer (question, length, &source, NULL, answer), ==, 0);
  g_assert_cmpuint (coquill_stun_answer (question, 32, &source, NULL, answer), ==, 0);

  /* An attribute that must be understood: CHANGE-REQUEST. */
  memcpy (question + 20, "\0\3\0\4", 4);
  g_assert_cmpuint (coquill_stun_answer (question, 28, &source, NULL, answer), ==, 0);
  question[3] = 0;
  /* An indication, a response, an error, ALLOCATE. */
  g_assert_cmpuint (coquill_stun_answer (question, 20, &source, NULL, answer), >, 0);
  question[1] = 0x11;
  g_assert_cmpuint (coquill_stun_answer (question, 20, &source, NULL, answer), ==, 0);
  question[0] = 1, question[1] = 0x01;
  g_assert_cmpuint (coquill_stun_answer (question, 20, &source, NULL, answer), ==, 0);
  question[0] = 1, question[1] = 0x11;
  g_assert_cmpuint (coquill_stun_answer (question, 20, &source, NULL, answer), ==, 0);
  question[0] = 0, question[1] = 3;
  g_assert_cmpuint (coquill_stun_answer (question, 20, &source, NULL, answer), ==, 0);
  question[1] = 1;

  /* Longer than any client's, though it is well formed. */
  question[2] = (sizeof question - 20) >> 8;
  question[3] = (sizeof question - 20) & 0xff;
  memset (question + 20, 0, sizeof question - 20);
  memcpy (question + 20, "\x80\x22\x01\xec", 4);
  g_assert_cmpuint (coquill_stun_answer (question, sizeof question, &source, NULL, answer), ==, 0);
}

static void
odd_sources_are_dropped (void)
{
  static const struct
  {
    const char *address;
    guint16 port;
    gboolean is_fine;
  } sources[] = {
    { "192.0.2.1", 4000, TRUE },      { "192.0.2.1", 0, FALSE },      { "0.0.0.0", 4000, FALSE },
    { "224.0.0.1", 4000, FALSE },     { "239.1.2.3", 4000, FALSE },   { "255.255.255.255", 4000, FALSE },
    { "2001:db8::1", 4000, TRUE },    { "2001:db8::1", 0, FALSE },    { "::", 4000, FALSE },
    { "ff02::1", 4000, FALSE },       { "::ffff:1.2.3.4", 1, TRUE },  { "::ffff:1.2.3.4", 0, FALSE },
    { "::ffff:224.0.0.1", 1, FALSE }, { "::ffff:0.0.0.0", 1, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      struct sockaddr_storage source = make_address (sources[i].address, sources[i].port);

      g_test_message ("%s:%u", sources[i].address, sources[i].port);
      g_assert_cmpint (coquill_stun_is_source (&source), ==, sources[i].is_fine);
    }
}

static void
mapped_addresses_are_ipv4 (void)
{
  struct sockaddr_storage address = make_address ("::ffff:192.0.2.9", 77);
  struct sockaddr_storage expected = make_address ("192.0.2.9", 77);

  coquill_stun_unmap (&address);
  g_assert_cmpmem (&address, sizeof address, &expected, sizeof expected);
  address = expected = make_address ("2001:db8::9", 77);
  coquill_stun_unmap (&address);
  g_assert_cmpmem (&address, sizeof address, &expected, sizeof expected);
}

static guint
take_many (CoquillStunLimiter *limiter, const char *text, guint number, gint64 now)
{
  struct sockaddr_storage source = make_address (text, 4000);
  guint taken = 0;

  for (guint i = 0; i < number; i++)
    taken += coquill_stun_limiter_take (limiter, &source, now);
  return taken;
}

static void
a_network_has_its_rate (void)
{
  g_autoptr (CoquillStunLimiter) limiter = coquill_stun_limiter_new (5, 1000);
  gint64 now = SECOND;

  g_assert_cmpuint (take_many (limiter, "192.0.2.1", 100, now), ==, 5 * COQUILL_STUN_LIMITER_BURST);
  /* The same network, and another one. */
  g_assert_cmpuint (take_many (limiter, "192.0.2.200", 10, now), ==, 0);
  g_assert_cmpuint (take_many (limiter, "192.0.3.1", 10, now), ==, 10);
  g_assert_cmpuint (take_many (limiter, "192.0.2.1", 100, now += 2 * SECOND), ==, 10);
  g_assert_cmpuint (take_many (limiter, "192.0.2.1", 100, now += 3600 * SECOND), ==,
                    5 * COQUILL_STUN_LIMITER_BURST);

  g_assert_cmpuint (take_many (limiter, "2001:db8:7:1::1", 100, now), ==, 5 * COQUILL_STUN_LIMITER_BURST);
  g_assert_cmpuint (take_many (limiter, "2001:db8:7:2::1", 10, now), ==, 0);
  g_assert_cmpuint (take_many (limiter, "2001:db8:8:1::1", 10, now), ==, 10);
}

static void
forged_sources_share_what_there_is (void)
{
  g_autoptr (CoquillStunLimiter) limiter = coquill_stun_limiter_new (5, 1000);
  guint taken = 0;

  for (guint i = 0; i < 100000; i++)
    {
      struct sockaddr_storage source = make_address ("10.0.0.1", 4000);

      ((struct sockaddr_in *)&source)->sin_addr.s_addr = htonl (0x0a000001 + (i << 8));
      taken += coquill_stun_limiter_take (limiter, &source, SECOND);
    }
  g_assert_cmpuint (taken, ==, 1000 * COQUILL_STUN_LIMITER_BURST);
}

static void
turn_uris_are_read (void)
{
  static const struct
  {
    const char *text;
    const char *host;
    guint16 port;
    gboolean is_tcp;
  } uris[] = {
    { "turn:turn.example.org", "turn.example.org", 3478, FALSE },
    { "turn:turn.example.org:443?transport=tcp", "turn.example.org", 443, TRUE },
    { "turn:192.0.2.1:3479?transport=udp", "192.0.2.1", 3479, FALSE },
    { "turn:[2001:db8::1]", "2001:db8::1", 3478, FALSE },
    { "turn:[2001:db8::1]:1?transport=tcp", "2001:db8::1", 1, TRUE },
  };
  static const char *const nonsense[] = {
    "",
    "turn:",
    "turns:host",
    "stun:host",
    "TURN:host",
    "turn:host:",
    "turn:host:0",
    "turn:host:65536",
    "turn:host:-1",
    "turn:host:80x",
    "turn:host?transport=sctp",
    "turn:host?",
    "turn:user@host",
    "turn:ho st",
    "turn:host\n",
    "turn://host",
    "turn:-host",
    "turn:[2001:db8::1",
    "turn:[2001:db8::1]80",
    "turn:[]",
    "turn:[host.example]",
    "turn:host:80:90",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_auto (CoquillTurnUri) uri = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (coquill_turn_uri_parse (uris[i].text, &uri, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (uri.host, ==, uris[i].host);
      g_assert_cmpuint (uri.port, ==, uris[i].port);
      g_assert_cmpint (uri.is_tcp, ==, uris[i].is_tcp);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_auto (CoquillTurnUri) uri = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", nonsense[i]);
      g_assert_false (coquill_turn_uri_parse (nonsense[i], &uri, &error));
      g_assert_error (error, COQUILL_WIRE_ERROR, COQUILL_WIRE_ERROR_MALFORMED);
    }
}

/* The offer of a relay whose secret is in a file with @contents. */
static CoquillTurnOffer *
make_offer (const char *contents, GError **error)
{
  static char *uris[] = { (char *)"turn:turn.example", NULL };
  g_autofree char *path = NULL;
  CoquillRelayOptions options = { .turn = uris };
  CoquillTurnOffer *offer;
  int descriptor = g_file_open_tmp ("coquill-secret-XXXXXX", &path, NULL);

  g_assert_cmpint (descriptor, >=, 0);
  g_close (descriptor, NULL);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  options.turn_secret_file = path;
  offer = coquill_turn_offer_new (&options, error);
  g_unlink (path);
  return offer;
}

static void
credentials_are_those_of_coturn (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillTurnOffer) offer = make_offer ("logen\r\nnot this line\n", &error);
  g_auto (CoquillRelayFrame) frame = { .kind = COQUILL_RELAY_FRAME_SERVICES };
  g_auto (CoquillRelayFrame) next = { .kind = COQUILL_RELAY_FRAME_SERVICES };
  g_autofree char *hmac = NULL;
  g_autofree guint8 *password = NULL;
  g_autoptr (GString) hex = g_string_new (NULL);
  gsize length;

  g_assert_no_error (error);
  coquill_turn_offer_tell (offer, 1700000000, &frame);
  coquill_turn_offer_tell (offer, 1700000000, &next);
  g_assert_cmpstr (frame.turn[0], ==, "turn:turn.example");
  g_assert_cmpuint (frame.lifetime, ==, COQUILL_TURN_OFFER_LIFETIME);
  g_assert_true (g_str_has_prefix (frame.text, "1700003600:"));
  g_assert_cmpstr (frame.text, !=, next.text);

  hmac = g_compute_hmac_for_string (G_CHECKSUM_SHA1, (const guchar *)"logen", 5, frame.text, -1);
  password = g_base64_decode (frame.password, &length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", password[i]);
  g_assert_cmpstr (hex->str, ==, hmac);
}

static void
secrets_that_are_none_are_told (void)
{
  static const char *const none[] = { "", "\n", "\nsecret" };
  g_autofree char *huge = g_strnfill (COQUILL_TURN_OFFER_SECRET_MAX + 1, 's');
  g_autoptr (GError) huge_error = NULL;
  char *uris[] = { (char *)"turn:turn.example", NULL };
  CoquillRelayOptions missing = { .turn = uris, .turn_secret_file = (char *)"/nonexistent/secret" };
  g_autoptr (GError) missing_error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (make_offer (none[i], &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
    }
  g_assert_null (make_offer (huge, &huge_error));
  g_assert_error (huge_error, G_FILE_ERROR, G_FILE_ERROR_INVAL);
  huge[COQUILL_TURN_OFFER_SECRET_MAX] = '\0';
  g_autoptr (CoquillTurnOffer) offer = make_offer (huge, NULL);
  g_assert_nonnull (offer);
  g_assert_null (coquill_turn_offer_new (&missing, &missing_error));
  g_assert_error (missing_error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stun/an-answer-is-what-the-rfc-says", an_answer_is_what_the_rfc_says);
  g_test_add_func ("/stun/an-old-question-has-an-old-answer", an_old_question_has_an_old_answer);
  g_test_add_func ("/stun/nonsense-has-no-answer", nonsense_has_no_answer);
  g_test_add_func ("/stun/odd-sources-are-dropped", odd_sources_are_dropped);
  g_test_add_func ("/stun/mapped-addresses-are-ipv4", mapped_addresses_are_ipv4);
  g_test_add_func ("/stun/a-network-has-its-rate", a_network_has_its_rate);
  g_test_add_func ("/stun/forged-sources-share-what-there-is", forged_sources_share_what_there_is);
  g_test_add_func ("/turn/uris-are-read", turn_uris_are_read);
  g_test_add_func ("/turn/credentials-are-those-of-coturn", credentials_are_those_of_coturn);
  g_test_add_func ("/turn/secrets-that-are-none-are-told", secrets_that_are_none_are_told);

  return g_test_run ();
}
