/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.h: replays the event graph and tells what concurrent items do to the text. */

#pragma once

#include "text/delta-list.h"
#include "text/span-tree.h"

/*
 * The walker of Eg-walker (Gentle and Kleppmann, EuroSys 2025). It goes through the items in the order of
 * their local versions. An item's position is meant in the text of its parents, so the walker keeps the
 * characters in two versions at once: the prepared version, which it moves to an item's parents by retreating
 * and advancing what lies between, and the effect version, of all items walked so far, which says where in
 * the text here the item takes effect.
 *
 * Concurrent insertions at one place are ordered by FugueMax (Weidner and Kleppmann, "The Art of the Fugue",
 * 2023), in the equivalent form of YjsMod: by origin left, origin right, then agent.
 *
 * Deletions are remembered with the character that they took away and, per deletion, with how many
 * restorations name it in either version. A deletion stands while there are none; a character is visible
 * while no deletion of it stands.
 *
 * A walker starts with nothing, or with the visible text of a snapshot as characters that have always been
 * there. Those that were deleted below it aren't there: everything that comes later has the whole snapshot
 * among its ancestors, so none of it can tell, unless it restores one of them.
 */
typedef struct
{
  const CoquillGraph *graph;
  const CoquillBase *base; /* (nullable): where the text of a snapshot is */
  CoquillSpanTree *tree;
  struct CoquillRangeMap *targets; /* deletion to character: see coquill_walker_target() */
  struct CoquillRangeMap *cancels; /* deletion to its restorations: prepared << 32 | effect */
  uint64_t first;                  /* local versions below were in the text from which it started */
  uint64_t end;                    /* local versions below have been walked */
  uint64_t *prepared;              /* heads of the prepared version, ascending */
  size_t n_prepared;
  size_t prepared_capacity;
  CoquillGraphDifference difference;
} CoquillWalker;

/**
 * coquill_walker_new:
 * @graph: outlives the walker
 * @base: (nullable): start with the text of this snapshot; outlives the walker
 *
 * Returns: (transfer full): a walker that hasn't walked anything
 */
CoquillWalker *
coquill_walker_new (const CoquillGraph *graph, const CoquillBase *base);

/**
 * coquill_walker_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_walker_free (CoquillWalker *self);

/**
 * coquill_walker_walk:
 * @end: walk the items that come before this local version
 * @deltas: (nullable): where to add what they do to the text
 * @error: filled if an item is impossible; the walker is then of no further use
 *
 * O(log n) per operation, and per operation between the versions of one item and the next.
 *
 * Returns: false if an item has a position outside its text or restores what the walker doesn't know
 */
bool
coquill_walker_walk (CoquillWalker *self, uint64_t end, CoquillDeltaList *deltas, CoquillTextError *error);

/**
 * coquill_walker_target:
 * @deletion: id of a deletion that was walked
 * @length: (inout): deletions asked for; those of which the targets follow on
 * @target: (out): the first one's character, that with the lowest id if @backward
 * @backward: (out): the targets' ids descend
 *
 * Returns: false if the walker doesn't know the deletion
 */
bool
coquill_walker_target (
    const CoquillWalker *self, CoquillId deletion, uint64_t *length, CoquillId *target, bool *backward);
