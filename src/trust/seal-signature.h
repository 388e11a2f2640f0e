/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seal-signature.h: an agent's signature of its stream of items */

#pragma once

#include "trust/device-keys.h"
#include "wire/signed-change.h"

G_BEGIN_DECLS

/**
 * coquill_seal_sign:
 * @seal: agent, sequence and digest are set; device and signature are filled in
 * @document: 32 bytes
 * @keys: the author's
 *
 * Domain "coquill seal 1", over document, device, ordinal (4 bytes), nonce (8), sequence (8; all
 * little-endian) and digest.
 */
void
coquill_seal_sign (CoquillSeal *seal, const guint8 *document, const CoquillDeviceKeys *keys);

/**
 * coquill_seal_verify:
 * @seal: from outside
 * @document: 32 bytes
 *
 * Whether the digest is that of the stream is the document's to check.
 *
 * Returns: whether @seal's device signed it
 */
gboolean
coquill_seal_verify (const CoquillSeal *seal, const guint8 *document) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
