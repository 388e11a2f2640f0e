/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* varint.c: numbers to bytes and back. */

#include "text/varint.h"

uint32_t
coquill_reader_fixed32 (CoquillReader *self)
{
  const uint8_t *bytes = coquill_reader_bytes (self, 4);
  uint32_t value = 0;

  for (int i = 3; bytes != NULL && i >= 0; i--)
    value = value << 8 | bytes[i];
  return value;
}

uint64_t
coquill_reader_fixed64 (CoquillReader *self)
{
  const uint8_t *bytes = coquill_reader_bytes (self, 8);
  uint64_t value = 0;

  for (int i = 7; bytes != NULL && i >= 0; i--)
    value = value << 8 | bytes[i];
  return value;
}

uint64_t
coquill_reader_long_varint (CoquillReader *self)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 7 * COQUILL_VARINT_MAX_BYTES; shift += 7)
    {
      uint8_t byte = coquill_reader_byte (self);

      if (self->failed)
        return 0;
      /* The tenth byte has one bit left of the 64; a last byte of 0 adds nothing and makes a second encoding.
       */
      if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
        break;
      value |= (uint64_t)(byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }

  self->failed = true;
  return 0;
}

bool
coquill_buffer_append_fixed32 (CoquillBuffer *self, uint32_t value)
{
  uint8_t bytes[4];

  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t)(value >> (8 * i));
  return coquill_buffer_append (self, bytes, sizeof bytes);
}

bool
coquill_buffer_append_fixed64 (CoquillBuffer *self, uint64_t value)
{
  uint8_t bytes[8];

  for (int i = 0; i < 8; i++)
    bytes[i] = (uint8_t)(value >> (8 * i));
  return coquill_buffer_append (self, bytes, sizeof bytes);
}
