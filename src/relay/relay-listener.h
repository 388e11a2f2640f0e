/* relay-listener.h: the listening socket: who may connect at all */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "relay/relay-options.h"

G_BEGIN_DECLS

/** Connections that the kernel holds until we accept them; GLib's default is 10. */
#define COQUILL_RELAY_LISTENER_BACKLOG 4096
/** Descriptors kept free for files, pipes and GLib itself, which aborts the process when it gets none. */
#define COQUILL_RELAY_LISTENER_RESERVE 64

/**
 * CoquillRelayListener:
 *
 * Accepts, counts per address and in all, turns away what is too much, and goes on whatever happens: a
 * #GSocketListener would give up at the first failed accept.
 */
typedef struct _CoquillRelayListener CoquillRelayListener;

/**
 * CoquillRelayListenerFunc:
 * @connection: (transfer none): counted until it is finalized
 *
 * Somebody connected.
 */
typedef void (*CoquillRelayListenerFunc) (GSocketConnection *connection, gpointer data);

/**
 * coquill_relay_listener_new:
 * @options: outlives the listener; its number of connections is lowered to what descriptors allow
 *
 * Returns: (transfer full) (nullable): a listener, listening; or %NULL with an error in plain words
 */
CoquillRelayListener *
coquill_relay_listener_new (CoquillRelayOptions *options,
                            CoquillRelayListenerFunc func,
                            gpointer data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Stops accepting; connections live on. All must be finalized before coquill_relay_listener_free(). */
void
coquill_relay_listener_stop (CoquillRelayListener *self);
void
coquill_relay_listener_free (CoquillRelayListener *self);

/** Returns: (transfer full): where it listens, with the port that it really has */
GSocketAddress *
coquill_relay_listener_get_address (CoquillRelayListener *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_listener_parse_address:
 * @text: `ADDRESS:PORT` or `[ADDRESS]:PORT`
 *
 * Returns: (transfer full) (nullable): the address, or %NULL with an error in plain words
 */
GSocketAddress *
coquill_relay_listener_parse_address (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer full): `ADDRESS:PORT`, with the port that it really has */
char *
coquill_relay_listener_get_name (CoquillRelayListener *self);

G_END_DECLS
