/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-sealing.h: handing out an epoch: boxes for its recipients, the earlier keys for all of them */

#pragma once

#include "trust/device-keys.h"
#include "trust/epoch-key.h"
#include "trust/error.h"
#include "trust/invite-keys.h"
#include "trust/room-keys.h"
#include "wire/epoch-boxes.h"

G_BEGIN_DECLS

/* An epoch's key and the seed of a room role are sealed to each recipient (crypto_box_seal: X25519,
 * XSalsa20-Poly1305) in a box of its own. The keys of earlier epochs are the same for all, so they are sealed
 * once, under the epoch's key: 24 bytes of nonce, then XChaCha20-Poly1305 of (id, key) pairs of 64 bytes
 * under the subkey 2 of the epoch key in the context "cq-epoch", with the salt as additional data. A box
 * stays small, and what an epoch hands out grows with the epochs plus the recipients, not with their product.
 */

/**
 * coquill_epoch_seal_new:
 *
 * Returns: (transfer full): boxes without a recipient, with a new random salt
 */
CoquillEpochBoxes *
coquill_epoch_seal_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_epoch_seal_add:
 * @boxes: from coquill_epoch_seal_new(), with less than %COQUILL_EPOCH_MAX_BOXES boxes
 * @recipient: 32 bytes, the X25519 key of a device or invite
 * @key: the epoch's key
 * @room_keys: keys of @room_role or above
 * @room_role: what the recipient may do at the relay
 * @error: return location of %COQUILL_TRUST_ERROR_MALFORMED, for a @recipient that is no usable key
 *
 * Adds a recipient's box.
 *
 * Returns: whether it was added
 */
gboolean
coquill_epoch_seal_add (CoquillEpochBoxes *boxes,
                        const guint8 *recipient,
                        CoquillSecret *key,
                        const CoquillRoomKeys *room_keys,
                        CoquillRoomRole room_role,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_epoch_seal_earlier:
 * @boxes: from coquill_epoch_seal_new()
 * @key: the epoch's key
 * @earlier: (element-type CoquillEpochKey): earlier epochs, the newest first
 *
 * Encloses the first %COQUILL_EPOCH_MAX_EARLIER of @earlier.
 */
void
coquill_epoch_seal_earlier (CoquillEpochBoxes *boxes, CoquillSecret *key, GPtrArray *earlier);

/**
 * coquill_epoch_open_as_device:
 * @boxes: from outside
 * @keys: the device's
 * @key: (out) (transfer full): the epoch's key
 * @room_keys: (out) (transfer full): the room keys of one's role
 * @error: return location of a %COQUILL_TRUST_ERROR: WRONG_KEY if no box is for these keys
 *
 * Finds one's box by its tag and opens it.
 *
 * Returns: whether there was one
 */
gboolean
coquill_epoch_open_as_device (const CoquillEpochBoxes *boxes,
                              const CoquillDeviceKeys *keys,
                              CoquillSecret **key,
                              CoquillRoomKeys **room_keys,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_epoch_open_as_invite:
 *
 * As coquill_epoch_open_as_device(), with the keys that a link gives.
 */
gboolean
coquill_epoch_open_as_invite (const CoquillEpochBoxes *boxes,
                              const CoquillInviteKeys *keys,
                              CoquillSecret **key,
                              CoquillRoomKeys **room_keys,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_epoch_has_box:
 * @boxes: from outside
 * @recipient: 32 bytes, the X25519 key of a device or invite
 *
 * By its tag, without opening anything. O(boxes).
 *
 * Returns: whether there is a box for @recipient
 */
gboolean
coquill_epoch_has_box (const CoquillEpochBoxes *boxes, const guint8 *recipient);

/**
 * coquill_epoch_open_earlier:
 * @boxes: from outside
 * @key: the epoch's key
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * Returns: (transfer full) (element-type CoquillEpochKey): the enclosed earlier keys, perhaps none; or %NULL
 */
GPtrArray *
coquill_epoch_open_earlier (const CoquillEpochBoxes *boxes,
                            CoquillSecret *key,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
