/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-edit.c: many edits of an order in which what is deleted is folded, one after the other. */

#include "text/order-ring.h"

#define LEAF_SPANS COQUILL_ORDER_LEAF_SPANS

/* What the leaf in hand is, kept in registers from one edit to the next. */
typedef struct
{
  CoquillOrderLeaf *leaf;
  CoquillOrderGap gap;
  uint64_t before;
  uint64_t leaf_width;
} Hand;

static inline Hand
take_hand (CoquillOrder *self)
{
  return (Hand){ self->leaf, coquill_order_get_gap (self->leaf), self->before, self->leaf_width };
}

static inline void
give_back (CoquillOrder *self, const Hand *hand)
{
  coquill_order_set_gap (hand->leaf, hand->gap);
  self->leaf_width = hand->leaf_width;
}

/* What isn't behind a character of the leaf in hand alone. */
static __attribute__ ((noinline)) void
edit_anywhere (CoquillOrder *self, uint64_t position, uint64_t n_deleted, uint64_t n_inserted, CoquillId id)
{
  if (n_deleted > 0 && self->state == COQUILL_ORDER_FOLDED)
    coquill_order_delete_all_visible (self, position, n_deleted);
  else if (n_deleted > 0)
    coquill_order_delete_partly_folded (self, position, n_deleted);
  if (n_inserted > 0)
    coquill_order_insert_at (self, position, id, n_inserted);
}

/* Deletes up to @count characters from @first on, up to the end of the leaf or what is deleted already, and
 * puts them behind a ring. Returns how many remain. @all_are_visible: as in a folded order; a constant, for
 * the compiler */
static inline __attribute__ ((always_inline)) uint32_t
delete_visible (CoquillOrder *self,
                CoquillOrderSpan **first,
                const CoquillOrderSpan *end,
                uint32_t count,
                uint32_t *ring,
                bool all_are_visible)
{
  CoquillOrderSpan *span = *first, *folds;
  CoquillOrderRing open;
  uint32_t new;

  coquill_order_make_room (self, LEAF_SPANS);
  folds = self->folds;
  new = (uint32_t)self->n_folds;
  open = coquill_order_open_ring (folds, *ring, new);
  /* A span, or a part of the last one: nobody can guess which. */
  while (count > 0 && span < end && (all_are_visible || coquill_order_is_visible (span)))
    {
      bool is_whole = span->length <= count;
      uint32_t taken = coquill_order_choose (is_whole, span->length, count);

      coquill_order_fold (&open, folds, new ++, span->id, taken,
                          coquill_order_choose (is_whole, coquill_order_ring (span), 0));
      span->id += taken;
      span->length -= taken;
      span += is_whole;
      count -= taken;
    }
  folds[open.last].standing = open.first;
  *ring = open.last;
  self->n_folds = new;
  *first = span;
  return count;
}

/* @all_are_visible: the same */
static inline __attribute__ ((always_inline)) void
edit_folded (CoquillOrder *self, const CoquillOrderEdit *edits, size_t n_edits, bool all_are_visible)
{
  Hand hand = take_hand (self);

  self->keeps_deletions = true;
  for (const CoquillOrderEdit *edit = edits, *end = edits + n_edits; edit < end; edit++)
    {
      uint64_t position = edit->position, within;
      CoquillOrderGap gap;
      CoquillOrderSpan *left;
      uint32_t rest, ring, count = edit->n_deleted, length = edit->n_inserted;

      if (position - 1 - hand.before >= hand.leaf_width)
        {
          give_back (self, &hand);
          if (position == 0)
            {
              edit_anywhere (self, position, count, length, edit->id);
              hand = take_hand (self);
              continue;
            }
          coquill_order_reach (self, position);
          hand = take_hand (self);
        }

      within = position - hand.before;
      gap = coquill_order_slide_gap (hand.gap, within, all_are_visible);
      rest = (uint32_t)(gap.width - within);
      if (gap.right - gap.left < COQUILL_ORDER_NEEDED_SPANS)
        {
          hand.gap = gap;
          give_back (self, &hand);
          coquill_order_split (self);
          hand = take_hand (self);
          gap = hand.gap;
        }

      left = gap.left - 1;
      ring = coquill_order_cut (&gap, rest);
      if (count > 0)
        {
          count = delete_visible (self, &gap.right, &hand.leaf->spans[LEAF_SPANS], count, &ring,
                                  all_are_visible);
          hand.leaf_width -= edit->n_deleted - count;
          if (count > 0 || gap.right - gap.left > LEAF_SPANS - LEAF_SPANS / 4)
            {
              coquill_order_hang (left, ring);
              hand.gap = gap;
              give_back (self, &hand);
              if (count == 0)
                coquill_order_shrink_if_small (self);
              edit_anywhere (self, position, count, length, edit->id);
              hand = take_hand (self);
              continue;
            }
        }

      /* What is put in goes in front of the ring, which then is its. */
      gap.width += length;
      hand.leaf_width += length;
      if (edit->id - left->id == left->length && length <= COQUILL_ORDER_MAX_LENGTH - left->length)
        left->length += length;
      else
        {
          bool any = length > 0;

          coquill_order_hang (left, coquill_order_choose (any, 0, ring));
          *gap.left = (CoquillOrderSpan){ edit->id, length, 0 };
          left = gap.left;
          gap.left += any;
        }
      coquill_order_hang (left, ring);
      hand.gap = gap;
      if (self->ids != NULL && length > 0 && !hand.leaf->is_moved)
        coquill_order_index_set (self->ids, edit->id, length, hand.leaf);
    }
  give_back (self, &hand);
}

void
coquill_order_edit_folded (CoquillOrder *self, const CoquillOrderEdit *edits, size_t n_edits)
{
  if (self->state == COQUILL_ORDER_FOLDED)
    edit_folded (self, edits, n_edits, true);
  else
    edit_folded (self, edits, n_edits, false);
}
