/* direct-road.h: the straight way to one peer, tried, proven, watched and tried again by itself */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/candidate-filter.h"
#include "net/direct-states.h"
#include "net/ice-servers.h"
#include "net/net-error.h"
#include "wire/signal.h"

G_BEGIN_DECLS

/**
 * CoquillDirectWhy:
 * @COQUILL_DIRECT_WHY_NONE: it stands
 * @COQUILL_DIRECT_WHY_NOT_TRIED: nothing was tried yet
 * @COQUILL_DIRECT_WHY_TRYING: an attempt is under way, or about to be
 * @COQUILL_DIRECT_WHY_HIDDEN_HERE: this side wants no direct roads
 * @COQUILL_DIRECT_WHY_HIDDEN_THERE: the other side wants none
 * @COQUILL_DIRECT_WHY_TOO_MANY: here or there are as many as there may be
 * @COQUILL_DIRECT_WHY_NO_ADDRESS: this machine has no address that others could reach: only loopback
 * @COQUILL_DIRECT_WHY_NO_ANSWER: the other side did not answer the signals, or never offered
 * @COQUILL_DIRECT_WHY_NO_WAY: ICE found no way: the routers between let nothing through
 * @COQUILL_DIRECT_WHY_NOT_PROVEN: there was a way, but the handshake or the greeting failed
 * @COQUILL_DIRECT_WHY_LOST: it stood and fell silent, or was closed by the other side
 *
 * Why there is no direct road, exact enough to tell people what to do.
 */
typedef enum
{
  COQUILL_DIRECT_WHY_NONE,
  COQUILL_DIRECT_WHY_NOT_TRIED,
  COQUILL_DIRECT_WHY_TRYING,
  COQUILL_DIRECT_WHY_HIDDEN_HERE,
  COQUILL_DIRECT_WHY_HIDDEN_THERE,
  COQUILL_DIRECT_WHY_TOO_MANY,
  COQUILL_DIRECT_WHY_NO_ADDRESS,
  COQUILL_DIRECT_WHY_NO_ANSWER,
  COQUILL_DIRECT_WHY_NO_WAY,
  COQUILL_DIRECT_WHY_NOT_PROVEN,
  COQUILL_DIRECT_WHY_LOST,
} CoquillDirectWhy;

/** Bytes posted and not yet taken by the channel, above which post() says no; the channel holds as much
 * again. */
#define COQUILL_DIRECT_ROAD_QUEUE_BYTES (8 * 1024 * 1024)
/** Attempts in CHECKING or PROBING in this process; further ones wait. A room of 8 needs 7. */
#define COQUILL_DIRECT_MAX_HALF_OPEN 16
/** Likewise, with those that are over and still being cleared away, which takes 3 s with TURN: without it a
 * peer that makes us begin anew each second would have that many of them open, sockets and all. */
#define COQUILL_DIRECT_MAX_AGENTS 48
/** Signals that a peer may send within COQUILL_DIRECT_SIGNAL_WINDOW; further ones are dropped unread. */
#define COQUILL_DIRECT_MAX_SIGNALS 200
#define COQUILL_DIRECT_SIGNAL_WINDOW (10 * G_USEC_PER_SEC)
/** Attempts that are remembered, so that their signals are known as replayed. */
#define COQUILL_DIRECT_REMEMBERED_ATTEMPTS 16

/**
 * CoquillDirectCounts:
 * @attempts: begun
 * @signals: that came, all kinds
 * @malformed: signals that make no sense, or come from the wrong side
 * @stale: signals of another run, or of an attempt that is not the present one
 * @replayed: offers of an attempt that was had before
 * @too_fast: signals dropped unread, being more than %COQUILL_DIRECT_MAX_SIGNALS
 * @candidates: the peer's candidates by verdict; repeated ones are no offence: signals are said again
 * @junk: datagrams that were no packets of this road's QUIC
 * @refused: greetings that were not approved
 *
 * Since the road was made. For people who look for the reason.
 */
typedef struct
{
  guint64 attempts;
  guint64 signals;
  guint64 malformed;
  guint64 stale;
  guint64 replayed;
  guint64 too_fast;
  CoquillCandidateCounts candidates;
  guint64 junk;
  guint64 refused;
} CoquillDirectCounts;

/**
 * CoquillDirectRoad:
 *
 * Moves sealed envelopes straight to one run of one peer's program. It knows nothing of documents. All
 * functions are called, and all signals emitted, on the main context that was the thread's default at
 * coquill_direct_road_new(); all roads of a process live on one thread. The work is done on the road thread
 * (net/road-thread.h).
 *
 * The table of states is in net/direct-states.h. One attempt at a time; each has its own ICE agent,
 * certificate and QUIC connection, and nothing of an old one can delay or disturb a new one.
 *
 * How to drive it:
 * 1. new, set_peer_run(), set_servers(), start()
 * 2. seal what `signal` brings for the peer and send it through the relay; give what the peer's road said to
 *    coquill_direct_road_take_signal()
 * 3. answer `greet` with coquill_direct_road_greet(), and `greeted` with coquill_direct_road_approve()
 * 4. from `up` until `down`: post, and coquill_direct_road_consumed() for each `received`
 *
 * Properties (all notify; `round-trip` and the bytes at most once a second):
 * - `state` (int: a #CoquillDirectState)
 * - `why` (int: a #CoquillDirectWhy)
 * - `round-trip` (int64): microseconds of the last echo; -1 when not up
 * - `sent-bytes`, `received-bytes` (uint64): UDP payload of all attempts since the road was made
 * - `since` (int64): g_get_real_time() of the last change between up and down
 * - `relayed` (boolean): the way leads over a TURN server
 *
 * Signals:
 * - `signal (GBytes *encoded)`: a #CoquillSignal for the peer
 * - `greet`: the handshake is done: coquill_direct_road_greet() is awaited, within
 * %COQUILL_DIRECT_PROBING_LIMIT
 * - `greeted (GBytes *envelope)`: the peer's greeting; coquill_direct_road_approve() is awaited, likewise
 * - `up`: proven, by both sides
 * - `down (GError *error)`: was up, is no more: what was posted without `acknowledged` may not have arrived
 * - `received (GBytes *envelope)`: in the peer's order as far as it was posted as stored; may come twice
 * - `acknowledged (guint64 reference)`: the peer's machine has all of it in memory
 * - `room`: coquill_direct_road_post() said no and would say yes now
 */
