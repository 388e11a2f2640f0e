/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flat-window.c: entries in an array. */

#include "text/flat-window.h"

#include <string.h>

#include "text/memory.h"

void
coquill_flat_window_clear (CoquillFlatWindow *self)
{
  self->n_entries = 0;
  self->is_full = false;
  coquill_flat_window_rewind (self);
}

/* How many of an entry's characters are visible in a version that deleted a part of them, or where they were
 * deleted twice: after it was cut where that is needed, none or all that it knows. */
static __attribute__ ((noinline)) uint32_t
cut_deleted (CoquillFlatWindow *self, unsigned index, const CoquillFlatVersion *version)
{
  const CoquillFlatEntry *entry = &self->entries[index];

  for (unsigned i = 0; i < entry->n_deletions; i++)
    {
      const CoquillFlatDeletion *deletion = &entry->deletions[i];
      uint32_t n_deleted = version->n[deletion->track] - deletion->sequence;

      if (version->n[deletion->track] <= deletion->sequence)
        continue;
      if (n_deleted >= entry->length)
        return 0;
      coquill_flat_window_cut (self, index, deletion->backward ? entry->length - n_deleted : n_deleted);
      return cut_deleted (self, index, version);
    }
  return coquill_flat_entry_n_known (entry, version);
}

CoquillFlatPlace
coquill_flat_window_find (CoquillFlatWindow *self, const CoquillFlatVersion *version, uint64_t position)
{
  CoquillFlatMark here = self->near;
  uint64_t offset;

  if (position < here.start)
    here = (CoquillFlatMark){ 0, 0, 0 };
  offset = position - here.start;
  for (; here.index < self->n_entries; here.index++)
    {
      const CoquillFlatEntry *entry = &self->entries[here.index];
      uint32_t width = coquill_flat_entry_n_known (entry, version);
      uint32_t first = entry->deletions[0].sequence, end = version->n[entry->deletions[0].track];
      uint32_t n_deleted = (end > first ? end : first) - first;

      /* Nobody can guess what the version has: so without branches, but for what is rare. */
      width = (width > n_deleted ? width : n_deleted) - n_deleted;
      if ((n_deleted - 1 < entry->length - 1) | (entry->n_deletions > 1))
        {
          width = cut_deleted (self, here.index, version);
          entry = &self->entries[here.index];
        }
      if (offset < (uint64_t)entry->gap + width)
        {
          self->near = here;
          self->near.start = position - offset;
          if (offset < entry->gap)
            return (CoquillFlatPlace){ here.index, true, offset, entry->gap - offset, position + here.wider };
          offset -= entry->gap;
          return (CoquillFlatPlace){ here.index, false, offset, width - offset,
                                     position + here.wider - (entry->n_deletions == 0 ? 0 : offset) };
        }
      offset -= (uint64_t)entry->gap + width;
      here.wider
          += (uint64_t)((entry->length - entry->pending) & -(uint32_t)(entry->n_deletions == 0)) - width;
    }
  self->near = here;
  self->near.start = position - offset;
  return (CoquillFlatPlace){ here.index, true, offset, UINT64_MAX, position + here.wider };
}

/* Makes room for one more in front of an entry. */
static CoquillFlatEntry *
make_room (CoquillFlatWindow *self, unsigned index)
{
  CoquillFlatEntry *entry;

  if (self->n_entries == self->capacity)
    self->entries = coquill_grow (self->entries, &self->capacity, self->n_entries + 1, sizeof *self->entries);
  entry = &self->entries[index];
  memmove (entry + 1, entry, (self->n_entries - index) * sizeof *entry);
  self->n_entries++;
  return entry;
}

void
coquill_flat_window_cut (CoquillFlatWindow *self, unsigned index, uint32_t offset)
{
  CoquillFlatEntry *entry = &self->entries[index];

  if (offset == 0 || offset >= entry->length)
    return;
  if (index < self->near.index)
    coquill_flat_window_rewind (self);
  entry = make_room (self, index);
  entry[0] = entry[1];
  entry[0].length = offset;
  entry[1].length -= offset;
  entry[1].gap = 0;
  entry[1].id += offset;
  entry[1].left = entry[1].id - 1;
  for (unsigned i = 0; i < entry->n_deletions; i++)
    if (entry->deletions[i].backward)
      entry[0].deletions[i].sequence += entry[1].length;
    else
      entry[1].deletions[i].sequence += offset;
}

