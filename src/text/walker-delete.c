/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-delete.c: deletions and restorations in the window. */

#include <stdlib.h>

#include "text/walker-private.h"

#define EFFECT (1u << COQUILL_MERGE_WINDOW_EFFECT)

void
coquill_walker_change_standing (CoquillWalker *self,
                                CoquillId id,
                                uint64_t length,
                                uint64_t near,
                                uint32_t change,
                                CoquillDeltaList *deltas,
                                uint32_t agent)
{
  /* What comes to stand once more in a folded order is a deletion of what was deleted meanwhile. */
  if (change == 1 && coquill_order_delete_again (self->order, id, length))
    return;
  while (length > 0)
    {
      CoquillOrderPlace place = coquill_walker_find_near (self, id, near);
      uint32_t here = coquill_order_rest (&place);
      uint32_t before = coquill_order_standing (&place);

      if (here > length)
        here = (uint32_t)length;
      if (deltas != NULL && before > 0 && before + change == 0)
        coquill_delta_list_restore (deltas, coquill_order_position (self->order, &place), id, here,
                                    self->graph, self->base, agent);
      coquill_order_set_standing (self->order, &place, here, before + change);
      id += here;
      length -= here;
    }
}

static void
note_deletion (CoquillWalker *self,
               const CoquillGraphPiece *piece,
               uint64_t done,
               CoquillId id,
               uint64_t length,
               uint32_t near)
{
  coquill_walker_note (self,
                       (CoquillWalkerDeed){ .id = id,
                                            .sequence = (uint32_t)(coquill_id_sequence (piece->id) + done),
                                            .length = (uint32_t)length,
                                            .version = (uint32_t)(piece->first + done),
                                            .near = near,
                                            .kind = COQUILL_OPERATION_DELETE,
                                            .backward = piece->backward });
}

/* Deletes characters of a gap, of which @effect visible ones lie before the first. The order says which they
 * are. */
static void
delete_in_gap (CoquillWalker *self,
               unsigned view,
               CoquillMergeWindowCursor cursor,
               const CoquillGraphPiece *piece,
               uint64_t done,
               uint32_t length,
               uint64_t effect)
{
  unsigned versions = coquill_walker_done_in (self, view) | EFFECT;
  uint64_t newest = self->in_trunk ? 0 : piece->first + piece->length - 1;
  uint32_t near = 0;
  size_t n_spans;
  const CoquillOrderSpan *spans = coquill_order_delete_at (self->order, effect, length, &n_spans);
  CoquillTargetRun *runs = coquill_targets_extend (&self->targets, n_spans);

  self->n_trunk_deleted += self->in_trunk ? n_spans : 0;
  for (size_t i = 0; i < n_spans; i++)
    {
      uint32_t number = coquill_merge_window_delete (self->window, &cursor, spans[i].length, spans[i].id,
                                                     versions, newest);

      near = i == 0 ? number : near; /* from the one on all are found */
    }
  for (size_t i = 0; i < n_spans; i++)
    {
      const CoquillOrderSpan *span = &spans[piece->backward ? n_spans - 1 - i : i];

      runs[i] = (CoquillTargetRun){ .version = (uint32_t)(piece->first + done),
                                    .length = span->length,
                                    .id = span->id,
                                    .backward = piece->backward && span->length > 1 };
      note_deletion (self, piece, done, span->id, span->length, near);
      done += span->length;
    }
}

bool
coquill_walker_delete (CoquillWalker *self,
                       unsigned view,
                       const CoquillGraphPiece *piece,
                       CoquillDeltaList *deltas)
{
  uint64_t width = coquill_merge_window_width (self->window, view);
  uint64_t place = piece->place;
  uint64_t newest = self->in_trunk ? 0 : piece->first + piece->length - 1;
  uint32_t agent = coquill_id_agent (piece->id);

  if (piece->backward ? place >= width || piece->length > place + 1
                      : place > width || piece->length > width - place)
    return false;

  for (uint64_t done = 0, here; done < piece->length; done += here, place -= piece->backward ? here : 0)
    {
      uint64_t effect;
      CoquillMergeWindowCursor cursor = coquill_merge_window_find (self->window, view, place, &effect);
      const CoquillMergeWindowEntry *entry = coquill_merge_window_entry (&cursor);
      bool is_gap = entry->id == COQUILL_ID_NONE,
           is_visible = entry->standing[COQUILL_MERGE_WINDOW_EFFECT] == 0;
      bool is_narrower; /* and that is all: something of it stays behind what goes */
      CoquillId id;
      uint32_t near;

      self->gap.length = 0;
      here = piece->backward ? cursor.offset + 1 : entry->length - cursor.offset;
      if (here > piece->length - done)
        here = piece->length - done;
      is_narrower = is_gap && self->in_trunk && cursor.offset + (piece->backward ? 1 : here) < entry->length;
      if (piece->backward)
        {
          cursor.offset -= (uint32_t)here - 1;
          if (is_visible)
            effect -= here - 1;
        }
      if (deltas != NULL && is_visible)
        coquill_delta_list_delete (deltas, effect, here, agent);
      if (is_narrower)
        {
          coquill_walker_delete_visible (self, piece->first + done, effect, here,
                                         piece->backward && here > 1);
          coquill_merge_window_widen (self->window, cursor, -(uint32_t)here);
          coquill_walker_set_gap (self, cursor, place - (piece->backward ? here - 1 : 0), effect);
          note_deletion (self, piece, done, COQUILL_ID_NONE, here, 0);
          continue;
        }
      if (is_gap)
        {
          delete_in_gap (self, view, cursor, piece, done, (uint32_t)here, effect);
          continue;
        }
      id = entry->id + cursor.offset;
      coquill_targets_append (&self->targets, piece->first + done,
                              (CoquillTargetRange){ id, here, piece->backward && here > 1 });
      if (is_visible)
        coquill_order_delete_at (self->order, effect, here, NULL);
      else
        coquill_walker_change_standing (self, id, here, effect, 1, NULL, 0);
      near = coquill_merge_window_add_standing (self->window, cursor, (uint32_t)here,
                                                coquill_walker_done_in (self, view) | EFFECT, 1, newest);
      note_deletion (self, piece, done, id, here, near);
    }
  return true;
}

