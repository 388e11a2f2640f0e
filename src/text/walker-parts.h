/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-parts.h: the order in parts, by what was done to them since some version. */

#pragma once

#include "text/walker-known.h"
#include "text/walker.h"

/*
 * What a walk of the items from some version on would tell of their characters, the order tells as well. An
 * insertion goes directly behind its origin left, and behind some of what it doesn't know, but never behind
 * its origin right; and characters stay in the order in which they are. So its origins are the nearest
 * characters, to the left and to the right, that it knows. Nearly all that is older is known: the nearest
 * that is older is found for all parts at once, with a stack; of what is left, a table says who knew it.
 */

/**
 * CoquillWalkerPart:
 * @id: of the first character
 * @last: of the last one
 * @length: characters; but those of older ones that are deleted as before aren't counted
 * @since: 0 if they are older, else the local version of the first one, counted from 1
 * @run: which inserted them, if they aren't older
 * @standing: deletions of them that stand
 * @n_deletions: how many more do than did before; modulo 2^32
 * @newest: no less than the local version of the last item that did something to them, if that came since;
 * else 0
 * @before: the nearest part to the left that was inserted earlier, COQUILL_WALKER_NO_PART if there is none
 * @behind: the same to the right
 *
 * Older characters to which nothing was done; or characters with consecutive ids to which the same was done,
 * of one run if they aren't older.
 */
typedef struct
{
  CoquillId id;
  CoquillId last;
  uint32_t length;
  uint32_t since;
  uint32_t run;
  uint32_t standing;
  uint32_t n_deletions;
  uint32_t newest;
  uint32_t before;
  uint32_t behind;
} CoquillWalkerPart;

#define COQUILL_WALKER_NO_PART UINT32_MAX

/* Whether they are older, and nothing was done to them. */
static inline bool
coquill_walker_part_is_as_before (const CoquillWalkerPart *self)
{
  return self->since == 0 && self->newest == 0;
}

/**
 * CoquillWalkerParts:
 * @parts: in the order of the text
 */
typedef struct
{
  CoquillWalkerPart *parts;
  size_t n_parts;

  /*< private >*/
  const CoquillGraph *graph;
  CoquillWalkerKnown known;
  bool has_known;
  size_t parts_capacity;
  uint64_t n_steps; /* how far one may still go to find origins */
} CoquillWalkerParts;

/**
 * coquill_walker_parts_init:
 * @version: every item from there on has all before it among its ancestors
 * @restored: (nullable): as for coquill_walker_since_init()
 *
 * O(spans of the order), O(n log n) for the items from there on, and what coquill_walker_known_init() takes.
 */
void
coquill_walker_parts_init (CoquillWalkerParts *self,
                           const CoquillWalker *walker,
                           uint64_t version,
                           struct CoquillRangeMap *restored);
void
coquill_walker_parts_clear (CoquillWalkerParts *self);

/**
 * coquill_walker_parts_left:
 * coquill_walker_parts_right:
 * @number: of a part that isn't older
 * @id: (out): the origin left of its first character, or the origin right of all; COQUILL_ID_NONE if it is
 * the start or the end
 *
 * Returns: false if that is too far to look
 */
bool
coquill_walker_parts_left (CoquillWalkerParts *self, uint32_t number, CoquillId *id);
bool
coquill_walker_parts_right (CoquillWalkerParts *self, uint32_t number, CoquillId *id);
