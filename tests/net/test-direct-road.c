/* test-direct-road.c: two roads over real sockets: up, in order, full, late, restarted, hidden */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/direct-attempt.h"
#include "own-network.h"
#include "road-pair.h"

static void
test_up_and_in_order_both_ways (void)
{
  RoadPair *pair = road_pair_new (1);
  guint64 numbers[2] = { 0, 0 }, live = G_MAXUINT64;
  gint64 began = g_get_monotonic_time ();

  g_assert_cmpint (coquill_direct_road_get_why (pair->sides[0].road), ==, COQUILL_DIRECT_WHY_NOT_TRIED);
  g_assert_cmpuint (road_pair_post (pair, 0, &numbers[0], 1, 100), ==, 0);
  road_pair_start (pair);
  g_assert_cmpint (coquill_direct_road_get_why (pair->sides[0].road), ==, COQUILL_DIRECT_WHY_TRYING);
  road_pair_assert_up (pair, 2);
  g_test_message ("up after %d ms", (int)((g_get_monotonic_time () - began) / 1000));
  for (guint round = 0; round < 50; round++)
    {
      for (guint i = 0; i < 2; i++)
        {
          g_assert_cmpuint (road_pair_post (pair, i, &numbers[i], 10, 100 + round * 97), ==, 10);
          g_assert_cmpuint (road_pair_post (pair, i, &live, 1, 200), ==, 1);
        }
      road_pair_idle (2);
    }
  for (guint i = 0; i < 2; i++)
    {
      RoadSide *side = &pair->sides[i];

      g_assert_true (road_pair_wait_received (pair, i, 500, 10));
      g_assert_cmpuint (side->ups, ==, 1);
      g_assert_cmpuint (side->downs, ==, 0);
      g_assert_cmpuint (side->n_live, >, 40);
      g_assert_cmpstr (side->states->str, ==, "cpd");
    }
  road_pair_idle (2500);
  for (guint i = 0; i < 2; i++)
    {
      RoadSide *side = &pair->sides[i];

      g_assert_cmpuint (side->n_acknowledged, ==, 500);
      g_assert_cmpint (coquill_direct_road_get_round_trip (side->road), >, 0);
      g_assert_cmpuint (coquill_direct_road_get_sent_bytes (side->road), >, 500 * 100);
      g_assert_cmpuint (coquill_direct_road_get_received_bytes (side->road), >, 500 * 100);
      g_assert_false (coquill_direct_road_get_relayed (side->road));
      g_assert_cmpuint (coquill_direct_road_get_counts (side->road)->attempts, ==, 1);
    }
  coquill_direct_road_stop (pair->sides[0].road);
  g_assert_cmpuint (pair->sides[0].downs, ==, 1);
  g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_RELAY, COQUILL_DIRECT_RELAY, 2));
  g_assert_cmpint (coquill_direct_road_get_why (pair->sides[1].road), ==, COQUILL_DIRECT_WHY_LOST);
  road_pair_free (pair);
}

static void
test_post_says_no_and_room_comes (void)
{
  RoadPair *pair = road_pair_new (2);
  guint64 number = 0;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  pair->sides[1].holds = TRUE;
  /* The reader takes nothing: the channels' windows and both queues fill up, and that is all that waits. */
  for (guint round = 0; round < 40; round++)
    {
      road_pair_post (pair, 0, &number, 1000, 64 * 1024);
      road_pair_idle (10);
    }
  g_test_message ("%" G_GUINT64_FORMAT " envelopes of 64 KiB wait", number);
  g_assert_cmpuint (number, >, 128);
  g_assert_cmpuint (number, <, 4 * 128 + 8);
  g_assert_cmpuint (pair->sides[1].bytes, <=, 8 * 1024 * 1024 + 64 * 1024);
  g_assert_cmpuint (pair->sides[0].rooms, <=, 2);
  pair->sides[0].rooms = 0;
  pair->sides[1].holds = FALSE;
  coquill_direct_road_consumed (pair->sides[1].road, pair->sides[1].bytes);
  g_assert_true (road_pair_wait_received (pair, 1, number, 20));
  g_assert_cmpuint (pair->sides[0].rooms, ==, 1);
  g_assert_cmpuint (road_pair_post (pair, 0, &number, 1, 0x200000), ==, 0);
  g_assert_cmpuint (pair->sides[0].downs, ==, 0);
  road_pair_free (pair);
}

static void
test_a_bad_relay_only_delays (void)
{
  for (guint seed = 10; seed < 16; seed++)
    {
      RoadPair *pair = road_pair_new (seed);

      pair->bad = (BadRelay){ .lost = 250, .doubled = 300, .late = 500, .replayed = 300 };
      road_pair_start (pair);
      road_pair_assert_up (pair, 30);
      g_test_message ("%s %s", pair->sides[0].states->str, pair->sides[1].states->str);
      road_pair_free (pair);
    }
}

