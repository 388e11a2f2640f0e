/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-ahead.c: lengths and positions of the next few operations, read at once. */

#include "text/change-ahead.h"

#include <string.h>

#if defined __x86_64__
#include <immintrin.h>
#endif

/* So many are read at once. */
#define GROUP 8

/* The lowest bit of each byte, and the highest. */
#define ONES UINT64_C (0x0101010101010101)
#define TOPS (ONES << 7)

/* Higher numbers are left to coquill_change_take_operation(), so that no sum of a few overflows. */
#define LIMIT (1 << 28)

/* Compilers make of it what the processor has. */
typedef int32_t Numbers __attribute__ ((vector_size (GROUP * sizeof (int32_t))));

/* Bytes, one after another, brought to where the mask has bytes. */
typedef uint64_t (*Spread) (uint64_t bytes, uint64_t mask);

/* The bytes as numbers. */
typedef void (*Widen) (Numbers *numbers, uint64_t bytes);

COQUILL_CHANGE_INLINE uint64_t
spread_by_shifts (uint64_t bytes, uint64_t mask)
{
  uint64_t spread = 0;

  for (unsigned shift = 0; shift < 64; shift += 8)
    {
      spread |= (bytes & 0xff) << shift & mask;
      bytes >>= mask >> shift & 8;
    }
  return spread;
}

COQUILL_CHANGE_INLINE void
widen_by_shifts (Numbers *numbers, uint64_t bytes)
{
  for (unsigned i = 0; i < GROUP; i++)
    (*numbers)[i] = (int32_t)(bytes >> 8 * i & 0xff);
}

/* The first byte is the lowest. */
COQUILL_CHANGE_INLINE uint64_t
load_word (const uint8_t *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64 (word);
#endif
  return word;
}

COQUILL_CHANGE_INLINE void
store_word (uint8_t *bytes, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64 (word);
#endif
  memcpy (bytes, &word, sizeof word);
}

/* Numbers of eight operations: seven bits of each and seven more, and how many bytes all up to one take. */
typedef struct
{
  uint64_t low;
  uint64_t high;
  uint64_t up_to;
} Column;

/* Reads a column for the operations that have a number there (lowest bits). Returns: false if one is longer
 * than two bytes */
COQUILL_CHANGE_INLINE bool
read_column (Column *self, const uint8_t *next, uint64_t has, Spread spread)
{
  uint64_t tops;

  self->low = spread (load_word (next), has * 0xff);
  self->high = 0;
  self->up_to = has * ONES;
  while (__builtin_expect ((tops = self->low & TOPS) != 0, 0))
    {
      unsigned shift = (unsigned)__builtin_ctzll (tops) - 7;
      uint64_t before = ((uint64_t)0x80 << shift) - 1, n = self->up_to >> shift & 0xff, second = next[n];

      if (second - 1 >= 0x7f)
        return false;
      self->high |= second << shift;
      self->up_to += ONES << shift;
      self->low = (self->low & before) | spread (load_word (next + n + 1), (has * 0xff) & ~(before << 1 | 1));
    }
  return true;
}

/* It is taken. */
COQUILL_CHANGE_INLINE void
take_column (CoquillAhead *self, CoquillChangeReader *reader, unsigned number, uint64_t up_to, size_t from)
{
  const uint8_t **next = &reader->next[coquill_ahead_columns[number]];

  store_word (&self->n_bytes[number][from], up_to + (uint64_t)(*next - self->starts[number]) * ONES);
  *next += up_to >> 56;
}

/* What follows from items and moves of eight operations. @last: the head before */
COQUILL_CHANGE_INLINE void
finish (CoquillAhead *self,
        size_t from,
        uint64_t heads,
        uint64_t last,
        const Numbers *more,
        const Numbers *move,
        Widen widen)
{
  const uint64_t kinds = HEAD_KIND * ONES, parents = HEAD_PARENTS * ONES;
  Numbers head, other, is_backward, inserted, before, after, goes_on;

  widen (&head, heads);
  widen (&other, ((heads ^ (heads << 8 | last)) & kinds) | (heads & parents));
  is_backward = head >> 2 & 1;
  inserted = (1 + *more) & ((head & 1) - 1);
  before = *move - is_backward;
  after = inserted - (*more & -is_backward);
  goes_on = (other == 0) & ((before == 0) | (before == -1));
  memcpy (&self->more[from], more, sizeof *more);
  memcpy (&self->inserted[from], &inserted, sizeof inserted);
  memcpy (&self->before[from], &before, sizeof before);
  memcpy (&self->after[from], &after, sizeof after);
  memcpy (&self->goes_on[from], &goes_on, sizeof goes_on);
}

/* Eight operations whose numbers aren't long. Returns: false if they aren't such ones; then nothing was taken
 */
COQUILL_CHANGE_INLINE bool
read_group (CoquillAhead *self,
            CoquillChangeReader *reader,
            const uint8_t *heads,
            size_t from,
            Spread spread,
            Widen widen)
{
  uint64_t word = load_word (heads + from);
  uint64_t has_length = word / HEAD_LENGTH & ONES, has_position = word / HEAD_POSITION & ONES, positions;
  Numbers more, folded, high, move;
  Column lengths, far;

  positions = spread (load_word (reader->next[COQUILL_COLUMN_POSITIONS]), has_position * 0xff);
  if (!read_column (&lengths, reader->next[COQUILL_COLUMN_LENGTHS], has_length, spread)
      || !read_column (&far, reader->next[COQUILL_COLUMN_FAR_POSITIONS], positions >> 7 & ONES, spread))
    return false;
  take_column (self, reader, 0, lengths.up_to, from);
  take_column (self, reader, 1, has_position * ONES, from);
  take_column (self, reader, 2, far.up_to, from);

  widen (&more, lengths.low + has_length);
  widen (&folded, (positions & ~TOPS) + has_position);
  widen (&high, far.low);
  folded += high << 7;
  if (__builtin_expect ((lengths.high | far.high) != 0, 0))
    {
      widen (&high, lengths.high);
      more += high << 7;
      widen (&high, far.high);
      folded += high << 14;
    }
  move = folded >> 1 ^ -(folded & 1);
  finish (self, from, word, *(heads + from - 1), &more, &move, widen);
  return true;
}

