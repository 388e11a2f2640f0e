/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import.h: bringing the items of a change into an event graph, after checking all that needs no walking. */

#pragma once

#include "text/base.h"
#include "text/change-rows.h"
#include "text/graph.h"

/**
 * COQUILL_IMPORT_FEW:
 *
 * Agents of a change for which nothing is allocated.
 */
#define COQUILL_IMPORT_FEW 8

/**
 * CoquillImport:
 * @graph: where to
 * @base: (nullable): the snapshot at which the graph starts
 * @change: what
 * @limits: (nullable): per agent of the graph, behind the last item to take; what is beyond is left out, and
 * no agent is added
 * @error: filled on failure
 * @lowest_unknown: (out): the least of what coquill_graph_lowest_unknown() says of all that was appended;
 * UINT64_MAX if all of it was linear, its parents the whole frontier
 * @n_appended: (out): operations that were new, in whole or in part
 *
 * An import of a change. The caller marks the graph before, and goes back to the mark if it fails. Each run's
 * own lowest unknown version stands in the graph.
 */
typedef struct
{
  CoquillGraph *graph;
  const CoquillBase *base;
  const CoquillChange *change;
  const uint64_t *limits;
  CoquillTextError *error;
  uint64_t lowest_unknown;
  size_t n_appended;

  /*< private >*/
  uint32_t *agents;  /* local index of each of the change's agents, or UINT32_MAX */
  uint64_t *parents; /* of one operation, and their runs */
  uint32_t *runs;
  size_t parents_capacity;
  size_t runs_capacity;
  uint32_t few_agents[COQUILL_IMPORT_FEW];
  bool has_room;          /* the graph has, for all of the change, and all is wanted */
  const uint8_t *pending; /* content of the change that is counted in the graph, but not copied yet */
  size_t pending_length;
  CoquillChangeRows *rows;                 /* (nullable): what the decoder left */
  const CoquillGraphOperation *operations; /* the same, which may be the graph's now */
  const CoquillChangeStretch *stretch;     /* the next one */
} CoquillImport;

/**
 * coquill_import_run:
 *
 * O(1) per operation that goes on from the one before, and else mostly O(parents); plus its bytes.
 *
 * Returns: false if the change was refused; the graph then has some of it
 */
bool
coquill_import_run (CoquillImport *self);
