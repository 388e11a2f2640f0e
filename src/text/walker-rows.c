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
  self->trail = (CoquillClockTrail){ 0 };
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
  self->writers[track] = (CoquillWalkerWriter){ .last = NONE, .run = SIZE_MAX };
  memcpy (self->writers[track].known, self->base.n, sizeof self->writers[track].known);
  return true;
}

/* The row of the run with a local version, looked for from the newest down; NULL if it has none. */
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

/* The same, without a branch if it is one of the newest: which of them nobody can guess. */
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

/* Begins a run. Its parents know what its author knew before, and what some version has, with some more items
 * of one agent. What was written narrow can't be read wide for a while, so all are whole vectors. */
static inline void
begin_run (CoquillWalkerRows *self,
           size_t number,
           uint32_t version,
           unsigned track,
           uint32_t sequence,
           const uint32_t *known,
           unsigned more_track,
           uint32_t n_more)
{
  static const uint32_t tracks[COQUILL_FLAT_TRACKS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  CoquillWalkerRow *row = &self->rows[self->n_rows % COQUILL_WALKER_N_ROWS];
  CoquillWalkerWriter *writer = &self->writers[track];
  uint32_t joined[COQUILL_FLAT_TRACKS];

  for (unsigned i = 0; i < COQUILL_FLAT_TRACKS; i++)
    {
      uint32_t n = known[i] + (n_more & -(uint32_t)(tracks[i] == more_track));

      n = n > writer->known[i] ? n : writer->known[i];
      joined[i] = tracks[i] == track ? sequence : n;
    }
  memcpy (self->version.n, joined, sizeof joined);
  memcpy (writer->known, joined, sizeof joined);
  memcpy (row->known, joined, sizeof joined);
  writer->run = number;
  row->first = version;
  row->track = track;
  self->newest[self->n_rows % COQUILL_WALKER_N_NEWEST] = version;
  self->n_rows++;
  self->last_run = number;
  self->last_track = track;
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

/* Any item: an agent's first, one inside a run, one with other parents than most. */
static __attribute__ ((noinline)) bool
enter_any (CoquillWalkerRows *self, const CoquillGraph *graph, uint32_t version, size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t parent = run->first_parent, parents_end = parent + coquill_graph_run_n_parents (graph, number);
  uint32_t sequence = run->sequence + (version - run->first);
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
  begin_run (self, number, version, track, sequence, known, track, 0);
  return true;
}

/* A run that has a row. */
static bool
enter_row (CoquillWalkerRows *self, const CoquillGraph *graph, uint32_t version, size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t n_parents
      = (number + 1 < graph->n_runs ? run[1].first_parent : graph->n_parents) - run->first_parent;
  unsigned track = self->guesses[run->agent % COQUILL_WALKER_N_GUESSES];
  const CoquillWalkerRow *row;
  uint32_t one, two, last, parent;

  /* The newest run is over. */
  self->all.n[self->last_track] = self->version.n[self->last_track];
  self->writers[self->last_track].last = version - 1;

  /* As nearly always: one parent, or his own last item and another's. */
  if (__builtin_expect ((version > run->first) | (self->agents[track] != run->agent) | (n_parents - 1 > 1),
                        0))
    return enter_any (self, graph, version, number);
  one = graph->parents[run->first_parent];
  two = graph->parents[run->first_parent + n_parents - 1];
  last = self->writers[track].last;
  parent = one == last ? two : one;
  if (__builtin_expect (((one != two) & (one != last) & (two != last)) | (parent < self->opened), 0))
    return enter_any (self, graph, version, number);
  row = find_row (self, parent);
  if (__builtin_expect (row == NULL, 0))
    return enter_any (self, graph, version, number);
  begin_run (self, number, version, track, run->sequence, row->known, row->track, parent - row->first + 1);
  return true;
}

/* The first run in the window has a trail: it is followed. */
static void
take_trail (CoquillWalkerRows *self, const CoquillGraph *graph, uint32_t version, size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  unsigned other = self->trail.agents[0] == run->agent;

  /* What came before is known to all, and was said of the other's. */
  for (unsigned i = 0; i < 2; i++)
    add_track (self, self->trail.agents[i],
               i == other ? self->trail.n_others[0] : run->sequence + (version - run->first));
  self->first_of_trail = number;
}

void
coquill_walker_rows_leave_trail (CoquillWalkerRows *self, const CoquillGraph *graph)
{
  const uint32_t *n_others = self->trail.n_others;
  size_t base = self->first_of_trail, end = self->last_run + 1;
  CoquillFlatVersion version = self->version;
  unsigned last_track = self->last_track;

  if (self->trail.n_runs == 0)
    return;
  self->trail.n_runs = 0;
  for (size_t i = end - base > COQUILL_WALKER_N_ROWS ? end - COQUILL_WALKER_N_ROWS : base; i < end; i++)
    {
      const CoquillGraphRun *run = &graph->runs[i];
      uint32_t first = i > base ? run->first : (uint32_t)self->opened;
      unsigned track = run->agent == self->agents[1];
      uint32_t known[COQUILL_FLAT_TRACKS] = { 0 };

      known[track ^ 1] = n_others[i - base];
      begin_run (self, i, first, track, run->sequence + (first - run->first), known, track, 0);
    }
  /* One who is silent since long has no row. */
  for (unsigned i = 0; i < 2; i++)
    {
      CoquillWalkerWriter *writer = &self->writers[i];

      if (writer->run == SIZE_MAX || writer->run + 1 == end)
        continue;
      writer->known[i ^ 1] = n_others[writer->run - base];
      writer->last = (uint32_t)coquill_graph_run_end (graph, writer->run) - 1;
      self->all.n[i]
          = graph->runs[writer->run].sequence + (writer->last + 1 - graph->runs[writer->run].first);
    }
  self->version = version;
  self->last_track = last_track;
}

bool
coquill_walker_rows_enter_new (CoquillWalkerRows *self,
                               const CoquillGraph *graph,
                               uint64_t version,
                               size_t number)
{
  if (__builtin_expect (self->trail.n_runs > 0, 0))
    coquill_walker_rows_leave_trail (self, graph);
  if (__builtin_expect (self->n_tracks == 0, 0) && coquill_clock_trail (graph, number, &self->trail))
    {
      take_trail (self, graph, (uint32_t)version, number);
      return coquill_walker_rows_enter (self, graph, version, number);
    }
  return enter_row (self, graph, (uint32_t)version, number);
}

uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, const CoquillGraph *graph, uint64_t since)
{
  uint64_t lowest = UINT64_MAX;

  for (unsigned i = 0; i < self->n_tracks; i++)
    {
      const CoquillWalkerWriter *writer = &self->writers[i];
      const CoquillGraphRun *run;

      if (writer->run == SIZE_MAX || writer->used < since)
        continue;
      run = &graph->runs[writer->run];
      if (run->lowest_unknown < run->first)
        lowest = run->lowest_unknown < lowest ? run->lowest_unknown : lowest;
      /* What came after its last item is unknown to it. */
      else if (i != self->last_track)
        lowest = run[1].first < lowest ? run[1].first : lowest;
    }
  return lowest;
}
