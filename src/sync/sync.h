/* sync.h: who has what, what to send next: one document's traffic with the others */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/document.h"
#include "sync/sync-action.h"

G_BEGIN_DECLS

/* Bytes of a mailbox's name. */
#define COQUILL_SYNC_MAILBOX_SIZE 16

/* Posts that the mailbox has not confirmed yet: enough to fill a line of 30 Mbit/s at 100 ms, far below the
 * road's queue. */
#define COQUILL_SYNC_WINDOW_POSTS 64
#define COQUILL_SYNC_WINDOW_BYTES (4 * 1024 * 1024)

/* The same for each direct road. Small envelopes are many on a fast line, so bytes bound it, not posts. */
#define COQUILL_SYNC_DIRECT_WINDOW_POSTS 1024
#define COQUILL_SYNC_DIRECT_WINDOW_BYTES (4 * 1024 * 1024)

/* Bytes that wait behind that window. A road that is further behind starts over with what the other has. */
#define COQUILL_SYNC_DIRECT_BACKLOG_BYTES (16 * 1024 * 1024)

/* When everyone present is reached directly the mailbox may be this much later. It is the hedge, too: a
 * direct road that has not acknowledged something for so long is not trusted to be there. */
#define COQUILL_SYNC_MAILBOX_LAZY (300 * G_TIME_SPAN_MILLISECOND)

/* Typing is gathered for one round trip, but never longer than this, in microseconds. */
#define COQUILL_SYNC_GATHER_MAX (50 * G_TIME_SPAN_MILLISECOND)

/* Own presence: the shortest pause between two, the longest; and others' silence after which they have gone.
 */
#define COQUILL_SYNC_PRESENCE_PAUSE (50 * G_TIME_SPAN_MILLISECOND)
#define COQUILL_SYNC_PRESENCE_KEEP_ALIVE (10 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_PEER_SILENCE (25 * G_TIME_SPAN_SECOND)

/* What waits for longer is said: "Sending…". */
#define COQUILL_SYNC_SENDING_AFTER (1 * G_TIME_SPAN_SECOND)

/* Peers that are kept in mind. More may be in a room; the silent ones of them are not seen. */
#define COQUILL_SYNC_MAX_PEERS 4096

/**
 * CoquillSyncState:
 * @COQUILL_SYNC_DOWN: the road is down
 * @COQUILL_SYNC_FETCHING: relay only: up; the mailbox's contents are coming
 * @COQUILL_SYNC_GREETING: direct only: up; the peer is asked what it has
 * @COQUILL_SYNC_DIFFERENCE: what the mailbox or the peer lacks is being sent
 * @COQUILL_SYNC_LIVE: the other side has everything or it is on its way; edits are passed on as they come
 *
 * A road's session.
 *
 * The relay's. Own new edits are posted in every state but DOWN.
 *
 * |from       |to                                                                                 |
 * |-----------|-----------------------------------------------------------------------------------|
 * |down       |fetching (road up)                                                                 |
 * |fetching   |difference (fetched all), down                                                     |
 * |difference |live (nothing lacking), fetching (asked to), down                                  |
 * |live       |fetching (something was dropped or keys came; asked to), down,                     |
 * |           |difference (too much came directly and its bringer left or has no relay)           |
 *
 * A direct road's. Each side sends what the other lacks; nobody asks for single things. Own new edits are
 * posted in DIFFERENCE and LIVE; GREETING lasts one round trip.
 *
 * |from       |to                                                                                 |
 * |-----------|-----------------------------------------------------------------------------------|
 * |down       |greeting (road up)                                                                 |
 * |greeting   |difference (a hello: it lacks something), live (a hello: it has all), down         |
 * |difference |live (all is on its way), greeting (too far behind), down                          |
 * |live       |difference (another hello: it lacks something), greeting (too far behind), down    |
 */
typedef enum
{
  COQUILL_SYNC_DOWN,
  COQUILL_SYNC_FETCHING,
  COQUILL_SYNC_GREETING,
  COQUILL_SYNC_DIFFERENCE,
  COQUILL_SYNC_LIVE,
} CoquillSyncState;

/**
 * CoquillSyncStatus:
 * @COQUILL_SYNC_STATUS_ON_DEVICE: not shared
 * @COQUILL_SYNC_STATUS_SENDING: something has waited for more than a second
 * @COQUILL_SYNC_STATUS_UP_TO_DATE: the mailbox has all that is here, and gave all that it has; without the
 *   relay: all who are reached directly have acknowledged all
 * @COQUILL_SYNC_STATUS_CATCHING_UP: others' changes are on their way
 * @COQUILL_SYNC_STATUS_OFFLINE: no road is up, or only such as don't answer
 *
 * What people are told; the disk's part is somebody else's.
 */
