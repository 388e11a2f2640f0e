/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join-dialog.h: asks before a document is joined. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_JOIN_DIALOG (coquill_join_dialog_get_type ())
/**
 * CoquillJoinDialog:
 *
 * Says which meeting point a link leads to and what members will see, and takes the name one joins under.
 *
 * Signals:
 *  - `join (const char *link)`: the person said yes.
 */
G_DECLARE_FINAL_TYPE (CoquillJoinDialog, coquill_join_dialog, COQUILL, JOIN_DIALOG, AdwDialog)

/** @link: (nullable): %NULL to ask for it */
CoquillJoinDialog *
coquill_join_dialog_new (CoquillLibrary *library, const char *link);

G_END_DECLS
