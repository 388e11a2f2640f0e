/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec.h: changes as bytes. */

#pragma once

#include "text/buffer.h"
#include "text/change.h"
#include "text/error.h"

/* clang-format off */
/*
 * The encoded change
 * ==================
 *
 * One change holds items of any agents in causal order. It is the unit that is sent and stored; a single key
 * press takes some 70 bytes, a long history about two bits for each recorded key. Numbers are varints
 * (varint.h) unless a width is given; fixed widths have the low byte first.
 *
 *   magic          1 byte    0xC7
 *   version        1 byte    1
 *   agent count              at most COQUILL_CHANGE_MAX_AGENTS
 *   operation count          at most COQUILL_CHANGE_MAX_OPERATIONS
 *   agents                   one after another, see below
 *   columns                  see below
 *   checksum       4 bytes   CRC-32C of all bytes before
 *
 * An agent
 *
 *   device                   its number in the list of the devices met so far; if it is the next one:
 *   device id      32 bytes
 *   ordinal                  fits 32 bits
 *   nonce          8 bytes
 *   state          1 byte    0: continues; 1: item 0 is here, and it is the device's first agent;
 *                            2: item 0 is here and names the device's previous agent, then:
 *   ordinal                  of the previous agent
 *   nonce          8 bytes
 *   length                   items of it
 *   digest         32 bytes
 *
 * An agent comes once in the list.
 *
 * Columns
 *
 * What belongs together lies together, so that the numbers in a column look alike and zstd finds the
 * likeness.
 *
 *   mask                     which columns are not empty, low bit first
 *   sizes                    for each of those: its plain size times 2, plus 1 if it is packed, a zstd frame
 *                            with its content size and nothing behind it; then, if packed, its packed size
 *   bytes                    of each of those
 *
 * The columns of a change
 *
 *    0 heads          one byte an operation
 *                       bits 0–1  kind less 1: 0 insert, 1 delete, 2 restore, 3 record
 *                       bit 2     the deletion runs backward
 *                       bit 3     by another agent than the operation before: see `agents`
 *                       bit 4     the sequence isn't the expected one: see `sequences`
 *                       bit 5     the parents aren't the expected ones: see `joins`
 *                       bit 6     more than one item: see `lengths`
 *                       bit 7     the position isn't the expected one: see `positions`; 0 if there is none
 *    1 text           inserted text. The bytes of an insertion are counted nowhere: its length in code points says
 *                     where it ends
 *    2 positions      one byte each: a position, less the expected one, folded (varint.h), less 1: its low seven
 *                     bits, and the top bit if there are more. Expected is the place where this agent's caret was
 *                     left, as far as this change tells (behind an inserted run, where a run was deleted, at first
 *                     0), and for a deletion that runs backward the place before that
 *    3 far positions  the rest of those that have the top bit, at least 1 and below 2^44
 *    4 lengths        items less 2
 *    5 sequences      how much higher than expected, less 1. Expected is the item behind the agent's operation
 *                     before, or 0
 *    6 joins          parents of the first item. Expected is one parent, the last item of the operation before, or
 *                     none for the first operation. 0: the parents are, as in the agent's last join, the item of
 *                     its own before this one at the same place among them, and one item of the same other agent.
 *                     Otherwise less 1 it is three times the number of the other parents, plus 0: the agent's own
 *                     item before isn't a parent, 1: it is the first one, 2: it is the last one. What the next 0
 *                     means is set by each join with one other parent; at first it is no own item, and agent 0
 *    7 agents         index in the list of agents, where it changes; before the first operation it is 0
 *    8 parent agents  index in the list of agents, of each other parent of joins that aren't 0
 *    9 parent items   of each other parent, signed: the item behind that agent's last operation (or 0), less 1,
 *                     less the parent
 *   10 targets        of restorations: the agent's index, then signed: the target less the one behind the restoration
 *                     before (at first 0)
 *   11 payloads       sizes of the records' bytes
 *   12 payload bytes  the records' bytes
 *
 * A column is packed where that makes it an eighth smaller: less isn't worth the time to unpack it. Nor are
 * those that save least, together no more than a fortieth of the whole. In memory a change is these columns,
 * unpacked (change.h).
 *
 * Decoding treats every byte as hostile. All sizes are checked before anything is allocated; the memory taken
 * is bounded by the limits below whatever the input says; the checksum is checked before anything is
 * unpacked; nothing recurses. One pass over the columns checks all that readers rely on. What is returned is
 * well formed: agents are distinct, an agent's sequences rise, no sum overflows, text is text. Whether
 * ancestors are known, positions exist and targets are deletions only the document can tell:
 * coquill_text_merge().
 */
/* clang-format on */

/* The largest encoded change, in bytes: far above what is sent at once, far below what hurts a laptop. */
#define COQUILL_CHANGE_MAX_BYTES ((size_t)64 << 20)

/* The most content, unpacked: a paste of the longest books fits. */
#define COQUILL_CHANGE_MAX_CONTENT ((size_t)64 << 20)

/* The most bytes of all columns, unpacked: the content, and 32 bytes for each of the most runs. */
#define COQUILL_CHANGE_MAX_COLUMNS (COQUILL_CHANGE_MAX_CONTENT + 32 * COQUILL_CHANGE_MAX_OPERATIONS)

/* The most runs: what is read at once. Longer histories are split. */
#define COQUILL_CHANGE_MAX_OPERATIONS ((size_t)1 << 20)

/* The most agents: years of restarts of a large group. */
#define COQUILL_CHANGE_MAX_AGENTS ((size_t)1 << 16)

/* The most parents in all: two a run, while most have one. */
#define COQUILL_CHANGE_MAX_PARENTS ((size_t)1 << 21)

/* No position, nor the end of an inserted run, is above this, so that no sum of two overflows. */
#define COQUILL_CHANGE_MAX_POSITION (((uint64_t)1 << 48) - 1)

/* The most items in one run: a deletion of the largest text that one change can insert, with room to spare.
 * Nothing is ever allocated per item before the run has been checked against the document. */
#define COQUILL_CHANGE_MAX_RUN ((uint64_t)1 << 31)

/**
 * coquill_change_encode:
 * @out: the bytes are appended to it
 *
 * Encodes quickly, for what is sent at once. The same change gives the same bytes with the same version of
 * zstd. O(n).
 *
 * Returns: false if memory ran out, or @change breaks a limit or a rule of the format; @out is then as it was
 */
bool
coquill_change_encode (const CoquillChange *change, CoquillBuffer *out);

/**
 * coquill_change_encode_compact:
 *
 * Like coquill_change_encode(), many times slower and up to a sixth smaller: for merging stored blocks in
 * idle time. The larger the change, the less hard it tries, so that it takes some 30 ms up to a few
 * megabytes.
 */
bool
coquill_change_encode_compact (const CoquillChange *change, CoquillBuffer *out);

/**
 * coquill_change_decode:
 * @bytes: untrusted
 * @error: (out) (optional): `MALFORMED`, `UNSUPPORTED_VERSION`, `CHECKSUM`, `TOO_LARGE` or `NO_MEMORY`
 *
 * O(length + unpacked size). Any thread.
 *
 * Returns: (nullable) (transfer full): the change, %NULL if it isn't one
 */
CoquillChange *
coquill_change_decode (const uint8_t *bytes, size_t length, CoquillTextError *error);
