/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-ascii.h: short texts in ASCII, checked while they are copied; to be compiled into its caller. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COQUILL_ASCII_TOP_BITS UINT64_C (0x8080808080808080)
#define COQUILL_ASCII_LOW_BITS UINT64_C (0x0101010101010101)

/* So many bytes may be written behind what is copied. */
#define COQUILL_ASCII_STEP 32

/* Whether a byte is above 0x7f, or borrows when 1 is taken away from it, as 0 does. */
static inline bool
coquill_ascii_is_foreign (uint64_t word)
{
  return ((word | (word - COQUILL_ASCII_LOW_BITS)) & COQUILL_ASCII_TOP_BITS) != 0;
}

/* Loads one to seven bytes, most of them twice, and ones behind. Returns: whether they are text in ASCII */
static inline bool
coquill_ascii_load (uint64_t *word, const char *bytes, size_t n_bytes)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t ones = COQUILL_ASCII_LOW_BITS << 8 * n_bytes;
  uint32_t low, high;

  if (n_bytes < sizeof low)
    *word = ones | (uint8_t)bytes[0] | (uint64_t)(uint8_t)bytes[n_bytes / 2] << 8 * (n_bytes / 2)
            | (uint64_t)(uint8_t)bytes[n_bytes - 1] << 8 * (n_bytes - 1);
  else
    {
      memcpy (&low, bytes, sizeof low);
      memcpy (&high, bytes + n_bytes - sizeof high, sizeof high);
      *word = ones | low | (uint64_t)high << 8 * (n_bytes - sizeof high);
    }
#else
  *word = COQUILL_ASCII_LOW_BITS;
  memcpy (word, bytes, n_bytes);
#endif
  return !coquill_ascii_is_foreign (*word);
}

/* Copies eight bytes or more. Returns: whether they are text in ASCII */
static inline bool
coquill_ascii_copy (char *to, const char *bytes, size_t n_bytes)
{
  uint64_t word, foreign = 0;

  for (size_t i = 0; i + sizeof word < n_bytes; i += sizeof word)
    {
      memcpy (&word, bytes + i, sizeof word);
      foreign |= word | (word - COQUILL_ASCII_LOW_BITS);
      memcpy (to + i, &word, sizeof word);
    }
  memcpy (&word, bytes + n_bytes - sizeof word, sizeof word);
  foreign |= word | (word - COQUILL_ASCII_LOW_BITS);
  memcpy (to + n_bytes - sizeof word, &word, sizeof word);
  return (foreign & COQUILL_ASCII_TOP_BITS) == 0;
}

/* Copies what may be read as far as it may be written. */
static inline void
coquill_ascii_copy_again (char *to, const char *bytes, size_t n_bytes)
{
  for (size_t i = 0; i < n_bytes; i += COQUILL_ASCII_STEP)
    memcpy (to + i, bytes + i, COQUILL_ASCII_STEP);
}
