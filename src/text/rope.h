/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rope.h: a long UTF-8 text that is edited anywhere at the cost of a short one. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A B+-tree. The leaves hold the text, each in a gap buffer of 8 KB; the inner nodes hold, for each child,
 * where it ends, in code points from the node's start:
 *
 *              ┌ 812 │1602 │2057 ┐            inner: children and their ends
 *              └──┬──┴──┬──┴──┬──┘
 *        ┌────────┘     │     └───────┐
 *   "The qu╎╎ick b"  "rown fo╎╎x"  "╎╎ jumps…"   leaves: two parts of whole code points, and a gap
 *
 * Invariants, checked by coquill_rope_check():
 * - all leaves are at the same depth; a leaf holds at most COQUILL_ROPE_LEAF_BYTES bytes, and is not empty
 * unless it is in hand;
 * - an inner node has 1 to COQUILL_ROPE_FANOUT children, the root has two at least, and each end is what the
 * children up to there have, where what was edited in hand since then is added;
 * - a leaf that holds less than a quarter when the hand leaves it is merged with a neighbour below the same
 * parent, if both fit into three quarters of one, so n bytes have O(n / 8 KB) leaves.
 *
 * The rope has one leaf in hand, the last one edited. An edit there, as most are, moves the gap as far as it
 * is from the last edit, and changes the leaf's own counters: nothing above is touched until the hand goes
 * elsewhere, along the leaves of one parent or, O(log n), from the root. There is no allocation per
 * character. Reading leaves the hand where it is, but may settle what it has not told the nodes above: use a
 * rope from one thread at a time.
 */
typedef struct CoquillRope CoquillRope;

#ifndef COQUILL_ROPE_LEAF_BYTES
#define COQUILL_ROPE_LEAF_BYTES 8159 /* a leaf and what malloc() adds are two pages */
#define COQUILL_ROPE_FANOUT 32
#endif

/**
 * CoquillRopeChunkFunc:
 * @utf8: a piece of the text, not terminated, borrowed for the call
 * @bytes: its length
 * @code_points: the same in code points
 *
 * Must not change the rope.
 *
 * Returns: false to stop
 */
typedef bool (*CoquillRopeChunkFunc) (const char *utf8, size_t bytes, uint64_t code_points, void *data);

/**
 * coquill_rope_new:
 *
 * Returns: (transfer full): an empty rope
 */
CoquillRope *
coquill_rope_new (void);

/**
 * coquill_rope_new_from_utf8:
 * @utf8: text that coquill_utf8_check() accepts
 *
 * Builds a rope in O(bytes).
 *
 * Returns: (transfer full): a rope with that text
 */
CoquillRope *
coquill_rope_new_from_utf8 (const char *utf8, size_t bytes);

/**
 * coquill_rope_new_lent:
 * @utf8: (nullable) (transfer full): text that coquill_utf8_check() accepts, from malloc()
 * @code_points: its length in code points
 *
 * Builds a rope that leaves its text where it is: a leaf gets its own when it is first edited. @utf8 is freed
 * with the rope, and not changed until then. O(bytes / 8 KB) for ASCII.
 *
 * Returns: (transfer full): a rope with that text
 */
CoquillRope *
coquill_rope_new_lent (char *utf8, size_t bytes, uint64_t code_points);

/**
 * coquill_rope_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_rope_free (CoquillRope *self);

/**
 * coquill_rope_length:
 *
 * Returns: the length of the text in code points. O(1)
 */
uint64_t
coquill_rope_length (const CoquillRope *self);

/**
 * coquill_rope_bytes:
 *
 * Returns: the length of the text in bytes. O(1)
 */
size_t
coquill_rope_bytes (const CoquillRope *self);

/**
 * coquill_rope_insert:
 * @position: code points, at most the length
 * @utf8: text that coquill_utf8_check() accepts, not from this rope
 *
 * O(log n + bytes).
 */
void
coquill_rope_insert (CoquillRope *self, uint64_t position, const char *utf8, size_t bytes);

/**
 * coquill_rope_insert_counted:
 * @code_points: how many the text is
 *
 * coquill_rope_insert() for who knows that already.
 */
void
coquill_rope_insert_counted (
    CoquillRope *self, uint64_t position, const char *utf8, size_t bytes, uint64_t code_points);

/**
 * coquill_rope_insert_lent:
 * @text: where the text is from which the rope may read, and which is not from this rope
 * @offset: from where on; it goes on for @bytes
 *
 * coquill_rope_insert_counted() of much text, which is left where it is: a leaf gets its own when it is first
 * edited. The text must stay until the rope is freed or coquill_rope_own_lent() was called; it may move, when
 * *@text is told, and what is before and behind may change. O(log n + bytes / 8 KB) for ASCII.
 */
void
coquill_rope_insert_lent (CoquillRope *self,
                          uint64_t position,
                          uint8_t *const *text,
                          size_t offset,
                          size_t bytes,
                          uint64_t code_points);

/**
 * coquill_rope_own_lent:
 *
 * Copies what is still lent from a text by coquill_rope_insert_lent(). O(leaves).
 */
void
coquill_rope_own_lent (CoquillRope *self, uint8_t *const *text);

/**
 * coquill_rope_delete:
 * @position: code points
 * @count: code points, @position + @count is at most the length
 *
 * O(log n + leaves touched).
 */
void
coquill_rope_delete (CoquillRope *self, uint64_t position, uint64_t count);

/**
 * coquill_rope_append:
 * @utf8: text that coquill_utf8_check() accepts, not from this rope
 * @code_points: the same in code points
 *
 * Adds text at the end, for building a rope from front to end from its pieces: O(bytes), and little more than
 * copying them, with leaves that are nearly full.
 */
void
coquill_rope_append (CoquillRope *self, const char *utf8, size_t bytes, uint64_t code_points);

/**
 * coquill_rope_measure:
 *
 * Returns: how many bytes the @count code points from @position take. O(log n + leaves touched), O(1) for the
 * whole text
 */
size_t
coquill_rope_measure (CoquillRope *self, uint64_t position, uint64_t count);

/**
 * coquill_rope_read:
 * @buffer: (out): room for coquill_rope_measure() bytes; not terminated
 *
 * Copies a range out. O(log n + bytes).
 *
 * Returns: bytes written
 */
size_t
coquill_rope_read (CoquillRope *self, uint64_t position, uint64_t count, char *buffer);

/**
 * coquill_rope_foreach_chunk:
 *
 * Calls @func with the pieces of a range from front to end, each whole code points. O(log n + leaves
 * touched).
 *
 * Returns: false if @func stopped it
 */
bool
coquill_rope_foreach_chunk (
    CoquillRope *self, uint64_t position, uint64_t count, CoquillRopeChunkFunc func, void *data);

/**
 * coquill_rope_check:
 *
 * For tests: walks the whole tree.
 *
 * Returns: whether all invariants hold
 */
bool
coquill_rope_check (const CoquillRope *self);
