/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot-spans.c: hostile bytes to the spans of a snapshot. */

#include <stdlib.h>

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
 * Spans:
 * @bits: (nullable): one for each item of all agents, set if it was in a span
 *
 * The columns of the spans, unpacked, and what is known of their agents.
 */
typedef struct
{
  CoquillReader lengths;
  CoquillReader agents;
  CoquillReader sequences;
  Author *authors;
  uint64_t *bits;
} Spans;

static int
compare_spans (const void *a, const void *b)
{
  const CoquillSnapshotSpan *const *left = a, *const *right = b;

  if ((*left)->agent != (*right)->agent)
    return (*left)->agent < (*right)->agent ? -1 : 1;
  return ((*left)->sequence > (*right)->sequence) - ((*left)->sequence < (*right)->sequence);
}

/* No item twice, by sorting. */
static bool
check_spans_sorted (const CoquillSnapshot *self, CoquillTextError *error)
{
  const CoquillSnapshotSpan **sorted = malloc ((self->n_spans + 1) * sizeof *sorted);
  bool good = true;

  if (sorted == NULL)
    return coquill_snapshot_no_memory (error);
  for (size_t i = 0; i < self->n_spans; i++)
    sorted[i] = &self->spans[i];
  qsort (sorted, self->n_spans, sizeof *sorted, compare_spans);
  for (size_t i = 1; i < self->n_spans; i++)
    {
      const CoquillSnapshotSpan *before = sorted[i - 1], *span = sorted[i];

      good = good && (before->agent != span->agent || before->sequence + before->length <= span->sequence);
    }
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

static bool
read_spans (Spans *self, CoquillSnapshot *snapshot, CoquillTextError *error)
{
  uint64_t agent = 0, length = 0;

  for (size_t i = 0; i < snapshot->n_spans; i++)
    {
      uint64_t head = coquill_reader_mixed_varint (&self->lengths), here = (head >> 1) + 1;

      if (head & 1)
        agent = coquill_reader_varint (&self->agents);

      uint64_t skipped = (uint64_t)coquill_reader_signed (&self->sequences);

      if (here > COQUILL_SNAPSHOT_MAX_TEXT || agent >= snapshot->n_agents)
        return coquill_snapshot_malformed (error, "bad span");

      Author *author = &self->authors[agent];
      uint64_t sequence = author->expected + skipped;

      if (here > author->length || sequence > author->length - here)
        return coquill_snapshot_malformed (error, "bad span");
      if (self->bits != NULL && !claim (self->bits, author->first_bit + sequence, here))
        return coquill_snapshot_malformed (error, "an item comes twice");
      snapshot->spans[i] = (CoquillSnapshotSpan){ sequence, (uint32_t)agent, (uint32_t)here };
      author->expected = sequence + here;
      length += here;
    }
  if (length != snapshot->text_length || self->lengths.failed || self->agents.failed || self->sequences.failed
      || coquill_reader_left (&self->lengths) > 0 || coquill_reader_left (&self->agents) > 0
      || coquill_reader_left (&self->sequences) > 0)
    return coquill_snapshot_malformed (error, "bad span");
  return self->bits != NULL || check_spans_sorted (snapshot, error);
}

bool
coquill_snapshot_decode_spans (CoquillSnapshot *self,
                               CoquillColumns *columns,
                               uint64_t n_spans,
                               CoquillTextError *error)
{
  /* Each span has a byte of its own in this column. */
  if (n_spans > columns->columns[COQUILL_SNAPSHOT_LENGTHS].size)
    return coquill_snapshot_malformed (error, "cut short");

  size_t size = columns->total - columns->columns[COQUILL_SNAPSHOT_TEXT].size;
  uint8_t *plain = malloc (size + 1), *next = plain;
  Spans spans = { 0 };
  CoquillReader *const readers[] = { NULL, &spans.lengths, &spans.agents, &spans.sequences };
  bool good;

  self->spans = malloc ((n_spans + 1) * sizeof *self->spans);
  good = (self->spans != NULL && plain != NULL && prepare (&spans, self, n_spans))
         || coquill_snapshot_no_memory (error);
  for (unsigned i = COQUILL_SNAPSHOT_LENGTHS; good && i < COQUILL_SNAPSHOT_COLUMNS; i++)
    {
      good = coquill_columns_unpack (columns, i, next, error);
      coquill_reader_init (readers[i], next, columns->columns[i].size);
      next += columns->columns[i].size;
    }
  if (good)
    {
      self->n_spans = n_spans;
      good = read_spans (&spans, self, error);
    }
  free (spans.authors);
  free (spans.bits);
  free (plain);
  return good;
}
