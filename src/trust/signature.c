/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature.c: what is signed: a domain and length-prefixed parts */

#include "trust/signature.h"

#include <string.h>

#include "trust/signature-private.h"
#include "trust/sodium-private.h"

#define TRANSCRIPT_SIZE 64

static void
update_part (crypto_generichash_state *hash, gconstpointer bytes, gsize length)
{
  guint64 prefix = GUINT64_TO_LE ((guint64)length);

  crypto_generichash_update (hash, (const guint8 *)&prefix, sizeof prefix);
  crypto_generichash_update (hash, bytes, length);
}

static void
transcript (const char *domain, const CoquillPart *parts, gsize n_parts, guint8 *out)
{
  crypto_generichash_state hash;

  coquill_sodium_start ();
  crypto_generichash_init (&hash, NULL, 0, TRANSCRIPT_SIZE);
  update_part (&hash, domain, strlen (domain));
  for (gsize i = 0; i < n_parts; i++)
    update_part (&hash, parts[i].bytes, parts[i].length);
  crypto_generichash_final (&hash, out, TRANSCRIPT_SIZE);
}

void
coquill_signature_make (
    const guint8 *secret_key, const char *domain, const CoquillPart *parts, gsize n_parts, guint8 *signature)
{
  guint8 message[TRANSCRIPT_SIZE];

  transcript (domain, parts, n_parts, message);
  crypto_sign_detached (signature, NULL, message, sizeof message, secret_key);
}

gboolean
coquill_signature_verify (const guint8 *sign_public,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          const guint8 *signature)
{
  guint8 message[TRANSCRIPT_SIZE];

  transcript (domain, parts, n_parts, message);
  return crypto_sign_verify_detached (signature, message, sizeof message, sign_public) == 0;
}
