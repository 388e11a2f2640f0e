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

/* The first member of nodes and leaves. */
typedef struct
{
  CoquillMergeWindowNode *parent;
  uint32_t slot; /* see coquill_merge_window_slot() */
} CoquillMergeWindowUp;

struct CoquillMergeWindowNode
{
  CoquillMergeWindowUp up;
  unsigned n_children;
  CoquillMergeWindowWidths widths[COQUILL_MERGE_WINDOW_NODE_CHILDREN];
  uint16_t present[COQUILL_MERGE_WINDOW_VIEWS]; /* merge-window-skip.c: a bit for each child */
  void *children[COQUILL_MERGE_WINDOW_NODE_CHILDREN];
};

struct CoquillMergeWindowLeaf
{
  CoquillMergeWindowUp up;
  CoquillMergeWindowLeaf *next;
  unsigned n_entries;
  unsigned put;    /* which entry was put in last */
  unsigned found;  /* which was found last by an id of its characters */
  uint32_t number; /* the last of those that lead to it */
  CoquillMergeWindowEntry entries[COQUILL_MERGE_WINDOW_LEAF_ENTRIES];
};

/**
 * CoquillMergeWindowHand:
 * @leaf: (nullable): %NULL if nothing is in hand
 * @view: whose positions these are
 * @start: of the leaf
 * @index: of an entry
 * @before: where it starts
 * @effect: the same in the text as it is
 *
 * The entry that was found last. What changes behind its start leaves all that as it is.
 */
typedef struct
{
  CoquillMergeWindowLeaf *leaf;
  unsigned view;
  unsigned index;
  uint64_t start;
  uint64_t before;
  uint64_t effect;
} CoquillMergeWindowHand;

struct CoquillMergeWindow
{
  void *root;
  unsigned height; /* 0: the root is the only leaf */
  size_t n_entries;
  CoquillMergeWindowWidths width;
  CoquillMergeWindowLeaf *first;
  CoquillMergeWindowHand hand;

  /* How the widths of one leaf changed since the nodes above were told. */
  CoquillMergeWindowLeaf *changed; /* (nullable) */
  CoquillMergeWindowWidths untold;

  /* Leaves by number, so that who remembers a number needs no pointer to what may go. */
  CoquillMergeWindowLeaf **leaves;
  size_t n_leaves;
  size_t leaves_capacity;

  CoquillRangeMap *index; /* (nullable): id to leaf, for who has no number */
  size_t n_noted;         /* how often it was told something since somebody asked */
  size_t n_scanned;       /* leaves that were looked through without it */
};

/* No branches: which entries are visible can't be guessed. */
static inline bool
coquill_merge_window_visible (const CoquillMergeWindowEntry *entry, unsigned version)
{
  return (entry->standing[version] | (entry->absent >> version & 1)) == 0;
}

static inline uint32_t
coquill_merge_window_entry_width (const CoquillMergeWindowEntry *entry, unsigned version)
{
  return entry->length & -(uint32_t)coquill_merge_window_visible (entry, version);
}

static inline CoquillMergeWindowNode *
coquill_merge_window_parent (const void *child)
{
  return ((const CoquillMergeWindowUp *)child)->parent;
}

/* Which child of its parent a node or leaf is: where it was when it was last looked for, or moved on a little
 * by newer ones. */
static inline unsigned
coquill_merge_window_slot (const CoquillMergeWindowNode *parent, void *child)
{
  unsigned i = ((CoquillMergeWindowUp *)child)->slot;

  while (i < parent->n_children && parent->children[i] != child)
    i++;
  if (i >= parent->n_children)
    for (i = 0; parent->children[i] != child; i++)
      ;
  ((CoquillMergeWindowUp *)child)->slot = i;
  return i;
}

/* The sums of what is in a leaf, or below a node. */
CoquillMergeWindowWidths
coquill_merge_window_leaf_widths (const CoquillMergeWindowLeaf *leaf);
CoquillMergeWindowWidths
coquill_merge_window_node_widths (const CoquillMergeWindowNode *node);

