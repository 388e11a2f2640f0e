/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* range-map.c: a B+-tree of ranges. */

#include "text/range-map.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

#define LEAF_ENTRIES 32
#define NODE_CHILDREN 32

/* Deep enough for more entries than there is memory. */
#define MAX_HEIGHT 16

typedef struct Leaf
{
  struct Leaf *next;
  unsigned n_entries;
  CoquillRangeMapEntry entries[LEAF_ENTRIES];
} Leaf;

typedef struct
{
  unsigned n_children;
  uint64_t starts[NODE_CHILDREN]; /* of a child's first entry; the first child also takes what is lower */
  void *children[NODE_CHILDREN];
} Node;

struct CoquillRangeMap
{
  void *root;
  unsigned height; /* 0: the root is a leaf */
  Leaf *first;
  Leaf *hand; /* the leaf last found: most look for the same, or for the next */
};

CoquillRangeMap *
coquill_range_map_new (void)
{
  CoquillRangeMap *self = coquill_allocate (sizeof *self);

  self->root = self->first = self->hand = coquill_allocate (sizeof (Leaf));
  return self;
}

/* Recursion is bounded by MAX_HEIGHT. */
static void
free_tree (void *node, unsigned height)
{
  if (height > 0)
    for (unsigned i = 0; i < ((Node *)node)->n_children; i++)
      free_tree (((Node *)node)->children[i], height - 1);
  free (node);
}

void
coquill_range_map_free (CoquillRangeMap *self)
{
  if (self == NULL)
    return;
  free_tree (self->root, self->height);
  free (self);
}

/* Halving without branches: the next one can't be guessed. */
static unsigned
find_child (const Node *node, uint64_t key)
{
  unsigned child = 0;

  for (unsigned n = node->n_children; n > 1; n -= n / 2)
    child += node->starts[child + n / 2] <= key ? n / 2 : 0;
  return child;
}

/* Whether a key, which isn't lower than the leaf's, belongs in it. No leaf but the only one is empty. */
static bool
reaches (const Leaf *leaf, uint64_t key)
{
  return leaf->next == NULL || key < leaf->next->entries[0].start;
}

static Leaf *
find_leaf (CoquillRangeMap *self, uint64_t key)
{
  Leaf *hand = self->hand;
  void *node = self->root;

  if (hand == self->first || key >= hand->entries[0].start)
    {
      if (reaches (hand, key))
        return hand;
      if (reaches (hand->next, key))
        return self->hand = hand->next;
    }
  for (unsigned level = self->height; level > 0; level--)
    node = ((Node *)node)->children[find_child (node, key)];
  return self->hand = node;
}

/* The number of entries in the leaf that start at or before the key. */
static unsigned
find_behind (const Leaf *leaf, uint64_t key)
{
  unsigned entry = 0;

  for (unsigned n = leaf->n_entries; n > 1; n -= n / 2)
    entry += leaf->entries[entry + n / 2].start <= key ? n / 2 : 0;
  return entry + (leaf->n_entries > 0 && leaf->entries[entry].start <= key);
}

static uint64_t
next_start (const Leaf *leaf, unsigned index)
{
  if (index < leaf->n_entries)
    return leaf->entries[index].start;
  return leaf->next != NULL ? leaf->next->entries[0].start : UINT64_MAX;
}

bool
coquill_range_map_get (CoquillRangeMap *self, uint64_t key, CoquillRangeMapEntry *entry)
{
  const Leaf *leaf = find_leaf (self, key);
  unsigned behind = find_behind (leaf, key);

  if (behind > 0 && key < leaf->entries[behind - 1].end)
    {
      *entry = leaf->entries[behind - 1];
      return true;
    }
  entry->start = key;
  entry->end = next_start (leaf, behind);
  entry->value = 0;
  return false;
}

