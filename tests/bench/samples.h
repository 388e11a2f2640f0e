/* SPDX-License-Identifier: GPL-3.0-or-later */
/* samples.h: times taken in turn, and their medians. */

#pragma once

#include <glib.h>

/**
 * SampleFunc:
 *
 * Does the work once. What it prepares and clears away is outside of its clock.
 *
 * Returns: milliseconds
 */
typedef double (*SampleFunc) (gpointer data);

/**
 * clock_now:
 *
 * Returns: nanoseconds that this process has been running, all of its threads together. Nothing that is
 * measured waits, so on a quiet machine that is the time that passed, and on a busy one what others took is
 * not in it
 */
gint64
clock_now (void);

/**
 * clock_since:
 *
 * Returns: milliseconds since @start
 */
double
clock_since (gint64 start);

/**
 * samples_take_in_turn:
 * @funcs: what is measured
 * @data: for each
 * @n: how many, at most 4
 * @runs: how often each is measured at least; short ones more often
 * @medians: (out): of each, in milliseconds
 *
 * One after another, round after round, so that a machine that becomes slower is so for all. What takes less
 * than some milliseconds is done once unmeasured before each time, so that all of them find their memory in
 * the cache as they themselves left it.
 *
 * Returns: how many runs there were
 */
guint
samples_take_in_turn (const SampleFunc *funcs, const gpointer *data, guint n, guint runs, double *medians);
