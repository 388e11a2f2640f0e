/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge-window.h: the part of the text that something later can still be concurrent with. */

#pragma once

#include "text/id.h"

/*
 * A B+-tree of entries in the order of the text:
 *
 *     gap 812 | ada 40…45 | gap 3 | bob 7 | gap 2040
 *
 * A gap stands for visible characters that all versions in question have alike: it has a width and no ids. An
 * entry proper is a run of characters with consecutive ids that stand one behind the other and share their
 * state: the number of deletions that stand, in the text as it is and in each of a few views. A view is a
 * version, one for each branch that is being written; an entry whose insertion a view doesn't know is absent
 * from it. Characters that are deleted in all versions have an entry while one is needed, for the item that
 * deleted them or for what stands directly behind them, and no place here otherwise.
 *
 * While few people write at once, as nearly always, there is a single leaf: no inner node, no index, a few
 * cache lines. The inner nodes of a larger one hold, for each child, one width for the text as it is and one
 * for each view.
 *
 * The entry that was found last is "in hand": what is next is looked for from there. The nodes above a leaf
 * are told how its widths changed when another leaf is changed, or when somebody looks for something from the
 * root. Leaves have numbers: who remembers in which one some characters were finds them there, or a little
 * further on; for who doesn't, there is an index, which is made when it is asked for.
 */

/* Branches that can be written in turns without moving a view from one to the other. */
#define COQUILL_MERGE_WINDOW_VIEWS 4

/* A number for the text as it is, where views are numbered. */
#define COQUILL_MERGE_WINDOW_EFFECT COQUILL_MERGE_WINDOW_VIEWS

#define COQUILL_MERGE_WINDOW_LEAF_ENTRIES 32
#define COQUILL_MERGE_WINDOW_NODE_CHILDREN 16

/* A longer run, or gap, is kept as several. */
#define COQUILL_MERGE_WINDOW_MAX_LENGTH (UINT32_C (1) << 30)

/**
 * CoquillMergeWindowEntry:
 * @id: of the first character; COQUILL_ID_NONE for a gap
 * @left: origin left: what it was put behind, or COQUILL_ID_NONE for the start. That of each other character
 * is the one before. Told only while its insertion is in the window
 * @right: origin right of all: what existed behind the place, deleted or not, or COQUILL_ID_NONE for the end
 * @newest: the highest local version of an item that touched it
 * @length: characters
 * @absent: a bit for each view that doesn't have it
 * @standing: deletions that stand, in each view and (at COQUILL_MERGE_WINDOW_EFFECT) in the text as it is.
 * Taking items back in another order than that in which they came lets it wrap around in between
 *
 * One cache line.
 */
typedef struct
{
  CoquillId id;
  CoquillId left;
  CoquillId right;
  uint64_t newest;
  uint32_t length;
  uint32_t absent;
  uint32_t standing[COQUILL_MERGE_WINDOW_VIEWS + 1];
} CoquillMergeWindowEntry;

typedef struct CoquillMergeWindow CoquillMergeWindow;
typedef struct CoquillMergeWindowLeaf CoquillMergeWindowLeaf;

/**
 * CoquillMergeWindowCursor:
 * @leaf: the leaf
 * @index: of the entry in it; behind the last one only at the end
 * @offset: characters of the entry that lie before the cursor, less than its length
 *
 * A place. Valid until the window changes.
 */
typedef struct
{
  CoquillMergeWindowLeaf *leaf;
  unsigned index;
  uint32_t offset;
} CoquillMergeWindowCursor;

/**
 * coquill_merge_window_new:
 * @width: visible characters
 *
 * Returns: (transfer full): a window that is one gap
 */
CoquillMergeWindow *
coquill_merge_window_new (uint64_t width);

/**
 * coquill_merge_window_append:
 * @self: a window that was empty, and to which nothing else was done since
 *
 * Puts an entry, or a gap, behind all others, or joins it with the last one. O(1)
 */
void
coquill_merge_window_append (CoquillMergeWindow *self, const CoquillMergeWindowEntry *entry);
void
coquill_merge_window_free (CoquillMergeWindow *self);

/**
 * coquill_merge_window_n_entries:
 *
 * Returns: how many entries there are, gaps counted
 */
