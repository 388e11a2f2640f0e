/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-clock.c: what the clock says of versions, compared with sets of all ancestors. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "seed.h"
#include "text/clock.h"

#define MAX_ITEMS 4096
#define MAX_AGENTS 24
#define WORDS (MAX_ITEMS / 64)
#define BASE_ITEMS 40 /* of a world that starts at a snapshot: all one agent's */

typedef struct
{
  guint64 words[WORDS];
} Set;

typedef struct
{
  CoquillGraph *graph;
  GRand *random;
  Set known[MAX_ITEMS]; /* each item's ancestors, itself too */
  guint agents[MAX_ITEMS];
  guint sequences[MAX_ITEMS];
  guint n_items;
  guint n_agents;
  guint n_active; /* agents that write at this time */
  guint age;      /* how far back versions are taken from */
  guint n_asked;
  guint n_told;
  guint n_trodden; /* runs that left a trail */
} World;

static guint
pick (World *world, guint n)
{
  return (guint)g_rand_int_range (world->random, 0, (gint)MAX (n, 1));
}

static gboolean
has (const Set *set, guint item)
{
  return (set->words[item / 64] >> item % 64 & 1) != 0;
}

static void
add (Set *set, const Set *other)
{
  for (guint i = 0; i < WORDS; i++)
    set->words[i] |= other->words[i];
}

/* Ascending. */
static size_t
heads_of (World *world, const Set *set, uint64_t *heads)
{
  Set rest = *set;
  size_t n_heads = 0;

  for (guint i = world->n_items; i > 0; i--)
    if (has (&rest, i - 1))
      {
        heads[n_heads++] = i - 1;
        for (guint j = 0; j < WORDS; j++)
          rest.words[j] &= ~world->known[i - 1].words[j];
      }
  for (size_t i = 0; i < n_heads / 2; i++)
    {
      uint64_t swapped = heads[i];

      heads[i] = heads[n_heads - 1 - i];
      heads[n_heads - 1 - i] = swapped;
    }
  /* The base is named by its last item, and only by who knows nothing else. */
  while (n_heads > 1 && heads[0] < world->graph->base)
    memmove (heads, heads + 1, --n_heads * sizeof *heads);
  return n_heads;
}

static void
random_version (World *world, Set *set)
{
  memset (set, 0, sizeof *set);
  if (world->graph->base > 0)
    add (set, &world->known[world->graph->base - 1]);
  for (guint n = pick (world, 4); world->n_items > 0 && n > 0; n--)
    add (set, &world->known[world->n_items - 1 - pick (world, MIN (world->n_items, world->age))]);
}

static void
check_vector (World *world, const Set *set, const uint64_t *heads, size_t n_heads)
{
  const CoquillGraph *graph = world->graph;
  CoquillVector vector;
  guint tracks[MAX_AGENTS];

  world->n_asked++;
  if (!coquill_clock_vector (graph, heads, n_heads, &vector))
    return;
  world->n_told++;
  for (guint i = 0; i < MAX_AGENTS; i++)
    tracks[i] = G_MAXUINT;
  for (guint i = 0; i < coquill_clock_n_tracks (graph); i++)
    tracks[coquill_clock_agent (graph, i)] = i;
  for (guint i = 0; i < world->n_items; i++)
    {
      guint track = tracks[world->agents[i]];
      gboolean told = track == G_MAXUINT ? i < coquill_clock_start (graph)
                                         : world->sequences[i] < vector.n_items[track];

      g_assert_cmpint (told, ==, has (set, i));
    }
}

