/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-ahead.c: lengths and positions of the next few operations, read at once. */

#include "text/change-ahead.h"

#if defined __x86_64__
#include <immintrin.h>
#include <string.h>
#endif

/* Where an agent has fewer operations, on average, no more than these are read: its stretch is soon over. */
#define FEW 8

/* Operations one after another, from the one of this index on, @most at most. What changes lives in local
 * variables. Returns: how many it were */
static size_t
read_one_by_one (CoquillAhead *self,
                 CoquillChangeReader *reader,
                 const uint8_t *heads,
                 size_t from,
                 size_t most,
                 uint64_t stops,
                 CoquillChangeCheck *check)
{
  const uint8_t *lengths = reader->next[COQUILL_COLUMN_LENGTHS];
  const uint8_t *positions = reader->next[COQUILL_COLUMN_POSITIONS];
  const uint8_t *far = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
  const uint8_t *const starts[] = { self->starts[0], self->starts[1], self->starts[2] };
  const uint8_t *next = heads + from;
  uint64_t last = *(next - 1);
  size_t i;

  for (i = from; i < from + most; i++)
    {
      uint64_t head = *next++, has_length = head / HEAD_LENGTH & 1, has_position = head / HEAD_POSITION;
      uint64_t length = *lengths, position = *positions, beyond = *far, folded;
      uint64_t has_far = position >> 7 & has_position;
      CoquillGraphOperation *row;
      bool is_turn, joins;
      int32_t more, inserted, before, is_backward = head / HEAD_BACKWARD & 1;

      if ((head & stops) != 0)
        break;
      if (__builtin_expect ((length & has_length << 7) != 0, 0))
        {
          reader->next[COQUILL_COLUMN_LENGTHS] = lengths;
          length = coquill_change_take_long (reader, COQUILL_COLUMN_LENGTHS, check);
          lengths = reader->next[COQUILL_COLUMN_LENGTHS];
        }
      else
        {
          lengths += has_length;
          length &= 0 - has_length;
        }
      positions += has_position;
      if (__builtin_expect ((beyond & has_far << 7) != 0, 0))
        {
          reader->next[COQUILL_COLUMN_FAR_POSITIONS] = far;
          beyond = coquill_change_take_long (reader, COQUILL_COLUMN_FAR_POSITIONS, check);
          far = reader->next[COQUILL_COLUMN_FAR_POSITIONS];
        }
      else
        {
          far += has_far;
          beyond &= 0 - has_far;
        }
      if (length >= COQUILL_AHEAD_LIMIT || beyond >= COQUILL_AHEAD_LIMIT >> 7)
        break;

      folded = (beyond << 7 | (position & 0x7f & (0 - has_position))) + has_position;
      more = (int32_t)(has_length + length);
      inserted = (1 + more) & ((int32_t)(head & 1) - 1);
      before = (int32_t)coquill_varint_unfold (folded) - is_backward;
      is_turn = (head & (HEAD_AGENT | HEAD_PARENTS)) != 0;
      joins = !is_turn && ((head ^ last) & HEAD_KIND) == 0 && (before == 0 || before == -(int32_t)(head & 1));
      last = head;
      self->turns |= (uint64_t)is_turn << i;
      self->joins |= (uint64_t)joins << i;
      row = &self->rows[i];
      row->place = (uint32_t)(self->carets[i] + before);
      row->kind = (uint8_t)((head & HEAD_KIND) + 1);
      row->backward = (more & -is_backward) != 0;
      row[1].first = row->first + 1 + (uint32_t)more;
      row[1].content_offset = row->content_offset + (uint32_t)inserted;
      self->carets[i + 1] = self->carets[i] + before + inserted - (more & -is_backward);
      self->n_bytes[0][i] = (uint8_t)(lengths - starts[0]);
      self->n_bytes[1][i] = (uint8_t)(positions - starts[1]);
      self->n_bytes[2][i] = (uint8_t)(far - starts[2]);
    }
  reader->next[COQUILL_COLUMN_LENGTHS] = lengths;
  reader->next[COQUILL_COLUMN_POSITIONS] = positions;
  reader->next[COQUILL_COLUMN_FAR_POSITIONS] = far;
  return i - from;
}

