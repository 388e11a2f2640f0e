/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-parts.c: going through the order, and finding what insertions were put between. */

#include "text/walker-parts.h"

#include <stdlib.h>

#include "text/memory.h"

/* Parts that may be passed over, for each part, and how many of them take as long as a run that the graph is
 * asked to pass over: where people were at the same places at the same time, walking again is less work. */
#define MANY_STEPS 64
#define STEPS_PER_RUN 8

#define NONE COQUILL_WALKER_NO_PART

typedef CoquillWalkerPart Part;

/* Characters that were deleted since, as often. */
typedef struct
{
  CoquillId id;
  uint32_t length;
  uint32_t n_deletions;
  uint32_t newest; /* no less than the local version of the last of them */
} Deleted;

typedef struct
{
  CoquillWalkerParts *parts;
  const CoquillWalker *walker;
  uint64_t version;
  uint32_t *sequences; /* of each agent's first item from the version on */
  Deleted *deleted;    /* ascending */
  size_t n_deleted;
  uint32_t *stack; /* parts of which it isn't known yet what is behind */
  size_t n_stack;
  size_t stack_capacity;
} Builder;

static void
find_sequences (Builder *self)
{
  const CoquillGraph *graph = self->walker->graph;

  self->sequences = coquill_allocate ((graph->n_agents + 1) * sizeof *self->sequences);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    self->sequences[i] = UINT32_MAX;
  for (size_t run = coquill_graph_find_run (graph, self->walker->end - 1) + 1;
       run > 0 && coquill_graph_run_end (graph, run - 1) > self->version; run--)
    {
      const CoquillGraphRun *row = &graph->runs[run - 1];

      self->sequences[row->agent]
          = row->sequence + (row->first < self->version ? (uint32_t)(self->version - row->first) : 0);
    }
}

static int
compare_deleted (const void *a, const void *b)
{
  const Deleted *one = a, *other = b;

  return (one->id > other->id) - (one->id < other->id);
}

static int
compare_ids (const void *a, const void *b)
{
  CoquillId one = *(const CoquillId *)a, other = *(const CoquillId *)b;

  return (one > other) - (one < other);
}

/* Concurrent deletions may take away the same characters. */
static void
find_deleted (Builder *self)
{
  const CoquillTargets *targets = &self->walker->targets;
  Deleted *starts;
  CoquillId *ends;
  size_t first = targets->n_runs, n, n_open = 0;
  CoquillId from = 0;
  uint32_t newest = 0;

  while (first > 0
         && (uint64_t)targets->runs[first - 1].version + targets->runs[first - 1].length > self->version)
    first--;
  n = targets->n_runs - first;
  starts = coquill_allocate ((n + 1) * sizeof *starts);
  ends = coquill_allocate ((n + 1) * sizeof *ends);
  self->deleted = coquill_allocate ((2 * n + 1) * sizeof *self->deleted);
  for (size_t i = 0; i < n; i++)
    {
      const CoquillTargetRun *run = &targets->runs[first + i];
      uint64_t version = run->version < self->version ? self->version : run->version;
      CoquillTargetRange range;

      coquill_targets_find (targets, version, run->length, &range);
      starts[i] = (Deleted){ .id = range.id, .newest = run->version + run->length - 1 };
      ends[i] = range.id + range.length;
    }
  qsort (starts, n, sizeof *starts, compare_deleted);
  qsort (ends, n, sizeof *ends, compare_ids);
  for (size_t started = 0, ended = 0; ended < n;)
    {
      bool starts_here = started < n && starts[started].id < ends[ended];
      CoquillId at = starts_here ? starts[started].id : ends[ended];

      if (n_open > 0 && at > from)
        self->deleted[self->n_deleted++] = (Deleted){ from, (uint32_t)(at - from), (uint32_t)n_open, newest };
      from = at;
      if (starts_here)
        {
          newest = n_open == 0 || starts[started].newest > newest ? starts[started].newest : newest;
          n_open++;
          started++;
        }
      else
        {
          n_open--;
          ended++;
        }
    }
  free (starts);
  free (ends);
}

/* What was done to some characters. @length: (inout): for how many it is the same. Returns: (nullable): %NULL
 * if they weren't deleted since */
static const Deleted *
look_up_deleted (const Builder *self, CoquillId id, uint64_t *length)
{
  size_t low = 0, high = self->n_deleted;
  const Deleted *found;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (self->deleted[middle].id + self->deleted[middle].length <= id)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == self->n_deleted)
    return NULL;
  found = &self->deleted[low];
  if (found->id > id)
    {
      if (*length > found->id - id)
        *length = found->id - id;
      return NULL;
    }
  if (*length > found->id + found->length - id)
    *length = found->id + found->length - id;
  return found;
}

static void
add_part (Builder *self, const Part *part)
{
  CoquillWalkerParts *all = self->parts;
  uint32_t number = (uint32_t)all->n_parts;
  Part *parts = all->parts;

  if (part->since == 0 && part->n_deletions == 0 && number > 0)
    {
      Part *last = &parts[number - 1];

      if (last->since == 0 && last->n_deletions == 0 && last->length <= UINT32_MAX - part->length)
        {
          last->last = part->last;
          last->length += part->length;
          return;
        }
    }
  all->parts = parts = coquill_grow (parts, &all->parts_capacity, all->n_parts + 1, sizeof *parts);
  self->stack = coquill_grow (self->stack, &self->stack_capacity, self->n_stack + 1, sizeof *self->stack);
  for (; self->n_stack > 0 && parts[self->stack[self->n_stack - 1]].since > part->since; self->n_stack--)
    parts[self->stack[self->n_stack - 1]].behind = number;
  parts[number] = *part;
  parts[number].before = self->n_stack > 0 ? self->stack[self->n_stack - 1] : NONE;
  parts[number].behind = NONE;
  self->stack[self->n_stack++] = number;
  all->n_parts++;
}

