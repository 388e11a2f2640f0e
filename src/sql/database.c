/* database.c: one SQLite file, opened with our settings, migrated, with errors in plain words */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sql/database.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _CoquillDatabase
{
  sqlite3 *handle;
  char *path;
  GHashTable *statements; /* (owned) SQL text, a literal → sqlite3_stmt */
};

G_DEFINE_QUARK (coquill_sql_error, coquill_sql_error)

/* What each code means, to go after "… failed: ". In the order of CoquillSqlError. */
static const char *const meanings[] = {
  "there is no room left on the disk",
  "the file or its folder is read-only",
  "another program is using the file",
  "the file is damaged, or it is not a file of this kind",
  "the disk reported an error",
  "the file can't be opened: it isn't there, or opening it isn't allowed",
  "the file was made by a later version of this program",
  "SQLite reported an error",
};
G_STATIC_ASSERT (G_N_ELEMENTS (meanings) == COQUILL_SQL_ERROR_FAILED + 1);

static void
finalize_statement (gpointer statement)
{
  sqlite3_finalize (statement);
}

static CoquillSqlError
code_from_errno (int number, CoquillSqlError otherwise)
{
  switch (number)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return COQUILL_SQL_ERROR_FULL;
    case EROFS:
      return COQUILL_SQL_ERROR_READ_ONLY;
    case EACCES:
    case EPERM:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      return COQUILL_SQL_ERROR_PERMISSION;
    default:
      return otherwise;
    }
}

static CoquillSqlError
code_from_sqlite (int code, int system_errno)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return COQUILL_SQL_ERROR_FULL;
    case SQLITE_READONLY:
      return COQUILL_SQL_ERROR_READ_ONLY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return COQUILL_SQL_ERROR_LOCKED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return COQUILL_SQL_ERROR_CORRUPT;
    case SQLITE_IOERR:
      /* The write-ahead log's index can't grow on a full disk, which SQLite calls an I/O error. */
      return code_from_errno (system_errno, COQUILL_SQL_ERROR_IO);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return code_from_errno (system_errno, COQUILL_SQL_ERROR_PERMISSION);
    default:
      return COQUILL_SQL_ERROR_FAILED;
    }
}

static gboolean
set_error (GError **error, CoquillSqlError code, const char *path, const char *doing, const char *detail)
{
  g_autofree char *name = g_filename_display_basename (path);

  g_set_error (error, COQUILL_SQL_ERROR, code, "%s “%s” failed: %s%s%s%s", doing, name, meanings[code],
               detail != NULL ? " (" : "", detail != NULL ? detail : "", detail != NULL ? ")" : "");
  return FALSE;
}

gboolean
coquill_database_set_error (CoquillDatabase *self, const char *doing, GError **error)
{
  int code = sqlite3_extended_errcode (self->handle);

  return set_error (error, code_from_sqlite (code, sqlite3_system_errno (self->handle)), self->path, doing,
                    sqlite3_errmsg (self->handle));
}

static gboolean
read_pragma (CoquillDatabase *self, const char *pragma, gint64 *value, GError **error)
{
  sqlite3_stmt *statement;
  gboolean has_row;

  statement = coquill_database_prepare (self, pragma, error);
  if (statement == NULL || !coquill_database_step (self, statement, &has_row, error))
    return FALSE;
  *value = has_row ? sqlite3_column_int64 (statement, 0) : 0;
  sqlite3_reset (statement);
  return TRUE;
}

/* Makes an empty file first, so that it, and with it SQLite's own files, belong to nobody but us. */
static gboolean
create_private (const char *path, GError **error)
{
  int descriptor = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int saved = errno;

  if (descriptor < 0 && (saved == EACCES || saved == EROFS || saved == EPERM))
    return set_error (error,
                      g_file_test (path, G_FILE_TEST_EXISTS) || saved == EROFS ? COQUILL_SQL_ERROR_READ_ONLY
                                                                               : COQUILL_SQL_ERROR_PERMISSION,
                      path, "Opening", g_strerror (saved));
  if (descriptor < 0)
    return set_error (error, code_from_errno (saved, COQUILL_SQL_ERROR_IO), path, "Opening",
                      g_strerror (saved));
  close (descriptor);
  return TRUE;
}

static gboolean
apply_migrations (CoquillDatabase *self, const CoquillDatabaseSchema *schema, gint64 newest, GError **error)
{
  gint64 version;

  if (!coquill_database_begin (self, error))
    return FALSE;
  /* Another process may have migrated it while we waited for the lock. */
  if (!read_pragma (self, "PRAGMA user_version", &version, error))
    goto failed;
  for (gint64 i = version; i < newest; i++)
    if (!coquill_database_execute (self, schema->migrations[i], error))
      goto failed;
  if (version < newest)
    {
      g_autofree char *header = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                                 schema->application_id, (int)newest);
      if (!coquill_database_execute (self, header, error))
        goto failed;
    }
  return coquill_database_commit (self, error);

