/* chain-set.h: the item chains of all agents of a document */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/item-chain.h"
#include "text/text-version.h"

G_BEGIN_DECLS

/**
 * CoquillChainSet:
 *
 * By the text's agent indices. Invariant: a digest that another agent's item names as parent is always a
 * mark, so that a stretch can be hashed again without first hashing another one.
 */
typedef struct CoquillChainSet CoquillChainSet;

/**
 * coquill_chain_set_new:
 * @document: 32 bytes
 * @text: not owned
 */
CoquillChainSet *
coquill_chain_set_new (const guint8 *document, CoquillText *text) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_chain_set_free (CoquillChainSet *self);

/** Returns: (transfer none): the chain of an agent that the text knows */
CoquillItemChain *
coquill_chain_set_get (CoquillChainSet *self, guint32 agent);
/** Puts the chain of an agent in that the set has none of. */
void
coquill_chain_set_take (CoquillChainSet *self, guint32 agent, CoquillItemChain *chain);
/** Returns: (transfer none): 32 bytes */
const guint8 *
coquill_chain_set_get_document (CoquillChainSet *self);
CoquillText *
coquill_chain_set_get_text (CoquillChainSet *self);

/**
 * coquill_chain_set_digest:
 * @length: items of the agent, at least 1
 * @digest: (out caller-allocates): 32 bytes
 *
 * O(1) at the end and at marks, else up to %COQUILL_ITEM_CHAIN_RESTART items are hashed again.
 *
 * Returns: %FALSE if the chain isn't as long, or the history isn't here
 */
gboolean
coquill_chain_set_digest (CoquillChainSet *self, guint32 agent, guint64 length, guint8 *digest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillChainSet, coquill_chain_set_free)

G_END_DECLS
