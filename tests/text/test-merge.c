/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-merge.c: random histories of many agents, merged in random orders on many replicas, compared with the
 * oracle. */

#include <locale.h>

#include "oracle.h"
#include "seed.h"
#include "text/codec.h"
#include "text/text-private.h"

#define MAX_REPLICAS 8

/* What each history is: many small ones find more than one large one. */
typedef struct
{
  const char *name;
  guint n_histories;
  guint n_steps;
  guint max_replicas;
  guint merge_percent; /* of the steps */
  gboolean one_place;  /* everybody inserts near one place */
  gboolean snapshots;  /* replicas are reloaded from snapshots */
} Plan;

typedef struct
{
  CoquillText *text;
  GByteArray *version; /* in the oracle */
  GArray *mirror;      /* gunichar: kept by deltas alone */
  guint agent;         /* in the oracle; */
  guint32 local;       /* and in the text */
  guint64 caret;
  GPtrArray *history; /* CoquillChange: what a reloaded text has not been given yet */
} Replica;

typedef struct
{
  guint agent;
  guint64 sequence;
  CoquillAnchorKind kind;
} Anchor;

typedef struct
{
  GRand *random;
  const Plan *plan;
  Oracle *oracle;
  Replica replicas[MAX_REPLICAS];
  guint n_replicas;
  GArray *anchors; /* Anchor */
} World;

static guint64 n_items;

static guint
pick (World *world, guint n)
{
  return (guint)g_rand_int_range (world->random, 0, (gint)n);
}

static guint64
min64 (guint64 a, guint64 b)
{
  return a < b ? a : b;
}

static void
assert_no_error (gboolean done, const CoquillTextError *error)
{
  if (!done)
    g_error ("refused: %d, %s", error->code, error->message);
}

static void
mirror_cb (const CoquillTextDelta *delta, void *data)
{
  GArray *mirror = data;

  g_assert_cmpuint (delta->position + delta->deleted, <=, mirror->len);
  if (delta->deleted > 0)
    g_array_remove_range (mirror, (guint)delta->position, (guint)delta->deleted);
  if (delta->inserted_length > 0)
    {
      glong length;
      g_autofree gunichar *characters
          = g_utf8_to_ucs4_fast (delta->inserted, (glong)delta->inserted_bytes, &length);

      g_assert_cmpuint (length, ==, delta->inserted_length);
      g_array_insert_vals (mirror, (guint)delta->position, characters, (guint)length);
    }
}

/* Agents of the oracle in a text, which must know them. */
static guint32
local_agent (World *world, CoquillText *text, guint agent)
{
  return coquill_text_find_agent (text, g_ptr_array_index (world->oracle->agents, agent));
}

static void
new_agent (World *world, Replica *replica, const CoquillAgentPrevious *previous)
{
  CoquillAgent agent = { .nonce = g_rand_int (world->random) };

  for (guint i = 0; i < sizeof agent.device; i++)
    agent.device[i] = (guint8)pick (world, 256);
  replica->agent = oracle_add_agent (world->oracle, &agent);
  replica->local = coquill_text_add_agent (replica->text, &agent, previous);
}

static gunichar
random_character (World *world)
{
  static const gunichar some[] = { 'a', 'b', 'c', ' ', '\n', 0xe9, 0x20ac, 0x1f600 };

  return pick (world, 4) > 0 ? 'a' + pick (world, 26) : some[pick (world, G_N_ELEMENTS (some))];
}

static guint64
random_place (World *world, Replica *replica)
{
  guint64 length = coquill_text_length (replica->text);

  if (world->plan->one_place && pick (world, 4) > 0)
    return min64 (length, pick (world, 3));
  switch (pick (world, 4))
    {
    case 0:
      return length > 0 ? pick (world, (guint)length + 1) : 0;
    case 1:
      return length;
    default:
      return min64 (replica->caret, length);
    }
}

