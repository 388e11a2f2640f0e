/* test-sequence-alignment.c: pairs are right, as many as can be while little differs, and cost bounded work
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/sequence-alignment.h"

#define PLENTY G_GUINT64_CONSTANT (1000000000)

static guint32 *
random_sequence (GRand *random, guint32 length, guint32 n_ids)
{
  guint32 *sequence = g_new (guint32, length + 1);

  for (guint32 i = 0; i < length; i++)
    sequence[i] = (guint32)g_rand_int_range (random, 0, (gint32)n_ids);

  return sequence;
}

/* Length of a longest common subsequence, by the textbook's table. */
static guint32
longest_common (const guint32 *a, guint32 n_a, const guint32 *b, guint32 n_b)
{
  g_autofree guint32 *row = g_new0 (guint32, n_b + 1);

  for (guint32 i = 0; i < n_a; i++)
    for (guint32 j = 0, diagonal = 0; j < n_b; j++)
      {
        guint32 above = row[j + 1];

        row[j + 1] = a[i] == b[j] ? diagonal + 1 : MAX (above, row[j]);
        diagonal = above;
      }

  return row[n_b];
}

/* Asserts that the pairs are equal and ascend. Returns: how many there are */
static guint32
count_pairs (const guint32 *a, guint32 n_a, const guint32 *b, guint32 n_b, const guint32 *partners)
{
  guint32 pairs = 0, next = 0;

  for (guint32 i = 0; i < n_a; i++)
    if (partners[i] != COQUILL_NO_PARTNER)
      {
        g_assert_cmpuint (partners[i], >=, next);
        g_assert_cmpuint (partners[i], <, n_b);
        g_assert_cmpuint (a[i], ==, b[partners[i]]);
        next = partners[i] + 1;
        pairs++;
      }

  return pairs;
}

static guint32
align (const guint32 *a,
       guint32 n_a,
       const guint32 *b,
       guint32 n_b,
       guint32 n_ids,
       gboolean unique_first,
       guint64 *steps)
{
  g_autofree guint32 *partners = g_new (guint32, n_a + 1);

  coquill_sequence_align (a, n_a, b, n_b, n_ids, unique_first, steps, partners);

  return count_pairs (a, n_a, b, n_b, partners);
}

static void
test_most (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());

  for (guint round = 0; round < 4000; round++)
    {
      guint32 n_ids = (guint32)g_rand_int_range (random, 1, 30);
      guint32 n_a = (guint32)g_rand_int_range (random, 0, 100),
              n_b = (guint32)g_rand_int_range (random, 0, 100);
      g_autofree guint32 *a = random_sequence (random, n_a, n_ids);
      g_autofree guint32 *b = random_sequence (random, n_b, n_ids);
      guint32 most = longest_common (a, n_a, b, n_b);
      guint64 steps = PLENTY;

      g_assert_cmpuint (align (a, n_a, b, n_b, n_ids, FALSE, &steps), ==, most);
      g_assert_cmpuint (align (a, n_a, b, n_b, n_ids, TRUE, &steps), <=, most);
    }
}

/* Where more differs than is looked over, still nearly as many. */
static void
test_far (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());

  for (guint32 n_ids = 2; n_ids < 64; n_ids *= 2)
    {
      const guint32 n = 5000;
      g_autofree guint32 *a = random_sequence (random, n, n_ids);
      g_autofree guint32 *b = random_sequence (random, n, n_ids);
      guint32 most = longest_common (a, n, b, n);
      guint64 steps = PLENTY;
      guint32 pairs = align (a, n, b, n, n_ids, FALSE, &steps);

      g_test_message ("%u ids: %u pairs of %u, %" G_GUINT64_FORMAT " steps", n_ids, pairs, most,
                      PLENTY - steps);
      g_assert_cmpuint (pairs, <=, most);
      g_assert_cmpuint (pairs * 10, >=, most * 8);
    }
}

static void
test_landmarks (void)
{
  /* The brackets, ids 0, are many; by the number of pairs alone they would win over 7 and 8. */
  static const guint32 a[] = { 7, 0, 0, 0, 0, 8 };
  static const guint32 b[] = { 0, 0, 0, 0, 7, 8 };
  guint32 partners[G_N_ELEMENTS (a)];
  guint64 steps = PLENTY;

  coquill_sequence_align (a, 6, b, 6, 9, TRUE, &steps, partners);
  g_assert_cmpuint (partners[0], ==, 4);
  g_assert_cmpuint (partners[1], ==, COQUILL_NO_PARTNER);
  g_assert_cmpuint (partners[5], ==, 5);
  coquill_sequence_align (a, 6, b, 6, 9, FALSE, &steps, partners);
  g_assert_cmpuint (partners[0], ==, COQUILL_NO_PARTNER);
  g_assert_cmpuint (partners[1], ==, 0);
}

/* Ten times as long costs ten times as much, whatever differs. */
static void
test_linear (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  guint64 before = 0;

  for (guint32 n = 2000; n <= 200000; n *= 10)
    {
      g_autofree guint32 *a = random_sequence (random, n, 4);
      g_autofree guint32 *b = random_sequence (random, n, 4);
      guint64 steps = PLENTY;

      align (a, n, b, n, 4, FALSE, &steps);
      if (before > 0)
        g_assert_cmpuint (PLENTY - steps, <=, 13 * before);
      before = PLENTY - steps;
    }
}

static void
test_budget (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  const guint32 n = 20000;
  g_autofree guint32 *a = random_sequence (random, n, 4);
  g_autofree guint32 *b = random_sequence (random, n, 4);
  guint32 last = 0;

  for (guint64 budget = 0; budget < 100000000; budget = budget * 10 + 1)
    {
      guint64 steps = budget;
      guint32 pairs = align (a, n, b, n, 4, budget % 2 == 0, &steps);

      g_assert_cmpuint (steps, <=, budget);
      g_assert_cmpuint (pairs + 100, >=, last);
      last = pairs;
    }
  g_assert_cmpuint (last, >, n / 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sequence-alignment/as-many-pairs-as-can-be", test_most);
  g_test_add_func ("/sequence-alignment/nearly-as-many-where-much-differs", test_far);
  g_test_add_func ("/sequence-alignment/unique-elements-are-landmarks", test_landmarks);
  g_test_add_func ("/sequence-alignment/work-is-linear", test_linear);
  g_test_add_func ("/sequence-alignment/stops-when-the-budget-is-spent", test_budget);

  return g_test_run ();
}
