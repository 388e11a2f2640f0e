/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order-private.h: what the parts of the order know of each other. */

#pragma once

#include "text/memory.h"
#include "text/order-fold.h"
#include "text/order-index.h"

#define COQUILL_ORDER_NODE_CHILDREN 32

/* A hand's place in the text while nobody has asked for it: so far that no position is near. */
#define COQUILL_ORDER_UNKNOWN (UINT64_C (1) << 62)

/* Where what was deleted is: hung at the visible span that it stands behind, there or in the tree, or all in
 * the tree. */
typedef enum
{
  COQUILL_ORDER_FOLDED,
  COQUILL_ORDER_PARTLY_FOLDED,
  COQUILL_ORDER_UNFOLDED
} CoquillOrderState;

/* An inner node. Never empty; all leaves are equally deep. */
struct CoquillOrderNode
{
  CoquillOrderNode *parent;
  uint32_t n_children;
  uint32_t slot;                                /* see coquill_order_slot() */
  uint64_t widths[COQUILL_ORDER_NODE_CHILDREN]; /* visible characters; without what the hand has not told */
  void *children[COQUILL_ORDER_NODE_CHILDREN];
};

/* The hand: @leaf is never NULL. What its width has become is @leaf_width; its own and all above are as
 * before, until the hand takes another leaf. */
struct CoquillOrder
{
  CoquillOrderLeaf *leaf;
  uint64_t leaf_width;
  uint64_t before; /* visible characters before the leaf, or COQUILL_ORDER_UNKNOWN */

  /* The leaf that was in hand before, since two often write in turns, or one here and there. */
  CoquillOrderLeaf *other; /* NULL if leaves came or went since */
  uint64_t other_before;   /* visible characters before it, when this leaf was taken */
  uint64_t taken_width;    /* of this leaf then */

  uint64_t width; /* without what the hand has not told */
  void *root;
  unsigned height; /* 0: the root is a leaf */
  CoquillOrderLeaf *first;
  CoquillOrderLeaf *last;
  size_t n_leaves;

  /* What was deleted, while it is folded (order-fold.c). */
  CoquillOrderState state;
  uint32_t front; /* the ring before the first span: its last one, or 0 */
  CoquillOrderSpan *folds;
  size_t n_folds; /* with the one numbered 0, which is none */
  size_t folds_capacity;
  unsigned n_folded_finds; /* how often somebody was looked for there */
  size_t n_folded_again;   /* rows of what was in the tree meanwhile */
  bool keeps_deletions;    /* the rows are still to be told, folded or not */

  /* What was deleted once more while it was folded, which only counts when it isn't: see
   * coquill_order_delete_again(). */
  CoquillOrderSpan *again;
  size_t n_again;
  size_t again_capacity;

  /* What was deleted last, to be told; room for the most spans that a deletion went through. */
  CoquillOrderSpan *deleted;
  size_t n_deleted;
  size_t deleted_capacity;

  /* The index, and what it costs: leaves that got spans of which it isn't told yet, and those out of use, to
   * which it may still lead: empty, linked by next. Without it a few are kept, too. */
  CoquillOrderIndex *ids; /* NULL until it is asked for often enough */
  size_t n_scanned;       /* leaves that were looked through for ids without it */
  CoquillOrderLeaf **moved;
  size_t n_moved;
  size_t moved_capacity;
  CoquillOrderLeaf *spares;
  size_t n_spares;
};

/* What hangs at a visible span of a folded order. */
static inline uint32_t
coquill_order_ring (const CoquillOrderSpan *span)
{
  return -span->standing;
}

static inline unsigned
coquill_order_leaf_n_spans (const CoquillOrderLeaf *leaf)
{
  return leaf->gap + COQUILL_ORDER_LEAF_SPANS - leaf->gap_end;
}

/* The index of a leaf's first span, or the array's end. */
static inline unsigned
coquill_order_leaf_first (const CoquillOrderLeaf *leaf)
{
  return leaf->gap > 0 ? 0 : leaf->gap_end;
}

/* Steps to the next index of a leaf. */
static inline unsigned
coquill_order_leaf_next (const CoquillOrderLeaf *leaf, unsigned index)
{
  return index + 1 == leaf->gap ? leaf->gap_end : index + 1;
}

/* NULL for a leaf without spans. */
static inline CoquillOrderSpan *
coquill_order_leaf_last (CoquillOrderLeaf *leaf)
{
  if (leaf->gap_end < COQUILL_ORDER_LEAF_SPANS)
    return &leaf->spans[COQUILL_ORDER_LEAF_SPANS - 1];
  return leaf->gap > 0 ? &leaf->spans[leaf->gap - 1] : NULL;
}

