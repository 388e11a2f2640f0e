/* SPDX-License-Identifier: GPL-3.0-or-later */
/* envelope.h: all that leaves a device is sealed in one of these */

#pragma once

#include "trust/epoch-key.h"
#include "trust/error.h"

G_BEGIN_DECLS

/* An envelope:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 1 | class, a #CoquillEnvelopeClass |
 * | 32 | epoch id |
 * | 24 | random nonce |
 * | … | XChaCha20-Poly1305 ciphertext, its 16 bytes of tag last |
 *
 * Version, class and epoch are the additional data. The key is subkey 1 of the epoch key (crypto_kdf, context
 * "cq-epoch"). The plaintext is padded (one byte 0x80, then zeros) to 256, 1024, 4096, 16384 or 65536 bytes,
 * then to multiples of 65536, so that lengths tell little. */

/* The version that this program writes and reads. */
#define COQUILL_ENVELOPE_VERSION 1

/* Bytes before the nonce, and of everything that isn't plaintext. */
#define COQUILL_ENVELOPE_HEADER_SIZE (1 + 1 + 32)
#define COQUILL_ENVELOPE_OVERHEAD (COQUILL_ENVELOPE_HEADER_SIZE + 24 + 16)

/* The greatest padded and unpadded plaintext. A relay takes messages of 1 MiB and 4 KiB, which leaves room
 * for its frame; whatever is greater is split by the document. */
#define COQUILL_ENVELOPE_PADDED_MAX (1024 * 1024)
#define COQUILL_ENVELOPE_PLAIN_MAX (COQUILL_ENVELOPE_PADDED_MAX - 1)

/* The greatest envelope in bytes. */
#define COQUILL_ENVELOPE_MAX (COQUILL_ENVELOPE_PADDED_MAX + COQUILL_ENVELOPE_OVERHEAD)

/**
 * CoquillEnvelopeClass:
 * @COQUILL_ENVELOPE_STORED: kept in mailboxes
 * @COQUILL_ENVELOPE_LIVE: passed on or dropped
 *
 * What a road may do with an envelope, in clear.
 */
typedef enum
{
  COQUILL_ENVELOPE_STORED = 1,
  COQUILL_ENVELOPE_LIVE = 2,
} CoquillEnvelopeClass;

/**
 * coquill_envelope_seal:
 * @envelope_class: the class
 * @epoch: the epoch to seal under
 * @plain: an encoded #CoquillPayload of at most %COQUILL_ENVELOPE_PLAIN_MAX bytes
 * @error: return location of %COQUILL_TRUST_ERROR_TOO_LARGE
 *
 * Any thread.
 *
 * Returns: (transfer full): the envelope, or %NULL
 */
GBytes *
coquill_envelope_seal (CoquillEnvelopeClass envelope_class,
                       const CoquillEpochKey *epoch,
                       GBytes *plain,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_envelope_peek:
 * @envelope: bytes from outside
 * @envelope_class: (out) (optional): the class
 * @epoch_id: (out caller-allocates) (optional): 32 bytes, the epoch to look up
 *
 * Reads the clear part, without a key and unproven.
 *
 * Returns: whether @envelope has the shape of one
 */
gboolean
coquill_envelope_peek (GBytes *envelope,
                       CoquillEnvelopeClass *envelope_class,
                       guint8 *epoch_id) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_envelope_open:
 * @envelope: bytes from outside
 * @epoch: the epoch that it names
 * @error: return location of a %COQUILL_TRUST_ERROR
 *
 * Returns: (transfer full): the plaintext, or %NULL if one bit is not as it was sealed
 */
GBytes *
coquill_envelope_open (GBytes *envelope,
                       const CoquillEpochKey *epoch,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
