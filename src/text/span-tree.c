/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* span-tree.c: a B+-tree of spans with two widths. */

#include "text/span-tree.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/range-map.h"

typedef struct
{
  uint64_t prepared;
  uint64_t effect;
} Width;

typedef struct Node Node;

struct Node
{
  Node *parent;
  unsigned n_children;
  Width widths[COQUILL_SPAN_NODE_CHILDREN];
  void *children[COQUILL_SPAN_NODE_CHILDREN];
};

struct CoquillSpanLeaf
{
  Node *parent; /* as in Node: the first member of both */
  CoquillSpanLeaf *next;
  unsigned n_spans;
  CoquillSpan spans[COQUILL_SPAN_LEAF_SPANS];
};

struct CoquillSpanTree
{
  void *root;
  unsigned height; /* 0: the root is a leaf */
  Width width;
  CoquillSpanLeaf *first;
  CoquillRangeMap *leaves; /* id to address of the leaf */
};

static Width
span_width (const CoquillSpan *span, uint32_t length)
{
  return (Width){ span->prepared == 0 ? length : 0, span->effect == 0 ? length : 0 };
}

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
    for (unsigned i = 0; i < ((Node *)node)->n_children; i++)
      free_tree (((Node *)node)->children[i], height - 1);
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

uint64_t
coquill_span_tree_prepared_width (const CoquillSpanTree *self)
{
  return self->width.prepared;
}

uint64_t
coquill_span_tree_effect_width (const CoquillSpanTree *self)
{
  return self->width.effect;
}

CoquillSpanCursor
coquill_span_tree_start (const CoquillSpanTree *self)
{
  return (CoquillSpanCursor){ self->first, 0, 0 };
}

CoquillSpanCursor
coquill_span_tree_end (const CoquillSpanTree *self)
{
  void *node = self->root;

  for (unsigned level = self->height; level > 0; level--)
    node = ((Node *)node)->children[((Node *)node)->n_children - 1];
  return (CoquillSpanCursor){ node, ((CoquillSpanLeaf *)node)->n_spans, 0 };
}

CoquillId
coquill_span_tree_next_id (const CoquillSpanTree *self, CoquillId id)
{
  CoquillRangeMapEntry entry;

  return coquill_range_map_get (self->leaves, id, &entry) ? id : entry.end;
}

CoquillSpanCursor
coquill_span_tree_find_prepared (const CoquillSpanTree *self, uint64_t position)
{
  void *node = self->root;
  CoquillSpanLeaf *leaf;
  unsigned i;

  for (unsigned level = self->height; level > 0; level--)
    {
      const Node *inner = node;

      for (i = 0; position >= inner->widths[i].prepared; i++)
        position -= inner->widths[i].prepared;
      node = inner->children[i];
    }
  leaf = node;
  for (i = 0;; i++)
    {
      uint64_t width = span_width (&leaf->spans[i], leaf->spans[i].length).prepared;

      if (position < width)
        return (CoquillSpanCursor){ leaf, i, (uint32_t)position };
      position -= width;
    }
}

CoquillSpanCursor
coquill_span_tree_find_effect (const CoquillSpanTree *self, uint64_t position)
{
  void *node = self->root;
  CoquillSpanLeaf *leaf;
  unsigned i;

  for (unsigned level = self->height; level > 0; level--)
    {
      const Node *inner = node;

      for (i = 0; position >= inner->widths[i].effect; i++)
        position -= inner->widths[i].effect;
      node = inner->children[i];
    }
  leaf = node;
  for (i = 0;; i++)
    {
      uint64_t width = span_width (&leaf->spans[i], leaf->spans[i].length).effect;

      if (position < width)
        return (CoquillSpanCursor){ leaf, i, (uint32_t)position };
      position -= width;
    }
}

