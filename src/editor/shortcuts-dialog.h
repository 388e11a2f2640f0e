/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shortcuts-dialog.h: the keys. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_SHORTCUTS_DIALOG (coquill_shortcuts_dialog_get_type ())
/**
 * CoquillShortcutsDialog:
 *
 * GtkShortcutsWindow is deprecated since GTK 4.18 and AdwShortcutsDialog comes with libadwaita 1.8; until
 * that is what we build on, this shows the keys in preference rows.
 */
G_DECLARE_FINAL_TYPE (CoquillShortcutsDialog, coquill_shortcuts_dialog, COQUILL, SHORTCUTS_DIALOG, AdwDialog)

CoquillShortcutsDialog *
coquill_shortcuts_dialog_new (void);

G_END_DECLS
