/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.h: the small round picture of a person: initials on their colour. */
#pragma once

#include <gtk/gtk.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_FACE (coquill_face_get_type ())
/**
 * CoquillFace:
 *
 * AdwAvatar picks its colours itself; this one shows the colour that the person's caret has. Who is away is
 * drawn paler; who types has a ring.
 *
 * CSS: `face`. Accessibility: an image, labelled with the name.
 */
G_DECLARE_FINAL_TYPE (CoquillFace, coquill_face, COQUILL, FACE, GtkWidget)

/** @participant: who; @size: diameter in pixels, ring included */
GtkWidget *
coquill_face_new (CoquillParticipant *participant, int size);

/** A face that stands for @count more people. */
GtkWidget *
coquill_face_new_more (guint count, int size);

G_END_DECLS
