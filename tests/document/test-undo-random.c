/* test-undo-random.c: whatever was done, all of one's own can be taken back and done again */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"

static gboolean
undo (Person *person)
{
  return coquill_document_undo (person->document, person->now, NULL, NULL, NULL);
}

static gboolean
redo (Person *person)
{
  return coquill_document_redo (person->document, person->now, NULL, NULL, NULL);
}

static void
test_alone (void)
{
  for (guint round = 0; round < 30; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      g_autoptr (Person) ana = person_new_founder ();
      g_autoptr (GArray) before = NULL;
      g_autoptr (GArray) after = NULL;
      g_autofree char *text = NULL;

      for (guint step = 0; step < 120; step++)
        person_edit_randomly (ana, random);
      while (redo (ana))
        ;
      text = person_text (ana);
      before = person_list_ids (ana);
      while (undo (ana))
        ;
      person_assert_text (ana, "");
      while (redo (ana))
        ;
      person_assert_text (ana, text);
      after = person_list_ids (ana);
      ids_assert_same (before, after);
    }
}

/* Ben's characters that Ben didn't delete, in no order. */
static void
edit_as_ben (Person *ben, GRand *random, GHashTable *his)
{
  guint64 length = coquill_text_length (coquill_document_get_text (ben->document));
  guint64 position = (guint64)g_rand_int_range (random, 0, (gint32)length + 1);
  guint64 count = (guint64)g_rand_int_range (random, 1, 6);
  gboolean deletes = position < length && g_rand_int_range (random, 0, 3) == 0;
  g_autoptr (GArray) list = NULL;

  if (deletes)
    {
      count = MIN (count, length - position);
      list = person_list_some_ids (ben, position, count);
      person_delete (ben, position, count);
    }
  else
    {
      person_insert (ben, position, "ben!");
      list = person_list_some_ids (ben, position, 4);
    }
  for (guint i = 0; i < list->len; i++)
    {
      gint64 key = (gint64)g_array_index (list, CoquillChangeId, i).sequence;

      if (!person_knows_author (ben, &g_array_index (list, CoquillChangeId, i), ben))
        continue;
      if (deletes)
        g_hash_table_remove (his, &key);
      else
        g_hash_table_add (his, g_memdup2 (&key, sizeof key));
    }
}

/* Whether Ben's characters of @few are in @many in the same order. */
static gboolean
is_in_order (Person *reader, Person *ben, GArray *few, GArray *many)
{
  guint at = 0;

  for (guint i = 0; i < few->len; i++)
    {
      const CoquillChangeId *id = &g_array_index (few, CoquillChangeId, i);

      if (!person_knows_author (reader, id, ben))
        continue;
      while (at < many->len && !id_is_same (id, &g_array_index (many, CoquillChangeId, at)))
        at++;
      if (at++ == many->len)
        return FALSE;
    }

  return TRUE;
}

static void
test_with_others (void)
{
  for (guint round = 0; round < 40; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      g_autoptr (GHashTable) his = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
      g_autoptr (Person) ana = person_new_founder ();
      g_autoptr (Person) ben = person_new_guest (ana);
      g_autoptr (GArray) before = NULL;
      g_autoptr (GArray) between = NULL;
      g_autoptr (GArray) after = NULL;
      g_autofree char *text = NULL;

      for (guint step = 0; step < 150; step++)
        if (g_rand_int_range (random, 0, 5) == 0)
          person_exchange (ana, ben);
        else if (g_rand_boolean (random))
          person_edit_randomly (ana, random);
        else
          edit_as_ben (ben, random, his);
      person_exchange (ana, ben);
      while (redo (ana))
        ;
      text = person_text (ana);
      before = person_list_ids (ana);

      /* Nothing of Ana's is left, and of Ben's all that Ben left, in order. */
      while (undo (ana))
        ;
      between = person_list_ids (ana);
      g_assert_cmpuint (between->len, ==, g_hash_table_size (his));
      for (guint i = 0; i < between->len; i++)
        {
          gint64 key = (gint64)g_array_index (between, CoquillChangeId, i).sequence;

          g_assert_true (person_knows_author (ana, &g_array_index (between, CoquillChangeId, i), ben));
          g_assert_true (g_hash_table_contains (his, &key));
        }
      g_assert_true (is_in_order (ana, ben, before, between));
      person_exchange (ana, ben);
      persons_assert_equal (ana, ben);

      /* Ben writes on, and takes it back or not; then all of Ana's comes back around it. */
      ben->now += 2 * G_TIME_SPAN_SECOND;
      edit_as_ben (ben, random, his);
      if (round % 2 == 0)
        g_assert_true (undo (ben));
      person_exchange (ana, ben);
      g_clear_pointer (&between, g_array_unref);
      between = person_list_ids (ana);
      while (redo (ana))
        ;
      after = person_list_ids (ana);
      g_assert_true (is_in_order (ana, ben, after, between));
      if (round % 2 == 0)
        {
          person_assert_text (ana, text);
          ids_assert_same (before, after);
        }
      person_exchange (ana, ben);
      persons_assert_equal (ana, ben);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  g_test_add_func ("/undo/all-of-it-and-redo-of-all-of-it-is-nothing", test_alone);
  g_test_add_func ("/undo/all-of-mine-leaves-what-others-made", test_with_others);

  return g_test_run ();
}
