/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-direct-channel.c: envelopes over a line in virtual time. COQUILL_RUNS=N COQUILL_SEED=S for more or
 * other lines */

#include <ngtcp2/ngtcp2_crypto.h>
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

static guint
get_number (const char *name, guint otherwise)
{
  const char *text = g_getenv (name);

  return text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : otherwise;
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

/* A line as it might be, now and then a bad one. */
static LineQuality
draw_quality (GRand *rand)
{
  LineQuality quality = { 0 };

  quality.delay = g_rand_int_range (rand, 0, 60 * MS);
  quality.jitter = g_rand_boolean (rand) ? g_rand_int_range (rand, 0, 40 * MS) : 0;
  quality.loss = (guint)g_rand_int_range (rand, 0, 200000);
  quality.twice = g_rand_boolean (rand) ? 50000 : 0;
  quality.cut = g_rand_boolean (rand) ? 30000 : 0;
  quality.flipped = g_rand_boolean (rand) ? 30000 : 0;
  quality.junk = g_rand_boolean (rand) ? 50000 : 0;
  return quality;
}

static gsize
draw_size (GRand *rand)
{
  static const gsize sizes[] = { 330, 330, 330, 1098, 4170, 16458 };

  return g_rand_boolean (rand) ? sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))]
                               : (gsize)g_rand_int_range (rand, 1, 3000);
}

static void
converse (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  LineQuality quality = draw_quality (rand);
  g_autoptr (Line) line = line_new (seed, &quality);
  guint n[2] = { 0, 0 };

  /* Ten seconds to shake hands may be too few when a fifth is lost; then it ends, and says so. */
  if (!line_establish (line, COQUILL_QUIC_HANDSHAKE_TIME + SECOND))
    {
      g_assert_true (line->ends[0].error != NULL || line->ends[1].error != NULL);
      return;
    }
  for (guint i = g_rand_int_range (rand, 1, 12); i > 0; i--)
    {
      guint end = g_rand_boolean (rand);

      post (line, end, n[end]++, draw_size (rand));
      if (g_rand_boolean (rand))
        line_run (line, line->now + g_rand_int_range (rand, 0, 200 * MS));
    }
  for (guint i = 0;
       i < 60 && (line->ends[0].acknowledged->len < n[0] || line->ends[1].acknowledged->len < n[1]); i++)
    line_run (line, line->now + SECOND / 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_no_error (line->ends[i].error);
      assert_all_came (line, !i, n[i]);
    }
}

static void
test_any_line (void)
{
  guint n_runs = get_number ("COQUILL_RUNS", 4000);
  guint32 seed = test_seed ();
  gint64 start = g_get_monotonic_time ();
  guint i;

  /* Time is bounded rather than the runs where all is slower: valgrind. */
  for (i = 0; i < n_runs && g_get_monotonic_time () - start < 20 * SECOND; i++)
    {
      g_test_message ("COQUILL_SEED=%u COQUILL_RUNS=1", seed + i);
      converse (seed + i);
    }
  g_test_message ("%u runs", i);
}

/* Returns: (transfer full): a line of which nothing has been told */
static Line *
fail_to_establish (guint end, LineFault fault)
{
  LineQuality quality = { .delay = 5 * MS };
  Line *line = line_new_with_fault (test_seed (), &quality, end, fault);

  for (guint i = 0; i < 2; i++)
    post (line, i, 0, KEY_SIZE);
  line_run (line, line->now + 20 * SECOND);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (line->ends[i].established);
      g_assert_cmpuint (line->ends[i].received->len, ==, 0);
      g_assert_nonnull (line->ends[i].error);
    }
  return line;
}

static void
test_strangers (void)
{
  for (guint end = 0; end < 2; end++)
    {
      g_autoptr (Line) line = fail_to_establish (end, LINE_STRANGER);

      g_assert_null (line->last[1]);
    }
}

