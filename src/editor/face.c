/* SPDX-License-Identifier: GPL-3.0-or-later */
/* face.c: see the header. */

#include "editor/face.h"

#include <glib/gi18n.h>

/* Between the disc and the widget's edge: room for the ring and for a gap to what it overlaps. */
#define RING 2.0f

#define AWAY_OPACITY 0.45

struct _CoquillFace
{
  GtkWidget parent_instance;

  CoquillParticipant *participant; /* NULL: stands for more people */
  char *initials;
  GdkRGBA color;
  int size;
};

G_DEFINE_FINAL_TYPE (CoquillFace, coquill_face, GTK_TYPE_WIDGET)

/* The first letters of the first and the last word. */
static char *
initials_of (const char *name)
{
  g_auto (GStrv) words = g_strsplit_set (name, " \t\n", -1);
  GString *initials = g_string_new (NULL);
  const char *first = NULL;
  const char *last = NULL;

  for (char **word = words; *word != NULL; word++)
    if (g_unichar_isalnum (g_utf8_get_char (*word)))
      {
        if (first == NULL)
          first = *word;
        last = *word;
      }
  if (first != NULL)
    g_string_append_unichar (initials, g_unichar_toupper (g_utf8_get_char (first)));
  if (last != first)
    g_string_append_unichar (initials, g_unichar_toupper (g_utf8_get_char (last)));
  return g_string_free (initials, FALSE);
}

static void
update (CoquillFace *self)
{
  const char *name = coquill_participant_get_name (self->participant);

  g_free (self->initials);
  self->initials = initials_of (name);
  if (!gdk_rgba_parse (&self->color, coquill_participant_get_color (self->participant)))
    gdk_rgba_parse (&self->color, "#77767b");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
append_disc (GtkSnapshot *snapshot, const GdkRGBA *color, float center, float radius)
{
  GskRoundedRect disc;

  gsk_rounded_rect_init_from_rect (
      &disc, &GRAPHENE_RECT_INIT (center - radius, center - radius, 2 * radius, 2 * radius), radius);
  gtk_snapshot_push_rounded_clip (snapshot, &disc);
  gtk_snapshot_append_color (snapshot, color, &disc.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
append_ring (GtkSnapshot *snapshot, const GdkRGBA *color, float center)
{
  const float widths[] = { RING, RING, RING, RING };
  const GdkRGBA colors[] = { *color, *color, *color, *color };
  GskRoundedRect ring;

  gsk_rounded_rect_init_from_rect (&ring, &GRAPHENE_RECT_INIT (0, 0, 2 * center, 2 * center), center);
  gtk_snapshot_append_border (snapshot, &ring, widths, colors);
}

static void
coquill_face_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CoquillFace *self = COQUILL_FACE (widget);
  float center = (float)self->size / 2;
  gboolean typing = self->participant != NULL && coquill_participant_is_typing (self->participant);
  gboolean away = self->participant != NULL && !coquill_participant_is_self (self->participant)
                  && !coquill_participant_is_present (self->participant);
  float luminance = 0.299f * self->color.red + 0.587f * self->color.green + 0.114f * self->color.blue;
  GdkRGBA ink = luminance > 0.62f ? (GdkRGBA){ 0, 0, 0, 0.85f } : (GdkRGBA){ 1, 1, 1, 1 };
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, self->initials);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans Bold");
  PangoRectangle ink_rectangle;

  pango_font_description_set_absolute_size (font, self->size * 0.38 * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_get_pixel_extents (layout, &ink_rectangle, NULL);

  if (away)
    gtk_snapshot_push_opacity (snapshot, AWAY_OPACITY);
  append_disc (snapshot, &self->color, center, center - (typing ? 2 * RING : RING));
  if (typing)
    append_ring (snapshot, &self->color, center);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (center - (float)ink_rectangle.x - (float)ink_rectangle.width / 2,
                                      center - (float)ink_rectangle.y - (float)ink_rectangle.height / 2));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
  if (away)
    gtk_snapshot_pop (snapshot);
}

static void
coquill_face_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  *minimum = *natural = COQUILL_FACE (widget)->size;
}

static void
coquill_face_finalize (GObject *object)
{
  CoquillFace *self = COQUILL_FACE (object);

  g_clear_object (&self->participant);
  g_free (self->initials);
  G_OBJECT_CLASS (coquill_face_parent_class)->finalize (object);
}

static void
coquill_face_class_init (CoquillFaceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = coquill_face_finalize;
  widget_class->snapshot = coquill_face_snapshot;
  widget_class->measure = coquill_face_measure;
  gtk_widget_class_set_css_name (widget_class, "face");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
coquill_face_init (CoquillFace *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
coquill_face_new (CoquillParticipant *participant, int size)
{
  CoquillFace *self;

  g_return_val_if_fail (COQUILL_IS_PARTICIPANT (participant), NULL);

  self = g_object_new (COQUILL_TYPE_FACE, NULL);
  self->participant = g_object_ref (participant);
  self->size = size;
  g_signal_connect_object (participant, "notify::name", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::color", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::present", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::typing", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

GtkWidget *
coquill_face_new_more (guint count, int size)
{
  CoquillFace *self = g_object_new (COQUILL_TYPE_FACE, NULL);
  g_autofree char *label = g_strdup_printf (ngettext ("%u more", "%u more", count), count);

  self->size = size;
  self->initials = g_strdup_printf ("+%u", count);
  gdk_rgba_parse (&self->color, "#77767b");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return GTK_WIDGET (self);
}
