/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-find.c: where a place is, and where an id is. */

#include "text/order-private.h"

#include <stdlib.h>

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* How often all spans may be looked through before the index is made, which costs as much. */
#define SCANS 8

/* Spans that are looked through for one character before the index is asked for it: the index costs a little
 * at every later edit. */
#define NEAR 16

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
coquill_order_start (CoquillOrder *self)
{
  coquill_order_unfold (self);
  return (CoquillOrderPlace){ self->first, coquill_order_leaf_first (self->first), 0 };
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
coquill_order_find_visible (CoquillOrder *self, uint64_t position)
{
  CoquillOrderPlace place = find (self, position + 1);

  place.offset--;
  return place;
}

CoquillOrderPlace
coquill_order_find (CoquillOrder *self, uint64_t position)
{
  coquill_order_unfold (self);
  return coquill_order_find_visible (self, position);
}

CoquillOrderPlace
coquill_order_find_behind (CoquillOrder *self, uint64_t position)
{
  CoquillOrderPlace place;

  if (self->state != COQUILL_ORDER_UNFOLDED)
    coquill_order_unfold_behind (self, position);
  if (position == 0)
    return (CoquillOrderPlace){ self->first, coquill_order_leaf_first (self->first), 0 };
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
  if (place->offset > 0 && coquill_order_standing (place) == 0)
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

void
coquill_order_drop_index (CoquillOrder *self)
{
  for (size_t i = 0; i < self->n_moved; i++)
    self->moved[i]->is_moved = false;
  free (self->moved);
  self->moved = NULL;
  self->n_moved = 0;
  self->moved_capacity = 0;

  coquill_order_index_free (self->ids);
  self->ids = NULL;
  while (self->spares != NULL)
    {
      CoquillOrderLeaf *leaf = self->spares;

      self->spares = leaf->next;
      free (leaf);
    }
  self->n_spares = 0;
}

/* Tells the index what has moved since it was last asked, or makes it: anew, if so much has moved that
 * sorting all is less work. */
static void
ready_index (CoquillOrder *self)
{
  if (self->n_moved > 4 + self->n_leaves / 3)
    coquill_order_drop_index (self);
  for (; self->n_moved > 0; self->n_moved--)
    {
      CoquillOrderLeaf *leaf = self->moved[self->n_moved - 1];

      leaf->is_moved = false;
      for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS;
           i = coquill_order_leaf_next (leaf, i))
        coquill_order_index_set (self->ids, leaf->spans[i].id, leaf->spans[i].length, leaf);
    }
  if (self->ids == NULL)
    self->ids = coquill_order_index_new (self->first, coquill_order_n_spans (self));
}

static bool
find_in_leaf (CoquillOrderLeaf *leaf, CoquillId id, CoquillOrderPlace *place)
{
  for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS; i = coquill_order_leaf_next (leaf, i))
    if (id - leaf->spans[i].id < leaf->spans[i].length)
      {
        *place = (CoquillOrderPlace){ leaf, i, (uint32_t)(id - leaf->spans[i].id) };
        return true;
      }
  return false;
}

/* Looks through all leaves, those near the one in hand first. */
static bool
scan (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place)
{
  CoquillOrderLeaf *forth = self->leaf, *back = forth->previous;

  while (forth != NULL || back != NULL)
    {
      self->n_scanned++;
      if (forth != NULL)
        {
          if (find_in_leaf (forth, id, place))
            return true;
          forth = forth->next;
        }
      if (back != NULL)
        {
          if (find_in_leaf (back, id, place))
            return true;
          back = back->previous;
        }
    }
  return false;
}

bool
coquill_order_find_deleted (CoquillOrder *self, uint64_t position, CoquillId id, CoquillOrderPlace *place)
{
  /* The last one that was changed is near. */
  if (self->state != COQUILL_ORDER_UNFOLDED && find_in_leaf (self->leaf, id, place)
      && coquill_order_standing (place) > 0)
    return true;
  *place = coquill_order_find_behind (self, position);
  for (unsigned i = 0; i < NEAR; i++)
    {
      if (id - coquill_order_id (place) < coquill_order_rest (place))
        {
          place->offset += (uint32_t)(id - coquill_order_id (place));
          return true;
        }
      if (coquill_order_standing (place) == 0)
        return false;
      coquill_order_next (place);
    }
  /* What is folded would have to be unfolded for the index. */
  for (CoquillOrderLeaf *leaf = place->leaf; self->state != COQUILL_ORDER_UNFOLDED && leaf != NULL;
       leaf = leaf->next)
    {
      if (find_in_leaf (leaf, id, place))
        return coquill_order_standing (place) > 0;
      if (coquill_order_is_visible (coquill_order_leaf_last (leaf))
          || ++self->n_scanned > SCANS * self->n_leaves)
        break;
    }
  return false;
}

bool
coquill_order_find_visible_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place)
{
  CoquillOrderLeaf *leaf;

  if (self->ids == NULL && self->n_scanned < SCANS * self->n_leaves)
    return scan (self, id, place);
  ready_index (self);
  leaf = coquill_order_index_get (self->ids, id);
  return leaf != NULL && find_in_leaf (leaf, id, place);
}

bool
coquill_order_find_id (CoquillOrder *self, CoquillId id, CoquillOrderPlace *place)
{
  coquill_order_unfold (self);
  return coquill_order_find_visible_id (self, id, place);
}

CoquillId
coquill_order_next_id (CoquillOrder *self, CoquillId id)
{
  coquill_order_unfold (self);
  ready_index (self);
  return coquill_order_index_next (self->ids, id);
}