static void
test_forgers (void)
{
  for (guint end = 0; end < 2; end++)
    {
      g_autoptr (Line) line = fail_to_establish (end, LINE_FORGER);

      for (guint i = 0; i < 2; i++)
        g_assert_error (line->ends[i].error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_PROOF);
    }
}

static guint64
get_junk (Line *line, guint end)
{
  CoquillDirectChannelStatistics statistics;

  coquill_direct_channel_get_statistics (line->ends[end].channel, &statistics);
  return statistics.quic.junk_packets;
}

/* Any bytes, and the packets of the line with a few bits turned: neither is ever a packet. */
static guint64
disturb (Line *line, GRand *rand, guint n)
{
  guint64 sent = 0;

  for (guint i = 0; i < n; i++)
    for (guint end = 0; end < 2; end++)
      {
        guint8 bytes[COQUILL_QUIC_PACKET_MAX + 300];
        gsize size = (gsize)g_rand_int_range (rand, 0, sizeof bytes + 1);

        for (gsize at = 0; at < size; at++)
          bytes[at] = (guint8)g_rand_int (rand);
        if (line->last[!end] != NULL && g_rand_boolean (rand))
          {
            size = g_bytes_get_size (line->last[!end]);
            memcpy (bytes, g_bytes_get_data (line->last[!end], NULL), size);
            /* The first byte most of all, and the version, and the ids. */
            bytes[g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 16 : (gint32)size)]
                ^= (guint8)(1 << g_rand_int_range (rand, 0, 8));
          }
        line_inject (line, end, bytes, size);
        sent++;
      }
  return sent;
}

static void
test_junk (void)
{
  LineQuality quality = { .delay = 10 * MS };
  guint32 seed = test_seed ();
  g_autoptr (Line) line = line_new (seed, &quality);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint64 sent = 0;

  /* Before the first packet, between those of the handshake, and after it. */
  sent += disturb (line, rand, 500);
  while (!line_establish (line, 3 * MS))
    sent += disturb (line, rand, 100);
  for (guint i = 0; i < 20; i++)
    {
      for (guint end = 0; end < 2; end++)
        post (line, end, i, KEY_SIZE);
      line_run (line, line->now + 7 * MS);
      sent += disturb (line, rand, 200);
    }
  line_run (line, line->now + SECOND);
  for (guint end = 0; end < 2; end++)
    {
      g_assert_no_error (line->ends[end].error);
      assert_all_came (line, end, 20);
    }
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " counted as junk",
                  get_junk (line, 0) + get_junk (line, 1), sent);
  g_assert_cmpuint (get_junk (line, 0) + get_junk (line, 1), >=, sent * 95 / 100);
}

/* The ids that somebody on the way sees in the client's first packet: @own is of the client's. */
static void
get_ids (Line *line, ngtcp2_cid *first, ngtcp2_cid *own)
{
  gsize size;
  const guint8 *packet = g_bytes_get_data (line->last[0], &size);
  ngtcp2_pkt_hd header;

  g_assert_cmpint (ngtcp2_pkt_decode_hd_long (&header, packet, size), >, 0);
  *first = header.dcid;
  *own = header.scid;
}

static ngtcp2_ssize
lie_about_versions (guint8 *lie, gsize size, const ngtcp2_cid *first, const ngtcp2_cid *own)
{
  const guint32 versions[] = { 0x6b3343cf };

  return ngtcp2_pkt_write_version_negotiation (lie, size, 0, own->data, own->datalen, first->data,
                                               first->datalen, versions, 1);
}

static ngtcp2_ssize
ask_to_retry (guint8 *lie, gsize size, const ngtcp2_cid *first, const ngtcp2_cid *own)
{
  const ngtcp2_cid other = { 8, "another" };

  return ngtcp2_crypto_write_retry (lie, size, NGTCP2_PROTO_VER_V1, own, &other, first,
                                    (const guint8 *)"token", 5);
}

