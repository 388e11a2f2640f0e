/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-since.c: tables of the runs and deletions that came since some version. */

#include "text/walker-since.h"

#include <stdlib.h>
#include <string.h>

#include "text/graph-private.h"
#include "text/memory.h"
#include "text/walker-private.h"

/* Numbers are sorted by so many bits at a time, in so many passes. */
#define DIGIT_BITS 11
#define N_DIGITS 3

/* Where characters that one range of deletions took away, or got back, begin or end. */
typedef struct
{
  uint32_t at;
  uint32_t newest; /* no less than the local version of the last item that did so */
  uint32_t change; /* how many more deletions stand, modulo 2^32 */
} Edge;

/* Ranges: where they begin, and where they end. */
typedef struct
{
  Edge *starts;
  Edge *ends;
  size_t n;
  size_t starts_capacity;
  size_t ends_capacity;
} Edges;

/* Makes the table for rows whose starts are set. @n_numbers: below 2^32; all that is asked for is less */
static void
finder_init (CoquillWalkerFinder *self, size_t n_rows, uint64_t n_numbers)
{
  size_t n_firsts, row = 0;

  self->n_rows = n_rows;
  while (n_numbers >> self->shift > 2 * n_rows + 1)
    self->shift++;
  n_firsts = (size_t)(n_numbers >> self->shift) + 2;
  self->firsts = coquill_allocate (n_firsts * sizeof *self->firsts);
  for (size_t i = 0; i < n_firsts; i++)
    {
      for (; row < n_rows && self->starts[row] < (uint64_t)i << self->shift; row++)
        ;
      self->firsts[i] = (uint32_t)row;
    }
}

/* How many rows start at or before a number. */
static size_t
finder_find (const CoquillWalkerFinder *self, uint32_t number)
{
  uint32_t low = self->firsts[number >> self->shift], high = self->firsts[(number >> self->shift) + 1];

  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;

      if (self->starts[middle] <= number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
finder_clear (CoquillWalkerFinder *self)
{
  free (self->starts);
  free (self->firsts);
}

/* Numbers the items. Returns: how many runs there are from the version on */
static size_t
number_items (CoquillWalkerSince *self, const CoquillGraph *graph, uint64_t version, uint64_t end)
{
  size_t n_runs = 0;
  uint32_t number = 0, number_since = 0;

  self->agents = coquill_allocate ((graph->n_agents + (size_t)1) * sizeof *self->agents);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    self->agents[i].sequence = UINT32_MAX;
  for (size_t run = coquill_graph_find_run (graph, end - 1) + 1;
       run > 0 && coquill_graph_run_end (graph, run - 1) > version; run--, n_runs++)
    {
      const CoquillGraphRun *row = &graph->runs[run - 1];

      self->agents[row->agent].sequence
          = row->sequence + (row->first < version ? (uint32_t)(version - row->first) : 0);
    }
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      CoquillWalkerSinceAgent *agent = &self->agents[i];

      agent->number = number;
      agent->number_since = number_since;
      number += graph->agents[i].length;
      if (agent->sequence != UINT32_MAX)
        number_since += graph->agents[i].length - agent->sequence;
    }
  return n_runs;
}

static void
list_runs (CoquillWalkerSince *self, const CoquillGraph *graph, size_t n_runs, uint64_t end)
{
  CoquillWalkerFinder *finder = &self->run_finder;
  uint64_t n_numbers = 0;
  size_t n = 0;

  finder->starts = coquill_allocate ((n_runs + 1) * sizeof *finder->starts);
  self->runs = coquill_allocate ((n_runs + 1) * sizeof *self->runs);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      const CoquillWalkerSinceAgent *agent = &self->agents[i];
      const CoquillGraphAgent *row = &graph->agents[i];

      if (agent->sequence == UINT32_MAX)
        continue;
      for (uint32_t k = coquill_graph_search_agent (graph, row, agent->sequence);
           k < row->n_runs && graph->runs[row->runs[k]].first < end; k++, n++)
        {
          uint32_t sequence = graph->runs[row->runs[k]].sequence;

          finder->starts[n]
              = agent->number_since + (sequence > agent->sequence ? sequence - agent->sequence : 0);
          self->runs[n] = row->runs[k];
        }
      n_numbers = agent->number_since + (uint64_t)(row->length - agent->sequence);
    }
  finder_init (finder, n, n_numbers);
}

