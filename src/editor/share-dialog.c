/* SPDX-License-Identifier: GPL-3.0-or-later */
/* share-dialog.c: see the header. */

#include "editor/share-dialog.h"

#include <glib/gi18n.h>

#include "editor/application.h"
#include "editor/identity-group.h"
#include "editor/relay-row.h"

struct _CoquillShareDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  GtkStack *stack;
  CoquillIdentityGroup *identity;
  CoquillRelayRow *relay_row;
  AdwButtonRow *host_row;
  GtkLabel *message;
  GtkButton *create_button;
  AdwActionRow *link_row;
  GtkButton *copy_button;
  AdwSwitchRow *direct_row;
  GBinding *direct_binding; /* (unowned) (nullable): of the switch to this document's own */
  AdwActionRow *used_relay_row;

  CoquillLibrary *library;
  CoquillReplica *replica;
  GCancellable *cancellable;
  char *link;
};

G_DEFINE_FINAL_TYPE (CoquillShareDialog, coquill_share_dialog, ADW_TYPE_DIALOG)

static void
show_message (CoquillShareDialog *self, const char *message)
{
  gtk_label_set_label (self->message, message);
  gtk_widget_set_visible (GTK_WIDGET (self->message), *message != '\0');
}

static void
relay_checked_cb (CoquillShareDialog *self)
{
  gboolean answers = coquill_relay_row_get_address (self->relay_row) != NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->create_button), answers);
  show_message (self, answers ? "" : coquill_relay_row_get_message (self->relay_row));
}

static void
shared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillShareDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = coquill_replica_share_finish (COQUILL_REPLICA (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->replica == NULL)
    return;
  if (link == NULL)
    {
      gtk_stack_set_visible_child_name (self->stack, "set-up");
      show_message (self, error->message);
      return;
    }
  g_set_str (&self->link, link);
  adw_action_row_set_subtitle (self->link_row, link);
  adw_action_row_set_subtitle (self->used_relay_row, coquill_replica_get_relay (self->replica));
  gtk_stack_set_visible_child_name (self->stack, "link");
  gtk_widget_grab_focus (GTK_WIDGET (self->copy_button));
}

static void
share (CoquillShareDialog *self, const char *relay)
{
  gtk_stack_set_visible_child_name (self->stack, "waiting");
  coquill_replica_share_async (self->replica, relay, self->cancellable, shared_cb, g_object_ref (self));
}

static void
create_cb (CoquillShareDialog *self)
{
  const char *relay = coquill_relay_row_get_address (self->relay_row);

  if (relay == NULL)
    return;
  /* It is the one to offer the next time. */
  g_object_set (self->library, "relay", relay, NULL);
  share (self, relay);
}

static void
hosted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillShareDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = coquill_relay_host_start_finish (COQUILL_RELAY_HOST (source), result, &error);

  if (self->replica == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->host_row), TRUE);
  if (address != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->relay_row), address);
  else
    show_message (self, error->message);
}

static void
host_cb (CoquillShareDialog *self)
{
  GApplication *application = g_application_get_default ();

  if (!COQUILL_IS_APPLICATION (application))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->host_row), FALSE);
  coquill_relay_host_start_async (coquill_application_get_relay_host (COQUILL_APPLICATION (application)),
                                  hosted_cb, g_object_ref (self));
}

static void
copy_cb (CoquillShareDialog *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->link);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_ ("Link copied")));
}

/* What is hidden in all documents is hidden in this one, whatever is chosen here. */
/* The switch shows what is: while the address is hidden everywhere it is off, whatever this document's own
 * says. */
static void
hidden_for_all_cb (CoquillShareDialog *self)
{
  gboolean hidden;

  if (self->library == NULL)
    return;
  g_object_get (self->library, "hide-address", &hidden, NULL);
  g_clear_pointer (&self->direct_binding, g_binding_unbind);
  if (hidden)
    adw_switch_row_set_active (self->direct_row, FALSE);
  else
    self->direct_binding
        = g_object_bind_property (self->replica, "hide-address", self->direct_row, "active",
                                  G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL | G_BINDING_INVERT_BOOLEAN);
  gtk_widget_set_sensitive (GTK_WIDGET (self->direct_row), !hidden);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->direct_row),
                               hidden ? _ ("Your address is hidden in all documents; see Preferences")
                                      : _ ("Others see your network address when connected directly"));
}

static void
coquill_share_dialog_dispose (GObject *object)
{
  CoquillShareDialog *self = COQUILL_SHARE_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_SHARE_DIALOG);
  g_clear_object (&self->library);
  g_clear_object (&self->replica);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->link, g_free);
  G_OBJECT_CLASS (coquill_share_dialog_parent_class)->dispose (object);
}

static void
coquill_share_dialog_class_init (CoquillShareDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = coquill_share_dialog_dispose;
  g_type_ensure (COQUILL_TYPE_IDENTITY_GROUP);
  g_type_ensure (COQUILL_TYPE_RELAY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/share-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, identity);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, relay_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, host_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, message);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, create_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, link_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, copy_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, direct_row);
  gtk_widget_class_bind_template_child (widget_class, CoquillShareDialog, used_relay_row);
  gtk_widget_class_bind_template_callback (widget_class, relay_checked_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_cb);
  gtk_widget_class_bind_template_callback (widget_class, host_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
coquill_share_dialog_init (CoquillShareDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

CoquillShareDialog *
coquill_share_dialog_new (CoquillLibrary *library, CoquillReplica *replica)
{
  CoquillShareDialog *self;
  g_autofree char *relay = NULL;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (COQUILL_IS_REPLICA (replica), NULL);

  self = g_object_new (COQUILL_TYPE_SHARE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->replica = g_object_ref (replica);
  g_object_get (library, "relay", &relay, NULL);
  coquill_identity_group_set_library (self->identity, library);
  coquill_relay_row_set_library (self->relay_row, library);
  gtk_editable_set_text (GTK_EDITABLE (self->relay_row), relay != NULL ? relay : "");
  g_signal_connect_object (library, "notify::hide-address", G_CALLBACK (hidden_for_all_cb), self,
                           G_CONNECT_SWAPPED);
  hidden_for_all_cb (self);
  if (coquill_replica_is_shared (replica))
    share (self, NULL);
  return self;
}
