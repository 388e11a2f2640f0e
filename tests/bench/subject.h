/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.h: a trace that is measured, and what all kinds of work share. */

#pragma once

#include "history.h"
#include "row.h"
#include "samples.h"
#include "yardstick.h"

/**
 * Subject:
 * @history: (nullable): made when it is first asked for
 * @yardstick: (nullable): the baseline over this trace, %NULL for a concurrent one
 * @unit: (nullable): the baseline over automerge-paper, whose replay is U
 * @runs: how often each work is measured at least
 * @ours: rows of Coquill are wanted
 * @baseline: rows of the baseline are wanted
 * @failed: a text of ours was not as it has to be
 */
typedef struct
{
  const char *name;
  const PackedTrace *trace;
  History *history;
  Yardstick *yardstick;
  Yardstick *unit;
  guint runs;
  gboolean ours;
  gboolean baseline;
  gboolean failed;
} Subject;

/**
 * Work:
 * @name: as in the rows
 * @measure: prints its rows, or none if the trace is of another sort
 */
typedef struct
{
  const char *name;
  void (*measure) (Subject *subject);
} Work;

void
measure_local (Subject *subject);

void
measure_linear (Subject *subject);

void
measure_snapshot (Subject *subject);

void
measure_concurrent (Subject *subject);

void
measure_live (Subject *subject);

void
measure_size (Subject *subject);

void
measure_encode (Subject *subject);

void
measure_memory (Subject *subject);

void
measure_memory_peak (Subject *subject);

void
measure_memory_rest (Subject *subject);

void
measure_growth (Subject *subject);

/**
 * subject_history:
 *
 * Returns: (nullable) (transfer none): the trace's history; %NULL, and the failure told, if it has none
 */
const History *
subject_history (Subject *self);

/**
 * subject_check:
 * @times: how often the trace was played into @text
 *
 * Compares a text of ours with what the trace ends with, and tells if they differ.
 */
void
subject_check (Subject *self, const char *work, CoquillText *text, guint times);

/**
 * subject_fail:
 *
 * Tells that a work of ours went wrong. Its row is not printed, and the program fails.
 */
void
subject_fail (Subject *self, const char *work, const char *message);

/**
 * subject_measure:
 * @func: what of ours is measured
 * @reference: (nullable): the baseline that it is compared with
 * @reference_data: for it
 * @name_reference: the baseline does the same work, so it has a row of its own
 *
 * Measures both in turn and prints the rows that are wanted.
 */
void
subject_measure (Subject *self,
                 const char *work,
                 SampleFunc func,
                 SampleFunc reference,
                 gpointer reference_data,
                 gboolean name_reference);

/**
 * subject_measure_in_units:
 *
 * As subject_measure(), with U to compare with.
 */
void
subject_measure_in_units (Subject *self, const char *work, SampleFunc func);

/**
 * subject_print_bytes:
 *
 * Prints a row of a size.
 */
void
subject_print_bytes (Subject *self, const char *work, const char *system, double bytes, double reference);

/**
 * settle:
 *
 * Asks @text for all of its characters and for who wrote each: whatever was put off has to be done then. This
 * is inside of the clock.
 */
void
settle (CoquillText *text);

/**
 * load_history:
 *
 * From encoded bytes to a settled text.
 *
 * Returns: (transfer full) (nullable): %NULL if it was refused
 */
CoquillText *
load_history (const History *history);
