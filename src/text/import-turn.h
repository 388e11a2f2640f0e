/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.h: the start of a run where people write at once: after an item of one's own, mostly with one
 * of another. */

#pragma once

#include "text/change-stretch.h"
#include "text/clock-private.h"
#include "text/import-pair.h"

/* Of the change's agents those whose index takes one byte. */
#define COQUILL_TURNS_AGENTS 0x80

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
  CoquillWriter *writers[COQUILL_TURNS_AGENTS];
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
            (n_agents < COQUILL_TURNS_AGENTS ? n_agents : COQUILL_TURNS_AGENTS) * sizeof self->writers[0]);
}

/* The agent's newest runs are looked for in the graph. Returns: false if it isn't a writer */
bool
coquill_turns_meet (CoquillTurns *self,
                    const CoquillImport *import,
                    const CoquillChangeReader *reader,
                    uint64_t who);

/* A run after one item, whoever's. */
bool
coquill_turns_follow (CoquillImport *self,
                      CoquillWriter *writer,
                      const CoquillWriter *other,
                      uint64_t sequence);

/* A run after the writer's own last item and another's. @n_own, @n_other: how many items they have. Called,
 * not inlined: both have their hands full. */
bool
coquill_turns_follow_two (CoquillImport *self,
                          CoquillWriter *writer,
                          CoquillWriter *other,
                          uint64_t n_own,
                          uint64_t n_other,
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
coquill_turns_count (CoquillTurns *self, CoquillImport *import, const CoquillStretch *stretch, uint64_t end)
{
  CoquillGraph *graph = import->graph;

  self->agent->length = (uint32_t)stretch->next;
  graph->frontier[graph->n_frontier - 1] = end - 1;
  graph->end = end;
}

/* Begins a run. Returns: false if it isn't so simple, or wrong */
COQUILL_CHANGE_INLINE bool
coquill_turns_begin (CoquillTurns *self,
                     CoquillImport *import,
                     CoquillChangeReader *reader,
                     const CoquillStretchTurn *turn)
{
  uint64_t n_own = reader->tracks[turn->agent].next, n_other = reader->tracks[turn->other].next;
  CoquillWriter *writer, *other;

  if ((self->writers[turn->agent] == NULL && !coquill_turns_meet (self, import, reader, turn->agent))
      || (self->writers[turn->other] == NULL && !coquill_turns_meet (self, import, reader, turn->other)))
    return false;
  writer = self->writers[turn->agent];
  other = self->writers[turn->other];
  if (!coquill_turns_have_room (import, writer)
      || !(turn->own == JOIN_OWN_MISSING
               ? coquill_turns_follow (import, writer, other, turn->sequence)
               : coquill_turns_follow_two (import, writer, other, n_own, n_other, turn->sequence)))
    return false;
  self->agent = writer->agent;
  return true;
}

/* If the clock knows the parents of the next operation, which doesn't go on from the one before: reads its
 * agent and parents, and begins a run. Returns: false if it isn't so simple, or wrong; then nothing was read.
 */
COQUILL_CHANGE_INLINE bool
coquill_turns_take (CoquillTurns *self,
                    CoquillImport *import,
                    CoquillStretch *stretch,
                    CoquillChangeReader *reader,
                    uint64_t head,
                    uint64_t end)
{
  CoquillStretchTurn turn;
  bool alone = !coquill_stretch_look (stretch, reader, head, COQUILL_TURNS_AGENTS, NULL, &turn);

  if (__builtin_expect (alone, 0)
      && !coquill_stretch_look_alone (stretch, reader, head, COQUILL_TURNS_AGENTS, &turn))
    return false;
  if (__builtin_expect (!self->is_pair, 0))
    {
      coquill_turns_count (self, import, stretch, end);
      self->is_pair = coquill_pair_is_possible (import->graph);
      if (self->is_pair && !coquill_pair_begin (&self->pair, import))
        return self->is_pair = false;
    }
  if (!(self->is_pair ? coquill_pair_take (&self->pair, import->graph, turn.agent, turn.other,
                                           reader->tracks[turn.agent].next, turn.sequence,
                                           turn.own == JOIN_OWN_MISSING, end)
                      : coquill_turns_begin (self, import, reader, &turn)))
    return false;
  if (__builtin_expect (alone, 0))
    coquill_stretch_turn_alone (stretch, reader, head, &turn);
  else
    coquill_stretch_turn (stretch, reader, &turn);
  return true;
}

/* No more runs begin. */
static inline void
coquill_turns_end (CoquillTurns *self, CoquillImport *import, const CoquillStretch *stretch, uint64_t end)
{
  if (self->is_pair)
    coquill_pair_end (&self->pair, import, (uint32_t)end);
  else
    coquill_turns_count (self, import, stretch, end);
}
