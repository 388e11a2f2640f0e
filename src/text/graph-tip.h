/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-tip.h: the short way to the end of the graph, for who types. */

#pragma once

#include "text/graph.h"

/* What is far from full has less. */
#define COQUILL_GRAPH_MAX_TIP (COQUILL_GRAPH_MAX_ITEMS - UINT32_MAX / 2)

/* Bytes of room for content that are left, so that what is copied may be a little more. */
#define COQUILL_GRAPH_TIP_STEP 64

/* Whether the last item of all is the agent's, and all that is known is its past; and the graph is far from
 * full. */
static inline bool
coquill_graph_has_tip (const CoquillGraph *self, uint32_t agent)
{
  return self->n_frontier == 1 && self->n_runs > 0 && self->runs[self->n_runs - 1].agent == agent
         && self->end < COQUILL_GRAPH_MAX_TIP;
}

/* Begins another operation of the last run behind @last, where so many items with so much content are, if it
 * @begins; nobody can guess whether. There is room for it. Returns: the last operation then */
static inline CoquillGraphOperation *
coquill_graph_begin_behind (CoquillGraphOperation *last,
                            uint64_t items,
                            uint32_t content_length,
                            CoquillOperationKind kind,
                            uint64_t place,
                            bool begins)
{
  last[1] = (CoquillGraphOperation){
    .first = (uint32_t)items,
    .place = (uint32_t)place,
    .content_offset = content_length,
    .kind = (uint8_t)kind,
  };
  return last + begins;
}

/* The same for an insertion, which goes on from the last operation or doesn't. */
static inline CoquillGraphOperation *
coquill_graph_insert_behind (CoquillGraphOperation *last,
                             uint64_t items,
                             uint32_t content_length,
                             uint64_t place)
{
  bool begins = (last->kind != COQUILL_OPERATION_INSERT) | (place != last->place + (items - last->first));

  return coquill_graph_begin_behind (last, items, content_length, COQUILL_OPERATION_INSERT, place, begins);
}

/* The same for a deletion. */
static inline CoquillGraphOperation *
coquill_graph_delete_behind (
    CoquillGraphOperation *last, uint64_t items, uint32_t content_length, uint64_t place, uint64_t count)
{
  uint64_t length = items - last->first;
  bool touches = (place == last->place) | (place + length == last->place);

  /* What goes on from the last one is rare here: who presses a key again and again is counted elsewhere. */
  if (touches & (last->kind == COQUILL_OPERATION_DELETE))
    {
      bool is_single = length == 1;

      if (place == last->place && (!last->backward || is_single))
        {
          last->backward = false;
          return last;
        }
      if (count == 1 && place + length == last->place && (last->backward || is_single))
        {
          last->backward = true;
          return last;
        }
    }
  return coquill_graph_begin_behind (last, items, content_length, COQUILL_OPERATION_DELETE, place, true);
}

/* Whether who has the tip may go on with so much, in another operation. */
static inline bool
coquill_graph_has_tip_room (const CoquillGraph *self, uint32_t agent, uint64_t n_items, size_t n_bytes)
{
  return coquill_graph_has_tip (self, agent) && self->n_operations < self->operations_capacity
         && n_items <= UINT32_MAX / 4
         && n_bytes + COQUILL_GRAPH_TIP_STEP <= self->content_capacity - self->content_length;
}

/* Counts what was appended at the tip, up to an operation. */
static inline void
coquill_graph_count_tip (CoquillGraph *self,
                         uint32_t agent,
                         const CoquillGraphOperation *last,
                         uint64_t n_items)
{
  self->n_operations = (size_t)(last + 1 - self->operations);
  self->end += n_items;
  self->frontier[0] = self->end - 1;
  self->agents[agent].length += (uint32_t)n_items;
}

/**
 * coquill_graph_extend_insert:
 * @place: where it was inserted
 * @content: UTF-8
 * @n_bytes: of it, at most a few thousand
 * @length: code points of it
 *
 * The short way for typing: an insertion whose parents are all there is, after an item of the same agent.
 *
 * Returns: false if it isn't, or if there is no room: then use coquill_graph_append()
 */
static inline bool
coquill_graph_extend_insert (
    CoquillGraph *self, uint32_t agent, uint64_t place, const char *content, size_t n_bytes, uint64_t length)
{
  CoquillGraphOperation *last;

  if (!coquill_graph_has_tip_room (self, agent, length, n_bytes))
    return false;
  last = &self->operations[self->n_operations - 1];
  last = coquill_graph_insert_behind (last, self->end, (uint32_t)self->content_length, place);
  coquill_graph_count_tip (self, agent, last, length);
  memcpy (&self->content[self->content_length], content, n_bytes);
  self->content_length += n_bytes;
  return true;
}

/**
 * coquill_graph_extend_delete:
 * @place: where characters were deleted
 * @count: how many
 *
 * The same for Delete and Backspace.
 */
static inline bool
coquill_graph_extend_delete (CoquillGraph *self, uint32_t agent, uint64_t place, uint64_t count)
{
  CoquillGraphOperation *last;

  if (!coquill_graph_has_tip_room (self, agent, count, 0))
    return false;
  last = &self->operations[self->n_operations - 1];
  last = coquill_graph_delete_behind (last, self->end, (uint32_t)self->content_length, place, count);
  coquill_graph_count_tip (self, agent, last, count);
  return true;
}
