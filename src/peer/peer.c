/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.c: what every command of coquill-peer stands on. */

#include "config.h"

#include "peer/peer.h"

#include <glib/gi18n.h>
#include <stdio.h>

void
coquill_peer_complain (const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (stderr, "coquill-peer: %s\n", message);
}

void
coquill_wait_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CoquillWait *wait = user_data;

  wait->result = g_object_ref (result);
}

GAsyncResult *
coquill_wait_for (CoquillWait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (&wait->result);
}

gboolean
coquill_peer_open (CoquillPeer *self, const char *data_dir, CoquillLibraryMode mode, gboolean missing_ok)
{
  g_autofree char *default_dir = coquill_library_default_data_dir ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  coquill_library_open_async (data_dir != NULL ? data_dir : default_dir, mode, self->cancellable,
                              coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  self->library = coquill_library_open_finish (result, &error);
  if (self->library != NULL)
    return TRUE;
  if (missing_ok && g_error_matches (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_NOT_FOUND))
    return TRUE;
  coquill_peer_complain ("%s", error->message);
  return FALSE;
}

CoquillExit
coquill_peer_close (CoquillPeer *self, CoquillExit status)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  if (self->library == NULL)
    return status;

  coquill_library_close_async (self->library, NULL, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (!coquill_library_close_finish (self->library, result, &error))
    {
      coquill_peer_complain ("%s", error->message);
      coquill_peer_complain (_ ("This program ends now: what it could not save of this run is lost. What was "
                                "saved before is safe."));
      if (status == COQUILL_EXIT_DONE)
        status = COQUILL_EXIT_FAILED;
    }
  g_clear_object (&self->library);
  coquill_library_wait_for_roads (COQUILL_LIBRARY_GOODBYE);
  return status;
}

CoquillReplica *
coquill_peer_open_document (CoquillPeer *self, const char *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillReplica *replica = coquill_library_find (self->library, id, &error);
  CoquillWait wait = { NULL };

  if (replica != NULL)
    {
      coquill_replica_open_async (replica, self->cancellable, coquill_wait_done_cb, &wait);
      result = coquill_wait_for (&wait);
      if (!coquill_replica_open_finish (replica, result, &error))
        replica = NULL;
    }
  if (replica == NULL)
    coquill_peer_complain ("%s", error->message);
  return replica;
}

gboolean
coquill_peer_commit (CoquillReplica *replica)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  coquill_replica_commit_async (replica, NULL, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (coquill_replica_commit_finish (replica, result, &error))
    return TRUE;
  coquill_peer_complain ("%s", error->message);
  return FALSE;
}

typedef struct
{
  GCancellable *deadline; /* not owned: the source goes with it */
  GCancellable *parent;
  gulong parent_handler;
  guint timeout;
} Deadline;

static gboolean
deadline_passed_cb (gpointer user_data)
{
  Deadline *deadline = user_data;

  deadline->timeout = 0;
  g_cancellable_cancel (deadline->deadline);
  return G_SOURCE_REMOVE;
}

static void
deadline_gone_cb (gpointer user_data, GObject *where_the_object_was)
{
  Deadline *deadline = user_data;

  g_clear_handle_id (&deadline->timeout, g_source_remove);
  g_cancellable_disconnect (deadline->parent, deadline->parent_handler);
  g_object_unref (deadline->parent);
  g_free (deadline);
}

static void
parent_cancelled_cb (GCancellable *parent, GCancellable *deadline)
{
  g_cancellable_cancel (deadline);
}

GCancellable *
coquill_peer_deadline (CoquillPeer *self, guint seconds)
{
  Deadline *deadline = g_new0 (Deadline, 1);

  deadline->deadline = g_cancellable_new ();
  deadline->parent = g_object_ref (self->cancellable);
  deadline->parent_handler
      = g_cancellable_connect (self->cancellable, G_CALLBACK (parent_cancelled_cb), deadline->deadline, NULL);
  deadline->timeout = g_timeout_add_seconds (seconds, deadline_passed_cb, deadline);
  g_object_weak_ref (G_OBJECT (deadline->deadline), deadline_gone_cb, deadline);
  return deadline->deadline;
}

void
coquill_peer_deliver (CoquillPeer *self, CoquillReplica *replica, guint seconds)
{
  g_autoptr (GCancellable) deadline = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  if (!coquill_replica_is_shared (replica))
    return;

  deadline = coquill_peer_deadline (self, seconds);
  coquill_replica_deliver_async (replica, deadline, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (!coquill_replica_deliver_finish (replica, result, &error))
    coquill_peer_complain (
        _ ("Nobody else has the latest changes yet. They are saved on this device and go out when the "
           "meeting point can be reached."));
}
