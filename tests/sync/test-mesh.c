/* test-mesh.c: what direct roads cost, how fast they are, and what they save, in scenes without chance */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation.h"

#define SECOND G_TIME_SPAN_SECOND
#define MILLISECOND G_TIME_SPAN_MILLISECOND

/* Of the simulated relay, there and back, with the steps in which nodes act. */
#define RELAY_DELAY (120 * MILLISECOND)

static Simulation *
begin (guint n_nodes)
{
  static const SimulationFaults none;
  guint32 seed = (guint32)g_test_rand_int ();
  Simulation *self;

  g_test_message ("seed %u, %u nodes", seed, n_nodes);
  self = simulation_new (seed, n_nodes, &none);
  simulation_run_for (self, 10 * SECOND);
  simulation_settle (self);
  simulation_assert_equal (self);

  return self;
}

static Simulation *
begin_mesh (guint n_nodes)
{
  Simulation *self = begin (n_nodes);

  simulation_set_mesh (self, TRUE);
  simulation_run_for (self, 15 * SECOND);
  for (guint a = 0; a < n_nodes; a++)
    for (guint b = 0; b < n_nodes; b++)
      if (a != b)
        g_assert_cmpint (coquill_sync_get_state (simulation_get_sync (self, a), b + 1), ==,
                         COQUILL_SYNC_LIVE);

  return self;
}

static void
test_costs (void)
{
  g_autoptr (Simulation) self = begin_mesh (8);
  const SimulationCounts *counts = simulation_count (self);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = simulation_write (self, i % 8);

      simulation_run_for (self, 100 * MILLISECOND);
      for (guint node = 0; node < 8; node++)
        g_assert_true (simulation_has (self, node, name));
    }
  simulation_run_for (self, 2 * SECOND);
  simulation_assert_equal (self);
  g_test_message ("40 edits: %u posts directly, %u to the mailbox, %u given to documents; live: %u, %u",
                  counts->direct_posts, counts->relay_posts, counts->given, counts->live_direct,
                  counts->live_relay);
  g_assert_cmpuint (counts->direct_posts, ==, 280);
  g_assert_cmpuint (counts->relay_posts, ==, 40);
  g_assert_cmpuint (counts->given, ==, 280); /* the copy by the relay is known by its bytes */
}

/* Hellos and nothing else: who has the same sends nothing. */
static void
test_coming_up_costs_nothing (void)
{
  g_autoptr (Simulation) self = begin (8);
  const SimulationCounts *counts = simulation_count (self);

  simulation_set_mesh (self, TRUE);
  simulation_run_for (self, 5 * SECOND);
  g_test_message ("a mesh of 8 comes up: %u live posts directly", counts->live_direct);
  g_assert_cmpuint (counts->direct_posts, ==, 0);
  g_assert_cmpuint (counts->relay_posts, ==, 0);
  /* A greeting and an answer each way, and some news of who is reached. */
  g_assert_cmpuint (counts->live_direct, <=, 28 * 4 + 8 * 7 * 12);
}

static void
test_silent_cut (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (Simulation) self = begin_mesh (3);
      gint64 longest = 0;

      simulation_cut (self, 0, 1);
      for (guint j = 0; j < 40; j++)
        {
          g_autofree char *name = simulation_write (self, j % 2);
          gint64 took = simulation_wait (self, 1 - j % 2, name);

          g_assert_cmpint (took, >=, 0);
          longest = MAX (longest, took);
        }
      g_test_message ("the longest of 40: %d ms", (int)(longest / MILLISECOND));
      g_assert_cmpint (longest, <=, COQUILL_SYNC_MAILBOX_LAZY + RELAY_DELAY);
      simulation_run_for (self, 10 * SECOND);
      simulation_assert_equal (self);
    }
}

static void
test_without_relay (void)
{
  g_autoptr (Simulation) self = begin (3);
  gint64 took;
  g_autofree char *there = NULL;
  g_autofree char *back = NULL;

  /* 0 has no relay and reaches 1 only; 2 reaches nobody directly. */
  simulation_set_direct (self, 0, 1, TRUE);
  simulation_set_relay (self, 0, FALSE);
  simulation_run_for (self, 5 * SECOND);
  there = simulation_write (self, 0);
  took = simulation_wait (self, 2, there);
  g_test_message ("there: %d ms", (int)(took / MILLISECOND));
  g_assert_cmpint (took, >=, 0);
  g_assert_cmpint (took, <=, 1500 * MILLISECOND);
  back = simulation_write (self, 2);
  took = simulation_wait (self, 0, back);
  g_test_message ("back: %d ms", (int)(took / MILLISECOND));
  g_assert_cmpint (took, >=, 0);
  g_assert_cmpint (took, <=, RELAY_DELAY + 50 * MILLISECOND);
  g_assert_cmpint (coquill_sync_get_status (simulation_get_sync (self, 0)), ==,
                   COQUILL_SYNC_STATUS_UP_TO_DATE);
  simulation_run_for (self, 2 * SECOND);
  g_assert_true (simulation_mailbox_has (self, there));
}

