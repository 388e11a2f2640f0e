/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-apply.h: a batch, as statements inside a transaction. */
#pragma once

#include "sql/database.h"
#include "store/store-batch.h"

G_BEGIN_DECLS

/** The highest position given out so far in a document's file; fails with a #CoquillSqlError. */
gboolean
coquill_store_apply_get_position (CoquillDatabase *database, guint64 *position, GError **error);

/**
 * coquill_store_apply_batch:
 * @database: the document's file or, if @library, the library's; in a transaction
 * @library: which writes of @batch to apply: those to the library, or those to the document
 * @position: (inout): the highest position given out so far, counted on; not used if @library
 *
 * Fails with a #CoquillSqlError; roll back then.
 */
gboolean
coquill_store_apply_batch (
    CoquillDatabase *database, CoquillStoreBatch *batch, gboolean library, guint64 *position, GError **error);

G_END_DECLS
