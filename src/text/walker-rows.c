/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.c: vectors of the newest runs. */

#include "text/walker-rows.h"

#include <string.h>

#include "text/graph-private.h"

#define NONE UINT32_MAX

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

const CoquillWalkerRow *
coquill_walker_rows_find_old (const CoquillWalkerRows *self, uint32_t version)
{
  for (uint64_t n_rows = self->n_rows; n_rows > 0 && self->n_rows - n_rows < COQUILL_WALKER_N_ROWS; n_rows--)
    {
      const CoquillWalkerRow *row = &self->rows[(n_rows - 1) % COQUILL_WALKER_N_ROWS];

      if (row->first <= version)
        return row;
    }
  return NULL;
}

/* Adds to a version what a parent knows. */
static bool
join_parent (const CoquillWalkerRows *self, uint32_t *n, uint32_t parent)
{
  const CoquillWalkerRow *row;
  uint32_t n_own;

  if (parent < self->opened)
    return true;
  row = coquill_walker_rows_find (self, parent);
  if (row == NULL)
    return false;
  for (unsigned i = 0; i < COQUILL_FLAT_TRACKS; i++)
    n[i] = row->known[i] > n[i] ? row->known[i] : n[i];
  n_own = row->known[row->track] + (parent - row->first) + 1;
  n[row->track] = n_own > n[row->track] ? n_own : n[row->track];
  return true;
}

bool
coquill_walker_rows_enter_any (CoquillWalkerRows *self,
                               const CoquillGraph *graph,
                               uint64_t version,
                               size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t parent = run->first_parent, parents_end = parent + coquill_graph_run_n_parents (graph, number);
  uint32_t sequence = run->sequence + ((uint32_t)version - run->first);
  bool is_known = version == run->first;
  bool is_linear = !is_known || run->lowest_unknown >= run->first;
  uint32_t known[COQUILL_FLAT_TRACKS];
  unsigned track = 0;

  while (track < self->n_tracks && self->agents[track] != run->agent)
    track++;
  if (track == self->n_tracks && !add_track (self, run->agent, sequence))
    return false;
  memcpy (known, self->writers[track].known, sizeof known);
  for (; is_known && parent < parents_end; parent++)
    is_known = join_parent (self, known, graph->parents[parent]);
  if (!is_known && !is_linear)
    return false;
  if (!is_known)
    memcpy (known, self->all.n, sizeof known);
  self->writers[track].lacks = run->lowest_unknown | -(uint32_t)is_linear;
  coquill_walker_rows_begin (self, number, (uint32_t)version, track, sequence, known, track, 0);
  return true;
}

uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, uint64_t since)
{
  uint64_t lowest = UINT64_MAX;

  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      const CoquillWalkerWriter *writer = &self->writers[i];
      uint32_t lacks = writer->lacks;

      /* What came after an item is unknown to it. */
      if (lacks == NONE && i != self->last_track)
        lacks = writer->last + 1;
      if (writer->used >= since && lacks < lowest && lacks != NONE)
        lowest = lacks;
    }
  return lowest;
}
