/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-document.h: a document as its file gives it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillStoreBlock:
 * @position: where in the file
 * @kind: as given to coquill_store_batch_add_block()
 * @bytes: as given
 */
typedef struct
{
  guint64 position;
  guint32 kind;
  GBytes *bytes;
} CoquillStoreBlock;

/** What one read of history gives is at least one block and no more bytes than this beyond the first. */
#define COQUILL_STORE_SLICE_BYTES (1024 * 1024)

/**
 * CoquillStoreDocument:
 * @snapshot: (nullable): the whole as of @snapshot_position
 * @snapshot_position: the last block that the snapshot includes, 0 without one
 * @blocks: (element-type CoquillStoreBlock): the blocks after it
 * @state: (element-type utf8 GBytes): the small values
 * @history_damage: (nullable): %COQUILL_STORE_ERROR_DAMAGED if a block that the snapshot includes differs
 * from what was written: the rest is right, and can still be read
 *
 * Enough to open a document. The blocks up to @snapshot_position come by coquill_store_read_history_async().
 */
typedef struct
{
  GBytes *snapshot;
  guint64 snapshot_position;
  GArray *blocks;
  GHashTable *state;
  GError *history_damage;
} CoquillStoreDocument;

void
coquill_store_document_free (CoquillStoreDocument *self);

/**
 * coquill_store_document_read:
 * @path: (type filename): the document's file
 *
 * Reads and checks a document in one transaction, beside a writer. Blocks on the disk: not for the main
 * thread.
 *
 * Returns: (transfer full) (nullable): the document, or %NULL with a #CoquillStoreError
 */
CoquillStoreDocument *
coquill_store_document_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_store_document_read_history:
 * @path: (type filename): the document's file
 * @after: the last position had already, 0 to begin
 * @until: the last position wanted
 *
 * Reads the next slice of blocks. Blocks on the disk.
 *
 * Returns: (transfer full) (nullable) (element-type CoquillStoreBlock): the blocks, empty at the end
 */
GArray *
coquill_store_document_read_history (const char *path, guint64 after, guint64 until, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillStoreDocument, coquill_store_document_free)

G_END_DECLS
