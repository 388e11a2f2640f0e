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
  parent->row = graph->clock->rows[index % RING];
  return coquill_clock_has_row (graph, index);
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

  if (other->row[own_track] > own->sequence || own->row[other_track] > other->sequence)
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
    CoquillGraph *graph, uint32_t agent_index, uint32_t low, uint32_t high, uint32_t depth, uint64_t lowest)
{
  CoquillGraphAgent *agent = &graph->agents[agent_index];
  uint32_t index = (uint32_t)graph->n_runs++;
  CoquillGraphRun *run = &graph->runs[index];
  uint64_t heads[2] = { low, high };
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
  coquill_graph_move_frontier (graph, heads, n_parents, lowest == graph->end, graph->end);
  graph->clock->has_row[index % RING] = true;
}

/* After the parents that were read. Returns: false if it isn't so simple; then nothing was done */
static inline bool
begin (CoquillImport *self, const CoquillOperation *operation)
{
  CoquillGraph *graph = self->graph;
  CoquillClock *clock = graph->clock;
  const CoquillChangeId *ids = operation->parents;
  uint32_t index = self->agents[operation->agent];
  const CoquillGraphAgent *agent;
  uint32_t *vector = clock->rows[graph->n_runs % RING];
  Parent own, other;
  uint64_t lowest;

  if (index == UINT32_MAX)
    return false;
  agent = &graph->agents[index];
  if (agent->length != operation->sequence || agent->track == 0 || agent->n_runs == agent->runs_capacity)
    return false;
  if (operation->n_parents == 1)
    {
      if (!find_other (self, ids[0], &other) || (other.agent == agent && other.run + 1 == graph->n_runs))
        return false;
      memcpy (vector, other.row, sizeof clock->rows[0]);
      vector[other.agent->track - 1] = other.sequence + 1;
      if (vector[agent->track - 1] != agent->length)
        return false;
      lowest = coquill_graph_item_lag (graph, other.run, other.version);
      begin_run (graph, index, other.version, other.version, other.depth, lowest);
    }
  else
    {
      bool own_last = ids[1].agent == operation->agent;

      if (operation->n_parents != 2 || agent->n_runs == 0 || ids[own_last].agent != operation->agent
          || ids[own_last].sequence + 1 != operation->sequence || ids[!own_last].agent == operation->agent
          || !find_parent (graph, agent, agent->length - 1, agent->n_runs - 1, &own)
          || !find_other (self, ids[!own_last], &other) || !join (graph, &own, &other, vector, &lowest))
        return false;
      begin_run (graph, index, own.version < other.version ? own.version : other.version,
                 own.version < other.version ? other.version : own.version,
                 own.depth < other.depth ? other.depth : own.depth, lowest);
    }
  if (lowest != graph->end && lowest < self->lowest_unknown)
    self->lowest_unknown = lowest;
  return true;
}

bool
coquill_import_turn (CoquillImport *self, CoquillChangeReader *reader, uint8_t head)
{
  const CoquillGraph *graph = self->graph;
  const CoquillClock *clock = graph->clock;
  CoquillChangeReader columns; /* these few of them */
  CoquillChangeTrack *track;
  CoquillOperation operation;

  if (clock == NULL || !clock->runs || clock->untracked < UINT64_MAX || graph->n_runs == graph->runs_capacity
      || graph->parents_capacity - graph->n_parents < 2)
    return false;

  columns.tracks = reader->tracks;
  columns.parents = reader->parents;
  columns.next[COQUILL_COLUMN_AGENTS] = reader->next[COQUILL_COLUMN_AGENTS];
  columns.next[COQUILL_COLUMN_JOINS] = reader->next[COQUILL_COLUMN_JOINS];
  columns.next[COQUILL_COLUMN_PARENT_AGENTS] = reader->next[COQUILL_COLUMN_PARENT_AGENTS];
  columns.next[COQUILL_COLUMN_PARENT_ITEMS] = reader->next[COQUILL_COLUMN_PARENT_ITEMS];
  operation.agent = reader->place.agent;
  if (head & HEAD_AGENT)
    operation.agent = (uint32_t)coquill_change_take (&columns, COQUILL_COLUMN_AGENTS, NULL);
  track = &reader->tracks[operation.agent];
  operation.sequence = track->next;
  operation.parents = reader->parents;
  coquill_change_take_parents (&columns, &operation, track, NULL);
  if (!begin (self, &operation))
    return false;

  reader->place.agent = operation.agent;
  reader->place.sequence = operation.sequence - 1;
  reader->next[COQUILL_COLUMN_AGENTS] = columns.next[COQUILL_COLUMN_AGENTS];
  reader->next[COQUILL_COLUMN_JOINS] = columns.next[COQUILL_COLUMN_JOINS];
  reader->next[COQUILL_COLUMN_PARENT_AGENTS] = columns.next[COQUILL_COLUMN_PARENT_AGENTS];
  reader->next[COQUILL_COLUMN_PARENT_ITEMS] = columns.next[COQUILL_COLUMN_PARENT_ITEMS];
  return true;
}
