/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.c: changes of the order. */

#include "text/order-private.h"

#include <stdlib.h>

/*
 * Each change moves the gap of the leaf in hand to its place, and then looks only at the spans on both sides
 * of it. Spans that belong together are joined over the gap.
 */

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* Of what more deletions stand isn't folded again: it would get a row for each of them, in each of its
 * pieces. */
#define MAX_FOLDED_AGAIN 4

/* So many rows, and as many as are folded, may be noted of what is deleted once more. */
#define MAX_AGAIN 1024

CoquillOrder *
coquill_order_new (void)
{
  CoquillOrder *self = coquill_allocate (sizeof *self);

  self->leaf = coquill_order_leaf_new ();
  self->root = self->leaf;
  self->first = self->leaf;
  self->last = self->leaf;
  self->n_leaves = 1;
  return self;
}

/* Recursion is bounded by the height. */
static void
free_nodes (void *node, unsigned height)
{
  if (height > 0)
    for (unsigned i = 0; i < ((CoquillOrderNode *)node)->n_children; i++)
      free_nodes (((CoquillOrderNode *)node)->children[i], height - 1);
  free (node);
}

void
coquill_order_free (CoquillOrder *self)
{
  if (self == NULL)
    return;
  coquill_order_drop_index (self);
  free (self->folds);
  free (self->deleted);
  free (self->again);
  free_nodes (self->root, self->height);
  free (self);
}

/* Takes a leaf in hand for a change, with a place's span directly before the gap. */
static void
hold_span (CoquillOrder *self, const CoquillOrderPlace *place)
{
  CoquillOrderLeaf *leaf = place->leaf;

  coquill_order_hold (
      self, leaf, place->index < leaf->gap ? place->index + 1 : place->index + 1 - leaf->gap_end + leaf->gap);
}

/* Puts in characters before so many of the span before the gap, if there is one. */
static inline void
insert_at_gap (CoquillOrder *self, uint32_t behind, CoquillId id, uint32_t length)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = &leaf->spans[leaf->gap] - 1;
  CoquillOrderSpan new = { id, length, 0 };

  if (leaf->gap > 0 && behind == 0 && coquill_order_follows (left, &new))
    left->length += length;
  else
    {
      if (behind > 0)
        {
          CoquillOrderSpan tail = { left->id + left->length - behind, behind, left->standing };

          left->length -= behind;
          left->standing = coquill_order_is_visible (left) ? 0 : left->standing;
          leaf->gap_width -= coquill_order_span_width (&tail);
          leaf->spans[--leaf->gap_end] = tail;
        }
      leaf->spans[leaf->gap++] = new;
    }
  leaf->gap_width += length;
  self->leaf_width += length;
  if (self->ids != NULL && !leaf->is_moved)
    coquill_order_index_set (self->ids, id, length, leaf);
  coquill_order_join_over_gap (leaf);
}

void
coquill_order_insert (CoquillOrder *self, const CoquillOrderPlace *place, CoquillId id, uint64_t length)
{
  CoquillOrderLeaf *leaf = place->leaf;
  uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;
  CoquillOrderSpan new = { id, piece, 0 };
  uint64_t position = piece < length ? coquill_order_position (self, place) : 0;

  if (length == 0)
    return;
  if (place->offset > 0)
    {
      uint32_t behind = coquill_order_rest (place);

      hold_span (self, place);
      insert_at_gap (self, behind, id, piece);
    }
  else
    {
      CoquillOrderLeaf *previous = leaf->previous;

      if (previous != NULL && place->index == coquill_order_leaf_first (leaf)
          && coquill_order_follows (coquill_order_leaf_last (previous), &new))
        coquill_order_hold (self, previous, coquill_order_leaf_n_spans (previous));
      else
        coquill_order_hold (
            self, leaf, place->index < leaf->gap ? place->index : place->index - leaf->gap_end + leaf->gap);
      insert_at_gap (self, 0, id, piece);
    }
  if (piece < length)
    coquill_order_insert_at (self, position + piece, id + piece, length - piece);
}

void
coquill_order_insert_unfolded (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  if (position == 0)
    {
      CoquillOrderPlace place = coquill_order_start (self);

      coquill_order_insert (self, &place, id, length);
      return;
    }
  for (; length > COQUILL_ORDER_MAX_LENGTH; length -= COQUILL_ORDER_MAX_LENGTH)
    {
      insert_at_gap (self, coquill_order_seek (self, position, false), id, COQUILL_ORDER_MAX_LENGTH);
      position += COQUILL_ORDER_MAX_LENGTH;
      id += COQUILL_ORDER_MAX_LENGTH;
    }
  if (length > 0)
    insert_at_gap (self, coquill_order_seek (self, position, false), id, (uint32_t)length);
}

