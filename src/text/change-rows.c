/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-rows.c: what the decoder leaves of a change for its import. */

#include "text/change-rows.h"

#include <stdlib.h>

CoquillChangeRows *
coquill_change_take_rows (const CoquillChange *change)
{
  /* The one thing that who only reads a change may alter: nobody can tell, but by the time it takes. */
  CoquillChange *self = (CoquillChange *)(uintptr_t)change;

  return __atomic_exchange_n (&self->rows, NULL, __ATOMIC_ACQ_REL);
}

CoquillChangeRows *
coquill_change_rows_new (size_t n_operations, size_t n_turns)
{
  CoquillChangeRows *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;
  self->operations = malloc ((n_operations + 1) * sizeof *self->operations);
  self->turns = malloc ((n_turns + 1) * sizeof *self->turns);
  if (self->operations != NULL && self->turns != NULL)
    return self;
  coquill_change_rows_free (self);
  return NULL;
}

/* Unlike coquill_grow() it doesn't end the program: a change can be imported without. */
static void *
grow (void *array, size_t *capacity, size_t n, size_t size)
{
  void *larger;

  if (n < *capacity)
    return array;
  larger = realloc (array, (2 * n + 1) * size);
  if (larger != NULL)
    *capacity = 2 * n + 1;
  return larger;
}

bool
coquill_change_rows_add_stretch (CoquillChangeRows *self, const CoquillChangeStretch *stretch)
{
  CoquillChangeStretch *stretches
      = grow (self->stretches, &self->stretches_capacity, self->n_stretches, sizeof *stretches);

  if (stretches == NULL)
    return false;
  self->stretches = stretches;
  stretches[self->n_stretches++] = *stretch;
  return true;
}

bool
coquill_change_rows_add_track (CoquillChangeRows *self, uint32_t agent, const CoquillChangeTrack *track)
{
  CoquillChangeAgentTrack *tracks
      = grow (self->tracks, &self->tracks_capacity, self->n_tracks, sizeof *tracks);

  if (tracks == NULL)
    return false;
  self->tracks = tracks;
  tracks[self->n_tracks++] = (CoquillChangeAgentTrack){ *track, agent };
  return true;
}

void
coquill_change_rows_free (CoquillChangeRows *self)
{
  if (self == NULL)
    return;
  free (self->operations);
  free (self->turns);
  free (self->stretches);
  free (self->tracks);
  free (self);
}
