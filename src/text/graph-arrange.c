/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-arrange.c: numbering new items anew, branch by branch. */

#include <stdlib.h>
#include <string.h>

#include "text/graph-arrange.h"
#include "text/memory.h"

/* More items than that come in the order in which they are: they take a bit each here. */
#define MAX_ITEMS (UINT64_C (1) << 27)

typedef struct
{
  CoquillGraph *graph;
  uint64_t first; /* the new items */
  uint64_t n_items;
  uint64_t *starts; /* a bit for each, whether a node starts there */
  uint32_t *ranks;  /* for each word of them, how many nodes start before */
  CoquillGraphNode *nodes;
  size_t n_nodes;
  uint32_t *order; /* of the nodes */

  /* What there was, from the first new item on; first in the graph, and elsewhere when that is written anew.
   */
  CoquillGraphRun *runs;
  size_t n_runs;
  uint32_t *parents;
  size_t n_parents;

  /* The same; but most of it stays where it is, and what doesn't is elsewhere only until it is written. */
  size_t first_operation;
  size_t n_operations;
  size_t content_end;
  bool changes_all; /* operations are cut or name others: none can stay */
  CoquillGraphOperation *operations;
  uint8_t *content;

  /* The nodes at hand. */
  const CoquillGraphOperation *rows;
  size_t first_row; /* as CoquillGraphNode.operation */
  const uint8_t *bytes;
  size_t first_byte;
} Arrangement;

static void *
copy (const void *from, size_t size)
{
  void *copied = coquill_resize (NULL, size + 1);

  if (size > 0)
    memcpy (copied, from, size);
  return copied;
}

static void
set_start (Arrangement *self, uint64_t version)
{
  uint64_t bit = version - self->first;

  if (version >= self->first && bit < self->n_items)
    self->starts[bit / 64] |= UINT64_C (1) << bit % 64;
}

static unsigned
count_bits (uint64_t bits)
{
  bits -= bits >> 1 & UINT64_C (0x5555555555555555);
  bits = (bits & UINT64_C (0x3333333333333333)) + (bits >> 2 & UINT64_C (0x3333333333333333));
  bits = (bits + (bits >> 4)) & UINT64_C (0x0F0F0F0F0F0F0F0F);
  return (unsigned)(bits * UINT64_C (0x0101010101010101) >> 56);
}

/* The node that holds a new item. */
static size_t
find_node (const Arrangement *self, uint64_t version)
{
  uint64_t bit = version - self->first;

  return self->ranks[bit / 64] + count_bits (self->starts[bit / 64] << (63 - bit % 64)) - 1;
}

static uint64_t
node_end (const Arrangement *self, size_t node)
{
  return node + 1 < self->n_nodes ? self->nodes[node + 1].first : self->first + self->n_items;
}

/* The parents of a node's first item. @single: room for one */
static const uint32_t *
node_parents (const Arrangement *self, size_t index, uint32_t *single, size_t *n_parents)
{
  const CoquillGraphNode *node = &self->nodes[index];
  const CoquillGraphRun *run = &self->runs[node->run];
  size_t end;

  if (node->first > run->first)
    {
      *single = node->first - 1;
      *n_parents = 1;
      return single;
    }
  end = node->run + 1 < self->n_runs ? run[1].first_parent : self->runs[0].first_parent + self->n_parents;
  *n_parents = end - run->first_parent;
  if (*n_parents == 0)
    return single;
  return &self->parents[run->first_parent - self->runs[0].first_parent];
}

/* Finds what a node starts with. */
static void
find_start (const Arrangement *self, CoquillGraphNode *node, size_t index)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphOperation *operation = &graph->operations[self->first_operation + index];
  CoquillGraphPiece piece;

  node->operation = (uint32_t)index;
  node->is_cut = operation->first < node->first;
  node->place = operation->place;
  node->content_offset = operation->content_offset;
  if (!node->is_cut)
    return;
  coquill_graph_piece (graph, (size_t)(operation - graph->operations), node->first, UINT64_MAX, &piece);
  node->place = (uint32_t)(piece.kind == COQUILL_OPERATION_RESTORE
                               ? coquill_graph_version_of (graph, piece.place, NULL)
                               : piece.place);
  node->content_offset = (uint32_t)piece.content_offset;
}

