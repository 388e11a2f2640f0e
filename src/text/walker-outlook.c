/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-outlook.c: what is known of the runs that are walked next. */

#include <stdlib.h>

#include "text/memory.h"
#include "text/walker-private.h"

/* With room for no more runs, what was looked at ahead is kept for the next walk. */
#define KEPT_OUTLOOKS 1024

const CoquillWalkerOutlook *
coquill_walker_look_ahead (CoquillWalker *self, size_t first_run, size_t last_run, bool has_trunk)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphRun *runs = &graph->runs[first_run];
  size_t n_runs = last_run - first_run + 1;
  CoquillWalkerOutlook *outlooks;
  uint32_t floor = UINT32_MAX;
  uint64_t known = 0; /* all later runs descend from one that ends there or further on */

  self->outlooks = outlooks
      = coquill_grow (self->outlooks, &self->outlooks_capacity, n_runs, sizeof *self->outlooks);
  for (size_t i = n_runs; i-- > 0;)
    {
      uint32_t lowest = runs[i].lowest_unknown | -(uint32_t)(runs[i].lowest_unknown >= runs[i].first);

      floor = lowest < floor ? lowest : floor;
      outlooks[i] = (CoquillWalkerOutlook){ floor, false };
    }
  /* Nobody can tell who will know the last one. */
  for (size_t run = last_run + 1; has_trunk && run-- > first_run;)
    {
      const CoquillGraphRun *row = &graph->runs[run];
      size_t parents_end = run + 1 < graph->n_runs ? row[1].first_parent : graph->n_parents;
      uint64_t last = parents_end > row->first_parent ? (uint64_t)graph->parents[parents_end - 1] + 1 : 0;

      outlooks[run - first_run].is_trunk
          = known >= coquill_graph_run_end (graph, run)
            && coquill_graph_run_end (graph, run) - row->first <= COQUILL_MERGE_WINDOW_MAX_LENGTH;
      if (last < known || run == last_run)
        known = last;
    }
  return outlooks;
}

void
coquill_walker_drop_outlooks (CoquillWalker *self)
{
  if (self->outlooks_capacity <= KEPT_OUTLOOKS)
    return;
  free (self->outlooks);
  self->outlooks = NULL;
  self->outlooks_capacity = 0;
}
