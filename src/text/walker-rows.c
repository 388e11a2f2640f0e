/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.c: vectors of the newest runs. */

#include "text/walker-rows.h"

#include <string.h>

#define NONE UINT32_MAX

void
coquill_walker_rows_open (CoquillWalkerRows *self, uint64_t version)
{
  self->opened = version;
  self->last_run = SIZE_MAX;
  self->n_tracks = 0;
  self->n_rows = 0;
  self->base = self->all = (CoquillFlatVersion){ .n[COQUILL_FLAT_EVERYBODY] = UINT32_MAX };
}

/* The agent's track, a new one if it has none. */
static unsigned
find_track (CoquillWalkerRows *self, uint32_t agent, uint32_t sequence)
{
  unsigned track = self->n_tracks;

  for (unsigned i = 0; i < self->n_tracks; i++)
    if (self->writers[i].agent == agent)
      return i;
  if (track == COQUILL_FLAT_TRACKS)
    return track;
  self->writers[track] = (CoquillWalkerWriter){ .agent = agent, .lacks = NONE };
  self->base.n[track] = self->all.n[track] = sequence;
  for (unsigned i = 0; i < COQUILL_WALKER_N_ROWS && i < self->n_rows; i++)
    self->rows[i].known[track] = sequence;
  self->n_tracks++;
  return track;
}

static bool
has_row (const CoquillWalkerRows *self, uint64_t number)
{
  return self->n_rows - number <= COQUILL_WALKER_N_ROWS;
}

static const CoquillWalkerRow *
find_row (const CoquillWalkerRows *self, uint64_t version)
{
  for (uint64_t number = self->n_rows; number > 0 && has_row (self, number - 1); number--)
    {
      const CoquillWalkerRow *row = &self->rows[(number - 1) % COQUILL_WALKER_N_ROWS];

      if (row->first <= version)
        return row;
    }
  return NULL;
}

/* Makes the version that of some parents of an agent's next item. */
static bool
join_parents (
    CoquillWalkerRows *self, unsigned track, uint32_t sequence, const uint32_t *parents, size_t n_parents)
{
  const CoquillWalkerWriter *writer = &self->writers[track];
  const CoquillWalkerRow *own = NULL;
  uint32_t *n = self->version.n;

  self->version = self->base;
  /* Whoever goes on knows at least what he knew before. */
  if (writer->has_row && has_row (self, writer->row))
    {
      own = &self->rows[writer->row % COQUILL_WALKER_N_ROWS];
      memcpy (n, own->known, sizeof own->known);
    }
  n[track] = sequence;
  for (size_t i = 0; i < n_parents; i++)
    {
      const CoquillWalkerRow *row;
      uint32_t n_own;

      if (parents[i] < self->opened || (own != NULL && parents[i] - own->first < sequence - own->sequence))
        continue;
      row = find_row (self, parents[i]);
      if (row == NULL)
        return false;
      for (unsigned j = 0; j < self->n_tracks; j++)
        n[j] = row->known[j] > n[j] ? row->known[j] : n[j];
      n_own = row->sequence + (parents[i] - row->first) + 1;
      if (n_own > n[row->track])
        n[row->track] = n_own;
    }
  return true;
}

bool
coquill_walker_rows_enter (CoquillWalkerRows *self,
                           const CoquillGraph *graph,
                           uint64_t version,
                           size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t parents_end = number + 1 < graph->n_runs ? graph->runs[number + 1].first_parent : graph->n_parents;
  uint32_t sequence = (uint32_t)(run->sequence + (version - run->first));
  bool is_linear = version > run->first || run->lowest_unknown >= run->first;
  unsigned track;
  CoquillWalkerRow *row;

  /* The newest run is over. */
  if (self->last_run != SIZE_MAX)
    {
      self->all.n[self->last_track] = self->version.n[self->last_track];
      if (self->writers[self->last_track].lacks == NONE)
        self->writers[self->last_track].lacks = (uint32_t)version;
    }
  track = find_track (self, run->agent, sequence);
  if (track == COQUILL_FLAT_TRACKS)
    return false;

  if (is_linear)
    self->version = self->all;
  else if (!join_parents (self, track, sequence,
                          graph->parents != NULL ? graph->parents + run->first_parent : NULL,
                          parents_end - run->first_parent))
    return false;
  self->last_run = number;
  self->last_track = track;
  self->writers[track].lacks = is_linear ? NONE : run->lowest_unknown;
  self->writers[track].has_row = true;
  self->writers[track].row = self->n_rows;

  row = &self->rows[self->n_rows++ % COQUILL_WALKER_N_ROWS];
  memcpy (row->known, self->version.n, sizeof row->known);
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
