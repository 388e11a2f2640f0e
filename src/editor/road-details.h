/* SPDX-License-Identifier: GPL-3.0-or-later */
/* road-details.h: how a person is reached: the road, its round trip, bytes and age, and why it isn't direct.
 */
#pragma once

#include <gtk/gtk.h>

#include "replica/participant.h"

G_BEGIN_DECLS

#define COQUILL_TYPE_ROAD_DETAILS (coquill_road_details_get_type ())
/**
 * CoquillRoadDetails:
 *
 * A row for the inside of a [class@PersonRow]. It follows the participant.
 */
G_DECLARE_FINAL_TYPE (CoquillRoadDetails, coquill_road_details, COQUILL, ROAD_DETAILS, GtkListBoxRow)

GtkWidget *
coquill_road_details_new (CoquillParticipant *participant);

/** Says the values anew: the age grows without a notification. */
void
coquill_road_details_update (CoquillRoadDetails *self);

G_END_DECLS
