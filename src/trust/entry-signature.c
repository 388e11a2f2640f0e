/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entry-signature.c: ids and signatures of membership log entries */

#include "trust/entry-signature.h"

#include <string.h>

#include "trust/hash.h"

#define ENTRY_DOMAIN "coquill log entry 1"
#define REDEEM_DOMAIN "coquill redeem 1"
#define N_REDEEM_PARTS 4

void
coquill_entry_id (GBytes *entry, guint8 *id)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (entry, &length);

  coquill_hash_bytes (ENTRY_DOMAIN, data, length, id);
}

CoquillSignedEntry *
coquill_entry_sign (const CoquillLogEntry *entry, const CoquillDeviceKeys *keys)
{
  g_autoptr (GBytes) bytes = coquill_log_entry_encode (entry);
  guint8 signature[COQUILL_SIGNATURE_SIZE];
  CoquillPart part;

  g_return_val_if_fail (
      memcmp (entry->signer, coquill_device_keys_get_public (keys)->sign, sizeof entry->signer) == 0, NULL);

  part.bytes = g_bytes_get_data (bytes, &part.length);
  coquill_device_keys_sign (keys, ENTRY_DOMAIN, &part, 1, signature);
  return coquill_signed_entry_new (bytes, signature);
}

static void
fill_redeem_parts (CoquillPart *parts,
                   const guint8 *document,
                   const guint8 *invite,
                   const CoquillDevicePublic *device)
{
  parts[0] = (CoquillPart){ document, COQUILL_DIGEST_SIZE };
  parts[1] = (CoquillPart){ invite, COQUILL_DIGEST_SIZE };
  parts[2] = (CoquillPart){ device->sign, sizeof device->sign };
  parts[3] = (CoquillPart){ device->box, sizeof device->box };
}

CoquillLogEntry *
coquill_entry_open (const CoquillSignedEntry *entry, GError **error)
{
  g_autoptr (CoquillLogEntry) decoded = coquill_log_entry_decode (entry->entry, error);
  CoquillPart part;

  if (decoded == NULL)
    return NULL;

  part.bytes = g_bytes_get_data (entry->entry, &part.length);
  if (!coquill_signature_verify (decoded->signer, ENTRY_DOMAIN, &part, 1, entry->signature))
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE,
                           "a log entry is not signed by its signer");
      return NULL;
    }

  if (decoded->action == COQUILL_LOG_REDEEM)
    {
      CoquillPart parts[N_REDEEM_PARTS];

      fill_redeem_parts (parts, decoded->document, decoded->redeem.invite, &decoded->redeem.device);
      if (!coquill_signature_verify (decoded->redeem.invite, REDEEM_DOMAIN, parts, N_REDEEM_PARTS,
                                     decoded->redeem.signature))
        {
          g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_SIGNATURE,
                               "a redeem entry is not signed by its invite");
          return NULL;
        }
    }

  return g_steal_pointer (&decoded);
}

void
coquill_redeem_sign (const CoquillInviteKeys *keys,
                     const guint8 *document,
                     const CoquillDevicePublic *device,
                     guint8 *signature)
{
  CoquillPart parts[N_REDEEM_PARTS];

  fill_redeem_parts (parts, document, coquill_invite_keys_get_public (keys)->sign, device);
  coquill_invite_keys_sign (keys, REDEEM_DOMAIN, parts, N_REDEEM_PARTS, signature);
}
