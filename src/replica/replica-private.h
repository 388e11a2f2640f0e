/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-private.h: a replica's inside, shared by the files that play its roles. */
#pragma once

#include "document/document.h"
#include "net/relay-road.h"
#include "replica/library.h"
#include "replica/replica-direct-private.h"
#include "replica/replica.h"
#include "store/store.h"
#include "sync/sync.h"

G_BEGIN_DECLS

/*
 * How data flows, always one way:
 *
 *   insert, delete ─► document ─► flush ─┬─► disk: batch ─► store ─► committed
 *                                        └─► sync ─► POST ─► seal ─► road
 *   road ─► open ─► sync ─► ACCEPT ─► pending ─► document ─┬─► text-changed, people
 *                                                          └─► disk: batch (with the cursor)
 *
 * replica.c         properties, what it is
 * replica-notice.c  what became different
 * replica-open.c    opening, loading history, closing
 * replica-text.c    edits, undo, pending changes
 * replica-disk.c    batches, commits, retries, snapshots
 * replica-sync.c    sync's actions, its clock
 * replica-road.c    the relay's road; envelopes that come
 * replica-direct.c  to whom direct roads lead
 * replica-direct-road.c  what one says and takes
 * replica-services.c  where direct roads ask for their addresses
 * replica-people.c  who takes part, carets
 * replica-share.c   share, deliver, catch up
 *
 * A document's file (see store/store-schema.h) holds bodies as blocks; the kind is the payload kind, with
 * COQUILL_REPLICA_OWN set for what this device flushed here. Own blocks are numbered 1, 2, 3 … in order.
 * State:
 *
 *   keys    coquill_document_save_keys()
 *   relay   the relay's origin; a document with it is shared
 *   cursor  mailbox (16 bytes), position (8 bytes, most significant first)
 *   own     how many own blocks there are up to the snapshot (8 bytes)
 *   sent    up to which own block the mailbox has all (8 bytes)
 *   hide    1 byte: 1 if this document never connects directly
 *   small   how many blocks up to the snapshot were never merged (8 bytes)
 *
 * The library's values: identity (the device's seed), name, color, relay, hide-address, road-counts (a
 * GVariant a{st}, little endian: what direct roads refused), and "relay/ID": where document ID is shared, for
 * the list. An entry's state is a mask of CoquillReplicaEntry.
 */

#define COQUILL_REPLICA_OWN 0x100u

typedef enum
{
  COQUILL_REPLICA_ENTRY_WAITING = 1 << 0,   /* joined, the text never came */
  COQUILL_REPLICA_ENTRY_TITLE_SET = 1 << 1, /* the title is a record, not the first line */
} CoquillReplicaEntry;

/** A merge is sliced after so long, in microseconds: a quarter of a frame. */
#define COQUILL_REPLICA_SLICE (4 * G_TIME_SPAN_MILLISECOND)
/** The list's entry is at most so old, in seconds: it costs a sync of its own. */
#define COQUILL_REPLICA_ENTRY_SECONDS 2
/** A refusing disk is tried again after so many seconds. */
#define COQUILL_REPLICA_RETRY_SECONDS 3
/** So many blocks after the last snapshot make a new one: loading them takes some milliseconds. */
#define COQUILL_REPLICA_SNAPSHOT_BLOCKS 2000
/** Somebody is typing for so long after a key, in microseconds. */
#define COQUILL_REPLICA_TYPING (2 * G_TIME_SPAN_SECOND)
/** So many blocks without a snapshot make closing wait for the history, to leave one. */
#define COQUILL_REPLICA_LONG_TAIL 100
/** So many small blocks are merged at the next close: history is read block by block. */
#define COQUILL_REPLICA_MERGE_BLOCKS 500
/** Live envelopes of people whose entry into the log isn't merged yet; more are dropped, and come again. */
#define COQUILL_REPLICA_MAX_EARLY 64
/** A room that the relay doesn't know is looked for again after so many seconds. */
#define COQUILL_REPLICA_ROOM_SECONDS 10
/** Characters of the first line that make a title. */
#define COQUILL_REPLICA_TITLE_LENGTH 80

