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
 * CoquillLag:
 * @version: local version of items whose parents aren't the whole frontier
 * @lowest_unknown: the lowest local version, at or above the graph's base, that is below @version and not
 * among their ancestors
 *
 * Items that are in one operation and have the one before as parent share the entry of the first.
 */
typedef struct
{
  uint64_t version;
  uint64_t lowest_unknown;
} CoquillLag;

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
 * @lags: (out): what was appended and is concurrent with something here, ascending by version; one entry for
 * each such operation. Kept from import to import; free it with coquill_import_clear()
 * @n_appended: (out): operations that were new, in whole or in part
 *
 * An import of a change. The caller marks the graph before, and goes back to the mark if it fails. It is all
 * linear if it has no lags.
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
  CoquillLag *lags;
  size_t n_lags;
  size_t n_appended;

  /*< private >*/
  uint32_t *agents; /* local index of each of the change's agents, or UINT32_MAX */
  size_t lags_capacity;
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

/**
 * coquill_import_clear:
 *
 * Frees the lags.
 */
void
coquill_import_clear (CoquillImport *self);
