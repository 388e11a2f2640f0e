/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-store-faults.c: a slow disk, a full one, one that can't be written, damage, and SIGKILL. */

#include "store-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

static void
commit_or_fail (CoquillStore *store, const char *id, const char *text)
{
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (GError) error = NULL;

  store_fixture_add (batch, text);
  coquill_store_batch_set_entry (batch, "Title", 1, 0);
  store_fixture_commit (store, batch, &error);
  g_assert_no_error (error);
}

/* A slow disk */

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  coquill_store_commit_finish (COQUILL_STORE (source), result, &error);
  g_assert_no_error (error);
  *(gint64 *)data = g_get_monotonic_time ();
}

static gboolean
tick_cb (gpointer data)
{
  *(guint *)data += 1;
  return G_SOURCE_CONTINUE;
}

static void
test_acknowledged_only_after_the_sync (StoreFixture *fixture, gconstpointer data)
{
  enum
  {
    N_BATCHES = 50,
    SYNC_MILLISECONDS = 300
  };
  g_autofree char *id = store_fixture_id ('a');
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  gint64 start, done[N_BATCHES] = { 0 };
  guint ticks = 0, timer;

  g_assert_no_error (error);
  commit_or_fail (store, id, "zero");

  g_setenv ("COQUILL_SLOW_FSYNC", G_STRINGIFY (300), TRUE);
  timer = g_timeout_add (10, tick_cb, &ticks);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < N_BATCHES; i++)
    {
      g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);

      store_fixture_add (batch, "x");
      coquill_store_commit_async (store, batch, committed_cb, &done[i]);
    }
  while (done[N_BATCHES - 1] == 0)
    g_main_context_iteration (NULL, TRUE);
  g_unsetenv ("COQUILL_SLOW_FSYNC");
  g_source_remove (timer);

  for (guint i = 0; i < N_BATCHES; i++)
    g_assert_cmpint (done[i] - start, >=, SYNC_MILLISECONDS * 1000);
  /* All of them shared a few syncs, and this thread waited for none. */
  g_assert_cmpint (done[N_BATCHES - 1] - start, <, N_BATCHES / 2 * SYNC_MILLISECONDS * 1000);
  g_assert_cmpuint (ticks, >=, SYNC_MILLISECONDS / 10 / 3);
  store_fixture_close (store);
}

/* Damage */

static void
write_library (const char *folder)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *other = store_fixture_id ('b');
  g_autofree char *long_text = g_strnfill (9000, 'l');
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (id);
  g_autoptr (GBytes) snapshot = g_bytes_new_static ("snapshot", 8);
  g_autoptr (GBytes) value = g_bytes_new_static ("value", 5);
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (folder, COQUILL_STORE_WRITE, &error);

  g_assert_no_error (error);
  store_fixture_add (batch, "before");
  coquill_store_batch_set_snapshot (batch, snapshot);
  store_fixture_add (batch, "after");
  store_fixture_add (batch, long_text);
  coquill_store_batch_set_state (batch, "state", value);
  coquill_store_batch_set_value (batch, "identity", value);
  coquill_store_batch_set_entry (batch, "Title", 1, 0);
  g_assert_true (store_fixture_commit (store, batch, &error));
  commit_or_fail (store, other, "fine");
  store_fixture_close (store);
}

/* What a reader of the document gets, as one string, or NULL with @error. */
static char *
read_all (CoquillStore *store, const char *id, GError **error)
{
  g_autoptr (CoquillStoreDocument) document = store_fixture_read (store, id, error);
  g_autoptr (GArray) history = NULL;
  g_autoptr (GString) all = g_string_new (NULL);
  GBytes *state;

  if (document == NULL)
    return NULL;
  if (document->history_damage != NULL)
    {
      g_propagate_error (error, g_error_copy (document->history_damage));
      return NULL;
    }
  history = store_fixture_read_history (store, id, 0, document->snapshot_position, error);
  if (history == NULL)
    return NULL;
  for (guint i = 0; i < history->len + document->blocks->len; i++)
    {
      g_autofree char *text = i < history->len ? store_fixture_text (history, i)
                                               : store_fixture_text (document->blocks, i - history->len);

      g_string_append_printf (all, "[%s]", text);
    }
  if (document->snapshot != NULL)
    g_string_append_len (all, g_bytes_get_data (document->snapshot, NULL),
                         (gssize)g_bytes_get_size (document->snapshot));
  state = g_hash_table_lookup (document->state, "state");
  if (state != NULL)
    g_string_append_len (all, g_bytes_get_data (state, NULL), (gssize)g_bytes_get_size (state));
  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
test_flipped_bytes_are_found (StoreFixture *fixture, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *other = store_fixture_id ('b');
  g_autofree char *path = g_strdup_printf ("%s/documents/%s.db", fixture->folder, id);
  g_autofree char *bytes = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store;
  gsize length;
  guint found = 0;

  g_test_message ("seed %u", seed);
  write_library (fixture->folder);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  store = store_fixture_open (fixture->folder, COQUILL_STORE_READ, &error);
  g_assert_no_error (error);
  whole = read_all (store, id, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < 300; i++)
    {
      gsize at = (gsize)g_rand_int_range (rand, 0, (gint32)length);
      guint8 flip = (guint8)g_rand_int_range (rand, 1, 256);
      g_autofree char *text = NULL;

      bytes[at] = (char)(bytes[at] ^ flip);
      g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
      text = read_all (store, id, &error);
      if (text == NULL)
        {
          /* A version in the header may have become a later one, or an earlier one. */
          if (at >= 100)
            g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED);
          found++;
        }
      else
        g_assert_cmpstr (text, ==, whole);
      g_clear_error (&error);
      bytes[at] = (char)(bytes[at] ^ flip);
    }
  g_assert_cmpuint (found, >, 30);

  g_free (read_all (store, other, &error));
  g_assert_no_error (error);
  store_fixture_close (store);
}

