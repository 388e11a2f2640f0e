/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-tree.c: the B+-tree of the order, and the leaf in hand. */

#include "text/order-private.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS
#define NODE_CHILDREN COQUILL_ORDER_NODE_CHILDREN

/* Who goes on from front to end has so many spans behind the gap, or none: what is left of a text that he
 * goes through. */
#define FEW_BEHIND 2

/* So many leaves out of use are kept for those that come next. */
#define FEW_SPARES 16

static void
empty_leaf (CoquillOrderLeaf *leaf)
{
  memset (leaf, 0, offsetof (CoquillOrderLeaf, spans));
  leaf->gap_end = LEAF_SPANS;
}

CoquillOrderLeaf *
coquill_order_leaf_new (void)
{
  CoquillOrderLeaf *leaf = malloc (sizeof *leaf);

  if (leaf == NULL)
    coquill_out_of_memory ();
  empty_leaf (leaf);
  return leaf;
}

static unsigned
slot_of (const CoquillOrderNode *parent, void *child, bool is_leaf)
{
  return coquill_order_slot (
      parent, child, is_leaf ? &((CoquillOrderLeaf *)child)->slot : &((CoquillOrderNode *)child)->slot);
}

static void
set_parent (void *child, bool is_leaf, CoquillOrderNode *parent, unsigned slot)
{
  if (is_leaf)
    {
      ((CoquillOrderLeaf *)child)->parent = parent;
      ((CoquillOrderLeaf *)child)->slot = slot;
    }
  else
    {
      ((CoquillOrderNode *)child)->parent = parent;
      ((CoquillOrderNode *)child)->slot = slot;
    }
}

void
coquill_order_tell (CoquillOrder *self)
{
  CoquillOrderNode *node = self->leaf->parent;
  uint64_t by = self->leaf_width - self->leaf->width; /* modulo 2^64 */

  if (by == 0)
    return;
  self->leaf->width += by;
  self->width += by;
  if (node == NULL)
    return;
  node->widths[slot_of (node, self->leaf, true)] += by;
  for (CoquillOrderNode *parent; (parent = node->parent) != NULL; node = parent)
    parent->widths[slot_of (parent, node, false)] += by;
}

void
coquill_order_take (CoquillOrder *self, CoquillOrderLeaf *leaf, uint64_t before)
{
  coquill_order_tell (self);
  if (leaf != self->leaf)
    {
      self->other = self->leaf;
      self->other_before = self->before;
      self->taken_width = leaf->width;
    }
  self->leaf = leaf;
  self->leaf_width = leaf->width;
  self->before = before;
}

/* Goes back to the leaf that was in hand before, if it has the visible character at position - 1. */
static bool
take_other (CoquillOrder *self, uint64_t position)
{
  uint64_t before = self->other_before;

  if (self->other == NULL || self->before == COQUILL_ORDER_UNKNOWN || before == self->before)
    return false;
  if (before > self->before)
    before += self->leaf_width - self->taken_width;
  if (position - 1 - before >= self->other->width)
    return false;
  coquill_order_take (self, self->other, before);
  return true;
}

#define SEVERAL 4 /* divides NODE_CHILDREN */

static inline uint64_t
sum_widths (const uint64_t *widths)
{
  return widths[0] + widths[1] + widths[2] + widths[3];
}

