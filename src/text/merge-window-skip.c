/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window-skip.c: passing over what is absent from a view without looking at each entry. */

#include <assert.h>

#include "text/merge-window-private.h"

/*
 * Each node has, for each view, a bit per child: unless it is set, all entries below are absent from that
 * view. It is set whenever one may not be, and cleared when somebody looked and there was none; so a look
 * that finds nothing is paid for by what set the bit.
 */

static_assert (COQUILL_MERGE_WINDOW_NODE_CHILDREN <= 16, "a bit for each child");

void
coquill_merge_window_note_present (void *node, uint32_t views)
{
  /* Where a bit is set, it is above as well. */
  for (CoquillMergeWindowNode *parent; (parent = coquill_merge_window_parent (node)) != NULL; node = parent)
    {
      uint32_t bit = UINT32_C (1) << coquill_merge_window_slot (parent, node), all = bit;

      for (unsigned view = 0; view < COQUILL_MERGE_WINDOW_VIEWS; view++)
        if (views >> view & 1)
          {
            all &= parent->present[view];
            parent->present[view] |= (uint16_t)bit;
          }
      if (all != 0)
        return;
    }
}

static bool
find_present (CoquillMergeWindowCursor *cursor, unsigned view)
{
  for (; cursor->index < cursor->leaf->n_entries; cursor->index++)
    if ((cursor->leaf->entries[cursor->index].absent >> view & 1) == 0)
      return true;
  return false;
}

/* The first child from @i on that may have something of a view, or n_children. */
static unsigned
find_child (const CoquillMergeWindowNode *node, unsigned i, unsigned view)
{
  uint32_t present = (uint32_t)node->present[view] >> i;

  if (present != 0)
    i += (unsigned)__builtin_ctz (present);
  return present != 0 && i < node->n_children ? i : node->n_children;
}

/* The next node behind one, as low as possible, that has nothing of a view that is known: a leaf, or a node
 * whose bit was wrong. @height: (inout): of the node, 0 for a leaf */
static void *
next_candidate (void *child, unsigned *height, unsigned view)
{
  for (CoquillMergeWindowNode *node = coquill_merge_window_parent (child); node != NULL;
       node = coquill_merge_window_parent (node), ++*height)
    {
      unsigned i = find_child (node, coquill_merge_window_slot (node, child) + 1, view);

      child = node;
      while (i < node->n_children)
        {
          child = node->children[i];
          if (*height == 0)
            return child;
          node = child;
          --*height;
          i = find_child (node, 0, view);
          if (i == node->n_children)
            {
              ++*height;
              return child;
            }
        }
    }
  return NULL;
}

CoquillMergeWindowCursor
coquill_merge_window_end (const CoquillMergeWindow *self)
{
  void *node = self->root;
  CoquillMergeWindowLeaf *leaf;

  for (unsigned level = self->height; level > 0; level--)
    node = ((CoquillMergeWindowNode *)node)->children[((CoquillMergeWindowNode *)node)->n_children - 1];
  leaf = node;
  return (CoquillMergeWindowCursor){ leaf, leaf->n_entries, 0 };
}

CoquillMergeWindowCursor
coquill_merge_window_next_present (const CoquillMergeWindow *self,
                                   CoquillMergeWindowCursor cursor,
                                   unsigned view)
{
  void *node = cursor.leaf;
  unsigned height = 0;

  cursor.offset = 0;
  if (find_present (&cursor, view))
    return cursor;
  while ((node = next_candidate (node, &height, view)) != NULL)
    {
      CoquillMergeWindowNode *parent = coquill_merge_window_parent (node);

      if (height == 0)
        {
          cursor = (CoquillMergeWindowCursor){ node, 0, 0 };
          if (find_present (&cursor, view))
            return cursor;
        }
      parent->present[view] &= (uint16_t)~(1u << coquill_merge_window_slot (parent, node));
    }
  return coquill_merge_window_end (self);
}

CoquillMergeWindowCursor
coquill_merge_window_previous (CoquillMergeWindowCursor cursor)
{
  void *child = cursor.leaf;
  CoquillMergeWindowNode *parent;
  unsigned height = 0, i;

  cursor.offset = 0;
  if (cursor.index > 0)
    {
      cursor.index--;
      return cursor;
    }
  for (parent = coquill_merge_window_parent (child); (i = coquill_merge_window_slot (parent, child)) == 0;
       height++)
    {
      child = parent;
      parent = coquill_merge_window_parent (parent);
    }
  child = parent->children[i - 1];
  for (; height > 0; height--)
    child = ((CoquillMergeWindowNode *)child)->children[((CoquillMergeWindowNode *)child)->n_children - 1];
  cursor.leaf = child;
  cursor.index = cursor.leaf->n_entries - 1;
  return cursor;
}

/* The start of a node's first leaf. */
static CoquillMergeWindowCursor
start_of (void *node, unsigned height)
{
  for (; height > 0; height--)
    node = ((CoquillMergeWindowNode *)node)->children[0];
  return (CoquillMergeWindowCursor){ node, 0, 0 };
}

bool
coquill_merge_window_between (const CoquillMergeWindowCursor *a,
                              const CoquillMergeWindowCursor *b,
                              CoquillMergeWindowCursor *middle)
{
  void *from = a->leaf, *to = b->leaf, *stop = NULL;
  unsigned height = 0, stop_height = 0;

  if (a->leaf == b->leaf)
    return false;
  while (coquill_merge_window_parent (from) != coquill_merge_window_parent (to))
    {
      /* What is to be halved if the two turn out to be below neighbours and the second at its very start. */
      if (coquill_merge_window_slot (coquill_merge_window_parent (from), from) + 1
          < coquill_merge_window_parent (from)->n_children)
        {
          stop = from;
          stop_height = height;
        }
      from = coquill_merge_window_parent (from);
      to = coquill_merge_window_parent (to);
      height++;
    }

  CoquillMergeWindowNode *parent = coquill_merge_window_parent (from);
  unsigned first = coquill_merge_window_slot (parent, from), last = coquill_merge_window_slot (parent, to);

  *middle = start_of (parent->children[first + (last - first + 1) / 2], height);
  if (coquill_merge_window_compare (middle, b) < 0)
    return true;
  if (stop == NULL)
    return false;
  parent = coquill_merge_window_parent (stop);
  first = coquill_merge_window_slot (parent, stop);
  *middle = start_of (parent->children[first + (parent->n_children - first) / 2], stop_height);
  return true;
}
