/* relay-server.h: HTTP and the WebSocket handshake in front of the hub */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/relay-hub.h"
#include "relay/relay-listener.h"

G_BEGIN_DECLS

/**
 * CoquillRelayServer:
 *
 * Listens; answers `/healthz` and `/j/`; hands upgraded connections to the hub. A connection that is none of
 * these in time is cut off. No request body is ever read into memory.
 */
typedef struct _CoquillRelayServer CoquillRelayServer;

/**
 * coquill_relay_server_new:
 * @options: outlives the server; the number of connections may be lowered
 * @hub: outlives the server
 *
 * Returns: (transfer full) (nullable): the server, listening
 */
CoquillRelayServer *
coquill_relay_server_new (CoquillRelayOptions *options,
                          CoquillRelayHub *hub,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): `http://ADDRESS:PORT` */
char *
coquill_relay_server_get_uri (CoquillRelayServer *self);

/** Listens no more, and closes what is not a WebSocket yet. */
void
coquill_relay_server_stop (CoquillRelayServer *self);

/** Frees the server, after the hub let go of all connections. */
void
coquill_relay_server_free (CoquillRelayServer *self);

G_END_DECLS