static void
do_insert (World *world, Replica *replica)
{
  CoquillTextError error;
  g_autoptr (GString) string = g_string_new (NULL);
  guint length = pick (world, 8) == 0 ? 1 + pick (world, 20) : 1 + pick (world, 3);
  guint64 position = random_place (world, replica), sequence;
  gboolean reverse = pick (world, 5) == 0; /* each character before the last: the caret does not move */

  for (guint i = 0; i < length; i++)
    {
      gunichar character = random_character (world);

      g_string_append_unichar (string, character);
      oracle_insert (world->oracle, replica->version, replica->agent, reverse ? position : position + i,
                     character);
      g_array_insert_val (replica->mirror, (guint)(reverse ? position : position + i), character);
      if (reverse)
        {
          char utf8[6];
          gint bytes = g_unichar_to_utf8 (character, utf8);

          assert_no_error (coquill_text_insert (replica->text, replica->local, position, utf8, (size_t)bytes,
                                                NULL, &error),
                           &error);
        }
    }
  if (!reverse)
    {
      guint64 expected = coquill_text_agent_length (replica->text, replica->local);

      assert_no_error (coquill_text_insert (replica->text, replica->local, position, string->str, string->len,
                                            &sequence, &error),
                       &error);
      g_assert_cmpuint (sequence, ==, expected);
    }
  replica->caret = reverse ? position : position + length;
  n_items += length;
}

static void
do_delete (World *world, Replica *replica)
{
  CoquillTextError error;
  guint64 length = coquill_text_length (replica->text);
  guint64 position, count;
  gboolean backward = pick (world, 2) == 0;

  if (length == 0)
    return;
  position = min64 (random_place (world, replica), length - 1);
  count = min64 (1 + pick (world, pick (world, 6) == 0 ? 15 : 3), length - position);
  if (backward)
    count = min64 (count, position + 1);
  for (guint64 i = 0; i < count; i++)
    {
      guint64 place = backward ? position - i : position;

      oracle_delete (world->oracle, replica->version, replica->agent, place);
      g_array_remove_index (replica->mirror, (guint)place);
      if (backward)
        assert_no_error (coquill_text_delete (replica->text, replica->local, place, 1, NULL, &error), &error);
    }
  if (!backward)
    assert_no_error (coquill_text_delete (replica->text, replica->local, position, count, NULL, &error),
                     &error);
  replica->caret = backward ? position + 1 - count : position;
  n_items += count;
}

static void
give_history (Replica *replica)
{
  CoquillTextError error;

  for (guint i = 0; i < replica->history->len; i++)
    assert_no_error (
        coquill_text_add_history (replica->text, g_ptr_array_index (replica->history, i), &error), &error);
  g_ptr_array_set_size (replica->history, 0);
  g_assert_true (coquill_text_has_history (replica->text));
}

static void
do_restore (World *world, Replica *replica)
{
  Oracle *oracle = world->oracle;
  CoquillTextError error;
  CoquillTextRange ranges[4];
  guint n_ranges = 0;

  /* Any deletion that the replica knows, whoever made it, cancelled or not, with those that follow it. */
  for (guint i = 0; i < 20 && n_ranges < G_N_ELEMENTS (ranges) && oracle->items->len > 0; i++)
    {
      gint number = (gint)pick (world, oracle->items->len);
      OracleItem *item = g_ptr_array_index (oracle->items, (guint)number);
      guint length = 0, wanted = 1 + pick (world, 4);

      while (length < wanted)
        {
          gint next = oracle_find (oracle, item->agent, item->sequence + length);

          if (next < 0 || (guint)next >= replica->version->len || !replica->version->data[next]
              || ((OracleItem *)g_ptr_array_index (oracle->items, (guint)next))->kind
                     != COQUILL_OPERATION_DELETE)
            break;
          length++;
        }
      if (length == 0)
        continue;
      ranges[n_ranges++] = (CoquillTextRange){ item->agent, item->sequence, length };
      if (pick (world, 2) == 0)
        break;
    }
  if (n_ranges == 0)
    return;

  for (guint i = 0; i < n_ranges; i++)
    {
      for (guint j = 0; j < ranges[i].length; j++)
        oracle_restore (oracle, replica->version, replica->agent,
                        oracle_find (oracle, ranges[i].agent, ranges[i].sequence + j));
      n_items += ranges[i].length;
      ranges[i].agent = local_agent (world, replica->text, ranges[i].agent);
    }
  if (!coquill_text_restore (replica->text, replica->local, ranges, n_ranges, mirror_cb, replica->mirror,
                             NULL, &error))
    {
      g_assert_cmpint (error.code, ==, COQUILL_TEXT_ERROR_HISTORY_NEEDED);
      give_history (replica);
      assert_no_error (coquill_text_restore (replica->text, replica->local, ranges, n_ranges, mirror_cb,
                                             replica->mirror, NULL, &error),
                       &error);
    }
}

static void
do_record (World *world, Replica *replica)
{
  CoquillTextError error;
  guint8 bytes[3] = { 1, 2, (guint8)pick (world, 256) };

  oracle_record (world->oracle, replica->version, replica->agent);
  assert_no_error (coquill_text_record (replica->text, replica->local, bytes, pick (world, 4), NULL, &error),
                   &error);
  n_items++;
}

