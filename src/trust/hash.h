/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hash.h: BLAKE2b-256 with a domain */

#pragma once

#include "wire/digest.h"

G_BEGIN_DECLS

/**
 * CoquillHash:
 *
 * A running hash. It may stand on the stack and be copied by assignment, to get the digest so far and go on.
 */
typedef struct
{
  _Alignas(64) guint8 state[384];
} CoquillHash;

/**
 * coquill_hash_begin:
 * @self: (out caller-allocates): the hash
 * @domain: what is hashed, such as "coquill item 1": hashes of two domains never meet
 *
 * Begins with the domain, its length (64 bits, little-endian) before it.
 */
void
coquill_hash_begin (CoquillHash *self, const char *domain);

/**
 * coquill_hash_update:
 * @bytes: (array length=length): appended as they are; the caller sees to it that no two inputs give the same
 * bytes
 * @length: bytes
 */
void
coquill_hash_update (CoquillHash *self, gconstpointer bytes, gsize length);

/**
 * coquill_hash_update_part:
 *
 * Appends a part with its length (64 bits, little-endian) before it.
 */
void
coquill_hash_update_part (CoquillHash *self, gconstpointer bytes, gsize length);

/**
 * coquill_hash_finish:
 * @self: is spent afterwards
 * @digest: (out caller-allocates): 32 bytes
 */
void
coquill_hash_finish (CoquillHash *self, guint8 *digest);

/**
 * coquill_hash_bytes:
 *
 * The digest of one part under @domain, in one call.
 */
void
coquill_hash_bytes (const char *domain, gconstpointer bytes, gsize length, guint8 *digest);

G_END_DECLS
