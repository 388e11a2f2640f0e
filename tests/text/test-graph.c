/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-graph.c: what the event graph says of versions, compared with sets of all ancestors. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "effort.h"
#include "seed.h"
#include "text/import.h"

#define MAX_ITEMS 400
#define N_AGENTS 4

typedef struct
{
  CoquillGraph *graph;
  GRand *random;
  guint8 ancestors[MAX_ITEMS][MAX_ITEMS]; /* of each item, itself too */
  guint depths[MAX_ITEMS];
  guint n_items;
} World;

static guint
pick (World *world, guint n)
{
  return (guint)g_rand_int_range (world->random, 0, (gint)n);
}

/* The heads of what is below some items, ascending. */
static size_t
heads_of (World *world, const guint8 *set, uint64_t *heads)
{
  size_t n_heads = 0;

  for (guint i = 0; i < world->n_items; i++)
    {
      gboolean is_head = set[i] != 0;

      for (guint j = i + 1; j < world->n_items; j++)
        if (set[j] && world->ancestors[j][i])
          is_head = FALSE;
      if (is_head)
        heads[n_heads++] = i;
    }
  return n_heads;
}

static void
random_version (World *world, guint8 *set)
{
  memset (set, 0, MAX_ITEMS);
  for (guint n = pick (world, 4); world->n_items > 0 && n > 0; n--)
    {
      guint item = pick (world, 3) > 0 ? world->n_items - 1 - pick (world, MIN (world->n_items, 20))
                                       : pick (world, world->n_items);

      for (guint i = 0; i < world->n_items; i++)
        set[i] |= world->ancestors[item][i];
    }
}

static void
add_items (World *world)
{
  uint64_t heads[MAX_ITEMS];
  size_t n_heads;
  guint8 set[MAX_ITEMS];
  guint32 agent = pick (world, N_AGENTS);
  CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .length = 1 + pick (world, 5) };
  guint depth = 0;

  random_version (world, set);
  for (guint i = 0; i < world->n_items; i++)
    if (coquill_id_agent (coquill_graph_id_of (world->graph, i)) == agent)
      for (guint j = 0; j <= i; j++)
        set[j] |= world->ancestors[i][j];
  n_heads = heads_of (world, set, heads);
  for (size_t i = 0; i < n_heads; i++)
    depth = MAX (depth, world->depths[heads[i]]);

  piece.place = pick (world, 3);
  piece.length = MIN (piece.length, MAX_ITEMS - world->n_items);
  coquill_graph_append (world->graph, &piece, agent, heads, n_heads, NULL);
  for (guint i = 0; i < piece.length; i++)
    {
      set[world->n_items] = 1;
      memcpy (world->ancestors[world->n_items], set, MAX_ITEMS);
      world->depths[world->n_items] = ++depth;
      world->n_items++;
    }
}

static void
check_difference (World *world, CoquillGraphDifference *difference)
{
  guint8 from[MAX_ITEMS], to[MAX_ITEMS];
  uint64_t from_heads[MAX_ITEMS], to_heads[MAX_ITEMS];
  size_t n_from, n_to;
  uint64_t last = UINT64_MAX;

  random_version (world, from);
  random_version (world, to);
  n_from = heads_of (world, from, from_heads);
  n_to = heads_of (world, to, to_heads);
  coquill_graph_difference (world->graph, from_heads, n_from, to_heads, n_to, difference);
  for (size_t i = 0; i < difference->n_retreat; i++)
    {
      g_assert_cmpuint (difference->retreat[i].end, <=, last);
      last = difference->retreat[i].first;
      for (uint64_t j = last; j < difference->retreat[i].end; j++)
        {
          g_assert_true (from[j] && !to[j]);
          from[j] = 0;
        }
    }
  last = UINT64_MAX;
  for (size_t i = 0; i < difference->n_advance; i++)
    {
      g_assert_cmpuint (difference->advance[i].end, <=, last);
      last = difference->advance[i].first;
      for (uint64_t j = last; j < difference->advance[i].end; j++)
        {
          g_assert_true (!from[j] && to[j]);
          from[j] = 1;
        }
    }
  g_assert_true (memcmp (from, to, world->n_items) == 0);
}