void
coquill_order_reach (CoquillOrder *self, uint64_t position)
{
  CoquillOrderLeaf *leaf = self->leaf;
  void *node = self->root;
  uint64_t before = 0;

  /* Unknown places are far from all positions. */
  if (position - 1 - self->before < self->leaf_width)
    return;
  if (leaf->next != NULL && position - 1 - (self->before + self->leaf_width) < leaf->next->width)
    {
      coquill_order_take (self, leaf->next, self->before + self->leaf_width);
      return;
    }
  if (leaf->previous != NULL && self->before - position < leaf->previous->width)
    {
      coquill_order_take (self, leaf->previous, self->before - leaf->previous->width);
      return;
    }
  if (take_other (self, position))
    return;

  coquill_order_tell (self);
  for (unsigned level = self->height; level > 0; level--)
    {
      const CoquillOrderNode *parent = node;
      unsigned slot = 0;
      uint64_t several;

      /* Several at once, of which the last may be none: what is read there is too much, if anything. */
      while (position - before > (several = sum_widths (&parent->widths[slot])))
        {
          before += several;
          slot += SEVERAL;
        }
      while (position - before > parent->widths[slot])
        before += parent->widths[slot++];
      node = parent->children[slot];
    }
  coquill_order_take (self, node, before);
}

/* Puts in a node or leaf behind the one from which it was split. What lies above @left is wide enough for
 * both already. */
static void
add_behind (CoquillOrder *self, void *left, void *right, uint64_t right_width, CoquillOrderNode *parent)
{
  bool is_leaf = true;

  for (;;)
    {
      CoquillOrderNode *node = parent;
      CoquillOrderNode *sibling = NULL;
      unsigned slot;

      if (parent == NULL)
        {
          node = coquill_allocate (sizeof *node);
          node->n_children = 1;
          node->children[0] = left;
          node->widths[0] = self->width;
          set_parent (left, is_leaf, node, 0);
          self->root = node;
          self->height++;
        }
      slot = slot_of (node, left, is_leaf);
      node->widths[slot] -= right_width;
      slot++;

      if (node->n_children == NODE_CHILDREN)
        {
          /* Who builds from front to end leaves full nodes behind. */
          bool at_end = slot == NODE_CHILDREN && self->last->parent == node;
          unsigned cut = at_end ? NODE_CHILDREN : NODE_CHILDREN / 2;

          sibling = coquill_allocate (sizeof *sibling);
          sibling->parent = node->parent;
          sibling->n_children = NODE_CHILDREN - cut;
          node->n_children = cut;
          memcpy (sibling->widths, &node->widths[cut], sibling->n_children * sizeof node->widths[0]);
          memcpy (sibling->children, &node->children[cut], sibling->n_children * sizeof node->children[0]);
          for (unsigned i = 0; i < sibling->n_children; i++)
            set_parent (sibling->children[i], is_leaf, sibling, i);
          if (at_end || slot > cut)
            {
              node = sibling;
              slot -= cut;
            }
        }
      memmove (&node->widths[slot + 1], &node->widths[slot],
               (node->n_children - slot) * sizeof node->widths[0]);
      memmove (&node->children[slot + 1], &node->children[slot],
               (node->n_children - slot) * sizeof node->children[0]);
      node->widths[slot] = right_width;
      node->children[slot] = right;
      node->n_children++;
      set_parent (right, is_leaf, node, slot);
      if (sibling == NULL)
        return;

      left = parent;
      right = sibling;
      right_width = 0;
      for (unsigned i = 0; i < sibling->n_children; i++)
        right_width += sibling->widths[i];
      parent = parent->parent;
      is_leaf = false;
    }
}

/* A leaf got spans from another. */
static void
note_moved (CoquillOrder *self, CoquillOrderLeaf *leaf)
{
  if (self->ids == NULL || leaf->is_moved)
    return;
  self->moved = coquill_grow (self->moved, &self->moved_capacity, self->n_moved + 1, sizeof (void *));
  self->moved[self->n_moved++] = leaf;
  leaf->is_moved = true;
}

/* A leaf behind the one in hand, with nothing in it. */
static CoquillOrderLeaf *
new_leaf (CoquillOrder *self)
{
  CoquillOrderLeaf *leaf = self->spares;

  if (leaf != NULL)
    {
      self->spares = leaf->next;
      self->n_spares--;
    }
  else
    leaf = coquill_order_leaf_new ();
  self->n_leaves++;
  self->other = NULL;
  leaf->previous = self->leaf;
  leaf->next = self->leaf->next;
  if (leaf->next != NULL)
    leaf->next->previous = leaf;
  leaf->previous->next = leaf;
  return leaf;
}

