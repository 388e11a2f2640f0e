/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-crowd.c: many people who know nothing of each other, at one place, and one who then joins them all. */

#include "seed.h"
#include "small-text.h"
#include "text/codec.h"

#define N_PEOPLE 300

/* Devices whose order has nothing to do with the order in which they come. */
static CoquillText *
person (guint number, guint32 *local)
{
  CoquillText *text = coquill_text_new ();
  CoquillAgent id = { .nonce = number };

  id.device[0] = (guint8)(number * 7 % 256);
  id.device[1] = (guint8)(number / 256);
  *local = coquill_text_add_agent (text, &id, NULL);
  return text;
}

static gint
compare_people (gconstpointer a, gconstpointer b, gpointer data)
{
  const CoquillText *const *people = data;

  return coquill_agent_compare (coquill_text_agent (people[*(const guint *)a], 0),
                                coquill_text_agent (people[*(const guint *)b], 0));
}

static void
shuffle (guint *order, GRand *random)
{
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      guint j = (guint)g_rand_int_range (random, 0, (gint)i + 1);

      order[i] = order[j];
      order[j] = i;
    }
}

static CoquillText *
through_bytes (CoquillText *text)
{
  CoquillChange *change = everything (text), *decoded;
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillText *copy = coquill_text_new ();

  g_assert_true (coquill_change_encode (change, &bytes));
  decoded = coquill_change_decode (bytes.data, bytes.length, NULL);
  g_assert_nonnull (decoded);
  g_assert_true (coquill_text_merge (copy, decoded, NULL, NULL, NULL));
  coquill_change_free (decoded);
  coquill_change_free (change);
  coquill_buffer_clear (&bytes);
  return copy;
}

/* What each has typed stands together, in the order of the agents, whoever comes first; each goes on typing
 * when all the others are there already; one joins all branches; then that is loaded in every way there is.
 */
static void
test_a_crowd_at_one_place (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  g_autoptr (GString) expected = g_string_new (NULL);
  CoquillText *people[N_PEOPLE], *texts[2], *copies[2];
  guint32 locals[N_PEOPLE];
  guint order[N_PEOPLE];
  size_t n_heads;
  guint32 last;

  for (guint i = 0; i < N_PEOPLE; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.", i);

      people[i] = person (i, &locals[i]);
      insert (people[i], locals[i], 0, name);
      order[i] = i;
    }
  for (guint i = 0; i < 2; i++)
    {
      texts[i] = coquill_text_new ();
      shuffle (order, random);
      for (guint j = 0; j < N_PEOPLE; j++)
        merge (texts[i], people[order[j]]);
      coquill_text_frontier (texts[i], &n_heads);
      g_assert_cmpuint (n_heads, ==, N_PEOPLE);
    }

  /* All go on, behind what they have and in front of it. */
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      insert (people[i], locals[i], coquill_text_length (people[i]), "!");
      delete (people[i], locals[i], 0, 1);
      insert (people[i], locals[i], 0, "_");
    }
  for (guint i = 0; i < 2; i++)
    {
      shuffle (order, random);
      for (guint j = 0; j < N_PEOPLE; j++)
        merge (texts[i], people[order[j]]);
      coquill_text_frontier (texts[i], &n_heads);
      g_assert_cmpuint (n_heads, ==, N_PEOPLE);
    }

  for (guint i = 0; i < N_PEOPLE; i++)
    order[i] = i;
  g_sort_array (order, N_PEOPLE, sizeof order[0], compare_people, people);
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      char *string = coquill_text_to_string (people[order[i]], NULL);

      g_string_append (expected, string);
      free (string);
    }
  assert_text (texts[0], expected->str);
  assert_text (texts[1], expected->str);

  /* While there are so many heads: all at once, and from a snapshot. */
  copies[0] = through_bytes (texts[0]);
  copies[1] = reload (texts[1]);
  assert_text (copies[0], expected->str);
  assert_text (copies[1], expected->str);
  coquill_text_frontier (copies[1], &n_heads);
  g_assert_cmpuint (n_heads, ==, N_PEOPLE);

  /* One joins them. */
  last = coquill_text_find_agent (copies[0], coquill_text_agent (people[17], 0));
  insert (copies[0], last, 0, "all: ");
  coquill_text_frontier (copies[0], &n_heads);
  g_assert_cmpuint (n_heads, ==, 1);
  g_string_prepend (expected, "all: ");
  merge (texts[0], copies[0]);
  assert_text (texts[0], expected->str);
  {
    CoquillChange *change = coquill_text_extract (copies[0], coquill_text_n_items (copies[0]) - 5,
                                                  coquill_text_n_items (copies[0]));

    g_assert_true (coquill_text_merge (copies[1], change, NULL, NULL, NULL));
    coquill_change_free (change);
  }
  assert_text (copies[1], expected->str);

  for (guint i = 0; i < N_PEOPLE; i++)
    coquill_text_free (people[i]);
  for (guint i = 0; i < 2; i++)
    {
      coquill_text_free (texts[i]);
      coquill_text_free (copies[i]);
    }
}

