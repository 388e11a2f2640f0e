/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-library.c: the library's file as read: values and the list of documents. */

#include "store/store-library.h"

#include <string.h>

#include "store/store-error.h"
#include "store/store-schema.h"

void
coquill_store_entry_free (CoquillStoreEntry *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self);
}

typedef struct
{
  gsize length;
  guint8 bytes[];
} WipedBytes;

static void
wiped_bytes_free (gpointer data)
{
  WipedBytes *self = data;

  explicit_bzero (self->bytes, self->length);
  g_free (self);
}

GBytes *
coquill_store_bytes_copy_wiped (gconstpointer bytes, gsize length)
{
  WipedBytes *copy = g_malloc (sizeof (WipedBytes) + length);

  copy->length = length;
  if (length > 0)
    memcpy (copy->bytes, bytes, length);
  return g_bytes_new_with_free_func (copy->bytes, length, wiped_bytes_free, copy);
}

static gboolean
damaged (sqlite3_stmt *statement, GError **error)
{
  sqlite3_reset (statement);
  g_set_error_literal (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED,
                       "library.db: a value differs from what was written");
  return FALSE;
}

static gboolean
read_values (CoquillDatabase *database, GHashTable *values, GError **error)
{
  sqlite3_stmt *statement
      = coquill_database_prepare (database, "SELECT key, value, checksum FROM value ORDER BY key", error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  for (;;)
    {
      guint8 checksum[COQUILL_STORE_CHECKSUM];
      const char *key;

      if (!coquill_database_step (database, statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;
      key = (const char *)sqlite3_column_text (statement, 0);
      coquill_store_checksum_value (checksum, key != NULL ? key : "", sqlite3_column_blob (statement, 1),
                                    (gsize)sqlite3_column_bytes (statement, 1));
      if (!coquill_store_checksum_matches (statement, 2, checksum))
        return damaged (statement, error);
      g_hash_table_insert (values, g_strdup (key),
                           coquill_store_bytes_copy_wiped (sqlite3_column_blob (statement, 1),
                                                           (gsize)sqlite3_column_bytes (statement, 1)));
    }
}

static gboolean
read_entries (CoquillDatabase *database, GPtrArray *entries, GError **error)
{
  sqlite3_stmt *statement
      = coquill_database_prepare (database,
                                  "SELECT id, title, last_change, state, checksum FROM document"
                                  " ORDER BY last_change DESC, id",
                                  error);
  gboolean has_row;

  if (statement == NULL)
    return FALSE;
  for (;;)
    {
      guint8 checksum[COQUILL_STORE_CHECKSUM];
      const char *id, *title;
      gint64 last_change, state;
      CoquillStoreEntry *entry;

      if (!coquill_database_step (database, statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;
      id = (const char *)sqlite3_column_text (statement, 0);
      title = (const char *)sqlite3_column_text (statement, 1);
      last_change = sqlite3_column_int64 (statement, 2);
      state = sqlite3_column_int64 (statement, 3);
      if (!coquill_store_is_id (id) || title == NULL)
        return damaged (statement, error);
      coquill_store_checksum_entry (checksum, id, title, last_change, state);
      if (!coquill_store_checksum_matches (statement, 4, checksum))
        return damaged (statement, error);
      entry = g_new0 (CoquillStoreEntry, 1);
      entry->id = g_strdup (id);
      entry->title = g_utf8_make_valid (title, -1);
      entry->last_change = last_change;
      entry->state = state;
      g_ptr_array_add (entries, entry);
    }
}

gboolean
coquill_store_library_read (CoquillDatabase *database, GHashTable *values, GPtrArray *entries, GError **error)
{
  if (coquill_database_check (database, error) && read_values (database, values, error)
      && read_entries (database, entries, error))
    return TRUE;
  coquill_store_error_from_sql (error);
  return FALSE;
}
