/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-pair.c: the runs of two who write at once. */

#include "text/import-pair.h"

#include "text/clock-private.h"
#include "text/import-newest.h"
#include "text/memory.h"

/* Of a change that leaves no trail so many runs are begun at once. */
#define FEW 64

/**
 * Writer:
 * @agent: who, in the graph
 * @list: behind the agent's list of runs
 * @index: who, by the graph's index
 * @in_change: the same by the change's; one that no turn can name if he has none
 * @n_items: up to where the last run begins
 * @newest: runs; of each is known how many items of the other its first item knows, or UINT32_MAX if nobody
 * can tell
 */
typedef struct
{
  CoquillGraphAgent *agent;
  uint32_t *list;
  uint32_t index;
  uint32_t in_change;
  uint32_t n_items;
  CoquillNewestRuns newest;
} Writer;

/**
 * Pair:
 * @last: whose the last run is
 * @other: who he isn't
 * @left: for so many runs there is room
 * @n_others: behind the last run, where it is said what runs know
 */
typedef struct
{
  Writer *last;
  Writer *other;
  size_t left;
  uint32_t *n_others;
  Writer writers[2];
  uint32_t few[FEW];
} Pair;

static size_t
least (size_t one, size_t other)
{
  return one < other ? one : other;
}

/* Which of the change's agents it is; one that no turn can name if it is none that can be. Who has thousands
 * isn't gone through for each stretch. */
static uint32_t
index_in_change (const CoquillImport *import, uint32_t agent)
{
  for (uint32_t index = 0; index < COQUILL_CHANGE_TURN_AGENTS && index < import->change->n_agents; index++)
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
  CoquillNewestRun *run;

  writer->agent = agent;
  writer->list = &agent->runs[agent->n_runs];
  writer->index = index;
  writer->in_change = index_in_change (import, index);
  writer->n_items = agent->length;
  coquill_newest_runs_init (&writer->newest, graph, agent);
  for (run = writer->newest.end; run > writer->newest.runs && run[-1].known < UINT32_MAX; run--)
    {
      uint32_t number = run[-1].known;
      const uint32_t *vector = coquill_clock_row (graph, number);

      if (number >= trail->first && number < trail->end)
        run[-1].known = trail->n_others[number - trail->base];
      else if (vector != NULL)
        run[-1].known = vector[track ^ 1];
      else
        break;
    }
  while (run-- > writer->newest.runs)
    *run = (CoquillNewestRun){ .known = UINT32_MAX };
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
  bool is_second;

  make_room (self, import, n_turns);
  meet (import, 0, &self->writers[0]);
  meet (import, 1, &self->writers[1]);
  is_second = last == self->writers[1].index;
  self->last = &self->writers[is_second];
  self->other = &self->writers[!is_second];
  return self->last->index == last && self->last->newest.end[-1].known < UINT32_MAX;
}

/* A run after the writer's own last item alone, behind a run of the other's. Returns: false if it isn't so
 * simple, or wrong */
static __attribute__ ((noinline)) bool
follow_own (const Writer *writer,
            const CoquillChangeTurn *turn,
            const CoquillGraphRun *runs,
            CoquillNewestRun *next,
            uint32_t *parent,
            uint32_t *lowest)
{
  const CoquillNewestRun *last = writer->newest.end - 1;
  const CoquillGraphRun *run;

  if (turn->agent != writer->in_change || turn->other != turn->agent || turn->own != JOIN_OWN_MISSING
      || turn->n_own != writer->n_items || turn->sequence + UINT64_C (1) != turn->n_own
      || last->known == UINT32_MAX)
    return false;
  run = &runs[writer->list[-1]];
  *parent = last->first + (turn->sequence - last->sequence);
  next->depth = last->depth + (turn->n_own - last->sequence);
  next->known = last->known;
  *lowest = run->lowest_unknown < run->first ? run->lowest_unknown : *parent + 1;
  return true;
}

/* Begins runs while they come after an item of the other's and mostly the writer's own last one. Returns: the
 * first turn that isn't so simple, or wrong */
