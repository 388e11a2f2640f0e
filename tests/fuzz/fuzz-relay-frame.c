/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz-relay-frame.c: frames between client and relay: what is decoded is encoded, and decoded again the same
 */

#include "wire/relay-frame.h"

#include <stdint.h>
#include <stdlib.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GBytes) once = NULL;
  g_autoptr (GBytes) twice = NULL;
  g_auto (CoquillRelayFrame) frame = { 0 };
  g_auto (CoquillRelayFrame) again = { 0 };

  if (!coquill_relay_frame_decode (bytes, &frame, NULL))
    return 0;
  once = coquill_relay_frame_encode (&frame);
  if (!coquill_relay_frame_decode (once, &again, NULL))
    abort ();
  twice = coquill_relay_frame_encode (&again);
  if (!g_bytes_equal (once, twice))
    abort ();
  return 0;
}
