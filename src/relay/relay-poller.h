/* relay-poller.h: many descriptors behind one GSource */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRelayPoller:
 *
 * An epoll set. The main loop polls one descriptor, whatever the number of connections: a GSource each would
 * cost it a walk over all of them at every wake-up. Level-triggered.
 */
typedef struct _CoquillRelayPoller CoquillRelayPoller;

/**
 * CoquillRelayPollerFunc:
 * @events: `EPOLLIN`, `EPOLLOUT`, `EPOLLERR`, `EPOLLHUP`
 *
 * A descriptor is ready. May add and remove any descriptor.
 */
typedef void (*CoquillRelayPollerFunc) (gpointer data, guint32 events);

/**
 * CoquillRelayPolled:
 *
 * A place in the set; a member of what @data is. Its address must not change while it is in the set.
 */
typedef struct
{
  int descriptor;
  guint32 events;
  CoquillRelayPollerFunc func;
  gpointer data;
} CoquillRelayPolled;

/**
 * coquill_relay_poller_new:
 *
 * Returns: (transfer full) (nullable): a set, attached to the thread's default main context; %NULL if the
 * system has no descriptor left
 */
CoquillRelayPoller *
coquill_relay_poller_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_poller_free:
 * @self: (transfer full): an empty set
 */
void
coquill_relay_poller_free (CoquillRelayPoller *self);

/**
 * coquill_relay_poller_add:
 * @polled: all fields filled in
 *
 * Returns: %FALSE if the system refuses
 */
gboolean
coquill_relay_poller_add (CoquillRelayPoller *self, CoquillRelayPolled *polled);

/**
 * coquill_relay_poller_change:
 * @events: what to wait for now; 0 for errors only
 */
void
coquill_relay_poller_change (CoquillRelayPoller *self, CoquillRelayPolled *polled, guint32 events);

/**
 * coquill_relay_poller_remove:
 *
 * @polled is not called again, not even for what is ready already. Call before the descriptor is closed.
 */
void
coquill_relay_poller_remove (CoquillRelayPoller *self, CoquillRelayPolled *polled);

G_END_DECLS
