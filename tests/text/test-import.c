/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-import.c: a history that comes at once makes the same graph as one that comes operation by operation,
 * and is refused for the same. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "seed.h"
#include "text/codec.h"
#include "text/graph.h"
#include "text/import.h"

#define MAX_AGENTS 12
#define MAX_PARENTS (MAX_AGENTS + 2)
#define N_OPERATIONS 700

/* How many items of each agent. */
typedef struct
{
  guint64 n[MAX_AGENTS];
} Version;

typedef struct
{
  CoquillOperation operation;
  CoquillChangeId parents[MAX_PARENTS];
  Version before; /* what its first item knows */
} Step;

typedef struct
{
  Step steps[N_OPERATIONS];
  guint n_steps;
  guint n_agents;
} History;

static const Step *
step_of (const History *history, guint agent, guint64 sequence)
{
  for (guint i = history->n_steps; i > 0; i--)
    {
      const Step *step = &history->steps[i - 1];

      if (step->operation.agent == agent && step->operation.sequence <= sequence)
        return step;
    }
  g_assert_not_reached ();
}

/* What an agent's first so many items know. */
static Version
version_of (const History *history, guint agent, guint64 n_items)
{
  Version version = { 0 };

  if (n_items > 0)
    version = step_of (history, agent, n_items - 1)->before;
  version.n[agent] = n_items;
  return version;
}

static void
join (Version *version, const Version *other)
{
  for (guint i = 0; i < MAX_AGENTS; i++)
    version->n[i] = MAX (version->n[i], other->n[i]);
}

static guint
find_heads (const History *history, const Version *version, CoquillChangeId *heads)
{
  guint n_heads = 0;

  for (guint i = 0; i < history->n_agents; i++)
    {
      gboolean is_head = version->n[i] > 0;

      for (guint j = 0; j < history->n_agents && is_head; j++)
        {
          Version other = version_of (history, j, version->n[j]);

          is_head = j == i || other.n[i] < version->n[i];
        }
      if (is_head)
        heads[n_heads++] = (CoquillChangeId){ i, version->n[i] - 1 };
    }
  return n_heads;
}

/* Where and what. Some go on from the one before, some are records. */
static void
set_place (Step *step, const History *history, guint64 n_items, GRand *random)
{
  CoquillOperation *operation = &step->operation;
  const CoquillOperation *before = &history->steps[MAX (history->n_steps, 1) - 1].operation;

  operation->position = (guint64)g_rand_int_range (random, 0, 20) % (n_items + 1);
  operation->content_length = 0;
  if (g_rand_int_range (random, 0, 20) == 0)
    {
      operation->kind = COQUILL_OPERATION_RECORD;
      operation->length = operation->content_length = 1;
      operation->position = 0;
    }
  else if (history->n_steps > 0 && g_rand_int_range (random, 0, 4) == 0)
    {
      operation->kind = before->kind == COQUILL_OPERATION_DELETE ? before->kind : COQUILL_OPERATION_INSERT;
      operation->position = before->position;
      if (before->kind == COQUILL_OPERATION_INSERT)
        operation->position += before->length;
      else if (operation->position > before->length)
        operation->position -= (guint64)g_rand_int_range (random, 0, 2) * before->length;
    }
  operation->backward = operation->kind == COQUILL_OPERATION_DELETE
                        && operation->position >= operation->length && g_rand_boolean (random);
  if (operation->kind == COQUILL_OPERATION_INSERT)
    operation->content_length = operation->length + (operation->length > 1 && n_items % 16 == 0);
}

/* The first code points of a text that takes so many bytes. */
static const guint8 *
content_of (const CoquillOperation *operation)
{
  return (const guint8 *)(operation->content_length > operation->length ? "a\xc3\xa4"
                                                                          "bcd"
                                                                        : "abcde");
}

