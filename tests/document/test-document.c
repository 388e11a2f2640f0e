/* test-document.c: replicas that exchange bodies: edits, undo, records, restarts */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"

#include <string.h>

#define MAX_PEOPLE 5

static void
test_two_write (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = NULL;

  person_insert (ana, 0, "Hello");
  ben = person_new_guest (ana);
  person_assert_text (ben, "Hello");
  person_insert (ben, 5, ", Ana");
  person_insert (ana, 5, "!");
  person_exchange (ana, ben);
  persons_assert_equal (ana, ben);
  g_assert_cmpint (coquill_document_get_role (ana->document, coquill_document_get_device (ana->document)), ==,
                   COQUILL_ROLE_OWNER);
  g_assert_cmpint (coquill_document_get_role (ana->document, coquill_document_get_device (ben->document)), ==,
                   COQUILL_ROLE_EDITOR);
}

/* Bodies reach everybody in random order, some only by the difference at the end. */
static void
test_random_order (void)
{
  for (guint round = 0; round < 12; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      guint n_people = (guint)g_rand_int_range (random, 2, MAX_PEOPLE + 1);
      Person *people[MAX_PEOPLE];
      GPtrArray *flying[MAX_PEOPLE];

      people[0] = person_new_founder ();
      for (guint i = 1; i < n_people; i++)
        people[i] = person_new_guest (people[0]);
      for (guint i = 0; i < n_people; i++)
        {
          person_exchange (people[0], people[i]);
          flying[i] = coquill_body_array_new ();
        }

      for (guint step = 0; step < 150; step++)
        {
          guint who = (guint)g_rand_int_range (random, 0, (gint32)n_people);

          if (g_rand_boolean (random))
            person_edit_randomly (people[who], random);
          else if (g_rand_boolean (random))
            {
              g_autoptr (GPtrArray) bodies = person_flush (people[who]);

              for (guint i = 0; i < bodies->len; i++)
                for (guint j = 0; j < n_people; j++)
                  if (j != who && g_rand_int_range (random, 0, 10) > 0)
                    {
                      const CoquillBody *body = g_ptr_array_index (bodies, i);

                      g_ptr_array_add (flying[j], coquill_body_new (body->kind, body->bytes));
                    }
            }
          else if (flying[who]->len > 0)
            {
              guint pick = (guint)g_rand_int_range (random, 0, (gint32)flying[who]->len);
              g_autoptr (CoquillBody) body = g_ptr_array_steal_index_fast (flying[who], pick);

              g_assert_cmpint (person_accept (people[who], body), !=, COQUILL_ACCEPT_REFUSED);
            }
        }
      for (guint i = 1; i < n_people; i++)
        person_exchange (people[0], people[i]);
      for (guint i = 1; i < n_people; i++)
        {
          person_give_missing (people[0], people[i]);
          persons_assert_equal (people[0], people[i]);
        }
      for (guint i = 0; i < n_people; i++)
        {
          g_ptr_array_unref (flying[i]);
          person_free (people[i]);
        }
    }
}

static void
test_records (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = person_new_guest (ana);

  g_assert_true (coquill_document_set_record (ana->document, "document", "", "title", "One", NULL));
  person_exchange (ana, ben);
  g_assert_cmpstr (coquill_document_get_record (ben->document, "document", "", "title"), ==, "One");
  /* Concurrent: the same one wins at both; then a later writer wins over either. */
  g_assert_true (coquill_document_set_record (ana->document, "document", "", "title", "Two", NULL));
  g_assert_true (coquill_document_set_record (ben->document, "document", "", "title", "Three", NULL));
  person_exchange (ana, ben);
  persons_assert_equal (ana, ben);
  g_assert_true (coquill_document_set_record (ben->document, "document", "", "title", NULL, NULL));
  person_exchange (ana, ben);
  g_assert_null (coquill_document_get_record (ana->document, "document", "", "title"));
}

