/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identity-group.c: see the header. */

#include "editor/identity-group.h"

#include <glib/gi18n.h>

struct _CoquillIdentityGroup
{
  AdwPreferencesGroup parent_instance;

  /* Template widgets */
  AdwEntryRow *name_row;
  GtkBox *swatches;

  CoquillLibrary *library;
};

G_DEFINE_FINAL_TYPE (CoquillIdentityGroup, coquill_identity_group, ADW_TYPE_PREFERENCES_GROUP)

/* GNOME's accent colors, which stand out as a caret on light and on dark; new devices get one of the same.
 * The style sheet has a class for each. */
static const struct
{
  const char *color;
  const char *css_class;
  const char *name;
} palette[] = {
  { "#3584e4", "swatch-blue", N_ ("Blue") },     { "#2190a4", "swatch-teal", N_ ("Teal") },
  { "#3a944a", "swatch-green", N_ ("Green") },   { "#c88800", "swatch-yellow", N_ ("Yellow") },
  { "#ed5b00", "swatch-orange", N_ ("Orange") }, { "#e62d42", "swatch-red", N_ ("Red") },
  { "#d56199", "swatch-pink", N_ ("Pink") },     { "#9141ac", "swatch-purple", N_ ("Purple") },
  { "#6f8396", "swatch-slate", N_ ("Slate") },
};

static void
name_changed_cb (CoquillIdentityGroup *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_row)));
  g_autofree char *current = NULL;

  if (self->library == NULL)
    return;
  g_object_get (self->library, "name", &current, NULL);
  if (*g_strstrip (name) != '\0' && g_strcmp0 (name, current) != 0)
    g_object_set (self->library, "name", name, NULL);
}

static void
swatch_toggled_cb (CoquillIdentityGroup *self, GtkToggleButton *swatch)
{
  if (self->library != NULL && gtk_toggle_button_get_active (swatch))
    g_object_set (self->library, "color", g_object_get_data (G_OBJECT (swatch), "color"), NULL);
}

void
coquill_identity_group_set_library (CoquillIdentityGroup *self, CoquillLibrary *library)
{
  g_autofree char *name = NULL;
  g_autofree char *color = NULL;

  g_return_if_fail (COQUILL_IS_IDENTITY_GROUP (self));
  g_return_if_fail (COQUILL_IS_LIBRARY (library));

  g_object_get (library, "name", &name, "color", &color, NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), name);
  for (GtkWidget *swatch = gtk_widget_get_first_child (GTK_WIDGET (self->swatches)); swatch != NULL;
       swatch = gtk_widget_get_next_sibling (swatch))
    if (g_strcmp0 (g_object_get_data (G_OBJECT (swatch), "color"), color) == 0)
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (swatch), TRUE);
  g_set_object (&self->library, library);
}

static void
coquill_identity_group_dispose (GObject *object)
{
  CoquillIdentityGroup *self = COQUILL_IDENTITY_GROUP (object);

  g_clear_object (&self->library);
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_IDENTITY_GROUP);
  G_OBJECT_CLASS (coquill_identity_group_parent_class)->dispose (object);
}

static void
coquill_identity_group_class_init (CoquillIdentityGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_identity_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/coquill/Coquill/ui/identity-group.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillIdentityGroup, name_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillIdentityGroup, swatches);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
}

static void
coquill_identity_group_init (CoquillIdentityGroup *self)
{
  GtkWidget *first = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (palette); i++)
    {
      GtkWidget *swatch = gtk_toggle_button_new ();

      g_object_set_data (G_OBJECT (swatch), "color", (gpointer)palette[i].color);
      gtk_widget_add_css_class (swatch, "swatch");
      gtk_widget_add_css_class (swatch, palette[i].css_class);
      gtk_widget_add_css_class (swatch, "circular");
      gtk_widget_set_tooltip_text (swatch, _ (palette[i].name));
      gtk_accessible_update_property (GTK_ACCESSIBLE (swatch), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ (palette[i].name), -1);
      if (first == NULL)
        first = swatch;
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (swatch), GTK_TOGGLE_BUTTON (first));
      g_signal_connect_object (swatch, "toggled", G_CALLBACK (swatch_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->swatches, swatch);
    }
}
