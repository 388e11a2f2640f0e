/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope-private.h: the nodes of a rope and the path to the leaf last touched; for rope.c and rope-tree.c. */

#pragma once

#include "text/rope.h"

/* Neighbours below one parent have eight children together at least, so each level divides by four: enough
 * for 2^48 leaves. */
#define COQUILL_ROPE_MAX_DEPTH 24

typedef struct
{
  uint16_t bytes;
  uint16_t code_points;
  char text[COQUILL_ROPE_LEAF_BYTES];
} CoquillRopeLeaf;

typedef struct
{
  unsigned n;
  uint64_t counts[COQUILL_ROPE_FANOUT];
  void *children[COQUILL_ROPE_FANOUT]; /* inner nodes or, on the lowest level, leaves */
} CoquillRopeInner;

typedef struct
{
  CoquillRopeInner *node;
  unsigned index;
} CoquillRopeStep;

struct CoquillRope
{
  void *root;     /* an inner node if depth > 0, else a leaf */
  unsigned depth; /* levels of inner nodes */
  uint64_t length;
  size_t bytes;

  /* The remembered path: path[0] is the root's step; leaf is NULL when there is none. */
  CoquillRopeStep path[COQUILL_ROPE_MAX_DEPTH];
  CoquillRopeLeaf *leaf;
  uint64_t start; /* code points before the leaf */
};

/**
 * coquill_rope_seek:
 * @before: where two leaves meet, take the one before; else the one behind, if there is one
 *
 * Moves the path to the leaf around @position, at once if it is the one that the path leads to.
 */
void
coquill_rope_seek (CoquillRope *self, uint64_t position, bool before);

/**
 * coquill_rope_next_leaf:
 *
 * Moves the path to the next leaf.
 *
 * Returns: false at the end
 */
bool
coquill_rope_next_leaf (CoquillRope *self);

/**
 * coquill_rope_add_points:
 * @points: may be negative, modulo 2^64
 *
 * Adds to the counts along the path what was added to its leaf.
 */
void
coquill_rope_add_points (CoquillRope *self, uint64_t points);

/**
 * coquill_rope_insert_leaf:
 * @leaf: (transfer full):
 *
 * Puts a leaf behind the one that the path leads to, and moves the path to it.
 */
void
coquill_rope_insert_leaf (CoquillRope *self, CoquillRopeLeaf *leaf);

/**
 * coquill_rope_shrink:
 *
 * To be called when something was taken out of the path's leaf: removes it if it is empty, and merges small
 * neighbours.
 */
void
coquill_rope_shrink (CoquillRope *self);

/**
 * coquill_rope_free_nodes:
 *
 * Frees the tree.
 */
void
coquill_rope_free_nodes (CoquillRope *self);
