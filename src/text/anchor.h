/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* anchor.h: a place in the text that stays where it is while everybody edits: a caret, the end of a comment.
 */

#pragma once

#include <stdint.h>

/**
 * CoquillAnchorKind:
 * @COQUILL_ANCHOR_START: the start of the text, whatever is inserted there
 * @COQUILL_ANCHOR_END: the end of the text
 * @COQUILL_ANCHOR_BEFORE: directly before a character
 * @COQUILL_ANCHOR_AFTER: directly behind a character
 *
 * The values are part of the format of those who store or send anchors.
 */
typedef enum
{
  COQUILL_ANCHOR_START,
  COQUILL_ANCHOR_END,
  COQUILL_ANCHOR_BEFORE,
  COQUILL_ANCHOR_AFTER,
} CoquillAnchorKind;

/**
 * CoquillAnchor:
 * @kind: which side of what
 * @agent: before and after: the text's local index of the character's author; otherwise 0
 * @sequence: before and after: the number of the character's insertion; otherwise 0
 *
 * Made by coquill_text_anchor(), read by coquill_text_resolve(). To send one, send the CoquillAgent in place
 * of @agent.
 */
typedef struct
{
  CoquillAnchorKind kind;
  uint32_t agent;
  uint64_t sequence;
} CoquillAnchor;
