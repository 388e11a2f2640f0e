/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-direct-peer.c: a direct channel whose other side is the right one and misbehaves; and owners that go
 * away in the middle of an event */

#include <string.h>

#include "net/direct-channel.h"
#include "net/direct-frame.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC

/* A channel, and a bare connection that says what it likes. */
typedef struct
{
  CoquillDirectChannel *channel;
  CoquillQuicConnection *bare;
  gint64 now;
  gboolean established, bare_established, drops;
  guint n_received, n_echoes, n_bare_datagrams;
  GError *error, *bare_error;
} Pair;

static void
drop_if_told (Pair *pair)
{
  if (pair->drops)
    g_clear_pointer (&pair->channel, coquill_direct_channel_drop);
}

static void
established_cb (gpointer owner)
{
  Pair *pair = owner;

  pair->established = TRUE;
}

static void
received_cb (gpointer owner, GBytes *envelope)
{
  Pair *pair = owner;

  pair->n_received++;
  drop_if_told (pair);
}

static void
acknowledged_cb (gpointer owner, guint64 reference)
{
  drop_if_told (owner);
}

static void
echoed_cb (gpointer owner, gint64 round_trip)
{
  Pair *pair = owner;

  pair->n_echoes++;
  drop_if_told (pair);
}

static void
room_cb (gpointer owner)
{
}

static void
closed_cb (gpointer owner, const GError *error)
{
  Pair *pair = owner;

  pair->error = g_error_copy (error);
  drop_if_told (pair);
}

static const CoquillDirectChannelEvents events = {
  established_cb, received_cb, acknowledged_cb, echoed_cb, room_cb, closed_cb,
};

static void
bare_established_cb (gpointer owner)
{
  Pair *pair = owner;

  pair->bare_established = TRUE;
}

static void
bare_stream_cb (gpointer owner, const guint8 *data, gsize size)
{
}

static void
bare_datagram_cb (gpointer owner, const guint8 *data, gsize size)
{
  Pair *pair = owner;

  pair->n_bare_datagrams++;
}

static void
bare_acknowledged_cb (gpointer owner, guint64 stream_offset)
{
}

static void
bare_closed_cb (gpointer owner, const GError *error)
{
  Pair *pair = owner;

  pair->bare_error = g_error_copy (error);
}

static const CoquillQuicEvents bare_events = {
  bare_established_cb, bare_stream_cb, bare_datagram_cb, bare_acknowledged_cb, bare_closed_cb,
};

/* A line without delay: what is sent is there. */
static void
pump (Pair *pair)
{
  guint8 buffer[COQUILL_QUIC_PACKET_MAX];
  gsize size;

  for (guint idle = 0; idle < 2;)
    {
      idle++;
      while (
          pair->channel != NULL
          && (size = coquill_direct_channel_next_datagram (pair->channel, buffer, sizeof buffer, pair->now))
                 > 0)
        {
          coquill_quic_connection_receive (pair->bare, buffer, size, pair->now);
          idle = 0;
        }
      while ((size = coquill_quic_connection_next_datagram (pair->bare, buffer, sizeof buffer, pair->now))
             > 0)
        if (pair->channel != NULL)
          {
            coquill_direct_channel_receive (pair->channel, buffer, size, pair->now);
            idle = 0;
          }
    }
}

static void
run (Pair *pair, gint64 time)
{
  for (gint64 until = pair->now + time; pair->now < until; pair->now += MS)
    {
      if (pair->channel != NULL)
        coquill_direct_channel_tick (pair->channel, pair->now);
      coquill_quic_connection_expire (pair->bare, pair->now);
      pump (pair);
    }
}

static Pair *
pair_new (void)
{
  g_autoptr (CoquillQuicCertificate) own = coquill_quic_certificate_new (NULL),
                                     others = coquill_quic_certificate_new (NULL);
  Pair *pair = g_new0 (Pair, 1);

  pair->channel = coquill_direct_channel_new (TRUE, own, coquill_quic_certificate_get_digest (others),
                                              &events, pair, 0);
  pair->bare = coquill_quic_connection_new (FALSE, others, coquill_quic_certificate_get_digest (own),
                                            &bare_events, pair, 0);
  run (pair, SECOND);
  g_assert_true (pair->established && pair->bare_established);
  return pair;
}

