/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-deliver.c: how items come to a replica: told by the oracle in any order and any batches, or by
 * another replica. */

#include "world.h"

/* From one branch to another, in one delivery: each costs the walker the way there. */
#define MOST_JUMPS 80

/* In one delivery: each may cost the walk from where the branches parted. */
#define MOST_CHANGES 300

/* In which order items come whose parents have come. */
typedef enum
{
  ORDER_RANDOM,
  ORDER_BRANCH_BY_BRANCH,
  ORDER_BREADTH_FIRST,
  ORDER_AS_MADE,
} Order;

typedef struct
{
  World *world;
  Replica *to;
  GRand *random;
  guint n_wanted;
  guint cut_percent; /* of the places where a run could go on */
  guint batch;       /* runs in one change, at most */
  gboolean encode;   /* each change goes through the codec */
  CoquillChange *change;
  GArray *agents;       /* guint32, by the oracle's agent: index in the change plus 1 */
  CoquillOperation run; /* being collected; length 0: none */
  GString *content;
  GArray *parents; /* CoquillChangeId */
  gint last;       /* item of the run */
  gint *learnt;    /* of the change; */
  guint n_learnt;
} Delivery;

static guint
pick (GRand *random, guint n)
{
  return (guint)g_rand_int_range (random, 0, (gint)n);
}

/* Changes from the oracle's items */

static void
begin_change (Delivery *self)
{
  self->change = coquill_change_new ();
  g_array_set_size (self->agents, 0);
  g_array_set_size (self->agents, self->world->oracle->agents->len);
}

static guint32
agent_in_change (Delivery *self, guint agent)
{
  guint32 *index = &g_array_index (self->agents, guint32, agent);

  if (*index == 0)
    *index
        = coquill_change_add_agent (self->change, &oracle_agent (self->world->oracle, agent)->id, NULL) + 1;
  return *index - 1;
}

static CoquillChangeId
id_in_change (Delivery *self, gint number)
{
  const OracleItem *item = oracle_item (self->world->oracle, number);

  return (CoquillChangeId){ agent_in_change (self, item->agent), item->sequence };
}

static void
end_run (Delivery *self)
{
  if (self->run.length == 0)
    return;
  self->run.content_length = self->content->len;
  coquill_change_add_operation (self->change, &self->run, (CoquillChangeId *)self->parents->data,
                                (guint8 *)self->content->str);
  self->run.length = 0;
}

static void
end_change (Delivery *self)
{
  World *world = self->world;

  end_run (self);
  if (self->change->n_operations > 0)
    {
      if (self->encode)
        self->change = world_through_codec (world, self->change, pick (self->random, 20) == 0);
      if (pick (self->random, 12) == 0)
        world_merge_spoilt (world, self->to, self->change, g_rand_int (self->random));
      world_merge (world, self->to, self->change);
      for (guint i = 0; i < self->n_learnt; i++)
        oracle_learn (world->oracle, self->to->version, self->learnt[i]);
      self->n_learnt = 0;
    }
  coquill_change_free (self->change);
}

/* Whether an item can be in one run with the last one. */
static gboolean
goes_on (Delivery *self, const OracleItem *item)
{
  const Oracle *oracle = self->world->oracle;
  const CoquillOperation *run = &self->run;
  const OracleItem *last = oracle_item (oracle, self->last);

  if (run->length == 0 || item->kind != run->kind || item->agent != last->agent
      || item->sequence != last->sequence + 1 || item->n_parents != 1 || item->parents[0] != self->last
      || pick (self->random, 100) < self->cut_percent)
    return FALSE;
  switch (item->kind)
    {
    case COQUILL_OPERATION_INSERT:
      return item->position == last->position + 1;
    case COQUILL_OPERATION_DELETE:
      if (run->length == 1)
        return item->position == last->position || item->position + 1 == last->position;
      return item->position + (run->backward ? 1 : 0) == last->position;
    case COQUILL_OPERATION_RESTORE:
      return oracle_item (oracle, item->target)->agent == oracle_item (oracle, last->target)->agent
             && oracle_item (oracle, item->target)->sequence
                    == oracle_item (oracle, last->target)->sequence + 1;
    case COQUILL_OPERATION_RECORD:
    default:
      return FALSE;
    }
}

static void
begin_run (Delivery *self, const OracleItem *item)
{
  if (self->change->n_operations >= self->batch)
    {
      end_change (self);
      begin_change (self);
    }
  self->run = (CoquillOperation){ .kind = item->kind,
                                  .agent = agent_in_change (self, item->agent),
                                  .sequence = item->sequence,
                                  .position = item->position,
                                  .n_parents = item->n_parents };
  g_array_set_size (self->parents, 0);
  for (guint i = 0; i < item->n_parents; i++)
    {
      CoquillChangeId parent = id_in_change (self, item->parents[i]);

      g_array_append_val (self->parents, parent);
    }
  if (item->kind == COQUILL_OPERATION_RESTORE)
    self->run.target = id_in_change (self, item->target);
  g_string_truncate (self->content, 0);
}

