/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.h: the start of a run where people write at once: after an item of one's own, mostly with one
 * of another. */

#pragma once

#include "text/clock-private.h"
#include "text/import-pair.h"

/* Runs of a writer that are looked at for a parent, and for how many there is room. */
#define COQUILL_TURNS_LOOK 7
#define COQUILL_TURNS_ROOM 64

/* A run, as in the graph; @index is out of the clock's ring if the clock hasn't it. */
typedef struct
{
  uint32_t sequence;
  uint32_t first;
  uint32_t depth;
  uint32_t index;
} CoquillTurn;

/**
 * CoquillWriter:
 * @agent: who, in the graph
 * @index: the same
 * @track: the clock's, counted from 0
 * @end: behind the newest run
 * @runs: a few of the newest, ascending; what isn't there has sequence 0
 *
 * An agent of the change, all of whose items so far are in the graph.
 */
typedef struct
{
  CoquillGraphAgent *agent;
  uint32_t index;
  uint32_t track;
  CoquillTurn *end;
  CoquillTurn runs[COQUILL_TURNS_ROOM + 1];
} CoquillWriter;

/**
 * CoquillTurns:
 * @possible: the clock counts all agents that matter, which no turn changes
 * @agent: whose the last run is
 * @is_pair: they are two, and have begun
 * @writers: otherwise, by the change's index, as far as they were met
 *
 * What is known of those who write at once.
 */
typedef struct
{
  bool possible;
  bool is_pair;
  CoquillGraphAgent *agent;
  CoquillPair pair;
  uint32_t n_writers;
  CoquillWriter *writers[COQUILL_CHANGE_TURN_AGENTS];
  CoquillWriter rooms[COQUILL_CLOCK_TRACKS];
} CoquillTurns;

static inline void
coquill_turns_init (CoquillTurns *self, const CoquillImport *import)
{
  const CoquillClock *clock = import->graph->clock;
  size_t n_agents = import->change->n_agents;

  self->possible = clock != NULL && clock->runs && clock->untracked == UINT64_MAX && clock->n_tracks > 1;
  self->is_pair = false;
  self->agent = &import->graph->agents[import->graph->runs[import->graph->n_runs - 1].agent];
  self->n_writers = 0;
  if (self->possible)
    memset (self->writers, 0,
            (n_agents < COQUILL_CHANGE_TURN_AGENTS ? n_agents : COQUILL_CHANGE_TURN_AGENTS)
                * sizeof self->writers[0]);
}

/* The agent's newest runs are looked for in the graph. Returns: false if it isn't a writer */
bool
coquill_turns_meet (CoquillTurns *self, const CoquillImport *import, uint64_t who);

/* A run after one item, whoever's. */
bool
coquill_turns_follow (CoquillImport *self,
                      CoquillWriter *writer,
                      const CoquillWriter *other,
                      uint64_t sequence);

/* A run after the writer's own last item and another's. */
bool
coquill_turns_follow_two (CoquillImport *self,
                          CoquillWriter *writer,
                          CoquillWriter *other,
                          uint64_t sequence);

/* Whether there is room for a run of the agent. What was reserved is what most changes need, and no limit. */
static inline bool
coquill_turns_have_room (const CoquillImport *import, const CoquillWriter *writer)
{
  const CoquillGraph *graph = import->graph;

  return writer->agent->n_runs < writer->agent->runs_capacity && graph->n_runs < graph->runs_capacity
         && graph->n_parents + 2 <= graph->parents_capacity;
}

/* Counts the items of the last run, up to here. */
static inline void
coquill_turns_count (CoquillTurns *self, CoquillImport *import, uint64_t end)
{
  CoquillGraph *graph = import->graph;

  self->agent->length += (uint32_t)(end - graph->end);
  graph->frontier[graph->n_frontier - 1] = end - 1;
  graph->end = end;
}

/* Begins a run. Returns: false if it isn't so simple, or wrong */
COQUILL_CHANGE_INLINE bool
coquill_turns_begin (CoquillTurns *self, CoquillImport *import, const CoquillChangeTurn *turn)
{
  CoquillWriter *writer, *other;

  if ((self->writers[turn->agent] == NULL && !coquill_turns_meet (self, import, turn->agent))
      || (self->writers[turn->other] == NULL && !coquill_turns_meet (self, import, turn->other)))
    return false;
  writer = self->writers[turn->agent];
  other = self->writers[turn->other];
  if (writer->agent->length != turn->n_own || !coquill_turns_have_room (import, writer)
      || !(turn->own == JOIN_OWN_MISSING ? coquill_turns_follow (import, writer, other, turn->sequence)
                                         : coquill_turns_follow_two (import, writer, other, turn->sequence)))
    return false;
  self->agent = writer->agent;
  return true;
}

/* If the clock knows the parents of a turn, begins its run, at @end. Returns: false if it isn't so simple, or
 * wrong */
COQUILL_CHANGE_INLINE bool
coquill_turns_take (CoquillTurns *self, CoquillImport *import, const CoquillChangeTurn *turn, uint64_t end)
{
  if (__builtin_expect (!self->is_pair, 0))
    {
      coquill_turns_count (self, import, end);
      self->is_pair = coquill_pair_is_possible (import->graph);
      if (self->is_pair && !coquill_pair_begin (&self->pair, import))
        return self->is_pair = false;
    }
  if (self->is_pair)
    return coquill_pair_take (&self->pair, import->graph, turn->agent, turn->other, turn->n_own,
                              turn->sequence, turn->own == JOIN_OWN_MISSING, end);
  return coquill_turns_begin (self, import, turn);
}

/* No more runs begin. */
static inline void
coquill_turns_end (CoquillTurns *self, CoquillImport *import, uint64_t end)
{
  if (self->is_pair)
    coquill_pair_end (&self->pair, import, (uint32_t)end);
  else
    coquill_turns_count (self, import, end);
}
