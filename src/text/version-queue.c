/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version-queue.c: a binary heap. */

#include "text/version-queue.h"

#include "text/memory.h"

void
coquill_version_queue_clear (CoquillVersionQueue *self)
{
  self->n_entries = 0;
  self->n_open = 0;
}

void
coquill_version_queue_push (CoquillVersionQueue *self, uint64_t version, CoquillVersionMark mark)
{
  size_t i = self->n_entries;

  self->entries = coquill_grow (self->entries, &self->capacity, self->n_entries + 1, sizeof *self->entries);
  self->n_entries++;
  while (i > 0 && self->entries[(i - 1) / 2].version < version)
    {
      self->entries[i] = self->entries[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  self->entries[i] = (CoquillVersionEntry){ version, mark };
  if (mark != COQUILL_VERSION_BOTH)
    self->n_open++;
}

static CoquillVersionEntry
pop_one (CoquillVersionQueue *self)
{
  CoquillVersionEntry first = self->entries[0];
  CoquillVersionEntry last = self->entries[--self->n_entries];
  size_t i = 0;

  for (;;)
    {
      size_t child = 2 * i + 1;

      if (child >= self->n_entries)
        break;
      if (child + 1 < self->n_entries && self->entries[child + 1].version > self->entries[child].version)
        child++;
      if (self->entries[child].version <= last.version)
        break;
      self->entries[i] = self->entries[child];
      i = child;
    }
  self->entries[i] = last;
  if (first.mark != COQUILL_VERSION_BOTH)
    self->n_open--;
  return first;
}

bool
coquill_version_queue_pop (CoquillVersionQueue *self, CoquillVersionEntry *entry)
{
  if (self->n_entries == 0)
    return false;
  *entry = pop_one (self);
  while (self->n_entries > 0 && self->entries[0].version == entry->version)
    entry->mark |= pop_one (self).mark;
  return true;
}
