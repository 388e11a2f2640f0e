/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-edits.c: operations are taken as the same edits, several at once or one by one. */

#include <glib.h>
#include <string.h>

#include "effort.h"
#include "seed.h"
#include "text/walker-private.h"

#define N_AGENTS 3

/* What a history has one operation of in so many; 0 for never. */
typedef struct
{
  const char *name;
  gint others;     /* that are no insertions or deletions */
  gint impossible; /* that lie behind the end */
  gint switches;   /* behind which another agent goes on */
  gint far;        /* that are not where the one before was */
  guint64 width;   /* of the text before */
} Kind;

static const Kind kinds[] = {
  { "/edits/of-one-who-replaces-much", 0, 0, 0, 6, 40 },
  { "/edits/of-several", 0, 0, 9, 4, 1000 },
  { "/edits/with-records-in-between", 20, 0, 40, 4, 1000 },
  { "/edits/up-to-what-is-impossible", 0, 50, 40, 4, 30 },
  { "/edits/of-a-large-text", 0, 0, 0, 3, (UINT64_C (1) << 30) - 50 },
  { "/edits/of-a-huge-text", 0, 30, 0, 3, (UINT64_C (1) << 31) + 7 },
};

static bool
happens (GRand *random, gint once_in)
{
  return once_in > 0 && g_rand_int_range (random, 0, once_in) == 0;
}

static uint64_t
anywhere (GRand *random, uint64_t n)
{
  return (uint64_t)(g_rand_double (random) * (double)n);
}

/* A deletion that mostly does not lie in the text. */
static void
append_impossible (GRand *random, CoquillGraph *graph, uint32_t agent, uint64_t width)
{
  const uint64_t far_off[] = { width, width + 1, INT32_MAX - 50, INT32_MAX, UINT64_C (1) << 31, UINT32_MAX };
  CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_DELETE, .length = 1 + anywhere (random, 200) };

  piece.place = far_off[g_rand_int_range (random, 0, G_N_ELEMENTS (far_off))];
  coquill_graph_append (graph, &piece, agent, graph->frontier, graph->n_frontier, NULL);
}

/* Appends operations, each of which is possible after the ones before but for the impossible ones. */
static CoquillGraph *
new_history (GRand *random, const Kind *kind, guint n_operations)
{
  static const char content[] = "abcdefgh";
  CoquillGraph *graph = coquill_graph_new ();
  uint64_t width = kind->width, place = 0;
  uint32_t agent = 0;

  for (guint i = 0; i < N_AGENTS; i++)
    coquill_graph_add_agent (graph, &(CoquillAgent){ .nonce = i }, NULL);
  for (guint i = 0; i < n_operations; i++)
    {
      CoquillGraphPiece piece = { .kind = COQUILL_OPERATION_INSERT, .length = 1 + anywhere (random, 4) };

      if (happens (random, kind->switches))
        agent = (agent + 1) % N_AGENTS;
      if (happens (random, kind->far) || place > width)
        place = anywhere (random, width + 1);
      if (happens (random, 2) && place + piece.length <= width)
        piece.kind = COQUILL_OPERATION_DELETE;
      if (i > 0 && happens (random, kind->others))
        piece = (CoquillGraphPiece){ .kind = COQUILL_OPERATION_RECORD, .length = 1 };
      piece.place = place;
      piece.backward = piece.kind == COQUILL_OPERATION_DELETE && piece.length > 1 && g_rand_boolean (random);
      if (piece.backward)
        piece.place += piece.length - 1;
      if (happens (random, kind->impossible))
        {
          append_impossible (random, graph, agent, width);
          continue;
        }
      if (piece.kind != COQUILL_OPERATION_DELETE)
        piece.content_length = piece.length;
      coquill_graph_append (graph, &piece, agent, graph->frontier, graph->n_frontier,
                            (const uint8_t *)content);
      if (piece.kind == COQUILL_OPERATION_INSERT)
        {
          width += piece.length;
          place += piece.length;
        }
      else if (piece.kind == COQUILL_OPERATION_DELETE)
        width -= piece.length;
    }
  return graph;
}

static void
assert_same (const CoquillOrderEdit *a, const CoquillOrderEdit *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      g_assert_cmpuint (a[i].position, ==, b[i].position);
      g_assert_cmpuint (a[i].n_deleted, ==, b[i].n_deleted);
      g_assert_cmpuint (a[i].n_inserted, ==, b[i].n_inserted);
      g_assert_cmpuint (a[i].id, ==, b[i].id);
    }
}

/* Goes behind what is no edit, or ends too late for one. Returns: false if that was all */
static bool
skip (CoquillGraphCursor *cursor, uint64_t *width)
{
  CoquillGraphPiece piece;

  if (!coquill_graph_cursor_next (cursor, UINT64_MAX, &piece))
    return false;
  if (piece.kind == COQUILL_OPERATION_INSERT && piece.place <= *width)
    *width += piece.length;
  return true;
}

/* Who wants to be told takes them one by one. Returns: how many edits they were */
static gsize
compare (GRand *random, const CoquillGraph *graph, uint64_t width)
{
  CoquillDeltaList deltas = { 0 };
  CoquillGraphCursor several, each;
  uint64_t width_of_several = width, width_of_each = width;
  CoquillOrderEdit edits_of_several[COQUILL_WALKER_EDITS], edits_of_each[COQUILL_WALKER_EDITS];
  gsize n_taken = 0;
  size_t n;

  coquill_graph_cursor_init (&several, graph, 0);
  each = several;
  do
    {
      uint64_t end = several.version + 1 + anywhere (random, 300);

      n = coquill_walker_take_edits (&several, end, NULL, &width_of_several, NULL, edits_of_several);
      g_assert_cmpuint (coquill_walker_take_edits (&each, end, NULL, &width_of_each, &deltas, edits_of_each),
                        ==, n);
      assert_same (edits_of_several, edits_of_each, n);
      g_assert_cmpuint (several.version, ==, each.version);
      g_assert_cmpuint (several.operation, ==, each.operation);
      g_assert_cmpuint (width_of_several, ==, width_of_each);
      n_taken += n;
    }
  while (n > 0 || (skip (&several, &width_of_several) && skip (&each, &width_of_each)));
  coquill_delta_list_clear (&deltas);
  return n_taken;
}

static void
test_kind (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  gsize n_taken = 0;

  for (guint i = 0; i < MAX (test_effort (), 10); i++)
    {
      CoquillGraph *graph = new_history (random, kind, 200);

      n_taken += compare (random, graph, kind->width);
      coquill_graph_free (graph);
    }
  g_assert_cmpuint (n_taken, >, 0);
  g_test_message ("%" G_GSIZE_FORMAT " edits", n_taken);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_test_add_data_func (kinds[i].name, &kinds[i], test_kind);
  return g_test_run ();
}
