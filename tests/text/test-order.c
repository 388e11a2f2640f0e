/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-order.c: the order of all characters, compared with a plain array. */

#include <glib.h>

#include "effort.h"
#include "seed.h"
#include "text/order.h"

#define MAX_AGENTS 12

typedef struct
{
  CoquillId id;
  guint32 standing;
} Character;

/* What an order is by definition. */
typedef struct
{
  GArray *characters; /* Character */
  guint64 sequences[MAX_AGENTS];
  GRand *random;
  CoquillOrder *order;
} Model;

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

static Character *
character (Model *self, guint index)
{
  return &g_array_index (self->characters, Character, index);
}

static gint
roll (Model *self, gint end)
{
  return g_rand_int_range (self->random, 0, end);
}

static void
model_init (Model *self)
{
  *self = (Model){ 0 };
  self->characters = g_array_new (FALSE, FALSE, sizeof (Character));
  self->random = g_rand_new_with_seed (test_seed ());
  self->order = coquill_order_new ();
}

static void
model_clear (Model *self)
{
  g_array_unref (self->characters);
  g_rand_free (self->random);
  coquill_order_free (self->order);
}

/* The index of the visible character at a position; that of the end for the width. */
static guint
index_of_visible (Model *self, guint64 position)
{
  for (guint i = 0; i < self->characters->len; i++)
    if (character (self, i)->standing == 0 && position-- == 0)
      return i;
  return self->characters->len;
}

static guint64
position_of (Model *self, guint index)
{
  guint64 position = 0;

  for (guint i = 0; i < index; i++)
    if (character (self, i)->standing == 0)
      position++;
  return position;
}

static void
model_insert (Model *self, guint index, CoquillId id, guint length, guint32 standing)
{
  for (guint i = 0; i < length; i++)
    {
      Character new = { id + i, standing };

      g_array_insert_val (self->characters, index + i, new);
    }
}

/* The order's place of a character, by walking; the end for the number of characters. */
static CoquillOrderPlace
walk_to (Model *self, guint index)
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

static void
assert_place (Model *self, const CoquillOrderPlace *place, guint index)
{
  if (index == self->characters->len)
    {
      g_assert_cmpuint (coquill_order_id (place), ==, COQUILL_ID_NONE);
      g_assert_cmpuint (coquill_order_rest (place), ==, 0);
      g_assert_cmpuint (coquill_order_standing (place), ==, 0);
      return;
    }
  g_assert_cmpuint (coquill_order_id (place), ==, character (self, index)->id);
  g_assert_cmpuint (coquill_order_standing (place), ==, character (self, index)->standing);
}

static void
assert_same (Model *self)
{
  CoquillOrderPlace place = coquill_order_start (self->order);
  guint index = 0;
  gsize n_spans = 0;

  g_assert_true (coquill_order_check (self->order));
  for (guint32 rest; (rest = coquill_order_rest (&place)) > 0; coquill_order_next (&place), n_spans++)
    for (; rest > 0; rest--, index++, place.offset++)
      {
        g_assert_cmpuint (index, <, self->characters->len);
        assert_place (self, &place, index);
      }
  g_assert_cmpuint (index, ==, self->characters->len);
  g_assert_false (coquill_order_next (&place));
  g_assert_cmpuint (n_spans, ==, coquill_order_n_spans (self->order));
  g_assert_cmpuint (coquill_order_width (self->order), ==, position_of (self, index));
}

