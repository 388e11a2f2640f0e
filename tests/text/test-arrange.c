/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-arrange.c: in which order the walker comes to what is concurrent. */

#include <glib.h>
#include <string.h>

#include "seed.h"
#include "text/graph-arrange.h"

#define MAX_NODES 60

/* Some nodes, and what each descends from: a bit for each node, itself counted. */
typedef struct
{
  CoquillGraphNode rows[MAX_NODES + 1];
  guint32 links[MAX_NODES * MAX_NODES];
  guint64 past[MAX_NODES];
  guint32 weights[MAX_NODES];
  CoquillGraphNodes nodes;
} Graph;

static void
graph_init (Graph *self)
{
  memset (self, 0, sizeof *self);
  self->nodes.nodes = self->rows;
  self->nodes.links = self->links;
}

/* @parents: a bit for each */
static void
add (Graph *self, guint32 weight, guint64 parents)
{
  gsize node = self->nodes.n_nodes++;
  guint32 n_links = self->rows[node].first_link;

  self->weights[node] = self->rows[node].weight = weight;
  self->past[node] = G_GUINT64_CONSTANT (1) << node;
  for (guint32 parent = 0; parent < node; parent++)
    if ((parents >> parent & 1) != 0)
      {
        self->links[n_links++] = parent;
        self->past[node] |= self->past[parent];
      }
  self->rows[node + 1].first_link = n_links;
}

static void
assert_order (Graph *self, const guint32 *expected)
{
  g_autofree guint32 *order = coquill_graph_nodes_order (&self->nodes);

  g_assert_nonnull (order);
  g_assert_cmpmem (order, self->nodes.n_nodes * sizeof *order, expected,
                   self->nodes.n_nodes * sizeof *expected);
}

static void
test_one_behind_the_other_stays (void)
{
  Graph graph;

  graph_init (&graph);
  add (&graph, 3, 0);
  add (&graph, 1, 1 << 0);
  add (&graph, 2, 1 << 1);
  g_assert_null (coquill_graph_nodes_order (&graph.nodes));
}

/* a, b and c have written in turns; c the most. */
static void
test_branch_by_branch (void)
{
  const guint32 expected[] = { 0, 3, 6, 1, 4, 7, 2, 5, 8 };
  Graph graph;

  graph_init (&graph);
  for (guint i = 0; i < 9; i++)
    add (&graph, i % 3 == 2 ? 5 : 1, i < 3 ? 0 : G_GUINT64_CONSTANT (1) << (i - 3));
  assert_order (&graph, expected);
}

/* b's second node knows all of a: so it waits for that. */
static void
test_what_knows_another_branch_waits (void)
{
  const guint32 expected[] = { 0, 3, 1, 4, 2 };
  Graph graph;

  graph_init (&graph);
  add (&graph, 1, 0);
  add (&graph, 1, 0);
  add (&graph, 9, 0);
  add (&graph, 1, 1 << 0);
  add (&graph, 1, 1 << 1 | 1 << 3);
  assert_order (&graph, expected);
}

/* The weight of the heaviest path. */
static guint64
heaviest_path (const Graph *self)
{
  guint64 weights[MAX_NODES], heaviest = 0;

  for (gsize i = 0; i < self->nodes.n_nodes; i++)
    {
      weights[i] = 0;
      for (gsize j = 0; j < i; j++)
        if ((self->past[i] >> j & 1) != 0)
          weights[i] = MAX (weights[i], weights[j]);
      weights[i] += self->weights[i];
      heaviest = MAX (heaviest, weights[i]);
    }
  return heaviest;
}

static void
assert_good_order (const Graph *self, const guint32 *order)
{
  gsize n = self->nodes.n_nodes;
  guint64 done = 0, trunk = 0, all_descend_from = G_MAXUINT64;

  for (gsize i = 0; i < n; i++)
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << order[i];

      g_assert_cmpuint (done & bit, ==, 0);
      done |= bit;
      g_assert_cmpuint (self->past[order[i]] & ~done, ==, 0);
    }
  g_assert_cmpuint (done, ==, (G_GUINT64_CONSTANT (1) << n) - 1);

  /* Nothing concurrent comes behind what is in the trunk, which is no lighter than any path. */
  for (gsize i = n; i > 0; i--)
    {
      if ((all_descend_from >> order[i - 1] & 1) != 0)
        trunk += self->weights[order[i - 1]];
      all_descend_from &= self->past[order[i - 1]];
    }
  g_assert_cmpuint (trunk, >=, heaviest_path (self));
}

static void
test_parents_and_what_is_concurrent_come_first (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint round = 0; round < 3000; round++)
    {
      gint n = g_rand_int_range (random, 1, MAX_NODES + 1);
      g_autofree guint32 *order = NULL;
      Graph graph;

      graph_init (&graph);
      for (gint i = 0; i < n; i++)
        {
          guint64 parents = 0;

          for (gint j = g_rand_int_range (random, 0, 4); j > 0 && i > 0; j--)
            parents |= G_GUINT64_CONSTANT (1) << g_rand_int_range (random, MAX (0, i - 12), i);
          add (&graph, (guint32)g_rand_int_range (random, 1, 100), parents);
        }
      order = coquill_graph_nodes_order (&graph.nodes);
      if (order == NULL)
        {
          order = g_new (guint32, MAX_NODES);
          for (gint i = 0; i < n; i++)
            order[i] = (guint32)i;
        }
      assert_good_order (&graph, order);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrange/one-behind-the-other-stays", test_one_behind_the_other_stays);
  g_test_add_func ("/arrange/branch-by-branch", test_branch_by_branch);
  g_test_add_func ("/arrange/what-knows-another-branch-waits", test_what_knows_another_branch_waits);
  g_test_add_func ("/arrange/parents-and-what-is-concurrent-come-first",
                   test_parents_and_what_is_concurrent_come_first);
  return g_test_run ();
}