/* Cuts the new items into nodes. */
static void
find_nodes (Arrangement *self)
{
  const CoquillGraphOperation *operations = &self->graph->operations[self->first_operation];
  size_t n_words = (size_t)(self->n_items / 64 + 1), run = 0, operation = 0;

  self->starts = coquill_allocate (n_words * sizeof *self->starts);
  self->ranks = coquill_resize (NULL, n_words * sizeof *self->ranks);
  self->nodes = coquill_resize (NULL, (self->n_runs + self->n_parents + 2) * sizeof *self->nodes);
  set_start (self, self->first);
  for (size_t i = 0; i < self->n_runs; i++)
    set_start (self, self->runs[i].first);
  for (size_t i = 0; i < self->n_parents; i++)
    set_start (self, (uint64_t)self->parents[i] + 1);
  for (size_t word = 0; word < n_words; word++)
    {
      self->ranks[word] = (uint32_t)self->n_nodes;
      for (uint64_t bits = self->starts[word]; bits != 0; bits &= bits - 1)
        {
          uint64_t first = self->first + word * 64 + (unsigned)__builtin_ctzll (bits);
          CoquillGraphNode *node = &self->nodes[self->n_nodes++];

          while (run + 1 < self->n_runs && self->runs[run + 1].first <= first)
            run++;
          while (operation + 1 < self->n_operations && operations[operation + 1].first <= first)
            self->changes_all |= operations[operation++].kind == COQUILL_OPERATION_RESTORE;
          *node = (CoquillGraphNode){ .first = (uint32_t)first, .run = (uint32_t)run };
          find_start (self, node, operation);
          self->changes_all |= node->is_cut;
        }
    }
  for (; operation < self->n_operations; operation++)
    self->changes_all |= operations[operation].kind == COQUILL_OPERATION_RESTORE;
}

/* Behind the operations of a node. */
static size_t
operations_end (const Arrangement *self, size_t node)
{
  const CoquillGraphNode *next = &self->nodes[node + 1];

  return node + 1 < self->n_nodes ? next->operation + (size_t)next->is_cut : self->n_operations;
}

/* Finds each node's parents among the nodes. */
static uint32_t *
find_links (Arrangement *self)
{
  uint32_t *links = coquill_resize (NULL, (self->n_parents + self->n_nodes) * sizeof *links);
  uint32_t n_links = 0;

  for (size_t i = 0; i < self->n_nodes; i++)
    {
      size_t n_parents;
      uint32_t single;
      const uint32_t *parents = node_parents (self, i, &single, &n_parents);

      self->nodes[i].first_link = n_links;
      for (size_t j = 0; j < n_parents; j++)
        if (parents[j] >= self->first)
          links[n_links++] = (uint32_t)find_node (self, parents[j]);
    }
  self->nodes[self->n_nodes].first_link = n_links;
  return links;
}

/* Finds in which order the nodes are to be. Returns: false if they are */
static bool
find_order (Arrangement *self)
{
  CoquillGraphNodes nodes = { self->nodes, self->n_nodes, find_links (self) };

  for (size_t i = 0; i < self->n_nodes; i++)
    self->nodes[i].weight = (uint32_t)(operations_end (self, i) - self->nodes[i].operation);
  self->order = coquill_graph_nodes_order (&nodes);
  free (nodes.links);
  return self->order != NULL;
}

/* The new local version of what had an old one. */
static uint64_t
move_version (const Arrangement *self, uint64_t version)
{
  const CoquillGraphNode *node;

  if (version < self->first)
    return version;
  node = &self->nodes[find_node (self, version)];
  return node->moved + (version - node->first);
}

static int
compare_versions (const void *a, const void *b)
{
  uint64_t version_a = *(const uint64_t *)a, version_b = *(const uint64_t *)b;

  return version_a < version_b ? -1 : version_a > version_b;
}

static size_t
content_end (const Arrangement *self, size_t node)
{
  return node + 1 < self->n_nodes ? self->nodes[node + 1].content_offset : self->content_end;
}

/* Copies whole operations, unless they are where they belong. */
static void
append_operations (
    Arrangement *self, const CoquillGraphOperation *from, size_t n, uint32_t n_items, uint32_t n_bytes)
{
  CoquillGraph *graph = self->graph;
  CoquillGraphOperation *to;

  coquill_graph_reserve (graph, 0, n, 0, 0);
  to = &graph->operations[graph->n_operations];
  graph->n_operations += n;
  if (to == from)
    return;
  for (size_t i = 0; i < n; i++)
    {
      to[i] = from[i];
      to[i].first += n_items;
      to[i].content_offset += n_bytes;
    }
  for (size_t i = 0; self->changes_all && i < n; i++)
    if (to[i].kind == COQUILL_OPERATION_RESTORE)
      to[i].place = (uint32_t)move_version (self, to[i].place);
}

