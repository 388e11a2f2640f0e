/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-fold.c: an order while nobody has asked for what was deleted. */

#include "text/order-private.h"

#include <stdlib.h>

#include "text/memory.h"

/*
 * What was deleted behind a visible span, up to the next one, is a ring of runs, named by its last; so both
 * ends of it are at hand, and two rings are made one in O(1). The runs are rows of @folds, in the order in
 * which they were deleted: so what a deletion tells are its rows. In what else says how many deletions stand,
 * a row has the number of the next of its ring (behind the last comes the first), and a visible span the
 * negative of its ring's. What is put in goes directly behind the visible character before it, so in front of
 * the ring there, which then hangs at what was put in.
 *
 * In each run one deletion of each character stands. Runs that go on from one another aren't joined: that
 * they do is a guess that no processor makes right.
 */

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* So that they can be numbered in a span, with room for one deletion of all that is visible. */
#define MAX_FOLDS (UINT32_C (1) << 30)

/* So often what is folded away is found by looking through everything. */
#define FOLDED_FINDS 8

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

/* Room for so many more runs. The row numbered 0 is no ring's; it is written to where there is none. */
static inline void
make_room (CoquillOrder *self, unsigned n)
{
  if (self->folds_capacity - self->n_folds >= n)
    return;
  self->folds = coquill_grow (self->folds, &self->folds_capacity, self->n_folds + n + 1, sizeof *self->folds);
  if (self->n_folds == 0)
    self->folds[self->n_folds++] = (CoquillOrderSpan){ .id = COQUILL_ID_NONE };
}

/* One of two, without a branch: nobody can guess which. */
static inline uint32_t
choose (bool condition, uint32_t yes, uint32_t no)
{
  uint32_t mask = -(uint32_t)condition;

  return (yes & mask) | (no & ~mask);
}

/* Returns: the ring with a new row behind it, and another ring behind that. Either may be none. */
static inline uint32_t
fold (CoquillOrderSpan *folds, uint32_t ring, uint32_t new, CoquillId id, uint32_t length, uint32_t other)
{
  uint32_t first = choose (ring != 0, folds[ring].standing, new);
  uint32_t behind = choose (other != 0, folds[other].standing, first);

  folds[ring].standing = new;
  folds[other].standing = first;
  folds[new] = (CoquillOrderSpan){ id, length, behind };
  return choose (other != 0, other, new);
}

/* Makes a span of its own of the last characters of the one before the gap: with its ring, which stands
 * behind it. If there are none, that is written as well, but not counted. */
static inline void
part (CoquillOrderLeaf *leaf, uint32_t rest)
{
  CoquillOrderSpan *left = &leaf->spans[leaf->gap - 1];
  bool any = rest > 0;

  left->length -= rest;
  leaf->gap_width -= rest;
  leaf->spans[leaf->gap_end - 1] = (CoquillOrderSpan){ left->id + left->length, rest, left->standing };
  leaf->gap_end -= any;
  left->standing &= (uint32_t)any - 1;
}

static inline void
insert_behind (CoquillOrder *self, uint32_t rest, CoquillId id, uint32_t length)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *left = &leaf->spans[leaf->gap - 1];

  if (id - left->id == left->length && rest == 0 && length <= COQUILL_ORDER_MAX_LENGTH - left->length)
    left->length += length;
  else
    {
      part (leaf, rest);
      leaf->spans[leaf->gap++] = (CoquillOrderSpan){ id, length, left->standing };
      left->standing = 0;
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
coquill_order_insert_at (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  if (!self->is_folded)
    {
      coquill_order_insert_unfolded (self, position, id, length);
      return;
    }
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;

      if (position == 0)
        insert_in_front (self, id, piece);
      else
        insert_behind (self, coquill_order_seek (self, position, true), id, piece);
      position += piece;
      id += piece;
      length -= piece;
    }
}

