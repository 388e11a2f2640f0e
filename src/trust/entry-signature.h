/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entry-signature.h: ids and signatures of membership log entries */

#pragma once

#include "trust/device-keys.h"
#include "trust/error.h"
#include "trust/invite-keys.h"
#include "wire/log-batch.h"
#include "wire/log-entry.h"

G_BEGIN_DECLS

/**
 * coquill_entry_id:
 * @entry: an entry's bytes as carried
 * @id: (out caller-allocates): 32 bytes
 *
 * BLAKE2b-256, domain "coquill log entry 1". The founding entry's id is the document's.
 */
void
coquill_entry_id (GBytes *entry, guint8 *id);

/**
 * coquill_entry_sign:
 * @entry: whose signer is @keys
 * @keys: the signing device
 *
 * Encodes and signs an entry: Ed25519 over its bytes, domain "coquill log entry 1".
 *
 * Returns: (transfer full): the entry as it is carried from now on
 */
CoquillSignedEntry *
coquill_entry_sign (const CoquillLogEntry *entry, const CoquillDeviceKeys *keys) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_entry_open:
 * @entry: from outside
 * @error: return location of a %COQUILL_WIRE_ERROR, or of %COQUILL_TRUST_ERROR_SIGNATURE
 *
 * Decodes an entry and checks its signature, and that of the invite in a redeem entry.
 *
 * Returns: (transfer full): the decoded entry, or %NULL
 */
CoquillLogEntry *
coquill_entry_open (const CoquillSignedEntry *entry, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_redeem_sign:
 * @keys: the invite's keys, from a link
 * @document: 32 bytes
 * @device: the newcomer
 * @signature: (out caller-allocates): 64 bytes, for the redeem entry
 *
 * The invite's key lets a device in: domain "coquill redeem 1", over document, invite, and the device's two
 * keys.
 */
void
coquill_redeem_sign (const CoquillInviteKeys *keys,
                     const guint8 *document,
                     const CoquillDevicePublic *device,
                     guint8 *signature);

G_END_DECLS
