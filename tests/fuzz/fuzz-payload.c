/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-payload.c: what is decoded from any bytes as a payload is encoded and comes back the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/payload.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPayload) payload = coquill_payload_decode (bytes, &error);

  if ((payload == NULL) != (error != NULL))
    abort ();
  if (payload != NULL)
    {
      g_autoptr (GBytes) encoded = coquill_payload_encode (payload);
      g_autoptr (CoquillPayload) back = coquill_payload_decode (encoded, NULL);

      if (back == NULL || back->kind != payload->kind || back->counter != payload->counter
          || memcmp (back->document, payload->document, 32) != 0
          || memcmp (back->sender, payload->sender, 32) != 0
          || memcmp (back->recipient, payload->recipient, 32) != 0
          || memcmp (back->signature, payload->signature, 64) != 0
          || !g_bytes_equal (back->body, payload->body))
        abort ();
    }
  return 0;
}
