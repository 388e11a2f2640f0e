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
/* What is sealed under a new epoch may be here before the bulletin of that epoch is up: it is asked for so
 * many times, each pause three times the one before. */
#define COQUILL_SYNC_BULLETIN_AGAIN (300 * G_TIME_SPAN_MILLISECOND)
#define COQUILL_SYNC_BULLETIN_TRIES 4
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

/* A hello on a direct road is said again after this if none came; and hellos, by whatever road, are looked at
 * not more often than that: an answer may cost a walk through the history. */
#define COQUILL_SYNC_HELLO_AGAIN (2 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_HELLO_PAUSE (500 * G_TIME_SPAN_MILLISECOND)

/* Who has no relay compares itself with one direct peer after the other, one each time, in a pause of the
 * edits, but at last without one. */
#define COQUILL_SYNC_ROUND (3 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_ROUND_PAUSE (1 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_ROUND_LAST (12 * G_TIME_SPAN_SECOND)
/* Not while so many bytes that came aren't decided yet: they would be sent again. Some seconds of everyone's
 * typing. */
#define COQUILL_SYNC_ROUND_UNDECIDED (256 * 1024)

/* Changes of whom we reach are told together. */
#define COQUILL_SYNC_NEWS_PAUSE (200 * G_TIME_SPAN_MILLISECOND)

/* What a direct road brought is taken to the mailbox by us if it isn't there after this: from somebody
 * without a relay when it is our turn, in the order of the devices that are reached by it; from somebody who
 * left, at a moment different for each device; and from somebody who is still here and should long have done
 * it. */
#define COQUILL_SYNC_BROUGHT_TURN (300 * G_TIME_SPAN_MILLISECOND)
#define COQUILL_SYNC_BROUGHT_SPREAD (1 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_BROUGHT_LEFT (5 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_BROUGHT_LAST (60 * G_TIME_SPAN_SECOND)
#define COQUILL_SYNC_BROUGHT_PAUSE (100 * G_TIME_SPAN_MILLISECOND)

/* Of such bodies that are remembered one by one. More are found by a difference. */
#define COQUILL_SYNC_BROUGHT_BODIES 1024
#define COQUILL_SYNC_BROUGHT_BYTES (4 * 1024 * 1024)

/* Small bodies whose second copy, by another road, isn't looked at again. */
#define COQUILL_SYNC_RECENT_BODIES 256
#define COQUILL_SYNC_RECENT_BYTES 2048

#define COQUILL_SYNC_NEVER G_MAXINT64

/**
 * CoquillSyncOutgoing:
 * @serial: as the road knows it
 * @reference: the caller's, for SENT; only if @local
 * @local: from coquill_sync_local()
 * @since: when it was given
 * @due: when it has to be posted even if all have it directly
 *
 * A body for the mailbox.
 */
typedef struct
{
  guint64 serial;
  CoquillPayloadKind kind;
  GBytes *body;
  guint64 reference;
  gboolean local;
  gint64 since;
  gint64 due;
} CoquillSyncOutgoing;

/**
 * CoquillSyncParcel:
 * @serial: as the road knows it
 * @at: when it was given, then when it was posted
 *
 * A body for one direct road.
 */
typedef struct
{
  guint64 serial;
  CoquillPayloadKind kind;
  GBytes *body;
  gint64 at;
} CoquillSyncParcel;

/**
 * CoquillSyncDirect:
 * @device: who is at the other end
 * @since: when @state began
 * @suspect: it doesn't answer
 * @resume_at: it took no more: tried again then, or when it has room; 0 if it isn't so
 * @waiting: (element-type CoquillSyncParcel): edits in the order of their serials, to be posted before
 * @portion
 * @portion: (element-type CoquillSyncParcel): a part of the difference
 * @posted: (element-type CoquillSyncParcel): in the order in which they were posted; not acknowledged yet
 * @coverage: (nullable): in DIFFERENCE: what the peer has or gets
 * @difference_at: when to go on with it
 * @ask_at: when to greet, or never
 * @again_at: a greeting of ours is not answered yet: when to greet again; else never
 * @hello_serial: of the last one
 * @heard_hello: when the last greeting was answered
 *
 * The session of a direct road that is up.
 */
typedef struct
{
  guint road;
  guint8 device[32];
  CoquillSyncState state;
  gint64 since;
  gboolean suspect;
  gint64 resume_at;

  GQueue waiting;
  GQueue portion;
  gsize backlog_bytes; /* of both */
  GQueue posted;
  gsize posted_bytes;

  CoquillCoverage *coverage;
  gint64 difference_at;
  gint64 ask_at;
  gint64 again_at;
  guint64 hello_serial;
  gint64 heard_hello;
} CoquillSyncDirect;

