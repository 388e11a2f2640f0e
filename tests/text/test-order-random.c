/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-order-random.c: random edits of the order of all characters, beside a plain array. */

#include <glib.h>

#include "effort.h"
#include "order-model.h"
#include "text/order-fold.h"

typedef struct
{
  guint n_agents;
  guint n_steps;
  gint max_length;
  guint together;  /* of 100 edits, how many are near the one before */
  guint insertion; /* of 100 edits */
  guint deletion;
  guint state;
  guint removal;
} Habits;

/* Deletes characters of both; those that are told are those of the array. */
static void
delete_both (OrderModel *self, guint64 position, guint64 count, gboolean ask)
{
  guint index = order_model_find_visible (self, position);
  gsize n_spans = 0;
  const CoquillOrderSpan *span
      = coquill_order_delete_at (self->order, position, count, ask ? &n_spans : NULL);
  guint32 at = 0;

  for (guint64 i = 0; i < count; i++, index++)
    {
      while (order_model_character (self, index)->standing != 0)
        index++;
      order_model_character (self, index)->standing = 1;
      if (!ask)
        continue;
      g_assert_cmpuint (n_spans, >, 0);
      g_assert_cmpuint (order_model_character (self, index)->id, ==, span->id + at);
      if (++at == span->length)
        {
          at = 0;
          span++;
          n_spans--;
        }
    }
  g_assert_cmpuint (n_spans, ==, 0);
}

static void
step (OrderModel *self, const Habits *habits, guint64 *near_position)
{
  guint width = (guint)coquill_order_width (self->order);
  guint n = self->characters->len;
  guint kind = (guint)order_model_roll (self, 100);
  guint64 position = (guint64)order_model_roll (self, (gint)width + 1);
  guint length = (guint)order_model_roll (self, habits->max_length) + 1;

  if ((guint)order_model_roll (self, 100) < habits->together)
    {
      position = *near_position + (guint)order_model_roll (self, 5);
      position = MIN (position, width);
    }

  if (kind < habits->insertion)
    {
      guint agent = (guint)order_model_roll (self, (gint)habits->n_agents);
      CoquillId id = coquill_id (agent, self->sequences[agent]);
      gboolean by_place = order_model_roll (self, 2) == 0;
      guint index = position == 0 ? 0 : order_model_find_visible (self, position - 1) + 1;

      self->sequences[agent]
          += length + (order_model_roll (self, 3) == 0 ? (guint)order_model_roll (self, 4) : 0);
      if (by_place)
        {
          CoquillOrderPlace place;

          index = order_model_roll (self, 2) == 0 ? index : (guint)order_model_roll (self, (gint)n + 1);
          place = order_model_walk_to (self, index);
          coquill_order_insert (self->order, &place, id, length);
        }
      else
        coquill_order_insert_at (self->order, position, id, length);
      order_model_insert (self, index, id, length, 0);
      *near_position = position + length;
    }
  else if (kind < habits->insertion + habits->deletion)
    {
      delete_both (self, position, MIN (length, width - (guint)position), order_model_roll (self, 2) == 0);
      *near_position = position > 3 ? position - 3 : 0;
    }
  else if (n > 0)
    {
      guint index = (guint)order_model_roll (self, (gint)n);
      CoquillOrderPlace place = order_model_walk_to (self, index);

      if (order_model_roll (self, 2) == 0
          && coquill_order_find_id (self->order, order_model_character (self, index)->id, &place))
        order_model_assert_place (self, &place, index);
      length = MIN (length, coquill_order_rest (&place));
      if (kind < habits->insertion + habits->deletion + habits->state)
        {
          guint32 standing = (guint32)order_model_roll (self, 3);

          coquill_order_set_standing (self->order, &place, length, standing);
          for (guint i = 0; i < length; i++)
            order_model_character (self, index + i)->standing = standing;
        }
      else
        {
          coquill_order_remove (self->order, &place, length);
          g_array_remove_range (self->characters, index, length);
        }
    }
}

