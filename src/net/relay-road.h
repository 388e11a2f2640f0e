/* relay-road.h: the way to the others through a relay: one WebSocket, one room, kept up by itself */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"
#include "net/relay-services.h"
#include "trust/room-keys.h"
#include "trust/room-lock.h"

G_BEGIN_DECLS

/**
 * CoquillRelayRoadState:
 * @COQUILL_RELAY_ROAD_STOPPED: not started, stopped, or refused for good (see #CoquillRelayRoad:error)
 * @COQUILL_RELAY_ROAD_CONNECTING: the WebSocket is being opened
 * @COQUILL_RELAY_ROAD_PROVING: open; the proof is on its way or being judged
 * @COQUILL_RELAY_ROAD_UP: in the room: envelopes flow
 * @COQUILL_RELAY_ROAD_WAITING: it failed; the next try is timed, or comes at once with the network
 *
 * The only transitions (all others are refused by an assertion in the code):
 *
 * |from       |to                                                             |
 * |-----------|---------------------------------------------------------------|
 * |stopped    |connecting (start)                                             |
 * |connecting |proving (open), waiting (failed), stopped                      |
 * |proving    |up (entered), waiting (failed), stopped (refused, stop)        |
 * |up         |waiting (lost), stopped (refused, stop)                        |
 * |waiting    |connecting (timer, network, retry), stopped                    |
 */
typedef enum
{
  COQUILL_RELAY_ROAD_STOPPED,
  COQUILL_RELAY_ROAD_CONNECTING,
  COQUILL_RELAY_ROAD_PROVING,
  COQUILL_RELAY_ROAD_UP,
  COQUILL_RELAY_ROAD_WAITING,
} CoquillRelayRoadState;

/** Bytes posted and not yet taken by the relay, above which post() says no: two seconds of a 30 Mbit/s line.
 */
#define COQUILL_RELAY_ROAD_QUEUE_BYTES (8 * 1024 * 1024)
/** The first and the longest pause between two tries, in milliseconds; doubling, with full jitter. No longer
 * than somebody waits who has just been told that the relay is back: its return is nothing that a network
 * monitor sees.
 */
#define COQUILL_RELAY_ROAD_FIRST_PAUSE 500
#define COQUILL_RELAY_ROAD_LONGEST_PAUSE 15000

/**
 * CoquillRelayRoad:
 *
 * Moves sealed envelopes between this device and a room at a relay. It knows nothing of documents. Everything
 * happens on the main context that was the thread's default at coquill_relay_road_start(); signals are
 * emitted there.
 *
 * Properties (all notify):
 * - `state` (int: a #CoquillRelayRoadState)
 * - `error` (#GError, boxed, nullable): why it is not up, in plain words; cleared when up
 * - `members` (uint): connections in the room, this one included; 0 when not up
 * - `round-trip` (int64): microseconds of the last ping; -1 when unknown
 *
 * Signals:
 * - `up (GBytes *mailbox, guint64 last)`: entered. @mailbox (16 bytes) names the room's mailbox: if it is
 *   another one than last time, positions kept from before mean nothing: fetch from 0 and post all again.
 * @last is its last position.
 * - `down (GError *error)`: was up, is no more; posts without `stored` must be posted again when it is `up`
 * - `received (GBytes *envelope, guint64 position)`: an envelope from another member or, with @position > 0,
 * from the mailbox. Position 0: just passed on, live or not on the relay's disk yet. May come twice.
 * - `stored (guint64 reference, guint64 position)`: the relay has this post on its disk
 * - `rejected (guint64 reference, GError *error)`: the relay did not take this post (its disk is full, the
 *   mailbox is full, too big); the road stays up. Post it again later, or tell the user.
 * - `fetched (guint64 last, gboolean complete)`: this connection has given everything in the mailbox up to
 * @last: the place to fetch after next time. Comes at the end of each fetch (@complete: there is no more; if
 * not, fetch after @last) and, once complete, as the mailbox grows.
 * - `knocked (guint64 knock, GBytes *request)`: a sealed request to join at the room's door; for roles that
 * may write
 * - `refused (GError *error)`: for good: wrong proof, no such room, lock changed, relay too old. State is
 * stopped.
 */
#define COQUILL_TYPE_RELAY_ROAD (coquill_relay_road_get_type ())
G_DECLARE_FINAL_TYPE (CoquillRelayRoad, coquill_relay_road, COQUILL, RELAY_ROAD, GObject)

/**
 * coquill_relay_road_new:
 * @origin: `http://`, `https://`, `ws://` or `wss://`, a host and maybe a port, as in a link
 * @room: the room's id, 32 bytes
 * @role: what to enter as; @keys must hold that role's key pair
 * @keys: the room's keys
 * @lock: (nullable): the room's lock if this device knows it: creates the room at a relay that doesn't have
 * it yet, and brings a newer lock to one that has
 * @error: return location for a #CoquillNetError: @origin can't be used
 *
 * Returns: (transfer full) (nullable): a road, stopped
 */