static uint32_t
number_of (const CoquillWalkerSince *self, CoquillId id)
{
  return self->agents[coquill_id_agent (id)].number + (uint32_t)coquill_id_sequence (id);
}

/* @n_edges: below 2^32 */
static void
sort_edges (Edge *edges, size_t n_edges)
{
  Edge *other = coquill_allocate ((n_edges + 1) * sizeof *other), *from = edges, *to = other;

  for (unsigned digit = 0; digit < N_DIGITS; digit++)
    {
      uint32_t behind[(1u << DIGIT_BITS) + 1] = { 0 };
      unsigned shift = digit * DIGIT_BITS;
      uint32_t mask = (1u << DIGIT_BITS) - 1;
      Edge *swap = from;

      for (size_t i = 0; i < n_edges; i++)
        behind[(from[i].at >> shift & mask) + 1]++;
      for (uint32_t i = 0; i < mask; i++)
        behind[i + 1] += behind[i];
      for (size_t i = 0; i < n_edges; i++)
        to[behind[from[i].at >> shift & mask]++] = from[i];
      from = to;
      to = swap;
    }
  if (n_edges > 0)
    memcpy (edges, from, n_edges * sizeof *edges);
  free (other);
}

/* Makes rows of what begins and ends: concurrent deletions may take away the same characters. */
static void
list_deleted (CoquillWalkerSince *self, const Edge *starts, const Edge *ends, size_t n)
{
  CoquillWalkerFinder *finder = &self->deleted_finder;
  size_t n_open = 0, n_rows = 0;
  uint32_t from = 0, newest = 0, n_deletions = 0;

  for (size_t started = 0, ended = 0; ended < n;)
    {
      bool starts_here = started < n && starts[started].at < ends[ended].at;
      uint32_t at = starts_here ? starts[started].at : ends[ended].at;

      if (n_open > 0 && at > from)
        {
          finder->starts[n_rows] = from;
          self->deleted[n_rows++] = (CoquillWalkerDeleted){ at - from, n_deletions, newest };
        }
      from = at;
      if (starts_here)
        {
          newest = n_open == 0 || starts[started].newest > newest ? starts[started].newest : newest;
          n_deletions += starts[started].change;
          n_open++;
          started++;
        }
      else
        {
          n_deletions -= ends[ended].change;
          n_open--;
          ended++;
        }
    }
  finder->n_rows = n_rows;
}

static void
add_range (const CoquillWalkerSince *self,
           Edges *edges,
           CoquillId id,
           uint64_t length,
           uint32_t newest,
           uint32_t change)
{
  uint32_t at = number_of (self, id);

  edges->starts = coquill_grow (edges->starts, &edges->starts_capacity, edges->n + 1, sizeof *edges->starts);
  edges->ends = coquill_grow (edges->ends, &edges->ends_capacity, edges->n + 1, sizeof *edges->ends);
  edges->starts[edges->n] = (Edge){ at, newest, change };
  edges->ends[edges->n++] = (Edge){ at + (uint32_t)length, newest, change };
}

/* What was deleted by items that follow one another. Those that were restored took nothing away. */
static void
add_deletions (const CoquillWalkerSince *self,
               Edges *edges,
               const CoquillWalker *walker,
               uint64_t version,
               const CoquillTargetRun *run)
{
  const CoquillGraph *graph = walker->graph;

  for (uint64_t at = run->version < version ? version : run->version, end = run->version + run->length;
       at < end;)
    {
      uint64_t here = end - at, skip, stretch_end, n_restored = 0;

      if (walker->restored != NULL)
        {
          CoquillId deletion = coquill_graph_id_of (graph, at);

          coquill_graph_version_of (graph, deletion, &stretch_end);
          here = here < stretch_end - at ? here : stretch_end - at;
          n_restored = coquill_walker_n_restored (walker->restored, deletion, &here);
        }
      skip = run->backward ? end - at - here : at - run->version;
      add_range (self, edges, run->id + skip, here,
                 (uint32_t)((n_restored > 0 ? walker->end : at + here) - 1), n_restored == 0);
      at += here;
    }
}

/* What was deleted before, and all restorations of that came since. @deletion: the first of some that are
 * named alike by so many of these */
