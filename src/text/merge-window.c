/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window.c: finding and changing what is in a window. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/merge-window-private.h"

CoquillMergeWindow *
coquill_merge_window_new (uint64_t width)
{
  CoquillMergeWindow *self = coquill_allocate (sizeof *self);
  CoquillMergeWindowLeaf *leaf = coquill_allocate (sizeof *leaf);

  self->root = leaf;
  self->first = leaf;
  while (width > 0)
    {
      CoquillMergeWindowEntry gap = { .id = COQUILL_ID_NONE };
      CoquillMergeWindowCursor end = { self->first, self->first->n_entries, 0 };

      gap.length
          = width < COQUILL_MERGE_WINDOW_MAX_LENGTH ? (uint32_t)width : COQUILL_MERGE_WINDOW_MAX_LENGTH;
      coquill_merge_window_insert (self, end, &gap);
      width -= gap.length;
    }
  return self;
}

void
coquill_merge_window_free (CoquillMergeWindow *self)
{
  if (self == NULL)
    return;
  coquill_merge_window_clear (self);
  free (self);
}

size_t
coquill_merge_window_n_entries (const CoquillMergeWindow *self)
{
  return self->n_entries;
}

uint64_t
coquill_merge_window_width (const CoquillMergeWindow *self, unsigned version)
{
  return self->width.of[version];
}

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

CoquillMergeWindowCursor
coquill_merge_window_find (const CoquillMergeWindow *self, unsigned view, uint64_t position, uint64_t *effect)
{
  void *node = self->root;
  CoquillMergeWindowLeaf *leaf;
  uint64_t before = 0;

  for (unsigned level = self->height; level > 0; level--)
    {
      const CoquillMergeWindowNode *inner = node;
      unsigned i = 0;

      for (; position >= inner->widths[i].of[view]; i++)
        {
          position -= inner->widths[i].of[view];
          before += inner->widths[i].of[COQUILL_MERGE_WINDOW_EFFECT];
        }
      node = inner->children[i];
    }
  leaf = node;
  for (unsigned i = 0;; i++)
    {
      const CoquillMergeWindowEntry *entry = &leaf->entries[i];
      uint32_t width = coquill_merge_window_entry_width (entry, view);
      bool shown = entry->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0;

      if (position < width)
        {
          *effect = before + (shown ? position : 0);
          return (CoquillMergeWindowCursor){ leaf, i, (uint32_t)position };
        }
      position -= width;
      before += shown ? entry->length : 0;
    }
}

CoquillMergeWindowCursor
coquill_merge_window_find_effect (const CoquillMergeWindow *self, uint64_t position)
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

bool
coquill_merge_window_find_id (const CoquillMergeWindow *self, CoquillId id, CoquillMergeWindowCursor *cursor)
{
  CoquillMergeWindowLeaf *leaf = self->first;

  if (self->index != NULL)
    {
      CoquillRangeMapEntry found;

      if (!coquill_range_map_get (self->index, id, &found))
        return false;
      leaf = (CoquillMergeWindowLeaf *)(uintptr_t)found.value;
    }
  /* A gap's id is so high that no difference is less than its length. */
  for (unsigned i = 0; i < leaf->n_entries; i++)
    if (id - leaf->entries[i].id < leaf->entries[i].length && leaf->entries[i].id != COQUILL_ID_NONE)
      {
        *cursor = (CoquillMergeWindowCursor){ leaf, i, (uint32_t)(id - leaf->entries[i].id) };
        return true;
      }
  return false;
}

CoquillId
coquill_merge_window_next_id (const CoquillMergeWindow *self, CoquillId id)
{
  CoquillMergeWindowCursor cursor;
  CoquillRangeMapEntry found;
  CoquillId next = COQUILL_ID_NONE;

  if (coquill_merge_window_find_id (self, id, &cursor))
    return id;
  if (self->index != NULL)
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
      const void *child_a = a->leaf, *child_b = b->leaf;
      const CoquillMergeWindowNode *parent_a = a->leaf->parent, *parent_b = b->leaf->parent;

      while (parent_a != parent_b)
        {
          child_a = parent_a;
          child_b = parent_b;
          parent_a = parent_a->parent;
          parent_b = parent_b->parent;
        }
      return coquill_merge_window_node_index (parent_a, child_a)
                     < coquill_merge_window_node_index (parent_a, child_b)
                 ? -1
                 : 1;
    }
  if (a->index != b->index)
    return a->index < b->index ? -1 : 1;
  return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static bool
