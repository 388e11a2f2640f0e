/* SPDX-License-Identifier: GPL-3.0-or-later */
/* envelope.c: all that leaves a device is sealed in one of these */

#include "trust/envelope.h"

#include <string.h>

#include "trust/epoch-subkey-private.h"
#include "trust/random.h"
#include "trust/sodium-private.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

#define EPOCH_OFFSET 2
#define NONCE_OFFSET COQUILL_ENVELOPE_HEADER_SIZE
#define SEALED_OFFSET (NONCE_OFFSET + NONCE_SIZE)

G_STATIC_ASSERT (COQUILL_ENVELOPE_OVERHEAD == SEALED_OFFSET + TAG_SIZE);

/* The sizes that plaintexts are padded to; above the last one, its multiples. */
static const gsize sizes[] = { 256, 1024, 4096, 16384, 65536 };

/* At least one byte is for the padding's mark. */
static gsize
padded_size (gsize length)
{
  gsize step = sizes[G_N_ELEMENTS (sizes) - 1];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (length < sizes[i])
      return sizes[i];
  return (length / step + 1) * step;
}

GBytes *
coquill_envelope_seal (CoquillEnvelopeClass envelope_class,
                       const CoquillEpochKey *epoch,
                       GBytes *plain,
                       GError **error)
{
  gsize length, padded;
  const guint8 *data = g_bytes_get_data (plain, &length);
  guint8 subkey[COQUILL_EPOCH_SUBKEY_SIZE];
  guint8 *envelope, *content;

  if (length > COQUILL_ENVELOPE_PLAIN_MAX)
    {
      g_set_error (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " bytes don't fit in an envelope", length);
      return NULL;
    }

  padded = padded_size (length);
  envelope = g_malloc0 (COQUILL_ENVELOPE_OVERHEAD + padded);
  envelope[0] = COQUILL_ENVELOPE_VERSION;
  envelope[1] = envelope_class;
  memcpy (envelope + EPOCH_OFFSET, epoch->id, sizeof epoch->id);
  coquill_random_fill (envelope + NONCE_OFFSET, NONCE_SIZE);

  /* Padded and sealed in place. */
  content = envelope + SEALED_OFFSET;
  if (length > 0)
    memcpy (content, data, length);
  sodium_pad (NULL, content, length,
              padded < sizes[G_N_ELEMENTS (sizes) - 1] ? padded : sizes[G_N_ELEMENTS (sizes) - 1], padded);

  coquill_epoch_subkey (epoch->key, COQUILL_EPOCH_SUBKEY_ENVELOPE, subkey);
  crypto_aead_xchacha20poly1305_ietf_encrypt (content, NULL, content, padded, envelope,
                                              COQUILL_ENVELOPE_HEADER_SIZE, NULL, envelope + NONCE_OFFSET,
                                              subkey);
  coquill_wipe (subkey, sizeof subkey);

  return g_bytes_new_take (envelope, COQUILL_ENVELOPE_OVERHEAD + padded);
}

static gboolean
has_shape (const guint8 *envelope, gsize length)
{
  gsize padded;

  if (length < COQUILL_ENVELOPE_OVERHEAD + sizes[0] || length > COQUILL_ENVELOPE_MAX)
    return FALSE;

  padded = length - COQUILL_ENVELOPE_OVERHEAD;
  return envelope[0] == COQUILL_ENVELOPE_VERSION && padded_size (padded - 1) == padded
         && (envelope[1] == COQUILL_ENVELOPE_STORED || envelope[1] == COQUILL_ENVELOPE_LIVE);
}

gboolean
coquill_envelope_peek (GBytes *envelope, CoquillEnvelopeClass *envelope_class, guint8 *epoch_id)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (envelope, &length);

  if (!has_shape (data, length))
    return FALSE;

  if (envelope_class != NULL)
    *envelope_class = data[1];
  if (epoch_id != NULL)
    memcpy (epoch_id, data + EPOCH_OFFSET, COQUILL_DIGEST_SIZE);
  return TRUE;
}

GBytes *
coquill_envelope_open (GBytes *envelope, const CoquillEpochKey *epoch, GError **error)
{
  gsize length, padded, plain_length;
  const guint8 *data = g_bytes_get_data (envelope, &length);
  guint8 subkey[COQUILL_EPOCH_SUBKEY_SIZE];
  g_autofree guint8 *plain = NULL;
  gboolean opened;

  if (length > 0 && data[0] > COQUILL_ENVELOPE_VERSION)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_UNSUPPORTED_VERSION,
                           "an envelope is of a later version");
      return NULL;
    }
  if (!has_shape (data, length))
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                           "bytes are no envelope");
      return NULL;
    }
  if (memcmp (data + EPOCH_OFFSET, epoch->id, sizeof epoch->id) != 0)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY,
                           "an envelope is of another epoch");
      return NULL;
    }

  padded = length - COQUILL_ENVELOPE_OVERHEAD;
  plain = g_malloc (padded);
  coquill_epoch_subkey (epoch->key, COQUILL_EPOCH_SUBKEY_ENVELOPE, subkey);
  opened = crypto_aead_xchacha20poly1305_ietf_decrypt (
               plain, NULL, NULL, data + SEALED_OFFSET, length - SEALED_OFFSET, data,
               COQUILL_ENVELOPE_HEADER_SIZE, data + NONCE_OFFSET, subkey)
           == 0;
  coquill_wipe (subkey, sizeof subkey);
  if (!opened)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_WRONG_KEY,
                           "an envelope was changed, or is not sealed under this epoch's key");
      return NULL;
    }

  /* A member may have padded wrongly; the mark is looked for where it has to be. */
  if (sodium_unpad (&plain_length, plain, padded, MIN (padded, sizes[G_N_ELEMENTS (sizes) - 1])) != 0
      || padded_size (plain_length) != padded)
    {
      g_set_error_literal (error, COQUILL_TRUST_ERROR, COQUILL_TRUST_ERROR_MALFORMED,
                           "an envelope is padded wrongly");
      return NULL;
    }

  return g_bytes_new_take (g_steal_pointer (&plain), plain_length);
}
