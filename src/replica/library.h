/* SPDX-License-Identifier: GPL-3.0-or-later */
/* library.h: the data folder: who one is, and the documents one has. */
#pragma once

#include "replica/join.h"
#include "replica/replica-error.h"
#include "replica/replica.h"

G_BEGIN_DECLS

typedef enum
{
  COQUILL_LIBRARY_WRITE,
  COQUILL_LIBRARY_READ,
} CoquillLibraryMode;

#define COQUILL_TYPE_LIBRARY (coquill_library_get_type ())
/**
 * CoquillLibrary:
 *
 * A #GListModel of the documents ([class@Replica]), newest change first. Main thread only.
 *
 * Properties: `data-dir` (string), `mode`, `name` (string, writable: the person's name; default: the real
 * name of the account), `color` (string "#rrggbb", writable), `relay` (string, writable: default relay's
 * origin, empty by default), `hide-address` (boolean, writable), `online` (boolean, writable: FALSE keeps
 * every document off line).
 */
G_DECLARE_FINAL_TYPE (CoquillLibrary, coquill_library, COQUILL, LIBRARY, GObject)

/** coquill_library_default_data_dir: (transfer full): `$XDG_DATA_HOME/coquill` */
char *
coquill_library_default_data_dir (void);

/**
 * coquill_library_open_async:
 * @data_dir: the data folder, made if it is missing (mode 0700) and @mode allows
 * @mode: one program writes, others may read
 *
 * Fails with %COQUILL_REPLICA_ERROR_BUSY naming who holds it, _READ_ONLY, _DAMAGED, _NEWER, _FULL or _DISK.
 */
void
coquill_library_open_async (const char *data_dir,
                            CoquillLibraryMode mode,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/** Returns: (transfer full): */
CoquillLibrary *
coquill_library_open_finish (GAsyncResult *result, GError **error);

/** Closes all replicas, commits, lets go of the data folder. */
void
coquill_library_close_async (CoquillLibrary *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean
coquill_library_close_finish (CoquillLibrary *self, GAsyncResult *result, GError **error);

/** Milliseconds that a program's end may take for the sake of others: some datagrams go at once; a TURN
 * server that doesn't answer is not waited for. */
#define COQUILL_LIBRARY_GOODBYE 500

/**
 * coquill_library_wait_for_roads:
 * @milliseconds: at most; %COQUILL_LIBRARY_GOODBYE
 *
 * For a program's end, after its libraries are closed: blocks until the direct roads' goodbyes have left, so
 * that the others know at once, rather than by seconds of silence, and TURN servers have their addresses
 * back. At once if no document was reached directly.
 *
 * Returns: %FALSE if something was still to be done
 */
gboolean
coquill_library_wait_for_roads (guint milliseconds);

/**
 * coquill_library_create_async:
 * @title: (nullable): a title, or %NULL for the first line
 * @text: (nullable): what it starts with: UTF-8 without U+0000, kept byte for byte
 *
 * Makes a private document and opens it.
 */
void
coquill_library_create_async (CoquillLibrary *self,
                              const char *title,
                              GBytes *text,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/** Returns: (transfer full): an open replica, committed to disk */
CoquillReplica *
coquill_library_create_finish (CoquillLibrary *self, GAsyncResult *result, GError **error);

/** coquill_library_find: (transfer none): the document whose id is or (uniquely) begins with @id (at least 4
 * digits) */
CoquillReplica *
coquill_library_find (CoquillLibrary *self, const char *id, GError **error);

/** coquill_library_join: (transfer full): begins to join; a document that one has already is simply opened */
CoquillJoin *
coquill_library_join (CoquillLibrary *self, const char *link);

/**
 * coquill_library_check_relay_async:
 * @relay: what a person typed as the address of a relay: an origin, with or without its scheme
 *
 * Asks whether a relay of a version we speak answers there. Fails with %COQUILL_REPLICA_ERROR_RELAY and the
 * reason in plain words.
 */
void
coquill_library_check_relay_async (CoquillLibrary *self,
                                   const char *relay,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** Returns: (transfer full): the relay's origin as it belongs in a link, e.g. "https://relay.example" */
char *
coquill_library_check_relay_finish (CoquillLibrary *self, GAsyncResult *result, GError **error);

/**
 * coquill_library_dup_road_counts:
 *
 * The counts of coquill_replica_dup_road_counts() over all documents that were open since the data folder was
 * made; what a running program has counted is saved at most every 10 s, so a reader sees it a little late.
 *
 * Returns: (transfer full): an `a{st}`, not floating
 */
GVariant *
coquill_library_dup_road_counts (CoquillLibrary *self);

/**
 * coquill_library_remove:
 *
 * Takes the document out of the list (undone by coquill_library_restore() until the library is closed, when
 * its files go). The others keep theirs.
 */
void
coquill_library_remove (CoquillLibrary *self, CoquillReplica *replica);
void
coquill_library_restore (CoquillLibrary *self, CoquillReplica *replica);

G_END_DECLS
