/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.c: the start of a run where people write at once: after an item of one's own, mostly with one
 * of another. */

#include "text/clock-private.h"
#include "text/import-private.h"

/* An item that has a vector: its run's, and itself. */
typedef struct
{
  const CoquillGraphAgent *agent;
  uint32_t sequence;
  uint32_t place; /* of its run in the agent's list */
  uint32_t run;
  uint32_t version;
  uint32_t depth;
  const uint32_t *row;
} Parent;

/* Returns: false if the clock hasn't it. */
static inline bool
find_parent (const CoquillGraph *graph,
             const CoquillGraphAgent *agent,
             uint32_t sequence,
             uint32_t place,
             Parent *parent)
{
  uint32_t index = agent->runs[place];
  const CoquillGraphRun *run = &graph->runs[index];
  uint32_t offset = sequence - run->sequence;

  parent->agent = agent;
  parent->sequence = sequence;
  parent->place = place;
  parent->run = index;
  parent->version = run->first + offset;
  parent->depth = run->depth + offset;
  parent->row = coquill_clock_row (graph, index);
  return parent->row != NULL;
}

static inline bool
find_other (const CoquillImport *self, CoquillChangeId id, Parent *parent)
{
  const CoquillGraph *graph = self->graph;
  uint32_t index = self->agents[id.agent];
  const CoquillGraphAgent *agent;

  if (index == UINT32_MAX)
    return false;
  agent = &graph->agents[index];
  return id.sequence < agent->length && id.sequence >= agent->base_length && agent->track > 0
         && find_parent (graph, agent, (uint32_t)id.sequence,
                         coquill_graph_place_in_agent (graph, agent, (uint32_t)id.sequence), parent);
}

/* The item of the parent's agent behind it; the end if there is none. */
static inline uint64_t
next_of_agent (const CoquillGraph *graph, const Parent *parent)
{
  const CoquillGraphRun *next;

  if (parent->sequence + 1 == parent->agent->length)
    return graph->end;
  if (parent->place + 1 == parent->agent->n_runs)
    return (uint64_t)parent->version + 1;
  next = &graph->runs[parent->agent->runs[parent->place + 1]];
  return next->sequence == parent->sequence + 1 ? next->first : (uint64_t)parent->version + 1;
}

/* What the items know of all agents, and the lowest that is unknown to them of agents but their own. */
static __attribute__ ((noinline)) uint64_t
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
  return lowest;
}

/* What an agent's last item and another's know, and the lowest that they don't. Returns: false if they are no
 * heads */
static inline bool
join (const CoquillGraph *graph, const Parent *own, const Parent *other, uint32_t *vector, uint64_t *lowest)
{
  unsigned own_track = own->agent->track - 1u, other_track = other->agent->track - 1u;
  uint64_t next;

  if (own_track == other_track || other->row[own_track] > own->sequence
      || own->row[other_track] > other->sequence)
    return false;
  *lowest = graph->end;
  if (graph->clock->n_tracks > 2)
    *lowest = join_many (graph, own->row, other->row, 1u << own_track | 1u << other_track, vector);
  vector[own_track] = own->sequence + 1;
  vector[other_track] = other->sequence + 1;
  next = next_of_agent (graph, other);
  *lowest = next < *lowest ? next : *lowest;
  return true;
}

/* Appends a run after one or two heads; @low and @high are the same if it is one. */
static inline void
begin_run (
    CoquillImport *self, uint32_t agent_index, uint32_t low, uint32_t high, uint32_t depth, uint64_t lowest)
{
  CoquillGraph *graph = self->graph;
  CoquillGraphAgent *agent = &graph->agents[agent_index];
  uint32_t index = (uint32_t)graph->n_runs++;
  CoquillGraphRun *run = &graph->runs[index];
  size_t n_parents = 1 + (low != high);

  run->first = (uint32_t)graph->end;
  run->agent = agent_index;
  run->sequence = agent->length;
  run->depth = depth + 1;
  run->first_parent = (uint32_t)graph->n_parents;
  run->lowest_unknown = (uint32_t)lowest;
  graph->parents[graph->n_parents] = low;
  graph->n_parents += n_parents;
  graph->parents[graph->n_parents - 1] = high;
  agent->runs[agent->n_runs++] = index;
  graph->scratch->saved_steps += COQUILL_GRAPH_STEPS_PER_RUN;
  if (!coquill_graph_move_few (graph, low, high, lowest == graph->end, graph->end))
    coquill_graph_move_frontier (graph, (uint64_t[]){ low, high }, n_parents, graph->end);
  graph->clock->has_row[index % RING] = true;
  if (lowest != graph->end && lowest < self->lowest_unknown)
    self->lowest_unknown = lowest;
}

/* A run after one item, whoever's. */
static inline bool
follow (CoquillImport *self, uint32_t agent_index, CoquillChangeId id)
{
  CoquillGraph *graph = self->graph;
  const CoquillGraphAgent *agent = &graph->agents[agent_index];
  uint32_t *vector = graph->clock->rows[graph->n_runs % RING];
  Parent parent;

  if (!find_other (self, id, &parent) || (parent.agent == agent && parent.run + 1 == graph->n_runs))
    return false;
  memcpy (vector, parent.row, sizeof graph->clock->rows[0]);
  vector[parent.agent->track - 1] = parent.sequence + 1;
  if (vector[agent->track - 1] != agent->length)
    return false;
  begin_run (self, agent_index, parent.version, parent.version, parent.depth,
             coquill_graph_item_lag (graph, parent.run, parent.version));
  return true;
}

/* A run after the agent's own last item and another's. */
static inline bool
follow_two (CoquillImport *self, uint32_t agent_index, CoquillChangeId id)
{
  CoquillGraph *graph = self->graph;
  const CoquillGraphAgent *agent = &graph->agents[agent_index];
  Parent own, other;
  uint64_t lowest;

  if (agent->n_runs == 0 || !find_parent (graph, agent, agent->length - 1, agent->n_runs - 1, &own)
      || !find_other (self, id, &other)
      || !join (graph, &own, &other, graph->clock->rows[graph->n_runs % RING], &lowest))
    return false;
  begin_run (self, agent_index, own.version < other.version ? own.version : other.version,
             own.version < other.version ? other.version : own.version,
             own.depth < other.depth ? other.depth : own.depth, lowest);
  return true;
}

bool
coquill_import_can_turn (const CoquillImport *self)
{
  const CoquillClock *clock = self->graph->clock;

  return clock != NULL && clock->runs && clock->untracked == UINT64_MAX;
}

bool
coquill_import_turn (CoquillImport *self, CoquillChangeReader *reader, uint8_t head)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphAgent *agent;
  CoquillChangeReader columns; /* these few of them */
  CoquillChangeTrack *track;
  CoquillChangeJoin join;
  CoquillChangeId id;
  uint32_t who = reader->place.agent;

  if (graph->n_runs == graph->runs_capacity || graph->parents_capacity - graph->n_parents < 2)
    return false;

  columns.tracks = reader->tracks;
  columns.next[COQUILL_COLUMN_AGENTS] = reader->next[COQUILL_COLUMN_AGENTS];
  columns.next[COQUILL_COLUMN_JOINS] = reader->next[COQUILL_COLUMN_JOINS];
  columns.next[COQUILL_COLUMN_PARENT_AGENTS] = reader->next[COQUILL_COLUMN_PARENT_AGENTS];
  columns.next[COQUILL_COLUMN_PARENT_ITEMS] = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
  if (head & HEAD_AGENT)
    who = (uint32_t)coquill_change_take (&columns, COQUILL_COLUMN_AGENTS, NULL);
  track = &reader->tracks[who];
  join = coquill_change_take_join (&columns, track, NULL);
  if (join.n_others != 1 || self->agents[who] == UINT32_MAX)
    return false;
  agent = &graph->agents[self->agents[who]];
  if (agent->length != track->next || agent->track == 0 || agent->n_runs == agent->runs_capacity)
    return false;
  id.agent = join.again ? track->other
                        : (uint32_t)coquill_change_take (&columns, COQUILL_COLUMN_PARENT_AGENTS, NULL);
  id.sequence = coquill_change_take_parent_item (&columns, id.agent, NULL);
  if (!(join.own == JOIN_OWN_MISSING ? follow (self, self->agents[who], id)
                                     : follow_two (self, self->agents[who], id)))
    return false;

  track->other = id.agent;
  track->own = (uint8_t)join.own;
  reader->place.agent = who;
  reader->place.sequence = track->next - 1;
  reader->next[COQUILL_COLUMN_AGENTS] = columns.next[COQUILL_COLUMN_AGENTS];
  reader->next[COQUILL_COLUMN_JOINS] = columns.next[COQUILL_COLUMN_JOINS];
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = columns.next[COQUILL_COLUMN_PARENT_AGENTS];
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = columns.next[COQUILL_COLUMN_PARENT_ITEMS];
  return true;
}