/* So many heads once were more than an edit could name: it could neither be sent nor stored. */
static void
test_thousands_of_branches_can_be_gone_on_from (void)
{
  CoquillText *text = coquill_text_new (), *copy;
  CoquillAgent author = { .device = { 1, 2, 3 } };
  CoquillBuffer snapshot = COQUILL_BUFFER_INIT;
  size_t n_heads;
  guint32 agent;

  for (guint i = 0; i < 5000; i++)
    {
      guint32 local;
      CoquillText *one = person (i, &local);

      g_assert_true (coquill_text_insert (one, local, 0, "x", 1, NULL, NULL));
      merge (text, one);
      coquill_text_free (one);
    }
  agent = coquill_text_add_agent (text, &author, NULL);
  coquill_text_frontier (text, &n_heads);
  g_assert_cmpuint (n_heads, ==, 5000);
  g_assert_true (coquill_text_save_snapshot (text, &snapshot));
  g_assert_true (coquill_text_insert (text, agent, 0, "y", 1, NULL, NULL));
  coquill_text_frontier (text, &n_heads);
  g_assert_cmpuint (n_heads, ==, 1);

  copy = through_bytes (text);
  g_assert_cmpuint (coquill_text_length (copy), ==, 5001);
  coquill_text_frontier (copy, &n_heads);
  g_assert_cmpuint (n_heads, ==, 1);
  coquill_text_free (copy);
  coquill_text_free (text);
  coquill_buffer_clear (&snapshot);
}

/* More people side by side than are counted one by one. One of them, ada, then goes on from everything, when
 * all of it is settled. */
static void
check_one_of_many (guint ada, guint n_joined)
{
  enum
  {
    N_OTHERS = 36
  };
  guint32 locals[N_OTHERS], first, all;
  CoquillText *people[N_OTHERS];
  CoquillText *base = person (200, &first), *text = coquill_text_new (), *joiner;

  g_assert_true (coquill_text_insert (base, first, 0, "the text from which all start", 29, NULL, NULL));
  merge (text, base);
  for (guint i = 0; i < N_OTHERS; i++)
    {
      people[i] = person (i, &locals[i]);
      merge (people[i], base);
      g_assert_true (coquill_text_insert (people[i], locals[i], i % 29, "x", 1, NULL, NULL));
      merge (text, people[i]);
    }

  joiner = person (201, &all);
  merge (joiner, text);
  for (guint i = 0; i < n_joined; i++)
    {
      g_assert_true (coquill_text_insert (joiner, all, i / 2, "j", 1, NULL, NULL));
      merge (text, joiner);
    }
  merge (people[ada], joiner);
  g_assert_true (coquill_text_insert (people[ada], locals[ada], 3, "ada", 3, NULL, NULL));
  merge (text, people[ada]);
  {
    char *expected = coquill_text_to_string (people[ada], NULL);

    assert_text (text, expected);
    free (expected);
  }

  for (guint i = 0; i < N_OTHERS; i++)
    coquill_text_free (people[i]);
  coquill_text_free (base);
  coquill_text_free (joiner);
  coquill_text_free (text);
}

static void
test_one_of_many_goes_on_when_all_is_joined (void)
{
  for (guint ada = 26; ada < 36; ada++)
    for (guint n_joined = 8; n_joined < 120; n_joined += 16)
      check_one_of_many (ada, n_joined);
}

/* How one writes among what others write at the same place. */
typedef enum
{
  FORWARDS,
  BACKWARDS,
  INSIDE,
  BACKWARDS_BY_TWOS,
  BACKWARDS_DELETING,
  N_MANNERS
} Manner;

#define N_FRAGMENTS 90
#define FRAGMENTS_PLACE 5

/* Fragments: in between, something is typed at the end. */
static void
write_fragment (CoquillText *text, guint32 agent, Manner manner, guint number, GRand *random)
{
  guint64 place = FRAGMENTS_PLACE;

  if (manner == FORWARDS)
    place += number;
  else if (manner == INSIDE)
    place += (guint64)g_rand_int_range (random, 0, (gint32)number + 1);
  insert (text, agent, place, "f");
  if (manner == BACKWARDS_BY_TWOS)
    insert (text, agent, place + 1, "g");
  else if (manner == BACKWARDS_DELETING && number % 2 > 0)
    delete (text, agent, place, 1);
  else if (manner == FORWARDS || manner == INSIDE)
    insert (text, agent, coquill_text_length (text), "e");
}

/* Two write at one place, the second of whom gets what the first one has every now and then, or never; a
 * third types in front of what that one wrote last. All is the same whatever comes first, at once or bit by
 * bit. */
