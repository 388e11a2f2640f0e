/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-schema.c: the format of the files in a data folder. */

#include "store/store-schema.h"

#include <string.h>

static const char *const library_migrations[] = {
  "CREATE TABLE value ("
  "  key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum BLOB NOT NULL) WITHOUT ROWID, STRICT;"
  "CREATE TABLE document ("
  "  id TEXT PRIMARY KEY, title TEXT NOT NULL, last_change INTEGER NOT NULL, state INTEGER NOT NULL,"
  "  checksum BLOB NOT NULL) WITHOUT ROWID, STRICT;",
  NULL,
};

static const char *const document_migrations[] = {
  "CREATE TABLE block ("
  "  position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, bytes BLOB NOT NULL, checksum BLOB NOT NULL)"
  "  STRICT;"
  "CREATE TABLE state ("
  "  key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum BLOB NOT NULL) WITHOUT ROWID, STRICT;"
  "CREATE TABLE snapshot ("
  "  position INTEGER PRIMARY KEY, bytes BLOB NOT NULL, checksum BLOB NOT NULL) STRICT;",
  NULL,
};

const CoquillDatabaseSchema coquill_store_library_schema = {
  .application_id = 0x43714c69,
  .migrations = library_migrations,
};

const CoquillDatabaseSchema coquill_store_document_schema = {
  .application_id = 0x4371446f,
  .migrations = document_migrations,
};

static void
update_number (GChecksum *sum, guint64 number)
{
  guint64 bytes = GUINT64_TO_BE (number);

  g_checksum_update (sum, (const guchar *)&bytes, sizeof bytes);
}

static void
update_string (GChecksum *sum, const char *string)
{
  g_checksum_update (sum, (const guchar *)string, (gssize)strlen (string) + 1);
}

/* A NULL pointer means no bytes. */
static void
update_bytes (GChecksum *sum, gconstpointer bytes, gsize length)
{
  if (length > 0)
    g_checksum_update (sum, bytes, (gssize)length);
}

static void
finish (GChecksum *sum, guint8 checksum[COQUILL_STORE_CHECKSUM])
{
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_get_digest (sum, digest, &length);
  memcpy (checksum, digest, COQUILL_STORE_CHECKSUM);
}

void
coquill_store_checksum_value (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              const char *key,
                              gconstpointer bytes,
                              gsize length)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  update_string (sum, key);
  update_bytes (sum, bytes, length);
  finish (sum, checksum);
}

void
coquill_store_checksum_block (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              guint64 position,
                              guint32 kind,
                              gconstpointer bytes,
                              gsize length)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  update_number (sum, position);
  update_number (sum, kind);
  update_bytes (sum, bytes, length);
  finish (sum, checksum);
}

void
coquill_store_checksum_entry (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              const char *id,
                              const char *title,
                              gint64 last_change,
                              gint64 state)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  update_string (sum, id);
  update_string (sum, title);
  update_number (sum, (guint64)last_change);
  update_number (sum, (guint64)state);
  finish (sum, checksum);
}

gboolean
coquill_store_checksum_matches (sqlite3_stmt *statement,
                                int column,
                                const guint8 checksum[COQUILL_STORE_CHECKSUM])
{
  return sqlite3_column_bytes (statement, column) == COQUILL_STORE_CHECKSUM
         && memcmp (sqlite3_column_blob (statement, column), checksum, COQUILL_STORE_CHECKSUM) == 0;
}

gboolean
coquill_store_is_id (const char *id)
{
  return id != NULL && strlen (id) == 64 && strspn (id, "0123456789abcdef") == 64;
}

char *
coquill_store_document_path (const char *folder, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".db", NULL);

  return g_build_filename (folder, "documents", name, NULL);
}
