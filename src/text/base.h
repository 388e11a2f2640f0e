/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base.h: the text that a snapshot gave, kept as it was. */

#pragma once

#include "text/id.h"

/*
 * Until a document's history is here, the snapshot's text is the only source of its characters: a deletion of
 * one can be cancelled only because the base still has it. And a walker that must start again starts from its
 * spans.
 */

/**
 * CoquillBaseSpan:
 * @id: of the first character
 * @length: characters
 * @offset: of the first one into the base's text, in bytes
 * @bytes: of all
 */
typedef struct
{
  CoquillId id;
  uint64_t length;
  size_t offset;
  size_t bytes;
} CoquillBaseSpan;

/**
 * CoquillBaseHead:
 *
 * One of the snapshot's heads, with its depth in the graph.
 */
typedef struct
{
  CoquillId id;
  uint64_t depth;
} CoquillBaseHead;

/**
 * CoquillBase:
 * @spans: in the order of the text
 * @order: indices of spans, ascending by id
 * @heads: the snapshot's frontier
 * @n_items: items of the snapshot's history, deletions and all
 */
typedef struct
{
  CoquillBaseSpan *spans;
  size_t *order;
  size_t n_spans;
  char *text;
  size_t n_bytes;
  CoquillBaseHead *heads;
  size_t n_heads;
  uint64_t n_items;
} CoquillBase;

/**
 * coquill_base_new:
 * @n_spans: spans to make room for
 * @n_heads: heads to make room for
 * @text: (transfer full): from malloc
 *
 * Returns: (transfer full): a base whose spans' ids and lengths, and heads, the caller fills in before
 * coquill_base_index()
 */
CoquillBase *
coquill_base_new (size_t n_spans, size_t n_heads, char *text, size_t n_bytes);

/**
 * coquill_base_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_base_free (CoquillBase *self);

/**
 * coquill_base_index:
 *
 * Finds the spans' bytes and their order by id, when ids and lengths are in. O(n log n).
 */
void
coquill_base_index (CoquillBase *self);

/**
 * coquill_base_drop_text:
 *
 * Frees the text, of which nobody will ask the content again.
 */
void
coquill_base_drop_text (CoquillBase *self);

/**
 * coquill_base_content:
 * @length: (inout): characters wanted; those of them that follow on in the base
 * @n_bytes: (out): their bytes
 *
 * Returns: (nullable): the UTF-8 of characters with consecutive ids, %NULL if the base hasn't the first one
 */
const char *
coquill_base_content (const CoquillBase *self, CoquillId id, uint64_t *length, size_t *n_bytes);
