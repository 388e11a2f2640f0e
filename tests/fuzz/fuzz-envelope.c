/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-envelope.c: any bytes are sealed and open again; any bytes as an envelope are refused, except those
 * sealed under the key. */

#include <stdint.h>
#include <stdlib.h>

#include "trust/envelope.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The corpus holds envelopes of this epoch. */
static CoquillEpochKey *
known_epoch (void)
{
  static CoquillEpochKey *epoch;
  const guint8 bytes[32] = { 1 };

  if (epoch == NULL)
    {
      g_autoptr (CoquillSecret) key = coquill_secret_new (bytes, sizeof bytes);

      epoch = coquill_epoch_key_new (bytes, key);
    }
  return epoch;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CoquillEpochKey *epoch = known_epoch ();
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) opened = coquill_envelope_open (bytes, epoch, &error);
  g_autoptr (GBytes) sealed = coquill_envelope_seal (COQUILL_ENVELOPE_STORED, epoch, bytes, NULL);
  g_autoptr (GBytes) back = NULL;

  if ((opened == NULL) != (error != NULL))
    abort ();
  if (opened != NULL && !coquill_envelope_peek (bytes, NULL, NULL))
    abort ();

  back = coquill_envelope_open (sealed, epoch, NULL);
  if (back == NULL || !g_bytes_equal (bytes, back))
    abort ();
  return 0;
}