size_t
coquill_merge_window_n_entries (const CoquillMergeWindow *self);

/**
 * coquill_merge_window_width:
 * @version: a view, or COQUILL_MERGE_WINDOW_EFFECT
 *
 * Returns: its visible characters
 */
uint64_t
coquill_merge_window_width (const CoquillMergeWindow *self, unsigned version);

/**
 * coquill_merge_window_find:
 * @view: of which @position is one, less than its width
 * @effect: (out): visible characters of the text as it is that lie before
 *
 * Returns: the place of the character at @position. O(log entries), O(1) near the one that was found last
 */
CoquillMergeWindowCursor
coquill_merge_window_find (CoquillMergeWindow *self, unsigned view, uint64_t position, uint64_t *effect);

/**
 * coquill_merge_window_find_effect:
 * @position: in the text as it is, at most its width
 *
 * Returns: the place in front of all that stands at @position, visible or not
 */
CoquillMergeWindowCursor
coquill_merge_window_find_effect (CoquillMergeWindow *self, uint64_t position);

/**
 * coquill_merge_window_find_id:
 * @cursor: (out): the character's place
 *
 * The first call makes an index.
 *
 * Returns: false if no entry holds it
 */
bool
coquill_merge_window_find_id (CoquillMergeWindow *self, CoquillId id, CoquillMergeWindowCursor *cursor);

/**
 * coquill_merge_window_find_near:
 * @near: (inout): the number of the leaf where it was; any other will do, but then it takes longer
 *
 * coquill_merge_window_find_id(), for who remembers where a character was: no index is needed for that.
 */
bool
coquill_merge_window_find_near (CoquillMergeWindow *self,
                                CoquillId id,
                                uint32_t *near,
                                CoquillMergeWindowCursor *cursor);

/**
 * coquill_merge_window_is_between:
 *
 * Returns: whether a character is at or behind the one place and before the other
 */
bool
coquill_merge_window_is_between (CoquillMergeWindow *self,
                                 CoquillId id,
                                 const CoquillMergeWindowCursor *from,
                                 const CoquillMergeWindowCursor *to);

/**
 * coquill_merge_window_next_id:
 *
 * Returns: the lowest id from @id on that an entry holds, or COQUILL_ID_NONE
 */
CoquillId
coquill_merge_window_next_id (CoquillMergeWindow *self, CoquillId id);

/**
 * coquill_merge_window_is_same:
 *
 * Returns: whether two cursors, neither at the end of a leaf that isn't the last, are one
 */
static inline bool
coquill_merge_window_is_same (const CoquillMergeWindowCursor *a, const CoquillMergeWindowCursor *b)
{
  return a->leaf == b->leaf && a->index == b->index && a->offset == b->offset;
}

/**
 * coquill_merge_window_compare:
 *
 * Returns: less than, equal to or greater than 0, as the one place lies before, at or behind the other. O(log
 * entries)
 */
int
coquill_merge_window_compare (const CoquillMergeWindowCursor *a, const CoquillMergeWindowCursor *b);

/**
 * coquill_merge_window_start:
 *
 * Returns: the place before everything
 */
CoquillMergeWindowCursor
coquill_merge_window_start (const CoquillMergeWindow *self);

/**
 * coquill_merge_window_end:
 *
 * Returns: the place behind everything. O(log entries)
 */
CoquillMergeWindowCursor
coquill_merge_window_end (const CoquillMergeWindow *self);

/**
 * coquill_merge_window_entry:
 *
 * Returns: (nullable): the entry at a place, %NULL at the end
 */
const CoquillMergeWindowEntry *
coquill_merge_window_entry (const CoquillMergeWindowCursor *cursor);

/**
 * coquill_merge_window_next:
 *
 * Moves a cursor to the start of the next entry, or to the end.
 */
void
coquill_merge_window_next (CoquillMergeWindowCursor *cursor);

/**
 * coquill_merge_window_effect_position:
 *
 * Returns: visible characters of the text as it is before a place. O(log entries)
 */
uint64_t
coquill_merge_window_effect_position (CoquillMergeWindow *self, const CoquillMergeWindowCursor *cursor);

