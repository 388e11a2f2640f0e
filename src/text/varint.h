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
void
coquill_reader_init (CoquillReader *self, const uint8_t *bytes, size_t length);

/**
 * coquill_reader_left:
 *
 * Returns: bytes not yet read
 */
size_t
coquill_reader_left (const CoquillReader *self);

/**
 * coquill_reader_byte:
 *
 * Returns: the next byte, or 0 with @failed set
 */
uint8_t
coquill_reader_byte (CoquillReader *self);

/**
 * coquill_reader_bytes:
 *
 * Returns: (nullable): the next @length bytes, borrowed from the input, or %NULL with @failed set
 */
const uint8_t *
coquill_reader_bytes (CoquillReader *self, size_t length);

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

/**
 * coquill_reader_varint:
 *
 * Returns: the next number, or 0 with @failed set
 */
uint64_t
coquill_reader_varint (CoquillReader *self);

/**
 * coquill_reader_signed:
 *
 * Returns: the next folded number, or 0 with @failed set
 */
int64_t
coquill_reader_signed (CoquillReader *self);

/**
 * coquill_buffer_append_varint:
 *
 * Returns: false if memory ran out, now or earlier
 */
bool
coquill_buffer_append_varint (CoquillBuffer *self, uint64_t value);

/**
 * coquill_buffer_append_signed:
 *
 * Appends @value folded.
 */
bool
coquill_buffer_append_signed (CoquillBuffer *self, int64_t value);

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
