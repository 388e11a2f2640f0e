/* relay-requests.h: what a relay does for each frame of a client */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "relay/relay-session.h"

G_BEGIN_DECLS

/**
 * coquill_relay_request:
 * @frame: decoded, not judged
 *
 * Does what a client asks for, answers, or ends the session if it makes no sense.
 */
void
coquill_relay_request (CoquillRelaySession *session, CoquillRelayFrame *frame);

/**
 * coquill_relay_request_next_fetch:
 *
 * Starts a fetch that waits, if the session has read enough of what it was sent.
 */
void
coquill_relay_request_next_fetch (CoquillRelaySession *session);

/**
 * coquill_relay_request_enter:
 * @frame: an ENTER
 *
 * Judges lock and proof, and lets the session in.
 */
void
coquill_relay_request_enter (CoquillRelaySession *session, const CoquillRelayFrame *frame);

G_END_DECLS