/* Moves spans over the gap, until so many are before it. */
static inline void
coquill_order_leaf_move_gap (CoquillOrderLeaf *leaf, unsigned n_before)
{
  while (leaf->gap < n_before)
    {
      leaf->gap_width += coquill_order_span_width (&leaf->spans[leaf->gap_end]);
      leaf->spans[leaf->gap++] = leaf->spans[leaf->gap_end++];
    }
  while (leaf->gap > n_before)
    {
      leaf->spans[--leaf->gap_end] = leaf->spans[--leaf->gap];
      leaf->gap_width -= coquill_order_span_width (&leaf->spans[leaf->gap_end]);
    }
}

/* Which child of its parent a node or leaf is. @slot is where it was when it was last looked for: it is there
 * still, or was moved on a little by newer children, or, seldom, is before. */
static inline unsigned
coquill_order_slot (const CoquillOrderNode *parent, const void *child, uint32_t *slot)
{
  unsigned i = *slot;

  while (i < parent->n_children && parent->children[i] != child)
    i++;
  if (i >= parent->n_children)
    for (i = 0; parent->children[i] != child; i++)
      ;
  *slot = i;
  return i;
}

/* Whether two neighbours can be one. In a folded order nothing hangs at the first one then: what hangs at the
 * second one stands behind both. */
static inline bool
coquill_order_follows (const CoquillOrderSpan *a, const CoquillOrderSpan *b)
{
  uint32_t standing = coquill_order_is_visible (b) ? 0 : b->standing;

  return (b->id - a->id == a->length) & (a->standing == standing)
         & (b->length <= COQUILL_ORDER_MAX_LENGTH - a->length);
}

/* Joins the spans on both sides of the gap if they can be one. */
static inline void
coquill_order_join_over_gap (CoquillOrderLeaf *leaf)
{
  CoquillOrderSpan *left = &leaf->spans[leaf->gap] - 1;
  CoquillOrderSpan *right = &leaf->spans[leaf->gap_end];

  if (leaf->gap > 0 && leaf->gap_end < COQUILL_ORDER_LEAF_SPANS && coquill_order_follows (left, right))
    {
      right->id = left->id;
      right->length += left->length;
      leaf->gap_width -= coquill_order_span_width (left);
      leaf->gap--;
    }
}

/* A leaf with nothing in it and nothing around it. Its spans are not set. */
CoquillOrderLeaf *
coquill_order_leaf_new (void);

/* Tells the nodes above what has changed in the hand's leaf. */
void
coquill_order_tell (CoquillOrder *self);

/* Takes a leaf in hand, which may be the one already there. */
void
coquill_order_take (CoquillOrder *self, CoquillOrderLeaf *leaf, uint64_t before);

/* Takes the leaf in hand with the visible character at position - 1. */
void
coquill_order_reach (CoquillOrder *self, uint64_t position);

/* Splits the hand's leaf, which is full. The half with the span before the gap is in hand then. */
void
coquill_order_split (CoquillOrder *self);

/* Gives the order a new last leaf and takes it in hand. */
void
coquill_order_add_leaf (CoquillOrder *self);

/* To be called when the hand's leaf has few spans: merges it with a neighbour if both are small. */
void
coquill_order_shrink (CoquillOrder *self);

/* A change puts in at most a span and the tail of a span that it cuts. */
#define COQUILL_ORDER_NEEDED_SPANS 2

/* Takes a leaf in hand for a change, with so many spans before the gap. */
static inline void
coquill_order_hold (CoquillOrder *self, CoquillOrderLeaf *leaf, unsigned n_before)
{
  if (self->leaf != leaf)
    coquill_order_take (self, leaf, leaf == self->first ? 0 : COQUILL_ORDER_UNKNOWN);
  coquill_order_leaf_move_gap (leaf, n_before);
  if (leaf->gap_end - leaf->gap < COQUILL_ORDER_NEEDED_SPANS)
    coquill_order_split (self);
}

/* The gap of the leaf in hand, on its way into a change. */
typedef struct
{
  CoquillOrderSpan *left;  /* behind the last span before it */
  CoquillOrderSpan *right; /* the first one behind it, or the array's end */
  uint64_t width;          /* visible characters before it */
} CoquillOrderGap;

static inline CoquillOrderGap
coquill_order_get_gap (CoquillOrderLeaf *leaf)
{
  return (CoquillOrderGap){ &leaf->spans[leaf->gap], &leaf->spans[leaf->gap_end], leaf->gap_width };
}

