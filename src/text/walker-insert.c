/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-insert.c: where an insertion belongs among those that it doesn't know. */

#include "text/walker-private.h"

/*
 * What is directly behind an insertion's origin left and absent from its view: all that is concurrent with it
 * and may have to stand before it.
 */
typedef struct
{
  CoquillWalker *walker;
  unsigned view;
  CoquillId left, right;         /* the insertion's origins */
  CoquillMergeWindowCursor from; /* directly behind the origin left */
  CoquillMergeWindowCursor to;   /* the first entry that isn't absent, or the end */
  CoquillMergeWindowCursor last; /* the one before */
  uint64_t end_effect;           /* visible characters before the end */
} Region;

static bool
is_absent (const CoquillMergeWindowEntry *entry, unsigned view)
{
  return entry != NULL && (entry->absent >> view & 1) != 0;
}

/* All between are absent. */
static bool
is_in_region (const Region *self, CoquillId id)
{
  return coquill_merge_window_is_between (self->walker->window, id, &self->from, &self->to);
}

/* So far behind an insertion its origin right mostly is, if it is in the region: who types backwards. */
#define NEAR_ENTRIES 4

static bool
is_near (const Region *self, CoquillMergeWindowCursor at, CoquillId id)
{
  for (unsigned i = 0; i < NEAR_ENTRIES; i++)
    {
      coquill_merge_window_next (&at);
      if (at.leaf == self->to.leaf && at.index == self->to.index)
        return false;
      if (coquill_merge_window_entry (&at)->id == id)
        return true;
    }
  return false;
}

/* Compares another's origin right to ours by where they stand. No origin right of one in the region lies
 * before the region; ours is at its end. @at: the other */
static int
compare_right (const Region *self, const CoquillMergeWindowCursor *at)
{
  CoquillId other = coquill_merge_window_entry (at)->right;

  if (other == self->right)
    return 0;
  if (other == COQUILL_ID_NONE)
    return 1;
  return is_near (self, *at, other) || is_in_region (self, other) ? -1 : 1;
}

