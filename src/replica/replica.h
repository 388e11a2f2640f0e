/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica.h: one document on this device: its text, its people, its state. */
#pragma once

#include <gio/gio.h>

#include "replica/participant.h"

G_BEGIN_DECLS

/**
 * CoquillReplicaState:
 * @COQUILL_REPLICA_CLOSED: known, its text not loaded
 * @COQUILL_REPLICA_OPENING: being read from disk
 * @COQUILL_REPLICA_OPEN: the text is here and can be edited
 * @COQUILL_REPLICA_WAITING: joined, but nobody has delivered the text yet
 * @COQUILL_REPLICA_FAILED: it could not be opened, see [property@Replica:error]; what could be read of its
 * text all the same is in coquill_replica_dup_text(), to be saved elsewhere
 */
typedef enum
{
  COQUILL_REPLICA_CLOSED,
  COQUILL_REPLICA_OPENING,
  COQUILL_REPLICA_OPEN,
  COQUILL_REPLICA_WAITING,
  COQUILL_REPLICA_FAILED,
} CoquillReplicaState;

/**
 * CoquillReplicaStatus:
 * @COQUILL_STATUS_ON_DEVICE: "On this device": not shared
 * @COQUILL_STATUS_SENDING: "Sending…": for more than a second something waits to reach anybody
 * @COQUILL_STATUS_UP_TO_DATE: "Up to date": everyone present or the meeting point has it
 * @COQUILL_STATUS_CATCHING_UP: "Catching up…": others' changes are on their way here
 * @COQUILL_STATUS_OFFLINE: "Offline, changes kept here"
 * @COQUILL_STATUS_NOT_SAVED: "Not saved": the disk refuses
 *
 * The one vocabulary of states that people see.
 */
typedef enum
{
  COQUILL_STATUS_ON_DEVICE,
  COQUILL_STATUS_SENDING,
  COQUILL_STATUS_UP_TO_DATE,
  COQUILL_STATUS_CATCHING_UP,
  COQUILL_STATUS_OFFLINE,
  COQUILL_STATUS_NOT_SAVED,
} CoquillReplicaStatus;

/** The machine-readable word of @status ("on-device", "sending", "up-to-date", "catching-up", "offline",
 * "not-saved"). */
const char *
coquill_replica_status_to_string (CoquillReplicaStatus status);
/** The translated words of @status that people read. */
const char *
coquill_replica_status_to_words (CoquillReplicaStatus status);

/**
 * CoquillTextChange:
 * @position: where, in code points, in the text as the change before it left it
 * @deleted: how many code points go
 * @inserted: (array length=inserted_bytes): UTF-8 that comes, not terminated; valid during the signal
 * @inserted_bytes: its length in bytes
 * @inserted_length: its length in code points
 * @author: (nullable): who, if known
 * @local: whether this device made it (undo, redo, insert, delete through this object)
 */
typedef struct
{
  guint64 position;
  guint64 deleted;
  const char *inserted;
  gsize inserted_bytes;
  guint64 inserted_length;
  CoquillParticipant *author;
  gboolean local;
} CoquillTextChange;

#define COQUILL_TYPE_REPLICA (coquill_replica_get_type ())
/**
 * CoquillReplica:
 *
 * One document on this device, open or closed; an item of [class@Library]. Main thread only.
 *
 * Properties (all with notification): `id` (string, 64 hexadecimal digits), `title` (string: a set title,
 * else the first line, else the translated "Untitled"), `title-set` (boolean), `language` (string, nullable:
 * GtkSourceView language id, a record), `last-change` (int64, microseconds real time), `state`, `status`,
 * `shared` (boolean), `relay` (string, nullable: the relay's origin), `online` (boolean, writable: FALSE
 * keeps it off line), `hide-address` (boolean, writable, kept: TRUE never connects directly in this document;
 * so does the library's for all), `people` (GListModel of CoquillParticipant: self first, then the present,
 * then the others), `can-undo`, `can-redo`, `length` (uint64, code points), `error` (GError, nullable: why it
 * failed to open, or why the disk refuses), `relay-error` (GError, nullable: why the relay is out of reach),
 * `pending` (boolean: incoming changes wait, see coquill_replica_merge_pending()).
 *
 * Signals:
 *  - `text-changed (CoquillTextChange *change)`: after each contiguous change that was not made by the
 * caller's own insert or delete: from others, from undo and redo, from a replaced text. Apply them in order
 * to a mirror of the text. Never emitted but inside coquill_replica_merge_pending(), _undo(), _redo(),
 * _replace_text().
 *  - `others-changed (CoquillParticipant *author, guint places)`: after a catch-up, once per author, for the
 * toast "Ana changed 3 places".
 */
G_DECLARE_FINAL_TYPE (CoquillReplica, coquill_replica, COQUILL, REPLICA, GObject)

const char *
coquill_replica_get_id (CoquillReplica *self);
const char *
coquill_replica_get_title (CoquillReplica *self);
gint64
coquill_replica_get_last_change (CoquillReplica *self);
CoquillReplicaState
coquill_replica_get_state (CoquillReplica *self);
CoquillReplicaStatus
coquill_replica_get_status (CoquillReplica *self);
gboolean
coquill_replica_is_shared (CoquillReplica *self);
const char *
coquill_replica_get_relay (CoquillReplica *self);
GListModel *
coquill_replica_get_people (CoquillReplica *self);
const GError *
coquill_replica_get_error (CoquillReplica *self);
gboolean
coquill_replica_get_can_undo (CoquillReplica *self);
gboolean
coquill_replica_get_can_redo (CoquillReplica *self);
guint64
coquill_replica_get_length (CoquillReplica *self);

/**
 * coquill_replica_open_async:
 *
 * Reads the text from disk (off the main thread) and, if the document is shared, goes on line. Opening an
 * open replica completes at once; each successful open needs one close.
 */
