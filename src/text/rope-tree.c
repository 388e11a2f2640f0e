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

static uint64_t
sum (const CoquillRopeInner *inner)
{
  uint64_t total = 0;

  for (unsigned i = 0; i < inner->n; i++)
    total += inner->counts[i];
  return total;
}

static void
place_child (CoquillRopeInner *inner, unsigned at, void *child, uint64_t points)
{
  memmove (inner->children + at + 1, inner->children + at, (inner->n - at) * sizeof *inner->children);
  memmove (inner->counts + at + 1, inner->counts + at, (inner->n - at) * sizeof *inner->counts);
  inner->children[at] = child;
  inner->counts[at] = points;
  inner->n++;
}

/* Moves the children from @cut on to a new node. */
static CoquillRopeInner *
split_inner (CoquillRopeInner *inner, unsigned cut)
{
  CoquillRopeInner *right = coquill_allocate (sizeof (CoquillRopeInner));

  right->n = inner->n - cut;
  memcpy (right->children, inner->children + cut, right->n * sizeof *inner->children);
  memcpy (right->counts, inner->counts + cut, right->n * sizeof *inner->counts);
  inner->n = cut;
  return right;
}

static void
grow_root (CoquillRope *self, uint64_t left_points, void *right, uint64_t right_points, bool follow)
{
  CoquillRopeInner *root = coquill_allocate (sizeof (CoquillRopeInner));

  assert (self->depth < COQUILL_ROPE_MAX_DEPTH);
  root->n = 2;
  root->children[0] = self->root;
  root->counts[0] = left_points;
  root->children[1] = right;
  root->counts[1] = right_points;
  memmove (self->hand.steps + 1, self->hand.steps, self->depth * sizeof *self->hand.steps);
  self->hand.steps[0] = (CoquillRopeStep){ root, follow ? 1 : 0 };
  self->root = root;
  self->depth++;
}

/* Puts @leaf behind the leaf that the path leads to, which counts as it should, and makes the path lead to
 * the one or to the other. */
static void
place_leaf (CoquillRope *self, CoquillRopeLeaf *leaf, uint64_t left_points, bool follow)
{
  void *child = leaf;
  uint64_t points = coquill_rope_leaf_points (leaf);

  for (unsigned level = self->depth; level-- > 0;)
    {
      CoquillRopeStep *step = &self->hand.steps[level];
      CoquillRopeInner *inner = step->node;
      CoquillRopeInner *right = NULL;
      unsigned at = step->index + 1;

      inner->counts[step->index] = left_points;
      step->index += follow;
      if (inner->n == COQUILL_ROPE_FANOUT)
        {
          /* Text that grows at its end leaves full nodes behind. */
          unsigned cut = at == COQUILL_ROPE_FANOUT ? at : COQUILL_ROPE_FANOUT / 2;

          right = split_inner (inner, cut);
          if (at > cut || right->n == 0)
            place_child (right, at - cut, child, points);
          else
            place_child (inner, at, child, points);
          if (step->index >= inner->n)
            *step = (CoquillRopeStep){ right, step->index - inner->n };
        }
      else
        place_child (inner, at, child, points);

      if (right == NULL)
        {
          while (level-- > 0)
            self->hand.steps[level].node->counts[self->hand.steps[level].index]
                += coquill_rope_leaf_points (leaf);
          return;
        }

      left_points = sum (inner);
      child = right;
      points = sum (right);
      follow = step->node == right;
    }

  grow_root (self, left_points, child, points, follow);
}

void
coquill_rope_add_leaf (CoquillRope *self, CoquillRopeLeaf *leaf, bool follow)
{
  uint32_t left_points = coquill_rope_leaf_points (self->hand.leaf);

  coquill_rope_put_down (self);
  self->other_points += coquill_rope_leaf_points (leaf);
  self->other_bytes += coquill_rope_leaf_bytes (leaf);
  place_leaf (self, leaf, left_points, follow);
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
  CoquillRopeLeaf *leaf = self->hand.leaf, *sibling = coquill_rope_hand_sibling (self, side);
  uint64_t points = side < 0 ? leaf->front_points : leaf->back_points;

  coquill_rope_put_down (self);
  step->node->counts[step->index] -= points;
  if (side < 0)
    {
      step->index--;
      self->hand.start -= coquill_rope_leaf_points (sibling);
      coquill_rope_leaf_give_front (leaf, sibling);
    }
  else
    {
      step->index++;
      coquill_rope_leaf_give_back (leaf, sibling);
      self->hand.start += coquill_rope_leaf_points (leaf);
    }
  step->node->counts[step->index] += points;
  self->hand.leaf = sibling;
  coquill_rope_take_up (self);
}

/* Takes the child at @at out of the node; it has been freed. */
static void
forget_child (CoquillRopeInner *inner, unsigned at)
{
  inner->n--;
  memmove (inner->children + at, inner->children + at + 1, (inner->n - at) * sizeof *inner->children);
  memmove (inner->counts + at, inner->counts + at + 1, (inner->n - at) * sizeof *inner->counts);
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
  memcpy (left->children + left->n, right->children, right->n * sizeof *right->children);
  memcpy (left->counts + left->n, right->counts, right->n * sizeof *right->counts);
  left->n += right->n;
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
          moved = true;
          continue;
        }
      else
        break;

      parent->counts[index] += parent->counts[index + 1];
      forget_child (parent, index + 1);
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
