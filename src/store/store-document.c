/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-document.c: a document as its file gives it. */

#include "store/store-document.h"

#include "sql/database.h"
#include "store/store-error.h"
#include "store/store-schema.h"

static void
block_clear (gpointer data)
{
  CoquillStoreBlock *block = data;

  g_bytes_unref (block->bytes);
}

static GArray *
blocks_new (void)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (CoquillStoreBlock));

  g_array_set_clear_func (blocks, block_clear);
  return blocks;
}

void
coquill_store_document_free (CoquillStoreDocument *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->snapshot, g_bytes_unref);
  g_clear_pointer (&self->blocks, g_array_unref);
  g_clear_pointer (&self->state, g_hash_table_unref);
  g_clear_error (&self->history_damage);
  g_free (self);
}

static gboolean
damaged (GError **error, const char *what)
{
  g_set_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_DAMAGED, "%s differs from what was written",
               what);
  return FALSE;
}

/* Reads and checks blocks in (after, until], up to @budget bytes beyond the first. @blocks: (nullable): only
 * check. */
static gboolean
read_blocks (
    CoquillDatabase *database, GArray *blocks, guint64 after, guint64 until, gsize budget, GError **error)
{
  sqlite3_stmt *statement;
  gboolean has_row;
  gsize total = 0;

  statement = coquill_database_prepare (database,
                                        "SELECT position, kind, bytes, checksum FROM block"
                                        " WHERE position > ?1 AND position <= ?2 ORDER BY position",
                                        error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64)after);
  sqlite3_bind_int64 (statement, 2, (gint64)MIN (until, (guint64)G_MAXINT64));

  for (;;)
    {
      CoquillStoreBlock block;
      guint8 checksum[COQUILL_STORE_CHECKSUM];
      gsize length;

      if (!coquill_database_step (database, statement, &has_row, error))
        return FALSE;
      if (!has_row)
        return TRUE;

      length = (gsize)sqlite3_column_bytes (statement, 2);
      if (total > 0 && total + length > budget)
        {
          sqlite3_reset (statement);
          return TRUE;
        }
      total += length;
      block.position = (guint64)sqlite3_column_int64 (statement, 0);
      block.kind = (guint32)sqlite3_column_int64 (statement, 1);
      coquill_store_checksum_block (checksum, block.position, block.kind, sqlite3_column_blob (statement, 2),
                                    length);
      if (!coquill_store_checksum_matches (statement, 3, checksum))
        {
          sqlite3_reset (statement);
          return damaged (error, "a block");
        }
      if (blocks == NULL)
        continue;
      block.bytes = coquill_database_column_bytes (statement, 2);
      g_array_append_val (blocks, block);
    }
}

static gboolean
read_state (CoquillDatabase *database, GHashTable *state, GError **error)
{
  sqlite3_stmt *statement
      = coquill_database_prepare (database, "SELECT key, value, checksum FROM state ORDER BY key", error);
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
        {
          sqlite3_reset (statement);
          return damaged (error, "a value");
        }
      g_hash_table_insert (state, g_strdup (key), coquill_database_column_bytes (statement, 1));
    }
}

static gboolean
read_snapshot (CoquillDatabase *database, CoquillStoreDocument *self, GError **error)
{
  sqlite3_stmt *statement = coquill_database_prepare (
      database, "SELECT position, bytes, checksum FROM snapshot ORDER BY position DESC LIMIT 1", error);
  guint8 checksum[COQUILL_STORE_CHECKSUM];
  gboolean has_row, matches;

  if (statement == NULL || !coquill_database_step (database, statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;

  self->snapshot_position = (guint64)sqlite3_column_int64 (statement, 0);
  self->snapshot = coquill_database_column_bytes (statement, 1);
  coquill_store_checksum_block (checksum, self->snapshot_position, 0, sqlite3_column_blob (statement, 1),
                                (gsize)sqlite3_column_bytes (statement, 1));
  matches = coquill_store_checksum_matches (statement, 2, checksum);
  sqlite3_reset (statement);
  return matches || damaged (error, "the snapshot");
}

/* A missing file is not a failing disk: the list and the folder disagree. */
static CoquillDatabase *
open_file (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_path_get_basename (path);

      g_set_error (error, COQUILL_STORE_ERROR, COQUILL_STORE_ERROR_NOT_FOUND, "%s is not there", name);
      return NULL;
    }
  return coquill_database_open (path, COQUILL_DATABASE_READ_ONLY, &coquill_store_document_schema, error);
}

CoquillStoreDocument *
coquill_store_document_read (const char *path, GError **error)
{
  g_autoptr (CoquillDatabase) database = NULL;
  g_autoptr (CoquillStoreDocument) self = g_new0 (CoquillStoreDocument, 1);

  self->blocks = blocks_new ();
  self->state = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

  database = open_file (path, error);
  if (database == NULL || !coquill_database_check (database, error)
      || !coquill_database_execute (database, "BEGIN", error) || !read_snapshot (database, self, error)
      || !read_blocks (database, self->blocks, self->snapshot_position, G_MAXINT64, G_MAXSIZE, error)
      || !read_state (database, self->state, error))
    {
      coquill_store_error_from_sql (error);
      return NULL;
    }
  if (!read_blocks (database, NULL, 0, self->snapshot_position, G_MAXSIZE, &self->history_damage))
    coquill_store_error_from_sql (&self->history_damage);
  return g_steal_pointer (&self);
}

GArray *
coquill_store_document_read_history (const char *path, guint64 after, guint64 until, GError **error)
{
  g_autoptr (CoquillDatabase) database = open_file (path, error);
  g_autoptr (GArray) blocks = blocks_new ();

  if (database == NULL || !read_blocks (database, blocks, after, until, COQUILL_STORE_SLICE_BYTES, error))
    {
      coquill_store_error_from_sql (error);
      return NULL;
    }
  return g_steal_pointer (&blocks);
}