can_join (const CoquillMergeWindowEntry *a, const CoquillMergeWindowEntry *b)
{
  uint32_t differences;

  if (a->id == COQUILL_ID_NONE || b->id == COQUILL_ID_NONE)
    return a->id == b->id && a->length + b->length <= COQUILL_MERGE_WINDOW_MAX_LENGTH;
  if (a->id + a->length != b->id)
    return false;
  differences = a->absent ^ b->absent;
  for (unsigned version = 0; version < N_VERSIONS; version++)
    differences |= a->standing[version] ^ b->standing[version];
  return differences == 0 && b->left == b->id - 1 && a->right == b->right
         && a->length + b->length <= COQUILL_MERGE_WINDOW_MAX_LENGTH;
}

static void
join (CoquillMergeWindowEntry *a, const CoquillMergeWindowEntry *b)
{
  a->length += b->length;
  if (b->newest > a->newest)
    a->newest = b->newest;
}

static void
join_next (CoquillMergeWindow *self, CoquillMergeWindowLeaf *leaf, unsigned index)
{
  CoquillMergeWindowEntry *entry = &leaf->entries[index];

  join (entry, entry + 1);
  leaf->n_entries--;
  self->n_entries--;
  memmove (entry + 1, entry + 2, (leaf->n_entries - index - 1) * sizeof *entry);
}

/* Joins an entry with its neighbours in the leaf. */
static void
join_around (CoquillMergeWindow *self, CoquillMergeWindowLeaf *leaf, unsigned index)
{
  if (index + 1 < leaf->n_entries && can_join (&leaf->entries[index], &leaf->entries[index + 1]))
    join_next (self, leaf, index);
  if (index > 0 && can_join (&leaf->entries[index - 1], &leaf->entries[index]))
    join_next (self, leaf, index - 1);
}

/* Cuts the cursor's entry in two in front of the cursor, which then is at the start of the right one. The
 * leaf has room. */
static void
cut (CoquillMergeWindow *self, CoquillMergeWindowCursor *cursor)
{
  CoquillMergeWindowLeaf *leaf = cursor->leaf;
  CoquillMergeWindowEntry *entry = &leaf->entries[cursor->index];
  CoquillMergeWindowEntry *right = entry + 1;

  if (cursor->offset == 0)
    return;
  memmove (right, entry, (leaf->n_entries - cursor->index) * sizeof *entry);
  leaf->n_entries++;
  self->n_entries++;
  if (right->id != COQUILL_ID_NONE)
    {
      right->id += cursor->offset;
      right->left = right->id - 1;
    }
  right->length -= cursor->offset;
  entry->length = cursor->offset;
  cursor->index++;
  cursor->offset = 0;
}

/* Makes the characters from the cursor on an entry of their own. */
static CoquillMergeWindowEntry *
cut_out (CoquillMergeWindow *self, CoquillMergeWindowCursor *cursor, uint32_t length)
{
  CoquillMergeWindowEntry *entry = &cursor->leaf->entries[cursor->index];

  if (cursor->offset == 0 && length == entry->length)
    return entry;
  coquill_merge_window_make_room (self, cursor, 2);
  cut (self, cursor);
  if (length < cursor->leaf->entries[cursor->index].length)
    {
      CoquillMergeWindowCursor end = { cursor->leaf, cursor->index, length };

      cut (self, &end);
    }
  return &cursor->leaf->entries[cursor->index];
}

/* Whether an entry only lengthens the one before the cursor. */
static bool
lengthen (CoquillMergeWindow *self,
          const CoquillMergeWindowCursor *cursor,
          const CoquillMergeWindowEntry *entry)
{
  CoquillMergeWindowLeaf *leaf = cursor->leaf;
  unsigned index = cursor->index;

  if (cursor->offset > 0 || index == 0 || !can_join (&leaf->entries[index - 1], entry))
    return false;
  join (&leaf->entries[index - 1], entry);
  if (index < leaf->n_entries && can_join (&leaf->entries[index - 1], &leaf->entries[index]))
    join_next (self, leaf, index - 1);
  return true;
}