void
coquill_order_add_leaf (CoquillOrder *self)
{
  CoquillOrderLeaf *last = self->last;
  CoquillOrderLeaf *leaf;

  coquill_order_take (self, last, COQUILL_ORDER_UNKNOWN);
  leaf = new_leaf (self);
  add_behind (self, last, leaf, 0, last->parent);
  self->last = leaf;
  coquill_order_take (self, leaf, self->width);
}

void
coquill_order_split (CoquillOrder *self)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderLeaf *right;
  unsigned cut = LEAF_SPANS / 2;

  coquill_order_tell (self);
  right = new_leaf (self);
  if (leaf->gap > cut)
    {
      /* Full leaves are left behind. */
      if (leaf->gap_end >= LEAF_SPANS - FEW_BEHIND)
        cut = leaf->gap - 1;
      right->gap = leaf->gap - cut;
      right->gap_end = leaf->gap_end;
      memcpy (right->spans, &leaf->spans[cut], right->gap * sizeof right->spans[0]);
      memcpy (&right->spans[right->gap_end], &leaf->spans[right->gap_end],
              (LEAF_SPANS - right->gap_end) * sizeof right->spans[0]);
      for (unsigned i = 0; i < right->gap; i++)
        right->gap_width += coquill_order_span_width (&right->spans[i]);
      right->width = leaf->width - leaf->gap_width + right->gap_width;
      leaf->gap = cut;
      leaf->gap_end = LEAF_SPANS;
      leaf->gap_width -= right->gap_width;
    }
  else
    {
      unsigned n_behind;

      if (cut < leaf->gap_end)
        cut = leaf->gap_end;
      n_behind = cut - leaf->gap_end;
      right->gap_end = cut;
      memcpy (&right->spans[cut], &leaf->spans[cut], (LEAF_SPANS - cut) * sizeof right->spans[0]);
      for (unsigned i = cut; i < LEAF_SPANS; i++)
        right->width += coquill_order_span_width (&right->spans[i]);
      memmove (&leaf->spans[LEAF_SPANS - n_behind], &leaf->spans[leaf->gap_end],
               n_behind * sizeof leaf->spans[0]);
      leaf->gap_end = LEAF_SPANS - n_behind;
    }
  leaf->width -= right->width;
  add_behind (self, leaf, right, right->width, leaf->parent);
  if (self->last == leaf)
    self->last = right;
  note_moved (self, right);

  if (right->gap > 0)
    {
      self->leaf = right;
      if (self->before != COQUILL_ORDER_UNKNOWN)
        self->before += leaf->width;
    }
  self->leaf_width = self->leaf->width;
}

static void
remove_child (CoquillOrderNode *node, unsigned slot)
{
  node->n_children--;
  memmove (&node->widths[slot], &node->widths[slot + 1], (node->n_children - slot) * sizeof node->widths[0]);
  memmove (&node->children[slot], &node->children[slot + 1],
           (node->n_children - slot) * sizeof node->children[0]);
}

/* To be called when a node has lost a child: frees it if it is empty, merges it with a neighbour if it is
 * small, and so on upwards. */
