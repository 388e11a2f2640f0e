/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* targets.c: an array of runs of deletions. */

#include "text/targets.h"

#include <stdlib.h>

/* A longer run is kept as several. */
#define MAX_LENGTH ((uint64_t)UINT32_MAX)

typedef CoquillTargetRun Run;

void
coquill_targets_clear (CoquillTargets *self)
{
  free (self->runs);
  *self = (CoquillTargets){ 0 };
}

/* Whether the range goes on from the last run; if so it is added there. */
static bool
join_last (CoquillTargets *self, uint64_t version, const CoquillTargetRange *range)
{
  Run *last = self->n_runs > 0 ? &self->runs[self->n_runs - 1] : NULL;

  if (last == NULL || (uint64_t)last->version + last->length != version
      || last->length + range->length > MAX_LENGTH)
    return false;
  if (range->id == last->id + last->length && (!last->backward || last->length == 1)
      && (!range->backward || range->length == 1))
    last->backward = 0;
  else if (range->id + range->length == last->id && (last->backward || last->length == 1)
           && (range->backward || range->length == 1))
    {
      last->backward = 1;
      last->id = range->id;
    }
  else
    return false;
  last->length += (uint32_t)range->length;
  return true;
}

void
coquill_targets_append (CoquillTargets *self, uint64_t version, CoquillTargetRange range)
{
  while (range.length > 0)
    {
      CoquillTargetRange piece = range;

      if (piece.length > MAX_LENGTH)
        {
          piece.length = MAX_LENGTH;
          if (range.backward)
            piece.id += range.length - piece.length;
        }
      if (!join_last (self, version, &piece))
        {
          if (self->n_runs == self->capacity)
            self->runs = coquill_grow (self->runs, &self->capacity, self->n_runs + 1, sizeof *self->runs);
          self->runs[self->n_runs++] = (Run){ .version = (uint32_t)version,
                                              .length = (uint32_t)piece.length,
                                              .id = piece.id,
                                              .backward = piece.backward };
        }
      version += piece.length;
      range.length -= piece.length;
      if (!range.backward)
        range.id += piece.length;
    }
}

/* The number of runs that start at or before a local version. */
static size_t
find_behind (const CoquillTargets *self, uint64_t version)
{
  size_t low = 0, high = self->n_runs;

  if (high > 0 && self->runs[high - 1].version <= version)
    return high;
  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (self->runs[middle].version <= version)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* @length: how many are asked for, from one inside the run on */
static CoquillTargetRange
cut_run (const Run *run, uint64_t version, uint64_t length)
{
  uint64_t skip = version - run->version, rest = run->length - skip;

  if (length > rest)
    length = rest;
  return (CoquillTargetRange){ .id = run->backward ? run->id + (rest - length) : run->id + skip,
                               .length = length,
                               .backward = run->backward && length > 1 };
}

bool
coquill_targets_find (const CoquillTargets *self,
                      uint64_t version,
                      uint64_t length,
                      CoquillTargetRange *range)
{
  size_t behind = find_behind (self, version);
  const Run *run = behind > 0 ? &self->runs[behind - 1] : NULL;

  if (run == NULL || version - run->version >= run->length)
    return false;
  *range = cut_run (run, version, length);
  return true;
}

size_t
coquill_targets_first (const CoquillTargets *self, uint64_t version)
{
  size_t behind = find_behind (self, version);

  return behind > 0 && version - self->runs[behind - 1].version < self->runs[behind - 1].length ? behind - 1
                                                                                                : behind;
}

void
coquill_targets_find_next (
    const CoquillTargets *self, size_t *run, uint64_t version, uint64_t length, CoquillTargetRange *range)
{
  while ((uint64_t)self->runs[*run].version + self->runs[*run].length <= version)
    ++*run;
  *range = cut_run (&self->runs[*run], version, length);
}

void
coquill_targets_go_back (CoquillTargets *self, uint64_t version)
{
  while (self->n_runs > 0 && self->runs[self->n_runs - 1].version >= version)
    self->n_runs--;
  if (self->n_runs > 0)
    {
      Run *last = &self->runs[self->n_runs - 1];

      if ((uint64_t)last->version + last->length > version)
        {
          uint64_t kept = version - last->version;

          if (last->backward)
            last->id += last->length - kept;
          last->length = (uint32_t)kept;
        }
    }
}
