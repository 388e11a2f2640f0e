/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-store.c: what is committed is there, for writers and readers. */

#include "store-fixture.h"

#include <sys/stat.h>

static void
test_committed_is_there_after_reopening (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (GBytes) cursor = g_bytes_new_static ("17", 2);
  g_autoptr (GBytes) name = g_bytes_new_static ("Ana", 3);
  g_autoptr (CoquillStoreDocument) document = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  const CoquillStoreEntry *entry;

  g_assert_no_error (error);
  store_fixture_add (batch, "one");
  store_fixture_add (batch, "two");
  coquill_store_batch_set_state (batch, "cursor", cursor);
  coquill_store_batch_set_value (batch, "name", name);
  coquill_store_batch_set_entry (batch, "A title", 1234, 5);
  store_fixture_commit (store, batch, &error);
  g_assert_no_error (error);
  store_fixture_close (store);

  store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (coquill_store_get_value (store, "name"), name));
  g_assert_null (coquill_store_get_value (store, "color"));
  g_assert_cmpuint (coquill_store_get_entries (store)->len, ==, 1);
  entry = coquill_store_get_entries (store)->pdata[0];
  g_assert_cmpstr (entry->id, ==, id);
  g_assert_cmpstr (entry->title, ==, "A title");
  g_assert_cmpint (entry->last_change, ==, 1234);
  g_assert_cmpint (entry->state, ==, 5);

  document = store_fixture_read (store, id, &error);
  g_assert_no_error (error);
  g_assert_null (document->snapshot);
  g_assert_cmpuint (document->blocks->len, ==, 2);
  first = store_fixture_text (document->blocks, 0);
  second = store_fixture_text (document->blocks, 1);
  g_assert_cmpstr (first, ==, "one");
  g_assert_cmpstr (second, ==, "two");
  g_assert_true (g_bytes_equal (g_hash_table_lookup (document->state, "cursor"), cursor));
  store_fixture_close (store);
}

static void
test_snapshot_stands_for_the_blocks_before_it (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (CoquillStoreBatch) next = coquill_store_batch_new (id);
  g_autoptr (GBytes) snapshot = g_bytes_new_static ("one two", 7);
  g_autoptr (GBytes) merged = g_bytes_new_static ("one+two+three", 13);
  g_autoptr (CoquillStoreDocument) document = NULL;
  g_autoptr (GArray) history = NULL;
  g_autofree char *text = NULL;
  g_autofree char *old = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);

  g_assert_no_error (error);
  store_fixture_add (batch, "one");
  store_fixture_add (batch, "two");
  coquill_store_batch_set_snapshot (batch, snapshot);
  store_fixture_add (batch, "three");
  store_fixture_commit (store, batch, &error);
  g_assert_no_error (error);

  coquill_store_batch_drop_blocks (next);
  coquill_store_batch_add_block (next, 7, merged);
  coquill_store_batch_set_snapshot (next, snapshot);
  store_fixture_add (next, "four");
  store_fixture_commit (store, next, &error);
  g_assert_no_error (error);

  document = store_fixture_read (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (document->snapshot, snapshot));
  g_assert_cmpuint (document->snapshot_position, ==, 4);
  g_assert_cmpuint (document->blocks->len, ==, 1);
  text = store_fixture_text (document->blocks, 0);
  g_assert_cmpstr (text, ==, "four");

  history = store_fixture_read_history (store, id, 0, document->snapshot_position, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 1);
  old = store_fixture_text (history, 0);
  g_assert_cmpstr (old, ==, "one+two+three");
  store_fixture_close (store);
}

static void
test_history_comes_in_bounded_slices (StoreFixture *fixture, gconstpointer data)
{
  enum
  {
    N_BLOCKS = 7,
    BLOCK_BYTES = 400 * 1024
  };
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *content = g_strnfill (BLOCK_BYTES, 'x');
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  guint64 after = 0;
  guint seen = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < N_BLOCKS; i++)
    store_fixture_add (batch, content);
  store_fixture_commit (store, batch, &error);
  g_assert_no_error (error);

  for (;;)
    {
      g_autoptr (GArray) slice = store_fixture_read_history (store, id, after, N_BLOCKS, &error);

      g_assert_no_error (error);
      if (slice->len == 0)
        break;
      g_assert_cmpuint (slice->len * BLOCK_BYTES, <=, COQUILL_STORE_SLICE_BYTES);
      seen += slice->len;
      after = g_array_index (slice, CoquillStoreBlock, slice->len - 1).position;
    }
  g_assert_cmpuint (seen, ==, N_BLOCKS);
  store_fixture_close (store);
}

