/* SPDX-License-Identifier: GPL-3.0-or-later */
/* join-dialog.c: see the header. */

#include "editor/join-dialog.h"

#include <glib/gi18n.h>

#include "editor/identity-group.h"

struct _CoquillJoinDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  AdwEntryRow *link_row;
  AdwActionRow *relay_row;
  GtkLabel *message;
  CoquillIdentityGroup *identity;
  AdwSwitchRow *hide_row;
  GtkButton *join_button;

  CoquillLibrary *library;
};

G_DEFINE_FINAL_TYPE (CoquillJoinDialog, coquill_join_dialog, ADW_TYPE_DIALOG)

static guint join_signal;

static void
link_changed_cb (CoquillJoinDialog *self)
{
  const char *link = gtk_editable_get_text (GTK_EDITABLE (self->link_row));
  g_autoptr (GError) error = NULL;
  g_autofree char *relay = NULL;
  gboolean good = *link != '\0' && coquill_join_peek_link (link, &relay, &error);

  adw_action_row_set_subtitle (self->relay_row, good ? relay : "");
  gtk_widget_set_visible (GTK_WIDGET (self->relay_row), good);
  gtk_label_set_label (self->message, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), error != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->join_button), good);
  if (error != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->link_row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->link_row), "error");
}

static void
join_cb (CoquillJoinDialog *self)
{
  g_autofree char *link = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->link_row)));
  g_autoptr (CoquillJoinDialog) keep = g_object_ref (self);

  adw_dialog_close (ADW_DIALOG (self));
  g_signal_emit (self, join_signal, 0, link);
}

static void
coquill_join_dialog_dispose (GObject *object)
{
  CoquillJoinDialog *self = COQUILL_JOIN_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_JOIN_DIALOG);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (coquill_join_dialog_parent_class)->dispose (object);
}

static void
coquill_join_dialog_class_init (CoquillJoinDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_join_dialog_dispose;
  join_signal = g_signal_new ("join", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (COQUILL_TYPE_IDENTITY_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/join-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, link_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, relay_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, message);
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, identity);
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, hide_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillJoinDialog, join_button);
  gtk_widget_class_bind_template_callback (widget_class, link_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, join_cb);
}

static void
coquill_join_dialog_init (CoquillJoinDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CoquillJoinDialog *
coquill_join_dialog_new (CoquillLibrary *library, const char *link)
{
  CoquillJoinDialog *self;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (library), NULL);

  self = g_object_new (COQUILL_TYPE_JOIN_DIALOG, NULL);
  self->library = g_object_ref (library);
  coquill_identity_group_set_library (self->identity, library);
  g_object_bind_property (library, "hide-address", self->hide_row, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  if (link != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->link_row), link);
  adw_dialog_set_focus (ADW_DIALOG (self), gtk_widget_get_sensitive (GTK_WIDGET (self->join_button))
                                               ? GTK_WIDGET (self->join_button)
                                               : GTK_WIDGET (self->link_row));
  adw_dialog_set_default_widget (ADW_DIALOG (self), GTK_WIDGET (self->join_button));
  return self;
}