static void
check (World *world, CoquillGraphDifference *difference)
{
  uint64_t heads[MAX_ITEMS], some[3];
  guint8 set[MAX_ITEMS];
  size_t n_heads;
  guint n_some = 1 + pick (world, 3);
  gboolean are_heads = TRUE;

  random_version (world, set);
  n_heads = heads_of (world, set, heads);
  g_assert_true (coquill_graph_are_heads (world->graph, heads, n_heads));
  for (guint n = 0; n < 20; n++)
    {
      guint item = pick (world, world->n_items);

      g_assert_true (coquill_graph_is_ancestor (world->graph, item, heads, n_heads) == (set[item] != 0));
      g_assert_cmpuint (coquill_graph_depth (world->graph, item), ==, world->depths[item]);
      g_assert_cmpuint (
          coquill_graph_version_of (world->graph, coquill_graph_id_of (world->graph, item), NULL), ==, item);
    }

  for (guint i = 0; i < n_some; i++)
    some[i] = (i > 0 ? some[i - 1] : 0) + pick (world, world->n_items / n_some);
  for (guint i = 0; i < n_some; i++)
    for (guint j = i + 1; j < n_some; j++)
      if (world->ancestors[some[j]][some[i]])
        are_heads = FALSE;
  g_assert_true (coquill_graph_are_heads (world->graph, some, n_some) == are_heads);
  check_difference (world, difference);
}

static void
test_against_sets (void)
{
  guint32 seed = test_seed ();
  CoquillGraphDifference difference = { 0 };

  for (guint n = 0; n < 10; n++)
    {
      World *world = g_new0 (World, 1);
      guint8 set[MAX_ITEMS];
      uint64_t heads[MAX_ITEMS];
      size_t n_heads;

      world->random = g_rand_new_with_seed (seed + n);
      world->graph = coquill_graph_new ();
      for (guint i = 0; i < N_AGENTS; i++)
        coquill_graph_add_agent (world->graph, &(CoquillAgent){ .nonce = i }, NULL);
      while (world->n_items < MAX_ITEMS)
        {
          add_items (world);
          if (pick (world, 3) == 0)
            check (world, &difference);
        }
      memset (set, 1, sizeof set);
      n_heads = heads_of (world, set, heads);
      g_assert_cmpuint (world->graph->n_frontier, ==, n_heads);
      g_assert_true (memcmp (world->graph->frontier, heads, n_heads * sizeof *heads) == 0);
      for (guint i = 0; i < 60; i++)
        check (world, &difference);
      coquill_graph_free (world->graph);
      g_rand_free (world->random);
      g_free (world);
    }
  coquill_graph_difference_clear (&difference);
}

#define N_WHO_MEET 12

/* Each of many agents writes, all from the same version. @met: (inout): which becomes what they have then */
static void
write_at_once (CoquillGraph *graph, uint64_t *met, size_t *n_met)
{
  uint64_t heads[N_WHO_MEET], end = graph->end;

  for (uint32_t agent = 0; agent < N_WHO_MEET; agent++)
    {
      CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .length = 1 + agent % 3 };

      g_assert_true (coquill_graph_are_heads (graph, met, *n_met));
      g_assert_cmpuint (coquill_graph_lowest_unknown (graph, met, *n_met), ==, end);
      coquill_graph_append (graph, &piece, agent, met, *n_met, NULL);
      heads[agent] = graph->end - 1;
    }
  memcpy (met, heads, sizeof heads);
  *n_met = N_WHO_MEET;
}

/* What is found for the first one who goes on from there is true of the others, and only as long as he is
 * there. */
