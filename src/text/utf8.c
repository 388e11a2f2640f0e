/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utf8.c: which bytes are text, and how many code points they are. */

#include "text/utf8.h"

#include <string.h>

#define TOP_BITS UINT64_C (0x8080808080808080)
#define LOW_BITS UINT64_C (0x0101010101010101)

static uint64_t
load8 (const uint8_t *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

/* One bit for each continuation byte (10xxxxxx) among eight, at the bottom of its byte. */
static uint64_t
continuations (uint64_t word)
{
  return (word >> 7) & (~word >> 6) & LOW_BITS;
}

/* The length of the sequence at the start of @s, or 0 if it isn't one: RFC 3629, section 4. */
static size_t
sequence_length (const uint8_t *s, size_t left)
{
  uint8_t low = 0x80, high = 0xbf;
  size_t length;

  if (s[0] < 0x80)
    return s[0] != 0;
  if (s[0] < 0xc2 || s[0] > 0xf4)
    return 0;
  length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
  if (length > left)
    return 0;

  if (s[0] == 0xe0)
    low = 0xa0; /* shorter forms exist below */
  else if (s[0] == 0xed)
    high = 0x9f; /* surrogates above */
  else if (s[0] == 0xf0)
    low = 0x90; /* shorter forms exist below */
  else if (s[0] == 0xf4)
    high = 0x8f; /* beyond U+10FFFF above */
  if (s[1] < low || s[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++)
    if (s[i] < 0x80 || s[i] > 0xbf)
      return 0;
  return length;
}

#define BLOCK 64

/* A processor fetches by itself what comes next, but not from the next page. */
#define FETCH_AHEAD 2048

/* Whether a block is ASCII: no byte has a top bit, nor gets one when so much is taken away: with LOW_BITS it
 * has no U+0000. Compilers turn it into a few vector instructions. */
static inline bool
is_ascii_block (const uint8_t *s, uint64_t less)
{
  uint64_t bits = 0;

  for (unsigned i = 0; i < BLOCK; i += 8)
    bits |= load8 (s + i) | (load8 (s + i) - less);
  return (bits & TOP_BITS) == 0;
}

/* Goes over at least a block, or to the end or to what is no text. Returns: bytes gone over */
static size_t
scan (const uint8_t *s, size_t length, uint64_t *code_points)
{
  size_t end = length < BLOCK ? length : BLOCK, i = 0, step;

  while (i < end)
    {
      /* Eight bytes of ASCII at once: no top bit, and no byte that borrows when 1 is taken away. */
      if (length - i >= 8 && ((load8 (s + i) | (load8 (s + i) - LOW_BITS)) & TOP_BITS) == 0)
        {
          *code_points += 8;
          i += 8;
          continue;
        }
      step = sequence_length (s + i, length - i);
      if (step == 0)
        break;
      *code_points += 1;
      i += step;
    }
  return i;
}

size_t
coquill_utf8_ascii (const void *bytes, size_t length)
{
  const uint8_t *s = bytes;
  size_t i = 0;

  while (length - i >= BLOCK && is_ascii_block (s + i, 0))
    i += BLOCK;
  while (length - i >= 8 && (load8 (s + i) & TOP_BITS) == 0)
    i += 8;
  while (i < length && s[i] < 0x80)
    i++;
  return i;
}

bool
coquill_utf8_check (const void *bytes, size_t length, uint64_t *code_points)
{
  const uint8_t *s = bytes;
  uint64_t n = 0;
  size_t i = 0, step;

  while (i < length)
    {
      __builtin_prefetch (s + i + (length - i > FETCH_AHEAD ? FETCH_AHEAD : 0));
      if (length - i >= BLOCK && is_ascii_block (s + i, LOW_BITS))
        {
          n += BLOCK;
          i += BLOCK;
          continue;
        }
      step = scan (s + i, length - i, &n);
      if (step < BLOCK && step < length - i)
        return false;
      i += step;
    }
  if (code_points != NULL)
    *code_points = n;
  return true;
}

uint64_t
coquill_utf8_count (const char *text, size_t length)
{
  const uint8_t *s = (const uint8_t *)text;
  uint64_t n = length;
  size_t i = 0;

  for (; length - i >= 8; i += 8)
    n -= (continuations (load8 (s + i)) * LOW_BITS) >> 56;
  for (; i < length; i++)
    n -= (s[i] & 0xc0) == 0x80;
  return n;
}