static void
shrink_node (CoquillOrder *self, CoquillOrderNode *node)
{
  unsigned level = 1;

  for (CoquillOrderNode *parent = node->parent; parent != NULL; node = parent, parent = node->parent, level++)
    {
      unsigned slot;
      CoquillOrderNode *left, *right;

      if (node->n_children >= NODE_CHILDREN / 4)
        return;
      slot = slot_of (parent, node, false);
      if (node->n_children == 0)
        {
          remove_child (parent, slot);
          free (node);
          continue;
        }
      if (slot + 1 == parent->n_children)
        {
          if (slot == 0)
            return;
          slot--;
        }
      left = parent->children[slot];
      right = parent->children[slot + 1];
      if (left->n_children + right->n_children > NODE_CHILDREN * 3 / 4)
        return;
      memcpy (&left->widths[left->n_children], right->widths, right->n_children * sizeof left->widths[0]);
      memcpy (&left->children[left->n_children], right->children,
              right->n_children * sizeof left->children[0]);
      for (unsigned i = 0; i < right->n_children; i++)
        set_parent (right->children[i], level == 1, left, left->n_children + i);
      left->n_children += right->n_children;
      parent->widths[slot] += parent->widths[slot + 1];
      remove_child (parent, slot + 1);
      free (right);
    }

  while (self->height > 0 && ((CoquillOrderNode *)self->root)->n_children == 1)
    {
      CoquillOrderNode *root = self->root;

      self->root = root->children[0];
      self->height--;
      set_parent (self->root, self->height == 0, NULL, 0);
      free (root);
    }
}

/* Takes an empty leaf, or one that is merged with that before it, out of the tree; it is not in hand. */
static void
remove_leaf (CoquillOrder *self, CoquillOrderLeaf *leaf)
{
  CoquillOrderNode *parent = leaf->parent;

  if (leaf->previous != NULL)
    leaf->previous->next = leaf->next;
  else
    self->first = leaf->next;
  if (leaf->next != NULL)
    leaf->next->previous = leaf->previous;
  else
    self->last = leaf->previous;
  remove_child (parent, slot_of (parent, leaf, true));
  self->n_leaves--;
  self->other = NULL;
  if (self->ids != NULL || self->n_spares < FEW_SPARES)
    {
      empty_leaf (leaf);
      leaf->next = self->spares;
      self->spares = leaf;
      self->n_spares++;
    }
  else
    free (leaf);
  shrink_node (self, parent);
}

/* The right leaf's spans go behind the left one's; both have one parent, and one of them is in hand. */
static void
merge_leaves (CoquillOrder *self, CoquillOrderLeaf *left, CoquillOrderLeaf *right)
{
  CoquillOrderNode *parent = left->parent;
  unsigned i = coquill_order_leaf_first (right);

  coquill_order_tell (self);
  note_moved (self, left);
  parent->widths[slot_of (parent, left, true)] += right->width;
  if (self->leaf == right)
    coquill_order_take (self, left,
                        self->before == COQUILL_ORDER_UNKNOWN ? self->before : self->before - left->width);
  left->width += right->width;
  self->leaf_width = left->width;

  coquill_order_leaf_move_gap (left, coquill_order_leaf_n_spans (left));
  if (coquill_order_follows (&left->spans[left->gap - 1], &right->spans[i]))
    {
      left->spans[left->gap - 1].length += right->spans[i].length;
      left->spans[left->gap - 1].standing = right->spans[i].standing;
      i = coquill_order_leaf_next (right, i);
    }
  for (; i < LEAF_SPANS; i = coquill_order_leaf_next (right, i))
    left->spans[left->gap++] = right->spans[i];
  left->gap_width = left->width;
  remove_leaf (self, right);
}

void
coquill_order_shrink (CoquillOrder *self)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderLeaf *previous = leaf->previous;
  CoquillOrderLeaf *next = leaf->next;
  unsigned n_spans = coquill_order_leaf_n_spans (leaf);

  if (self->height == 0)
    return;
  if (n_spans == 0)
    {
      if (previous != NULL)
        coquill_order_take (self, previous, COQUILL_ORDER_UNKNOWN);
      else
        coquill_order_take (self, next, 0);
      remove_leaf (self, leaf);
    }
  else if (next != NULL && next->parent == leaf->parent
           && n_spans + coquill_order_leaf_n_spans (next) <= LEAF_SPANS * 3 / 4)
    merge_leaves (self, leaf, next);
  else if (previous != NULL && previous->parent == leaf->parent
           && n_spans + coquill_order_leaf_n_spans (previous) <= LEAF_SPANS * 3 / 4)
    merge_leaves (self, previous, leaf);
}
