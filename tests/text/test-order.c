/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-order.c: the order of all characters: at one place, by ids, joined, large and with long runs. */

#include <glib.h>

#include "order-model.h"
#include "text/order-fold.h"
#include "seed.h"

static void
test_append (void)
{
  OrderModel model;

  order_model_init (&model);
  for (guint i = 0; i < 5000; i++)
    {
      guint length = (guint)order_model_roll (&model, 3) + 1;
      guint32 standing = (guint32)order_model_roll (&model, 3);

      coquill_order_append (model.order, coquill_id (0, model.sequences[0]), length, standing);
      order_model_insert (&model, model.characters->len, coquill_id (0, model.sequences[0]), length,
                          standing);
      model.sequences[0] += length + (guint)order_model_roll (&model, 2);
      if (i % 100 == 0)
        {
          order_model_assert_same (&model);
          order_model_ask (&model);
        }
    }
  order_model_assert_same (&model);
  order_model_clear (&model);
}

/* Few characters per insertion, always at one place: every second span is new, and leaves split all the time.
 */
static void
test_one_place (gconstpointer data)
{
  guint eighths = GPOINTER_TO_UINT (data);
  OrderModel model;

  order_model_init (&model);
  for (guint i = 0; i < 3000; i++)
    {
      guint64 position = coquill_order_width (model.order) * eighths / 8;
      CoquillId id = coquill_id (i % ORDER_MODEL_AGENTS, model.sequences[i % ORDER_MODEL_AGENTS]++);
      guint index = position == 0 ? 0 : order_model_find_visible (&model, position - 1) + 1;

      coquill_order_insert_at (model.order, position, id, 1);
      order_model_insert (&model, index, id, 1, 0);
      if (i == 1000)
        order_model_ask (&model);
      if (i % 50 == 0)
        order_model_assert_same (&model);
    }
  order_model_assert_same (&model);
  order_model_clear (&model);
}

/* The index follows after few and after many edits in which nobody asked for it. */
static void
test_index_follows (void)
{
  OrderModel model;

  order_model_init (&model);
  for (guint batch = 0; batch < 40; batch++)
    {
      for (guint i = 0; i < (batch % 8 == 0 ? 500 : 20); i++)
        {
          guint64 position = (guint64)order_model_roll (&model, (gint)coquill_order_width (model.order) + 1);
          guint agent = (guint)order_model_roll (&model, 3);
          CoquillId id = coquill_id (agent, model.sequences[agent]);
          guint index = position == 0 ? 0 : order_model_find_visible (&model, position - 1) + 1;

          coquill_order_insert_at (model.order, position, id, 2);
          order_model_insert (&model, index, id, 2, 0);
          model.sequences[agent] += 2 + i % 2;
        }
      for (guint i = 0; i < 20; i++)
        order_model_ask (&model);
      order_model_assert_same (&model);
      if (batch == 20)
        coquill_order_drop_index (model.order);
    }
  order_model_clear (&model);
}

/* Each character is at the place that walking finds. */
static GArray *
assert_all_found (CoquillOrder *order)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (CoquillId));
  CoquillOrderPlace place = coquill_order_start (order), before = place;

  do
    for (guint32 rest = coquill_order_rest (&place); rest > 0; rest--, place.offset++)
      {
        CoquillId id = coquill_order_id (&place);
        CoquillOrderPlace found;

        g_assert_true (coquill_order_find_id (order, id, &found));
        g_assert_cmpuint (coquill_order_id (&found), ==, id);
        g_assert_cmpuint (coquill_order_position (order, &found), ==, ids->len);
        g_assert_cmpint (coquill_order_compare (order, &before, &found), ==, ids->len > 0 ? -1 : 0);
        before = found;
        g_array_append_val (ids, id);
      }
  while (coquill_order_next (&place));
  g_assert_cmpuint (ids->len, ==, coquill_order_width (order));
  return ids;
}

/* Three levels of nodes: characters that belong nowhere together come in everywhere, and then go. */
static void
test_large (void)
{
  GRand *random = g_rand_new_with_seed (test_seed ());
  CoquillOrder *order = coquill_order_new ();
  CoquillOrderPlace place;
  guint n = 60000;

  for (guint i = 0; i < n; i++)
    {
      guint64 position = (guint64)g_rand_int_range (random, 0, (gint)i + 1);

      coquill_order_insert_at (order, position, coquill_id (i % 5, i / 5 * 2), 1);
      /* First not for long, then often. */
      if (i == 100 || (i > n / 2 && i % 50 == 0))
        g_assert_true (coquill_order_find_id (order, coquill_id (0, 0), &place));
    }
  g_assert_true (coquill_order_check (order));

  g_autoptr (GArray) ids = assert_all_found (order);

  for (guint left = n; left > 0; left--)
    {
      guint i = (guint)g_rand_int_range (random, 0, (gint)left);
      CoquillId id = g_array_index (ids, CoquillId, i);

      g_assert_true (coquill_order_find_id (order, id, &place));
      g_assert_cmpuint (coquill_order_next_id (order, id), ==, id);
      coquill_order_remove (order, &place, 1);
      g_assert_false (coquill_order_find_id (order, id, &place));
      g_array_remove_index_fast (ids, i);
      if (left % 10000 == 0)
        g_assert_true (coquill_order_check (order));
    }
  g_assert_cmpuint (coquill_order_next_id (order, 0), ==, COQUILL_ID_NONE);
  g_assert_true (coquill_order_check (order));
  coquill_order_free (order);
  g_rand_free (random);
}