/**
 * CoquillSyncPeer:
 * @seen: when something came from it last
 * @presence_counter: of its newest presence
 * @roads_counter: of the newest hello that told the next two
 * @without_relay: it says that it has no relay now
 * @reached: (nullable): whom it says it reaches directly
 * @unheard: (nullable): the last hello by the relay, if it came too soon after the one before
 * @unheard_greeting: it, or one that it replaced, was a greeting
 * @heard_hello: when a hello by the relay was looked at last
 * @hello: (nullable): its last hello, if it has more
 * @want_at: when to ask it for what it has more, or never
 * @wanted: when it was asked last
 * @asked: how often since that hello
 * @answered: when it was given something last
 */
typedef struct
{
  guint8 id[32];
  gint64 seen;
  guint64 presence_counter;
  guint64 roads_counter;
  gboolean without_relay;
  CoquillDigest *reached;
  gsize n_reached;
  GBytes *unheard;
  gboolean unheard_greeting;
  gint64 heard_hello;
  GBytes *hello;
  gint64 want_at;
  gint64 wanted;
  guint asked;
  gint64 answered;
} CoquillSyncPeer;

/**
 * CoquillSyncFarewell:
 * @counter: of the presence that said it
 *
 * Somebody who left: what they said before, on a slower road, doesn't bring them back.
 */
typedef struct
{
  guint64 counter;
  gint64 at;
} CoquillSyncFarewell;

/**
 * CoquillSyncIncoming:
 * @pin: what had been fetched when it came
 * @road: that brought it; its number may be another one's by now
 * @bringer: whose road that was; zero for the relay
 * @relayed: the mailbox has it
 */
typedef struct
{
  CoquillPayloadKind kind;
  GBytes *body;
  guint64 pin;
  guint road;
  guint8 bringer[32];
  gboolean relayed;
} CoquillSyncIncoming;

/**
 * CoquillSyncBrought:
 *
 * @is_own: what this device wrote and lost: nobody else thinks of taking it to the mailbox
 * @is_orphaned: the road that brought it is gone, and with it perhaps the run of the program that would have
 *   taken it there
 * @is_due: somebody waits for it to be there
 *
 * A body that a direct road brought and the mailbox hasn't shown yet.
 */
typedef struct
{
  CoquillPayloadKind kind;
  GBytes *body;
  guint8 bringer[32];
  gint64 at;
  gboolean is_own;
  gboolean is_orphaned;
  gboolean is_due;
} CoquillSyncBrought;

struct CoquillSync
{
  CoquillDocument *document;
  GQueue actions; /* (element-type CoquillSyncAction) */
  gboolean shared;
  gboolean leaving;
  CoquillSyncStatus status;
  guint64 next_serial;

  /* The mailbox. The cursor is the lowest of fetched and all pins: a pin is what was fetched when a body came
   * that isn't accepted yet, or was dropped. */
  CoquillSyncState mailbox_state;
  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  gboolean has_mailbox;
  guint64 fetched;
  guint64 fetched_after; /* where the present or last fetch began */
  gboolean fetching;     /* a FETCH is under way */
  gboolean fetch_due;    /* the next one waits for room */
  gboolean catching_up;  /* the fetch under way brings something */
  GHashTable *undecided; /* serial → CoquillSyncIncoming: given out by ACCEPT */
  gsize undecided_bytes;
  GHashTable *held; /* GBytes → CoquillSyncIncoming */
  guint64 dropped;  /* pin of what was dropped, G_MAXUINT64 for nothing */
  gint64 refetch_at;
  gboolean barrier;          /* CAUGHT_UP is due ... */
  guint64 barrier_serial;    /* ... when everything given out before this is accepted */
  CoquillCoverage *coverage; /* (nullable): what the mailbox has or gets from us, once that is of interest */
  gboolean lacking;          /* the mailbox may lack something: DIFFERENCE finds out */
  gboolean filling;          /* DIFFERENCE: own items are done, others' are filled in from fill_at on */
  gint64 fill_at;

  GQueue waiting; /* (element-type CoquillSyncOutgoing): to be posted */
  gsize waiting_bytes;
  GHashTable *posted; /* serial → CoquillSyncOutgoing: not confirmed yet */
  gsize posted_bytes;
  guint n_unsent_log; /* of both */
  gint64 post_after;
  gint64 last_local;
  gint64 last_change; /* here or from others */

  /* Direct roads */
  CoquillSyncDirect *direct[COQUILL_SYNC_MAX_DIRECT + 1]; /* by road; the relay's place is empty */
  guint n_direct;
  guint64 told_roads; /* whom we reach, as last told; the relay's bit if we have it */
  gint64 news_after;
  gint64 round_at;
  guint round_road; /* compared with last */

