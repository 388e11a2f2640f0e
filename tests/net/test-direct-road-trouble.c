/* test-direct-road-trouble.c: roads that are cut, frozen, without a network, and made five hundred times */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "own-network.h"
#include "road-pair.h"

#include "net/ice-agent.h"
#include "net/road-thread.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
run_command (const char *command)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_command_line_sync (command, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

/* From here on so many of a hundred UDP packets are lost. */
static gboolean
lose (guint percent)
{
  g_autofree char *rule = g_strdup_printf (
      "nft add rule inet cut out meta l4proto udp numgen random mod 100 '<' %u drop", percent);

  if (!own_network_is_own ())
    {
      g_test_skip ("no network namespace to cut a road in");
      return FALSE;
    }
  run_command ("nft add table inet cut");
  run_command ("nft flush table inet cut");
  run_command ("nft add chain inet cut out '{ type filter hook output priority 0; }'");
  if (percent == 100)
    run_command ("nft add rule inet cut out meta l4proto udp drop");
  else if (percent > 0)
    run_command (rule);
  return TRUE;
}

/* Nothing by UDP from here on, or everything again. */
static gboolean
cut (gboolean is_cut)
{
  return lose (is_cut ? 100 : 0);
}

static void
test_a_short_cut_is_a_suspicion (void)
{
  RoadPair *pair = road_pair_new (4);
  guint64 number = 0;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  if (cut (TRUE))
    {
      g_assert_cmpuint (road_pair_post (pair, 0, &number, 20, 300), ==, 20);
      g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_SUSPECT, COQUILL_DIRECT_SUSPECT, 5));
      g_assert_cmpuint (road_pair_post (pair, 0, &number, 20, 300), ==, 20);
      cut (FALSE);
      road_pair_assert_up (pair, 3);
      g_assert_true (road_pair_wait_received (pair, 1, 40, 3));
      g_assert_cmpstr (pair->sides[0].states->str, ==, "cpdsd");
      g_assert_cmpuint (pair->sides[0].downs, ==, 0);
    }
  road_pair_free (pair);
}

static gboolean
has_failed (gpointer data)
{
  RoadPair *pair = data;

  return strchr (pair->sides[0].states->str, 'r') != NULL && strchr (pair->sides[1].states->str, 'r') != NULL;
}

static void
test_a_cut_road_is_given_up_and_comes_back (void)
{
  RoadPair *pair = road_pair_new (5);
  guint64 number = 0;
  gint64 began;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  if (cut (TRUE))
    {
      began = g_get_monotonic_time ();
      g_assert_true (road_pair_wait (has_failed, pair, 9));
      g_test_message ("given up after %d ms", (int)((g_get_monotonic_time () - began) / 1000));
      for (guint i = 0; i < 2; i++)
        {
          g_assert_cmpuint (pair->sides[i].downs, ==, 1);
          g_assert_true (g_str_has_prefix (pair->sides[i].states->str, "cpdsr"));
        }
      g_assert_cmpuint (road_pair_post (pair, 0, &number, 1, 300), ==, 0);
      /* It stood before, so it is tried again after a second. */
      cut (FALSE);
      road_pair_assert_up (pair, 3);
      g_assert_cmpuint (pair->sides[0].ups, ==, 2);
      /* A change of the network: at once, and nothing of a road that is fine is touched. */
      coquill_direct_road_retry_now (pair->sides[0].road);
      coquill_direct_road_retry_now (pair->sides[1].road);
      road_pair_idle (1500);
      g_assert_cmpuint (pair->sides[0].ups, ==, 2);
      cut (TRUE);
      began = g_get_monotonic_time ();
      coquill_direct_road_retry_now (pair->sides[0].road);
      coquill_direct_road_retry_now (pair->sides[1].road);
      g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_CHECKING, 4));
      cut (FALSE);
      road_pair_assert_up (pair, 3);
      g_test_message ("replaced after %d ms", (int)((g_get_monotonic_time () - began) / 1000));
    }
  road_pair_free (pair);
}

