/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-fugue.c: people insert at one place at the same time: the cases of "The Art of the Fugue" (Weidner and
 * Kleppmann, 2023), one by one. Names of definitions and figures are those of its version 3. */

#include "small-text.h"

#define MAX_AUTHORS 12

/* Each types one character after the other, forward or backward. */
static void
type (CoquillText *text, guint32 agent, guint64 position, const char *word, gboolean backward)
{
  size_t length = strlen (word);

  for (size_t i = 0; i < length; i++)
    {
      char character[2] = { backward ? word[length - 1 - i] : word[i], '\0' };

      insert (text, agent, backward ? position : position + i, character);
    }
}

typedef struct
{
  const char *name;
  guint n_authors;
  guint backward;     /* a bit for each author */
  const char *before; /* what all know; they type at its @place */
  guint64 place;
  gboolean remove; /* all delete the character behind the place first, each for itself */
} Runs;

/* Definition 4: forward (its condition 1) and backward (2) non-interleaving of whole runs, all authors at one
 * place, whoever hears of whom first. */
static void
test_runs_do_not_interleave (gconstpointer data)
{
  static const char *const words[MAX_AUTHORS] = { "alpha", "beta",  "gamma", "delta", "epsilon", "zeta",
                                                  "eta",   "theta", "iota",  "kappa", "lambda",  "mu" };
  const Runs *runs = data;
  CoquillText *texts[MAX_AUTHORS];
  guint32 agents[MAX_AUTHORS];
  char *string;

  for (guint i = 0; i < runs->n_authors; i++)
    texts[i] = new_text ((guint8)(1 + i * 7 % 13), &agents[i]);
  if (runs->before[0] != '\0')
    insert (texts[0], agents[0], 0, runs->before);
  for (guint i = 1; i < runs->n_authors; i++)
    merge (texts[i], texts[0]);
  for (guint i = 0; i < runs->n_authors; i++)
    {
      if (runs->remove)
        delete (texts[i], agents[i], runs->place, 1);
      type (texts[i], agents[i], runs->place, words[i], (runs->backward >> i & 1) != 0);
    }

  /* Up the row and down again, so that each hears in another order. */
  for (guint i = 1; i < runs->n_authors; i++)
    merge (texts[i], texts[i - 1]);
  for (guint i = runs->n_authors - 1; i > 0; i--)
    merge (texts[i - 1], texts[i]);
  string = coquill_text_to_string (texts[0], NULL);
  g_test_message ("%s", string);
  for (guint i = 0; i < runs->n_authors; i++)
    {
      if (strstr (string, words[i]) == NULL)
        g_error ("%s is torn: %s", words[i], string);
      assert_text (texts[i], string);
    }
  free (string);
  for (guint i = 0; i < runs->n_authors; i++)
    coquill_text_free (texts[i]);
}

/* Somebody's caret goes back into what was just typed: it is still one passage. */
static void
test_a_passage_with_a_caret_that_jumps_stays_whole (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);

  insert (text_a, a, 0, "[]");
  merge (text_b, text_a);
  type (text_a, a, 1, "milk", FALSE);
  type (text_a, a, 1, "soy ", FALSE);
  type (text_a, a, 9, ", tea", FALSE);
  type (text_b, b, 1, "bread", TRUE);
  type (text_b, b, 1, "dark ", TRUE);
  delete (text_b, b, 0, 1);
  insert (text_b, b, 0, "<");
  assert_merged (text_a, text_b, "<soy milk, teadark bread]");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

/* Definition 4 (3): the same left and the same right origin: the lower id comes first. */
static void
test_ties_by_agent (void)
{
  for (guint first = 0; first < 2; first++)
    {
      guint32 a, b;
      CoquillText *text_a = new_text (first ? 9 : 1, &a), *text_b = new_text (first ? 1 : 9, &b);

      insert (text_a, a, 0, "aa");
      insert (text_b, b, 0, "bb");
      assert_merged (text_a, text_b, first ? "bbaa" : "aabb");
      coquill_text_free (text_a);
      coquill_text_free (text_b);
    }
}

/* Figure 7: A, B and C are concurrent, and so are X, which was put between A and C, and Y, between A and B.
 * Fugue orders the siblings X and Y by their ids and might put X between Y and B; FugueMax goes by the right
 * origins, so that Y and B are neighbours whatever the ids. */
static void
test_figure_7 (void)
{
  for (guint round = 0; round < 2; round++)
    {
      guint32 a, b, c, x, y;
      CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b), *text_c = new_text (3, &c);
      CoquillText *text_x = new_text (round ? 4 : 5, &x), *text_y = new_text (round ? 5 : 4, &y);

      insert (text_a, a, 0, "A");
      insert (text_b, b, 0, "B");
      insert (text_c, c, 0, "C");
      merge (text_x, text_a);
      merge (text_x, text_c);
      insert (text_x, x, 1, "X");
      assert_text (text_x, "AXC");
      merge (text_y, text_b);
      merge (text_y, text_a);
      insert (text_y, y, 1, "Y");
      assert_text (text_y, "AYB");

      assert_merged (text_x, text_y, "AXYBC");
      merge (text_c, text_y);
      merge (text_c, text_x);
      assert_text (text_c, "AXYBC");
      coquill_text_free (text_a);
      coquill_text_free (text_b);
      coquill_text_free (text_c);
      coquill_text_free (text_x);
      coquill_text_free (text_y);
    }
}

