/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.c: runs where people write at once. */

#include "text/import-turn.h"

#include "text/clock-private.h"
#include "text/import-newest.h"
#include "text/import-pair.h"

/**
 * Writer:
 * @agent: who, in the graph
 * @index: the same
 * @track: the clock's, counted from 0
 * @newest: runs; of each is known its number, or one that is out of the clock's ring if the clock hasn't it
 *
 * An agent of the change, all of whose items so far are in the graph.
 */
typedef struct
{
  CoquillGraphAgent *agent;
  uint32_t index;
  uint32_t track;
  CoquillNewestRuns newest;
} Writer;

/**
 * Turns:
 * @writers: by the change's index, as far as they were met
 *
 * What is known of those who write at once.
 */
typedef struct
{
  uint32_t n_writers;
  Writer *writers[COQUILL_CHANGE_TURN_AGENTS];
  Writer rooms[COQUILL_CLOCK_TRACKS];
} Turns;

/* The agent's newest runs are looked for in the graph. Returns: false if it isn't a writer */
static bool
meet (Turns *self, const CoquillImport *import, uint64_t who)
{
  const CoquillGraph *graph = import->graph;
  Writer *writer = &self->rooms[self->n_writers];
  uint32_t index = import->agents[who];
  CoquillGraphAgent *agent;

  if (index == UINT32_MAX)
    return false;
  agent = &graph->agents[index];
  if (agent->track == 0 || agent->n_runs == 0)
    return false;
  for (uint32_t i = 0; i < self->n_writers; i++)
    if (self->rooms[i].index == index) /* no decoded change has an agent twice */
      return false;

  writer->agent = agent;
  writer->index = index;
  writer->track = agent->track - 1u;
  coquill_newest_runs_init (&writer->newest, graph, agent);
  for (CoquillNewestRun *run = writer->newest.runs; run < writer->newest.end; run++)
    if (run->known == UINT32_MAX || coquill_clock_row (graph, run->known) == NULL)
      run->known = (uint32_t)graph->n_runs - RING;
  self->writers[who] = writer;
  self->n_writers++;
  return true;
}

/* A run begins after one or two heads; @low and @high are the same if it is one. */
COQUILL_CHANGE_INLINE void
begin_run (CoquillImport *self,
           Writer *writer,
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
  coquill_newest_runs_push (&writer->newest, sequence, run->first, depth, (uint32_t)index);
  if (!coquill_graph_move_few (graph, low, high, lowest == graph->end, graph->end))
    coquill_graph_move_frontier (graph, (uint64_t[]){ low, high }, n_parents, graph->end);
  self->lowest_unknown = least < self->lowest_unknown ? least : self->lowest_unknown;
}

/* A run after one item, whoever's. */
static bool
follow (CoquillImport *self, Writer *writer, const Writer *other, uint64_t sequence)
{
  CoquillGraph *graph = self->graph;
  uint32_t *vector = graph->clock->rows[graph->n_runs % RING], n_own = writer->agent->length;
  uint32_t index, version;
  const CoquillGraphRun *run;
  const uint32_t *row;

  /* What is below a snapshot has no run. */
  if (sequence >= other->agent->length || sequence < other->agent->base_length)
    return false;
  index = coquill_graph_run_of_agent (graph, other->index, sequence);
  run = &graph->runs[index];
  row = coquill_clock_row (graph, index);
  if (row == NULL || (other == writer && index + 1 == graph->n_runs))
    return false;
  memcpy (vector, row, sizeof graph->clock->rows[0]);
  vector[other->track] = (uint32_t)sequence + 1;
  if (vector[writer->track] != n_own)
    return false;
  graph->clock->has_row[graph->n_runs % RING] = true;
  version = run->first + ((uint32_t)sequence - run->sequence);
  begin_run (self, writer, n_own, version, version, run->depth + (version - run->first) + 1,
             (uint32_t)coquill_graph_item_lag (graph, index, version));
  return true;
}

/* What the items know of all agents, and the lowest that is unknown to them of agents but their own. */
static __attribute__ ((noinline)) uint32_t
join_many (
    const CoquillGraph *graph, const uint32_t *own, const uint32_t *other, unsigned tracks, uint32_t *vector)
{
  uint64_t lowest = graph->end;

  for (unsigned i = 0; i < graph->clock->n_tracks; i++)
    {
      uint64_t one;

      vector[i] = own[i] > other[i] ? own[i] : other[i];
      if ((tracks >> i & 1) != 0)
        continue;
      one = coquill_clock_first_unknown (graph, i, vector);
      lowest = one < lowest ? one : lowest;
    }
  return (uint32_t)lowest;
}

/* A run after the writer's own last item and another's. */
static bool
follow_two (CoquillImport *self, Writer *writer, Writer *other, uint64_t sequence)
{
  CoquillGraph *graph = self->graph;
  uint64_t n_own = writer->agent->length, n_other = other->agent->length;
  CoquillClock *clock = graph->clock;
  const CoquillNewestRun *own_run = writer->newest.end - 1;
  const CoquillNewestRun *other_run = coquill_newest_runs_find (&other->newest, (uint32_t)sequence);
  const uint32_t *own_row, *other_row;
  uint32_t n_runs = (uint32_t)graph->n_runs; /* the ring is a power of two */
  uint32_t own_track = writer->track, other_track = other->track;
  uint32_t own_version, other_version, own_depth, other_depth, lowest, many, *vector;
  bool own_is_low;

  own_version = own_run->first + ((uint32_t)n_own - 1 - own_run->sequence);
  own_depth = own_run->depth + ((uint32_t)n_own - 1 - own_run->sequence);
  other_version = other_run->first + ((uint32_t)sequence - other_run->sequence);
  other_depth = other_run->depth + ((uint32_t)sequence - other_run->sequence);
  own_row = clock->rows[own_run->known % RING];
  other_row = clock->rows[other_run->known % RING];
  if (sequence >= n_other || sequence < other_run->sequence || writer == other
      || ((n_runs - own_run->known) | (n_runs - other_run->known)) >= RING || other_row[own_track] >= n_own
      || own_row[other_track] > sequence)
    return false;

  /* So that nobody has to guess whether the other has a next run. */
  other->newest.end->sequence = (uint32_t)n_other;
  other->newest.end->first = (uint32_t)graph->end;
  lowest = (uint32_t)sequence + 1 == other_run[1].sequence ? other_run[1].first : other_version + 1;
  vector = clock->rows[n_runs % RING];
  clock->has_row[n_runs % RING] = true;
  many = join_many (graph, own_row, other_row, 1u << own_track | 1u << other_track, vector);
  lowest = many < lowest ? many : lowest;
  vector[own_track] = (uint32_t)n_own;
  vector[other_track] = (uint32_t)sequence + 1;
  own_is_low = own_version < other_version;
  begin_run (self, writer, (uint32_t)n_own, own_is_low ? own_version : other_version,
             own_is_low ? other_version : own_version,
             1 + (own_depth < other_depth ? other_depth : own_depth), lowest);
  return true;
}

/* Whether there is room for a run of the agent. What was reserved is what most changes need, and no limit. */
static inline bool
has_room (const CoquillImport *import, const Writer *writer)
{
  const CoquillGraph *graph = import->graph;

  return writer->agent->n_runs < writer->agent->runs_capacity && graph->n_runs < graph->runs_capacity
         && graph->n_parents + 2 <= graph->parents_capacity;
}

/* Begins a run. Returns: false if it isn't so simple, or wrong */
static inline bool
begin (Turns *self, CoquillImport *import, const CoquillChangeTurn *turn)
{
  Writer *writer, *other;

  if ((self->writers[turn->agent] == NULL && !meet (self, import, turn->agent))
      || (self->writers[turn->other] == NULL && !meet (self, import, turn->other)))
    return false;
  writer = self->writers[turn->agent];
  other = self->writers[turn->other];
  return writer->agent->length == turn->n_own && has_room (import, writer)
         && (turn->own == JOIN_OWN_MISSING ? follow (import, writer, other, turn->sequence)
                                           : follow_two (import, writer, other, turn->sequence));
}

const CoquillChangeTurn *
coquill_turns_import (CoquillImport *import,
                      const CoquillChangeTurn *turn,
                      const CoquillChangeTurn *end_turn,
                      uint32_t first,
                      uint32_t end)
{
  const CoquillClock *clock = import->graph->clock;
  bool possible = clock != NULL && clock->runs && clock->untracked == UINT64_MAX && clock->n_tracks > 1;
  size_t n_agents = import->change->n_agents;
  Turns turns;

  if (possible && clock->n_tracks == 2)
    return coquill_pair_import (import, turn, end_turn, first, end);
  turns.n_writers = 0;
  memset (turns.writers, 0,
          (n_agents < COQUILL_CHANGE_TURN_AGENTS ? n_agents : COQUILL_CHANGE_TURN_AGENTS)
              * sizeof turns.writers[0]);
  for (; turn != end_turn; turn++)
    {
      coquill_import_count (import, turn->first + first);
      if (!possible || !begin (&turns, import, turn))
        return turn;
    }
  coquill_import_count (import, end);
  return turn;
}
