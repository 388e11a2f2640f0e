/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people-pane.h: everybody who takes part in a document. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_PEOPLE_PANE (coquill_people_pane_get_type ())
G_DECLARE_FINAL_TYPE (CoquillPeoplePane, coquill_people_pane, COQUILL, PEOPLE_PANE, AdwBin)

/** @people: (nullable): a list of #CoquillParticipant */
void
coquill_people_pane_set_people (CoquillPeoplePane *self, GListModel *people);

G_END_DECLS