/* Lemma 5: B is the right origin of A, and yet something has to stand between them: C, which was put before B
 * and doesn't descend from P, the left origin of A. Everybody who is forward non-interleaving gives PACB. */
static void
test_lemma_5 (void)
{
  guint32 p, b, c, a;
  CoquillText *text_p = new_text (1, &p), *text_b = new_text (3, &b), *text_c = new_text (2, &c);
  CoquillText *text_a = new_text (4, &a);

  insert (text_p, p, 0, "P");
  insert (text_b, b, 0, "B");
  insert (text_c, c, 0, "C");
  merge (text_a, text_b);
  merge (text_a, text_p);
  insert (text_a, a, 1, "A");
  assert_text (text_a, "PAB");
  assert_merged (text_a, text_c, "PACB");
  coquill_text_free (text_p);
  coquill_text_free (text_b);
  coquill_text_free (text_c);
  coquill_text_free (text_a);
}

/* Right origins are looked for among deleted characters as well (section 5.1): who writes before what another
 * has deleted, and who writes behind it, keep their sides. */
static void
test_deleted_characters_are_origins (void)
{
  guint32 a, b, c;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b), *text_c = new_text (3, &c);

  insert (text_a, a, 0, "ab");
  merge (text_b, text_a);
  merge (text_c, text_a);
  delete (text_a, a, 0, 2);
  insert (text_b, b, 1, "2");
  insert (text_c, c, 0, "1");
  insert (text_c, c, 3, "3");
  merge (text_a, text_c);
  assert_merged (text_a, text_b, "123");
  merge (text_c, text_b);
  assert_text (text_c, "123");

  restore (text_a, a, a, 2, 2);
  assert_merged (text_a, text_c, "1a2b3");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
  coquill_text_free (text_c);
}

/* In an empty text that isn't empty of history: all was deleted before two start anew. */
static void
test_runs_in_a_text_that_was_emptied (void)
{
  guint32 a, b;
  CoquillText *text_a = new_text (1, &a), *text_b = new_text (2, &b);

  insert (text_a, a, 0, "old text");
  delete (text_a, a, 0, 8);
  merge (text_b, text_a);
  type (text_a, a, 0, "one", TRUE);
  type (text_b, b, 0, "two", FALSE);
  assert_merged (text_a, text_b, "onetwo");
  type (text_a, a, 3, "-", FALSE);
  type (text_b, b, 3, "+", FALSE);
  assert_merged (text_a, text_b, "one-+two");
  coquill_text_free (text_a);
  coquill_text_free (text_b);
}

int
main (int argc, char *argv[])
{
  static const Runs runs[] = {
    { "/fugue/runs-typed-forward-do-not-interleave", 3, 0x0, "<>", 1, FALSE },
    { "/fugue/runs-typed-backward-do-not-interleave", 3, 0x7, "<>", 1, FALSE },
    { "/fugue/a-run-backward-among-forward-ones", 3, 0x1, "<>", 1, FALSE },
    { "/fugue/runs-backward-around-a-forward-one", 3, 0x5, "<>", 1, FALSE },
    { "/fugue/forward-at-the-start", 4, 0x0, "text", 0, FALSE },
    { "/fugue/backward-at-the-end", 4, 0xf, "text", 4, FALSE },
    { "/fugue/both-ways-in-an-empty-text", 6, 0x2a, "", 0, FALSE },
    { "/fugue/twelve-forward", 12, 0x0, "<>", 1, FALSE },
    { "/fugue/twelve-backward", 12, 0xfff, "<>", 1, FALSE },
    { "/fugue/twelve-both-ways", 12, 0xa66, "<>", 1, FALSE },
    { "/fugue/twelve-where-all-have-deleted-something", 12, 0x599, "<->", 1, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    g_test_add_data_func (runs[i].name, &runs[i], test_runs_do_not_interleave);
  g_test_add_func ("/fugue/a-passage-with-a-caret-that-jumps-stays-whole",
                   test_a_passage_with_a_caret_that_jumps_stays_whole);
  g_test_add_func ("/fugue/definition-4-3-ties-go-by-agent", test_ties_by_agent);
  g_test_add_func ("/fugue/figure-7-right-origins-order-siblings", test_figure_7);
  g_test_add_func ("/fugue/lemma-5-what-cannot-be-avoided", test_lemma_5);
  g_test_add_func ("/fugue/deleted-characters-are-origins", test_deleted_characters_are_origins);
  g_test_add_func ("/fugue/runs-in-a-text-that-was-emptied", test_runs_in_a_text_that_was_emptied);
  return g_test_run ();
}