static CoquillChange *
through_codec (CoquillChange *change)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillTextError error;
  CoquillChange *decoded;

  g_assert_true (coquill_change_encode (change, &buffer));
  decoded = coquill_change_decode (buffer.data, buffer.length, &error);
  if (decoded == NULL)
    g_error ("not decoded: %s", error.message);
  coquill_buffer_clear (&buffer);
  coquill_change_free (change);
  return decoded;
}

/* The same with one operation too many, which cannot be: nothing of it may stay. */
static void
merge_spoilt (Replica *to, const CoquillChange *change)
{
  CoquillChange *spoilt = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;
  CoquillChangeId last = { 0 };
  guint64 before = coquill_text_n_items (to->text);
  guint32 n_agents = coquill_text_n_agents (to->text);

  for (gsize i = 0; i < change->n_agents; i++)
    coquill_change_add_agent (spoilt, &change->agents[i].id,
                              change->agents[i].starts ? &change->agents[i].previous : NULL);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      coquill_change_add_operation (spoilt, &operation, operation.parents, operation.content);
      last = (CoquillChangeId){ operation.agent, operation.sequence + operation.length - 1 };
    }
  operation = (CoquillOperation){
    .kind = COQUILL_OPERATION_DELETE,
    .agent = last.agent,
    .sequence = last.sequence + 1,
    .length = 1 << 30,
    .n_parents = 1,
  };
  coquill_change_add_operation (spoilt, &operation, &last, NULL);
  g_assert_false (coquill_text_merge (to->text, spoilt, mirror_cb, to->mirror, NULL));
  g_assert_cmpuint (coquill_text_n_items (to->text), ==, before);
  g_assert_cmpuint (coquill_text_n_agents (to->text), ==, n_agents);
  coquill_change_free (spoilt);
}

/* One replica takes what it lacks from another one, or a part of that, causally closed. */
static void
do_merge (World *world, Replica *to, Replica *from, gboolean all)
{
  guint32 n_agents = coquill_text_n_agents (from->text);
  g_autofree uint64_t *known = g_new0 (uint64_t, n_agents + 1);
  guint64 limit = coquill_text_n_items (from->text);
  CoquillTextError error;
  CoquillChangeReader reader;
  CoquillOperation operation;
  CoquillChange *change;

  for (guint32 i = 0; i < n_agents; i++)
    {
      guint32 local = coquill_text_find_agent (to->text, coquill_text_agent (from->text, i));

      if (local != COQUILL_NO_AGENT)
        known[i] = coquill_text_agent_length (to->text, local);
      if (known[i] > 0 && pick (world, 4) == 0)
        known[i] -= min64 (known[i], pick (world, 4)); /* some come twice */
    }
  if (!all && pick (world, 3) == 0)
    limit = coquill_text_first_item (from->text)
            + pick (world, (guint)(limit - coquill_text_first_item (from->text)) + 1);
  change = coquill_text_extract_missing (from->text, known, n_agents, limit);
  if (change == NULL)
    {
      give_history (from);
      change = coquill_text_extract_missing (from->text, known, n_agents, limit);
    }
  if (pick (world, 4) == 0)
    change = through_codec (change);
  if (change->n_operations > 0 && pick (world, 6) == 0)
    merge_spoilt (to, change);
  if (!coquill_text_merge (to->text, change, mirror_cb, to->mirror, &error))
    {
      if (error.code != COQUILL_TEXT_ERROR_HISTORY_NEEDED)
        g_error ("not merged: %d, %s", error.code, error.message);
      give_history (to);
      assert_no_error (coquill_text_merge (to->text, change, mirror_cb, to->mirror, &error), &error);
    }

  /* What the oracle's version of the replica now holds. */
  if (to->version->len < world->oracle->items->len)
    {
      guint before = to->version->len;

      g_byte_array_set_size (to->version, world->oracle->items->len);
      memset (to->version->data + before, 0, to->version->len - before);
    }
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      guint agent = 0;

      while (coquill_agent_compare (g_ptr_array_index (world->oracle->agents, agent),
                                    &change->agents[operation.agent].id)
             != 0)
        agent++;
      for (guint64 j = 0; j < operation.length; j++)
        to->version->data[oracle_find (world->oracle, agent, operation.sequence + j)] = 1;
    }
  coquill_change_free (change);
}

