/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library-open.c: a library from its opening to its closing. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "replica/library-private.h"
#include "replica/participant-private.h"
#include "replica/replica-error-private.h"

gboolean
coquill_library_is_color (const char *color)
{
  return color != NULL && strlen (color) == 7 && color[0] == '#'
         && strspn (color + 1, "0123456789abcdefABCDEF") == 6;
}

char *
coquill_library_load_setting (CoquillStore *store, const char *key)
{
  GBytes *bytes = coquill_store_get_value (store, key);
  gsize length;
  const char *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &length);
  return g_utf8_make_valid (data, (gssize)length);
}

char *
coquill_library_default_data_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "coquill", NULL);
}

static char *
default_name (void)
{
  const char *name = g_get_real_name ();

  if (name == NULL || *name == '\0' || strcmp (name, "Unknown") == 0)
    name = g_get_user_name ();
  return g_utf8_make_valid (name, -1);
}

static CoquillLibrary *
make_library (CoquillStore *store, CoquillDeviceKeys *keys)
{
  CoquillLibrary *self = g_object_new (COQUILL_TYPE_LIBRARY, NULL);
  GPtrArray *entries = coquill_store_get_entries (store);
  const guint8 *device = coquill_device_keys_get_public (keys)->sign;
  g_autofree char *hide_address = coquill_library_load_setting (store, "hide-address");

  self->store = g_object_ref (store);
  self->keys = coquill_device_keys_ref (keys);
  self->mode
      = coquill_store_get_mode (store) == COQUILL_STORE_READ ? COQUILL_LIBRARY_READ : COQUILL_LIBRARY_WRITE;
  self->hide_address = g_strcmp0 (hide_address, "1") == 0;
  coquill_library_roads_load (self);
  self->relay = coquill_library_load_setting (store, "relay");
  if (self->relay == NULL)
    self->relay = g_strdup ("");
  self->name = coquill_library_load_setting (store, "name");
  if (self->name == NULL)
    self->name = default_name ();
  self->color = coquill_library_load_setting (store, "color");
  if (!coquill_library_is_color (self->color))
    {
      g_autofree char *hexadecimal = g_strdup_printf ("%02x%02x%02x", device[0], device[1], device[2]);

      g_free (self->color);
      self->color = coquill_participant_default_color (hexadecimal);
    }

  for (guint i = 0; i < entries->len; i++)
    {
      const CoquillStoreEntry *entry = entries->pdata[i];
      g_autofree char *key = g_strconcat ("relay/", entry->id, NULL);
      g_autofree char *relay = coquill_library_load_setting (store, key);

      g_ptr_array_add (self->replicas, coquill_replica_new (self, store, keys, entry->id, entry->title,
                                                            entry->last_change, entry->state, relay));
    }
  return self;
}

/* @data is the task, whose data are the new keys. */
static void
identity_committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;

  if (!coquill_store_commit_finish (COQUILL_STORE (source), result, &error))
    g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
  else
    g_task_return_pointer (task, make_library (COQUILL_STORE (source), g_task_get_task_data (task)),
                           g_object_unref);
}

/* The first start: this device gets its keys. */
static void
make_identity (CoquillStore *store, GTask *task)
{
  CoquillDeviceKeys *keys = coquill_device_keys_new ();
  CoquillSecret *seed = coquill_device_keys_get_seed (keys);
  g_autoptr (GBytes) bytes
      = coquill_store_bytes_copy_wiped (coquill_secret_peek (seed, NULL), coquill_secret_get_length (seed));
  g_autoptr (CoquillStoreBatch) batch = coquill_store_batch_new (NULL);

  g_task_set_task_data (task, keys, (GDestroyNotify)coquill_device_keys_unref);
  coquill_store_batch_set_value (batch, "identity", bytes);
  coquill_store_commit_async (store, batch, identity_committed_cb, task);
}

