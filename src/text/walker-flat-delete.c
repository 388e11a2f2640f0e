/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-flat-delete.c: deletions that are concurrent with a few others. */

#include "text/walker-flat.h"

/* What is deleted in one go. */
typedef struct
{
  uint64_t version; /* of the first deletion that is still to be done */
  uint64_t rest;    /* how many these are */
  uint32_t newest;
  CoquillFlatDeletion deletion;
} Deletion;

/* Deletes characters of a gap, from the place on or up to it. Returns: how many */
static uint64_t
delete_in_gap (CoquillWalker *self, CoquillFlatPlace at, const Deletion *deletion)
{
  CoquillFlatWindow *flat = &self->flat->window;
  bool backward = deletion->deletion.backward;
  uint64_t most = backward ? at.offset + 1 : flat->entries[at.index].gap - at.offset;
  uint64_t here = most < deletion->rest ? most : deletion->rest, version = deletion->version;
  uint64_t before = backward ? here - 1 : 0;
  CoquillFlatEntry entry = { .gap = (uint32_t)(at.offset - before),
                             .newest = deletion->newest,
                             .track = COQUILL_FLAT_EVERYBODY,
                             .n_deletions = 1,
                             .deletions = { deletion->deletion } };
  size_t n_spans;
  const CoquillOrderSpan *spans = coquill_order_delete_at (self->order, at.effect - before, here, &n_spans);

  entry.deletions[0].sequence += backward ? (uint32_t)here : 0;
  flat->entries[at.index].gap -= (uint32_t)here;
  for (size_t i = 0; i < n_spans; i++)
    {
      entry.id = spans[i].id;
      entry.length = spans[i].length;
      entry.deletions[0].sequence -= backward ? entry.length : 0;
      at.index = coquill_flat_window_insert (flat, at.index, &entry) + 1;
      entry.deletions[0].sequence += backward ? 0 : entry.length;
      entry.gap = 0;
    }
  coquill_flat_window_join (flat, at.index);
  for (size_t i = 0; i < n_spans; i++)
    {
      const CoquillOrderSpan *span = &spans[backward ? n_spans - 1 - i : i];

      coquill_targets_append (&self->targets, version,
                              (CoquillTargetRange){ span->id, span->length, backward && span->length > 1 });
      version += span->length;
    }
  return here;
}

/* The same for characters of an entry. */
static uint64_t
delete_in_entry (CoquillWalker *self, CoquillFlatPlace at, const Deletion *deletion)
{
  CoquillFlatWindow *flat = &self->flat->window;
  CoquillFlatEntry *entry = &flat->entries[at.index];
  bool backward = deletion->deletion.backward;
  uint64_t most
      = backward ? at.offset + 1 : coquill_flat_entry_width (entry, &self->flat->rows.version) - at.offset;
  uint64_t here = most < deletion->rest ? most : deletion->rest;
  CoquillTargetRange range = { .length = here, .backward = backward && here > 1 };

  coquill_walker_settle_entry (self, entry, at.effect - at.offset);
  if (backward)
    at.offset -= here - 1;
  range.id = entry->id + at.offset;
  if (entry->n_deletions == 0)
    coquill_order_delete_at (self->order, backward ? at.effect - (here - 1) : at.effect, here, NULL);
  else
    coquill_walker_change_standing (self, range.id, here, at.effect, 1, NULL, 0);
  coquill_targets_append (&self->targets, deletion->version, range);

  if (at.offset > 0)
    coquill_flat_window_cut (flat, at.index++, (uint32_t)at.offset);
  coquill_flat_window_cut (flat, at.index, (uint32_t)here);
  entry = &flat->entries[at.index];
  if (entry->newest < deletion->newest)
    entry->newest = deletion->newest;
  if (entry->n_deletions == COQUILL_FLAT_MAX_DELETIONS)
    flat->is_full = true;
  else
    entry->deletions[entry->n_deletions++] = deletion->deletion;
  coquill_flat_window_join (flat, at.index + 1);
  coquill_flat_window_join (flat, at.index);
  return here;
}

/* Whether the version has a place, and so many characters from there on. */
static bool
has (CoquillWalker *self, CoquillFlatPlace at, uint64_t place, uint64_t length)
{
  CoquillFlatWindow *flat = &self->flat->window;
  const CoquillFlatVersion *version = &self->flat->rows.version;
  uint64_t rest = at.in_gap ? flat->entries[at.index].gap
                            : coquill_flat_entry_width (&flat->entries[at.index], version);

  if (length > rest - at.offset)
    {
      if (length > COQUILL_GRAPH_MAX_ITEMS - place)
        return false;
      at = coquill_flat_window_find (flat, version, place + length - 1);
      coquill_flat_window_rewind (flat);
      length = 1;
    }
  return at.index < flat->n_entries || at.effect + length <= coquill_order_width (self->order);
}

bool
coquill_walker_delete_flat (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillFlatWindow *flat = &self->flat->window;
  const CoquillFlatVersion *version = &self->flat->rows.version;
  uint64_t place = piece->place;
  bool backward = piece->backward;
  Deletion deletion
      = { piece->first,
          piece->length,
          (uint32_t)(piece->first + piece->length - 1),
          { (uint32_t)coquill_id_sequence (piece->id), (uint8_t)self->flat->rows.last_track, backward } };
  CoquillFlatPlace at;

  if (place > COQUILL_GRAPH_MAX_ITEMS || (backward && piece->length > place + 1))
    return false;
  at = coquill_flat_window_find (flat, version, place);
  if (!has (self, at, place, backward ? 1 : piece->length))
    return false;

  for (;;)
    {
      bool was_visible = at.in_gap || flat->entries[at.index].n_deletions == 0;
      uint64_t here = at.in_gap ? delete_in_gap (self, at, &deletion) : delete_in_entry (self, at, &deletion);

      if (was_visible && deltas != NULL)
        coquill_delta_list_delete (deltas, backward ? at.effect - (here - 1) : at.effect, here,
                                   coquill_id_agent (piece->id));
      deletion.version += here;
      deletion.rest -= here;
      deletion.deletion.sequence += (uint32_t)here;
      /* The version doesn't have yet what was done before where something is found next. */
      if (here < piece->length)
        coquill_flat_window_rewind (flat);
      if (deletion.rest == 0)
        return true;
      place = backward ? place - here : place + here;
      at = coquill_flat_window_find (flat, version, place);
    }
}