/* The replica's program ends and starts again: from a snapshot, as a new agent, with the history still on
 * disk. */
static void
do_reload (World *world, Replica *replica)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillTextError error;
  CoquillAgentPrevious previous = { .present = TRUE };
  guint64 n_known, at = 0;

  if (replica->history->len > 0)
    give_history (replica);
  n_known = coquill_text_n_items (replica->text);
  while (at < n_known)
    {
      guint64 next = pick (world, 2) == 0 ? n_known : at + 1 + pick (world, (guint)(n_known - at));

      g_ptr_array_add (replica->history, coquill_text_extract (replica->text, at, next));
      at = next;
    }
  g_assert_true (coquill_text_save_snapshot (replica->text, &buffer));
  previous.nonce = coquill_text_agent (replica->text, replica->local)->nonce;
  previous.length = coquill_text_agent_length (replica->text, replica->local);
  coquill_text_free (replica->text);
  replica->text = coquill_text_load_snapshot (buffer.data, buffer.length, &error);
  if (replica->text == NULL)
    g_error ("not loaded: %s", error.message);
  coquill_buffer_clear (&buffer);
  g_assert_cmpuint (coquill_text_n_items (replica->text), ==, n_known);
  new_agent (world, replica, &previous);
  if (pick (world, 3) == 0)
    give_history (replica);
}

static void
add_anchor (World *world, Replica *replica)
{
  CoquillAnchor anchor
      = coquill_text_anchor (replica->text, pick (world, (guint)coquill_text_length (replica->text) + 1),
                             pick (world, 2) == 0 ? COQUILL_ANCHOR_BEFORE : COQUILL_ANCHOR_AFTER);
  Anchor added = { .sequence = anchor.sequence, .kind = anchor.kind };

  if (anchor.kind == COQUILL_ANCHOR_START || anchor.kind == COQUILL_ANCHOR_END)
    return;
  while (local_agent (world, replica->text, added.agent) != anchor.agent)
    added.agent++;
  g_array_append_val (world->anchors, added);
}

static void
check_anchors (World *world, Replica *replica)
{
  for (guint i = 0; i < world->anchors->len; i++)
    {
      const Anchor *anchor = &g_array_index (world->anchors, Anchor, i);
      gint number = oracle_find (world->oracle, anchor->agent, anchor->sequence);
      CoquillAnchor local
          = { anchor->kind, local_agent (world, replica->text, anchor->agent), anchor->sequence };
      uint64_t position;
      guint64 expected;

      if ((guint)number >= replica->version->len || !replica->version->data[number])
        {
          g_assert_false (coquill_text_resolve (replica->text, &local, &position));
          continue;
        }
      if (!coquill_text_resolve (replica->text, &local, &position))
        {
          g_assert_cmpuint (replica->history->len, >, 0);
          continue;
        }
      expected = oracle_place (world->oracle, replica->version, number);
      if (anchor->kind == COQUILL_ANCHOR_AFTER && oracle_is_visible (world->oracle, replica->version, number))
        expected++;
      g_assert_cmpuint (position, ==, expected);
    }
}

typedef struct
{
  World *world;
  Replica *replica;
  GArray *visible;
  guint64 at;
} SpanCheck;

static bool
check_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  SpanCheck *check = data;

  g_assert_cmpuint (position, ==, check->at);
  for (guint64 i = 0; i < range->length; i++)
    {
      OracleItem *item = g_ptr_array_index (check->world->oracle->items,
                                            (guint)g_array_index (check->visible, gint, check->at++));

      g_assert_cmpuint (local_agent (check->world, check->replica->text, item->agent), ==, range->agent);
      g_assert_cmpuint (item->sequence, ==, range->sequence + i);
    }
  return true;
}

static void
check_replica (World *world, Replica *replica, gboolean thoroughly)
{
  g_autoptr (GArray) visible = oracle_visible (world->oracle, replica->version);
  size_t bytes;
  char *string = coquill_text_to_string (replica->text, &bytes);
  glong length;
  g_autofree gunichar *characters = g_utf8_to_ucs4_fast (string, (glong)bytes, &length);

  g_assert_cmpuint (coquill_text_length (replica->text), ==, visible->len);
  g_assert_cmpuint (length, ==, visible->len);
  g_assert_cmpuint (replica->mirror->len, ==, visible->len);
  for (guint i = 0; i < visible->len; i++)
    {
      OracleItem *item = g_ptr_array_index (world->oracle->items, (guint)g_array_index (visible, gint, i));

      g_assert_cmpuint (characters[i], ==, item->character);
      g_assert_cmpuint (g_array_index (replica->mirror, gunichar, i), ==, item->character);
    }
  free (string);

  if (thoroughly)
    {
      SpanCheck check = { world, replica, visible, 0 };

      g_assert_true (coquill_text_foreach_span (replica->text, 0, visible->len, check_span_cb, &check));
      g_assert_cmpuint (check.at, ==, visible->len);
      check_anchors (world, replica);
      if (replica->text->walker != NULL)
        g_assert_true (coquill_span_tree_check (replica->text->walker->tree));
    }
}

