/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import.h: bringing the items of a change into an event graph, after checking all that needs no walking. */

#pragma once

#include "text/base.h"
#include "text/graph.h"

typedef struct CoquillImport CoquillImport;

/**
 * CoquillImportFunc:
 * @piece: the items that are about to be appended
 * @linear: their parents are the whole frontier
 * @parents: local versions, ascending
 *
 * A last check, before the items are in.
 */
typedef bool (*CoquillImportFunc) (CoquillImport *import,
                                   const CoquillGraphPiece *piece,
                                   bool linear,
                                   const uint64_t *parents,
                                   size_t n_parents);

/**
 * CoquillImportedFunc:
 *
 * The items are in. @piece has their local version and id.
 */
typedef bool (*CoquillImportedFunc) (CoquillImport *import, const CoquillGraphPiece *piece, bool linear);

/**
 * CoquillImport:
 * @graph: where to
 * @base: (nullable): the snapshot at which the graph starts
 * @change: what
 * @limits: (nullable): per agent of the graph, behind the last item to take; what is beyond is left out, and
 * no agent is added
 * @appending: (nullable): see above
 * @appended: (nullable): see above
 * @data: for these
 * @error: filled on failure, also by the functions
 *
 * An import of a change. The caller marks the graph before, and goes back to the mark if it fails.
 */
struct CoquillImport
{
  CoquillGraph *graph;
  const CoquillBase *base;
  const CoquillChange *change;
  const uint64_t *limits;
  CoquillImportFunc appending;
  CoquillImportedFunc appended;
  void *data;
  CoquillTextError *error;

  /*< private >*/
  uint32_t *agents; /* local index of each of the change's agents, or UINT32_MAX */
};

/**
 * coquill_import_run:
 *
 * O(log n) per operation, plus its bytes and the runs between it and its author's item before.
 *
 * Returns: false if the change was refused; the graph then has some of it
 */
bool
coquill_import_run (CoquillImport *self);