#define COQUILL_TYPE_DIRECT_ROAD (coquill_direct_road_get_type ())
G_DECLARE_FINAL_TYPE (CoquillDirectRoad, coquill_direct_road, COQUILL, DIRECT_ROAD, GObject)

/**
 * coquill_direct_road_new:
 * @offers: whether this side makes the offers and controls: the one with the lower device id
 * @own_run: this run of this program, as its presence names it: signals for another run are stale
 *
 * Returns: (transfer full): a road, stopped
 */
CoquillDirectRoad *
coquill_direct_road_new (gboolean offers, guint64 own_run) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_direct_road_set_peer_run:
 * @run: the peer's run, as its presence names it; 0: not known
 *
 * Nothing is sent before it is known. Another run than before: the peer restarted; what stood is dropped and
 * a new attempt made at once.
 */
void
coquill_direct_road_set_peer_run (CoquillDirectRoad *self, guint64 run);

/**
 * coquill_direct_road_set_servers:
 * @servers: (nullable) (transfer none): STUN and TURN for the attempts to come; %NULL: there are none
 *
 * An attempt waits for the first call, at most a second.
 */
void
coquill_direct_road_set_servers (CoquillDirectRoad *self, CoquillIceServers *servers);

/**
 * coquill_direct_road_start:
 *
 * Tries, and keeps trying until stopped or declined. Takes back coquill_direct_road_decline(). Nothing
 * happens if it is started.
 */
void
coquill_direct_road_start (CoquillDirectRoad *self);

/**
 * coquill_direct_road_stop:
 *
 * Ends what stands, with `down` if it was up, and stays down: offers go unanswered. At once, in any state.
 */
void
coquill_direct_road_stop (CoquillDirectRoad *self);

/**
 * coquill_direct_road_decline:
 * @reason: why not
 *
 * Stops, tells the peer, and answers its further offers so until coquill_direct_road_start().
 */
void
coquill_direct_road_decline (CoquillDirectRoad *self, CoquillDeclineReason reason);

/**
 * coquill_direct_road_retry_now:
 *
 * The network may have changed: ends the pause between two attempts; a road that stands has a second to show
 * a sign of life, or is replaced; an attempt that is under way is begun anew if this machine's addresses are
 * others now. Nothing happens if it is stopped.
 */
void
coquill_direct_road_retry_now (CoquillDirectRoad *self);

/**
 * coquill_direct_road_take_signal:
 * @encoded: what the peer's road said, opened and checked to be from that very device
 *
 * Whatever the bytes are, the worst they do is to begin an attempt, at most one a second.
 */
void
coquill_direct_road_take_signal (CoquillDirectRoad *self, GBytes *encoded);

/**
 * coquill_direct_road_post:
 * @envelope: a sealed envelope, at most %COQUILL_ENVELOPE_MAX bytes
 * @reference: comes back in `acknowledged`
 * @live: of the live class: may be lost, has no answer, and is the first thing dropped under pressure
 *
 * Never blocks. Many posts in one turn of the main loop cost one wake-up of the road thread.
 *
 * Returns: %FALSE if it was not taken: not up, or more than %COQUILL_DIRECT_ROAD_QUEUE_BYTES wait (then
 * `room` comes)
 */
gboolean
coquill_direct_road_post (CoquillDirectRoad *self, GBytes *envelope, guint64 reference, gboolean live);

/**
 * coquill_direct_road_consumed:
 * @bytes: of `received` envelopes that are dealt with
 *
 * Gives the peer leave to send as many more: at most 8 MiB may wait here.
 */
void
coquill_direct_road_consumed (CoquillDirectRoad *self, gsize bytes);

/**
 * coquill_direct_road_greet:
 * @envelope: (transfer none): a sealed hello for the peer. Nothing happens if none is awaited.
 */
void
coquill_direct_road_greet (CoquillDirectRoad *self, GBytes *envelope);

/**
 * coquill_direct_road_approve:
 * @approved: whether the greeting is from the very device that this road should lead to
 *
 * Not approved: the attempt ends. Nothing happens if no answer is awaited.
 */
void
coquill_direct_road_approve (CoquillDirectRoad *self, gboolean approved);

CoquillDirectState
coquill_direct_road_get_state (CoquillDirectRoad *self);
CoquillDirectWhy
coquill_direct_road_get_why (CoquillDirectRoad *self);
gint64
coquill_direct_road_get_round_trip (CoquillDirectRoad *self);
guint64
coquill_direct_road_get_sent_bytes (CoquillDirectRoad *self);
guint64
coquill_direct_road_get_received_bytes (CoquillDirectRoad *self);
gint64
coquill_direct_road_get_since (CoquillDirectRoad *self);
gboolean
coquill_direct_road_get_relayed (CoquillDirectRoad *self);

/** Returns: (transfer none): counters since the road was made; good until the next call of any function */
const CoquillDirectCounts *
coquill_direct_road_get_counts (CoquillDirectRoad *self);

G_END_DECLS
