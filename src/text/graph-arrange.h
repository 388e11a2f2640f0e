/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-arrange.h: new items as nodes that are put in another order. */

#pragma once

#include "text/graph-private.h"

/**
 * CoquillGraphNode:
 * @first: its first item's old local version
 * @run: which holds that, of the old ones, from the first new one on
 * @operation: the same of operations
 * @is_cut: the operation starts before
 * @place: what an operation that starts here says
 * @content_offset: the same
 * @first_link: to the nodes that hold its first item's parents; it has as many links as there are up to the
 * next node's
 * @weight: operations on the heaviest path to its end
 * @before: the node before it on that path; itself if there is none
 * @group: how many nodes of the trunk it descends from, itself counted
 * @moved: its first item's new local version
 *
 * New items that follow one another: a run, or a part of one, cut where something else branches off.
 */
typedef struct
{
  uint32_t first;
  uint32_t run;
  uint32_t operation;
  bool is_cut;
  uint32_t place;
  uint32_t content_offset;
  uint32_t first_link;
  uint32_t weight;
  uint32_t before;
  uint32_t group;
  uint32_t moved;
} CoquillGraphNode;

/**
 * CoquillGraphNodes:
 * @nodes: in their old order, which is one in which parents come first; behind the last there is one more,
 * for its @first_link
 * @links: to parents among the nodes, each node's one behind the other
 */
typedef struct
{
  CoquillGraphNode *nodes;
  size_t n_nodes;
  uint32_t *links;
} CoquillGraphNodes;

/**
 * coquill_graph_nodes_order:
 * @self: whose weights are the nodes' operations, whose links are set
 *
 * Finds in which order the walker has least to do. O(nodes and links); the other fields change.
 *
 * Returns: (transfer full) (nullable): the nodes' indices; NULL if they are in that order
 */
uint32_t *
coquill_graph_nodes_order (CoquillGraphNodes *self);
