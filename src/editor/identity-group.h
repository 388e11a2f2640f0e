/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identity-group.h: who one is to others: a name and a colour. */
#pragma once

#include <adwaita.h>

#include "replica/library.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_IDENTITY_GROUP (coquill_identity_group_get_type ())
/**
 * CoquillIdentityGroup:
 *
 * Shows and changes the library's `name` and `color`, at once. An empty name is not taken.
 */
G_DECLARE_FINAL_TYPE (
    CoquillIdentityGroup, coquill_identity_group, COQUILL, IDENTITY_GROUP, AdwPreferencesGroup)

void
coquill_identity_group_set_library (CoquillIdentityGroup *self, CoquillLibrary *library);

G_END_DECLS
