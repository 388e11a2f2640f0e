/* test-direct-road-lies.c: peers that lie, flood, or say nothing */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "own-network.h"
#include "road-pair.h"

#include "net/ice-agent.h"
#include "net/road-thread.h"

static gboolean
both_probed_in_vain (gpointer data)
{
  RoadPair *pair = data;

  return strstr (pair->sides[0].states->str, "pr") != NULL
         && strstr (pair->sides[1].states->str, "pr") != NULL;
}

static void
test_a_wrong_greeting_is_refused (void)
{
  RoadPair *pair = road_pair_new (40);

  pair->sides[1].greeting = 666;
  road_pair_start (pair);
  g_assert_true (road_pair_wait (both_probed_in_vain, pair, 6));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (coquill_direct_road_get_why (pair->sides[i].road), ==, COQUILL_DIRECT_WHY_NOT_PROVEN);
      g_assert_cmpuint (pair->sides[i].ups, ==, 0);
      g_assert_cmpuint (pair->sides[i].downs, ==, 0);
    }
  g_assert_cmpuint (coquill_direct_road_get_counts (pair->sides[0].road)->refused, ==, 1);
  road_pair_free (pair);
}

static void
test_who_does_not_greet_is_not_waited_for (void)
{
  RoadPair *pair = road_pair_new (41);

  pair->sides[0].is_mute = TRUE;
  road_pair_start (pair);
  g_assert_true (road_pair_wait (both_probed_in_vain, pair, 7));
  g_assert_cmpint (coquill_direct_road_get_why (pair->sides[0].road), ==, COQUILL_DIRECT_WHY_NOT_PROVEN);
  road_pair_free (pair);
}

static CoquillSignal *
forge (CoquillSignalKind kind, guint64 run, guint64 attempt)
{
  CoquillSignal *signal = coquill_signal_new (kind);

  signal->run = run;
  signal->attempt = attempt;
  if (kind == COQUILL_SIGNAL_OFFER || kind == COQUILL_SIGNAL_ANSWER)
    {
      signal->user = g_strdup ("user");
      signal->password = g_strdup ("passwordpasswordpassword");
    }
  return signal;
}

static void
tell (RoadSide *side, const CoquillSignal *signal)
{
  g_autoptr (GBytes) encoded = coquill_signal_encode (signal);

  coquill_direct_road_take_signal (side->road, encoded);
}

static void
test_hostile_signals_disturb_nothing (void)
{
  RoadPair *pair = road_pair_new (50);
  RoadSide *side = &pair->sides[1];
  const CoquillDirectCounts *counts;
  g_autoptr (GBytes) junk = g_bytes_new_static ("\xff\xfe\xfd", 3);
  guint n_signals;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  n_signals = (guint)coquill_direct_road_get_counts (side->road)->signals;
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (CoquillSignal) stranger = forge (COQUILL_SIGNAL_OFFER, side->run + 1, 77 + i);
      g_autoptr (CoquillSignal) wrong_way = forge (COQUILL_SIGNAL_ANSWER, side->run, 77);
      g_autoptr (CoquillSignal) decline = forge (COQUILL_SIGNAL_DECLINE, side->run, 78);

      coquill_direct_road_take_signal (side->road, junk);
      decline->reason = COQUILL_DECLINE_HIDDEN;
      tell (side, stranger);
      tell (side, wrong_way);
      tell (side, decline);
    }
  for (guint i = 0; i < pair->sides[0].said->len; i++)
    coquill_direct_road_take_signal (side->road, g_ptr_array_index (pair->sides[0].said, i));
  counts = coquill_direct_road_get_counts (side->road);
  g_assert_cmpuint (counts->malformed, ==, 20);
  g_assert_cmpuint (counts->stale, ==, 20);
  /* 10,000 candidates, 16 in a signal: most aren't even read. */
  for (guint i = 0; i < 625; i++)
    {
      g_autoptr (CoquillSignal) flood = forge (COQUILL_SIGNAL_CANDIDATES, side->run, 79);

      for (guint j = 0; j < 16; j++)
        flood->candidates[j] = (CoquillCandidate){
          COQUILL_CANDIDATE_HOST, { 192, 0, 2, 99 }, 4, (guint16)(2000 + i * 16 + j), 1 + j, "1", { 0 }, 0, 0
        };
      flood->n_candidates = 16;
      tell (side, flood);
    }
  counts = coquill_direct_road_get_counts (side->road);
  g_assert_cmpuint (counts->too_fast, >=, 625 + 40 + n_signals - COQUILL_DIRECT_MAX_SIGNALS);
  g_assert_cmpuint (counts->attempts, ==, 1);
  road_pair_idle (1000);
  g_assert_cmpint (coquill_direct_road_get_state (side->road), ==, COQUILL_DIRECT_DIRECT);
  g_assert_cmpuint (side->downs, ==, 0);
  road_pair_free (pair);
}

