/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* varint.h: numbers and bytes written to a buffer, and read back from bytes that nobody vouches for. */

#pragma once

#include "text/buffer.h"

/*
 * A varint is LEB128, as in Protocol Buffers and DWARF: seven bits a byte, the low ones first, the top bit
 * set in all bytes but the last. One number has one encoding: a final zero byte that adds nothing is
 * refused, and so is what does not fit 64 bits. A signed number is folded (zigzag) first: 0, -1, 1, -2 …
 * become 0, 1, 2, 3 …
 */
#define COQUILL_VARINT_MAX_BYTES 10

/**
 * CoquillReader:
 * @next: the first byte not yet read
 * @end: behind the last byte
 * @failed: something was asked for that isn't there; stays set, and every later read gives 0
 *
 * Reads bytes from front to end without ever leaving them. Because the failure is sticky and what is read
 * after it is 0, a decoder looks at @failed once per step; loops must be bounded by something that was
 * checked.
 */
typedef struct
{
  const uint8_t *next;
  const uint8_t *end;
  bool failed;
} CoquillReader;

/**
 * coquill_reader_init:
 * @bytes: borrowed, must outlive the reader
 */
static inline void
coquill_reader_init (CoquillReader *self, const uint8_t *bytes, size_t length)
{
  self->next = bytes;
  self->end = length > 0 ? bytes + length : bytes;
  self->failed = false;
}

/**
 * coquill_reader_left:
 *
 * Returns: bytes not yet read
 */
static inline size_t
coquill_reader_left (const CoquillReader *self)
{
  return (size_t)(self->end - self->next);
}

/**
 * coquill_reader_byte:
 *
 * Returns: the next byte, or 0 with @failed set
 */
static inline uint8_t
coquill_reader_byte (CoquillReader *self)
{
  if (self->failed || self->next == self->end)
    {
      self->failed = true;
      return 0;
    }
  return *self->next++;
}

/**
 * coquill_reader_bytes:
 *
 * Returns: (nullable): the next @length bytes, borrowed from the input, or %NULL with @failed set
 */
static inline const uint8_t *
coquill_reader_bytes (CoquillReader *self, size_t length)
{
  const uint8_t *bytes = self->next;

  if (self->failed || length > coquill_reader_left (self))
    {
      self->failed = true;
      return NULL;
    }
  self->next += length;
  return bytes;
}

/**
 * coquill_reader_fixed32:
 *
 * Returns: the next four bytes as a number, low byte first
 */
uint32_t
coquill_reader_fixed32 (CoquillReader *self);

/**
 * coquill_reader_fixed64:
 *
 * Returns: the next eight bytes as a number, low byte first
 */
uint64_t
coquill_reader_fixed64 (CoquillReader *self);

/* What coquill_reader_varint() does with all but single bytes. */
uint64_t
coquill_reader_long_varint (CoquillReader *self);

/**
 * coquill_reader_varint:
 *
 * Returns: the next number, or 0 with @failed set
 */
static inline uint64_t
coquill_reader_varint (CoquillReader *self)
{
  if (!self->failed && self->next < self->end && *self->next < 0x80)
    return *self->next++;
  return coquill_reader_long_varint (self);
}

/* The first eight bytes as a number, low byte first. */
static inline uint64_t
coquill_varint_word (const uint8_t *bytes)
{
  uint64_t word = 0;

  for (unsigned i = 0; i < 8; i++) /* one instruction, where bytes lie like that */
    word |= (uint64_t)bytes[i] << 8 * i;
  return word;
}

/**
 * coquill_varint_fold:
 *
 * Returns: 0, 1, 2, 3 … for 0, -1, 1, -2 …
 */
static inline uint64_t
coquill_varint_fold (uint64_t value)
{
  return value << 1 ^ (0 - (value >> 63));
}

/* The other way round. */
static inline uint64_t
coquill_varint_unfold (uint64_t folded)
{
  return folded >> 1 ^ (0 - (folded & 1));
}

/**
 * coquill_varint_write:
 * @end: room for %COQUILL_VARINT_MAX_BYTES
 *
 * Returns: behind what was written
 */
static inline uint8_t *
coquill_varint_write (uint8_t *end, uint64_t value)
{
  for (; value >= 0x80; value >>= 7)
    *end++ = (uint8_t)(value | 0x80);
  *end++ = (uint8_t)value;
  return end;
}

/**
 * coquill_buffer_append_varint:
 *
 * Returns: false if memory ran out, now or earlier
 */
static inline bool
coquill_buffer_append_varint (CoquillBuffer *self, uint64_t value)
{
  uint8_t *end = coquill_buffer_reserve (self, COQUILL_VARINT_MAX_BYTES);

  if (end == NULL)
    return false;
  self->length += (size_t)(coquill_varint_write (end, value) - end);
  return true;
}

/**
 * coquill_buffer_append_fixed32:
 *
 * Appends four bytes, the low one first.
 */
bool
coquill_buffer_append_fixed32 (CoquillBuffer *self, uint32_t value);

/**
 * coquill_buffer_append_fixed64:
 *
 * Appends eight bytes, the low one first.
 */
bool
coquill_buffer_append_fixed64 (CoquillBuffer *self, uint64_t value);
