/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* span-tree-private.h: the nodes of a span tree, for the files that make it up. */

#pragma once

#include "text/range-map.h"
#include "text/span-tree.h"

typedef struct
{
  uint64_t prepared;
  uint64_t effect;
} CoquillSpanWidth;

typedef struct CoquillSpanNode CoquillSpanNode;

struct CoquillSpanNode
{
  CoquillSpanNode *parent;
  unsigned n_children;
  CoquillSpanWidth widths[COQUILL_SPAN_NODE_CHILDREN];
  void *children[COQUILL_SPAN_NODE_CHILDREN];
};

struct CoquillSpanLeaf
{
  CoquillSpanNode *parent; /* as in CoquillSpanNode: the first member of both */
  CoquillSpanLeaf *next;
  unsigned n_spans;
  CoquillSpan spans[COQUILL_SPAN_LEAF_SPANS];
};

struct CoquillSpanTree
{
  void *root;
  unsigned height; /* 0: the root is a leaf */
  CoquillSpanWidth width;
  CoquillSpanLeaf *first;
  CoquillRangeMap *leaves; /* id to address of the leaf */
};

static inline CoquillSpanWidth
coquill_span_width (const CoquillSpan *span, uint32_t length)
{
  return (CoquillSpanWidth){ span->prepared == 0 ? length : 0, span->effect == 0 ? length : 0 };
}

/* Which child of its parent a node is. */
static inline unsigned
coquill_span_node_index (const CoquillSpanNode *parent, const void *child)
{
  unsigned i = 0;

  while (parent->children[i] != child)
    i++;
  return i;
}

/* The sums of what is in a leaf, or below a node. */
CoquillSpanWidth
coquill_span_leaf_width (const CoquillSpanLeaf *leaf);
CoquillSpanWidth
coquill_span_node_width (const CoquillSpanNode *node);
