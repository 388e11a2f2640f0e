/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.c: the files of a replica: a library and its documents, as opaque bytes. */

#include "store/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "store/store-lock.h"
#include "store/store-schema.h"
#include "store/store-writer.h"

struct _CoquillStore
{
  GObject parent_instance;

  char *folder;
  CoquillStoreMode mode;
  GHashTable *values; /* key → GBytes */
  GPtrArray *entries; /* of CoquillStoreEntry */

  /* Only while open for writing. */
  CoquillStoreWriter *writer;
  int lock;
};

G_DEFINE_FINAL_TYPE (CoquillStore, coquill_store, G_TYPE_OBJECT)

/* Ends the writer's thread and lets go of the folder, in this order. */
static void
shut (CoquillStoreWriter *writer, int lock)
{
  if (writer != NULL)
    coquill_store_writer_free (writer);
  if (lock >= 0)
    close (lock);
}

static void
coquill_store_finalize (GObject *object)
{
  CoquillStore *self = COQUILL_STORE (object);

  shut (self->writer, self->lock);
  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->entries);
  g_free (self->folder);

  G_OBJECT_CLASS (coquill_store_parent_class)->finalize (object);
}

static void
coquill_store_class_init (CoquillStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = coquill_store_finalize;
}

static void
coquill_store_init (CoquillStore *self)
{
  self->lock = -1;
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_store_entry_free);
}

/* Opening */

static gboolean
make_folders (const char *folder, GError **error)
{
  g_autofree char *documents = g_build_filename (folder, "documents", NULL);

  if (g_mkdir_with_parents (documents, 0700) == 0)
    return TRUE;
  coquill_store_error_from_errno (error, errno, "making", documents);
  return FALSE;
}

static gboolean
open_store (CoquillStore *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "library.db", NULL);
  gboolean writes = self->mode == COQUILL_STORE_WRITE;
  g_autoptr (CoquillDatabase) library = NULL;

  if (writes)
    {
      if (!make_folders (self->folder, error))
        return FALSE;
      self->lock = coquill_store_lock_take (self->folder, error);
      if (self->lock < 0)
        return FALSE;
    }
  else if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND, "%s is not there", path);
      return FALSE;
    }

  library = coquill_database_open (path, writes ? COQUILL_DATABASE_READ_WRITE : COQUILL_DATABASE_READ_ONLY,
                                   &coquill_store_library_schema, error);
  if (library == NULL)
    {
      coquill_store_error_from_sql (error);
      return FALSE;
    }
  if (!coquill_store_library_read (library, self->values, self->entries, error))
    return FALSE;
  if (writes)
    self->writer = coquill_store_writer_new (self->folder, g_steal_pointer (&library));
  return TRUE;
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CoquillStore *self = data;
  g_autoptr (GError) error = NULL;

  if (open_store (self, &error))
    g_task_return_pointer (task, g_object_ref (self), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
coquill_store_open_async (const char *folder,
                          CoquillStoreMode mode,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  CoquillStore *self = g_object_new (COQUILL_TYPE_STORE, NULL);

  g_task_set_source_tag (task, coquill_store_open_async);
  self->folder = g_strdup (folder);
  self->mode = mode;
  g_task_set_task_data (task, self, g_object_unref);
  g_task_run_in_thread (task, open_thread);
}

CoquillStore *
coquill_store_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Closing */

typedef struct
{
  CoquillStoreWriter *writer;
  int lock;
} Closing;

static void
close_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Closing *closing = data;

  shut (closing->writer, closing->lock);
  g_task_return_boolean (task, TRUE);
}

void
coquill_store_close_async (CoquillStore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Closing *closing;

  g_return_if_fail (COQUILL_IS_STORE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, coquill_store_close_async);
  closing = g_new0 (Closing, 1);
  closing->writer = g_steal_pointer (&self->writer);
  closing->lock = self->lock;
  self->lock = -1;
  g_task_set_task_data (task, closing, g_free);
  g_task_run_in_thread (task, close_thread);
}

gboolean
coquill_store_close_finish (CoquillStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What was read at opening */

const char *
coquill_store_get_folder (CoquillStore *self)
{
  return self->folder;
}

CoquillStoreMode
coquill_store_get_mode (CoquillStore *self)
{
  return self->mode;
}

GBytes *
coquill_store_get_value (CoquillStore *self, const char *key)
{
  return g_hash_table_lookup (self->values, key);
}

GPtrArray *
coquill_store_get_entries (CoquillStore *self)
{
  return self->entries;
}

/* Writing */

void
coquill_store_commit_async (CoquillStore *self,
                            CoquillStoreBatch *batch,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_STORE (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, coquill_store_commit_async);
  if (self->writer != NULL)
    coquill_store_writer_push (self->writer, batch, g_steal_pointer (&task));
  else if (self->mode == COQUILL_STORE_READ)
    g_task_return_new_error (task, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_READ_ONLY,
                             "the data folder was opened for reading");
  else
    g_task_return_new_error (task, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_CLOSED,
                             "the data folder was closed");
}

gboolean
coquill_store_commit_finish (CoquillStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Reading */

typedef struct
{
  char *path;
  guint64 after, until;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading);
}

static void
read_document_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  CoquillStoreDocument *document = coquill_store_document_read (reading->path, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, (GDestroyNotify)coquill_store_document_free);
  else
    g_task_return_error (task, error);
}

static void
read_history_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  GArray *blocks
      = coquill_store_document_read_history (reading->path, reading->after, reading->until, &error);

  if (blocks != NULL)
    g_task_return_pointer (task, blocks, (GDestroyNotify)g_array_unref);
  else
    g_task_return_error (task, error);
}

static void
start_reading (
    GTask *task, CoquillStore *self, const char *id, guint64 after, guint64 until, GTaskThreadFunc thread)
{
  Reading *reading;

  if (!coquill_store_is_id (id))
    {
      g_task_return_new_error (task, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND,
                               "no document can have this id");
      return;
    }
  reading = g_new0 (Reading, 1);
  reading->path = coquill_store_document_path (self->folder, id);
  reading->after = after;
  reading->until = until;
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, thread);
}

void
coquill_store_read_document_async (CoquillStore *self,
                                   const char *id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_STORE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_store_read_document_async);
  start_reading (task, self, id, 0, 0, read_document_thread);
}

CoquillStoreDocument *
coquill_store_read_document_finish (CoquillStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
coquill_store_read_history_async (CoquillStore *self,
                                  const char *id,
                                  guint64 after,
                                  guint64 until,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (COQUILL_IS_STORE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_store_read_history_async);
  start_reading (task, self, id, after, until, read_history_thread);
}

GArray *
coquill_store_read_history_finish (CoquillStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
