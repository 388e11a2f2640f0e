/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signed-change.c: a batch of items with its authors' signatures, body of CHANGE */

#include "wire/signed-change.h"

#include "wire/convert-private.h"
#include "wire/payload.h"
#include "wire/unpack.h"

CoquillSignedChange *
coquill_signed_change_new (GBytes *change, const CoquillSeal *seals, gsize n_seals)
{
  CoquillSignedChange *self;

  g_return_val_if_fail (n_seals <= COQUILL_SIGNED_CHANGE_MAX_SEALS, NULL);

  self = g_new0 (CoquillSignedChange, 1);
  self->change = g_bytes_ref (change);
  self->seals = g_memdup2 (seals, n_seals * sizeof *seals);
  self->n_seals = n_seals;
  return self;
}

GBytes *
coquill_signed_change_encode (const CoquillSignedChange *self)
{
  Coquill__Document__SignedChange message = COQUILL__DOCUMENT__SIGNED_CHANGE__INIT;
  g_autofree Coquill__Document__Seal *seals = g_new (Coquill__Document__Seal, self->n_seals);
  g_autofree Coquill__Document__Seal **pointers = g_new (Coquill__Document__Seal *, self->n_seals);

  for (gsize i = 0; i < self->n_seals; i++)
    {
      const CoquillSeal *seal = &self->seals[i];

      coquill__document__seal__init (&seals[i]);
      seals[i].device = coquill_convert_view (seal->device, sizeof seal->device);
      seals[i].ordinal = seal->ordinal;
      seals[i].nonce = seal->nonce;
      seals[i].sequence = seal->sequence;
      seals[i].digest = coquill_convert_view (seal->digest, sizeof seal->digest);
      seals[i].signature = coquill_convert_view (seal->signature, sizeof seal->signature);
      pointers[i] = &seals[i];
    }

  message.change = coquill_convert_view_bytes (self->change);
  message.seals = pointers;
  message.n_seals = self->n_seals;
  return coquill_pack (&message.base);
}

static gboolean
seal_in (const Coquill__Document__Seal *message, CoquillSeal *seal, GError **error)
{
  seal->ordinal = message->ordinal;
  seal->nonce = message->nonce;
  seal->sequence = message->sequence;
  return coquill_unpack_copy (&message->device, seal->device, sizeof seal->device, "seal.device", error)
         && coquill_unpack_copy (&message->digest, seal->digest, sizeof seal->digest, "seal.digest", error)
         && coquill_unpack_copy (&message->signature, seal->signature, sizeof seal->signature,
                                 "seal.signature", error);
}

static CoquillSignedChange *
from_message (const Coquill__Document__SignedChange *message, GError **error)
{
  g_autofree CoquillSeal *seals = NULL;
  g_autoptr (GBytes) change = NULL;

  if (message->n_seals > COQUILL_SIGNED_CHANGE_MAX_SEALS)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_TOO_LARGE, "a change has too many seals");
      return NULL;
    }
  if (message->change.len == 0)
    {
      coquill_convert_refuse (error, COQUILL_WIRE_ERROR_MALFORMED, "a signed change holds no change");
      return NULL;
    }

  seals = g_new0 (CoquillSeal, message->n_seals);
  for (gsize i = 0; i < message->n_seals; i++)
    if (!seal_in (message->seals[i], &seals[i], error))
      return NULL;

  change = coquill_convert_bytes_in (&message->change);
  return coquill_signed_change_new (change, seals, message->n_seals);
}

CoquillSignedChange *
coquill_signed_change_decode (GBytes *bytes, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  Coquill__Document__SignedChange *message;
  CoquillSignedChange *self;

  message = coquill_unpack (&coquill__document__signed_change__descriptor, data, length,
                            COQUILL_PAYLOAD_BODY_MAX, error);
  if (message == NULL)
    return NULL;

  self = from_message (message, error);
  coquill_unpack_free (message);
  return self;
}

void
coquill_signed_change_free (CoquillSignedChange *self)
{
  g_clear_pointer (&self->change, g_bytes_unref);
  g_free (self->seals);
  g_free (self);
}
