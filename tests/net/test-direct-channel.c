/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-direct-channel.c: envelopes over a line in virtual time */

#include <string.h>

#include "../text/seed.h"
#include "line.h"
#include "trust/envelope.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC

/* A key as it goes over the line. */
#define KEY_SIZE 330

static GBytes *
make_envelope (guint64 number, gsize size)
{
  guint8 *bytes = g_malloc0 (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8)(number * 31 + i);
  memcpy (bytes, &number, MIN (size, sizeof number));
  return g_bytes_new_take (bytes, size);
}

static void
assert_envelope (GBytes *envelope, guint64 number)
{
  g_autoptr (GBytes) expected = make_envelope (number, g_bytes_get_size (envelope));

  g_assert_true (g_bytes_equal (envelope, expected));
}

static void
post (Line *line, guint end, guint64 number, gsize size)
{
  g_autoptr (GBytes) envelope = make_envelope (number, size);

  g_assert_true (line_post (line, end, envelope, number, FALSE));
}

/* All of 0 to @n came to @end once, in order, and their sender knows. */
static void
assert_all_came (Line *line, guint end, guint n)
{
  g_assert_cmpuint (line->ends[end].received->len, ==, n);
  g_assert_cmpuint (line->ends[!end].acknowledged->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      assert_envelope (line->ends[end].received->pdata[i], i);
      g_assert_cmpuint (g_array_index (line->ends[!end].acknowledged, guint64, i), ==, i);
    }
}

static void
test_handshake (void)
{
  LineQuality quality = { .delay = 25 * MS };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  gint64 start = line->now;

  g_assert_true (line_establish (line, 10 * SECOND));
  /* A round trip for the server, two for the client. */
  g_assert_cmpint (line->now - start, <=, 4 * quality.delay + 10 * MS);
  for (guint i = 0; i < 2; i++)
    {
      post (line, i, 0, KEY_SIZE);
      post (line, i, 1, COQUILL_ENVELOPE_MAX);
      post (line, i, 2, 1);
    }
  line_run (line, line->now + 5 * SECOND);
  for (guint i = 0; i < 2; i++)
    {
      assert_all_came (line, i, 3);
      g_assert_no_error (line->ends[i].error);
    }
}

static void
test_live (void)
{
  LineQuality quality = { .delay = 10 * MS };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  g_autoptr (GBytes) small = make_envelope (7, KEY_SIZE), big = make_envelope (8, 4096 + 74);

  g_assert_true (line_establish (line, SECOND));
  g_assert_true (line_post (line, 0, small, 7, TRUE));
  g_assert_true (line_post (line, 0, big, 8, TRUE));
  coquill_direct_channel_ping (line->ends[1].channel, line->now);
  line_run (line, line->now + SECOND);
  g_assert_cmpuint (line->ends[1].received->len, ==, 2);
  assert_envelope (line->ends[1].received->pdata[0], 7);
  assert_envelope (line->ends[1].received->pdata[1], 8);
  g_assert_cmpuint (line->ends[0].acknowledged->len, ==, 0);
  g_assert_cmpuint (line->ends[1].echoes->len, ==, 1);
  g_assert_cmpint (g_array_index (line->ends[1].echoes, gint64, 0), ==, 20 * MS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-channel/handshake-and-envelopes-both-ways", test_handshake);
  g_test_add_func ("/direct-channel/live-envelopes-and-pings", test_live);
  return g_test_run ();
}
