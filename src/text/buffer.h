/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* buffer.h: bytes that grow at the end; what encoders write to. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * CoquillBuffer:
 * @data: (nullable): the bytes, owned by the buffer
 * @length: bytes in use
 * @capacity: bytes allocated
 * @failed: memory ran out; stays set, and every later append does nothing
 *
 * A growable array of bytes. Start with `CoquillBuffer buffer = COQUILL_BUFFER_INIT;` and end with
 * coquill_buffer_clear(). The failure is sticky, so a writer may append a hundred times and look at @failed
 * once.
 */
typedef struct
{
  uint8_t *data;
  size_t length;
  size_t capacity;
  bool failed;
} CoquillBuffer;

#define COQUILL_BUFFER_INIT { NULL, 0, 0, false }

/**
 * coquill_buffer_clear:
 *
 * Frees the bytes and makes the buffer empty and usable again, whatever happened to it.
 */
void
coquill_buffer_clear (CoquillBuffer *self);

/* What coquill_buffer_reserve() does when there isn't room. */
uint8_t *
coquill_buffer_grow (CoquillBuffer *self, size_t extra);

/**
 * coquill_buffer_reserve:
 * @extra: bytes that the caller is about to write
 *
 * Makes room for @extra bytes behind the end, growing by half at least, so that appending is O(1) amortised.
 * The caller writes there and then adds what it wrote to @length.
 *
 * Returns: (nullable): the end of the bytes in use, valid until the next call, or %NULL if memory ran out
 */
static inline uint8_t *
coquill_buffer_reserve (CoquillBuffer *self, size_t extra)
{
  if (!self->failed && extra <= self->capacity - self->length)
    return self->data + self->length;
  return coquill_buffer_grow (self, extra);
}

/**
 * coquill_buffer_append:
 * @bytes: (nullable): may be %NULL only if @length is 0; must not point into the buffer
 *
 * Returns: false if memory ran out, now or earlier
 */
bool
coquill_buffer_append (CoquillBuffer *self, const void *bytes, size_t length);

/**
 * coquill_buffer_append_byte:
 *
 * Returns: false if memory ran out, now or earlier
 */
bool
coquill_buffer_append_byte (CoquillBuffer *self, uint8_t byte);

/**
 * coquill_buffer_steal:
 * @length: (out): bytes in the returned array
 *
 * Hands the bytes over and leaves the buffer empty.
 *
 * Returns: (nullable) (transfer full): to be freed with free(); %NULL if the buffer is empty or has failed
 */
uint8_t *
coquill_buffer_steal (CoquillBuffer *self, size_t *length);
