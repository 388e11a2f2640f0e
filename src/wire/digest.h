/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digest.h: a 32-byte BLAKE2b hash or public key, as a value that can stand in an array */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of every id on the wire: documents, rooms, log entries, epochs, digests and devices (a device's id is
 * its Ed25519 public key). */
#define COQUILL_DIGEST_SIZE 32

/* Bytes of an Ed25519 signature. */
#define COQUILL_SIGNATURE_SIZE 64

/**
 * CoquillDigest:
 * @bytes: the hash, or the public key
 *
 * An id of 32 bytes. Only arrays of ids use the type; a single id is a plain `guint8[32]` field.
 */
typedef struct
{
  guint8 bytes[COQUILL_DIGEST_SIZE];
} CoquillDigest;

G_END_DECLS
