/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-find.c: where a place is, and where an id is; and the check of it all. */

#include "text/order-private.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

uint64_t
coquill_order_width (const CoquillOrder *self)
{
  return self->width + (self->leaf_width - self->leaf->width);
}

size_t
coquill_order_n_spans (const CoquillOrder *self)
{
  size_t n_spans = 0;

  for (const CoquillOrderLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    n_spans += coquill_order_leaf_n_spans (leaf);
  return n_spans;
}

CoquillOrderPlace
coquill_order_start (const CoquillOrder *self)
{
  return (CoquillOrderPlace){ self->first, coquill_order_leaf_first (self->first), 0 };
}

CoquillOrderPlace
coquill_order_end (const CoquillOrder *self)
{
  return (CoquillOrderPlace){ self->last, LEAF_SPANS, 0 };
}

/* The span with the visible character at position - 1; its offset is 1 at least, up to the span's length. The
 * gap stays where it is, as places point beside it. */
static CoquillOrderPlace
find (CoquillOrder *self, uint64_t position)
{
  const CoquillOrderLeaf *leaf;
  uint64_t within, start;
  unsigned i;

  coquill_order_reach (self, position);
  leaf = self->leaf;
  within = position - self->before;
  start = leaf->gap_width;
  if (within <= start)
    {
      i = leaf->gap;
      do
        start -= coquill_order_span_width (&leaf->spans[--i]);
      while (within <= start);
    }
  else
    {
      i = leaf->gap_end;
      for (uint32_t width; within - start > (width = coquill_order_span_width (&leaf->spans[i])); i++)
        start += width;
    }
  return (CoquillOrderPlace){ self->leaf, i, (uint32_t)(within - start) };
}

CoquillOrderPlace
coquill_order_find (CoquillOrder *self, uint64_t position)
{
  CoquillOrderPlace place = find (self, position + 1);

  place.offset--;
  return place;
}

CoquillOrderPlace
coquill_order_find_behind (CoquillOrder *self, uint64_t position)
{
  CoquillOrderPlace place;

  if (position == 0)
    return coquill_order_start (self);
  place = find (self, position);
  if (coquill_order_rest (&place) == 0)
    coquill_order_next (&place);
  return place;
}

static uint64_t
width_before (const CoquillOrderNode *node, unsigned slot)
{
  uint64_t width = 0;

  for (unsigned i = 0; i < slot; i++)
    width += node->widths[i];
  return width;
}

uint64_t
coquill_order_position (CoquillOrder *self, const CoquillOrderPlace *place)
{
  const CoquillOrderLeaf *leaf = place->leaf;
  uint64_t position;
  unsigned i = 0;

  if (self->leaf != leaf || self->before == COQUILL_ORDER_UNKNOWN)
    {
      CoquillOrderNode *node = leaf->parent;
      uint64_t before = 0;

      coquill_order_tell (self);
      if (node != NULL)
        before = width_before (node, coquill_order_slot (node, leaf, &place->leaf->slot));
      for (CoquillOrderNode *parent; node != NULL && (parent = node->parent) != NULL; node = parent)
        before += width_before (parent, coquill_order_slot (parent, node, &node->slot));
      coquill_order_take (self, place->leaf, before);
    }

  position = self->before;
  if (place->index >= leaf->gap)
    {
      position += leaf->gap_width;
      i = leaf->gap_end;
    }
  for (; i < place->index; i++)
    position += coquill_order_span_width (&leaf->spans[i]);
  if (place->offset > 0 && leaf->spans[i].standing == 0)
    position += place->offset;
  return position;
}

int
coquill_order_compare (const CoquillOrder *self, const CoquillOrderPlace *a, const CoquillOrderPlace *b)
{
  CoquillOrderNode *node_a = a->leaf->parent, *node_b = b->leaf->parent;

  (void)self;
  if (a->leaf == b->leaf)
    {
      if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
      return (a->offset > b->offset) - (a->offset < b->offset);
    }
  if (node_a == node_b)
    return coquill_order_slot (node_a, a->leaf, &a->leaf->slot)
                   < coquill_order_slot (node_b, b->leaf, &b->leaf->slot)
               ? -1
               : 1;
  /* All leaves are equally deep. */
  while (node_a->parent != node_b->parent)
    {
      node_a = node_a->parent;
      node_b = node_b->parent;
    }
  return coquill_order_slot (node_a->parent, node_a, &node_a->slot)
                 < coquill_order_slot (node_b->parent, node_b, &node_b->slot)
             ? -1
             : 1;
}

static void
make_index (CoquillOrder *self)
{
  if (self->ids == NULL)
    self->ids = coquill_order_index_new (self->first, coquill_order_n_spans (self));
}

void
coquill_order_drop_index (CoquillOrder *self)
{
  coquill_order_index_free (self->ids);
  self->ids = NULL;
  coquill_order_free_spares (self);
}

bool
coquill_order_find_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place)
{
  CoquillOrderLeaf *leaf;
  unsigned i;

  make_index (self);
  leaf = coquill_order_index_get (self->ids, id);
  if (leaf == NULL)
    return false;
  for (i = coquill_order_leaf_first (leaf); i < LEAF_SPANS; i = coquill_order_leaf_next (leaf, i))
    if (id - leaf->spans[i].id < leaf->spans[i].length)
      {
        *place = (CoquillOrderPlace){ leaf, i, (uint32_t)(id - leaf->spans[i].id) };
        return true;
      }
  return false;
}