/* Whether some items go on where others end, in the order of the characters or against it. Single ones have
 * no direction yet. */
static bool
deletion_follows (const CoquillFlatEntry *a, const CoquillFlatEntry *b, unsigned i, bool *backward)
{
  const CoquillFlatDeletion *one = &a->deletions[i], *other = &b->deletions[i];

  if (one->track != other->track)
    return false;
  *backward = one->sequence > other->sequence;
  if ((a->length > 1 && one->backward != *backward) || (b->length > 1 && other->backward != *backward))
    return false;
  return *backward ? other->sequence + b->length == one->sequence
                   : one->sequence + a->length == other->sequence;
}

static bool
can_join (const CoquillFlatEntry *a, const CoquillFlatEntry *b, bool backward[COQUILL_FLAT_MAX_DELETIONS])
{
  if (b->gap + a->pending > 0 || a->id + a->length != b->id || a->track != b->track
      || a->n_deletions != b->n_deletions)
    return false;
  if (a->track != COQUILL_FLAT_EVERYBODY && (b->left != b->id - 1 || a->right != b->right))
    return false;
  for (unsigned i = 0; i < a->n_deletions; i++)
    if (!deletion_follows (a, b, i, &backward[i]))
      return false;
  return true;
}

static void
join (CoquillFlatEntry *a, const CoquillFlatEntry *b, const bool *backward)
{
  for (unsigned i = 0; i < a->n_deletions; i++)
    {
      a->deletions[i].backward = backward[i];
      if (backward[i])
        a->deletions[i].sequence = b->deletions[i].sequence;
    }
  a->length += b->length;
  a->pending = b->pending;
  a->right_is_next = b->right_is_next;
  if (b->newest > a->newest)
    a->newest = b->newest;
}

unsigned
coquill_flat_window_insert (CoquillFlatWindow *self, unsigned index, const CoquillFlatEntry *entry)
{
  bool backward[COQUILL_FLAT_MAX_DELETIONS];

  if (index < self->near.index)
    coquill_flat_window_rewind (self);
  if (index < self->n_entries)
    self->entries[index].gap -= entry->gap;
  if (index > 0 && can_join (&self->entries[index - 1], entry, backward))
    {
      if (index == self->near.index)
        coquill_flat_window_rewind (self);
      join (&self->entries[index - 1], entry, backward);
      return index - 1;
    }
  if (index > 0 && entry->gap == 0)
    self->entries[index - 1].right_is_next = false;
  *make_room (self, index) = *entry;
  if (entry->n_deletions == 0)
    self->entries[index].deletions[0] = (CoquillFlatDeletion){ .sequence = UINT32_MAX };
  return index;
}

bool
coquill_flat_window_join (CoquillFlatWindow *self, unsigned index)
{
  CoquillFlatEntry *entry = &self->entries[index];
  bool backward[COQUILL_FLAT_MAX_DELETIONS];

  if (index == 0 || index >= self->n_entries || !can_join (entry - 1, entry, backward))
    return false;
  if (index <= self->near.index)
    coquill_flat_window_rewind (self);
  join (entry - 1, entry, backward);
  self->n_entries--;
  memmove (entry, entry + 1, (self->n_entries - index) * sizeof *entry);
  return true;
}

/* Deleted characters stay directly in front of an entry that stays: there they part what is concurrent from
 * what only looks as if it were at the same place. */
void
coquill_flat_window_collapse (CoquillFlatWindow *self, uint64_t version)
{
  unsigned n_kept = 0;
  uint32_t gap = 0;

  for (unsigned i = 0; i < self->n_entries; i++)
    {
      const CoquillFlatEntry *entry = &self->entries[i];
      const CoquillFlatEntry *next = i + 1 < self->n_entries ? entry + 1 : NULL;

      gap += entry->gap;
      if (entry->newest >= version
          || (entry->n_deletions > 0 && next != NULL && next->gap == 0 && next->newest >= version))
        {
          self->entries[n_kept] = *entry;
          self->entries[n_kept++].gap = gap;
          gap = 0;
        }
      else if (entry->n_deletions == 0)
        gap += entry->length;
    }
  self->n_entries = n_kept;
  coquill_flat_window_rewind (self);
}
