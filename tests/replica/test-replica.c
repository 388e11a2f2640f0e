/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica.c: one library, its documents, their text: made, edited, kept. */

#include "replica-fixture.h"
#include "store/store-document.h"

#include <glib/gstdio.h>
#include <string.h>

static void
insert (CoquillReplica *replica, guint64 position, const char *text)
{
  g_autoptr (GError) error = NULL;

  coquill_replica_insert (replica, position, text, -1, &error);
  g_assert_no_error (error);
}

static void delete (CoquillReplica *replica, guint64 position, guint64 count)
{
  g_autoptr (GError) error = NULL;

  coquill_replica_delete (replica, position, count, &error);
  g_assert_no_error (error);
}

static void
test_committed_text_is_there_after_reopening (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, "First line\nsecond\n");
  g_autofree char *id = g_strdup (coquill_replica_get_id (replica));

  g_assert_cmpuint (strlen (id), ==, 64);
  g_assert_cmpint (coquill_replica_get_state (replica), ==, COQUILL_REPLICA_OPEN);
  g_assert_cmpint (coquill_replica_get_status (replica), ==, COQUILL_STATUS_ON_DEVICE);
  insert (replica, 0, "👩‍👩‍👧 ");
  delete (replica, coquill_replica_get_length (replica) - 1, 1);
  replica_fixture_commit (replica);
  replica_fixture_assert_text (replica, "👩‍👩‍👧 First line\nsecond");
  g_object_unref (replica);
  replica_fixture_close_library (library);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *more = g_strdup_printf ("%u", i);

      library = replica_fixture_library (fixture, "a");
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (library)), ==, 1);
      replica = g_object_ref (coquill_library_find (library, id, NULL));
      g_assert_cmpint (coquill_replica_get_state (replica), ==, COQUILL_REPLICA_CLOSED);
      replica_fixture_open (replica);
      insert (replica, G_MAXUINT64, more);
      replica_fixture_close (replica);
      g_assert_cmpint (coquill_replica_get_state (replica), ==, COQUILL_REPLICA_CLOSED);
      replica_fixture_open (replica);
      insert (replica, G_MAXUINT64, ".");
      g_object_unref (replica);
      replica_fixture_close_library (library);
    }

  library = replica_fixture_library (fixture, "a");
  replica = coquill_library_find (library, id, NULL);
  replica_fixture_open (replica);
  replica_fixture_assert_text (replica, "👩‍👩‍👧 First line\nsecond0.1.2.");
  replica_fixture_close_library (library);
}

