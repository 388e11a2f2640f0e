/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-fold.c: a text whose deleted characters nobody has asked for yet, beside one where they were. */

#include "effort.h"
#include "seed.h"
#include "small-text.h"

/* Two people who write in turns. Of the folded text only what is visible is asked until the end; of the
 * other, all the time, what was deleted. */
typedef struct
{
  CoquillText *folded;
  CoquillText *unfolded;
  guint32 agents[2]; /* the same in both */
  GRand *random;
} Pair;

static void
pair_init (Pair *self, guint round)
{
  CoquillAnchor deleted;
  guint64 position;

  self->random = g_rand_new_with_seed (test_seed () + round);
  self->folded = new_text (1, &self->agents[0]);
  self->unfolded = new_text (1, &self->agents[0]);
  for (guint i = 0; i < 2; i++)
    {
      CoquillText *text = i == 0 ? self->folded : self->unfolded;
      CoquillAgent other = agent_id (2);

      self->agents[1] = coquill_text_add_agent (text, &other, NULL);
      insert (text, self->agents[0], 0, "begun");
      delete (text, self->agents[0], 2, 1);
    }
  deleted = (CoquillAnchor){ .kind = COQUILL_ANCHOR_BEFORE, .agent = self->agents[0], .sequence = 2 };
  g_assert_true (coquill_text_resolve (self->unfolded, &deleted, &position));
  g_assert_cmpuint (position, ==, 2);
}

static void
pair_clear (Pair *self)
{
  g_rand_free (self->random);
  coquill_text_free (self->folded);
  coquill_text_free (self->unfolded);
}

static bool
collect_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  g_string_append_printf (data, "%u:%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT "@%" G_GUINT64_FORMAT " ",
                          range->agent, range->sequence, range->length, (guint64)position);
  return true;
}

static char *
spans (CoquillText *text)
{
  GString *string = g_string_new (NULL);

  coquill_text_foreach_span (text, 0, coquill_text_length (text), collect_cb, string);
  return g_string_free_and_steal (string);
}

static bool
collect_each_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  for (guint64 i = 0; i < range->length; i++)
    {
      CoquillTextRange one = { range->agent, range->sequence + i, 1 };

      collect_cb (&one, position, data);
    }
  return true;
}

/* Which characters an agent's deletions took away, from the last so many items on. */
static char *
targets (CoquillText *text, guint32 agent, guint64 n_items)
{
  GString *string = g_string_new (NULL);
  guint64 length = coquill_text_agent_length (text, agent);
  CoquillTextRange range = { agent, length - MIN (length, n_items), n_items };

  g_assert_true (coquill_text_deletion_targets (text, &range, collect_each_cb, string));
  return g_string_free_and_steal (string);
}

static void
pair_assert_targets_same (Pair *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *a = targets (self->folded, self->agents[i], G_MAXUINT32);
      g_autofree char *b = targets (self->unfolded, self->agents[i], G_MAXUINT32);

      g_assert_cmpstr (a, ==, b);
    }
}

static void
pair_assert_visible_same (Pair *self)
{
  g_autofree char *a = spans (self->folded), *b = spans (self->unfolded);

  g_assert_cmpstr (a, ==, b);
}

/* Where each character is that ever was, from both sides. */
static void
pair_assert_anchors_same (Pair *self)
{
  for (guint agent = 0; agent < 2; agent++)
    for (guint64 sequence = 0; sequence < coquill_text_agent_length (self->folded, self->agents[agent]);
         sequence++)
      for (CoquillAnchorKind kind = COQUILL_ANCHOR_BEFORE; kind <= COQUILL_ANCHOR_AFTER; kind++)
        {
          CoquillAnchor anchor = { .kind = kind, .agent = self->agents[agent], .sequence = sequence };
          uint64_t a = 0, b = 0;

          g_assert_cmpint (coquill_text_resolve (self->folded, &anchor, &a), ==,
                           coquill_text_resolve (self->unfolded, &anchor, &b));
          g_assert_cmpuint (a, ==, b);
        }
}

