/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-change.c: what is decoded from any bytes can be encoded, and comes back the same. */

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "text/codec.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT, again = COQUILL_BUFFER_INIT;

  if (!coquill_change_encode (change, &bytes))
    abort ();

  CoquillChange *second = coquill_change_decode (bytes.data, bytes.length, NULL);

  if (second == NULL || second->n_operations != change->n_operations
      || coquill_change_n_items (second) != coquill_change_n_items (change)
      || !coquill_change_encode (second, &again) || again.length != bytes.length
      || memcmp (again.data, bytes.data, bytes.length) != 0)
    abort ();
  coquill_change_free (second);
  coquill_buffer_clear (&bytes);
  coquill_buffer_clear (&again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  coquill_change_free (coquill_change_decode (data, size, NULL));

  if (size >= 6)
    {
      uint8_t *bytes = fuzz_frame (data, size, 0xc7);
      CoquillTextError error = { 0 };
      CoquillChange *change = coquill_change_decode (bytes, size, &error);

      if ((change == NULL) != (error.code != COQUILL_TEXT_ERROR_NONE))
        abort ();
      if (change != NULL)
        check (change);
      coquill_change_free (change);
      free (bytes);
    }
  return 0;
}
