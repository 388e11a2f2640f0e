/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.h: what the newest runs knew, as numbers of items of a few agents. */

#pragma once

#include "text/clock.h"
#include "text/flat-window.h"

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
 * @run: its newest run; SIZE_MAX for none
 * @used: how many operations had been walked when its newest run began or went on
 *
 * An agent who has items in the window.
 */
typedef struct
{
  uint32_t known[COQUILL_FLAT_TRACKS];
  uint32_t last;
  size_t run;
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
 * @trail: what the runs from @first_of_trail on know, if the import has found out; no runs if it hasn't. Then
 * there are two tracks, of its agents, and as yet no rows
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
  CoquillClockTrail trail;
  size_t first_of_trail;
} CoquillWalkerRows;

/**
 * coquill_walker_rows_open:
 * @version: local version of the item that is next
 *
 * Begins anew.
 */
void
coquill_walker_rows_open (CoquillWalkerRows *self, uint64_t version);

/* coquill_walker_rows_enter(), for what no trail tells of. */
bool
coquill_walker_rows_enter_new (CoquillWalkerRows *self,
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
  size_t place = number - self->first_of_trail;
  unsigned track = run->agent == self->agents[1];

  if (place >= self->trail.n_runs)
    return coquill_walker_rows_enter_new (self, graph, version, number);
  self->version.n[track] = run->sequence + ((uint32_t)version - run->first);
  self->version.n[track ^ 1] = self->trail.n_others[place];
  self->writers[track].run = number;
  self->last_run = number;
  self->last_track = track;
  return true;
}

/**
 * coquill_walker_rows_leave_trail:
 *
 * Before the trail is dropped: its newest runs get rows.
 */
void
coquill_walker_rows_leave_trail (CoquillWalkerRows *self, const CoquillGraph *graph);

/**
 * coquill_walker_rows_lowest_lacking:
 * @since: leave out who has written nothing since so many operations had been walked
 *
 * Returns: the lowest local version that the newest item of some agent doesn't know; UINT64_MAX if all do
 */
uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, const CoquillGraph *graph, uint64_t since);