static void
test_names_are_their_owners (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = person_new_guest (ana);
  g_autofree char *before
      = coquill_document_dup_name (ana->document, coquill_document_get_device (ben->document));
  g_autofree char *after = NULL;
  GString *device = g_string_new (NULL);

  g_assert_cmpstr (before, ==, "Guest");
  for (guint i = 0; i < 32; i++)
    g_string_append_printf (device, "%02x", coquill_document_get_device (ben->document)[i]);
  /* Ana writes Ben's name: nobody else believes it. Ben's own counts. */
  g_assert_true (coquill_document_set_record (ana->document, "people", device->str, "name", "Fool", NULL));
  person_exchange (ana, ben);
  g_assert_null (coquill_document_get_record (ben->document, "people", device->str, "name"));
  g_assert_true (coquill_document_set_record (ben->document, "people", device->str, "name", "Ben", NULL));
  person_exchange (ana, ben);
  after = coquill_document_dup_name (ana->document, coquill_document_get_device (ben->document));
  g_assert_cmpstr (after, ==, "Ben");
  g_string_free (device, TRUE);
}

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
test_undo_groups (void)
{
  g_autoptr (Person) ana = person_new_founder ();

  person_insert (ana, 0, "o");
  person_insert (ana, 1, "n");
  person_insert (ana, 2, "e");
  person_insert (ana, 3, " ");
  person_insert (ana, 4, "two"); /* a word begins */
  person_delete (ana, 6, 1);     /* another kind */
  person_delete (ana, 5, 1);
  ana->now += 2 * G_TIME_SPAN_SECOND;
  person_insert (ana, 5, "!"); /* after a pause */
  person_assert_text (ana, "one t!");
  g_assert_true (undo (ana));
  person_assert_text (ana, "one t");
  g_assert_true (undo (ana));
  person_assert_text (ana, "one two");
  g_assert_true (undo (ana));
  person_assert_text (ana, "one ");
  g_assert_true (undo (ana));
  person_assert_text (ana, "");
  g_assert_false (undo (ana));
  while (redo (ana))
    ;
  person_assert_text (ana, "one t!");

  coquill_document_begin_group (ana->document);
  person_delete (ana, 0, 6);
  person_insert (ana, 0, "new ");
  person_insert (ana, 4, "text");
  coquill_document_end_group (ana->document);
  g_assert_true (undo (ana));
  person_assert_text (ana, "one t!");
}

static void
test_undo_is_mine (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = NULL;
  CoquillChangeId before;
  CoquillChangeId after;

  person_insert (ana, 0, "abcdef");
  ben = person_new_guest (ana);
  /* Ben writes inside of what Ana wrote and deletes a part of it. */
  person_insert (ben, 3, "BEN");
  person_delete (ben, 0, 1);
  person_exchange (ana, ben);
  person_assert_text (ana, "bcBENdef");
  g_assert_true (undo (ana));
  person_assert_text (ana, "BEN");
  person_exchange (ana, ben);
  person_assert_text (ben, "BEN");
  g_assert_true (redo (ana));
  person_assert_text (ana, "bcBENdef");
  person_exchange (ana, ben);
  g_assert_true (undo (ben));
  person_exchange (ana, ben);
  person_assert_text (ana, "abcBENdef");

  /* Both delete the same character; one takes it back: the other's deletion stands. Then it is the same
   * character again. */
  g_assert_true (coquill_text_id_at (coquill_document_get_text (ana->document), 0, &before));
  ana->now += 2 * G_TIME_SPAN_SECOND;
  ben->now += 2 * G_TIME_SPAN_SECOND;
  person_delete (ana, 0, 1);
  person_delete (ben, 0, 1);
  person_exchange (ana, ben);
  g_assert_true (undo (ana));
  person_assert_text (ana, "bcBENdef");
  g_assert_true (undo (ben));
  person_exchange (ana, ben);
  person_assert_text (ana, "abcBENdef");
  persons_assert_equal (ana, ben);
  g_assert_true (coquill_text_id_at (coquill_document_get_text (ana->document), 0, &after));
  g_assert_cmpuint (before.agent, ==, after.agent);
  g_assert_cmpuint (before.sequence, ==, after.sequence);
}

/* Undoing everything gives what others wrote, redoing everything what was there. */
static void
test_undo_everything (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      g_autoptr (Person) ana = person_new_founder ();
      g_autofree char *text = NULL;

      for (guint step = 0; step < 60; step++)
        person_edit_randomly (ana, random);
      while (redo (ana))
        ;
      text = person_text (ana);
      while (undo (ana))
        ;
      person_assert_text (ana, "");
      while (redo (ana))
        ;
      person_assert_text (ana, text);
    }
}

static void
test_held_until_the_log (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = person_new_guest (ana);
  g_autoptr (Person) cid = person_new_guest (ana);
  g_autoptr (GPtrArray) bodies = NULL;

  /* Cid's entry is known to Ana only. */
  person_insert (cid, 0, "Cid");
  bodies = person_flush (cid);
  for (guint i = 0; i < bodies->len; i++)
    g_assert_cmpint (person_accept (ben, g_ptr_array_index (bodies, i)), ==, COQUILL_ACCEPT_HELD);
  person_assert_text (ben, "");
  person_give_missing (ana, ben);
  person_assert_text (ben, "Cid");
}

