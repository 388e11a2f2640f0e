/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot.h: a document's text at one version as bytes, so that it opens without its history. */

#pragma once

#include "text/agent.h"
#include "text/buffer.h"
#include "text/error.h"
#include "text/order.h"

/* clang-format off */
/*
 * The encoded snapshot
 * ====================
 *
 * Numbers are varints unless a width is given; agents and columns are written as in codec.h.
 *
 *   magic          1 byte    0xC8
 *   version        1 byte    1
 *   agent count              at most COQUILL_SNAPSHOT_MAX_AGENTS
 *   span count               at most COQUILL_SNAPSHOT_MAX_SPANS
 *   head count               at most COQUILL_MAX_PARENTS
 *   agents                   each as in codec.h (states 1 and 2 only), then its length: items in this version
 *   heads                    each: agent index, sequence, depth
 *   columns                  mask, sizes and bytes, as in codec.h, but only columns of 256 KiB and more are
 *                            packed: what is opened first should open at once
 *     0 text                   the visible text, UTF-8
 *     1 heads                  one byte a span: how many bytes it has in each of the other columns, so that these
 *                              are read without a branch: bits 0–2 lengths, bits 3–5 sequences, bits 6–7 agents.
 *                              There a number is its bytes, the low one first, without the highest ones that are 0
 *     2 lengths                code points less 1
 *     3 sequences              folded (varint.h): less the item behind the agent's span before, at first 0
 *     4 agents                 agent index, exclusive or that of the span before, at first 0
 *   checksum       4 bytes   CRC-32C of all bytes before
 *
 * Spans are the text's attribution: in the order of the text, each says which items of which agent the next
 * code points are. Their lengths sum up to the text's code points. Deleted characters are not kept: they are
 * in the history, which is added when needed. A head is an item that no other item of the version has as an
 * ancestor; its depth (longest path to the root, counted in items) lets new items be placed before the
 * history is read.
 */
/* clang-format on */

/* The largest encoded snapshot and the largest text in it, in bytes. Four times what one change can insert.
 */
#define COQUILL_SNAPSHOT_MAX_BYTES ((size_t)256 << 20)
#define COQUILL_SNAPSHOT_MAX_TEXT ((size_t)256 << 20)

/* The most spans: at 16 bytes each in memory, some 64 MB. */
#define COQUILL_SNAPSHOT_MAX_SPANS ((size_t)1 << 22)

/* The most bytes of all columns, unpacked: the text, and 16 bytes for each of the most spans. */
#define COQUILL_SNAPSHOT_MAX_COLUMNS (COQUILL_SNAPSHOT_MAX_TEXT + 16 * COQUILL_SNAPSHOT_MAX_SPANS)

/* The most agents, as for a change but of the whole life of a document. */
#define COQUILL_SNAPSHOT_MAX_AGENTS ((size_t)1 << 20)

/**
 * CoquillSnapshotAgent:
 * @id: who
 * @previous: what its first item says of the device's agent before
 * @length: its items in this version: 0, 1 … @length - 1
 */
typedef struct
{
  CoquillAgent id;
  CoquillAgentPrevious previous;
  uint64_t length;
} CoquillSnapshotAgent;

/**
 * CoquillSnapshotHead:
 * @sequence: of the item
 * @depth: its depth in the graph
 * @agent: index of its agent
 */
typedef struct
{
  uint64_t sequence;
  uint64_t depth;
  uint32_t agent;
} CoquillSnapshotHead;

/**
 * CoquillSnapshot:
 *
 * A snapshot in memory. The arrays belong to whoever filled it in; those of a decoded one go with
 * coquill_snapshot_free(), and its text may be a part of the bytes that it was decoded from.
 */
typedef struct
{
  CoquillSnapshotAgent *agents;
  size_t n_agents;
  CoquillOrderSpan *spans; /* of which no deletion stands */
  size_t n_spans;
  CoquillSnapshotHead *heads;
  size_t n_heads;
  const char *text; /* not terminated */
  size_t text_bytes;
  uint64_t text_length; /* code points; the encoder takes the sum of the spans */

  /*< private >*/
  uint8_t *owned_text;
} CoquillSnapshot;

/**
 * coquill_snapshot_encode:
 * @out: the bytes are appended to it
 *
 * O(n).
 *
 * Returns: false if memory ran out or @snapshot breaks a limit or a rule of the format; @out is then as
 * it was
 */
bool
coquill_snapshot_encode (const CoquillSnapshot *snapshot, CoquillBuffer *out);

/**
 * coquill_snapshot_decode:
 * @bytes: untrusted; must outlive what is returned
 * @error: (out) (optional): `MALFORMED`, `UNSUPPORTED_VERSION`, `CHECKSUM`, `TOO_LARGE` or `NO_MEMORY`
 *
 * What is returned is well formed: agents are distinct, spans and heads lie below their agents' lengths, no
 * item is in two spans, the spans' lengths sum up to the text's, the text is text. O(n), and O(n log n) where
 * nearly all items of the document are deleted. Any thread.
 *
 * Returns: (nullable) (transfer full): %NULL if the bytes aren't a snapshot
 */
CoquillSnapshot *
coquill_snapshot_decode (const uint8_t *bytes, size_t length, CoquillTextError *error);

/**
 * coquill_snapshot_free:
 * @self: (nullable) (transfer full): from coquill_snapshot_decode()
 */
void
coquill_snapshot_free (CoquillSnapshot *self);

/**
 * coquill_snapshot_steal_text:
 *
 * Returns: (nullable) (transfer full): the text of a decoded snapshot, to be freed with free()
 */
char *
coquill_snapshot_steal_text (CoquillSnapshot *self);
