/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flat-window.c: entries in an array. */

#include "text/flat-window.h"

#include <string.h>

#include "text/memory.h"

/* Behind the last entry: see CoquillFlatWindow. */
static const CoquillFlatEntry all_else
    = { .id = COQUILL_ID_NONE, .gap = UINT32_MAX, .length = 1, .deletions = { { .sequence = UINT32_MAX } } };

/* Room for so many entries, and what comes behind them. */
static void
reserve (CoquillFlatWindow *self, size_t n_entries)
{
  size_t capacity = self->capacity;

  self->entries = coquill_grow (self->entries, &self->capacity, n_entries + 1 + 1, sizeof *self->entries);
  memset (&self->entries[capacity], 0, (self->capacity - capacity) * sizeof *self->entries);
}

void
coquill_flat_window_clear (CoquillFlatWindow *self)
{
  if (self->capacity == 0)
    reserve (self, COQUILL_FLAT_MAX_ENTRIES);
  self->n_entries = 0;
  self->entries[0] = all_else;
  self->is_full = false;
  coquill_flat_window_rewind (self);
}

uint32_t
coquill_flat_window_cut_deleted (CoquillFlatWindow *self, unsigned index, const CoquillFlatVersion *version)
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
      return coquill_flat_window_cut_deleted (self, index, version);
    }
  return coquill_flat_entry_n_known (entry, version);
}

/* Makes room for one more in front of an entry. */
static CoquillFlatEntry *
make_room (CoquillFlatWindow *self, unsigned index)
{
  CoquillFlatEntry *entry;

  if (self->n_entries + 2 + 1 > self->capacity)
    reserve (self, self->n_entries + 1);
  entry = &self->entries[index];
  self->n_entries++;
  memmove (entry + 1, entry, (self->n_entries - index) * sizeof *entry);
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
  if ((b->gap > 0) | (a->pending > 0) | (a->id + a->length != b->id) | (a->track != b->track)
      | (a->n_deletions != b->n_deletions))
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
  self->entries[index].gap -= entry->gap;
  self->entries[self->n_entries].gap = UINT32_MAX;
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

  if (index == 0 || !can_join (entry - 1, entry, backward))
    return false;
  if (index <= self->near.index)
    coquill_flat_window_rewind (self);
  join (entry - 1, entry, backward);
  memmove (entry, entry + 1, (self->n_entries - index) * sizeof *entry);
  self->n_entries--;
  return true;
}

/* Deleted characters stay directly in front of an entry that stays: there they part what is concurrent from
 * what only looks as if it were at the same place. */
void
coquill_flat_window_collapse (CoquillFlatWindow *self,
                              uint64_t version,
                              CoquillFlatSettle settle,
                              void *user_data)
{
  unsigned n_kept = 0;
  uint32_t gap = 0;
  uint64_t effect = 0;

  for (unsigned i = 0; i < self->n_entries; i++)
    {
      CoquillFlatEntry *entry = &self->entries[i];

      gap += entry->gap;
      effect += entry->gap;
      if (entry->newest >= version
          || (entry->n_deletions > 0 && entry[1].gap == 0 && entry[1].newest >= version))
        {
          effect += coquill_flat_entry_shown (entry);
          self->entries[n_kept] = *entry;
          self->entries[n_kept++].gap = gap;
          gap = 0;
        }
      else if (entry->n_deletions == 0)
        {
          if (entry->pending > 0)
            settle (user_data, entry, effect);
          effect += entry->length;
          gap += entry->length;
        }
    }
  self->n_entries = n_kept;
  self->entries[n_kept] = all_else;
  coquill_flat_window_rewind (self);
}