static void
ask (Model *self)
{
  guint width = (guint)coquill_order_width (self->order);
  guint n = self->characters->len;
  guint a = (guint)roll (self, (gint)n + 1), b = (guint)roll (self, (gint)n + 1);
  CoquillOrderPlace place = walk_to (self, a), other = walk_to (self, b);
  guint64 position;
  CoquillId wanted, lowest = COQUILL_ID_NONE;
  gboolean held = FALSE;

  g_assert_cmpint (coquill_order_compare (self->order, &place, &other), ==, (a > b) - (a < b));
  g_assert_cmpuint (coquill_order_position (self->order, &place), ==, position_of (self, a));
  g_assert_cmpuint (coquill_order_position (self->order, &other), ==, position_of (self, b));

  position = (guint64)roll (self, (gint)width + 1);
  place = coquill_order_find_behind (self->order, position);
  assert_place (self, &place, position == 0 ? 0 : index_of_visible (self, position - 1) + 1);
  if (position < width)
    {
      place = coquill_order_find (self->order, position);
      assert_place (self, &place, index_of_visible (self, position));
    }

  a = (guint)roll (self, MAX_AGENTS);
  wanted = coquill_id (a, (guint64)roll (self, (gint)self->sequences[a] + 2));
  for (guint i = 0; i < n; i++)
    {
      held = held || character (self, i)->id == wanted;
      if (character (self, i)->id >= wanted && character (self, i)->id < lowest)
        lowest = character (self, i)->id;
    }
  g_assert_true (coquill_order_find_id (self->order, wanted, &place) == held);
  if (held)
    g_assert_cmpuint (coquill_order_id (&place), ==, wanted);
  g_assert_cmpuint (coquill_order_next_id (self->order, wanted), ==, lowest);
}

typedef struct
{
  Model *model;
  guint index;
} Told;

static void
told_cb (CoquillId id, uint32_t length, void *data)
{
  Told *told = data;

  for (; length > 0; length--, id++)
    {
      while (character (told->model, told->index)->standing != 0)
        told->index++;
      g_assert_cmpuint (character (told->model, told->index)->id, ==, id);
      character (told->model, told->index)->standing = 1;
    }
}