/* Puts an entry in front of the cursor, cutting the cursor's entry in two. */
static void
put_in (CoquillMergeWindow *self, CoquillMergeWindowCursor *cursor, const CoquillMergeWindowEntry *entry)
{
  CoquillMergeWindowLeaf *leaf;
  CoquillMergeWindowEntry *at;
  unsigned n_new = cursor->offset > 0 ? 2 : 1;

  coquill_merge_window_make_room (self, cursor, 2);
  leaf = cursor->leaf;
  at = &leaf->entries[cursor->index];
  memmove (at + n_new, at, (leaf->n_entries - cursor->index) * sizeof *at);
  leaf->n_entries += n_new;
  self->n_entries += n_new;
  if (n_new == 2)
    {
      at[0] = at[2];
      at[0].length = cursor->offset;
      at[2].length -= cursor->offset;
      if (at[2].id != COQUILL_ID_NONE)
        {
          at[2].id += cursor->offset;
          at[2].left = at[2].id - 1;
        }
      cursor->index++;
      cursor->offset = 0;
    }
  leaf->entries[cursor->index] = *entry;
}

void
coquill_merge_window_insert (CoquillMergeWindow *self,
                             CoquillMergeWindowCursor cursor,
                             const CoquillMergeWindowEntry *entry)
{
  if (!lengthen (self, &cursor, entry))
    {
      put_in (self, &cursor, entry);
      join_around (self, cursor.leaf, cursor.index);
    }
  if (self->index != NULL && entry->id != COQUILL_ID_NONE)
    coquill_range_map_set (self->index, entry->id, entry->id + entry->length, (uintptr_t)cursor.leaf);
  for (unsigned version = 0; version < N_VERSIONS; version++)
    coquill_merge_window_add_width (self, cursor.leaf, version,
                                    coquill_merge_window_entry_width (entry, version));
  coquill_merge_window_note_present (cursor.leaf, ~entry->absent);
}

void
coquill_merge_window_name (CoquillMergeWindow *self,
                           CoquillMergeWindowCursor cursor,
                           uint32_t length,
                           CoquillId id)
{
  CoquillMergeWindowEntry *entry = cut_out (self, &cursor, length);

  entry->id = id;
  entry->left = id - 1;
  entry->right = COQUILL_ID_NONE;
  if (self->index != NULL)
    coquill_range_map_set (self->index, id, id + length, (uintptr_t)cursor.leaf);
}

void
coquill_merge_window_widen (CoquillMergeWindow *self, CoquillMergeWindowCursor cursor, uint32_t change)
{
  CoquillMergeWindowEntry *entry = &cursor.leaf->entries[cursor.index];
  CoquillMergeWindowWidths widths;

  for (unsigned version = 0; version < N_VERSIONS; version++)
    widths.of[version] = (uint64_t)(int64_t)(int32_t)change;
  entry->length += change;
  coquill_merge_window_add_widths (self, cursor.leaf, &widths);
}

void
coquill_merge_window_add_standing (CoquillMergeWindow *self,
                                   CoquillMergeWindowCursor cursor,
                                   uint32_t length,
                                   unsigned versions,
                                   uint32_t change,
                                   uint64_t newest)
{
  CoquillMergeWindowEntry *entry = cut_out (self, &cursor, length);

  for (unsigned version = 0; version < N_VERSIONS; version++)
    if (versions >> version & 1)
      {
        uint32_t before = coquill_merge_window_entry_width (entry, version);

        entry->standing[version] += change;
        coquill_merge_window_add_width (self, cursor.leaf, version,
                                        (uint64_t)coquill_merge_window_entry_width (entry, version) - before);
      }
  if (newest > entry->newest)
    entry->newest = newest;
  join_around (self, cursor.leaf, cursor.index);
}

void
coquill_merge_window_set_absent (
    CoquillMergeWindow *self, CoquillMergeWindowCursor cursor, uint32_t length, unsigned view, bool absent)
{
  CoquillMergeWindowEntry *entry = cut_out (self, &cursor, length);
  uint32_t before = coquill_merge_window_entry_width (entry, view);

  if (absent)
    entry->absent |= UINT32_C (1) << view;
  else
    {
      entry->absent &= ~(UINT32_C (1) << view);
      coquill_merge_window_note_present (cursor.leaf, UINT32_C (1) << view);
    }
  coquill_merge_window_add_width (self, cursor.leaf, view,
                                  (uint64_t)coquill_merge_window_entry_width (entry, view) - before);
  join_around (self, cursor.leaf, cursor.index);
}

static void
copy_widths (void *node, unsigned height, unsigned from, unsigned view)
{
  CoquillMergeWindowNode *inner = node;

  for (unsigned i = 0; height > 0 && i < inner->n_children; i++)
    {
      inner->widths[i].of[view] = inner->widths[i].of[from];
      inner->present[i] |= (uint8_t)(1u << view);
      copy_widths (inner->children[i], height - 1, from, view);
    }
}