static void
test_a_late_side_invites (void)
{
  RoadPair *pair = road_pair_new (3);

  pair->bad.lost = 1000;
  road_pair_start (pair);
  coquill_direct_road_stop (pair->sides[1].road);
  road_pair_idle (300);
  pair->bad.lost = 0;
  coquill_direct_road_start (pair->sides[1].road);
  road_pair_assert_up (pair, 4);
  g_assert_cmpuint (coquill_direct_road_get_counts (pair->sides[0].road)->attempts, ==, 1);
  road_pair_free (pair);
}

static gboolean
checks (gpointer data)
{
  return coquill_direct_road_get_state (data) == COQUILL_DIRECT_CHECKING;
}

typedef struct
{
  guint n_signals;
  gint64 at;
} Answerer;

static void
answered_cb (gpointer data, GBytes *encoded)
{
  Answerer *self = data;

  if (self->n_signals++ == 0)
    self->at = g_get_monotonic_time ();
}

static void
ignore_state (gpointer data, CoquillDirectState state)
{
}

static void
ignore_figures (gpointer data, const CoquillDirectFigures *figures)
{
}

static void
ignore_end (gpointer data, CoquillDirectWhy why, const GError *error)
{
}

static gboolean
has_answered (gpointer data)
{
  return ((Answerer *)data)->n_signals > 0;
}

/* What it is to answer comes when all of its own candidates are known and it has nothing more to wait for. */
static void
test_a_late_offer_is_answered_at_once (void)
{
  static const CoquillDirectAttemptEvents events
      = { .signal = answered_cb, .state = ignore_state, .figures = ignore_figures, .ended = ignore_end };
  gint64 took = G_MAXINT64;

  /* The best of three: a busy machine is late. An answer that was forgotten comes a second after the
   * beginning. */
  for (guint i = 0; i < 3 && took > 400 * G_TIME_SPAN_MILLISECOND; i++)
    {
      CoquillSignal *offer = coquill_signal_new (COQUILL_SIGNAL_OFFER);
      Answerer self = { 0 };
      CoquillDirectAttempt *attempt = coquill_direct_attempt_new (FALSE, 7, 1, NULL, &events, &self);
      gint64 began;

      road_pair_idle (300);
      offer->attempt = 7;
      offer->user = g_strdup ("user");
      offer->password = g_strdup ("passwordpasswordpassword");
      began = g_get_monotonic_time ();
      coquill_direct_attempt_take_signal (attempt, offer);
      g_assert_true (road_pair_wait (has_answered, &self, 2));
      took = self.at - began;
      coquill_direct_attempt_close (attempt);
    }
  g_assert_cmpint (took, <=, 400 * G_TIME_SPAN_MILLISECOND);
}

/* It had the OFFER, and nothing of its answer came: an OFFER of the same attempt is no use to it. */
static void
test_who_gave_up_an_attempt_gets_another (void)
{
  RoadPair *pair = road_pair_new (4);
  gint64 began = g_get_monotonic_time ();

  road_pair_start (pair);
  g_assert_true (road_pair_wait (checks, pair->sides[1].road, 2));
  coquill_direct_road_stop (pair->sides[1].road);
  coquill_direct_road_start (pair->sides[1].road);
  road_pair_assert_up (pair, 3);
  /* It wasn't the first attempt's own time that ended it. */
  g_assert_cmpint (g_get_monotonic_time () - began, <, COQUILL_DIRECT_CHECKING_LIMIT);
  g_assert_cmpuint (coquill_direct_road_get_counts (pair->sides[0].road)->attempts, ==, 2);
  road_pair_free (pair);
}

static void
test_a_change_that_is_none_disturbs_nothing (void)
{
  RoadPair *pair = road_pair_new (5);

  road_pair_start (pair);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (road_pair_wait (checks, pair->sides[i].road, 2));
      coquill_direct_road_retry_now (pair->sides[i].road);
    }
  road_pair_assert_up (pair, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (coquill_direct_road_get_counts (pair->sides[i].road)->attempts, ==, 1);
  road_pair_free (pair);
}

static void
test_a_restarted_peer_is_met_again (void)
{
  for (guint who = 0; who < 2; who++)
    {
      RoadPair *pair = road_pair_new (20 + who);
      RoadSide *gone = &pair->sides[who], *here = &pair->sides[1 - who];

      road_pair_start (pair);
      road_pair_assert_up (pair, 2);
      g_string_truncate (here->states, 0);
      /* Killed: it doesn't close, it is just another program that speaks. */
      road_pair_renew (pair, who);
      coquill_direct_road_set_servers (gone->road, NULL);
      coquill_direct_road_set_peer_run (gone->road, here->run);
      coquill_direct_road_start (gone->road);
      /* What it says comes before the news of its run. */
      road_pair_idle (200);
      coquill_direct_road_set_peer_run (here->road, gone->run);
      road_pair_assert_up (pair, 4);
      g_assert_cmpuint (here->downs, ==, 1);
      g_assert_cmpuint (here->ups, ==, 2);
      road_pair_free (pair);
    }
}