CoquillId
coquill_order_next_id (CoquillOrder *self, CoquillId id)
{
  make_index (self);
  return coquill_order_index_next (self->ids, id);
}

typedef struct
{
  const CoquillOrder *order;
  const CoquillOrderLeaf *leaf; /* the next one to come */
  const CoquillOrderLeaf *previous;
} Check;

static bool
check_leaf (Check *check, const CoquillOrderLeaf *leaf, uint64_t *width)
{
  const CoquillOrderSpan *previous = NULL;
  uint64_t sum = 0;

  if (leaf != check->leaf || leaf->previous != check->previous || leaf->gap > leaf->gap_end
      || leaf->gap_end > LEAF_SPANS || (coquill_order_leaf_n_spans (leaf) == 0 && check->order->height > 0))
    return false;
  for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS; i = coquill_order_leaf_next (leaf, i))
    {
      const CoquillOrderSpan *span = &leaf->spans[i];

      if (span->length == 0 || span->length > COQUILL_ORDER_MAX_LENGTH
          || (previous != NULL && coquill_order_follows (previous, span)))
        return false;
      if (check->order->ids != NULL
          && (coquill_order_index_get (check->order->ids, span->id) != leaf
              || coquill_order_index_get (check->order->ids, span->id + span->length - 1) != leaf))
        return false;
      if (i == leaf->gap_end && sum != leaf->gap_width)
        return false;
      sum += coquill_order_span_width (span);
      previous = span;
    }
  if (leaf->gap_end == LEAF_SPANS && sum != leaf->gap_width)
    return false;
  check->previous = leaf;
  check->leaf = leaf->next;
  *width = leaf->width;
  return sum == (leaf == check->order->leaf ? check->order->leaf_width : leaf->width);
}

/* Recursion is bounded by the height. */
static bool
check_node (Check *check, const void *child, unsigned height, const CoquillOrderNode *parent, uint64_t *width)
{
  const CoquillOrderNode *node = child;

  if (height == 0)
    return ((const CoquillOrderLeaf *)child)->parent == parent && check_leaf (check, child, width);
  if (node->parent != parent || node->n_children == 0 || node->n_children > COQUILL_ORDER_NODE_CHILDREN)
    return false;
  *width = 0;
  for (unsigned i = 0; i < node->n_children; i++)
    {
      uint64_t child_width;

      if (!check_node (check, node->children[i], height - 1, node, &child_width)
          || child_width != node->widths[i])
        return false;
      *width += child_width;
    }
  return true;
}

bool
coquill_order_check (CoquillOrder *self)
{
  Check check = { self, self->first, NULL };
  uint64_t width;

  if (!check_node (&check, self->root, self->height, NULL, &width))
    return false;
  if (self->before != COQUILL_ORDER_UNKNOWN)
    {
      uint64_t before = 0;

      for (const CoquillOrderLeaf *leaf = self->first; leaf != self->leaf; leaf = leaf->next)
        before += leaf->width;
      if (before != self->before)
        return false;
    }
  return check.leaf == NULL && check.previous == self->last && width == self->width;
}