static void
do_step (World *world)
{
  Replica *replica = &world->replicas[pick (world, world->n_replicas)];
  guint what;

  if (pick (world, 100) < world->plan->merge_percent)
    {
      Replica *from = &world->replicas[pick (world, world->n_replicas)];

      if (from != replica)
        do_merge (world, replica, from, FALSE);
      check_replica (world, replica, pick (world, 8) == 0);
      return;
    }

  what = pick (world, 100);
  if (what < 60)
    do_insert (world, replica);
  else if (what < 82)
    do_delete (world, replica);
  else if (what < 93)
    do_restore (world, replica);
  else if (what < 96)
    do_record (world, replica);
  else if (what < 98)
    add_anchor (world, replica);
  else if (world->plan->snapshots)
    do_reload (world, replica);
}

static void
run_history (const Plan *plan, guint32 seed)
{
  World world = { .plan = plan };

  world.random = g_rand_new_with_seed (seed);
  world.oracle = oracle_new ();
  world.anchors = g_array_new (FALSE, FALSE, sizeof (Anchor));
  world.n_replicas = 2 + pick (&world, plan->max_replicas - 1);
  for (guint i = 0; i < world.n_replicas; i++)
    {
      Replica *replica = &world.replicas[i];

      replica->text = coquill_text_new ();
      replica->version = g_byte_array_new ();
      replica->mirror = g_array_new (FALSE, FALSE, sizeof (gunichar));
      replica->history = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_change_free);
      new_agent (&world, replica, NULL);
    }

  for (guint step = 0; step < plan->n_steps; step++)
    do_step (&world);

  /* All take everything, from two sides, in a random order. */
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < world.n_replicas; i++)
      for (guint j = 0, first = pick (&world, world.n_replicas); j < world.n_replicas; j++)
        {
          Replica *from = &world.replicas[(first + j) % world.n_replicas];

          if (from != &world.replicas[i])
            do_merge (&world, &world.replicas[i], from, TRUE);
        }
  for (guint i = 0; i < world.n_replicas; i++)
    {
      Replica *replica = &world.replicas[i];

      g_assert_cmpuint (coquill_text_n_items (replica->text), ==, world.oracle->items->len);
      check_replica (&world, replica, TRUE);
      coquill_text_free (replica->text);
      g_byte_array_unref (replica->version);
      g_array_unref (replica->mirror);
      g_ptr_array_unref (replica->history);
    }
  g_array_unref (world.anchors);
  oracle_free (world.oracle);
  g_rand_free (world.random);
}

static void
test_plan (gconstpointer data)
{
  const Plan *plan = data;
  guint32 first = test_seed ();
  guint64 before = n_items;

  for (guint i = 0; i < plan->n_histories; i++)
    {
      if (g_test_verbose ())
        g_test_message ("history %u", first + i);
      run_history (plan, first + i);
    }
  g_test_message ("%u histories, %" G_GUINT64_FORMAT " items", plan->n_histories, n_items - before);
}

int
main (int argc, char *argv[])
{
  static const Plan plans[] = {
    { "/merge/two-agents", 250, 60, 2, 20, FALSE, FALSE },
    { "/merge/many-agents", 75, 200, 8, 25, FALSE, FALSE },
    { "/merge/many-agents-at-one-place", 250, 80, 8, 20, TRUE, FALSE },
    { "/merge/long-branches", 50, 250, 4, 3, FALSE, FALSE },
    { "/merge/mostly-in-line", 50, 250, 3, 70, FALSE, FALSE },
    { "/merge/replicas-reloaded-from-snapshots", 200, 150, 4, 25, FALSE, TRUE },
    { "/merge/reloaded-at-one-place", 150, 100, 6, 25, TRUE, TRUE },
    { "/merge/large-trees", 1, 2500, 5, 8, FALSE, TRUE },
  };

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    g_test_add_data_func (plans[i].name, &plans[i], test_plan);
  return g_test_run ();
}