/* Any operations, eight at most. Returns: how many of them */
static __attribute__ ((noinline)) size_t
read_any (CoquillAhead *self,
          CoquillChangeReader *reader,
          const uint8_t *heads,
          size_t from,
          size_t n,
          CoquillChangeCheck *check)
{
  int32_t more[GROUP] = { 0 }, move[GROUP] = { 0 };
  Numbers all_more, all_moves;
  uint64_t word = 0;
  size_t i;

  for (i = 0; i < n; i++)
    {
      uint64_t head = heads[i], has_length = head / HEAD_LENGTH & 1;
      uint64_t length = coquill_change_take_if (reader, COQUILL_COLUMN_LENGTHS, has_length, check);
      uint64_t moved = coquill_change_take_move (reader, heads[i], check);

      if (length >= LIMIT || moved + LIMIT >= 2 * LIMIT)
        break;
      word |= head << 8 * i;
      more[i] = (int32_t)(has_length + length);
      move[i] = (int32_t)moved;
      for (unsigned j = 0; j < COQUILL_AHEAD_COLUMNS; j++)
        self->n_bytes[j][from + i] = (uint8_t)(reader->next[coquill_ahead_columns[j]] - self->starts[j]);
    }
  memcpy (&all_more, more, sizeof more);
  memcpy (&all_moves, move, sizeof move);
  finish (self, from, word, *(heads - 1), &all_more, &all_moves, widen_by_shifts);
  return i;
}

/* Whether there are so many bytes behind that no group of those that are read leaves them. */
static inline bool
is_roomy (const CoquillChangeReader *reader, CoquillChangeColumn column)
{
  const CoquillChange *change = reader->change;
  uintptr_t offset = (uintptr_t)reader->next[column] - (uintptr_t)change->room;

  return offset < change->room_size && change->room_size - offset >= COQUILL_AHEAD_ROOM;
}

COQUILL_CHANGE_INLINE void
read_ahead (CoquillAhead *self,
            CoquillChangeReader *reader,
            const uint8_t *heads,
            uint64_t stops,
            CoquillChangeCheck *check,
            Spread spread,
            Widen widen)
{
  size_t left = (size_t)(reader->end - heads), n;
  bool roomy = is_roomy (reader, COQUILL_COLUMN_LENGTHS) && is_roomy (reader, COQUILL_COLUMN_POSITIONS)
               && is_roomy (reader, COQUILL_COLUMN_FAR_POSITIONS);

  for (unsigned i = 0; i < COQUILL_AHEAD_COLUMNS; i++)
    self->starts[i] = reader->next[coquill_ahead_columns[i]];
  for (n = 0; n < COQUILL_AHEAD && n < left;)
    {
      size_t few = 0, taken;

      if (roomy && left - n >= GROUP && (load_word (heads + n) & stops * ONES) == 0
          && read_group (self, reader, heads, n, spread, widen))
        {
          n += GROUP;
          continue;
        }
      while (few < GROUP && few < left - n && (heads[n + few] & stops) == 0)
        few++;
      taken = read_any (self, reader, heads + n, n, few, check);
      n += taken;
      if (taken < GROUP)
        {
          coquill_ahead_leave (self, reader, n);
          break;
        }
    }
  self->n = n;
}

void
coquill_ahead_read_portably (CoquillAhead *self,
                             CoquillChangeReader *reader,
                             const uint8_t *heads,
                             uint64_t stops,
                             CoquillChangeCheck *check)
{
  read_ahead (self, reader, heads, stops, check, spread_by_shifts, widen_by_shifts);
}

#if defined __x86_64__
__attribute__ ((target ("bmi2"))) static inline uint64_t
spread_by_processor (uint64_t bytes, uint64_t mask)
{
  return _pdep_u64 (bytes, mask);
}

__attribute__ ((target ("avx2"))) static inline void
widen_by_processor (Numbers *numbers, uint64_t bytes)
{
  __m256i wide = _mm256_cvtepu8_epi32 (_mm_cvtsi64_si128 ((long long)bytes));

  memcpy (numbers, &wide, sizeof wide);
}

__attribute__ ((target ("avx2,bmi2"))) static void
read_by_processor (CoquillAhead *self,
                   CoquillChangeReader *reader,
                   const uint8_t *heads,
                   uint64_t stops,
                   CoquillChangeCheck *check)
{
  read_ahead (self, reader, heads, stops, check, spread_by_processor, widen_by_processor);
}

/* The first two Zens have the instruction, and take longer for it than without. */
static bool
has_instructions (void)
{
  return __builtin_cpu_supports ("bmi2") && __builtin_cpu_supports ("avx2") && !__builtin_cpu_is ("znver1")
         && !__builtin_cpu_is ("znver2");
}
#endif

void
coquill_ahead_read (CoquillAhead *self,
                    CoquillChangeReader *reader,
                    const uint8_t *heads,
                    uint64_t stops,
                    CoquillChangeCheck *check)
{
#if defined __x86_64__
  if (has_instructions ())
    {
      read_by_processor (self, reader, heads, stops, check);
      return;
    }
#endif
  coquill_ahead_read_portably (self, reader, heads, stops, check);
}
