/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row.h: what was measured, one JSON object a line, for report.py. */

#pragma once

#include <glib.h>

/**
 * Row:
 * @work: kind of work
 * @trace: what it was done on
 * @system: who did it
 * @value: milliseconds or bytes
 * @unit: `ms` or `bytes`
 * @ratio: to what the README says for this work; NAN if there is nothing to compare with
 * @runs: how many @value is the median of; 0 for a size
 */
typedef struct
{
  const char *work;
  const char *trace;
  const char *system;
  double value;
  const char *unit;
  double ratio;
  guint runs;
} Row;

/**
 * row_print:
 *
 * Prints a row at once.
 */
void
row_print (const Row *self);
