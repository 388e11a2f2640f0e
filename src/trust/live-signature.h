/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live-signature.h: the sender's signature of a live payload */

#pragma once

#include "trust/device-keys.h"
#include "wire/payload.h"

G_BEGIN_DECLS

/**
 * coquill_live_sign:
 * @payload: a live payload; sender and signature are filled in
 * @epoch_id: 32 bytes, the epoch that it is sealed under
 * @keys: the sender's
 *
 * Domain "coquill live 1", over document, epoch, kind (4 bytes), sender, counter (8; both little-endian),
 * recipient and body: a member can't pass another's hello or signal on as new, under another epoch or to
 * somebody else.
 */
void
coquill_live_sign (CoquillPayload *payload, const guint8 *epoch_id, const CoquillDeviceKeys *keys);

/**
 * coquill_live_verify:
 * @payload: from outside
 * @epoch_id: 32 bytes, the epoch of the envelope that it came in
 *
 * Returns: whether the sender signed it
 */
gboolean
coquill_live_verify (const CoquillPayload *payload, const guint8 *epoch_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
