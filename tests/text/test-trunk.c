/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-trunk.c: long branches that come at once are walked in another order than one by one, to the same end.
 */

#include "effort.h"
#include "seed.h"
#include "small-text.h"

/**
 * Kind:
 * @n_places: they write at so many places, counted from the start; 0 for anywhere
 * @restores: now and then a deletion is restored
 * @n_apart: after so many steps all meet; 0 if they never do
 *
 * How people who are often apart write.
 */
typedef struct
{
  const char *name;
  guint n_replicas;
  guint n_steps;
  guint n_edits;
  guint n_places;
  gboolean restores;
  guint n_histories;
  guint n_apart;
} Kind;

#define MAX_REPLICAS 80

static const Kind kinds[] = {
  { "/trunk/order-of-walking-does-not-matter", 4, 60, 40, 0, TRUE, 20 },
  { "/trunk/what-is-deleted-stays-so", 4, 60, 40, 12, FALSE, 20 },
  { "/trunk/most-stays-where-it-is", 3, 60, 10, 0, FALSE, 20 },
  { "/trunk/at-the-same-places", 3, 60, 30, 3, TRUE, 20 },
  { "/trunk/short-branches-of-many", 12, 150, 10, 8, TRUE, 20 },
  { "/trunk/many-in-turns-who-know-little-of-each-other", 15, 900, 1, 0, FALSE, 5 },
  { "/trunk/the-same-at-the-same-places", 15, 900, 1, 4, TRUE, 5 },
  { "/trunk/more-agents-than-are-followed", MAX_REPLICAS, 400, 6, 0, TRUE, 3 },
  { "/trunk/all-meet-again-and-again", 6, 240, 20, 0, TRUE, 5, 30 },
};

/* Edits that are an operation each. */
static void
edit (GRand *random, CoquillText *text, guint32 agent, const Kind *kind)
{
  for (guint i = 0; i < kind->n_edits; i++)
    {
      guint64 length = coquill_text_length (text);
      guint64 last = kind->n_places > 0 ? MIN (length, kind->n_places) : length;
      guint64 position = (guint64)g_rand_int_range (random, 0, (gint32)last + 1);
      guint64 count = (guint64)g_rand_int_range (random, 1, 6);

      count = MIN (count, length - position);
      if (count > 0 && g_rand_int_range (random, 0, 5) < 2)
        {
          guint64 sequence;

          /* One by one, the last first, which is one operation, too. */
          if (g_rand_boolean (random))
            {
              sequence = delete (text, agent, position + count - 1, 1);
              for (guint64 left = count - 1; left > 0; left--)
                delete (text, agent, position + left - 1, 1);
            }
          else
            sequence = delete (text, agent, position, count);
          if (kind->restores && g_rand_int_range (random, 0, 4) == 0)
            restore (text, agent, agent, sequence, count);
        }
      else
        insert (text, agent, position, &"abcdef"[g_rand_int_range (random, 0, 6)]);
    }
}

typedef struct
{
  CoquillText *text;
  GString *told;
} Telling;

static bool
tell_span_cb (const CoquillTextRange *range, uint64_t position, void *data)
{
  Telling *self = data;

  (void)position;
  for (guint64 i = 0; i < range->length; i++)
    g_string_append_printf (self->told, "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT " ",
                            coquill_text_agent (self->text, range->agent)->nonce, range->sequence + i);
  return true;
}

/* All characters, by name, and what all deletions of each replica took away. */
static char *
tell (CoquillText *text)
{
  Telling telling = { text, g_string_new (NULL) };

  coquill_text_foreach_span (text, 0, coquill_text_length (text), tell_span_cb, &telling);
  for (guint8 device = 1; device <= MAX_REPLICAS; device++)
    {
      CoquillAgent id = agent_id (device);
      CoquillTextRange all = { 0 };

      all.agent = coquill_text_find_agent (text, &id);
      if (all.agent == COQUILL_NO_AGENT)
        continue;
      all.length = coquill_text_agent_length (text, all.agent);
      g_string_append_printf (telling.told, "%u deleted ", device);
      coquill_text_deletion_targets (text, &all, tell_span_cb, &telling);
    }
  return g_string_free (telling.told, FALSE);
}

