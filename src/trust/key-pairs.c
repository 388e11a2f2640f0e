/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key-pairs.c: an Ed25519 and an X25519 pair from one seed, what devices and invites are made of */

#include "trust/box.h"
#include "trust/key-pairs-private.h"
#include "trust/signature-private.h"
#include "trust/sodium-private.h"

typedef struct
{
  CoquillKeyPairs *self;
  const char *context;
} Derivation;

static void
fill_sign (guint8 *out, gsize length, gpointer data)
{
  Derivation *derivation = data;
  guint8 seed[crypto_sign_SEEDBYTES];

  crypto_kdf_derive_from_key (seed, sizeof seed, 1, derivation->context,
                              coquill_secret_peek (derivation->self->seed, NULL));
  crypto_sign_seed_keypair (derivation->self->public_keys.sign, out, seed);
  coquill_wipe (seed, sizeof seed);
}

static void
fill_box (guint8 *out, gsize length, gpointer data)
{
  Derivation *derivation = data;
  guint8 seed[crypto_box_SEEDBYTES];

  crypto_kdf_derive_from_key (seed, sizeof seed, 2, derivation->context,
                              coquill_secret_peek (derivation->self->seed, NULL));
  crypto_box_seed_keypair (derivation->self->public_keys.box, out, seed);
  coquill_wipe (seed, sizeof seed);
}

CoquillKeyPairs *
coquill_key_pairs_new (const char *context, CoquillSecret *seed)
{
  CoquillKeyPairs *self;
  Derivation derivation;

  G_STATIC_ASSERT (COQUILL_KEY_PAIRS_SEED_SIZE == crypto_kdf_KEYBYTES);

  if (coquill_secret_get_length (seed) != COQUILL_KEY_PAIRS_SEED_SIZE)
    return NULL;

  self = g_new0 (CoquillKeyPairs, 1);
  g_atomic_ref_count_init (&self->references);
  self->seed = coquill_secret_ref (seed);

  derivation.self = self;
  derivation.context = context;
  self->sign_secret = coquill_secret_new_filled (crypto_sign_SECRETKEYBYTES, fill_sign, &derivation);
  self->box_secret = coquill_secret_new_filled (crypto_box_SECRETKEYBYTES, fill_box, &derivation);

  return self;
}

void
coquill_key_pairs_unref (CoquillKeyPairs *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;

  coquill_secret_unref (self->seed);
  coquill_secret_unref (self->sign_secret);
  coquill_secret_unref (self->box_secret);
  g_free (self);
}

void
coquill_key_pairs_sign (const CoquillKeyPairs *self,
                        const char *domain,
                        const CoquillPart *parts,
                        gsize n_parts,
                        guint8 *signature)
{
  coquill_signature_make (coquill_secret_peek (self->sign_secret, NULL), domain, parts, n_parts, signature);
}

typedef struct
{
  const CoquillKeyPairs *self;
  const guint8 *sealed;
  gsize length;
  gboolean opened;
} Opening;

static void
fill_opened (guint8 *out, gsize length, gpointer data)
{
  Opening *opening = data;

  opening->opened
      = crypto_box_seal_open (out, opening->sealed, opening->length, opening->self->public_keys.box,
                              coquill_secret_peek (opening->self->box_secret, NULL))
        == 0;
}

CoquillSecret *
coquill_key_pairs_open (const CoquillKeyPairs *self, GBytes *sealed, GError **error)
{
  Opening opening = { .self = self };
  g_autoptr (CoquillSecret) plain = NULL;

  G_STATIC_ASSERT (COQUILL_BOX_OVERHEAD == crypto_box_SEALBYTES);

  opening.sealed = g_bytes_get_data (sealed, &opening.length);
  if (opening.length <= COQUILL_BOX_OVERHEAD || opening.length > COQUILL_BOX_OVERHEAD + COQUILL_BOX_PLAIN_MAX)
    {
      g_set_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                   "a sealed box can't have %" G_GSIZE_FORMAT " bytes", opening.length);
      return NULL;
    }

  plain = coquill_secret_new_filled (opening.length - COQUILL_BOX_OVERHEAD, fill_opened, &opening);
  if (!opening.opened)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY,
                           "a sealed box is not for this key, or was changed");
      return NULL;
    }

  return g_steal_pointer (&plain);
}
