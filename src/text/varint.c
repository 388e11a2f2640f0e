/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* varint.c: numbers to bytes and back. */

#include "text/varint.h"

#include <string.h>

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

/* Eight bytes, the first one lowest. */
static uint64_t
load8 (const uint8_t *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64 (word);
#endif
  return word;
}

/* Groups of seven bits, one a byte, moved together: pairs, pairs of pairs, and the halves. */
static uint64_t
pack_sevens (uint64_t word)
{
  word = (word & UINT64_C (0x007f007f007f007f)) | (word & UINT64_C (0x7f007f007f007f00)) >> 1;
  word = (word & UINT64_C (0x00003fff00003fff)) | (word & UINT64_C (0x3fff00003fff0000)) >> 2;
  return (word & UINT64_C (0x000000000fffffff)) | (word & UINT64_C (0x0fffffff00000000)) >> 4;
}

static uint64_t
read_bytewise (CoquillReader *self)
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

uint64_t
coquill_reader_long_varint (CoquillReader *self)
{
  if (self->failed || coquill_reader_left (self) < 8)
    return read_bytewise (self);

  uint64_t word = load8 (self->next);
  uint64_t ends = ~word & UINT64_C (0x8080808080808080);

  if (ends == 0)
    return read_bytewise (self);

  unsigned bytes = (unsigned)__builtin_ctzll (ends) / 8 + 1;
  uint64_t value = pack_sevens (word & (ends ^ (ends - 1)));

  if (bytes > 1 && value >> 7 * (bytes - 1) == 0)
    {
      self->failed = true;
      return 0;
    }
  self->next += bytes;
  return value;
}

bool
coquill_buffer_append_signed (CoquillBuffer *self, int64_t value)
{
  return coquill_buffer_append_varint (self, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
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
