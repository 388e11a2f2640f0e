/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oracle.c: FugueMax by its definition. */

#include "oracle.h"

#include <stdlib.h>
#include <string.h>

static OracleItem *
get (const Oracle *self, gint number)
{
  return &g_array_index (self->items, OracleItem, number);
}

static void
item_clear (gpointer data)
{
  OracleItem *item = data;

  g_free (item->parents);
  g_clear_pointer (&item->undoers, g_array_unref);
}

static void
agent_free (gpointer data)
{
  OracleAgent *agent = data;

  g_array_unref (agent->items);
  g_free (agent);
}

Oracle *
oracle_new (OracleFault fault)
{
  static const OracleItem root = { .right_origin = ORACLE_END };
  static const gint number = 0;
  Oracle *self = g_new0 (Oracle, 1);

  self->fault = fault;
  self->agents = g_ptr_array_new_with_free_func (agent_free);
  self->items = g_array_new (FALSE, FALSE, sizeof (OracleItem));
  g_array_set_clear_func (self->items, item_clear);
  g_array_append_val (self->items, root);
  self->order = g_array_new (FALSE, FALSE, sizeof (gint));
  g_array_append_val (self->order, number);
  return self;
}

void
oracle_free (Oracle *self)
{
  g_ptr_array_unref (self->agents);
  g_array_unref (self->items);
  g_array_unref (self->order);
  g_free (self);
}

guint
oracle_add_agent (Oracle *self, const CoquillAgent *agent, const CoquillAgentPrevious *previous)
{
  OracleAgent *added = g_new0 (OracleAgent, 1);

  added->id = *agent;
  if (previous != NULL)
    added->previous = *previous;
  added->items = g_array_new (FALSE, FALSE, sizeof (gint));
  g_ptr_array_add (self->agents, added);
  return self->agents->len - 1;
}

OracleVersion *
oracle_version_new (void)
{
  OracleVersion *self = g_new0 (OracleVersion, 1);

  self->heads = g_array_new (FALSE, FALSE, sizeof (gint));
  return self;
}

void
oracle_version_free (OracleVersion *self)
{
  g_free (self->known);
  g_free (self->visible);
  g_free (self->undone);
  g_array_unref (self->heads);
  g_free (self);
}

gint
oracle_find (const Oracle *self, guint agent, guint64 sequence)
{
  const GArray *items = oracle_agent (self, agent)->items;

  return sequence < items->len ? g_array_index (items, gint, sequence) : -1;
}

guint
oracle_find_agent (const Oracle *self, const CoquillAgent *agent)
{
  for (guint i = 0; i < self->agents->len; i++)
    if (coquill_agent_compare (&oracle_agent (self, i)->id, agent) == 0)
      return i;
  return G_MAXUINT;
}

static void
make_room (OracleVersion *version, guint wanted)
{
  guint capacity = MAX (version->capacity, 64), before = version->capacity;

  if (wanted <= version->capacity)
    return;
  while (capacity < wanted)
    capacity *= 2;
  version->known = g_renew (guint8, version->known, capacity);
  version->visible = g_renew (guint8, version->visible, capacity);
  version->undone = g_renew (guint16, version->undone, capacity);
  memset (version->known + before, 0, capacity - before);
  memset (version->visible + before, 0, capacity - before);
  memset (version->undone + before, 0, (capacity - before) * sizeof (guint16));
  version->capacity = capacity;
}

static void
show (OracleVersion *version, gint insertion)
{
  gboolean visible = version->undone[insertion] == 0;

  version->length += (guint64)visible - version->visible[insertion];
  version->visible[insertion] = visible ? 1 : 0;
}

void
oracle_learn (Oracle *self, OracleVersion *version, gint number)
{
  const OracleItem *item = get (self, number);

  make_room (version, self->items->len);
  g_assert (!version->known[number]);
  version->known[number] = 1;
  version->n_known++;
  for (guint i = version->heads->len; i-- > 0;)
    for (guint j = 0; j < item->n_parents; j++)
      if (g_array_index (version->heads, gint, i) == item->parents[j])
        {
          g_array_remove_index_fast (version->heads, i);
          break;
        }
  g_array_append_val (version->heads, number);

  switch (item->kind)
    {
    case COQUILL_OPERATION_INSERT:
      show (version, number);
      break;
    case COQUILL_OPERATION_DELETE:
      version->undone[item->target]++;
      show (version, item->target);
      break;
    case COQUILL_OPERATION_RESTORE:
      if (self->fault == ORACLE_CRASHES)
        abort ();
      if (version->undone[item->target]++ == 0)
        {
          gint insertion = get (self, item->target)->target;

          if (version->undone[insertion] > 0)
            version->undone[insertion]--;
          if (self->fault == ORACLE_RESTORES_CHARACTER)
            version->undone[insertion] = 0;
          show (version, insertion);
        }
      break;
    case COQUILL_OPERATION_RECORD:
    default:
      break;
    }
}