static void
test_against_array (gconstpointer data)
{
  const Habits *habits = data;
  OrderModel model;
  guint64 near_position = 0;

  order_model_init (&model);
  for (guint i = 0; i < habits->n_steps * MAX (test_effort (), 10) / 100; i++)
    {
      step (&model, habits, &near_position);
      if (order_model_roll (&model, 3) == 0)
        order_model_ask (&model);
      if (order_model_roll (&model, 2000) == 0)
        coquill_order_drop_index (model.order);
      if (i % 16 == 0 || model.characters->len < 40)
        order_model_assert_same (&model);
    }
  order_model_assert_same (&model);
  /* Until nothing is left. */
  while (model.characters->len > 0)
    {
      static const Habits removing = { .n_agents = 1, .max_length = 60, .removal = 100 };

      step (&model, &removing, &near_position);
      if (model.characters->len % 16 == 0)
        order_model_assert_same (&model);
    }
  order_model_assert_same (&model);
  order_model_clear (&model);
}

/* What is visible, asked for in the ways that leave the order folded. */
static void
assert_visible_same (OrderModel *self)
{
  guint64 width = coquill_order_width (self->order), position = 0;
  CoquillOrderPlace place;

  g_assert_true (coquill_order_check (self->order));
  g_assert_cmpuint (width, ==, order_model_position (self, self->characters->len));
  if (width == 0)
    return;
  place = coquill_order_find_visible (self->order, 0);
  for (guint i = 0; position < width;)
    {
      const CoquillOrderSpan *spans;
      guint n_spans = coquill_order_take_spans (&place, &spans);

      g_assert_cmpuint (n_spans, >, 0);
      for (guint span = 0; span < n_spans; span++)
        for (guint32 at = 0; at < coquill_order_span_width (&spans[span]); at++, i++, position++)
          {
            while (order_model_character (self, i)->standing != 0)
              i++;
            g_assert_cmpuint (order_model_character (self, i)->id, ==, spans[span].id + at);
          }
    }
  position = (guint64)order_model_roll (self, (gint)width);
  place = coquill_order_find_visible (self->order, position);
  order_model_assert_place (self, &place, order_model_find_visible (self, position));
  g_assert_true (coquill_order_find_visible_id (self->order, coquill_order_id (&place), &place));
  g_assert_cmpuint (coquill_order_position (self->order, &place), ==, position);
}

static void
edit_folded (OrderModel *self, const Habits *habits, guint64 *near_position)
{
  guint64 width = coquill_order_width (self->order);
  guint64 position = (guint64)order_model_roll (self, (gint)width + 1);
  guint length = (guint)order_model_roll (self, habits->max_length) + 1;

  if ((guint)order_model_roll (self, 100) < habits->together)
    {
      position = *near_position + (guint)order_model_roll (self, 3);
      position = MIN (position, width);
    }
  if ((guint)order_model_roll (self, 100) < habits->insertion)
    {
      guint agent = (guint)order_model_roll (self, (gint)habits->n_agents);
      CoquillId id = coquill_id (agent, self->sequences[agent]);
      guint index = position == 0 ? 0 : order_model_find_visible (self, position - 1) + 1;

      self->sequences[agent] += length + (order_model_roll (self, 8) == 0);
      coquill_order_insert_at (self->order, position, id, length);
      order_model_insert (self, index, id, length, 0);
      *near_position = position + length;
    }
  else
    {
      delete_both (self, position, MIN (length, width - position), TRUE);
      *near_position = position > 1 ? position - 1 : 0;
    }
}

/* Asks for places in ways that put what was deleted there, and only there, into the tree; and changes
 * something there. */
