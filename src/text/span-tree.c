/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* span-tree.c: a B+-tree of spans with two widths. */

#include "text/span-tree-private.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

CoquillSpanTree *
coquill_span_tree_new (void)
{
  CoquillSpanTree *self = coquill_allocate (sizeof *self);

  self->first = coquill_allocate (sizeof *self->first);
  self->root = self->first;
  self->leaves = coquill_range_map_new ();
  return self;
}

/* Recursion is bounded by the height, O(log n). */
static void
free_tree (void *node, unsigned height)
{
  if (height > 0)
    for (unsigned i = 0; i < ((CoquillSpanNode *)node)->n_children; i++)
      free_tree (((CoquillSpanNode *)node)->children[i], height - 1);
  free (node);
}

void
coquill_span_tree_free (CoquillSpanTree *self)
{
  if (self == NULL)
    return;
  free_tree (self->root, self->height);
  coquill_range_map_free (self->leaves);
  free (self);
}

/* Adds a signed difference, in arithmetic that wraps around. */
static void
add_width (CoquillSpanTree *self, const CoquillSpanLeaf *leaf, uint64_t prepared, uint64_t effect)
{
  const void *child = leaf;

  if (prepared == 0 && effect == 0)
    return;
  for (CoquillSpanNode *parent = leaf->parent; parent != NULL; parent = parent->parent)
    {
      CoquillSpanWidth *width = &parent->widths[coquill_span_node_index (parent, child)];

      width->prepared += prepared;
      width->effect += effect;
      child = parent;
    }
  self->width.prepared += prepared;
  self->width.effect += effect;
}

static CoquillSpanNode *
split_node (CoquillSpanTree *self, CoquillSpanNode *node);

/* Puts a new child behind another one; the two together are as wide as the one was. */
static void
insert_child (
    CoquillSpanTree *self, void *left, CoquillSpanWidth left_width, void *right, CoquillSpanWidth right_width)
{
  CoquillSpanNode *parent = *(CoquillSpanNode **)left;
  unsigned index;

  if (parent == NULL)
    {
      parent = coquill_allocate (sizeof *parent);
      parent->n_children = 1;
      parent->children[0] = left;
      *(CoquillSpanNode **)left = parent;
      self->root = parent;
      self->height++;
    }
  else if (parent->n_children == COQUILL_SPAN_NODE_CHILDREN)
    {
      split_node (self, parent);
      parent = *(CoquillSpanNode **)left;
    }

  index = coquill_span_node_index (parent, left);
  memmove (&parent->widths[index + 2], &parent->widths[index + 1],
           (parent->n_children - index - 1) * sizeof parent->widths[0]);
  memmove (&parent->children[index + 2], &parent->children[index + 1],
           (parent->n_children - index - 1) * sizeof parent->children[0]);
  parent->widths[index] = left_width;
  parent->widths[index + 1] = right_width;
  parent->children[index + 1] = right;
  parent->n_children++;
  *(CoquillSpanNode **)right = parent;
}

/* Recursion through insert_child() is bounded by the height. */
static CoquillSpanNode *
split_node (CoquillSpanTree *self, CoquillSpanNode *node)
{
  CoquillSpanNode *right = coquill_allocate (sizeof *right);

  right->n_children = node->n_children / 2;
  node->n_children -= right->n_children;
  memcpy (right->widths, &node->widths[node->n_children], right->n_children * sizeof right->widths[0]);
  memcpy (right->children, &node->children[node->n_children], right->n_children * sizeof right->children[0]);
  for (unsigned i = 0; i < right->n_children; i++)
    *(CoquillSpanNode **)right->children[i] = right;
  insert_child (self, node, coquill_span_node_width (node), right, coquill_span_node_width (right));
  return right;
}

static void
set_leaf (CoquillSpanTree *self, const CoquillSpan *span, CoquillSpanLeaf *leaf)
{
  coquill_range_map_set (self->leaves, span->id, span->id + span->length, (uintptr_t)leaf);
}

/* Makes room for spans in the cursor's leaf, which may become another one. At the end of the text the old
 * leaf stays nearly full, since typing goes on in the new one. */