static gint
add_item (Oracle *self, OracleVersion *version, OracleItem item)
{
  gint number = (gint)self->items->len;
  GArray *items = oracle_agent (self, item.agent)->items;

  item.sequence = items->len;
  item.n_parents = version->heads->len;
  item.parents = g_memdup2 (version->heads->data, item.n_parents * sizeof (gint));
  item.depth = 1;
  for (guint i = 0; i < item.n_parents; i++)
    item.depth = MAX (item.depth, get (self, item.parents[i])->depth + 1);
  g_array_append_val (items, number);
  g_array_append_val (self->items, item);
  if (item.target > 0)
    {
      OracleItem *target = get (self, item.target);

      if (target->undoers == NULL)
        target->undoers = g_array_new (FALSE, FALSE, sizeof (gint));
      g_array_append_val (target->undoers, number);
    }
  return number;
}

/* How two siblings stand: by their ids. */
static gint
compare_ids (const Oracle *self, const OracleItem *a, const OracleItem *b)
{
  gint order = coquill_agent_compare (&oracle_agent (self, a->agent)->id, &oracle_agent (self, b->agent)->id);

  if (order == 0)
    order = a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
  return self->fault == ORACLE_TIES_REVERSED ? -order : order;
}

static guint
index_of_right_origin (const Oracle *self, const OracleItem *item)
{
  return item->right_origin == ORACLE_END ? G_MAXUINT : get (self, item->right_origin)->index;
}

static gint
compare_siblings (const Oracle *self, const OracleItem *a, const OracleItem *b)
{
  if (self->fault == ORACLE_INTERLEAVES && a->depth != b->depth)
    return a->depth > b->depth ? -1 : 1;
  if (a->is_right_child && self->fault != ORACLE_NO_RIGHT_ORIGINS && self->fault != ORACLE_INTERLEAVES)
    {
      guint right_a = index_of_right_origin (self, a), right_b = index_of_right_origin (self, b);

      if (right_a != right_b)
        return right_a > right_b ? -1 : 1;
    }
  return compare_ids (self, a, b);
}

static guint
index_behind_subtree (const Oracle *self, gint number)
{
  while (get (self, number)->first_right != 0)
    for (number = get (self, number)->first_right; get (self, number)->next_sibling != 0;)
      number = get (self, number)->next_sibling;
  return get (self, number)->index + 1;
}

static guint
index_of_subtree (const Oracle *self, gint number)
{
  while (get (self, number)->first_left != 0)
    number = get (self, number)->first_left;
  return get (self, number)->index;
}

/* Among its siblings, and at its place in the traversal. */
static void
add_to_tree (Oracle *self, gint number)
{
  OracleItem *item = get (self, number), *parent = get (self, item->parent);
  gint *link = item->is_right_child ? &parent->first_right : &parent->first_left;
  guint index = item->is_right_child ? parent->index + 1 : index_of_subtree (self, item->parent);

  while (*link != 0 && compare_siblings (self, get (self, *link), item) < 0)
    {
      index = index_behind_subtree (self, *link);
      link = &get (self, *link)->next_sibling;
    }
  item->next_sibling = *link;
  *link = number;

  g_array_insert_val (self->order, index, number);
  for (guint i = index; i < self->order->len; i++)
    get (self, g_array_index (self->order, gint, i))->index = i;
}

static gint
visible_at (const Oracle *self, const OracleVersion *version, guint64 position)
{
  for (guint i = 1; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);

      if (oracle_shows (version, number) && position-- == 0)
        return number;
    }
  g_assert_not_reached ();
}

gint
oracle_insert (Oracle *self, OracleVersion *version, guint agent, guint64 position, gunichar character)
{
  OracleItem item = { .kind = COQUILL_OPERATION_INSERT,
                      .agent = agent,
                      .position = position,
                      .character = character,
                      .right_origin = ORACLE_END };
  gint left = position > 0 ? visible_at (self, version, position - 1) : 0, number;

  /* The next insertion behind the left origin that the author knows of, deleted or not. */
  for (guint i = get (self, left)->index + 1; i < self->order->len; i++)
    if (oracle_knows (version, g_array_index (self->order, gint, i)))
      {
        item.right_origin = g_array_index (self->order, gint, i);
        break;
      }
  item.left_origin = left;
  item.is_right_child = TRUE;
  for (gint i = get (self, left)->first_right; i != 0; i = get (self, i)->next_sibling)
    if (oracle_knows (version, i) && self->fault != ORACLE_INTERLEAVES)
      item.is_right_child = FALSE;
  item.parent = item.is_right_child ? left : item.right_origin;

  number = add_item (self, version, item);
  add_to_tree (self, number);
  oracle_learn (self, version, number);
  return number;
}