/**
 * coquill_merge_window_next_present:
 *
 * Returns: the start of the first entry from the cursor's on that isn't absent from a view, or the end. O(log
 * entries), amortised
 */
CoquillMergeWindowCursor
coquill_merge_window_next_present (const CoquillMergeWindow *self,
                                   CoquillMergeWindowCursor cursor,
                                   unsigned view);

/**
 * coquill_merge_window_previous:
 *
 * Returns: the start of the entry before the cursor's, which isn't the first one
 */
CoquillMergeWindowCursor
coquill_merge_window_previous (CoquillMergeWindowCursor cursor);

/**
 * coquill_merge_window_between:
 * @middle: (out): a place behind @a and before @b, which comes behind it
 *
 * Parts what lies between two places, so that O(log entries) halvings leave less than two leaves.
 *
 * Returns: false if so little lies between that it isn't worth while
 */
bool
coquill_merge_window_between (const CoquillMergeWindowCursor *a,
                              const CoquillMergeWindowCursor *b,
                              CoquillMergeWindowCursor *middle);

/**
 * coquill_merge_window_insert:
 * @cursor: the new entry comes directly before this place
 *
 * Puts in an entry, joined with its neighbours where it can be.
 *
 * Returns: the number of its leaf
 */
uint32_t
coquill_merge_window_insert (CoquillMergeWindow *self,
                             CoquillMergeWindowCursor cursor,
                             const CoquillMergeWindowEntry *entry);

/**
 * coquill_merge_window_delete:
 * @cursor: (inout): in a gap; comes behind what is deleted
 * @length: characters, no more than the gap has from there on
 * @id: what the first one's id turned out to be; the others follow on
 * @versions: a bit for each view in which they are deleted, and one for the text as it is
 * @newest: local version of the item that does it, or 0
 *
 * Makes a part of a gap an entry of deleted characters.
 *
 * Returns: the number of its leaf
 */
uint32_t
coquill_merge_window_delete (CoquillMergeWindow *self,
                             CoquillMergeWindowCursor *cursor,
                             uint32_t length,
                             CoquillId id,
                             unsigned versions,
                             uint64_t newest);

/**
 * coquill_merge_window_widen:
 * @cursor: in a gap
 * @change: characters that come, or go if it is negative, modulo 2^32; some of the gap stays
 *
 * Makes a gap wider or narrower, in all versions.
 */
void
coquill_merge_window_widen (CoquillMergeWindow *self, CoquillMergeWindowCursor cursor, uint32_t change);

/**
 * coquill_merge_window_add_standing:
 * @cursor: the first character, in an entry proper
 * @length: characters, all in the cursor's entry
 * @versions: a bit for each view, and one for the text as it is
 * @change: deletions that begin to stand; those that cease to are negative, modulo 2^32
 * @newest: local version of the item that does it, 0 if an item is only taken back or taken up
 *
 * Returns: the number of the leaf
 */
uint32_t
coquill_merge_window_add_standing (CoquillMergeWindow *self,
                                   CoquillMergeWindowCursor cursor,
                                   uint32_t length,
                                   unsigned versions,
                                   uint32_t change,
                                   uint64_t newest);

/**
 * coquill_merge_window_set_absent:
 * @length: characters, all in the cursor's entry
 *
 * Takes characters out of a view, or into it.
 */
void
coquill_merge_window_set_absent (
    CoquillMergeWindow *self, CoquillMergeWindowCursor cursor, uint32_t length, unsigned view, bool absent);

/**
 * coquill_merge_window_copy_view:
 * @from: a view, or COQUILL_MERGE_WINDOW_EFFECT
 *
 * Makes a view what another one is. O(entries).
 */
void
coquill_merge_window_copy_view (CoquillMergeWindow *self, unsigned from, unsigned view);

/**
 * coquill_merge_window_collapse:
 * @version: local version
 *
 * Forgets what no item from @version on has touched: what is visible becomes gaps. O(entries).
 */
void
coquill_merge_window_collapse (CoquillMergeWindow *self, uint64_t version);

/**
 * coquill_merge_window_check:
 *
 * For tests.
 *
 * Returns: whether all widths and the index are right
 */
bool
coquill_merge_window_check (CoquillMergeWindow *self);
