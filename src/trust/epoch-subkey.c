/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-subkey.c: what is derived from an epoch's key; only for the files of this folder */

#include "trust/epoch-subkey-private.h"

#include "trust/epoch-key.h"
#include "trust/sodium-private.h"

#define KDF_CONTEXT "cq-epoch"

G_STATIC_ASSERT (COQUILL_EPOCH_KEY_SIZE == crypto_kdf_KEYBYTES);

void
coquill_epoch_subkey (CoquillSecret *key, guint number, guint8 *subkey)
{
  crypto_kdf_derive_from_key (subkey, COQUILL_EPOCH_SUBKEY_SIZE, number, KDF_CONTEXT,
                              coquill_secret_peek (key, NULL));
}