static void
add_restored (const CoquillWalkerSince *self,
              Edges *edges,
              const CoquillWalker *walker,
              uint64_t version,
              CoquillRangeMapEntry entry)
{
  for (uint64_t here; entry.start < entry.end; entry.start += here)
    {
      uint64_t stretch_end, deleted = coquill_graph_version_of (walker->graph, entry.start, &stretch_end);
      CoquillTargetRange target;

      here = entry.end - entry.start;
      here = here < stretch_end - deleted ? here : stretch_end - deleted;
      if (deleted >= version)
        continue;
      here = here < version - deleted ? here : version - deleted;
      if (coquill_walker_n_restored (walker->restored, entry.start, &here) > entry.value)
        continue;
      /* They were there when the restoration was walked. */
      if (!coquill_targets_find (&walker->targets, deleted, here, &target))
        abort ();
      here = target.length;
      add_range (self, edges, target.id, here, (uint32_t)walker->end - 1, UINT32_MAX);
    }
}

static void
find_deleted (CoquillWalkerSince *self,
              const CoquillWalker *walker,
              uint64_t version,
              CoquillRangeMap *restored)
{
  const CoquillTargets *targets = &walker->targets;
  CoquillRangeMapEntry entry = { 0 };
  uint64_t n_numbers = 0;
  Edges edges = { 0 };

  for (size_t i = coquill_targets_first (targets, version); i < targets->n_runs; i++)
    add_deletions (self, &edges, walker, version, &targets->runs[i]);
  for (; restored != NULL && entry.end < UINT64_MAX;)
    if (coquill_range_map_get (restored, entry.end, &entry))
      add_restored (self, &edges, walker, version, entry);
  sort_edges (edges.starts, edges.n);
  sort_edges (edges.ends, edges.n);
  self->deleted_finder.starts = coquill_allocate ((2 * edges.n + 1) * sizeof *self->deleted_finder.starts);
  self->deleted = coquill_allocate ((2 * edges.n + 1) * sizeof *self->deleted);
  list_deleted (self, edges.starts, edges.ends, edges.n);
  free (edges.starts);
  free (edges.ends);
  for (uint32_t i = 0; i < walker->graph->n_agents; i++)
    n_numbers += walker->graph->agents[i].length;
  finder_init (&self->deleted_finder, self->deleted_finder.n_rows, n_numbers);
}

void
coquill_walker_since_init (CoquillWalkerSince *self,
                           const CoquillWalker *walker,
                           uint64_t version,
                           CoquillRangeMap *restored)
{
  size_t n_runs;

  *self = (CoquillWalkerSince){ 0 };
  n_runs = number_items (self, walker->graph, version, walker->end);
  list_runs (self, walker->graph, n_runs, walker->end);
  find_deleted (self, walker, version, restored);
}

void
coquill_walker_since_clear (CoquillWalkerSince *self)
{
  finder_clear (&self->run_finder);
  finder_clear (&self->deleted_finder);
  free (self->agents);
  free (self->runs);
  free (self->deleted);
}

bool
coquill_walker_since_find_run (
    const CoquillWalkerSince *self, const CoquillGraph *graph, CoquillId id, uint64_t *length, uint32_t *run)
{
  const CoquillWalkerSinceAgent *agent = &self->agents[coquill_id_agent (id)];
  uint32_t sequence = (uint32_t)coquill_id_sequence (id), rest;

  if (sequence < agent->sequence)
    {
      if (*length > agent->sequence - sequence)
        *length = agent->sequence - sequence;
      return false;
    }
  *run = self->runs[finder_find (&self->run_finder, agent->number_since + (sequence - agent->sequence)) - 1];
  rest = (uint32_t)(coquill_graph_run_end (graph, *run) - graph->runs[*run].first)
         - (sequence - graph->runs[*run].sequence);
  if (*length > rest)
    *length = rest;
  return true;
}

const CoquillWalkerDeleted *
coquill_walker_since_find_deleted (const CoquillWalkerSince *self, CoquillId id, uint64_t *length)
{
  const CoquillWalkerFinder *finder = &self->deleted_finder;
  uint32_t number = number_of (self, id);
  size_t behind = finder_find (finder, number);
  const CoquillWalkerDeleted *found = behind > 0 ? &self->deleted[behind - 1] : NULL;

  if (found != NULL && number - finder->starts[behind - 1] < found->length)
    {
      uint32_t rest = finder->starts[behind - 1] + found->length - number;

      if (*length > rest)
        *length = rest;
      return found;
    }
  if (behind < finder->n_rows && *length > finder->starts[behind] - number)
    *length = finder->starts[behind] - number;
  return NULL;
}
