/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edge-pill.h: "Ana ↓" at the edge of a text: somebody writes beyond it. */
#pragma once

#include <adwaita.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_EDGE_PILL (coquill_edge_pill_get_type ())
/**
 * CoquillEdgePill:
 *
 * A small button that appears when @author wrote off screen and goes there when it is clicked. It leaves when
 * the place comes into sight, or after ten seconds without another edit.
 *
 * Properties: `edge` (GtkPositionType): GTK_POS_TOP or GTK_POS_BOTTOM.
 */
G_DECLARE_FINAL_TYPE (CoquillEdgePill, coquill_edge_pill, COQUILL, EDGE_PILL, AdwBin)

/** @author wrote at @place of the buffer of @view, beyond this edge. */
void
coquill_edge_pill_point (CoquillEdgePill *self,
                         GtkTextView *view,
                         CoquillParticipant *author,
                         const GtkTextIter *place);

/** Hides the pill if what it points to is in sight. */
void
coquill_edge_pill_update (CoquillEdgePill *self);

G_END_DECLS
