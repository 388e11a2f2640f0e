/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text.h: a text that many write at once: the façade of this library. */

#pragma once

#include "text/anchor.h"
#include "text/buffer.h"
#include "text/change.h"

/**
 * CoquillText:
 *
 * A text with its whole history: an event graph of items (see change.h), the text that the items make, and
 * the state that merges concurrent items. Replicas that hold the same items have the same text, whatever the
 * order in which these came.
 *
 * Positions and lengths are in Unicode code points unless a name says bytes. Text is UTF-8 without U+0000.
 *
 * Two namings of an item live side by side:
 * - its id, (agent, sequence), where agent is this text's local index of a CoquillAgent, 0, 1, 2… in the
 * order in which it learnt of them;
 * - its local version, 0, 1, 2… in the order in which the items came here. Parents always have a lower one.
 *
 * A text that was loaded from a snapshot has the text at once and no history: the local versions below the
 * snapshot's are then reserved for it. Local edits and merging of what came after the snapshot need no
 * history; what reaches below it fails with %COQUILL_TEXT_ERROR_HISTORY_NEEDED until
 * coquill_text_add_history() has given all of it.
 *
 * Not thread-safe: use a text from one thread at a time. Functions that only ask may still bring inner state
 * up to date.
 */
typedef struct CoquillText CoquillText;

/**
 * COQUILL_NO_AGENT:
 *
 * No agent's index.
 */
#define COQUILL_NO_AGENT UINT32_MAX

/**
 * CoquillTextRange:
 * @agent: local index
 * @sequence: the first item
 * @length: items
 *
 * Consecutive items of one agent.
 */
typedef struct
{
  uint32_t agent;
  uint64_t sequence;
  uint64_t length;
} CoquillTextRange;

/**
 * CoquillTextDelta:
 * @position: where
 * @deleted: code points that go away there
 * @inserted: (nullable): UTF-8 that then comes in there, not terminated; borrowed for the call
 * @inserted_bytes: its bytes
 * @inserted_length: its code points
 * @agent: local index of the author of the item that did it (for a restoration, of the restoration)
 *
 * One contiguous change. Deltas are to be applied one after another: each @position is meant in the text that
 * the ones before it left.
 */
typedef struct
{
  uint64_t position;
  uint64_t deleted;
  const char *inserted;
  size_t inserted_bytes;
  uint64_t inserted_length;
  uint32_t agent;
} CoquillTextDelta;

/**
 * CoquillTextDeltaFunc:
 *
 * Called when the text already has all of the merge's changes. Must not change the text.
 */
typedef void (*CoquillTextDeltaFunc) (const CoquillTextDelta *delta, void *data);

/**
 * CoquillTextRangeFunc:
 * @position: where the range's characters are in the text, for functions that tell of visible characters;
 * otherwise 0
 *
 * Must not change the text, nor ask it for ids or anchors: what is deleted may be put elsewhere for that.
 *
 * Returns: false to stop
 */
typedef bool (*CoquillTextRangeFunc) (const CoquillTextRange *range, uint64_t position, void *data);

/**
 * CoquillTextChunkFunc:
 * @utf8: a piece of text, whole code points, not terminated, borrowed for the call
 *
 * Returns: false to stop
 */
typedef bool (*CoquillTextChunkFunc) (const char *utf8, size_t bytes, uint64_t length, void *data);

/**
 * coquill_text_new:
 *
 * Returns: (transfer full): an empty text without history
 */
CoquillText *
coquill_text_new (void);

/**
 * coquill_text_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_text_free (CoquillText *self);

/* Agents */

/**
 * coquill_text_add_agent:
 * @previous: (nullable): the device's agent before it, %NULL for none; ignored if the agent is known
 *
 * Makes an agent known, to edit with it. Merging makes agents known by itself.
 *
 * Returns: its local index, the same one each time; %COQUILL_NO_AGENT if there are %COQUILL_MAX_AGENTS
 * already
 */
uint32_t
coquill_text_add_agent (CoquillText *self, const CoquillAgent *agent, const CoquillAgentPrevious *previous);

/**
 * coquill_text_find_agent:
 *
 * Returns: the agent's local index or %COQUILL_NO_AGENT. O(1)
 */
uint32_t
coquill_text_find_agent (const CoquillText *self, const CoquillAgent *agent);

/**
 * coquill_text_n_agents:
 *
 * Returns: how many agents are known: the local indices are below it
 */
uint32_t
coquill_text_n_agents (const CoquillText *self);

/**
 * coquill_text_agent:
 *
 * Returns: (transfer none): the agent with a local index; valid until an agent is added
 */
const CoquillAgent *
coquill_text_agent (const CoquillText *self, uint32_t agent);

/**
 * coquill_text_agent_previous:
 *
 * Returns: (transfer none): what the agent's first item says of the agent before it; valid until an agent is
 * added
 */