static void
pair_free (Pair *pair)
{
  g_clear_pointer (&pair->channel, coquill_direct_channel_drop);
  coquill_quic_connection_drop (pair->bare);
  g_clear_error (&pair->error);
  g_clear_error (&pair->bare_error);
  g_free (pair);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

static void
say (Pair *pair, const char *bytes, gsize size)
{
  coquill_quic_connection_write (pair->bare, (const guint8 *)bytes, size, pair->now);
  run (pair, 50 * MS);
}

static void
say_datagram (Pair *pair, const char *bytes, gsize size)
{
  g_autoptr (GBytes) datagram = g_bytes_new (bytes, size);

  g_assert_true (coquill_quic_connection_write_datagram (pair->bare, datagram, pair->now));
  pump (pair);
}

static void
test_impossible_sizes (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
  } lies[] = {
    { "\0", 1 }, { "\x40\0", 2 }, { "\x80\x10\x00\x4b", 4 }, { "\xbf\xff\xff\xff", 4 }, { "\xc0\0\0\0", 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autoptr (Pair) pair = pair_new ();

      say (pair, "\1a\2bc", 5);
      g_assert_cmpuint (pair->n_received, ==, 2);
      say (pair, lies[i].bytes, lies[i].size);
      g_assert_error (pair->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL);
      g_assert_nonnull (pair->bare_error);
      g_assert_cmpuint (pair->n_received, ==, 2);
    }
}

static void
test_greatest_size (void)
{
  g_autoptr (Pair) pair = pair_new ();

  /* The greatest envelope is begun, and kept as long as it takes. */
  say (pair, "\x80\x10\x00\x4a", 4);
  say (pair, "some", 4);
  g_assert_no_error (pair->error);
  g_assert_cmpuint (pair->n_received, ==, 0);
}

static void
test_strange_datagrams (void)
{
  g_autoptr (Pair) pair = pair_new ();
  CoquillDirectChannelStatistics statistics;

  say_datagram (pair, "\0", 1);
  say_datagram (pair, "\1", 1);
  say_datagram (pair, "\3short", 6);
  say_datagram (pair, "\4an echo that nobody asked for", 30);
  say_datagram (pair, "\4\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\7", 17);
  say_datagram (pair, "\2\xff\xff\xff\xff\xff\xff\xff\xff\1a", 11);
  say_datagram (pair, "\x63what", 5);
  run (pair, 50 * MS);
  coquill_direct_channel_get_statistics (pair->channel, &statistics);
  g_assert_cmpuint (statistics.malformed, ==, 5);
  g_assert_cmpuint (pair->n_received, ==, 0);
  g_assert_cmpuint (pair->n_echoes, ==, 0);
  g_assert_no_error (pair->error);
}

/* A copy brings envelopes ahead of the stream, and once; later the stream goes on as if nothing had been. */
static void
test_copies (void)
{
  g_autoptr (Pair) pair = pair_new ();
  CoquillDirectChannelStatistics statistics;

  say_datagram (pair, "\2\0\0\0\0\0\0\0\0\1a\2b", 12);
  g_assert_cmpuint (pair->n_received, ==, 1);
  say_datagram (pair, "\2\0\0\0\0\0\0\0\0\1a\2bc", 14);
  g_assert_cmpuint (pair->n_received, ==, 2);
  say (pair, "\1a\2bc\1d", 7);
  g_assert_cmpuint (pair->n_received, ==, 3);
  coquill_direct_channel_get_statistics (pair->channel, &statistics);
  g_assert_cmpuint (statistics.copies_used, ==, 2);
}

static void
test_flood (void)
{
  g_autoptr (Pair) pair = pair_new ();
  CoquillDirectChannelStatistics statistics;
  char live[1000] = { 1 };

  /* Nobody consumes: a few moments of presence wait, the rest is dropped. */
  for (guint i = 0; i < 2000; i++)
    {
      say_datagram (pair, live, sizeof live);
      run (pair, MS);
    }
  coquill_direct_channel_get_statistics (pair->channel, &statistics);
  g_assert_cmpuint (pair->n_received, <=, 256 * 1024 / 999);
  g_assert_cmpuint (statistics.live_dropped, >, 1000);
  g_assert_no_error (pair->error);
}

/* Eight million envelopes of a byte would be within the credit. */
static void
test_short_ones (void)
{
  g_autofree char *bytes = g_malloc (2 * 1000);
  CoquillDirectChannelStatistics statistics;

  memset (bytes, 1, 2 * 1000);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Pair) pair = pair_new ();

      for (guint k = 0; k < 1000 && i == 0; k++)
        {
          say_datagram (pair, "\1a", 2);
          run (pair, MS);
        }
      if (i == 1)
        say (pair, bytes, 2 * 1000);
      coquill_direct_channel_get_statistics (pair->channel, &statistics);
      g_assert_cmpuint (pair->n_received, ==, COQUILL_DIRECT_SHORT_MAX);
      g_assert_cmpuint (statistics.malformed, ==, i == 0 ? 1000 - COQUILL_DIRECT_SHORT_MAX : 0);
      if (i == 0)
        g_assert_no_error (pair->error);
      else
        {
          g_assert_error (pair->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROTOCOL);
          g_assert_nonnull (pair->bare_error);
        }
    }
}

static void
test_drop_in_events (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (Pair) pair = pair_new ();
      g_autoptr (GBytes) envelope = g_bytes_new ("a", 1);

      pair->drops = TRUE;
      if (i == 0)
        say (pair, "\1a\1b\0", 5);
      else if (i == 1)
        g_assert_true (coquill_direct_channel_post (pair->channel, envelope, 1, FALSE, pair->now));
      else if (i == 2)
        say (pair, "\0", 1);
      else
        coquill_quic_connection_close (pair->bare, pair->now);
      run (pair, SECOND);
      g_assert_null (pair->channel);
      g_assert_cmpuint (pair->n_received, ==, i == 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-peer/an-impossible-size-closes-and-is-told", test_impossible_sizes);
  g_test_add_func ("/direct-peer/the-greatest-size-is-waited-for", test_greatest_size);
  g_test_add_func ("/direct-peer/strange-datagrams-are-counted", test_strange_datagrams);
  g_test_add_func ("/direct-peer/copies-come-ahead-and-once", test_copies);
  g_test_add_func ("/direct-peer/a-flood-of-presence-is-dropped", test_flood);
  g_test_add_func ("/direct-peer/envelopes-of-nothing-are-few", test_short_ones);
  g_test_add_func ("/direct-peer/an-owner-may-drop-in-any-event", test_drop_in_events);
  return g_test_run ();
}
