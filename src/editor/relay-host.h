/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-host.h: a relay that runs on this computer, for the local network. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_RELAY_HOST (coquill_relay_host_get_type ())
/**
 * CoquillRelayHost:
 *
 * Runs coquill-relay as long as the editor runs. Its port is kept in the settings, so that links go on
 * working after a restart; if something else took the port meanwhile, it gets another.
 *
 * The program is looked for beside this one, then where programs are; the environment variable COQUILL_RELAY
 * names it instead.
 *
 * Properties: `address` (string, nullable): the origin that others on the local network reach it by, while it
 * runs.
 */
G_DECLARE_FINAL_TYPE (CoquillRelayHost, coquill_relay_host, COQUILL, RELAY_HOST, GObject)

CoquillRelayHost *
coquill_relay_host_new (GSettings *settings);

/** The relay's files go into the folder `relay` of @data_dir. */
void
coquill_relay_host_set_data_dir (CoquillRelayHost *self, const char *data_dir);

/** Starts the relay if it doesn't run. */
void
coquill_relay_host_start_async (CoquillRelayHost *self, GAsyncReadyCallback callback, gpointer user_data);
/** Returns: (transfer full): its address */
char *
coquill_relay_host_start_finish (CoquillRelayHost *self, GAsyncResult *result, GError **error);

/** Ends the relay, in order. */
void
coquill_relay_host_stop (CoquillRelayHost *self);

/** Returns: (nullable): */
const char *
coquill_relay_host_get_address (CoquillRelayHost *self);

G_END_DECLS
