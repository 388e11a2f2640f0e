/* network-watch.h: tells when this machine may have come to another network */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** Changes come in bursts (link, addresses, routes, each with a message): told once, so long after the last
 * one, in milliseconds. */
#define COQUILL_NETWORK_WATCH_SETTLE_MS 200
/** A burst that doesn't end is told all the same after so long, in milliseconds. */
#define COQUILL_NETWORK_WATCH_SETTLE_MOST_MS 2000
/** A timer beats so often, in milliseconds, and one that is late by more than the second figure was frozen: a
 * resume. */
#define COQUILL_NETWORK_WATCH_BEAT_MS 2000
#define COQUILL_NETWORK_WATCH_FROZEN_MS 5000

/**
 * CoquillNetworkWatch:
 *
 * Signal `changed (gboolean resumed)`: roads that stood may be dead and ways that were closed may be open:
 * try again now. With @resumed because the machine or this process slept; else because GNetworkMonitor told
 * of a change while there is a network, or because this machine's own addresses changed, which the monitor
 * doesn't always see.
 *
 * Lives on the thread-default main context current at coquill_network_watch_new(). Costs a wake-up in two
 * seconds.
 */
#define COQUILL_TYPE_NETWORK_WATCH (coquill_network_watch_get_type ())
G_DECLARE_FINAL_TYPE (CoquillNetworkWatch, coquill_network_watch, COQUILL, NETWORK_WATCH, GObject)

/** Returns: (transfer full): a watch, which watches until its last reference goes */
CoquillNetworkWatch *
coquill_network_watch_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * CoquillNetworkWatchClock:
 *
 * Returns: microseconds that go on while the machine sleeps
 */
typedef gint64 (*CoquillNetworkWatchClock) (gpointer data);

/**
 * coquill_network_watch_new_full:
 * @monitor: (nullable): whose `network-changed` to hear; %NULL: none
 * @clock: (nullable): %NULL: the machine's
 * @clock_data: for @clock
 *
 * For tests.
 *
 * Returns: (transfer full): a watch
 */
CoquillNetworkWatch *
coquill_network_watch_new_full (GNetworkMonitor *monitor,
                                CoquillNetworkWatchClock clock,
                                gpointer clock_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
