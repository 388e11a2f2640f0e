/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-trace-orders.c: recorded histories end as they did, with the same characters by the same people,
 * whatever the order in which they come, in whatever batches, and on top of a snapshot from their middle. */

#include <stdlib.h>
#include <string.h>

#include "seed.h"
#include "text/codec.h"
#include "text/text-version.h"
#include "trace-changes.h"

typedef enum
{
  AS_RECORDED,
  BRANCH_BY_BRANCH, /* as far as one goes, then the next */
  AT_RANDOM,
  ONE_AT_LAST, /* who wrote most is not heard of for as long as that is possible */
} Order;

/* From one branch to another in one history: each costs the walker the way there. */
#define MOST_JUMPS 400

typedef enum
{
  NO_SNAPSHOT,
  WITHOUT_HISTORY,
  WITH_HISTORY,
} SnapshotKind;

typedef struct
{
  Order order;
  guint batch;     /* transactions in one change, at most; each time another number; 0: all */
  gboolean encode; /* through bytes */
  gboolean cut;    /* runs come in halves */
  SnapshotKind snapshot;
} Delivery;

/* A digest of who wrote what, the same each time; 0: not known yet. */
typedef guint64 Result;

/* Order */

static gint
next_transaction (
    GRand *random, Order order, guint last_agent, const Trace *trace, const GArray *ready, gint jump)
{
  guint index = ready->len - 1;

  if (order == AS_RECORDED)
    {
      for (guint i = 0; i < ready->len; i++)
        if (g_array_index (ready, guint, i) < g_array_index (ready, guint, index))
          index = i;
    }
  else if (order == AT_RANDOM && g_rand_int_range (random, 0, jump) == 0)
    index = (guint)g_rand_int_range (random, 0, (gint)ready->len);
  else if (order == ONE_AT_LAST)
    while (index > 0 && trace->transactions[g_array_index (ready, guint, index)].agent == last_agent)
      index--;
  return (gint)index;
}

static guint
busiest_agent (const Trace *trace)
{
  g_autofree guint *counts = g_new0 (guint, trace->n_agents);
  guint busiest = 0;

  for (guint i = 0; i < trace->n_transactions; i++)
    if (++counts[trace->transactions[i].agent] > counts[busiest])
      busiest = trace->transactions[i].agent;
  return busiest;
}

/* Indices of all transactions, parents before children. */
static GArray *
order_transactions (const Trace *trace, Order order, GRand *random)
{
  GArray *ordered = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint *waits_for = g_new0 (guint, trace->n_transactions);
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  guint last_agent = busiest_agent (trace);
  gint jump = 1 + (gint)trace->n_transactions / MOST_JUMPS;

  for (guint i = 0; i < trace->n_transactions; i++)
    {
      const TraceTransaction *transaction = &trace->transactions[i];

      g_ptr_array_add (children, g_array_new (FALSE, FALSE, sizeof (guint)));
      if (!trace->concurrent && i > 0)
        {
          waits_for[i] = 1;
          g_array_append_val (children->pdata[i - 1], i);
        }
      for (guint j = 0; j < transaction->n_parents; j++)
        g_array_append_val (children->pdata[transaction->parents[j]], i);
      waits_for[i] += transaction->n_parents;
      if (waits_for[i] == 0)
        g_array_append_val (ready, i);
    }
  while (ready->len > 0)
    {
      gint index = next_transaction (random, order, last_agent, trace, ready, jump);
      guint transaction = g_array_index (ready, guint, index);
      const GArray *above = children->pdata[transaction];

      g_array_remove_index (ready, (guint)index);
      g_array_append_val (ordered, transaction);
      for (guint i = 0; i < above->len; i++)
        if (--waits_for[g_array_index (above, guint, i)] == 0)
          g_array_append_val (ready, g_array_index (above, guint, i));
    }
  g_assert_cmpuint (ordered->len, ==, trace->n_transactions);
  return ordered;
}

/* Batches */

typedef struct
{
  CoquillChange *change;
  GHashTable *agents; /* a trace's number of an agent, to the change's index plus 1 */
} Batch;

static guint32
agent_in_batch (Batch *self, const CoquillChangeAgent *agent)
{
  gpointer number = GUINT_TO_POINTER ((guint)agent->id.nonce);
  guint32 index = GPOINTER_TO_UINT (g_hash_table_lookup (self->agents, number));

  if (index == 0)
    {
      index
          = coquill_change_add_agent (self->change, &agent->id, agent->starts ? &agent->previous : NULL) + 1;
      g_hash_table_insert (self->agents, number, GUINT_TO_POINTER (index));
    }
  return index - 1;
}

/* A run in two; a backward one goes on further in front. */
static void
add_halves (CoquillChange *change, const CoquillOperation *run, const CoquillChangeId *parents)
{
  CoquillOperation first = *run, second = *run;
  CoquillChangeId between;

  first.length = run->length / 2;
  second.length -= first.length;
  second.sequence += first.length;
  second.n_parents = 1;
  between = (CoquillChangeId){ run->agent, second.sequence - 1 };
  if (run->kind == COQUILL_OPERATION_INSERT)
    {
      first.content_length
          = (gsize)(g_utf8_offset_to_pointer ((const char *)run->content, (glong)first.length)
                    - (const char *)run->content);
      second.content_length -= first.content_length;
      second.position += first.length;
    }
  else if (run->backward)
    second.position -= first.length;
  coquill_change_add_operation (change, &first, parents, run->content);
  coquill_change_add_operation (change, &second, &between,
                                run->content != NULL ? run->content + first.content_length : NULL);
}

static void
add_to_batch (Batch *self, const CoquillChange *transaction, gboolean cut)
{
  CoquillChangeReader reader;
  CoquillOperation run;

  coquill_change_reader_init (&reader, transaction);
  while (coquill_change_reader_next (&reader, &run))
    {
      g_autofree CoquillChangeId *parents = g_new0 (CoquillChangeId, MAX (run.n_parents, 1));

      for (guint i = 0; i < run.n_parents; i++)
        parents[i] = (CoquillChangeId){ agent_in_batch (self, &transaction->agents[run.parents[i].agent]),
                                        run.parents[i].sequence };
      run.agent = agent_in_batch (self, &transaction->agents[run.agent]);
      if (cut && run.length > 1)
        add_halves (self->change, &run, parents);
      else
        coquill_change_add_operation (self->change, &run, parents, run.content);
    }
}

static CoquillChange *
through_bytes (CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };
  CoquillChange *decoded;

  g_assert_true (coquill_change_encode (change, &bytes));
  decoded = coquill_change_decode (bytes.data, bytes.length, &error);
  if (decoded == NULL)
    g_error ("decode: %s", error.message);
  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
  return decoded;
}

/* Playing */

static void
merge (CoquillText *text, const CoquillChange *change, CoquillChange **history)
{
  CoquillTextError error = { 0 };

  if (coquill_text_merge (text, change, NULL, NULL, &error))
    return;
  if (error.code != COQUILL_TEXT_ERROR_HISTORY_NEEDED || *history == NULL)
    g_error ("merge: %s", error.message);
  if (!coquill_text_add_history (text, *history, &error))
    g_error ("history: %s", error.message);
  g_clear_pointer (history, coquill_change_free);
  if (!coquill_text_merge (text, change, NULL, NULL, &error))
    g_error ("merge with history: %s", error.message);
}

/* The same text, from its snapshot. */
static CoquillText *
reload (CoquillText *text, SnapshotKind kind, CoquillChange **history)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillTextError error = { 0 };
  CoquillText *loaded;

  *history = coquill_text_extract (text, 0, coquill_text_n_items (text));
  g_assert_true (coquill_text_save_snapshot (text, &bytes));
  loaded = coquill_text_load_snapshot (bytes.data, bytes.length, &error);
  if (loaded == NULL)
    g_error ("snapshot: %s", error.message);
  if (kind == WITH_HISTORY)
    {
      if (!coquill_text_add_history (loaded, *history, &error))
        g_error ("history: %s", error.message);
      g_clear_pointer (history, coquill_change_free);
    }
  coquill_buffer_clear (&bytes);
  coquill_text_free (text);
  return loaded;
}

typedef struct
{
  CoquillText *text;
  guint32 last_agent;
  guint64 next, digest;
} Authors;

static void
add_to_digest (Authors *authors, guint64 number)
{
  authors->digest = (authors->digest ^ number) * UINT64_C (0x100000001b3);
}

static bool
add_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Authors *authors = data;

  /* However the runs are cut. */
  if (range->agent != authors->last_agent || range->sequence != authors->next)
    {
      add_to_digest (authors, authors->next);
      add_to_digest (authors, coquill_text_agent (authors->text, range->agent)->nonce);
      add_to_digest (authors, range->sequence);
    }
  authors->last_agent = range->agent;
  authors->next = range->sequence + range->length;
  return true;
}

static void
check_result (CoquillText *text, Result *result, const char *expected)
{
  Authors authors = { text, UINT32_MAX, 0, 0 };
  size_t n_bytes;
  char *content = coquill_text_to_string (text, &n_bytes);

  g_assert_cmpuint (n_bytes, ==, strlen (expected));
  g_assert_true (memcmp (content, expected, n_bytes) == 0);
  free (content);
  coquill_text_foreach_span (text, 0, coquill_text_length (text), add_span_cb, &authors);
  if (*result == 0)
    *result = authors.digest;
  g_assert_cmpuint (authors.digest, ==, *result);
}

