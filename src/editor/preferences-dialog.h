/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preferences-dialog.h: who one is, which meeting point to offer, what others may see. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_PREFERENCES_DIALOG (coquill_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    CoquillPreferencesDialog, coquill_preferences_dialog, COQUILL, PREFERENCES_DIALOG, AdwPreferencesDialog)

CoquillPreferencesDialog *
coquill_preferences_dialog_new (CoquillLibrary *library);

G_END_DECLS