/* What waits to be written. */
typedef struct
{
  CoquillStoreBatch *next;    /* (nullable) gathers */
  CoquillStoreBatch *current; /* (nullable) under way */
  GPtrArray *next_waiting;    /* of GTask: complete when next is on disk */
  GPtrArray *current_waiting; /* of GTask: complete when current is on disk */
  GError *error;              /* (nullable) why the disk refuses */
  guint retry_timer, entry_timer;
  gboolean keys_changed, entry_changed, relay_changed;
  gboolean entry_urgent;   /* the entry goes with the next commit */
  guint64 own;             /* own blocks so far */
  guint64 sent;            /* all own blocks up to here are in the mailbox */
  GHashTable *sent_beyond; /* set of guint64: and these */
  gboolean sent_changed;
  guint64 tail;  /* blocks since the last snapshot */
  guint64 small; /* blocks that were never merged */
  gboolean snapshot_outdated;
  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 position; /* the cursor as last written */
} CoquillReplicaDisk;

/* What is on its way. */
typedef struct
{
  char *relay;            /* (nullable) origin; shared if set */
  CoquillRelayRoad *road; /* (nullable) */
  gboolean road_has_lock; /* and so can make the room */
  guint road_timer;       /* until another one is made */
  CoquillSync *sync;      /* (nullable) while open */
  guint tick_source, flush_source;
  gint64 flush_time;
  GQueue pending; /* of ACCEPT actions, see replica-text.c */
  gsize pending_bytes;
  GQueue early; /* of Early, see replica-road.c: envelopes of senders whose entry waits in pending */
  guint merge_source;
  gboolean merge_manually;
  gboolean caught_up;        /* since this run's road came up first */
  gboolean drained_cursor;   /* this mailbox had everything once: its cursor may be stored */
  GError *error;             /* (nullable) why the relay is out of reach */
  GBytes *bulletin;          /* (nullable) what the relay has on disk, as far as known */
  GCancellable *cancellable; /* for calls on the road */
  GPtrArray *waits;          /* of Wait, see replica-share.c */
  GHashTable *places;        /* participant → count, since catching up began */
} CoquillReplicaTraffic;

typedef struct
{
  GListStore *list;         /* of CoquillParticipant */
  CoquillParticipant *self; /* also in the list */
  GHashTable *by_device;    /* hexadecimal → CoquillReplicaPeer */
  guint typing_timer;
  gint64 last_key; /* monotonic */
  gboolean has_caret;
  guint64 caret, selection_bound;
  guint64 nonce; /* this run's: never 0 while open */
} CoquillReplicaPeople;

struct _CoquillReplica
{
  GObject parent_instance;

  CoquillLibrary *library; /* weak */
  CoquillStore *store;
  CoquillDeviceKeys *keys;
  char *id;
  guint8 id_bytes[32];

  char *title;
  gboolean title_set;
  char *language;
  gint64 last_change;
  CoquillReplicaState state;
  CoquillReplicaStatus status;
  gboolean online;
  gboolean hide_address; /* never connect directly in this document */
  gboolean waiting;      /* joined, the text never came */
  gboolean read_only;
  gboolean removed;
  GError *error; /* why it could not be opened */

  CoquillDocument *document; /* (nullable) while open */
  guint opens;
  GPtrArray *opening;    /* of GTask */
  GCancellable *loading; /* ends reading at close */
  gboolean history_coming;
  GTask *closing; /* (nullable): waits for the history */
  guint64 history_after, history_until, history_own;
  guint64 noted_length;
  gboolean noted_can_undo, noted_can_redo;

  CoquillReplicaDisk disk;
  CoquillReplicaTraffic traffic;
  CoquillReplicaRoads direct;
  CoquillReplicaPeople people;
};

/* replica.c */

/**
 * coquill_replica_new:
 * @id: 64 hexadecimal digits
 * @entry_state: mask of #CoquillReplicaEntry
 *
 * Returns: (transfer full): a closed replica
 */
CoquillReplica *
coquill_replica_new (CoquillLibrary *library,
                     CoquillStore *store,
                     CoquillDeviceKeys *keys,
                     const char *id,
                     const char *title,
                     gint64 last_change,
                     gint64 entry_state,
                     const char *relay) G_GNUC_WARN_UNUSED_RESULT;

/** A replica of @document that isn't on disk yet, open once. @document: (transfer full): */
CoquillReplica *
coquill_replica_new_open (CoquillLibrary *library,
                          CoquillStore *store,
                          CoquillDeviceKeys *keys,
                          CoquillDocument *document,
                          gboolean waiting,
                          const char *relay) G_GNUC_WARN_UNUSED_RESULT;

