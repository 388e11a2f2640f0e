/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.h: what the newest runs knew, as numbers of items of a few agents. */

#pragma once

#include <string.h>

#include "text/flat-window.h"
#include "text/graph.h"

/* Runs that have a row: a parent is nearly always one of the newest few. A power of two. */
#define COQUILL_WALKER_N_ROWS 256

/* Of these, so many are looked at at once. */
#define COQUILL_WALKER_N_NEWEST 8

/* Agents have numbers near each other. A power of two. */
#define COQUILL_WALKER_N_GUESSES 16

/**
 * CoquillWalkerRow:
 * @known: what the parents of the run's first item know
 * @first: local version of that item
 * @track: of its agent
 */
typedef struct
{
  uint32_t known[COQUILL_FLAT_TRACKS];
  uint32_t first;
  uint32_t track;
} CoquillWalkerRow;

/**
 * CoquillWalkerWriter:
 * @known: what the parents of the first item of its newest run know
 * @last: local version of its newest item, but for the newest run's; UINT32_MAX for none
 * @lacks: the lowest local version that the first item of its newest run doesn't know; UINT32_MAX if it knows
 * all that came before
 * @used: how many operations had been walked when its newest run began or went on
 *
 * An agent who has items in the window.
 */
typedef struct
{
  uint32_t known[COQUILL_FLAT_TRACKS];
  uint32_t last;
  uint32_t lacks;
  uint64_t used;
} CoquillWalkerWriter;

/**
 * CoquillWalkerRows:
 * @version: what the next item of the newest run knows
 * @all: what was walked before that run; not of its own agent
 * @base: of each agent, what everybody knew when its first item came that not everybody knew
 * @opened: local version from which on all is counted
 * @last_run: the newest, SIZE_MAX for none
 * @last_track: its agent's
 * @agents: local indices; UINT32_MAX for those there aren't
 * @guesses: by the lowest bits of these, a track that may be the agent's
 * @newest: the first local versions of the newest rows, in any order; 0 for those there aren't
 *
 * Each agent's items are a chain, so a version is a number of items for each agent.
 */
typedef struct
{
  CoquillFlatVersion version;
  CoquillFlatVersion all;
  CoquillFlatVersion base;
  uint64_t opened;
  size_t last_run;
  unsigned last_track;
  unsigned n_tracks;
  uint32_t agents[COQUILL_FLAT_TRACKS];
  uint8_t guesses[COQUILL_WALKER_N_GUESSES];
  CoquillWalkerWriter writers[COQUILL_FLAT_TRACKS];
  uint64_t n_rows; /* that there ever were */
  uint32_t newest[COQUILL_WALKER_N_NEWEST];
  CoquillWalkerRow rows[COQUILL_WALKER_N_ROWS];
} CoquillWalkerRows;

/**
 * coquill_walker_rows_open:
 * @version: local version of the item that is next
 *
 * Begins anew.
 */
void
coquill_walker_rows_open (CoquillWalkerRows *self, uint64_t version);

/* The row of the run with a local version, looked for from the newest down; NULL if it has none. */
const CoquillWalkerRow *
coquill_walker_rows_find_old (const CoquillWalkerRows *self, uint32_t version);

/* The same, without a branch if it is one of the newest: which of them nobody can guess. */
static inline const CoquillWalkerRow *
coquill_walker_rows_find (const CoquillWalkerRows *self, uint32_t version)
{
  unsigned n_newer = 0;

  for (unsigned i = 0; i < COQUILL_WALKER_N_NEWEST; i++)
    n_newer += self->newest[i] > version;
  if (__builtin_expect (n_newer == COQUILL_WALKER_N_NEWEST || n_newer >= self->n_rows, 0))
    return coquill_walker_rows_find_old (self, version);
  return &self->rows[(self->n_rows - 1 - n_newer) % COQUILL_WALKER_N_ROWS];
}

