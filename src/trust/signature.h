/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signature.h: what is signed: a domain and length-prefixed parts */

#pragma once

#include "wire/digest.h"

G_BEGIN_DECLS

/**
 * CoquillPart:
 * @bytes: (array length=length): a part of what is signed
 * @length: bytes
 */
typedef struct
{
  gconstpointer bytes;
  gsize length;
} CoquillPart;

/* A signature is Ed25519 (RFC 8032) over the BLAKE2b-512 of the domain and each part, every one with its
 * length (64 bits, little-endian) before it. So nothing that is signed in one place means anything in
 * another. */

/**
 * coquill_signature_verify:
 * @sign_public: 32 bytes, the signer's Ed25519 key
 * @domain: as signed
 * @parts: (array length=n_parts): as signed
 * @n_parts: how many
 * @signature: 64 bytes
 *
 * Keys of small order and non-canonical encodings are refused. Some 50 µs.
 *
 * Returns: whether @signature is the signer's
 */
gboolean
coquill_signature_verify (const guint8 *sign_public,
                          const char *domain,
                          const CoquillPart *parts,
                          gsize n_parts,
                          const guint8 *signature) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