/* The peer answers, so what was lost were checks: it is tried once more after a second, then not so soon. */
static void
test_a_first_failure_is_tried_again_soon (void)
{
  RoadPair *pair = road_pair_new (6);

  if (cut (TRUE))
    {
      road_pair_start (pair);
      g_assert_true (road_pair_wait (has_failed, pair, 12));
      cut (FALSE);
      road_pair_assert_up (pair, 3);
    }
  road_pair_free (pair);
}

/* How long it takes until roads stand when a tenth of the packets is lost: a table, for the README. */
static void
test_how_long_on_a_line_that_loses (void)
{
  enum
  {
    AT_ONCE = COQUILL_DIRECT_MAX_HALF_OPEN / 2,
    ROUNDS = 20
  };
  static const gint64 within[] = { 100, 500, 2000, 5000, 10000, 15000, 30000, G_MAXINT64 };
  guint n_within[G_N_ELEMENTS (within)] = { 0 };
  RoadPair *pairs[AT_ONCE];

  if (g_getenv ("COQUILL_TABLE") == NULL || !lose (10))
    {
      g_test_skip ("a table, with COQUILL_TABLE=1 in a network namespace");
      return;
    }
  for (guint round = 0; round < ROUNDS; round++)
    {
      gint64 began = g_get_monotonic_time (), took;
      guint n_up = 0;

      for (guint i = 0; i < AT_ONCE; i++)
        {
          pairs[i] = road_pair_new (1000 + round * AT_ONCE + i);
          road_pair_start (pairs[i]);
        }
      while (n_up < AT_ONCE)
        {
          g_main_context_iteration (NULL, TRUE);
          took = (g_get_monotonic_time () - began) / 1000;
          for (guint i = 0; i < AT_ONCE; i++)
            if (pairs[i] != NULL
                && coquill_direct_road_get_state (pairs[i]->sides[0].road) >= COQUILL_DIRECT_DIRECT
                && coquill_direct_road_get_state (pairs[i]->sides[1].road) >= COQUILL_DIRECT_DIRECT)
              {
                if (took > 2000)
                  g_test_message ("%s %s", pairs[i]->sides[0].states->str, pairs[i]->sides[1].states->str);
                g_clear_pointer (&pairs[i], road_pair_free);
                n_up++;
                for (guint j = 0; j < G_N_ELEMENTS (within); j++)
                  n_within[j] += took <= within[j];
              }
        }
    }
  for (guint j = 0; j < G_N_ELEMENTS (within) - 1; j++)
    g_test_message ("within %5d ms: %u of %u", (int)within[j], n_within[j], AT_ONCE * ROUNDS);
  cut (FALSE);
}

static gboolean
has_no_address (gpointer data)
{
  RoadPair *pair = data;

  return coquill_direct_road_get_why (pair->sides[0].road) == COQUILL_DIRECT_WHY_NO_ADDRESS;
}

static void
test_without_an_address_it_says_so (void)
{
  RoadPair *pair;

  if (!own_network_is_own ())
    {
      g_test_skip ("no network namespace to be without an address in");
      return;
    }
  run_command ("ip link set wire down");
  pair = road_pair_new (61);
  road_pair_start (pair);
  g_assert_true (road_pair_wait (has_no_address, pair, 3));
  run_command ("ip link set wire up");
  run_command ("ip address replace " OWN_NETWORK_ADDRESS_6 "/64 dev wire nodad");
  coquill_direct_road_retry_now (pair->sides[0].road);
  coquill_direct_road_retry_now (pair->sides[1].road);
  road_pair_assert_up (pair, 3);
  road_pair_free (pair);
}

static void
test_a_new_address_begins_anew (void)
{
  RoadPair *pair;

  if (!own_network_is_own ())
    {
      g_test_skip ("no network namespace to get an address in");
      return;
    }
  pair = road_pair_new (62);
  pair->bad.lost = 1000;
  road_pair_start (pair);
  g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_CHECKING, COQUILL_DIRECT_RELAY, 2));
  run_command ("ip address add 192.0.2.77/24 dev wire");
  coquill_direct_road_retry_now (pair->sides[0].road);
  g_assert_cmpint (coquill_direct_road_get_state (pair->sides[0].road), ==, COQUILL_DIRECT_RELAY);
  pair->bad.lost = 0;
  road_pair_assert_up (pair, 4);
  g_assert_cmpuint (coquill_direct_road_get_counts (pair->sides[0].road)->attempts, ==, 2);
  run_command ("ip address delete 192.0.2.77/24 dev wire");
  road_pair_free (pair);
}