typedef enum
{
  COQUILL_SYNC_STATUS_ON_DEVICE,
  COQUILL_SYNC_STATUS_SENDING,
  COQUILL_SYNC_STATUS_UP_TO_DATE,
  COQUILL_SYNC_STATUS_CATCHING_UP,
  COQUILL_SYNC_STATUS_OFFLINE,
} CoquillSyncStatus;

/**
 * CoquillSync:
 *
 * Pure, like the document that it serves: tell it what happened, then take actions with coquill_sync_next()
 * until there are none. Times are a clock's that never goes back, in microseconds. Main thread.
 */
typedef struct CoquillSync CoquillSync;

/**
 * coquill_sync_new:
 * @document: not owned, must live longer
 *
 * Returns: (transfer full): sync of a document that isn't shared
 */
CoquillSync *
coquill_sync_new (CoquillDocument *document) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_sync_free (CoquillSync *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSync, coquill_sync_free)

/** The next action; %NULL if there is none. Returns: (transfer full) (nullable): */
CoquillSyncAction *
coquill_sync_next (CoquillSync *self) G_GNUC_WARN_UNUSED_RESULT;

/** When coquill_sync_tick() is to be called next, %G_MAXINT64 for never. Ask after the actions are taken. */
gint64
coquill_sync_get_next_tick (CoquillSync *self);
void
coquill_sync_tick (CoquillSync *self, gint64 now);

/* What was stored */

/**
 * coquill_sync_set_shared:
 *
 * A shared document is off line when no road is up; one that isn't stays "on this device". Bodies given to
 * coquill_sync_local() are only kept in mind if it is shared: before sharing the mailbox is new, and gets
 * all.
 */
void
coquill_sync_set_shared (CoquillSync *self, gboolean shared);

/**
 * coquill_sync_restore_cursor:
 * @mailbox: the mailbox that @position is meant in
 * @position: 0: nothing is known of it
 *
 * Before the first road_up, from the store.
 */
void
coquill_sync_restore_cursor (CoquillSync *self, const guint8 *mailbox, guint64 position);

/**
 * coquill_sync_get_cursor:
 * @mailbox: (out caller-allocates): %COQUILL_SYNC_MAILBOX_SIZE bytes
 * @position: (out): everything up to it was accepted; 0 while the mailbox may lack something that came
 *   directly: after a restart it is read from the start, and gets what it lacks
 *
 * To be stored in the same commit as the accepted bodies, so that nothing is ever skipped.
 *
 * Returns: %FALSE if no mailbox is known
 */
gboolean
coquill_sync_get_cursor (CoquillSync *self, guint8 *mailbox, guint64 *position);

/* What happens here */

/**
 * coquill_sync_local:
 * @reference: the caller's, such as the body's place in the store; comes back with %COQUILL_SYNC_SENT
 *
 * A body that was flushed here, or one from the store that was not %COQUILL_SYNC_SENT before. It need not be
 * on disk yet.
 */
void
coquill_sync_local (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, guint64 reference, gint64 now);

/**
 * coquill_sync_get_flush_time:
 *
 * When it pays to flush the document: at once if nothing is on its way, else when that was confirmed, at most
 * %COQUILL_SYNC_GATHER_MAX after the last flush. Flushing earlier (for a commit) does no harm.
 *
 * Returns: a time, perhaps gone by
 */
gint64
coquill_sync_get_flush_time (CoquillSync *self, gint64 now);

/** @presence: (nullable): an encoded #CoquillPresence, replaces the last one; %NULL says nothing any more */
void
coquill_sync_set_presence (CoquillSync *self, GBytes *presence, gint64 now);
/** Posts @leaving (an encoded presence that says so) at once and forgets the presence. */
void
coquill_sync_leave (CoquillSync *self, GBytes *leaving, gint64 now);
/** Posts a sealed signal to one peer. */
void
coquill_sync_signal (CoquillSync *self, const guint8 *recipient, GBytes *signal, gint64 now);
/** The document's bulletin changed (%COQUILL_DOCUMENT_NEWS_BULLETIN). */
void
coquill_sync_bulletin_changed (CoquillSync *self, gint64 now);
/** Epoch keys came: what could not be opened is fetched again. */
void
coquill_sync_keys_came (CoquillSync *self, gint64 now);
/** Takes to the mailbox at once what direct roads brought and it hasn't shown, though it may be another's
 * turn to do so: somebody waits for it to be there.
 */