/* With keys that follow from an id that everybody sees, as QUIC's do. */
static ngtcp2_ssize
close_for_server (guint8 *lie, gsize size, const ngtcp2_cid *first, const ngtcp2_cid *own)
{
  return ngtcp2_crypto_write_connection_close (lie, size, NGTCP2_PROTO_VER_V1, own, first, 2, NULL, 0);
}

/* Who sees the packets can say what QUIC has no proof for: that the server speaks another version only, that
 * the client shall ask again elsewhere, that it is over. Alone, and behind a packet that is none. */
static void
test_lies (void)
{
  static ngtcp2_ssize (*const liars[]) (guint8 *, gsize, const ngtcp2_cid *, const ngtcp2_cid *)
      = { lie_about_versions, ask_to_retry, close_for_server };
  LineQuality quality = { .delay = 10 * MS };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (liars); i++)
    {
      g_autoptr (Line) line = line_new (test_seed (), &quality);
      guint8 lie[COQUILL_QUIC_PACKET_MAX] = { 0xe0, 0, 0, 0, 1 };
      gsize size = 5;
      ngtcp2_cid first, own;
      ngtcp2_ssize lie_size;

      line_pump (line);
      get_ids (line, &first, &own);
      /* A packet of the handshake, of which nothing is right but the form: ids, length, that many bytes. */
      for (guint k = 0; k < 2; k++)
        {
          const ngtcp2_cid *id = k == 0 ? &own : &first;

          lie[size++] = (guint8)id->datalen;
          memcpy (lie + size, id->data, id->datalen);
          size += id->datalen;
        }
      lie[size] = 30;
      size = i % 2 == 0 ? 0 : size + 1 + 30;

      lie_size = liars[i / 2](lie + size, sizeof lie - size, &first, &own);
      g_assert_cmpint (lie_size, >, 0);
      g_test_message ("lie %u%s", i / 2, i % 2 == 0 ? "" : ", behind a packet that is none");
      line_inject (line, 0, lie, size + (gsize)lie_size);
      g_assert_no_error (line->ends[0].error);
      g_assert_cmpuint (get_junk (line, 0), ==, 1);
      g_assert_true (line_establish (line, SECOND));
    }
}

static void
test_credit (void)
{
  LineQuality quality = { .delay = 5 * MS };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  g_autoptr (GBytes) envelope = make_envelope (0, 64 * 1024);
  LineEnd *reader = &line->ends[1];
  guint n = 0;

  reader->hungry = FALSE;
  reader->forgets = TRUE;
  g_assert_true (line_establish (line, SECOND));
  /* It takes what the window lets through, and then what the queue holds. */
  for (guint i = 0; i < 200; i++)
    {
      while (line_post (line, 0, envelope, n, FALSE))
        n++;
      line_run (line, line->now + 20 * MS);
    }
  g_assert_cmpuint (reader->unconsumed, <=, COQUILL_DIRECT_WINDOW);
  g_assert_cmpuint (reader->unconsumed, >=, COQUILL_DIRECT_WINDOW - 70 * 1024);
  g_assert_cmpuint (n * 64 * 1024, <=, COQUILL_DIRECT_WINDOW + COQUILL_DIRECT_QUEUE_BYTES);
  g_assert_no_error (reader->error);

  /* Live ones come nevertheless, and what is consumed makes room. */
  gsize before = reader->received_bytes;
  g_autoptr (GBytes) live = make_envelope (1, KEY_SIZE);

  g_assert_true (line_post (line, 0, live, 0, TRUE));
  line_run (line, line->now + 50 * MS);
  g_assert_cmpuint (reader->received_bytes, ==, before + KEY_SIZE);
  while (line->ends[0].acknowledged->len < n)
    {
      gsize some = MIN (reader->unconsumed, 1024 * 1024);

      g_assert_cmpuint (some, >, 0);
      reader->unconsumed -= some;
      coquill_direct_channel_consumed (reader->channel, some, line->now);
      line_run (line, line->now + 50 * MS);
      g_assert_cmpuint (reader->unconsumed, <=, COQUILL_DIRECT_WINDOW + KEY_SIZE);
    }
  g_assert_cmpuint (reader->received_bytes, ==, n * 64 * 1024 + KEY_SIZE);
}

