/* SPDX-License-Identifier: GPL-3.0-or-later */
/* socket-progress.h: what the kernel knows of a connection's life */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * CoquillSocketProgress:
 * @received_ago: microseconds since the last byte came
 * @acknowledged: bytes that the other side's kernel has taken, since the connection began
 * @waiting: bytes that it hasn't
 *
 * A large message on a slow line takes longer than a dead connection may: whole messages are too coarse to
 * tell the two apart.
 */
typedef struct
{
  gint64 received_ago;
  guint64 acknowledged;
  guint64 waiting;
} CoquillSocketProgress;

/**
 * coquill_socket_find:
 * @stream: libsoup's, TLS or plain: wrapped as often as may be
 *
 * Returns: (transfer none) (nullable): the socket at the bottom
 */
GSocket *
coquill_socket_find (GIOStream *stream);

/**
 * coquill_socket_get_progress:
 * @progress: (out caller-allocates): filled in if the result is %TRUE
 *
 * Returns: %FALSE where the system doesn't tell (other than Linux)
 */
gboolean
coquill_socket_get_progress (GSocket *socket, CoquillSocketProgress *progress);

G_END_DECLS
