/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-fixture.c: a data folder for a test, and calls that wait. */

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

char *
store_fixture_id (char digit)
{
  return g_strnfill (64, digit);
}

void
store_fixture_set_up (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("coquill-store-XXXXXX", &error);
  g_assert_no_error (error);
}

void
store_fixture_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        store_fixture_remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

void
store_fixture_tear_down (StoreFixture *self, gconstpointer data)
{
  store_fixture_remove_folder (self->folder);
  g_free (self->folder);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

CoquillStore *
store_fixture_open (const char *folder, CoquillStoreMode mode, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  coquill_store_open_async (folder, mode, NULL, result_cb, &result);
  return coquill_store_open_finish (wait_for (&result), error);
}

void
store_fixture_close (CoquillStore *store)
{
  GAsyncResult *result = NULL;
  gpointer last = store;
  g_autoptr (GError) error = NULL;

  coquill_store_close_async (store, result_cb, &result);
  coquill_store_close_finish (store, wait_for (&result), &error);
  g_assert_no_error (error);
  g_object_unref (result);

  /* The thread that read or closed lets go of its task, and so of the store, a moment later. */
  g_object_add_weak_pointer (G_OBJECT (store), &last);
  g_object_unref (store);
  while (g_atomic_pointer_get (&last) != NULL)
    g_thread_yield ();
}

gboolean
store_fixture_commit (CoquillStore *store, CoquillStoreBatch *batch, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  coquill_store_commit_async (store, batch, result_cb, &result);
  return coquill_store_commit_finish (store, wait_for (&result), error);
}

CoquillStoreDocument *
store_fixture_read (CoquillStore *store, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  coquill_store_read_document_async (store, id, NULL, result_cb, &result);
  return coquill_store_read_document_finish (store, wait_for (&result), error);
}

GArray *
store_fixture_read_history (CoquillStore *store, const char *id, guint64 after, guint64 until, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  coquill_store_read_history_async (store, id, after, until, NULL, result_cb, &result);
  return coquill_store_read_history_finish (store, wait_for (&result), error);
}

void
store_fixture_add (CoquillStoreBatch *batch, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  coquill_store_batch_add_block (batch, 7, bytes);
}

char *
store_fixture_text (GArray *blocks, guint index)
{
  const CoquillStoreBlock *block;

  g_assert_cmpuint (index, <, blocks->len);
  block = &g_array_index (blocks, CoquillStoreBlock, index);
  return g_strndup (g_bytes_get_data (block->bytes, NULL), g_bytes_get_size (block->bytes));
}