/* Deletes up to @count characters behind the gap, up to the end of the leaf. Returns how many remain. */
static inline uint64_t
delete_behind (CoquillOrder *self, uint64_t count, uint32_t *ring)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *right = &leaf->spans[leaf->gap_end];
  CoquillOrderSpan *end = &leaf->spans[LEAF_SPANS];
  uint64_t rest = count;
  uint32_t new, last = *ring;

  make_room (self, LEAF_SPANS);
  new = (uint32_t)self->n_folds;
  while (rest > 0 && right < end)
    {
      bool is_whole = right->length <= rest;
      uint32_t length = is_whole ? right->length : (uint32_t)rest;

      last = fold (self->folds, last, new ++, right->id, length, ring_of (right) & -(uint32_t)is_whole);
      right->id += length;
      right->length -= length;
      right += is_whole;
      rest -= length;
    }
  *ring = last;
  self->n_folds = new;
  self->leaf_width -= count - rest;
  leaf->gap_end = (uint32_t)(right - leaf->spans);
  return rest;
}

static inline void
delete_folded (CoquillOrder *self, uint64_t position, uint64_t count)
{
  while (count > 0)
    {
      CoquillOrderSpan *left = NULL;
      uint32_t ring = self->front;

      if (position == 0)
        coquill_order_hold (self, self->first, 0);
      else
        {
          uint32_t rest = coquill_order_seek (self, position, true);
          CoquillOrderLeaf *leaf = self->leaf;

          part (leaf, rest);
          left = &leaf->spans[leaf->gap - 1];
          ring = ring_of (left);
          if (leaf->gap_end == LEAF_SPANS)
            {
              coquill_order_reach (self, position + 1);
              coquill_order_leaf_move_gap (self->leaf, 0);
            }
        }
      count = delete_behind (self, count, &ring);
      /* Before leaves are merged: what the ring parts isn't to be joined. */
      if (left != NULL)
        hang (left, ring);
      else
        self->front = ring;
      coquill_order_shrink_if_small (self);
    }
}

const CoquillOrderSpan *
coquill_order_delete_at (CoquillOrder *self, uint64_t position, uint64_t count, size_t *n_spans)
{
  if (self->n_folds > MAX_FOLDS)
    coquill_order_unfold (self);
  if (self->is_folded)
    {
      size_t n_before;

      make_room (self, 1);
      n_before = self->n_folds;
      delete_folded (self, position, count);
      if (n_spans != NULL)
        *n_spans = self->n_folds - n_before;
      return &self->folds[n_before];
    }
  self->n_deleted = 0;
  coquill_order_delete_unfolded (self, position, count);
  if (n_spans != NULL)
    *n_spans = self->n_deleted;
  return self->deleted;
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
unfold_ring (Unfolding *self, const CoquillOrderSpan *folds, uint32_t ring)
{
  for (uint32_t run = ring; run != 0;)
    {
      run = folds[run].standing;
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

/* Whether a ring is the one of a mark. */
static inline bool
is_marked (const bool *marks, uint32_t ring)
{
  return ring != 0 && marks[ring];
}

bool
coquill_order_find_folded (CoquillOrder *self, CoquillId id, uint64_t *position)
{
  uint32_t found = 0;
  bool *marks;

  if (!self->is_folded || self->n_folded_finds == FOLDED_FINDS)
    return false;
  for (uint32_t i = 1; i < self->n_folds; i++)
    if (id - self->folds[i].id < self->folds[i].length)
      found = i;
  if (found == 0)
    return false;

  /* Which of its ring the visible span names isn't known. */
  self->n_folded_finds++;
  marks = coquill_allocate (self->n_folds * sizeof *marks);
  for (uint32_t run = found; !marks[run]; run = self->folds[run].standing)
    marks[run] = true;
  *position = 0;
  found = is_marked (marks, self->front);
  for (CoquillOrderLeaf *leaf = self->first; leaf != NULL && !found; leaf = leaf->next)
    for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS && !found;
         i = coquill_order_leaf_next (leaf, i))
      {
        *position += leaf->spans[i].length;
        found = is_marked (marks, ring_of (&leaf->spans[i]));
      }
  free (marks);
  return found;
}