/* Deleting all in pieces from the middle joins spans until hardly a leaf is left. */
static void
test_joins (void)
{
  OrderModel model;
  guint n = 3000;

  order_model_init (&model);
  coquill_order_append (model.order, coquill_id (0, 0), n, 0);
  order_model_insert (&model, 0, coquill_id (0, 0), n, 0);
  for (guint i = 0; i < n; i += 2)
    {
      CoquillOrderPlace place;

      g_assert_true (coquill_order_find_id (model.order, coquill_id (0, i), &place));
      coquill_order_set_standing (model.order, &place, 1, 2);
      order_model_character (&model, i)->standing = 2;
    }
  order_model_assert_same (&model);
  g_assert_cmpuint (coquill_order_n_spans (model.order), ==, n);
  for (guint i = 0; i < n; i += 2)
    {
      CoquillOrderPlace place;
      guint index = (i * 7 + n / 2) % n;

      g_assert_true (coquill_order_find_id (model.order, coquill_id (0, index), &place));
      coquill_order_set_standing (model.order, &place, 1, 0);
      order_model_character (&model, index)->standing = 0;
      if (i % 64 == 0)
        order_model_assert_same (&model);
    }
  coquill_order_delete_at (model.order, 0, n, NULL);
  for (guint i = 0; i < n; i++)
    order_model_character (&model, i)->standing = 1;
  order_model_assert_same (&model);
  g_assert_cmpuint (coquill_order_n_spans (model.order), <, n / 20);
  g_assert_cmpuint (coquill_order_width (model.order), ==, 0);
  order_model_clear (&model);
}

/* More characters than a span may have, put in by each of the calls. */
static void
test_long_runs (void)
{
  guint64 length = (G_GUINT64_CONSTANT (5) << 30) + 3;
  CoquillOrder *order = coquill_order_new ();
  CoquillOrderPlace place;

  coquill_order_append (order, coquill_id (0, 0), length, 0);
  coquill_order_insert_at (order, length, coquill_id (1, 0), length);
  place = coquill_order_find (order, length);
  coquill_order_insert (order, &place, coquill_id (2, 0), length);
  g_assert_true (coquill_order_check (order));
  g_assert_cmpuint (coquill_order_width (order), ==, 3 * length);
  g_assert_cmpuint (coquill_order_n_spans (order), ==, 9);
  for (guint i = 0; i < 3; i++)
    for (guint64 at = 0; at < length; at += length / 7)
      {
        place = coquill_order_find (order, i * length + at);
        g_assert_cmpuint (coquill_order_id (&place), ==, coquill_id ((guint)((i * 2) % 3), at));
        g_assert_true (coquill_order_find_id (order, coquill_order_id (&place), &place));
        g_assert_cmpuint (coquill_order_position (order, &place), ==, i * length + at);
      }
  coquill_order_delete_at (order, 1, 3 * length - 2, NULL);
  g_assert_true (coquill_order_check (order));
  g_assert_cmpuint (coquill_order_width (order), ==, 2);
  coquill_order_free (order);
}

static void
test_empty (void)
{
  CoquillOrder *order = coquill_order_new (), *folded = coquill_order_new ();
  CoquillOrderPlace start = coquill_order_start (order), behind = coquill_order_find_behind (order, 0);

  g_assert_true (coquill_order_check (order));
  g_assert_cmpint (coquill_order_compare (order, &start, &behind), ==, 0);
  g_assert_cmpuint (coquill_order_position (order, &behind), ==, 0);
  g_assert_cmpuint (coquill_order_id (&start), ==, COQUILL_ID_NONE);
  g_assert_false (coquill_order_next (&start));
  g_assert_false (coquill_order_find_id (order, 0, &start));
  g_assert_false (coquill_order_find_deleted (folded, 0, 0, &start));
  g_assert_cmpuint (coquill_order_next_id (order, 0), ==, COQUILL_ID_NONE);
  coquill_order_insert (order, &behind, 7, 0);
  coquill_order_insert_at (order, 0, 7, 0);
  coquill_order_delete_at (order, 0, 0, NULL);
  g_assert_cmpuint (coquill_order_n_spans (order), ==, 0);
  coquill_order_free (order);
  coquill_order_free (folded);
  coquill_order_free (NULL);
}