static void
test_candidates_of_a_hostile_offer_are_counted (void)
{
  RoadPair *pair = road_pair_new (51);
  RoadSide *side = &pair->sides[1];
  const CoquillDirectCounts *counts;

  pair->bad.lost = 1000;
  road_pair_start (pair);
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (CoquillSignal) offer
          = forge (i == 0 ? COQUILL_SIGNAL_OFFER : COQUILL_SIGNAL_CANDIDATES, side->run, 80);

      for (guint j = 0; j < 16; j++)
        offer->candidates[j] = (CoquillCandidate){ COQUILL_CANDIDATE_HOST,
                                                   { i < 2 ? 127 : 192, 0, 2, 99 },
                                                   4,
                                                   (guint16)(2000 + i * 16 + j),
                                                   1 + j,
                                                   "1",
                                                   { 0 },
                                                   0,
                                                   0 };
      offer->n_candidates = 16;
      tell (side, offer);
    }
  road_pair_idle (500);
  coquill_direct_road_stop (pair->sides[0].road);
  /* Nobody answers there: it ends by itself. */
  g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_RELAY, COQUILL_DIRECT_RELAY, 12));
  g_assert_cmpint (coquill_direct_road_get_why (side->road), ==, COQUILL_DIRECT_WHY_NO_WAY);
  counts = coquill_direct_road_get_counts (side->road);
  g_assert_cmpuint (counts->candidates.by_verdict[COQUILL_CANDIDATE_LOOPBACK], ==, 32);
  g_assert_cmpuint (counts->candidates.by_verdict[COQUILL_CANDIDATE_TAKEN], ==, COQUILL_CANDIDATE_MAX_REMOTE);
  g_assert_cmpuint (counts->candidates.by_verdict[COQUILL_CANDIDATE_TOO_MANY], ==,
                    160 - COQUILL_CANDIDATE_MAX_REMOTE);
  road_pair_free (pair);
}

static gboolean
both_gave_up (gpointer data)
{
  RoadPair *pair = data;

  return coquill_direct_road_get_why (pair->sides[0].road) == COQUILL_DIRECT_WHY_NO_ANSWER
         && coquill_direct_road_get_why (pair->sides[1].road) == COQUILL_DIRECT_WHY_NO_ANSWER;
}

static void
test_nobody_answers (void)
{
  RoadPair *pair = road_pair_new (60);

  pair->bad.lost = 1000;
  road_pair_start (pair);
  g_assert_true (road_pair_wait (both_gave_up, pair, 14));
  g_assert_cmpuint (pair->sides[0].said->len, <=, 10);
  /* The relay is better: a side that is told so needs no more than that. */
  pair->bad.lost = 0;
  coquill_direct_road_retry_now (pair->sides[1].road);
  road_pair_assert_up (pair, 3);
  road_pair_free (pair);
}

static void
test_half_open_attempts_are_bounded (void)
{
  CoquillDirectRoad *roads[COQUILL_DIRECT_MAX_HALF_OPEN + 5];
  guint n_checking = 0;

  for (guint i = 0; i < G_N_ELEMENTS (roads); i++)
    {
      roads[i] = coquill_direct_road_new (TRUE, 1);
      coquill_direct_road_set_peer_run (roads[i], 2);
      coquill_direct_road_set_servers (roads[i], NULL);
      coquill_direct_road_start (roads[i]);
      n_checking += coquill_direct_road_get_state (roads[i]) == COQUILL_DIRECT_CHECKING;
    }
  g_assert_cmpuint (n_checking, ==, COQUILL_DIRECT_MAX_HALF_OPEN);
  for (guint i = 0; i < 5; i++)
    coquill_direct_road_stop (roads[i]);
  road_pair_idle (100);
  for (guint i = 0; i < G_N_ELEMENTS (roads); i++)
    {
      g_assert_cmpint (coquill_direct_road_get_state (roads[i]), ==,
                       i < 5 ? COQUILL_DIRECT_RELAY : COQUILL_DIRECT_CHECKING);
      g_object_unref (roads[i]);
    }
}

/* Closed, on a context that nobody iterates yet: so they stay what they are. */
static void
test_agents_being_cleared_away_are_bounded (void)
{
  const CoquillIceEvents events = { 0 };
  g_autoptr (GMainContext) later = g_main_context_new ();
  RoadPair *pair = road_pair_new (62);

  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  g_main_context_push_thread_default (later);
  for (guint i = 0; i < COQUILL_DIRECT_MAX_AGENTS; i++)
    coquill_ice_agent_close (coquill_ice_agent_new (NULL, TRUE, &events, NULL));
  g_main_context_pop_thread_default (later);
  g_assert_cmpuint (coquill_ice_agent_count_closing (), ==, COQUILL_DIRECT_MAX_AGENTS);
  road_pair_start (pair);
  road_pair_idle (1500);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (pair->sides[i].states->str, ==, "");
  while (coquill_ice_agent_count_closing () > 0)
    g_main_context_iteration (later, TRUE);
  road_pair_assert_up (pair, 3);
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
  g_test_add_func ("/direct-road-lies/a-wrong-greeting-is-refused", test_a_wrong_greeting_is_refused);
  g_test_add_func ("/direct-road-lies/who-does-not-greet-is-not-waited-for",
                   test_who_does_not_greet_is_not_waited_for);
  g_test_add_func ("/direct-road-lies/hostile-signals-disturb-nothing", test_hostile_signals_disturb_nothing);
  g_test_add_func ("/direct-road-lies/candidates-of-a-hostile-offer-are-counted",
                   test_candidates_of_a_hostile_offer_are_counted);
  g_test_add_func ("/direct-road-lies/nobody-answers", test_nobody_answers);
  g_test_add_func ("/direct-road-lies/half-open-attempts-are-bounded", test_half_open_attempts_are_bounded);
  g_test_add_func ("/direct-road-lies/agents-being-cleared-away-are-bounded",
                   test_agents_being_cleared_away_are_bounded);
  return g_test_run ();
}