static void
check_version (World *world, const Set *set)
{
  const CoquillGraph *graph = world->graph;
  uint64_t heads[MAX_ITEMS], some[4];
  size_t n_heads = heads_of (world, set, heads);
  guint n_some = 2 + pick (world, 3), unknown = (guint)graph->base;
  gboolean are_heads = TRUE;
  uint64_t lowest;

  if (pick (world, 2) == 0)
    check_vector (world, set, heads, n_heads);
  g_assert_true (coquill_graph_are_heads (graph, heads, n_heads));
  while (unknown < world->n_items && has (set, unknown))
    unknown++;
  lowest = coquill_graph_lowest_unknown (graph, heads, n_heads);
  g_assert_cmpuint (lowest, <=, unknown);
  g_assert_true ((lowest == graph->end) == (unknown == world->n_items));
  if (n_heads > 0 && coquill_clock_vector (graph, heads, n_heads, &(CoquillVector){ 0 }))
    g_assert_cmpuint (lowest, ==, unknown);
  check_vector (world, set, heads, n_heads);
  for (guint i = 0; i < 4; i++)
    {
      guint item = world->n_items - 1 - pick (world, MIN (world->n_items, world->age));

      g_assert_cmpint (coquill_graph_is_ancestor (graph, item, heads, n_heads), ==, has (set, item));
    }

  for (guint i = 0; i < n_some; i++)
    some[i] = world->n_items - 1 - pick (world, MIN (world->n_items, world->age));
  for (guint i = 0; i < n_some; i++)
    for (guint j = i + 1; j < n_some; j++)
      if (some[j] < some[i])
        {
          uint64_t swapped = some[i];

          some[i] = some[j];
          some[j] = swapped;
        }
  for (guint i = 0; i < n_some; i++)
    for (guint j = i + 1; j < n_some; j++)
      if (has (&world->known[some[j]], (guint)some[i]))
        are_heads = FALSE;
  if (some[0] >= graph->base)
    g_assert_cmpint (coquill_graph_are_heads (graph, some, n_some), ==, are_heads);
}

static void
add_items (World *world)
{
  uint64_t heads[MAX_ITEMS];
  CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .length = 1 + pick (world, 3) };
  guint agent = pick (world, world->n_active);
  size_t n_heads;
  Set set;

  if (pick (world, 10) == 0)
    agent = pick (world, world->n_agents);
  random_version (world, &set);
  if (pick (world, 12) == 0)
    for (guint i = 0; i < world->n_items; i++)
      set.words[i / 64] |= UINT64_C (1) << i % 64;
  for (guint i = world->n_items; i > 0; i--)
    if (world->agents[i - 1] == agent)
      {
        add (&set, &world->known[i - 1]);
        break;
      }
  if (world->n_items > 0 && pick (world, 3) == 0)
    check_version (world, &set);

  n_heads = heads_of (world, &set, heads);
  piece.place = pick (world, 3);
  piece.length = MIN (piece.length, MAX_ITEMS - world->n_items);
  coquill_graph_append (world->graph, &piece, agent, heads, n_heads, NULL);
  for (guint i = 0; i < piece.length; i++)
    {
      guint item = world->n_items++;

      set.words[item / 64] |= UINT64_C (1) << item % 64;
      world->known[item] = set;
      world->agents[item] = agent;
      world->sequences[item] = (guint)coquill_id_sequence (piece.id) + i;
    }
}

static World *
new_world (GRand *random, guint n_agents, gboolean has_base)
{
  World *world = g_new0 (World, 1);

  world->random = random;
  world->n_agents = n_agents;
  world->graph = coquill_graph_new ();
  for (guint i = 0; i < n_agents; i++)
    coquill_graph_add_agent (world->graph, &(CoquillAgent){ .nonce = i }, NULL);
  if (has_base)
    {
      Set set = { 0 };

      world->graph->agents[0].base_length = BASE_ITEMS;
      world->graph->agents[0].length = BASE_ITEMS;
      coquill_graph_set_base (world->graph, BASE_ITEMS, BASE_ITEMS);
      for (guint i = 0; i < BASE_ITEMS; i++)
        {
          set.words[i / 64] |= UINT64_C (1) << i % 64;
          world->known[i] = set;
          world->sequences[i] = i;
        }
      world->n_items = BASE_ITEMS;
    }
  return world;
}

/* Of runs that were appended since one, and what the first items of those that left a trail know. */
static void
check_trail (World *world, size_t first_run)
{
  const CoquillGraph *graph = world->graph;
  CoquillClockTrail trail;
  size_t run = first_run;

  while (run < graph->n_runs && !coquill_clock_trail (graph, run, &trail))
    run++;
  if (run == graph->n_runs)
    return;
  g_assert_cmpuint (trail.n_runs, <=, graph->n_runs - run);
  for (size_t i = 0; i < trail.n_runs; i++)
    {
      guint item = graph->runs[run + i].first, agent = graph->runs[run + i].agent;
      guint other = trail.agents[agent == trail.agents[0]], n_known = 0;

      g_assert_true (agent == trail.agents[0] || agent == trail.agents[1]);
      for (guint j = 0; j < world->n_items; j++)
        {
          if (has (&world->known[item], j) && world->agents[j] == other)
            n_known++;
          /* All others were silent since long. */
          if (j < item && world->agents[j] != other)
            g_assert_true (has (&world->known[item], j));
        }
      g_assert_cmpuint (trail.n_others[i], ==, n_known);
    }
  world->n_trodden += trail.n_runs;
}