static void
test_many_meet (void)
{
  CoquillGraph *graph = coquill_graph_new ();
  uint64_t met[N_WHO_MEET], other[N_WHO_MEET];
  size_t n_met = 0;
  CoquillGraphMark mark;

  for (guint i = 0; i < N_WHO_MEET; i++)
    coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = i }, NULL);
  for (guint i = 0; i < 20; i++)
    {
      write_at_once (graph, met, &n_met);
      /* Who hasn't met the last one goes on, and is taken back. */
      coquill_graph_mark (graph, &mark);
      coquill_graph_append (graph, &(CoquillGraphPiece){ .kind = COQUILL_OPERATION_DELETE, .length = 1 }, 0,
                            met, N_WHO_MEET - 1, NULL);
      g_assert_cmpuint (coquill_graph_lowest_unknown (graph, met, N_WHO_MEET - 1), ==,
                        met[N_WHO_MEET - 2] + 1);
      memcpy (other, met, sizeof other);
      other[N_WHO_MEET - 2]--;
      g_assert_cmpuint (coquill_graph_lowest_unknown (graph, other, N_WHO_MEET - 1), ==,
                        other[N_WHO_MEET - 2] + 1);
      coquill_graph_go_back (graph, &mark);
      free (mark.frontier);
    }
  coquill_graph_free (graph);
}

/* Everything that a graph says of itself. */
static char *
describe (const CoquillGraph *graph)
{
  GString *string = g_string_new (NULL);

  for (size_t i = 0; i < graph->n_runs; i++)
    {
      g_string_append_printf (string, "%u %" G_GINT64_MODIFIER "x %u:", (guint)graph->runs[i].first,
                              coquill_graph_run_id (graph, i), (guint)graph->runs[i].depth);
      g_string_append_printf (string, " %u %u", graph->runs[i].lowest_unknown, graph->runs[i].first_parent);
      g_string_append_c (string, '\n');
    }
  for (size_t i = 0; i < graph->n_operations; i++)
    {
      CoquillGraphPiece piece;

      coquill_graph_piece (graph, i, graph->operations[i].first, UINT64_MAX, &piece);
      g_string_append_printf (string, "%u %u %d %u %.*s\n", (guint)piece.first, (guint)piece.length,
                              piece.kind * 2 + piece.backward, (guint)piece.place, (int)piece.content_length,
                              graph->content != NULL ? (char *)&graph->content[piece.content_offset] : "");
    }
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      g_string_append_printf (string, "agent %u %u:", i, (guint)graph->agents[i].length);
      for (uint32_t j = 0; j < graph->agents[i].n_runs; j++)
        g_string_append_printf (string, " %u", graph->agents[i].runs[j]);
    }
  for (size_t i = 0; i < graph->n_parents; i++)
    g_string_append_printf (string, " parent %u", graph->parents[i]);
  for (size_t i = 0; i < graph->n_frontier; i++)
    g_string_append_printf (string, " head %u", (guint)graph->frontier[i]);
  g_string_append_printf (string, " %u %u %u", (guint)graph->end, (guint)graph->n_parents,
                          (guint)graph->content_length);
  return g_string_free (string, FALSE);
}

static void
add_random_piece (CoquillGraph *graph, GRand *random)
{
  static const char content[] = "abcé";
  CoquillGraphPiece piece = { .kind = (CoquillOperationKind)g_rand_int_range (random, 1, 5), .length = 1 };
  guint32 agent = (guint32)g_rand_int_range (random, 0, (gint)graph->n_agents);

  piece.place = (uint64_t)g_rand_int_range (random, 0, 3);
  if (piece.kind == COQUILL_OPERATION_INSERT)
    {
      piece.length = (uint64_t)g_rand_int_range (random, 1, 5);
      piece.content_length = piece.length < 4 ? piece.length : 5;
    }
  coquill_graph_append (graph, &piece, agent, graph->frontier, graph->n_frontier, (const uint8_t *)content);
}

static void
test_going_back (void)
{
  GRand *random = g_rand_new_with_seed (test_seed ());
  CoquillGraph *graph = coquill_graph_new ();

  coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = 50 }, NULL);
  for (guint i = 0; i < MAX (4 * test_effort (), 40); i++)
    {
      g_autofree char *before = describe (graph);
      g_autofree char *after = NULL;
      CoquillGraphMark mark;

      coquill_graph_mark (graph, &mark);
      for (gint j = g_rand_int_range (random, 0, 6); j > 0; j--)
        {
          if (g_rand_int_range (random, 0, 5) == 0)
            coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = g_rand_int (random) % 100 }, NULL);
          add_random_piece (graph, random);
        }
      coquill_graph_go_back (graph, &mark);
      free (mark.frontier);
      after = describe (graph);
      g_assert_cmpstr (before, ==, after);
      add_random_piece (graph, random);
      if (i % 50 == 0)
        coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = i }, NULL);
    }
  coquill_graph_free (graph);
  g_rand_free (random);
}

