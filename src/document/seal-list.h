/* seal-list.h: the signatures that are kept, and the places at which a document can be cut into signed pieces
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "wire/signed-change.h"

G_BEGIN_DECLS

/* Canonical bytes between two cuts. At a cut every agent is sealed, so what is sent is made of whole pieces;
 * a piece encodes to much less, and the largest single body still fits beside it. */
#define COQUILL_SEAL_LIST_SPACING (128 * 1024)

/* Agents of one piece: half of what one change may be sealed by. */
#define COQUILL_SEAL_LIST_AGENTS (COQUILL_SIGNED_CHANGE_MAX_SEALS / 2)

/**
 * CoquillSealList:
 *
 * Of each agent the newest seal, and of the agents of each piece the newest one at its end. Every body ends
 * with all its agents sealed, so a cut may lie between any two bodies, counted in the text's local versions.
 */
typedef struct CoquillSealList CoquillSealList;

CoquillSealList *
coquill_seal_list_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_seal_list_free (CoquillSealList *self);

/**
 * coquill_seal_list_begin_body:
 * @version: local version at which the body begins
 * @weight: its canonical bytes
 *
 * Cuts before the body if the piece would become too heavy with it.
 */
void
coquill_seal_list_begin_body (CoquillSealList *self, guint64 version, guint64 weight);

/** A seal of the body, kept unless there is a newer one. @agent: local index. */
void
coquill_seal_list_add (CoquillSealList *self, guint32 agent, const CoquillSeal *seal);

/** Returns: how many pieces there are; the last one is still growing */
guint
coquill_seal_list_get_n_pieces (const CoquillSealList *self);
/** Returns: the local version at which a piece ends, %G_MAXUINT64 for the last */
guint64
coquill_seal_list_get_end (const CoquillSealList *self, guint piece);
/** Returns: (transfer none) (nullable): the seal of @agent at the end of @piece */
const CoquillSeal *
coquill_seal_list_find (const CoquillSealList *self, guint piece, guint32 agent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillSealList, coquill_seal_list_free)

G_END_DECLS
