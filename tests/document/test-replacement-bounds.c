/* test-replacement-bounds.c: whatever the texts are, comparing them takes bounded work */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/replacement.h"

#include <string.h>

#include "document/replacement-check.h"

static GString *
repeat (const char *text, guint times)
{
  GString *repeated = g_string_sized_new (strlen (text) * times);

  while (times-- > 0)
    g_string_append (repeated, text);

  return repeated;
}

static GString *
random_of (GRand *random, const char *const *kinds, guint n_kinds, guint times)
{
  GString *text = g_string_new (NULL);

  while (times-- > 0)
    g_string_append (text, kinds[g_rand_int_range (random, 0, (gint32)n_kinds)]);

  return text;
}

static void
check_bounds (const char *what, GString *old_text, GString *new_text)
{
  guint64 steps;
  guint64 cost = replacement_check (old_text->str, old_text->len, new_text->str, new_text->len, &steps);

  g_test_message ("%s: %" G_GUINT64_FORMAT " steps, %" G_GUINT64_FORMAT " code points", what, steps, cost);
  g_assert_cmpuint (steps, <=, COQUILL_REPLACEMENT_MAX_STEPS);
  g_string_free (old_text, TRUE);
  g_string_free (new_text, TRUE);
}

static void
test_hostile (void)
{
  static const char *const lines[] = { "a\n", "b\n" };
  static const char *const words[] = { "a ", "b ", "c " };
  static const char *const letters[] = { "a", "b", "c", "d" };
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  GString *text;

  check_bounds ("equal lines", repeat ("same\n", 100000), repeat ("same\n", 150000));
  check_bounds ("two lines in turn", repeat ("a\nb\n", 60000), repeat ("b\na\n", 60000));
  check_bounds ("two lines by chance", random_of (random, lines, 2, 100000),
                random_of (random, lines, 2, 100000));
  check_bounds ("three words by chance", random_of (random, words, 3, 100000),
                random_of (random, words, 3, 100000));
  check_bounds ("one word of four letters", random_of (random, letters, 4, 300000),
                random_of (random, letters, 4, 300000));
  check_bounds ("one line of one letter", repeat ("a", 1000000), repeat ("a", 900000));
  check_bounds ("empty lines", repeat ("\n", 600000), repeat ("\n", 700000));
  text = repeat ("\n", 600000);
  g_string_prepend (text, "x");
  check_bounds ("many lines", text, repeat (" \n", 600000));
  check_bounds ("one cluster", repeat ("\xcc\x81", 200000), repeat ("\xcc\x81", 200001));
  check_bounds ("flags", repeat ("🇩🇪", 50000), repeat ("🇪🇩", 50001));
  check_bounds ("returns", repeat ("a\r", 100000), repeat ("a\r\n", 100000));
}

/* A stretch that is too long for words at once is still compared. */
static void
test_long_line (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  GString *old_text = g_string_new (NULL), *new_text;
  guint64 steps;

  while (old_text->len < 2 * COQUILL_REPLACEMENT_MAX_STRETCH)
    {
      replacement_append_word (old_text, random);
      if (old_text->str[old_text->len - 1] == '\n')
        old_text->str[old_text->len - 1] = ' ';
    }
  new_text = g_string_new_len (old_text->str, (gssize)old_text->len);
  for (guint i = 0; i < 30; i++)
    g_string_insert (new_text, g_rand_int_range (random, 0, (gint32)new_text->len), "NEW");
  g_assert_cmpuint (replacement_check (old_text->str, old_text->len, new_text->str, new_text->len, &steps),
                    <=, 30 * 24);
  g_assert_cmpuint (steps, <, 4 * old_text->len);
  g_string_free (old_text, TRUE);
  g_string_free (new_text, TRUE);
}

/* Each line of a text that is longer than a stretch is changed in the same way, as commands do, and of every
 * hundred @n_gone are gone. */
static void
check_every_line (
    const char *what, const char *old_end, const char *new_end, guint cost_of_each, guint n_gone)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  g_autoptr (GString) old_text = g_string_new (NULL);
  g_autoptr (GString) new_text = g_string_new (NULL);
  guint n_lines = 0;
  guint64 steps, cost, least = 0;

  for (; old_text->len < COQUILL_REPLACEMENT_MAX_STRETCH / 4 * 3; n_lines++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint i = 0; i < 8; i++)
        replacement_append_word (line, random);
      g_string_append_printf (old_text, "%s%s", line->str, old_end);
      if (n_lines % 100 >= n_gone)
        g_string_append_printf (new_text, "%s%s", line->str, new_end);
      least += n_lines % 100 >= n_gone ? cost_of_each : line->len + strlen (old_end);
    }
  cost = replacement_check (old_text->str, old_text->len, new_text->str, new_text->len, &steps);
  g_test_message ("%s: %" G_GUINT64_FORMAT " steps", what, steps);
  /* Two neighbours are torn apart where one is gone; and now and then a random word begins as its neighbour
   * ends. */
  g_assert_cmpuint (cost, >=, least);
  g_assert_cmpuint (cost, <=, least + least * (n_gone + 1) / 100);
}

static void
test_every_line (void)
{
  check_every_line ("spelling", "colour\n", "color\n", 1, 0);
  check_every_line ("indentation", "it\n", "it\n    ", 4, 0);
  check_every_line ("ends", "it\n", "it.\n", 1, 0);
  check_every_line ("spelling, and lines gone", "colour\n", "color\n", 1, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replacement/hostile-texts-cost-bounded-work", test_hostile);
  g_test_add_func ("/replacement/a-long-line-is-compared", test_long_line);
  g_test_add_func ("/replacement/a-change-in-every-line-of-a-long-text-is-found", test_every_line);

  return g_test_run ();
}
