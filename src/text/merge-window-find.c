/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window-find.c: where a position is in a window, where an id, and where a place. */

#include "text/merge-window-private.h"

/* An entry is looked for in so many leaves before an index is made, or asked: it moves on when a leaf is
 * split.
 */
#define NEAR_LEAVES 4
#define INDEXED_LEAVES 2

/* For each entry, so many leaves are looked through before there is an index, which would cost as much. */
#define SCANS 1

CoquillMergeWindowCursor
coquill_merge_window_start (const CoquillMergeWindow *self)
{
  return (CoquillMergeWindowCursor){ self->first, 0, 0 };
}

const CoquillMergeWindowEntry *
coquill_merge_window_entry (const CoquillMergeWindowCursor *cursor)
{
  return cursor->index < cursor->leaf->n_entries ? &cursor->leaf->entries[cursor->index] : NULL;
}

void
coquill_merge_window_next (CoquillMergeWindowCursor *cursor)
{
  cursor->offset = 0;
  if (cursor->index < cursor->leaf->n_entries)
    cursor->index++;
  if (cursor->index == cursor->leaf->n_entries && cursor->leaf->next != NULL)
    {
      cursor->leaf = cursor->leaf->next;
      cursor->index = 0;
    }
}

/* Takes the leaf in hand that has a position. */
static void
take (CoquillMergeWindow *self, unsigned view, uint64_t position)
{
  CoquillMergeWindowHand *hand = &self->hand;
  void *node = self->root;
  uint64_t start = 0, effect = 0;

  coquill_merge_window_tell (self);
  for (unsigned level = self->height; level > 0; level--)
    {
      const CoquillMergeWindowNode *inner = node;
      unsigned i = 0;

      for (; position - start >= inner->widths[i].of[view]; i++)
        {
          start += inner->widths[i].of[view];
          effect += inner->widths[i].of[COQUILL_MERGE_WINDOW_EFFECT];
        }
      node = inner->children[i];
    }
  *hand = (CoquillMergeWindowHand){ node, view, 0, start, start, effect };
}

CoquillMergeWindowCursor
coquill_merge_window_find (CoquillMergeWindow *self, unsigned view, uint64_t position, uint64_t *effect)
{
  CoquillMergeWindowHand *hand = &self->hand;
  const CoquillMergeWindowEntry *entry;

  if (hand->leaf == NULL || hand->view != view
      || position - hand->start >= coquill_merge_window_leaf_width (self, hand->leaf, view))
    take (self, view, position);
  entry = &hand->leaf->entries[hand->index];
  for (; position < hand->before; hand->before -= coquill_merge_window_entry_width (entry, view))
    {
      entry--;
      hand->effect -= coquill_merge_window_entry_width (entry, COQUILL_MERGE_WINDOW_EFFECT);
    }
  for (uint32_t width; position - hand->before >= (width = coquill_merge_window_entry_width (entry, view));
       entry++)
    {
      hand->before += width;
      hand->effect += coquill_merge_window_entry_width (entry, COQUILL_MERGE_WINDOW_EFFECT);
    }
  hand->index = (unsigned)(entry - hand->leaf->entries);
  position -= hand->before;
  *effect = hand->effect + (entry->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0 ? position : 0);
  return (CoquillMergeWindowCursor){ hand->leaf, hand->index, (uint32_t)position };
}

CoquillMergeWindowCursor
coquill_merge_window_find_effect (CoquillMergeWindow *self, uint64_t position)
{
  CoquillMergeWindowCursor cursor;
  uint64_t effect;

  if (position == 0)
    return coquill_merge_window_start (self);
  cursor = coquill_merge_window_find (self, COQUILL_MERGE_WINDOW_EFFECT, position - 1, &effect);
  if (++cursor.offset == cursor.leaf->entries[cursor.index].length)
    coquill_merge_window_next (&cursor);
  return cursor;
}

/* A gap's id is so high that no difference is less than its length. */
static inline bool
holds (const CoquillMergeWindowEntry *entry, CoquillId id)
{
  return id - entry->id < entry->length && entry->id != COQUILL_ID_NONE;
}

/* Whoever goes on finds his next one beside the last one. */
static bool
find_in_leaf (CoquillMergeWindowLeaf *leaf, CoquillId id, CoquillMergeWindowCursor *cursor)
{
  unsigned n = leaf->n_entries, start = leaf->found > 0 && leaf->found < n ? leaf->found - 1 : 0, i = start;

  while (i < n && !holds (&leaf->entries[i], id))
    i++;
  if (i >= n)
    for (i = 0; i < start && !holds (&leaf->entries[i], id);)
      i++;
  if (i >= n || !holds (&leaf->entries[i], id))
    return false;
  leaf->found = i;
  *cursor = (CoquillMergeWindowCursor){ leaf, i, (uint32_t)(id - leaf->entries[i].id) };
  return true;
}

/* The index is made when somebody asks, and dropped when to keep it up to date has cost as much as to make it
 * anew. */
static void
make_index (CoquillMergeWindow *self)
{
  self->n_scanned = 0;
  self->index = coquill_range_map_new ();
  for (CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = 0; i < leaf->n_entries; i++)
      if (leaf->entries[i].id != COQUILL_ID_NONE)
        coquill_range_map_set (self->index, leaf->entries[i].id,
                               leaf->entries[i].id + leaf->entries[i].length, (uintptr_t)leaf);
}

