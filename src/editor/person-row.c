/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person-row.c: see the header. */

#include "editor/person-row.h"

#include <glib/gi18n.h>

#include "editor/face.h"
#include "editor/moment.h"
#include "editor/road-details.h"

struct _CoquillPersonRow
{
  AdwExpanderRow parent_instance;

  CoquillParticipant *participant;
  GtkWidget *details; /* NULL while there is no road to tell of */
};

G_DEFINE_FINAL_TYPE (CoquillPersonRow, coquill_person_row, ADW_TYPE_EXPANDER_ROW)

static char *
describe (CoquillParticipant *participant)
{
  g_autofree char *road = coquill_participant_dup_road_words (participant);
  gint64 last_seen;
  g_autofree char *moment = NULL;

  if (coquill_participant_is_self (participant))
    return g_strdup (_ ("This device"));
  if (coquill_participant_is_present (participant))
    return road != NULL ? g_steal_pointer (&road) : g_strdup (_ ("On line"));
  g_object_get (participant, "last-seen", &last_seen, NULL);
  if (last_seen == 0)
    return g_strdup (_ ("Away"));
  moment = coquill_moment_to_words (last_seen, g_get_real_time ());
  /* Translators: %s is a point in time as "Yesterday" or "5 minutes ago" */
  return g_strdup_printf (_ ("Last seen: %s"), moment);
}

/* Only somebody who is there, and somebody else, is reached by a road. */
static void
update_details (CoquillPersonRow *self)
{
  gboolean wanted = coquill_participant_is_present (self->participant)
                    && !coquill_participant_is_self (self->participant);

  if (wanted == (self->details != NULL))
    return;
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (self), wanted);
  /* To enable it also opens it. */
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self), FALSE);
  if (wanted)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "reached");
      self->details = coquill_road_details_new (self->participant);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (self), self->details);
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self), "reached");
      adw_expander_row_remove (ADW_EXPANDER_ROW (self), g_steal_pointer (&self->details));
    }
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
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  update_details (self);
}

static void
expanded_cb (CoquillPersonRow *self)
{
  if (self->details != NULL)
    coquill_road_details_update (COQUILL_ROAD_DETAILS (self->details));
}

static void
coquill_person_row_dispose (GObject *object)
{
  CoquillPersonRow *self = COQUILL_PERSON_ROW (object);

  self->details = NULL;
  g_clear_object (&self->participant);
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
  adw_expander_row_set_title_lines (ADW_EXPANDER_ROW (self), 2);
  gtk_widget_add_css_class (GTK_WIDGET (self), "person");
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (self), FALSE);
  adw_expander_row_set_subtitle_lines (ADW_EXPANDER_ROW (self), 2);
  g_signal_connect (self, "notify::expanded", G_CALLBACK (expanded_cb), NULL);
}

GtkWidget *
coquill_person_row_new (CoquillParticipant *participant)
{
  static const char *const followed[]
      = { "notify::name", "notify::present", "notify::road-words", "notify::last-seen" };
  CoquillPersonRow *self;

  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (participant), NULL);

  self = g_object_new (COQUILL_TYPE_PERSON_ROW, NULL);
  self->participant = g_object_ref (participant);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (self), coquill_face_new (participant, 36));
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (participant, followed[i], G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
