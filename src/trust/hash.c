/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.c: BLAKE2b-256 with a domain */

#include "trust/hash.h"

#include <string.h>

#include "trust/sodium-private.h"

G_STATIC_ASSERT (sizeof (CoquillHash) == sizeof (crypto_generichash_state));

static crypto_generichash_state *
state (CoquillHash *self)
{
  return (crypto_generichash_state *)self->state;
}

void
coquill_hash_begin (CoquillHash *self, const char *domain)
{
  coquill_sodium_start ();
  crypto_generichash_init (state (self), NULL, 0, COQUILL_DIGEST_SIZE);
  coquill_hash_update_part (self, domain, strlen (domain));
}

void
coquill_hash_update (CoquillHash *self, gconstpointer bytes, gsize length)
{
  crypto_generichash_update (state (self), bytes, length);
}

void
coquill_hash_update_part (CoquillHash *self, gconstpointer bytes, gsize length)
{
  guint64 prefix = GUINT64_TO_LE ((guint64)length);

  crypto_generichash_update (state (self), (const guint8 *)&prefix, sizeof prefix);
  crypto_generichash_update (state (self), bytes, length);
}

void
coquill_hash_finish (CoquillHash *self, guint8 *digest)
{
  crypto_generichash_final (state (self), digest, COQUILL_DIGEST_SIZE);
}

void
coquill_hash_bytes (const char *domain, gconstpointer bytes, gsize length, guint8 *digest)
{
  CoquillHash hash;

  coquill_hash_begin (&hash, domain);
  coquill_hash_update_part (&hash, bytes, length);
  coquill_hash_finish (&hash, digest);
}