static void
edit_partly_folded (OrderModel *self, const Habits *habits, guint64 *near_position)
{
  guint64 width = coquill_order_width (self->order);
  guint n = self->characters->len;
  guint64 position = (guint64)order_model_roll (self, (gint)width + 1);
  guint index = position == 0 ? 0 : order_model_find_visible (self, position - 1) + 1;
  guint length = (guint)order_model_roll (self, habits->max_length) + 1;
  guint agent = (guint)order_model_roll (self, (gint)habits->n_agents);
  CoquillId id = coquill_id (agent, self->sequences[agent]), left, right;
  guint32 standing;
  CoquillOrderPlace place;

  switch (order_model_roll (self, 4))
    {
    case 0:
      self->sequences[agent] += length;
      coquill_order_insert_between (self->order, position, id, length, &left, &right);
      g_assert_cmpuint (left, ==, index > 0 ? order_model_character (self, index - 1)->id : COQUILL_ID_NONE);
      g_assert_cmpuint (right, ==, index < n ? order_model_character (self, index)->id : COQUILL_ID_NONE);
      order_model_insert (self, index, id, length, 0);
      break;
    case 1:
      place = coquill_order_find_behind (self->order, position);
      order_model_assert_place (self, &place, index);
      self->sequences[agent] += length;
      coquill_order_insert (self->order, &place, id, length);
      order_model_insert (self, index, id, length, 0);
      break;
    case 2:
      if (position == width)
        return;
      index = order_model_find_visible (self, position);
      place = coquill_order_find_visible (self->order, position);
      length = MIN (length, coquill_order_rest (&place));
      standing = order_model_roll (self, 400) == 0 ? 2 : 1;
      coquill_order_set_standing (self->order, &place, length, standing);
      for (guint i = 0; i < length; i++)
        order_model_character (self, index + i)->standing = standing;
      break;
    default:
      index += n > index ? (guint)order_model_roll (self, (gint)MIN (n - index, 100)) : 0;
      if (index == n || order_model_character (self, index)->standing == 0
          || !coquill_order_find_deleted (self->order, order_model_position (self, index),
                                          order_model_character (self, index)->id, &place))
        return;
      order_model_assert_place (self, &place, index);
      if (order_model_roll (self, 3) == 0)
        {
          self->sequences[agent] += length;
          coquill_order_insert (self->order, &place, id, length);
          order_model_insert (self, index, id, length, 0);
        }
      else
        {
          standing = (guint32)order_model_roll (self, order_model_roll (self, 100) == 0 ? 8 : 5);
          length = MIN (length, coquill_order_rest (&place));
          coquill_order_set_standing (self->order, &place, length, standing);
          for (guint i = 0; i < length; i++)
            order_model_character (self, index + i)->standing = standing;
        }
    }
  *near_position = position;
}

static void
test_partly_folded_against_array (gconstpointer data)
{
  const Habits *habits = data;
  OrderModel model;

  for (guint round = 0; round < 8; round++)
    {
      guint64 near_position = 0;

      order_model_init (&model);
      for (guint i = 0; i < round; i++)
        g_rand_int (model.random);
      for (guint i = 0; i < habits->n_steps * MAX (test_effort (), 10) / 100; i++)
        {
          if (i > 200 && order_model_roll (&model, round < 4 ? 4 : 40) == 0)
            edit_partly_folded (&model, habits, &near_position);
          else
            edit_folded (&model, habits, &near_position);
          if (i % 16 == 0 || i < 40)
            assert_visible_same (&model);
          if (order_model_roll (&model, 500) == 0)
            coquill_order_drop_index (model.order);
        }
      assert_visible_same (&model);
      order_model_assert_same (&model);
      order_model_clear (&model);
    }
}

/* As long as places are asked for of visible characters only, what was deleted isn't in the tree; and then it
 * is. */
static void
test_folded_against_array (gconstpointer data)
{
  const Habits *habits = data;
  OrderModel model;

  for (guint round = 0; round < 4; round++)
    {
      guint64 near_position = 0;
      gsize n_spans;

      order_model_init (&model);
      for (guint i = 0; i < round; i++)
        g_rand_int (model.random);
      for (guint i = 0; i < habits->n_steps * MAX (test_effort (), 10) / 100; i++)
        {
          edit_folded (&model, habits, &near_position);
          if (i % 16 == 0 || i < 40)
            assert_visible_same (&model);
          if (order_model_roll (&model, 500) == 0)
            coquill_order_drop_index (model.order);
        }
      assert_visible_same (&model);
      n_spans = coquill_order_n_spans (model.order);
      order_model_assert_same (&model);
      g_assert_cmpuint (n_spans, <, coquill_order_n_spans (model.order));
      for (guint i = 0; i < 50; i++)
        {
          edit_folded (&model, habits, &near_position);
          order_model_ask (&model);
        }
      order_model_assert_same (&model);
      order_model_clear (&model);
    }
}

