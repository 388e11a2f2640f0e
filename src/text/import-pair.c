/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-pair.c: the runs of two who write at once. */

#include "text/import-pair.h"

#include "text/clock-private.h"
#include "text/memory.h"

/* Runs of a writer that are looked at for a parent, and for how many there is room. */
#define LOOK 7
#define ROOM 64

/* Of a change that leaves no trail so many runs are begun at once. */
#define FEW 64

/* What is known of a run: as in the graph, and how many items of the other its first item knows; of what
 * isn't there more than there are. */
typedef struct
{
  uint32_t sequence;
  uint32_t first;
  uint32_t depth;
  uint32_t n_other;
} Run;

/**
 * Writer:
 * @agent: who, in the graph
 * @list: behind the agent's list of runs
 * @index: who, by the graph's index
 * @name: a turn's agent and other, if it is his
 * @end: behind the newest run
 * @runs: a few of the newest, ascending
 */
typedef struct
{
  CoquillGraphAgent *agent;
  uint32_t *list;
  uint32_t index;
  uint16_t name;
  Run *end;
  Run runs[ROOM + 1];
} Writer;

/**
 * Pair:
 * @last: whose the last run is
 * @left: for so many runs there is room
 * @n_items: of each writer, up to where the last run begins
 * @n_others: behind the last run, where it is said what runs know
 */
typedef struct
{
  unsigned last;
  size_t left;
  uint32_t n_items[2];
  uint32_t *n_others;
  Writer writers[2];
  uint32_t few[FEW];
} Pair;

static size_t
least (size_t one, size_t other)
{
  return one < other ? one : other;
}

/* A turn's two agents at once. */
static inline uint16_t
name (const CoquillChangeTurn *turn)
{
  return (uint16_t)(turn->agent | turn->other << 8);
}

/* Which of the change's agents it is; one that no turn can name if it is none that can be. Who has thousands
 * isn't gone through for each stretch. */
static uint8_t
index_in_change (const CoquillImport *import, uint32_t agent)
{
  for (uint8_t index = 0; index < COQUILL_CHANGE_TURN_AGENTS && index < import->change->n_agents; index++)
    if (import->agents[index] == agent)
      return index;
  return COQUILL_CHANGE_TURN_AGENTS;
}

/* Looks for a writer's newest runs in the graph. */
static void
meet (const CoquillImport *import, unsigned track, Writer *writer)
{
  const CoquillGraph *graph = import->graph;
  const CoquillTrail *trail = &graph->scratch->trail;
  uint32_t index = graph->clock->agents[track];
  CoquillGraphAgent *agent = &graph->agents[index];
  bool is_known = true;

  writer->agent = agent;
  writer->list = &agent->runs[agent->n_runs];
  writer->index = index;
  writer->end = &writer->runs[LOOK];
  for (uint32_t i = 1; i <= LOOK; i++)
    {
      uint32_t number = i <= agent->n_runs ? agent->runs[agent->n_runs - i] : 0;
      const CoquillGraphRun *run = &graph->runs[number];
      const uint32_t *vector = coquill_clock_row (graph, number);
      bool has_trail = number >= trail->first && number < trail->end;
      Run *kept = writer->end - i;

      is_known = is_known && i <= agent->n_runs && (has_trail || vector != NULL);
      *kept = (Run){ .n_other = UINT32_MAX };
      if (is_known)
        *kept = (Run){ run->sequence, run->first, run->depth,
                       has_trail ? trail->n_others[number - trail->base] : vector[track ^ 1] };
    }
}

/* There is room for half of the turns or all that are still to be had: who writes with one other has half of
 * them. */
static void
make_room (Pair *self, CoquillImport *import, size_t n_turns)
{
  CoquillGraph *graph = import->graph;
  CoquillTrail *trail = &graph->scratch->trail;

  self->left = least (n_turns, least (graph->runs_capacity - graph->n_runs,
                                      (graph->parents_capacity - graph->n_parents) / 2));
  for (unsigned track = 0; track < 2; track++)
    {
      CoquillGraphAgent *agent = &graph->agents[graph->clock->agents[track]];

      coquill_graph_reserve_runs_of_agent (agent, n_turns / 2 + 1);
      self->left = least (self->left, agent->runs_capacity - agent->n_runs);
    }
  if (trail->room > 0 && trail->end == graph->n_runs
      && (trail->capacity > 0 || coquill_trail_grow (trail, graph->n_runs)))
    {
      self->n_others = &trail->n_others[graph->n_runs - trail->base];
      self->left = least (self->left, trail->base + trail->capacity - graph->n_runs);
    }
  else
    {
      self->n_others = self->few;
      self->left = least (self->left, FEW);
    }
}

