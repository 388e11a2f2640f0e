/* relay-connection.h: one WebSocket of the relay */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "relay/relay-poller.h"

G_BEGIN_DECLS

/**
 * CoquillRelayConnection:
 *
 * A WebSocket after its handshake: whole binary messages in and out. All machinery of sockets is in here;
 * nobody else knows how bytes move. Main thread.
 *
 * | state   | what happens                                            | leaves when                  |
 * |---------|---------------------------------------------------------|------------------------------|
 * | open    | messages both ways                                      | either side closes, or errors|
 * | closing | what is queued and a close frame go out; nothing is read | sent and peer gone, or 5 s  |
 * | closed  | the closed callback has run                             | never                        |
 */
typedef struct _CoquillRelayConnection CoquillRelayConnection;

/** A connection that was told to close has so long to take what is queued, in seconds. */
#define COQUILL_RELAY_CONNECTION_CLOSE_SECONDS 5

/** The owner is told when the queue falls below this, in bytes. */
#define COQUILL_RELAY_CONNECTION_MARK (512 * 1024)

/**
 * CoquillRelayConnectionEvents:
 * @received: a message; may close the connection
 * @drained: the queue, that was over %COQUILL_RELAY_CONNECTION_MARK, is under it again
 * @closed: no more events come; the owner frees the connection, but not from inside a call to it
 *
 * What a connection tells its owner.
 */
typedef struct
{
  void (*received) (gpointer owner, GBytes *message);
  void (*drained) (gpointer owner);
  void (*closed) (gpointer owner);
} CoquillRelayConnectionEvents;

/**
 * coquill_relay_connection_new:
 * @poller: outlives the connection
 * @stream: (transfer full): what soup_server_message_steal_connection() gave
 * @socket: the descriptor's socket below @stream
 * @message_max: bytes of a message
 *
 * Takes a connection over after the handshake. Bytes that @stream holds already are not lost. Events come
 * after coquill_relay_connection_start().
 *
 * Returns: (transfer full): the connection
 */
CoquillRelayConnection *
coquill_relay_connection_new (CoquillRelayPoller *poller,
                              GIOStream *stream,
                              GSocket *socket,
                              gsize message_max) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_connection_start:
 * @events: static
 * @owner: for @events
 */
void
coquill_relay_connection_start (CoquillRelayConnection *self,
                                const CoquillRelayConnectionEvents *events,
                                gpointer owner);

/**
 * coquill_relay_connection_free:
 * @self: (transfer full): closed or not; no event comes
 */
void
coquill_relay_connection_free (CoquillRelayConnection *self);

/**
 * coquill_relay_connection_send:
 *
 * Queues a message and writes what the socket takes at once. Nothing happens unless open. The caller looks at
 * coquill_relay_connection_get_queued().
 */
void
coquill_relay_connection_send (CoquillRelayConnection *self, GBytes *message);

/**
 * coquill_relay_connection_get_queued:
 *
 * Returns: bytes that the socket hasn't taken yet
 */
gsize
coquill_relay_connection_get_queued (CoquillRelayConnection *self);

/**
 * coquill_relay_connection_set_paused:
 *
 * Stops reading, so that the peer's writing stops too. A paused connection is not idle.
 */
void
coquill_relay_connection_set_paused (CoquillRelayConnection *self, gboolean paused);

/**
 * coquill_relay_connection_close:
 * @code: a WebSocket close code
 *
 * Closes after what is queued. Nothing is received any more. @closed comes later.
 */
void
coquill_relay_connection_close (CoquillRelayConnection *self, guint16 code);

/**
 * coquill_relay_connection_tick:
 * @now: monotonic microseconds
 * @ping_after: silence, in microseconds, after which to ping
 *
 * To be called about once a second: pings, and ends a close that takes too long.
 *
 * Returns: microseconds since the last byte came
 */
gint64
coquill_relay_connection_tick (CoquillRelayConnection *self, gint64 now, gint64 ping_after);

gboolean
coquill_relay_connection_is_open (CoquillRelayConnection *self);

G_END_DECLS
