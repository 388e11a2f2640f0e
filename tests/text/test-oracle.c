/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-oracle.c: a planted fault is found by random histories and shrunk to a few steps. */

#include "seed.h"
#include "shrink.h"

typedef struct
{
  const char *name;
  OracleFault fault;
  guint most_histories; /* until it is found */
  guint most_steps;     /* that are left of it */
} Planted;

static void
test_planted_fault_is_found_and_shrunk (gconstpointer data)
{
  static const Plan plan = { .name = "planted",
                             .n_steps = 150,
                             .n_replicas = 6,
                             .take_percent = 25,
                             .one_place_percent = 50,
                             .run = 8,
                             .stay = 3 };
  const Planted *planted = data;
  guint32 seed = test_seed ();
  Report *report = report_new ();
  g_autoptr (Scenario) scenario = NULL;
  guint tried = 0;

  do
    {
      g_clear_pointer (&scenario, scenario_free);
      g_assert_cmpuint (tried, <, planted->most_histories);
      scenario = scenario_new (&plan, seed + tried++);
    }
  while (!scenario_fails (scenario, planted->fault, report, FALSE));

  scenario_shrink (scenario, planted->fault, report);
  g_assert_true (scenario_fails (scenario, planted->fault, report, TRUE));
  g_test_message ("found in history %u, %u steps are left:\n%s%s", tried, scenario->steps->len, report->log,
                  report->message);
  g_assert_cmpuint (report->log_length, >, 0);
  g_assert_cmpuint (scenario->steps->len, <=, planted->most_steps);

  /* It is the planted fault's doing. */
  g_assert_false (scenario_fails (scenario, ORACLE_SOUND, report, FALSE));
  report_free (report);
}

int
main (int argc, char *argv[])
{
  static const Planted faults[] = {
    { "/oracle/ties-in-the-wrong-order-are-found", ORACLE_TIES_REVERSED, 3, 2 },
    { "/oracle/siblings-without-right-origins-are-found", ORACLE_NO_RIGHT_ORIGINS, 50, 8 },
    { "/oracle/a-restoration-of-too-much-is-found", ORACLE_RESTORES_CHARACTER, 20, 7 },
    { "/oracle/interleaving-is-found", ORACLE_INTERLEAVES, 3, 3 },
    { "/oracle/a-crash-is-found", ORACLE_CRASHES, 3, 3 },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    g_test_add_data_func (faults[i].name, &faults[i], test_planted_fault_is_found_and_shrunk);
  return g_test_run ();
}
