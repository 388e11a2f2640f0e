/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica-disk.c: a replica on a slow disk, and on one that gets full. */

#include "replica-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>

static const char *program;

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  coquill_replica_commit_finish (COQUILL_REPLICA (source), result, &error);
  g_assert_no_error (error);
  *(gint64 *)data = g_get_monotonic_time ();
}

static void
test_edit_is_called_saved_after_the_sync (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library = replica_fixture_library (fixture, "a");
  CoquillReplica *replica = replica_fixture_create (library, NULL, NULL);
  gint64 start, all, done[20] = { 0 };

  replica_fixture_commit (replica);
  g_setenv ("COQUILL_SLOW_FSYNC", "2000", TRUE);
  all = g_get_monotonic_time ();
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    {
      g_autoptr (GError) error = NULL;

      coquill_replica_insert (replica, 0, "x", 1, &error);
      g_assert_no_error (error);
      coquill_replica_commit_async (replica, NULL, committed_cb, &done[i]);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (done[i], ==, 0);
    }
  start = g_get_monotonic_time ();
  replica_fixture_wait_until (done[G_N_ELEMENTS (done) - 1] != 0);
  g_unsetenv ("COQUILL_SLOW_FSYNC");
  for (guint i = 0; i < G_N_ELEMENTS (done); i++)
    g_assert_cmpint (done[i], >=, start);
  /* No key press waited for the disk. */
  g_assert_cmpint (start - all, <, 2 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (done[G_N_ELEMENTS (done) - 1] - all, >=, 2 * G_TIME_SPAN_SECOND);

  g_object_unref (replica);
  replica_fixture_close_library (library);
}

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  coquill_replica_commit_finish (COQUILL_REPLICA (source), result, data);
}

/* In a mount namespace, on a disk of its own. */
static int
run_on_small_disk (const char *folder)
{
  ReplicaFixture fixture = { .folder = g_strdup (folder) };
  g_autofree char *filler = g_build_filename (folder, "filler", NULL);
  g_autofree char *content = g_strnfill (1024 * 1024, 'x');
  g_autofree char *id = NULL;
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;
  CoquillLibrary *library;
  CoquillReplica *replica;
  FILE *file;

  if (mount ("none", folder, "tmpfs", 0, "size=1m") != 0)
    {
      g_printerr ("mounting a tmpfs: %s\n", g_strerror (errno));
      return 77;
    }
  g_print ("begun\n");

  library = replica_fixture_library (&fixture, "a");
  replica = replica_fixture_create (library, NULL, "before ");
  id = g_strdup (coquill_replica_get_id (replica));
  file = fopen (filler, "w");
  while (fwrite (content, 1, 4096, file) == 4096 && fflush (file) == 0)
    ;
  fclose (file);

  for (guint i = 0; i < 500 && error == NULL; i++)
    {
      g_autofree char *text = g_strdup_printf ("%08x", g_random_int ());

      g_assert_true (coquill_replica_insert (replica, G_MAXUINT64, text, -1, NULL));
      coquill_replica_commit_async (replica, NULL, refused_cb, &error);
      replica_fixture_wait_until (error != NULL
                                  || coquill_replica_get_status (replica) != COQUILL_STATUS_NOT_SAVED);
    }
  replica_fixture_wait_until (error != NULL);
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FULL);
  g_assert_cmpint (coquill_replica_get_status (replica), ==, COQUILL_STATUS_NOT_SAVED);
  g_assert_error (coquill_replica_get_error (replica), COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_FULL);

  /* Writing goes on in memory, and to disk as soon as there is room. */
  g_assert_true (coquill_replica_insert (replica, G_MAXUINT64, " after", -1, NULL));
  written = replica_fixture_text (replica);
  g_assert_cmpint (g_unlink (filler), ==, 0);
  replica_fixture_wait_until (coquill_replica_get_status (replica) == COQUILL_STATUS_ON_DEVICE);
  g_assert_null (coquill_replica_get_error (replica));
  replica_fixture_commit (replica);
  g_object_unref (replica);
  replica_fixture_close_library (library);

  library = replica_fixture_library (&fixture, "a");
  replica = coquill_library_find (library, id, NULL);
  replica_fixture_open (replica);
  replica_fixture_assert_text (replica, written);
  replica_fixture_close_library (library);
  g_free (fixture.folder);
  return 0;
}

static void
test_full_disk_is_said_and_survived (ReplicaFixture *fixture, gconstpointer data)
{
  const char *arguments[] = { "unshare", "-Urm", program, "--on-small-disk", fixture->folder, NULL };
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

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && strcmp (argv[1], "--on-small-disk") == 0)
    return run_on_small_disk (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/replica/edit-is-called-saved-after-the-sync", ReplicaFixture, NULL, replica_fixture_set_up,
              test_edit_is_called_saved_after_the_sync, replica_fixture_tear_down);
  g_test_add ("/replica/full-disk-is-said-and-survived", ReplicaFixture, NULL, replica_fixture_set_up,
              test_full_disk_is_said_and_survived, replica_fixture_tear_down);
  return g_test_run ();
}
