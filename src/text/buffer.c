/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* buffer.c: bytes that grow at the end. */

#include "text/buffer.h"

#include <stdlib.h>
#include <string.h>

/* The first allocation: an encoded key press fits. */
#define FIRST_CAPACITY 128

void
coquill_buffer_clear (CoquillBuffer *self)
{
  free (self->data);
  *self = (CoquillBuffer)COQUILL_BUFFER_INIT;
}

uint8_t *
coquill_buffer_grow (CoquillBuffer *self, size_t extra)
{
  if (self->failed)
    return NULL;

  if (extra > self->capacity - self->length)
    {
      size_t capacity = self->capacity + self->capacity / 2;

      if (extra > SIZE_MAX / 2 - self->length)
        {
          self->failed = true;
          return NULL;
        }
      if (capacity < self->length + extra)
        capacity = self->length + extra;
      if (capacity < FIRST_CAPACITY)
        capacity = FIRST_CAPACITY;

      uint8_t *data = realloc (self->data, capacity);

      if (data == NULL)
        {
          self->failed = true;
          return NULL;
        }
      self->data = data;
      self->capacity = capacity;
    }

  return self->data + self->length;
}

bool
coquill_buffer_append (CoquillBuffer *self, const void *bytes, size_t length)
{
  if (length == 0)
    return !self->failed;

  uint8_t *end = coquill_buffer_reserve (self, length);

  if (end == NULL)
    return false;
  memcpy (end, bytes, length);
  self->length += length;
  return true;
}

bool
coquill_buffer_append_byte (CoquillBuffer *self, uint8_t byte)
{
  return coquill_buffer_append (self, &byte, 1);
}

uint8_t *
coquill_buffer_steal (CoquillBuffer *self, size_t *length)
{
  uint8_t *data = NULL;

  *length = 0;
  if (!self->failed && self->length > 0)
    {
      data = self->data;
      *length = self->length;
      self->data = NULL;
    }
  coquill_buffer_clear (self);
  return data;
}
