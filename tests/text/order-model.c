/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order-model.c: an order and an array, compared. */

#include "order-model.h"

#include "seed.h"

OrderModelCharacter *
order_model_character (OrderModel *self, guint index)
{
  return &g_array_index (self->characters, OrderModelCharacter, index);
}

gint
order_model_roll (OrderModel *self, gint end)
{
  return g_rand_int_range (self->random, 0, end);
}

void
order_model_init (OrderModel *self)
{
  *self = (OrderModel){ 0 };
  self->characters = g_array_new (FALSE, FALSE, sizeof (OrderModelCharacter));
  self->random = g_rand_new_with_seed (test_seed ());
  self->order = coquill_order_new ();
}

void
order_model_clear (OrderModel *self)
{
  g_array_unref (self->characters);
  g_rand_free (self->random);
  coquill_order_free (self->order);
}

guint
order_model_find_visible (OrderModel *self, guint64 position)
{
  for (guint i = 0; i < self->characters->len; i++)
    if (order_model_character (self, i)->standing == 0 && position-- == 0)
      return i;
  return self->characters->len;
}

guint64
order_model_position (OrderModel *self, guint index)
{
  guint64 position = 0;

  for (guint i = 0; i < index; i++)
    if (order_model_character (self, i)->standing == 0)
      position++;
  return position;
}

void
order_model_insert (OrderModel *self, guint index, CoquillId id, guint length, guint32 standing)
{
  for (guint i = 0; i < length; i++)
    {
      OrderModelCharacter new = { id + i, standing };

      g_array_insert_val (self->characters, index + i, new);
    }
}

CoquillOrderPlace
order_model_walk_to (OrderModel *self, guint index)
{
  CoquillOrderPlace place = coquill_order_start (self->order);

  while (index >= coquill_order_rest (&place) && coquill_order_rest (&place) > 0)
    {
      index -= coquill_order_rest (&place);
      coquill_order_next (&place);
    }
  place.offset = index;
  return place;
}

void
order_model_assert_place (OrderModel *self, const CoquillOrderPlace *place, guint index)
{
  if (index == self->characters->len)
    {
      g_assert_cmpuint (coquill_order_id (place), ==, COQUILL_ID_NONE);
      g_assert_cmpuint (coquill_order_rest (place), ==, 0);
      g_assert_cmpuint (coquill_order_standing (place), ==, 0);
      return;
    }
  g_assert_cmpuint (coquill_order_id (place), ==, order_model_character (self, index)->id);
  g_assert_cmpuint (coquill_order_standing (place), ==, order_model_character (self, index)->standing);
}

void
order_model_assert_same (OrderModel *self)
{
  CoquillOrderPlace place = coquill_order_start (self->order);
  guint index = 0;
  gsize n_spans = 0;

  g_assert_true (coquill_order_check (self->order));
  for (guint32 rest; (rest = coquill_order_rest (&place)) > 0; coquill_order_next (&place), n_spans++)
    for (; rest > 0; rest--, index++, place.offset++)
      {
        g_assert_cmpuint (index, <, self->characters->len);
        order_model_assert_place (self, &place, index);
      }
  g_assert_cmpuint (index, ==, self->characters->len);
  g_assert_false (coquill_order_next (&place));
  g_assert_cmpuint (n_spans, ==, coquill_order_n_spans (self->order));
  g_assert_cmpuint (coquill_order_width (self->order), ==, order_model_position (self, index));
}

void
order_model_ask (OrderModel *self)
{
  guint width = (guint)coquill_order_width (self->order);
  guint n = self->characters->len;
  guint a = (guint)order_model_roll (self, (gint)n + 1), b = (guint)order_model_roll (self, (gint)n + 1);
  CoquillOrderPlace place = order_model_walk_to (self, a), other = order_model_walk_to (self, b);
  guint64 position;
  CoquillId wanted, lowest = COQUILL_ID_NONE;
  gboolean held = FALSE;

  g_assert_cmpint (coquill_order_compare (self->order, &place, &other), ==, (a > b) - (a < b));
  g_assert_cmpuint (coquill_order_position (self->order, &place), ==, order_model_position (self, a));
  g_assert_cmpuint (coquill_order_position (self->order, &other), ==, order_model_position (self, b));

  position = (guint64)order_model_roll (self, (gint)width + 1);
  place = coquill_order_find_behind (self->order, position);
  order_model_assert_place (self, &place,
                            position == 0 ? 0 : order_model_find_visible (self, position - 1) + 1);
  if (position < width)
    {
      place = coquill_order_find (self->order, position);
      order_model_assert_place (self, &place, order_model_find_visible (self, position));
    }

  a = (guint)order_model_roll (self, ORDER_MODEL_AGENTS);
  wanted = coquill_id (a, (guint64)order_model_roll (self, (gint)self->sequences[a] + 2));
  for (guint i = 0; i < n; i++)
    {
      held = held || order_model_character (self, i)->id == wanted;
      if (order_model_character (self, i)->id >= wanted && order_model_character (self, i)->id < lowest)
        lowest = order_model_character (self, i)->id;
    }
  g_assert_true (coquill_order_find_id (self->order, wanted, &place) == held);
  if (held)
    g_assert_cmpuint (coquill_order_id (&place), ==, wanted);
  g_assert_cmpuint (coquill_order_next_id (self->order, wanted), ==, lowest);
}
