/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yardstick.h: the baseline, playing a sequential trace. */

#pragma once

#include "packed-trace.h"

/**
 * Yardstick:
 *
 * baseline.h over one trace. It knows bytes only: a code point that is not ASCII stands there as one `?`,
 * which is the same work counted in code points.
 */
typedef struct Yardstick Yardstick;

/**
 * yardstick_new:
 * @trace: sequential; must outlive it
 *
 * Returns: (transfer full) (nullable): %NULL if a patch is outside of the text
 */
Yardstick *
yardstick_new (const PackedTrace *trace);

void
yardstick_free (Yardstick *self);

/**
 * yardstick_local:
 *
 * Returns: milliseconds that the gap buffer and the log took, edit by edit
 */
double
yardstick_local (gpointer self);

/**
 * yardstick_linear:
 *
 * Returns: milliseconds that replaying the log took; for automerge-paper this is U
 */
double
yardstick_linear (gpointer self);

/**
 * yardstick_matches:
 *
 * Returns: whether the text is now as the trace ends
 */
gboolean
yardstick_matches (Yardstick *self);
