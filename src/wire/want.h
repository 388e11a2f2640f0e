/* SPDX-License-Identifier: GPL-3.0-or-later */
/* want.h: a request for what is missing, body of WANT */

#pragma once

#include "wire/vector.h"

G_BEGIN_DECLS

/* Log entries asked for by id in one message; the rest is asked for with the next. */
#define COQUILL_WANT_MAX_LOG_ENTRIES 1024

/**
 * CoquillWant:
 * @have: the sender has each device's items up to these; it wants what follows. A device that it knows
 * nothing of stands with length 0
 * @log_entries: (array length=n_log_entries): ids of log entries that something known names but that are
 * missing
 *
 * Asks a peer for missing items and log entries.
 */
typedef struct
{
  CoquillWireVector have;
  CoquillDigest *log_entries;
  gsize n_log_entries;
} CoquillWant;

CoquillWant *
coquill_want_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_want_set_log_entries (CoquillWant *self, const CoquillDigest *ids, gsize n_ids);
GBytes *
coquill_want_encode (const CoquillWant *self) G_GNUC_WARN_UNUSED_RESULT;
CoquillWant *
coquill_want_decode (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_want_free (CoquillWant *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillWant, coquill_want_free)

G_END_DECLS
