/* sync-private.h: what the files of CoquillSync share */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/sync.h"

G_BEGIN_DECLS

/* Bytes that are fetched ahead of what was accepted. */
#define COQUILL_SYNC_AHEAD_BYTES (8 * 1024 * 1024)

/* Bytes of a difference that are made at a time. */
#define COQUILL_SYNC_DIFFERENCE_BYTES (2 * 1024 * 1024)

/* Others' missing items are filled in after a moment, different for each device, so that not all do it at
 * once. */
#define COQUILL_SYNC_FILL_MIN (200 * G_TIME_SPAN_MILLISECOND)
#define COQUILL_SYNC_FILL_MAX (2 * G_TIME_SPAN_SECOND)

/* What a road didn't take, or what was dropped, is tried again after this. */
#define COQUILL_SYNC_RETRY_POST (1 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_RETRY_FETCH (5 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_RETRY_BULLETIN (10 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_RETRY_HISTORY (250 * G_TIME_SPAN_MILLISECOND)

/* A peer that has more is asked after this, if the mailbox hasn't brought it by then; and not more often than
 * that; and what one answer gives at most. */
#define COQUILL_SYNC_WANT_AFTER (2 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_WANT_AGAIN (10 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_WANT_BYTES (1024 * 1024)

/* Questions after one hello: enough for a long absence; what is held for good is not asked for for ever. */
#define COQUILL_SYNC_WANT_TRIES 30

/* Bytes on their way above which presence waits. */
#define COQUILL_SYNC_PRESSURE (256 * 1024)

#define COQUILL_SYNC_NEVER G_MAXINT64

/**
 * CoquillSyncOutgoing:
 * @serial: as the road knows it
 * @reference: the caller's, for SENT; only if @local
 * @local: from coquill_sync_local()
 * @since: when it was given
 */
typedef struct
{
  guint64 serial;
  CoquillPayloadKind kind;
  GBytes *body;
  guint64 reference;
  gboolean local;
  gint64 since;
} CoquillSyncOutgoing;

/**
 * CoquillSyncPeer:
 * @seen: when something came from it last
 * @hello: (nullable): its last hello
 * @want_at: when to ask it for what it has more, or never
 * @wanted: when it was asked last
 * @asked: how often since that hello
 * @answered: when it was given something last
 */
typedef struct
{
  guint8 id[32];
  gint64 seen;
  GBytes *hello;
  gint64 want_at;
  gint64 wanted;
  guint asked;
  gint64 answered;
} CoquillSyncPeer;

struct CoquillSync
{
  CoquillDocument *document;
  GQueue actions; /* (element-type CoquillSyncAction) */
  gboolean shared;
  CoquillSyncState state;
  CoquillSyncStatus status;

  /* The mailbox. The cursor is the lowest of fetched and all pins: a pin is what was fetched when a body came
   * that isn't accepted yet, or was dropped. */
  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  gboolean has_mailbox;
  guint64 fetched;
  gboolean fetching;     /* a FETCH is under way */
  gboolean fetch_due;    /* the next one waits for room */
  gboolean catching_up;  /* the fetch under way brings something */
  GHashTable *undecided; /* serial → CoquillSyncIncoming: given out by ACCEPT */
  gsize undecided_bytes;
  GHashTable *held; /* GBytes → guint64: pin */
  guint64 dropped;  /* pin of what was dropped, G_MAXUINT64 for nothing */
  gint64 refetch_at;
  gboolean barrier;          /* CAUGHT_UP is due ... */
  guint64 barrier_serial;    /* ... when everything given out before this is accepted */
  CoquillCoverage *coverage; /* (nullable): what the mailbox has, if it was read from the start */
  gboolean filling;          /* DIFFERENCE: own items are done, others' are filled in from fill_at on */
  gint64 fill_at;

  GQueue waiting; /* (element-type CoquillSyncOutgoing): to be posted */
  gsize waiting_bytes;
  GHashTable *posted; /* serial → CoquillSyncOutgoing: not confirmed yet */
  gsize posted_bytes;
  guint64 next_serial;
  gint64 post_after;
  gint64 last_local;

  GHashTable *peers;   /* GBytes → CoquillSyncPeer */
  GBytes *presence;    /* (nullable) */
  gint64 presence_due; /* when it goes out, or never */
  gint64 presence_sent;
  gboolean greeting_due; /* live, but nobody was greeted yet: who joins may speak a little later */
  gboolean bulletin_due;
  gint64 bulletin_after;
  gint64 bulletin_asked;
};

typedef struct
{
  GBytes *body;
  guint64 pin;
} CoquillSyncIncoming;

/** Appends an action. Returns: (transfer none): to be filled in */
CoquillSyncAction *
coquill_sync_push (CoquillSync *self, CoquillSyncActionKind kind);
/** Does what is due, and tells a new status. Every call from outside ends with it. */
void
coquill_sync_update (CoquillSync *self, gint64 now);

/* sync-outgoing.c */
void
coquill_sync_outgoing_free (CoquillSyncOutgoing *self);
/** Queues a body for the mailbox. */
void
coquill_sync_enqueue (
    CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gboolean local, guint64 reference, gint64 now);
/** Posts what the window has room for. */
void
coquill_sync_pump (CoquillSync *self, gint64 now);
/** The road is gone: what isn't confirmed is posted again, in its order. */
void
coquill_sync_unpost_all (CoquillSync *self);
/** When the oldest local body was given that isn't confirmed. Returns: %COQUILL_SYNC_NEVER if there is none
 */
gint64
coquill_sync_get_oldest_unsent (CoquillSync *self);
gboolean
coquill_sync_has_unsent_log (CoquillSync *self);

/* sync-mailbox.c */
guint64
coquill_sync_cursor (CoquillSync *self);
/** Goes on with fetching, the difference and the barrier as far as it goes. */
void
coquill_sync_advance (CoquillSync *self, gint64 now);
/** When that is to be called next. */
gint64
coquill_sync_get_advance_time (CoquillSync *self);
void
coquill_sync_receive_body (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gint64 now);

/* sync-peers.c */
void
coquill_sync_peer_free (CoquillSyncPeer *self);
void
coquill_sync_receive_live (CoquillSync *self, const CoquillPayload *payload, gint64 now);
/** Presence, wants and silent peers. */
void
coquill_sync_tend_peers (CoquillSync *self, gint64 now);
gint64
coquill_sync_get_tend_time (CoquillSync *self);
void
coquill_sync_say_hello (CoquillSync *self, const guint8 *recipient);
void
coquill_sync_forget_peers (CoquillSync *self);

G_END_DECLS