#define MOST_AT_ONCE 20

/* Several edits, given to the order at once, as one after the other; what they delete is told afterwards. */
static void
edit_at_once (OrderModel *self, const Habits *habits, guint64 *near_position)
{
  CoquillOrderEdit edits[MOST_AT_ONCE];
  guint n_edits = (guint)order_model_roll (self, MOST_AT_ONCE) + 1;
  guint64 width = coquill_order_width (self->order);
  g_autoptr (GArray) deleted = g_array_new (FALSE, FALSE, sizeof (CoquillId));
  gsize n_before, n_spans, n_compared = 0;
  const CoquillOrderSpan *spans;

  coquill_order_deletions (self->order, &n_before);
  for (guint i = 0; i < n_edits; i++)
    {
      guint64 position = (guint64)order_model_roll (self, (gint)width + 1);
      guint agent = (guint)order_model_roll (self, (gint)habits->n_agents);
      CoquillOrderEdit *edit = &edits[i];
      guint index;

      if ((guint)order_model_roll (self, 100) < habits->together)
        {
          position = *near_position + (guint)order_model_roll (self, 3);
          position = MIN (position, width);
        }
      *edit = (CoquillOrderEdit){ .id = coquill_id (agent, self->sequences[agent]),
                                  .position = (guint32)position };
      if ((guint)order_model_roll (self, 100) < habits->insertion)
        edit->n_inserted = (guint32)order_model_roll (self, habits->max_length) + 1;
      if ((guint)order_model_roll (self, 100) < habits->deletion || edit->n_inserted == 0)
        {
          edit->n_deleted = (guint32)order_model_roll (self, habits->max_length) + 1;
          edit->n_deleted = (guint32)MIN (edit->n_deleted, width - position);
        }

      self->sequences[agent] += edit->n_inserted + (order_model_roll (self, 8) == 0);
      index = order_model_find_visible (self, position);
      for (guint32 n = 0; n < edit->n_deleted; n++, index++)
        {
          while (order_model_character (self, index)->standing != 0)
            index++;
          order_model_character (self, index)->standing = 1;
          g_array_append_val (deleted, order_model_character (self, index)->id);
        }
      index = position == 0 ? 0 : order_model_find_visible (self, position - 1) + 1;
      order_model_insert (self, index, edit->id, edit->n_inserted, 0);
      width += edit->n_inserted;
      width -= edit->n_deleted;
      *near_position = position > 1 && edit->n_inserted == 0 ? position - 1 : position + edit->n_inserted;
    }
  coquill_order_edit_folded (self->order, edits, n_edits);

  g_assert_cmpuint (coquill_order_width (self->order), ==, width);
  spans = coquill_order_deletions (self->order, &n_spans);
  for (gsize i = n_before; i < n_spans; i++)
    {
      if (spans[i].length == 0)
        i += spans[i].standing;
      else
        for (guint32 at = 0; at < spans[i].length; at++, n_compared++)
          {
            g_assert_cmpuint (n_compared, <, deleted->len);
            g_assert_cmpuint (g_array_index (deleted, CoquillId, n_compared), ==, spans[i].id + at);
          }
    }
  g_assert_cmpuint (n_compared, ==, deleted->len);
}

