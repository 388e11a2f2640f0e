/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window-tree.c: the nodes of a window: building, splitting, sums. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/merge-window-private.h"

static void
add (CoquillMergeWindowWidths *sum, const CoquillMergeWindowWidths *change)
{
  for (unsigned version = 0; version < N_VERSIONS; version++)
    sum->of[version] += change->of[version];
}

CoquillMergeWindowWidths
coquill_merge_window_leaf_widths (const CoquillMergeWindowLeaf *leaf)
{
  CoquillMergeWindowWidths sum = { { 0 } };

  for (unsigned i = 0; i < leaf->n_entries; i++)
    for (unsigned version = 0; version < N_VERSIONS; version++)
      sum.of[version] += coquill_merge_window_entry_width (&leaf->entries[i], version);
  return sum;
}

CoquillMergeWindowWidths
coquill_merge_window_node_widths (const CoquillMergeWindowNode *node)
{
  CoquillMergeWindowWidths sum = { { 0 } };

  for (unsigned i = 0; i < node->n_children; i++)
    add (&sum, &node->widths[i]);
  return sum;
}

void
coquill_merge_window_tell (CoquillMergeWindow *self)
{
  void *child = self->changed;

  if (child == NULL)
    return;
  for (CoquillMergeWindowNode *parent; (parent = coquill_merge_window_parent (child)) != NULL; child = parent)
    add (&parent->widths[coquill_merge_window_slot (parent, child)], &self->untold);
  self->changed = NULL;
  memset (&self->untold, 0, sizeof self->untold);
}

CoquillMergeWindowLeaf *
coquill_merge_window_leaf_new (CoquillMergeWindow *self)
{
  CoquillMergeWindowLeaf *leaf = malloc (sizeof *leaf);

  if (leaf == NULL)
    coquill_out_of_memory ();
  memset (leaf, 0, offsetof (CoquillMergeWindowLeaf, entries));
  self->leaves
      = coquill_grow (self->leaves, &self->leaves_capacity, self->n_leaves + 1, sizeof *self->leaves);
  leaf->number = (uint32_t)self->n_leaves;
  self->leaves[self->n_leaves++] = leaf;
  return leaf;
}

/* Recursion is bounded by the height, O(log n). */
static void
free_tree (void *node, unsigned height)
{
  if (height > 0)
    for (unsigned i = 0; i < ((CoquillMergeWindowNode *)node)->n_children; i++)
      free_tree (((CoquillMergeWindowNode *)node)->children[i], height - 1);
  free (node);
}

void
coquill_merge_window_clear (CoquillMergeWindow *self)
{
  free_tree (self->root, self->height);
  coquill_range_map_free (self->index);
  self->root = NULL;
  self->height = 0;
  self->index = NULL;
  self->hand.leaf = NULL;
  self->changed = NULL;
  memset (&self->untold, 0, sizeof self->untold);
  memset (&self->width, 0, sizeof self->width);
}

static CoquillMergeWindowNode *
split_node (CoquillMergeWindow *self, CoquillMergeWindowNode *node);

/* Puts a new child behind another one; the two together are as wide as the one was. */
static void
insert_child (CoquillMergeWindow *self,
              void *left,
              const CoquillMergeWindowWidths *left_widths,
              void *right,
              const CoquillMergeWindowWidths *right_widths)
{
  CoquillMergeWindowNode *parent = coquill_merge_window_parent (left);
  unsigned index;

  if (parent == NULL)
    {
      parent = coquill_allocate (sizeof *parent);
      parent->n_children = 1;
      parent->children[0] = left;
      ((CoquillMergeWindowUp *)left)->parent = parent;
      self->root = parent;
      self->height++;
    }
  else if (parent->n_children == COQUILL_MERGE_WINDOW_NODE_CHILDREN)
    {
      split_node (self, parent);
      parent = coquill_merge_window_parent (left);
    }

  index = coquill_merge_window_slot (parent, left);
  memmove (&parent->widths[index + 2], &parent->widths[index + 1],
           (parent->n_children - index - 1) * sizeof parent->widths[0]);
  memmove (&parent->children[index + 2], &parent->children[index + 1],
           (parent->n_children - index - 1) * sizeof parent->children[0]);
  for (unsigned view = 0; view < COQUILL_MERGE_WINDOW_VIEWS; view++)
    {
      uint32_t present = parent->present[view], behind = present >> (index + 1) << (index + 1);

      parent->present[view] = (uint16_t)((present ^ behind) | behind << 1);
    }
  parent->widths[index] = *left_widths;
  parent->widths[index + 1] = *right_widths;
  parent->children[index + 1] = right;
  parent->n_children++;
  *(CoquillMergeWindowUp *)right = (CoquillMergeWindowUp){ parent, index + 1 };
  coquill_merge_window_note_present (left, UINT32_MAX);
  coquill_merge_window_note_present (right, UINT32_MAX);
}

