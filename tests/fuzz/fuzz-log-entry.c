/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-log-entry.c: what is decoded from any bytes as a log entry is encoded, and encoded again the same. */

#include <stdint.h>
#include <stdlib.h>

#include "wire/log-entry.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillLogEntry) entry = coquill_log_entry_decode (bytes, &error);

  if ((entry == NULL) != (error != NULL))
    abort ();
  if (entry != NULL)
    {
      g_autoptr (GBytes) encoded = coquill_log_entry_encode (entry);
      g_autoptr (CoquillLogEntry) back = coquill_log_entry_decode (encoded, NULL);
      g_autoptr (GBytes) again = NULL;

      if (back == NULL)
        abort ();
      again = coquill_log_entry_encode (back);
      if (!g_bytes_equal (encoded, again))
        abort ();
    }
  return 0;
}