const CoquillAgentPrevious *
coquill_text_agent_previous (const CoquillText *self, uint32_t agent);

/**
 * coquill_text_agent_length:
 *
 * Returns: how many items of the agent the text has, those below the snapshot counted
 */
uint64_t
coquill_text_agent_length (const CoquillText *self, uint32_t agent);

/* Local edits. Their parents are the whole frontier. Each costs O(log n). */

/**
 * coquill_text_insert:
 * @agent: local index of the author
 * @position: at most the length
 * @utf8: at least one code point, none of them U+0000
 * @n_bytes: its length
 * @sequence: (out) (optional): number of the first of the new items, one per code point
 *
 * Returns: false, and nothing is changed, if the text is not valid or the position is outside
 */
bool
coquill_text_insert (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     const char *utf8,
                     size_t n_bytes,
                     uint64_t *sequence,
                     CoquillTextError *error);

/**
 * coquill_text_delete:
 * @count: at least 1
 * @sequence: (out) (optional): number of the first of the @count new items, the deletions
 *
 * Returns: false, and nothing is changed, if the range is not inside the text
 */
bool
coquill_text_delete (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     uint64_t count,
                     uint64_t *sequence,
                     CoquillTextError *error);

/**
 * coquill_text_restore:
 * @deletions: ranges of deletions, by anybody, to cancel
 * @func: (nullable): told what changes in the text
 * @sequence: (out) (optional): number of the first new item; there is one per deletion named
 *
 * Cancels deletions: each character comes back, with its author and at its place, unless another deletion of
 * it still stands. O(deletions · log n); the first one after a load may walk the history.
 *
 * Returns: false, and nothing is changed, if an id isn't a known deletion (%COQUILL_TEXT_ERROR_IMPOSSIBLE),
 * or lies below the snapshot
 *   (%COQUILL_TEXT_ERROR_HISTORY_NEEDED)
 */
bool
coquill_text_restore (CoquillText *self,
                      uint32_t agent,
                      const CoquillTextRange *deletions,
                      size_t n_deletions,
                      CoquillTextDeltaFunc func,
                      void *data,
                      uint64_t *sequence,
                      CoquillTextError *error);

/**
 * coquill_text_record:
 * @bytes: (nullable): the payload, opaque here
 * @sequence: (out) (optional): number of the new item
 *
 * Adds a record to the history.
 */
bool
coquill_text_record (CoquillText *self,
                     uint32_t agent,
                     const uint8_t *bytes,
                     size_t n_bytes,
                     uint64_t *sequence,
                     CoquillTextError *error);

/* Reading */

/**
 * coquill_text_length:
 *
 * Returns: code points. O(1)
 */
uint64_t
coquill_text_length (const CoquillText *self);

/**
 * coquill_text_bytes:
 *
 * Returns: bytes of UTF-8. O(1)
 */
size_t
coquill_text_bytes (const CoquillText *self);

/**
 * coquill_text_measure:
 *
 * Returns: bytes that a range takes; what is beyond the text has none. O(log n + range / 4 KB)
 */
size_t
coquill_text_measure (CoquillText *self, uint64_t position, uint64_t count);

/**
 * coquill_text_read:
 * @buffer: (out): room for coquill_text_measure() bytes; not terminated
 *
 * Copies a range out, without what is beyond the text.
 *
 * Returns: bytes written
 */
size_t
coquill_text_read (CoquillText *self, uint64_t position, uint64_t count, char *buffer);

/**
 * coquill_text_to_string:
 * @n_bytes: (out) (optional): length without the terminator
 *
 * Returns: (transfer full): the whole text, terminated, to be freed with free()
 */
char *
coquill_text_to_string (CoquillText *self, size_t *n_bytes);

/**
 * coquill_text_foreach_chunk:
 *
 * Tells a range piece by piece and without copying, without what is beyond the text.
 *
 * Returns: false if @func stopped it
 */
bool
coquill_text_foreach_chunk (
    CoquillText *self, uint64_t position, uint64_t count, CoquillTextChunkFunc func, void *data);

/**
 * coquill_text_id_at:
 * @id: (out):
 *
 * Returns: false if @position is not below the length. O(1) in what was typed last, else O(log n)
 */
bool
coquill_text_id_at (CoquillText *self, uint64_t position, CoquillChangeId *id);

/**
 * coquill_text_foreach_span:
 *
 * Tells who wrote a range, without what is beyond the text: visible characters from front to end, in ranges of
 * consecutive ids, with their positions. O(log n + spans).
 *
 * Returns: false if @func stopped it
 */
bool
coquill_text_foreach_span (
    CoquillText *self, uint64_t position, uint64_t count, CoquillTextRangeFunc func, void *data);

/* Merging */