static void
test_nothing_committed_is_lost_without_closing (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, "one");
  g_autofree char *id = g_strdup (coquill_replica_get_id (replica));
  CoquillLibrary *reader;
  CoquillReplica *read;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 50; i++)
    {
      insert (replica, i % 3, "x");
      if (i % 7 == 0)
        replica_fixture_commit (replica);
    }
  replica_fixture_commit (replica);

  /* A reader sees what a crash now would leave. */
  reader = replica_fixture_try_library (fixture, "a", COQUILL_LIBRARY_READ, &error);
  g_assert_no_error (error);
  read = coquill_library_find (reader, id, &error);
  g_assert_no_error (error);
  replica_fixture_open (read);
  {
    g_autofree char *mine = replica_fixture_text (replica);

    replica_fixture_assert_text (read, mine);
  }
  g_assert_false (coquill_replica_insert (read, 0, "x", -1, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_READ_ONLY);
  replica_fixture_close_library (reader);

  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
test_many_small_blocks_are_merged_at_close (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, "start");
  g_autofree char *id = g_strdup (coquill_replica_get_id (replica));
  g_autofree char *path = g_strdup_printf ("%s/a/documents/%s.db", fixture->folder, id);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (CoquillStoreDocument) file = NULL;
      g_autoptr (GArray) history = NULL;

      for (guint i = 0; i < 600; i++)
        {
          if (i % 3 == 2)
            delete (replica, i / 9, 1);
          else
            insert (replica, i / 2, "x");
          coquill_replica_commit_async (replica, NULL, NULL, NULL);
        }
      g_clear_pointer (&text, g_free);
      text = replica_fixture_text (replica);
      g_object_unref (replica);
      replica_fixture_close_library (library);

      file = coquill_store_document_read (path, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (file->blocks->len, ==, 0);
      history = coquill_store_document_read_history (path, 0, file->snapshot_position, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (history->len, >, 0);
      g_assert_cmpuint (history->len, <, 10);

      library = replica_fixture_library (fixture, "a");
      replica = g_object_ref (coquill_library_find (library, id, NULL));
      replica_fixture_open (replica);
      replica_fixture_assert_text (replica, text);
    }
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
append_change_cb (CoquillReplica *replica, const CoquillTextChange *change, GString *mirror)
{
  char *start = g_utf8_offset_to_pointer (mirror->str, (glong)change->position);
  char *end = g_utf8_offset_to_pointer (start, (glong)change->deleted);
  gssize at = start - mirror->str;

  g_assert_true (change->local);
  g_assert_cmpint (g_utf8_strlen (change->inserted, (gssize)change->inserted_bytes), ==,
                   (glong)change->inserted_length);
  g_string_erase (mirror, at, end - start);
  g_string_insert_len (mirror, at, change->inserted, (gssize)change->inserted_bytes);
}

static void
test_undo_and_redo_tell_what_changes (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, NULL);
  g_autoptr (GString) mirror = g_string_new ("hallo world");
  guint64 caret = 0;

  g_assert_false (coquill_replica_undo (replica, NULL));
  coquill_replica_begin_group (replica);
  insert (replica, 0, "hallo world");
  coquill_replica_end_group (replica);
  coquill_replica_begin_group (replica);
  delete (replica, 1, 1);
  insert (replica, 1, "ä");
  coquill_replica_end_group (replica);
  g_string_assign (mirror, "hällo world");
  g_assert_true (coquill_replica_get_can_undo (replica));
  g_assert_false (coquill_replica_get_can_redo (replica));

  g_signal_connect (replica, "text-changed", G_CALLBACK (append_change_cb), mirror);
  g_assert_true (coquill_replica_undo (replica, &caret));
  g_assert_cmpstr (mirror->str, ==, "hallo world");
  replica_fixture_assert_text (replica, "hallo world");
  g_assert_true (coquill_replica_undo (replica, &caret));
  g_assert_cmpstr (mirror->str, ==, "");
  g_assert_true (coquill_replica_get_can_redo (replica));
  g_assert_true (coquill_replica_redo (replica, &caret));
  g_assert_true (coquill_replica_redo (replica, &caret));
  g_assert_cmpstr (mirror->str, ==, "hällo world");
  replica_fixture_assert_text (replica, "hällo world");

  g_signal_handlers_disconnect_by_data (replica, mirror);
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
test_a_replaced_text_is_one_step_that_tells_what_changes (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, "One line.\nAnother line.\n");
  g_autoptr (GString) mirror = g_string_new ("One line.\nAnother line.\n");
  g_autoptr (GError) error = NULL;
  guint n_edits;

  g_signal_connect (replica, "text-changed", G_CALLBACK (append_change_cb), mirror);
  g_assert_true (
      coquill_replica_replace_text (replica, "One red line.\nAnother lime.\n", -1, &n_edits, &error));
  g_assert_cmpuint (n_edits, ==, 2);
  g_assert_cmpstr (mirror->str, ==, "One red line.\nAnother lime.\n");
  replica_fixture_assert_text (replica, mirror->str);
  g_assert_true (coquill_replica_replace_text (replica, mirror->str, -1, &n_edits, &error));
  g_assert_cmpuint (n_edits, ==, 0);
  g_assert_false (coquill_replica_replace_text (replica, "a\0b", 3, NULL, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TEXT);
  g_clear_error (&error);
  g_assert_false (coquill_replica_replace_text (replica, "\xff", -1, NULL, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TEXT);
  replica_fixture_assert_text (replica, mirror->str);

  g_assert_true (coquill_replica_undo (replica, NULL));
  g_assert_cmpstr (mirror->str, ==, "One line.\nAnother line.\n");
  replica_fixture_assert_text (replica, mirror->str);
  g_assert_false (coquill_replica_get_can_undo (replica));
  g_assert_true (coquill_replica_redo (replica, NULL));
  g_assert_cmpstr (mirror->str, ==, "One red line.\nAnother lime.\n");
  g_assert_true (coquill_replica_replace_text (replica, "", 0, NULL, NULL));
  replica_fixture_assert_text (replica, "");

  g_signal_handlers_disconnect_by_data (replica, mirror);
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
test_title_is_the_first_line_until_it_is_set (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, NULL);
  CoquillReplica *named = replica_fixture_create (library, "A name", "text");
  g_autofree char *id = g_strdup (coquill_replica_get_id (named));

  g_assert_cmpstr (coquill_replica_get_title (replica), ==, "Untitled");
  insert (replica, 0, "\n\n# Shopping\nbread\n");
  g_assert_cmpstr (coquill_replica_get_title (replica), ==, "Shopping");
  coquill_replica_set_title (replica, "List");
  g_assert_cmpstr (coquill_replica_get_title (replica), ==, "List");
  coquill_replica_set_title (replica, NULL);
  g_assert_cmpstr (coquill_replica_get_title (replica), ==, "Shopping");
  g_assert_cmpstr (coquill_replica_get_title (named), ==, "A name");
  g_object_unref (replica);
  g_object_unref (named);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "a");
  g_assert_cmpstr (coquill_replica_get_title (coquill_library_find (library, id, NULL)), ==, "A name");
  replica_fixture_close_library (library);
}

static void
test_list_has_the_newest_change_first (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  g_autoptr (CoquillReplica) one = replica_fixture_create (library, "one", NULL);
  g_autoptr (CoquillReplica) two = replica_fixture_create (library, "two", NULL);
  g_autoptr (CoquillReplica) first = g_list_model_get_item (G_LIST_MODEL (library), 0);
  g_autoptr (CoquillReplica) later = NULL;

  g_assert_true (first == two);
  insert (one, 0, "x");
  later = g_list_model_get_item (G_LIST_MODEL (library), 0);
  g_assert_true (later == one);
  g_clear_object (&one);
  g_clear_object (&two);
  g_clear_object (&first);
  g_clear_object (&later);
  replica_fixture_close_library (library);
}

static void
test_what_is_no_text_is_refused (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, "kept");
  g_autoptr (GError) error = NULL;

  g_assert_false (coquill_replica_insert (replica, 0, "\xff\xfe", 2, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TEXT);
  g_clear_error (&error);
  g_assert_false (coquill_replica_insert (replica, 0, "a\0b", 3, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_TEXT);
  g_clear_error (&error);
  replica_fixture_assert_text (replica, "kept");
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
test_second_writer_is_told_who_writes (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  g_autoptr (GError) error = NULL;

  g_assert_null (replica_fixture_try_library (fixture, "a", COQUILL_LIBRARY_WRITE, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, g_get_prgname ()));
  replica_fixture_close_library (library);
}

static void
test_damaged_document_leaves_the_others_alone (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, "one", "the text of the first");
  CoquillReplica *other = replica_fixture_create (library, "two", "fine");
  g_autofree char *id = g_strdup (coquill_replica_get_id (replica));
  g_autofree char *other_id = g_strdup (coquill_replica_get_id (other));
  g_autofree char *path = g_strdup_printf ("%s/a/documents/%s.db", fixture->folder, id);
  g_autofree char *bytes = NULL;
  gsize length;

  g_object_unref (replica);
  g_object_unref (other);
  replica_fixture_close_library (library);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  {
    char *place = memmem (bytes, length, "the text of", 11);

    g_assert_nonnull (place);
    *place ^= 1;
  }
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));

  library = replica_fixture_library (fixture, "a");
  replica = coquill_library_find (library, id, NULL);
  other = coquill_library_find (library, other_id, NULL);
  coquill_replica_open_async (replica, NULL, NULL, NULL);
  replica_fixture_wait_until (coquill_replica_get_state (replica) == COQUILL_REPLICA_FAILED);
  g_assert_error (coquill_replica_get_error (replica), COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DAMAGED);
  /* The damage is in the history: the text can be read, but not be gone on with. */
  replica_fixture_assert_text (replica, "the text of the first");
  g_assert_false (coquill_replica_insert (replica, 0, "x", -1, NULL));
  replica_fixture_open (other);
  replica_fixture_assert_text (other, "fine");
  replica_fixture_close_library (library);
}

static void
test_removed_document_can_be_restored (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *kept = replica_fixture_create (library, "kept", "kept");
  CoquillReplica *gone = replica_fixture_create (library, "gone", "gone");

  coquill_library_remove (library, kept);
  coquill_library_remove (library, gone);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (library)), ==, 0);
  coquill_library_restore (library, kept);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (library)), ==, 1);
  g_object_unref (kept);
  g_object_unref (gone);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "a");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (library)), ==, 1);
  kept = g_list_model_get_item (G_LIST_MODEL (library), 0);
  replica_fixture_open (kept);
  replica_fixture_assert_text (kept, "kept");
  g_object_unref (kept);
  replica_fixture_close_library (library);
}