static const CoquillChangeTurn *
take_turns (Pair *self,
            CoquillImport *import,
            const CoquillChangeTurn *turn,
            const CoquillChangeTurn *end,
            uint32_t first)
{
  CoquillGraph *graph = import->graph;
  CoquillGraphRun *const runs = graph->runs, *run = &runs[graph->n_runs];
  uint32_t *const parents = graph->parents, *n_others = self->n_others;
  uint32_t number = (uint32_t)graph->n_runs, n_parents = (uint32_t)graph->n_parents;
  uint32_t begun = (uint32_t)graph->end, lowest_of_all = UINT32_MAX;
  Writer *const writers = self->writers, *last = self->last;

  for (; turn != end; turn++)
    {
      /* Whose turn it is nobody can guess. */
      size_t who = turn->agent == writers[1].in_change;
      Writer *writer = &writers[who], *other = &writers[who ^ 1];
      uint32_t version = turn->first + first, n_own = turn->n_own, sequence = turn->sequence;
      uint32_t alone = turn->own == JOIN_OWN_MISSING, one, two, lowest, depth, n_other;
      const CoquillNewestRun *own = writer->newest.end - 1, *from;

      last->n_items += version - begun;
      begun = version;
      from = coquill_newest_runs_find (&other->newest, sequence);
      /* If it knows all that is the writer's own, it is the only parent; else neither knows the other. */
      if (turn->other != other->in_change || turn->agent != writer->in_change || n_own != writer->n_items
          || sequence >= other->n_items || sequence < from->sequence || from->known > n_own
          || (from->known == n_own) != alone || own->known > sequence)
        {
          CoquillNewestRun next;

          if (writer == last || !follow_own (writer, turn, runs, &next, &two, &lowest))
            break;
          one = two;
          depth = next.depth;
          n_other = next.known;
        }
      else
        {
          uint32_t from_own = n_own - own->sequence, from_other = sequence + 1 - from->sequence;

          /* So that nobody has to guess whether the other has a next run. */
          other->newest.end->sequence = other->n_items;
          other->newest.end->first = version;
          two = from->first + from_other - 1;
          one = (uint32_t)coquill_change_choose (alone, two, own->first + from_own - 1);
          lowest = (uint32_t)coquill_change_choose (sequence + 1 == from[1].sequence, from[1].first, two + 1);
          from_own += own->depth;
          from_other += from->depth;
          depth = from_own < from_other ? from_other : from_own;
          n_other = sequence + 1;
        }
      run->first = version;
      run->agent = writer->index;
      run->sequence = n_own;
      run->depth = depth;
      run->first_parent = n_parents;
      run->lowest_unknown = lowest;
      run++;
      *writer->list++ = number++;
      parents[n_parents] = one < two ? one : two;
      parents[n_parents + 1] = one < two ? two : one; /* or the next one's */
      n_parents += 2 - alone;
      *n_others++ = n_other;
      if (lowest < lowest_of_all && lowest != version)
        lowest_of_all = lowest;
      coquill_newest_runs_push (&writer->newest, n_own, version, depth, n_other);
      last = writer;
    }
  graph->end = begun;
  graph->n_parents = n_parents;
  graph->n_runs = number;
  self->n_others = n_others;
  self->last = last;
  self->other = &writers[last == writers];
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
tell_frontier (CoquillGraph *graph, const Writer *last, const Writer *other)
{
  const CoquillNewestRun *run = other->newest.end - 1;

  graph->frontier = coquill_grow (graph->frontier, &graph->frontier_capacity, 2, sizeof *graph->frontier);
  graph->n_frontier = 0;
  graph->n_holes = 0;
  if (last->newest.end[-1].known < other->n_items)
    graph->frontier[graph->n_frontier++] = run->first + (other->n_items - 1 - run->sequence);
  graph->frontier[graph->n_frontier++] = graph->end - 1;
}

/* What is known of the two goes into the graph, and what of the runs into the clock. */
static void
finish (Pair *self, CoquillImport *import, size_t n_runs, uint32_t end)
{
  CoquillGraph *graph = import->graph;

  if (n_runs == 0)
    return;
  self->last->n_items += end - (uint32_t)graph->end;
  graph->end = end;
  for (unsigned i = 0; i < 2; i++)
    {
      const Writer *writer = &self->writers[i];

      writer->agent->length = writer->n_items;
      writer->agent->n_runs = (uint32_t)(writer->list - writer->agent->runs);
    }
  tell_frontier (graph, self->last, self->other);
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
