/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock-trail.h: what the runs of a change know, while two write in turns. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A change of fewer runs leaves no trail: the walker finds out as quickly. */
#define COQUILL_TRAIL_LEAST_RUNS 64

/**
 * CoquillTrail:
 * @n_others: (nullable): for each run from @base on, how many items of the other agent its first item knows
 * @base: a run
 * @capacity: of @n_others
 * @room: what it may become: as many runs as the change can have; 0 if nothing is kept
 * @first: the first run that is kept
 * @end: the run behind the last one that is
 *
 * The clock has vectors of the newest runs only, and a change is walked when all of it is in the graph. As
 * long as the clock counts two agents, a number is left behind for each run: of its own agent it has all
 * items before. From the import of a change to the end of its walk; 4 bytes a run.
 */
typedef struct
{
  uint32_t *n_others;
  size_t base;
  size_t capacity;
  size_t room;
  size_t first;
  size_t end;
} CoquillTrail;

/* Nothing is kept any more. */
void
coquill_trail_drop (CoquillTrail *self);

/* So many runs are to be kept, from one on. */
void
coquill_trail_keep (CoquillTrail *self, size_t base, size_t n_runs);

/* The clock starts anew at a run: what was kept is about other agents. */
void
coquill_trail_restart (CoquillTrail *self, size_t run);

/* The second agent appears, of whom all runs so far know as much as this. */
void
coquill_trail_fill (CoquillTrail *self, uint32_t n_other);

/* Makes the first room. Returns: false if there is none */
bool
coquill_trail_grow (CoquillTrail *self, size_t run);

/* What a run knows, unless one before it is missing. */
static inline void
coquill_trail_put (CoquillTrail *self, size_t run, uint32_t n_other)
{
  size_t place = run - self->base;

  if (run != self->end || (__builtin_expect (place >= self->capacity, 0) && !coquill_trail_grow (self, run)))
    return;
  self->n_others[place] = n_other;
  self->end = run + 1;
}
