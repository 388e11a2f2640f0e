/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-difference.c: what lies between two versions. */

#include <stdlib.h>

#include "text/graph-private.h"
#include "text/memory.h"

static void
push_parents (const CoquillGraph *self, size_t run, CoquillVersionMark mark)
{
  size_t first = self->runs[run].first_parent;

  for (size_t i = 0, n = coquill_graph_run_n_parents (self, run); i < n; i++)
    coquill_version_queue_push (&self->scratch->queue, self->parents[first + i], mark);
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

bool
coquill_graph_try_difference (const CoquillGraph *self,
                              const uint64_t *from,
                              size_t n_from,
                              const uint64_t *to,
                              size_t n_to,
                              size_t *n_steps,
                              CoquillGraphDifference *difference)
{
  CoquillVersionQueue *queue = &self->scratch->queue;
  size_t index = self->n_runs - 1;
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
      index = coquill_graph_find_run_below (self, index, entry.version);
      if (*n_steps <= coquill_graph_run_n_parents (self, index))
        return false;
      *n_steps -= 1 + coquill_graph_run_n_parents (self, index);
      run = &self->runs[index];
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
      push_parents (self, index, mark);
    }
  return true;
}

void
coquill_graph_difference (const CoquillGraph *self,
                          const uint64_t *from,
                          size_t n_from,
                          const uint64_t *to,
                          size_t n_to,
                          CoquillGraphDifference *difference)
{
  size_t n_steps = SIZE_MAX;

  coquill_graph_try_difference (self, from, n_from, to, n_to, &n_steps, difference);
}

void
coquill_graph_difference_clear (CoquillGraphDifference *difference)
{
  free (difference->retreat);
  free (difference->advance);
  *difference = (CoquillGraphDifference){ 0 };
}
