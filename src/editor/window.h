/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.h: a window: the list of documents and the one that is open. */
#pragma once

#include <adwaita.h>

#include "editor/page.h"
#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_WINDOW (coquill_window_get_type ())
/**
 * CoquillWindow:
 *
 * Shows, one after the other: nothing while the library opens, why it can't be opened, the first start's
 * welcome while there are no documents, and else the documents beside the open one.
 *
 * Properties: `narrow`, `compact` (boolean): set by the breakpoints, for the page; `document` (CoquillReplica,
 * nullable, read-only): what is open.
 *
 * Actions: win.new, win.open, win.join, win.search, win.show-document (id), win.remove-document (id),
 * win.try-again.
 */
G_DECLARE_FINAL_TYPE (CoquillWindow, coquill_window, COQUILL, WINDOW, AdwApplicationWindow)

CoquillWindow *
coquill_window_new (AdwApplication *application);

/** Gives the window the library once it is open, or the reason why it isn't. */
void
coquill_window_set_library (CoquillWindow *self, CoquillLibrary *library, const GError *error);

/** Shows @replica in this window. */
void
coquill_window_show_document (CoquillWindow *self, CoquillReplica *replica);

/** Returns: (transfer none) (nullable): the document in this window */
CoquillReplica *
coquill_window_get_document (CoquillWindow *self);

/** Makes private documents from @files, and shows the last. */
void
coquill_window_open_files (CoquillWindow *self, GListModel *files);

/** Asks whether to join by @link (nullable: asks for the link as well). */
void
coquill_window_join (CoquillWindow *self, const char *link);

G_END_DECLS