static void
test_flipped_byte_of_content_is_damage (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *path = g_strdup_printf ("%s/documents/%s.db", fixture->folder, id);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store;
  gsize length;
  char *place;

  write_library (fixture->folder);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  place = memmem (bytes, length, "snapshot\0", 8);
  while (place != NULL && g_ascii_isalpha (place[8]))
    place = memmem (place + 8, length - (gsize)(place + 8 - bytes), "after", 5);
  g_assert_nonnull (place);
  *place ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));

  store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_null (store_fixture_read (store, id, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED);
  store_fixture_close (store);
}

static void
test_damaged_library_is_said (StoreFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "library.db", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  char *place;

  write_library (fixture->folder);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  place = memmem (bytes, length, "Title", 5);
  g_assert_nonnull (place);
  *place ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));

  g_assert_null (store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED);
}

/* A disk that is full or can't be written: in a mount namespace of their own, where that is allowed. */

static void
run_in_namespace (StoreFixture *fixture, const char *mode)
{
  const char *arguments[] = { "unshare", "-Urm", program, mode, fixture->folder, NULL };
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                     &status, &error))
    {
      g_test_skip (error->message);
      return;
    }
  if (strstr (output, "begun") == NULL)
    {
      g_test_skip_printf ("no mount namespace here: %s", errors);
      return;
    }
  if (status != 0)
    g_test_message ("%s%s", output, errors);
  g_assert_cmpint (status, ==, 0);
}

static void
fill_disk (const char *folder)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *other = store_fixture_id ('b');
  g_autofree char *filler = g_build_filename (folder, "filler", NULL);
  g_autofree char *content = g_strnfill (16 * 1024, 'x');
  g_autoptr (CoquillStoreDocument) document = NULL;
  g_autoptr (CoquillStoreBatch) failed = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store = store_fixture_open (folder, COQUILL_STORE_WRITE, &error);
  guint committed = 0;

  g_assert_no_error (error);
  commit_or_fail (store, id, "first");
  g_assert_true (g_file_set_contents (filler, content, 16 * 1024, NULL));
  do
    {
      g_clear_pointer (&failed, coquill_store_batch_unref);
      failed = coquill_store_batch_new (id);
      store_fixture_add (failed, content);
      committed++;
      g_assert_cmpuint (committed, <, 1000);
    }
  while (store_fixture_commit (store, failed, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_FULL);
  g_clear_error (&error);

  /* A new document finds no room either. */
  {
    g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (other);

    store_fixture_add (batch, content);
    g_assert_false (store_fixture_commit (store, batch, &error));
    g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_FULL);
    g_clear_error (&error);
  }

  /* Somebody makes room: the same batch goes through, and what was committed is all there. */
  g_assert_cmpint (g_unlink (filler), ==, 0);
  g_assert_true (store_fixture_commit (store, failed, &error));
  g_assert_no_error (error);
  document = store_fixture_read (store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (document->blocks->len, ==, committed + 1);
  store_fixture_close (store);
}

static void
open_read_only (const char *folder)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  CoquillStore *store;

  write_library (data);
  g_assert_cmpint (mount (NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), ==, 0);

  g_assert_null (store_fixture_open (data, COQUILL_STORE_WRITE, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_null (store_fixture_open (folder, COQUILL_STORE_WRITE, &error));
  g_assert_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);

  store = store_fixture_open (data, COQUILL_STORE_READ, &error);
  g_assert_no_error (error);
  text = read_all (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (text, "[before][after]"));
  store_fixture_close (store);
}