/* Returns: how many operations may be read */
static inline size_t
start (CoquillAhead *self, const CoquillChangeReader *reader, const uint8_t *heads)
{
  const CoquillChange *change = reader->change;
  size_t left = (size_t)(reader->end - heads);
  size_t most = change->n_operations / FEW < change->n_agents ? FEW : COQUILL_AHEAD;

  for (unsigned i = 0; i < COQUILL_AHEAD_COLUMNS; i++)
    self->starts[i] = reader->next[coquill_ahead_columns[i]];
  self->turns = self->joins = 0;
  self->rows[0].first = self->rows[0].content_offset = 0;
  self->carets[0] = 0;
  return left < most ? left : most;
}

void
coquill_ahead_read_portably (CoquillAhead *self,
                             CoquillChangeReader *reader,
                             const uint8_t *heads,
                             uint64_t stops,
                             CoquillChangeCheck *check)
{
  self->n = read_one_by_one (self, reader, heads, 0, start (self, reader, heads), stops, check);
  coquill_ahead_leave (self, reader, self->n);
}

#if defined __x86_64__
#define TARGET __attribute__ ((target ("avx2,bmi2")))

/* So many are read at once. */
#define GROUP 8

/* The lowest bit of each byte, and the highest. */
#define ONES UINT64_C (0x0101010101010101)
#define TOPS (ONES << 7)

typedef int32_t Numbers __attribute__ ((vector_size (GROUP * sizeof (int32_t))));

static inline uint64_t
load_word (const uint8_t *bytes)
{
  uint64_t word;

  memcpy (&word, bytes, sizeof word);
  return word;
}

TARGET static inline void
widen (Numbers *numbers, uint64_t bytes)
{
  __m256i wide = _mm256_cvtepu8_epi32 (_mm_cvtsi64_si128 ((long long)bytes));

  memcpy (numbers, &wide, sizeof wide);
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
TARGET static inline bool
read_column (Column *self, const uint8_t *next, uint64_t has)
{
  uint64_t tops;

  self->low = _pdep_u64 (load_word (next), has * 0xff);
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
      self->low
          = (self->low & before) | _pdep_u64 (load_word (next + n + 1), (has * 0xff) & ~(before << 1 | 1));
    }
  return true;
}

/* It is taken. */
static inline void
take_column (CoquillAhead *self, CoquillChangeReader *reader, unsigned number, uint64_t up_to, size_t from)
{
  const uint8_t **next = &reader->next[coquill_ahead_columns[number]];
  uint64_t n_bytes = up_to + (uint64_t)(*next - self->starts[number]) * ONES;

  memcpy (&self->n_bytes[number][from], &n_bytes, sizeof n_bytes);
  *next += up_to >> 56;
}

/* What each of eight and all before it make, with what was there before. */
TARGET static inline Numbers
sum_up (Numbers numbers, int32_t before)
{
  __m256i sums = (__m256i)numbers, low;

  sums = _mm256_add_epi32 (sums, _mm256_slli_si256 (sums, 4));
  sums = _mm256_add_epi32 (sums, _mm256_slli_si256 (sums, 8));
  low = _mm256_permute2x128_si256 (sums, sums, 0x08);
  sums = _mm256_add_epi32 (sums, _mm256_shuffle_epi32 (low, 0xff));
  return (Numbers)sums + before;
}

/* Eight rows of eight fields each. */
TARGET static inline void
write_rows (CoquillGraphOperation *rows, Numbers firsts, Numbers places, Numbers offsets, Numbers kinds)
{
  __m256i low = _mm256_unpacklo_epi32 ((__m256i)firsts, (__m256i)places);
  __m256i high = _mm256_unpackhi_epi32 ((__m256i)firsts, (__m256i)places);
  __m256i more_low = _mm256_unpacklo_epi32 ((__m256i)offsets, (__m256i)kinds);
  __m256i more_high = _mm256_unpackhi_epi32 ((__m256i)offsets, (__m256i)kinds);
  __m256i of_0_4 = _mm256_unpacklo_epi64 (low, more_low), of_1_5 = _mm256_unpackhi_epi64 (low, more_low);
  __m256i of_2_6 = _mm256_unpacklo_epi64 (high, more_high), of_3_7 = _mm256_unpackhi_epi64 (high, more_high);

  _mm256_storeu_si256 ((__m256i *)&rows[0], _mm256_permute2x128_si256 (of_0_4, of_1_5, 0x20));
  _mm256_storeu_si256 ((__m256i *)&rows[2], _mm256_permute2x128_si256 (of_2_6, of_3_7, 0x20));
  _mm256_storeu_si256 ((__m256i *)&rows[4], _mm256_permute2x128_si256 (of_0_4, of_1_5, 0x31));
  _mm256_storeu_si256 ((__m256i *)&rows[6], _mm256_permute2x128_si256 (of_2_6, of_3_7, 0x31));
}

