/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-snapshot.c: what is decoded from any bytes can be encoded, and comes back the same. */

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "text/snapshot.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const CoquillSnapshot *snapshot)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT, again = COQUILL_BUFFER_INIT;

  if (!coquill_snapshot_encode (snapshot, &bytes))
    abort ();

  CoquillSnapshot *second = coquill_snapshot_decode (bytes.data, bytes.length, NULL);

  if (second == NULL || second->text_length != snapshot->text_length
      || !coquill_snapshot_encode (second, &again) || again.length != bytes.length
      || memcmp (again.data, bytes.data, bytes.length) != 0)
    abort ();
  coquill_snapshot_free (second);
  coquill_buffer_clear (&bytes);
  coquill_buffer_clear (&again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  coquill_snapshot_free (coquill_snapshot_decode (data, size, NULL));

  if (size >= 6)
    {
      uint8_t *bytes = fuzz_frame (data, size, 0xc8);
      CoquillTextError error = { 0 };
      CoquillSnapshot *snapshot = coquill_snapshot_decode (bytes, size, &error);

      if ((snapshot == NULL) != (error.code != COQUILL_TEXT_ERROR_NONE))
        abort ();
      if (snapshot != NULL)
        check (snapshot);
      coquill_snapshot_free (snapshot);
      free (bytes);
    }
  return 0;
}