static void
deliver_item (Delivery *self, gint number)
{
  const OracleItem *item = oracle_item (self->world->oracle, number);

  if (!goes_on (self, item))
    {
      end_run (self);
      begin_run (self, item);
    }
  if (item->sequence == 0)
    {
      CoquillChangeAgent *agent = &self->change->agents[self->run.agent];

      agent->starts = TRUE;
      agent->previous = oracle_agent (self->world->oracle, item->agent)->previous;
    }
  if (self->run.length == 1 && item->kind == COQUILL_OPERATION_DELETE)
    self->run.backward = item->position < self->run.position;
  if (item->kind == COQUILL_OPERATION_INSERT)
    g_string_append_unichar (self->content, item->character);
  else if (item->kind == COQUILL_OPERATION_RECORD)
    g_string_append_len (self->content, item->record, item->record_length);
  self->run.length++;
  self->last = number;
  if (!oracle_knows (self->to->version, number))
    self->learnt[self->n_learnt++] = number;
}

/* Of the items that can come now, one; and it is no more among them. */
static gint
next_item (Delivery *self, GArray *ready, Order order, gboolean keep_runs)
{
  guint index = 0;
  gint number;

  switch (order)
    {
    case ORDER_RANDOM:
      index = pick (self->random, ready->len);
      break;
    case ORDER_BRANCH_BY_BRANCH:
      index = ready->len - 1;
      break;
    case ORDER_AS_MADE:
      for (guint i = 1; i < ready->len; i++)
        if (g_array_index (ready, gint, i) < g_array_index (ready, gint, index))
          index = i;
      break;
    case ORDER_BREADTH_FIRST:
    default:
      break;
    }
  /* Its author's next, so that runs are runs and long branches are not jumped between all the time. */
  if (self->run.length > 0 && (keep_runs || pick (self->random, self->n_wanted) >= MOST_JUMPS))
    {
      const OracleItem *last = oracle_item (self->world->oracle, self->last);
      gint next = oracle_find (self->world->oracle, last->agent, last->sequence + 1);

      if (next == self->last + 1 || (next > 0 && pick (self->random, self->n_wanted) >= MOST_JUMPS))
        for (guint i = 0; i < ready->len; i++)
          if (g_array_index (ready, gint, i) == next)
            index = i;
    }
  number = g_array_index (ready, gint, index);
  g_array_remove_index (ready, index);
  return number;
}

/* The items that a set holds: with those that the replica knows it has all their ancestors. @most: no more
 * than that many. */
static void
deliver (World *world, Replica *to, const guint8 *wanted, guint most, guint32 seed)
{
  static const guint cuts[] = { 0, 0, 15, 100 };
  guint n_items = world->oracle->items->len;
  g_autofree guint *waits_for = g_new0 (guint, n_items);
  g_autofree gint *learnt = g_new0 (gint, n_items);
  g_autofree GArray **children = g_new0 (GArray *, n_items);
  g_autoptr (GArray) ready = g_array_new (FALSE, FALSE, sizeof (gint));
  Delivery self = { .world = world, .to = to, .random = g_rand_new_with_seed (seed), .learnt = learnt };
  Order order = pick (self.random, 4);
  gboolean keep_runs = pick (self.random, 4) > 0;

  self.cut_percent = cuts[pick (self.random, G_N_ELEMENTS (cuts))];
  self.batch = pick (self.random, 3) > 0 ? G_MAXUINT : 1 + pick (self.random, 8);
  self.encode = pick (self.random, 3) == 0;
  self.agents = g_array_new (FALSE, TRUE, sizeof (guint32));
  self.parents = g_array_new (FALSE, FALSE, sizeof (CoquillChangeId));
  self.content = g_string_new (NULL);

  for (gint i = 1; i < (gint)n_items; i++)
    if (wanted[i])
      {
        const OracleItem *item = oracle_item (world->oracle, i);

        self.n_wanted++;
        for (guint j = 0; j < item->n_parents; j++)
          if (wanted[item->parents[j]])
            {
              GArray **of_parent = &children[item->parents[j]];

              if (*of_parent == NULL)
                *of_parent = g_array_new (FALSE, FALSE, sizeof (gint));
              g_array_append_val (*of_parent, i);
              waits_for[i]++;
            }
        if (waits_for[i] == 0)
          g_array_append_val (ready, i);
      }

  if (self.n_wanted > MOST_CHANGES)
    self.batch = MAX (self.batch, self.n_wanted / MOST_CHANGES);
  begin_change (&self);
  for (guint n = 0; n < MIN (self.n_wanted, most); n++)
    {
      gint number = next_item (&self, ready, order, keep_runs);

      for (guint i = 0; children[number] != NULL && i < children[number]->len; i++)
        if (--waits_for[g_array_index (children[number], gint, i)] == 0)
          g_array_append_val (ready, g_array_index (children[number], gint, i));
      deliver_item (&self, number);
    }
  end_change (&self);
  world_tell (world, "  %u items, order %d, %u %% of runs cut, %u runs in a change%s%s\n",
              MIN (self.n_wanted, most), (int)order, self.cut_percent, self.batch,
              self.encode ? ", encoded" : "", keep_runs ? "" : ", runs torn");

  for (guint i = 0; i < n_items; i++)
    g_clear_pointer (&children[i], g_array_unref);
  g_array_unref (self.agents);
  g_array_unref (self.parents);
  g_string_free (self.content, TRUE);
  g_rand_free (self.random);
  world_check_text (world, to);
}