/* What follows from items and moves. @last: the head before */
TARGET static inline void
finish (
    CoquillAhead *self, size_t from, uint64_t heads, uint64_t last, const Numbers *more, const Numbers *move)
{
  const uint64_t kinds = HEAD_KIND * ONES, turns = heads / HEAD_AGENT | heads / HEAD_PARENTS;
  Numbers head, other, back, inserted, before, after, firsts, offsets, carets, joins;
  CoquillGraphOperation *rows = &self->rows[from];

  widen (&head, heads);
  widen (&other, ((heads ^ (heads << 8 | last)) & kinds) | (turns & ONES) << 2);
  back = head / HEAD_BACKWARD & 1;
  inserted = (1 + *more) & ((head & 1) - 1);
  before = *move - back;
  back = *more & -back;
  after = inserted - back;
  firsts = sum_up (1 + *more, (int32_t)rows->first);
  offsets = sum_up (inserted, (int32_t)rows->content_offset);
  carets = sum_up (before + after, self->carets[from]);
  joins = (other == 0) & ((before == 0) | (before == -(head & 1)));
  write_rows (rows, firsts - 1 - *more, carets - after, offsets - inserted,
              ((head & HEAD_KIND) + 1) | ((back != 0) & 1 << 8));
  rows[GROUP].first = (uint32_t)firsts[GROUP - 1];
  rows[GROUP].content_offset = (uint32_t)offsets[GROUP - 1];
  memcpy (&self->carets[from + 1], &carets, sizeof carets);
  self->turns |= _pext_u64 (turns, ONES) << from;
  self->joins |= (uint64_t)(uint32_t)_mm256_movemask_ps ((__m256)joins) << from;
}

/* Eight operations of which no number is long. Returns: false if they aren't such ones; then nothing was
 * taken */
TARGET static inline bool
read_group (
    CoquillAhead *self, CoquillChangeReader *reader, const uint8_t *heads, size_t from, uint64_t stops)
{
  uint64_t word = load_word (heads + from);
  uint64_t has_length = word / HEAD_LENGTH & ONES, has_position = word / HEAD_POSITION & ONES, positions;
  Numbers more, folded, high, move;
  Column lengths, far;

  positions = _pdep_u64 (load_word (reader->next[COQUILL_COLUMN_POSITIONS]), has_position * 0xff);
  if ((word & stops * ONES) != 0 || !read_column (&lengths, reader->next[COQUILL_COLUMN_LENGTHS], has_length)
      || !read_column (&far, reader->next[COQUILL_COLUMN_FAR_POSITIONS], positions >> 7 & ONES))
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
  finish (self, from, word, *(heads + from - 1), &more, &move);
  return true;
}

/* Whether there are so many bytes behind that no group of those that are read leaves them. */
static inline bool
is_roomy (const CoquillChangeReader *reader, CoquillChangeColumn column)
{
  const CoquillChange *change = reader->change;
  uintptr_t offset = (uintptr_t)reader->next[column] - (uintptr_t)change->room;

  return offset < change->room_size && change->room_size - offset >= COQUILL_AHEAD_ROOM;
}

/* Eight at a time, as far as that can be. */
TARGET static void
read_groups (CoquillAhead *self,
             CoquillChangeReader *reader,
             const uint8_t *heads,
             uint64_t stops,
             CoquillChangeCheck *check)
{
  size_t most = start (self, reader, heads), n = 0;
  bool roomy = is_roomy (reader, COQUILL_COLUMN_LENGTHS) && is_roomy (reader, COQUILL_COLUMN_POSITIONS)
               && is_roomy (reader, COQUILL_COLUMN_FAR_POSITIONS);

  while (n < most)
    {
      size_t few = most - n < GROUP ? most - n : GROUP, taken;

      if (roomy && few == GROUP && read_group (self, reader, heads, n, stops))
        {
          n += GROUP;
          continue;
        }
      taken = read_one_by_one (self, reader, heads, n, few, stops, check);
      n += taken;
      if (taken < GROUP)
        {
          coquill_ahead_leave (self, reader, n);
          break;
        }
    }
  self->n = n;
}

/* The first two Zens have the instructions, and take longer for them than without. */
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
      read_groups (self, reader, heads, stops, check);
      return;
    }
#endif
  coquill_ahead_read_portably (self, reader, heads, stops, check);
}
