/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-parts.c: going through the order, and finding what insertions were put between. */

#include "text/walker-parts.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/range-map.h"
#include "text/walker-since.h"

/* Parts that may be passed over, for each part: where people were at the same places at the same time,
 * walking again is less work. */
#define MANY_STEPS 64

#define NONE COQUILL_WALKER_NO_PART

typedef CoquillWalkerPart Part;

typedef struct
{
  CoquillWalkerParts *parts;
  const CoquillWalker *walker;
  CoquillWalkerSince since;
  bool restores;   /* something was restored since: what is visible may have been deleted, too */
  uint32_t *stack; /* parts of which it isn't known yet what is behind */
  size_t n_stack;
  size_t stack_capacity;
} Builder;

static void
add_part (Builder *self, const Part *part)
{
  CoquillWalkerParts *all = self->parts;
  uint32_t number = (uint32_t)all->n_parts;
  Part *parts = all->parts;

  if (coquill_walker_part_is_as_before (part) && number > 0)
    {
      Part *last = &parts[number - 1];

      if (coquill_walker_part_is_as_before (last) && last->length <= UINT32_MAX - part->length)
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
      uint64_t here = length;
      Part part = { .id = id, .standing = standing };

      if (coquill_walker_since_find_run (&self->since, graph, id, &here, &part.run))
        {
          const CoquillGraphRun *run = &graph->runs[part.run];

          part.since = run->first + ((uint32_t)coquill_id_sequence (id) - run->sequence) + 1;
        }
      if (standing > 0 || self->restores)
        {
          const CoquillWalkerDeleted *deleted = coquill_walker_since_find_deleted (&self->since, id, &here);

          part.n_deletions = deleted != NULL ? deleted->n_deletions : 0;
          part.newest = deleted != NULL ? deleted->newest : 0;
        }
      part.last = id + here - 1;
      part.length = coquill_walker_part_is_as_before (&part) && standing > 0 ? 0 : (uint32_t)here;
      if (part.since > 0 && part.newest < part.since - 1 + here - 1)
        part.newest = (uint32_t)(part.since - 1 + here - 1);
      add_part (self, &part);
      id += here;
      length -= here;
    }
}

void
coquill_walker_parts_init (CoquillWalkerParts *self,
                           const CoquillWalker *walker,
                           uint64_t version,
                           CoquillRangeMap *restored)
{
  Builder builder = { .parts = self, .walker = walker, .restores = restored != NULL };
  CoquillOrderPlace place = coquill_order_start (walker->order);

  *self = (CoquillWalkerParts){ .graph = walker->graph };
  coquill_walker_since_init (&builder.since, walker, version, restored);
  for (; coquill_order_rest (&place) > 0; coquill_order_next (&place))
    add_span (&builder, coquill_order_id (&place), coquill_order_rest (&place),
              coquill_order_standing (&place));
  self->n_steps = MANY_STEPS * (uint64_t)self->n_parts;
  self->has_known = coquill_walker_known_init (&self->known, walker->graph, version);
  coquill_walker_since_clear (&builder.since);
  free (builder.stack);
}

void
coquill_walker_parts_clear (CoquillWalkerParts *self)
{
  coquill_walker_known_clear (&self->known);
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

/* Whether a part's author knew a character of another part, which came earlier. Returns: false if there are
 * too many to tell */
static bool
ask (const CoquillWalkerParts *self, const Part *part, const Part *other, uint32_t offset, bool *known)
{
  const CoquillGraphRun *run = &self->graph->runs[part->run];
  uint64_t version = other->since - 1 + offset;

  *known = version < run->lowest_unknown || version >= run->first;
  if (*known)
    return true;
  if (!self->has_known)
    return false;
  *known = coquill_walker_known_has (&self->known, part->run, other->run, version);
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

      if (!ask (self, part, other, middle - 1, &known))
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

      if (!known && !ask (self, part, &parts[other], 0, &known))
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
