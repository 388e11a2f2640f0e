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
  simulate (8, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 150 });
}

static void
test_crashes (void)
{
  simulate (8, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .crash = 60 });
}

static void
test_relay_loses_everything (void)
{
  simulate (8, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .reset = 40 });
}

static void
test_relay_is_restored (void)
{
  simulate (8, 4, 800, &(SimulationFaults){ .edit = 300, .disconnect = 50, .truncate = 40 });
}

static void
test_everything (void)
{
  simulate (12, 5, 1000,
            &(SimulationFaults){ .edit = 200, .disconnect = 100, .crash = 40, .reset = 15, .truncate = 15 });
}

static void
test_many (void)
{
  simulate (1, 40, 200, &(SimulationFaults){ .edit = 30, .disconnect = 50, .crash = 10, .reset = 10 });
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

  return g_test_run ();
}