failed:
  coquill_database_rollback (self);
  return FALSE;
}

static gboolean
migrate (CoquillDatabase *self,
         CoquillDatabaseFlags flags,
         const CoquillDatabaseSchema *schema,
         GError **error)
{
  gint64 application_id, version, objects;
  gint64 newest = 0;

  while (schema->migrations[newest] != NULL)
    newest++;

  if (!read_pragma (self, "PRAGMA application_id", &application_id, error)
      || !read_pragma (self, "PRAGMA user_version", &version, error)
      || !read_pragma (self, "SELECT count (*) FROM sqlite_schema", &objects, error))
    return FALSE;

  gboolean fresh = version == 0 && application_id == 0 && objects == 0;
  if (!fresh && application_id != schema->application_id)
    return set_error (error, COQUILL_SQL_ERROR_CORRUPT, self->path, "Opening", "another program's mark");
  if (version > newest)
    return set_error (error, COQUILL_SQL_ERROR_NEWER, self->path, "Opening", NULL);
  if (version == newest)
    return TRUE;
  if (flags & COQUILL_DATABASE_READ_ONLY)
    return set_error (error, fresh ? COQUILL_SQL_ERROR_CORRUPT : COQUILL_SQL_ERROR_READ_ONLY, self->path,
                      "Opening",
                      fresh ? "it is empty" : "made by an earlier version, and can't be brought up to date");

  if (!fresh)
    {
      g_autofree char *copy = g_strdup_printf ("%s.%d.backup", self->path, (int)version);
      if (g_unlink (copy) != 0 && errno != ENOENT)
        return set_error (error, code_from_errno (errno, COQUILL_SQL_ERROR_IO), copy, "Replacing",
                          g_strerror (errno));
      if (!coquill_database_backup (self, copy, error))
        return FALSE;
    }
  return apply_migrations (self, schema, newest, error);
}

static gboolean
configure (CoquillDatabase *self, CoquillDatabaseFlags flags, GError **error)
{
  sqlite3_extended_result_codes (self->handle, 1);
  sqlite3_busy_timeout (self->handle, COQUILL_DATABASE_BUSY_TIMEOUT);
  /* A file may come from anywhere (a backup, another machine): it must not run code of its own or confuse us.
   */
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);

  if (!(flags & COQUILL_DATABASE_READ_ONLY))
    {
      if (sqlite3_db_readonly (self->handle, "main") == 1)
        return set_error (error, COQUILL_SQL_ERROR_READ_ONLY, self->path, "Opening", NULL);
      if (!coquill_database_execute (self, "PRAGMA journal_mode = WAL", error))
        return FALSE;
    }
  return coquill_database_execute (self,
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA query_only",
                                   error);
}

/* A file in a read-only folder, closed cleanly, has no write-ahead log and SQLite may not make one: it
 * can only be read as what it is then, a file that nobody changes. */
static gboolean
is_unchanging (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);

  return g_access (folder, W_OK) != 0 && !g_file_test (log, G_FILE_TEST_EXISTS);
}

static sqlite3 *
open_handle (const char *path, CoquillDatabaseFlags flags, GError **error)
{
  sqlite3 *handle = NULL;
  int open_flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  g_autofree char *escaped = NULL;
  g_autofree char *uri = NULL;

  open_flags |= flags & COQUILL_DATABASE_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  escaped = g_uri_escape_string (path, "/", FALSE);
  uri = g_strdup_printf ("file:%s%s", escaped,
                         (flags & COQUILL_DATABASE_READ_ONLY) && is_unchanging (path) ? "?immutable=1" : "");

  if (sqlite3_open_v2 (uri, &handle, open_flags, NULL) != SQLITE_OK)
    {
      int code = handle != NULL ? sqlite3_extended_errcode (handle) : SQLITE_NOMEM;
      int number = handle != NULL ? sqlite3_system_errno (handle) : 0;
      set_error (error, code_from_sqlite (code, number), path, "Opening",
                 handle != NULL ? sqlite3_errmsg (handle) : NULL);
      sqlite3_close (handle);
      return NULL;
    }
  return handle;
}

CoquillDatabase *
coquill_database_open (const char *path,
                       CoquillDatabaseFlags flags,
                       const CoquillDatabaseSchema *schema,
                       GError **error)
{
  g_autoptr (CoquillDatabase) self = NULL;
  sqlite3 *handle;

  g_return_val_if_fail (path != NULL && schema != NULL, NULL);

  if (!(flags & COQUILL_DATABASE_READ_ONLY) && !create_private (path, error))
    return NULL;
  handle = open_handle (path, flags, error);
  if (handle == NULL)
    return NULL;

  self = g_new0 (CoquillDatabase, 1);
  self->handle = handle;
  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, finalize_statement);
  if (!configure (self, flags, error) || !migrate (self, flags, schema, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
coquill_database_close (CoquillDatabase *self)
{
  if (self == NULL)
    return;
  coquill_database_rollback (self);
  g_clear_pointer (&self->statements, g_hash_table_unref);
  sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self);
}

const char *
coquill_database_get_path (CoquillDatabase *self)
{
  return self->path;
}

sqlite3 *
coquill_database_get_handle (CoquillDatabase *self)
{
  return self->handle;
}

gboolean
coquill_database_execute (CoquillDatabase *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    return coquill_database_set_error (self, "Using", error);
  return TRUE;
}

sqlite3_stmt *
coquill_database_prepare (CoquillDatabase *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      coquill_database_set_error (self, "Using", error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer)sql, statement);
  return statement;
}

