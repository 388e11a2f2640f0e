/* SPDX-License-Identifier: GPL-3.0-or-later */
/* participant-private.h: how the replica changes a participant. */
#pragma once

#include "replica/participant.h"

G_BEGIN_DECLS

/**
 * coquill_participant_new:
 * @device: 64 hexadecimal digits
 * @is_self: whether it is this device
 *
 * Returns: (transfer full): somebody absent, called "Somebody", with a color that follows from @device
 */
CoquillParticipant *
coquill_participant_new (const char *device, gboolean is_self) G_GNUC_WARN_UNUSED_RESULT;

/** (transfer full): the color of somebody who chose none: "#rrggbb", one of a few that can be told apart. */
char *
coquill_participant_default_color (const char *device);

/* All of these notify, and only if something changes. */

/** @name: (nullable): %NULL or empty is ignored */
void
coquill_participant_set_name (CoquillParticipant *self, const char *name);
/** @color: (nullable): ignored unless it is "#rrggbb" */
void
coquill_participant_set_color (CoquillParticipant *self, const char *color);
void
coquill_participant_set_present (CoquillParticipant *self, gboolean present);
void
coquill_participant_set_typing (CoquillParticipant *self, gboolean typing);
void
coquill_participant_set_caret (CoquillParticipant *self, guint64 caret, guint64 selection_bound);
void
coquill_participant_clear_caret (CoquillParticipant *self);
/**
 * coquill_participant_set_road:
 * @since: microseconds of the real-time clock; taken over when @road is another one
 * @forwarded: over a TURN server
 */
void
coquill_participant_set_road (
    CoquillParticipant *self, CoquillRoadKind road, CoquillRoadWhy why, gboolean forwarded, gint64 since);
/** @round_trip: -1 unknown. Bytes and round trip; the caller sees to it that it isn't too often. */
void
coquill_participant_set_road_traffic (CoquillParticipant *self,
                                      gint64 round_trip,
                                      guint64 sent,
                                      guint64 received);
void
coquill_participant_set_last_seen (CoquillParticipant *self, gint64 last_seen);

G_END_DECLS