static void
test_lost_tail (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = NULL;
  g_autoptr (GBytes) keys = NULL;
  guint n_stored;

  person_insert (ana, 0, "kept ");
  ben = person_new_guest (ana);
  person_insert (ana, 5, "on disk ");
  person_exchange (ana, ben);
  keys = coquill_document_save_keys (ana->document);
  n_stored = ana->stored->len;
  person_insert (ana, 13, "sent, not on disk ");
  person_exchange (ana, ben);
  /* The commit never happened. */
  person_restart (ana, keys, NULL, 0, n_stored);
  person_assert_text (ana, "kept on disk ");
  person_insert (ana, 0, "Again: ");
  person_exchange (ana, ben);
  person_give_missing (ben, ana);
  persons_assert_equal (ana, ben);
  person_assert_text (ana, "Again: kept on disk sent, not on disk ");
}

static void
test_snapshot_and_history (void)
{
  for (guint round = 0; round < 8; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      g_autoptr (Person) ana = person_new_founder ();
      g_autoptr (Person) ben = person_new_guest (ana);
      g_autoptr (GBytes) keys = NULL;
      g_autoptr (GBytes) snapshot = NULL;
      g_autoptr (GPtrArray) flushed = NULL;
      g_autofree char *text = NULL;
      g_autofree char *later = NULL;
      g_autoptr (GError) error = NULL;
      guint n_before;

      for (guint step = 0; step < 120; step++)
        {
          person_edit_randomly (g_rand_boolean (random) ? ana : ben, random);
          if (g_rand_int_range (random, 0, 12) == 0)
            person_exchange (ana, ben);
        }
      flushed = person_flush (ana);
      text = person_text (ana);
      keys = coquill_document_save_keys (ana->document);
      snapshot = coquill_document_save_snapshot (ana->document);
      g_assert_nonnull (snapshot);
      n_before = ana->stored->len;
      /* A tail: concurrent with the snapshot or not. */
      for (guint step = 0; step < (round % 3) * 8; step++)
        person_edit_randomly (g_rand_boolean (random) ? ana : ben, random);
      person_exchange (ana, ben);

      person_restart (ana, keys, snapshot, n_before, ana->stored->len);
      if (round % 3 == 0)
        {
          later = person_text (ana);
          g_assert_false (coquill_document_has_history (ana->document));
        }
      /* Edits at once; others' wait for history. */
      person_insert (ana, 0, "at once ");
      person_insert (ben, 0, "meanwhile ");
      {
        g_autoptr (GPtrArray) bodies = person_flush (ben);

        for (guint i = 0; i < bodies->len; i++)
          g_assert_cmpint (person_accept (ana, g_ptr_array_index (bodies, i)), ==, COQUILL_ACCEPT_HELD);
      }
      g_assert_true (coquill_document_end_history (ana->document, NULL, NULL, ana->stored, &error));
      g_assert_no_error (error);
      g_assert_true (coquill_document_has_history (ana->document));
      person_exchange (ana, ben);
      persons_assert_equal (ana, ben);
      {
        /* Whoever comes now gets all of it from the restarted one. */
        g_autoptr (Person) cid = person_new_guest (ana);

        persons_assert_equal (ana, cid);
      }
    }
}

static void
test_large_paste (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (Person) ben = NULL;
  g_autoptr (GPtrArray) bodies = NULL;
  g_autofree char *text = g_malloc (3000001);

  for (guint i = 0; i < 3000000; i++)
    text[i] = (char)g_test_rand_int_range (' ', '~');
  text[3000000] = '\0';
  person_insert (ana, 0, text);
  person_delete (ana, 10, 1000000);
  bodies = person_flush (ana);
  g_assert_cmpuint (bodies->len, >, 8);
  ben = person_new_guest (ana);
  persons_assert_equal (ana, ben);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  g_test_add_func ("/document/two-people-write-and-have-the-same", test_two_write);
  g_test_add_func ("/document/bodies-in-any-order-give-the-same-text", test_random_order);
  g_test_add_func ("/document/records-go-to-the-last-writer", test_records);
  g_test_add_func ("/document/a-name-belongs-to-its-person", test_names_are_their_owners);
  g_test_add_func ("/document/undo-goes-by-word-pause-and-group", test_undo_groups);
  g_test_add_func ("/document/undo-takes-back-only-mine", test_undo_is_mine);
  g_test_add_func ("/document/undo-and-redo-of-everything", test_undo_everything);
  g_test_add_func ("/document/a-strangers-change-waits-for-the-log", test_held_until_the_log);
  g_test_add_func ("/document/a-lost-tail-comes-back", test_lost_tail);
  g_test_add_func ("/document/snapshot-first-history-later", test_snapshot_and_history);
  g_test_add_func ("/document/a-large-paste-is-split", test_large_paste);

  return g_test_run ();
}