static void
make_history (History *history, GRand *random)
{
  Version known[MAX_AGENTS] = { 0 };
  guint n_active = (guint)g_rand_int_range (random, 1, 4);
  guint64 n_items = 0;
  guint n_seen = 0; /* agents are numbered in the order in which they come */

  history->n_steps = 0;
  history->n_agents = (guint)g_rand_int_range (random, 2, MAX_AGENTS + 1);
  while (history->n_steps < N_OPERATIONS)
    {
      guint agent = (guint)g_rand_int_range (random, 0, 100) == 0
                        ? (guint)g_rand_int_range (random, 0, (gint)history->n_agents)
                        : (guint)g_rand_int_range (random, 0, (gint)MIN (n_active, history->n_agents));
      guint other = (guint)g_rand_int_range (random, 0, (gint)history->n_agents);
      Step *step = &history->steps[history->n_steps];

      agent = MIN (agent, n_seen);
      n_seen += agent == n_seen;
      if (g_rand_int_range (random, 0, 3) > 0)
        {
          guint64 behind = (guint64)g_rand_int_range (random, 0, 12);
          guint64 n = known[other].n[other];
          Version seen = version_of (history, other, n > behind ? n - behind : n);

          join (&known[agent], &seen);
        }
      step->before = known[agent];
      step->operation = (CoquillOperation){
        .kind = g_rand_int_range (random, 0, 3) > 0 ? COQUILL_OPERATION_INSERT : COQUILL_OPERATION_DELETE,
        .agent = agent,
        .sequence = known[agent].n[agent],
        .length = (guint64)g_rand_int_range (random, 1, 6),
      };
      set_place (step, history, n_items, random);
      step->operation.n_parents = find_heads (history, &known[agent], step->parents);
      known[agent].n[agent] += step->operation.length;
      n_items += step->operation.length;
      history->n_steps++;
    }
}

/* Makes something wrong, or perhaps not. */
static void
forge (History *history, GRand *random)
{
  Step *step = &history->steps[g_rand_int_range (random, 1, N_OPERATIONS)];
  CoquillOperation *operation = &step->operation;
  CoquillChangeId *parent = &step->parents[g_rand_int_range (random, 0, (gint)MAX (operation->n_parents, 1))];

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      parent->sequence += (guint64)g_rand_int_range (random, 0, 3);
      break;
    case 1:
      parent->sequence -= MIN (parent->sequence, (guint64)g_rand_int_range (random, 0, 9));
      break;
    case 2:
      operation->n_parents -= operation->n_parents > 0;
      break;
    case 3:
      step->parents[operation->n_parents].agent
          = (guint32)g_rand_int_range (random, 0, (gint)history->n_agents);
      step->parents[operation->n_parents++].sequence = (guint64)g_rand_int_range (random, 0, 300);
      break;
    case 4:
      /* One's own item, which the other's already knew. */
      while (step > history->steps
             && (step->operation.n_parents != 1 || step->parents[0].agent == step->operation.agent
                 || step->operation.sequence == 0))
        step--;
      if (step > history->steps)
        step->parents[step->operation.n_parents++]
            = (CoquillChangeId){ step->operation.agent, step->operation.sequence - 1 };
      break;
    case 5:
      operation->position = (guint64)g_rand_int_range (random, 0, 4000);
      break;
    }
}

static CoquillChange *
make_change (const History *history, guint from, guint to)
{
  CoquillChange *change = coquill_change_new ();
  CoquillAgentPrevious none = { 0 };
  gboolean starts[MAX_AGENTS] = { 0 };

  for (guint i = from; i < to; i++)
    starts[history->steps[i].operation.agent] |= history->steps[i].operation.sequence == 0;
  for (guint i = 0; i < history->n_agents; i++)
    coquill_change_add_agent (change, &(CoquillAgent){ .device = { (guint8)i } }, starts[i] ? &none : NULL);
  for (guint i = from; i < to; i++)
    coquill_change_add_operation (change, &history->steps[i].operation, history->steps[i].parents,
                                  content_of (&history->steps[i].operation));
  return change;
}

/* Takes operations from one on to before another, which came as bytes if they can. Returns: false if they
 * were refused */
static gboolean
import (CoquillGraph *graph, const History *history, guint from, guint to)
{
  CoquillChange *change = make_change (history, from, to);
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillImport run = { .graph = graph };
  gboolean done;

  if (coquill_change_encode (change, &bytes))
    {
      coquill_change_free (change);
      change = coquill_change_decode (bytes.data, bytes.length, NULL);
      g_assert_nonnull (change);
    }
  run.change = change;
  done = coquill_import_run (&run);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);
  return done;
}

