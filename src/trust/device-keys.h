/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device-keys.h: a device's identity: an Ed25519 and an X25519 pair from one seed */

#pragma once

#include "trust/secret.h"
#include "trust/signature.h"
#include "wire/device-public.h"

G_BEGIN_DECLS

/* Bytes of a device's seed. */
#define COQUILL_DEVICE_SEED_SIZE 32

/**
 * CoquillDeviceKeys:
 *
 * Both pairs are derived from the seed by crypto_kdf (context "cqdevice", 1 signs, 2 opens boxes), so that
 * the seed is all that is kept. Immutable, references in any thread.
 */
typedef struct _CoquillDeviceKeys CoquillDeviceKeys;

/**
 * coquill_device_keys_new:
 *
 * Returns: (transfer full): keys of a new random seed
 */
CoquillDeviceKeys *
coquill_device_keys_new (void) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_device_keys_new_from_seed:
 * @seed: a secret of %COQUILL_DEVICE_SEED_SIZE bytes
 *
 * Returns: (transfer full) (nullable): its keys, or %NULL if @seed has another length
 */
CoquillDeviceKeys *
coquill_device_keys_new_from_seed (CoquillSecret *seed) G_GNUC_WARN_UNUSED_RESULT;

CoquillDeviceKeys *
coquill_device_keys_ref (CoquillDeviceKeys *self);
void
coquill_device_keys_unref (CoquillDeviceKeys *self);

/**
 * coquill_device_keys_get_seed:
 *
 * Returns: (transfer none): the seed, to be stored
 */
CoquillSecret *
coquill_device_keys_get_seed (const CoquillDeviceKeys *self);

/**
 * coquill_device_keys_get_public:
 *
 * Returns: (transfer none): the public keys; @sign is the device's id
 */
const CoquillDevicePublic *
coquill_device_keys_get_public (const CoquillDeviceKeys *self);

/**
 * coquill_device_keys_sign:
 * @self: the signer
 * @domain: what is signed, such as "coquill seal 1"
 * @parts: (array length=n_parts): the parts
 * @n_parts: how many
 * @signature: (out caller-allocates): 64 bytes
 *
 * See trust/signature.h.
 */
void
coquill_device_keys_sign (const CoquillDeviceKeys *self,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          guint8 *signature);

/**
 * coquill_device_keys_open:
 * @self: the recipient
 * @sealed: a box made for it by coquill_box_seal()
 * @error: return location of %COQUILL_TRUST_ERROR_WRONG_KEY
 *
 * Returns: (transfer full): what is in the box, or %NULL
 */
CoquillSecret *
coquill_device_keys_open (const CoquillDeviceKeys *self,
                          GBytes *sealed,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillDeviceKeys, coquill_device_keys_unref)

G_END_DECLS
