/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library-create.c: a new document, and the address of a relay to share it at. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "net/relay-query.h"
#include "replica/library-private.h"
#include "replica/replica-error-private.h"
#include "trust/relay-origin.h"

static void
created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillReplica *replica = COQUILL_REPLICA (source);
  g_autoptr (GTask) task = data;
  CoquillLibrary *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (!coquill_replica_commit_finish (replica, result, &error))
    {
      coquill_replica_drop (replica);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  coquill_library_add (self, replica);
  g_task_return_pointer (task, g_object_ref (replica), g_object_unref);
}

void
coquill_library_create_async (CoquillLibrary *self,
                              const char *title,
                              GBytes *text,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (CoquillReplica) replica = NULL;
  g_autoptr (CoquillDocument) document = NULL;
  GError *error = NULL;
  gint64 now = g_get_real_time ();

  g_return_if_fail (COQUILL_IS_LIBRARY (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_library_create_async);
  if (self->mode == COQUILL_LIBRARY_READ)
    {
      g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_READ_ONLY,
                               _ ("The documents were opened for reading only."));
      return;
    }

  document = coquill_document_found (self->keys, NULL, now);
  if (title != NULL && *title != '\0')
    coquill_document_set_record (document, "document", "", "title", title, &error);
  if (error == NULL && text != NULL && g_bytes_get_size (text) > 0)
    coquill_document_insert (document, 0, g_bytes_get_data (text, NULL), g_bytes_get_size (text), now,
                             &error);
  if (error != NULL)
    {
      g_task_return_error (task, coquill_replica_error_translate (error));
      return;
    }
  coquill_document_forget_undo (document);
  replica
      = coquill_replica_new_open (self, self->store, self->keys, g_steal_pointer (&document), FALSE, NULL);
  coquill_replica_commit_async (replica, NULL, created_cb, g_steal_pointer (&task));
}

CoquillReplica *
coquill_library_create_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A relay's address */

GPtrArray *
coquill_library_list_origins (const char *typed)
{
  GPtrArray *origins = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = g_strstrip (g_strdup (typed));

  if (strstr (text, "://") != NULL)
    g_ptr_array_add (origins, g_steal_pointer (&text));
  else
    {
      g_ptr_array_add (origins, g_strconcat ("https://", text, NULL));
      g_ptr_array_add (origins, g_strconcat ("http://", text, NULL));
    }
  return origins;
}

static void
check_next (GTask *task, GError *error);

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GPtrArray *origins = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *version = coquill_relay_check_finish (result, &error);

  if (version != NULL)
    g_task_return_pointer (task, g_ptr_array_steal_index (origins, 0), g_free);
  else
    {
      g_ptr_array_remove_index (origins, 0);
      check_next (g_steal_pointer (&task), error);
    }
}

/* @task, @error: (transfer full): */
static void
check_next (GTask *task, GError *error)
{
  GPtrArray *origins = g_task_get_task_data (task);

  while (origins->len > 0)
    {
      char *origin;

      g_clear_error (&error);
      origin = coquill_relay_origin_normalize (origins->pdata[0], &error);
      if (origin != NULL)
        {
          g_free (origins->pdata[0]);
          origins->pdata[0] = origin;
          coquill_relay_check_async (origin, g_task_get_cancellable (task), checked_cb, task);
          return;
        }
      g_ptr_array_remove_index (origins, 0);
    }
  g_task_return_error (task, coquill_replica_error_translate (error));
  g_object_unref (task);
}

void
coquill_library_check_relay_async (CoquillLibrary *self,
                                   const char *relay,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  GTask *task;

  g_return_if_fail (COQUILL_IS_LIBRARY (self) && relay != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_library_check_relay_async);
  g_task_set_task_data (task, coquill_library_list_origins (relay), (GDestroyNotify)g_ptr_array_unref);
  check_next (task, NULL);
}

char *
coquill_library_check_relay_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
