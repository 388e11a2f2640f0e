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
  if (__builtin_expect (n_newer == COQUILL_WALKER_N_NEWEST || n_newer >= self->n_rows, 0))
    return find_old_row (self, version);
  return &self->rows[(self->n_rows - 1 - n_newer) % COQUILL_WALKER_N_ROWS];
}

/* Adds to a version what a parent knows. */
static bool
join_parent (const CoquillWalkerRows *self, uint32_t *n, uint32_t parent)
{
  const CoquillWalkerRow *row;
  uint32_t n_own;

  if (parent < self->opened)
    return true;
  row = find_row (self, parent);
  if (row == NULL)
    return false;
  for (unsigned i = 0; i < COQUILL_FLAT_TRACKS; i++)
    n[i] = row->known[i] > n[i] ? row->known[i] : n[i];
  n_own = row->known[row->track] + (parent - row->first) + 1;
  n[row->track] = n_own > n[row->track] ? n_own : n[row->track];
  return true;
}

/* Begins a run. Its parents know what one version has, and another with some more items of an agent. Of its
 * own agent they know all that came before.
 *
 * A loop over whole vectors: what were written one by one could not be read at once yet. */
static inline void
begin_run (CoquillWalkerRows *self,
           size_t number,
           uint32_t version,
           unsigned track,
           uint32_t sequence,
           const uint32_t *one,
           const uint32_t *other,
           unsigned more_track,
           uint32_t n_more)
{
  static const uint32_t tracks[COQUILL_FLAT_TRACKS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  CoquillWalkerRow *row = &self->rows[self->n_rows % COQUILL_WALKER_N_ROWS];
  uint32_t known[COQUILL_FLAT_TRACKS];

  for (unsigned i = 0; i < COQUILL_FLAT_TRACKS; i++)
    {
      uint32_t n = other[i] + (n_more & -(uint32_t)(tracks[i] == more_track));

      n = n > one[i] ? n : one[i];
      known[i] = tracks[i] == track ? sequence : n;
    }
  memcpy (self->version.n, known, sizeof known);
  memcpy (self->writers[track].known, known, sizeof known);
  memcpy (row->known, known, sizeof known);
  row->first = version;
  row->track = track;
  self->newest[self->n_rows % COQUILL_WALKER_N_NEWEST] = version;
  self->n_rows++;
  self->last_run = number;
  self->last_track = track;
}

/* The newest run is over. */
static inline void
end_run (CoquillWalkerRows *self, uint32_t version)
{
  CoquillWalkerWriter *last = &self->writers[self->last_track];

  self->all.n[self->last_track] = self->version.n[self->last_track];
  last->last = version - 1;
  last->lacks = version < last->lacks ? version : last->lacks;
}

/* Any item: an agent's first, one inside a run, one with other parents than most. */
static __attribute__ ((noinline)) bool
enter_any (
    CoquillWalkerRows *self, const CoquillGraph *graph, uint32_t version, size_t number, unsigned track)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t parent = run->first_parent, parents_end = parent + coquill_graph_run_n_parents (graph, number);
  uint32_t sequence = run->sequence + (version - run->first);
  bool is_known = version == run->first;
  bool is_linear = !is_known || run->lowest_unknown >= run->first;
  uint32_t known[COQUILL_FLAT_TRACKS];

  if (track == COQUILL_FLAT_TRACKS)
    {
      if (!add_track (self, run->agent, sequence))
        return false;
      track = self->n_tracks - 1;
    }
  memcpy (known, self->writers[track].known, sizeof known);
  for (; is_known && parent < parents_end; parent++)
    is_known = join_parent (self, known, graph->parents[parent]);
  if (!is_known && !is_linear)
    return false;
  if (!is_known)
    memcpy (known, self->all.n, sizeof known);
  self->writers[track].lacks = run->lowest_unknown | -(uint32_t)is_linear;
  begin_run (self, number, version, track, sequence, known, known, 0, 0);
  return true;
}

bool
coquill_walker_rows_enter (CoquillWalkerRows *self,
                           const CoquillGraph *graph,
                           uint64_t version,
                           size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t parents_end = number + 1 < graph->n_runs ? run[1].first_parent : graph->n_parents;
  unsigned track = find_track (self, run->agent);
  CoquillWalkerWriter *writer = &self->writers[track];
  const CoquillWalkerRow *row;
  uint32_t one, two, last, parent;

  end_run (self, (uint32_t)version);

  /* As nearly always: one parent, or his own last item and another's. */
  if (__builtin_expect ((version > run->first) | (track == COQUILL_FLAT_TRACKS)
                            | (parents_end - run->first_parent - 1 > 1),
                        0))
    return enter_any (self, graph, (uint32_t)version, number, track);
  one = graph->parents[run->first_parent];
  two = graph->parents[parents_end - 1];
  last = writer->last;
  parent = one == last ? two : one;
  if (__builtin_expect (((one != two) & (one != last) & (two != last)) | (parent < self->opened), 0))
    return enter_any (self, graph, (uint32_t)version, number, track);
  row = find_row (self, parent);
  if (__builtin_expect (row == NULL, 0))
    return enter_any (self, graph, (uint32_t)version, number, track);
  writer->lacks = run->lowest_unknown | -(uint32_t)(run->lowest_unknown >= run->first);
  begin_run (self, number, (uint32_t)version, track, run->sequence, writer->known, row->known, row->track,
             parent - row->first + 1);
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
