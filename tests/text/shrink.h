/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shrink.h: plays scenarios in processes of their own, and makes a failing one as short as can be. */

#pragma once

#include "world.h"

/* Shared with the processes that play. */
Report *
report_new (void);
void
report_free (Report *self);

/**
 * play_histories:
 * @first: seed of the first one
 *
 * Plays the plan's scenarios, one after another, in one process. The report tells how many items that were,
 * or which seed ended it.
 *
 * Returns: whether all went well
 */
gboolean
play_histories (const Plan *plan, guint n_histories, guint32 first, Report *report);

/**
 * scenario_fails:
 * @log: tell the steps in the report
 *
 * Plays a scenario. A difference, a crash, what a sanitizer finds, and no end within a minute, are failures.
 */
gboolean
scenario_fails (const Scenario *scenario, OracleFault fault, Report *report, gboolean log);

/**
 * scenario_shrink:
 *
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) on the
 * list of steps, then on the numbers in them, for as long as something can go and it still fails, at most two
 * minutes.
 */
void
scenario_shrink (Scenario *scenario, OracleFault fault, Report *report);

/* Shrinks a failing scenario and tells it with its seed; then fails the test. */
void
report_failure (const Plan *plan, guint32 seed, Report *report);