/* Returns: false if it isn't known what they know */
static bool
begin (Pair *self, CoquillImport *import, size_t n_turns)
{
  const CoquillGraph *graph = import->graph;
  uint32_t last = graph->runs[graph->n_runs - 1].agent;
  uint8_t in_change[2];

  make_room (self, import, n_turns);
  for (unsigned i = 0; i < 2; i++)
    {
      meet (import, i, &self->writers[i]);
      in_change[i] = index_in_change (import, self->writers[i].index);
      self->n_items[i] = self->writers[i].agent->length;
    }
  for (unsigned i = 0; i < 2; i++)
    self->writers[i].name = name (&(CoquillChangeTurn){ .agent = in_change[i], .other = in_change[i ^ 1] });
  self->last = last == self->writers[1].index;
  return self->writers[self->last].index == last && self->writers[self->last].end[-1].n_other < UINT32_MAX;
}

/* A run after the writer's own last item alone, behind a run of the other's. Returns: false if it isn't so
 * simple, or wrong */
static __attribute__ ((noinline)) bool
follow_own (const Pair *self,
            const CoquillGraph *graph,
            const CoquillChangeTurn *turn,
            Run *next,
            uint32_t *parent,
            uint32_t *lowest)
{
  const Writer *writer = &self->writers[self->last ^ 1];
  const Run *last = writer->end - 1;
  const CoquillGraphRun *run;

  if (turn->agent != writer->name % 0x100 || turn->other != turn->agent || turn->own != JOIN_OWN_MISSING
      || turn->n_own != self->n_items[self->last ^ 1] || turn->sequence + UINT64_C (1) != turn->n_own
      || last->n_other == UINT32_MAX)
    return false;
  run = &graph->runs[writer->list[-1]];
  *parent = last->first + (turn->sequence - last->sequence);
  next->depth = last->depth + (turn->n_own - last->sequence);
  next->n_other = last->n_other;
  *lowest = run->lowest_unknown < run->first ? run->lowest_unknown : *parent + 1;
  return true;
}

static inline void
push (Writer *writer, const Run *run)
{
  *writer->end++ = *run;
  if (__builtin_expect (writer->end == &writer->runs[ROOM], 0))
    {
      memcpy (writer->runs, writer->end - LOOK, LOOK * sizeof writer->runs[0]);
      writer->end = &writer->runs[LOOK];
    }
}

/* Begins runs while they come after an item of the other's and mostly the writer's own last one. Returns: the
 * first turn that isn't so simple, or wrong */
static const CoquillChangeTurn *
take_turns (
    Pair *self, CoquillImport *import, const CoquillChangeTurn *turn, const CoquillChangeTurn *end, uint32_t first)
{
  CoquillGraph *graph = import->graph;
  CoquillGraphRun *run = &graph->runs[graph->n_runs];
  uint32_t *parents = &graph->parents[graph->n_parents], *n_others = self->n_others;
  uint32_t begun = (uint32_t)graph->end, lowest_of_all = UINT32_MAX;

  for (; turn != end; turn++)
    {
      unsigned who = name (turn) == self->writers[1].name;
      Writer *writer = &self->writers[who], *other = &self->writers[who ^ 1];
      const Run *last = writer->end - 1, *from = other->end - 1;
      Run next = { .sequence = turn->n_own, .first = turn->first + first };
      uint32_t n_own = turn->n_own, sequence = turn->sequence;
      uint32_t alone = turn->own == JOIN_OWN_MISSING, from_last, from_other, one, two, lowest, lacks;
      size_t n_later = 0;

      self->n_items[self->last] += next.first - begun;
      begun = next.first;
      /* One of the newest few, and which of them nobody can guess. */
      for (int i = 1; i < LOOK; i++)
        n_later += other->end[-i].sequence > sequence;
      from -= n_later;
      /* If it knows all that is the writer's own, it is the only parent; else neither knows the other. */
      if (__builtin_expect (name (turn) != writer->name, 0) || n_own != self->n_items[who]
          || sequence >= self->n_items[who ^ 1] || sequence < from->sequence || from->n_other > n_own
          || (from->n_other == n_own) != alone || last->n_other > sequence)
        {
          Run own = next;

          if (!follow_own (self, graph, turn, &own, &two, &lowest))
            break;
          who = self->last ^ 1;
          writer = &self->writers[who];
          next = own;
          one = two;
        }
      else
        {
          /* So that nobody has to guess whether the other has a next run. */
          other->end->sequence = self->n_items[who ^ 1];
          other->end->first = next.first;
          from_last = n_own - last->sequence;
          from_other = sequence + 1 - from->sequence;
          two = from->first + from_other - 1;
          one = (uint32_t)coquill_change_choose (alone, two, last->first + from_last - 1);
          lowest = (uint32_t)coquill_change_choose (sequence + 1 == from[1].sequence, from[1].first, two + 1);
          from_last += last->depth;
          from_other += from->depth;
          next.depth = from_last < from_other ? from_other : from_last;
          next.n_other = sequence + 1;
        }
      *run = (CoquillGraphRun){ .first = next.first,
                                .agent = writer->index,
                                .sequence = next.sequence,
                                .depth = next.depth,
                                .first_parent = (uint32_t)(parents - graph->parents),
                                .lowest_unknown = lowest };
      *writer->list++ = (uint32_t)(run++ - graph->runs);
      parents[0] = one < two ? one : two;
      parents[1] = one < two ? two : one; /* or the next one's */
      parents += 2 - alone;
      *n_others++ = next.n_other;
      lacks = lowest | -(uint32_t)(lowest == next.first);
      lowest_of_all = lacks < lowest_of_all ? lacks : lowest_of_all;
      self->last = who;
      push (writer, &next);
    }
  graph->end = begun;
  graph->n_parents = (size_t)(parents - graph->parents);
  graph->n_runs = (size_t)(run - graph->runs);
  self->n_others = n_others;
  if (lowest_of_all < UINT32_MAX && lowest_of_all < import->lowest_unknown)
    import->lowest_unknown = lowest_of_all;
  return turn;
}

