/* SPDX-License-Identifier: GPL-3.0-or-later */
/* room-keys.c: the keys to a relay's room */

#include "trust/room-keys.h"

#include "trust/hash.h"
#include "trust/signature-private.h"
#include "trust/sodium-private.h"

#define KDF_CONTEXT "coq-room"

/* Subkeys of a role's seed. */
#define SUBKEY_PAIR 1
#define SUBKEY_SEED_BELOW 2

typedef struct
{
  CoquillSecret *seed;
  CoquillSecret *secret_key; /* Ed25519, 64 bytes */
  guint8 public_key[crypto_sign_PUBLICKEYBYTES];
} RoleKeys;

struct _CoquillRoomKeys
{
  gatomicrefcount references;
  CoquillRoomRole role;
  RoleKeys roles[COQUILL_ROOM_ADMIN + 1]; /* by role, filled up to the holder's */
};

static void
fill_seed_below (guint8 *out, gsize length, gpointer data)
{
  crypto_kdf_derive_from_key (out, length, SUBKEY_SEED_BELOW, KDF_CONTEXT, coquill_secret_peek (data, NULL));
}

static void
fill_secret_key (guint8 *out, gsize length, gpointer data)
{
  RoleKeys *keys = data;
  guint8 seed[crypto_sign_SEEDBYTES];

  crypto_kdf_derive_from_key (seed, sizeof seed, SUBKEY_PAIR, KDF_CONTEXT,
                              coquill_secret_peek (keys->seed, NULL));
  crypto_sign_seed_keypair (keys->public_key, out, seed);
  coquill_wipe (seed, sizeof seed);
}

CoquillRoomKeys *
coquill_room_keys_new (void)
{
  g_autoptr (CoquillSecret) seed = coquill_secret_new_random (COQUILL_ROOM_SEED_SIZE);

  return coquill_room_keys_new_from_seed (COQUILL_ROOM_ADMIN, seed);
}

CoquillRoomKeys *
coquill_room_keys_new_from_seed (CoquillRoomRole role, CoquillSecret *seed)
{
  CoquillRoomKeys *self;

  G_STATIC_ASSERT (COQUILL_ROOM_SEED_SIZE == crypto_kdf_KEYBYTES);

  g_return_val_if_fail (role >= COQUILL_ROOM_READ && role <= COQUILL_ROOM_ADMIN, NULL);
  g_return_val_if_fail (seed != NULL, NULL);

  if (coquill_secret_get_length (seed) != COQUILL_ROOM_SEED_SIZE)
    return NULL;

  self = g_new0 (CoquillRoomKeys, 1);
  g_atomic_ref_count_init (&self->references);
  self->role = role;

  for (guint i = role; i >= COQUILL_ROOM_READ; i--)
    {
      RoleKeys *keys = &self->roles[i];

      keys->seed = i == role ? coquill_secret_ref (seed)
                             : coquill_secret_new_filled (COQUILL_ROOM_SEED_SIZE, fill_seed_below,
                                                          self->roles[i + 1].seed);
      keys->secret_key = coquill_secret_new_filled (crypto_sign_SECRETKEYBYTES, fill_secret_key, keys);
    }

  return self;
}

CoquillRoomKeys *
coquill_room_keys_ref (CoquillRoomKeys *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
coquill_room_keys_unref (CoquillRoomKeys *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;

  for (guint i = COQUILL_ROOM_READ; i <= self->role; i++)
    {
      coquill_secret_unref (self->roles[i].seed);
      coquill_secret_unref (self->roles[i].secret_key);
    }
  g_free (self);
}

CoquillRoomRole
coquill_room_keys_get_role (const CoquillRoomKeys *self)
{
  g_return_val_if_fail (self != NULL, COQUILL_ROOM_READ);

  return self->role;
}

CoquillSecret *
coquill_room_keys_get_seed (const CoquillRoomKeys *self, CoquillRoomRole role)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (role >= COQUILL_ROOM_READ && role <= self->role, NULL);

  return self->roles[role].seed;
}

const guint8 *
coquill_room_keys_get_public (const CoquillRoomKeys *self, CoquillRoomRole role)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (role >= COQUILL_ROOM_READ && role <= self->role, NULL);

  return self->roles[role].public_key;
}

void
coquill_room_keys_sign (const CoquillRoomKeys *self,
                        CoquillRoomRole role,
                        const char *domain,
                        const CoquillPart *parts,
                        gsize n_parts,
                        guint8 *signature)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (role >= COQUILL_ROOM_READ && role <= self->role);

  coquill_signature_make (coquill_secret_peek (self->roles[role].secret_key, NULL), domain, parts, n_parts,
                          signature);
}

void
coquill_room_id (const guint8 *first_admin, guint8 *room)
{
  coquill_hash_bytes ("coquill room 1", first_admin, COQUILL_DIGEST_SIZE, room);
}
