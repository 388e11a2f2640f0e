/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* columns.h: what the formats of codec.h and snapshot.h have in common: packed columns and the frame around
 * it all. */

#pragma once

#include "text/buffer.h"
#include "text/error.h"
#include "text/varint.h"

/* The most columns of a format. */
#define COQUILL_COLUMNS_MAX 13

/**
 * CoquillPacking:
 * @COQUILL_PACKING_FAST: for what is sent at once
 * @COQUILL_PACKING_COMPACT: for what is kept
 * @COQUILL_PACKING_LARGE: for what is opened first: only what is large
 */
typedef enum
{
  COQUILL_PACKING_FAST,
  COQUILL_PACKING_COMPACT,
  COQUILL_PACKING_LARGE,
} CoquillPacking;

/**
 * coquill_columns_append:
 * @columns: plain bytes, one buffer a column
 * @text: which of them is text; the others are numbers
 *
 * Writes all columns: mask, sizes, bytes. See codec.h.
 *
 * Returns: false if memory ran out
 */
bool
coquill_columns_append (
    const CoquillBuffer *columns, unsigned n, unsigned text, CoquillPacking packing, CoquillBuffer *out);

/**
 * CoquillColumn:
 * @size: plain bytes; if 0, nothing else is told
 * @packed_size: bytes as written, 0 if they are plain
 * @bytes: as written, borrowed from the input
 */
typedef struct
{
  size_t size;
  size_t packed_size;
  const uint8_t *bytes;
} CoquillColumn;

/**
 * CoquillColumns:
 *
 * Columns as read, not yet unpacked. Starts with a @context of %NULL, ends with coquill_columns_clear().
 */
typedef struct
{
  size_t total;         /* plain bytes of all */
  const uint8_t *plain; /* of all, one behind the other, if none is packed, else NULL */
  void *context;        /* of zstd, taken when it is needed */
  uint32_t mask;        /* which aren't empty */
  CoquillColumn columns[COQUILL_COLUMNS_MAX];
} CoquillColumns;

/**
 * coquill_columns_read:
 * @limits: the most plain bytes of each column
 * @budget: the most plain bytes of all columns together
 * @reader: must end where the columns end
 *
 * Reads and checks mask and sizes. Nothing is allocated or unpacked.
 *
 * Returns: false with @error set
 */
bool
coquill_columns_read (CoquillColumns *self,
                      unsigned n,
                      const size_t *limits,
                      size_t budget,
                      CoquillReader *reader,
                      CoquillTextError *error);

/**
 * coquill_columns_unpack:
 * @plain: room for the column's plain size
 *
 * Returns: false with @error set
 */
bool
coquill_columns_unpack (CoquillColumns *self, unsigned column, uint8_t *plain, CoquillTextError *error);

/**
 * coquill_columns_clear:
 *
 * Gives back what unpacking needed.
 */
void
coquill_columns_clear (CoquillColumns *self);

/**
 * coquill_frame_open:
 * @max_bytes: limit of the format
 *
 * Checks size, magic, version and checksum and leaves the reader between version and checksum.
 *
 * Returns: false with @error set
 */
bool
coquill_frame_open (CoquillReader *reader,
                    const uint8_t *bytes,
                    size_t length,
                    uint8_t magic,
                    uint8_t version,
                    size_t max_bytes,
                    CoquillTextError *error);

/**
 * coquill_frame_close:
 * @start: where magic and version were written
 *
 * Appends the checksum.
 *
 * Returns: false, with the buffer cut back to @start, if memory ran out or @good is false or the limit is
 * passed
 */
bool
coquill_frame_close (CoquillBuffer *out, size_t start, size_t max_bytes, bool good);
