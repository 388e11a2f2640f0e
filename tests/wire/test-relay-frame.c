/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay-frame.c: frames between client and relay, their bounds and their round trip */

#include "wire/relay-frame.h"

#include <string.h>

static void
fill (guint8 *bytes, gsize length, guint8 value)
{
  memset (bytes, value, length);
}

/* A frame with all its fields set, whatever its kind uses of them. */
static void
init_full (CoquillRelayFrame *frame, CoquillRelayFrameKind kind)
{
  *frame = (CoquillRelayFrame){ .kind = kind,
                                .version = 1,
                                .handle = 3,
                                .role = 2,
                                .code = 5,
                                .limit = 70000,
                                .count = 4,
                                .complete = TRUE,
                                .features = G_MAXUINT64,
                                .reference = G_MAXUINT64 - 1,
                                .position = G_MAXUINT64 - 2,
                                .data = g_bytes_new_static ("data", 4),
                                .text = g_strdup ("Wörter"),
                                .port = 65535,
                                .lifetime = 3600,
                                .turn = g_strsplit ("turn:one turn:two?transport=tcp", " ", -1),
                                .password = g_strdup ("geheim") };
  fill (frame->room, sizeof frame->room, 1);
  fill (frame->mailbox, sizeof frame->mailbox, 2);
  fill (frame->nonce, sizeof frame->nonce, 3);
  fill (frame->proof, sizeof frame->proof, 4);
}

static void
test_every_kind_comes_back (void)
{
  for (int kind = COQUILL_RELAY_FRAME_CHALLENGE; kind <= COQUILL_RELAY_FRAME_SERVICES; kind++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      g_auto (CoquillRelayFrame) back = { 0 };
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) again = NULL;
      g_autoptr (GError) error = NULL;

      init_full (&frame, kind);
      bytes = coquill_relay_frame_encode (&frame);
      g_assert_true (coquill_relay_frame_decode (bytes, &back, &error));
      g_assert_no_error (error);
      g_assert_cmpint (back.kind, ==, kind);
      again = coquill_relay_frame_encode (&back);
      g_assert_true (g_bytes_equal (bytes, again));
    }
}

static void
test_fields_keep_their_values (void)
{
  g_auto (CoquillRelayFrame) frame = { 0 };
  g_auto (CoquillRelayFrame) back = { 0 };
  g_autoptr (GBytes) enter = NULL;
  g_autoptr (GBytes) post = NULL;

  init_full (&frame, COQUILL_RELAY_FRAME_ENTER);
  enter = coquill_relay_frame_encode (&frame);
  g_assert_true (coquill_relay_frame_decode (enter, &back, NULL));
  g_assert_cmpuint (back.version, ==, 1);
  g_assert_cmpuint (back.handle, ==, 3);
  g_assert_cmpuint (back.role, ==, 2);
  g_assert_cmpmem (back.room, sizeof back.room, frame.room, sizeof frame.room);
  g_assert_cmpmem (back.proof, sizeof back.proof, frame.proof, sizeof frame.proof);
  g_assert_true (g_bytes_equal (back.data, frame.data));
  coquill_relay_frame_clear (&back);

  frame.kind = COQUILL_RELAY_FRAME_POST;
  post = coquill_relay_frame_encode (&frame);
  g_assert_true (coquill_relay_frame_decode (post, &back, NULL));
  g_assert_cmpuint (back.reference, ==, G_MAXUINT64 - 1);
  g_assert_true (g_bytes_equal (back.data, frame.data));
}

static void
test_services_keep_their_values (void)
{
  g_auto (CoquillRelayFrame) frame = { 0 };
  g_auto (CoquillRelayFrame) back = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  init_full (&frame, COQUILL_RELAY_FRAME_SERVICES);
  bytes = coquill_relay_frame_encode (&frame);
  g_assert_true (coquill_relay_frame_decode (bytes, &back, NULL));
  g_assert_cmpuint (back.reference, ==, G_MAXUINT64 - 1);
  g_assert_cmpuint (back.port, ==, 65535);
  g_assert_cmpuint (back.lifetime, ==, 3600);
  g_assert_cmpstrv (back.turn, frame.turn);
  g_assert_cmpstr (back.text, ==, "Wörter");
  g_assert_cmpstr (back.password, ==, "geheim");
}

