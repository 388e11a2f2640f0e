/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-client.h: one WebSocket to one relay: frames in and out, alive or closed */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"
#include "wire/relay-frame.h"

G_BEGIN_DECLS

/** Time to open the WebSocket and get the challenge, in seconds. */
#define COQUILL_RELAY_CLIENT_CONNECT_SECONDS 10
/** Silence after which a ping goes out, in microseconds. */
#define COQUILL_RELAY_CLIENT_PING (2 * G_USEC_PER_SEC)
/** Silence after which the connection is dead, in microseconds: none of the relay's bytes, and no progress of
 * ours. */
#define COQUILL_RELAY_CLIENT_SILENCE (5 * G_USEC_PER_SEC)
/** The same, in microseconds, after the network changed: then silence is more likely the end than a pause. */
#define COQUILL_RELAY_CLIENT_DOUBT (2 * G_USEC_PER_SEC)
/** A ping goes out after so many bytes as well, so that it is known what the relay has taken. */
#define COQUILL_RELAY_CLIENT_PING_BYTES (64 * 1024)

/**
 * CoquillRelayClient:
 *
 * Opens a WebSocket, checks the challenge, then passes frames. It pings, measures the round trip, counts what
 * the relay has not taken yet, and notices a dead connection. It doesn't try again: the road does.
 */
typedef struct _CoquillRelayClient CoquillRelayClient;

/**
 * CoquillRelayClientEvents:
 * @challenged: the first frame: a CHALLENGE of a version that we speak
 * @received: any other frame but PING and PONG
 * @ponged: a round trip was measured; less is queued than before
 * @closed: it could not be opened, or is closed; nothing else comes
 *
 * Callbacks may drop the client.
 */
typedef struct
{
  void (*challenged) (gpointer owner, const CoquillRelayFrame *challenge);
  void (*received) (gpointer owner, const CoquillRelayFrame *frame);
  void (*ponged) (gpointer owner, gint64 round_trip);
  void (*closed) (gpointer owner, const GError *error);
} CoquillRelayClientEvents;

/**
 * coquill_relay_client_new:
 * @origin: normalized (trust/relay-origin.h)
 * @events: static; called on the thread's default main context
 * @owner: for @events
 *
 * Starts to connect.
 *
 * Returns: (transfer full): a client, to be dropped with coquill_relay_client_drop()
 */
CoquillRelayClient *
coquill_relay_client_new (const char *origin,
                          const CoquillRelayClientEvents *events,
                          gpointer owner) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_client_drop:
 *
 * Closes, politely if it is open, and forgets the owner.
 */
void
coquill_relay_client_drop (CoquillRelayClient *self);

/** Sends a frame; nothing happens if it isn't open. */
void
coquill_relay_client_send (CoquillRelayClient *self, const CoquillRelayFrame *frame);

/** Returns: bytes sent that the relay hasn't taken yet, as far as pings have told */
gsize
coquill_relay_client_get_queued (CoquillRelayClient *self);

/**
 * coquill_relay_client_get_remote_address:
 *
 * Returns: (transfer full) (nullable): the address and port that the connection leads to, below TLS; %NULL
 * while it isn't open. With a proxy on the way it is the proxy's
 */
GSocketAddress *
coquill_relay_client_get_remote_address (CoquillRelayClient *self);

/** After a change of the network: pings at once, if no ping is under way; silence for
 * %COQUILL_RELAY_CLIENT_DOUBT from now on is the end. */
void
coquill_relay_client_probe (CoquillRelayClient *self);

/**
 * coquill_relay_client_error_new:
 * @frame: a REFUSAL
 *
 * Returns: (transfer full): what it means, as a #CoquillNetError
 */
GError *
coquill_relay_client_error_new (const CoquillRelayFrame *frame);

G_END_DECLS
