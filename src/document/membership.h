/* membership.h: the signed log of who may do what: a hash graph and its evaluation */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/error.h"
#include "document/member.h"
#include "wire/log-batch.h"
#include "wire/log-entry.h"

G_BEGIN_DECLS

/* Entries of one log, and their bytes: a room of hundreds over years; an epoch with a hundred recipients
 * takes 20 KB. */
#define COQUILL_MEMBERSHIP_MAX_ENTRIES (1 << 16)
#define COQUILL_MEMBERSHIP_MAX_BYTES ((gsize)256 * 1024 * 1024)

/* Entries that wait for parents. */
#define COQUILL_MEMBERSHIP_MAX_HELD 1024
#define COQUILL_MEMBERSHIP_MAX_HELD_BYTES (16 * 1024 * 1024)

/**
 * CoquillMembershipNode:
 * @id: the entry's id
 * @carried: (owned): as it is stored and sent
 * @entry: (owned): decoded
 * @parents: (array length=n_parents): indices of the parents in the log
 * @index: its own
 * @depth: longest path from the founding entry, 0 for that one; computed, never sent
 * @counts: as of the last evaluation
 *
 * An entry in the graph.
 */
typedef struct
{
  guint8 id[32];
  CoquillSignedEntry *carried;
  CoquillLogEntry *entry;
  guint *parents;
  gsize n_parents;
  guint index;
  guint64 depth;
  gboolean counts;
} CoquillMembershipNode;

/**
 * CoquillMembership:
 *
 * The set of entries, and what follows from it. Evaluation is a function of the set alone: entries are taken
 * in the order of (depth, id); one counts if its signer had the right by the counting entries among its
 * ancestors, and if each counting removal of its signer has it as an ancestor (what a removed device did
 * before stays). Which removals count is settled first, the most senior owner's first: owners rank by (depth,
 * id) of the entry that made them one, lower is senior; owners remove those below them. Cuts of a revocation,
 * expiry and number of uses are for those who judge them.
 */
typedef struct CoquillMembership CoquillMembership;

/**
 * CoquillMembershipAdd:
 * @COQUILL_MEMBERSHIP_ADDED: new
 * @COQUILL_MEMBERSHIP_KNOWN: was here
 * @COQUILL_MEMBERSHIP_HELD: a parent is missing; kept
 * @COQUILL_MEMBERSHIP_FULL: a parent is missing, too many are kept already
 * @COQUILL_MEMBERSHIP_REFUSED: broken
 */
typedef enum
{
  COQUILL_MEMBERSHIP_ADDED,
  COQUILL_MEMBERSHIP_KNOWN,
  COQUILL_MEMBERSHIP_HELD,
  COQUILL_MEMBERSHIP_FULL,
  COQUILL_MEMBERSHIP_REFUSED,
} CoquillMembershipAdd;

/** @document: 32 bytes, the id that the founding entry must have */
CoquillMembership *
coquill_membership_new (const guint8 *document) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_membership_free (CoquillMembership *self);

/**
 * coquill_membership_add:
 * @carried: copied
 * @trusted: whether the signature was checked before
 *
 * Checks form and signature, not rights: an entry without right stays in the graph and does not count. Adds
 * those that waited for it as well: all new ones are the nodes from the old n_entries on.
 */
CoquillMembershipAdd
coquill_membership_add (CoquillMembership *self,
                        const CoquillSignedEntry *carried,
                        gboolean trusted,
                        GError **error);

guint
coquill_membership_get_n_entries (const CoquillMembership *self);
/** Returns: (transfer none): by index; parents have lower ones */
const CoquillMembershipNode *
coquill_membership_get_entry (const CoquillMembership *self, guint index);
/** Returns: (transfer none) (nullable): by id */
const CoquillMembershipNode *
coquill_membership_find (const CoquillMembership *self, const guint8 *id);
/** Returns: (transfer full) (element-type CoquillDigest): entries that are no parents, ascending by id */
GArray *
coquill_membership_get_heads (const CoquillMembership *self);

/** Returns: (transfer none) (nullable): the live member with this device id. Evaluates if entries came. */
const CoquillMember *
coquill_membership_get_member (CoquillMembership *self, const guint8 *device);
/** Returns: (transfer full) (element-type CoquillMember): live members, not owned, ascending by id */
GPtrArray *
coquill_membership_list_members (CoquillMembership *self);
/** Returns: (transfer full) (element-type CoquillMembershipNode): open invites that count, not owned */
GPtrArray *
coquill_membership_list_invites (CoquillMembership *self);

/**
 * coquill_membership_get_epoch:
 *
 * Returns: (transfer none) (nullable): the greatest clean epoch by (depth, id): the greatest that counts and
 * whose boxes are for live members and open invites only
 */
const CoquillMembershipNode *
coquill_membership_get_epoch (CoquillMembership *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillMembership, coquill_membership_free)

G_END_DECLS