  GQueue recent;             /* (element-type GBytes): small bodies that were given out, newest first ... */
  GHashTable *recent_set;    /* ... → CoquillSyncIncoming while it is undecided, then %NULL */
  GQueue brought;            /* (element-type CoquillSyncBrought): oldest first ... */
  GHashTable *brought_links; /* GBytes → GList in it */
  gsize brought_bytes;
  gboolean brought_more;  /* some of it was forgotten ... */
  gint64 brought_more_at; /* ... since then */
  gint64 brought_at;      /* when to look through it */
  gint64 live_since;      /* since the road came up; 0: not yet */

  GHashTable *peers;     /* GBytes → CoquillSyncPeer */
  GHashTable *farewells; /* GBytes → CoquillSyncFarewell */
  GBytes *presence;      /* (nullable) */
  gint64 presence_due;   /* when it goes out, or never */
  gint64 presence_sent;
  gint64 presence_relayed; /* when it went over the relay last */
  gboolean greeting_due;   /* live, but nobody was greeted yet: who joins may speak a little later */
  gboolean bulletin_due;
  gint64 bulletin_after;
  gint64 bulletin_asked; /* until then nothing new is asked */
  gint64 bulletin_again; /* when it is asked for once more, or never */
  gint64 bulletin_pause;
  guint bulletin_tries;
};

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
coquill_sync_enqueue (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gint64 now);
/** Posts what the window has room for. */
void
coquill_sync_pump (CoquillSync *self, gint64 now);
/** The road is gone: what isn't confirmed is posted again, in its order. */
void
coquill_sync_unpost_all (CoquillSync *self);
/** When something is to be posted that isn't yet. */
gint64
coquill_sync_get_pump_time (CoquillSync *self);
/** When the oldest body was given that isn't confirmed. O(window). Returns: %COQUILL_SYNC_NEVER if there is
 * none
 */
gint64
coquill_sync_get_oldest_unsent (CoquillSync *self);

/* sync-mailbox.c */
guint64
coquill_sync_cursor (CoquillSync *self);
/** Goes on with fetching, the difference and the barrier as far as it goes. */
void
coquill_sync_advance (CoquillSync *self, gint64 now);
/** When that is to be called next. */
gint64
coquill_sync_get_advance_time (CoquillSync *self);
/** Counts from now on what the mailbox has; all that is here is taken to be there. O(agents). */
void
coquill_sync_begin_coverage (CoquillSync *self);

/* sync-incoming.c */
void
coquill_sync_incoming_free (CoquillSyncIncoming *self);
void
coquill_sync_receive_body (CoquillSync *self, guint road, CoquillPayloadKind kind, GBytes *body);

/* sync-brought.c */
void
coquill_sync_brought_free (CoquillSyncBrought *self);
/** A direct road brought something new. */
void
coquill_sync_note_brought (
    CoquillSync *self, CoquillPayloadKind kind, GBytes *body, const guint8 *bringer, gint64 now);
/** The mailbox has it. */
void
coquill_sync_forget_brought (CoquillSync *self, GBytes *body);
/** A direct road to @device is gone: what it brought waits for nobody any more. */
void
coquill_sync_orphan_brought (CoquillSync *self, const guint8 *device);
/** Whether the mailbox may lack something that only direct roads brought, and that its bringer doesn't take
 * there. */
gboolean
coquill_sync_owes_mailbox (CoquillSync *self);
/** When that is to be looked at: not before all that the mailbox gave is decided. */
gint64
coquill_sync_get_brought_time (CoquillSync *self);
/** Takes to the mailbox what nobody else does. */
void
coquill_sync_tend_brought (CoquillSync *self, gint64 now);

/* sync-direct.c */
void
coquill_sync_direct_free (CoquillSyncDirect *self);
/** Returns: (nullable): the road's session if it is up */
CoquillSyncDirect *
coquill_sync_get_direct (CoquillSync *self, guint road);
/** Returns: (nullable): the session with @device */
CoquillSyncDirect *
coquill_sync_find_direct (CoquillSync *self, const guint8 *device);
/** Whether others may count on its peer getting what is written here. */
gboolean
coquill_sync_is_reached (const CoquillSyncDirect *self);
/** Whether the newest of everything that is here is covered. O(devices), nothing of the history is touched.
 */
gboolean
coquill_sync_covers_all (CoquillSync *self, CoquillCoverage *coverage);
/** Begins a session's state. */
void
coquill_sync_direct_enter (CoquillSyncDirect *self, CoquillSyncState state, gint64 now);
/** @sender's hello on its own road. */
void
coquill_sync_direct_hello (CoquillSync *self,
                           CoquillSyncDirect *direct,
                           const CoquillHello *hello,
                           gint64 now);