/* In the namespace. */
static int
run_on_small_disk (const char *folder, void (*part) (const char *))
{
  if (mount ("none", folder, "tmpfs", 0, "size=600k") != 0)
    {
      g_printerr ("mounting a tmpfs: %s\n", g_strerror (errno));
      return 77;
    }
  g_print ("begun\n");
  part (folder);
  return 0;
}

static void
test_full_disk_is_said_and_survived (StoreFixture *fixture, gconstpointer data)
{
  run_in_namespace (fixture, "--fill-disk");
}

static void
test_read_only_folder_can_be_read (StoreFixture *fixture, gconstpointer data)
{
  run_in_namespace (fixture, "--open-read-only");
}

/* SIGKILL */

/* Commits numbered blocks for ever, and says each number when it is on disk. */
static void
write_for_ever (const char *folder)
{
  g_autofree char *id = store_fixture_id ('a');
  g_autoptr (CoquillStoreDocument) document = NULL;
  CoquillStore *store = store_fixture_open (folder, COQUILL_STORE_WRITE, NULL);

  g_assert_nonnull (store);
  document = store_fixture_read (store, id, NULL);
  for (guint number = document != NULL ? document->blocks->len : 0;; number++)
    {
      g_autofree char *text = g_strdup_printf ("%u", number);
      guint32 acknowledged = number + 1;

      commit_or_fail (store, id, text);
      g_assert_cmpint (write (STDOUT_FILENO, &acknowledged, sizeof acknowledged), ==, sizeof acknowledged);
    }
}

static void
test_killed_writer_loses_nothing_acknowledged (StoreFixture *fixture, gconstpointer data)
{
  enum
  {
    N_KILLS = 8
  };
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *id = store_fixture_id ('a');
  const char *arguments[] = { program, "--write-for-ever", fixture->folder, NULL };
  guint32 acknowledged = 0;

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < N_KILLS; i++)
    {
      g_autoptr (CoquillStoreDocument) document = NULL;
      g_autoptr (GError) error = NULL;
      guint32 number, wanted = acknowledged + (guint32)g_rand_int_range (rand, 1, 60);
      CoquillStore *store;
      GPid pid;
      int output;

      g_spawn_async_with_pipes (NULL, (char **)arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                                NULL, &output, NULL, &error);
      g_assert_no_error (error);
      while (acknowledged < wanted && read (output, &number, sizeof number) == sizeof number)
        acknowledged = number;
      g_assert_cmpuint (acknowledged, >=, wanted);
      kill (pid, SIGKILL);
      while (read (output, &number, sizeof number) == sizeof number)
        acknowledged = number;
      close (output);
      waitpid (pid, NULL, 0);

      store = store_fixture_open (fixture->folder, COQUILL_STORE_WRITE, &error);
      g_assert_no_error (error);
      document = store_fixture_read (store, id, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (document->blocks->len, >=, acknowledged);
      for (guint j = 0; j < document->blocks->len; j++)
        {
          g_autofree char *text = store_fixture_text (document->blocks, j);

          g_assert_cmpuint (g_ascii_strtoull (text, NULL, 10), ==, j);
        }
      acknowledged = document->blocks->len;
      store_fixture_close (store);
    }
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && strcmp (argv[1], "--write-for-ever") == 0)
    {
      write_for_ever (argv[2]);
      return 0;
    }
  if (argc == 3 && strcmp (argv[1], "--fill-disk") == 0)
    return run_on_small_disk (argv[2], fill_disk);
  if (argc == 3 && strcmp (argv[1], "--open-read-only") == 0)
    return run_on_small_disk (argv[2], open_read_only);

  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                                  \
  g_test_add ("/store/" name, StoreFixture, NULL, store_fixture_set_up, function, store_fixture_tear_down)
  ADD ("acknowledged-only-after-the-sync", test_acknowledged_only_after_the_sync);
  ADD ("flipped-bytes-are-found", test_flipped_bytes_are_found);
  ADD ("flipped-byte-of-content-is-damage", test_flipped_byte_of_content_is_damage);
  ADD ("damaged-library-is-said", test_damaged_library_is_said);
  ADD ("full-disk-is-said-and-survived", test_full_disk_is_said_and_survived);
  ADD ("read-only-folder-can-be-read", test_read_only_folder_can_be_read);
  ADD ("killed-writer-loses-nothing-acknowledged", test_killed_writer_loses_nothing_acknowledged);
#undef ADD
  return g_test_run ();
}