static void
check_fragments (Manner one, Manner other, guint turns, gboolean swapped, GRand *random)
{
  guint32 locals[3], first;
  CoquillText *base = new_text (1, &first), *people[3], *texts[4];

  insert (base, first, 0, "0123456789");
  for (guint8 i = 0; i < 3; i++)
    {
      people[i] = new_text (swapped ? 9 - i : 2 + i, &locals[i]);
      merge (people[i], base);
    }
  for (guint i = 0; i < N_FRAGMENTS; i++)
    {
      write_fragment (people[0], locals[0], one, i, random);
      write_fragment (people[1], locals[1], other, i, random);
      if (turns > 0 && i % turns == turns - 1)
        {
          merge (people[2], people[1]);
          insert (people[2], locals[2], FRAGMENTS_PLACE, "h");
          merge (people[1], people[0]);
        }
    }
  for (guint i = 0; i < 4; i++)
    {
      texts[i] = coquill_text_new ();
      for (guint j = 0; j < 3; j++)
        {
          CoquillText *from = people[i % 2 > 0 ? 2 - j : j];
          guint64 n = coquill_text_n_items (from), step = i < 2 ? n : 7;

          for (guint64 done = 0; done < n; done += step)
            {
              CoquillChange *change = coquill_text_extract (from, done, MIN (done + step, n));

              g_assert_true (coquill_text_merge (texts[i], change, NULL, NULL, NULL));
              coquill_change_free (change);
            }
        }
    }
  for (guint i = 1; i < 4; i++)
    {
      char *expected = coquill_text_to_string (texts[0], NULL);

      assert_text (texts[i], expected);
      free (expected);
    }

  coquill_text_free (base);
  for (guint i = 0; i < 3; i++)
    coquill_text_free (people[i]);
  for (guint i = 0; i < 4; i++)
    coquill_text_free (texts[i]);
}

static void
test_fragments_at_one_place (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());

  for (Manner one = FORWARDS; one < N_MANNERS; one++)
    for (Manner other = FORWARDS; other < N_MANNERS; other++)
      for (guint i = 0; i < 4; i++)
        check_fragments (one, other, i < 2 ? 0 : (guint)g_rand_int_range (random, 1, 40), i % 2 > 0, random);
}

/* More agents in one change than the rows of its turns have room for, all of whom write in turns: at one
 * place and anywhere, after each other and at the same time. */
static void
test_a_crowd_takes_turns (void)
{
  enum
  {
    N_AGENTS = 150,
    N_ROUNDS = 330
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (test_seed ());
  CoquillText *sides[2] = { coquill_text_new (), coquill_text_new () }, *whole, *pieces = coquill_text_new ();
  char *expected;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      CoquillText *text = sides[i % 2];
      CoquillAgent id = { .device = { (guint8)(i * 7 % N_AGENTS), 2 }, .nonce = i % N_AGENTS };
      guint32 agent = coquill_text_add_agent (text, &id, NULL);
      gint32 length = (gint32)coquill_text_length (text);

      if (length > 20 && i % 5 == 0)
        delete (text, agent, (guint64)g_rand_int_range (random, 0, length - 2), 2);
      else
        insert (text, agent, i % 3 == 0 ? 0 : (guint64)g_rand_int_range (random, 0, length + 1), "ab\u00e9");
      if (i % 7 < 3)
        merge (sides[(i + 1) % 2], text);
      if (i % 7 == 2)
        merge (text, sides[(i + 1) % 2]);
    }
  merge (sides[0], sides[1]);
  merge (sides[1], sides[0]);
  g_assert_cmpuint (coquill_text_n_agents (sides[0]), ==, N_AGENTS);
  for (guint i = 0; i < 2; i++)
    {
      expected = coquill_text_to_string (sides[i], NULL);
      whole = through_bytes (sides[i]);
      assert_text (whole, expected);
      assert_same_characters (whole, sides[1 - i]);
      coquill_text_free (whole);
      free (expected);
    }
  merge_in_pieces (pieces, sides[0], 5);
  assert_same_characters (pieces, sides[1]);
  coquill_text_free (pieces);
  coquill_text_free (sides[0]);
  coquill_text_free (sides[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crowd/at-one-place", test_a_crowd_at_one_place);
  g_test_add_func ("/crowd/thousands-of-branches-can-be-gone-on-from",
                   test_thousands_of_branches_can_be_gone_on_from);
  g_test_add_func ("/crowd/one-of-many-goes-on-when-all-is-joined",
                   test_one_of_many_goes_on_when_all_is_joined);
  g_test_add_func ("/crowd/takes-turns", test_a_crowd_takes_turns);
  g_test_add_func ("/crowd/fragments-at-one-place", test_fragments_at_one_place);
  return g_test_run ();
}