static void
make_room (CoquillSpanTree *self, CoquillSpanCursor *cursor, unsigned n_spans)
{
  CoquillSpanLeaf *leaf = cursor->leaf;
  CoquillSpanLeaf *right;
  bool at_end = leaf->next == NULL && cursor->index + 1 >= leaf->n_spans;

  if (leaf->n_spans + n_spans <= COQUILL_SPAN_LEAF_SPANS)
    return;

  right = coquill_allocate (sizeof *right);
  right->n_spans = at_end ? 3 : leaf->n_spans / 2;
  leaf->n_spans -= right->n_spans;
  memcpy (right->spans, &leaf->spans[leaf->n_spans], right->n_spans * sizeof right->spans[0]);
  for (unsigned i = 0; i < right->n_spans; i++)
    set_leaf (self, &right->spans[i], right);
  right->next = leaf->next;
  leaf->next = right;
  insert_child (self, leaf, coquill_span_leaf_width (leaf), right, coquill_span_leaf_width (right));

  if (cursor->index >= leaf->n_spans)
    {
      cursor->index -= leaf->n_spans;
      cursor->leaf = right;
    }
}

static bool
can_join (const CoquillSpan *a, const CoquillSpan *b)
{
  return a->id + a->length == b->id && b->left == b->id - 1 && a->right == b->right
         && a->prepared == b->prepared && a->effect == b->effect
         && a->length + b->length <= COQUILL_SPAN_MAX_LENGTH;
}

/* Joins the spans from one before to one behind those between first and last. */
static void
join_around (CoquillSpanLeaf *leaf, unsigned first, unsigned last)
{
  unsigned from = first > 0 ? first - 1 : 0;
  unsigned to = last + 1 < leaf->n_spans ? last + 1 : leaf->n_spans - 1;

  for (unsigned i = to; i > from; i--)
    if (can_join (&leaf->spans[i - 1], &leaf->spans[i]))
      {
        leaf->spans[i - 1].length += leaf->spans[i].length;
        leaf->n_spans--;
        memmove (&leaf->spans[i], &leaf->spans[i + 1], (leaf->n_spans - i) * sizeof leaf->spans[0]);
      }
}

/* Cuts the cursor's span in two in front of the cursor, which then is at the start of the right one. The leaf
 * has room. */
static void
cut (CoquillSpanCursor *cursor)
{
  CoquillSpanLeaf *leaf = cursor->leaf;
  CoquillSpan *span = &leaf->spans[cursor->index];
  CoquillSpan *right = span + 1;

  if (cursor->offset == 0)
    return;
  memmove (right, span, (leaf->n_spans - cursor->index) * sizeof *span);
  leaf->n_spans++;
  right->id += cursor->offset;
  right->left = right->id - 1;
  right->length -= cursor->offset;
  span->length = cursor->offset;
  cursor->index++;
  cursor->offset = 0;
}

void
coquill_span_tree_insert (CoquillSpanTree *self, CoquillSpanCursor *cursor, const CoquillSpan *span)
{
  CoquillSpanLeaf *leaf;
  CoquillSpanWidth width = coquill_span_width (span, span->length);

  make_room (self, cursor, 2);
  cut (cursor);
  leaf = cursor->leaf;
  memmove (&leaf->spans[cursor->index + 1], &leaf->spans[cursor->index],
           (leaf->n_spans - cursor->index) * sizeof leaf->spans[0]);
  leaf->spans[cursor->index] = *span;
  leaf->n_spans++;
  set_leaf (self, span, leaf);
  add_width (self, leaf, width.prepared, width.effect);
  join_around (leaf, cursor->index, cursor->index);
}

void
coquill_span_tree_set_state (
    CoquillSpanTree *self, CoquillSpanCursor *cursor, uint32_t length, uint32_t prepared, uint32_t effect)
{
  CoquillSpan *span;
  CoquillSpanWidth before, after;

  make_room (self, cursor, 2);
  cut (cursor);
  span = &cursor->leaf->spans[cursor->index];
  if (length < span->length)
    {
      CoquillSpanCursor end = { cursor->leaf, cursor->index, length };

      cut (&end);
    }
  before = coquill_span_width (span, length);
  span->prepared = prepared;
  span->effect = effect;
  after = coquill_span_width (span, length);
  add_width (self, cursor->leaf, after.prepared - before.prepared, after.effect - before.effect);
  join_around (cursor->leaf, cursor->index, cursor->index);
}
