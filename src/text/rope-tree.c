/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-tree.c: finding, adding and removing leaves of a rope. */

#include "text/rope-private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/utf8.h"

/* Two neighbours that shrink are merged when they fill no more than this of one node, so that the next
 * insertion does not split it again. */
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

/* Goes down to the leaf around @position. Where two leaves meet it takes the one before if @before, else the
 * one behind, if there is one. */
static void
descend (CoquillRope *self, uint64_t position, bool before)
{
  void *node = self->root;
  uint64_t start = 0;

  for (unsigned level = 0; level < self->depth; level++)
    {
      CoquillRopeInner *inner = node;
      unsigned i = 0;

      while (i + 1 < inner->n && position - start >= inner->counts[i] + before)
        start += inner->counts[i++];
      self->path[level] = (CoquillRopeStep){ inner, i };
      node = inner->children[i];
    }
  self->leaf = node;
  self->start = start;
}

void
coquill_rope_seek (CoquillRope *self, uint64_t position, bool before)
{
  if (self->leaf == NULL || position < self->start
      || position - self->start >= (uint64_t)self->leaf->code_points + before)
    descend (self, position, before);
}

/* Moves the path to the next leaf; false at the end. */
bool
coquill_rope_next_leaf (CoquillRope *self)
{
  unsigned level = self->depth;

  while (level > 0 && self->path[level - 1].index + 1 == self->path[level - 1].node->n)
    level--;
  if (level == 0)
    return false;

  self->start += self->leaf->code_points;
  self->path[level - 1].index++;
  for (; level < self->depth; level++)
    self->path[level]
        = (CoquillRopeStep){ self->path[level - 1].node->children[self->path[level - 1].index], 0 };
  self->leaf = self->path[level - 1].node->children[self->path[level - 1].index];
  return true;
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
  memmove (self->path + 1, self->path, self->depth * sizeof *self->path);
  self->path[0] = (CoquillRopeStep){ root, follow ? 1 : 0 };
  self->root = root;
  self->depth++;
}

/* Puts a leaf behind the one that the path leads to and moves the path to it. */
void
coquill_rope_insert_leaf (CoquillRope *self, CoquillRopeLeaf *leaf)
{
  void *child = leaf;
  uint64_t points = leaf->code_points;
  uint64_t left_points = self->leaf->code_points; /* of the node before child */
  bool follow = true; /* the path leads through child, not through the one before */

  self->start += self->leaf->code_points;
  self->leaf = leaf;

  for (unsigned level = self->depth; level-- > 0;)
    {
      CoquillRopeStep *step = &self->path[level];
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
            self->path[level].node->counts[self->path[level].index] += leaf->code_points;
          return;
        }

      left_points = sum (inner);
      child = right;
      points = sum (right);
      follow = step->node == right;
    }

  grow_root (self, left_points, child, points, follow);
}

/* Adds to the counts along the path. */
void
coquill_rope_add_points (CoquillRope *self, uint64_t points)
{
  for (unsigned level = 0; level < self->depth; level++)
    self->path[level].node->counts[self->path[level].index] += points;
}

/* Takes the child at @at out of the node; the child has been freed. */
static void
forget_child (CoquillRopeInner *inner, unsigned at)
{
  inner->n--;
  memmove (inner->children + at, inner->children + at + 1, (inner->n - at) * sizeof *inner->children);
  memmove (inner->counts + at, inner->counts + at + 1, (inner->n - at) * sizeof *inner->counts);
}

/* Appends the second of two neighbours, @at and @at + 1 below @parent, to the first, if they fit together. */
static bool
merge_leaves (CoquillRopeInner *parent, unsigned at)
{
  CoquillRopeLeaf *left = parent->children[at], *right = parent->children[at + 1];
  size_t bytes = (size_t)left->bytes + right->bytes;

  if (bytes > MERGED_BYTES && left->bytes > 0 && right->bytes > 0)
    return false;
  memcpy (left->text + left->bytes, right->text, right->bytes);
  left->bytes = (uint16_t)bytes;
  left->code_points += right->code_points;
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

/* After something was deleted from the leaf of the path: merges small neighbours, from the leaf up. */
void
coquill_rope_shrink (CoquillRope *self)
{
  for (unsigned level = self->depth; level-- > 0;)
    {
      CoquillRopeInner *parent = self->path[level].node;
      unsigned index = self->path[level].index;
      bool lowest = level + 1 == self->depth;
      bool (*merge) (CoquillRopeInner *, unsigned) = lowest ? merge_leaves : merge_inners;
      CoquillRopeInner *inner = parent->children[index];

      if (lowest ? self->leaf->bytes >= COQUILL_ROPE_LEAF_BYTES / 2 : inner->n >= COQUILL_ROPE_FANOUT / 2)
        break;

      if (index + 1 < parent->n && merge (parent, index))
        ;
      else if (index > 0 && merge (parent, index - 1))
        index--;
      else if (parent->n == 1 && (lowest ? self->leaf->bytes == 0 : inner->n == 0))
        {
          /* An only child that is empty: its parent is now empty as well. */
          free (parent->children[0]);
          parent->n = 0;
          self->leaf = NULL;
          continue;
        }
      else
        break;

      parent->counts[index] += parent->counts[index + 1];
      forget_child (parent, index + 1);
      self->leaf = NULL;
    }

  while (self->depth > 0 && ((CoquillRopeInner *)self->root)->n == 1)
    {
      CoquillRopeInner *root = self->root;

      self->root = root->children[0];
      self->depth--;
      self->leaf = NULL;
      free (root);
    }
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

static bool
check_node (const void *node, unsigned depth, bool is_root, uint64_t *points, size_t *bytes)
{
  if (depth == 0)
    {
      const CoquillRopeLeaf *leaf = node;
      uint64_t code_points;

      if ((leaf->bytes == 0 && !is_root) || leaf->bytes > COQUILL_ROPE_LEAF_BYTES
          || !coquill_utf8_check (leaf->text, leaf->bytes, &code_points) || code_points != leaf->code_points)
        return false;
      *points += code_points;
      *bytes += leaf->bytes;
      return true;
    }

  const CoquillRopeInner *inner = node;

  if (inner->n < (is_root ? 2 : 1) || inner->n > COQUILL_ROPE_FANOUT)
    return false;
  for (unsigned i = 0; i < inner->n; i++)
    {
      uint64_t below = 0;

      if (!check_node (inner->children[i], depth - 1, false, &below, bytes) || below != inner->counts[i])
        return false;
      *points += below;
    }
  return true;
}

bool
coquill_rope_check (const CoquillRope *self)
{
  uint64_t points = 0;
  size_t bytes = 0;

  return check_node (self->root, self->depth, true, &points, &bytes) && points == self->length
         && bytes == self->bytes;
}
