/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oracle.c: FugueMax by its definition. */

#include "oracle.h"

static GArray *
new_numbers (void)
{
  return g_array_new (FALSE, FALSE, sizeof (gint));
}

static void
item_free (gpointer data)
{
  OracleItem *item = data;

  g_array_unref (item->left_children);
  g_array_unref (item->right_children);
  g_array_unref (item->deletions);
  g_array_unref (item->restorations);
  g_free (item);
}

Oracle *
oracle_new (void)
{
  Oracle *self = g_new0 (Oracle, 1);

  self->agents = g_ptr_array_new_with_free_func (g_free);
  self->items = g_ptr_array_new_with_free_func (item_free);
  self->order = new_numbers ();
  self->root_children = new_numbers ();
  self->numbers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
oracle_free (Oracle *self)
{
  g_ptr_array_unref (self->agents);
  g_ptr_array_unref (self->items);
  g_array_unref (self->order);
  g_array_unref (self->root_children);
  g_hash_table_unref (self->numbers);
  g_free (self);
}

guint
oracle_add_agent (Oracle *self, const CoquillAgent *agent)
{
  g_ptr_array_add (self->agents, g_memdup2 (agent, sizeof *agent));
  return self->agents->len - 1;
}

gint
oracle_find (Oracle *self, guint agent, guint64 sequence)
{
  gint64 key = (gint64)agent << 40 | (gint64)sequence;

  return GPOINTER_TO_INT (g_hash_table_lookup (self->numbers, &key)) - 1;
}

static OracleItem *
get (Oracle *self, gint number)
{
  return g_ptr_array_index (self->items, (guint)number);
}

static gboolean
holds (GByteArray *version, gint number)
{
  return (guint)number < version->len && version->data[number] != 0;
}

static gint
add_item (Oracle *self, GByteArray *version, OracleItem item)
{
  gint number = (gint)self->items->len;
  gint64 key;

  item.sequence = 0;
  for (gint i = number - 1; i >= 0; i--)
    if (get (self, i)->agent == item.agent)
      {
        item.sequence = get (self, i)->sequence + 1;
        break;
      }
  item.left_children = new_numbers ();
  item.right_children = new_numbers ();
  item.deletions = new_numbers ();
  item.restorations = new_numbers ();
  g_ptr_array_add (self->items, g_memdup2 (&item, sizeof item));
  key = (gint64)item.agent << 40 | (gint64)item.sequence;
  g_hash_table_insert (self->numbers, g_memdup2 (&key, sizeof key), GINT_TO_POINTER (number + 1));

  if (version->len <= (guint)number)
    {
      guint before = version->len;

      g_byte_array_set_size (version, (guint)number + 1);
      memset (version->data + before, 0, version->len - before);
    }
  version->data[number] = 1;
  return number;
}

static gint
compare_ids (Oracle *self, gint a, gint b)
{
  OracleItem *item_a = get (self, a), *item_b = get (self, b);
  gint order = coquill_agent_compare (g_ptr_array_index (self->agents, item_a->agent),
                                      g_ptr_array_index (self->agents, item_b->agent));

  if (order != 0)
    return order;
  return item_a->sequence < item_b->sequence ? -1 : item_a->sequence > item_b->sequence;
}

/* The index in the order of all insertions; the end is behind all. */
static guint
index_of (Oracle *self, gint number)
{
  guint i = 0;

  while (i < self->order->len && g_array_index (self->order, gint, i) != number)
    i++;
  return i;
}

static void
add_child (Oracle *self, gint number)
{
  OracleItem *item = get (self, number);
  GArray *siblings = self->root_children;
  guint i;

  if (item->parent >= 0)
    siblings = item->is_right_child ? get (self, item->parent)->right_children
                                    : get (self, item->parent)->left_children;
  for (i = 0; i < siblings->len; i++)
    {
      gint other = g_array_index (siblings, gint, i);

      if (item->is_right_child)
        {
          guint mine = index_of (self, item->right_origin);
          guint its = index_of (self, get (self, other)->right_origin);

          if (mine > its)
            break;
          if (mine < its)
            continue;
        }
      if (compare_ids (self, number, other) < 0)
        break;
    }
  g_array_insert_val (siblings, i, number);
}

static void
traverse (Oracle *self, gint number)
{
  OracleItem *item = get (self, number);

  for (guint i = 0; i < item->left_children->len; i++)
    traverse (self, g_array_index (item->left_children, gint, i));
  g_array_append_val (self->order, number);
  for (guint i = 0; i < item->right_children->len; i++)
    traverse (self, g_array_index (item->right_children, gint, i));
}

gboolean
oracle_is_visible (Oracle *self, GByteArray *version, gint insertion)
{
  OracleItem *item = get (self, insertion);

  if (!holds (version, insertion))
    return FALSE;
  for (guint i = 0; i < item->deletions->len; i++)
    {
      gint deletion = g_array_index (item->deletions, gint, i);
      GArray *restorations = get (self, deletion)->restorations;
      gboolean stands = holds (version, deletion);

      for (guint j = 0; j < restorations->len; j++)
        if (holds (version, g_array_index (restorations, gint, j)))
          stands = FALSE;
      if (stands)
        return FALSE;
    }
  return TRUE;
}

GArray *
oracle_visible (Oracle *self, GByteArray *version)
{
  GArray *visible = new_numbers ();

  for (guint i = 0; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);

      if (oracle_is_visible (self, version, number))
        g_array_append_val (visible, number);
    }
  return visible;
}

