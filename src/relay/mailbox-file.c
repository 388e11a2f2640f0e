/* mailbox-file.c: the relay's one file: rooms, their sealed envelopes, bulletins and doors */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/mailbox-file.h"

#include <string.h>

#define SECONDS_PER_DAY 86400

/* The write-ahead log is cut back to this after a checkpoint, in bytes. */
#define LOG_BYTES "67108864"

static const char *const migrations[] = {
  "CREATE TABLE room ("
  "  id INTEGER PRIMARY KEY,"
  "  room BLOB NOT NULL UNIQUE CHECK (length (room) = 32),"
  "  mailbox BLOB NOT NULL CHECK (length (mailbox) = 16),"
  "  lock BLOB NOT NULL,"
  "  lock_number INTEGER NOT NULL,"
  "  last INTEGER NOT NULL DEFAULT 0,"
  "  bytes INTEGER NOT NULL DEFAULT 0,"
  "  used INTEGER NOT NULL,"
  "  bulletin BLOB) STRICT;"
  "CREATE TABLE envelope ("
  "  id INTEGER PRIMARY KEY,"
  "  room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
  "  position INTEGER NOT NULL,"
  "  bytes BLOB NOT NULL,"
  "  UNIQUE (room, position)) STRICT;"
  "CREATE TABLE knock ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  room INTEGER NOT NULL REFERENCES room ON DELETE CASCADE,"
  "  request BLOB NOT NULL,"
  "  expires INTEGER NOT NULL) STRICT;"
  "CREATE INDEX knock_by_room ON knock (room);"
  "CREATE INDEX knock_by_expiry ON knock (expires)",
  NULL,
};

static const CoquillDatabaseSchema schema = { 0x4371526c /* "CqRl" */, migrations };

struct _CoquillMailboxFile
{
  CoquillDatabase *database; /* (owned) */
  const CoquillRelayOptions *options;
  gint64 n_rooms; /* -1: not counted */
};

static gint64
now_in_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static sqlite3_stmt *
prepare_for (CoquillMailboxFile *self, const char *sql, const guint8 *room, GError **error)
{
  sqlite3_stmt *statement = coquill_database_prepare (self->database, sql, error);

  if (statement != NULL)
    sqlite3_bind_blob (statement, 1, room, COQUILL_RELAY_ROOM_SIZE, SQLITE_TRANSIENT);
  return statement;
}

/* Runs a change of one room. */
static CoquillMailboxResult
run (CoquillMailboxFile *self, sqlite3_stmt *statement, GError **error)
{
  if (!coquill_database_run (self->database, statement, error))
    return COQUILL_MAILBOX_FAILED;
  return sqlite3_changes (coquill_database_get_handle (self->database)) > 0 ? COQUILL_MAILBOX_DONE
                                                                            : COQUILL_MAILBOX_NO_ROOM;
}

/* A statement whose first row, if there is one, holds one number. */
static CoquillMailboxResult
read_number (CoquillMailboxFile *self, sqlite3_stmt *statement, gint64 *number, GError **error)
{
  gboolean has_row;

  if (!coquill_database_step (self->database, statement, &has_row, error))
    return COQUILL_MAILBOX_FAILED;
  if (!has_row)
    return COQUILL_MAILBOX_NO_ROOM;
  *number = sqlite3_column_int64 (statement, 0);
  return coquill_database_run (self->database, statement, error) ? COQUILL_MAILBOX_DONE
                                                                 : COQUILL_MAILBOX_FAILED;
}

