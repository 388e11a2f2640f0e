/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-rows.h: what the newest runs knew, as numbers of items of a few agents. */

#pragma once

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
 * @last: local version of its newest item; UINT32_MAX for none
 * @lacks: the lowest local version that its newest item doesn't know; UINT32_MAX if it knows all that came
 * before, and nothing has come since
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

/**
 * coquill_walker_rows_enter:
 * @version: of the item that is next
 * @run: which holds it; not the one entered last
 *
 * Finds out what the item's parents know. O(tracks) for each parent, nearly always.
 *
 * Returns: false if there are too many agents, or too old parents
 */
bool
coquill_walker_rows_enter (CoquillWalkerRows *self, const CoquillGraph *graph, uint64_t version, size_t run);

/**
 * coquill_walker_rows_lowest_lacking:
 * @since: leave out who has written nothing since so many operations had been walked
 *
 * Returns: the lowest local version that the newest item of some agent doesn't know; UINT64_MAX if all do
 */
uint64_t
coquill_walker_rows_lowest_lacking (const CoquillWalkerRows *self, uint64_t since);