static void
store_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillStore) store = coquill_store_open_finish (result, &error);
  g_autoptr (CoquillDeviceKeys) keys = NULL;
  g_autoptr (CoquillSecret) seed = NULL;
  GBytes *identity;

  if (store == NULL)
    {
      g_task_return_error (task, coquill_replica_error_translate (g_steal_pointer (&error)));
      return;
    }
  identity = coquill_store_get_value (store, "identity");
  if (identity == NULL && coquill_store_get_mode (store) == COQUILL_STORE_WRITE)
    {
      make_identity (store, g_steal_pointer (&task));
      return;
    }
  if (identity != NULL && g_bytes_get_size (identity) == COQUILL_DEVICE_SEED_SIZE)
    {
      seed = coquill_secret_new (g_bytes_get_data (identity, NULL), COQUILL_DEVICE_SEED_SIZE);
      keys = coquill_device_keys_new_from_seed (seed);
    }
  if (keys == NULL)
    g_task_return_new_error (task, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_DAMAGED,
                             _ ("The folder of your documents lacks this device’s key. Restore it from a "
                                "backup, or start with an empty folder."));
  else
    g_task_return_pointer (task, make_library (store, keys), g_object_unref);
}

void
coquill_library_open_async (const char *data_dir,
                            CoquillLibraryMode mode,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (data_dir != NULL);

  g_task_set_source_tag (task, coquill_library_open_async);
  coquill_store_open_async (data_dir, mode == COQUILL_LIBRARY_READ ? COQUILL_STORE_READ : COQUILL_STORE_WRITE,
                            cancellable, store_opened_cb, task);
}

CoquillLibrary *
coquill_library_open_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Closing: replicas, then removed documents' files, then the store. The first failure is told, but all is
 * tried. */

typedef struct
{
  guint open; /* calls under way */
  gboolean store_closing;
  GError *error;
} Closing;

static void
closing_free (gpointer data)
{
  Closing *closing = data;

  g_clear_error (&closing->error);
  g_free (closing);
}

static void
keep_first_error (Closing *closing, GError *error)
{
  if (error == NULL)
    return;
  if (closing->error == NULL)
    closing->error = coquill_replica_error_translate (error);
  else
    g_error_free (error);
}

static void
store_closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Closing *closing = g_task_get_task_data (task);
  GError *error = NULL;

  coquill_store_close_finish (COQUILL_STORE (source), result, &error);
  keep_first_error (closing, error);
  if (closing->error != NULL)
    g_task_return_error (task, g_steal_pointer (&closing->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  coquill_store_commit_finish (COQUILL_STORE (source), result, &error);
  keep_first_error (g_task_get_task_data (task), error);
}

static void
close_store (CoquillLibrary *self, GTask *task)
{
  coquill_library_roads_end (self);
  for (guint i = 0; i < self->removed->len; i++)
    {
      const char *id = coquill_replica_get_id (self->removed->pdata[i]);
      g_autofree char *key = g_strconcat ("relay/", id, NULL);
      g_autoptr (CoquillStoreBatch) files = coquill_store_batch_new (id);
      g_autoptr (CoquillStoreBatch) setting = coquill_store_batch_new (NULL);

      coquill_store_batch_remove_document (files);
      coquill_store_batch_set_value (setting, key, NULL);
      coquill_store_commit_async (self->store, files, removed_cb, g_object_ref (task));
      coquill_store_commit_async (self->store, setting, removed_cb, g_object_ref (task));
    }
  coquill_store_close_async (self->store, store_closed_cb, g_object_ref (task));
}

static void
replica_shut_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Closing *closing = g_task_get_task_data (task);
  GError *error = NULL;

  coquill_replica_shut_finish (COQUILL_REPLICA (source), result, &error);
  keep_first_error (closing, error);
  if (--closing->open == 0)
    close_store (g_task_get_source_object (task), task);
}

void
coquill_library_close_async (CoquillLibrary *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) all = NULL;
  Closing *closing = g_new0 (Closing, 1);

  g_return_if_fail (COQUILL_IS_LIBRARY (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, coquill_library_close_async);
  g_task_set_task_data (task, closing, closing_free);

  all = g_ptr_array_copy (self->replicas, NULL, NULL);
  g_ptr_array_set_free_func (all, NULL);
  g_ptr_array_extend (all, self->removed, NULL, NULL);
  closing->open = all->len;
  for (guint i = 0; i < all->len; i++)
    coquill_replica_shut_async (all->pdata[i], replica_shut_cb, g_object_ref (task));
  if (all->len == 0)
    close_store (self, task);
}

gboolean
coquill_library_close_finish (CoquillLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
