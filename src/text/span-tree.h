/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* span-tree.h: the characters of a text in their order, as runs of ids, in two versions at once. */

#pragma once

#include "text/id.h"

/*
 * A B+-tree of spans. A span is a run of insertions with consecutive ids that stand one behind the other and
 * share their state. The inner nodes hold, for each child, two widths: how many of its characters are visible
 * in the prepared version, and in the effect version. Beside it a map leads from an id to the leaf that holds
 * it. So a place is found by position or by id, and a position by id, in O(log n).
 *
 * Deleted characters stay, as spans that are not visible. Spans are never removed; neighbours in a leaf that
 * belong together are joined. A span has no pointer to it from outside but the map's, which leads to the
 * leaf: moving spans inside a leaf costs nothing.
 */

/* In the prepared version a span is absent if its insertion isn't in that version; else it counts its
 * standing deletions. */
#define COQUILL_SPAN_ABSENT UINT32_MAX

#define COQUILL_SPAN_LEAF_SPANS 24
#define COQUILL_SPAN_NODE_CHILDREN 24

/* A longer run is kept as several spans. */
#define COQUILL_SPAN_MAX_LENGTH (UINT32_C (1) << 30)

/**
 * CoquillSpan:
 * @id: of the first character
 * @left: its origin left: what it was put behind, or COQUILL_ID_NONE for the start. That of each other
 * character is the one before
 * @right: origin right of all: what existed behind the place, deleted or not, or COQUILL_ID_NONE for the end
 * @length: characters
 * @prepared: deletions that stand in the prepared version, or COQUILL_SPAN_ABSENT
 * @effect: deletions that stand in the effect version
 */
typedef struct
{
  CoquillId id;
  CoquillId left;
  CoquillId right;
  uint32_t length;
  uint32_t prepared;
  uint32_t effect;
} CoquillSpan;

typedef struct CoquillSpanTree CoquillSpanTree;
typedef struct CoquillSpanLeaf CoquillSpanLeaf;

/**
 * CoquillSpanCursor:
 * @leaf: the leaf
 * @index: of the span in it; behind the last one only at the end of the tree
 * @offset: characters of the span that lie before the cursor, less than its length
 *
 * A place in the tree. Valid until the tree changes.
 */
typedef struct
{
  CoquillSpanLeaf *leaf;
  unsigned index;
  uint32_t offset;
} CoquillSpanCursor;

CoquillSpanTree *
coquill_span_tree_new (void);
void
coquill_span_tree_free (CoquillSpanTree *self);

/**
 * coquill_span_tree_prepared_width:
 *
 * Returns: characters visible in the prepared version
 */
uint64_t
coquill_span_tree_prepared_width (const CoquillSpanTree *self);

/**
 * coquill_span_tree_effect_width:
 *
 * Returns: characters visible in the effect version
 */
uint64_t
coquill_span_tree_effect_width (const CoquillSpanTree *self);

/**
 * coquill_span_tree_start:
 *
 * Returns: the place before everything
 */
CoquillSpanCursor
coquill_span_tree_start (const CoquillSpanTree *self);

/**
 * coquill_span_tree_end:
 *
 * Returns: the place behind everything. O(log n)
 */
CoquillSpanCursor
coquill_span_tree_end (const CoquillSpanTree *self);

/**
 * coquill_span_tree_next_id:
 *
 * Returns: the lowest id from @id on that the tree holds, or COQUILL_ID_NONE
 */
CoquillId
coquill_span_tree_next_id (const CoquillSpanTree *self, CoquillId id);

/**
 * coquill_span_tree_find_prepared:
 * @position: less than the prepared width
 *
 * Returns: the place of the character at a position of the prepared version
 */
CoquillSpanCursor
coquill_span_tree_find_prepared (const CoquillSpanTree *self, uint64_t position);

/**
 * coquill_span_tree_find_effect:
 * @position: less than the effect width
 *
 * Returns: the place of the character at a position of the effect version
 */
CoquillSpanCursor
coquill_span_tree_find_effect (const CoquillSpanTree *self, uint64_t position);

/**
 * coquill_span_tree_find_id:
 * @cursor: (out): the character's place
 *
 * Returns: false if the tree doesn't hold the character
 */
bool
coquill_span_tree_find_id (const CoquillSpanTree *self, CoquillId id, CoquillSpanCursor *cursor);

/**
 * coquill_span_tree_span:
 *
 * Returns: (nullable): the span at a place, %NULL at the end
 */
const CoquillSpan *
coquill_span_tree_span (const CoquillSpanCursor *cursor);

/**
 * coquill_span_tree_next:
 *
 * Moves a cursor to the start of the next span.
 *
 * Returns: false at the end
 */
bool
coquill_span_tree_next (CoquillSpanCursor *cursor);

/**
 * coquill_span_tree_effect_position:
 *
 * Returns: how many characters that are visible in the effect version lie before a place
 */
uint64_t
coquill_span_tree_effect_position (const CoquillSpanTree *self, const CoquillSpanCursor *cursor);

/**
 * coquill_span_tree_compare:
 *
 * Returns: less than, equal to or greater than 0, as the one place lies before, at or behind the other
 */
int
coquill_span_tree_compare (const CoquillSpanTree *self,
                           const CoquillSpanCursor *a,
                           const CoquillSpanCursor *b);

/**
 * coquill_span_tree_insert:
 * @cursor: (inout): the new span comes directly before this place, which must not be used afterwards
 *
 * Puts in a span, joined with its neighbours where it can be.
 */
void
coquill_span_tree_insert (CoquillSpanTree *self, CoquillSpanCursor *cursor, const CoquillSpan *span);

/**
 * coquill_span_tree_set_state:
 * @cursor: the first character; not valid afterwards
 * @length: characters, all in the cursor's span
 *
 * Gives characters another state.
 */
void
coquill_span_tree_set_state (
    CoquillSpanTree *self, CoquillSpanCursor *cursor, uint32_t length, uint32_t prepared, uint32_t effect);

/**
 * coquill_span_tree_check:
 *
 * For tests: walks the whole tree.
 *
 * Returns: whether all widths and the map are right
 */
bool
coquill_span_tree_check (const CoquillSpanTree *self);