static void
deliver (
    const Trace *trace, const GPtrArray *changes, const Delivery *delivery, GRand *random, Result *result)
{
  g_autoptr (GArray) order = order_transactions (trace, delivery->order, random);
  CoquillText *text = coquill_text_new ();
  CoquillChange *history = NULL;
  guint reload_at = delivery->snapshot == NO_SNAPSHOT
                        ? G_MAXUINT
                        : (guint)g_rand_int_range (random, (gint)order->len / 4, (gint)order->len * 3 / 4);
  guint at = 0;
  gint64 start = g_get_monotonic_time ();

  while (at < order->len)
    {
      guint end = delivery->batch == 0 ? order->len
                                       : at + 1 + (guint)g_rand_int_range (random, 0, (gint)delivery->batch);
      Batch batch = { coquill_change_new (), g_hash_table_new (NULL, NULL) };

      if (at < reload_at)
        end = MIN (end, reload_at);
      for (end = MIN (end, order->len); at < end; at++)
        add_to_batch (&batch, changes->pdata[g_array_index (order, guint, at)], delivery->cut);
      if (delivery->encode)
        batch.change = through_bytes (batch.change);
      merge (text, batch.change, &history);
      coquill_change_free (batch.change);
      g_hash_table_unref (batch.agents);
      if (at == reload_at)
        text = reload (text, delivery->snapshot, &history);
    }
  check_result (text, result, trace->end_content);
  g_test_message ("order %d, batches of %u, snapshot %d%s: %.0f ms", (int)delivery->order, delivery->batch,
                  (int)delivery->snapshot,
                  delivery->snapshot == WITHOUT_HISTORY && history == NULL ? ", its history was needed" : "",
                  (double)(g_get_monotonic_time () - start) / 1000);
  /* What is linear never needs it. */
  g_assert_true (trace->concurrent || delivery->snapshot != WITHOUT_HISTORY || history != NULL);
  coquill_change_free (history);
  coquill_text_free (text);
}

typedef struct
{
  const char *name;
  guint n_deliveries; /* of those that are there */
} Recorded;

static void
test_any_order (gconstpointer data)
{
  static const Delivery linear[] = {
    { AS_RECORDED, 0, TRUE, FALSE, NO_SNAPSHOT },
    { AS_RECORDED, 500, TRUE, TRUE, WITHOUT_HISTORY },
    { AS_RECORDED, 5000, FALSE, FALSE, WITH_HISTORY },
  };
  static const Delivery concurrent[] = {
    { AS_RECORDED, 0, TRUE, FALSE, NO_SNAPSHOT },
    { BRANCH_BY_BRANCH, 0, TRUE, TRUE, NO_SNAPSHOT },
    { AT_RANDOM, 3000, TRUE, FALSE, WITHOUT_HISTORY },
    { BRANCH_BY_BRANCH, 1000, FALSE, TRUE, WITH_HISTORY },
    { ONE_AT_LAST, 2000, FALSE, FALSE, NO_SNAPSHOT },
    { AS_RECORDED, 1000, FALSE, TRUE, WITHOUT_HISTORY },
    { AT_RANDOM, 30, FALSE, TRUE, NO_SNAPSHOT },
    { AT_RANDOM, 300, FALSE, FALSE, WITH_HISTORY },
    { BRANCH_BY_BRANCH, 50, TRUE, FALSE, WITHOUT_HISTORY },
    { ONE_AT_LAST, 0, TRUE, TRUE, NO_SNAPSHOT },
  };
  const Recorded *recorded = data;
  g_autofree char *path = trace_path (recorded->name);
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  Result result = 0;

  if (path == NULL)
    {
      g_test_skip ("the trace isn't there: let COQUILL_TRACES name its folder");
      return;
    }

  g_autoptr (Trace) trace = trace_load (path);
  g_autoptr (GPtrArray) changes = trace_changes (trace);

  for (guint i = 0; i < recorded->n_deliveries; i++)
    deliver (trace, changes, trace->concurrent ? &concurrent[i] : &linear[i], random, &result);
}

int
main (int argc, char *argv[])
{
  static const Recorded all[] = {
    { "automerge-paper", 2 },
    { "rustcode", 3 },
    { "sveltecomponent", 3 },
    { "friendsforever_flat", 3 },
    { "friendsforever", 10 },
    { "node_nodecc", 5 },
    { "C1", 4 },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *test = g_strdup_printf ("/trace-orders/%s-in-any-order", all[i].name);

      g_test_add_data_func (test, &all[i], test_any_order);
    }
  return g_test_run ();
}
