/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-check-items.c: does a replica tell of single items what the oracle does? */

#include "world.h"

#define MOST_ITEMS 12

static CoquillChangeId
id_of (World *self, const Replica *replica, gint number)
{
  const OracleItem *item = oracle_item (self->oracle, number);

  return (CoquillChangeId){ world_local_agent (self, replica, item->agent), item->sequence };
}

/* An item and its ancestors, by number. */
static guint8 *
ancestors (const Oracle *oracle, gint number)
{
  guint8 *set = g_new0 (guint8, oracle->items->len);

  set[number] = 1;
  for (gint i = number; i > 0; i--)
    if (set[i])
      for (guint j = 0; j < oracle_item (oracle, i)->n_parents; j++)
        set[oracle_item (oracle, i)->parents[j]] = 1;
  return set;
}

static void
check_ancestry (World *self, Replica *replica, GRand *random, gint number)
{
  g_autofree guint8 *above = ancestors (self->oracle, number);

  for (guint i = 0; i < MOST_ITEMS; i++)
    {
      gint other = g_rand_int_range (random, 1, (gint)self->oracle->items->len);
      gboolean expected = above[other] && oracle_knows (replica->version, other);

      if (coquill_text_is_ancestor (replica->text, id_of (self, replica, other),
                                    id_of (self, replica, number))
          != expected)
        world_fail (self, "%c takes %d for an ancestor of %d, or doesn't", world_name (self, replica), other,
                    number);
    }
}

static void
check_versions (World *self, Replica *replica, gint number)
{
  CoquillChangeId id = id_of (self, replica, number), again;
  uint64_t depth, version;

  if (!coquill_text_depth (replica->text, id, &depth) || depth != oracle_item (self->oracle, number)->depth)
    world_fail (self, "%c tells another depth", world_name (self, replica));
  if (!coquill_text_local_version (replica->text, id, &version)
      || version >= coquill_text_n_items (replica->text)
      || !coquill_text_id_of (replica->text, version, &again) || again.agent != id.agent
      || again.sequence != id.sequence)
    world_fail (self, "%c has no local version, or that of another item", world_name (self, replica));
  for (guint i = 0; i < oracle_item (self->oracle, number)->n_parents; i++)
    {
      uint64_t parent;
      gint above = oracle_item (self->oracle, number)->parents[i];

      if (!coquill_text_local_version (replica->text, id_of (self, replica, above), &parent)
          || parent >= version)
        world_fail (self, "%c has a parent behind its child", world_name (self, replica));
    }
}

typedef struct
{
  World *world;
  Replica *replica;
  gint target;
  guint n;
} Deletions;

static bool
deletion_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Deletions *deletions = data;
  World *self = deletions->world;
  guint agent = world_agent (self, deletions->replica, range->agent);

  for (guint64 i = 0; i < range->length; i++, deletions->n++)
    {
      gint number = oracle_find (self->oracle, agent, range->sequence + i);

      if (number < 0 || oracle_item (self->oracle, number)->kind != COQUILL_OPERATION_DELETE
          || oracle_item (self->oracle, number)->target != deletions->target)
        world_fail (self, "%c names something as a deletion that isn't",
                    world_name (self, deletions->replica));
    }
  return true;
}

static void
check_deletions (World *self, Replica *replica, gint number)
{
  const GArray *undoers = oracle_item (self->oracle, number)->undoers;
  Deletions deletions = { self, replica, number, 0 };
  guint expected = 0;

  for (guint i = 0; undoers != NULL && i < undoers->len; i++)
    expected += oracle_knows (replica->version, g_array_index (undoers, gint, i)) ? 1 : 0;
  if (!coquill_text_deletions_of (replica->text, id_of (self, replica, number), deletion_cb, &deletions)
      || deletions.n != expected)
    world_fail (self, "%c tells of %u deletions in place of %u", world_name (self, replica), deletions.n,
                expected);
}

typedef struct
{
  World *world;
  guint agent;
  guint64 next;
} Operations;

static bool
operation_cb (const CoquillOperation *operation,
              const CoquillChangeId *parents,
              const uint8_t *content,
              void *data)
{
  Operations *operations = data;
  World *self = operations->world;

  if (operation->sequence != operations->next)
    world_fail (self, "an agent's operations are told with a gap");
  for (guint64 i = 0; i < operation->length; i++, operations->next++)
    {
      const OracleItem *item = oracle_item (
          self->oracle, oracle_find (self->oracle, operations->agent, operation->sequence + i));

      if (item->kind != operation->kind || item->n_parents != (i == 0 ? operation->n_parents : 1))
        world_fail (self, "an agent's operation is told as another one");
    }
  return true;
}

static void
check_operations (World *self, Replica *replica, guint agent)
{
  guint32 local = world_local_agent (self, replica, agent);
  guint64 length = local == COQUILL_NO_AGENT ? 0 : coquill_text_agent_length (replica->text, local);
  Operations operations = { self, agent, length / 3 };

  if (length == 0)
    return;
  if (!coquill_text_foreach_operation (replica->text, local, length / 3, length, operation_cb, &operations)
      || operations.next != length)
    world_fail (self, "%c tells an agent's operations in part", world_name (self, replica));
  if (!coquill_agent_previous_equal (coquill_text_agent_previous (replica->text, local),
                                     &oracle_agent (self->oracle, agent)->previous))
    world_fail (self, "%c names another agent as the one before", world_name (self, replica));
}

void
world_check_items (World *self, Replica *replica, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  if (self->oracle->items->len == 1 || !coquill_text_has_history (replica->text))
    return;
  for (guint i = 0; i < MOST_ITEMS; i++)
    {
      gint number = g_rand_int_range (random, 1, (gint)self->oracle->items->len);

      if (!oracle_knows (replica->version, number))
        {
          if (coquill_text_has (replica->text, id_of (self, replica, number)))
            world_fail (self, "%c says that it has an item that it hasn't", world_name (self, replica));
          continue;
        }
      check_ancestry (self, replica, random, number);
      check_versions (self, replica, number);
      if (oracle_item (self->oracle, number)->kind == COQUILL_OPERATION_INSERT)
        check_deletions (self, replica, number);
      check_operations (self, replica, oracle_item (self->oracle, number)->agent);
    }
}
