/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window.c: finding and changing what is in a window. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/merge-window-private.h"

/* So many numbers are kept for each leaf, on average. */
#define KEPT_NUMBERS 8

CoquillMergeWindow *
coquill_merge_window_new (uint64_t width)
{
  CoquillMergeWindow *self = coquill_allocate (sizeof *self);

  coquill_merge_window_build (self, NULL, 0);
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
  free (self->leaves);
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

/* Joins an entry with its neighbours in the leaf. Returns: the index of what it is part of then */
static unsigned
join_around (CoquillMergeWindow *self, CoquillMergeWindowLeaf *leaf, unsigned index)
{
  const CoquillMergeWindowEntry *previous;
  CoquillMergeWindowHand *hand = &self->hand;

  if (index + 1 < leaf->n_entries && can_join (&leaf->entries[index], &leaf->entries[index + 1]))
    join_next (self, leaf, index);
  previous = index > 0 ? &leaf->entries[index - 1] : NULL;
  if (previous == NULL || !can_join (previous, previous + 1))
    return index;
  if (hand->leaf == leaf && hand->index == index)
    {
      hand->index--;
      hand->before -= coquill_merge_window_entry_width (previous, hand->view);
      hand->effect -= coquill_merge_window_entry_width (previous, COQUILL_MERGE_WINDOW_EFFECT);
    }
  join_next (self, leaf, index - 1);
  return index - 1;
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

  coquill_merge_window_keep_hand (self, cursor->leaf, cursor->index);
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
  coquill_merge_window_keep_hand (self, leaf, index - 1);
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

  coquill_merge_window_keep_hand (self, cursor->leaf, cursor->index);
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
  leaf->put = cursor->index;
}

uint32_t
coquill_merge_window_insert (CoquillMergeWindow *self,
                             CoquillMergeWindowCursor cursor,
                             const CoquillMergeWindowEntry *entry)
{
  if (!lengthen (self, &cursor, entry))
    {
      put_in (self, &cursor, entry);
      join_around (self, cursor.leaf, cursor.index);
    }
  coquill_merge_window_set_leaf (self, entry->id, entry->length, cursor.leaf);
  coquill_merge_window_change (self, cursor.leaf);
  for (unsigned version = 0; version < N_VERSIONS; version++)
    coquill_merge_window_add_width (self, version, coquill_merge_window_entry_width (entry, version));
  coquill_merge_window_note_present (cursor.leaf, ~entry->absent);
  return cursor.leaf->number;
}

/* Makes one more or one less deletion of an entry stand, in the leaf that is changed. */
static void
change_standing (CoquillMergeWindow *self, CoquillMergeWindowEntry *entry, unsigned versions, uint32_t change)
{
  for (unsigned version = 0; version < N_VERSIONS; version++)
    if (versions >> version & 1)
      {
        uint32_t before = coquill_merge_window_entry_width (entry, version);

        entry->standing[version] += change;
        coquill_merge_window_add_width (self, version,
                                        (uint64_t)coquill_merge_window_entry_width (entry, version) - before);
      }
}

uint32_t
coquill_merge_window_delete (CoquillMergeWindow *self,
                             CoquillMergeWindowCursor *cursor,
                             uint32_t length,
                             CoquillId id,
                             unsigned versions,
                             uint64_t newest)
{
  CoquillMergeWindowEntry *entry = cut_out (self, cursor, length);
  uint32_t number = cursor->leaf->number;

  entry->id = id;
  entry->left = id - 1;
  entry->right = COQUILL_ID_NONE;
  entry->newest = newest;
  coquill_merge_window_set_leaf (self, id, length, cursor->leaf);
  coquill_merge_window_change (self, cursor->leaf);
  change_standing (self, entry, versions, 1);
  cursor->index = join_around (self, cursor->leaf, cursor->index);
  coquill_merge_window_next (cursor);
  return number;
}

void
coquill_merge_window_widen (CoquillMergeWindow *self, CoquillMergeWindowCursor cursor, uint32_t change)
{
  CoquillMergeWindowEntry *entry = &cursor.leaf->entries[cursor.index];

  coquill_merge_window_keep_hand (self, cursor.leaf, cursor.index);
  coquill_merge_window_change (self, cursor.leaf);
  entry->length += change;
  for (unsigned version = 0; version < N_VERSIONS; version++)
    coquill_merge_window_add_width (self, version, (uint64_t)(int64_t)(int32_t)change);
}

uint32_t
coquill_merge_window_add_standing (CoquillMergeWindow *self,
                                   CoquillMergeWindowCursor cursor,
                                   uint32_t length,
                                   unsigned versions,
                                   uint32_t change,
                                   uint64_t newest)
{
  CoquillMergeWindowEntry *entry = cut_out (self, &cursor, length);

  coquill_merge_window_change (self, cursor.leaf);
  change_standing (self, entry, versions, change);
  if (newest > entry->newest)
    entry->newest = newest;
  join_around (self, cursor.leaf, cursor.index);
  return cursor.leaf->number;
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
  coquill_merge_window_change (self, cursor.leaf);
  coquill_merge_window_add_width (self, view,
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
      inner->present[view] = UINT16_MAX;
      copy_widths (inner->children[i], height - 1, from, view);
    }
}

void
coquill_merge_window_copy_view (CoquillMergeWindow *self, unsigned from, unsigned view)
{
  uint32_t bit = UINT32_C (1) << view;

  coquill_merge_window_tell (self);
  self->hand.leaf = NULL;
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

/* Puts an entry behind others, or joins it with the last one. Returns: how many there are then */
static size_t
put_behind (CoquillMergeWindowEntry *entries, size_t n_entries, const CoquillMergeWindowEntry *entry)
{
  if (n_entries > 0 && can_join (&entries[n_entries - 1], entry))
    join (&entries[n_entries - 1], entry);
  else
    entries[n_entries++] = *entry;
  return n_entries;
}

void
coquill_merge_window_append (CoquillMergeWindow *self, const CoquillMergeWindowEntry *entry)
{
  /* Nobody has been told of the last leaf yet. */
  CoquillMergeWindowLeaf *leaf = self->changed != NULL ? self->changed : self->first;

  if (leaf->n_entries == 0 || !can_join (&leaf->entries[leaf->n_entries - 1], entry))
    {
      if (leaf->n_entries == coquill_merge_window_filled (self->height == 0))
        leaf = coquill_merge_window_go_on (self, leaf);
      leaf->entries[leaf->n_entries++] = *entry;
      self->n_entries++;
    }
  else
    join (&leaf->entries[leaf->n_entries - 1], entry);
  self->changed = leaf;
  for (unsigned version = 0; version < N_VERSIONS; version++)
    coquill_merge_window_add_width (self, version, coquill_merge_window_entry_width (entry, version));
}

/* After all leaves were made anew: lets the numbers of the old ones lead to where their entries are now.
 * @moved: for each old number, the index of an entry */
static void
keep_numbers (CoquillMergeWindow *self, const uint32_t *moved, size_t n_old, size_t per_leaf)
{
  CoquillMergeWindowLeaf **fresh = self->leaves;
  size_t n_fresh = self->n_leaves;

  /* Who has a number that doesn't lead there asks the index. */
  if (n_old > KEPT_NUMBERS + KEPT_NUMBERS * n_fresh)
    return;
  self->leaves = coquill_grow (NULL, &(size_t){ 0 }, n_old + n_fresh, sizeof *self->leaves);
  self->leaves_capacity = n_old + n_fresh;
  self->n_leaves = n_old;
  for (size_t i = 0; i < n_fresh; i++)
    fresh[i]->number = UINT32_MAX;
  for (size_t i = 0; i < n_old; i++)
    {
      self->leaves[i] = fresh[moved[i] / per_leaf < n_fresh ? moved[i] / per_leaf : n_fresh - 1];
      self->leaves[i]->number = (uint32_t)i;
    }
  for (size_t i = 0; i < n_fresh; i++)
    if (fresh[i]->number == UINT32_MAX)
      {
        fresh[i]->number = (uint32_t)self->n_leaves;
        self->leaves[self->n_leaves++] = fresh[i];
      }
  free (fresh);
}

/*
 * What no item from @version on has touched is alike in all versions that are still to come. Visible, it
 * becomes a gap; deleted, it isn't needed, except in front of an entry that may be absent from some version:
 * there it parts what is concurrent from what only looks as if it were at the same place.
 */
void
coquill_merge_window_collapse (CoquillMergeWindow *self, uint64_t version)
{
  size_t n_old = self->n_leaves, n = 0, n_kept = 0, i = 0;
  CoquillMergeWindowEntry *entries = malloc (self->n_entries * sizeof *entries + 1);
  uint32_t *moved = malloc (n_old * sizeof *moved);
  bool needed = false;

  if (entries == NULL || moved == NULL)
    coquill_out_of_memory ();
  for (CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    {
      memcpy (&entries[n], leaf->entries, leaf->n_entries * sizeof *entries);
      n += leaf->n_entries;
    }
  for (size_t k = n; k-- > 0;)
    {
      CoquillMergeWindowEntry *entry = &entries[k];
      bool is_settled = entry->id == COQUILL_ID_NONE || entry->newest < version;

      if (is_settled && entry->standing[COQUILL_MERGE_WINDOW_EFFECT] > 0 && !needed)
        {
          entry->length = 0;
          continue;
        }
      needed = !is_settled;
      if (is_settled && entry->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
        *entry = (CoquillMergeWindowEntry){ .id = COQUILL_ID_NONE, .length = entry->length };
    }
  for (CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    {
      leaf->up.slot = (uint32_t)(n_kept > 0 ? n_kept - 1 : 0);
      for (size_t end = i + leaf->n_entries; i < end; i++)
        if (entries[i].length > 0)
          n_kept = put_behind (entries, n_kept, &entries[i]);
    }
  for (i = 0; i < n_old; i++)
    moved[i] = self->leaves[i]->up.slot;
  coquill_merge_window_clear (self);
  self->n_leaves = 0;
  coquill_merge_window_build (self, entries, n_kept);
  keep_numbers (self, moved, n_old, coquill_merge_window_per_leaf (n_kept));
  free (entries);
  free (moved);
}

static bool
check_node (CoquillMergeWindow *self, void *node, unsigned height, CoquillMergeWindowWidths *widths)
{
  CoquillMergeWindowNode *inner = node;

  if (height == 0)
    {
      CoquillMergeWindowLeaf *leaf = node;
      CoquillMergeWindowCursor cursor;
      uint32_t near = leaf->number;

      for (unsigned i = 0; i < leaf->n_entries; i++)
        if (leaf->entries[i].length == 0
            || (leaf->entries[i].id != COQUILL_ID_NONE
                && (!coquill_merge_window_find_near (self, leaf->entries[i].id, &near, &cursor)
                    || cursor.leaf != leaf || cursor.index != i
                    || (self->index != NULL
                        && (!coquill_merge_window_find_id (self, leaf->entries[i].id, &cursor)
                            || cursor.leaf != leaf)))))
          return false;
      *widths = coquill_merge_window_leaf_widths (leaf);
      return true;
    }
  for (unsigned i = 0; i < inner->n_children; i++)
    {
      CoquillMergeWindowWidths child;

      if (coquill_merge_window_parent (inner->children[i]) != inner
          || !check_node (self, inner->children[i], height - 1, &child)
          || memcmp (&child, &inner->widths[i], sizeof child) != 0)
        return false;
    }
  *widths = coquill_merge_window_node_widths (inner);
  return true;
}

bool
coquill_merge_window_check (CoquillMergeWindow *self)
{
  CoquillMergeWindowWidths widths;
  size_t n_entries = 0;

  coquill_merge_window_tell (self);
  for (const CoquillMergeWindowLeaf *leaf = self->first; leaf != NULL; leaf = leaf->next)
    n_entries += leaf->n_entries;
  return n_entries == self->n_entries && check_node (self, self->root, self->height, &widths)
         && memcmp (&widths, &self->width, sizeof widths) == 0;
}
