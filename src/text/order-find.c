/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-find.c: where a place is, and where an id is; and the check of it all. */

#include "text/order-private.h"

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
  const CoquillOrderSpan *spans = place->leaf->spans;
  uint64_t position;
  unsigned i = 0;

  if (self->leaf != place->leaf || self->before == COQUILL_ORDER_UNKNOWN)
    {
      uint64_t before = 0;
      CoquillOrderNode *node = place->leaf->parent;

      coquill_order_tell (self);
      if (node != NULL)
        before = width_before (node, coquill_order_slot (node, place->leaf, &place->leaf->slot));
      for (CoquillOrderNode *parent; node != NULL && (parent = node->parent) != NULL; node = parent)
        before += width_before (parent, coquill_order_slot (parent, node, &node->slot));
      coquill_order_take (self, place->leaf, before);
    }

  position = self->before;
  if (self->span <= place->index)
    {
      position += self->span_start;
      i = self->span;
    }
  for (; i < place->index; i++)
    position += coquill_order_span_width (&spans[i]);
  if (place->offset > 0 && spans[i].standing == 0)
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
    self->ids = coquill_order_index_new (self->first, self->n_spans);
}

void
coquill_order_drop_index (CoquillOrder *self)
{
  coquill_order_index_free (self->ids);
  self->ids = NULL;
}

bool
coquill_order_find_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place)
{
  CoquillOrderLeaf *leaf;
  unsigned i = 0;

  make_index (self);
  leaf = coquill_order_index_get (self->ids, id);
  if (leaf == NULL)
    return false;
  while (id - leaf->spans[i].id >= leaf->spans[i].length)
    i++;
  *place = (CoquillOrderPlace){ leaf, i, (uint32_t)(id - leaf->spans[i].id) };
  return true;
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
  size_t n_spans;
} Check;

/* Adds up what the nodes above know of a leaf's width. */
static bool
check_leaf (Check *check, const CoquillOrderLeaf *leaf, uint64_t *width)
{
  bool in_hand = leaf == check->order->leaf;
  uint64_t sum = 0;

  if (leaf != check->leaf || leaf->previous != check->previous || leaf->n_spans > COQUILL_ORDER_LEAF_SPANS
      || (leaf->n_spans == 0 && check->order->height > 0))
    return false;
  for (unsigned i = 0; i < leaf->n_spans; i++)
    {
      const CoquillOrderSpan *span = &leaf->spans[i];

      if (span->length == 0 || span->length > COQUILL_ORDER_MAX_LENGTH
          || (i > 0 && coquill_order_follows (span - 1, span)))
        return false;
      if (check->order->ids != NULL
          && (coquill_order_index_get (check->order->ids, span->id) != leaf
              || coquill_order_index_get (check->order->ids, span->id + span->length - 1) != leaf))
        return false;
      if (in_hand && i == check->order->span && check->order->span_start != sum)
        return false;
      sum += coquill_order_span_width (span);
    }
  if (in_hand && check->order->span >= leaf->n_spans && check->order->span > 0)
    return false;
  check->n_spans += leaf->n_spans;
  check->previous = leaf;
  check->leaf = leaf->next;
  *width = leaf->width;
  return sum == (in_hand ? check->order->leaf_width : leaf->width);
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
  Check check = { self, self->first, NULL, 0 };
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
  return check.leaf == NULL && check.previous == self->last && check.n_spans == self->n_spans
         && width == self->width;
}