static void
test_second_writer_is_told_who_writes (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *me = g_strdup_printf ("%s %d %s", g_get_prgname (), (int)getpid (), g_get_host_name ());
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  CoquillStore *second;

  g_assert_no_error (error);
  second = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_null (second);
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, me);
  g_clear_error (&error);
  store_fixture_close (store);

  second = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_no_error (error);
  store_fixture_close (second);
}

static void
test_reader_beside_the_writer_sees_commits (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (CoquillStoreBatch) later = coquill_store_batch_new (id);
  g_autoptr (CoquillStoreDocument) before = NULL;
  g_autoptr (CoquillStoreDocument) after = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  CoquillStore *reader;

  g_assert_no_error (error);
  store_fixture_add (batch, "one");
  coquill_store_batch_set_entry (batch, "Title", 1, 0);
  g_assert_true (store_fixture_commit (store, batch, &error));

  reader = store_fixture_open (fixture->folder, COQUILL_STORE_READ, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (coquill_store_get_entries (reader)->len, ==, 1);
  before = store_fixture_read (reader, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (before->blocks->len, ==, 1);

  store_fixture_add (later, "two");
  g_assert_true (store_fixture_commit (store, later, &error));
  after = store_fixture_read (reader, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (after->blocks->len, ==, 2);

  g_assert_false (store_fixture_commit (reader, later, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_READ_ONLY);
  store_fixture_close (reader);
  store_fixture_close (store);
}

static void
test_what_is_not_there_is_said (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere", NULL);
  g_autoptr (GError) error = NULL;
  CoquillStore *store;

  g_assert_null (store_fixture_open (nowhere, COQUILL_STORE_READ, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (nowhere, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_null (store_fixture_read (store, id, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (store_fixture_read (store, "../library", &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND);
  store_fixture_close (store);
}

static void
test_removed_document_leaves_nothing (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *path = g_strdup_printf ("%s/documents/%s.db", fixture->folder, id);
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (CoquillStoreBatch) removal = coquill_store_batch_new (id);
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);

  g_assert_no_error (error);
  store_fixture_add (batch, "one");
  coquill_store_batch_set_entry (batch, "Title", 1, 0);
  g_assert_true (store_fixture_commit (store, batch, &error));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  coquill_store_batch_remove_document (removal);
  g_assert_true (store_fixture_commit (store, removal, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  store_fixture_close (store);

  store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (coquill_store_get_entries (store)->len, ==, 0);
  store_fixture_close (store);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  coquill_store_commit_finish (COQUILL_STORE (source), result, &error);
  g_assert_no_error (error);
  *(guint *)data += 1;
}

static void
test_more_documents_than_open_files (StoreFixture *fixture, gconstpointer data)
{
  enum
  {
    N_DOCUMENTS = 40,
    N_ROUNDS = 3
  };
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  guint done = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < N_DOCUMENTS * N_ROUNDS; i++)
    {
      g_autofree char *id = g_strdup_printf ("%064x", i % N_DOCUMENTS);
      g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);

      store_fixture_add (batch, "x");
      coquill_store_batch_set_entry (batch, id, i, 0);
      coquill_store_commit_async (store, batch, count_cb, &done);
    }
  while (done < N_DOCUMENTS * N_ROUNDS)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("%064x", i);
      g_autoptr (CoquillStoreDocument) document = store_fixture_read (store, id, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (document->blocks->len, ==, N_ROUNDS);
    }
  store_fixture_close (store);
}

static void
test_files_are_private (StoreFixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "library.db", "lock", "library.db-wal" };
  g_autofree char *folder = g_build_filename (fixture->folder, "new", NULL);
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (folder, COQUILL_STORE_WRITE, &error);
  struct stat status;

  g_assert_no_error (error);
  g_assert_cmpint (stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    }
  store_fixture_close (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                                  \
  g_test_add ("/store/" name, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down)
  ADD ("committed-is-there-after-reopening", test_committed_is_there_after_reopening);
  ADD ("snapshot-stands-for-the-blocks-before-it", test_snapshot_stands_for_the_blocks_before_it);
  ADD ("history-comes-in-bounded-slices", test_history_comes_in_bounded_slices);
  ADD ("second-writer-is-told-who-writes", test_second_writer_is_told_who_writes);
  ADD ("reader-beside-the-writer-sees-commits", test_reader_beside_the_writer_sees_commits);
  ADD ("what-is-not-there-is-said", test_what_is_not_there_is_said);
  ADD ("removed-document-leaves-nothing", test_removed_document_leaves_nothing);
  ADD ("more-documents-than-open-files", test_more_documents_than_open_files);
  ADD ("files-are-private", test_files_are_private);
#undef ADD
  return g_test_run ();
}
