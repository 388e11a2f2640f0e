/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame.h: gets mutated bytes past the checksum, which would refuse nearly all of them. */

#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/crc32c.h"

/* Returns: (transfer full): the bytes with magic, version and checksum as they should be */
static inline uint8_t *
fuzz_frame (const uint8_t *data, size_t size, uint8_t magic)
{
  uint8_t *bytes = malloc (size);
  uint32_t crc;

  if (bytes == NULL)
    abort ();
  memcpy (bytes, data, size);
  bytes[0] = magic;
  bytes[1] = 1;
  crc = coquill_crc32c (bytes, size - 4);
  for (int i = 0; i < 4; i++)
    bytes[size - 4 + i] = (uint8_t)(crc >> (8 * i));
  return bytes;
}
