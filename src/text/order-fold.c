/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-fold.c: an order while nobody has asked for what was deleted. */

#include "text/order-private.h"

#include <stdlib.h>

#include "text/memory.h"

/*
 * What was deleted behind a visible span, up to the next one, is a ring of runs (CoquillOrderFold), named by
 * its last; so both ends of it are at hand, and two rings are made one in O(1). A span names its ring by the
 * negative of that number, in what else says how many deletions stand. What is put in goes directly behind
 * the visible character before it, so in front of the ring there, which then hangs at what was put in.
 *
 * In each run one deletion of each character stands. Runs are only ever added, and lengthened.
 */

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* So that they can be numbered in a span, with room for one deletion of all that is visible. */
#define MAX_FOLDS (UINT32_C (1) << 30)

static inline uint32_t
ring_of (const CoquillOrderSpan *span)
{
  return -span->standing;
}

static inline void
hang (CoquillOrderSpan *span, uint32_t ring)
{
  span->standing = -ring;
}

/* Puts a run behind another, of whose ring it then is; 0: it is one of its own. Returns its number. */
static inline uint32_t
put_behind (CoquillOrder *self, uint32_t run, CoquillId id, uint32_t length)
{
  uint32_t new = self->n_folds > 0 ? (uint32_t)self->n_folds : 1;

  if (new >= self->folds_capacity)
    self->folds = coquill_grow (self->folds, &self->folds_capacity, new + UINT64_C (1), sizeof *self->folds);
  self->n_folds = new + UINT64_C (1);
  if (run == 0)
    run = new;
  else
    self->folds[new].next = self->folds[run].next;
  self->folds[new].id = id;
  self->folds[new].length = length;
  self->folds[run].next = new;
  return new;
}

/* Returns: the ring with characters behind it. */
static inline uint32_t
append_to_ring (CoquillOrder *self, uint32_t ring, CoquillId id, uint32_t length)
{
  if (ring > 0)
    {
      CoquillOrderFold *last = &self->folds[ring];

      if (id - last->id == last->length && length <= COQUILL_ORDER_MAX_LENGTH - last->length)
        {
          last->length += length;
          return ring;
        }
    }
  return put_behind (self, ring, id, length);
}

/* Returns: the ring with characters in front of it. */
static inline uint32_t
prepend_to_ring (CoquillOrder *self, uint32_t ring, CoquillId id, uint32_t length)
{
  if (ring > 0)
    {
      CoquillOrderFold *first = &self->folds[self->folds[ring].next];

      if (first->id - id == length && length <= COQUILL_ORDER_MAX_LENGTH - first->length)
        {
          first->id = id;
          first->length += length;
        }
      else
        put_behind (self, ring, id, length); /* what is behind the last one is the first */
      return ring;
    }
  return put_behind (self, 0, id, length);
}

/* Returns: the ring with another behind it. */
static inline uint32_t
join_rings (CoquillOrder *self, uint32_t ring, uint32_t other)
{
  uint32_t first;

  if (ring == 0 || other == 0)
    return ring | other;
  first = self->folds[ring].next;
  self->folds[ring].next = self->folds[other].next;
  self->folds[other].next = first;
  return other;
}

static inline void
insert_behind (CoquillOrder *self, uint32_t rest, CoquillId id, uint32_t length)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = &leaf->spans[leaf->gap - 1];

  if (rest == 0 && id - left->id == left->length && length <= COQUILL_ORDER_MAX_LENGTH - left->length)
    left->length += length;
  else
    {
      CoquillOrderSpan new = { id, length, left->standing };

      left->standing = 0;
      if (rest > 0)
        {
          left->length -= rest;
          leaf->gap_width -= rest;
          leaf->spans[--leaf->gap_end] = (CoquillOrderSpan){ left->id + left->length, rest, new.standing };
          new.standing = 0;
        }
      leaf->spans[leaf->gap++] = new;
    }
  leaf->gap_width += length;
  self->leaf_width += length;
  if (self->ids != NULL && !leaf->is_moved)
    coquill_order_index_set (self->ids, id, length, leaf);
}

static void
insert_in_front (CoquillOrder *self, CoquillId id, uint32_t length)
{
  CoquillOrderLeaf *leaf;

  coquill_order_hold (self, self->first, 0);
  leaf = self->leaf;
  leaf->spans[leaf->gap] = (CoquillOrderSpan){ id, length, 0 };
  hang (&leaf->spans[leaf->gap++], self->front);
  self->front = 0;
  leaf->gap_width += length;
  self->leaf_width += length;
  if (self->ids != NULL && !leaf->is_moved)
    coquill_order_index_set (self->ids, id, length, leaf);
}

void
coquill_order_insert_folded (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;

      if (position == 0)
        insert_in_front (self, id, piece);
      else
        insert_behind (self, coquill_order_seek (self, position), id, piece);
      position += piece;
      id += piece;
      length -= piece;
    }
}

typedef struct
{
  uint64_t count; /* characters that are still to be deleted */
  uint32_t ring;  /* what was deleted */
  CoquillOrderFunc func;
  void *data;
} Deletion;

