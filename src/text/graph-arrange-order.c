/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-arrange-order.c: in which order the walker is to come to new items. */

#include <stdlib.h>

#include "text/graph-arrange.h"
#include "text/memory.h"

/*
 * Of two items that are concurrent the walker keeps in its window the one that it comes to first, until the
 * other one's branch has joined it. So the items that it need not keep are those behind all that is
 * concurrent with them. No two of them are concurrent, so they are one path through the graph, the trunk; and
 * for every path there is an order in which each of its items stands behind all that is concurrent with it:
 *
 *         a ── b ── c ──── d ── e            x y a b c z d e, if the trunk is a b c d e: x, y and z are kept
 *        /         /      /
 *     ──●── x ── y ── z ──
 *
 * The trunk is the path with most operations; everything else is put before the first item of the trunk that
 * it doesn't descend from. So the nodes are in groups: each node of the trunk, and what comes before the next
 * one. In a group many may have written at once, in whatever order it came here. Whenever the walker goes
 * from one branch to another it takes back in its view what that one doesn't know, so a group is gone through
 * branch by branch, each as far as it goes without another.
 */

/* Finds the heaviest path to each node. Returns: the node at the end of the heaviest of all */
static size_t
weigh (CoquillGraphNodes *self)
{
  size_t heaviest = 0;

  for (size_t i = 0; i < self->n_nodes; i++)
    {
      CoquillGraphNode *node = &self->nodes[i];
      uint32_t weight = 0;

      node->before = (uint32_t)i;
      for (uint32_t link = node[0].first_link; link < node[1].first_link; link++)
        {
          uint32_t parent = self->links[link];

          if (self->nodes[parent].weight > weight)
            {
              weight = self->nodes[parent].weight;
              node->before = parent;
            }
        }
      node->weight += weight;
      if (node->weight >= self->nodes[heaviest].weight)
        heaviest = i;
    }
  return heaviest;
}

/* Finds each node's group, by the last node of the trunk. Returns: how many groups there are */
static size_t
group (CoquillGraphNodes *self, size_t last)
{
  size_t n_trunk = 1;

  for (size_t i = last; self->nodes[i].before != i; i = self->nodes[i].before)
    n_trunk++;
  for (size_t i = last, n = n_trunk; n > 0; i = self->nodes[i].before)
    self->nodes[i].group = (uint32_t)n--;
  for (size_t i = 0; i < self->n_nodes; i++)
    {
      CoquillGraphNode *node = &self->nodes[i];

      for (uint32_t link = node[0].first_link; link < node[1].first_link; link++)
        if (self->nodes[self->links[link]].group > node->group)
          node->group = self->nodes[self->links[link]].group;
    }
  return n_trunk + 1;
}

/* The nodes group by group, in each as they were. */
static uint32_t *
sort (const CoquillGraphNodes *self, size_t n_groups)
{
  uint32_t *ends = coquill_allocate ((n_groups + 1) * sizeof *ends);
  uint32_t *sorted = coquill_allocate (self->n_nodes * sizeof *sorted);

  for (size_t i = 0; i < self->n_nodes; i++)
    ends[self->nodes[i].group + 1]++;
  for (size_t i = 0; i < n_groups; i++)
    ends[i + 1] += ends[i];
  for (size_t i = 0; i < self->n_nodes; i++)
    sorted[ends[self->nodes[i].group]++] = (uint32_t)i;
  free (ends);
  return sorted;
}

/**
 * Descent:
 * @first_child: of each node, where its children are
 * @children: those in the same group; as often as they have links to it
 * @n_awaited: of each node, how many of its links to others of its group lead to nodes not yet in order
 * @ready: nodes that await nothing but that the branch above is at its end
 */
typedef struct
{
  uint32_t *first_child;
  uint32_t *children;
  uint32_t *n_awaited;
  uint32_t *ready;
} Descent;

static bool
is_in_group (const CoquillGraphNodes *self, size_t node, uint32_t link)
{
  return self->nodes[self->links[link]].group == self->nodes[node].group;
}

static void
descent_init (Descent *self, const CoquillGraphNodes *nodes)
{
  size_t n = nodes->n_nodes, n_links = nodes->nodes[n].first_link;

  self->first_child = coquill_allocate ((n + 1) * sizeof *self->first_child);
  self->children = coquill_allocate ((n_links + 1) * sizeof *self->children);
  self->n_awaited = coquill_allocate (n * sizeof *self->n_awaited);
  self->ready = coquill_allocate (n * sizeof *self->ready);
  for (size_t i = 0; i < n; i++)
    for (uint32_t link = nodes->nodes[i].first_link; link < nodes->nodes[i + 1].first_link; link++)
      if (is_in_group (nodes, i, link))
        {
          self->n_awaited[i]++;
          self->first_child[nodes->links[link]]++;
        }
  /* Where they end; which is counted down to where they begin, from the last one on. */
  for (size_t i = 0; i < n; i++)
    self->first_child[i + 1] += self->first_child[i];
  for (size_t i = n; i-- > 0;)
    for (uint32_t link = nodes->nodes[i + 1].first_link; link-- > nodes->nodes[i].first_link;)
      if (is_in_group (nodes, i, link))
        self->children[--self->first_child[nodes->links[link]]] = (uint32_t)i;
}

static void
descent_clear (Descent *self)
{
  free (self->first_child);
  free (self->children);
  free (self->n_awaited);
  free (self->ready);
}

/* Puts a node in order, and then what awaited only that: the first child directly behind it. Returns: how
 * many are in order then, of which there were @n */
static size_t
descend (Descent *self, uint32_t node, uint32_t *order, size_t n)
{
  size_t n_ready = 0;

  self->ready[n_ready++] = node;
  while (n_ready > 0)
    {
      node = self->ready[--n_ready];
      order[n++] = node;
      for (uint32_t child = self->first_child[node + 1]; child-- > self->first_child[node];)
        if (--self->n_awaited[self->children[child]] == 0)
          self->ready[n_ready++] = self->children[child];
    }
  return n;
}

uint32_t *
coquill_graph_nodes_order (CoquillGraphNodes *self)
{
  size_t n_groups = group (self, weigh (self)), n_roots = 0, n = 0;
  uint32_t *sorted = sort (self, n_groups), *order = coquill_allocate (self->n_nodes * sizeof *order);
  bool moved = false;
  Descent descent;

  descent_init (&descent, self);
  for (size_t i = 0; i < self->n_nodes; i++)
    if (descent.n_awaited[sorted[i]] == 0)
      sorted[n_roots++] = sorted[i];
  for (size_t i = 0; i < n_roots; i++)
    n = descend (&descent, sorted[i], order, n);
  descent_clear (&descent);
  free (sorted);
  for (size_t i = 0; i < n; i++)
    moved |= order[i] != i;
  if (moved)
    return order;
  free (order);
  return NULL;
}
