/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-private.h: the nodes of a rope and the leaf in hand; for rope*.c, and rope-hand.h's callers. */

#pragma once

#include "text/rope-leaf.h"

/* Neighbours below one parent have more than half as many children as fit into one, so each level divides by
 * sixteen at least: enough for 2^64 leaves. */
#define COQUILL_ROPE_MAX_DEPTH 24

/* How full leaves are made where much text comes at once: the first edits in each should not have to split
 * it. */
#define COQUILL_ROPE_FILLED_BYTES (COQUILL_ROPE_LEAF_BYTES - COQUILL_ROPE_LEAF_BYTES / 10)

/* What of a node's ends is compared at once; divides COQUILL_ROPE_FANOUT. */
#define COQUILL_ROPE_GROUP 8

/**
 * CoquillRopeInner:
 * @ends: code points from the node's start to each child's end; %UINT64_MAX behind the last child
 * @children: inner nodes or, on the lowest level, leaves
 */
typedef struct
{
  unsigned n;
  uint64_t ends[COQUILL_ROPE_FANOUT];
  void *children[COQUILL_ROPE_FANOUT];
} CoquillRopeInner;

static inline uint64_t
coquill_rope_inner_start (const CoquillRopeInner *self, unsigned child)
{
  return child > 0 ? self->ends[child - 1] : 0;
}

/* Code points below the node. */
static inline uint64_t
coquill_rope_inner_points (const CoquillRopeInner *self)
{
  return coquill_rope_inner_start (self, self->n);
}

/**
 * CoquillRopeStep:
 * @start: code points before the node
 */
typedef struct
{
  CoquillRopeInner *node;
  unsigned index;
  uint64_t start;
} CoquillRopeStep;

/**
 * CoquillRopePath:
 * @leaf: where it leads
 * @start: code points before @leaf
 * @steps: from the root down; as many as the rope is deep
 */
typedef struct
{
  CoquillRopeLeaf *leaf;
  uint64_t start;
  CoquillRopeStep steps[COQUILL_ROPE_MAX_DEPTH];
} CoquillRopePath;

/*
 * There always is a leaf in hand, outside of the functions of rope-tree.c, and its text is its own. What is
 * edited in it is only known to the leaf; the nodes above it are told when the hand is settled, and the
 * totals come from what is outside of it.
 */
struct CoquillRope
{
  uint64_t other_points; /* outside of the leaf in hand */
  size_t other_bytes;
  uint32_t counted; /* code points that the nodes above the hand count for its leaf */
  unsigned depth;   /* levels of inner nodes */
  void *root;       /* an inner node if depth > 0, else a leaf */
  CoquillRopePath hand;
  uint8_t *lent; /* (nullable): the text of which leaves have parts that were never edited */
};

/* Whether an edit at @position can be done in hand: where two leaves meet, either will do. */
static inline bool
coquill_rope_in_hand (const CoquillRope *self, uint64_t position)
{
  return position - self->hand.start <= coquill_rope_leaf_points (self->hand.leaf);
}

/**
 * coquill_rope_settle:
 *
 * Tells the nodes above the hand how many code points are in it now.
 */
void
coquill_rope_settle (CoquillRope *self);

/**
 * coquill_rope_seek:
 *
 * Takes the hand to the leaf of the character at @position, or to the last leaf if there is none, from
 * another one. The leaf that it leaves is merged with a neighbour if it has become small.
 */
void
coquill_rope_seek (CoquillRope *self, uint64_t position);

/**
 * coquill_rope_find:
 * @path: (out): a way to the character at @position
 * @position: less than the length
 *
 * Leaves the hand where it is, but settles it.
 */
void
coquill_rope_find (CoquillRope *self, CoquillRopePath *path, uint64_t position);

/**
 * coquill_rope_path_next:
 *
 * Moves a path to the next leaf. The hand is settled.
 *
 * Returns: false at the end
 */
bool
coquill_rope_path_next (const CoquillRope *self, CoquillRopePath *path);

/**
 * coquill_rope_put_down:
 *
 * Settles the hand, and counts its leaf among the others, so that the tree can be changed.
 */
void
coquill_rope_put_down (CoquillRope *self);

/**
 * coquill_rope_take_up:
 *
 * Takes the leaf in hand to which its path now leads.
 */
void
coquill_rope_take_up (CoquillRope *self);

/**
 * coquill_rope_own_hand:
 *
 * Gives the leaf in hand, which was lent, a text of its own.
 */
void
coquill_rope_own_hand (CoquillRope *self);

/**
 * coquill_rope_add_leaf:
 * @leaf: (transfer full):
 * @follow: take it in hand
 *
 * Puts a leaf behind the one in hand.
 */
void
coquill_rope_add_leaf (CoquillRope *self, CoquillRopeLeaf *leaf, bool follow);

/**
 * coquill_rope_hand_sibling:
 * @side: 1 or -1
 *
 * Returns: (nullable): the leaf behind the one in hand, or before it, if they have the same parent
 */
CoquillRopeLeaf *
coquill_rope_hand_sibling (const CoquillRope *self, int side);

/**
 * coquill_rope_lean:
 * @side: 1 or -1
 *
 * Gives what is behind the gap of the leaf in hand, or before it, to that sibling, which has room for it, and
 * takes the hand there: its gap is then at the same place of the text.
 */
void
coquill_rope_lean (CoquillRope *self, int side);

/**
 * coquill_rope_shrink:
 *
 * Merges the leaf that the hand's path leads to with a neighbour if that is possible, and then nodes above
 * that have become small. To be called between coquill_rope_put_down() and coquill_rope_take_up().
 *
 * Returns: whether it did: the path leads nowhere then
 */
bool
coquill_rope_shrink (CoquillRope *self);

/**
 * coquill_rope_free_nodes:
 *
 * Frees the tree.
 */
void
coquill_rope_free_nodes (CoquillRope *self);
