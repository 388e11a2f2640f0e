/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-hand.c: which leaf of a rope is in hand, and ways to others. */

#include "text/rope-private.h"

/* A leaf that holds less than this when the hand leaves it is merged with a neighbour, if they fit together.
 */
#define SMALL_BYTES (COQUILL_ROPE_LEAF_BYTES / 4)

/* The child of the character at @point, or the last one if there is none. Without a branch that could be
 * guessed wrongly. */
static unsigned
choose_child (const CoquillRopeInner *inner, uint64_t point)
{
  unsigned i = 0, n = 0;

  for (unsigned end = COQUILL_ROPE_GROUP; end < COQUILL_ROPE_FANOUT; end += COQUILL_ROPE_GROUP)
    i += inner->ends[end - 1] <= point;
  i *= COQUILL_ROPE_GROUP;
  for (unsigned j = 0; j < COQUILL_ROPE_GROUP; j++)
    n += inner->ends[i + j] <= point;
  return i + n < inner->n ? i + n : inner->n - 1;
}

/* Goes down from the root, or from the lowest node of the path that has the character, if the path @leads
 * anywhere. */
static void
go (const CoquillRope *self, CoquillRopePath *path, uint64_t position, bool leads)
{
  unsigned level = leads && self->depth > 0 ? self->depth - 1 : 0;
  void *node = self->root;
  uint64_t start = 0;

  while (level > 0
         && position - path->steps[level].start >= coquill_rope_inner_points (path->steps[level].node))
    level--;
  if (level > 0)
    {
      node = path->steps[level].node;
      start = path->steps[level].start;
    }
  for (; level < self->depth; level++)
    {
      CoquillRopeInner *inner = node;
      unsigned i = choose_child (inner, position - start);

      path->steps[level] = (CoquillRopeStep){ inner, i, start };
      start += coquill_rope_inner_start (inner, i);
      node = inner->children[i];
    }
  path->leaf = node;
  path->start = start;
}

void
coquill_rope_settle (CoquillRope *self)
{
  uint32_t points = coquill_rope_leaf_points (self->hand.leaf);

  if (points == self->counted)
    return;
  for (unsigned level = 0; level < self->depth; level++)
    {
      CoquillRopeInner *inner = self->hand.steps[level].node;

      for (unsigned i = self->hand.steps[level].index; i < inner->n; i++)
        inner->ends[i] += (uint64_t)points - self->counted;
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
coquill_rope_own_hand (CoquillRope *self)
{
  CoquillRopeLeaf *leaf = coquill_rope_leaf_own (self->hand.leaf);
  const CoquillRopeStep *step = &self->hand.steps[self->depth - (self->depth > 0)];

  self->hand.leaf = leaf;
  if (self->depth > 0)
    step->node->children[step->index] = leaf;
  else
    self->root = leaf;
}

void
coquill_rope_seek (CoquillRope *self, uint64_t position)
{
  bool small = coquill_rope_leaf_bytes (self->hand.leaf) < SMALL_BYTES;

  coquill_rope_put_down (self);
  go (self, &self->hand, position, !small || !coquill_rope_shrink (self));
  coquill_rope_take_up (self);
  if (self->hand.leaf->lent != NULL)
    coquill_rope_own_hand (self);
}

void
coquill_rope_find (CoquillRope *self, CoquillRopePath *path, uint64_t position)
{
  coquill_rope_settle (self);
  path->leaf = self->hand.leaf;
  path->start = self->hand.start;
  for (unsigned level = 0; level < self->depth; level++)
    path->steps[level] = self->hand.steps[level];
  if (position - path->start >= coquill_rope_leaf_points (path->leaf))
    go (self, path, position, true);
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

  path->start += points;
  path->steps[level - 1].index++;
  for (; level < self->depth; level++)
    path->steps[level] = (CoquillRopeStep){
      .node = path->steps[level - 1].node->children[path->steps[level - 1].index],
      .start = path->start,
    };
  path->leaf = path->steps[level - 1].node->children[path->steps[level - 1].index];
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
