/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* varint.c: numbers to bytes and back. */

#include "text/varint.h"

void
coquill_reader_init (CoquillReader *self, const uint8_t *bytes, size_t length)
{
  self->next = bytes;
  self->end = length > 0 ? bytes + length : bytes;
  self->failed = false;
}

size_t
coquill_reader_left (const CoquillReader *self)
{
  return (size_t)(self->end - self->next);
}

uint8_t
coquill_reader_byte (CoquillReader *self)
{
  if (self->failed || self->next == self->end)
    {
      self->failed = true;
      return 0;
    }
  return *self->next++;
}

const uint8_t *
coquill_reader_bytes (CoquillReader *self, size_t length)
{
  if (self->failed || length > coquill_reader_left (self))
    {
      self->failed = true;
      return NULL;
    }

  const uint8_t *bytes = self->next;

  self->next += length;
  return bytes;
}

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
  uint64_t low = coquill_reader_fixed32 (self);
  uint64_t high = coquill_reader_fixed32 (self);

  return self->failed ? 0 : high << 32 | low;
}

uint64_t
coquill_reader_varint (CoquillReader *self)
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

int64_t
coquill_reader_signed (CoquillReader *self)
{
  uint64_t folded = coquill_reader_varint (self);

  return (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

bool
coquill_buffer_append_varint (CoquillBuffer *self, uint64_t value)
{
  uint8_t *end = coquill_buffer_reserve (self, COQUILL_VARINT_MAX_BYTES);
  size_t n = 0;

  if (end == NULL)
    return false;
  while (value >= 0x80)
    {
      end[n++] = (uint8_t)(value | 0x80);
      value >>= 7;
    }
  end[n++] = (uint8_t)value;
  self->length += n;
  return true;
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
  return coquill_buffer_append_fixed32 (self, (uint32_t)value)
         && coquill_buffer_append_fixed32 (self, (uint32_t)(value >> 32));
}