void
coquill_merge_window_note_leaf (CoquillMergeWindow *self,
                                CoquillId id,
                                uint32_t length,
                                CoquillMergeWindowLeaf *leaf)
{
  if (++self->n_noted <= self->n_entries)
    coquill_range_map_set (self->index, id, id + length, (uintptr_t)leaf);
  else
    {
      coquill_range_map_free (self->index);
      self->index = NULL;
    }
}

bool
coquill_merge_window_find_id (CoquillMergeWindow *self, CoquillId id, CoquillMergeWindowCursor *cursor)
{
  CoquillRangeMapEntry found;

  if (self->height == 0)
    return find_in_leaf (self->first, id, cursor);
  if (self->index == NULL)
    make_index (self);
  self->n_noted = 0;
  return coquill_range_map_get (self->index, id, &found)
         && find_in_leaf ((CoquillMergeWindowLeaf *)(uintptr_t)found.value, id, cursor);
}

/* Looks through leaves before one, as long as that costs less than an index. @known: (out): it is known
 * whether the character is there */
static bool
scan (CoquillMergeWindow *self,
      CoquillMergeWindowLeaf *leaf,
      const CoquillMergeWindowLeaf *end,
      CoquillId id,
      CoquillMergeWindowCursor *cursor,
      bool *known)
{
  *known = true;
  for (unsigned i = 0; leaf != end; i++, leaf = leaf->next)
    {
      if (self->index != NULL ? i >= INDEXED_LEAVES
                              : i >= NEAR_LEAVES && ++self->n_scanned > SCANS * self->n_entries)
        break;
      if (find_in_leaf (leaf, id, cursor))
        return true;
    }
  *known = leaf == end;
  return false;
}

bool
coquill_merge_window_find_near (CoquillMergeWindow *self,
                                CoquillId id,
                                uint32_t *near,
                                CoquillMergeWindowCursor *cursor)
{
  bool known;
  CoquillMergeWindowLeaf *leaf = *near < self->n_leaves ? self->leaves[*near] : self->first;

  bool found = scan (self, leaf, NULL, id, cursor, &known);

  if (!found && known)
    found = scan (self, self->first, leaf, id, cursor, &known);
  if (!found && !known)
    found = coquill_merge_window_find_id (self, id, cursor);
  if (!found)
    return false;
  *near = cursor->leaf->number;
  return true;
}

bool
coquill_merge_window_is_between (CoquillMergeWindow *self,
                                 CoquillId id,
                                 const CoquillMergeWindowCursor *from,
                                 const CoquillMergeWindowCursor *to)
{
  CoquillMergeWindowCursor cursor;
  bool known = false;
  bool found = self->index == NULL && scan (self, from->leaf, to->leaf->next, id, &cursor, &known);

  if (!found && !known)
    found = coquill_merge_window_find_id (self, id, &cursor);
  return found && coquill_merge_window_compare (from, &cursor) <= 0
         && coquill_merge_window_compare (&cursor, to) < 0;
}

CoquillId
coquill_merge_window_next_id (CoquillMergeWindow *self, CoquillId id)
{
  CoquillMergeWindowCursor cursor;
  CoquillRangeMapEntry found;
  CoquillId next = COQUILL_ID_NONE;

  if (coquill_merge_window_find_id (self, id, &cursor))
    return id;
  if (self->height > 0)
    {
      coquill_range_map_get (self->index, id, &found);
      return found.end;
    }
  for (unsigned i = 0; i < self->first->n_entries; i++)
    if (self->first->entries[i].id > id && self->first->entries[i].id < next)
      next = self->first->entries[i].id;
  return next;
}

int
coquill_merge_window_compare (const CoquillMergeWindowCursor *a, const CoquillMergeWindowCursor *b)
{
  if (a->leaf != b->leaf)
    {
      /* All leaves are at one depth, so both climb in step until they meet. */
      void *child_a = a->leaf, *child_b = b->leaf;
      CoquillMergeWindowNode *parent_a = a->leaf->up.parent, *parent_b = b->leaf->up.parent;

      while (parent_a != parent_b)
        {
          child_a = parent_a;
          child_b = parent_b;
          parent_a = parent_a->up.parent;
          parent_b = parent_b->up.parent;
        }
      return coquill_merge_window_slot (parent_a, child_a) < coquill_merge_window_slot (parent_a, child_b)
                 ? -1
                 : 1;
    }
  if (a->index != b->index)
    return a->index < b->index ? -1 : 1;
  return a->offset < b->offset ? -1 : a->offset > b->offset;
}

uint64_t
coquill_merge_window_effect_position (CoquillMergeWindow *self, const CoquillMergeWindowCursor *cursor)
{
  const CoquillMergeWindowLeaf *leaf = cursor->leaf;
  void *child = cursor->leaf;
  uint64_t position = 0;

  coquill_merge_window_tell (self);
  for (unsigned i = 0; i < cursor->index; i++)
    position += coquill_merge_window_entry_width (&leaf->entries[i], COQUILL_MERGE_WINDOW_EFFECT);
  if (cursor->offset > 0
      && coquill_merge_window_visible (&leaf->entries[cursor->index], COQUILL_MERGE_WINDOW_EFFECT))
    position += cursor->offset;

  for (CoquillMergeWindowNode *parent; (parent = coquill_merge_window_parent (child)) != NULL; child = parent)
    {
      unsigned index = coquill_merge_window_slot (parent, child);

      for (unsigned i = 0; i < index; i++)
        position += parent->widths[i].of[COQUILL_MERGE_WINDOW_EFFECT];
    }
  return position;
}
