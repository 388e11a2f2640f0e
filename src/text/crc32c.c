/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* crc32c.c: CRC-32C, by the processor's own instruction where it has one, else sliced by eight (Kounavis and
 * Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005). */

#include "text/crc32c.h"

#include <stdbool.h>
#include <string.h>
#include <threads.h>

#if defined __x86_64__
#include <nmmintrin.h>
#elif defined __aarch64__ && defined __linux__
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

/* The polynomial 0x1edc6f41, its bits reversed. */
#define POLYNOMIAL UINT32_C (0x82f63b78)

/* tables[k][b] is the checksum of the byte b followed by k zeros. */
static uint32_t tables[8][256];
static once_flag tables_once = ONCE_FLAG_INIT;

static void
fill_tables (void)
{
  for (uint32_t i = 0; i < 256; i++)
    {
      uint32_t crc = i;

      for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
      tables[0][i] = crc;
    }
  for (int k = 1; k < 8; k++)
    for (int i = 0; i < 256; i++)
      tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xff];
}

uint32_t
coquill_crc32c_portable (const uint8_t *bytes, size_t length)
{
  uint32_t crc = UINT32_MAX;

  call_once (&tables_once, fill_tables);
  for (; length >= 8; bytes += 8, length -= 8)
    {
      crc ^= bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
      crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff]
            ^ tables[4][crc >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]]
            ^ tables[0][bytes[7]];
    }
  for (; length > 0; bytes++, length--)
    crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}

#if defined __x86_64__
#define TARGET __attribute__ ((target ("sse4.2")))
#define STEP_8 _mm_crc32_u64
#define STEP_1 _mm_crc32_u8

static bool
has_instruction (void)
{
  return __builtin_cpu_supports ("sse4.2");
}
#elif defined __aarch64__ && defined __linux__
#define TARGET __attribute__ ((target ("+crc")))
#define STEP_8 __crc32cd
#define STEP_1 __crc32cb

static bool
has_instruction (void)
{
  return getauxval (AT_HWCAP) & HWCAP_CRC32;
}
#endif

#if defined TARGET
/* The instruction takes three cycles, and one can start in each: so three lanes are reckoned at once. */
#define LANE 4096

/* x to the power of the bits of a lane, modulo the polynomial: what a lane of zeros multiplies by. */
#define LANE_FACTOR UINT32_C (0x35d73a62)

static uint32_t
multiply (uint32_t a, uint32_t b)
{
  uint32_t product = 0;

  for (int i = 31; i >= 0; i--)
    {
      product ^= b & (0 - (a >> i & 1));
      b = b >> 1 ^ (POLYNOMIAL & (0 - (b & 1)));
    }
  return product;
}

static uint64_t
load8 (const uint8_t *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

TARGET static uint32_t
by_processor (const uint8_t *bytes, size_t length)
{
  uint32_t crc = UINT32_MAX;

  for (; length >= 3 * LANE; bytes += 3 * LANE, length -= 3 * LANE)
    {
      uint32_t second = 0, third = 0;

      for (size_t i = 0; i < LANE; i += 8)
        {
          crc = (uint32_t)STEP_8 (crc, load8 (bytes + i));
          second = (uint32_t)STEP_8 (second, load8 (bytes + LANE + i));
          third = (uint32_t)STEP_8 (third, load8 (bytes + 2 * LANE + i));
        }
      crc = multiply (multiply (crc, LANE_FACTOR) ^ second, LANE_FACTOR) ^ third;
    }
  for (; length >= 8; bytes += 8, length -= 8)
    crc = (uint32_t)STEP_8 (crc, load8 (bytes));
  for (; length > 0; bytes++, length--)
    crc = STEP_1 (crc, *bytes);
  return ~crc;
}
#endif

uint32_t
coquill_crc32c (const uint8_t *bytes, size_t length)
{
#if defined TARGET
  if (has_instruction ())
    return by_processor (bytes, length);
#endif
  return coquill_crc32c_portable (bytes, length);
}
