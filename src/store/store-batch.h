/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-batch.h: what is to be written together. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillStoreBatch:
 *
 * Writes about one document (or none) and about the library, in the order they were added. All that concerns
 * the document's file happens in one transaction, then all that concerns the library in another: after a
 * crash between them the list may be older than a document, never the other way round.
 */
typedef struct _CoquillStoreBatch CoquillStoreBatch;

/**
 * coquill_store_batch_new:
 * @document: (nullable): the document's id, 64 hexadecimal digits; its file is made if it is missing
 *
 * Returns: (transfer full): an empty batch
 */
CoquillStoreBatch *
coquill_store_batch_new (const char *document) G_GNUC_WARN_UNUSED_RESULT;
CoquillStoreBatch *
coquill_store_batch_ref (CoquillStoreBatch *self);
void
coquill_store_batch_unref (CoquillStoreBatch *self);

/** Whether nothing was added. */
gboolean
coquill_store_batch_is_empty (CoquillStoreBatch *self);

/** Moves all of @later to the end of @self, both about the same document: @self failed and is tried again. */
void
coquill_store_batch_append (CoquillStoreBatch *self, CoquillStoreBatch *later);

/** Appends a block. */
void
coquill_store_batch_add_block (CoquillStoreBatch *self, guint32 kind, GBytes *bytes);

/** Drops all blocks so far. What stands for them, merged, and a snapshot are to follow in the same batch. */
void
coquill_store_batch_drop_blocks (CoquillStoreBatch *self);

/** Sets a small value of the document; @value %NULL removes it. */
void
coquill_store_batch_set_state (CoquillStoreBatch *self, const char *key, GBytes *value);

/** Puts a snapshot of everything up to this point in place of the one before. */
void
coquill_store_batch_set_snapshot (CoquillStoreBatch *self, GBytes *bytes);

/** Sets a value of the library; @value %NULL removes it. */
void
coquill_store_batch_set_value (CoquillStoreBatch *self, const char *key, GBytes *value);

/** Sets the document's entry in the list. */
void
coquill_store_batch_set_entry (CoquillStoreBatch *self, const char *title, gint64 last_change, gint64 state);

/** Removes the document: its entry first, then its files. Nothing else may be in the batch. */
void
coquill_store_batch_remove_document (CoquillStoreBatch *self);

/** Closes the document's file after this batch, which leaves one tidy file; it opens again when needed. */
void
coquill_store_batch_release_document (CoquillStoreBatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillStoreBatch, coquill_store_batch_unref)

G_END_DECLS