/* Stops this whole process for a while, as a laptop's lid does. */
static void
freeze (guint seconds)
{
  pid_t helper = fork ();

  if (helper == 0)
    {
      kill (getppid (), SIGSTOP);
      sleep (seconds);
      kill (getppid (), SIGCONT);
      _exit (0);
    }
  g_assert_cmpint (helper, >, 0);
  waitpid (helper, NULL, 0);
}

static void
test_frozen_and_thawed (void)
{
  RoadPair *pair = road_pair_new (70);
  guint64 number = 0;

  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  g_assert_cmpuint (road_pair_post (pair, 0, &number, 10, 300), ==, 10);
  freeze (g_test_slow () ? 40 : 8);
  coquill_direct_road_retry_now (pair->sides[0].road);
  coquill_direct_road_retry_now (pair->sides[1].road);
  road_pair_idle (1500);
  road_pair_assert_up (pair, 10);
  g_test_message ("%s %s", pair->sides[0].states->str, pair->sides[1].states->str);
  /* Only the main thread hangs: the road stands. */
  g_string_truncate (pair->sides[0].states, 0);
  g_usleep (4 * G_USEC_PER_SEC);
  road_pair_idle (200);
  g_assert_cmpstr (pair->sides[0].states->str, ==, "");
  road_pair_free (pair);
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* A thread that has ended may still be seen for a moment; a pool's idle worker for up to 15 s. */
static gboolean
has_so_many_threads (gpointer data)
{
  return count_entries ("/proc/self/task") <= *(guint *)data;
}

static void
test_five_hundred_cycles_leave_nothing (void)
{
  RoadPair *pair = road_pair_new (80);
  guint n_threads, n_files, n_up = 0;

  /* What the libraries keep for good is there after the first. */
  road_pair_start (pair);
  road_pair_assert_up (pair, 2);
  road_pair_free (pair);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  pair = road_pair_new (81);
  n_threads = count_entries ("/proc/self/task");
  n_files = count_entries ("/proc/self/fd");
  for (guint i = 0; i < 500; i++)
    {
      /* Attempts of one road are a second apart; of two new ones they aren't. */
      road_pair_renew (pair, 0);
      road_pair_renew (pair, 1);
      road_pair_start (pair);
      road_pair_idle ((guint)g_rand_int_range (pair->random, 0, i % 10 == 0 ? 400 : 60));
      n_up += coquill_direct_road_get_state (pair->sides[0].road) == COQUILL_DIRECT_DIRECT;
      coquill_direct_road_stop (pair->sides[i % 2].road);
      coquill_direct_road_stop (pair->sides[1 - i % 2].road);
    }
  road_pair_free (pair);
  g_test_message ("%u of 500 came up", n_up);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  g_assert_cmpuint (coquill_ice_agent_count_closing (), ==, 0);
  g_assert_true (road_pair_wait (has_so_many_threads, &n_threads, 20));
  g_assert_cmpuint (count_entries ("/proc/self/fd"), <=, n_files);
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
  g_test_add_func ("/direct-road-trouble/a-short-cut-is-a-suspicion", test_a_short_cut_is_a_suspicion);
  g_test_add_func ("/direct-road-trouble/a-cut-road-is-given-up-and-comes-back",
                   test_a_cut_road_is_given_up_and_comes_back);
  g_test_add_func ("/direct-road-trouble/a-first-failure-is-tried-again-soon",
                   test_a_first_failure_is_tried_again_soon);
  g_test_add_func ("/direct-road-trouble/how-long-on-a-line-that-loses", test_how_long_on_a_line_that_loses);
  g_test_add_func ("/direct-road-trouble/without-an-address-it-says-so", test_without_an_address_it_says_so);
  g_test_add_func ("/direct-road-trouble/a-new-address-begins-anew", test_a_new_address_begins_anew);
  g_test_add_func ("/direct-road-trouble/frozen-and-thawed", test_frozen_and_thawed);
  g_test_add_func ("/direct-road-trouble/five-hundred-cycles-leave-nothing",
                   test_five_hundred_cycles_leave_nothing);
  return g_test_run ();
}
