/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-away.c: someone who was away for long comes back, while others wrote at the same places. */

#include "seed.h"
#include "small-text.h"

#define N_OTHERS 3
#define N_TURNS 150
#define N_EDITS 4   /* of one turn */
#define N_ALONE 600 /* edits of who is away: so many that nobody walks them again */
#define PIECE 7     /* items that come at once */
#define LENGTH 400  /* of the text that all begin with */
#define PLACES 40   /* near each other, where everybody writes */
#define N_GONE 60   /* characters that were deleted before all begin */

typedef struct
{
  CoquillText *text;
  guint32 agent;
  guint32 writer; /* of the text that all begin with */
  guint n_gone;   /* what he deleted; anybody restores some of that now and then */
} Person;

/* Mostly at the same places; each is an operation. */
static void
edit (GRand *random, const Person *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      if (self->n_gone > 0 && g_rand_int_range (random, 0, 12) == 0)
        {
          restore (self->text, self->agent, self->writer,
                   LENGTH + (guint)g_rand_int_range (random, 0, (gint)self->n_gone - 3),
                   (guint64)g_rand_int_range (random, 1, 4));
          continue;
        }

      gint32 length = (gint32)coquill_text_length (self->text);
      gint32 end = g_rand_int_range (random, 0, 3) > 0 ? MIN (PLACES, length) : length;
      guint64 position = (guint64)g_rand_int_range (random, 0, end + 1);
      guint64 count = MIN ((guint64)g_rand_int_range (random, 1, 4), (guint64)length - position);

      if (count > 0 && g_rand_int_range (random, 0, 5) < 2)
        delete (self->text, self->agent, position, count);
      else
        insert (self->text, self->agent, position, &"abcdef"[g_rand_int_range (random, 0, 6)]);
    }
}

static Person
new_person (guint8 number, CoquillText *base, guint n_gone)
{
  CoquillAgent writer = agent_id (9);
  Person self = { .n_gone = n_gone };

  self.text = new_text (number, &self.agent);
  merge (self.text, base);
  self.writer = coquill_text_find_agent (self.text, &writer);
  return self;
}

/* Others who write together. */
static void
write_together (GRand *random, Person *others)
{
  for (guint turn = 0; turn < N_TURNS; turn++)
    {
      guint i = (guint)g_rand_int_range (random, 0, N_OTHERS),
            j = (guint)g_rand_int_range (random, 0, N_OTHERS);

      edit (random, &others[i], N_EDITS);
      if (i != j && g_rand_int_range (random, 0, 2) == 0)
        merge (others[j].text, others[i].text);
    }
}

static void
come_back (GRand *random, gboolean restoring)
{
  guint32 writer;
  CoquillText *base = new_text (9, &writer), *early = coquill_text_new (), *whole = coquill_text_new ();
  g_autofree char *words = g_strnfill (LENGTH, '.');
  guint n_gone = restoring ? N_GONE : 0;
  Person others[N_OTHERS], away;

  insert (base, writer, 0, words);
  for (guint i = 0; i < n_gone; i++)
    delete (base, writer, (guint64)g_rand_int_range (random, 0, PLACES), 1);
  for (guint i = 0; i < N_OTHERS; i++)
    others[i] = new_person ((guint8)(i + 1), base, n_gone);
  away = new_person ((guint8)g_rand_int_range (random, 4, 6), base, n_gone);
  write_together (random, others);
  edit (random, &away, N_ALONE);
  if (restoring)
    restore (away.text, away.agent, away.agent, delete (away.text, away.agent, 3, 2), 2);

  merge_in_pieces (early, others[0].text, PIECE);
  merge_in_pieces (early, away.text, PIECE);
  merge (others[0].text, away.text);
  assert_same_characters (early, others[0].text);
  merge_in_pieces (away.text, others[0].text, PIECE);
  assert_same_characters (away.text, early);

  /* They go on, and not all of them have all of it. */
  edit (random, &others[0], N_EDITS);
  edit (random, &others[1], N_EDITS);
  edit (random, &away, N_EDITS);
  for (guint i = 1; i < N_OTHERS; i++)
    merge_in_pieces (early, others[i].text, PIECE);
  merge_in_pieces (early, away.text, PIECE);
  merge_in_pieces (early, others[0].text, PIECE);
  merge (others[0].text, away.text);
  for (guint i = N_OTHERS - 1; i > 0; i--)
    merge (others[0].text, others[i].text);
  merge (whole, early);
  assert_same_characters (early, others[0].text);
  assert_same_characters (early, whole);

  for (guint i = 0; i < N_OTHERS; i++)
    coquill_text_free (others[i].text);
  coquill_text_free (away.text);
  coquill_text_free (base);
  coquill_text_free (early);
  coquill_text_free (whole);
}

static void
test_coming_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint i = 0; i < 10; i++)
    come_back (random, FALSE);
}

static void
test_coming_back_with_restorations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (guint i = 0; i < 10; i++)
    come_back (random, TRUE);
}

/* Two type at one place, one of them backwards, and somebody in front of the one whom the other doesn't know:
 * so much lies between each of the other's characters and what it was put behind that it isn't looked for. */
static void
test_coming_back_to_a_crowded_place (void)
{
  const guint n = 600;
  guint32 writer, agents[5];
  CoquillText *base = new_text (9, &writer), *texts[5], *whole = coquill_text_new ();

  insert (base, writer, 0, "0123456789");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      texts[i] = new_text ((guint8)(i + 1), &agents[i]);
      merge (texts[i], base);
    }
  insert (texts[0], agents[0], 1, "X");
  merge (texts[2], texts[0]);
  for (guint i = 0; i < n; i++)
    {
      insert (texts[1], agents[1], 1, "b");
      insert (texts[2], agents[2], 1 + i, "c");
      insert (texts[2], agents[2], coquill_text_length (texts[2]), "e");
    }
  insert (texts[3], agents[3], 1, "z");
  for (guint i = 0; i < 3; i++)
    merge (texts[4], texts[i]);
  for (guint i = 0; i < 3 * n; i++)
    insert (texts[4], agents[4], i % 2 == 0 ? 0 : coquill_text_length (texts[4]), "d");
  coquill_text_id_at (texts[4], 0, &(CoquillChangeId){ 0 });
  merge (texts[4], texts[3]);
  for (guint i = G_N_ELEMENTS (texts) - 1; i > 0; i--)
    merge (texts[3], texts[i]);
  merge (whole, texts[4]);
  assert_same_characters (texts[4], texts[3]);
  assert_same_characters (texts[4], whole);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    coquill_text_free (texts[i]);
  coquill_text_free (base);
  coquill_text_free (whole);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/away/coming-back-ends-the-same-whatever-comes-first", test_coming_back);
  g_test_add_func ("/away/a-restoration-among-it-ends-the-same", test_coming_back_with_restorations);
  g_test_add_func ("/away/coming-back-to-a-crowded-place-ends-the-same", test_coming_back_to_a_crowded_place);
  return g_test_run ();
}
