/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-fold.c: an order while nobody has asked for what was deleted. */

#include "text/order-ring.h"

#include <stdlib.h>

#include "text/memory.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* So that they can be numbered in a span, with room for one deletion of all that is visible. */
#define MAX_FOLDS (UINT32_C (1) << 30)

/* So many rows, and half of those that there are, may be of what was folded before. */
#define FOLDED_AGAIN 1024

void
coquill_order_reserve (CoquillOrder *self, size_t n_spans)
{
  if (self->state != COQUILL_ORDER_UNFOLDED)
    coquill_order_make_room (self, n_spans);
}

void
coquill_order_trim (CoquillOrder *self)
{
  self->folds = coquill_trim (self->folds, &self->folds_capacity, self->n_folds, sizeof *self->folds);
}

static inline void
insert_behind (CoquillOrder *self, CoquillOrderGap gap, uint32_t rest, CoquillId id, uint32_t length)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = gap.left - 1;

  if (id - left->id == left->length && rest == 0 && length <= COQUILL_ORDER_MAX_LENGTH - left->length)
    left->length += length;
  else
    {
      uint32_t ring = coquill_order_cut (&gap, rest);

      left->standing = 0;
      *gap.left++ = (CoquillOrderSpan){ id, length, -ring };
    }
  gap.width += length;
  coquill_order_set_gap (leaf, gap);
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
  coquill_order_hang (&leaf->spans[leaf->gap++], self->front);
  self->front = 0;
  leaf->gap_width += length;
  self->leaf_width += length;
  if (self->ids != NULL && !leaf->is_moved)
    coquill_order_index_set (self->ids, id, length, leaf);
}

static void
insert_folded (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;

      if (position == 0)
        insert_in_front (self, id, piece);
      else
        {
          uint32_t rest;
          CoquillOrderGap gap = coquill_order_move_gap (self, position, &rest, false);

          insert_behind (self, gap, rest, id, piece);
        }
      position += piece;
      id += piece;
      length -= piece;
    }
}

/* What coquill_order_insert_at() isn't short for. */
static __attribute__ ((noinline)) void
insert_otherwise (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  if (self->state == COQUILL_ORDER_UNFOLDED)
    coquill_order_insert_unfolded (self, position, id, length);
  else
    insert_folded (self, position, id, length);
}

void
coquill_order_insert_at (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  uint32_t rest;
  CoquillOrderGap gap;

  if (self->state != COQUILL_ORDER_FOLDED || position == 0 || length - 1 >= COQUILL_ORDER_MAX_LENGTH)
    {
      insert_otherwise (self, position, id, length);
      return;
    }
  gap = coquill_order_move_gap (self, position, &rest, true);
  insert_behind (self, gap, rest, id, (uint32_t)length);
}

void
coquill_order_insert_between_folded (
    CoquillOrder *self, uint64_t position, CoquillId id, uint32_t length, CoquillId *left, CoquillId *right)
{
  CoquillOrderLeaf *first = self->first;
  CoquillOrderPlace next = { first, coquill_order_leaf_first (first), 0 };
  uint32_t ring = self->front, rest = 0;
  CoquillOrderGap gap = { 0 };

  *left = COQUILL_ID_NONE;
  if (position > 0)
    {
      const CoquillOrderLeaf *leaf;

      gap = coquill_order_move_gap (self, position, &rest, false);
      leaf = self->leaf;
      *left = gap.left[-1].id + gap.left[-1].length - rest - 1;
      ring = coquill_order_ring (&gap.left[-1]);
      next = (CoquillOrderPlace){ self->leaf, (unsigned)(gap.right - leaf->spans), 0 };
      if (next.index == LEAF_SPANS && leaf->next != NULL)
        next = (CoquillOrderPlace){ leaf->next, coquill_order_leaf_first (leaf->next), 0 };
    }
  if (rest > 0)
    *right = *left + 1;
  else
    *right = ring != 0 ? self->folds[self->folds[ring].standing].id : coquill_order_id (&next);
  if (position > 0)
    insert_behind (self, gap, rest, id, length);
  else
    insert_in_front (self, id, length);
}

/* Puts a deleted span behind a ring, and a row that says so in front of its rows. */
static void
fold_again (CoquillOrder *self, CoquillOrderRing *ring, const CoquillOrderSpan *span)
{
  coquill_order_make_room (self, (size_t)span->standing + 1 + LEAF_SPANS);
  self->n_folded_again += span->standing;
  self->folds[self->n_folds++] = (CoquillOrderSpan){ COQUILL_ID_NONE, 0, span->standing };
  ring->first += ring->last == 0;
  for (uint32_t n = span->standing; n > 0; n--)
    coquill_order_fold (ring, self->folds, (uint32_t)self->n_folds++, span->id, span->length, 0);
}

/* Deletes up to @count characters behind the gap, up to the end of the leaf, and puts them behind a ring.
 * Returns how many remain. */