/* What the other one knows and this one doesn't; and what is @twice from the end, even if it does. */
static void
want (World *self, const Replica *to, const Replica *from, guint8 *wanted, guint twice)
{
  for (guint i = 1; i < self->oracle->items->len; i++)
    if (oracle_knows (from->version, (gint)i)
        && (!oracle_knows (to->version, (gint)i) || i + twice >= self->oracle->items->len))
      wanted[i] = 1;
}

/* Changes from another replica */

static void
learn_change (World *self, Replica *to, const CoquillChange *change)
{
  CoquillChangeReader reader;
  CoquillOperation operation;

  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      guint agent = oracle_find_agent (self->oracle, &change->agents[operation.agent].id);

      for (guint64 j = 0; j < operation.length; j++)
        {
          gint number = oracle_find (self->oracle, agent, operation.sequence + j);

          if (number < 0)
            world_fail (self, "an item is sent that nobody has made");
          if (!oracle_knows (to->version, number))
            oracle_learn (self->oracle, to->version, number);
        }
    }
}

/* As the document does: what the other side lacks by its agents' lengths. */
static void
extract_and_merge (World *self, Replica *to, Replica *from, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  guint32 n_agents = coquill_text_n_agents (from->text);
  g_autofree uint64_t *known = g_new0 (uint64_t, n_agents + 1);
  guint64 limit = coquill_text_n_items (from->text);
  CoquillChange *change;

  for (guint32 i = 0; i < n_agents; i++)
    {
      guint32 local = coquill_text_find_agent (to->text, coquill_text_agent (from->text, i));

      if (local != COQUILL_NO_AGENT)
        known[i] = coquill_text_agent_length (to->text, local);
      if (known[i] > 0 && pick (random, 4) == 0)
        known[i] -= pick (random, (guint)MIN (known[i], 3) + 1); /* some come twice */
    }
  if (pick (random, 3) == 0)
    limit = coquill_text_first_item (from->text)
            + pick (random, (guint)(limit - coquill_text_first_item (from->text)) + 1);
  change = coquill_text_extract_missing (from->text, known, n_agents, limit);
  if (change == NULL)
    {
      world_give_history (self, from);
      change = coquill_text_extract_missing (from->text, known, n_agents, limit);
    }
  if (pick (random, 4) == 0)
    change = world_through_codec (self, change, FALSE);
  if (change->n_operations > 0 && pick (random, 6) == 0)
    world_merge_spoilt (self, to, change, seed);
  world_merge (self, to, change);
  learn_change (self, to, change);
  world_tell (self, "  %" G_GUINT64_FORMAT " items as it sends them\n", coquill_change_n_items (change));
  coquill_change_free (change);
  world_check_text (self, to);
}

void
world_take (World *self, Replica *to, const Step *step)
{
  Replica *from = &self->replicas[step->other % self->n_replicas];
  g_autofree guint8 *wanted = g_new0 (guint8, self->oracle->items->len);

  if (from == to || (step->group & 1 << (from - self->replicas)) == 0)
    return;
  world_tell (self, "%c takes from %c\n", world_name (self, to), world_name (self, from));
  if (step->detail % 2 == 0)
    {
      extract_and_merge (self, to, from, step->detail);
      return;
    }
  want (self, to, from, wanted, step->detail % 16 == 1 ? 40 : 0);
  deliver (self, to, wanted, step->detail % 5 == 0 ? 1 + step->place % 64 : G_MAXUINT, step->detail);
}

void
world_gather (World *self, Replica *to, const Step *step)
{
  g_autofree guint8 *wanted = g_new0 (guint8, self->oracle->items->len);

  world_tell (self, "%c takes from all that it reaches\n", world_name (self, to));
  for (guint i = 0; i < self->n_replicas; i++)
    if (&self->replicas[i] != to && (step->group & 1 << i) != 0)
      want (self, to, &self->replicas[i], wanted, 0);
  deliver (self, to, wanted, G_MAXUINT, step->detail);
}

void
world_take_everything (World *self, Replica *to, guint32 seed)
{
  g_autofree guint8 *wanted = g_new0 (guint8, self->oracle->items->len);

  world_tell (self, "%c takes everything\n", world_name (self, to));
  for (guint i = 1; i < self->oracle->items->len; i++)
    wanted[i] = !oracle_knows (to->version, (gint)i);
  deliver (self, to, wanted, G_MAXUINT, seed);
}