/* The clock gets rows of the newest runs. */
static void
tell_clock (const CoquillGraph *graph, const uint32_t *n_others, size_t n_runs)
{
  CoquillClock *clock = graph->clock;

  for (size_t i = n_runs < RING ? 0 : n_runs - RING + 1; i < n_runs; i++)
    {
      size_t number = graph->n_runs - n_runs + i, row = number % RING;
      const CoquillGraphRun *run = &graph->runs[number];
      unsigned track = run->agent == clock->agents[1];

      clock->rows[row][track] = run->sequence;
      clock->rows[row][track ^ 1] = n_others[i];
      clock->has_row[row] = true;
    }
}

/* The heads are the last item and, unless that knows it, the other's last one. */
static void
tell_frontier (CoquillGraph *graph, const Pair *pair)
{
  const Writer *other = &pair->writers[pair->last ^ 1];
  const Run *run = other->end - 1;
  uint32_t n_items = pair->n_items[pair->last ^ 1];

  graph->frontier = coquill_grow (graph->frontier, &graph->frontier_capacity, 2, sizeof *graph->frontier);
  graph->n_frontier = 0;
  graph->n_holes = 0;
  if (pair->writers[pair->last].end[-1].n_other < n_items)
    graph->frontier[graph->n_frontier++] = run->first + (n_items - 1 - run->sequence);
  graph->frontier[graph->n_frontier++] = graph->end - 1;
}

/* What is known of the two goes into the graph, and what of the runs into the clock. */
static void
finish (Pair *self, CoquillImport *import, size_t n_runs, uint32_t end)
{
  CoquillGraph *graph = import->graph;

  self->n_items[self->last] += end - (uint32_t)graph->end;
  graph->end = end;
  for (unsigned i = 0; i < 2; i++)
    {
      CoquillGraphAgent *agent = self->writers[i].agent;

      agent->length = self->n_items[i];
      agent->n_runs = (uint32_t)(self->writers[i].list - agent->runs);
    }
  if (n_runs == 0)
    return;
  tell_frontier (graph, self);
  tell_clock (graph, self->n_others - n_runs, n_runs);
  if (self->n_others != &self->few[n_runs])
    graph->scratch->trail.end = graph->n_runs;
}

const CoquillChangeTurn *
coquill_pair_import (CoquillImport *import,
                     const CoquillChangeTurn *turn,
                     const CoquillChangeTurn *end_turn,
                     uint32_t first,
                     uint32_t end)
{
  size_t n_runs = import->graph->n_runs;
  Pair pair;

  coquill_import_count (import, turn != end_turn ? turn->first + first : end);
  if (turn == end_turn || !begin (&pair, import, (size_t)(end_turn - turn)))
    return turn;
  turn = take_turns (&pair, import, turn, turn + pair.left, first);
  finish (&pair, import, import->graph->n_runs - n_runs, turn != end_turn ? turn->first + first : end);
  return turn;
}
