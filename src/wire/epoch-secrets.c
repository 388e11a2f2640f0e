/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch-secrets.c: what an epoch's box holds for its recipient */

#include "wire/epoch-secrets.h"

#include "wire/convert-private.h"
#include "wire/unpack.h"

gsize
coquill_epoch_secrets_encode (const CoquillEpochSecrets *self, guint8 *out)
{
  Coquill__Document__EpochSecrets message = COQUILL__DOCUMENT__EPOCH_SECRETS__INIT;

  message.key = coquill_convert_view (self->key, sizeof self->key);
  message.room_role = self->room_role;
  message.room_seed = coquill_convert_view (self->room_seed, sizeof self->room_seed);

  g_assert (coquill__document__epoch_secrets__get_packed_size (&message) <= COQUILL_EPOCH_SECRETS_MAX);
  return coquill__document__epoch_secrets__pack (&message, out);
}

static gboolean
from_message (const Coquill__Document__EpochSecrets *message, CoquillEpochSecrets *out, GError **error)
{
  if (message->room_role < COQUILL_ROOM_READ || message->room_role > COQUILL_ROOM_ADMIN)
    return coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "epoch secrets name no room role");

  out->room_role = message->room_role;
  return coquill_unpack_copy (&message->key, out->key, sizeof out->key, "secrets.key", error)
         && coquill_unpack_copy (&message->room_seed, out->room_seed, sizeof out->room_seed,
                                 "secrets.room_seed", error);
}

gboolean
coquill_epoch_secrets_decode (const guint8 *bytes, gsize length, CoquillEpochSecrets *out, GError **error)
{
  Coquill__Document__EpochSecrets *message;
  gboolean ok;

  message = coquill_unpack (&coquill__document__epoch_secrets__descriptor, bytes, length,
                            COQUILL_EPOCH_SECRETS_MAX, error);
  if (message == NULL)
    return FALSE;

  ok = from_message (message, out, error);
  coquill_unpack_free (message);
  return ok;
}