static void
test_edits_at_once_against_array (gconstpointer data)
{
  const Habits *habits = data;
  OrderModel model;

  for (guint round = 0; round < 4; round++)
    {
      guint64 near_position = 0;

      order_model_init (&model);
      for (guint i = 0; i < round; i++)
        g_rand_int (model.random);
      for (guint i = 0; i < habits->n_steps * MAX (test_effort (), 10) / 2000; i++)
        {
          /* What was deleted there is in the tree then. */
          for (guint asked = 0; round % 2 == 1 && asked < 3; asked++)
            coquill_order_find_behind (
                model.order, (guint64)order_model_roll (&model, (gint)coquill_order_width (model.order) + 1));
          if (!coquill_order_is_folded (model.order))
            break;
          edit_at_once (&model, habits, &near_position);
          assert_visible_same (&model);
          if (order_model_roll (&model, 100) == 0)
            coquill_order_drop_index (model.order);
        }
      order_model_assert_same (&model);
      order_model_clear (&model);
    }
}

int
main (int argc, char *argv[])
{
  static const Habits typing = { .n_agents = 1,
                                 .n_steps = 3000,
                                 .max_length = 4,
                                 .together = 80,
                                 .insertion = 70,
                                 .deletion = 28,
                                 .state = 1,
                                 .removal = 1 };
  static const Habits crowd = { .n_agents = ORDER_MODEL_AGENTS,
                                .n_steps = 3000,
                                .max_length = 3,
                                .together = 20,
                                .insertion = 50,
                                .deletion = 25,
                                .state = 15,
                                .removal = 10 };
  static const Habits tombstones = { .n_agents = 3,
                                     .n_steps = 2500,
                                     .max_length = 8,
                                     .together = 50,
                                     .insertion = 45,
                                     .deletion = 50,
                                     .state = 4,
                                     .removal = 1 };
  static const Habits going_back = { .n_agents = 2,
                                     .n_steps = 6000,
                                     .max_length = 5,
                                     .together = 30,
                                     .insertion = 45,
                                     .deletion = 10,
                                     .state = 5,
                                     .removal = 40 };
  static const Habits long_deletions = { .n_agents = 4,
                                         .n_steps = 700,
                                         .max_length = 120,
                                         .together = 10,
                                         .insertion = 40,
                                         .deletion = 45,
                                         .state = 10,
                                         .removal = 5 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/order-random/one-who-types-as-an-array", &typing, test_against_array);
  g_test_add_data_func ("/order-random/many-everywhere-as-an-array", &crowd, test_against_array);
  g_test_add_data_func ("/order-random/mostly-deleted-as-an-array", &tombstones, test_against_array);
  g_test_add_data_func ("/order-random/taken-out-again-as-an-array", &going_back, test_against_array);
  g_test_add_data_func ("/order-random/long-deletions-as-an-array", &long_deletions, test_against_array);
  g_test_add_data_func ("/order-random/one-who-types-folded", &typing, test_folded_against_array);
  g_test_add_data_func ("/order-random/many-everywhere-folded", &crowd, test_folded_against_array);
  g_test_add_data_func ("/order-random/mostly-deleted-folded", &tombstones, test_folded_against_array);
  g_test_add_data_func ("/order-random/long-deletions-folded", &long_deletions, test_folded_against_array);
  g_test_add_data_func ("/order-random/one-who-types-partly-folded", &typing,
                        test_partly_folded_against_array);
  g_test_add_data_func ("/order-random/many-everywhere-partly-folded", &crowd,
                        test_partly_folded_against_array);
  g_test_add_data_func ("/order-random/mostly-deleted-partly-folded", &tombstones,
                        test_partly_folded_against_array);
  g_test_add_data_func ("/order-random/long-deletions-partly-folded", &long_deletions,
                        test_partly_folded_against_array);
  g_test_add_data_func ("/order-random/one-who-types-at-once", &typing, test_edits_at_once_against_array);
  g_test_add_data_func ("/order-random/many-everywhere-at-once", &crowd, test_edits_at_once_against_array);
  g_test_add_data_func ("/order-random/mostly-deleted-at-once", &tombstones,
                        test_edits_at_once_against_array);
  g_test_add_data_func ("/order-random/long-deletions-at-once", &long_deletions,
                        test_edits_at_once_against_array);
  return g_test_run ();
}