/* Appends a node to the graph. @parents: scratch that has room for its parents */
static void
append_node (Arrangement *self, size_t index, uint64_t *parents)
{
  CoquillGraph *graph = self->graph;
  CoquillGraphNode *node = &self->nodes[index];
  uint32_t agent = self->runs[node->run].agent, single;
  uint64_t first = graph->end, end = node_end (self, index);
  const CoquillGraphOperation *operations = &self->rows[node->operation - self->first_row];
  size_t n_operations = operations_end (self, index) - node->operation;
  size_t content_length = graph->content_length;
  size_t n_bytes = content_end (self, index) - node->content_offset;
  CoquillGraphPlace place = { .parents = parents };
  const uint32_t *old = node_parents (self, index, &single, &place.n_parents);

  for (size_t i = 0; i < place.n_parents; i++)
    parents[i] = move_version (self, old[i]);
  if (place.n_parents > 1)
    qsort (parents, place.n_parents, sizeof *parents, compare_versions);
  place.joined = place.n_parents == 1 && parents[0] + 1 == first && graph->n_runs > 0
                 && graph->runs[graph->n_runs - 1].agent == agent;
  place.lowest_unknown = coquill_graph_lowest_unknown (graph, parents, place.n_parents);
  node->moved = (uint32_t)first;
  coquill_graph_append_run (graph, agent, &place);
  coquill_graph_append_items (
      graph, (CoquillOperationKind)operations->kind,
      operations->kind == COQUILL_OPERATION_RESTORE ? move_version (self, node->place) : node->place,
      (n_operations > 1 ? operations[1].first : end) - node->first, operations->backward, place.joined);
  append_operations (self, operations + 1, n_operations - 1, (uint32_t)first - node->first,
                     (uint32_t)content_length - node->content_offset);
  if (n_bytes > 0 && self->bytes != graph->content)
    memcpy (&graph->content[content_length], &self->bytes[node->content_offset - self->first_byte], n_bytes);
  graph->content_length += n_bytes;
  coquill_graph_appended (graph, agent, end - node->first, &place);
}

/* A node's operations and content are in the graph, where it begins. */
static void
leave (Arrangement *self)
{
  self->rows = &self->graph->operations[self->first_operation];
  self->first_row = 0;
  self->bytes = self->graph->content;
  self->first_byte = 0;
}

/* Copies the operations and content of some nodes, one behind the other, so that others can be written there.
 */
static void
set_aside (Arrangement *self, size_t node, size_t end)
{
  size_t n_rows, n_bytes;

  self->first_row = self->nodes[node].operation;
  self->first_byte = self->nodes[node].content_offset;
  n_rows = operations_end (self, end - 1) - self->first_row;
  n_bytes = content_end (self, end - 1) - self->first_byte;
  free (self->operations);
  free (self->content);
  self->operations = copy (&self->graph->operations[self->first_operation + self->first_row],
                           n_rows * sizeof *self->operations);
  self->content = n_bytes > 0 ? copy (&self->graph->content[self->first_byte], n_bytes) : NULL;
  self->rows = self->operations;
  self->bytes = self->content;
}

/* Behind the nodes that change places with one at a place in the order, where all before have theirs. */
static size_t
exchange_end (const Arrangement *self, size_t i)
{
  size_t last = i;

  for (; i <= last; i++)
    if (self->order[i] > last)
      last = self->order[i];
  return last + 1;
}

static size_t
most_parents (const Arrangement *self)
{
  size_t most = 1;

  for (size_t i = 0; i < self->n_nodes; i++)
    {
      size_t n_parents;
      uint32_t single;

      node_parents (self, i, &single, &n_parents);
      most = n_parents > most ? n_parents : most;
    }
  return most;
}

/*
 * The graph is written anew up to its old end. Where nodes don't change places, all before is as long as it
 * was, so their operations and content stay. A row is never written before it was read: unless some are cut
 * there are no more rows than there were, fewer only where two are joined.
 */
static void
append_nodes (Arrangement *self, const CoquillGraphMark *mark)
{
  CoquillGraphMark all_agents = *mark;
  uint64_t *parents = coquill_allocate (most_parents (self) * sizeof *parents);

  self->runs = copy (self->runs, self->n_runs * sizeof *self->runs);
  self->parents = copy (self->parents, self->n_parents * sizeof *self->parents);
  if (self->changes_all)
    set_aside (self, 0, self->n_nodes);
  self->graph->n_operations = self->first_operation + self->nodes[0].is_cut;
  all_agents.n_agents = self->graph->n_agents;
  coquill_graph_go_back (self->graph, &all_agents);
  for (size_t i = 0, end = self->changes_all ? self->n_nodes : 0; i < self->n_nodes; i++)
    {
      if (i == end)
        {
          end = exchange_end (self, i);
          if (end - i > 1)
            set_aside (self, i, end);
          else
            leave (self);
        }
      append_node (self, self->order[i], parents);
    }
  coquill_graph_settle (self->graph);
  free (parents);
  free (self->runs);
  free (self->parents);
  free (self->operations);
  free (self->content);
}

void
coquill_graph_arrange (CoquillGraph *graph, const CoquillGraphMark *mark)
{
  size_t run = coquill_graph_find_run (graph, mark->end);
  Arrangement self = { .graph = graph, .first = mark->end, .n_items = graph->end - mark->end };

  if (self.n_items == 0 || self.n_items > MAX_ITEMS || run + 2 >= graph->n_runs)
    return;
  self.first_operation = coquill_graph_find_operation (graph, mark->end);
  self.runs = &graph->runs[run];
  self.n_runs = graph->n_runs - run;
  self.n_parents = graph->n_parents - self.runs->first_parent;
  self.parents = self.n_parents > 0 ? &graph->parents[self.runs->first_parent] : NULL;
  self.n_operations = graph->n_operations - self.first_operation;
  self.content_end = graph->content_length;
  find_nodes (&self);
  if (find_order (&self))
    append_nodes (&self, mark);
  free (self.starts);
  free (self.ranks);
  free (self.nodes);
  free (self.order);
}
