/* test-simulation.c: whatever network, relay and crashes do, all replicas end with the same, and nothing
 * committed is lost */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation.h"

static void
simulate (guint n_runs, guint n_nodes, guint n_steps, const SimulationFaults *faults)
{
  for (guint i = 0; i < n_runs; i++)
    {
      guint32 seed = (guint32)g_test_rand_int ();
      g_autoptr (Simulation) simulation = NULL;

      g_test_message ("seed %u, %u nodes, %u steps", seed, n_nodes, n_steps);
      simulation = simulation_new (seed, n_nodes, faults);
      simulation_run (simulation, n_steps);
      simulation_assert_equal (simulation);
    }
}

static void
test_calm (void)
{
  simulate (4, 4, 400, &(SimulationFaults){ .edit = 800 });
}

static void
test_connections (void)
{
  simulate (4, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 150 });
}

static void
test_crashes (void)
{
  simulate (4, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .crash = 60 });
}

static void
test_relay_loses_everything (void)
{
  simulate (4, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .reset = 40 });
}

static void
test_relay_is_restored (void)
{
  simulate (4, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .truncate = 40 });
}

static void
test_everything (void)
{
  simulate (4, 5, 1000,
            &(SimulationFaults){ .edit = 200, .disconnect = 100, .crash = 40, .reset = 15, .truncate = 15 });
}

static void
test_many (void)
{
  simulate (1, 30, 150, &(SimulationFaults){ .edit = 30, .disconnect = 50, .crash = 10, .reset = 10 });
}

/* Direct roads, and everything that can befall them. */
#define ROADS                                                                                                \
  .direct_up = 100, .direct_down = 10, .direct_silence = 20, .direct_narrow = 1000, .direct_late = 1000

static void
test_direct (void)
{
  simulate (4, 4, 1000, &(SimulationFaults){ .edit = 300, ROADS });
}

static void
test_direct_crashes (void)
{
  simulate (4, 4, 1000, &(SimulationFaults){ .edit = 300, .disconnect = 50, .crash = 60, ROADS });
}

static void
test_direct_without_relay (void)
{
  simulate (3, 5, 1500, &(SimulationFaults){ .edit = 200, .outage = 15, .astray = 20, .crash = 10, ROADS });
}

static void
test_direct_relay_loses (void)
{
  simulate (4, 4, 1000,
            &(SimulationFaults){ .edit = 300, .disconnect = 50, .reset = 30, .truncate = 30, ROADS });
}

static void
test_direct_everything (void)
{
  simulate (4, 5, 1500,
            &(SimulationFaults){ .edit = 200,
                                 .disconnect = 50,
                                 .crash = 30,
                                 .reset = 10,
                                 .truncate = 10,
                                 .outage = 5,
                                 .astray = 10,
                                 ROADS });
}

/* Nobody has a relay, and a line of roads is all that is left in the end. */
static void
test_direct_only (void)
{
  for (guint i = 0; i < 2; i++)
    {
      guint32 seed = (guint32)g_test_rand_int ();
      g_autoptr (Simulation) simulation = NULL;

      g_test_message ("seed %u", seed);
      simulation = simulation_new (seed, 5, &(SimulationFaults){ .edit = 200, .crash = 10, ROADS });
      simulation_run_for (simulation, 10 * G_TIME_SPAN_SECOND);
      for (guint node = 0; node < 5; node++)
        simulation_set_relay (simulation, node, FALSE);
      simulation_run_badly (simulation, 1000);
      simulation_set_mesh (simulation, FALSE);
      for (guint node = 0; node + 1 < 5; node++)
        simulation_set_direct (simulation, node, node + 1, TRUE);
      simulation_run_for (simulation, 20 * G_TIME_SPAN_SECOND);
      simulation_assert_same (simulation);
      simulation_run (simulation, 0);
      simulation_assert_equal (simulation);
    }
}

static void
test_direct_many (void)
{
  simulate (1, 20, 300,
            &(SimulationFaults){ .edit = 50, .disconnect = 30, .crash = 10, .outage = 10, ROADS });
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/simulation/calm", test_calm);
  g_test_add_func ("/sync/simulation/connections-break", test_connections);
  g_test_add_func ("/sync/simulation/programs-crash", test_crashes);
  g_test_add_func ("/sync/simulation/the-relay-loses-everything", test_relay_loses_everything);
  g_test_add_func ("/sync/simulation/the-relay-is-restored-from-an-old-copy", test_relay_is_restored);
  g_test_add_func ("/sync/simulation/everything-at-once", test_everything);
  g_test_add_func ("/sync/simulation/many", test_many);
  g_test_add_func ("/sync/simulation/direct", test_direct);
  g_test_add_func ("/sync/simulation/direct-programs-crash", test_direct_crashes);
  g_test_add_func ("/sync/simulation/direct-without-the-relay", test_direct_without_relay);
  g_test_add_func ("/sync/simulation/direct-the-relay-loses", test_direct_relay_loses);
  g_test_add_func ("/sync/simulation/direct-everything-at-once", test_direct_everything);
  g_test_add_func ("/sync/simulation/direct-only", test_direct_only);
  g_test_add_func ("/sync/simulation/direct-many", test_direct_many);

  return g_test_run ();
}