bool
coquill_span_tree_find_id (const CoquillSpanTree *self, CoquillId id, CoquillSpanCursor *cursor)
{
  CoquillRangeMapEntry entry;
  CoquillSpanLeaf *leaf;

  if (!coquill_range_map_get (self->leaves, id, &entry))
    return false;
  leaf = (CoquillSpanLeaf *)(uintptr_t)entry.value;
  for (unsigned i = 0; i < leaf->n_spans; i++)
    if (id - leaf->spans[i].id < leaf->spans[i].length)
      {
        *cursor = (CoquillSpanCursor){ leaf, i, (uint32_t)(id - leaf->spans[i].id) };
        return true;
      }
  return false;
}

const CoquillSpan *
coquill_span_tree_span (const CoquillSpanCursor *cursor)
{
  return cursor->index < cursor->leaf->n_spans ? &cursor->leaf->spans[cursor->index] : NULL;
}

bool
coquill_span_tree_next (CoquillSpanCursor *cursor)
{
  cursor->offset = 0;
  if (cursor->index < cursor->leaf->n_spans)
    cursor->index++;
  if (cursor->index == cursor->leaf->n_spans && cursor->leaf->next != NULL)
    {
      cursor->leaf = cursor->leaf->next;
      cursor->index = 0;
    }
  return cursor->index < cursor->leaf->n_spans;
}

static unsigned
child_index (const Node *parent, const void *child)
{
  unsigned i = 0;

  while (parent->children[i] != child)
    i++;
  return i;
}

uint64_t
coquill_span_tree_effect_position (const CoquillSpanTree *self, const CoquillSpanCursor *cursor)
{
  const CoquillSpanLeaf *leaf = cursor->leaf;
  const void *child = leaf;
  uint64_t position = 0;

  for (unsigned i = 0; i < cursor->index; i++)
    position += span_width (&leaf->spans[i], leaf->spans[i].length).effect;
  if (cursor->index < leaf->n_spans)
    position += span_width (&leaf->spans[cursor->index], cursor->offset).effect;

  for (const Node *parent = leaf->parent; parent != NULL; parent = parent->parent)
    {
      unsigned index = child_index (parent, child);

      for (unsigned i = 0; i < index; i++)
        position += parent->widths[i].effect;
      child = parent;
    }
  return position;
}

int
coquill_span_tree_compare (const CoquillSpanTree *self,
                           const CoquillSpanCursor *a,
                           const CoquillSpanCursor *b)
{
  if (a->leaf != b->leaf)
    {
      /* All leaves are at one depth, so both climb in step until they meet. */
      const void *child_a = a->leaf, *child_b = b->leaf;
      const Node *parent_a = a->leaf->parent, *parent_b = b->leaf->parent;

      while (parent_a != parent_b)
        {
          child_a = parent_a;
          child_b = parent_b;
          parent_a = parent_a->parent;
          parent_b = parent_b->parent;
        }
      return child_index (parent_a, child_a) < child_index (parent_a, child_b) ? -1 : 1;
    }
  if (a->index != b->index)
    return a->index < b->index ? -1 : 1;
  if (a->offset != b->offset)
    return a->offset < b->offset ? -1 : 1;
  return 0;
}

/* Adds a signed difference, in arithmetic that wraps around. */
static void
add_width (CoquillSpanTree *self, const CoquillSpanLeaf *leaf, uint64_t prepared, uint64_t effect)
{
  const void *child = leaf;

  if (prepared == 0 && effect == 0)
    return;
  for (Node *parent = leaf->parent; parent != NULL; parent = parent->parent)
    {
      Width *width = &parent->widths[child_index (parent, child)];

      width->prepared += prepared;
      width->effect += effect;
      child = parent;
    }
  self->width.prepared += prepared;
  self->width.effect += effect;
}

static Width
leaf_width (const CoquillSpanLeaf *leaf)
{
  Width sum = { 0, 0 };

  for (unsigned i = 0; i < leaf->n_spans; i++)
    {
      Width width = span_width (&leaf->spans[i], leaf->spans[i].length);

      sum.prepared += width.prepared;
      sum.effect += width.effect;
    }
  return sum;
}

