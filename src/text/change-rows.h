/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-rows.h: what the decoder leaves of a change for its import. */

#pragma once

#include "text/change.h"
#include "text/graph-types.h"

/* A change of fewer operations is imported from its columns: for so few, nothing is allocated. */
#define COQUILL_CHANGE_ROWS_LEAST 8

/* Of a change's agents those whose index takes one byte. */
#define COQUILL_CHANGE_TURN_AGENTS 0x80

/**
 * CoquillChangeTurn:
 * @first: item of the change that begins a run
 * @n_own: how many items its agent has before
 * @sequence: the other parent
 * @agent: whose
 * @other: whose the other parent is
 * @own: where the agent's item before stands among the parents
 *
 * An insertion or deletion after an item of another agent (or an older one of its own), and mostly the last
 * of its own. Agents are the change's.
 */
typedef struct
{
  uint32_t first;
  uint32_t n_own;
  uint32_t sequence;
  uint8_t agent;
  uint8_t other;
  uint8_t own;
} CoquillChangeTurn;

/**
 * CoquillChangeAgentTrack:
 *
 * What a reader remembers of an agent.
 */
typedef struct
{
  CoquillChangeTrack track;
  uint32_t agent;
} CoquillChangeAgentTrack;

/**
 * CoquillChangeStretch:
 * @columns: how far a reader is in each column when it is behind the stretch
 * @place: what it remembers then
 * @first_track: the same of those who wrote in the stretch. Nothing is told of the end of the change
 * @beyond: a position is higher than there are items in the change before it
 *
 * Operations one after another that are insertions and deletions, of which each goes on from the one before
 * or is a turn. Something comes before them.
 */
typedef struct
{
  uint32_t first_operation;
  uint32_t first_row;
  uint32_t end_row;
  uint32_t first_turn;
  uint32_t end_turn;
  uint32_t first_track;
  CoquillChangePlace place;
  uint32_t columns[COQUILL_CHANGE_COLUMNS];
  bool beyond;
} CoquillChangeStretch;

/**
 * CoquillChangeRows:
 * @operations: as they would be in a graph that has nothing else, and one more, which tells where the last
 * one ends. Of one outside of stretches only where it begins is asked for
 * @n_operations: without the last
 * @turns: ascending
 * @stretches: the same
 * @tracks: the same, stretch by stretch
 *
 * A change is read once, by the decoder, which has to look at everything. What it has read then it leaves
 * here, so that it isn't read again: rows that a graph can take as they are.
 */
struct CoquillChangeRows
{
  CoquillGraphOperation *operations;
  CoquillChangeTurn *turns;
  CoquillChangeStretch *stretches;
  CoquillChangeAgentTrack *tracks;
  size_t n_operations;
  size_t n_stretches;
  size_t stretches_capacity;
  size_t n_tracks;
  size_t tracks_capacity;
};

/**
 * coquill_change_take_rows:
 *
 * The next one who asks gets nothing, and reads the columns. Two threads don't get the same.
 *
 * Returns: (nullable) (transfer full): what the decoder left
 */
CoquillChangeRows *
coquill_change_take_rows (const CoquillChange *change);

/* Whether a position in one of these rows is higher than there are items before. */
static inline bool
coquill_change_rows_are_beyond (const CoquillGraphOperation *rows, const CoquillGraphOperation *end)
{
  uint64_t beyond = 0;

  for (; rows != end; rows++)
    beyond |= (uint64_t)rows->first - rows->place;
  return beyond >> 63 != 0;
}

/**
 * coquill_change_rows_new:
 * @n_turns: the most
 *
 * Returns: (nullable): NULL if memory ran out
 */
CoquillChangeRows *
coquill_change_rows_new (size_t n_operations, size_t n_turns);

/* Both append. Returns: false if memory ran out */
bool
coquill_change_rows_add_stretch (CoquillChangeRows *self, const CoquillChangeStretch *stretch);
bool
coquill_change_rows_add_track (CoquillChangeRows *self, uint32_t agent, const CoquillChangeTrack *track);

/**
 * coquill_change_rows_free:
 * @self: (nullable) (transfer full): its @operations may have been taken, and be NULL
 */
void
coquill_change_rows_free (CoquillChangeRows *self);