/* How many of an entry's characters stand before a place. They are one behind the other, but for what is
 * deleted in all versions and not in the window. */
static uint32_t
count_before (CoquillWalker *self, const CoquillMergeWindowEntry *entry, const CoquillOrderPlace *place)
{
  uint32_t low = 0, high = entry->length;

  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;
      CoquillOrderPlace other;

      coquill_order_find_id (self->order, entry->id + middle, &other);
      if (coquill_order_compare (self->order, &other, place) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Where characters that have no entry yet, and are deleted in all versions, belong among all that is deleted
 * at their position. */
static CoquillMergeWindowCursor
find_among_deleted (CoquillWalker *self, const CoquillOrderPlace *place)
{
  uint64_t position = coquill_order_position (self->order, place), effect;
  CoquillMergeWindowCursor cursor = coquill_merge_window_find_effect (self->window, position);
  CoquillMergeWindowCursor end = coquill_merge_window_end (self->window), middle;
  const CoquillMergeWindowEntry *entry;

  if (position < coquill_merge_window_width (self->window, COQUILL_MERGE_WINDOW_EFFECT))
    end = coquill_merge_window_find (self->window, COQUILL_MERGE_WINDOW_EFFECT, position, &effect);
  while (coquill_merge_window_between (&cursor, &end, &middle))
    if (count_before (self, coquill_merge_window_entry (&middle), place) > 0)
      cursor = middle;
    else
      end = middle;
  while (cursor.offset == 0 && (entry = coquill_merge_window_entry (&cursor)) != NULL
         && entry->standing[COQUILL_MERGE_WINDOW_EFFECT] > 0)
    {
      cursor.offset = count_before (self, entry, place);
      if (cursor.offset < entry->length)
        break;
      coquill_merge_window_next (&cursor);
    }
  return cursor;
}

/* Puts an entry into the window for characters that are deleted in all versions. Returns: how many */
static uint32_t
enter_deleted (CoquillWalker *self, CoquillId id, uint64_t length, uint64_t newest)
{
  CoquillMergeWindowEntry entry = { .id = id, .left = id - 1, .right = COQUILL_ID_NONE, .newest = newest };
  CoquillOrderPlace place;
  CoquillMergeWindowCursor cursor;

  coquill_order_find_id (self->order, id, &place);
  entry.length = coquill_order_rest (&place);
  if (entry.length > length)
    entry.length = (uint32_t)length;
  for (unsigned version = 0; version <= COQUILL_MERGE_WINDOW_EFFECT; version++)
    entry.standing[version] = coquill_order_standing (&place);

  cursor = find_among_deleted (self, &place);
  coquill_merge_window_insert (self->window, cursor, &entry);
  return entry.length;
}

/* Sees to it that characters of which a deletion ceases to stand are in the window. The order and the window
 * agree as yet. */
static void
enter_characters (CoquillWalker *self, CoquillId id, uint64_t length, uint64_t newest)
{
  while (length > 0)
    {
      CoquillMergeWindowCursor cursor;
      uint64_t here;

      if (coquill_merge_window_find_id (self->window, id, &cursor))
        {
          here = coquill_merge_window_entry (&cursor)->length - cursor.offset;
          if (here > length)
            here = length;
        }
      else
        {
          CoquillId next = coquill_merge_window_next_id (self->window, id);

          here = enter_deleted (self, id, next - id < length ? next - id : length, newest);
        }
      id += here;
      length -= here;
    }
}

void
coquill_walker_change_window (CoquillWalker *self,
                              CoquillId id,
                              uint64_t length,
                              uint32_t *near,
                              unsigned versions,
                              uint32_t change,
                              uint64_t newest)
{
  uint32_t next;

  while (length > 0)
    {
      CoquillMergeWindowCursor cursor;
      uint64_t here;

      /* A deletion names the characters that it takes away, a restoration enters them, and they stay as long
       * as a view may lack the item: who lacks something older is given up when the window collapses, and
       * what is in the trunk no view lacks. */
      if (!coquill_merge_window_find_near (self->window, id, near, &cursor))
        abort ();
      here = coquill_merge_window_entry (&cursor)->length - cursor.offset;
      if (here > length)
        here = length;
      coquill_merge_window_add_standing (self->window, cursor, (uint32_t)here, versions, change, newest);
      id += here;
      length -= here;
      next = *near;
      near = &next;
    }
}

/* One more restoration names some deletions, all alike. */
static void
restore_deletions (CoquillWalker *self,
                   unsigned view,
                   CoquillId deletion,
                   CoquillTargetRange target,
                   uint64_t n_restored,
                   unsigned versions,
                   uint64_t newest,
                   CoquillDeltaList *deltas,
                   uint32_t agent)
{
  coquill_range_map_set (self->restored, deletion, deletion + target.length, n_restored + 1);
  for (unsigned other = 0; other < COQUILL_MERGE_WINDOW_VIEWS; other++)
    if (self->window != NULL && (coquill_walker_done_in (self, view) >> other & 1) == 0
        && self->views[other].valid)
      coquill_walker_add_restored (&self->views[other].lacking, deletion, target.length, 1);
  if (self->window != NULL && versions != 0)
    {
      uint32_t near = COQUILL_WALKER_ANYWHERE;

      enter_characters (self, target.id, target.length, newest);
      coquill_walker_change_window (self, target.id, target.length, &near, versions, UINT32_MAX, newest);
    }
  if (versions & EFFECT)
    coquill_walker_change_standing (self, target.id, target.length, UINT64_MAX, UINT32_MAX, deltas, agent);
}

/* Whether the characters of all deletions are known. */
static bool
are_known (CoquillWalker *self, CoquillId deletion, uint64_t length)
{
  while (length > 0)
    {
      uint64_t stretch_end;
      uint64_t version = coquill_graph_version_of (self->graph, deletion, &stretch_end);
      uint64_t here = length < stretch_end - version ? length : stretch_end - version;
      CoquillTargetRange target;

      if (!coquill_targets_find (coquill_walker_targets (self), version, here, &target))
        return false;
      deletion += target.length;
      length -= target.length;
    }
  return true;
}

bool
coquill_walker_restore (CoquillWalker *self,
                        unsigned view,
                        const CoquillGraphPiece *piece,
                        CoquillDeltaList *deltas)
{
  CoquillId deletion = piece->place;
  uint64_t length = piece->length;
  unsigned done_in = self->window != NULL ? coquill_walker_done_in (self, view) : 0;

  if (!are_known (self, deletion, length))
    return false;
  if (self->restored == NULL)
    self->restored = coquill_range_map_new ();
  if (self->window != NULL)
    coquill_walker_note (self, (CoquillWalkerDeed){ .id = piece->place,
                                                    .sequence = (uint32_t)coquill_id_sequence (piece->id),
                                                    .length = (uint32_t)piece->length,
                                                    .version = (uint32_t)piece->first,
                                                    .kind = COQUILL_OPERATION_RESTORE });
  while (length > 0)
    {
      uint64_t here = length, n_restored, stretch_end;
      uint64_t version = coquill_graph_version_of (self->graph, deletion, &stretch_end);
      unsigned versions = EFFECT;
      CoquillTargetRange target;

      if (here > stretch_end - version)
        here = stretch_end - version;
      n_restored = coquill_walker_n_restored (self->restored, deletion, &here);
      if (n_restored > 0)
        versions = 0;
      for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
        if ((done_in >> i & 1) != 0 && self->views[i].valid)
          coquill_walker_n_restored (self->views[i].lacking, deletion, &here);
      for (unsigned i = 0; i < COQUILL_MERGE_WINDOW_VIEWS; i++)
        if ((done_in >> i & 1) != 0 && self->views[i].valid
            && coquill_walker_n_restored (self->views[i].lacking, deletion, &here) == n_restored)
          versions |= 1u << i;
      coquill_targets_find (coquill_walker_targets (self), version, here, &target);
      restore_deletions (self, view, deletion, target, n_restored, versions,
                         self->in_trunk ? 0 : piece->first + piece->length - 1, deltas,
                         coquill_id_agent (piece->id));
      deletion += target.length;
      length -= target.length;
    }
  return true;
}
