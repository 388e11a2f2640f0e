/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-unfold.c: what was folded is put into the tree, or looked for where it is. */

#include "text/order-private.h"

#include <stdlib.h>

#include "text/memory.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* So often what is folded away is found by looking through everything. */
#define FOLDED_FINDS 8

/* The characters of a run that is in a ring. Returns: the next one, 0 behind the last */
static inline uint32_t
take_run (const CoquillOrderSpan *folds, uint32_t ring, uint32_t run, CoquillOrderSpan *span)
{
  *span = (CoquillOrderSpan){ folds[run].id, folds[run].length, 0 };
  for (;; run = folds[run].standing)
    {
      if (folds[run].id != span->id)
        return run;
      span->standing++;
      if (run == ring)
        return 0;
    }
}

/* Puts deleted characters into the tree, before the gap. */
static void
put_deleted (CoquillOrder *self, CoquillOrderSpan span)
{
  CoquillOrderLeaf *leaf;
  CoquillOrderSpan *left;

  if (self->leaf->gap_end - self->leaf->gap < COQUILL_ORDER_NEEDED_SPANS)
    coquill_order_split (self);
  leaf = self->leaf;
  left = &leaf->spans[leaf->gap] - 1;
  if (leaf->gap > 0 && coquill_order_follows (left, &span))
    left->length += span.length;
  else
    leaf->spans[leaf->gap++] = span;
  if (self->ids != NULL && !leaf->is_moved)
    coquill_order_index_set (self->ids, span.id, span.length, leaf);
}

static void
put_ring (CoquillOrder *self, uint32_t ring)
{
  uint32_t run = self->folds[ring].standing;
  CoquillOrderSpan span;

  do
    {
      run = take_run (self->folds, ring, run, &span);
      put_deleted (self, span);
    }
  while (run != 0);
}

void
coquill_order_unfold_behind (CoquillOrder *self, uint64_t position)
{
  uint32_t ring = self->front;

  if (position > 0)
    {
      uint32_t rest = coquill_order_seek (self, position, false);
      CoquillOrderSpan *left = &self->leaf->spans[self->leaf->gap - 1];

      ring = coquill_order_ring (left);
      if (rest > 0 || ring == 0)
        return;
      left->standing = 0;
    }
  else
    {
      if (ring == 0)
        return;
      coquill_order_hold (self, self->first, 0);
      self->front = 0;
    }
  self->state = COQUILL_ORDER_PARTLY_FOLDED;
  put_ring (self, ring);
  coquill_order_join_over_gap (self->leaf);
}

/* Spans on their way into the tree. */
typedef struct
{
  CoquillOrder *order;
  unsigned n_spans;
  CoquillOrderSpan spans[64];
} Unfolding;

static inline void
unfold_span (Unfolding *self, CoquillOrderSpan span)
{
  if (self->n_spans == sizeof self->spans / sizeof self->spans[0])
    {
      coquill_order_append_spans (self->order, self->spans, self->n_spans);
      self->n_spans = 0;
    }
  self->spans[self->n_spans++] = span;
}

static inline void
unfold_ring (Unfolding *self, const CoquillOrderSpan *folds, uint32_t ring)
{
  CoquillOrderSpan span;

  for (uint32_t run = ring != 0 ? folds[ring].standing : 0; run != 0;)
    {
      run = take_run (folds, ring, run, &span);
      unfold_span (self, span);
    }
}

void
coquill_order_unfold (CoquillOrder *self)
{
  Unfolding unfolding;
  CoquillOrder folded;

  if (self->state == COQUILL_ORDER_UNFOLDED)
    return;
  self->state = COQUILL_ORDER_UNFOLDED;
  if (self->n_folds == 0)
    return;

  unfolding.order = coquill_order_new ();
  unfolding.order->state = COQUILL_ORDER_UNFOLDED;
  unfolding.n_spans = 0;
  unfold_ring (&unfolding, self->folds, self->front);
  for (CoquillOrderLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = coquill_order_leaf_first (leaf); i < LEAF_SPANS; i = coquill_order_leaf_next (leaf, i))
      {
        const CoquillOrderSpan *span = &leaf->spans[i];
        bool is_visible = coquill_order_is_visible (span);

        unfold_span (&unfolding,
                     (CoquillOrderSpan){ span->id, span->length, is_visible ? 0 : span->standing });
        unfold_ring (&unfolding, self->folds, is_visible ? coquill_order_ring (span) : 0);
      }
  coquill_order_append_spans (unfolding.order, unfolding.spans, unfolding.n_spans);
  folded = *self;
  *self = *unfolding.order;
  if (folded.keeps_deletions)
    {
      self->keeps_deletions = true;
      self->folds = folded.folds;
      self->n_folds = folded.n_folds;
      self->folds_capacity = folded.folds_capacity;
      folded.folds = NULL;
    }
  *unfolding.order = folded;
  coquill_order_count_again (self, folded.again, folded.n_again);
  coquill_order_free (unfolding.order);
}

/* Goes on to behind the span at which the ring hangs whose rows are marked; the one numbered 0 isn't.
 * Returns: false if there is none */
static bool
pass_to_marked (const CoquillOrderSpan *span,
                const CoquillOrderSpan *end,
                const bool *marks,
                uint64_t *position)
{
  uint64_t passed = *position;
  bool found = false;

  for (; span != end && !found; span++)
    if (coquill_order_is_visible (span))
      {
        passed += span->length;
        found = marks[coquill_order_ring (span)];
      }
  *position = passed;
  return found;
}

bool
coquill_order_find_folded (CoquillOrder *self, CoquillId id, uint64_t *position)
{
  uint32_t row = self->n_folds > 0 ? self->n_folds - 1 : 0;
  bool *marks, found;

  if (self->state == COQUILL_ORDER_UNFOLDED || self->n_folded_finds == FOLDED_FINDS)
    return false;
  /* The last row, if it was folded again. */
  while (row > 0 && id - self->folds[row].id >= self->folds[row].length)
    row--;
  if (row == 0)
    return false;

  /* Which of its ring the visible span names isn't known. */
  self->n_folded_finds++;
  marks = coquill_allocate (self->n_folds * sizeof *marks);
  for (uint32_t run = row; !marks[run]; run = self->folds[run].standing)
    marks[run] = true;
  *position = 0;
  found = marks[self->front];
  for (const CoquillOrderLeaf *leaf = self->first; leaf != NULL && !found; leaf = leaf->next)
    found = pass_to_marked (leaf->spans, &leaf->spans[leaf->gap], marks, position)
            || pass_to_marked (&leaf->spans[leaf->gap_end], &leaf->spans[LEAF_SPANS], marks, position);
  free (marks);
  return found;
}
