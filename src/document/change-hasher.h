/* change-hasher.h: hashes a change's new items on trial, to check what was signed before anything is merged
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/chain-set.h"
#include "document/error.h"
#include "document/need.h"

G_BEGIN_DECLS

/**
 * CoquillChangeHasher:
 *
 * One change against a chain set: want digests, run, look, commit or let go.
 */
typedef struct CoquillChangeHasher CoquillChangeHasher;

CoquillChangeHasher *
coquill_change_hasher_new (CoquillChainSet *set, const CoquillChange *change) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_change_hasher_free (CoquillChangeHasher *self);

/** Before run: the digest of the first @length items of the change's agent @agent will be asked for. */
void
coquill_change_hasher_want (CoquillChangeHasher *self, guint32 agent, guint64 length);

/**
 * coquill_change_hasher_run:
 * @need: (out): what is missing, if it returns %FALSE without an error
 * @error: return location of %COQUILL_DOCUMENT_ERROR_IMPOSSIBLE: the change contradicts what is known
 *
 * Hashes the items that the set doesn't have. Sees to it that agents, parents and the agents before are
 * known. O(items).
 *
 * Returns: whether all could be hashed
 */
gboolean
coquill_change_hasher_run (CoquillChangeHasher *self, CoquillNeed *need, GError **error);

/** After run: Returns: whether the digest was wanted and is known */
gboolean
coquill_change_hasher_digest (CoquillChangeHasher *self, guint32 agent, guint64 length, guint8 *digest);
/** After run: how many of the agent's items there are with the change, and how many there were without. */
guint64
coquill_change_hasher_get_length (CoquillChangeHasher *self, guint32 agent);
guint64
coquill_change_hasher_get_known (CoquillChangeHasher *self, guint32 agent);
/** After run: new items, and their canonical form in bytes. */
guint64
coquill_change_hasher_get_new_items (CoquillChangeHasher *self);
guint64
coquill_change_hasher_get_weight (CoquillChangeHasher *self);

/** When the text has merged the change: the set takes the new state. */
void
coquill_change_hasher_commit (CoquillChangeHasher *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillChangeHasher, coquill_change_hasher_free)

G_END_DECLS