/* Cuts a span of the order. */
static void
add_span (Builder *self, CoquillId id, uint64_t length, uint32_t standing)
{
  const CoquillGraph *graph = self->walker->graph;

  while (length > 0)
    {
      uint64_t sequence = coquill_id_sequence (id), since = self->sequences[coquill_id_agent (id)];
      uint64_t here = length;
      Part part = { .id = id, .standing = standing };

      if (sequence < since && here > since - sequence)
        here = since - sequence;
      if (sequence >= since)
        {
          uint64_t stretch_end, version = coquill_graph_version_of (graph, id, &stretch_end);

          if (here > stretch_end - version)
            here = stretch_end - version;
          part.since = (uint32_t)version + 1;
        }
      if (standing > 0)
        {
          const Deleted *deleted = look_up_deleted (self, id, &here);

          part.n_deletions = deleted != NULL ? deleted->n_deletions : 0;
          part.newest = deleted != NULL ? deleted->newest : 0;
        }
      part.last = id + here - 1;
      part.length = part.since == 0 && part.n_deletions == 0 && standing > 0 ? 0 : (uint32_t)here;
      if (part.since > 0 && part.newest < part.since - 1 + here - 1)
        part.newest = (uint32_t)(part.since - 1 + here - 1);
      if (part.since > 0)
        part.run = (uint32_t)coquill_graph_run_of (graph, id);
      add_part (self, &part);
      id += here;
      length -= here;
    }
}

void
coquill_walker_parts_init (CoquillWalkerParts *self, const CoquillWalker *walker, uint64_t version)
{
  Builder builder = { .parts = self, .walker = walker, .version = version };
  CoquillOrderPlace place = coquill_order_start (walker->order);

  *self = (CoquillWalkerParts){ .graph = walker->graph };
  find_sequences (&builder);
  find_deleted (&builder);
  for (; coquill_order_rest (&place) > 0; coquill_order_next (&place))
    add_span (&builder, coquill_order_id (&place), coquill_order_rest (&place),
              coquill_order_standing (&place));
  self->n_steps = MANY_STEPS * (uint64_t)self->n_parts;
  free (builder.sequences);
  free (builder.deleted);
  free (builder.stack);
}

void
coquill_walker_parts_clear (CoquillWalkerParts *self)
{
  free (self->parts);
}

/* Returns: false if it isn't worth to go so far */
static bool
pay (CoquillWalkerParts *self, uint64_t n_steps)
{
  if (self->n_steps < n_steps)
    return false;
  self->n_steps -= n_steps;
  return true;
}

/* Whether a part's author knew an item, which came earlier. Returns: false if it isn't worth to ask */
static bool
ask (CoquillWalkerParts *self, const Part *part, uint64_t version, bool *known)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphRun *run = &graph->runs[part->run];
  uint64_t single;
  size_t n_parents;
  const uint64_t *parents;

  *known = version < run->lowest_unknown || version >= run->first;
  if (*known)
    return true;
  if (!pay (self, STEPS_PER_RUN * (uint64_t)(part->run - coquill_graph_find_run (graph, version))))
    return false;
  parents = coquill_graph_parents (graph, run->first, &single, &n_parents);
  *known = coquill_graph_is_ancestor (graph, version, parents, n_parents);
  return true;
}

/* How many characters of a part another one's author knew, from the first one on. */
static bool
ask_how_many (CoquillWalkerParts *self, const Part *part, const Part *other, uint32_t *n_known)
{
  uint32_t low = 0, high = other->length;

  while (low < high)
    {
      /* All or nothing, nearly always. */
      uint32_t middle = high == other->length ? high : low + (high - low + 1) / 2;
      bool known;

      if (!ask (self, part, other->since - 1 + (middle - 1), &known))
        return false;
      if (known)
        low = middle;
      else
        high = middle - 1;
    }
  *n_known = low;
  return true;
}

bool
coquill_walker_parts_left (CoquillWalkerParts *self, uint32_t number, CoquillId *id)
{
  const Part *parts = self->parts, *part = &parts[number];
  uint32_t other = part->before;

  while (other != NONE)
    {
      uint32_t n_known;

      if (parts[other].since == 0)
        {
          *id = parts[other].last;
          return true;
        }
      if (!ask_how_many (self, part, &parts[other], &n_known))
        return false;
      if (n_known > 0)
        {
          *id = parts[other].id + n_known - 1;
          return true;
        }
      for (other--; other != NONE && parts[other].since > part->since; other = parts[other].before)
        if (!pay (self, 1))
          return false;
    }
  *id = COQUILL_ID_NONE;
  return true;
}

bool
coquill_walker_parts_right (CoquillWalkerParts *self, uint32_t number, CoquillId *id)
{
  const Part *parts = self->parts, *part = &parts[number];
  uint32_t other = part->behind;

  while (other != NONE)
    {
      bool known = parts[other].since == 0;

      if (!known && !ask (self, part, parts[other].since - 1, &known))
        return false;
      if (known)
        {
          *id = parts[other].id;
          return true;
        }
      for (other = other + 1 < self->n_parts ? other + 1 : NONE;
           other != NONE && parts[other].since > part->since; other = parts[other].behind)
        if (!pay (self, 1))
          return false;
    }
  *id = COQUILL_ID_NONE;
  return true;
}
