/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window-private.h: the nodes of a window, for the files that make it up. */

#pragma once

#include "text/range-map.h"
#include "text/merge-window.h"

#define N_VERSIONS (COQUILL_MERGE_WINDOW_VIEWS + 1)

typedef struct
{
  uint64_t of[N_VERSIONS]; /* modulo 2^64 while items are taken back */
} CoquillMergeWindowWidths;

typedef struct CoquillMergeWindowNode CoquillMergeWindowNode;

struct CoquillMergeWindowNode
{
  CoquillMergeWindowNode *parent;
  unsigned n_children;
  CoquillMergeWindowWidths widths[COQUILL_MERGE_WINDOW_NODE_CHILDREN];
  uint8_t
      present[COQUILL_MERGE_WINDOW_NODE_CHILDREN]; /* merge-window-skip.c: where something may be in a view */
  void *children[COQUILL_MERGE_WINDOW_NODE_CHILDREN];
};

struct CoquillMergeWindowLeaf
{
  CoquillMergeWindowNode *parent; /* as in CoquillMergeWindowNode: the first member of both */
  CoquillMergeWindowLeaf *next;
  unsigned n_entries;
  CoquillMergeWindowEntry entries[COQUILL_MERGE_WINDOW_LEAF_ENTRIES];
};

struct CoquillMergeWindow
{
  void *root;
  unsigned height; /* 0: the root is the only leaf */
  size_t n_entries;
  CoquillMergeWindowWidths width;
  CoquillMergeWindowLeaf *first;
  CoquillRangeMap *index; /* (nullable): id to leaf, if there is more than one leaf */
};

static inline bool
coquill_merge_window_visible (const CoquillMergeWindowEntry *entry, unsigned version)
{
  return entry->standing[version] == 0 && (entry->absent >> version & 1) == 0;
}

static inline uint32_t
coquill_merge_window_entry_width (const CoquillMergeWindowEntry *entry, unsigned version)
{
  return coquill_merge_window_visible (entry, version) ? entry->length : 0;
}

/* Which child of its parent a node is. */
static inline unsigned
coquill_merge_window_node_index (const CoquillMergeWindowNode *parent, const void *child)
{
  unsigned i = 0;

  while (parent->children[i] != child)
    i++;
  return i;
}

/* The sums of what is in a leaf, or below a node. */
CoquillMergeWindowWidths
coquill_merge_window_leaf_widths (const CoquillMergeWindowLeaf *leaf);
CoquillMergeWindowWidths
coquill_merge_window_node_widths (const CoquillMergeWindowNode *node);

/* Frees all nodes and the index. */
void
coquill_merge_window_clear (CoquillMergeWindow *self);

/* Adds the sums of one child to those of its ancestors. */
void
coquill_merge_window_add_widths (CoquillMergeWindow *self,
                                 const CoquillMergeWindowLeaf *leaf,
                                 const CoquillMergeWindowWidths *change);

/* The same for the width of one version. */
void
coquill_merge_window_add_width (CoquillMergeWindow *self,
                                const CoquillMergeWindowLeaf *leaf,
                                unsigned version,
                                uint64_t change);

/* Notes that an entry below a node, or in a leaf, may be in some views, a bit for each. */
void
coquill_merge_window_note_present (const void *node, uint32_t views);

/* Makes room for more entries in the cursor's leaf, which may become another one. */
void
coquill_merge_window_make_room (CoquillMergeWindow *self,
                                CoquillMergeWindowCursor *cursor,
                                unsigned n_entries);

/* Makes the tree anew of entries, which it copies. */
void
coquill_merge_window_build (CoquillMergeWindow *self,
                            const CoquillMergeWindowEntry *entries,
                            size_t n_entries);
