/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-writer.h: the one thread that writes, with group commit. */
#pragma once

#include <gio/gio.h>

#include "sql/database.h"
#include "store/store-batch.h"

G_BEGIN_DECLS

/** Batches that may wait for the disk. A replica has one under way, so this is documents open at once. */
#define COQUILL_STORE_QUEUE 1024
/** Documents' files kept open between batches. */
#define COQUILL_STORE_OPEN_FILES 16

/**
 * CoquillStoreWriter:
 *
 * Owns every connection that writes. While a commit waits for the disk, further batches queue up; all of
 * them go into the next transaction of their file, so the disk is waited for once for many.
 */
typedef struct _CoquillStoreWriter CoquillStoreWriter;

/**
 * coquill_store_writer_new:
 * @folder: (type filename): the data folder
 * @library: (transfer full): the library's file, open for writing
 */
CoquillStoreWriter *
coquill_store_writer_new (const char *folder, CoquillDatabase *library);

/**
 * coquill_store_writer_push:
 * @batch: what to write; not changed by the caller from now on
 * @task: (transfer full): returns %TRUE once the batch is on disk, or a #CoquillStoreError
 *
 * Any thread.
 */
void
coquill_store_writer_push (CoquillStoreWriter *self, CoquillStoreBatch *batch, GTask *task);

/** Writes what waits, closes all files and ends the thread. Blocks until then. */
void
coquill_store_writer_free (CoquillStoreWriter *self);

G_END_DECLS
