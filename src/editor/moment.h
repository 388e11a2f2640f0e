/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment.h: points in time in the words of people. */
#pragma once

#include <glib.h>

/**
 * coquill_moment_to_words:
 * @moment: a point in time, microseconds of the real-time clock
 * @now: the same clock now
 *
 * Returns: (transfer full): "Just now", "5 minutes ago", "14:05", "Yesterday", "Monday", "3 March", "3 March
 * 2024", translated
 */
char *
coquill_moment_to_words (gint64 moment, gint64 now);
