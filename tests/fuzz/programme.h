/* SPDX-License-Identifier: GPL-3.0-or-later */
/* programme.h: a fuzzer's bytes, read as numbers; behind their end there are zeros. */

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct
{
  const uint8_t *data;
  const uint8_t *end;
} Programme;

static inline uint8_t
programme_byte (Programme *self)
{
  return self->data < self->end ? *self->data++ : 0;
}

/* Mostly small, and now and then at an edge of what numbers can be. */
static inline uint64_t
programme_number (Programme *self)
{
  static const uint64_t edges[] = {
    UINT64_MAX,
    UINT64_MAX - 1,
    UINT64_C (1) << 63,
    UINT64_C (1) << 60,
    UINT64_C (1) << 40,
    UINT64_C (1) << 39,
    (UINT64_C (1) << 40) - 1,
    UINT64_C (1) << 32,
    UINT64_C (1) << 31,
    UINT32_MAX,
    INT64_MAX,
    (UINT64_C (1) << 48),
    (UINT64_C (1) << 62),
    UINT64_C (1) << 23,
    UINT64_C (1) << 20,
    65536,
  };
  uint8_t byte = programme_byte (self);

  return byte < 0xf0 ? byte : edges[byte - 0xf0];
}

static inline uint64_t
programme_below (Programme *self, uint64_t limit)
{
  return limit > 0 ? programme_byte (self) % limit : 0;
}

static inline void
require (bool condition)
{
  if (!condition)
    abort ();
}
