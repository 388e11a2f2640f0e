/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-merge.c: random histories of many agents, merged in random orders and batches on many replicas,
 * compared with the oracle. */

#include <locale.h>

#include "effort.h"
#include "seed.h"
#include "shrink.h"

/* The normal run has to make as many items. */
#define LEAST_ITEMS 1000000

static guint64 n_items, n_delivered, n_changes, n_anchors;
static guint max_parents, max_agents;

static void
test_plan (gconstpointer data)
{
  Plan plan = *(const Plan *)data;
  guint n_histories = MAX (1, plan.n_histories * test_effort () / 100);
  guint32 first = test_seed ();
  Report *report = report_new ();

  if (n_histories == 1)
    plan.n_steps = plan.n_steps * MIN (plan.n_histories * test_effort (), 100) / 100;
  if (play_histories (&plan, n_histories, first, report))
    g_test_message ("%" G_GUINT64_FORMAT " histories, %" G_GUINT64_FORMAT " items", report->n_histories,
                    report->n_items);
  else
    report_failure (&plan, report->seed, report);
  n_items += report->n_items;
  n_delivered += report->n_delivered;
  n_changes += report->n_changes;
  n_anchors += report->n_anchors;
  max_parents = MAX (max_parents, report->max_parents);
  max_agents = MAX (max_agents, report->max_agents);
  report_free (report);
}

static void
test_enough_was_done (void)
{
  g_test_message ("%" G_GUINT64_FORMAT " operations made; %" G_GUINT64_FORMAT
                  " delivered in %" G_GUINT64_FORMAT " changes; %" G_GUINT64_FORMAT
                  " anchors compared; up to %u parents, %u agents",
                  n_items, n_delivered, n_changes, n_anchors, max_parents, max_agents);
  if (test_effort () < 100)
    {
      g_test_skip ("COQUILL_EFFORT asks for less");
      return;
    }
  g_assert_cmpuint (n_items, >=, LEAST_ITEMS);
  g_assert_cmpuint (max_parents, >=, 12);
  g_assert_cmpuint (max_agents, >=, 12);
}

int
main (int argc, char *argv[])
{
  static const Plan plans[] = {
    { .name = "/merge/two-agents",
      .n_histories = 1400,
      .n_steps = 60,
      .n_replicas = 2,
      .take_percent = 20,
      .run = 20,
      .stay = 3 },
    { .name = "/merge/twelve-agents",
      .n_histories = 90,
      .n_steps = 300,
      .n_replicas = 12,
      .take_percent = 25,
      .run = 12,
      .stay = 3 },
    { .name = "/merge/twelve-agents-at-one-place",
      .n_histories = 360,
      .n_steps = 120,
      .n_replicas = 12,
      .take_percent = 20,
      .one_place_percent = 80,
      .run = 8,
      .stay = 3 },
    { .name = "/merge/partitions-short-and-long",
      .n_histories = 100,
      .n_steps = 400,
      .n_replicas = 12,
      .take_percent = 25,
      .one_place_percent = 10,
      .run = 10,
      .stay = 5,
      .partition = 120 },
    { .name = "/merge/long-branches",
      .n_histories = 80,
      .n_steps = 300,
      .n_replicas = 6,
      .take_percent = 2,
      .one_place_percent = 20,
      .run = 30,
      .stay = 40 },
    { .name = "/merge/many-short-branches-at-once",
      .n_histories = 100,
      .n_steps = 300,
      .n_replicas = 12,
      .take_percent = 10,
      .one_place_percent = 30,
      .run = 5,
      .stay = 2,
      .gather = TRUE },
    { .name = "/merge/one-is-silent-for-long",
      .n_histories = 110,
      .n_steps = 400,
      .n_replicas = 5,
      .take_percent = 30,
      .one_place_percent = 20,
      .run = 10,
      .stay = 4,
      .silent = TRUE,
      .gather = TRUE },
    { .name = "/merge/mostly-in-line",
      .n_histories = 200,
      .n_steps = 300,
      .n_replicas = 3,
      .take_percent = 70,
      .run = 20,
      .stay = 2 },
    { .name = "/merge/reloaded-from-snapshots",
      .n_histories = 700,
      .n_steps = 150,
      .n_replicas = 4,
      .take_percent = 25,
      .run = 12,
      .stay = 4,
      .reload = TRUE },
    { .name = "/merge/reloaded-at-one-place-in-partitions",
      .n_histories = 300,
      .n_steps = 150,
      .n_replicas = 8,
      .take_percent = 25,
      .one_place_percent = 60,
      .run = 8,
      .stay = 3,
      .partition = 40,
      .reload = TRUE },
    { .name = "/merge/large-documents",
      .n_histories = 1,
      .n_steps = 3000,
      .n_replicas = 5,
      .take_percent = 5,
      .run = 60,
      .stay = 30,
      .partition = 800,
      .reload = TRUE },
  };

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    g_test_add_data_func (plans[i].name, &plans[i], test_plan);
  g_test_add_func ("/merge/a-million-operations", test_enough_was_done);
  return g_test_run ();
}
