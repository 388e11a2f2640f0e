/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live-signature.c: the sender's signature of a live payload */

#include "trust/live-signature.h"

#include <string.h>

#define LIVE_DOMAIN "coquill live 1"
#define N_PARTS 7

/* The numbers in the order of bytes that is signed. */
typedef struct
{
  guint32 kind;
  guint64 counter;
} Numbers;

static void
fill_parts (CoquillPart *parts, Numbers *numbers, const CoquillPayload *payload, const guint8 *epoch_id)
{
  gsize length;
  const guint8 *body = g_bytes_get_data (payload->body, &length);

  numbers->kind = GUINT32_TO_LE (payload->kind);
  numbers->counter = GUINT64_TO_LE (payload->counter);

  parts[0] = (CoquillPart){ payload->document, sizeof payload->document };
  parts[1] = (CoquillPart){ epoch_id, COQUILL_DIGEST_SIZE };
  parts[2] = (CoquillPart){ &numbers->kind, sizeof numbers->kind };
  parts[3] = (CoquillPart){ payload->sender, sizeof payload->sender };
  parts[4] = (CoquillPart){ &numbers->counter, sizeof numbers->counter };
  parts[5] = (CoquillPart){ payload->recipient, sizeof payload->recipient };
  parts[6] = (CoquillPart){ body, length };
}

void
coquill_live_sign (CoquillPayload *payload, const guint8 *epoch_id, const CoquillDeviceKeys *keys)
{
  CoquillPart parts[N_PARTS];
  Numbers numbers;

  g_return_if_fail (coquill_payload_kind_is_live (payload->kind));

  memcpy (payload->sender, coquill_device_keys_get_public (keys)->sign, sizeof payload->sender);
  fill_parts (parts, &numbers, payload, epoch_id);
  coquill_device_keys_sign (keys, LIVE_DOMAIN, parts, N_PARTS, payload->signature);
}

gboolean
coquill_live_verify (const CoquillPayload *payload, const guint8 *epoch_id)
{
  CoquillPart parts[N_PARTS];
  Numbers numbers;

  if (!coquill_payload_kind_is_live (payload->kind))
    return FALSE;

  fill_parts (parts, &numbers, payload, epoch_id);
  return coquill_signature_verify (payload->sender, LIVE_DOMAIN, parts, N_PARTS, payload->signature);
}
