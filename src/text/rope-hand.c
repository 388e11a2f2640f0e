/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-hand.c: which leaf of a rope is in hand, and ways to others. */

#include "text/rope-private.h"

/* A leaf that holds less than this when the hand leaves it is merged with a neighbour, if they fit together.
 */
#define SMALL_BYTES (COQUILL_ROPE_LEAF_BYTES / 4)

/* Goes down from the root. Where two leaves meet it takes the one before if @before, else the one behind, if
 * there is one. */
static void
descend (const CoquillRope *self, CoquillRopePath *path, uint64_t position, bool before)
{
  void *node = self->root;
  uint64_t start = 0;

  for (unsigned level = 0; level < self->depth; level++)
    {
      CoquillRopeInner *inner = node;
      unsigned i = 0;

      while (i + 1 < inner->n && position - start >= inner->counts[i] + before)
        start += inner->counts[i++];
      path->steps[level] = (CoquillRopeStep){ inner, i };
      node = inner->children[i];
    }
  path->leaf = node;
  path->start = start;
}

/* Goes sideways, below the path's lowest node. Returns: false if @position may be below another */
static bool
go_sideways (const CoquillRope *self, CoquillRopePath *path, uint64_t position, bool before)
{
  if (self->depth == 0)
    return true;

  CoquillRopeStep *step = &path->steps[self->depth - 1];
  CoquillRopeInner *inner = step->node;
  uint64_t start = path->start;
  unsigned i = step->index;

  if (position < start)
    while (i > 0 && position < start + before)
      start -= inner->counts[--i];
  else
    while (i + 1 < inner->n && position - start >= inner->counts[i] + before)
      start += inner->counts[i++];
  if (position < start || position - start >= inner->counts[i] + before)
    return false;

  step->index = i;
  path->leaf = inner->children[i];
  path->start = start;
  return true;
}

void
coquill_rope_settle (CoquillRope *self)
{
  uint32_t points = coquill_rope_leaf_points (self->hand.leaf);

  if (points == self->counted)
    return;
  for (unsigned level = 0; level < self->depth; level++)
    {
      CoquillRopeStep *step = &self->hand.steps[level];

      step->node->counts[step->index] += (uint64_t)points - self->counted;
    }
  self->counted = points;
}

void
coquill_rope_put_down (CoquillRope *self)
{
  coquill_rope_settle (self);
  self->other_points += coquill_rope_leaf_points (self->hand.leaf);
  self->other_bytes += coquill_rope_leaf_bytes (self->hand.leaf);
}

void
coquill_rope_take_up (CoquillRope *self)
{
  self->counted = coquill_rope_leaf_points (self->hand.leaf);
  self->other_points -= self->counted;
  self->other_bytes -= coquill_rope_leaf_bytes (self->hand.leaf);
}

void
coquill_rope_seek (CoquillRope *self, uint64_t position, bool before)
{
  bool moved = false;

  coquill_rope_put_down (self);
  if (coquill_rope_leaf_bytes (self->hand.leaf) < SMALL_BYTES)
    moved = coquill_rope_shrink (self);
  if (moved || !go_sideways (self, &self->hand, position, before))
    descend (self, &self->hand, position, before);
  coquill_rope_take_up (self);
}

void
coquill_rope_find (CoquillRope *self, CoquillRopePath *path, uint64_t position)
{
  coquill_rope_settle (self);
  path->leaf = self->hand.leaf;
  path->start = self->hand.start;
  for (unsigned level = 0; level < self->depth; level++)
    path->steps[level] = self->hand.steps[level];
  if (position - path->start >= coquill_rope_leaf_points (path->leaf)
      && !go_sideways (self, path, position, false))
    descend (self, path, position, false);
}

bool
coquill_rope_path_next (const CoquillRope *self, CoquillRopePath *path)
{
  unsigned level = self->depth;
  uint32_t points = coquill_rope_leaf_points (path->leaf);

  while (level > 0 && path->steps[level - 1].index + 1 == path->steps[level - 1].node->n)
    level--;
  if (level == 0)
    return false;

  path->steps[level - 1].index++;
  for (; level < self->depth; level++)
    path->steps[level]
        = (CoquillRopeStep){ path->steps[level - 1].node->children[path->steps[level - 1].index], 0 };
  path->leaf = path->steps[level - 1].node->children[path->steps[level - 1].index];
  path->start += points;
  return true;
}

CoquillRopeLeaf *
coquill_rope_hand_sibling (const CoquillRope *self, int side)
{
  if (self->depth == 0)
    return NULL;

  const CoquillRopeStep *step = &self->hand.steps[self->depth - 1];

  if ((side < 0 && step->index == 0) || (side > 0 && step->index + 1 == step->node->n))
    return NULL;
  return step->node->children[side < 0 ? step->index - 1 : step->index + 1];
}
