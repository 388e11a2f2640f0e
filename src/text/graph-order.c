/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-order.c: which item comes before which. */

#include <stdlib.h>

#include "text/graph.h"
#include "text/memory.h"
#include "text/version-queue.h"

/*
 * All three walk the graph from the heads down, run by run, with a priority queue: parents have lower local
 * versions, so when a version is taken from the queue, nothing that is still to come can reach it. The base
 * counts as one item without parents.
 */

static void
push_parents (const CoquillGraph *self, const CoquillGraphRun *run, CoquillVersionMark mark)
{
  for (size_t i = 0; i < run->n_parents; i++)
    coquill_version_queue_push (self->queue, self->parents[run->first_parent + i], mark);
}

bool
coquill_graph_is_ancestor (const CoquillGraph *self, uint64_t ancestor, const uint64_t *heads, size_t n_heads)
{
  CoquillVersionEntry entry;

  for (size_t i = 0; i < n_heads; i++)
    if (heads[i] == ancestor || ancestor < self->base)
      return true;

  coquill_version_queue_clear (self->queue);
  for (size_t i = 0; i < n_heads; i++)
    if (heads[i] > ancestor)
      coquill_version_queue_push (self->queue, heads[i], COQUILL_VERSION_FROM);

  while (coquill_version_queue_pop (self->queue, &entry))
    {
      const CoquillGraphRun *run = &self->runs[coquill_graph_find_run (self, entry.version)];

      if (run->first <= ancestor)
        return true;
      while (coquill_version_queue_reaches (self->queue, run->first))
        coquill_version_queue_pop (self->queue, &entry);
      for (size_t i = 0; i < run->n_parents; i++)
        {
          uint64_t parent = self->parents[run->first_parent + i];

          if (parent == ancestor)
            return true;
          if (parent > ancestor)
            coquill_version_queue_push (self->queue, parent, COQUILL_VERSION_FROM);
        }
    }
  return false;
}

bool
coquill_graph_are_heads (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  CoquillVersionEntry entry;
  size_t unseen = n_heads;

  if (n_heads < 2)
    return true;
  if (heads[0] < self->base)
    return false;

  /* Heads are marked FROM, what lies below a head TO: an entry with both marks, or a head in the run below
   * another, is a head that has a descendant among them. */
  coquill_version_queue_clear (self->queue);
  for (size_t i = 0; i < n_heads; i++)
    {
      if (i > 0 && heads[i] == heads[i - 1])
        return false;
      coquill_version_queue_push (self->queue, heads[i], COQUILL_VERSION_FROM);
    }

  while (unseen > 0 && coquill_version_queue_pop (self->queue, &entry))
    {
      const CoquillGraphRun *run;

      if (entry.mark == COQUILL_VERSION_BOTH)
        return false;
      if (entry.mark == COQUILL_VERSION_FROM)
        unseen--;
      if (entry.version < self->base)
        continue;
      run = &self->runs[coquill_graph_find_run (self, entry.version)];
      while (coquill_version_queue_reaches (self->queue, run->first))
        {
          coquill_version_queue_pop (self->queue, &entry);
          if (entry.mark != COQUILL_VERSION_TO)
            return false;
        }
      push_parents (self, run, COQUILL_VERSION_TO);
    }
  return true;
}

static void
add_range (CoquillGraphDifference *difference, uint64_t first, uint64_t end, CoquillVersionMark mark)
{
  if (first == end || mark == COQUILL_VERSION_BOTH)
    return;
  if (mark == COQUILL_VERSION_FROM)
    {
      difference->retreat = coquill_grow (difference->retreat, &difference->retreat_capacity,
                                          difference->n_retreat + 1, sizeof *difference->retreat);
      difference->retreat[difference->n_retreat++] = (CoquillVersionRange){ first, end };
    }
  else
    {
      difference->advance = coquill_grow (difference->advance, &difference->advance_capacity,
                                          difference->n_advance + 1, sizeof *difference->advance);
      difference->advance[difference->n_advance++] = (CoquillVersionRange){ first, end };
    }
}

void
coquill_graph_difference (const CoquillGraph *self,
                          const uint64_t *from,
                          size_t n_from,
                          const uint64_t *to,
                          size_t n_to,
                          CoquillGraphDifference *difference)
{
  CoquillVersionQueue *queue = self->queue;
  CoquillVersionEntry entry;

  difference->n_retreat = 0;
  difference->n_advance = 0;
  coquill_version_queue_clear (queue);
  for (size_t i = 0; i < n_from; i++)
    coquill_version_queue_push (queue, from[i], COQUILL_VERSION_FROM);
  for (size_t i = 0; i < n_to; i++)
    coquill_version_queue_push (queue, to[i], COQUILL_VERSION_TO);

  while (queue->n_open > 0 && coquill_version_queue_pop (queue, &entry))
    {
      CoquillVersionMark mark = entry.mark;
      uint64_t end = entry.version + 1;
      const CoquillGraphRun *run;

      if (entry.version < self->base)
        continue;
      run = &self->runs[coquill_graph_find_run (self, entry.version)];
      while (coquill_version_queue_reaches (queue, run->first))
        {
          coquill_version_queue_pop (queue, &entry);
          if ((entry.mark | mark) == mark)
            continue;
          add_range (difference, entry.version + 1, end, mark);
          end = entry.version + 1;
          mark |= entry.mark;
        }
      add_range (difference, run->first, end, mark);
      push_parents (self, run, mark);
    }
}

uint64_t
coquill_graph_lowest_unknown (const CoquillGraph *self, const uint64_t *heads, size_t n_heads)
{
  CoquillGraphDifference difference = { 0 };
  uint64_t lowest = self->end;

  coquill_graph_difference (self, heads, n_heads, self->frontier, self->n_frontier, &difference);
  if (difference.n_advance > 0)
    lowest = difference.advance[difference.n_advance - 1].first;
  coquill_graph_difference_clear (&difference);
  return lowest;
}

void
coquill_graph_difference_clear (CoquillGraphDifference *difference)
{
  free (difference->retreat);
  free (difference->advance);
  *difference = (CoquillGraphDifference){ 0 };
}