void
coquill_order_insert_between (
    CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length, CoquillId *left, CoquillId *right)
{
  CoquillOrderPlace place;

  if (self->state != COQUILL_ORDER_UNFOLDED && length <= COQUILL_ORDER_MAX_LENGTH)
    {
      coquill_order_insert_between_folded (self, position, id, (uint32_t)length, left, right);
      return;
    }
  coquill_order_unfold (self);
  if (position > 0 && length <= COQUILL_ORDER_MAX_LENGTH)
    {
      uint32_t behind = coquill_order_seek (self, position, false);
      const CoquillOrderLeaf *leaf = self->leaf;
      const CoquillOrderSpan *span = &leaf->spans[leaf->gap] - 1;

      *left = span->id + span->length - behind - 1;
      place = (CoquillOrderPlace){ self->leaf, leaf->gap_end, 0 };
      if (behind == 0 && leaf->gap_end == LEAF_SPANS && leaf->next != NULL)
        place = (CoquillOrderPlace){ leaf->next, coquill_order_leaf_first (leaf->next), 0 };
      *right = behind > 0 ? *left + 1 : coquill_order_id (&place);
      insert_at_gap (self, behind, id, (uint32_t)length);
      return;
    }
  *left = COQUILL_ID_NONE;
  place = coquill_order_start (self);
  if (position > 0)
    {
      place = coquill_order_find (self, position - 1);
      *left = coquill_order_id (&place);
      place = coquill_order_find_behind (self, position);
    }
  *right = coquill_order_id (&place);
  coquill_order_insert (self, &place, id, length);
}

void
coquill_order_append (CoquillOrder *self, CoquillId id, uint64_t length, uint32_t standing)
{
  if (standing > 0)
    coquill_order_unfold (self);
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;
      CoquillOrderSpan new = { id, piece, standing };
      CoquillOrderLeaf *leaf = self->last;

      if (self->leaf != leaf)
        coquill_order_take (self, leaf, COQUILL_ORDER_UNKNOWN);
      coquill_order_leaf_move_gap (leaf, coquill_order_leaf_n_spans (leaf));
      if (leaf->gap > 0 && coquill_order_follows ((&leaf->spans[leaf->gap] - 1), &new))
        leaf->spans[leaf->gap - 1].length += piece;
      else
        {
          if (leaf->gap == LEAF_SPANS)
            coquill_order_add_leaf (self);
          leaf = self->leaf;
          leaf->spans[leaf->gap++] = new;
        }
      leaf->gap_width += coquill_order_span_width (&new);
      self->leaf_width += coquill_order_span_width (&new);
      if (self->ids != NULL && !leaf->is_moved)
        coquill_order_index_set (self->ids, id, piece, leaf);
      id += piece;
      length -= piece;
    }
}

void
coquill_order_append_spans (CoquillOrder *self, const CoquillOrderSpan *spans, size_t n_spans)
{
  for (const CoquillOrderSpan *end = spans + n_spans; spans < end; spans++)
    {
      CoquillOrderLeaf *leaf;
      uint64_t width = 0;

      coquill_order_append (self, spans->id, spans->length, spans->standing);
      /* The last leaf is in hand now, and its gap at the end. */
      leaf = self->leaf;
      for (; leaf->gap < LEAF_SPANS && spans + 1 < end && self->ids == NULL
             && !coquill_order_follows (&leaf->spans[leaf->gap - 1], spans + 1)
             && (spans[1].standing == 0 || self->state == COQUILL_ORDER_UNFOLDED);
           spans++)
        {
          leaf->spans[leaf->gap++] = spans[1];
          width += coquill_order_span_width (&spans[1]);
        }
      leaf->gap_width += width;
      self->leaf_width += width;
    }
}

/* Takes out the first @length of the last @here characters of the span before the gap. The others of these go
 * behind the gap. */
static inline CoquillOrderSpan
cut (CoquillOrder *self, uint32_t here, uint32_t length)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = &leaf->spans[leaf->gap] - 1;
  CoquillOrderSpan out = { left->id + left->length - here, length, left->standing };
  CoquillOrderSpan tail = { out.id + length, here - length, left->standing };

  left->length -= here;
  leaf->gap_width -= out.standing == 0 ? here : 0;
  self->leaf_width -= coquill_order_span_width (&out);
  /* Without a branch: what is not there is written as well, but not counted. */
  leaf->spans[leaf->gap_end - 1] = tail;
  leaf->gap_end -= tail.length > 0;
  leaf->gap -= left->length == 0;
  return out;
}

static inline void
put_before_gap (CoquillOrderLeaf *leaf, CoquillOrderSpan span)
{
  CoquillOrderSpan *left = &leaf->spans[leaf->gap] - 1;

  if (leaf->gap > 0 && coquill_order_follows (left, &span))
    left->length += span.length;
  else
    leaf->spans[leaf->gap++] = span;
  leaf->gap_width += coquill_order_span_width (&span);
}

static inline void
put_behind_gap (CoquillOrderLeaf *leaf, CoquillOrderSpan span)
{
  CoquillOrderSpan *right = &leaf->spans[leaf->gap_end];

  if (leaf->gap_end < LEAF_SPANS && coquill_order_follows (&span, right))
    {
      right->id = span.id;
      right->length += span.length;
      coquill_order_join_over_gap (leaf);
    }
  else if (leaf->gap > 0 && coquill_order_follows ((&leaf->spans[leaf->gap] - 1), &span))
    put_before_gap (leaf, span);
  else
    leaf->spans[--leaf->gap_end] = span;
}

