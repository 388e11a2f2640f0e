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

/**
 * CoquillRoadWhy:
 * @COQUILL_ROAD_WHY_NONE: it is direct, or nobody is there
 * @COQUILL_ROAD_WHY_NOT_TRIED: nothing is known yet of how to reach the person
 * @COQUILL_ROAD_WHY_TRYING: a direct road is being tried
 * @COQUILL_ROAD_WHY_HIDDEN_HERE: this device is set never to connect directly
 * @COQUILL_ROAD_WHY_HIDDEN_THERE: the other one is
 * @COQUILL_ROAD_WHY_TOO_MANY: one of the two has as many direct roads as it keeps
 * @COQUILL_ROAD_WHY_NO_ADDRESS: this device is on no network
 * @COQUILL_ROAD_WHY_NO_ANSWER: the other program doesn't answer the offer
 * @COQUILL_ROAD_WHY_NO_WAY: routers or firewalls in between let nothing through
 * @COQUILL_ROAD_WHY_NOT_PROVEN: a way was found, but not the right person at its end
 * @COQUILL_ROAD_WHY_LOST: it was direct, and broke; it is tried again
 *
 * Why a participant isn't reached directly.
 */
typedef enum
{
  COQUILL_ROAD_WHY_NONE,
  COQUILL_ROAD_WHY_NOT_TRIED,
  COQUILL_ROAD_WHY_TRYING,
  COQUILL_ROAD_WHY_HIDDEN_HERE,
  COQUILL_ROAD_WHY_HIDDEN_THERE,
  COQUILL_ROAD_WHY_TOO_MANY,
  COQUILL_ROAD_WHY_NO_ADDRESS,
  COQUILL_ROAD_WHY_NO_ANSWER,
  COQUILL_ROAD_WHY_NO_WAY,
  COQUILL_ROAD_WHY_NOT_PROVEN,
  COQUILL_ROAD_WHY_LOST,
} CoquillRoadWhy;

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
 * `round-trip` (int64, microseconds, -1 unknown: to the person if the road is direct, else only to the
 * meeting point), `road-since` (int64, microseconds of the real-time clock when the road became this one, 0
 * never), `road-sent`, `road-received` (uint64, bytes that crossed the network on direct roads to the person
 * since it came), `road-forwarded` (boolean: the direct road goes over a TURN server), `road-why`
 * (CoquillRoadWhy: why it isn't direct), `road-words` (string, nullable: see
 * coquill_participant_dup_road_words()), `last-seen` (int64, microseconds of the real-time clock, 0 never).
 * Round trip and bytes are told at most once a second.
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
CoquillRoadWhy
coquill_participant_get_road_why (CoquillParticipant *self);
gint64
coquill_participant_get_road_since (CoquillParticipant *self);
guint64
coquill_participant_get_road_sent (CoquillParticipant *self);
guint64
coquill_participant_get_road_received (CoquillParticipant *self);
gboolean
coquill_participant_is_road_forwarded (CoquillParticipant *self);

/**
 * coquill_participant_dup_road_words:
 *
 * Why it isn't directly is another sentence, coquill_road_why_to_words().
 *
 * Returns: (transfer full) (nullable): in translated words how the person is reached: “Directly, 12 ms”,
 *   “Through the meeting point”; %NULL for oneself and for the absent
 */
char *
coquill_participant_dup_road_words (CoquillParticipant *self);

/**
 * coquill_round_trip_to_words:
 * @round_trip: microseconds, not negative
 *
 * Returns: (transfer full): in translated words how long it is there and back: “12 ms”, “less than 1 ms”
 */
char *
coquill_round_trip_to_words (gint64 round_trip);

/**
 * coquill_road_why_to_string:
 *
 * Returns: the machine-readable word of @why: "none", "not-tried", "trying", "hidden-here", "hidden-there",
 *   "too-many", "no-address", "no-answer", "no-way", "not-proven", "lost"
 */
const char *
coquill_road_why_to_string (CoquillRoadWhy why);
/** The translated sentence of @why; %NULL for %COQUILL_ROAD_WHY_NONE. */
const char *
coquill_road_why_to_words (CoquillRoadWhy why);

G_END_DECLS
