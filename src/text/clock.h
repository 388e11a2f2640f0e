/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock.h: what the newest items know, counted per agent. */

#pragma once

#include "text/graph.h"

/*
 * Each agent's items are a chain, so a version is the same as a number of items for each agent that has any.
 * The clock has these numbers for the newest runs, for a few agents, the tracks. All versions it speaks of
 * have everything below its start among them, so that agents who are silent since then needn't be counted. It
 * can't tell of all versions: then the functions of graph.h are to be asked, which are exact and slower.
 */

/**
 * COQUILL_CLOCK_TRACKS:
 *
 * Agents that are counted: a row of the clock is half a cache line; more than eight rarely write at once.
 */
#define COQUILL_CLOCK_TRACKS 8

/**
 * CoquillVector:
 * @n_items: for each track, how many items of its agent are known, counted from sequence 0; those of tracks
 * that aren't used are 0
 *
 * A version. Of the agents without a track it has the items below the clock's start and no others. Vectors
 * are comparable until the clock starts anew.
 */
typedef struct
{
  uint64_t n_items[COQUILL_CLOCK_TRACKS];
} CoquillVector;

/**
 * coquill_clock_vector:
 * @heads: a version, as the local versions of its heads, ascending
 *
 * O(heads · tracks); now and then O(a few hundred runs), when the clock starts anew.
 *
 * Returns: false if the clock can't tell
 */
bool
coquill_clock_vector (const CoquillGraph *graph,
                      const uint64_t *heads,
                      size_t n_heads,
                      CoquillVector *vector);

/**
 * CoquillClockTrail:
 * @n_others: for each of some runs, how many items of the other agent are known to its first item
 * @n_runs: these, one after another
 * @agents: the two whose they are
 *
 * What the runs of a change know, where they are of two agents. As long as the graph doesn't change.
 */
typedef struct
{
  const uint32_t *n_others;
  size_t n_runs;
  uint32_t agents[2];
} CoquillClockTrail;

/**
 * coquill_clock_keep_trail:
 * @n_runs: at most so many come
 *
 * What the runs know that are appended now will be asked for. If they are few nothing is kept.
 */
void
coquill_clock_keep_trail (CoquillGraph *graph, size_t n_runs);

/**
 * coquill_clock_trail:
 * @run: the first that is asked for
 *
 * Returns: whether it is known what it and those behind it know
 */
bool
coquill_clock_trail (const CoquillGraph *graph, size_t run, CoquillClockTrail *trail);

/**
 * coquill_clock_drop_trail:
 *
 * Nobody asks for it any more.
 */
void
coquill_clock_drop_trail (const CoquillGraph *graph);

/**
 * coquill_clock_n_tracks:
 *
 * Returns: how many tracks are used
 */
unsigned
coquill_clock_n_tracks (const CoquillGraph *graph);

/**
 * coquill_clock_agent:
 *
 * Returns: the agent of a track
 */
uint32_t
coquill_clock_agent (const CoquillGraph *graph, unsigned track);

/**
 * coquill_clock_start:
 *
 * Returns: the local version below which all vectors have everything
 */
uint64_t
coquill_clock_start (const CoquillGraph *graph);