static void
test_who_hides_is_left_alone (void)
{
  for (guint who = 0; who < 2; who++)
    {
      RoadPair *pair = road_pair_new (30 + who);
      RoadSide *hidden = &pair->sides[who], *asking = &pair->sides[1 - who];
      guint n_said;

      road_pair_start (pair);
      road_pair_assert_up (pair, 2);
      coquill_direct_road_decline (hidden->road, COQUILL_DECLINE_HIDDEN);
      g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_RELAY, COQUILL_DIRECT_RELAY, 2));
      road_pair_idle (100);
      g_assert_cmpint (coquill_direct_road_get_why (hidden->road), ==, COQUILL_DIRECT_WHY_HIDDEN_HERE);
      g_assert_cmpint (coquill_direct_road_get_why (asking->road), ==, COQUILL_DIRECT_WHY_HIDDEN_THERE);
      n_said = asking->said->len;
      road_pair_idle (1500);
      g_assert_cmpuint (asking->said->len, ==, n_said);
      /* Asked again it says so again, and gives nothing away. */
      coquill_direct_road_retry_now (asking->road);
      road_pair_idle (1500);
      g_assert_cmpint (coquill_direct_road_get_why (asking->road), ==, COQUILL_DIRECT_WHY_HIDDEN_THERE);
      g_assert_cmpint (coquill_direct_road_get_state (hidden->road), ==, COQUILL_DIRECT_RELAY);
      coquill_direct_road_start (hidden->road);
      road_pair_assert_up (pair, 5);
      road_pair_free (pair);
    }
}

/* Whatever is told of an end, nothing is taken any more. */
static void
post_cb (CoquillDirectRoad *road, GParamSpec *spec, guint *n_taken)
{
  g_autoptr (GBytes) envelope = g_bytes_new_static ("last", 4);

  if (coquill_direct_road_get_round_trip (road) < 0 && coquill_direct_road_post (road, envelope, 1, FALSE))
    ++*n_taken;
  coquill_direct_road_retry_now (road);
}

static void
test_who_hears_of_the_end_may_post (void)
{
  RoadPair *pair = road_pair_new (7);
  guint n_taken = 0;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  g_signal_connect (pair->sides[0].road, "notify", G_CALLBACK (post_cb), &n_taken);
  coquill_direct_road_stop (pair->sides[0].road);
  g_assert_cmpuint (n_taken, ==, 0);
  g_assert_cmpint (coquill_direct_road_get_state (pair->sides[0].road), ==, COQUILL_DIRECT_RELAY);
  g_signal_handlers_disconnect_by_data (pair->sides[0].road, &n_taken);
  road_pair_free (pair);
}

/* What was posted in the same moment is not left behind. */
static void
test_last_words_arrive (void)
{
  RoadPair *pair = road_pair_new (8);
  guint64 number = 0;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  g_assert_cmpuint (road_pair_post (pair, 0, &number, 5, 300), ==, 5);
  coquill_direct_road_stop (pair->sides[0].road);
  g_assert_true (road_pair_wait_received (pair, 1, 5, 2));
  road_pair_free (pair);
}

int
main (int argc, char **argv)
{
  const char *why_not = own_network_enter (argv);

  g_test_init (&argc, &argv, NULL);
  if (why_not != NULL)
    {
      g_print ("1..0 # SKIP %s\n", why_not);
      return 0;
    }
  g_test_add_func ("/direct-road/up-and-in-order-both-ways", test_up_and_in_order_both_ways);
  g_test_add_func ("/direct-road/post-says-no-and-room-comes", test_post_says_no_and_room_comes);
  g_test_add_func ("/direct-road/a-bad-relay-only-delays", test_a_bad_relay_only_delays);
  g_test_add_func ("/direct-road/a-late-side-invites", test_a_late_side_invites);
  g_test_add_func ("/direct-road/a-late-offer-is-answered-at-once", test_a_late_offer_is_answered_at_once);
  g_test_add_func ("/direct-road/who-gave-up-an-attempt-gets-another",
                   test_who_gave_up_an_attempt_gets_another);
  g_test_add_func ("/direct-road/a-change-that-is-none-disturbs-nothing",
                   test_a_change_that_is_none_disturbs_nothing);
  g_test_add_func ("/direct-road/a-restarted-peer-is-met-again", test_a_restarted_peer_is_met_again);
  g_test_add_func ("/direct-road/who-hides-is-left-alone", test_who_hides_is_left_alone);
  g_test_add_func ("/direct-road/who-hears-of-the-end-may-post", test_who_hears_of_the_end_may_post);
  g_test_add_func ("/direct-road/last-words-arrive", test_last_words_arrive);
  return g_test_run ();
}