/* One history, in which who writes and how long they are apart changes now and then. */
static void
play (World *world, guint n_items, gboolean goes_back)
{
  while (world->n_items < n_items)
    {
      guint until = MIN (n_items, world->n_items + 50 + pick (world, 600));
      guint before = world->n_items;
      size_t n_runs;
      CoquillGraphMark mark;

      world->n_active = 1 + pick (world, world->n_agents);
      world->age = 1 + pick (world, pick (world, 2) == 0 ? 10 : pick (world, 2) == 0 ? 100 : 2000);
      coquill_graph_mark (world->graph, &mark);
      n_runs = world->graph->n_runs;
      coquill_clock_keep_trail (world->graph, until - world->n_items);
      while (world->n_items < until)
        {
          Set set;

          add_items (world);
          random_version (world, &set);
          if (pick (world, 4) == 0)
            check_version (world, &set);
        }
      check_trail (world, n_runs);
      if (goes_back && pick (world, 3) == 0)
        {
          coquill_graph_go_back (world->graph, &mark);
          world->n_items = before;
          g_assert_false (coquill_clock_trail (world->graph, n_runs, &(CoquillClockTrail){ 0 }));
        }
      coquill_clock_drop_trail (world->graph);
      free (mark.frontier);
    }
}

static void
test_against_sets (void)
{
  GRand *random = g_rand_new_with_seed (test_seed ());

  guint n_trodden = 0;

  for (guint n = 0; n < 12; n++)
    {
      guint n_agents = n < 4 ? 2 + n : 6 + (guint)g_rand_int_range (random, 0, MAX_AGENTS - 6);
      World *world = new_world (random, n_agents, n % 3 == 1);

      play (world, 2000, n % 2 == 1);
      g_test_message ("%u agents, %zu runs: %u of %u told, %u trodden", n_agents, world->graph->n_runs,
                      world->n_told, world->n_asked, world->n_trodden);
      n_trodden += world->n_trodden;
      g_assert_cmpuint (world->n_told, >, n_agents <= COQUILL_CLOCK_TRACKS ? world->n_asked / 3 : 0);
      coquill_graph_free (world->graph);
      g_free (world);
    }
  g_assert_cmpuint (n_trodden, >, 0);
  g_rand_free (random);
}

/* Two write at the same time and merge what the other wrote, late: the clock has to tell of all that comes.
 */
static void
test_two_that_lag (void)
{
  CoquillGraph *graph = coquill_graph_new ();
  guint64 last[2] = { 0, 0 };

  for (guint i = 0; i < 2; i++)
    coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = i }, NULL);
  for (guint i = 0; i < 5000; i++)
    {
      CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .length = 1, .place = i * 7 % 100 };
      guint agent = i % 2;
      uint64_t parents[2] = { i > 1200 ? i - 1001 : 0, last[agent] };
      size_t n_parents = i > 1200 ? 2 : i > 1 ? 1 : 0;
      CoquillVector vector;

      if (n_parents == 1)
        parents[0] = last[agent];
      g_assert_true (coquill_graph_are_heads (graph, parents, n_parents));
      if (n_parents == 2)
        {
          g_assert_cmpuint (coquill_graph_lowest_unknown (graph, parents, 2), ==, i - 999);
          g_assert_true (coquill_clock_vector (graph, parents, 2, &vector));
        }
      coquill_graph_append (graph, &piece, agent, parents, n_parents, NULL);
      last[agent] = i;
    }
  coquill_graph_free (graph);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/tells-exactly-what-is-known", test_against_sets);
  g_test_add_func ("/clock/tells-of-two-that-lag-far-behind", test_two_that_lag);
  return g_test_run ();
}
