/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* integrate.h: where an insertion belongs among those that it doesn't know. */

#pragma once

#include "text/graph.h"
#include "text/span-tree.h"

/**
 * coquill_integrate:
 * @graph: for the order of agents
 * @tree: moved to the insertion's parents
 * @position: in the prepared version, at most its width
 * @span: (inout): its id; gets its origins
 *
 * Finds an insertion's origins, and its place among concurrent insertions between the two: the order of
 * FugueMax (Weidner and Kleppmann, "The Art of the Fugue", 2023) by the algorithm of YjsMod (Gentle). O(log
 * n) per span between the origins.
 *
 * Returns: where to put the span
 */
CoquillSpanCursor
coquill_integrate (const CoquillGraph *graph,
                   const CoquillSpanTree *tree,
                   uint64_t position,
                   CoquillSpan *span);
