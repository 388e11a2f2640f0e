/* pending-changes.h: what came before what it builds on, held in bounded space */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "document/body.h"
#include "document/need.h"

G_BEGIN_DECLS

/* Held bodies of one document: the order in which a mailbox gives things is nearly causal, so a few wait at a
 * time; these many are a peer's flood or somebody without rights. */
#define COQUILL_PENDING_MAX_BODIES 4096
#define COQUILL_PENDING_MAX_BYTES (16 * 1024 * 1024)

typedef struct CoquillPendingChanges CoquillPendingChanges;

/** Returns: whether @need is met now */
typedef gboolean (*CoquillNeedFunc) (const CoquillNeed *need, gpointer data);

CoquillPendingChanges *
coquill_pending_changes_new (void) G_GNUC_WARN_UNUSED_RESULT;
void
coquill_pending_changes_free (CoquillPendingChanges *self);

/** Holds a body. Returns: %FALSE if there is no room for it */
gboolean
coquill_pending_changes_add (CoquillPendingChanges *self, const CoquillBody *body, const CoquillNeed *need);
gboolean
coquill_pending_changes_is_empty (const CoquillPendingChanges *self);
/** Returns: (transfer full) (nullable): the body held longest of those whose need is met */
CoquillBody *
coquill_pending_changes_take (CoquillPendingChanges *self, CoquillNeedFunc is_met, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillPendingChanges, coquill_pending_changes_free)

G_END_DECLS
