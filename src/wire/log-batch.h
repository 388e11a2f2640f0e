/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log-batch.h: log entries in transit, body of LOG */

#pragma once

#include "wire/digest.h"
#include "wire/error.h"

G_BEGIN_DECLS

/* Entries of one batch. More go into the next. */
#define COQUILL_LOG_BATCH_MAX 1024

/**
 * CoquillSignedEntry:
 * @entry: (owned): a #CoquillLogEntry's bytes as its signer made them, never re-serialised
 * @signature: by the signer, see trust/entry-signature.h
 *
 * A log entry as it is carried and stored.
 */
typedef struct
{
  GBytes *entry;
  guint8 signature[64];
} CoquillSignedEntry;

CoquillSignedEntry *
coquill_signed_entry_new (GBytes *entry, const guint8 *signature) G_GNUC_WARN_UNUSED_RESULT;
CoquillSignedEntry *
coquill_signed_entry_copy (const CoquillSignedEntry *self) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_signed_entry_free (CoquillSignedEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSignedEntry, coquill_signed_entry_free)

/**
 * coquill_log_batch_encode:
 * @entries: (element-type CoquillSignedEntry): at most %COQUILL_LOG_BATCH_MAX, parents before children
 *
 * Returns: (transfer full): the batch
 */
GBytes *
coquill_log_batch_encode (GPtrArray *entries) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_log_batch_decode:
 * @bytes: a batch
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Neither decodes the entries nor checks their signatures.
 *
 * Returns: (transfer full) (element-type CoquillSignedEntry): the entries, or %NULL
 */
GPtrArray *
coquill_log_batch_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