CoquillRelayRoad *
coquill_relay_road_new (const char *origin,
                        const guint8 room[32],
                        CoquillRoomRole role,
                        CoquillRoomKeys *keys,
                        const CoquillRoomLock *lock,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_road_start:
 *
 * Connects, and keeps connecting until stopped or refused. Nothing happens if it is started.
 */
void
coquill_relay_road_start (CoquillRelayRoad *self);

/**
 * coquill_relay_road_stop:
 *
 * Says goodbye to the relay and stays down. Nothing happens if it is stopped.
 */
void
coquill_relay_road_stop (CoquillRelayRoad *self);

/**
 * coquill_relay_road_retry_now:
 *
 * Ends the pause between two tries, for a button. Nothing happens in other states than waiting.
 */
void
coquill_relay_road_retry_now (CoquillRelayRoad *self);

/**
 * coquill_relay_road_probe:
 *
 * The network may have changed, or this machine slept: ends the pause between two tries, or pings at once to
 * see whether the relay is still there. Nothing happens if it is stopped.
 */
void
coquill_relay_road_probe (CoquillRelayRoad *self);

CoquillRelayRoadState
coquill_relay_road_get_state (CoquillRelayRoad *self);
/** Returns: (transfer none) (nullable): why it isn't up */
const GError *
coquill_relay_road_get_error (CoquillRelayRoad *self);
guint
coquill_relay_road_get_members (CoquillRelayRoad *self);
gint64
coquill_relay_road_get_round_trip (CoquillRelayRoad *self);

/**
 * coquill_relay_road_post:
 * @envelope: a sealed envelope; its clear header says whether it is stored or live
 * @reference: comes back in `stored` or `rejected`; of no meaning to the relay
 *
 * Sends an envelope to all others in the room and, if it is of the stored class, to the mailbox. A live one
 * has no answer.
 *
 * Returns: %FALSE if it was not taken: not up, larger than the relay takes, or
 *   more than %COQUILL_RELAY_ROAD_QUEUE_BYTES are under way: try again after the next `stored`,
 * `notify::round-trip` or `up`
 */
gboolean
coquill_relay_road_post (CoquillRelayRoad *self, GBytes *envelope, guint64 reference);

/**
 * coquill_relay_road_get_queued:
 *
 * Returns: bytes posted that the relay hasn't taken yet; presence is best held back while there are any to
 * speak of
 */
gsize
coquill_relay_road_get_queued (CoquillRelayRoad *self);

/**
 * coquill_relay_road_fetch:
 * @after: the position to start after; 0 for all
 *
 * Asks for the next part of the mailbox, about half a megabyte; it comes as `received`, then one `fetched`.
 * One fetch at a time.
 *
 * Returns: %FALSE if not up or a fetch is under way
 */
gboolean
coquill_relay_road_fetch (CoquillRelayRoad *self, guint64 after);

/**
 * coquill_relay_road_answer:
 * @knock: from `knocked`
 *
 * Takes a request off the door, for all. Nothing happens when not up.
 */
void
coquill_relay_road_answer (CoquillRelayRoad *self, guint64 knock);

/**
 * coquill_relay_road_put_bulletin_async:
 * @bulletin: at most 256 KiB; replaces the one that was there
 *
 * Finishes when the bulletin is on the relay's disk. Needs a role that may write and state up.
 */
void
coquill_relay_road_put_bulletin_async (CoquillRelayRoad *self,
                                       GBytes *bulletin,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
coquill_relay_road_put_bulletin_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error);

/**
 * coquill_relay_road_get_bulletin_async:
 *
 * Reads the bulletin over the road's connection. Needs state up.
 */
void
coquill_relay_road_get_bulletin_async (CoquillRelayRoad *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/**
 * coquill_relay_road_get_bulletin_finish:
 *
 * Returns: (transfer full) (nullable): the bulletin, or %NULL with @error, %COQUILL_NET_ERROR_NOT_FOUND if
 * there is none
 */
GBytes *
coquill_relay_road_get_bulletin_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error);

/**
 * coquill_relay_road_get_services_async:
 *
 * Asks the relay what helps to find direct roads: its STUN port, and TURN servers with credentials that are
 * good for a while. Needs state up.
 */
void
coquill_relay_road_get_services_async (CoquillRelayRoad *self,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/**
 * coquill_relay_road_get_services_finish:
 *
 * Returns: (transfer full) (nullable): the services, or %NULL with @error, %COQUILL_NET_ERROR_NOT_FOUND if
 * the relay is too old to have any
 */
CoquillRelayServices *
coquill_relay_road_get_services_finish (CoquillRelayRoad *self, GAsyncResult *result, GError **error);

/**
 * coquill_relay_road_get_remote_address:
 *
 * Returns: (transfer full) (nullable): the far end of the connection to the relay, so that STUN goes to the
 * very same host; %NULL while there is none. With a proxy on the way it is the proxy's, which answers no STUN
 */
GSocketAddress *
coquill_relay_road_get_remote_address (CoquillRelayRoad *self);

G_END_DECLS