guint64
oracle_place (Oracle *self, GByteArray *version, gint insertion)
{
  guint64 place = 0;

  for (guint i = 0; g_array_index (self->order, gint, i) != insertion; i++)
    place += oracle_is_visible (self, version, g_array_index (self->order, gint, i)) ? 1 : 0;
  return place;
}

static gint
visible_at (Oracle *self, GByteArray *version, guint64 position)
{
  for (guint i = 0; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);

      if (oracle_is_visible (self, version, number) && position-- == 0)
        return number;
    }
  g_assert_not_reached ();
}

gint
oracle_insert (Oracle *self, GByteArray *version, guint agent, guint64 position, gunichar character)
{
  OracleItem item = { .kind = COQUILL_OPERATION_INSERT, .agent = agent, .character = character };
  gint left = position > 0 ? visible_at (self, version, position - 1) : -1;
  GArray *children = left >= 0 ? get (self, left)->right_children : self->root_children;
  gboolean has_right_child = FALSE;
  gint number;

  /* The next insertion behind the left origin that the author knows of, deleted or not. */
  item.right_origin = -1;
  for (guint i = left >= 0 ? index_of (self, left) + 1 : 0; i < self->order->len; i++)
    if (holds (version, g_array_index (self->order, gint, i)))
      {
        item.right_origin = g_array_index (self->order, gint, i);
        break;
      }
  for (guint i = 0; i < children->len; i++)
    if (holds (version, g_array_index (children, gint, i)))
      has_right_child = TRUE;
  item.is_right_child = !has_right_child;
  item.parent = has_right_child ? item.right_origin : left;

  number = add_item (self, version, item);
  add_child (self, number);
  g_array_set_size (self->order, 0);
  for (guint i = 0; i < self->root_children->len; i++)
    traverse (self, g_array_index (self->root_children, gint, i));
  return number;
}

gint
oracle_delete (Oracle *self, GByteArray *version, guint agent, guint64 position)
{
  gint target = visible_at (self, version, position);
  gint number = add_item (self, version,
                          (OracleItem){ .kind = COQUILL_OPERATION_DELETE, .agent = agent, .target = target });

  g_array_append_val (get (self, target)->deletions, number);
  return number;
}

gint
oracle_restore (Oracle *self, GByteArray *version, guint agent, gint deletion)
{
  gint number = add_item (
      self, version, (OracleItem){ .kind = COQUILL_OPERATION_RESTORE, .agent = agent, .target = deletion });

  g_array_append_val (get (self, deletion)->restorations, number);
  return number;
}

gint
oracle_record (Oracle *self, GByteArray *version, guint agent)
{
  return add_item (self, version, (OracleItem){ .kind = COQUILL_OPERATION_RECORD, .agent = agent });
}
