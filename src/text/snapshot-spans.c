/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot-spans.c: hostile bytes to the spans of a snapshot. */

#include <stdlib.h>
#include <string.h>

#include "text/change.h"
#include "text/snapshot-private.h"

/**
 * Author:
 * @expected: the item behind its span before
 * @length: its items
 * @first_bit: of its items
 */
typedef struct
{
  uint64_t expected;
  uint64_t length;
  uint64_t first_bit;
} Author;

/**
 * Column:
 * @next: the first byte not yet read; there are NUMBER_BYTES behind the end that may be read
 *
 * A column of numbers.
 */
typedef struct
{
  const uint8_t *next;
  const uint8_t *end;
} Column;

/* What reading a number looks at, however long it is. */
#define NUMBER_BYTES 8

/**
 * Spans:
 * @columns: unpacked
 * @bits: (nullable): one for each item of all agents, set if it was in a span
 *
 * The columns of the spans, and what is known of their agents.
 */
typedef struct
{
  Column columns[COQUILL_SNAPSHOT_COLUMNS];
  Author *authors;
  uint64_t *bits;
} Spans;

static int
compare_spans (const void *a, const void *b)
{
  const CoquillOrderSpan *const *left = a, *const *right = b;

  return ((*left)->id > (*right)->id) - ((*left)->id < (*right)->id);
}

/* No item twice, by sorting. */
static bool
check_spans_sorted (const CoquillSnapshot *self, CoquillTextError *error)
{
  const CoquillOrderSpan **sorted = malloc ((self->n_spans + 1) * sizeof *sorted);
  bool good = true;

  if (sorted == NULL)
    return coquill_snapshot_no_memory (error);
  for (size_t i = 0; i < self->n_spans; i++)
    sorted[i] = &self->spans[i];
  qsort (sorted, self->n_spans, sizeof *sorted, compare_spans);
  for (size_t i = 1; i < self->n_spans; i++)
    good = good && sorted[i - 1]->id + sorted[i - 1]->length <= sorted[i]->id;
  free (sorted);
  return good || coquill_snapshot_malformed (error, "an item comes twice");
}

/* Sets @length bits from @from on, 1 to 64. There is a word behind the last. Returns: whether all of them
 * were clear */
static inline bool
claim_few (uint64_t *bits, uint64_t from, uint64_t length)
{
  uint64_t *words = &bits[from / 64];
  uint64_t mask = UINT64_MAX >> (64 - length);
  uint64_t low = mask << from % 64, high = mask >> 1 >> (63 - from % 64);
  bool clear = ((words[0] & low) | (words[1] & high)) == 0;

  words[0] |= low;
  words[1] |= high;
  return clear;
}

static inline bool
claim (uint64_t *bits, uint64_t from, uint64_t length)
{
  for (; length > 64; from += 64, length -= 64)
    if (!claim_few (bits, from, 64))
      return false;
  return claim_few (bits, from, length);
}

/* A bit for each item, where that takes not much more memory than the text and its spans. Returns: false if
 * memory ran out */
static bool
prepare (Spans *self, const CoquillSnapshot *snapshot, size_t n_spans)
{
  uint64_t limit = snapshot->text_length * 16 + n_spans * 64 + (1 << 16), n_items = 0;

  self->authors = malloc ((snapshot->n_agents + 1) * sizeof *self->authors);
  if (self->authors == NULL)
    return false;
  for (size_t i = 0; i < snapshot->n_agents; i++)
    {
      self->authors[i] = (Author){ 0, snapshot->agents[i].length, n_items };
      if (n_items <= limit)
        n_items += snapshot->agents[i].length;
    }
  if (n_items > limit)
    return true;
  self->bits = calloc (n_items / 64 + 2, sizeof *self->bits);
  return self->bits != NULL;
}

/* The next number, of so many bytes, less than NUMBER_BYTES. Sets the top bit of @faults if the highest is 0.
 * What is behind the column's end is for the caller to find. */
