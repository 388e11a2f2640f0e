/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-apply.c: a batch, as statements inside a transaction. */

#include "store/store-apply.h"

#include "store/store-batch-private.h"
#include "store/store-schema.h"

static gboolean
bind_and_run (CoquillDatabase *database,
              sqlite3_stmt *statement,
              int index,
              const guint8 checksum[COQUILL_STORE_CHECKSUM],
              GError **error)
{
  sqlite3_bind_blob (statement, index, checksum, COQUILL_STORE_CHECKSUM, SQLITE_TRANSIENT);
  return coquill_database_run (database, statement, error);
}

gboolean
coquill_store_apply_get_position (CoquillDatabase *database, guint64 *position, GError **error)
{
  sqlite3_stmt *statement
      = coquill_database_prepare (database,
                                  "SELECT max (coalesce ((SELECT max (position) FROM block), 0),"
                                  " coalesce ((SELECT max (position) FROM snapshot), 0))",
                                  error);
  gboolean has_row;

  if (statement == NULL || !coquill_database_step (database, statement, &has_row, error))
    return FALSE;
  *position = has_row ? (guint64)sqlite3_column_int64 (statement, 0) : 0;
  sqlite3_reset (statement);
  return TRUE;
}

static gboolean
insert_block (CoquillDatabase *database, guint64 position, guint32 kind, GBytes *bytes, GError **error)
{
  sqlite3_stmt *statement = coquill_database_prepare (
      database, "INSERT INTO block (position, kind, bytes, checksum) VALUES (?1, ?2, ?3, ?4)", error);
  guint8 checksum[COQUILL_STORE_CHECKSUM];

  if (statement == NULL)
    return FALSE;
  coquill_store_checksum_block (checksum, position, kind, g_bytes_get_data (bytes, NULL),
                                g_bytes_get_size (bytes));
  sqlite3_bind_int64 (statement, 1, (gint64)position);
  sqlite3_bind_int64 (statement, 2, kind);
  coquill_database_bind_bytes (statement, 3, bytes);
  return bind_and_run (database, statement, 4, checksum, error);
}

static gboolean
set_snapshot (CoquillDatabase *database, guint64 position, GBytes *bytes, GError **error)
{
  sqlite3_stmt *statement;
  guint8 checksum[COQUILL_STORE_CHECKSUM];

  if (!coquill_database_execute (database, "DELETE FROM snapshot", error))
    return FALSE;
  statement = coquill_database_prepare (
      database, "INSERT INTO snapshot (position, bytes, checksum) VALUES (?1, ?2, ?3)", error);
  if (statement == NULL)
    return FALSE;
  coquill_store_checksum_block (checksum, position, 0, g_bytes_get_data (bytes, NULL),
                                g_bytes_get_size (bytes));
  sqlite3_bind_int64 (statement, 1, (gint64)position);
  coquill_database_bind_bytes (statement, 2, bytes);
  return bind_and_run (database, statement, 3, checksum, error);
}

/* A document's state and the library's values have the same columns. */
static gboolean
set_value (CoquillDatabase *database, const CoquillStoreWrite *write, GError **error)
{
  gboolean library = write->kind == COQUILL_STORE_SET_VALUE;
  sqlite3_stmt *statement;
  guint8 checksum[COQUILL_STORE_CHECKSUM];

  if (write->bytes == NULL)
    {
      statement = coquill_database_prepare (
          database, library ? "DELETE FROM value WHERE key = ?1" : "DELETE FROM state WHERE key = ?1", error);
      if (statement == NULL)
        return FALSE;
      sqlite3_bind_text (statement, 1, write->text, -1, SQLITE_TRANSIENT);
      return coquill_database_run (database, statement, error);
    }

  statement = coquill_database_prepare (
      database,
      library ? "INSERT OR REPLACE INTO value (key, value, checksum) VALUES (?1, ?2, ?3)"
              : "INSERT OR REPLACE INTO state (key, value, checksum) VALUES (?1, ?2, ?3)",
      error);
  if (statement == NULL)
    return FALSE;
  coquill_store_checksum_value (checksum, write->text, g_bytes_get_data (write->bytes, NULL),
                                g_bytes_get_size (write->bytes));
  sqlite3_bind_text (statement, 1, write->text, -1, SQLITE_TRANSIENT);
  coquill_database_bind_bytes (statement, 2, write->bytes);
  return bind_and_run (database, statement, 3, checksum, error);
}

static gboolean
set_entry (CoquillDatabase *database, const char *id, const CoquillStoreWrite *write, GError **error)
{
  sqlite3_stmt *statement
      = coquill_database_prepare (database,
                                  "INSERT OR REPLACE INTO document (id, title, last_change, state, checksum)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5)",
                                  error);
  guint8 checksum[COQUILL_STORE_CHECKSUM];

  if (statement == NULL)
    return FALSE;
  coquill_store_checksum_entry (checksum, id, write->text, write->last_change, write->state);
  sqlite3_bind_text (statement, 1, id, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (statement, 2, write->text, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 3, write->last_change);
  sqlite3_bind_int64 (statement, 4, write->state);
  return bind_and_run (database, statement, 5, checksum, error);
}

static gboolean
remove_entry (CoquillDatabase *database, const char *id, GError **error)
{
  sqlite3_stmt *statement = coquill_database_prepare (database, "DELETE FROM document WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, id, -1, SQLITE_TRANSIENT);
  return coquill_database_run (database, statement, error);
}

static gboolean
write_one (CoquillDatabase *database,
           const char *id,
           const CoquillStoreWrite *write,
           guint64 *position,
           GError **error)
{
  switch (write->kind)
    {
    case COQUILL_STORE_ADD_BLOCK:
      *position += 1;
      return insert_block (database, *position, write->block_kind, write->bytes, error);
    case COQUILL_STORE_DROP_BLOCKS:
      return coquill_database_execute (database, "DELETE FROM block", error);
    case COQUILL_STORE_SET_SNAPSHOT:
      return set_snapshot (database, *position, write->bytes, error);
    case COQUILL_STORE_SET_STATE:
    case COQUILL_STORE_SET_VALUE:
      return set_value (database, write, error);
    case COQUILL_STORE_SET_ENTRY:
      return set_entry (database, id, write, error);
    default:
      g_assert_not_reached ();
    }
}

gboolean
coquill_store_apply_batch (
    CoquillDatabase *database, CoquillStoreBatch *batch, gboolean library, guint64 *position, GError **error)
{
  if (library && batch->removes && !remove_entry (database, batch->document, error))
    return FALSE;
  for (guint i = 0; i < batch->writes->len; i++)
    {
      const CoquillStoreWrite *write = &g_array_index (batch->writes, CoquillStoreWrite, i);

      if (coquill_store_write_is_library (write) == library
          && !write_one (database, batch->document, write, position, error))
        return FALSE;
    }
  return TRUE;
}
