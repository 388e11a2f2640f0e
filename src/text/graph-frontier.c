/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-frontier.c: keeping the heads of the event graph. */

#include <string.h>

#include "text/graph-private.h"
#include "text/memory.h"

/* Up to here there are never holes: moving so few is nothing. */
#define NARROW 32

void
coquill_graph_settle (CoquillGraph *self)
{
  size_t kept = 0;

  if (self->n_holes == 0)
    return;
  for (size_t i = 0; i < self->n_frontier; i++)
    if ((self->frontier[i] & COQUILL_FRONTIER_HOLE) == 0)
      self->frontier[kept++] = self->frontier[i];
  self->n_frontier = kept;
  self->n_holes = 0;
}

/* The entry of a local version, or n_frontier. */
static size_t
find (const CoquillGraph *self, uint64_t version)
{
  size_t low = 0, high = self->n_frontier;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if ((self->frontier[middle] & ~COQUILL_FRONTIER_HOLE) < version)
        low = middle + 1;
      else
        high = middle;
    }
  return low < self->n_frontier && self->frontier[low] == version ? low : self->n_frontier;
}

bool
coquill_graph_in_frontier (const CoquillGraph *self, uint64_t version)
{
  return find (self, version) < self->n_frontier;
}

bool
coquill_graph_is_wide_frontier (const CoquillGraph *self, const uint64_t *versions, size_t n_versions)
{
  if (self->n_holes == 0)
    return n_versions == 0 || memcmp (versions, self->frontier, n_versions * sizeof *versions) == 0;
  for (size_t i = 0; i < n_versions; i++)
    if (!coquill_graph_in_frontier (self, versions[i]))
      return false;
  return true;
}

static void
take_out (CoquillGraph *self, const uint64_t *versions, size_t n_versions)
{
  size_t kept = 0;

  if (n_versions == 1 || n_versions == 2)
    {
      uint64_t first = versions[0], last = versions[n_versions - 1];

      for (size_t i = 0; i < self->n_frontier; i++)
        {
          uint64_t version = self->frontier[i];

          self->frontier[kept] = version;
          kept += (version != first) & (version != last);
        }
      self->n_frontier = kept;
      return;
    }
  for (size_t i = 0, j = 0; i < self->n_frontier; i++)
    {
      while (j < n_versions && versions[j] < self->frontier[i])
        j++;
      if (j == n_versions || versions[j] != self->frontier[i])
        self->frontier[kept++] = self->frontier[i];
    }
  self->n_frontier = kept;
}

static void
make_holes (CoquillGraph *self, const uint64_t *versions, size_t n_versions)
{
  for (size_t i = 0; i < n_versions; i++)
    {
      size_t entry = find (self, versions[i]);

      if (entry < self->n_frontier)
        {
          self->frontier[entry] |= COQUILL_FRONTIER_HOLE;
          self->n_holes++;
        }
    }
}

void
coquill_graph_move_frontier (CoquillGraph *self, const uint64_t *parents, size_t n_parents, uint64_t head)
{
  if (self->n_frontier <= NARROW)
    take_out (self, parents, n_parents);
  else
    make_holes (self, parents, n_parents);
  if (self->n_frontier == self->frontier_capacity)
    self->frontier = coquill_grow (self->frontier, &self->frontier_capacity, self->n_frontier + 1,
                                   sizeof *self->frontier);
  self->frontier[self->n_frontier++] = head;
  if (self->n_holes > 0 && (self->n_frontier <= NARROW || 2 * self->n_holes > self->n_frontier))
    coquill_graph_settle (self);
}