static void
assert_same (CoquillText *a, CoquillText *b)
{
  g_autofree char *text_a = coquill_text_to_string (a, NULL);
  g_autofree char *text_b = coquill_text_to_string (b, NULL);
  g_autofree char *told_a = tell (a);
  g_autofree char *told_b = tell (b);

  g_assert_cmpstr (text_a, ==, text_b);
  g_assert_cmpstr (told_a, ==, told_b);
}

/* Merges so little at once that none of it is taken for a trunk. */
static void
merge_in_random_pieces (GRand *random, CoquillText *to, CoquillText *from)
{
  guint64 n_items = coquill_text_n_items (from);

  for (guint64 i = 0, next; i < n_items; i = next)
    {
      CoquillChange *change;
      CoquillTextError error;

      next = MIN (n_items, i + (guint64)g_rand_int_range (random, 1, 100));
      change = coquill_text_extract (from, i, next);
      if (!coquill_text_merge (to, change, NULL, NULL, &error))
        g_error ("%s", error.message);
      coquill_change_free (change);
    }
}

static void
all_meet (CoquillText **texts, guint n_texts)
{
  for (guint i = 1; i < n_texts; i++)
    merge (texts[0], texts[i]);
  for (guint i = 1; i < n_texts; i++)
    merge (texts[i], texts[0]);
}

static void
test_history (GRand *random, const Kind *kind)
{
  g_autofree CoquillText **texts = g_new (CoquillText *, kind->n_replicas);
  g_autofree guint32 *agents = g_new (guint32, kind->n_replicas);
  CoquillText *whole = coquill_text_new (), *early = coquill_text_new (), *pieces = coquill_text_new ();

  for (guint i = 0; i < kind->n_replicas; i++)
    texts[i] = new_text ((guint8)(i + 1), &agents[i]);
  for (guint step = 0; step < kind->n_steps; step++)
    {
      guint i = (guint)g_rand_int_range (random, 0, (gint32)kind->n_replicas);

      edit (random, texts[i], agents[i], kind);
      if (g_rand_int_range (random, 0, 3) == 0)
        merge (texts[g_rand_int_range (random, 0, (gint32)kind->n_replicas)], texts[i]);
      if (kind->n_apart > 0 && step % kind->n_apart == kind->n_apart - 1)
        all_meet (texts, kind->n_replicas);
      /* What comes later may not know what was walked as if all did. */
      if (step % 20 == 19)
        merge (early, texts[i]);
    }
  for (guint i = 1; i < kind->n_replicas; i++)
    merge (texts[0], texts[i]);
  for (guint i = kind->n_replicas; i > 0; i--)
    merge (early, texts[i - 1]);
  merge (whole, texts[0]);
  merge_in_random_pieces (random, pieces, texts[0]);
  assert_same (whole, texts[0]);
  assert_same (early, texts[0]);
  assert_same (pieces, texts[0]);

  /* Each goes on from where he was. */
  for (guint i = kind->n_replicas - 1; i > 0; i--)
    {
      edit (random, texts[i], agents[i], kind);
      merge (whole, texts[i]);
      merge (texts[0], texts[i]);
      merge_in_random_pieces (random, pieces, texts[i]);
    }
  assert_same (whole, texts[0]);
  assert_same (pieces, texts[0]);

  for (guint i = 0; i < kind->n_replicas; i++)
    coquill_text_free (texts[i]);
  coquill_text_free (whole);
  coquill_text_free (early);
  coquill_text_free (pieces);
}

static void
test_kind (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  guint n_histories = MAX (1, kind->n_histories * test_effort () / 100);

  for (guint i = 0; i < n_histories; i++)
    test_history (random, kind);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_test_add_data_func (kinds[i].name, &kinds[i], test_kind);
  return g_test_run ();
}
