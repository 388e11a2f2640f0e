/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-caret.h: what is known of the next local edit, so that a key press is a few numbers. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

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
 * @is_ascii: the leaf in hand is ASCII
 * @following: the character behind the gap, if it is ASCII and known; else 0 or less
 * @start: code points before the leaf
 * @rest: code points behind it
 * @front: the address of the character at @at, less @at
 * @back: the address of the first character behind the gap, plus @behind
 * @content: the address of the end of the graph's content, less @at, while characters may be typed
 * @told_at: where @at was when the graph was last told of it
 * @told_behind: the same of @behind
 *
 *     start      front + at        back - behind       rest
 *       | H e l l o ╎ · · · · · · · · · ╎ w o r l d ! |
 *                  at                 behind
 *
 * An edit beside the gap changes @at or @behind, and nothing else is counted: the leaf and the graph are told
 * when somebody else is going to look at them, which is coquill_text_settle(). If @at has grown since the
 * graph was told, so many characters were typed; if it has become less, erased with Backspace; if @behind
 * has, with Delete. Only one of the three can be: an edit of another kind tells first. What changes the graph
 * or the rope in another way loses the caret.
 */
typedef struct
{
  uint64_t at;
  uint64_t insert_end;
  uint64_t behind; /* not beside @at: both would be loaded at once, which waits for the one just stored */
  uint64_t erase_start;
  uint64_t erase_rest;
  uint32_t agent;
  bool is_ascii;
  int8_t following;
  uint64_t start;
  uint64_t rest;
  uintptr_t front;
  uintptr_t back;
  uintptr_t content;
  uint64_t told_at;
  uint64_t told_behind;
} CoquillTextCaret;

/* No limit lets anything through. */
#define COQUILL_TEXT_NO_CARET                                                                                \
  ((CoquillTextCaret){                                                                                       \
      .erase_start = UINT64_MAX,                                                                             \
      .erase_rest = UINT64_MAX,                                                                              \
      .agent = COQUILL_NO_AGENT,                                                                             \
      .start = UINT64_MAX,                                                                                   \
      .rest = UINT64_MAX,                                                                                    \
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

/* Bytes of the gap. */
static inline uint64_t
coquill_text_caret_room (const CoquillTextCaret *self)
{
  return (uint64_t)(coquill_text_caret_back (self) - coquill_text_caret_front (self));
}
