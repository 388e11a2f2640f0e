/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store-error.h: what can go wrong with the files of a replica. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillStoreError:
 * @COQUILL_STORE_ERROR_BUSY: another program writes this data folder; the message is "PROGRAM PID HOST"
 * @COQUILL_STORE_ERROR_READ_ONLY: the folder can't be written, or was opened for reading
 * @COQUILL_STORE_ERROR_FULL: there is no room on the disk
 * @COQUILL_STORE_ERROR_DISK: the disk failed otherwise
 * @COQUILL_STORE_ERROR_DAMAGED: a file holds something else than what was written
 * @COQUILL_STORE_ERROR_NEWER: a later version of the program made a file
 * @COQUILL_STORE_ERROR_NOT_FOUND: there is no such folder or document
 * @COQUILL_STORE_ERROR_LIMIT: more than %COQUILL_STORE_QUEUE batches wait for the disk
 * @COQUILL_STORE_ERROR_CLOSED: the store was closed before
 */
typedef enum
{
  COQUILL_STORE_ERROR_BUSY,
  COQUILL_STORE_ERROR_READ_ONLY,
  COQUILL_STORE_ERROR_FULL,
  COQUILL_STORE_ERROR_DISK,
  COQUILL_STORE_ERROR_DAMAGED,
  COQUILL_STORE_ERROR_NEWER,
  COQUILL_STORE_ERROR_NOT_FOUND,
  COQUILL_STORE_ERROR_LIMIT,
  COQUILL_STORE_ERROR_CLOSED,
} CoquillStoreError;

#define COQUILL_STORE_ERROR (coquill_store_error_quark ())
GQuark
coquill_store_error_quark (void);

/**
 * coquill_store_error_from_sql:
 * @error: (inout) (transfer full): a #CoquillSqlError, replaced by the #CoquillStoreError that it means here
 */
void
coquill_store_error_from_sql (GError **error);

/** coquill_store_error_from_errno: sets @error for a failed system call that did @doing with @path. */
void
coquill_store_error_from_errno (GError **error, int number, const char *doing, const char *path);

G_END_DECLS