static void
test_settings_are_kept (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  g_autofree char *name = NULL;
  g_autofree char *color = NULL;
  g_autofree char *relay = NULL;
  gboolean hides = FALSE;

  g_object_get (library, "name", &name, "color", &color, "relay", &relay, NULL);
  g_assert_cmpuint (strlen (name), >, 0);
  g_assert_cmpuint (strlen (color), ==, 7);
  g_assert_cmpstr (relay, ==, "");
  g_clear_pointer (&name, g_free);
  g_clear_pointer (&color, g_free);
  g_clear_pointer (&relay, g_free);
  g_object_set (library, "name", "Ana", "color", "#123456", "relay", "https://relay.example", "hide-address",
                TRUE, NULL);
  g_object_set (library, "color", "no color", NULL);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "a");
  g_object_get (library, "name", &name, "color", &color, "relay", &relay, "hide-address", &hides, NULL);
  g_assert_cmpstr (name, ==, "Ana");
  g_assert_cmpstr (color, ==, "#123456");
  g_assert_cmpstr (relay, ==, "https://relay.example");
  g_assert_true (hides);
  replica_fixture_close_library (library);
}

static void
test_bad_links_are_told_apart (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (coquill_join_peek_link ("https://example.org/", NULL, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_LINK);
  g_clear_error (&error);
  g_assert_false (coquill_join_peek_link ("coquill:AQEX", NULL, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_LINK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                                  \
  g_test_add ("/replica/" name, ReplicaFixture, NULL, replica_fixture_set_up, function,                      \
              replica_fixture_tear_down)
  ADD ("committed-text-is-there-after-reopening", test_committed_text_is_there_after_reopening);
  ADD ("nothing-committed-is-lost-without-closing", test_nothing_committed_is_lost_without_closing);
  ADD ("many-small-blocks-are-merged-at-close", test_many_small_blocks_are_merged_at_close);
  ADD ("undo-and-redo-tell-what-changes", test_undo_and_redo_tell_what_changes);
  ADD ("a-replaced-text-is-one-step-that-tells-what-changes",
       test_a_replaced_text_is_one_step_that_tells_what_changes);
  ADD ("title-is-the-first-line-until-it-is-set", test_title_is_the_first_line_until_it_is_set);
  ADD ("list-has-the-newest-change-first", test_list_has_the_newest_change_first);
  ADD ("what-is-no-text-is-refused", test_what_is_no_text_is_refused);
  ADD ("second-writer-is-told-who-writes", test_second_writer_is_told_who_writes);
  ADD ("damaged-document-leaves-the-others-alone", test_damaged_document_leaves_the_others_alone);
  ADD ("removed-document-can-be-restored", test_removed_document_can_be_restored);
  ADD ("settings-are-kept", test_settings_are_kept);
#undef ADD
  g_test_add_func ("/replica/bad-links-are-told-apart", test_bad_links_are_told_apart);
  return g_test_run ();
}