static void
assert_refused (GBytes *bytes, CoquillWireError code)
{
  g_auto (CoquillRelayFrame) frame = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (coquill_relay_frame_decode (bytes, &frame, &error));
  g_assert_error (error, COQUILL_WIRE_ERROR, (int)code);
  g_assert_null (frame.data);
  g_assert_null (frame.text);
  g_assert_null (frame.turn);
  g_assert_null (frame.password);
}

static void
test_limits_hold (void)
{
  static const struct
  {
    CoquillRelayFrameKind kind;
    gsize limit;
  } limits[] = {
    { COQUILL_RELAY_FRAME_PUT_BULLETIN, COQUILL_RELAY_BULLETIN_MAX },
    { COQUILL_RELAY_FRAME_BULLETIN, COQUILL_RELAY_BULLETIN_MAX },
    { COQUILL_RELAY_FRAME_KNOCK, COQUILL_RELAY_REQUEST_MAX },
    { COQUILL_RELAY_FRAME_KNOCKED, COQUILL_RELAY_REQUEST_MAX },
    { COQUILL_RELAY_FRAME_ENTER, COQUILL_RELAY_TEXT_MAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    for (gsize excess = 0; excess <= 1; excess++)
      {
        gsize length = limits[i].limit + excess;
        g_auto (CoquillRelayFrame) frame
            = { .kind = limits[i].kind, .data = g_bytes_new_take (g_malloc0 (length), length) };
        g_autoptr (GBytes) bytes = coquill_relay_frame_encode (&frame);
        g_auto (CoquillRelayFrame) back = { 0 };
        if (excess == 0)
          g_assert_true (coquill_relay_frame_decode (bytes, &back, NULL));
        else
          assert_refused (bytes, COQUILL_WIRE_ERROR_TOO_LARGE);
      }
  g_autoptr (GBytes) huge
      = g_bytes_new_take (g_malloc0 (COQUILL_RELAY_FRAME_MAX + 1), COQUILL_RELAY_FRAME_MAX + 1);
  assert_refused (huge, COQUILL_WIRE_ERROR_TOO_LARGE);
}

static void
test_services_have_bounds (void)
{
  char *turn[COQUILL_RELAY_TURN_MAX + 2] = { NULL };
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_SERVICES, .turn = turn };
  g_autofree char *uri = g_strnfill (COQUILL_RELAY_TURN_URI_MAX + 1, 'u');
  g_autofree char *word = g_strnfill (COQUILL_RELAY_TURN_WORD_MAX + 1, 'w');

  for (guint i = 0; i <= COQUILL_RELAY_TURN_MAX; i++)
    turn[i] = (char *)"turn:host";
  g_autoptr (GBytes) many = coquill_relay_frame_encode (&frame);
  assert_refused (many, COQUILL_WIRE_ERROR_TOO_LARGE);

  turn[1] = NULL;
  turn[0] = uri;
  g_autoptr (GBytes) long_uri = coquill_relay_frame_encode (&frame);
  assert_refused (long_uri, COQUILL_WIRE_ERROR_TOO_LARGE);

  turn[0] = NULL;
  frame.password = word;
  g_autoptr (GBytes) long_password = coquill_relay_frame_encode (&frame);
  assert_refused (long_password, COQUILL_WIRE_ERROR_TOO_LARGE);

  frame.password = NULL;
  frame.port = 65536;
  g_autoptr (GBytes) port = coquill_relay_frame_encode (&frame);
  assert_refused (port, COQUILL_WIRE_ERROR_MALFORMED);
}

static void
test_nonsense_is_refused (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
  } nonsense[] = {
    { "", 0 },
    { "junk", 4 },
    { "\xfa\x3f\x00", 3 },             /* a kind of the future */
    { "\x0a\x02\x12\x00", 4 },         /* a challenge with an empty nonce */
    { "\x2a\xff\xff\xff\xff\x0f", 6 }, /* a length that isn't there */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (nonsense[i].bytes, nonsense[i].length);
      assert_refused (bytes, COQUILL_WIRE_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/relay-frame/every-kind-comes-back", test_every_kind_comes_back);
  g_test_add_func ("/relay-frame/fields-keep-their-values", test_fields_keep_their_values);
  g_test_add_func ("/relay-frame/services-keep-their-values", test_services_keep_their_values);
  g_test_add_func ("/relay-frame/limits-hold", test_limits_hold);
  g_test_add_func ("/relay-frame/services-have-bounds", test_services_have_bounds);
  g_test_add_func ("/relay-frame/nonsense-is-refused", test_nonsense_is_refused);
  return g_test_run ();
}
