/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-newest.h: the newest runs of one who writes at once with others. */

#pragma once

#include <string.h>

#include "text/graph-private.h"

/* So many are looked at for a parent, and for so many there is room. */
#define COQUILL_NEWEST_LOOK 7
#define COQUILL_NEWEST_ROOM 64

/**
 * CoquillNewestRun:
 * @sequence: as in the graph
 * @first: the same
 * @depth: the same
 * @known: what its first item knows, or where that is told, as who looks for parents has it
 */
typedef struct
{
  uint32_t sequence;
  uint32_t first;
  uint32_t depth;
  uint32_t known;
} CoquillNewestRun;

/**
 * CoquillNewestRuns:
 * @end: behind the newest
 * @runs: ascending; of those that there aren't all is 0 but what is known
 *
 * Some of an agent's, at the end of the graph.
 */
typedef struct
{
  CoquillNewestRun *end;
  CoquillNewestRun runs[COQUILL_NEWEST_ROOM + 1];
} CoquillNewestRuns;

/* Takes them from the graph. What is known of each is its number, or UINT32_MAX if there is none. */
static inline void
coquill_newest_runs_init (CoquillNewestRuns *self, const CoquillGraph *graph, const CoquillGraphAgent *agent)
{
  self->end = &self->runs[COQUILL_NEWEST_LOOK];
  for (uint32_t i = 1; i <= COQUILL_NEWEST_LOOK; i++)
    {
      CoquillNewestRun *run = self->end - i;

      *run = (CoquillNewestRun){ .known = UINT32_MAX };
      if (i <= agent->n_runs)
        {
          uint32_t number = agent->runs[agent->n_runs - i];
          const CoquillGraphRun *row = &graph->runs[number];

          *run = (CoquillNewestRun){ row->sequence, row->first, row->depth, number };
        }
    }
}

/* Returns: the run that holds an item, if there is one that does */
static inline const CoquillNewestRun *
coquill_newest_runs_find (const CoquillNewestRuns *self, uint32_t sequence)
{
  const CoquillNewestRun *end = self->end;
  size_t n_later = 0;

  /* One of the newest few, and which of them nobody can guess. */
  for (int i = 1; i < COQUILL_NEWEST_LOOK; i++)
    n_later += end[-i].sequence > sequence;
  return end - 1 - n_later;
}

static inline void
coquill_newest_runs_push (
    CoquillNewestRuns *self, uint32_t sequence, uint32_t first, uint32_t depth, uint32_t known)
{
  *self->end++ = (CoquillNewestRun){ sequence, first, depth, known };
  if (__builtin_expect (self->end == &self->runs[COQUILL_NEWEST_ROOM], 0))
    {
      memcpy (self->runs, self->end - COQUILL_NEWEST_LOOK, COQUILL_NEWEST_LOOK * sizeof self->runs[0]);
      self->end = &self->runs[COQUILL_NEWEST_LOOK];
    }
}
