/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h: the files of a replica: a library and its documents, as opaque bytes. */
#pragma once

#include <gio/gio.h>

#include "store/store-batch.h"
#include "store/store-document.h"
#include "store/store-error.h"
#include "store/store-library.h"

G_BEGIN_DECLS

/**
 * CoquillStoreMode:
 * @COQUILL_STORE_WRITE: the folder is made if it is missing, and locked
 * @COQUILL_STORE_READ: beside a writer or without one; sees what was committed when it reads
 */
typedef enum
{
  COQUILL_STORE_WRITE,
  COQUILL_STORE_READ,
} CoquillStoreMode;

#define COQUILL_TYPE_STORE (coquill_store_get_type ())
/**
 * CoquillStore:
 *
 * The data folder, open. Functions are called, and tasks return, on the thread that opened it; nothing in
 * here makes that thread wait for the disk. The files' format is in store-schema.h.
 */
G_DECLARE_FINAL_TYPE (CoquillStore, coquill_store, COQUILL, STORE, GObject)

/**
 * coquill_store_open_async:
 * @folder: (type filename): the data folder
 *
 * Opens the folder, checks the library's file and reads it. Fails with a #CoquillStoreError;
 * %COQUILL_STORE_ERROR_BUSY has "PROGRAM PID HOST" of the writer as its message.
 */
void
coquill_store_open_async (const char *folder,
                          CoquillStoreMode mode,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/** Returns: (transfer full): the store */
CoquillStore *
coquill_store_open_finish (GAsyncResult *result, GError **error);

/**
 * coquill_store_close_async:
 *
 * Writes what waits, closes the files and lets go of the folder. Batches committed from now on fail.
 */
void
coquill_store_close_async (CoquillStore *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean
coquill_store_close_finish (CoquillStore *self, GAsyncResult *result, GError **error);

const char *
coquill_store_get_folder (CoquillStore *self);
CoquillStoreMode
coquill_store_get_mode (CoquillStore *self);

/** coquill_store_get_value: (transfer none) (nullable): a value of the library as it was when opened */
GBytes *
coquill_store_get_value (CoquillStore *self, const char *key);

/** coquill_store_get_entries: (transfer none) (element-type CoquillStoreEntry): the list of documents as it
 * was when opened, newest change first */
GPtrArray *
coquill_store_get_entries (CoquillStore *self);

/**
 * coquill_store_commit_async:
 * @batch: what to write; leave it alone until the task returns
 *
 * Writes all of @batch, or, if it fails, nothing of it (but see #CoquillStoreBatch about a batch for both
 * files). Returns after the full sync: what was committed survives a power cut. Batches are written in the
 * order given, several in one transaction. After a failure later batches may succeed: who needs the order
 * keeps one batch under way and, when that fails, appends what came since to it and tries it again.
 */
void
coquill_store_commit_async (CoquillStore *self,
                            CoquillStoreBatch *batch,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean
coquill_store_commit_finish (CoquillStore *self, GAsyncResult *result, GError **error);

/** coquill_store_read_document_async: reads what is needed to open document @id */
void
coquill_store_read_document_async (CoquillStore *self,
                                   const char *id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** Returns: (transfer full): see coquill_store_document_read() */
CoquillStoreDocument *
coquill_store_read_document_finish (CoquillStore *self, GAsyncResult *result, GError **error);

/** coquill_store_read_history_async: reads the next slice of blocks after position @after, at most to @until
 */
void
coquill_store_read_history_async (CoquillStore *self,
                                  const char *id,
                                  guint64 after,
                                  guint64 until,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** Returns: (transfer full) (element-type CoquillStoreBlock): the blocks, none at the end */
GArray *
coquill_store_read_history_finish (CoquillStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
