/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-tree.c: adding and removing leaves of a rope. */

#include "text/rope-private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

/* Two neighbours are merged when they fill no more than this of one node, so that the next insertion does not
 * split it again. */
#define MERGED_BYTES (COQUILL_ROPE_LEAF_BYTES * 3 / 4)
#define MERGED_CHILDREN (COQUILL_ROPE_FANOUT * 3 / 4)

static CoquillRopeInner *
inner_new (void)
{
  CoquillRopeInner *self = coquill_allocate (sizeof *self);

  for (unsigned i = 0; i < COQUILL_ROPE_FANOUT; i++)
    self->ends[i] = UINT64_MAX;
  return self;
}

/* Adds to what the child has, modulo 2^64. */
static void
add_points (CoquillRopeInner *inner, unsigned child, uint64_t points)
{
  for (unsigned i = child; i < inner->n; i++)
    inner->ends[i] += points;
}

static void
place_child (CoquillRopeInner *inner, unsigned at, void *child, uint64_t points)
{
  uint64_t start = coquill_rope_inner_start (inner, at);

  memmove (inner->children + at + 1, inner->children + at, (inner->n - at) * sizeof *inner->children);
  memmove (inner->ends + at + 1, inner->ends + at, (inner->n - at) * sizeof *inner->ends);
  inner->children[at] = child;
  inner->ends[at] = start;
  inner->n++;
  add_points (inner, at, points);
}

/* Puts the children from @from on behind those of @to. */
static void
move_children (CoquillRopeInner *inner, unsigned from, CoquillRopeInner *to)
{
  uint64_t shift = coquill_rope_inner_points (to) - coquill_rope_inner_start (inner, from);

  memcpy (to->children + to->n, inner->children + from, (inner->n - from) * sizeof *inner->children);
  for (unsigned i = from; i < inner->n; i++)
    {
      to->ends[to->n++] = inner->ends[i] + shift;
      inner->ends[i] = UINT64_MAX;
    }
  inner->n = from;
}

static void
grow_root (CoquillRope *self, void *right, uint64_t right_points, bool follow)
{
  CoquillRopeInner *root = inner_new ();

  assert (self->depth < COQUILL_ROPE_MAX_DEPTH);
  place_child (root, 0, self->root, self->other_points - right_points);
  place_child (root, 1, right, right_points);
  memmove (self->hand.steps + 1, self->hand.steps, self->depth * sizeof *self->hand.steps);
  self->hand.steps[0] = (CoquillRopeStep){ root, follow ? 1 : 0, 0 };
  self->root = root;
  self->depth++;
}

/* Makes room for a child at @at by moving the children from there, or from the middle, to a new node.
 * Returns: that */
static CoquillRopeInner *
split_inner (CoquillRopeInner *inner, unsigned at)
{
  CoquillRopeInner *right = inner_new ();

  /* Text that grows at its end leaves full nodes behind. */
  move_children (inner, at == COQUILL_ROPE_FANOUT ? at : COQUILL_ROPE_FANOUT / 2, right);
  return right;
}

/* Puts @leaf behind the leaf that the path leads to, and makes the path lead to the one or to the other. */
static void
place_leaf (CoquillRope *self, CoquillRopeLeaf *leaf, bool follow)
{
  uint32_t leaf_points = coquill_rope_leaf_points (leaf);
  void *child = leaf;
  uint64_t points = leaf_points;
  unsigned level = self->depth;

  while (child != NULL && level > 0)
    {
      CoquillRopeStep *step = &self->hand.steps[--level];
      CoquillRopeInner *inner = step->node, *right = NULL;
      unsigned at = step->index + 1;

      /* What was moved out of the child before went to the new one. */
      add_points (inner, step->index, leaf_points - points);
      if (inner->n == COQUILL_ROPE_FANOUT)
        right = split_inner (inner, at);
      if (at > inner->n || (right != NULL && right->n == 0))
        place_child (right, at - inner->n, child, points);
      else
        place_child (inner, at, child, points);

      step->index += follow;
      follow = step->index >= inner->n;
      if (follow)
        {
          step->start += coquill_rope_inner_points (inner);
          step->index -= inner->n;
          step->node = right;
        }
      child = right;
      points = right != NULL ? coquill_rope_inner_points (right) : 0;
    }

  if (child != NULL)
    grow_root (self, child, points, follow);
  else
    while (level-- > 0)
      add_points (self->hand.steps[level].node, self->hand.steps[level].index, leaf_points);
}

void
coquill_rope_add_leaf (CoquillRope *self, CoquillRopeLeaf *leaf, bool follow)
{
  uint32_t left_points = coquill_rope_leaf_points (self->hand.leaf);

  coquill_rope_put_down (self);
  self->other_points += coquill_rope_leaf_points (leaf);
  self->other_bytes += coquill_rope_leaf_bytes (leaf);
  place_leaf (self, leaf, follow);
  if (follow)
    {
      self->hand.leaf = leaf;
      self->hand.start += left_points;
    }
  coquill_rope_take_up (self);
}

