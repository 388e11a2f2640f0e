/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-version.c: which items there are, and which comes before which. */

#include <stdlib.h>

#include "text/graph-private.h"
#include "text/memory.h"
#include "text/text-private.h"

uint64_t
coquill_text_n_items (const CoquillText *self)
{
  coquill_text_settle (self);
  return self->graph->end;
}

uint64_t
coquill_text_first_item (const CoquillText *self)
{
  return self->graph->base;
}

const CoquillChangeId *
coquill_text_frontier (const CoquillText *self, size_t *n_ids)
{
  /* The scratch array isn't part of what the text says. */
  CoquillText *text = (CoquillText *)self;

  coquill_text_settle (self);
  *n_ids = coquill_text_ids (self, self->graph->frontier, self->graph->n_frontier, self->graph->n_runs - 1,
                             &text->heads, &text->heads_capacity);
  return self->heads;
}

static bool
is_before (const CoquillText *self, CoquillChangeId a, CoquillChangeId b)
{
  const CoquillGraphAgent *agents = self->graph->agents;

  return coquill_agent_compare (&agents[a.agent].id, &agents[b.agent].id) < 0;
}

/* Below one place a heap has its last on top again. */
static void
sift_down (const CoquillText *self, CoquillChangeId *ids, size_t place, size_t n_ids)
{
  CoquillChangeId id = ids[place];

  for (size_t child; (child = 2 * place + 1) < n_ids; place = child)
    {
      if (child + 1 < n_ids && is_before (self, ids[child], ids[child + 1]))
        child++;
      if (!is_before (self, id, ids[child]))
        break;
      ids[place] = ids[child];
    }
  ids[place] = id;
}

/* Heapsort: there are rarely more than two, but strangers may make them thousands. */
static void
sort_ids (const CoquillText *self, CoquillChangeId *ids, size_t n_ids)
{
  for (size_t i = n_ids / 2; i > 0; i--)
    sift_down (self, ids, i - 1, n_ids);
  for (size_t end = n_ids; end > 1; end--)
    {
      CoquillChangeId last = ids[0];

      ids[0] = ids[end - 1];
      ids[end - 1] = last;
      sift_down (self, ids, 0, end - 1);
    }
}

size_t
coquill_text_ids (const CoquillText *self,
                  const uint64_t *versions,
                  size_t n_versions,
                  size_t last_run,
                  CoquillChangeId **ids,
                  size_t *capacity)
{
  const CoquillGraph *graph = self->graph;
  size_t n_ids = 0;

  for (size_t i = 0; i < n_versions; i++)
    {
      bool in_base = versions[i] < graph->base;
      size_t n_here = in_base ? self->base->n_heads : 1;

      *ids = coquill_grow (*ids, capacity, n_ids + n_here, sizeof **ids);
      for (size_t j = 0; in_base && j < n_here; j++)
        (*ids)[n_ids + j] = coquill_change_id (self->base->heads[j].id);
      if (!in_base)
        {
          const CoquillGraphRun *run
              = &graph->runs[coquill_graph_find_run_below (graph, last_run, versions[i])];

          (*ids)[n_ids] = (CoquillChangeId){ run->agent, run->sequence + (versions[i] - run->first) };
        }
      n_ids += n_here;
    }
  sort_ids (self, *ids, n_ids);
  return n_ids;
}

bool
coquill_text_has (const CoquillText *self, CoquillChangeId id)
{
  coquill_text_settle (self);
  return coquill_graph_has (self->graph, coquill_checked_id (id));
}

bool
coquill_text_is_ancestor (const CoquillText *self, CoquillChangeId ancestor, CoquillChangeId descendant)
{
  const CoquillGraph *graph = self->graph;
  uint64_t above, below;

  if (!coquill_text_has (self, ancestor) || !coquill_text_has (self, descendant))
    return false;
  above = coquill_graph_version_of (graph, coquill_checked_id (ancestor), NULL);
  below = coquill_graph_version_of (graph, coquill_checked_id (descendant), NULL);
  if (ancestor.agent == descendant.agent)
    return ancestor.sequence <= descendant.sequence;
  if (below < graph->base)
    return false;
  return above <= below && coquill_graph_is_ancestor (graph, above, &below, 1);
}

/* Whether an item can be read, and its local version. */
static bool
find_version (const CoquillText *self, CoquillChangeId id, uint64_t *version)
{
  if (!coquill_text_has (self, id))
    return false;
  *version = coquill_graph_version_of (self->graph, coquill_checked_id (id), NULL);
  return *version >= self->graph->base;
}

bool
coquill_text_depth (const CoquillText *self, CoquillChangeId id, uint64_t *depth)
{
  uint64_t version;

  if (!find_version (self, id, &version))
    return false;
  *depth = coquill_graph_depth (self->graph, version);
  return true;
}

bool
coquill_text_local_version (const CoquillText *self, CoquillChangeId id, uint64_t *version)
{
  return find_version (self, id, version);
}

bool
coquill_text_id_of (const CoquillText *self, uint64_t version, CoquillChangeId *id)
{
  coquill_text_settle (self);
  if (version < self->graph->base || version >= self->graph->end)
    return false;
  *id = coquill_change_id (coquill_graph_id_of (self->graph, version));
  return true;
}