/**
 * coquill_text_merge:
 * @change: items by anybody; those that are known are skipped
 * @func: (nullable): told what changes in the text, when all is done
 *
 * Adds items to the history and to the text, all of @change or nothing.
 *
 * What is refused: an item whose ancestors are not all known (%COQUILL_TEXT_ERROR_MISSING); an id that is
 * known with another content, a gap in an agent's items, an item that hasn't its agent's item before it among
 * its ancestors, parents of which one is an ancestor of another, a position outside the text of the item's
 * parents, a restoration of what isn't a deletion among the item's ancestors
 * (%COQUILL_TEXT_ERROR_IMPOSSIBLE); broken structure, invalid UTF-8 (%COQUILL_TEXT_ERROR_MALFORMED); what is
 * concurrent with a snapshot, while its history isn't here (%COQUILL_TEXT_ERROR_HISTORY_NEEDED).
 *
 * A run whose parents are the frontier goes straight to the text, O(log n). Concurrent ones cost O(log n) per
 * run, and per run by which its branch differs from those that were written last; and if it was silent for
 * long, per run that came since it parted, once (walker.h).
 */
bool
coquill_text_merge (CoquillText *self,
                    const CoquillChange *change,
                    CoquillTextDeltaFunc func,
                    void *data,
                    CoquillTextError *error);

/**
 * coquill_text_add_history:
 * @change: items of the snapshot's history; those that are known are skipped
 *
 * Gives a loaded text its history, in one or more blocks in causal order. Nothing is walked and the text
 * doesn't change; items above the snapshot are left out. When the last one is here, local versions from 0 are
 * those items' in the order in which they came.
 */
bool
coquill_text_add_history (CoquillText *self, const CoquillChange *change, CoquillTextError *error);

/**
 * coquill_text_has_history:
 *
 * Returns: whether all items are here, and not only the text that they make
 */
bool
coquill_text_has_history (const CoquillText *self);

/* Undo */

/**
 * coquill_text_ranges_alive:
 * @range: items of one agent; those that are no insertions are passed over
 *
 * Tells which of the inserted characters are visible now, and where: undo of an insertion deletes what is
 * left of it. Ascending by sequence, not by position. O(pieces · log n).
 *
 * Returns: false if @func stopped it
 */
bool
coquill_text_ranges_alive (CoquillText *self,
                           const CoquillTextRange *range,
                           CoquillTextRangeFunc func,
                           void *data);

/**
 * coquill_text_deletion_targets:
 * @deletions: deletions; other items are passed over
 *
 * Tells which characters deletions took away, in ranges of ascending ids, in the deletions' order (a backward
 * run as ranges of 1). The position told is where the range's first character is, or would be if it came
 * back.
 *
 * Returns: false if @func stopped it, or a deletion lies below a snapshot whose history isn't here
 */
bool
coquill_text_deletion_targets (CoquillText *self,
                               const CoquillTextRange *deletions,
                               CoquillTextRangeFunc func,
                               void *data);

/**
 * coquill_text_deletions_of:
 * @id: an insertion
 *
 * Tells the deletions of a character, cancelled ones too, in the order in which they came. O(deletion runs of
 * the document).
 *
 * Returns: false if @func stopped it, or the history isn't here
 */
bool
coquill_text_deletions_of (CoquillText *self, CoquillChangeId id, CoquillTextRangeFunc func, void *data);

/* Anchors */

/**
 * coquill_text_anchor:
 * @position: at most the length; more is taken as the length
 * @kind: %COQUILL_ANCHOR_BEFORE holds on to the character behind the place (the end, if there is none),
 *   %COQUILL_ANCHOR_AFTER to the one in front of it (the start, if there is none); the other two ignore
 * @position
 *
 * Returns: an anchor at a place. O(log n)
 */
CoquillAnchor
coquill_text_anchor (CoquillText *self, uint64_t position, CoquillAnchorKind kind);

/**
 * coquill_text_resolve:
 * @position: (out): where the anchor is now; if its character was deleted, the place where it was
 *
 * O(log n); walks the history, once, for a character that was deleted below a snapshot.
 *
 * Returns: false if the id is unknown or no insertion, or the character was deleted below a snapshot whose
 * history isn't here
 */
bool
coquill_text_resolve (CoquillText *self, const CoquillAnchor *anchor, uint64_t *position);

/* Snapshots */

/**
 * coquill_text_save_snapshot:
 * @buffer: appended to
 *
 * Writes the text, who wrote which span of it, the frontier and the agents: all that is needed to show and to
 * edit the text without reading history. The format is in snapshot.h. O(text).
 *
 * Returns: false if memory ran out
 */
bool
coquill_text_save_snapshot (CoquillText *self, CoquillBuffer *buffer);

/**
 * coquill_text_load_snapshot:
 * @bytes: hostile until checked
 *
 * O(bytes).
 *
 * Returns: (nullable) (transfer full): a text without history
 */
CoquillText *
coquill_text_load_snapshot (const uint8_t *bytes, size_t n_bytes, CoquillTextError *error);
