/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seal-signature.c: an agent's signature of its stream of items */

#include "trust/seal-signature.h"

#include <string.h>

#define SEAL_DOMAIN "coquill seal 1"
#define N_PARTS 6

/* The numbers in the order of bytes that is signed. */
typedef struct
{
  guint32 ordinal;
  guint64 nonce;
  guint64 sequence;
} Numbers;

static void
fill_parts (CoquillPart *parts, Numbers *numbers, const CoquillSeal *seal, const guint8 *document)
{
  numbers->ordinal = GUINT32_TO_LE (seal->ordinal);
  numbers->nonce = GUINT64_TO_LE (seal->nonce);
  numbers->sequence = GUINT64_TO_LE (seal->sequence);

  parts[0] = (CoquillPart){ document, COQUILL_DIGEST_SIZE };
  parts[1] = (CoquillPart){ seal->device, sizeof seal->device };
  parts[2] = (CoquillPart){ &numbers->ordinal, sizeof numbers->ordinal };
  parts[3] = (CoquillPart){ &numbers->nonce, sizeof numbers->nonce };
  parts[4] = (CoquillPart){ &numbers->sequence, sizeof numbers->sequence };
  parts[5] = (CoquillPart){ seal->digest, sizeof seal->digest };
}

void
coquill_seal_sign (CoquillSeal *seal, const guint8 *document, const CoquillDeviceKeys *keys)
{
  CoquillPart parts[N_PARTS];
  Numbers numbers;

  memcpy (seal->device, coquill_device_keys_get_public (keys)->sign, sizeof seal->device);
  fill_parts (parts, &numbers, seal, document);
  coquill_device_keys_sign (keys, SEAL_DOMAIN, parts, N_PARTS, seal->signature);
}

gboolean
coquill_seal_verify (const CoquillSeal *seal, const guint8 *document)
{
  CoquillPart parts[N_PARTS];
  Numbers numbers;

  fill_parts (parts, &numbers, seal, document);
  return coquill_signature_verify (seal->device, SEAL_DOMAIN, parts, N_PARTS, seal->signature);
}
