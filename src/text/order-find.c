/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-find.c: where a place is, and where an id is; and the check of it all. */

#include "text/order-private.h"

static unsigned
slot_of (const CoquillOrderNode *node, const void *child)
{
  unsigned slot = 0;

  while (node->children[slot] != child)
    slot++;
  return slot;
}

uint64_t
coquill_order_position (CoquillOrder *self, const CoquillOrderPlace *place)
{
  const CoquillOrderSpan *spans = place->leaf->spans;
  uint64_t position;
  unsigned i = 0;

  if (self->leaf != place->leaf || self->before == COQUILL_ORDER_UNKNOWN)
    {
      const void *child = place->leaf;
      uint64_t before = 0;

      coquill_order_tell (self);
      for (const CoquillOrderNode *node = place->leaf->parent; node != NULL; node = node->parent)
        {
          for (unsigned slot = 0; node->children[slot] != child; slot++)
            before += node->widths[slot];
          child = node;
        }
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
  const void *child_a = a->leaf, *child_b = b->leaf;
  const CoquillOrderNode *node_a = a->leaf->parent, *node_b = b->leaf->parent;

  (void)self;
  if (child_a == child_b)
    {
      if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
      return (a->offset > b->offset) - (a->offset < b->offset);
    }
  /* All leaves are equally deep. */
  while (node_a != node_b)
    {
      child_a = node_a;
      child_b = node_b;
      node_a = node_a->parent;
      node_b = node_b->parent;
    }
  return slot_of (node_a, child_a) < slot_of (node_a, child_b) ? -1 : 1;
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
  *width = sum - (in_hand ? check->order->untold : 0);
  return sum == leaf->width;
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
         && width + self->untold == self->width;
}
