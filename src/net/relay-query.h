/* relay-query.h: questions to a relay that need no keys: is it there, what is a room's bulletin */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/** A question is given up after so long, in seconds. */
#define COQUILL_RELAY_QUERY_SECONDS 10

/**
 * coquill_relay_check_async:
 * @origin: an address as a user typed it: `http://`, `https://`, `ws://` or `wss://`, host, maybe port
 *
 * Asks the address whether a relay that we can talk to is there: its WebSocket opens and the challenge comes.
 * At most %COQUILL_RELAY_QUERY_SECONDS.
 */
void
coquill_relay_check_async (const char *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/**
 * coquill_relay_check_finish:
 *
 * Returns: (transfer full) (nullable): the relay's name and version, or %NULL with a #CoquillNetError
 */
char *
coquill_relay_check_finish (GAsyncResult *result, GError **error);

/**
 * coquill_relay_fetch_bulletin_async:
 * @room: the room's id, 32 bytes
 *
 * Reads a room's bulletin without entering it: how the holder of a link finds in.
 */
void
coquill_relay_fetch_bulletin_async (const char *origin,
                                    const guint8 room[32],
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/**
 * coquill_relay_fetch_bulletin_finish:
 *
 * Returns: (transfer full) (nullable): the bulletin, or %NULL with a #CoquillNetError:
 *   %COQUILL_NET_ERROR_NO_ROOM, %COQUILL_NET_ERROR_NOT_FOUND, or that the relay wasn't reached
 */
GBytes *
coquill_relay_fetch_bulletin_finish (GAsyncResult *result, GError **error);

/**
 * coquill_relay_knock_async:
 * @request: a sealed request to join, at most 4 KiB
 *
 * Leaves a request at a room's door; finishes when the relay has it on its disk.
 */
void
coquill_relay_knock_async (const char *origin,
                           const guint8 room[32],
                           GBytes *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean
coquill_relay_knock_finish (GAsyncResult *result, GError **error);

G_END_DECLS
