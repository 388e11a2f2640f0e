/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-library.h: the library's file as read: values and the list of documents. */
#pragma once

#include <glib.h>

#include "sql/database.h"

G_BEGIN_DECLS

/**
 * CoquillStoreEntry:
 * @id: 64 hexadecimal digits
 * @title: as last written
 * @last_change: microseconds of the real-time clock
 * @state: of no meaning to the store
 *
 * A document in the list.
 */
typedef struct
{
  char *id;
  char *title;
  gint64 last_change;
  gint64 state;
} CoquillStoreEntry;

void
coquill_store_entry_free (CoquillStoreEntry *self);

/**
 * coquill_store_library_read:
 * @database: the library's file
 * @values: (element-type utf8 GBytes): gets the values; their memory is wiped when they are freed
 * @entries: (element-type CoquillStoreEntry): gets the list, newest change first
 *
 * Reads and checks the library. Blocks on the disk.
 */
gboolean
coquill_store_library_read (CoquillDatabase *database,
                            GHashTable *values,
                            GPtrArray *entries,
                            GError **error);

/** (transfer full): a copy of @bytes that is wiped when it is freed. */
GBytes *
coquill_store_bytes_copy_wiped (gconstpointer bytes, gsize length);

G_END_DECLS
