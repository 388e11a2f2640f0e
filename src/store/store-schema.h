/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-schema.h: the format of the files in a data folder. */
#pragma once

#include <glib.h>

#include "sql/database.h"

G_BEGIN_DECLS

/*
 * DATA/lock                 held with flock(2) by the one writer; one line: "PROGRAM PID HOST"
 * DATA/library.db           SQLite, application_id "CqLi"
 * DATA/documents/ID.db      SQLite, application_id "CqDo"; ID: 64 hexadecimal digits, lower case
 * (and -wal, -shm while open, .VERSION.backup after a migration)
 *
 * Folders have mode 0700, files 0600: they hold keys and text in clear.
 *
 * library.db
 *   value     key, value, checksum                        identity, settings: opaque to the store
 *   document  id, title, last_change, state, checksum     the list; last_change in µs of the real-time clock
 *
 * ID.db
 *   block     position, kind, bytes, checksum   what was appended, in order: 1, 2, 3 …; merged blocks take
 *                                               new positions, after those that they stand for
 *   state     key, value, checksum              small values that change: cursors and such
 *   snapshot  position, bytes, checksum         one row: the whole as of that block, so that opening
 *                                               doesn't read what came before
 *
 * A checksum is the first 8 bytes of SHA-256 over the row's key (text with its final NUL, or position as 8
 * bytes, most significant first, and kind likewise) and its value. SQLite's own check finds damage to its
 * structure, the checksum finds damage to what is inside.
 */

extern const CoquillDatabaseSchema coquill_store_library_schema;
extern const CoquillDatabaseSchema coquill_store_document_schema;

/** The length of a checksum, bytes. */
#define COQUILL_STORE_CHECKSUM 8

/** The checksum of a value kept under a text key. */
void
coquill_store_checksum_value (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              const char *key,
                              gconstpointer bytes,
                              gsize length);

/** The checksum of a value kept under a number; @kind is 0 for a snapshot. */
void
coquill_store_checksum_block (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              guint64 position,
                              guint32 kind,
                              gconstpointer bytes,
                              gsize length);

/** The checksum of an entry of the list. */
void
coquill_store_checksum_entry (guint8 checksum[COQUILL_STORE_CHECKSUM],
                              const char *id,
                              const char *title,
                              gint64 last_change,
                              gint64 state);

/** Whether @column of the row under @statement holds @checksum. */
gboolean
coquill_store_checksum_matches (sqlite3_stmt *statement,
                                int column,
                                const guint8 checksum[COQUILL_STORE_CHECKSUM]);

/** Whether @id can name a document: 64 lower-case hexadecimal digits. */
gboolean
coquill_store_is_id (const char *id);

/** (transfer full): the file of document @id in @folder. */
char *
coquill_store_document_path (const char *folder, const char *id);

G_END_DECLS