static void
pair_edit (Pair *self, guint32 agent, guint64 *caret, guint most)
{
  guint64 length = coquill_text_length (self->folded);
  guint n = (guint)g_rand_int_range (self->random, 1, (gint)most + 1);

  if (g_rand_int_range (self->random, 0, 4) == 0)
    *caret = (guint64)g_rand_int_range (self->random, 0, (gint)length + 1);
  *caret = MIN (*caret, length);
  switch (g_rand_int_range (self->random, 0, 4))
    {
    case 0:
      n = (guint)MIN (n, length - *caret);
      if (n > 0)
        {
          delete (self->folded, agent, *caret, n);
          delete (self->unfolded, agent, *caret, n);
        }
      break;
    case 1:
      for (n = (guint)MIN (n, *caret); n > 0; n--)
        {
          --*caret;
          delete (self->folded, agent, *caret, 1);
          delete (self->unfolded, agent, *caret, 1);
        }
      break;
    default:
      for (; n > 0; n--, ++*caret)
        {
          insert (self->folded, agent, *caret, "x");
          insert (self->unfolded, agent, *caret, "x");
        }
    }
}

static void
test_in_turns (gconstpointer data)
{
  guint n_turns = GPOINTER_TO_UINT (data) * MAX (test_effort (), 10) / 100;

  for (guint round = 0; round < 6; round++)
    {
      Pair pair;
      guint64 caret = 0;

      pair_init (&pair, round);
      for (guint turn = 0; turn < n_turns; turn++)
        {
          for (gint n = g_rand_int_range (pair.random, 1, 9); n > 0; n--)
            {
              g_autofree char *told = NULL;

              pair_edit (&pair, pair.agents[turn % 2], &caret, 1 + round * 2);
              told = targets (pair.unfolded, pair.agents[turn % 2], 5);
            }
          if (turn % (8 << round) == 0)
            pair_assert_visible_same (&pair);
        }
      pair_assert_visible_same (&pair);
      if (round % 2 == 0)
        pair_assert_targets_same (&pair);
      pair_assert_anchors_same (&pair);
      pair_assert_targets_same (&pair);
      pair_clear (&pair);
    }
}

/* What is concurrent, and what is restored, finds the deleted characters where they were. */
static void
test_then_otherwise (void)
{
  for (guint round = 0; round < 40; round++)
    {
      Pair pair;
      CoquillText *away;
      guint32 agent;
      guint64 caret = 0;

      pair_init (&pair, round);
      for (guint i = 0; i < 200; i++)
        pair_edit (&pair, pair.agents[i % 2], &caret, 5);
      away = new_text (3, &agent);
      merge (away, pair.folded);
      for (guint i = 0; i < 10; i++)
        pair_edit (&pair, pair.agents[i % 2], &caret, 5);
      for (guint i = 0; i < 5; i++)
        insert (away, agent, (guint64)g_rand_int_range (pair.random, 0, (gint)coquill_text_length (away) + 1),
                "away");
      if (round % 2 == 0)
        {
          restore (pair.folded, pair.agents[0], pair.agents[0], 5, 1);
          restore (pair.unfolded, pair.agents[0], pair.agents[0], 5, 1);
        }
      merge (pair.folded, away);
      merge (pair.unfolded, away);
      pair_assert_visible_same (&pair);
      pair_assert_targets_same (&pair);
      pair_assert_anchors_same (&pair);
      coquill_text_free (away);
      pair_clear (&pair);
    }
}

/* Somebody looks while a deletion goes on backwards, through characters that two wrote in turns. */
static void
test_backwards_in_parts (void)
{
  enum
  {
    N = 400
  };
  guint32 agents[2];
  CoquillText *text = new_text (1, &agents[0]);
  CoquillAgent other = agent_id (2);
  g_autofree char *told = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);

  agents[1] = coquill_text_add_agent (text, &other, NULL);
  for (guint i = 0; i < N; i++)
    insert (text, agents[i % 2], i, "x");
  for (guint i = N; i-- > N - 20;)
    {
      delete (text, agents[0], i, 1);
      g_string_append_printf (expected, "%u:%u+1@%u ", agents[i % 2], i / 2, N - 20);
      if (i % 5 == 0)
        g_free (spans (text));
    }
  told = targets (text, agents[0], 20);
  g_assert_cmpstr (told, ==, expected->str);
  coquill_text_free (text);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/fold/a-few-turns-as-unfolded", GUINT_TO_POINTER (40), test_in_turns);
  g_test_add_data_func ("/fold/many-turns-as-unfolded", GUINT_TO_POINTER (800), test_in_turns);
  g_test_add_func ("/fold/what-is-concurrent-or-restored-unfolds", test_then_otherwise);
  g_test_add_func ("/fold/backwards-in-parts-as-in-one", test_backwards_in_parts);
  return g_test_run ();
}