void
coquill_sync_hand_over (CoquillSync *self, gint64 now);
/** Fetches what is new once more, for %COQUILL_SYNC_CAUGHT_UP as a barrier. */
void
coquill_sync_refetch (CoquillSync *self, gint64 now);

/* What the road says */

/**
 * coquill_sync_road_up:
 * @mailbox: %COQUILL_SYNC_MAILBOX_SIZE bytes
 * @last: its last position
 *
 * A known mailbox is fetched on from the cursor and gets what was not confirmed. Another one, or one that
 * ends before the cursor, is fetched from the start, and gets what it lacks: what this device wrote at once,
 * the rest after a moment in which others may do so.
 */
void
coquill_sync_road_up (CoquillSync *self, guint road, const guint8 *mailbox, guint64 last, gint64 now);
void
coquill_sync_road_down (CoquillSync *self, guint road, gint64 now);

/**
 * coquill_sync_direct_up:
 * @road: 1 … %COQUILL_SYNC_MAX_DIRECT, down until now
 * @device: 32 bytes: who is at its other end, proven
 *
 * The peer is present from now on, whatever the relay says. Both say hello and send what the other lacks.
 */
void
coquill_sync_direct_up (CoquillSync *self, guint road, const guint8 *device, gint64 now);
/** What was posted on it and not acknowledged may be lost. Nothing is to be posted on it any more. */
void
coquill_sync_direct_down (CoquillSync *self, guint road, gint64 now);
/** The road is up but doesn't answer, or answers again: while it is suspect all goes both ways. */
void
coquill_sync_direct_suspect (CoquillSync *self, guint road, gboolean suspect, gint64 now);
/** A direct road that didn't take a post has room again. */
void
coquill_sync_direct_room (CoquillSync *self, guint road, gint64 now);

/**
 * coquill_sync_received:
 * @payload: from coquill_document_open_envelope()
 * @position: in the mailbox, 0 if it was only passed on, or came directly
 */
void
coquill_sync_received (
    CoquillSync *self, guint road, const CoquillPayload *payload, guint64 position, gint64 now);
/** An envelope came whose epoch isn't known here. */
void
coquill_sync_unopened (CoquillSync *self, guint road, guint64 position, gint64 now);
/** Everything up to @last was received; @complete: and there is no more. */
void
coquill_sync_fetched (CoquillSync *self, guint road, guint64 last, gboolean complete, gint64 now);
void
coquill_sync_stored (CoquillSync *self, guint road, guint64 reference, gint64 now);
/** The program at the other end of a direct road has it in memory. */
void
coquill_sync_acknowledged (CoquillSync *self, guint road, guint64 reference, gint64 now);
/** A post wasn't taken, by the road or by the relay: it goes again, after a second, or on a direct road at
 * the latest after coquill_sync_direct_room(). */
void
coquill_sync_unposted (CoquillSync *self, guint road, guint64 reference, gint64 now);
/** The bulletin could not be put up: tried again, after some seconds. */
void
coquill_sync_bulletin_failed (CoquillSync *self, gint64 now);

/**
 * coquill_sync_accepted:
 * @reference: of the %COQUILL_SYNC_ACCEPT action
 * @result: what became of it
 * @accepted: (nullable) (element-type CoquillBody): what coquill_document_accept() gave out
 */
void
coquill_sync_accepted (
    CoquillSync *self, guint64 reference, CoquillAccept result, GPtrArray *accepted, gint64 now);

/* What to tell */

CoquillSyncState
coquill_sync_get_state (CoquillSync *self, guint road);
CoquillSyncStatus
coquill_sync_get_status (CoquillSync *self);
/** Whether everything that was given to coquill_sync_local() is on the mailbox's disk, and nothing is lacking
 * there. */
gboolean
coquill_sync_is_delivered (CoquillSync *self);
/** The same of what came into the line to there no later than @time, while more comes. Only for a mailbox
 * that had everything once: else the difference is still to come.
 */
gboolean
coquill_sync_is_delivered_until (CoquillSync *self, gint64 time);
/** Whether nothing that direct roads brought no later than @time has still to come into that line. */
gboolean
coquill_sync_is_handed_over (CoquillSync *self, gint64 time);

G_END_DECLS