static inline void
tell (const Deletion *deletion, CoquillId id, uint32_t length)
{
  if (deletion->func != NULL)
    deletion->func (id, length, deletion->data);
}

/* Deletes within the span before the gap, of which so much is behind the position. */
static inline void
delete_within (CoquillOrder *self, Deletion *deletion, uint32_t rest)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = &leaf->spans[leaf->gap - 1];
  uint32_t length = deletion->count < rest ? (uint32_t)deletion->count : rest;
  CoquillId id = left->id + left->length - rest;

  left->length -= rest;
  leaf->gap_width -= rest;
  self->leaf_width -= length;
  deletion->count -= length;
  tell (deletion, id, length);
  if (length < rest)
    {
      leaf->spans[--leaf->gap_end] = (CoquillOrderSpan){ id + length, rest - length, left->standing };
      deletion->ring = put_behind (self, 0, id, length);
    }
  else
    deletion->ring = prepend_to_ring (self, deletion->ring, id, length);
}

/* Deletes behind the gap, up to the end of the leaf. */
static inline void
delete_behind (CoquillOrder *self, Deletion *deletion)
{
  CoquillOrderLeaf *leaf = self->leaf;

  while (deletion->count > 0 && leaf->gap_end < LEAF_SPANS)
    {
      CoquillOrderSpan *right = &leaf->spans[leaf->gap_end];
      uint32_t length = right->length;

      if (length > deletion->count)
        length = (uint32_t)deletion->count;
      tell (deletion, right->id, length);
      deletion->ring = append_to_ring (self, deletion->ring, right->id, length);
      deletion->count -= length;
      self->leaf_width -= length;
      if (length < right->length)
        {
          right->id += length;
          right->length -= length;
        }
      else
        {
          deletion->ring = join_rings (self, deletion->ring, ring_of (right));
          leaf->gap_end++;
        }
    }
}

void
coquill_order_delete_folded (
    CoquillOrder *self, uint64_t position, uint64_t count, CoquillOrderFunc func, void *data)
{
  Deletion deletion = { count, 0, func, data };

  if (self->n_folds > MAX_FOLDS)
    {
      coquill_order_unfold (self);
      coquill_order_delete_at (self, position, count, func, data);
      return;
    }
  while (deletion.count > 0)
    {
      CoquillOrderSpan *left = NULL;

      if (position == 0)
        {
          coquill_order_hold (self, self->first, 0);
          deletion.ring = self->front;
        }
      else
        {
          uint32_t rest = coquill_order_seek (self, position);

          left = &self->leaf->spans[self->leaf->gap - 1];
          deletion.ring = ring_of (left);
          if (rest > 0)
            delete_within (self, &deletion, rest);
          if (deletion.count > 0 && self->leaf->gap_end == LEAF_SPANS)
            {
              coquill_order_reach (self, position + 1);
              coquill_order_leaf_move_gap (self->leaf, 0);
            }
        }
      delete_behind (self, &deletion);
      /* Before leaves are merged: what the ring parts isn't to be joined. */
      if (left != NULL)
        hang (left, deletion.ring);
      else
        self->front = deletion.ring;
      coquill_order_shrink_if_small (self);
    }
}

/* Spans on their way into the tree. */
typedef struct
{
  CoquillOrder *order;
  unsigned n_spans;
  CoquillOrderSpan spans[64];
} Unfolding;

static inline void
unfold_span (Unfolding *self, CoquillId id, uint32_t length, uint32_t standing)
{
  if (self->n_spans == sizeof self->spans / sizeof self->spans[0])
    {
      coquill_order_append_spans (self->order, self->spans, self->n_spans);
      self->n_spans = 0;
    }
  self->spans[self->n_spans++] = (CoquillOrderSpan){ id, length, standing };
}

static inline void
unfold_ring (Unfolding *self, const CoquillOrderFold *folds, uint32_t ring)
{
  for (uint32_t run = ring; run != 0;)
    {
      run = folds[run].next;
      unfold_span (self, folds[run].id, folds[run].length, 1);
      if (run == ring)
        return;
    }
}

void
coquill_order_unfold (CoquillOrder *self)
{
  Unfolding unfolding;
  CoquillOrder folded;

  if (!self->is_folded)
    return;
  self->is_folded = false;
  if (self->n_folds == 0)
    return;

  unfolding.order = coquill_order_new ();
  unfolding.order->is_folded = false;
  unfolding.n_spans = 0;
  unfold_ring (&unfolding, self->folds, self->front);
  for (CoquillOrderLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS; i = coquill_order_leaf_next (leaf, i))
      {
        unfold_span (&unfolding, leaf->spans[i].id, leaf->spans[i].length, 0);
        unfold_ring (&unfolding, self->folds, ring_of (&leaf->spans[i]));
      }
  coquill_order_append_spans (unfolding.order, unfolding.spans, unfolding.n_spans);
  folded = *self;
  *self = *unfolding.order;
  *unfolding.order = folded;
  coquill_order_free (unfolding.order);
}
