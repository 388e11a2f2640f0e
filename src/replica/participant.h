/* SPDX-License-Identifier: GPL-3.0-or-later */
/* participant.h: a person at a device who takes part in a document. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * CoquillRoadKind:
 * @COQUILL_ROAD_NONE: not on line
 * @COQUILL_ROAD_RELAY: through the relay
 * @COQUILL_ROAD_DIRECT: straight
 *
 * By which road a participant is reached.
 */
typedef enum
{
  COQUILL_ROAD_NONE,
  COQUILL_ROAD_RELAY,
  COQUILL_ROAD_DIRECT,
} CoquillRoadKind;

#define COQUILL_TYPE_PARTICIPANT (coquill_participant_get_type ())
/**
 * CoquillParticipant:
 *
 * One device of one person in one document, as an item of [property@Replica:people]. All values are
 * properties with notification; the replica changes them, everyone else only reads.
 *
 * Properties: `device` (string, 64 hexadecimal digits), `name` (string, never empty), `color` (string
 * "#rrggbb"), `is-self` (boolean), `present` (boolean: on line now), `typing` (boolean: wrote within the last
 * 2 s), `has-caret` (boolean), `caret` (uint64, code points, in the text as of the last "text-changed"),
 * `selection-bound` (uint64, code points; equal to `caret` without a selection), `road` (CoquillRoadKind),
 * `round-trip` (int64, microseconds, -1 unknown), `last-seen` (int64, microseconds of the real-time clock, 0
 * never).
 */
G_DECLARE_FINAL_TYPE (CoquillParticipant, coquill_participant, COQUILL, PARTICIPANT, GObject)

const char *
coquill_participant_get_device (CoquillParticipant *self);
const char *
coquill_participant_get_name (CoquillParticipant *self);
const char *
coquill_participant_get_color (CoquillParticipant *self);
gboolean
coquill_participant_is_self (CoquillParticipant *self);
gboolean
coquill_participant_is_present (CoquillParticipant *self);
gboolean
coquill_participant_is_typing (CoquillParticipant *self);

/**
 * coquill_participant_get_caret:
 * @self: a participant
 * @caret: (out) (optional): position of the caret, code points
 * @selection_bound: (out) (optional): the other end of the selection, code points
 *
 * The caret follows the text: it is an anchor, resolved after each change.
 *
 * Returns: whether a caret is known
 */
gboolean
coquill_participant_get_caret (CoquillParticipant *self, guint64 *caret, guint64 *selection_bound);

CoquillRoadKind
coquill_participant_get_road (CoquillParticipant *self);
gint64
coquill_participant_get_round_trip (CoquillParticipant *self);

G_END_DECLS
