/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h: an open document: header, text, people. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_PAGE (coquill_page_get_type ())
/**
 * CoquillPage:
 *
 * Opens its replica when it is made and closes it when it is disposed. For a document that is being joined it
 * shows the progress, then the text.
 *
 * Properties: `replica` (CoquillReplica, nullable while joining), `narrow` (boolean): a window of a phone's
 * width, where people are a bottom sheet and Share is in the menu; `compact` (boolean): people lie over the
 * text; `show-people` (boolean); `connect-directly` (boolean): bound to the replica.
 *
 * Actions: page.undo, page.redo, page.find, page.replace, page.save, page.save-copy, page.rename, page.share,
 * page.share-from-menu, page.show-people, page.connect-directly, page.remove. It is to be within an
 * AdwToastOverlay.
 */
G_DECLARE_FINAL_TYPE (CoquillPage, coquill_page, COQUILL, PAGE, AdwNavigationPage)

CoquillPage *
coquill_page_new (CoquillLibrary *library, CoquillReplica *replica);
CoquillPage *
coquill_page_new_for_join (CoquillLibrary *library, CoquillJoin *join);

/** Returns: (transfer none) (nullable): */
CoquillReplica *
coquill_page_get_replica (CoquillPage *self);

/** Puts the keyboard focus into the text. */
void
coquill_page_focus_text (CoquillPage *self);

G_END_DECLS
