/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.h: the start of a run where people write at once: after an item of one's own, mostly with one
 * of another. */

#pragma once

#include "text/change-stretch.h"
#include "text/clock-private.h"
#include "text/import-private.h"

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
 * @writers: by the change's index, as far as they were met
 *
 * What is known of those who write at once.
 */
typedef struct
{
  bool possible;
  uint32_t n_writers;
  CoquillWriter *writers[COQUILL_TURNS_AGENTS];
  CoquillWriter rooms[COQUILL_CLOCK_TRACKS];
} CoquillTurns;

static inline void
coquill_turns_init (CoquillTurns *self, const CoquillImport *import)
{
  const CoquillClock *clock = import->graph->clock;
  size_t n_agents = import->change->n_agents;

  self->possible = clock != NULL && clock->runs && clock->untracked == UINT64_MAX;
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

/* The last run of the graph is the writer's. */
static inline void
coquill_turns_push (CoquillWriter *writer, const CoquillGraph *graph, uint32_t sequence, uint32_t depth)
{
  CoquillTurn *end = writer->end;

  *end = (CoquillTurn){ sequence, (uint32_t)graph->end, depth, (uint32_t)graph->n_runs - 1 };
  writer->end = end + 1;
  if (__builtin_expect (writer->end == &writer->runs[COQUILL_TURNS_ROOM], 0))
    {
      memcpy (writer->runs, writer->end - COQUILL_TURNS_LOOK, COQUILL_TURNS_LOOK * sizeof writer->runs[0]);
      writer->end = &writer->runs[COQUILL_TURNS_LOOK];
    }
}

/* A run begins after one or two heads; @low and @high are the same if it is one. */
COQUILL_CHANGE_INLINE void
coquill_turns_begin_run (CoquillImport *self,
                         CoquillWriter *writer,
                         uint32_t sequence,
                         uint32_t low,
                         uint32_t high,
                         uint32_t depth,
                         uint32_t lowest)
{
  CoquillGraph *graph = self->graph;
  CoquillGraphAgent *agent = writer->agent;
  size_t n_parents = 1 + (low != high), index = graph->n_runs, first_parent = graph->n_parents;
  CoquillGraphRun *run = &graph->runs[index];
  uint64_t least = lowest == graph->end ? UINT64_MAX : lowest;

  run->first = (uint32_t)graph->end;
  run->agent = writer->index;
  run->sequence = sequence;
  run->depth = depth;
  run->first_parent = (uint32_t)first_parent;
  run->lowest_unknown = lowest;
  graph->parents[first_parent] = low;
  graph->parents[first_parent + n_parents - 1] = high;
  graph->n_parents = first_parent + n_parents;
  graph->n_runs = index + 1;
  agent->runs[agent->n_runs++] = (uint32_t)index;
  coquill_turns_push (writer, graph, sequence, depth);
  if (!coquill_graph_move_few (graph, low, high, lowest == graph->end, graph->end))
    coquill_graph_move_frontier (graph, (uint64_t[]){ low, high }, n_parents, graph->end);
  self->lowest_unknown = least < self->lowest_unknown ? least : self->lowest_unknown;
}

/* A run after one item, whoever's. */
bool
coquill_turns_follow (CoquillImport *self,
                      CoquillWriter *writer,
                      const CoquillWriter *other,
                      uint64_t sequence);

/* What the items know of all agents, and the lowest that is unknown to them of agents but their own. */
uint32_t
coquill_turns_join_many (
    const CoquillGraph *graph, const uint32_t *own, const uint32_t *other, unsigned tracks, uint32_t *vector);

/* A run after the writer's own last item and another's. @n_own, @n_other: how many items they have */
COQUILL_CHANGE_INLINE bool
coquill_turns_follow_two (CoquillImport *self,
                          CoquillWriter *writer,
                          CoquillWriter *other,
                          uint64_t n_own,
                          uint64_t n_other,
                          uint64_t sequence)
{
  CoquillGraph *graph = self->graph;
  CoquillClock *clock = graph->clock;
  const CoquillTurn *own_run = writer->end - 1, *other_run = other->end - 1;
  const uint32_t *own_row, *other_row;
  uint32_t n_runs = (uint32_t)graph->n_runs; /* the ring is a power of two */
  uint32_t own_track = writer->track, other_track = other->track;
  uint32_t own_version, other_version, own_depth, other_depth, lowest, *vector;
  size_t n_later = 0;
  bool own_is_low;

  /* One of the newest few, and which of them nobody can guess. */
  for (int i = 1; i < COQUILL_TURNS_LOOK; i++)
    n_later += other->end[-i].sequence > sequence;
  other_run -= n_later;
  own_version = own_run->first + ((uint32_t)n_own - 1 - own_run->sequence);
  own_depth = own_run->depth + ((uint32_t)n_own - 1 - own_run->sequence);
  other_version = other_run->first + ((uint32_t)sequence - other_run->sequence);
  other_depth = other_run->depth + ((uint32_t)sequence - other_run->sequence);
  own_row = clock->rows[own_run->index % RING];
  other_row = clock->rows[other_run->index % RING];
  if (sequence >= n_other || sequence < other_run->sequence || writer == other
      || ((n_runs - own_run->index) | (n_runs - other_run->index)) >= RING || other_row[own_track] >= n_own
      || own_row[other_track] > sequence)
    return false;

  /* So that nobody has to guess whether the other has a next run. */
  other->end->sequence = (uint32_t)n_other;
  other->end->first = (uint32_t)graph->end;
  lowest = (uint32_t)sequence + 1 == other_run[1].sequence ? other_run[1].first : other_version + 1;
  vector = clock->rows[n_runs % RING];
  clock->has_row[n_runs % RING] = true;
  if (clock->n_tracks > 2)
    {
      uint32_t many
          = coquill_turns_join_many (graph, own_row, other_row, 1u << own_track | 1u << other_track, vector);

      lowest = many < lowest ? many : lowest;
    }
  vector[own_track] = (uint32_t)n_own;
  vector[other_track] = (uint32_t)sequence + 1;
  own_is_low = own_version < other_version;
  coquill_turns_begin_run (self, writer, (uint32_t)n_own, own_is_low ? own_version : other_version,
                           own_is_low ? other_version : own_version,
                           1 + (own_depth < other_depth ? other_depth : own_depth), lowest);
  return true;
}

/* If the next operation, which may be a turn, is one, and the clock knows its parents: reads its agent and
 * parents, and begins a run. Returns: false if it isn't so simple, or wrong; then nothing was read. */
COQUILL_CHANGE_INLINE bool
coquill_turns_take (CoquillTurns *self,
                    CoquillImport *import,
                    CoquillStretch *stretch,
                    CoquillChangeReader *reader,
                    uint64_t head)
{
  CoquillStretchTurn turn;
  CoquillWriter *writer, *other;

  if (!coquill_stretch_look (stretch, reader, head, COQUILL_TURNS_AGENTS, NULL, &turn)
      || (self->writers[turn.agent] == NULL && !coquill_turns_meet (self, import, reader, turn.agent))
      || (self->writers[turn.other] == NULL && !coquill_turns_meet (self, import, reader, turn.other)))
    return false;
  writer = self->writers[turn.agent];
  other = self->writers[turn.other];
  if (writer->agent->n_runs == writer->agent->runs_capacity
      || !(turn.own == JOIN_OWN_MISSING
               ? coquill_turns_follow (import, writer, other, turn.sequence)
               : coquill_turns_follow_two (import, writer, other, reader->tracks[turn.agent].next,
                                           reader->tracks[turn.other].next, turn.sequence)))
    return false;
  coquill_stretch_turn (stretch, reader, &turn);
  return true;
}