/* Begins a run. Its parents know what its author knew before, and what some version has, with some more items
 * of one agent. What was written narrow can't be read wide for a while, so it is whole vectors or none. */
static inline void
coquill_walker_rows_begin (CoquillWalkerRows *self,
                           size_t number,
                           uint32_t version,
                           unsigned track,
                           uint32_t sequence,
                           const uint32_t *known,
                           unsigned more_track,
                           uint32_t n_more)
{
  CoquillWalkerRow *row = &self->rows[self->n_rows % COQUILL_WALKER_N_ROWS];
  CoquillWalkerWriter *writer = &self->writers[track];

  if (self->n_tracks == 2)
    {
      unsigned other = track ^ 1;
      uint32_t n = known[other] + (n_more & -(uint32_t)(more_track == other));

      n = n > writer->known[other] ? n : writer->known[other];
      self->version.n[other] = writer->known[other] = row->known[other] = n;
      self->version.n[track] = writer->known[track] = row->known[track] = sequence;
    }
  else
    {
      static const uint32_t tracks[COQUILL_FLAT_TRACKS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
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
    }
  row->first = version;
  row->track = track;
  self->newest[self->n_rows % COQUILL_WALKER_N_NEWEST] = version;
  self->n_rows++;
  self->last_run = number;
  self->last_track = track;
}

/* Any item: an agent's first, one inside a run, one with other parents than most. */
bool
coquill_walker_rows_enter_any (CoquillWalkerRows *self,
                               const CoquillGraph *graph,
                               uint64_t version,
                               size_t number);

/**
 * coquill_walker_rows_enter:
 * @version: of the item that is next
 * @number: of the run that holds it; not the one entered last
 *
 * Finds out what the item's parents know. O(tracks) for each parent, nearly always.
 *
 * Returns: false if there are too many agents, or too old parents
 */
static inline bool
coquill_walker_rows_enter (CoquillWalkerRows *self,
                           const CoquillGraph *graph,
                           uint64_t version,
                           size_t number)
{
  const CoquillGraphRun *run = &graph->runs[number];
  size_t n_parents
      = (number + 1 < graph->n_runs ? run[1].first_parent : graph->n_parents) - run->first_parent;
  unsigned track = self->guesses[run->agent % COQUILL_WALKER_N_GUESSES];
  CoquillWalkerWriter *writer = &self->writers[track];
  const CoquillWalkerRow *row;
  uint32_t one, two, last, parent;

  /* The newest run is over. */
  self->all.n[self->last_track] = self->version.n[self->last_track];
  self->writers[self->last_track].last = (uint32_t)version - 1;

  /* As nearly always: one parent, or his own last item and another's. */
  if (__builtin_expect ((version > run->first) | (self->agents[track] != run->agent) | (n_parents - 1 > 1),
                        0))
    return coquill_walker_rows_enter_any (self, graph, version, number);
  one = graph->parents[run->first_parent];
  two = graph->parents[run->first_parent + n_parents - 1];
  last = writer->last;
  parent = one == last ? two : one;
  if (__builtin_expect (((one != two) & (one != last) & (two != last)) | (parent < self->opened), 0))
    return coquill_walker_rows_enter_any (self, graph, version, number);
  row = coquill_walker_rows_find (self, parent);
  if (__builtin_expect (row == NULL, 0))
    return coquill_walker_rows_enter_any (self, graph, version, number);
  writer->lacks = run->lowest_unknown | -(uint32_t)(run->lowest_unknown >= run->first);
  coquill_walker_rows_begin (self, number, (uint32_t)version, track, run->sequence, row->known, row->track,
                             parent - row->first + 1);
  return true;
}

/**
 * coquill_walker_rows_lowest_lacking:
 * @since: leave out who has written nothing since so many operations had been walked
 *
 * Returns: the lowest local version that the newest item of some agent doesn't know; UINT64_MAX if all do
 */
uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, uint64_t since);
