/* item-chain.h: the running digest of an agent's items, that its signatures cover */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/change.h"
#include "trust/hash.h"

G_BEGIN_DECLS

/*
 * The canonical form
 * ==================
 *
 * An agent's items are hashed one after another, as if each had been sent alone, so that the digest knows
 * nothing of batches. Numbers are LEB128 varints unless a width is given; fixed widths have the low byte
 * first.
 *
 *   start          domain "coquill items 1"; document id 32; device 32; ordinal 4; nonce 8; then 0, or 1 and
 * of the previous agent: ordinal 4, nonce 8, length 8, digest 32 restart        after every
 * COQUILL_ITEM_CHAIN_RESTART items the digest is finished and a new hash started: domain "coquill items on
 * 1"; that digest
 *
 *   an item
 *     kind         1 byte: 1 insert, 2 delete, 3 restore, 4 record
 *     insert       position, code point
 *     delete       position
 *     restore      of the deletion that it names: device 32, ordinal 4, nonce 8, sequence
 *     record       payload's length, payload
 *     parents      0 if the only parent is the same agent's item before; else their number + 1, and then for
 * each one its digest, 32 bytes, in ascending order of the bytes
 *
 * The digest of an item is the digest of its agent's items up to and with it. So a parent's digest stands for
 * all the parent's past, and a signature over one digest covers everything that its writer had seen.
 *
 * BLAKE2b-256, see trust/hash.h. Restarts bound what has to be hashed again to know the digest at any place.
 */
#define COQUILL_ITEM_CHAIN_RESTART (G_GUINT64_CONSTANT (1) << 14)

/* Sealed places whose digests are remembered for a while: others' next items name one of the last few of
 * them. */
#define COQUILL_ITEM_CHAIN_RECENT 128

/**
 * CoquillItemMark:
 * @length: items
 * @digest: of the agent's first @length items
 */
typedef struct
{
  guint64 length;
  guint8 digest[32];
} CoquillItemMark;

/**
 * CoquillItemChain:
 * @hash: of the items since the last restart
 * @length: items hashed
 * @weight: bytes of canonical form hashed, all in all
 * @marks: (element-type CoquillItemMark): known digests, ascending: restarts, parents of other agents'
 * items
 * @recent: (element-type CoquillItemMark) (nullable): known digests of the last sealed places, in a ring
 * @next_recent: where the next one goes
 *
 * One agent's. A copy made by coquill_item_chain_draft() takes items on trial.
 */
typedef struct
{
  CoquillHash hash;
  guint64 length;
  guint64 weight;
  GArray *marks;
  GArray *recent;
  guint next_recent;
} CoquillItemChain;

/**
 * coquill_item_chain_new:
 * @document: 32 bytes
 * @previous: (nullable): as the agent's first item names it
 *
 * Returns: (transfer full): the chain of an agent without items
 */
CoquillItemChain *
coquill_item_chain_new (const guint8 *document,
                        const CoquillAgent *agent,
                        const CoquillAgentPrevious *previous) G_GNUC_WARN_UNUSED_RESULT;
/** A chain that starts at @mark, whose length is a multiple of the restart's: to hash a stretch again. */
CoquillItemChain *
coquill_item_chain_new_at (const CoquillItemMark *mark) G_GNUC_WARN_UNUSED_RESULT;
/** A copy without marks; coquill_item_chain_commit() brings it back. */
CoquillItemChain *
coquill_item_chain_draft (const CoquillItemChain *self) G_GNUC_WARN_UNUSED_RESULT;
/** Takes the draft's state and adds its marks. @draft must have begun as a draft of @self as it is now. */
void
coquill_item_chain_commit (CoquillItemChain *self, const CoquillItemChain *draft);
void
coquill_item_chain_free (CoquillItemChain *self);

/** The digest of all items so far. 32 bytes. */
void
coquill_item_chain_digest (const CoquillItemChain *self, guint8 *digest);
/** Remembers the digest of all items so far. */
void
coquill_item_chain_mark (CoquillItemChain *self);
/** Remembers a digest that was found otherwise. */
void
coquill_item_chain_add_mark (CoquillItemChain *self, const CoquillItemMark *mark);
/** Remembers a digest until %COQUILL_ITEM_CHAIN_RECENT others came. */
void
coquill_item_chain_note (CoquillItemChain *self, const CoquillItemMark *mark);
/** Returns: (transfer none) (nullable): what is remembered of @length */
const CoquillItemMark *
coquill_item_chain_find (const CoquillItemChain *self, guint64 length);

/**
 * coquill_item_chain_add:
 * @operation: a run
 * @first: index of its first item to add; the agent's items before it are in
 * @count: items to add
 * @content: the whole run's content
 * @target: (nullable): restore: the full name of the agent that @operation->target names
 * @parents: (array length=n_parents): digests of the parents of the run's first item, in any order; sorted in
 * place; only looked at if @first is 0
 * @follows: the run's first item has only its agent's item before as parent; then @parents is not looked at
 *
 * O(count).
 */
void
coquill_item_chain_add (CoquillItemChain *self,
                        const CoquillOperation *operation,
                        guint64 first,
                        guint64 count,
                        const guint8 *content,
                        const CoquillAgent *target,
                        CoquillDigest *parents,
                        gsize n_parents,
                        gboolean follows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillItemChain, coquill_item_chain_free)

G_END_DECLS
