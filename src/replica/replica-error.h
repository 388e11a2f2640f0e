/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-error.h: what can go wrong with a library or a replica, in the words of who uses it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillReplicaError:
 * @COQUILL_REPLICA_ERROR_BUSY: another program writes this data folder; the message names it
 * @COQUILL_REPLICA_ERROR_READ_ONLY: the data folder or the library was opened for reading
 * @COQUILL_REPLICA_ERROR_FULL: the disk is full
 * @COQUILL_REPLICA_ERROR_DISK: the disk failed otherwise
 * @COQUILL_REPLICA_ERROR_DAMAGED: a file of the replica is damaged
 * @COQUILL_REPLICA_ERROR_NEWER: a later version of Coquill made it
 * @COQUILL_REPLICA_ERROR_NOT_FOUND: there is no such document
 * @COQUILL_REPLICA_ERROR_TEXT: the text is not valid UTF-8 or holds U+0000
 * @COQUILL_REPLICA_ERROR_LINK: the link can't be used; the message says which part is wrong
 * @COQUILL_REPLICA_ERROR_RELAY: the relay can't be reached, or refuses
 * @COQUILL_REPLICA_ERROR_NOT_ALLOWED: this device has no right to do it
 * @COQUILL_REPLICA_ERROR_TIMED_OUT: it did not happen within the time given
 * @COQUILL_REPLICA_ERROR_FAILED: any other failure
 *
 * Messages are sentences for people, translated: what happened, what it means for the text, what to do.
 */
typedef enum
{
  COQUILL_REPLICA_ERROR_BUSY,
  COQUILL_REPLICA_ERROR_READ_ONLY,
  COQUILL_REPLICA_ERROR_FULL,
  COQUILL_REPLICA_ERROR_DISK,
  COQUILL_REPLICA_ERROR_DAMAGED,
  COQUILL_REPLICA_ERROR_NEWER,
  COQUILL_REPLICA_ERROR_NOT_FOUND,
  COQUILL_REPLICA_ERROR_TEXT,
  COQUILL_REPLICA_ERROR_LINK,
  COQUILL_REPLICA_ERROR_RELAY,
  COQUILL_REPLICA_ERROR_NOT_ALLOWED,
  COQUILL_REPLICA_ERROR_TIMED_OUT,
  COQUILL_REPLICA_ERROR_FAILED,
} CoquillReplicaError;

#define COQUILL_REPLICA_ERROR (coquill_replica_error_quark ())
GQuark
coquill_replica_error_quark (void);

G_END_DECLS