static inline void
coquill_order_set_gap (CoquillOrderLeaf *leaf, CoquillOrderGap gap)
{
  leaf->gap = (uint32_t)(gap.left - leaf->spans);
  leaf->gap_end = (uint32_t)(gap.right - leaf->spans);
  leaf->gap_width = gap.width;
}

/* Moves spans over the gap, until it is behind the one with the visible character before @within, of those in
 * the leaf. @all_are_visible: as in a folded order; a constant, for the compiler */
static inline CoquillOrderGap
coquill_order_slide_gap (CoquillOrderGap gap, uint64_t within, bool all_are_visible)
{
  if (within > gap.width)
    do
      {
        gap.width += all_are_visible ? gap.right->length : coquill_order_span_width (gap.right);
        *gap.left++ = *gap.right++;
      }
    while (within > gap.width);
  else
    for (;;)
      {
        const CoquillOrderSpan *last = gap.left - 1;
        uint64_t before = gap.width - (all_are_visible ? last->length : coquill_order_span_width (last));

        if (within > before)
          break;
        gap.width = before;
        *--gap.right = *--gap.left;
      }
  return gap;
}

/* Takes the leaf in hand with the visible character at position - 1, and moves spans until the gap is behind
 * that one's. The leaf is to be told where the gap is then. @rest: (out): how many of the span's characters
 * lie behind the position. @all_are_visible: as in a folded order; a constant, for the compiler. */
static inline CoquillOrderGap
coquill_order_move_gap (CoquillOrder *self, uint64_t position, uint32_t *rest, bool all_are_visible)
{
  CoquillOrderGap gap;
  uint64_t within;

  if (position - 1 - self->before >= self->leaf_width)
    coquill_order_reach (self, position);

  within = position - self->before;
  gap = coquill_order_slide_gap (coquill_order_get_gap (self->leaf), within, all_are_visible);
  *rest = (uint32_t)(gap.width - within);
  if (gap.right - gap.left < COQUILL_ORDER_NEEDED_SPANS)
    {
      coquill_order_set_gap (self->leaf, gap);
      coquill_order_split (self);
      gap = coquill_order_get_gap (self->leaf);
    }
  return gap;
}

/* The same, and tells the leaf. Returns @rest */
static inline uint32_t
coquill_order_seek (CoquillOrder *self, uint64_t position, bool all_are_visible)
{
  uint32_t rest;
  CoquillOrderGap gap = coquill_order_move_gap (self, position, &rest, all_are_visible);

  coquill_order_set_gap (self->leaf, gap);
  return rest;
}

/* Room for so many more spans that were deleted. */
static inline CoquillOrderSpan *
coquill_order_reserve_deleted (CoquillOrder *self, size_t n_spans)
{
  if (self->deleted_capacity - self->n_deleted < n_spans)
    self->deleted = coquill_grow (self->deleted, &self->deleted_capacity, self->n_deleted + n_spans,
                                  sizeof *self->deleted);
  return &self->deleted[self->n_deleted];
}

static inline void
coquill_order_tell_deleted (CoquillOrder *self, CoquillId id, uint32_t length)
{
  *coquill_order_reserve_deleted (self, 1) = (CoquillOrderSpan){ id, length, 1 };
  self->n_deleted++;
}

static inline void
coquill_order_shrink_if_small (CoquillOrder *self)
{
  if (coquill_order_leaf_n_spans (self->leaf) < COQUILL_ORDER_LEAF_SPANS / 4)
    coquill_order_shrink (self);
}

/* coquill_order_insert_at(), of an order that isn't folded. */
void
coquill_order_insert_unfolded (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length);

/* The same of coquill_order_delete_at(). */
void
coquill_order_delete_unfolded (CoquillOrder *self, uint64_t position, uint64_t count);

/* The same, of an order that is folded: what it deletes are new rows. */
void
coquill_order_delete_all_visible (CoquillOrder *self, uint64_t position, uint64_t count);

/* The same, of an order that is partly folded. */
void
coquill_order_delete_partly_folded (CoquillOrder *self, uint64_t position, uint64_t count);

/* Counts what was deleted once more, in an order that was just unfolded. */
void
coquill_order_count_again (CoquillOrder *self, const CoquillOrderSpan *again, size_t n_again);

/* coquill_order_insert_between(), of one that is. At most COQUILL_ORDER_MAX_LENGTH characters */
void
coquill_order_insert_between_folded (
    CoquillOrder *self, uint64_t position, CoquillId id, uint32_t length, CoquillId *left, CoquillId *right);

/* Puts what was deleted directly behind the visible character at position - 1 into the tree. */
void
coquill_order_unfold_behind (CoquillOrder *self, uint64_t position);
