/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-one-place.c: a few people who write at the same few places, and know some of what the others wrote. */

#include "seed.h"
#include "small-text.h"

#define N_PEOPLE 5
#define N_HISTORIES 300
#define MAX_STEPS 160
#define MAX_BETWEEN 30 /* steps from one merge to the next, on average */
#define N_ORDERS 4
#define PIECE 3 /* items that come at once */

/* Where one writes. */
typedef enum
{
  AT_THE_START,
  BEHIND_THE_FIRST,
  ANYWHERE,
  IN_THE_MIDDLE_OR_AT_THE_END,
  N_HABITS
} Habit;

static guint64
choose_place (Habit habit, guint64 length, GRand *random)
{
  switch (habit)
    {
    case AT_THE_START:
      return 0;
    case BEHIND_THE_FIRST:
      return MIN (1, length);
    case ANYWHERE:
      return (guint64)g_rand_int_range (random, 0, (gint32)length + 1);
    case IN_THE_MIDDLE_OR_AT_THE_END:
      return g_rand_boolean (random) ? length : length / 2;
    case N_HABITS:
      break;
    }
  g_assert_not_reached ();
}

/* Lets them write; merges now and then. */
static void
write_history (CoquillText **people, const guint32 *locals, GRand *random)
{
  gint32 between = g_rand_int_range (random, 2, MAX_BETWEEN);
  guint n_steps = (guint)g_rand_int_range (random, 10, MAX_STEPS);
  Habit habits[N_PEOPLE];

  for (guint i = 0; i < N_PEOPLE; i++)
    habits[i] = (Habit)g_rand_int_range (random, 0, N_HABITS);
  for (guint step = 0; step < n_steps; step++)
    {
      guint one = (guint)g_rand_int_range (random, 0, N_PEOPLE);
      guint64 length = coquill_text_length (people[one]);
      guint64 place = choose_place (habits[one], length, random);
      const char letter[] = { (char)('a' + one), '\0' };

      if (g_rand_int_range (random, 0, between) == 0)
        merge (people[one], people[g_rand_int_range (random, 0, N_PEOPLE)]);
      else if (length > 2 && g_rand_int_range (random, 0, 5) == 0)
        delete (people[one], locals[one], MIN (place, length - 1), 1);
      else
        insert (people[one], locals[one], place, letter);
    }
}

/* Everybody's text, in a random order, at once or in pieces. */
static CoquillText *
merge_all (CoquillText **people, gboolean in_pieces, GRand *random)
{
  CoquillText *text = coquill_text_new ();
  guint order[N_PEOPLE];

  for (guint i = 0; i < N_PEOPLE; i++)
    {
      guint j = (guint)g_rand_int_range (random, 0, (gint32)i + 1);

      order[i] = order[j];
      order[j] = i;
    }
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      CoquillText *from = people[order[i]];
      guint64 n = coquill_text_n_items (from), step = in_pieces ? PIECE : n;

      for (guint64 done = 0; done < n; done += step)
        {
          CoquillChange *change = coquill_text_extract (from, done, MIN (done + step, n));

          g_assert_true (coquill_text_merge (text, change, NULL, NULL, NULL));
          coquill_change_free (change);
        }
    }
  return text;
}

/* Whatever comes first, the text is the same. */
static void
check_history (GRand *random)
{
  CoquillText *people[N_PEOPLE], *first;
  guint32 locals[N_PEOPLE];
  char *expected;

  for (guint i = 0; i < N_PEOPLE; i++)
    people[i] = new_text ((guint8)(g_rand_int_range (random, 0, 40) * N_PEOPLE + (gint32)i), &locals[i]);
  write_history (people, locals, random);
  first = merge_all (people, FALSE, random);
  expected = coquill_text_to_string (first, NULL);
  for (guint i = 1; i < N_ORDERS; i++)
    {
      CoquillText *text = merge_all (people, i % 2 > 0, random);

      assert_text (text, expected);
      coquill_text_free (text);
    }
  free (expected);
  coquill_text_free (first);
  for (guint i = 0; i < N_PEOPLE; i++)
    coquill_text_free (people[i]);
}

static void
test_any_order_makes_the_same_text (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint i = 0; i < N_HISTORIES; i++)
    check_history (random);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/one-place/any-order-makes-the-same-text", test_any_order_makes_the_same_text);
  return g_test_run ();
}