static Width
node_width (const Node *node)
{
  Width sum = { 0, 0 };

  for (unsigned i = 0; i < node->n_children; i++)
    {
      sum.prepared += node->widths[i].prepared;
      sum.effect += node->widths[i].effect;
    }
  return sum;
}

static Node *
split_node (CoquillSpanTree *self, Node *node);

/* Puts a new child behind another one; the two together are as wide as the one was. */
static void
insert_child (CoquillSpanTree *self, void *left, Width left_width, void *right, Width right_width)
{
  Node *parent = *(Node **)left;
  unsigned index;

  if (parent == NULL)
    {
      parent = coquill_allocate (sizeof *parent);
      parent->n_children = 1;
      parent->children[0] = left;
      *(Node **)left = parent;
      self->root = parent;
      self->height++;
    }
  else if (parent->n_children == COQUILL_SPAN_NODE_CHILDREN)
    {
      split_node (self, parent);
      parent = *(Node **)left;
    }

  index = child_index (parent, left);
  memmove (&parent->widths[index + 2], &parent->widths[index + 1],
           (parent->n_children - index - 1) * sizeof parent->widths[0]);
  memmove (&parent->children[index + 2], &parent->children[index + 1],
           (parent->n_children - index - 1) * sizeof parent->children[0]);
  parent->widths[index] = left_width;
  parent->widths[index + 1] = right_width;
  parent->children[index + 1] = right;
  parent->n_children++;
  *(Node **)right = parent;
}

/* Recursion through insert_child() is bounded by the height. */
static Node *
split_node (CoquillSpanTree *self, Node *node)
{
  Node *right = coquill_allocate (sizeof *right);

  right->n_children = node->n_children / 2;
  node->n_children -= right->n_children;
  memcpy (right->widths, &node->widths[node->n_children], right->n_children * sizeof right->widths[0]);
  memcpy (right->children, &node->children[node->n_children], right->n_children * sizeof right->children[0]);
  for (unsigned i = 0; i < right->n_children; i++)
    *(Node **)right->children[i] = right;
  insert_child (self, node, node_width (node), right, node_width (right));
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
  insert_child (self, leaf, leaf_width (leaf), right, leaf_width (right));

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
  Width width = span_width (span, span->length);

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
  Width before, after;

  make_room (self, cursor, 2);
  cut (cursor);
  span = &cursor->leaf->spans[cursor->index];
  if (length < span->length)
    {
      CoquillSpanCursor end = { cursor->leaf, cursor->index, length };

      cut (&end);
    }
  before = span_width (span, length);
  span->prepared = prepared;
  span->effect = effect;
  after = span_width (span, length);
  add_width (self, cursor->leaf, after.prepared - before.prepared, after.effect - before.effect);
  join_around (cursor->leaf, cursor->index, cursor->index);
}

static bool
check_node (const CoquillSpanTree *self, void *node, unsigned height, Width *width)
{
  Node *inner = node;

  if (height == 0)
    {
      CoquillSpanLeaf *leaf = node;

      for (unsigned i = 0; i < leaf->n_spans; i++)
        {
          CoquillSpanCursor cursor;

          if (leaf->spans[i].length == 0)
            return false;
          for (unsigned end = 0; end < 2; end++)
            if (!coquill_span_tree_find_id (self, leaf->spans[i].id + (end ? leaf->spans[i].length - 1 : 0),
                                            &cursor)
                || cursor.leaf != leaf || cursor.index != i)
              return false;
        }
      *width = leaf_width (leaf);
      return true;
    }

  for (unsigned i = 0; i < inner->n_children; i++)
    {
      Width child;

      if (*(Node **)inner->children[i] != inner || !check_node (self, inner->children[i], height - 1, &child)
          || child.prepared != inner->widths[i].prepared || child.effect != inner->widths[i].effect)
        return false;
    }
  *width = node_width (inner);
  return true;
}

bool
coquill_span_tree_check (const CoquillSpanTree *self)
{
  Width width;

  return check_node (self, self->root, self->height, &width) && width.prepared == self->width.prepared
         && width.effect == self->width.effect;
}