void
coquill_rope_lean (CoquillRope *self, int side)
{
  CoquillRopeStep *step = &self->hand.steps[self->depth - 1];
  CoquillRopeLeaf *leaf = self->hand.leaf;
  CoquillRopeLeaf *sibling = coquill_rope_leaf_own (coquill_rope_hand_sibling (self, side));
  uint64_t points = side < 0 ? leaf->front_points : leaf->back_points;

  coquill_rope_put_down (self);
  if (side < 0)
    {
      step->index--;
      step->node->ends[step->index] += points;
      self->hand.start -= coquill_rope_leaf_points (sibling);
      coquill_rope_leaf_give_front (leaf, sibling);
    }
  else
    {
      step->node->ends[step->index] -= points;
      step->index++;
      coquill_rope_leaf_give_back (leaf, sibling);
      self->hand.start += coquill_rope_leaf_points (leaf);
    }
  step->node->children[step->index] = sibling;
  self->hand.leaf = sibling;
  coquill_rope_take_up (self);
}

/* Takes the second of two merged neighbours, @at and @at + 1, out of the node; it has been freed. */
static void
forget_second (CoquillRopeInner *inner, unsigned at)
{
  inner->n--;
  memmove (inner->children + at + 1, inner->children + at + 2, (inner->n - at - 1) * sizeof *inner->children);
  memmove (inner->ends + at, inner->ends + at + 1, (inner->n - at) * sizeof *inner->ends);
  inner->ends[inner->n] = UINT64_MAX;
}

/* Makes one of two neighbours, @at and @at + 1 below @parent, if they fit together: it has the first one's
 * place, and the second one's is to be forgotten. */
static bool
merge_leaves (CoquillRopeInner *parent, unsigned at)
{
  CoquillRopeLeaf *left = parent->children[at], *right = parent->children[at + 1];
  uint32_t left_bytes = coquill_rope_leaf_bytes (left), right_bytes = coquill_rope_leaf_bytes (right);

  if (left_bytes == 0)
    {
      parent->children[at] = right;
      free (left);
      return true;
    }
  if (right_bytes > 0)
    {
      if (left_bytes + right_bytes > MERGED_BYTES)
        return false;
      parent->children[at] = left = coquill_rope_leaf_own (left);
      right = coquill_rope_leaf_own (right);
      coquill_rope_leaf_move_gap (right, coquill_rope_leaf_points (right));
      coquill_rope_leaf_give_front (right, left);
    }
  free (right);
  return true;
}

static bool
merge_inners (CoquillRopeInner *parent, unsigned at)
{
  CoquillRopeInner *left = parent->children[at], *right = parent->children[at + 1];

  if (left->n + right->n > MERGED_CHILDREN && left->n > 0 && right->n > 0)
    return false;
  move_children (right, 0, left);
  free (right);
  return true;
}

bool
coquill_rope_shrink (CoquillRope *self)
{
  bool empty = coquill_rope_leaf_bytes (self->hand.leaf) == 0, moved = false;

  for (unsigned level = self->depth; level-- > 0;)
    {
      CoquillRopeInner *parent = self->hand.steps[level].node;
      unsigned index = self->hand.steps[level].index;
      bool lowest = level + 1 == self->depth;
      bool (*merge) (CoquillRopeInner *, unsigned) = lowest ? merge_leaves : merge_inners;

      if (!lowest)
        {
          unsigned n = ((CoquillRopeInner *)parent->children[index])->n;

          if (n >= COQUILL_ROPE_FANOUT / 2)
            break;
          empty = n == 0;
        }

      if (index + 1 < parent->n && merge (parent, index))
        ;
      else if (index > 0 && merge (parent, index - 1))
        index--;
      else if (parent->n == 1 && empty)
        {
          /* An only child that is empty: its parent is now empty as well. */
          free (parent->children[0]);
          parent->n = 0;
          parent->ends[0] = UINT64_MAX;
          moved = true;
          continue;
        }
      else
        break;

      forget_second (parent, index);
      moved = true;
    }

  while (self->depth > 0 && ((CoquillRopeInner *)self->root)->n == 1)
    {
      CoquillRopeInner *root = self->root;

      self->root = root->children[0];
      self->depth--;
      moved = true;
      free (root);
    }
  return moved;
}

/* Recursion no deeper than COQUILL_ROPE_MAX_DEPTH. */
static void
free_node (void *node, unsigned depth)
{
  if (depth > 0)
    {
      CoquillRopeInner *inner = node;

      for (unsigned i = 0; i < inner->n; i++)
        free_node (inner->children[i], depth - 1);
    }
  free (node);
}

void
coquill_rope_free_nodes (CoquillRope *self)
{
  free_node (self->root, self->depth);
}