static gboolean
import_each (CoquillGraph *graph, const History *history)
{
  for (guint i = 0; i < history->n_steps; i++)
    if (!import (graph, history, i, i + 1))
      return FALSE;
  return TRUE;
}

static void
compare (const CoquillGraph *a, const CoquillGraph *b)
{
  g_assert_cmpmem (a->runs, a->n_runs * sizeof *a->runs, b->runs, b->n_runs * sizeof *b->runs);
  g_assert_cmpmem (a->parents, a->n_parents * sizeof *a->parents, b->parents,
                   b->n_parents * sizeof *b->parents);
  g_assert_cmpmem (a->frontier, a->n_frontier * sizeof *a->frontier, b->frontier,
                   b->n_frontier * sizeof *b->frontier);
  g_assert_cmpmem (a->content, a->content_length, b->content, b->content_length);
  g_assert_cmpuint (a->end, ==, b->end);
  g_assert_cmpuint (a->n_operations, ==, b->n_operations);
  for (size_t i = 0; i < a->n_operations; i++)
    {
      const CoquillGraphOperation *one = &a->operations[i], *other = &b->operations[i];

      g_assert_cmpuint (one->first, ==, other->first);
      g_assert_cmpuint (one->place, ==, other->place);
      g_assert_cmpuint (one->content_offset, ==, other->content_offset);
      g_assert_cmpuint (one->kind, ==, other->kind);
      g_assert_cmpuint (one->backward, ==, other->backward);
    }
}

static void
test_at_once (gconstpointer data)
{
  gboolean forged = GPOINTER_TO_INT (data);
  GRand *random = g_rand_new_with_seed (test_seed ());
  History *history = g_new0 (History, 1);
  guint n_refused = 0;

  for (guint i = 0; i < 80; i++)
    {
      CoquillGraph *at_once = coquill_graph_new (), *one_by_one = coquill_graph_new ();
      gboolean taken;

      make_history (history, random);
      if (forged)
        forge (history, random);
      taken = import (at_once, history, 0, history->n_steps);
      g_assert_cmpint (taken, ==, import_each (one_by_one, history));
      g_assert_true (taken || forged);
      if (taken)
        compare (at_once, one_by_one);
      n_refused += !taken;
      coquill_graph_free (at_once);
      coquill_graph_free (one_by_one);
    }
  if (forged)
    g_assert_cmpuint (n_refused, >, 30);
  g_free (history);
  g_rand_free (random);
}

/* Some of it is there already, or all. */
static void
test_partly_known (void)
{
  GRand *random = g_rand_new_with_seed (test_seed ());
  History *history = g_new0 (History, 1);

  for (guint i = 0; i < 80; i++)
    {
      CoquillGraph *at_once = coquill_graph_new (), *one_by_one = coquill_graph_new ();
      guint first, second;

      make_history (history, random);
      first = (guint)g_rand_int_range (random, 0, (gint)history->n_steps);
      second = (guint)g_rand_int_range (random, (gint)first, (gint)history->n_steps);
      g_assert_true (import (at_once, history, 0, second));
      g_assert_true (import (at_once, history, first, history->n_steps));
      g_assert_true (import_each (one_by_one, history));
      compare (at_once, one_by_one);
      coquill_graph_free (at_once);
      coquill_graph_free (one_by_one);
    }
  g_free (history);
  g_rand_free (random);
}

static void
add_step (History *history,
          guint agent,
          CoquillOperationKind kind,
          guint64 sequence,
          const CoquillChangeId *parents,
          guint n_parents)
{
  Step *step = &history->steps[history->n_steps++];

  step->operation = (CoquillOperation){
    .kind = kind,
    .agent = agent,
    .sequence = sequence,
    .length = 1,
    .n_parents = n_parents,
    .content_length = kind == COQUILL_OPERATION_INSERT,
  };
  for (guint i = 0; i < n_parents; i++)
    step->parents[i] = parents[i];
}

/* Operations without parents are known; what goes on from each becomes a run, with a parent that the change
 * doesn't count, before two write at once up to the end. */