static inline __attribute__ ((always_inline)) uint64_t
delete_behind (CoquillOrder *self, CoquillOrderGap *gap, uint64_t count, uint32_t *ring, bool all_are_visible)
{
  CoquillOrderSpan *right = gap->right, *end = &self->leaf->spans[LEAF_SPANS], *folds;
  uint64_t rest = count;
  CoquillOrderRing open;
  uint32_t new;

  coquill_order_make_room (self, LEAF_SPANS);
  open = coquill_order_open_ring (self->folds, *ring, (uint32_t)self->n_folds);
  folds = self->folds;
  new = (uint32_t)self->n_folds;
  for (; right < end; right++)
    {
      if (!all_are_visible && !coquill_order_is_visible (right))
        {
          self->n_folds = new;
          fold_again (self, &open, right);
          folds = self->folds;
          new = (uint32_t)self->n_folds;
          continue;
        }
      if (right->length > rest)
        break;
      coquill_order_fold (&open, folds, new ++, right->id, right->length, coquill_order_ring (right));
      rest -= right->length;
    }
  /* Of the next one a part, or nothing: that is written as well, but not counted. */
  if (right < end)
    {
      bool any = rest > 0;

      folds[open.last].standing = new;
      folds[new] = (CoquillOrderSpan){ right->id, (uint32_t)rest, 0 };
      open.last = coquill_order_choose (any, new, open.last);
      new += any;
      right->id += rest;
      right->length -= (uint32_t)rest;
      rest = 0;
    }
  folds[open.last].standing = open.first;
  *ring = open.last;
  self->n_folds = new;
  self->leaf_width -= count - rest;
  gap->right = right;
  return rest;
}

static inline __attribute__ ((always_inline)) void
delete_folded (CoquillOrder *self, uint64_t position, uint64_t count, bool all_are_visible)
{
  while (count > 0)
    {
      CoquillOrderSpan *left = NULL;
      uint32_t ring = self->front;
      CoquillOrderGap gap;

      if (position == 0)
        {
          coquill_order_hold (self, self->first, 0);
          gap = coquill_order_get_gap (self->leaf);
        }
      else
        {
          uint32_t rest;
          CoquillOrderLeaf *leaf;

          gap = coquill_order_move_gap (self, position, &rest, all_are_visible);
          left = gap.left - 1;
          leaf = self->leaf;
          ring = coquill_order_cut (&gap, rest);
          if (gap.right == &leaf->spans[LEAF_SPANS])
            {
              coquill_order_set_gap (leaf, gap);
              if (all_are_visible)
                coquill_order_reach (self, position + 1);
              else
                coquill_order_take (self, leaf->next, self->before + self->leaf_width);
              coquill_order_leaf_move_gap (self->leaf, 0);
              gap = coquill_order_get_gap (self->leaf);
            }
        }
      count = delete_behind (self, &gap, count, &ring, all_are_visible);
      coquill_order_set_gap (self->leaf, gap);
      /* Before leaves are merged: what the ring parts isn't to be joined. */
      if (left != NULL)
        coquill_order_hang (left, ring);
      else
        self->front = ring;
      coquill_order_shrink_if_small (self);
    }
}

void
coquill_order_delete_partly_folded (CoquillOrder *self, uint64_t position, uint64_t count)
{
  delete_folded (self, position, count, false);
}

/* Unfolds an order in which there are too many rows. */
static inline void
bound (CoquillOrder *self)
{
  if (self->n_folds > MAX_FOLDS || self->n_folded_again > FOLDED_AGAIN + self->n_folds / 2)
    coquill_order_unfold (self);
}

bool
coquill_order_is_folded (CoquillOrder *self)
{
  bound (self);
  return self->state != COQUILL_ORDER_UNFOLDED;
}

void
coquill_order_delete_all_visible (CoquillOrder *self, uint64_t position, uint64_t count)
{
  delete_folded (self, position, count, true);
}

bool
coquill_order_delete_folded (CoquillOrder *self, uint64_t position, uint64_t count)
{
  bound (self);
  if (self->state == COQUILL_ORDER_UNFOLDED)
    return false;
  self->keeps_deletions = true;
  if (self->state == COQUILL_ORDER_FOLDED)
    coquill_order_delete_all_visible (self, position, count);
  else
    coquill_order_delete_partly_folded (self, position, count);
  return true;
}

const CoquillOrderSpan *
coquill_order_deletions (const CoquillOrder *self, size_t *n_rows)
{
  *n_rows = self->n_folds > 0 ? self->n_folds - 1 : 0;
  return *n_rows > 0 ? &self->folds[1] : NULL;
}

void
coquill_order_drop_deletions (CoquillOrder *self)
{
  self->keeps_deletions = false;
  if (self->state != COQUILL_ORDER_UNFOLDED)
    return;
  free (self->folds);
  self->folds = NULL;
  self->folds_capacity = 0;
  self->n_folds = 0;
}

/* Tells what rows from one on say was deleted, where something was folded again. */
static void
tell_rows (CoquillOrder *self, size_t row)
{
  self->n_deleted = 0;
  for (; row < self->n_folds; row++)
    if (self->folds[row].length == 0)
      row += self->folds[row].standing;
    else
      coquill_order_tell_deleted (self, self->folds[row].id, self->folds[row].length);
}

const CoquillOrderSpan *
coquill_order_delete_at (CoquillOrder *self, uint64_t position, uint64_t count, size_t *n_spans)
{
  bound (self);
  if (self->state != COQUILL_ORDER_UNFOLDED)
    {
      size_t n_before, n_folded_again = self->n_folded_again;

      coquill_order_make_room (self, 1);
      n_before = self->n_folds;
      if (self->state == COQUILL_ORDER_FOLDED)
        coquill_order_delete_all_visible (self, position, count);
      else
        coquill_order_delete_partly_folded (self, position, count);
      if (self->n_folded_again == n_folded_again)
        {
          if (n_spans != NULL)
            *n_spans = self->n_folds - n_before;
          return &self->folds[n_before];
        }
      tell_rows (self, n_before);
    }
  else
    {
      self->n_deleted = 0;
      coquill_order_delete_unfolded (self, position, count);
    }
  if (n_spans != NULL)
    *n_spans = self->n_deleted;
  return self->deleted;
}
