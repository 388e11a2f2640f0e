/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-pair.h: the runs of two who write at once. */

#pragma once

#include "text/change-private.h"
#include "text/clock-private.h"
#include "text/import-private.h"

/* Runs of a writer that are looked at for a parent, and for how many there is room. */
#define COQUILL_PAIR_LOOK 7
#define COQUILL_PAIR_ROOM 64

/* Of a change that leaves no trail so many runs are begun at once. */
#define COQUILL_PAIR_FEW 64

/**
 * CoquillPairRun:
 * @sequence: as in the graph
 * @first: the same
 * @depth: the same
 * @n_other: how many items of the other its first item knows; of what isn't there more than there are
 */
typedef struct
{
  uint32_t sequence;
  uint32_t first;
  uint32_t depth;
  uint32_t n_other;
} CoquillPairRun;

/**
 * CoquillPairWriter:
 * @agent: who, in the graph
 * @list: behind the agent's list of runs
 * @index: who, by the graph's index
 * @in_change: by the change's
 * @n_items: up to his newest run's end, but for the last run
 * @end: behind the newest run, where the next one will be
 * @runs: a few of the newest, ascending
 */
typedef struct
{
  CoquillGraphAgent *agent;
  uint32_t *list;
  uint32_t index;
  uint32_t in_change;
  uint32_t n_items;
  CoquillPairRun *end;
  CoquillPairRun runs[COQUILL_PAIR_ROOM + 1];
} CoquillPairWriter;

/**
 * CoquillPair:
 * @left: for so many runs there is room
 * @last: whose the last run is
 * @run: behind the last one
 * @parents: behind the last one
 * @n_other: the same, of what they know
 * @lowest: the lowest that is unknown to one of them; UINT32_MAX if none is
 *
 * Two whom the clock counts, and nobody else: what one of them knows of the other is a number. Their runs are
 * put into the graph one after another; what it and the clock have to say of all of them is told at the end.
 */
typedef struct
{
  size_t left;
  CoquillPairWriter *last;
  CoquillGraphRun *run;
  uint32_t *parents;
  uint32_t *n_other;
  uint32_t lowest;
  CoquillPairWriter writers[2];
  uint32_t few[COQUILL_PAIR_FEW];
} CoquillPair;

static inline bool
coquill_pair_is_possible (const CoquillGraph *graph)
{
  const CoquillClock *clock = graph->clock;

  return clock != NULL && clock->runs && clock->untracked == UINT64_MAX && clock->n_tracks == 2;
}

/**
 * coquill_pair_begin:
 *
 * Returns: false if there is no room, or it isn't known what they know
 */
bool
coquill_pair_begin (CoquillPair *self, const CoquillImport *import);

/**
 * coquill_pair_end:
 * @end: behind the last run
 *
 * Tells the graph and the clock.
 */
void
coquill_pair_end (CoquillPair *self, CoquillImport *import, uint32_t end);

/* A run after an item of the other's and mostly the writer's own last one. Returns: false if it isn't so
 * simple, or wrong */
COQUILL_CHANGE_INLINE bool
coquill_pair_follow_other (const CoquillPairWriter *writer,
                           CoquillPairWriter *other,
                           CoquillPairRun *next,
                           uint32_t sequence,
                           uint32_t alone,
                           uint32_t *parents,
                           uint32_t *lowest)
{
  const CoquillPairRun *last = writer->end - 1, *run = other->end - 1;
  uint32_t n_own = next->sequence, from_last = n_own - last->sequence, from_run, one, two;
  size_t n_later = 0;

  /* One of the newest few, and which of them nobody can guess. */
  for (int i = 1; i < COQUILL_PAIR_LOOK; i++)
    n_later += other->end[-i].sequence > sequence;
  run -= n_later;
  /* If it knows all that is the writer's own, it is the only parent; else neither knows the other. */
  if (sequence >= other->n_items || sequence < run->sequence || run->n_other - alone >= n_own
      || (run->n_other == n_own) != alone || last->n_other > sequence)
    return false;

  /* So that nobody has to guess whether the other has a next run. */
  other->end->sequence = other->n_items;
  other->end->first = next->first;
  from_run = sequence + 1 - run->sequence;
  two = run->first + from_run - 1;
  one = alone ? two : last->first + from_last - 1;
  parents[0] = one < two ? one : two;
  parents[1 - alone] = one < two ? two : one;
  *lowest = (uint32_t)coquill_change_choose (sequence + 1 == run[1].sequence, run[1].first, two + 1);
  next->depth
      = last->depth + from_last < run->depth + from_run ? run->depth + from_run : last->depth + from_last;
  next->n_other = sequence + 1;
  return true;
}

/* A run after the writer's own last item alone. Returns: what of all is the lowest unknown */
uint32_t
coquill_pair_follow_own (const CoquillPairWriter *writer,
                         CoquillPairRun *next,
                         const CoquillGraph *graph,
                         uint32_t *parents);

/**
 * coquill_pair_take:
 * @agent: of the change, who begins a run
 * @other: whose item it comes after
 * @n_own: how many items of the agent the change has before
 * @sequence: the item
 * @alone: it comes after no other
 * @version: where it begins
 *
 * Returns: false if it isn't so simple, or wrong
 */
COQUILL_CHANGE_INLINE bool
coquill_pair_take (CoquillPair *self,
                   const CoquillGraph *graph,
                   uint64_t agent,
                   uint64_t other,
                   uint64_t n_own,
                   uint64_t sequence,
                   bool alone,
                   uint64_t version)
{
  unsigned who = agent == self->writers[1].in_change;
  CoquillPairWriter *writer = &self->writers[who], *second = &self->writers[who ^ 1], *last = self->last;
  CoquillPairRun next = { .sequence = (uint32_t)n_own, .first = (uint32_t)version };
  uint32_t lowest, lacks;

  last->n_items = last->end[-1].sequence + (next.first - last->end[-1].first);
  if (agent != writer->in_change || n_own != writer->n_items || self->left == 0)
    return false;
  if (__builtin_expect (other == second->in_change, 1))
    {
      if (sequence >> 32 != 0
          || !coquill_pair_follow_other (writer, second, &next, (uint32_t)sequence, alone, self->parents,
                                         &lowest))
        return false;
    }
  else
    {
      CoquillPairRun own = next;

      if (other != agent || !alone || sequence + 1 != n_own || writer == last
          || writer->end[-1].n_other == UINT32_MAX)
        return false;
      lowest = coquill_pair_follow_own (writer, &own, graph, self->parents);
      next = own;
    }

  *self->run = (CoquillGraphRun){ .first = next.first,
                                  .agent = writer->index,
                                  .sequence = next.sequence,
                                  .depth = next.depth,
                                  .first_parent = (uint32_t)(self->parents - graph->parents),
                                  .lowest_unknown = lowest };
  *writer->list++ = (uint32_t)(self->run++ - graph->runs);
  self->parents += 2 - alone;
  *self->n_other++ = next.n_other;
  lacks = lowest | -(uint32_t)(lowest == next.first);
  self->lowest = lacks < self->lowest ? lacks : self->lowest;
  self->left--;
  self->last = writer;
  *writer->end++ = next;
  if (__builtin_expect (writer->end == &writer->runs[COQUILL_PAIR_ROOM], 0))
    {
      memcpy (writer->runs, writer->end - COQUILL_PAIR_LOOK, COQUILL_PAIR_LOOK * sizeof writer->runs[0]);
      writer->end = &writer->runs[COQUILL_PAIR_LOOK];
    }
  return true;
}
