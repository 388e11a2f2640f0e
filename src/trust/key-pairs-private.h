/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key-pairs-private.h: an Ed25519 and an X25519 pair from one seed, what devices and invites are made of */

#pragma once

#include "trust/error.h"
#include "trust/secret.h"
#include "trust/signature.h"
#include "wire/device-public.h"

G_BEGIN_DECLS

/* Only for the files of this folder. A device's and an invite's keys are types of their own, so that one is
 * never taken for the other; both are a CoquillKeyPairs with a context of eight characters. */
typedef struct
{
  gatomicrefcount references;
  CoquillSecret *seed;
  CoquillSecret *sign_secret; /* Ed25519, 64 bytes */
  CoquillSecret *box_secret;  /* X25519, 32 bytes */
  CoquillDevicePublic public_keys;
} CoquillKeyPairs;

#define COQUILL_KEY_PAIRS_SEED_SIZE 32

CoquillKeyPairs *
coquill_key_pairs_new (const char *context, CoquillSecret *seed) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_key_pairs_unref (CoquillKeyPairs *self);

void
coquill_key_pairs_sign (const CoquillKeyPairs *self,
                        const char *domain,
                        const CoquillPart *parts,
                        gsize n_parts,
                        guint8 *signature);

CoquillSecret *
coquill_key_pairs_open (const CoquillKeyPairs *self,
                        GBytes *sealed,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
