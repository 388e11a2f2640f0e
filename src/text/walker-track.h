/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-track.h: what the items in the window did, agent by agent, and what each of them knew. */

#pragma once

#include "text/graph.h"
#include "text/targets.h"

/*
 * Each agent's items are a chain, so of any version it is enough to say how many of each agent's items are in
 * it. The tracks do that for the agents that have items in the window, while these are few, as they nearly
 * always are; a row is kept for each of the newest runs. So what lies between two versions is a range of each
 * track, found without a search. Beside that, a track has what its items did, ready to be taken back or up.
 */

/* Agents that are followed. More rarely have something in the window; then the graph is asked. */
#define COQUILL_WALKER_TRACKS 64

/* Runs of which is kept what they knew: a parent is nearly always one of the newest few. A power of two. */
#define COQUILL_WALKER_ROWS 256

/**
 * CoquillWalkerVector:
 * @n: for each track, how many items of its agent are known, from sequence 0 on
 */
typedef struct
{
  uint32_t n[COQUILL_WALKER_TRACKS];
} CoquillWalkerVector;

/**
 * CoquillWalkerDeed:
 * @id: insert: of the first character; delete: the lowest of the characters' ids; restore: of the first
 * deletion
 * @sequence: of the first item
 * @length: items
 * @version: local version of the first item
 * @near: the number of the window's leaf that had the first of the characters when they were last seen
 * @kind: what they are
 * @backward: delete: the first item's character has the highest id
 *
 * What consecutive items of an agent did.
 */
typedef struct
{
  CoquillId id;
  uint32_t sequence;
  uint32_t length;
  uint32_t version;
  uint32_t near;
  uint8_t kind;
  bool backward;
} CoquillWalkerDeed;

/**
 * CoquillWalkerTrack:
 * @base: items of the agent below the window
 * @length: items that were walked
 * @deeds: what those in the window did, from @first on
 */
typedef struct
{
  uint32_t agent;
  uint32_t base;
  uint32_t length;
  CoquillWalkerDeed *deeds;
  size_t first;
  size_t n_deeds;
  size_t capacity;
} CoquillWalkerTrack;

/**
 * CoquillWalkerTracks:
 * @exact: whether all agents in the window have a track
 * @first_run: of the window
 */
typedef struct
{
  bool exact;
  unsigned n_tracks;
  size_t first_run;
  size_t end_run; /* behind the newest run that has a row */
  CoquillWalkerTrack tracks[COQUILL_WALKER_TRACKS];
  CoquillWalkerVector rows[COQUILL_WALKER_ROWS];
  bool has_row[COQUILL_WALKER_ROWS];
} CoquillWalkerTracks;

void
coquill_walker_tracks_clear (CoquillWalkerTracks *self);

/**
 * coquill_walker_tracks_open:
 * @run: the first one in the window, or partly in it
 *
 * Begins anew.
 */
void
coquill_walker_tracks_open (CoquillWalkerTracks *self, size_t run);

/**
 * coquill_walker_tracks_enter:
 * @version: of the item that is walked next
 * @run: which holds it
 * @window_start: local version
 * @is_linear: its parents are all that was walked
 * @is_trunk: what it does isn't noted, so that its agent needs no track
 * @track: (out): of its agent, -1 if it has none
 * @vector: (out): what the item's parents know
 *
 * Gives the run a row, if it has none, and its agent a track.
 *
 * Returns: false if what they know isn't known here, and the graph has to be asked
 */
bool
coquill_walker_tracks_enter (CoquillWalkerTracks *self,
                             const CoquillGraph *graph,
                             uint64_t version,
                             size_t run,
                             uint64_t window_start,
                             bool is_linear,
                             bool is_trunk,
                             int *track,
                             CoquillWalkerVector *vector);

/**
 * coquill_walker_tracks_add:
 * @track: of the agent, the one that coquill_walker_tracks_enter() gave
 *
 * Notes what the agent's next items did.
 */
void
coquill_walker_tracks_add (CoquillWalkerTracks *self, unsigned track, CoquillWalkerDeed deed);

/**
 * coquill_walker_tracks_find:
 * @sequence: of an item in the window
 *
 * Returns: the index of the deed of that item, or of the first one behind it
 */
size_t
coquill_walker_tracks_find (const CoquillWalkerTracks *self, unsigned track, uint32_t sequence);

/**
 * coquill_walker_tracks_lowest_lacking:
 *
 * Returns: the lowest local version in the window that isn't in a version; UINT64_MAX if all are
 */
uint64_t
coquill_walker_tracks_lowest_lacking (const CoquillWalkerTracks *self, const CoquillWalkerVector *vector);

/**
 * coquill_walker_tracks_collapse:
 * @version: where the window starts now
 *
 * Forgets deeds below.
 */
void
coquill_walker_tracks_collapse (CoquillWalkerTracks *self, uint64_t version);