static gint
add_simple (Oracle *self, OracleVersion *version, OracleItem item)
{
  gint number = add_item (self, version, item);

  oracle_learn (self, version, number);
  return number;
}

gint
oracle_delete (Oracle *self, OracleVersion *version, guint agent, guint64 position)
{
  gint target = visible_at (self, version, position);

  return add_simple (
      self, version,
      (OracleItem){
          .kind = COQUILL_OPERATION_DELETE, .agent = agent, .position = position, .target = target });
}

gint
oracle_restore (Oracle *self, OracleVersion *version, guint agent, gint deletion)
{
  return add_simple (self, version,
                     (OracleItem){ .kind = COQUILL_OPERATION_RESTORE, .agent = agent, .target = deletion });
}

gint
oracle_record (Oracle *self, OracleVersion *version, guint agent, const char bytes[3], guint n_bytes)
{
  return add_simple (self, version,
                     (OracleItem){ .kind = COQUILL_OPERATION_RECORD,
                                   .agent = agent,
                                   .record = { bytes[0], bytes[1], bytes[2] },
                                   .record_length = (guint8)n_bytes });
}

GArray *
oracle_text (const Oracle *self, const OracleVersion *version)
{
  GArray *text = g_array_sized_new (FALSE, FALSE, sizeof (gint), (guint)version->length);

  for (guint i = 1; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);

      if (oracle_shows (version, number))
        g_array_append_val (text, number);
    }
  return text;
}

GArray *
oracle_places (const Oracle *self, const OracleVersion *version)
{
  GArray *places = g_array_sized_new (FALSE, FALSE, sizeof (guint64), self->order->len);
  guint64 place = 0;

  for (guint i = 0; i < self->order->len; i++)
    {
      g_array_append_val (places, place);
      place += oracle_shows (version, g_array_index (self->order, gint, i)) ? 1 : 0;
    }
  return places;
}

guint64
oracle_place (const Oracle *self, const OracleVersion *version, gint insertion)
{
  guint64 place = 0;

  for (guint i = 0; i < get (self, insertion)->index; i++)
    place += oracle_shows (version, g_array_index (self->order, gint, i)) ? 1 : 0;
  return place;
}

static gboolean
stands (const Oracle *self, const OracleVersion *version, gint deletion)
{
  const GArray *restorations = get (self, deletion)->undoers;

  if (!oracle_knows (version, deletion))
    return FALSE;
  for (guint i = 0; restorations != NULL && i < restorations->len; i++)
    if (oracle_knows (version, g_array_index (restorations, gint, i)))
      return FALSE;
  return TRUE;
}

static gboolean
is_visible_by_definition (const Oracle *self, const OracleVersion *version, gint insertion)
{
  const GArray *deletions = get (self, insertion)->undoers;

  if (!oracle_knows (version, insertion))
    return FALSE;
  for (guint i = 0; deletions != NULL && i < deletions->len; i++)
    if (stands (self, version, g_array_index (deletions, gint, i)))
      return FALSE;
  return TRUE;
}

/* Left children, the item itself, right children; with a stack of its own, as trees are as deep as runs are
 * long. On the stack an item is negated (and less 1) once its left children are below it. */
static gboolean
order_is_the_traversal (const Oracle *self)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (gint));
  gint next = 0;
  guint at = 0;

  g_array_append_val (stack, next);
  while (stack->len > 0)
    {
      gint number = g_array_index (stack, gint, stack->len - 1);

      g_array_set_size (stack, stack->len - 1);
      if (number < 0)
        {
          number = -number - 1;
          if (at >= self->order->len || g_array_index (self->order, gint, at++) != number)
            return FALSE;
          continue;
        }

      guint first = stack->len;
      gint itself = -number - 1;

      for (gint i = get (self, number)->first_left; i != 0; i = get (self, i)->next_sibling)
        g_array_append_val (stack, i);
      g_array_append_val (stack, itself);
      for (gint i = get (self, number)->first_right; i != 0; i = get (self, i)->next_sibling)
        g_array_append_val (stack, i);
      for (guint last = stack->len - 1; first < last; first++, last--)
        {
          gint swapped = g_array_index (stack, gint, first);

          g_array_index (stack, gint, first) = g_array_index (stack, gint, last);
          g_array_index (stack, gint, last) = swapped;
        }
    }
  return at == self->order->len;
}

gboolean
oracle_check (const Oracle *self, const OracleVersion *version)
{
  if (!order_is_the_traversal (self))
    return FALSE;
  for (guint i = 1; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);

      if (oracle_shows (version, number) != is_visible_by_definition (self, version, number))
        return FALSE;
    }
  return TRUE;
}
