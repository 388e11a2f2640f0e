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

/* Goes over up to @most code points, stops at what is no text. Returns: bytes gone over */
static size_t
scan (const uint8_t *s, size_t length, uint64_t most, uint64_t *code_points)
{
  size_t i = 0;
  uint64_t n = 0;

  while (i < length && n < most)
    {
      if (length - i >= 8 && most - n >= 8)
        {
          uint64_t word = load8 (s + i);

          /* Eight bytes of ASCII at once: no top bit, and no byte that borrows when 1 is taken away. */
          if (((word | (word - LOW_BITS)) & TOP_BITS) == 0)
            {
              i += 8;
              n += 8;
              continue;
            }
        }

      size_t step = sequence_length (s + i, length - i);

      if (step == 0)
        break;
      i += step;
      n++;
    }

  *code_points = n;
  return i;
}

bool
coquill_utf8_check (const void *bytes, size_t length, uint64_t *code_points)
{
  uint64_t n;
  bool good = scan (bytes, length, UINT64_MAX, &n) == length;

  if (good && code_points != NULL)
    *code_points = n;
  return good;
}

bool
coquill_utf8_take (const void *bytes, size_t length, uint64_t code_points, size_t *taken)
{
  uint64_t n;

  *taken = scan (bytes, length, code_points, &n);
  return n == code_points;
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