void
coquill_merge_window_copy_view (CoquillMergeWindow *self, unsigned from, unsigned view)
{
  uint32_t bit = UINT32_C (1) << view;

  for (CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    for (unsigned i = 0; i < leaf->n_entries; i++)
      {
        CoquillMergeWindowEntry *entry = &leaf->entries[i];

        entry->standing[view] = entry->standing[from];
        entry->absent = (entry->absent >> from & 1) != 0 ? entry->absent | bit : entry->absent & ~bit;
      }
  copy_widths (self->root, self->height, from, view);
  self->width.of[view] = self->width.of[from];
}

/* Returns: how many there are then */
static size_t
join_all (CoquillMergeWindowEntry *entries, size_t n_entries)
{
  size_t n_joined = 0;

  for (size_t i = 0; i < n_entries; i++)
    if (n_joined > 0 && can_join (&entries[n_joined - 1], &entries[i]))
      join (&entries[n_joined - 1], &entries[i]);
    else
      entries[n_joined++] = entries[i];
  return n_joined;
}

CoquillMergeWindow *
coquill_merge_window_new_from (CoquillMergeWindowEntry *entries, size_t n_entries)
{
  CoquillMergeWindow *self = coquill_allocate (sizeof *self);

  self->root = coquill_allocate (sizeof (CoquillMergeWindowLeaf));
  coquill_merge_window_build (self, entries, join_all (entries, n_entries));
  return self;
}

/*
 * What no item from @version on has touched is alike in all versions that are still to come. Visible, it
 * becomes a gap; deleted, it isn't needed, except in front of an entry that may be absent from some version:
 * there it parts what is concurrent from what only looks as if it were at the same place.
 */
void
coquill_merge_window_collapse (CoquillMergeWindow *self, uint64_t version)
{
  CoquillMergeWindowEntry *entries = coquill_allocate (self->n_entries * sizeof *entries + 1);
  size_t n = 0, first = self->n_entries;
  bool needed = false;

  for (CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    {
      memcpy (&entries[n], leaf->entries, leaf->n_entries * sizeof *entries);
      n += leaf->n_entries;
    }
  for (size_t i = n; i > 0; i--)
    {
      CoquillMergeWindowEntry entry = entries[i - 1];
      bool is_settled = entry.id == COQUILL_ID_NONE || entry.newest < version;

      if (is_settled && entry.standing[COQUILL_MERGE_WINDOW_EFFECT] > 0 && !needed)
        continue;
      needed = !is_settled;
      if (is_settled && entry.standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
        entry = (CoquillMergeWindowEntry){ .id = COQUILL_ID_NONE, .length = entry.length };
      entries[--first] = entry;
    }
  coquill_merge_window_build (self, &entries[first], join_all (&entries[first], n - first));
  free (entries);
}

static bool
check_node (const CoquillMergeWindow *self, void *node, unsigned height, CoquillMergeWindowWidths *widths)
{
  CoquillMergeWindowNode *inner = node;

  if (height == 0)
    {
      CoquillMergeWindowLeaf *leaf = node;
      CoquillMergeWindowCursor cursor;

      for (unsigned i = 0; i < leaf->n_entries; i++)
        if (leaf->entries[i].length == 0
            || (leaf->entries[i].id != COQUILL_ID_NONE
                && (!coquill_merge_window_find_id (self, leaf->entries[i].id, &cursor) || cursor.leaf != leaf
                    || cursor.index != i)))
          return false;
      *widths = coquill_merge_window_leaf_widths (leaf);
      return true;
    }
  for (unsigned i = 0; i < inner->n_children; i++)
    {
      CoquillMergeWindowWidths child;

      if (*(CoquillMergeWindowNode **)inner->children[i] != inner
          || !check_node (self, inner->children[i], height - 1, &child)
          || memcmp (&child, &inner->widths[i], sizeof child) != 0)
        return false;
    }
  *widths = coquill_merge_window_node_widths (inner);
  return true;
}

bool
coquill_merge_window_check (const CoquillMergeWindow *self)
{
  CoquillMergeWindowWidths widths;
  size_t n_entries = 0;

  for (const CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    n_entries += leaf->n_entries;
  return n_entries == self->n_entries && check_node (self, self->root, self->height, &widths)
         && memcmp (&widths, &self->width, sizeof widths) == 0;
}