/* A leaf that the tree doesn't have yet, with a number. */
CoquillMergeWindowLeaf *
coquill_merge_window_leaf_new (CoquillMergeWindow *self);

/* Frees all nodes. */
void
coquill_merge_window_clear (CoquillMergeWindow *self);

/* Notes in the index which leaf holds some characters. */
void
coquill_merge_window_note_leaf (CoquillMergeWindow *self,
                                CoquillId id,
                                uint32_t length,
                                CoquillMergeWindowLeaf *leaf);

/* The same if there is one. */
static inline void
coquill_merge_window_set_leaf (CoquillMergeWindow *self,
                               CoquillId id,
                               uint32_t length,
                               CoquillMergeWindowLeaf *leaf)
{
  if (self->index != NULL && id != COQUILL_ID_NONE)
    coquill_merge_window_note_leaf (self, id, length, leaf);
}

/* Tells the nodes above how the widths of the leaf changed that was changed last. */
void
coquill_merge_window_tell (CoquillMergeWindow *self);

/* To be called before a leaf's widths change: the others are told then. */
static inline void
coquill_merge_window_change (CoquillMergeWindow *self, CoquillMergeWindowLeaf *leaf)
{
  if (self->changed != leaf)
    coquill_merge_window_tell (self);
  self->changed = leaf;
}

/* Adds to the width of one version of the leaf that is changed. */
static inline void
coquill_merge_window_add_width (CoquillMergeWindow *self, unsigned version, uint64_t change)
{
  self->width.of[version] += change;
  self->untold.of[version] += change;
}

/* The width of a leaf in one version. */
static inline uint64_t
coquill_merge_window_leaf_width (const CoquillMergeWindow *self,
                                 CoquillMergeWindowLeaf *leaf,
                                 unsigned version)
{
  const CoquillMergeWindowNode *parent = leaf->up.parent;

  if (parent == NULL)
    return self->width.of[version];
  return parent->widths[coquill_merge_window_slot (parent, leaf)].of[version]
         + (self->changed == leaf ? self->untold.of[version] : 0);
}

/* To be called before a change: what is in hand stays so if the change is at or behind its start. */
static inline void
coquill_merge_window_keep_hand (CoquillMergeWindow *self, const CoquillMergeWindowLeaf *leaf, unsigned index)
{
  if (self->hand.leaf != leaf || self->hand.index > index)
    self->hand.leaf = NULL;
}

/* Notes that an entry below a node, or in a leaf, may be in some views, a bit for each view. */
void
coquill_merge_window_note_present (void *node, uint32_t views);

/* Makes room for more entries in the cursor's leaf, which may become another one. */
void
coquill_merge_window_make_room (CoquillMergeWindow *self,
                                CoquillMergeWindowCursor *cursor,
                                unsigned n_entries);

/* New leaves are filled so far, and hold more before they are split; a single one takes all but some room. */
static inline unsigned
coquill_merge_window_filled (bool is_single)
{
  return is_single ? COQUILL_MERGE_WINDOW_LEAF_ENTRIES - 2 : COQUILL_MERGE_WINDOW_LEAF_ENTRIES * 3 / 4;
}

static inline size_t
coquill_merge_window_per_leaf (size_t n_entries)
{
  return coquill_merge_window_filled (n_entries <= coquill_merge_window_filled (true));
}

/* Makes a leaf behind the last one, which is full, for who fills one after the other; what is too much in
 * that goes there. */
CoquillMergeWindowLeaf *
coquill_merge_window_go_on (CoquillMergeWindow *self, CoquillMergeWindowLeaf *last);

/* Makes the tree of an empty window of entries, which it copies. */
void
coquill_merge_window_build (CoquillMergeWindow *self,
                            const CoquillMergeWindowEntry *entries,
                            size_t n_entries);
