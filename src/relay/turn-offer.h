/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn-offer.h: TURN servers that a relay names to its clients, with credentials that it makes for them */
#pragma once

#include "relay/relay-options.h"
#include "wire/relay-frame.h"

G_BEGIN_DECLS

/** How long credentials are good for, in seconds: a direct road that goes over TURN asks for new ones long
 * before. */
#define COQUILL_TURN_OFFER_LIFETIME 3600
/** The longest secret; coturn's configuration has lines of this length at most. */
#define COQUILL_TURN_OFFER_SECRET_MAX 512

/**
 * CoquillTurnOffer:
 *
 * The URIs, and the secret that relay and TURN server share (coturn's `static-auth-secret`). Credentials are
 * those of the TURN REST API (draft-uberti-behave-turn-rest-00), coturn's `use-auth-secret`: the user is
 * `EXPIRY:RANDOM`, the password the HMAC-SHA1 of it in base64. They tell the TURN server nothing of who asks.
 */
typedef struct _CoquillTurnOffer CoquillTurnOffer;

/**
 * coquill_turn_offer_new:
 * @options: outlives it; checked
 * @error: return location: the file of the secret can't be used, in words for the operator
 *
 * Reads the secret into locked memory. Warns in the log if everybody on the system may read it. Blocks on the
 * disk.
 *
 * Returns: (transfer full) (nullable): the offer, empty if the options name no TURN server
 */
CoquillTurnOffer *
coquill_turn_offer_new (const CoquillRelayOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_turn_offer_free (CoquillTurnOffer *self);

/**
 * coquill_turn_offer_tell:
 * @now: Unix time in seconds
 * @frame: (inout): a SERVICES: gets URIs, user, password and lifetime of its own
 */
void
coquill_turn_offer_tell (CoquillTurnOffer *self, gint64 now, CoquillRelayFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillTurnOffer, coquill_turn_offer_free)

G_END_DECLS
