/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share-dialog.h: makes a link that invites others to a document. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_SHARE_DIALOG (coquill_share_dialog_get_type ())
/**
 * CoquillShareDialog:
 *
 * The first time it asks who one is and which meeting point to use; the link comes when the whole document is
 * there. For a document that is shared already it shows the link straight away.
 */
G_DECLARE_FINAL_TYPE (CoquillShareDialog, coquill_share_dialog, COQUILL, SHARE_DIALOG, AdwDialog)

CoquillShareDialog *
coquill_share_dialog_new (CoquillLibrary *library, CoquillReplica *replica);

G_END_DECLS
