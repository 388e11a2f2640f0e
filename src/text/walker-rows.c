/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.c: vectors of the newest runs. */

#include "text/walker-rows.h"

#include <string.h>

#define NONE UINT32_MAX

/* These are joined whether there are so many or not. */
#define FEW_TRACKS 4

void
coquill_walker_rows_open (CoquillWalkerRows *self, uint64_t version)
{
  self->opened = version;
  self->last_run = SIZE_MAX;
  self->last_track = 0;
  self->n_tracks = 0;
  self->n_rows = 0;
  self->base = self->all = self->version = (CoquillFlatVersion){ .n[COQUILL_FLAT_EVERYBODY] = UINT32_MAX };
  memset (self->agents, 0xff, sizeof self->agents);
  memset (self->guesses, 0, sizeof self->guesses);
  memset (self->newest, 0, sizeof self->newest);
}

static bool
add_track (CoquillWalkerRows *self, uint32_t agent, uint32_t sequence)
{
  unsigned track = self->n_tracks;

  if (track == COQUILL_FLAT_TRACKS)
    return false;
  self->n_tracks++;
  self->agents[track] = agent;
  self->guesses[agent % COQUILL_WALKER_N_GUESSES] = (uint8_t)track;
  self->base.n[track] = self->all.n[track] = sequence;
  for (unsigned i = 0; i < COQUILL_WALKER_N_ROWS && i < self->n_rows; i++)
    self->rows[i].known[track] = sequence;
  for (unsigned i = 0; i < track; i++)
    self->writers[i].known[track] = sequence;
  self->writers[track] = (CoquillWalkerWriter){ .last = NONE, .lacks = NONE };
  memcpy (self->writers[track].known, self->base.n, sizeof self->writers[track].known);
  return true;
}

/* The agent's track, COQUILL_FLAT_TRACKS if it has none. */
static inline unsigned
find_track (const CoquillWalkerRows *self, uint32_t agent)
{
  unsigned track = self->guesses[agent % COQUILL_WALKER_N_GUESSES];

  if (self->agents[track] == agent)
    return track;
  for (track = 0; track < COQUILL_FLAT_TRACKS; track++)
    if (self->agents[track] == agent)
      break;
  return track;
}

static const CoquillWalkerRow *
find_old_row (const CoquillWalkerRows *self, uint32_t version)
{
  for (uint64_t n_rows = self->n_rows; n_rows > 0 && self->n_rows - n_rows < COQUILL_WALKER_N_ROWS; n_rows--)
    {
      const CoquillWalkerRow *row = &self->rows[(n_rows - 1) % COQUILL_WALKER_N_ROWS];

      if (row->first <= version)
        return row;
    }
  return NULL;
}

/* The row of the run with a local version. */
static inline const CoquillWalkerRow *
find_row (const CoquillWalkerRows *self, uint32_t version)
{
  unsigned n_newer = 0;

  for (unsigned i = 0; i < COQUILL_WALKER_N_NEWEST; i++)
    n_newer += self->newest[i] > version;
  if (n_newer == COQUILL_WALKER_N_NEWEST || n_newer >= self->n_rows)
    return find_old_row (self, version);
  return &self->rows[(self->n_rows - 1 - n_newer) % COQUILL_WALKER_N_ROWS];
}

/* Adds to a version what a parent knows. */
static inline bool
join_parent (const CoquillWalkerRows *self, uint32_t *restrict n, uint32_t parent)
{
  const CoquillWalkerRow *row;
  uint32_t n_own;

  if (parent < self->opened)
    return true;
  row = find_row (self, parent);
  if (row == NULL)
    return false;
  for (unsigned i = 0; i < FEW_TRACKS; i++)
    n[i] = row->known[i] > n[i] ? row->known[i] : n[i];
  for (unsigned i = FEW_TRACKS; i < self->n_tracks; i++)
    n[i] = row->known[i] > n[i] ? row->known[i] : n[i];
  n_own = row->sequence + (parent - row->first) + 1;
  n[row->track] = n_own > n[row->track] ? n_own : n[row->track];
  return true;
}

/* Makes a version, which is what an agent knew before, that of the parents of his next item. */
static inline bool
join_parents (
    const CoquillWalkerRows *self, unsigned track, uint32_t *n, const uint32_t *parents, size_t n_parents)
{
  /* As nearly always: one parent, or his own last item and another's. */
  if (n_parents - 1 <= 1)
    {
      uint32_t last = self->writers[track].last;
      uint32_t one = parents[0], other = parents[n_parents - 1];

      if ((one == other) | (one == last) | (other == last))
        return join_parent (self, n, one == last ? other : one);
    }
  for (size_t i = 0; i < n_parents; i++)
    if (!join_parent (self, n, parents[i]))
      return false;
  return true;
}

bool
coquill_walker_rows_enter (CoquillWalkerRows *self,
                           const CoquillGraph *graph,
                           uint64_t version,
                           size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t n_parents
      = (number + 1 < graph->n_runs ? run[1].first_parent : graph->n_parents) - run->first_parent;
  uint32_t sequence = (uint32_t)(run->sequence + (version - run->first));
  bool is_linear = version > run->first || run->lowest_unknown >= run->first;
  const uint32_t *parents = graph->parents != NULL ? graph->parents + run->first_parent : NULL;
  unsigned track = find_track (self, run->agent);
  CoquillWalkerWriter *last = &self->writers[self->last_track], *writer;
  CoquillWalkerRow *row;
  uint32_t known[COQUILL_FLAT_TRACKS];

  /* The newest run is over. */
  self->all.n[self->last_track] = self->version.n[self->last_track];
  last->last = (uint32_t)version - 1;
  last->lacks = (uint32_t)version < last->lacks ? (uint32_t)version : last->lacks;

  if (track == COQUILL_FLAT_TRACKS && !add_track (self, run->agent, sequence))
    return false;
  if (track == COQUILL_FLAT_TRACKS)
    track = self->n_tracks - 1;
  writer = &self->writers[track];
  memcpy (known, writer->known, sizeof known);
  if (version > run->first || !join_parents (self, track, known, parents, n_parents))
    {
      if (!is_linear)
        return false;
      memcpy (known, self->all.n, sizeof known);
    }
  known[track] = sequence;
  self->last_run = number;
  self->last_track = track;
  memcpy (self->version.n, known, sizeof known);
  memcpy (writer->known, known, sizeof known);
  writer->lacks = run->lowest_unknown | -(uint32_t)is_linear;

  self->newest[self->n_rows % COQUILL_WALKER_N_NEWEST] = (uint32_t)version;
  row = &self->rows[self->n_rows++ % COQUILL_WALKER_N_ROWS];
  memcpy (row->known, known, sizeof known);
  row->first = (uint32_t)version;
  row->sequence = sequence;
  row->track = track;
  return true;
}

uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, uint64_t since)
{
  uint64_t lowest = UINT64_MAX;

  for (unsigned i = 0; i < self->n_tracks; i++)
    if (self->writers[i].used >= since && self->writers[i].lacks < lowest && self->writers[i].lacks != NONE)
      lowest = self->writers[i].lacks;
  return lowest;
}
