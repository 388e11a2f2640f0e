/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-check.c: whether an order is as it has to be. */

#include "text/order-private.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

typedef struct
{
  const CoquillOrder *order;
  uint64_t n_folds;             /* that were found in rings */
  const CoquillOrderLeaf *leaf; /* the next one to come */
  const CoquillOrderLeaf *previous;
} Check;

/* Whether a ring goes round, through runs that are in no other. */
static bool
check_ring (Check *check, uint32_t ring)
{
  const CoquillOrder *order = check->order;

  if (order->state == COQUILL_ORDER_UNFOLDED || ring >= order->n_folds)
    return ring == 0;
  for (uint32_t run = ring; run != 0;)
    {
      run = order->folds[run].standing;
      if (run == 0 || run >= order->n_folds || ++check->n_folds >= order->n_folds
          || order->folds[run].length == 0 || order->folds[run].length > COQUILL_ORDER_MAX_LENGTH)
        return false;
      if (run == ring)
        break;
    }
  return true;
}

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
      if (coquill_order_is_visible (span) ? !check_ring (check, -span->standing)
                                          : check->order->state == COQUILL_ORDER_FOLDED)
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

/* Whether both leaves lie where they are said to be. */
static bool
check_places (const CoquillOrder *self)
{
  uint64_t sum = 0, other_before = self->other_before;

  if (self->before == COQUILL_ORDER_UNKNOWN)
    return true;
  if (other_before > self->before)
    other_before += self->leaf_width - self->taken_width;
  for (const CoquillOrderLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    {
      if ((leaf == self->leaf && sum != self->before)
          || (leaf == self->other && self->other_before < COQUILL_ORDER_UNKNOWN
              && self->other_before != self->before && sum != other_before))
        return false;
      sum += leaf == self->leaf ? self->leaf_width : leaf->width;
    }
  return true;
}

bool
coquill_order_check (CoquillOrder *self)
{
  Check check = { .order = self, .leaf = self->first };
  CoquillOrderPlace place;
  uint64_t width;

  /* So that the index is told all. */
  if (self->ids != NULL)
    coquill_order_find_visible_id (self, 0, &place);
  if (!check_ring (&check, self->front) || !check_node (&check, self->root, self->height, NULL, &width))
    return false;
  return check_places (self) && check.leaf == NULL && check.previous == self->last && width == self->width
         && (self->state != COQUILL_ORDER_FOLDED || check.n_folds + (self->n_folds > 0) == self->n_folds);
}