static inline uint64_t
take (Column *self, unsigned n_bytes, uint64_t *faults)
{
  uint64_t top = UINT64_C (1) << 8 * n_bytes, number = coquill_varint_word (self->next) & (top - 1);

  *faults |= number - (top >> 8);
  self->next += n_bytes;
  return number;
}

static bool
read_spans (Spans *self, CoquillSnapshot *snapshot, CoquillTextError *error)
{
  const uint8_t *heads = self->columns[COQUILL_SNAPSHOT_HEADS].next;
  Column lengths = self->columns[COQUILL_SNAPSHOT_LENGTHS];
  Column sequences = self->columns[COQUILL_SNAPSHOT_SEQUENCES];
  Column agents = self->columns[COQUILL_SNAPSHOT_AGENTS];
  uint64_t agent = 0, length = 0, faults = 0;

  for (size_t i = 0; i < snapshot->n_spans; i++)
    {
      unsigned head = heads[i], widths = head >> COQUILL_SNAPSHOT_LENGTH_BITS;
      uint64_t here = take (&lengths, head & ((1 << COQUILL_SNAPSHOT_LENGTH_BITS) - 1), &faults) + 1;
      uint64_t skipped = take (&sequences, widths & ((1 << COQUILL_SNAPSHOT_SEQUENCE_BITS) - 1), &faults);

      agent ^= take (&agents, widths >> COQUILL_SNAPSHOT_SEQUENCE_BITS, &faults);
      if (lengths.next > lengths.end || sequences.next > sequences.end || agents.next > agents.end
          || here > COQUILL_SNAPSHOT_MAX_TEXT || agent >= snapshot->n_agents)
        return coquill_snapshot_malformed (error, "bad span");

      Author *author = &self->authors[agent];
      uint64_t sequence = author->expected + coquill_varint_unfold (skipped);

      if (here > author->length || sequence > author->length - here)
        return coquill_snapshot_malformed (error, "bad span");
      if (self->bits != NULL && !claim (self->bits, author->first_bit + sequence, here))
        return coquill_snapshot_malformed (error, "an item comes twice");
      snapshot->spans[i] = (CoquillOrderSpan){ coquill_id ((uint32_t)agent, sequence), (uint32_t)here, 0 };
      author->expected = sequence + here;
      length += here;
    }
  if (length != snapshot->text_length || faults >> 63 != 0 || lengths.next != lengths.end
      || sequences.next != sequences.end || agents.next != agents.end)
    return coquill_snapshot_malformed (error, "bad span");
  return self->bits != NULL || check_spans_sorted (snapshot, error);
}

bool
coquill_snapshot_decode_spans (CoquillSnapshot *self,
                               CoquillColumns *columns,
                               uint64_t n_spans,
                               CoquillTextError *error)
{
  if (columns->columns[COQUILL_SNAPSHOT_HEADS].size != n_spans)
    return coquill_snapshot_malformed (error, "not one head for each span");

  size_t size = columns->total - columns->columns[COQUILL_SNAPSHOT_TEXT].size;
  uint8_t *plain = malloc (size + NUMBER_BYTES), *next = plain;
  Spans spans = { 0 };
  bool good;

  self->spans = malloc ((n_spans + 1) * sizeof *self->spans);
  good = (self->spans != NULL && plain != NULL && prepare (&spans, self, n_spans))
         || coquill_snapshot_no_memory (error);
  for (unsigned i = COQUILL_SNAPSHOT_HEADS; good && i < COQUILL_SNAPSHOT_COLUMNS; i++)
    {
      good = coquill_columns_unpack (columns, i, next, error);
      spans.columns[i].next = next;
      next += columns->columns[i].size;
      spans.columns[i].end = next;
    }
  if (good)
    {
      memset (next, 0, NUMBER_BYTES);
      self->n_spans = n_spans;
      good = read_spans (&spans, self, error);
    }
  free (spans.authors);
  free (spans.bits);
  free (plain);
  return good;
}
