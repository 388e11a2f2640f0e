/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-known.c: a version vector for each run. */

#include "text/walker-known.h"

#include <stdlib.h>

#include "text/memory.h"

/* More numbers than that take 16 MiB, and about as many milliseconds. */
#define MAX_NUMBERS ((size_t)1 << 22)

/* Column 0 is nobody's. */
static void
find_columns (CoquillWalkerKnown *self)
{
  const CoquillGraph *graph = self->graph;

  self->columns = coquill_allocate ((graph->n_agents + 1) * sizeof *self->columns);
  self->n_columns = 1;
  for (size_t run = self->first_run; run < graph->n_runs; run++)
    {
      uint32_t *column = &self->columns[graph->runs[run].agent];

      if (*column == 0)
        *column = self->n_columns++;
    }
}

/* What one who has an item among his parents knows by that. */
static void
add_parent (const CoquillWalkerKnown *self, uint32_t *row, uint64_t parent)
{
  size_t index = coquill_graph_find_run (self->graph, parent);
  const CoquillGraphRun *run = &self->graph->runs[index];
  const uint32_t *known = &self->rows[(index - self->first_run) * self->n_columns];
  uint32_t *own = &row[self->columns[run->agent]],
           n_own = run->sequence + ((uint32_t)parent - run->first) + 1;

  for (uint32_t i = 1; i < self->n_columns; i++)
    row[i] = known[i] > row[i] ? known[i] : row[i];
  *own = n_own > *own ? n_own : *own;
}

bool
coquill_walker_known_init (CoquillWalkerKnown *self, const CoquillGraph *graph, uint64_t version)
{
  *self = (CoquillWalkerKnown){ .graph = graph, .first_run = coquill_graph_find_run (graph, version) };
  find_columns (self);
  if ((graph->n_runs - self->first_run) > MAX_NUMBERS / self->n_columns)
    {
      coquill_walker_known_clear (self);
      return false;
    }
  self->rows = coquill_allocate ((graph->n_runs - self->first_run) * self->n_columns * sizeof *self->rows);
  for (size_t run = self->first_run; run < graph->n_runs; run++)
    {
      uint64_t single;
      size_t n_parents;
      const uint64_t *parents = coquill_graph_parents (graph, graph->runs[run].first, &single, &n_parents);

      for (size_t i = 0; i < n_parents; i++)
        if (parents[i] >= version)
          add_parent (self, &self->rows[(run - self->first_run) * self->n_columns], parents[i]);
    }
  return true;
}

void
coquill_walker_known_clear (CoquillWalkerKnown *self)
{
  free (self->columns);
  free (self->rows);
  self->columns = NULL;
  self->rows = NULL;
}
