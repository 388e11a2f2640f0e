/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-secrets.h: what an epoch's box holds for its recipient */

#pragma once

#include "wire/error.h"
#include "wire/room-role.h"

G_BEGIN_DECLS

/* Upper bound of the encoded form in bytes, for a buffer in locked memory. */
#define COQUILL_EPOCH_SECRETS_MAX 256

/**
 * CoquillEpochSecrets:
 * @key: the epoch's key
 * @room_role: the recipient's role at the relay
 * @room_seed: seed of the room keys of that role; the roles below derive from it
 *
 * Secret: keep it in locked memory and wipe it. Only src/trust uses this; others see epoch keys and room
 * keys.
 */
typedef struct
{
  guint8 key[32];
  CoquillRoomRole room_role;
  guint8 room_seed[32];
} CoquillEpochSecrets;

/**
 * coquill_epoch_secrets_encode:
 * @self: the secrets
 * @out: (out caller-allocates): %COQUILL_EPOCH_SECRETS_MAX bytes
 *
 * Returns: bytes written
 */
gsize
coquill_epoch_secrets_encode (const CoquillEpochSecrets *self, guint8 *out);

/**
 * coquill_epoch_secrets_decode:
 * @bytes: (array length=length): an opened box
 * @length: bytes
 * @out: (out caller-allocates): the secrets
 * @error: return location of a %COQUILL_WIRE_ERROR
 *
 * Copies in between are wiped.
 *
 * Returns: whether @out was filled
 */
gboolean
coquill_epoch_secrets_decode (const guint8 *bytes, gsize length, CoquillEpochSecrets *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
