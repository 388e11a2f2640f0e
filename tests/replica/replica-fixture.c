/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-fixture.c: libraries in folders of their own, calls that wait, and a relay. */

#include "replica-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

gboolean
replica_fixture_wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
replica_fixture_set_up (ReplicaFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("coquill-replica-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

void
replica_fixture_tear_down (ReplicaFixture *self, gconstpointer data)
{
  if (self->relay != 0)
    replica_fixture_stop_relay (self, SIGTERM);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->origin);
}

/* The relay */

/* A test that fails leaves no relay behind, which would keep its output open. */
static void
die_with_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
replica_fixture_start_relay (ReplicaFixture *self)
{
  static const char announcement[] = "listening on http://127.0.0.1:";
  g_autofree char *folder = g_build_filename (self->folder, "relay", NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%d", self->relay_port);
  g_autofree char *secret = g_build_filename (self->folder, "turn-secret", NULL);
  const char *arguments[] = { g_getenv ("COQUILL_RELAY"),
                              "--listen",
                              address,
                              "--data",
                              folder,
                              self->turn != NULL ? "--turn-secret-file" : NULL,
                              secret,
                              "--turn",
                              self->turn,
                              NULL };
  char line[256] = "";
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  int output;

  g_assert_nonnull (arguments[0]);
  if (self->turn != NULL)
    {
      g_file_set_contents_full (secret, "secret\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, &error);
      g_assert_no_error (error);
    }
  g_spawn_async_with_pipes (NULL, (char **)arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent_cb,
                            NULL, &self->relay, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  while (length < sizeof line - 1 && read (output, line + length, 1) == 1 && line[length] != '\n')
    length++;
  line[length] = '\0';
  close (output);
  g_assert_true (g_str_has_prefix (line, announcement));
  self->relay_port = atoi (line + strlen (announcement));
  g_free (self->origin);
  self->origin = g_strdup_printf ("http://127.0.0.1:%d", self->relay_port);
}

void
replica_fixture_stop_relay (ReplicaFixture *self, int signal)
{
  kill (self->relay, signal);
  waitpid (self->relay, NULL, 0);
  self->relay = 0;
}

/* Calls that wait */

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

CoquillLibrary *
replica_fixture_try_library (ReplicaFixture *self, const char *name, CoquillLibraryMode mode, GError **error)
{
  g_autofree char *folder = g_build_filename (self->folder, name, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  coquill_library_open_async (folder, mode, NULL, result_cb, &result);
  replica_fixture_wait_until (result != NULL);
  return coquill_library_open_finish (result, error);
}

CoquillLibrary *
replica_fixture_library (ReplicaFixture *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  CoquillLibrary *library = replica_fixture_try_library (self, name, COQUILL_LIBRARY_WRITE, &error);

  g_assert_no_error (error);
  return library;
}

void
replica_fixture_close_library (CoquillLibrary *library)
{
  GAsyncResult *result = NULL;
  gpointer last = library;
  g_autoptr (GError) error = NULL;

  coquill_library_close_async (library, NULL, result_cb, &result);
  replica_fixture_wait_until (result != NULL);
  coquill_library_close_finish (library, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);

  g_object_add_weak_pointer (G_OBJECT (library), &last);
  g_object_unref (library);
  replica_fixture_wait_until (g_atomic_pointer_get (&last) == NULL);
}

CoquillReplica *
replica_fixture_create (CoquillLibrary *library, const char *title, const char *text)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = text != NULL ? g_bytes_new (text, strlen (text)) : NULL;
  g_autoptr (GError) error = NULL;
  CoquillReplica *replica;

  coquill_library_create_async (library, title, bytes, NULL, result_cb, &result);
  replica_fixture_wait_until (result != NULL);
  replica = coquill_library_create_finish (library, result, &error);
  g_assert_no_error (error);
  return replica;
}

#define CALL(replica, name)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autoptr (GAsyncResult) result = NULL;                                                                  \
    g_autoptr (GError) error = NULL;                                                                         \
                                                                                                             \
    coquill_replica_##name##_async (replica, NULL, result_cb, &result);                                      \
    replica_fixture_wait_until (result != NULL);                                                             \
    coquill_replica_##name##_finish (replica, result, &error);                                               \
    g_assert_no_error (error);                                                                               \
  }                                                                                                          \
  G_STMT_END

void
replica_fixture_open (CoquillReplica *replica)
{
  CALL (replica, open);
}

void
replica_fixture_close (CoquillReplica *replica)
{
  CALL (replica, close);
}

void
replica_fixture_commit (CoquillReplica *replica)
{
  CALL (replica, commit);
}

void
replica_fixture_deliver (CoquillReplica *replica)
{
  CALL (replica, deliver);
}

void
replica_fixture_catch_up (CoquillReplica *replica)
{
  CALL (replica, catch_up);
}

char *
replica_fixture_share (CoquillReplica *replica, const char *relay, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  coquill_replica_share_async (replica, relay, NULL, result_cb, &result);
  replica_fixture_wait_until (result != NULL);
  return coquill_replica_share_finish (replica, result, error);
}

CoquillReplica *
replica_fixture_join (CoquillLibrary *library, const char *link)
{
  CoquillJoin *join = coquill_library_join (library, link);
  CoquillReplica *replica;

  replica_fixture_wait_until (coquill_join_get_state (join) == COQUILL_JOIN_DONE
                              || coquill_join_get_state (join) == COQUILL_JOIN_FAILED);
  g_assert_no_error (coquill_join_get_error (join));
  replica = g_object_ref (coquill_join_get_replica (join));
  replica_fixture_open (replica);
  g_object_unref (join);
  return replica;
}

char *
replica_fixture_text (CoquillReplica *replica)
{
  return coquill_replica_dup_text (replica, NULL);
}

void
replica_fixture_assert_text (CoquillReplica *replica, const char *expected)
{
  g_autofree char *text = replica_fixture_text (replica);

  g_assert_cmpstr (text, ==, expected);
}