void
coquill_replica_open_async (CoquillReplica *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean
coquill_replica_open_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

/**
 * coquill_replica_close_async:
 *
 * Commits what is not on disk yet, writes a snapshot, leaves the room.
 */
void
coquill_replica_close_async (CoquillReplica *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean
coquill_replica_close_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

/**
 * coquill_replica_insert:
 * @position: code points, clamped to the end
 * @text: UTF-8 without U+0000
 * @length: bytes, -1 if terminated
 *
 * Inserts in memory at once; it goes to disk and out together with what else happens in this turn of the main
 * loop. No "text-changed" is emitted for it. Cost O(log n).
 *
 * Returns: %FALSE with @error set if the text is not valid or this device may not edit
 */
gboolean
coquill_replica_insert (
    CoquillReplica *self, guint64 position, const char *text, gssize length, GError **error);

/** coquill_replica_delete: @position, @count in code points, clamped. As coquill_replica_insert(). */
gboolean
coquill_replica_delete (CoquillReplica *self, guint64 position, guint64 count, GError **error);

/**
 * coquill_replica_replace_text:
 * @text: UTF-8 without U+0000: what the text is to be
 * @length: bytes, -1 if terminated
 * @n_edits: (out) (optional): how many places were edited; 0 if the text was that already
 *
 * Makes the text another one by the few edits that a person would have made, as one step of undo: what others
 * write meanwhile stays. "text-changed" tells what changed. Bounded time, less than a second whatever the
 * texts are; 1 MB with 100 edits in it takes some 10 ms.
 *
 * Returns: %FALSE with @error set, and nothing changed, if the text is not valid or this device may not edit
 */
gboolean
coquill_replica_replace_text (
    CoquillReplica *self, const char *text, gssize length, guint *n_edits, GError **error);

/** Edits between begin and end are one step of undo. They nest. Without them edits are grouped by pause and
 * word. */
void
coquill_replica_begin_group (CoquillReplica *self);
void
coquill_replica_end_group (CoquillReplica *self);

/**
 * coquill_replica_undo:
 * @caret: (out) (optional): where the undone edit was, code points
 *
 * Takes back this device's last step, whatever others did since. "text-changed" tells what changed.
 *
 * Returns: whether there was a step
 */
gboolean
coquill_replica_undo (CoquillReplica *self, guint64 *caret);
gboolean
coquill_replica_redo (CoquillReplica *self, guint64 *caret);

/** coquill_replica_dup_text: (transfer full): the whole text, UTF-8. Cost O(n). */
char *
coquill_replica_dup_text (CoquillReplica *self, gsize *length);
/** coquill_replica_dup_range: (transfer full): @count code points from @position, clamped. */
char *
coquill_replica_dup_range (CoquillReplica *self, guint64 position, guint64 count, gsize *length);

/** coquill_replica_set_title: @title: (nullable): %NULL or empty makes it the first line again */
void
coquill_replica_set_title (CoquillReplica *self, const char *title);
void
coquill_replica_set_language (CoquillReplica *self, const char *language);

/** Tells the others where one's caret is; coalesced, at most 20 a second. Positions in code points. */
void
coquill_replica_set_caret (CoquillReplica *self, guint64 caret, guint64 selection_bound);
void
coquill_replica_clear_caret (CoquillReplica *self);

/**
 * coquill_replica_set_merge_manually:
 * @manually: whether incoming changes wait for coquill_replica_merge_pending()
 *
 * A window merges once per frame, so that the text it shows and the replica's are the same whenever a key is
 * pressed. By default they are merged as they come.
 */
void
coquill_replica_set_merge_manually (CoquillReplica *self, gboolean manually);

/** Merges what came in, emitting "text-changed", for at most 4 ms. Returns: whether more is waiting. */
gboolean
coquill_replica_merge_pending (CoquillReplica *self);

/**
 * coquill_replica_commit_async:
 *
 * Completes when everything edited before the call is on disk (full sync). Fails as the disk fails; the edits
 * stay in memory and are tried again.
 */
void
coquill_replica_commit_async (CoquillReplica *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean
coquill_replica_commit_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

/**
 * coquill_replica_deliver_async:
 *
 * Completes when everything edited before the call is on disk at the relay (implies commit), or cancelled.
 */
void
coquill_replica_deliver_async (CoquillReplica *self,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean
coquill_replica_deliver_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

/**
 * coquill_replica_catch_up_async:
 *
 * Completes when everything that the mailbox held at the call is merged here and on disk, and everything that
 * was here then is at the relay: edits of others, too, that came directly. What the mailbox holds and can't
 * be merged, since something that it follows is on another device only, stays waiting for that.
 */
void
coquill_replica_catch_up_async (CoquillReplica *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean
coquill_replica_catch_up_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

/**
 * coquill_replica_dup_road_counts:
 *
 * What came over the network for direct roads and was refused, and how many attempts there were, since this
 * replica was opened. The names are those that coquill_diagnosis_count_to_words() knows.
 *
 * Returns: (transfer full): an `a{st}`, not floating
 */
GVariant *
coquill_replica_dup_road_counts (CoquillReplica *self);

/**
 * coquill_replica_share_async:
 * @relay: (nullable): origin of the relay; %NULL for the one it has or the library's default
 *
 * Makes the room if there is none, an open invite with the role editor if there is none, and waits until the
 * mailbox holds the whole document.
 */
void
coquill_replica_share_async (CoquillReplica *self,
                             const char *relay,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/** Returns: (transfer full): the link `coquill:…`; it is a secret, don't log it */
char *
coquill_replica_share_finish (CoquillReplica *self, GAsyncResult *result, GError **error);

G_END_DECLS
