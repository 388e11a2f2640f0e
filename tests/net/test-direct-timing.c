/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-direct-timing.c: how late what is typed comes over a bad line, and how fast much goes over one;
 * virtual time. With COQUILL_TABLE=1 the whole table, with and without copies */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../text/seed.h"
#include "line.h"

#define MS 1000
#define SECOND G_USEC_PER_SEC
#define MIB (1024 * 1024)

/* A key as it goes over the line, and its pace. */
#define KEY_SIZE 330
#define KEY_INTERVAL (150 * MS)
#define PING_INTERVAL (2 * SECOND)

typedef struct
{
  guint loss; /* per cent */
  gint64 round_trip;
  gboolean copies;
  gint64 p50, p95, p99, most;
  double bytes; /* UDP payload a key, both ways */
} Typing;

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

static guint64
get_bytes (Line *line)
{
  guint64 bytes = 0;

  for (guint i = 0; i < 2; i++)
    {
      CoquillDirectChannelStatistics statistics;

      coquill_direct_channel_get_statistics (line->ends[i].channel, &statistics);
      bytes += statistics.quic.sent_bytes;
    }
  return bytes;
}

static void
type_keys (Line *line, guint n_keys, GArray *posted)
{
  g_autofree guint8 *key = g_malloc0 (KEY_SIZE);
  g_autoptr (GBytes) envelope = g_bytes_new (key, KEY_SIZE);
  gint64 pinged = 0;

  for (guint i = 0; i < n_keys; i++)
    {
      /* A hand isn't a clock: otherwise keys and timers meet in the same way for ever. */
      line_run (line, line->now + KEY_INTERVAL - 10 * MS + g_rand_int_range (line->rand, 0, 20 * MS));
      g_array_append_val (posted, line->now);
      if (line->now - pinged >= PING_INTERVAL)
        {
          pinged = line->now;
          for (guint end = 0; end < 2; end++)
            coquill_direct_channel_ping (line->ends[end].channel, line->now);
        }
      g_assert_true (line_post (line, 0, envelope, i, FALSE));
    }
  line_run (line, line->now + 10 * SECOND);
}

static void
measure_typing (Typing *typing, guint32 seed, guint n_keys)
{
  LineQuality quality = { .delay = typing->round_trip / 2 };
  g_autoptr (Line) line = line_new (seed, &quality);
  g_autoptr (GArray) late = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint64 before;

  g_assert_true (line_establish (line, SECOND));
  for (guint i = 0; i < 2; i++)
    {
      line->ends[i].forgets = TRUE;
      coquill_direct_channel_set_copies (line->ends[i].channel, typing->copies);
    }
  line->quality.loss = typing->loss * 10000;
  before = get_bytes (line);
  type_keys (line, n_keys, late);
  g_assert_cmpuint (line->ends[1].received_at->len, ==, n_keys);
  for (guint i = 0; i < n_keys; i++)
    g_array_index (late, gint64, i)
        = g_array_index (line->ends[1].received_at, gint64, i) - g_array_index (late, gint64, i);
  g_array_sort (late, compare_times);
  typing->p50 = g_array_index (late, gint64, n_keys / 2);
  typing->p95 = g_array_index (late, gint64, n_keys * 95 / 100);
  typing->p99 = g_array_index (late, gint64, n_keys * 99 / 100);
  typing->most = g_array_index (late, gint64, n_keys - 1);
  typing->bytes = (double)(get_bytes (line) - before) / n_keys;
}

static void
print_typing (const Typing *typing)
{
  g_test_message (
      "%2u %% loss, %3d ms round trip, %s: p50 %.1f, p95 %.1f, p99 %.1f, most %.1f ms; %.0f bytes a key",
      typing->loss, (int)(typing->round_trip / MS), typing->copies ? "copies" : "alone ", typing->p50 / 1000.,
      typing->p95 / 1000., typing->p99 / 1000., typing->most / 1000., typing->bytes);
}

static void
test_typing (void)
{
  static const gint64 bounds[][2] = { { 0, 30 * MS }, { 50 * MS, 100 * MS }, { 100 * MS, 200 * MS } };

  for (gsize i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      Typing typing = { .loss = 5, .round_trip = bounds[i][0], .copies = TRUE };

      measure_typing (&typing, test_seed (), 4000);
      print_typing (&typing);
      g_assert_cmpint (typing.p99, <=, bounds[i][1]);
    }
}

static void
test_table (void)
{
  static const guint losses[] = { 0, 2, 5, 10 };
  static const gint64 round_trips[] = { 0, 50 * MS, 100 * MS };

  if (g_getenv ("COQUILL_TABLE") == NULL)
    {
      g_test_skip ("COQUILL_TABLE isn't set");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (losses); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (round_trips); j++)
      for (guint copies = 0; copies < 2; copies++)
        {
          Typing typing = { .loss = losses[i], .round_trip = round_trips[j], .copies = copies == 1 };

          measure_typing (&typing, test_seed (), 10000);
          print_typing (&typing);
        }
}

/* Timers that double must not make a cut longer than it is: pings, as the road sends them in doubt, wake it.
 */
static void
test_cut (void)
{
  static const gint64 cuts[] = { SECOND / 2, 2 * SECOND, 6 * SECOND };

  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      LineQuality quality = { .delay = 25 * MS };
      g_autoptr (Line) line = line_new (test_seed (), &quality);
      guint8 key[KEY_SIZE] = { 0 };
      g_autoptr (GBytes) envelope = g_bytes_new (key, sizeof key);
      guint n = 0;
      gint64 end;

      g_assert_true (line_establish (line, SECOND));
      line_run (line, line->now + SECOND);
      line->quality.loss = 1000000;
      for (end = line->now + cuts[i]; line->now < end; line_run (line, line->now + KEY_INTERVAL))
        {
          g_assert_true (line_post (line, 0, envelope, n, FALSE));
          if (n++ % 3 == 0)
            for (guint j = 0; j < 2; j++)
              coquill_direct_channel_ping (line->ends[j].channel, line->now);
        }
      line->quality.loss = 0;
      for (end = line->now; line->ends[1].received->len < n && line->now < end + 5 * SECOND;
           line_run (line, line->now + MS))
        if ((line->now - end) / MS % 500 == 0)
          coquill_direct_channel_ping (line->ends[0].channel, line->now);
      g_test_message ("cut for %d ms: %u keys are there %d ms after it", (int)(cuts[i] / MS), n,
                      (int)((line->now - end) / MS));
      g_assert_cmpuint (line->ends[1].received->len, ==, n);
      g_assert_cmpint (line->now - end, <=, 600 * MS);
    }
}

static double
get_cpu (void)
{
  return (double)clock () / CLOCKS_PER_SEC;
}

/* Posts @size bytes as fast as they are taken. Returns: microseconds until all is acknowledged */
static gint64
send_much (Line *line, gsize size, gsize piece, gint64 step)
{
  g_autofree guint8 *bytes = g_malloc0 (piece);
  g_autoptr (GBytes) envelope = g_bytes_new (bytes, piece);
  guint n = (guint)(size / piece), posted = 0;
  gint64 start = line->now;

  line->ends[1].forgets = TRUE;
  while (line->ends[0].acknowledged->len < n)
    {
      while (posted < n
             && coquill_direct_channel_post (line->ends[0].channel, envelope, posted, FALSE, line->now))
        posted++;
      line_run (line, line->now + step);
      g_assert_no_error (line->ends[0].error);
      g_assert_cmpint (line->now - start, <, 300 * SECOND);
    }
  return line->now - start;
}

static void
test_bulk (void)
{
  static const guint losses[] = { 0, 2, 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      LineQuality quality = { .delay = 25 * MS, .rate = 12500000, .patience = 100 * MS };
      g_autoptr (Line) line = line_new (test_seed (), &quality);
      gint64 time;

      g_assert_true (line_establish (line, SECOND));
      line->quality.loss = losses[i] * 10000;
      time = send_much (line, 8 * MIB, 65536 + 74, 10 * MS);
      g_test_message ("8 MiB at 100 Mbit/s, 50 ms round trip, %u %% loss: %.2f MB/s", losses[i],
                      8. * MIB / (double)time);
      g_assert_cmpint (time, <, 60 * SECOND);
    }
}

/* The timers of a main loop are a millisecond late, which must not slow a fast line down. */
static void
test_fast_line (void)
{
  static const guint64 rates[] = { 12500000, 125000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      LineQuality quality = { .delay = 500, .rate = rates[i], .patience = 20 * MS, .grain = MS };
      g_autoptr (Line) line = line_new (test_seed (), &quality);
      double rate;

      g_assert_true (line_establish (line, SECOND));
      rate = 10. * MIB / (double)send_much (line, 10 * MIB, 65536 + 74, MS);
      g_test_message ("10 MiB at %d Mbit/s, 1 ms round trip, coarse timers: %.1f MB/s",
                      (int)(rates[i] / 125000), rate);
      g_assert_cmpfloat (rate, >, (double)rates[i] / 1e6 / 2);
    }
}

static void
test_processor (void)
{
  LineQuality quality = { .delay = MS / 2 };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  double start, seconds;
  gint64 time;

  g_assert_true (line_establish (line, SECOND));
  start = get_cpu ();
  time = send_much (line, 10 * MIB, 65536 + 74, MS);
  seconds = get_cpu () - start;
  g_test_message ("10 MiB, both ends on one processor: %.1f MB/s (%.1f MB/s in virtual time)",
                  10. * MIB / seconds / 1e6, 10. * MIB / (double)time);
}

static void
test_processor_of_a_key (void)
{
  LineQuality quality = { .delay = 5 * MS };
  g_autoptr (Line) line = line_new (test_seed (), &quality);
  g_autoptr (GArray) posted = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_keys = 5000;
  double start;

  g_assert_true (line_establish (line, SECOND));
  start = get_cpu ();
  type_keys (line, n_keys, posted);
  g_test_message ("a key, both ends: %.1f microseconds", (get_cpu () - start) * 1e6 / n_keys);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct-timing/keys-come-soon-at-five-per-cent-loss", test_typing);
  g_test_add_func ("/direct-timing/keys-over-many-lines", test_table);
  g_test_add_func ("/direct-timing/a-cut-lasts-as-long-as-it-does", test_cut);
  g_test_add_func ("/direct-timing/much-over-a-bad-line", test_bulk);
  g_test_add_func ("/direct-timing/much-over-a-fast-line", test_fast_line);
  g_test_add_func ("/direct-timing/much-as-fast-as-the-processor", test_processor);
  g_test_add_func ("/direct-timing/a-key-costs-little", test_processor_of_a_key);
  return g_test_run ();
}
