/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock-trail.c: what the runs of a change know, while two write in turns. */

#include "text/clock-trail.h"

#include <stdlib.h>

#include "text/memory.h"

void
coquill_trail_drop (CoquillTrail *self)
{
  free (self->n_others);
  *self = (CoquillTrail){ 0 };
}

void
coquill_trail_keep (CoquillTrail *self, size_t base, size_t n_runs)
{
  coquill_trail_drop (self);
  if (n_runs < COQUILL_TRAIL_LEAST_RUNS)
    return;
  self->base = self->first = self->end = base;
  self->room = n_runs;
}

void
coquill_trail_restart (CoquillTrail *self, size_t run)
{
  self->first = self->end = run > self->base ? run : self->base;
}

void
coquill_trail_fill (CoquillTrail *self, uint32_t n_other)
{
  for (size_t run = self->first; run < self->end; run++)
    self->n_others[run - self->base] = n_other;
}

bool
coquill_trail_grow (CoquillTrail *self, size_t run)
{
  if (self->capacity == self->room || run - self->base >= self->room)
    return false;
  self->n_others = coquill_resize (NULL, self->room * sizeof *self->n_others);
  self->capacity = self->room;
  return true;
}
