/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-caret.h: what is known of the next local edit, so that a key press is a few numbers. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "text/graph-tip.h"
#include "text/text.h"

/**
 * CoquillTextCaret:
 * @at: code points before the gap of the rope's leaf in hand
 * @behind: code points behind it
 * @insert_end: up to where characters may be typed that lengthen the last operation; none if it isn't above
 * @at
 * @erase_start: down to where characters before the gap may be erased that lengthen the last operation
 * @erase_rest: the same of those behind it: how many must stay behind
 * @agent: who made the last item of all, which everything before is known to; COQUILL_NO_AGENT for nobody:
 * then the rest says nothing
 * @start: code points before the leaf
 * @rest: code points behind it
 * @plain_start: code points before characters around the gap, in the leaf, that are all ASCII; what is erased
 * or typed without looking is among them, too
 * @plain_rest: code points behind them
 * @front: the address of the character at @at, less @at
 * @back: the address of the first character behind the gap, plus @behind; if there is none, of the first one
 * of the next leaf or, where that isn't known, of a 0
 * @content: the address of the end of the graph's content, less @at unless @deletes
 * @content_stop: the address where the room for more content ends
 * @last: the last operation; those before it, and the rows of the graph's other arrays, are as they were
 * @stop: up to where an operation may follow @last that is made in the leaf; none unless its gap and the
 * content's room have a step
 * @deletes: all bits are set where nothing may be typed that lengthens the last operation, else none
 * @items: how many items there are, less the length of the text; with @deletes, plus that
 * @others: items of all others: so many less than there are in all has the agent
 *
 *     start      front + at        back - behind       rest
 *       | H e l l o ╎ · · · · · · · · · ╎ w o r l d ! |
 *                  at                 behind
 *
 * An edit beside the gap changes @at or @behind, and nothing else is counted: each character typed adds one
 * to the length of the text, the items and the content, and one erased takes one from the length and adds an
 * item. An edit elsewhere in the leaf adds to the graph's operations and content, and their counts are kept
 * here, too. The leaf and the graph are told when somebody else is going to look at them, which is
 * coquill_text_settle(). What changes the graph or the rope in another way loses the caret.
 */
typedef struct
{
  uint64_t at;
  uint64_t insert_end;
  uint64_t behind; /* not beside @at: both would be loaded at once, which waits for the one just stored */
  uint64_t erase_start;
  uint64_t erase_rest;
  uint32_t agent;
  uint64_t start;
  uint64_t rest;
  uint64_t plain_start;
  uint64_t plain_rest;
  uintptr_t front;
  uintptr_t back;
  uintptr_t content;
  uintptr_t content_stop;
  CoquillGraphOperation *last;
  const CoquillGraphOperation *stop;
  uint64_t deletes;
  uint64_t items;
  uint64_t others;
} CoquillTextCaret;

/* No limit lets anything through. */
#define COQUILL_TEXT_NO_CARET                                                                                \
  ((CoquillTextCaret){                                                                                       \
      .erase_start = UINT64_MAX,                                                                             \
      .erase_rest = UINT64_MAX,                                                                              \
      .agent = COQUILL_NO_AGENT,                                                                             \
      .start = UINT64_MAX,                                                                                   \
      .rest = UINT64_MAX,                                                                                    \
      .plain_start = UINT64_MAX,                                                                             \
      .plain_rest = UINT64_MAX,                                                                              \
      .back = (uintptr_t)"",                                                                                 \
  })

/* Where the front ends, and where the back begins. */
static inline char *
coquill_text_caret_front (const CoquillTextCaret *self)
{
  return (char *)(self->front + (uintptr_t)self->at);
}

static inline char *
coquill_text_caret_back (const CoquillTextCaret *self)
{
  return (char *)(self->back - (uintptr_t)self->behind);
}

/* Bytes that can be inserted, into the gap and behind the content, so that a step is left in both. */
static inline uint64_t
coquill_text_caret_room (const CoquillTextCaret *self, const char *content)
{
  uint64_t room = (uint64_t)(coquill_text_caret_back (self) - coquill_text_caret_front (self));
  uint64_t content_room = self->content_stop - (uintptr_t)content;

  if (content_room < room)
    room = content_room;
  return room > COQUILL_GRAPH_TIP_STEP ? room - COQUILL_GRAPH_TIP_STEP : 0;
}

/* How many items there are. */
static inline uint64_t
coquill_text_caret_items (const CoquillTextCaret *self)
{
  uint64_t length = self->at + self->behind;

  return self->items + (length ^ self->deletes) - self->deletes;
}

/* Where the graph's content ends. */
static inline char *
coquill_text_caret_content (const CoquillTextCaret *self)
{
  return (char *)(self->content + (uintptr_t)(self->at & ~self->deletes));
}

/* Nothing lengthens the last operation. */
static inline void
coquill_text_caret_expect_nothing (CoquillTextCaret *self, uint64_t items, const char *content)
{
  self->deletes = UINT64_MAX;
  self->items = items + (self->at + self->behind);
  self->content = (uintptr_t)content;
  self->insert_end = 0;
  self->erase_start = self->erase_rest = UINT64_MAX;
}

/* The last operation is an insertion that ends at the gap, and so many bytes more can be typed. */
static inline void
coquill_text_caret_expect_insertion (CoquillTextCaret *self,
                                     uint64_t items,
                                     const char *content,
                                     uint64_t room)
{
  self->deletes = 0;
  self->items = items - (self->at + self->behind);
  self->content = (uintptr_t)content - (uintptr_t)self->at;
  self->insert_end = self->at + room;
  self->erase_start = self->erase_rest = UINT64_MAX;
}

/* The last operation is a deletion at the gap. After a single one the next may be in either direction. */
static inline void
coquill_text_caret_expect_deletion (
    CoquillTextCaret *self, uint64_t items, const char *content, bool is_single, bool is_backward)
{
  coquill_text_caret_expect_nothing (self, items, content);
  self->erase_start = self->plain_start | (0 - (uint64_t)!(is_single | is_backward));
  self->erase_rest = self->plain_rest | (0 - (uint64_t)(!is_single & is_backward));
}
