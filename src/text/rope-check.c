/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-check.c: whether a rope is as rope.h says. */

#include "text/rope-private.h"

/* What has been seen so far of one rope. */
typedef struct
{
  const CoquillRope *rope;
  uint64_t points;
  size_t bytes;
} Walk;

static bool
check_leaf (Walk *walk, const CoquillRopeLeaf *leaf, bool in_hand)
{
  const CoquillRope *rope = walk->rope;

  if (in_hand && (leaf != rope->hand.leaf || rope->hand.start != walk->points))
    return false;
  if (!in_hand && coquill_rope_leaf_bytes (leaf) == 0)
    return false;
  walk->points += coquill_rope_leaf_points (leaf);
  walk->bytes += coquill_rope_leaf_bytes (leaf);
  return coquill_rope_leaf_check (leaf);
}

/* Recursion no deeper than COQUILL_ROPE_MAX_DEPTH. */
static bool
check_node (Walk *walk, const void *node, unsigned level, bool in_hand)
{
  const CoquillRope *rope = walk->rope;

  if (level == rope->depth)
    return check_leaf (walk, node, in_hand);

  const CoquillRopeInner *inner = node;
  const CoquillRopeStep *step = &rope->hand.steps[level];
  uint64_t start = walk->points, uncounted = 0;

  if (inner->n < (level == 0 ? 2 : 1) || inner->n > COQUILL_ROPE_FANOUT)
    return false;
  if (in_hand && (step->node != inner || step->start != start || step->index >= inner->n))
    return false;
  for (unsigned i = 0; i < inner->n; i++)
    {
      bool child_in_hand = in_hand && step->index == i;

      if (!check_node (walk, inner->children[i], level + 1, child_in_hand))
        return false;
      if (child_in_hand)
        uncounted = (uint64_t)coquill_rope_leaf_points (rope->hand.leaf) - rope->counted;
      if (walk->points - start != inner->ends[i] + uncounted)
        return false;
    }
  for (unsigned i = inner->n; i < COQUILL_ROPE_FANOUT; i++)
    if (inner->ends[i] != UINT64_MAX)
      return false;
  return true;
}

bool
coquill_rope_check (const CoquillRope *self)
{
  Walk walk = { self, 0, 0 };

  return check_node (&walk, self->root, 0, true) && walk.points == coquill_rope_length (self)
         && walk.bytes == coquill_rope_bytes (self);
}
