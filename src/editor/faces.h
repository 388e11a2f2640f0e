/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faces.h: who is here: overlapping faces, some, then +N. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define COQUILL_TYPE_FACES (coquill_faces_get_type ())
/**
 * CoquillFaces:
 *
 * Shows the others who are present in a list of people. Who leaves is drawn pale for a moment before they are gone.
 * Hidden while there are none.
 *
 * Properties: `size` (int, construct): diameter of a face in pixels; `people` (GListModel, nullable); `limit`
 * (int): how many faces there are at most, before "+N"; 3.
 *
 * CSS: `faces`.
 */
G_DECLARE_FINAL_TYPE (CoquillFaces, coquill_faces, COQUILL, FACES, GtkWidget)

GtkWidget *
coquill_faces_new (int size);

void
coquill_faces_set_people (CoquillFaces *self, GListModel *people);

G_END_DECLS