CoquillMailboxFile *
coquill_mailbox_file_open (const CoquillRelayOptions *options, GError **error)
{
  g_autoptr (CoquillMailboxFile) self = g_new0 (CoquillMailboxFile, 1);
  g_autofree char *path = g_build_filename (options->data, "mailbox.db", NULL);

  self->options = options;
  self->n_rooms = -1;
  self->database = coquill_database_open (path, COQUILL_DATABASE_READ_WRITE, &schema, error);
  if (self->database == NULL
      || !coquill_database_execute (self->database, "PRAGMA journal_size_limit = " LOG_BYTES, error))
    return NULL;
  if (options->data_bytes > 0)
    {
      g_autofree char *limit = NULL;
      sqlite3_stmt *statement = coquill_database_prepare (self->database, "PRAGMA page_size", error);
      gint64 page_size;
      if (statement == NULL || read_number (self, statement, &page_size, error) != COQUILL_MAILBOX_DONE)
        return NULL;
      limit = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT,
                               CLAMP (options->data_bytes / page_size, 1, G_MAXUINT32 - 1));
      if (!coquill_database_execute (self->database, limit, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
coquill_mailbox_file_close (CoquillMailboxFile *self)
{
  g_clear_pointer (&self->database, coquill_database_close);
  g_free (self);
}

CoquillDatabase *
coquill_mailbox_file_get_database (CoquillMailboxFile *self)
{
  return self->database;
}

void
coquill_mailbox_file_forget (CoquillMailboxFile *self)
{
  self->n_rooms = -1;
}

CoquillMailboxResult
coquill_mailbox_file_read_room (CoquillMailboxFile *self,
                                const guint8 *room,
                                CoquillMailboxRoom *found,
                                GError **error)
{
  sqlite3_stmt *statement = prepare_for (
      self, "SELECT lock, lock_number, last, mailbox, used FROM room WHERE room = ?", room, error);
  gint64 today = now_in_seconds () / SECONDS_PER_DAY;
  gint64 used;
  gboolean has_row;

  *found = (CoquillMailboxRoom){ 0 };
  if (statement == NULL || !coquill_database_step (self->database, statement, &has_row, error))
    return COQUILL_MAILBOX_FAILED;
  if (!has_row)
    return COQUILL_MAILBOX_NO_ROOM;
  found->found = TRUE;
  found->lock = coquill_database_column_bytes (statement, 0);
  found->lock_number = sqlite3_column_int64 (statement, 1);
  found->last = sqlite3_column_int64 (statement, 2);
  if (sqlite3_column_bytes (statement, 3) == sizeof found->mailbox)
    memcpy (found->mailbox, sqlite3_column_blob (statement, 3), sizeof found->mailbox);
  used = sqlite3_column_int64 (statement, 4);
  sqlite3_reset (statement);
  /* By the day, so that entering is hardly ever a write. */
  if (used == today)
    return COQUILL_MAILBOX_DONE;
  statement = prepare_for (self, "UPDATE room SET used = ?2 WHERE room = ?1", room, error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 2, today);
  return run (self, statement, error);
}

static gboolean
count_rooms (CoquillMailboxFile *self, GError **error)
{
  sqlite3_stmt *statement;

  if (self->n_rooms >= 0)
    return TRUE;
  statement = coquill_database_prepare (self->database, "SELECT count (*) FROM room", error);
  return statement != NULL && read_number (self, statement, &self->n_rooms, error) == COQUILL_MAILBOX_DONE;
}

CoquillMailboxResult
coquill_mailbox_file_put_lock (CoquillMailboxFile *self,
                               const guint8 *room,
                               GBytes *lock,
                               guint32 number,
                               const guint8 *mailbox,
                               GError **error)
{
  sqlite3_stmt *statement = prepare_for (
      self, "UPDATE room SET lock = ?2, lock_number = ?3 WHERE room = ?1 AND lock_number < ?3", room, error);
  g_auto (CoquillMailboxRoom) found = { 0 };
  CoquillMailboxResult result;

  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  coquill_database_bind_bytes (statement, 2, lock);
  sqlite3_bind_int64 (statement, 3, number);
  if ((result = run (self, statement, error)) != COQUILL_MAILBOX_NO_ROOM)
    return result;
  if ((result = coquill_mailbox_file_read_room (self, room, &found, error)) != COQUILL_MAILBOX_NO_ROOM)
    return result;

  if (!count_rooms (self, error))
    return COQUILL_MAILBOX_FAILED;
  if (self->n_rooms >= self->options->rooms)
    return COQUILL_MAILBOX_OVER_LIMIT;
  statement = prepare_for (
      self, "INSERT INTO room (room, lock, lock_number, mailbox, used) VALUES (?, ?, ?, ?, ?)", room, error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  coquill_database_bind_bytes (statement, 2, lock);
  sqlite3_bind_int64 (statement, 3, number);
  sqlite3_bind_blob (statement, 4, mailbox, COQUILL_RELAY_MAILBOX_SIZE, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (statement, 5, now_in_seconds () / SECONDS_PER_DAY);
  self->n_rooms++;
  return run (self, statement, error);
}

CoquillMailboxResult
coquill_mailbox_file_append (
    CoquillMailboxFile *self, const guint8 *room, GBytes *envelope, guint64 *position, GError **error)
{
  sqlite3_stmt *statement = prepare_for (self,
                                         "UPDATE room SET last = last + 1, bytes = bytes + ?2"
                                         " WHERE room = ?1 AND bytes + ?2 <= ?3 RETURNING id, last",
                                         room, error);
  gboolean has_row;
  gint64 id;

  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 2, g_bytes_get_size (envelope));
  sqlite3_bind_int64 (statement, 3, self->options->mailbox_bytes);
  if (!coquill_database_step (self->database, statement, &has_row, error))
    return COQUILL_MAILBOX_FAILED;
  if (!has_row)
    {
      g_auto (CoquillMailboxRoom) found = { 0 };
      CoquillMailboxResult result = coquill_mailbox_file_read_room (self, room, &found, error);
      return result == COQUILL_MAILBOX_DONE ? COQUILL_MAILBOX_OVER_LIMIT : result;
    }
  id = sqlite3_column_int64 (statement, 0);
  *position = sqlite3_column_int64 (statement, 1);
  if (!coquill_database_run (self->database, statement, error))
    return COQUILL_MAILBOX_FAILED;

  statement = coquill_database_prepare (
      self->database, "INSERT INTO envelope (room, position, bytes) VALUES (?, ?, ?)", error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, *position);
  coquill_database_bind_bytes (statement, 3, envelope);
  return run (self, statement, error);
}

CoquillMailboxResult
coquill_mailbox_file_read (CoquillMailboxFile *self,
                           const guint8 *room,
                           guint64 after,
                           gsize budget,
                           GArray *items,
                           gboolean *complete,
                           GError **error)
{
  sqlite3_stmt *statement = prepare_for (
      self,
      "SELECT position, envelope.bytes FROM envelope WHERE room = (SELECT id FROM room WHERE room = ?)"
      " AND position > ? ORDER BY position",
      room, error);
  gsize used = 0;

  *complete = FALSE;
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 2, MIN (after, (guint64)G_MAXINT64));
  for (;;)
    {
      gboolean has_row;
      gsize length;
      if (!coquill_database_step (self->database, statement, &has_row, error))
        return COQUILL_MAILBOX_FAILED;
      if (!has_row)
        break;
      length = sqlite3_column_bytes (statement, 1);
      if (used > 0 && used + length > budget)
        {
          sqlite3_reset (statement);
          return COQUILL_MAILBOX_DONE;
        }
      CoquillMailboxItem item
          = { sqlite3_column_int64 (statement, 0), coquill_database_column_bytes (statement, 1) };
      g_array_append_val (items, item);
      used += length;
    }
  *complete = TRUE;
  return COQUILL_MAILBOX_DONE;
}

CoquillMailboxResult
coquill_mailbox_file_put_bulletin (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   GBytes *bulletin,
                                   GError **error)
{
  sqlite3_stmt *statement = prepare_for (self, "UPDATE room SET bulletin = ?2 WHERE room = ?1", room, error);

  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  coquill_database_bind_bytes (statement, 2, bulletin);
  return run (self, statement, error);
}

CoquillMailboxResult
coquill_mailbox_file_get_bulletin (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   GBytes **bulletin,
                                   GError **error)
{
  sqlite3_stmt *statement = prepare_for (self, "SELECT bulletin FROM room WHERE room = ?", room, error);
  gboolean has_row;

  if (statement == NULL || !coquill_database_step (self->database, statement, &has_row, error))
    return COQUILL_MAILBOX_FAILED;
  if (!has_row)
    return COQUILL_MAILBOX_NO_ROOM;
  *bulletin = coquill_database_column_bytes (statement, 0);
  sqlite3_reset (statement);
  return *bulletin != NULL ? COQUILL_MAILBOX_DONE : COQUILL_MAILBOX_NOTHING;
}

CoquillMailboxResult
coquill_mailbox_file_add_knock (
    CoquillMailboxFile *self, const guint8 *room, GBytes *request, guint64 *knock, GError **error)
{
  sqlite3_stmt *statement;
  gint64 waiting;
  CoquillMailboxResult result;

  statement = coquill_database_prepare (self->database, "DELETE FROM knock WHERE expires < ?", error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 1, now_in_seconds ());
  if (!coquill_database_run (self->database, statement, error))
    return COQUILL_MAILBOX_FAILED;

  statement = prepare_for (self,
                           "SELECT (SELECT count (*) FROM knock WHERE knock.room = room.id) FROM room"
                           " WHERE room.room = ?",
                           room, error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  if ((result = read_number (self, statement, &waiting, error)) != COQUILL_MAILBOX_DONE)
    return result;
  if (waiting >= self->options->door_requests)
    return COQUILL_MAILBOX_OVER_LIMIT;

  statement = prepare_for (
      self, "INSERT INTO knock (room, request, expires) SELECT id, ?2, ?3 FROM room WHERE room = ?1", room,
      error);
  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  coquill_database_bind_bytes (statement, 2, request);
  sqlite3_bind_int64 (statement, 3, now_in_seconds () + (gint64)self->options->door_days * SECONDS_PER_DAY);
  result = run (self, statement, error);
  *knock = sqlite3_last_insert_rowid (coquill_database_get_handle (self->database));
  return result;
}

CoquillMailboxResult
coquill_mailbox_file_read_knocks (CoquillMailboxFile *self, const guint8 *room, GArray *items, GError **error)
{
  sqlite3_stmt *statement
      = prepare_for (self,
                     "SELECT id, request FROM knock WHERE room = (SELECT id FROM room WHERE"
                     " room = ?) AND expires >= ? ORDER BY id",
                     room, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 2, now_in_seconds ());
  for (;;)
    {
      if (!coquill_database_step (self->database, statement, &has_row, error))
        return COQUILL_MAILBOX_FAILED;
      if (!has_row)
        return COQUILL_MAILBOX_DONE;
      CoquillMailboxItem item
          = { sqlite3_column_int64 (statement, 0), coquill_database_column_bytes (statement, 1) };
      g_array_append_val (items, item);
    }
}

CoquillMailboxResult
coquill_mailbox_file_remove_knock (CoquillMailboxFile *self,
                                   const guint8 *room,
                                   guint64 knock,
                                   GError **error)
{
  sqlite3_stmt *statement = prepare_for (
      self, "DELETE FROM knock WHERE room = (SELECT id FROM room WHERE room = ?) AND id = ?", room, error);

  if (statement == NULL)
    return COQUILL_MAILBOX_FAILED;
  sqlite3_bind_int64 (statement, 2, MIN (knock, (guint64)G_MAXINT64));
  return run (self, statement, error);
}

CoquillMailboxResult
coquill_mailbox_file_erase (CoquillMailboxFile *self, const guint8 *room, GError **error)
{
  sqlite3_stmt *statement = prepare_for (self, "DELETE FROM room WHERE room = ?", room, error);

  self->n_rooms = -1;
  return statement != NULL ? run (self, statement, error) : COQUILL_MAILBOX_FAILED;
}

void
coquill_mailbox_room_clear (CoquillMailboxRoom *self)
{
  g_clear_pointer (&self->lock, g_bytes_unref);
}

void
coquill_mailbox_item_clear (CoquillMailboxItem *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
}
