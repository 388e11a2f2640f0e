/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person-row.h: a person in the people pane: face, name, by which road; opened, all about that road. */
#pragma once

#include <adwaita.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_PERSON_ROW (coquill_person_row_get_type ())
G_DECLARE_FINAL_TYPE (CoquillPersonRow, coquill_person_row, COQUILL, PERSON_ROW, AdwExpanderRow)

GtkWidget *
coquill_person_row_new (CoquillParticipant *participant);

G_END_DECLS