/* The place behind an entry's last character; @effect visible characters lie before it. */
static CoquillOrderPlace
behind_entry (CoquillWalker *self, const CoquillMergeWindowEntry *entry, uint64_t effect)
{
  if (entry->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
    return coquill_order_find_behind (self->order, effect);
  return coquill_walker_find_behind (self, entry->id + entry->length - 1, effect);
}

/*
 * What another insertion with the same origin left says of ours. By the order that all of them have, those
 * with an origin right further on come first, then those with the same one by agent, ours among them.
 * Returns: less than 0 if it can't be told from this one alone, 0 if ours stands somewhere before it, greater
 * if ours stands somewhere behind it
 */
static int
judge (const Region *self, CoquillId id, const CoquillMergeWindowCursor *at)
{
  int order = compare_right (self, at);

  return order == 0 ? !coquill_walker_goes_before (self->walker, id, coquill_merge_window_entry (at)->id)
                    : order;
}

/*
 * Whether ours stands behind all of the region, because it was put in front of an insertion that was put
 * behind the same as ours: whoever types backwards, one in front of the other. What an insertion has for its
 * origin right its author knew. So if the last of the region, directly in front of ours, wasn't put in front
 * of that insertion, its author didn't know it, nor did those of all others that it could belong to; and so
 * all of them have their origin right further on.
 */
static bool
is_last (const Region *self)
{
  const CoquillMergeWindowEntry *next = coquill_merge_window_entry (&self->to);

  return next != NULL && next->id == self->right && next->left == self->left
         && coquill_merge_window_entry (&self->last)->right != self->right;
}

/* Halves what is to be looked at one by one: moves a place to the last insertion that ours surely stands
 * behind, or near it. Whatever lies before doesn't matter then. */
static void
skip_region (const Region *self, CoquillId id, CoquillMergeWindowCursor *from)
{
  CoquillMergeWindowCursor to = self->to, middle = self->last;
  const CoquillMergeWindowEntry *last = coquill_merge_window_entry (&middle);

  /* Who types backwards stands directly in front of his own, and of all before only the last one tells. */
  if (middle.leaf != from->leaf && last->left == self->left && judge (self, id, &self->last) > 0)
    *from = middle;
  while (coquill_merge_window_between (from, &to, &middle))
    {
      CoquillMergeWindowCursor at = middle;
      int judged = -1;

      for (; judged < 0 && !coquill_merge_window_is_same (&at, &to); coquill_merge_window_next (&at))
        {
          const CoquillMergeWindowEntry *other = coquill_merge_window_entry (&at);

          judged = other->left == self->left ? judge (self, id, &at) : -1;
          if (judged > 0)
            {
              *from = at;
              break;
            }
        }
      if (judged <= 0)
        to = middle;
    }
}

/* What stands behind one character of a region mostly was put behind another one of it, and then from there
 * to it all was put behind what lies between: origins don't cross. So who goes along a region has seen an
 * entry's origin left at the end of one that is still open, which are the last ones of a stack, few. */
#define MANY_OPEN 16

typedef struct
{
  CoquillId last[MANY_OPEN];
  unsigned n_entries;
} Open;

/* Closes what isn't an entry's origin left. Returns: whether that was seen; if not, it may lie in the region
 * all the same */
static bool
open_find (Open *self, CoquillId left)
{
  while (self->n_entries > 0 && self->last[self->n_entries - 1] != left)
    self->n_entries--;
  return self->n_entries > 0;
}

static void
open_add (Open *self, const CoquillMergeWindowEntry *entry)
{
  if (self->n_entries == MANY_OPEN)
    self->n_entries = 0;
  self->last[self->n_entries++] = entry->id + entry->length - 1;
}

/*
 * Moves from behind the origin left to where the new entry belongs. This is YjsMod's integrate. In an entry
 * only the first character needs a look: the others have the one before as origin left, which is in the
 * region. Returns: (nullable): the entry that it is put behind
 */
static const CoquillMergeWindowEntry *
scan_region (Region *self, CoquillId id, CoquillMergeWindowCursor *cursor, uint64_t *effect)
{
  CoquillMergeWindowCursor scan = self->from;
  uint64_t scanned = *effect;
  const CoquillMergeWindowEntry *before = NULL;
  bool scanning = false;
  Open open = { .n_entries = 0 };

  /* What is directly behind the origin left was put there, or nothing of all this was. */
  if (coquill_merge_window_entry (&scan)->left != self->left)
    return NULL;
  if (is_last (self))
    {
      *cursor = self->to;
      *effect = self->end_effect;
      return coquill_merge_window_entry (&self->last);
    }
  skip_region (self, id, &scan);
  if (scan.leaf != self->from.leaf)
    scanned = coquill_merge_window_effect_position (self->walker->window, &scan);
  while (!coquill_merge_window_is_same (&scan, &self->to))
    {
      const CoquillMergeWindowEntry *other = coquill_merge_window_entry (&scan);

      if (other->left == self->left)
        {
          int order = compare_right (self, &scan);

          if (order == 0 && coquill_walker_goes_before (self->walker, id, other->id))
            break;
          scanning = order < 0;
        }
      else if (!open_find (&open, other->left) && !is_in_region (self, other->left))
        break;
      open_add (&open, other);
      if (other->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
        scanned += other->length;
      coquill_merge_window_next (&scan);
      if (!scanning)
        {
          *cursor = scan;
          *effect = scanned;
          before = other;
        }
    }
  return before;
}

/* The region behind the origin left, and its origin right. */
static void
find_region (Region *self)
{
  CoquillMergeWindow *window = self->walker->window;
  CoquillOrderPlace end;

  self->to = coquill_merge_window_next_present (window, self->from, self->view);
  self->last = coquill_merge_window_previous (self->to);
  self->end_effect = coquill_merge_window_effect_position (window, &self->to);
  end = behind_entry (self->walker, coquill_merge_window_entry (&self->last), self->end_effect);
  self->right = coquill_order_id (&end);
}

static void
note_insertion (CoquillWalker *self, const CoquillGraphPiece *piece, uint32_t near)
{
  coquill_walker_note (self, (CoquillWalkerDeed){ .id = piece->id,
                                                  .sequence = (uint32_t)coquill_id_sequence (piece->id),
                                                  .length = (uint32_t)piece->length,
                                                  .version = (uint32_t)piece->first,
                                                  .near = near,
                                                  .kind = COQUILL_OPERATION_INSERT });
}

/* What all that comes knows becomes a part of a gap. Returns: false if the place isn't inside one */
static bool
insert_in_gap (CoquillWalker *self, unsigned view, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillMergeWindowCursor cursor;
  const CoquillMergeWindowEntry *entry;
  uint64_t effect;

  if (piece->place == 0)
    return false;
  cursor = coquill_merge_window_find (self->window, view, piece->place - 1, &effect);
  entry = coquill_merge_window_entry (&cursor);
  if (entry->id != COQUILL_ID_NONE || cursor.offset + 1 == entry->length
      || piece->length > COQUILL_MERGE_WINDOW_MAX_LENGTH - entry->length)
    return false;
  if (deltas != NULL)
    coquill_delta_list_insert (deltas, effect + 1, piece->length, piece->content_offset,
                               piece->content_length, false, coquill_id_agent (piece->id));
  coquill_order_insert_at (self->order, effect + 1, piece->id, piece->length);
  coquill_merge_window_widen (self->window, cursor, (uint32_t)piece->length);
  coquill_walker_set_gap (self, cursor, piece->place - 1, effect);
  note_insertion (self, piece, 0);
  return true;
}

/* Puts an insertion into the order where something that its author doesn't know may stand before it, or where
 * what it was put behind isn't there any more. @left: (nullable): the entry that it was put behind; @cursor:
 * (inout): behind that, comes to where it belongs */
static void
insert_among_others (CoquillWalker *self,
                     unsigned view,
                     const CoquillGraphPiece *piece,
                     const CoquillMergeWindowEntry *left,
                     CoquillMergeWindowCursor *cursor,
                     uint64_t *effect,
                     CoquillMergeWindowEntry *entry)
{
  const CoquillMergeWindowEntry *before = NULL;
  CoquillOrderPlace place;
  bool is_among = cursor->offset == 0 && is_absent (coquill_merge_window_entry (cursor), view);

  if (left != NULL && left->id == COQUILL_ID_NONE)
    {
      place = coquill_order_find_visible (self->order, *effect - 1);
      entry->left = coquill_order_id (&place);
    }
  if (is_among)
    {
      Region region = { .walker = self, .view = view, .left = entry->left, .from = *cursor };

      find_region (&region);
      entry->right = region.right;
      before = scan_region (&region, piece->id, cursor, effect);
    }
  if (before != NULL)
    place = behind_entry (self, before, *effect);
  else if (left == NULL || left->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
    place = coquill_order_find_behind (self->order, *effect);
  else
    place = coquill_walker_find_behind (self, entry->left, *effect);
  if (!is_among)
    entry->right = coquill_order_id (&place);
  coquill_order_insert (self->order, &place, piece->id, piece->length);
}

/* Puts what was inserted into the window. @entry: as if it weren't too long for one */
static void
insert_entries (CoquillWalker *self,
                const CoquillGraphPiece *piece,
                CoquillMergeWindowCursor cursor,
                CoquillMergeWindowEntry *entry)
{
  uint32_t near = 0;

  for (uint64_t done = 0; done < piece->length; done += entry->length)
    {
      uint64_t rest = piece->length - done;

      if (done > 0)
        {
          coquill_merge_window_find_near (self->window, entry->id + entry->length - 1, &near, &cursor);
          cursor.offset++;
          if (cursor.offset == coquill_merge_window_entry (&cursor)->length)
            coquill_merge_window_next (&cursor);
          entry->id += entry->length;
          entry->left = entry->id - 1;
        }
      entry->length
          = rest < COQUILL_MERGE_WINDOW_MAX_LENGTH ? (uint32_t)rest : COQUILL_MERGE_WINDOW_MAX_LENGTH;
      near = coquill_merge_window_insert (self->window, cursor, entry);
      if (done == 0)
        note_insertion (self, piece, near);
    }
}

bool
coquill_walker_insert (CoquillWalker *self,
                       unsigned view,
                       const CoquillGraphPiece *piece,
                       CoquillDeltaList *deltas)
{
  CoquillMergeWindowCursor cursor = coquill_merge_window_start (self->window);
  const CoquillMergeWindowEntry *left = NULL;
  CoquillMergeWindowEntry entry = {
    .id = piece->id,
    .left = COQUILL_ID_NONE,
    .newest = piece->first + piece->length - 1,
    .absent = ~(UINT32_C (1) << view) & ((UINT32_C (1) << COQUILL_MERGE_WINDOW_VIEWS) - 1),
  };
  uint64_t effect = 0;

  if (piece->place > coquill_merge_window_width (self->window, view))
    return false;
  if (self->in_trunk && insert_in_gap (self, view, piece, deltas))
    return true;

  if (piece->place > 0)
    {
      cursor = coquill_merge_window_find (self->window, view, piece->place - 1, &effect);
      left = coquill_merge_window_entry (&cursor);
      entry.left = left->id + cursor.offset;
      effect += left->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0;
      if (++cursor.offset == left->length)
        coquill_merge_window_next (&cursor);
    }
  if ((left == NULL || left->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0)
      && (cursor.offset > 0 || !is_absent (coquill_merge_window_entry (&cursor), view)))
    coquill_order_insert_between (self->order, effect, piece->id, piece->length, &entry.left, &entry.right);
  else
    insert_among_others (self, view, piece, left, &cursor, &effect, &entry);

  if (deltas != NULL)
    coquill_delta_list_insert (deltas, effect, piece->length, piece->content_offset, piece->content_length,
                               false, coquill_id_agent (piece->id));
  if (self->in_trunk)
    {
      CoquillMergeWindowEntry gap = { .id = COQUILL_ID_NONE, .length = (uint32_t)piece->length };

      coquill_merge_window_insert (self->window, cursor, &gap);
      note_insertion (self, piece, 0);
    }
  else
    insert_entries (self, piece, cursor, &entry);
  return true;
}