static void
test_nobody_has_a_relay (void)
{
  g_autoptr (Simulation) self = begin_mesh (8);
  const SimulationCounts *counts = simulation_count (self);
  g_autofree char *across = NULL;

  for (guint i = 0; i < 8; i++)
    simulation_set_relay (self, i, FALSE);
  simulation_run_for (self, 5 * SECOND);
  counts = simulation_count (self);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = simulation_write (self, i % 8);

      simulation_run_for (self, 100 * MILLISECOND);
      for (guint node = 0; node < 8; node++)
        g_assert_true (simulation_has (self, node, name));
    }
  g_test_message ("40 edits without a relay: %u posts", counts->direct_posts);
  g_assert_cmpuint (counts->direct_posts, <=, 280 + 28);
  /* A line of roads is enough. */
  simulation_set_mesh (self, FALSE);
  for (guint i = 0; i < 7; i++)
    simulation_set_direct (self, i, i + 1, TRUE);
  simulation_run_for (self, 5 * SECOND);
  across = simulation_write (self, 0);
  g_assert_cmpint (simulation_wait (self, 7, across), <=, 500 * MILLISECOND);
  g_assert_true (simulation_has (self, 7, across));
  for (guint i = 0; i < 8; i++)
    simulation_set_relay (self, i, TRUE);
  simulation_settle (self);
  simulation_assert_equal (self);
  g_assert_true (simulation_mailbox_has (self, across));
}

static void
test_newcomer (void)
{
  g_autoptr (Simulation) self = begin (3);
  g_autofree char *name = NULL;

  /* 2 was there, went, and finds a mailbox that takes and gives nothing new. */
  simulation_set_relay (self, 2, FALSE);
  simulation_run_for (self, SECOND);
  simulation_set_refusing (self, TRUE);
  for (guint i = 0; i < 5; i++)
    simulation_paste (self, i % 2, 1024 * 1024);
  name = simulation_write (self, 0);
  simulation_set_direct (self, 0, 1, TRUE);
  simulation_set_direct (self, 1, 2, TRUE);
  g_assert_cmpint (simulation_wait (self, 1, name), >=, 0);
  g_assert_cmpint (simulation_wait (self, 2, name), >=, 0);
  g_assert_false (simulation_mailbox_has (self, name));
  simulation_set_refusing (self, FALSE);
  simulation_set_relay (self, 2, TRUE);
  simulation_settle (self);
  simulation_assert_equal (self);
  g_assert_true (simulation_mailbox_has (self, name));
}

static void
test_vanished_writer (void)
{
  g_autoptr (Simulation) self = begin_mesh (3);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  /* It dies in the moment in which the mailbox is late. */
  first = simulation_write (self, 0);
  simulation_run_for (self, 100 * MILLISECOND);
  simulation_kill (self, 0);
  g_assert_true (simulation_has (self, 1, first));
  g_assert_false (simulation_mailbox_has (self, first));
  simulation_run_for (self, COQUILL_SYNC_PEER_SILENCE + 12 * SECOND);
  g_assert_true (simulation_mailbox_has (self, first));

  /* The whole room is without a relay, and who wrote is gone before it is back. */
  simulation_set_relay (self, 1, FALSE);
  simulation_set_relay (self, 2, FALSE);
  simulation_run_for (self, SECOND);
  second = simulation_write (self, 1);
  simulation_run_for (self, SECOND);
  simulation_kill (self, 1);
  simulation_run_for (self, 8 * SECOND);
  simulation_set_relay (self, 2, TRUE);
  simulation_run_for (self, 10 * SECOND);
  g_assert_true (simulation_mailbox_has (self, second));
}

/* Two on a train. One never comes back, the other ends its program before it has a relay again. */
static void
test_restarted_reader (void)
{
  g_autoptr (Simulation) self = begin_mesh (3);
  g_autofree char *name = NULL;

  for (guint i = 0; i < 3; i++)
    simulation_set_relay (self, i, FALSE);
  simulation_kill (self, 2);
  simulation_run_for (self, 8 * SECOND);
  name = simulation_write (self, 0);
  simulation_run_for (self, SECOND);
  g_assert_true (simulation_has (self, 1, name));
  simulation_kill (self, 0);
  simulation_restart (self, 1);
  simulation_run_for (self, SECOND);
  g_assert_true (simulation_has (self, 1, name));
  g_assert_false (simulation_mailbox_has (self, name));
  simulation_set_relay (self, 1, TRUE);
  simulation_run_for (self, 10 * SECOND);
  g_assert_true (simulation_mailbox_has (self, name));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/mesh/an-edit-goes-once-over-each-road-and-once-to-the-mailbox", test_costs);
  g_test_add_func ("/sync/mesh/who-has-the-same-sends-nothing", test_coming_up_costs_nothing);
  g_test_add_func ("/sync/mesh/a-silent-cut-costs-300-ms", test_silent_cut);
  g_test_add_func ("/sync/mesh/who-has-no-relay-is-served-by-a-peer", test_without_relay);
  g_test_add_func ("/sync/mesh/nobody-has-a-relay", test_nobody_has_a_relay);
  g_test_add_func ("/sync/mesh/a-newcomer-gets-everything-directly", test_newcomer);
  g_test_add_func ("/sync/mesh/what-a-vanished-writer-wrote-reaches-the-mailbox", test_vanished_writer);
  g_test_add_func ("/sync/mesh/who-read-it-and-ended-takes-it-to-the-mailbox", test_restarted_reader);

  return g_test_run ();
}
