/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-since.h: what was done since some version, to which characters. */

#pragma once

#include "text/walker.h"

/*
 * Whoever goes through the order asks this of every span, in the order of the text, in which ids are in none.
 * So what is looked for is found by a table, not by halving: items are numbered, all of one agent one after
 * the other, and for each few numbers the table says which row is the first from there on.
 */

/**
 * CoquillWalkerSinceAgent:
 * @sequence: of its first item from the version on, UINT32_MAX if there is none
 * @number: of its first item of all, where all agents' items are numbered
 * @number_since: of its first item from the version on, where only such items are numbered
 */
typedef struct
{
  uint32_t sequence;
  uint32_t number;
  uint32_t number_since;
} CoquillWalkerSinceAgent;

/**
 * CoquillWalkerFinder:
 * @starts: of rows, the number at which each one starts, ascending
 * @firsts: for each 2^@shift numbers, the first row that doesn't start before them
 *
 * Finds the row that holds a number.
 */
typedef struct
{
  uint32_t *starts;
  size_t n_rows;
  uint32_t *firsts;
  unsigned shift;
} CoquillWalkerFinder;

/**
 * CoquillWalkerDeleted:
 * @length: characters
 * @n_deletions: how many more deletions of each of them stand than did before; modulo 2^32, since some may
 * have been restored
 * @newest: no less than the local version of the last item that deleted or restored them
 */
typedef struct
{
  uint32_t length;
  uint32_t n_deletions;
  uint32_t newest;
} CoquillWalkerDeleted;

typedef struct
{
  CoquillWalkerSinceAgent *agents;
  CoquillWalkerFinder run_finder;
  uint32_t *runs; /* numbers of the graph's */
  CoquillWalkerFinder deleted_finder;
  CoquillWalkerDeleted *deleted;
} CoquillWalkerSince;

/**
 * coquill_walker_since_init:
 * @version: one that was walked
 * @restored: (nullable): of deletions, how many restorations from there on name them
 *
 * O(items from there on, as runs, and agents); O(log n) for each restoration.
 */
void
coquill_walker_since_init (CoquillWalkerSince *self,
                           const CoquillWalker *walker,
                           uint64_t version,
                           struct CoquillRangeMap *restored);
void
coquill_walker_since_clear (CoquillWalkerSince *self);

/**
 * coquill_walker_since_find_run:
 * @length: (inout): how many characters are asked for, and for how many it is the same
 * @run: (out): which inserted them
 *
 * Returns: false if they were inserted before. O(1) if runs are spread evenly, else O(log n)
 */
bool
coquill_walker_since_find_run (
    const CoquillWalkerSince *self, const CoquillGraph *graph, CoquillId id, uint64_t *length, uint32_t *run);

/**
 * coquill_walker_since_find_deleted:
 * @length: (inout): how many characters are asked for, and for how many it is the same
 *
 * Returns: (nullable): what was done to them, %NULL if they weren't deleted or restored since. O(1) if what
 * was deleted is spread evenly, else O(log n)
 */
const CoquillWalkerDeleted *
coquill_walker_since_find_deleted (const CoquillWalkerSince *self, CoquillId id, uint64_t *length);
