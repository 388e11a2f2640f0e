/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utf8-offset.c: how many bytes so many code points take, from the front and from the end; how many are ASCII
 * there. */

#include <string.h>

#include "text/utf8.h"

#define BLOCK 64
#define WORD 8

static bool
is_start (uint8_t byte)
{
  return (byte & 0xc0) != 0x80;
}

/* How many code points begin in a block. Compilers turn it into a few vector instructions. */
static unsigned
starts_in_block (const uint8_t *s)
{
  uint8_t n = 0;

  for (unsigned i = 0; i < BLOCK; i++)
    n += (int8_t)s[i] >= -64;
  return n;
}

static unsigned
starts_in_word (const uint8_t *s)
{
  uint64_t word;

  memcpy (&word, s, sizeof word);
  word = (word >> 7) & (~word >> 6) & UINT64_C (0x0101010101010101); /* 10xxxxxx */
  return WORD - (unsigned)((word * UINT64_C (0x0101010101010101)) >> 56);
}

size_t
coquill_utf8_offset (const char *text, size_t length, uint64_t code_points)
{
  const uint8_t *s = (const uint8_t *)text;
  size_t i = 0;
  unsigned n;

  /* What is skipped has fewer starts than are wanted; what follows the last one found still belongs to it. */
  for (; length - i >= BLOCK && (n = starts_in_block (s + i)) < code_points; i += BLOCK)
    code_points -= n;
  for (; length - i >= WORD && (n = starts_in_word (s + i)) < code_points; i += WORD)
    code_points -= n;
  for (; i < length; i++)
    if (is_start (s[i]) && code_points-- == 0)
      break;
  return i;
}

size_t
coquill_utf8_offset_from_end (const char *text, size_t length, uint64_t code_points)
{
  const uint8_t *s = (const uint8_t *)text;
  size_t i = length;
  unsigned n;

  for (; i >= BLOCK && (n = starts_in_block (s + i - BLOCK)) < code_points; i -= BLOCK)
    code_points -= n;
  for (; i >= WORD && (n = starts_in_word (s + i - WORD)) < code_points; i -= WORD)
    code_points -= n;
  while (i > 0 && code_points > 0)
    code_points -= is_start (s[--i]);
  return length - i;
}

static bool
is_ascii_word (const uint8_t *s)
{
  uint64_t word;

  memcpy (&word, s, sizeof word);
  return (word & UINT64_C (0x8080808080808080)) == 0;
}

size_t
coquill_utf8_ascii_before (const char *text, size_t length, uint64_t code_points)
{
  const uint8_t *end = (const uint8_t *)text + length;
  size_t most = length < COQUILL_UTF8_NEAR ? length : COQUILL_UTF8_NEAR, n = 0;

  if (length == code_points)
    return length;
  while (n + WORD <= most && is_ascii_word (end - n - WORD))
    n += WORD;
  return n;
}

size_t
coquill_utf8_ascii_behind (const char *text, size_t length, uint64_t code_points)
{
  const uint8_t *s = (const uint8_t *)text;
  size_t most = length < COQUILL_UTF8_NEAR ? length : COQUILL_UTF8_NEAR, n = 0;

  if (length == code_points)
    return length;
  while (n + WORD <= most && is_ascii_word (s + n))
    n += WORD;
  return n;
}