/* Whoever deletes the same very often, and cuts it to pieces, doesn't make it as many times larger when what
 * lies on both sides is deleted: it isn't folded again. */
static void
test_deleted_often (void)
{
  enum
  {
    LENGTH = 300,
    OFTEN = 1000
  };
  OrderModel model;
  CoquillOrderPlace place;

  order_model_init (&model);
  coquill_order_insert_at (model.order, 0, coquill_id (0, 0), LENGTH + 2);
  order_model_insert (&model, 0, coquill_id (0, 0), LENGTH + 2, 0);
  coquill_order_delete_at (model.order, 1, LENGTH, NULL);
  for (guint i = 1; i <= LENGTH; i++)
    order_model_character (&model, i)->standing = OFTEN;
  g_assert_true (coquill_order_find_deleted (model.order, 1, coquill_id (0, 1), &place));
  coquill_order_set_standing (model.order, &place, LENGTH, OFTEN);
  for (guint i = LENGTH; i > 1; i--)
    {
      if (!coquill_order_find_deleted (model.order, 1, coquill_id (0, i), &place))
        g_assert_true (coquill_order_find_id (model.order, coquill_id (0, i), &place));
      coquill_order_insert (model.order, &place, coquill_id (1, 2 * (guint64)i), 1);
      order_model_insert (&model, i, coquill_id (1, 2 * (guint64)i), 1, 0);
    }
  coquill_order_delete_at (model.order, 0, coquill_order_width (model.order), NULL);
  for (guint i = 0; i < model.characters->len; i++)
    order_model_character (&model, i)->standing += order_model_character (&model, i)->standing == 0;
  g_assert_cmpuint (coquill_order_n_spans (model.order), >=, LENGTH);
  order_model_assert_same (&model);
  order_model_clear (&model);
}

/* What is deleted once more counts when somebody asks how often it was. */
static void
test_deleted_again (void)
{
  enum
  {
    LENGTH = 200
  };
  OrderModel model;

  order_model_init (&model);
  coquill_order_insert_at (model.order, 0, coquill_id (0, 0), LENGTH);
  order_model_insert (&model, 0, coquill_id (0, 0), LENGTH, 0);
  coquill_order_delete_at (model.order, 10, LENGTH - 20, NULL);
  for (guint i = 10; i < LENGTH - 10; i++)
    order_model_character (&model, i)->standing = 1;
  for (guint i = 10; i + 30 < LENGTH; i += 13)
    {
      g_assert_true (coquill_order_delete_again (model.order, coquill_id (0, i), 20));
      for (guint j = i; j < i + 20; j++)
        order_model_character (&model, j)->standing++;
    }
  g_assert_cmpuint (coquill_order_width (model.order), ==, 20);
  coquill_order_unfold (model.order);
  g_assert_false (coquill_order_delete_again (model.order, coquill_id (0, 10), 1));
  order_model_assert_same (&model);
  order_model_clear (&model);
}

/* What many delete isn't noted without end. */
static void
test_deleted_again_by_many (void)
{
  OrderModel model;
  guint n_noted = 0;

  order_model_init (&model);
  coquill_order_insert_at (model.order, 0, coquill_id (0, 0), 9);
  order_model_insert (&model, 0, coquill_id (0, 0), 9, 0);
  coquill_order_delete_at (model.order, 3, 4, NULL);
  while (coquill_order_delete_again (model.order, coquill_id (0, 4), 2))
    g_assert_cmpuint (++n_noted, <, 2000);
  g_assert_cmpuint (n_noted, >, 1000);
  for (guint i = 3; i < 7; i++)
    order_model_character (&model, i)->standing = i == 4 || i == 5 ? 1 + n_noted : 1;
  order_model_assert_same (&model);
  order_model_clear (&model);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/order/nothing-is-found-in-nothing", test_empty);
  g_test_add_func ("/order/append-builds-the-same", test_append);
  g_test_add_data_func ("/order/always-at-the-front", GUINT_TO_POINTER (0), test_one_place);
  g_test_add_data_func ("/order/always-in-the-middle", GUINT_TO_POINTER (4), test_one_place);
  g_test_add_data_func ("/order/always-at-the-end", GUINT_TO_POINTER (8), test_one_place);
  g_test_add_func ("/order/index-follows", test_index_follows);
  g_test_add_func ("/order/a-large-one-comes-and-goes", test_large);
  g_test_add_func ("/order/what-belongs-together-is-joined", test_joins);
  g_test_add_func ("/order/a-run-longer-than-a-span", test_long_runs);
  g_test_add_func ("/order/what-was-deleted-very-often-is-not-folded-again", test_deleted_often);
  g_test_add_func ("/order/what-is-deleted-again-counts-when-asked", test_deleted_again);
  g_test_add_func ("/order/what-many-delete-again-is-not-noted-without-end", test_deleted_again_by_many);
  return g_test_run ();
}