static void
add_to_change (
    CoquillChange *change, guint agent, guint sequence, const CoquillChangeId *parents, guint n_parents)
{
  CoquillOperation operation = {
    .kind = COQUILL_OPERATION_INSERT,
    .agent = agent,
    .sequence = sequence,
    .length = 1,
    .content_length = 1,
    .n_parents = n_parents,
  };

  coquill_change_add_operation (change, &operation, parents, (const guint8 *)"x");
}

/* So many agents write one character each, none knowing of the others; one merges them, one after another and
 * out of order. */
static CoquillChange *
star (guint n)
{
  CoquillChange *change = coquill_change_new ();

  for (guint i = 0; i <= n; i++)
    coquill_change_add_agent (change, &(CoquillAgent){ .nonce = i }, &(CoquillAgentPrevious){ 0 });
  for (guint i = 0; i <= n; i++)
    {
      change->agents[i].starts = true;
      if (i > 0)
        add_to_change (change, i, 0, NULL, 0);
    }
  for (guint i = 0; i < n; i++)
    {
      CoquillChangeId parents[2] = { { 0, i - 1 }, { 1 + (i ^ 1), 0 } };

      add_to_change (change, 0, i, i > 0 ? parents : &parents[1], i > 0 ? 2 : 1);
    }
  return change;
}

static double
import_star (guint n)
{
  CoquillChange *change = star (n);
  CoquillTextError error = { 0 };
  CoquillGraph *graph = coquill_graph_new ();
  CoquillImport import = { .graph = graph, .change = change, .error = &error };
  clock_t start = clock ();
  gboolean done = coquill_import_run (&import);
  clock_t took = clock () - start;

  g_assert_cmpstr (error.message, ==, "");
  g_assert_true (done);
  g_assert_cmpuint (graph->n_frontier, ==, 1);
  g_assert_cmpuint (graph->end, ==, 2 * (uint64_t)n);
  coquill_graph_free (graph);
  coquill_change_free (change);
  return (double)took;
}

/* Quadratic time would make ten times as many take a hundred times as long. */
static void
test_wide (void)
{
  double few = G_MAXDOUBLE, many = G_MAXDOUBLE;

  for (guint i = 0; i < 5; i++)
    few = MIN (few, import_star (2000));
  for (guint i = 0; i < 3; i++)
    many = MIN (many, import_star (20000));
  g_test_message ("ten times as many branches: %.1f times as long", many / few);
  g_assert_cmpfloat (many, <, 40 * few);
}

/* Characters of one to four bytes each. */
static char *
random_characters (GRand *random, guint n)
{
  static const char *const characters[] = { "a", "\u00e9", "\u4e2d", "\U0001f600" };
  GString *string = g_string_new (NULL);

  while (n-- > 0)
    g_string_append (string, characters[g_rand_int_range (random, 0, G_N_ELEMENTS (characters))]);
  return g_string_free (string, FALSE);
}

/* Appends a long insertion. */
static void
add_content (CoquillGraph *graph, const char *content)
{
  CoquillGraphPiece piece = {
    .kind = COQUILL_OPERATION_INSERT,
    .length = (uint64_t)g_utf8_strlen (content, -1),
    .content_length = strlen (content),
  };

  coquill_graph_append (graph, &piece, 0, graph->frontier, graph->n_frontier, (const uint8_t *)content);
}

/* Cuts pieces out of the last operation, whose content is known. */
static void
assert_cut_anywhere (const CoquillGraph *graph, GRand *random, const char *content)
{
  gint n = (gint)g_utf8_strlen (content, -1);
  uint64_t start = graph->end - (uint64_t)n;

  for (guint i = 0; i < 50; i++)
    {
      gint first = g_rand_int_range (random, 0, n), end = g_rand_int_range (random, first + 1, n + 1);
      const char *from = g_utf8_offset_to_pointer (content, first);
      const char *to = g_utf8_offset_to_pointer (content, end);
      CoquillGraphPiece piece;

      coquill_graph_piece (graph, graph->n_operations - 1, start + (uint64_t)first, start + (uint64_t)end,
                           &piece);
      g_assert_cmpmem (&graph->content[piece.content_offset], piece.content_length, from, (gsize)(to - from));
    }
}

