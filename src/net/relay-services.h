/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-services.h: what a relay offers to those who look for a direct road: STUN, and TURN for a while */
#pragma once

#include <glib.h>

#include "wire/relay-frame.h"

G_BEGIN_DECLS

/**
 * CoquillRelayServices:
 * @stun_port: UDP port at the relay's own address that answers STUN; 0 if none does
 * @turn: (array zero-terminated=1): URIs `turn:HOST[:PORT][?transport=udp|tcp]` as the relay's operator wrote
 * them, at most %COQUILL_RELAY_TURN_MAX; a stranger's words: parse them with care. Never %NULL, may be empty
 * @user: their user; empty without @turn
 * @password: their password; wiped when the services are freed
 * @fetched: real time when they were asked for, in microseconds
 * @expires: real time when @user is good no more, or an hour after @fetched if there is none, in
 * microseconds. Real and not monotonic time, because a sleeping computer's credentials age as well
 */
typedef struct
{
  guint16 stun_port;
  char **turn;
  char *user;
  char *password;
  gint64 fetched;
  gint64 expires;
} CoquillRelayServices;

/**
 * coquill_relay_services_new:
 * @frame: a SERVICES
 * @now: real time in microseconds
 *
 * Returns: (transfer full): what it offers
 */
CoquillRelayServices *
coquill_relay_services_new (const CoquillRelayFrame *frame, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_relay_services_is_fresh:
 * @now: real time in microseconds
 *
 * Returns: whether less than half of their life is over; ask again if not. A clock that was set back past
 * @fetched makes them old as well
 */
gboolean
coquill_relay_services_is_fresh (const CoquillRelayServices *self, gint64 now);

/**
 * coquill_relay_services_free:
 * @self: (transfer full): services
 *
 * Wipes and frees them.
 */
void
coquill_relay_services_free (CoquillRelayServices *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillRelayServices, coquill_relay_services_free)

G_END_DECLS
