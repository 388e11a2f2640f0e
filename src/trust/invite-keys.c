/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invite-keys.c: an invite's identity: the key pairs that a link's seed gives */

#include "trust/invite-keys.h"

#include "trust/key-pairs-private.h"

struct _CoquillInviteKeys
{
  CoquillKeyPairs pairs;
};

/* The pairs are all there is, so they are counted and freed as themselves. */
G_STATIC_ASSERT (sizeof (CoquillInviteKeys) == sizeof (CoquillKeyPairs));
G_STATIC_ASSERT (COQUILL_INVITE_SEED_SIZE == COQUILL_KEY_PAIRS_SEED_SIZE);

CoquillInviteKeys *
coquill_invite_keys_new (void)
{
  g_autoptr (CoquillSecret) seed = coquill_secret_new_random (COQUILL_INVITE_SEED_SIZE);

  return coquill_invite_keys_new_from_seed (seed);
}

CoquillInviteKeys *
coquill_invite_keys_new_from_seed (CoquillSecret *seed)
{
  g_return_val_if_fail (seed != NULL, NULL);

  return (CoquillInviteKeys *)coquill_key_pairs_new ("cqinvite", seed);
}

CoquillInviteKeys *
coquill_invite_keys_ref (CoquillInviteKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->pairs.references);
  return self;
}

void
coquill_invite_keys_unref (CoquillInviteKeys *self)
{
  g_return_if_fail (self != NULL);

  coquill_key_pairs_unref (&self->pairs);
}

CoquillSecret *
coquill_invite_keys_get_seed (const CoquillInviteKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->pairs.seed;
}

const CoquillDevicePublic *
coquill_invite_keys_get_public (const CoquillInviteKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->pairs.public_keys;
}

void
coquill_invite_keys_sign (const CoquillInviteKeys *self,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          guint8 *signature)
{
  g_return_if_fail (self != NULL);

  coquill_key_pairs_sign (&self->pairs, domain, parts, n_parts, signature);
}

CoquillSecret *
coquill_invite_keys_open (const CoquillInviteKeys *self, GBytes *sealed, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  return coquill_key_pairs_open (&self->pairs, sealed, error);
}