/* Cuts a full child in two; the parent has room. */
static void
split_child (Node *parent, unsigned index, bool is_leaf)
{
  uint64_t start;
  void *right;

  if (is_leaf)
    {
      Leaf *from = parent->children[index];
      Leaf *to = coquill_allocate (sizeof *to);

      to->n_entries = from->n_entries / 2;
      from->n_entries -= to->n_entries;
      memcpy (to->entries, &from->entries[from->n_entries], to->n_entries * sizeof to->entries[0]);
      to->next = from->next;
      from->next = to;
      start = to->entries[0].start;
      right = to;
    }
  else
    {
      Node *from = parent->children[index];
      Node *to = coquill_allocate (sizeof *to);

      to->n_children = from->n_children / 2;
      from->n_children -= to->n_children;
      memcpy (to->starts, &from->starts[from->n_children], to->n_children * sizeof to->starts[0]);
      memcpy (to->children, &from->children[from->n_children], to->n_children * sizeof to->children[0]);
      start = to->starts[0];
      right = to;
    }

  memmove (&parent->starts[index + 2], &parent->starts[index + 1],
           (parent->n_children - index - 1) * sizeof parent->starts[0]);
  memmove (&parent->children[index + 2], &parent->children[index + 1],
           (parent->n_children - index - 1) * sizeof parent->children[0]);
  parent->starts[index + 1] = start;
  parent->children[index + 1] = right;
  parent->n_children++;
}

static bool
is_full (const void *node, bool is_leaf)
{
  return is_leaf ? ((const Leaf *)node)->n_entries == LEAF_ENTRIES
                 : ((const Node *)node)->n_children == NODE_CHILDREN;
}

/* Makes room in the leaf of a key, and takes it in hand. Full nodes are split on the way down, so there is
 * always room for what a split below hands up. */
static void
split_path (CoquillRangeMap *self, uint64_t key)
{
  void *node;

  if (is_full (self->root, self->height == 0))
    {
      Node *root = coquill_allocate (sizeof *root);

      root->n_children = 1;
      root->children[0] = self->root;
      split_child (root, 0, self->height == 0);
      self->root = root;
      self->height++;
    }

  node = self->root;
  for (unsigned level = self->height; level > 0; level--)
    {
      Node *parent = node;
      unsigned index = find_child (parent, key);

      if (is_full (parent->children[index], level == 1))
        {
          split_child (parent, index, level == 1);
          index = find_child (parent, key);
        }
      node = parent->children[index];
    }
  self->hand = node;
}

static void
insert_entry (CoquillRangeMap *self, CoquillRangeMapEntry entry)
{
  Leaf *leaf = find_leaf (self, entry.start);
  unsigned index;

  if (leaf->n_entries == LEAF_ENTRIES)
    {
      split_path (self, entry.start);
      leaf = self->hand;
    }
  index = find_behind (leaf, entry.start);
  memmove (&leaf->entries[index + 1], &leaf->entries[index],
           (leaf->n_entries - index) * sizeof leaf->entries[0]);
  leaf->entries[index] = entry;
  leaf->n_entries++;
}

void
coquill_range_map_set (CoquillRangeMap *self, uint64_t start, uint64_t end, uint64_t value)
{
  while (start < end)
    {
      Leaf *leaf = find_leaf (self, start);
      unsigned behind = find_behind (leaf, start);
      CoquillRangeMapEntry *entry = behind > 0 ? &leaf->entries[behind - 1] : NULL;

      if (entry != NULL && start < entry->end)
        {
          CoquillRangeMapEntry old = *entry;
          uint64_t piece_end = end < old.end ? end : old.end;

          if (old.value != value)
            {
              if (old.start < start)
                entry->end = start;
              else
                {
                  entry->end = piece_end;
                  entry->value = value;
                }
              if (old.start < start)
                insert_entry (self, (CoquillRangeMapEntry){ start, piece_end, value });
              if (piece_end < old.end)
                insert_entry (self, (CoquillRangeMapEntry){ piece_end, old.end, old.value });
            }
          start = piece_end;
        }
      else
        {
          uint64_t gap_end = next_start (leaf, behind);

          if (gap_end > end)
            gap_end = end;
          if (entry != NULL && entry->end == start && entry->value == value)
            entry->end = gap_end;
          else
            insert_entry (self, (CoquillRangeMapEntry){ start, gap_end, value });
          start = gap_end;
        }
    }
}