static void
test_untold_parents (void)
{
  History *history = g_new0 (History, 1);
  CoquillGraph *at_once = coquill_graph_new (), *one_by_one = coquill_graph_new ();
  guint n_roots = MAX_AGENTS / 2;

  history->n_agents = n_roots;
  for (guint i = 0; i < n_roots; i++)
    {
      add_step (history, i, COQUILL_OPERATION_INSERT, 0, NULL, 0);
      add_step (history, i, COQUILL_OPERATION_DELETE, 1, &(CoquillChangeId){ i, 0 }, 1);
    }
  for (guint64 sequence = 2; history->n_steps + 2 <= N_OPERATIONS; sequence++)
    for (guint i = 0; i < 2; i++)
      add_step (history, i, COQUILL_OPERATION_INSERT, sequence,
                (CoquillChangeId[]){ { i, sequence - 1 }, { 1 - i, sequence - 1 } }, 2);
  for (guint i = 0; i < n_roots; i++)
    {
      g_assert_true (import (at_once, history, 2 * i, 2 * i + 1));
      g_assert_true (import (one_by_one, history, 2 * i, 2 * i + 1));
    }
  g_assert_true (import (at_once, history, 0, history->n_steps));
  g_assert_true (import_each (one_by_one, history));
  compare (at_once, one_by_one);
  coquill_graph_free (at_once);
  coquill_graph_free (one_by_one);
  g_free (history);
}

/* The change as who gets its bytes has it. */
static CoquillChange *
send_change (CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillChange *decoded;

  g_assert_true (coquill_change_encode (change, &bytes));
  decoded = coquill_change_decode (bytes.data, bytes.length, NULL);
  g_assert_nonnull (decoded);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);
  return decoded;
}

/* One who writes alone, each operation elsewhere. */
static History *
alone (guint n_operations)
{
  History *history = g_new0 (History, 1);

  history->n_agents = 2;
  for (guint64 i = 0; i < n_operations; i++)
    add_step (history, 0, COQUILL_OPERATION_INSERT, i, &(CoquillChangeId){ 0, i - 1 }, i > 0);
  return history;
}

/* What is known of somebody may be too short for it only because it isn't all here. */
static void
test_missing_comes_first (void)
{
  History *history = alone (40);
  CoquillChange *change;

  history->steps[20].operation.n_parents = 2;
  history->steps[20].parents[1] = (CoquillChangeId){ 1, 99 };
  for (guint i = 21; i < history->n_steps; i++)
    history->steps[i].operation.position = 100;
  change = send_change (make_change (history, 0, history->n_steps));
  /* The second time it isn't read by what the decoder left. */
  for (guint i = 0; i < 2; i++)
    {
      CoquillGraph *graph = coquill_graph_new ();
      CoquillTextError error = { 0 };
      CoquillImport run = { .graph = graph, .change = change, .error = &error };

      g_assert_false (coquill_import_run (&run));
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_MISSING);
      coquill_graph_free (graph);
    }
  coquill_change_free (change);
  g_free (history);
}

/* What the decoder left doesn't have it. */
static void
test_added_to_decoded (void)
{
  History *history = alone (N_OPERATIONS);
  CoquillGraph *at_once = coquill_graph_new (), *one_by_one = coquill_graph_new ();
  CoquillChange *change = send_change (make_change (history, 0, 40));
  CoquillImport run = { .graph = at_once, .change = change };

  for (guint i = 40; i < history->n_steps; i++)
    coquill_change_add_operation (change, &history->steps[i].operation, history->steps[i].parents,
                                  content_of (&history->steps[i].operation));
  g_assert_true (coquill_import_run (&run));
  g_assert_true (import_each (one_by_one, history));
  compare (at_once, one_by_one);
  coquill_change_free (change);
  coquill_graph_free (at_once);
  coquill_graph_free (one_by_one);
  g_free (history);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/import/at-once-is-the-same-as-one-by-one", GINT_TO_POINTER (FALSE), test_at_once);
  g_test_add_data_func ("/import/what-is-forged-is-refused-at-once-as-well", GINT_TO_POINTER (TRUE),
                        test_at_once);
  g_test_add_func ("/import/what-is-known-is-left-out", test_partly_known);
  g_test_add_func ("/import/parents-that-nobody-told-have-room", test_untold_parents);
  g_test_add_func ("/import/what-is-missing-is-told-before-what-comes-behind-it", test_missing_comes_first);
  g_test_add_func ("/import/what-is-added-to-a-decoded-change-comes-too", test_added_to_decoded);
  return g_test_run ();
}
