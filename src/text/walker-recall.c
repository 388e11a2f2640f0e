/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-recall.c: the window as a walk would have left it, without walking. */

#include "text/range-map.h"
#include "text/walker-parts.h"
#include "text/walker-private.h"

/* The views that a recalled window has: without all that was walked since, for who comes back, and with it.
 */
#define VIEW_THEN COQUILL_WALKER_VIEW_AT_START
#define VIEW_NOW 1

/* The entry of a part. Returns: false if it is too much work to find its origins */
static bool
make_entry (CoquillWalkerParts *self, uint32_t number, CoquillMergeWindowEntry *entry)
{
  const CoquillWalkerPart *part = &self->parts[number];

  *entry = (CoquillMergeWindowEntry){ .id = COQUILL_ID_NONE, .length = part->length };
  if (coquill_walker_part_is_as_before (part))
    return true;
  entry->id = part->id;
  entry->left = part->id - 1;
  entry->right = COQUILL_ID_NONE;
  entry->newest = part->newest;
  for (unsigned version = 0; version <= COQUILL_MERGE_WINDOW_EFFECT; version++)
    entry->standing[version] = part->standing;
  entry->standing[VIEW_THEN] -= part->n_deletions;
  if (part->since == 0)
    return true;
  entry->absent = 1u << VIEW_THEN;
  return coquill_walker_parts_left (self, number, &entry->left)
         && coquill_walker_parts_right (self, number, &entry->right);
}

/* Puts an entry behind all others; a long one as several. */
static void
put_entry (CoquillMergeWindow *window, CoquillMergeWindowEntry entry)
{
  uint32_t left = entry.length;

  while (left > 0)
    {
      entry.length = left < COQUILL_MERGE_WINDOW_MAX_LENGTH ? left : COQUILL_MERGE_WINDOW_MAX_LENGTH;
      coquill_merge_window_append (window, &entry);
      left -= entry.length;
      if (entry.id != COQUILL_ID_NONE)
        {
          entry.id += entry.length;
          entry.left = entry.id - 1;
        }
    }
}

/* Returns: (transfer full) (nullable): %NULL if it is too much work */
static CoquillMergeWindow *
make_window (CoquillWalkerParts *self)
{
  CoquillMergeWindow *window = coquill_merge_window_new (0);

  for (uint32_t number = 0; number < self->n_parts; number++)
    {
      CoquillMergeWindowEntry entry;

      if (!make_entry (self, number, &entry))
        {
          coquill_merge_window_free (window);
          return NULL;
        }
      put_entry (window, entry);
    }
  return window;
}

static void
note (CoquillWalker *self, const CoquillGraphPiece *piece, uint64_t done, CoquillTargetRange range)
{
  coquill_walker_note (self,
                       (CoquillWalkerDeed){ .id = range.id,
                                            .sequence = (uint32_t)(coquill_id_sequence (piece->id) + done),
                                            .length = (uint32_t)range.length,
                                            .version = (uint32_t)(piece->first + done),
                                            .near = COQUILL_WALKER_ANYWHERE,
                                            .kind = (uint8_t)piece->kind,
                                            .backward = range.backward });
}

/* What the items did, and what each knew. */
static void
recall_tracks (CoquillWalker *self, uint64_t version)
{
  const CoquillGraph *graph = self->graph;
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;
  size_t targets = coquill_targets_first (&self->targets, version);

  coquill_graph_cursor_init (&cursor, graph, version);
  while (coquill_graph_cursor_next (&cursor, self->end, &piece))
    {
      if (cursor.run != self->last_run)
        {
          CoquillWalkerVector vector;

          coquill_walker_tracks_enter (self->tracks, graph, piece.first, cursor.run, version,
                                       graph->runs[cursor.run].lowest_unknown
                                           >= graph->runs[cursor.run].first,
                                       false, &self->last_track, &vector);
          coquill_walker_add_to_frontier (self, piece.first, cursor.run);
          self->last_run = cursor.run;
        }
      if (piece.kind == COQUILL_OPERATION_INSERT)
        note (self, &piece, 0, (CoquillTargetRange){ .id = piece.id, .length = piece.length });
      else if (piece.kind == COQUILL_OPERATION_RESTORE)
        coquill_walker_note (self, (CoquillWalkerDeed){ .id = piece.place,
                                                        .sequence = (uint32_t)coquill_id_sequence (piece.id),
                                                        .length = (uint32_t)piece.length,
                                                        .version = (uint32_t)piece.first,
                                                        .kind = COQUILL_OPERATION_RESTORE });
      for (uint64_t done = 0; piece.kind == COQUILL_OPERATION_DELETE && done < piece.length;)
        {
          CoquillTargetRange target;

          coquill_targets_find_next (&self->targets, &targets, piece.first + done, piece.length - done,
                                     &target);
          note (self, &piece, done, target);
          done += target.length;
        }
      self->frontier[self->n_frontier - 1] = piece.first + piece.length - 1;
    }
  self->last_run = SIZE_MAX;
}

/* @restored: (transfer full) (nullable): what was restored since */
static void
enter_window (CoquillWalker *self, uint64_t version, CoquillMergeWindow *window, CoquillRangeMap *restored)
{
  uint64_t single;
  size_t n_parents;
  const uint64_t *parents = coquill_graph_parents (self->graph, version, &single, &n_parents);

  coquill_walker_close_window (self);
  coquill_walker_open_window (self, version);
  coquill_merge_window_free (self->window);
  self->window = window;
  recall_tracks (self, version);
  coquill_walker_set_view (self, VIEW_THEN, parents, n_parents, false);
  self->views[VIEW_THEN].lacking = restored;
  coquill_walker_set_view (self, VIEW_NOW, self->frontier, self->n_frontier, true);
  self->views[VIEW_THEN].used = self->views[VIEW_NOW].used = ++self->n_uses;
}

/* Returns: (transfer full) (nullable): of deletions, how many restorations from there on name them */
static CoquillRangeMap *
find_restored (const CoquillWalker *self, uint64_t version)
{
  CoquillRangeMap *restored = NULL;
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  if (self->restored == NULL)
    return NULL;
  coquill_graph_cursor_init (&cursor, self->graph, version);
  while (coquill_graph_cursor_next (&cursor, self->end, &piece))
    if (piece.kind == COQUILL_OPERATION_RESTORE)
      coquill_walker_add_restored (&restored, piece.place, piece.length, 1);
  return restored;
}

bool
coquill_walker_recall (CoquillWalker *self, uint64_t version)
{
  CoquillRangeMap *restored = find_restored (self, version);
  CoquillWalkerParts parts;
  CoquillMergeWindow *window;

  coquill_walker_parts_init (&parts, self, version, restored);
  window = make_window (&parts);
  coquill_walker_parts_clear (&parts);
  if (window != NULL)
    enter_window (self, version, window, restored);
  else
    coquill_range_map_free (restored);
  return window != NULL;
}