static void
step (Model *self, const Habits *habits, guint64 *near_position)
{
  guint width = (guint)coquill_order_width (self->order);
  guint n = self->characters->len;
  guint kind = (guint)roll (self, 100);
  guint64 position = (guint64)roll (self, (gint)width + 1);
  guint length = (guint)roll (self, habits->max_length) + 1;

  if ((guint)roll (self, 100) < habits->together)
    {
      position = *near_position + (guint)roll (self, 5);
      position = MIN (position, width);
    }

  if (kind < habits->insertion)
    {
      guint agent = (guint)roll (self, (gint)habits->n_agents);
      CoquillId id = coquill_id (agent, self->sequences[agent]);
      gboolean by_place = roll (self, 2) == 0;
      guint index = position == 0 ? 0 : index_of_visible (self, position - 1) + 1;

      self->sequences[agent] += length + (roll (self, 3) == 0 ? (guint)roll (self, 4) : 0);
      if (by_place)
        {
          CoquillOrderPlace place;

          index = roll (self, 2) == 0 ? index : (guint)roll (self, (gint)n + 1);
          place = walk_to (self, index);
          coquill_order_insert (self->order, &place, id, length);
        }
      else
        coquill_order_insert_at (self->order, position, id, length);
      model_insert (self, index, id, length, 0);
      *near_position = position + length;
    }
  else if (kind < habits->insertion + habits->deletion)
    {
      guint count = MIN (length, width - (guint)position);
      Told told = { self, index_of_visible (self, position) };

      if (roll (self, 2) == 0)
        {
          coquill_order_delete_at (self->order, position, count, told_cb, &told);
        }
      else
        {
          coquill_order_delete_at (self->order, position, count, NULL, NULL);
          for (guint i = told.index; count > 0; i++)
            if (character (self, i)->standing == 0)
              {
                character (self, i)->standing = 1;
                count--;
              }
        }
      *near_position = position > 3 ? position - 3 : 0;
    }
  else if (n > 0)
    {
      guint index = (guint)roll (self, (gint)n);
      CoquillOrderPlace place = walk_to (self, index);

      if (roll (self, 2) == 0 && coquill_order_find_id (self->order, character (self, index)->id, &place))
        assert_place (self, &place, index);
      length = MIN (length, coquill_order_rest (&place));
      if (kind < habits->insertion + habits->deletion + habits->state)
        {
          guint32 standing = (guint32)roll (self, 3);

          coquill_order_set_standing (self->order, &place, length, standing);
          for (guint i = 0; i < length; i++)
            character (self, index + i)->standing = standing;
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
  Model model;
  guint64 near_position = 0;

  model_init (&model);
  for (guint i = 0; i < habits->n_steps * MAX (test_effort (), 10) / 100; i++)
    {
      step (&model, habits, &near_position);
      if (roll (&model, 3) == 0)
        ask (&model);
      if (roll (&model, 2000) == 0)
        coquill_order_drop_index (model.order);
      if (i % 16 == 0 || model.characters->len < 40)
        assert_same (&model);
    }
  assert_same (&model);
  /* Until nothing is left. */
  while (model.characters->len > 0)
    {
      static const Habits removing = { .n_agents = 1, .max_length = 60, .removal = 100 };

      step (&model, &removing, &near_position);
      if (model.characters->len % 16 == 0)
        assert_same (&model);
    }
  assert_same (&model);
  model_clear (&model);
}

static void
test_append (void)
{
  Model model;

  model_init (&model);
  for (guint i = 0; i < 5000; i++)
    {
      guint length = (guint)roll (&model, 3) + 1;
      guint32 standing = (guint32)roll (&model, 3);

      coquill_order_append (model.order, coquill_id (0, model.sequences[0]), length, standing);
      model_insert (&model, model.characters->len, coquill_id (0, model.sequences[0]), length, standing);
      model.sequences[0] += length + (guint)roll (&model, 2);
      if (i % 100 == 0)
        {
          assert_same (&model);
          ask (&model);
        }
    }
  assert_same (&model);
  model_clear (&model);
}

/* Few characters per insertion, always at one place: every second span is new, and leaves split all the time.
 */
static void
test_one_place (gconstpointer data)
{
  guint eighths = GPOINTER_TO_UINT (data);
  Model model;

  model_init (&model);
  for (guint i = 0; i < 3000; i++)
    {
      guint64 position = coquill_order_width (model.order) * eighths / 8;
      CoquillId id = coquill_id (i % MAX_AGENTS, model.sequences[i % MAX_AGENTS]++);
      guint index = position == 0 ? 0 : index_of_visible (&model, position - 1) + 1;

      coquill_order_insert_at (model.order, position, id, 1);
      model_insert (&model, index, id, 1, 0);
      if (i == 1000)
        ask (&model);
      if (i % 50 == 0)
        assert_same (&model);
    }
  assert_same (&model);
  model_clear (&model);
}

/* The index follows after few and after many edits in which nobody asked for it. */
static void
test_index_follows (void)
{
  Model model;

  model_init (&model);
  for (guint batch = 0; batch < 40; batch++)
    {
      for (guint i = 0; i < (batch % 8 == 0 ? 500 : 20); i++)
        {
          guint64 position = (guint64)roll (&model, (gint)coquill_order_width (model.order) + 1);
          guint agent = (guint)roll (&model, 3);
          CoquillId id = coquill_id (agent, model.sequences[agent]);
          guint index = position == 0 ? 0 : index_of_visible (&model, position - 1) + 1;

          coquill_order_insert_at (model.order, position, id, 2);
          model_insert (&model, index, id, 2, 0);
          model.sequences[agent] += 2 + i % 2;
        }
      for (guint i = 0; i < 20; i++)
        ask (&model);
      assert_same (&model);
      if (batch == 20)
        coquill_order_drop_index (model.order);
    }
  model_clear (&model);
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
  Model model;
  guint n = 3000;

  model_init (&model);
  coquill_order_append (model.order, coquill_id (0, 0), n, 0);
  model_insert (&model, 0, coquill_id (0, 0), n, 0);
  for (guint i = 0; i < n; i += 2)
    {
      CoquillOrderPlace place;

      g_assert_true (coquill_order_find_id (model.order, coquill_id (0, i), &place));
      coquill_order_set_standing (model.order, &place, 1, 2);
      character (&model, i)->standing = 2;
    }
  assert_same (&model);
  g_assert_cmpuint (coquill_order_n_spans (model.order), ==, n);
  for (guint i = 0; i < n; i += 2)
    {
      CoquillOrderPlace place;
      guint index = (i * 7 + n / 2) % n;

      g_assert_true (coquill_order_find_id (model.order, coquill_id (0, index), &place));
      coquill_order_set_standing (model.order, &place, 1, 0);
      character (&model, index)->standing = 0;
      if (i % 64 == 0)
        assert_same (&model);
    }
  coquill_order_delete_at (model.order, 0, n, NULL, NULL);
  for (guint i = 0; i < n; i++)
    character (&model, i)->standing = 1;
  assert_same (&model);
  g_assert_cmpuint (coquill_order_n_spans (model.order), <, n / 20);
  g_assert_cmpuint (coquill_order_width (model.order), ==, 0);
  model_clear (&model);
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
  coquill_order_delete_at (order, 1, 3 * length - 2, NULL, NULL);
  g_assert_true (coquill_order_check (order));
  g_assert_cmpuint (coquill_order_width (order), ==, 2);
  coquill_order_free (order);
}

static void
test_empty (void)
{
  CoquillOrder *order = coquill_order_new ();
  CoquillOrderPlace start = coquill_order_start (order), end = coquill_order_end (order);
  CoquillOrderPlace behind = coquill_order_find_behind (order, 0);

  g_assert_true (coquill_order_check (order));
  g_assert_cmpint (coquill_order_compare (order, &start, &end), ==, 0);
  g_assert_cmpint (coquill_order_compare (order, &start, &behind), ==, 0);
  g_assert_cmpuint (coquill_order_position (order, &end), ==, 0);
  g_assert_cmpuint (coquill_order_id (&start), ==, COQUILL_ID_NONE);
  g_assert_false (coquill_order_next (&start));
  g_assert_false (coquill_order_find_id (order, 0, &start));
  g_assert_cmpuint (coquill_order_next_id (order, 0), ==, COQUILL_ID_NONE);
  coquill_order_insert (order, &end, 7, 0);
  coquill_order_insert_at (order, 0, 7, 0);
  coquill_order_delete_at (order, 0, 0, NULL, NULL);
  g_assert_cmpuint (coquill_order_n_spans (order), ==, 0);
  coquill_order_free (order);
  coquill_order_free (NULL);
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
  static const Habits crowd = { .n_agents = MAX_AGENTS,
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
  g_test_add_func ("/order/nothing-is-found-in-nothing", test_empty);
  g_test_add_data_func ("/order/one-who-types-as-an-array", &typing, test_against_array);
  g_test_add_data_func ("/order/many-everywhere-as-an-array", &crowd, test_against_array);
  g_test_add_data_func ("/order/mostly-deleted-as-an-array", &tombstones, test_against_array);
  g_test_add_data_func ("/order/taken-out-again-as-an-array", &going_back, test_against_array);
  g_test_add_data_func ("/order/long-deletions-as-an-array", &long_deletions, test_against_array);
  g_test_add_func ("/order/append-builds-the-same", test_append);
  g_test_add_data_func ("/order/always-at-the-front", GUINT_TO_POINTER (0), test_one_place);
  g_test_add_data_func ("/order/always-in-the-middle", GUINT_TO_POINTER (4), test_one_place);
  g_test_add_data_func ("/order/always-at-the-end", GUINT_TO_POINTER (8), test_one_place);
  g_test_add_func ("/order/index-follows", test_index_follows);
  g_test_add_func ("/order/a-large-one-comes-and-goes", test_large);
  g_test_add_func ("/order/what-belongs-together-is-joined", test_joins);
  g_test_add_func ("/order/a-run-longer-than-a-span", test_long_runs);
  return g_test_run ();
}
