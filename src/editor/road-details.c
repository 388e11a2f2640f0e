/* SPDX-License-Identifier: GPL-3.0-or-later */
/* road-details.c: see the header. */

#include "editor/road-details.h"

#include <glib/gi18n.h>

#include "editor/moment.h"

/* Where the name begins in a person's row: after the face. */
#define MARGIN_START 60

/* The lines of the table, in their order. */
typedef enum
{
  LINE_ROUND_TRIP,
  LINE_SINCE,
  LINE_SENT,
  LINE_RECEIVED,
  N_LINES
} Line;

struct _CoquillRoadDetails
{
  GtkListBoxRow parent_instance;

  GtkLabel *why;
  GtkLabel *names[N_LINES];
  GtkLabel *values[N_LINES];

  CoquillParticipant *participant;
};

G_DEFINE_FINAL_TYPE (CoquillRoadDetails, coquill_road_details, GTK_TYPE_LIST_BOX_ROW)

static void
set_why (CoquillRoadDetails *self, const char *why)
{
  /* Translators: %s says why somebody isn't reached directly, such as “the routers between you let nothing
   * through”
   */
  g_autofree char *words = why != NULL ? g_strdup_printf (_ ("Not direct: %s"), why) : NULL;

  gtk_label_set_label (self->why, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->why), words != NULL);
}

/* Without a value the line is not there. @value: (transfer full) (nullable) */
static void
set_line (CoquillRoadDetails *self, Line line, char *value)
{
  gtk_label_set_label (self->values[line], value != NULL ? value : "");
  gtk_widget_set_visible (GTK_WIDGET (self->names[line]), value != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->values[line]), value != NULL);
  g_free (value);
}

/* The row is read out as one. */
static void
update_description (CoquillRoadDetails *self)
{
  g_autoptr (GString) words = g_string_new (gtk_label_get_label (self->why));

  for (guint i = 0; i < N_LINES; i++)
    if (gtk_widget_get_visible (GTK_WIDGET (self->values[i])))
      g_string_append_printf (words, "%s%s: %s", words->len > 0 ? "\n" : "",
                              gtk_label_get_label (self->names[i]), gtk_label_get_label (self->values[i]));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words->str, -1);
}

void
coquill_road_details_update (CoquillRoadDetails *self)
{
  CoquillParticipant *person;
  const char *why;
  gboolean direct;
  gint64 round_trip, since;
  guint64 sent, received;

  g_return_if_fail (COQUILL_IS_ROAD_DETAILS (self));
  person = self->participant;
  direct = coquill_participant_get_road (person) == COQUILL_ROAD_DIRECT;
  why = coquill_road_why_to_words (coquill_participant_get_road_why (person));
  round_trip = coquill_participant_get_round_trip (person);
  since = coquill_participant_get_road_since (person);
  sent = coquill_participant_get_road_sent (person);
  received = coquill_participant_get_road_received (person);

  set_why (self, why);
  /* Through the meeting point it is known how far that is, not how far the person behind it. */
  gtk_label_set_label (self->names[LINE_ROUND_TRIP], direct ? _ ("Round trip") : _ ("To the meeting point"));
  set_line (self, LINE_ROUND_TRIP, round_trip >= 0 ? coquill_round_trip_to_words (round_trip) : NULL);
  set_line (self, LINE_SINCE, since > 0 ? coquill_moment_to_words (since, g_get_real_time ()) : NULL);
  set_line (self, LINE_SENT, direct ? g_format_size (sent) : NULL);
  set_line (self, LINE_RECEIVED, direct ? g_format_size (received) : NULL);
  update_description (self);
}

static void
coquill_road_details_dispose (GObject *object)
{
  g_clear_object (&COQUILL_ROAD_DETAILS (object)->participant);
  G_OBJECT_CLASS (coquill_road_details_parent_class)->dispose (object);
}

static void
coquill_road_details_class_init (CoquillRoadDetailsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = coquill_road_details_dispose;
}

static GtkLabel *
add_label (GtkGrid *grid, const char *words, int column, int line)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_add_css_class (label, "caption");
  gtk_grid_attach (grid, label, column, line, 1, 1);
  return GTK_LABEL (label);
}

static void
coquill_road_details_init (CoquillRoadDetails *self)
{
  /* Translators: the names of values, each beside its value: the time to somebody and back, since when they
   * are reached in this way, and how much went directly */
  static const char *const names[N_LINES] = { N_ ("Round trip"), N_ ("Since"), N_ ("Sent"), N_ ("Received") };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *grid = gtk_grid_new ();

  /* Below the name of whom it is about. */
  gtk_widget_set_margin_start (box, MARGIN_START);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "road-details");
  self->why = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->why, 0);
  gtk_label_set_wrap (self->why, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->why), "caption");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->why));
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  for (int i = 0; i < N_LINES; i++)
    {
      self->names[i] = add_label (GTK_GRID (grid), _ (names[i]), 0, i);
      gtk_label_set_wrap (self->names[i], TRUE);
      gtk_widget_add_css_class (GTK_WIDGET (self->names[i]), "dimmed");
      self->values[i] = add_label (GTK_GRID (grid), NULL, 1, i);
      gtk_widget_add_css_class (GTK_WIDGET (self->values[i]), "numeric");
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self->values[i]), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                      self->names[i], NULL, -1);
    }
  gtk_box_append (GTK_BOX (box), grid);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
}

GtkWidget *
coquill_road_details_new (CoquillParticipant *participant)
{
  static const char *const followed[]
      = { "notify::road",       "notify::road-why",  "notify::round-trip",
          "notify::road-since", "notify::road-sent", "notify::road-received" };
  CoquillRoadDetails *self;

  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (participant), NULL);

  self = g_object_new (COQUILL_TYPE_ROAD_DETAILS, NULL);
  self->participant = g_object_ref (participant);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (participant, followed[i], G_CALLBACK (coquill_road_details_update), self,
                             G_CONNECT_SWAPPED);
  coquill_road_details_update (self);
  return GTK_WIDGET (self);
}
