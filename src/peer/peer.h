/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peer.h: what every command of coquill-peer stands on: the open library, waiting, and telling failures. */
#pragma once

#include "replica/library.h"

G_BEGIN_DECLS

/**
 * CoquillExit:
 * @COQUILL_EXIT_DONE: it was done
 * @COQUILL_EXIT_FAILED: it could not be done; standard error says why
 * @COQUILL_EXIT_REFUSED: `join` could not get the document, or the command line makes no sense
 *
 * The exit statuses of coquill-peer.
 */
typedef enum
{
  COQUILL_EXIT_DONE = 0,
  COQUILL_EXIT_FAILED = 1,
  COQUILL_EXIT_REFUSED = 2,
} CoquillExit;

/**
 * CoquillPeer:
 * @library: (nullable): the open library
 * @cancellable: cancelled when the program is asked to stop (SIGINT, SIGTERM)
 */
typedef struct
{
  CoquillLibrary *library;
  GCancellable *cancellable;
} CoquillPeer;

/**
 * CoquillWait:
 *
 * One asynchronous call that a command waits for by running the main context: pass coquill_wait_done_cb() and
 * the wait as callback and data, then take the result from coquill_wait_for().
 */
typedef struct
{
  GAsyncResult *result;
} CoquillWait;

void
coquill_wait_done_cb (GObject *source, GAsyncResult *result, gpointer user_data);
/** Returns: (transfer full): the result, once it is there */
GAsyncResult *
coquill_wait_for (CoquillWait *wait);

/** Opens the library in @data_dir (%NULL: the default one). Tells a failure on standard error. With
 * @missing_ok a folder to read that was never made is none, and leaves the library %NULL. */
gboolean
coquill_peer_open (CoquillPeer *self, const char *data_dir, CoquillLibraryMode mode, gboolean missing_ok);

/** Closes the library. Returns: %COQUILL_EXIT_FAILED if that failed, else @status. */
CoquillExit
coquill_peer_close (CoquillPeer *self, CoquillExit status);

/** Returns: (transfer none) (nullable): the document named @id, opened; a failure is told on standard error.
 */
CoquillReplica *
coquill_peer_open_document (CoquillPeer *self, const char *id);

/** Commits everything edited so far. A failure is told on standard error. */
gboolean
coquill_peer_commit (CoquillReplica *replica);

/**
 * coquill_peer_deliver:
 * @seconds: how long to try
 *
 * Waits until the relay has everything, and warns on standard error if it does not within @seconds: that is
 * no failure, the text is kept here.
 */
void
coquill_peer_deliver (CoquillPeer *self, CoquillReplica *replica, guint seconds);

/** Returns: (transfer full): a cancellable that is cancelled after @seconds, or with that of @self; the
 * timeout ends with it. */
GCancellable *
coquill_peer_deadline (CoquillPeer *self, guint seconds);

/** Writes `coquill-peer: MESSAGE` to standard error. */
void
coquill_peer_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS
