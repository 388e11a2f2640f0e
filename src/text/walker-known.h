/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-known.h: what those who wrote since some version knew of each other. */

#pragma once

#include "text/graph.h"

/**
 * CoquillWalkerKnown:
 *
 * For each run from a version on, how many items of each agent who wrote since its first item knows: a row of
 * numbers. Of what is older it knows all.
 */
typedef struct
{
  /*< private >*/
  const CoquillGraph *graph;
  size_t first_run;
  uint32_t *columns; /* of each agent of the graph, 0 for who wrote nothing since */
  uint32_t n_columns;
  uint32_t *rows; /* NULL if there would be too many numbers */
} CoquillWalkerKnown;

/**
 * coquill_walker_known_init:
 * @version: every item from there on has all before it among its ancestors
 *
 * O(agents, and runs from there on times agents who made them).
 *
 * Returns: false if that is too much: then nothing else may be asked
 */
bool
coquill_walker_known_init (CoquillWalkerKnown *self, const CoquillGraph *graph, uint64_t version);
void
coquill_walker_known_clear (CoquillWalkerKnown *self);

/**
 * coquill_walker_known_has:
 * @run: one that begins at the version from which on, or behind it
 * @other: another one
 * @version: of an item of that one, not older either
 *
 * O(1)
 *
 * Returns: whether the first item of @run has that one among its ancestors
 */
static inline bool
coquill_walker_known_has (const CoquillWalkerKnown *self, size_t run, size_t other, uint64_t version)
{
  const CoquillGraphRun *row = &self->graph->runs[other];
  const uint32_t *known = &self->rows[(run - self->first_run) * self->n_columns];

  return row->sequence + ((uint32_t)version - row->first) < known[self->columns[row->agent]];
}