/* Recursion through insert_child() is bounded by the height. */
static CoquillMergeWindowNode *
split_node (CoquillMergeWindow *self, CoquillMergeWindowNode *node)
{
  CoquillMergeWindowNode *right = coquill_allocate (sizeof *right);
  CoquillMergeWindowWidths left_widths, right_widths;

  right->n_children = node->n_children / 2;
  node->n_children -= right->n_children;
  memcpy (right->widths, &node->widths[node->n_children], right->n_children * sizeof right->widths[0]);
  memcpy (right->children, &node->children[node->n_children], right->n_children * sizeof right->children[0]);
  for (unsigned view = 0; view < COQUILL_MERGE_WINDOW_VIEWS; view++)
    right->present[view] = (uint16_t)(node->present[view] >> node->n_children);
  for (unsigned i = 0; i < right->n_children; i++)
    *(CoquillMergeWindowUp *)right->children[i] = (CoquillMergeWindowUp){ right, i };
  left_widths = coquill_merge_window_node_widths (node);
  right_widths = coquill_merge_window_node_widths (right);
  insert_child (self, node, &left_widths, right, &right_widths);
  return right;
}

static CoquillMergeWindowLeaf *
add_leaf_behind (CoquillMergeWindow *self, CoquillMergeWindowLeaf *leaf, CoquillMergeWindowLeaf *right)
{
  CoquillMergeWindowWidths left_widths = coquill_merge_window_leaf_widths (leaf);
  CoquillMergeWindowWidths right_widths = coquill_merge_window_leaf_widths (right);

  right->next = leaf->next;
  leaf->next = right;
  insert_child (self, leaf, &left_widths, right, &right_widths);
  return right;
}

/* What most remember in which leaf it is should be in that leaf. */
static void
exchange_numbers (CoquillMergeWindow *self, CoquillMergeWindowLeaf *a, CoquillMergeWindowLeaf *b)
{
  uint32_t number = a->number;

  a->number = b->number;
  b->number = number;
  self->leaves[a->number] = a;
  self->leaves[b->number] = b;
}

void
coquill_merge_window_make_room (CoquillMergeWindow *self,
                                CoquillMergeWindowCursor *cursor,
                                unsigned n_entries)
{
  CoquillMergeWindowLeaf *leaf = cursor->leaf;
  CoquillMergeWindowLeaf *right;
  unsigned cut = leaf->n_entries - leaf->n_entries / 2;

  if (leaf->n_entries + n_entries <= COQUILL_MERGE_WINDOW_LEAF_ENTRIES)
    return;

  /* Who goes on, forwards or backwards, leaves full leaves behind. */
  if (cursor->index > cut && cursor->index == leaf->put + 1)
    cut = cursor->index - 1;
  else if (cursor->index < cut && cursor->index == leaf->put)
    cut = cursor->index + 1;

  coquill_merge_window_tell (self);
  self->hand.leaf = NULL;
  right = coquill_merge_window_leaf_new (self);
  right->n_entries = leaf->n_entries - cut;
  leaf->n_entries = cut;
  memcpy (right->entries, &leaf->entries[leaf->n_entries], right->n_entries * sizeof right->entries[0]);
  add_leaf_behind (self, leaf, right);
  if (cut < right->n_entries)
    exchange_numbers (self, leaf, right);
  for (unsigned i = 0; self->index != NULL && i < right->n_entries; i++)
    coquill_merge_window_set_leaf (self, right->entries[i].id, right->entries[i].length, right);

  if (cursor->index >= leaf->n_entries)
    {
      cursor->index -= leaf->n_entries;
      cursor->leaf = right;
    }
}

CoquillMergeWindowLeaf *
coquill_merge_window_go_on (CoquillMergeWindow *self, CoquillMergeWindowLeaf *last)
{
  CoquillMergeWindowLeaf *right = coquill_merge_window_leaf_new (self);
  unsigned filled = coquill_merge_window_filled (false);

  coquill_merge_window_tell (self);
  right->n_entries = last->n_entries - filled;
  last->n_entries = filled;
  memcpy (right->entries, &last->entries[filled], right->n_entries * sizeof right->entries[0]);
  return add_leaf_behind (self, last, right);
}

void
coquill_merge_window_build (CoquillMergeWindow *self,
                            const CoquillMergeWindowEntry *entries,
                            size_t n_entries)
{
  CoquillMergeWindowLeaf *leaf = coquill_merge_window_leaf_new (self);
  size_t per_leaf = coquill_merge_window_per_leaf (n_entries);

  self->root = leaf;
  self->first = leaf;
  self->n_entries = n_entries;
  for (size_t done = 0; done < n_entries;)
    {
      size_t n = n_entries - done < per_leaf ? n_entries - done : per_leaf;

      if (done > 0)
        leaf = add_leaf_behind (self, leaf, coquill_merge_window_leaf_new (self));
      leaf->n_entries = (unsigned)n;
      memcpy (leaf->entries, &entries[done], n * sizeof *entries);
      self->changed = leaf;
      self->untold = coquill_merge_window_leaf_widths (leaf);
      add (&self->width, &self->untold);
      coquill_merge_window_tell (self);
      done += n;
    }
}