/* Deletes visible characters behind the gap, up to the end of the leaf. A deleted span is before the gap.
 * Which spans are visible, and which can be joined, no processor can guess: each is written as if it were
 * both, and counted only if it is. Returns how many of @count remain. */
static uint64_t
delete_behind_gap (CoquillOrder *self, uint64_t count)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *spans = leaf->spans;
  CoquillOrderSpan *told = coquill_order_reserve_deleted (self, LEAF_SPANS);
  CoquillOrderSpan *last = &spans[leaf->gap] - 1;
  CoquillOrderSpan joined = *last;
  uint64_t rest = count;
  unsigned i = leaf->gap_end;

  while (rest > 0 && i < LEAF_SPANS)
    {
      CoquillOrderSpan span = spans[i];
      uint32_t width = coquill_order_span_width (&span);
      bool is_visible = span.standing == 0, follows;

      if (width > rest)
        {
          spans[i].id += rest;
          spans[i--].length -= (uint32_t)rest;
          span.length = width = (uint32_t)rest;
        }
      i++;
      rest -= width;
      span.standing += is_visible;
      *told = span;
      told += is_visible;
      follows = coquill_order_follows (&joined, &span);
      last += !follows;
      joined.id = follows ? joined.id : span.id;
      joined.length = (follows ? joined.length : 0) + span.length;
      joined.standing = span.standing;
      *last = joined;
    }
  leaf->gap = (unsigned)(last - spans) + 1;
  leaf->gap_end = i;
  self->n_deleted = (size_t)(told - self->deleted);
  self->leaf_width -= count - rest;
  coquill_order_join_over_gap (leaf);
  return rest;
}

void
coquill_order_delete_unfolded (CoquillOrder *self, uint64_t position, uint64_t count)
{
  while (count > 0)
    {
      uint32_t here = coquill_order_seek (self, position + 1, false) + 1;
      CoquillOrderSpan span = cut (self, here, count < here ? (uint32_t)count : here);

      count -= span.length;
      span.standing = 1;
      coquill_order_tell_deleted (self, span.id, span.length);
      if (count > 0)
        {
          put_before_gap (self->leaf, span);
          count = delete_behind_gap (self, count);
        }
      else
        put_behind_gap (self->leaf, span);
      coquill_order_shrink_if_small (self);
    }
}

void
coquill_order_set_standing (CoquillOrder *self,
                            const CoquillOrderPlace *place,
                            uint32_t length,
                            uint32_t standing)
{
  uint32_t here = coquill_order_rest (place);
  CoquillOrderSpan span;

  if (length == 0 || coquill_order_standing (place) == standing)
    return;
  if (self->state != COQUILL_ORDER_UNFOLDED)
    {
      bool is_visible = coquill_order_standing (place) == 0;
      CoquillId id = coquill_order_id (place);
      CoquillOrderPlace unfolded;

      if (standing > (is_visible ? 1 : MAX_FOLDED_AGAIN))
        {
          if (coquill_order_find_id (self, id, &unfolded))
            coquill_order_set_standing (self, &unfolded, length, standing);
          return;
        }
      if (is_visible)
        {
          coquill_order_delete_at (self, coquill_order_position (self, place), length, NULL);
          return;
        }
    }
  hold_span (self, place);
  span = cut (self, here, length);
  span.standing = standing;
  self->leaf_width += coquill_order_span_width (&span);
  put_behind_gap (self->leaf, span);
  coquill_order_shrink_if_small (self);
}

bool
coquill_order_delete_again (CoquillOrder *self, CoquillId id, uint64_t length)
{
  /* What many delete again and again would have a row for each of them. */
  if (self->n_again > MAX_AGAIN + self->n_folds)
    coquill_order_unfold (self);
  if (self->state == COQUILL_ORDER_UNFOLDED)
    return false;
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;

      self->again = coquill_grow (self->again, &self->again_capacity, self->n_again + 1, sizeof *self->again);
      self->again[self->n_again++] = (CoquillOrderSpan){ id, piece, 1 };
      id += piece;
      length -= piece;
    }
  return true;
}

void
coquill_order_count_again (CoquillOrder *self, const CoquillOrderSpan *again, size_t n_again)
{
  for (size_t i = 0; i < n_again; i++)
    for (uint32_t done = 0, here; done < again[i].length; done += here)
      {
        CoquillOrderPlace place;

        /* It was deleted, and so it is here. */
        if (!coquill_order_find_id (self, again[i].id + done, &place))
          abort ();
        here = coquill_order_rest (&place);
        if (here > again[i].length - done)
          here = again[i].length - done;
        coquill_order_set_standing (self, &place, here, coquill_order_standing (&place) + 1);
      }
}

void
coquill_order_remove (CoquillOrder *self, const CoquillOrderPlace *place, uint32_t length)
{
  uint32_t here = coquill_order_rest (place);

  if (length == 0)
    return;
  hold_span (self, place);
  cut (self, here, length);
  coquill_order_join_over_gap (self->leaf);
  coquill_order_shrink_if_small (self);
}