static void
test_room (void)
{
  LineQuality quality = { .delay = 20 * MS, .rate = 20 * 1000 * 1000 };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  g_autoptr (GBytes) envelope = make_envelope (0, 256 * 1024);
  guint n = 0;

  line->ends[1].forgets = TRUE;
  while (line_post (line, 0, envelope, n, FALSE))
    n++;
  g_assert_cmpuint (n, ==, COQUILL_DIRECT_QUEUE_BYTES / (256 * 1024) - 1);
  g_assert_cmpuint (line->ends[0].n_rooms, ==, 0);
  g_assert_true (line_establish (line, SECOND));
  line_run (line, line->now + 5 * SECOND);
  g_assert_cmpuint (line->ends[0].n_rooms, ==, 1);
  g_assert_cmpuint (line->ends[0].acknowledged->len, ==, n);
  g_assert_true (line_post (line, 0, envelope, n, FALSE));
}

static void
test_close (void)
{
  LineQuality quality = { .delay = 20 * MS };

  for (guint closes = 0; closes < 2; closes++)
    {
      g_autoptr (Line) line = line_new (test_seed (), &quality);

      g_assert_true (line_establish (line, SECOND));
      coquill_direct_channel_close (line->ends[closes].channel, line->now);
      line_run (line, line->now + 30 * MS);
      g_assert_no_error (line->ends[closes].error);
      g_assert_error (line->ends[!closes].error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_CLOSED);
      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (GBytes) envelope = make_envelope (0, KEY_SIZE);

          g_assert_false (line_post (line, i, envelope, 0, FALSE));
          g_assert_cmpint (coquill_direct_channel_get_expiry (line->ends[i].channel), ==, G_MAXINT64);
        }
    }
}

static void
test_silence (void)
{
  LineQuality quality = { .delay = 20 * MS };
  g_autoptr (Line) line = line_new (test_seed (), &quality);

  g_assert_true (line_establish (line, SECOND));
  line->quality.loss = 1000000;
  post (line, 0, 0, KEY_SIZE);
  line_run (line, line->now + 2 * COQUILL_QUIC_IDLE_TIME);
  for (guint i = 0; i < 2; i++)
    g_assert_error (line->ends[i].error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST);
}

static void
test_nobody (void)
{
  LineQuality quality = { .loss = 1000000 };
  g_autoptr (Line) line = line_new (test_seed (), &quality);

  line_run (line, line->now + COQUILL_QUIC_HANDSHAKE_TIME + SECOND);
  for (guint i = 0; i < 2; i++)
    g_assert_error (line->ends[i].error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-channel/handshake-and-envelopes-both-ways", test_handshake);
  g_test_add_func ("/direct-channel/live-envelopes-and-pings", test_live);
  g_test_add_func ("/direct-channel/all-comes-once-and-in-order-over-any-line", test_any_line);
  g_test_add_func ("/direct-channel/strangers-are-not-even-answered", test_strangers);
  g_test_add_func ("/direct-channel/a-wrong-certificate-never-establishes", test_forgers);
  g_test_add_func ("/direct-channel/junk-is-counted-and-closes-nothing", test_junk);
  g_test_add_func ("/direct-channel/what-is-said-without-a-proof-ends-nothing", test_lies);
  g_test_add_func ("/direct-channel/who-does-not-consume-holds-the-sender", test_credit);
  g_test_add_func ("/direct-channel/a-full-queue-refuses-and-tells-of-room", test_room);
  g_test_add_func ("/direct-channel/closing-is-told-to-the-other-side", test_close);
  g_test_add_func ("/direct-channel/silence-ends-it", test_silence);
  g_test_add_func ("/direct-channel/nobody-there-ends-it", test_nobody);
  return g_test_run ();
}
