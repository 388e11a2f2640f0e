/* database.h: one SQLite file, opened with our settings, migrated, with errors in plain words */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * CoquillSqlError:
 * @COQUILL_SQL_ERROR_FULL: no room on the disk (or over the file's size limit)
 * @COQUILL_SQL_ERROR_READ_ONLY: the file or its folder can't be written
 * @COQUILL_SQL_ERROR_LOCKED: another connection held the file longer than the busy timeout
 * @COQUILL_SQL_ERROR_CORRUPT: the file is damaged, or is no database of this kind
 * @COQUILL_SQL_ERROR_IO: the disk failed
 * @COQUILL_SQL_ERROR_PERMISSION: the file can't be opened: not there, or not allowed
 * @COQUILL_SQL_ERROR_NEWER: the file was made by a later version of the program
 * @COQUILL_SQL_ERROR_FAILED: anything else
 */
typedef enum
{
  COQUILL_SQL_ERROR_FULL,
  COQUILL_SQL_ERROR_READ_ONLY,
  COQUILL_SQL_ERROR_LOCKED,
  COQUILL_SQL_ERROR_CORRUPT,
  COQUILL_SQL_ERROR_IO,
  COQUILL_SQL_ERROR_PERMISSION,
  COQUILL_SQL_ERROR_NEWER,
  COQUILL_SQL_ERROR_FAILED,
} CoquillSqlError;

#define COQUILL_SQL_ERROR (coquill_sql_error_quark ())
GQuark
coquill_sql_error_quark (void);

/**
 * CoquillDatabaseFlags:
 * @COQUILL_DATABASE_READ_WRITE: create the file if it isn't there, migrate it, write to it
 * @COQUILL_DATABASE_READ_ONLY: the file must be there at the newest version; never writes
 *
 * How to open a file.
 */
typedef enum
{
  COQUILL_DATABASE_READ_WRITE = 0,
  COQUILL_DATABASE_READ_ONLY = 1 << 0,
} CoquillDatabaseFlags;

/**
 * CoquillDatabaseSchema:
 * @application_id: kept in the file's header (`PRAGMA application_id`); another program's file is refused
 * @migrations: (array zero-terminated=1): scripts; the one at index N takes `user_version` N to N + 1
 *
 * What a file holds. Scripts are never changed once released, only appended.
 */
typedef struct
{
  gint32 application_id;
  const char *const *migrations;
} CoquillDatabaseSchema;

/** How long a statement waits for another connection's lock, in milliseconds. */
#define COQUILL_DATABASE_BUSY_TIMEOUT 5000

/**
 * CoquillDatabase:
 *
 * A connection: WAL, `synchronous=FULL` (a commit that returned survives a power cut), foreign keys on,
 * untrusted schema, cell size checks. One thread at a time; open one per thread.
 */
typedef struct _CoquillDatabase CoquillDatabase;

/**
 * coquill_database_open:
 * @path: (type filename): the file
 * @flags: how to open it
 * @schema: what it holds; must outlive the database
 * @error: return location for a #CoquillSqlError
 *
 * Opens or creates the file (mode 0600) and brings it to the newest version: all missing migrations in one
 * transaction, after a copy of the old file beside it, named `PATH.VERSION.backup`, unless the file was new.
 * A failed migration leaves the file as it was. Blocks on the disk.
 *
 * Returns: (transfer full) (nullable): the database, to be freed with coquill_database_close()
 */
CoquillDatabase *
coquill_database_open (const char *path,
                       CoquillDatabaseFlags flags,
                       const CoquillDatabaseSchema *schema,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_database_close:
 * @self: (transfer full) (nullable): the database
 *
 * Rolls back an open transaction, finalizes all statements and closes the file.
 */
void
coquill_database_close (CoquillDatabase *self);

/**
 * coquill_database_get_path:
 *
 * Returns: (transfer none) (type filename): the file's path
 */
const char *
coquill_database_get_path (CoquillDatabase *self);

/**
 * coquill_database_get_handle:
 *
 * For what this type doesn't wrap (`sqlite3_changes`, `sqlite3_last_insert_rowid`, incremental blobs).
 *
 * Returns: (transfer none): SQLite's connection
 */
sqlite3 *
coquill_database_get_handle (CoquillDatabase *self);

/**
 * coquill_database_execute:
 * @sql: one or more statements without parameters, from the program, never from outside
 *
 * Runs statements whose rows don't matter.
 */
gboolean
coquill_database_execute (CoquillDatabase *self, const char *sql, GError **error);

/**
 * coquill_database_prepare:
 * @sql: a single statement; a string literal: the cache is keyed by its text
 *
 * Gives the cached statement for @sql, reset and with its parameters cleared; compiles it at first use. It
 * stays valid until the database is closed, but is the same one each time: finish with it
 * (coquill_database_step() to the end, coquill_database_run(), or `sqlite3_reset`) before asking for it
 * again.
 *
 * Returns: (transfer none) (nullable): the statement
 */
sqlite3_stmt *
coquill_database_prepare (CoquillDatabase *self, const char *sql, GError **error);

/**
 * coquill_database_step:
 * @statement: one of this database's
 * @has_row: (out): %TRUE if there is a row to read, %FALSE at the end (the statement is reset by then)
 *
 * Goes to the next row.
 *
 * Returns: %FALSE with @error set if it failed; the statement is reset
 */
gboolean
coquill_database_step (CoquillDatabase *self, sqlite3_stmt *statement, gboolean *has_row, GError **error);

/**
 * coquill_database_run:
 * @statement: one of this database's, with its parameters bound
 *
 * Runs it to the end, dropping rows, and resets it.
 */
gboolean
coquill_database_run (CoquillDatabase *self, sqlite3_stmt *statement, GError **error);

/**
 * coquill_database_bind_bytes:
 * @index: the parameter, from 1
 * @bytes: (nullable): the value; kept alive by the binding; %NULL binds SQL's NULL
 */
void
coquill_database_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes);

/**
 * coquill_database_column_bytes:
 * @column: the column, from 0
 *
 * Returns: (transfer full) (nullable): a copy of the row's value, empty for an empty blob; %NULL for SQL's
 * NULL
 */
GBytes *
coquill_database_column_bytes (sqlite3_stmt *statement, int column);

/**
 * coquill_database_begin:
 *
 * Starts a write transaction at once (`BEGIN IMMEDIATE`), so that a lock held elsewhere shows here and not in
 * the middle.
 */
gboolean
coquill_database_begin (CoquillDatabase *self, GError **error);

/**
 * coquill_database_commit:
 *
 * When it returns %TRUE the transaction is on the disk. On failure it has been rolled back.
 */
gboolean
coquill_database_commit (CoquillDatabase *self, GError **error);

/**
 * coquill_database_rollback:
 *
 * Takes the open transaction back; nothing happens if SQLite already did.
 */
void
coquill_database_rollback (CoquillDatabase *self);

/**
 * coquill_database_check:
 *
 * Reads the whole file for damage (`PRAGMA quick_check`): some seconds per gigabyte.
 *
 * Returns: %FALSE with %COQUILL_SQL_ERROR_CORRUPT and SQLite's first finding
 */
gboolean
coquill_database_check (CoquillDatabase *self, GError **error);

/**
 * coquill_database_backup:
 * @path: (type filename): a file that isn't there yet
 *
 * Writes a consistent, compact copy (`VACUUM INTO`), synced, aside and then renamed. Readers and writers go
 * on.
 */
gboolean
coquill_database_backup (CoquillDatabase *self, const char *path, GError **error);

/**
 * coquill_database_set_error:
 * @error: return location
 * @doing: what was tried, for the message ("writing a change")
 *
 * Turns SQLite's last error on this connection into a #GError; for callers of coquill_database_get_handle().
 *
 * Returns: always %FALSE
 */
gboolean
coquill_database_set_error (CoquillDatabase *self, const char *doing, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillDatabase, coquill_database_close)

G_END_DECLS
