/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* span-tree-find.c: finding places in a span tree, and comparing them. */

#include "text/span-tree-private.h"

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
    node = ((CoquillSpanNode *)node)->children[((CoquillSpanNode *)node)->n_children - 1];
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
      const CoquillSpanNode *inner = node;

      for (i = 0; position >= inner->widths[i].prepared; i++)
        position -= inner->widths[i].prepared;
      node = inner->children[i];
    }
  leaf = node;
  for (i = 0;; i++)
    {
      uint64_t width = coquill_span_width (&leaf->spans[i], leaf->spans[i].length).prepared;

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
      const CoquillSpanNode *inner = node;

      for (i = 0; position >= inner->widths[i].effect; i++)
        position -= inner->widths[i].effect;
      node = inner->children[i];
    }
  leaf = node;
  for (i = 0;; i++)
    {
      uint64_t width = coquill_span_width (&leaf->spans[i], leaf->spans[i].length).effect;

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

uint64_t
coquill_span_tree_effect_position (const CoquillSpanTree *self, const CoquillSpanCursor *cursor)
{
  const CoquillSpanLeaf *leaf = cursor->leaf;
  const void *child = leaf;
  uint64_t position = 0;

  for (unsigned i = 0; i < cursor->index; i++)
    position += coquill_span_width (&leaf->spans[i], leaf->spans[i].length).effect;
  if (cursor->index < leaf->n_spans)
    position += coquill_span_width (&leaf->spans[cursor->index], cursor->offset).effect;

  for (const CoquillSpanNode *parent = leaf->parent; parent != NULL; parent = parent->parent)
    {
      unsigned index = coquill_span_node_index (parent, child);

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
      const CoquillSpanNode *parent_a = a->leaf->parent, *parent_b = b->leaf->parent;

      while (parent_a != parent_b)
        {
          child_a = parent_a;
          child_b = parent_b;
          parent_a = parent_a->parent;
          parent_b = parent_b->parent;
        }
      return coquill_span_node_index (parent_a, child_a) < coquill_span_node_index (parent_a, child_b) ? -1
                                                                                                       : 1;
    }
  if (a->index != b->index)
    return a->index < b->index ? -1 : 1;
  if (a->offset != b->offset)
    return a->offset < b->offset ? -1 : 1;
  return 0;
}

CoquillSpanWidth
coquill_span_leaf_width (const CoquillSpanLeaf *leaf)
{
  CoquillSpanWidth sum = { 0, 0 };

  for (unsigned i = 0; i < leaf->n_spans; i++)
    {
      CoquillSpanWidth width = coquill_span_width (&leaf->spans[i], leaf->spans[i].length);

      sum.prepared += width.prepared;
      sum.effect += width.effect;
    }
  return sum;
}

CoquillSpanWidth
coquill_span_node_width (const CoquillSpanNode *node)
{
  CoquillSpanWidth sum = { 0, 0 };

  for (unsigned i = 0; i < node->n_children; i++)
    {
      sum.prepared += node->widths[i].prepared;
      sum.effect += node->widths[i].effect;
    }
  return sum;
}

static bool
check_node (const CoquillSpanTree *self, void *node, unsigned height, CoquillSpanWidth *width)
{
  CoquillSpanNode *inner = node;

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
      *width = coquill_span_leaf_width (leaf);
      return true;
    }

  for (unsigned i = 0; i < inner->n_children; i++)
    {
      CoquillSpanWidth child;

      if (*(CoquillSpanNode **)inner->children[i] != inner
          || !check_node (self, inner->children[i], height - 1, &child)
          || child.prepared != inner->widths[i].prepared || child.effect != inner->widths[i].effect)
        return false;
    }
  *width = coquill_span_node_width (inner);
  return true;
}

bool
coquill_span_tree_check (const CoquillSpanTree *self)
{
  CoquillSpanWidth width;

  return check_node (self, self->root, self->height, &width) && width.prepared == self->width.prepared
         && width.effect == self->width.effect;
}
