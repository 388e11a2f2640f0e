/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-ring.h: the rings of what was deleted, in an order that is folded. */

#pragma once

#include "text/order-private.h"

/*
 * What was deleted behind a visible span, up to the next one, is a ring of runs, named by its last; so both
 * ends of it are at hand, and two rings are made one in O(1). The runs are rows of @folds, in the order in
 * which they were deleted: so what a deletion tells are its rows. In what else says how many deletions stand,
 * a row has the number of the next of its ring (behind the last comes the first), and a visible span the
 * negative of its ring's. What is put in goes directly behind the visible character before it, so in front of
 * the ring there, which then hangs at what was put in.
 *
 * Runs that go on from one another aren't joined: that they do is a guess that no processor makes right.
 *
 * Who asks what stands directly behind a visible character has the ring there put into the tree, behind it,
 * and that alone; the order is *partly* folded from then on. In such an order what hangs at a visible span
 * stands before the deleted spans behind it. A deletion folds those that it comes to again; if several
 * deletions of one stand, it has as many rows, one behind the other, and in front of these there is a row
 * that is in no ring: it has no characters, and says how many rows aren't the deletion's. So that these are
 * few, all is put into the tree once many stand (coquill_order_set_standing()).
 */

static inline void
coquill_order_hang (CoquillOrderSpan *span, uint32_t ring)
{
  span->standing = -ring;
}

/* Room for so many more runs. The row numbered 0 is no ring's; it is written to where there is none. */
static inline void
coquill_order_make_room (CoquillOrder *self, size_t n)
{
  if (self->folds_capacity - self->n_folds >= n)
    return;
  self->folds = coquill_grow (self->folds, &self->folds_capacity, self->n_folds + n + 1, sizeof *self->folds);
  if (self->n_folds == 0)
    self->folds[self->n_folds++] = (CoquillOrderSpan){ .id = COQUILL_ID_NONE };
}

/* One of two, without a branch: nobody can guess which. */
static inline uint32_t
coquill_order_choose (bool condition, uint32_t yes, uint32_t no)
{
  uint32_t mask = -(uint32_t)condition;

  return (yes & mask) | (no & ~mask);
}

/* A ring that is made longer: it isn't closed while it is. */
typedef struct
{
  uint32_t last; /* 0 for none */
  uint32_t first;
} CoquillOrderRing;

/* @next: the number of the first row that will be put behind it */
static inline CoquillOrderRing
coquill_order_open_ring (const CoquillOrderSpan *folds, uint32_t ring, uint32_t next)
{
  return (CoquillOrderRing){ ring, coquill_order_choose (ring != 0, folds[ring].standing, next) };
}

/* Puts a new row behind a ring, and another ring, which may be none, behind that. */
static inline void
coquill_order_fold (CoquillOrderRing *ring,
                    CoquillOrderSpan *folds,
                    uint32_t new,
                    CoquillId id,
                    uint32_t length,
                    uint32_t other)
{
  folds[ring->last].standing = new;
  folds[new] = (CoquillOrderSpan){ id, length, folds[other].standing };
  ring->last = other | (new & -(uint32_t)(other == 0));
}

/* Cuts the span before the gap: so many of its characters come behind it, and have its ring. If these are
 * none, they are written as well, but not counted. Returns the ring that is directly behind the gap then. */
static inline uint32_t
coquill_order_cut (CoquillOrderGap *gap, uint32_t rest)
{
  CoquillOrderSpan *left = gap->left - 1;

  left->length -= rest;
  gap->width -= rest;
  gap->right[-1] = (CoquillOrderSpan){ left->id + left->length, rest, left->standing };
  gap->right -= rest > 0;
  return coquill_order_choose (rest > 0, 0, coquill_order_ring (left));
}
