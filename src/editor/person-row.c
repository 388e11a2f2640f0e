/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person-row.c: see the header. */

#include "editor/person-row.h"

#include <glib/gi18n.h>

#include "editor/face.h"
#include "editor/moment.h"

struct _CoquillPersonRow
{
  AdwActionRow parent_instance;

  CoquillParticipant *participant;
};

G_DEFINE_FINAL_TYPE (CoquillPersonRow, coquill_person_row, ADW_TYPE_ACTION_ROW)

/* The road and the round trip, as far as they are known. */
static char *
road_words (CoquillParticipant *participant)
{
  gint64 round_trip = coquill_participant_get_round_trip (participant);
  CoquillRoadKind road = coquill_participant_get_road (participant);

  if (road == COQUILL_ROAD_NONE)
    return g_strdup (_ ("On line"));
  if (round_trip < 0)
    return g_strdup (road == COQUILL_ROAD_DIRECT ? _ ("Direct") : _ ("Through the relay"));
  if (road == COQUILL_ROAD_DIRECT)
    /* Translators: a connection without a relay, and its round-trip time in milliseconds */
    return g_strdup_printf (_ ("Direct, %d ms"), (int)((round_trip + 500) / 1000));
  /* Translators: a connection by way of the relay, and its round-trip time in milliseconds */
  return g_strdup_printf (_ ("Through the relay, %d ms"), (int)((round_trip + 500) / 1000));
}

static char *
describe (CoquillParticipant *participant)
{
  gint64 last_seen;
  g_autofree char *moment = NULL;

  if (coquill_participant_is_self (participant))
    return g_strdup (_ ("This device"));
  if (coquill_participant_is_present (participant))
    return road_words (participant);
  g_object_get (participant, "last-seen", &last_seen, NULL);
  if (last_seen == 0)
    return g_strdup (_ ("Away"));
  moment = coquill_moment_to_words (last_seen, g_get_real_time ());
  /* Translators: %s is a point in time as "Yesterday" or "5 minutes ago" */
  return g_strdup_printf (_ ("Last seen: %s"), moment);
}

static void
update (CoquillPersonRow *self)
{
  const char *name = coquill_participant_get_name (self->participant);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = describe (self->participant);

  /* Translators: the name of whoever reads this, in the list of people */
  title = coquill_participant_is_self (self->participant) ? g_strdup_printf (_ ("%s (You)"), name)
                                                          : g_strdup (name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
}

static void
coquill_person_row_dispose (GObject *object)
{
  g_clear_object (&COQUILL_PERSON_ROW (object)->participant);
  G_OBJECT_CLASS (coquill_person_row_parent_class)->dispose (object);
}

static void
coquill_person_row_class_init (CoquillPersonRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_person_row_dispose;
}

static void
coquill_person_row_init (CoquillPersonRow *self)
{
  /* A name is what somebody typed elsewhere, never markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (self), 2);
}

GtkWidget *
coquill_person_row_new (CoquillParticipant *participant)
{
  CoquillPersonRow *self;

  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (participant), NULL);

  self = g_object_new (COQUILL_TYPE_PERSON_ROW, NULL);
  self->participant = g_object_ref (participant);
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), coquill_face_new (participant, 36));
  g_signal_connect_object (participant, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
