/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* columns.h: what the formats of codec.h and snapshot.h have in common: packed columns, agents, the frame
 * around it all. */

#pragma once

#include "text/agent.h"
#include "text/buffer.h"
#include "text/error.h"
#include "text/varint.h"

/* The most columns of a format. */
#define COQUILL_COLUMNS_MAX 11

/* Smaller columns are never packed: zstd's own header takes a dozen bytes. */
#define COQUILL_COLUMN_MIN_PACKED 48

/**
 * CoquillPacking:
 * @COQUILL_PACKING_FAST: zstd level 3: for what is sent at once
 * @COQUILL_PACKING_COMPACT: zstd level 19: for what is kept
 */
typedef enum
{
  COQUILL_PACKING_FAST = 3,
  COQUILL_PACKING_COMPACT = 19,
} CoquillPacking;

/**
 * CoquillColumn:
 * @reader: the plain bytes
 * @owned: (nullable): where they were unpacked to
 *
 * A column as read. Starts as all zeros, ends with coquill_columns_clear().
 */
typedef struct
{
  CoquillReader reader;
  uint8_t *owned;
} CoquillColumn;

/**
 * coquill_columns_append:
 * @columns: plain bytes, one buffer a column
 *
 * Writes all columns: mask, sizes, bytes. See codec.h.
 *
 * Returns: false if memory ran out
 */
bool
coquill_columns_append (const CoquillBuffer *columns, unsigned n, CoquillPacking packing, CoquillBuffer *out);

/**
 * coquill_columns_read:
 * @limits: the most plain bytes of each column
 * @budget: the most plain bytes of all columns together
 * @reader: must end where the columns end
 *
 * Reads and unpacks all columns. Sizes are checked, all of them, before anything is unpacked.
 *
 * Returns: false with @error set; the columns have to be cleared in any case
 */
bool
coquill_columns_read (CoquillColumn *columns,
                      unsigned n,
                      const size_t *limits,
                      size_t budget,
                      CoquillReader *reader,
                      CoquillTextError *error);

/**
 * coquill_columns_clear:
 *
 * Frees what was unpacked.
 */
void
coquill_columns_clear (CoquillColumn *columns, unsigned n);

/**
 * coquill_columns_done:
 *
 * Returns: whether every column has been read to its end, and no further
 */
bool
coquill_columns_done (const CoquillColumn *columns, unsigned n);

/**
 * CoquillAgentCoder:
 *
 * What is remembered between the agents of one list: the devices met so far. Starts as all zeros, ends with
 * coquill_agent_coder_clear().
 */
typedef struct
{
  uint8_t (*devices)[32];
  size_t n_devices;
  size_t capacity;
} CoquillAgentCoder;

/**
 * coquill_agent_coder_append:
 * @previous: (nullable): %NULL if the agent does not start here
 *
 * Writes one agent.
 */
void
coquill_agent_coder_append (CoquillAgentCoder *self,
                            const CoquillAgent *agent,
                            const CoquillAgentPrevious *previous,
                            CoquillBuffer *out);

/**
 * coquill_agent_coder_read:
 * @starts: (out): whether @previous was told
 *
 * Reads one agent. Failure is the reader's.
 */
void
coquill_agent_coder_read (CoquillAgentCoder *self,
                          CoquillReader *reader,
                          CoquillAgent *agent,
                          bool *starts,
                          CoquillAgentPrevious *previous);

/**
 * coquill_agent_coder_clear:
 */
void
coquill_agent_coder_clear (CoquillAgentCoder *self);

/* The fewest bytes of an encoded agent, so that their number can be checked before there is room for them. */
#define COQUILL_AGENT_MIN_BYTES 11

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