gboolean
coquill_database_step (CoquillDatabase *self, sqlite3_stmt *statement, gboolean *has_row, GError **error)
{
  int code = sqlite3_step (statement);

  *has_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    {
      coquill_database_set_error (self, "Using", error);
      sqlite3_reset (statement);
      return FALSE;
    }
  sqlite3_reset (statement);
  return TRUE;
}

gboolean
coquill_database_run (CoquillDatabase *self, sqlite3_stmt *statement, GError **error)
{
  gboolean has_row = TRUE;

  while (has_row)
    if (!coquill_database_step (self, statement, &has_row, error))
      return FALSE;
  return TRUE;
}

void
coquill_database_bind_bytes (sqlite3_stmt *statement, int index, GBytes *bytes)
{
  gsize length;
  gconstpointer data;

  if (bytes == NULL)
    {
      sqlite3_bind_null (statement, index);
      return;
    }
  data = g_bytes_get_data (bytes, &length);
  if (length == 0)
    sqlite3_bind_zeroblob (statement, index, 0);
  else
    /* SQLite hands the destructor the data's address, not the GBytes: so copy. */
    sqlite3_bind_blob64 (statement, index, data, length, SQLITE_TRANSIENT);
}

GBytes *
coquill_database_column_bytes (sqlite3_stmt *statement, int column)
{
  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return NULL;
  gconstpointer data = sqlite3_column_blob (statement, column);
  return g_bytes_new (data, sqlite3_column_bytes (statement, column));
}

gboolean
coquill_database_begin (CoquillDatabase *self, GError **error)
{
  return coquill_database_execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
coquill_database_commit (CoquillDatabase *self, GError **error)
{
  if (sqlite3_exec (self->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  coquill_database_set_error (self, "Writing to", error);
  coquill_database_rollback (self);
  return FALSE;
}

void
coquill_database_rollback (CoquillDatabase *self)
{
  GHashTableIter iter;
  gpointer statement;

  if (sqlite3_get_autocommit (self->handle))
    return;
  g_hash_table_iter_init (&iter, self->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    sqlite3_reset (statement);
  sqlite3_exec (self->handle, "ROLLBACK", NULL, NULL, NULL);
}

gboolean
coquill_database_check (CoquillDatabase *self, GError **error)
{
  sqlite3_stmt *statement;
  gboolean has_row;

  statement = coquill_database_prepare (self, "PRAGMA quick_check (1)", error);
  if (statement == NULL || !coquill_database_step (self, statement, &has_row, error))
    return FALSE;
  g_autofree char *finding
      = has_row ? g_strdup ((const char *)sqlite3_column_text (statement, 0)) : g_strdup ("no answer");
  sqlite3_reset (statement);
  if (g_strcmp0 (finding, "ok") != 0)
    return set_error (error, COQUILL_SQL_ERROR_CORRUPT, self->path, "Checking", finding);
  return TRUE;
}

/* Makes the file and its name in the folder durable. */
static gboolean
sync_path (const char *path)
{
  int descriptor = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean synced;

  if (descriptor < 0)
    return FALSE;
  synced = fsync (descriptor) == 0;
  close (descriptor);
  return synced;
}

gboolean
coquill_database_backup (CoquillDatabase *self, const char *path, GError **error)
{
  g_autofree char *aside = g_strdup_printf ("%s.%d.part", path, (int)getpid ());
  g_autofree char *folder = g_path_get_dirname (path);
  sqlite3_stmt *statement;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return set_error (error, COQUILL_SQL_ERROR_FAILED, path, "Writing a copy to", "it is there already");
  if (!create_private (aside, error))
    return FALSE;

  statement = coquill_database_prepare (self, "VACUUM INTO ?", error);
  if (statement == NULL)
    goto failed;
  sqlite3_bind_text (statement, 1, aside, -1, SQLITE_TRANSIENT);
  if (!coquill_database_run (self, statement, error))
    goto failed;
  if (!sync_path (aside) || g_rename (aside, path) != 0 || !sync_path (folder))
    {
      int saved = errno;
      set_error (error, code_from_errno (saved, COQUILL_SQL_ERROR_IO), path, "Writing a copy to",
                 g_strerror (saved));
      goto failed;
    }
  return TRUE;

failed:
  g_unlink (aside);
  return FALSE;
}
