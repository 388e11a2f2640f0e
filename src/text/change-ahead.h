/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change-ahead.h: lengths and positions of the next few operations, read at once. */

#pragma once

#include "text/change-private.h"
#include "text/graph-types.h"

/* The most operations that are read ahead. */
#define COQUILL_AHEAD 32

/* Bytes that a decoded change has behind its columns: two a number may be read beyond the end of one, and a
 * word from there. */
#define COQUILL_AHEAD_ROOM (2 * COQUILL_AHEAD + 2 * sizeof (uint64_t))

/* What is read of them. */
#define COQUILL_AHEAD_COLUMNS 3

static const CoquillChangeColumn coquill_ahead_columns[COQUILL_AHEAD_COLUMNS]
    = { COQUILL_COLUMN_LENGTHS, COQUILL_COLUMN_POSITIONS, COQUILL_COLUMN_FAR_POSITIONS };

/* The most items of an operation that is read, and the farthest that its position is from the caret. Sums of
 * all that are read fit half of an int32_t. */
#define COQUILL_AHEAD_LIMIT (1 << 24)

/**
 * CoquillAhead:
 * @n: operations
 * @turns: a bit for each that has an agent or parents
 * @joins: a bit for each that may go on from the operation before: it is of that kind, and where that left
 * the caret. Not told of turns
 * @rows: as rows of a graph; and where one behind them would begin
 * @carets: where the caret was before it
 * @starts: of each column, the first byte that was read
 * @n_bytes: of each column, how many bytes all operations up to this one took
 *
 * What insertions and deletions say of themselves whosever they are: places and carets are told as if all
 * were of one agent, and its caret at 0 before them. Eight heads tell at once which byte of a column is
 * whose: so they are read eight at a time, where the processor has the instructions for it.
 */
typedef struct
{
  size_t n;
  uint64_t turns;
  uint64_t joins;
  CoquillGraphOperation rows[COQUILL_AHEAD + 1];
  int32_t carets[COQUILL_AHEAD + 1];
  const uint8_t *starts[COQUILL_AHEAD_COLUMNS];
  uint8_t n_bytes[COQUILL_AHEAD_COLUMNS][COQUILL_AHEAD];
} CoquillAhead;

/**
 * coquill_ahead_read:
 * @heads: of the next operations; there is one before
 * @stops: operations with one of these bits aren't read, nor what is behind them
 * @check: (nullable): see change-private.h. What it finds may be in operations that nobody reaches
 *
 * The reader's columns are then behind what was read.
 */
void
coquill_ahead_read (CoquillAhead *self,
                    CoquillChangeReader *reader,
                    const uint8_t *heads,
                    uint64_t stops,
                    CoquillChangeCheck *check);

/**
 * coquill_ahead_read_portably:
 *
 * The same, without instructions that not all processors have.
 */
void
coquill_ahead_read_portably (CoquillAhead *self,
                             CoquillChangeReader *reader,
                             const uint8_t *heads,
                             uint64_t stops,
                             CoquillChangeCheck *check);

/**
 * coquill_ahead_leave:
 * @n: how many operations were taken
 *
 * Places the reader's columns behind these.
 */
static inline void
coquill_ahead_leave (const CoquillAhead *self, CoquillChangeReader *reader, size_t n)
{
  for (unsigned i = 0; i < COQUILL_AHEAD_COLUMNS; i++)
    reader->next[coquill_ahead_columns[i]] = self->starts[i] + (n > 0 ? self->n_bytes[i][n - 1] : 0);
}
