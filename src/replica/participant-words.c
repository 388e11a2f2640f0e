/* SPDX-License-Identifier: GPL-3.0-or-later */
/* participant-words.c: by which road a person is reached, in words. */

#include "config.h"

#include "replica/participant.h"

#include <glib/gi18n-lib.h>

const char *
coquill_road_why_to_string (CoquillRoadWhy why)
{
  static const char *const names[] = {
    [COQUILL_ROAD_WHY_NONE] = "none",
    [COQUILL_ROAD_WHY_NOT_TRIED] = "not-tried",
    [COQUILL_ROAD_WHY_TRYING] = "trying",
    [COQUILL_ROAD_WHY_HIDDEN_HERE] = "hidden-here",
    [COQUILL_ROAD_WHY_HIDDEN_THERE] = "hidden-there",
    [COQUILL_ROAD_WHY_TOO_MANY] = "too-many",
    [COQUILL_ROAD_WHY_NO_ADDRESS] = "no-address",
    [COQUILL_ROAD_WHY_NO_ANSWER] = "no-answer",
    [COQUILL_ROAD_WHY_NO_WAY] = "no-way",
    [COQUILL_ROAD_WHY_NOT_PROVEN] = "not-proven",
    [COQUILL_ROAD_WHY_LOST] = "lost",
  };

  g_return_val_if_fail ((guint)why < G_N_ELEMENTS (names), NULL);
  return names[why];
}

const char *
coquill_road_why_to_words (CoquillRoadWhy why)
{
  /* Translators: these continue the sentences “Through the meeting point: …” and “Not direct: …” */
  static const char *const words[] = {
    [COQUILL_ROAD_WHY_NONE] = NULL,
    [COQUILL_ROAD_WHY_NOT_TRIED] = NULL,
    [COQUILL_ROAD_WHY_TRYING] = N_ ("a direct way is being tried"),
    [COQUILL_ROAD_WHY_HIDDEN_HERE] = N_ ("connecting directly is switched off here"),
    [COQUILL_ROAD_WHY_HIDDEN_THERE] = N_ ("connecting directly is switched off there"),
    [COQUILL_ROAD_WHY_TOO_MANY] = N_ ("too many people are here to connect with each directly"),
    [COQUILL_ROAD_WHY_NO_ADDRESS] = N_ ("this device has no address that others could reach"),
    [COQUILL_ROAD_WHY_NO_ANSWER] = N_ ("the other program does not answer"),
    [COQUILL_ROAD_WHY_NO_WAY] = N_ ("the routers between you let nothing through"),
    [COQUILL_ROAD_WHY_NOT_PROVEN] = N_ ("the other end of the direct way could not prove who it is"),
    [COQUILL_ROAD_WHY_LOST] = N_ ("the direct way broke and is tried again"),
  };

  g_return_val_if_fail ((guint)why < G_N_ELEMENTS (words), NULL);
  return words[why] != NULL ? _ (words[why]) : NULL;
}

char *
coquill_round_trip_to_words (gint64 round_trip)
{
  if (round_trip < G_TIME_SPAN_MILLISECOND)
    /* Translators: a time there and back */
    return g_strdup (_ ("less than 1 ms"));
  /* Translators: a time there and back, in milliseconds */
  return g_strdup_printf (_ ("%d ms"), (int)(MIN (round_trip, G_TIME_SPAN_HOUR) / G_TIME_SPAN_MILLISECOND));
}

static char *
direct_words (CoquillParticipant *self)
{
  gint64 round_trip = coquill_participant_get_round_trip (self);
  g_autofree char *time = round_trip >= 0 ? coquill_round_trip_to_words (round_trip) : NULL;

  if (coquill_participant_is_road_forwarded (self))
    return time != NULL
               /* Translators: %s is a time there and back, such as “12 ms” */
               ? g_strdup_printf (_ ("Directly, over a TURN server, %s"), time)
               : g_strdup (_ ("Directly, over a TURN server"));
  /* Translators: connected without the meeting point; %s is a time there and back, such as “12 ms” */
  return time != NULL ? g_strdup_printf (_ ("Directly, %s"), time) : g_strdup (_ ("Directly"));
}

char *
coquill_participant_dup_road_words (CoquillParticipant *self)
{
  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (self), NULL);

  if (coquill_participant_is_self (self) || !coquill_participant_is_present (self))
    return NULL;
  switch (coquill_participant_get_road (self))
    {
    case COQUILL_ROAD_DIRECT:
      return direct_words (self);
    case COQUILL_ROAD_RELAY:
      /* Translators: connected by way of the relay */
      return g_strdup (_ ("Through the meeting point"));
    case COQUILL_ROAD_NONE:
    default:
      return NULL;
    }
}