/** Something of the peer's was lost here: it will be asked to compare. */
void
coquill_sync_direct_ask (CoquillSyncDirect *self, gint64 at);
/** Greetings, differences, news and comparisons. */
void
coquill_sync_tend_direct (CoquillSync *self, gint64 now);
gint64
coquill_sync_get_direct_time (CoquillSync *self);
/** Mask of the direct roads that are up. */
guint64
coquill_sync_direct_roads (CoquillSync *self);
/** ... and the relay's. */
guint64
coquill_sync_all_roads (CoquillSync *self);

/* sync-parcels.c */
void
coquill_sync_parcel_free (CoquillSyncParcel *self);
/** Posts a body on @roads, as far as they have room; the rest waits. Returns: those on which it is to be
 * posted now */
guint64
coquill_sync_send_parcel (
    CoquillSync *self, guint64 roads, guint64 serial, CoquillPayloadKind kind, GBytes *body, gint64 now);
/** It wasn't taken: it goes again. */
void
coquill_sync_unpost_parcel (CoquillSyncDirect *direct, guint64 serial, gint64 now);
/** Whether the next part of the difference is to be made. */
gboolean
coquill_sync_wants_portion (const CoquillSyncDirect *direct);
/** Posts what waits, as far as there is room. */
void
coquill_sync_pump_direct (CoquillSync *self, CoquillSyncDirect *direct, gint64 now);
/** Puts a part of the difference behind what waits. */
void
coquill_sync_add_portion (CoquillSync *self, CoquillSyncDirect *direct, const CoquillBody *body, gint64 now);
/** Adds everything that is on its way to the peer to the session's coverage. */
void
coquill_sync_cover_parcels (CoquillSyncDirect *direct);
/** When the oldest was given that isn't acknowledged. Returns: %COQUILL_SYNC_NEVER if there is none */
gint64
coquill_sync_direct_oldest (const CoquillSyncDirect *direct);
/** Whether the peer has all, and acknowledges in time. */
gboolean
coquill_sync_direct_is_healthy (const CoquillSyncDirect *direct, gint64 now);
/** Whether everyone present is reached directly, by roads that acknowledge in time. O(direct roads). */
gboolean
coquill_sync_reaches_all (CoquillSync *self, gint64 now);
/** Passes an accepted body on to those whom its bringer doesn't reach and the relay doesn't serve. */
void
coquill_sync_pass_on (CoquillSync *self, const CoquillSyncIncoming *incoming, gint64 now);

/* sync-peers.c */
void
coquill_sync_peer_free (CoquillSyncPeer *self);
void
coquill_sync_receive_live (CoquillSync *self, guint road, const CoquillPayload *payload, gint64 now);
/** Greeting, presence, wants and silent peers. */
void
coquill_sync_tend_peers (CoquillSync *self, gint64 now);
gint64
coquill_sync_get_tend_time (CoquillSync *self);
/** Returns: (nullable): the peer, who is present */
CoquillSyncPeer *
coquill_sync_find_peer (CoquillSync *self, const guint8 *id);
/** Tells what a peer does. */
void
coquill_sync_tell_peer (CoquillSync *self, CoquillSyncActionKind kind, const guint8 *id, GBytes *body);
/** Somebody is present. Returns: (nullable): the peer; %NULL if there are too many */
CoquillSyncPeer *
coquill_sync_meet (CoquillSync *self, const guint8 *id, gint64 now);
/** Somebody is gone. */
void
coquill_sync_lose (CoquillSync *self, const guint8 *id);
/** Whether others believe this device. */
gboolean
coquill_sync_can_speak (CoquillSync *self);
/** Says something on @roads. Returns: the post, to be added to */
CoquillSyncAction *
coquill_sync_say (
    CoquillSync *self, guint64 roads, CoquillPayloadKind kind, GBytes *body, const guint8 *recipient);
/** Says hello on @roads. Returns: (nullable): the post, to be added to */
CoquillSyncAction *
coquill_sync_say_hello (CoquillSync *self, guint64 roads, CoquillHelloStatus status, const guint8 *recipient);
/** The relay is gone: only those are present who are reached directly. */
void
coquill_sync_forget_relayed (CoquillSync *self);

/* sync-presence.c */
void
coquill_sync_receive_presence (CoquillSync *self,
                               CoquillSyncPeer *peer,
                               const CoquillPayload *payload,
                               gint64 now);
/** Says the own one if it is due. */
void
coquill_sync_tend_presence (CoquillSync *self, gint64 now);

G_END_DECLS
