/* relay-clock.h: how far this machine's clock is from a relay's */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/** A relay is asked for at most so long, in seconds. */
#define COQUILL_RELAY_CLOCK_SECONDS 5

/**
 * coquill_relay_clock_async:
 * @origin: normalized (trust/relay-origin.h)
 *
 * Asks for `/healthz` and reads the Date header of the answer, whatever the answer is.
 */
void
coquill_relay_clock_async (const char *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/**
 * coquill_relay_clock_finish:
 * @ahead: (out): by how much this machine's clock is ahead of the relay's, in microseconds; as exact as the
 * header, which tells seconds, and the way there and back
 *
 * Returns: %FALSE with a #CoquillNetError if there is no answer, or no date in it
 */
gboolean
coquill_relay_clock_finish (GAsyncResult *result, gint64 *ahead, GError **error);

G_END_DECLS