static void
test_long_content_is_cut_anywhere (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  CoquillGraph *graph = coquill_graph_new ();
  CoquillGraphPiece record = { .kind = COQUILL_OPERATION_RECORD, .length = 1, .content_length = 3000 };
  guint8 no_text[3000];

  memset (no_text, 0x80, sizeof no_text);
  coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = 1 }, NULL);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *taken_back = random_characters (random, 5000), *content = NULL;
      CoquillGraphMark mark;

      coquill_graph_mark (graph, &mark);
      add_content (graph, taken_back);
      assert_cut_anywhere (graph, random, taken_back);
      coquill_graph_go_back (graph, &mark);
      free (mark.frontier);

      content = random_characters (random, (guint)g_rand_int_range (random, 1, 8000));
      add_content (graph, content);
      assert_cut_anywhere (graph, random, content);
      coquill_graph_append (graph, &record, 0, graph->frontier, graph->n_frontier, no_text);
    }
  coquill_graph_free (graph);
}

/* Imports a change of two agents' insertions, one of which goes on while the other writes. @n_each: code
 * points of its operations, which are its items from 0 on */
static bool
import_passage (CoquillGraph *graph, const char *content, guint n_each, CoquillTextError *error)
{
  CoquillChange *change = coquill_change_new ();
  CoquillImport import = { .graph = graph, .change = change, .error = error };
  guint n = (guint)g_utf8_strlen (content, -1);
  bool done;

  for (guint i = 0; i < 2; i++)
    coquill_change_add_agent (change, &(CoquillAgent){ .nonce = i }, &(CoquillAgentPrevious){ 0 });
  for (guint first = 0, other = 0; first < n; first += n_each, other++)
    {
      const char *text = g_utf8_offset_to_pointer (content, first);
      guint length = MIN (n_each, n - first);
      CoquillOperation operation = {
        .kind = COQUILL_OPERATION_INSERT,
        .sequence = first,
        .length = length,
        .position = first,
        .content_length = (gsize)(g_utf8_offset_to_pointer (text, length) - text),
        .n_parents = first > 0,
      };

      CoquillChangeId before = { 0, first - 1 }, parents[] = { { 1, other - 1 }, { 0, first } };

      coquill_change_add_operation (change, &operation, &before, (const guint8 *)text);
      add_to_change (change, 1, other, other > 0 ? parents : &parents[1], other > 0 ? 2 : 1);
    }
  done = coquill_import_run (&import);
  coquill_change_free (change);
  return done;
}

/* What was stored in many pieces comes again in one. */
static void
test_what_is_known_is_compared_piece_by_piece (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  g_autofree char *start = random_characters (random, 5000), *content = g_strconcat (start, "x", NULL);
  g_autofree char *other = NULL;
  CoquillGraph *graph = coquill_graph_new ();
  CoquillTextError error = { 0 };
  uint64_t end;

  g_assert_true (import_passage (graph, content, 7, &error));
  end = graph->end;
  g_assert_true (import_passage (graph, content, 5001, &error));
  g_assert_true (import_passage (graph, content, 1300, &error));
  g_assert_cmpuint (graph->end, ==, end);

  other = g_strdup (content);
  other[strlen (other) - 1] = 'y';
  g_assert_false (import_passage (graph, other, 5001, &error));
  g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_IMPOSSIBLE);
  coquill_graph_free (graph);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/versions-as-sets-of-ancestors", test_against_sets);
  g_test_add_func ("/graph/many-meet", test_many_meet);
  g_test_add_func ("/graph/going-back-leaves-no-trace", test_going_back);
  g_test_add_func ("/graph/many-branches-take-linear-time", test_wide);
  g_test_add_func ("/graph/long-content-is-cut-anywhere", test_long_content_is_cut_anywhere);
  g_test_add_func ("/graph/what-is-known-is-compared-piece-by-piece",
                   test_what_is_known_is_compared_piece_by_piece);
  return g_test_run ();
}
