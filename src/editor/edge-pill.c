/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edge-pill.c: see the header. */

#include "editor/edge-pill.h"

#include <glib/gi18n.h>

#define STAYS_SECONDS 10

struct _CoquillEdgePill
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkButton *button;
  GtkTextView *view; /* weak */
  GtkTextMark *mark;
  GtkPositionType edge;
  guint timeout;
};

G_DEFINE_FINAL_TYPE (CoquillEdgePill, coquill_edge_pill, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_EDGE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
hide (CoquillEdgePill *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->mark != NULL)
    gtk_text_buffer_delete_mark (gtk_text_mark_get_buffer (self->mark), self->mark);
  g_clear_object (&self->mark);
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

static void
expired_cb (gpointer data)
{
  CoquillEdgePill *self = data;

  self->timeout = 0;
  hide (self);
}

static void
clicked_cb (CoquillEdgePill *self)
{
  if (self->view != NULL && self->mark != NULL)
    {
      gtk_text_view_scroll_to_mark (self->view, self->mark, 0.1, FALSE, 0, 0);
      gtk_widget_grab_focus (GTK_WIDGET (self->view));
    }
  hide (self);
}

void
coquill_edge_pill_point (CoquillEdgePill *self,
                         GtkTextView *view,
                         CoquillParticipant *author,
                         const GtkTextIter *place)
{
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;
  const char *name = coquill_participant_get_name (author);

  g_return_if_fail (COQUILL_IS_EDGE_PILL (self));

  g_set_weak_pointer (&self->view, view);
  if (self->mark == NULL)
    self->mark
        = g_object_ref (gtk_text_buffer_create_mark (gtk_text_view_get_buffer (view), NULL, place, FALSE));
  else
    gtk_text_buffer_move_mark (gtk_text_view_get_buffer (view), self->mark, place);

  label = g_strdup_printf (self->edge == GTK_POS_TOP ? "%s ↑" : "%s ↓", name);
  description = g_strdup_printf (self->edge == GTK_POS_TOP
                                     /* Translators: %s is a person's name; a button that scrolls there */
                                     ? _ ("%s writes further up. Go there")
                                     : _ ("%s writes further down. Go there"),
                                 name);
  gtk_button_set_label (self->button, label);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), description);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
  g_clear_handle_id (&self->timeout, g_source_remove);
  self->timeout = g_timeout_add_seconds_once (STAYS_SECONDS, expired_cb, self);
}

void
coquill_edge_pill_update (CoquillEdgePill *self)
{
  GdkRectangle sight;
  GdkRectangle place;
  GtkTextIter iter;

  g_return_if_fail (COQUILL_IS_EDGE_PILL (self));
  if (self->view == NULL || self->mark == NULL)
    return;
  gtk_text_buffer_get_iter_at_mark (gtk_text_mark_get_buffer (self->mark), &iter, self->mark);
  gtk_text_view_get_visible_rect (self->view, &sight);
  gtk_text_view_get_iter_location (self->view, &iter, &place);
  if (place.y + place.height > sight.y && place.y < sight.y + sight.height)
    hide (self);
}

static void
coquill_edge_pill_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_EDGE)
    g_value_set_enum (value, (int)COQUILL_EDGE_PILL (object)->edge);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
coquill_edge_pill_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillEdgePill *self = COQUILL_EDGE_PILL (object);

  if (id != PROP_EDGE)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  self->edge = (GtkPositionType)g_value_get_enum (value);
  gtk_revealer_set_transition_type (self->revealer, self->edge == GTK_POS_TOP
                                                        ? GTK_REVEALER_TRANSITION_TYPE_SLIDE_DOWN
                                                        : GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
}

static void
coquill_edge_pill_dispose (GObject *object)
{
  CoquillEdgePill *self = COQUILL_EDGE_PILL (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_weak_pointer (&self->view);
  g_clear_object (&self->mark);
  G_OBJECT_CLASS (coquill_edge_pill_parent_class)->dispose (object);
}

static void
coquill_edge_pill_class_init (CoquillEdgePillClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = coquill_edge_pill_dispose;
  object_class->get_property = coquill_edge_pill_get_property;
  object_class->set_property = coquill_edge_pill_set_property;
  props[PROP_EDGE] = g_param_spec_enum ("edge", NULL, NULL, GTK_TYPE_POSITION_TYPE, GTK_POS_BOTTOM,
                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
coquill_edge_pill_init (CoquillEdgePill *self)
{
  self->edge = GTK_POS_BOTTOM;
  self->button = GTK_BUTTON (gtk_button_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "edge-pill");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "osd");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), "pill");
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (clicked_cb), self);

  self->revealer = GTK_REVEALER (gtk_revealer_new ());
  gtk_revealer_set_child (self->revealer, GTK_WIDGET (self->button));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->revealer));
}
