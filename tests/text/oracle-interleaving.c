/* SPDX-License-Identifier: GPL-3.0-or-later */
/* oracle-interleaving.c: maximal non-interleaving, which doesn't speak of trees.
 *
 * Definition 4 of "The Art of the Fugue" (version 3), for all elements A and B of a list, deleted ones too:
 * (1) if A is the left origin of B, and B the first of those that have it, then B follows A directly;
 * (2) if B is the right origin of A, and A the last of those that have it, then B follows A directly, unless
 *     (Lemma 5) A and B have different left origins and between A's left origin and B is something that
 * doesn't descend from that left origin; (3) of those with the same left and the same right origin the one
 * with the lower id comes first. By its Theorem 10 there is only one such order.
 */

#include "oracle.h"

typedef struct
{
  const Oracle *oracle;
  GArray *list; /* gint: the root, which stands for the start, and all known insertions, in order */
  guint *ranks; /* by number: index in the list */
  gint *first;  /* by number: the first that has it as its left origin, 0 for none */
  gint *last;   /* by number: the last that has it as its right origin */
} List;

/* Lemma 5. What stands behind the origin descends from it if its own left origin is there too: all before it
 * do. */
static gboolean
must_be_apart (const List *self, gint a, gint b)
{
  guint origin = self->ranks[oracle_item (self->oracle, a)->left_origin];

  if (self->ranks[oracle_item (self->oracle, b)->left_origin] == origin)
    return FALSE;
  for (guint i = origin + 1; i < self->ranks[b]; i++)
    if (self->ranks[oracle_item (self->oracle, g_array_index (self->list, gint, i))->left_origin] < origin)
      return TRUE;
  return FALSE;
}

static gboolean
is_in_order (const List *self, GHashTable *with_origins, gint number)
{
  const OracleItem *item = oracle_item (self->oracle, number);
  gint64 origins = (gint64)item->left_origin << 32 | (gint64)(guint32)item->right_origin;
  gint before = GPOINTER_TO_INT (g_hash_table_lookup (with_origins, &origins));
  gint order = -1;

  if (before != 0)
    {
      const OracleItem *other = oracle_item (self->oracle, before);

      order = coquill_agent_compare (&oracle_agent (self->oracle, other->agent)->id,
                                     &oracle_agent (self->oracle, item->agent)->id);
      if (order == 0)
        order = other->sequence < item->sequence ? -1 : 1;
    }
  g_hash_table_insert (with_origins, g_memdup2 (&origins, sizeof origins), GINT_TO_POINTER (number));
  return order < 0;
}

static gboolean
check (const List *self)
{
  g_autoptr (GHashTable) with_origins = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 1; i < self->list->len; i++)
    {
      gint number = g_array_index (self->list, gint, i);
      const OracleItem *item = oracle_item (self->oracle, number);

      if (self->first[item->left_origin] == number && i != self->ranks[item->left_origin] + 1)
        return FALSE;
      if (item->right_origin != ORACLE_END && self->last[item->right_origin] == number
          && i + 1 != self->ranks[item->right_origin] && !must_be_apart (self, number, item->right_origin))
        return FALSE;
      if (!is_in_order (self, with_origins, number))
        return FALSE;
    }
  return TRUE;
}

gboolean
oracle_is_maximally_non_interleaving (const Oracle *self, const OracleVersion *version)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (gint));
  g_autofree guint *ranks = g_new0 (guint, self->items->len);
  g_autofree gint *first = g_new0 (gint, self->items->len), *last = g_new0 (gint, self->items->len);
  List state = { self, list, ranks, first, last };

  for (guint i = 0; i < self->order->len; i++)
    {
      gint number = g_array_index (self->order, gint, i);
      const OracleItem *item = oracle_item (self, number);

      if (i > 0 && !oracle_knows (version, number))
        continue;
      ranks[number] = list->len;
      g_array_append_val (list, number);
      if (i == 0)
        continue;
      if (first[item->left_origin] == 0)
        first[item->left_origin] = number;
      if (item->right_origin != ORACLE_END)
        last[item->right_origin] = number;
    }
  return check (&state);
}
