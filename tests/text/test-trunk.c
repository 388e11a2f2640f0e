/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-trunk.c: long branches that come at once are walked in another order than one by one, to the same end.
 */

#include "seed.h"
#include "small-text.h"

#define N_REPLICAS 4
#define N_STEPS 60
#define N_EDITS 40

/* Edits anywhere, so that each is an operation; now and then a deletion is restored. */
static void
edit (GRand *random, CoquillText *text, guint32 agent)
{
  for (guint i = 0; i < N_EDITS; i++)
    {
      guint64 length = coquill_text_length (text);
      guint64 position = (guint64)g_rand_int_range (random, 0, (gint32)length + 1);
      guint64 count = (guint64)g_rand_int_range (random, 1, 6);

      count = MIN (count, length - position);
      if (count > 0 && g_rand_int_range (random, 0, 5) < 2)
        {
          guint64 sequence = delete (text, agent, position, count);

          if (g_rand_int_range (random, 0, 4) == 0)
            restore (text, agent, agent, sequence, count);
        }
      else
        insert (text, agent, position, &"abcdef"[g_rand_int_range (random, 0, 6)]);
    }
}

static void
assert_same (CoquillText *a, CoquillText *b)
{
  g_autofree char *text_a = coquill_text_to_string (a, NULL);
  g_autofree char *text_b = coquill_text_to_string (b, NULL);

  g_assert_cmpstr (text_a, ==, text_b);
}

static void
test_history (GRand *random)
{
  CoquillText *texts[N_REPLICAS], *whole = coquill_text_new (), *early = coquill_text_new ();
  guint32 agents[N_REPLICAS];

  for (guint i = 0; i < N_REPLICAS; i++)
    texts[i] = new_text ((guint8)(i + 1), &agents[i]);
  for (guint step = 0; step < N_STEPS; step++)
    {
      guint i = (guint)g_rand_int_range (random, 0, N_REPLICAS);

      edit (random, texts[i], agents[i]);
      if (g_rand_int_range (random, 0, 3) == 0)
        merge (texts[g_rand_int_range (random, 0, N_REPLICAS)], texts[i]);
      /* What comes later may not know what was walked as if all did. */
      if (step % 20 == 19)
        merge (early, texts[i]);
    }
  for (guint i = 1; i < N_REPLICAS; i++)
    merge (texts[0], texts[i]);
  for (guint i = N_REPLICAS; i > 0; i--)
    merge (early, texts[i - 1]);
  merge (whole, texts[0]);
  assert_same (whole, texts[0]);
  assert_same (early, texts[0]);
  edit (random, texts[1], agents[1]);
  merge (whole, texts[1]);
  merge (texts[0], texts[1]);
  assert_same (whole, texts[0]);

  for (guint i = 0; i < N_REPLICAS; i++)
    coquill_text_free (texts[i]);
  coquill_text_free (whole);
  coquill_text_free (early);
}

static void
test_order_of_walking (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint i = 0; i < 20; i++)
    test_history (random);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trunk/order-of-walking-does-not-matter", test_order_of_walking);
  return g_test_run ();
}
