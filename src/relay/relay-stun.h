/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-stun.h: tells clients under which address the relay sees them (STUN, RFC 5389) */
#pragma once

#include <gio/gio.h>

#include "relay/relay-options.h"
#include "relay/relay-poller.h"

G_BEGIN_DECLS

/** Datagrams taken in one turn of the main loop: a flood waits for the WebSockets, not they for it. */
#define COQUILL_RELAY_STUN_BATCH 64
/** How often limits that were hit are reported, in seconds. */
#define COQUILL_RELAY_STUN_REPORT_SECONDS 60

/**
 * CoquillRelayStun:
 *
 * Two UDP sockets. The second, on a port that the kernel chose, is named to clients as OTHER-ADDRESS (RFC
 * 5780): who is seen under the same address by both is behind a NAT whose mappings don't depend on where
 * one sends to. Answers leave from the address that was asked. It keeps no state of clients but the
 * limiter's.
 */
typedef struct _CoquillRelayStun CoquillRelayStun;

/**
 * coquill_relay_stun_new:
 * @address: where to answer; the unspecified IPv6 address means IPv4 as well
 * @options: how often; outlives it
 * @poller: outlives it
 *
 * Returns: (transfer full) (nullable): answering; or %NULL with @error. Without a second socket it goes on
 * without OTHER-ADDRESS
 */
CoquillRelayStun *
coquill_relay_stun_new (GSocketAddress *address,
                        const CoquillRelayOptions *options,
                        CoquillRelayPoller *poller,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: the UDP port */
guint16
coquill_relay_stun_get_port (CoquillRelayStun *self);

void
coquill_relay_stun_free (CoquillRelayStun *self);

G_END_DECLS
