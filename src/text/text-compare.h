/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-compare.h: what lies between two versions of a text, with those who did it. */

#pragma once

#include "text/text.h"

/**
 * CoquillTextDifferenceKind:
 * @COQUILL_TEXT_KEPT: characters that both versions show
 * @COQUILL_TEXT_INSERTED: characters that only the second version shows
 * @COQUILL_TEXT_DELETED: characters that only the first version shows
 */
typedef enum
{
  COQUILL_TEXT_KEPT,
  COQUILL_TEXT_INSERTED,
  COQUILL_TEXT_DELETED,
} CoquillTextDifferenceKind;

/**
 * CoquillTextDifference:
 * @kind: what became of the characters
 * @length: characters
 * @from_position: visible characters before, in the first version
 * @to_position: visible characters before, in the second version
 * @range: inserted, deleted: the characters' ids, which name their author; all zeros for what was kept, which
 * may be many people's: coquill_text_foreach_span() tells
 * @by: inserted, deleted: local index of the agent that did it, see below; %COQUILL_NO_AGENT for what was
 * kept
 * @utf8: (nullable): inserted, deleted: the characters, not terminated; borrowed for the call
 * @n_bytes: of them
 *
 * A run of characters. Inserted was it by its author, if the first version doesn't know of it; by who
 * restored it, if the first version has it deleted and the second one has it back; and by nobody, if the
 * second version only doesn't know of the deletion. Deleted was it by who deleted it; and by nobody, if the
 * second version doesn't know of the characters at all. So "nobody" comes up where the first version has
 * something that the second hasn't: it is newer, or beside it. Of several who did the same, concurrently, the
 * first by coquill_agent_compare(): the same one on every replica.
 */
typedef struct
{
  CoquillTextDifferenceKind kind;
  uint64_t length;
  uint64_t from_position;
  uint64_t to_position;
  CoquillTextRange range;
  uint32_t by;
  const char *utf8;
  size_t n_bytes;
} CoquillTextDifference;

/**
 * CoquillTextDifferenceFunc:
 *
 * Must not change the text.
 */
typedef void (*CoquillTextDifferenceFunc) (const CoquillTextDifference *difference, void *data);

/**
 * coquill_text_compare:
 * @from: (nullable): heads of the first version; none for the empty one
 * @to: (nullable): heads of the second one
 * @func: told all runs in the order of the text
 * @error: as coquill_text_checkout()
 *
 * Tells the difference between any two versions, of which neither need be older: what was kept, inserted and
 * deleted in between. Going through the runs with @to_position as the place, deleting what was deleted and
 * inserting what was inserted makes the first version's text the second's. Two neighbours are told as one if
 * they are of one kind, by one agent, and their ids follow on.
 *
 * The text is not changed. But if it was loaded from a snapshot it is from now on kept with all that was ever
 * deleted, and the first call walks the history.
 *
 * O(n log n), n being the runs of the document's history and of its text with all that was deleted. All
 * characters stand in one order in every version (walker.h), so each is looked for in either version.
 *
 * Returns: false, and nothing is told, if it can't be
 */
bool
coquill_text_compare (CoquillText *self,
                      const CoquillChangeId *from,
                      size_t n_from,
                      const CoquillChangeId *to,
                      size_t n_to,
                      CoquillTextDifferenceFunc func,
                      void *data,
                      CoquillTextError *error);

/**
 * coquill_text_standing_deletions:
 * @characters: ranges of insertions
 * @n_characters: of them; they may overlap
 *
 * Tells the deletions that stand of some characters, all that have to be restored for these to be visible. In
 * the order in which they came. O((deletion runs of the document + ranges) · log n).
 *
 * Returns: false if @func stopped it, or the history isn't here
 */
bool
coquill_text_standing_deletions (CoquillText *self,
                                 const CoquillTextRange *characters,
                                 size_t n_characters,
                                 CoquillTextRangeFunc func,
                                 void *data);
