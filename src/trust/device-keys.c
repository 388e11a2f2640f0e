/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device-keys.c: a device's identity: an Ed25519 and an X25519 pair from one seed */

#include "trust/device-keys.h"

#include "trust/key-pairs-private.h"

struct _CoquillDeviceKeys
{
  CoquillKeyPairs pairs;
};

/* The pairs are all there is, so they are counted and freed as themselves. */
G_STATIC_ASSERT (sizeof (CoquillDeviceKeys) == sizeof (CoquillKeyPairs));
G_STATIC_ASSERT (COQUILL_DEVICE_SEED_SIZE == COQUILL_KEY_PAIRS_SEED_SIZE);

CoquillDeviceKeys *
coquill_device_keys_new (void)
{
  g_autoptr (CoquillSecret) seed = coquill_secret_new_random (COQUILL_DEVICE_SEED_SIZE);

  return coquill_device_keys_new_from_seed (seed);
}

CoquillDeviceKeys *
coquill_device_keys_new_from_seed (CoquillSecret *seed)
{
  g_return_val_if_fail (seed != NULL, NULL);

  return (CoquillDeviceKeys *)coquill_key_pairs_new ("cqdevice", seed);
}

CoquillDeviceKeys *
coquill_device_keys_ref (CoquillDeviceKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->pairs.references);
  return self;
}

void
coquill_device_keys_unref (CoquillDeviceKeys *self)
{
  g_return_if_fail (self != NULL);

  coquill_key_pairs_unref (&self->pairs);
}

CoquillSecret *
coquill_device_keys_get_seed (const CoquillDeviceKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->pairs.seed;
}

const CoquillDevicePublic *
coquill_device_keys_get_public (const CoquillDeviceKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->pairs.public_keys;
}

void
coquill_device_keys_sign (const CoquillDeviceKeys *self,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          guint8 *signature)
{
  g_return_if_fail (self != NULL);

  coquill_key_pairs_sign (&self->pairs, domain, parts, n_parts, signature);
}

CoquillSecret *
coquill_device_keys_open (const CoquillDeviceKeys *self, GBytes *sealed, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  return coquill_key_pairs_open (&self->pairs, sealed, error);
}