gint64
coquill_replica_get_entry_state (CoquillReplica *self);
void
coquill_replica_set_state (CoquillReplica *self, CoquillReplicaState state);
void
coquill_replica_set_error (CoquillReplica *self, GError *error);
/** Looks at title, length, undo, status and the like, and notifies of what is different. */
void
coquill_replica_note_changes (CoquillReplica *self);
void
coquill_replica_note_status (CoquillReplica *self);
/** The text, a record or the title changed at @now (real time). */
void
coquill_replica_touch (CoquillReplica *self, gint64 now);
void
coquill_replica_notify_pending (CoquillReplica *self);
void
coquill_replica_notify_shared (CoquillReplica *self);
void
coquill_replica_notify_relay_error (CoquillReplica *self);
void
coquill_replica_emit_text_changed (CoquillReplica *self, const CoquillTextChange *change);
void
coquill_replica_emit_others_changed (CoquillReplica *self, CoquillParticipant *author, guint places);
/** Whether the library and the replica both are on line. */
gboolean
coquill_replica_wants_road (CoquillReplica *self);

/* replica-open.c */

/** Starts what an open replica does: sync, road, people. */
void
coquill_replica_begin (CoquillReplica *self);
/** Closes whatever the number of opens, for the library's end. */
void
coquill_replica_shut_async (CoquillReplica *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean
coquill_replica_shut_finish (CoquillReplica *self, GAsyncResult *result, GError **error);
/** Lets go of document, sync and road at once, without writing. */
void
coquill_replica_drop (CoquillReplica *self);

/* replica-text.c */

/** Flushes the document into disk and sync, now, and starts both. */
void
coquill_replica_flush (CoquillReplica *self);
/** Flushes the document into disk and sync, and starts nothing. */
void
coquill_replica_flush_bodies (CoquillReplica *self);
/** Flushes soon: at the end of this turn of the main loop, or when the traffic says so. */
void
coquill_replica_schedule_flush (CoquillReplica *self);
/** A body for the document, from sync; in the order of the calls. */
void
coquill_replica_push_pending (CoquillReplica *self, CoquillSyncAction *action);
void
coquill_replica_clear_pending (CoquillReplica *self);
/** Tells sync, disk and people what the document has to say. */
void
coquill_replica_take_news (CoquillReplica *self);
/** A text delta's func: appends a copy of it; @data: GArray made by coquill_replica_deltas_new(). */
void
coquill_replica_collect_delta (const CoquillTextDelta *delta, void *data);
GArray *
coquill_replica_deltas_new (void);
/** Emits "text-changed" for each. */
void
coquill_replica_emit_deltas (CoquillReplica *self, GArray *deltas, gboolean local);

/* replica-disk.c */

void
coquill_replica_disk_init (CoquillReplica *self);
void
coquill_replica_disk_clear (CoquillReplica *self);
/** Takes over what the document's file says about the traffic; before sync is told of its cursor. */
void
coquill_replica_disk_load (CoquillReplica *self, CoquillStoreDocument *file);
/** Appends a body that was flushed here. Returns: its number */
guint64
coquill_replica_disk_add_own (CoquillReplica *self, const CoquillBody *body);
void
coquill_replica_disk_add_accepted (CoquillReplica *self, const CoquillBody *body);
/** Own block @number is in the mailbox. */
void
coquill_replica_disk_mark_sent (CoquillReplica *self, guint64 number);
/** All own blocks so far are told to nobody one by one: the mailbox gets what it lacks. */
void
coquill_replica_disk_mark_all_sent (CoquillReplica *self);
/** The list's entry is not right any more; it is written with the next commit or in a moment. */
void
coquill_replica_disk_entry_changed (CoquillReplica *self);
/** Writes the document's switch. */
void
coquill_replica_disk_save_hide_address (CoquillReplica *self);
/** Starts writing what gathered, unless something is under way: then it follows. */
void
coquill_replica_disk_commit (CoquillReplica *self);
/** @task: (transfer full): completes when everything that gathered so far is on disk. */
void
coquill_replica_disk_wait (CoquillReplica *self, GTask *task);
/** Adds a snapshot, if it is worth it and history is here, and lets go of the file afterwards. */
void
coquill_replica_disk_finish (CoquillReplica *self);

/* replica-sync.c */

void
coquill_replica_traffic_init (CoquillReplica *self);
/** Does what sync asks for. */
void
coquill_replica_pump (CoquillReplica *self);
/** Whether a replica that waits for its text has it now: then it is open. */
void
coquill_replica_check_waiting (CoquillReplica *self);

/* replica-road.c */

/** Makes, starts or stops the relay's road as things are now. */
void
coquill_replica_update_road (CoquillReplica *self);
/** Opens an envelope and gives what is in it to sync; the caller pumps. @road: sync's number */
void
coquill_replica_receive (CoquillReplica *self, guint road, GBytes *envelope, guint64 position);
/** Nothing is pending any more: looks again at envelopes that came too early. */
void
coquill_replica_receive_early (CoquillReplica *self);
/** Leaves the room. */
void
coquill_replica_leave (CoquillReplica *self);
void
coquill_replica_traffic_clear (CoquillReplica *self);

/* replica-people.c */

void
coquill_replica_people_init (CoquillReplica *self);
void
coquill_replica_people_clear (CoquillReplica *self);
/** The document was opened: what is said from now on is another run's. */
void
coquill_replica_people_begin_run (CoquillReplica *self);
/** (transfer none): somebody, known until now or not */
CoquillReplicaPeer *
coquill_replica_people_get (CoquillReplica *self, const guint8 *device);
/** Members and records as the document has them now. */
void
coquill_replica_people_update (CoquillReplica *self);
/** Name and color of this person came or changed: shows them, and writes them into a shared document. */
void
coquill_replica_people_update_self (CoquillReplica *self);
/** @sender says @body. */
void
coquill_replica_people_presence (CoquillReplica *self, const guint8 *sender, GBytes *body);
void
coquill_replica_people_came (CoquillReplica *self, const guint8 *sender);
void
coquill_replica_people_left (CoquillReplica *self, const guint8 *sender);
/** Those who have no direct road are on line no more: the relay's went. */
void
coquill_replica_people_all_left (CoquillReplica *self);
/** The text changed: carets are resolved again. */
void
coquill_replica_people_move_carets (CoquillReplica *self);
/** This device pressed a key. */
void
coquill_replica_people_typed (CoquillReplica *self);
/** Tells the others where this device is. */
void
coquill_replica_people_announce (CoquillReplica *self);
/** (transfer full): what a direct road's other end is told first. */
GBytes *
coquill_replica_people_greeting (CoquillReplica *self);
/** (transfer full): what the others are told when this device goes. */
GBytes *
coquill_replica_people_farewell (CoquillReplica *self);
/** (transfer none) (nullable): who wrote as the text's agent @agent */
CoquillParticipant *
coquill_replica_people_author (CoquillReplica *self, guint32 agent);

/* replica-share.c */

/** Something changed that a share, delivery or catch-up may wait for. */
void
coquill_replica_check_waits (CoquillReplica *self);
/** The mailbox's contents of a fetch were given to the document. */
void
coquill_replica_waits_caught_up (CoquillReplica *self);
/** The road was refused for good, or the replica closes: waits fail with a copy of @error. */
void
coquill_replica_fail_waits (CoquillReplica *self, const GError *error);

/* library.c */

/** Nullable. */
const char *
coquill_library_get_name (CoquillLibrary *self);
const char *
coquill_library_get_color (CoquillLibrary *self);
const char *
coquill_library_get_default_relay (CoquillLibrary *self);
gboolean
coquill_library_is_online (CoquillLibrary *self);
/** Whether no document connects directly. */
gboolean
coquill_library_hides_address (CoquillLibrary *self);
CoquillDeviceKeys *
coquill_library_get_keys (CoquillLibrary *self);
CoquillStore *
coquill_library_get_store (CoquillLibrary *self);
gboolean
coquill_library_is_read_only (CoquillLibrary *self);
/** A replica's last change or title is another: the list may have another order. */
void
coquill_library_reorder (CoquillLibrary *self, CoquillReplica *replica);
/** Adds a replica that is on disk to the list. */
void
coquill_library_add (CoquillLibrary *self, CoquillReplica *replica);

/* library-create.c */

/** (transfer full) (element-type utf8): the relay's addresses that @typed may mean, the likeliest first */
GPtrArray *
coquill_library_list_origins (const char *typed);

/* library-roads.c */

/** A replica has a road: from now on the network is watched, and counts are saved. */
void
coquill_library_watch_roads (CoquillLibrary *self);

G_END_DECLS
