/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base.h: the snapshot that a document was opened from. */

#pragma once

#include "text/graph.h"
#include "text/order.h"

/*
 * Until a document's history is here, the snapshot is the only source of its characters: a deletion of one
 * can be cancelled only because the base still has it. Its text is what the rope was lent, so it costs
 * nothing to keep. Whose the characters are is in the order, which nothing ever leaves: those below the base
 * are there in the order of the snapshot's text, whatever came in between. That is looked up when somebody
 * asks.
 */

typedef struct CoquillBaseContent CoquillBaseContent;

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
 * @heads: the snapshot's frontier
 * @n_items: items of the snapshot's history, deletions and all
 */
typedef struct
{
  CoquillBaseHead *heads;
  size_t n_heads;
  uint64_t n_items;

  /*< private >*/
  CoquillBaseContent *content;
} CoquillBase;

/**
 * coquill_base_new:
 * @n_heads: heads to make room for
 *
 * Returns: (transfer full): a base whose heads and items the caller fills in
 */
CoquillBase *
coquill_base_new (size_t n_heads);

/**
 * coquill_base_set_content:
 * @text: (nullable): the snapshot's text
 * @order: where its characters are
 * @graph: says how many items each agent has below the base
 *
 * All three outlive the base's content.
 */
void
coquill_base_set_content (
    CoquillBase *self, const char *text, size_t n_bytes, CoquillOrder *order, const CoquillGraph *graph);

/**
 * coquill_base_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_base_free (CoquillBase *self);

/**
 * coquill_base_drop_content:
 *
 * Nobody will ask for content again.
 */
void
coquill_base_drop_content (CoquillBase *self);

/**
 * coquill_base_text:
 *
 * Returns: (transfer none): the snapshot's text
 */
const char *
coquill_base_text (const CoquillBase *self);

/**
 * coquill_base_spans:
 *
 * Returns: (transfer none): who wrote the text, ascending by id. O(n log n) at the first call, of the order's
 * spans
 */
const CoquillBaseSpan *
coquill_base_spans (const CoquillBase *self, size_t *n_spans);

/**
 * coquill_base_content:
 * @length: (inout): characters wanted; those of them that follow on in the base
 * @n_bytes: (out): their bytes
 *
 * Returns: (nullable): the UTF-8 of characters with consecutive ids, in coquill_base_text(); %NULL if the
 * base hasn't the first one. O(log n), after the first call
 */
const char *
coquill_base_content (const CoquillBase *self, CoquillId id, uint64_t *length, size_t *n_bytes);
