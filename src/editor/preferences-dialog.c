/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preferences-dialog.c: see the header. */

#include "editor/preferences-dialog.h"

#include "editor/application.h"
#include "editor/identity-group.h"
#include "editor/relay-row.h"

struct _CoquillPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  /* Template widgets */
  CoquillIdentityGroup *identity;
  CoquillRelayRow *relay_row;
  AdwSwitchRow *host_row;
  AdwSwitchRow *hide_row;

  CoquillLibrary *library;
  CoquillRelayHost *host; /* NULL outside of the application */
};

G_DEFINE_FINAL_TYPE (CoquillPreferencesDialog, coquill_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

/* Only an address that answers, or none at all, is taken. */
static void
relay_checked_cb (CoquillPreferencesDialog *self)
{
  const char *address = coquill_relay_row_get_address (self->relay_row);

  if (self->library == NULL)
    return;
  if (address != NULL || *gtk_editable_get_text (GTK_EDITABLE (self->relay_row)) == '\0')
    g_object_set (self->library, "relay", address != NULL ? address : "", NULL);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillPreferencesDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = coquill_relay_host_start_finish (COQUILL_RELAY_HOST (source), result, &error);

  if (self->library == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->host_row), TRUE);
  if (address != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->relay_row), address);
  else
    {
      AdwToast *toast = adw_toast_new (error->message);

      adw_toast_set_use_markup (toast, FALSE);
      adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), toast);
      adw_switch_row_set_active (self->host_row, FALSE);
    }
}

static void
host_toggled_cb (CoquillPreferencesDialog *self)
{
  gboolean running = coquill_relay_host_get_address (self->host) != NULL;

  if (adw_switch_row_get_active (self->host_row) == running)
    return;
  if (running)
    coquill_relay_host_stop (self->host);
  else
    {
      gtk_widget_set_sensitive (GTK_WIDGET (self->host_row), FALSE);
      coquill_relay_host_start_async (self->host, started_cb, g_object_ref (self));
    }
}

static void
coquill_preferences_dialog_dispose (GObject *object)
{
  CoquillPreferencesDialog *self = COQUILL_PREFERENCES_DIALOG (object);

  g_clear_object (&self->library);
  g_clear_object (&self->host);
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_PREFERENCES_DIALOG);
  G_OBJECT_CLASS (coquill_preferences_dialog_parent_class)->dispose (object);
}

static void
coquill_preferences_dialog_class_init (CoquillPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_preferences_dialog_dispose;
  g_type_ensure (COQUILL_TYPE_IDENTITY_GROUP);
  g_type_ensure (COQUILL_TYPE_RELAY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/coquill/Coquill/ui/preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillPreferencesDialog, identity);
  gtk_widget_class_bind_template_child (widget_class, CoquillPreferencesDialog, relay_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillPreferencesDialog, host_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillPreferencesDialog, hide_row);
  gtk_widget_class_bind_template_callback (widget_class, relay_checked_cb);
}

static void
coquill_preferences_dialog_init (CoquillPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CoquillPreferencesDialog *
coquill_preferences_dialog_new (CoquillLibrary *library)
{
  GApplication *application = g_application_get_default ();
  CoquillPreferencesDialog *self;
  g_autofree char *relay = NULL;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (library), NULL);

  self = g_object_new (COQUILL_TYPE_PREFERENCES_DIALOG, NULL);
  g_object_get (library, "relay", &relay, NULL);
  coquill_identity_group_set_library (self->identity, library);
  gtk_editable_set_text (GTK_EDITABLE (self->relay_row), relay != NULL ? relay : "");
  coquill_relay_row_set_library (self->relay_row, library);
  g_object_bind_property (library, "hide-address", self->hide_row, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_set_object (&self->library, library);

  gtk_widget_set_visible (GTK_WIDGET (self->host_row), COQUILL_IS_APPLICATION (application));
  if (COQUILL_IS_APPLICATION (application))
    {
      self->host = g_object_ref (coquill_application_get_relay_host (COQUILL_APPLICATION (application)));
      adw_switch_row_set_active (self->host_row, coquill_relay_host_get_address (self->host) != NULL);
      g_signal_connect_object (self->host_row, "notify::active", G_CALLBACK (host_toggled_cb), self,
                               G_CONNECT_SWAPPED);
    }
  return self;
}
