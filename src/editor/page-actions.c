/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page-actions.c: what one can do with an open document. */

#include <string.h>

#include <glib/gi18n.h>

#include "editor/page-private.h"
#include "editor/share-dialog.h"

void
coquill_page_toast (CoquillPage *self, AdwToast *toast)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

static void
toast_text (CoquillPage *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  coquill_page_toast (self, toast);
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_text_view_undo (COQUILL_PAGE (widget)->view);
}

static void
redo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_text_view_redo (COQUILL_PAGE (widget)->view);
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_search_bar_open (COQUILL_PAGE (widget)->search_bar, FALSE);
}

static void
replace_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_search_bar_open (COQUILL_PAGE (widget)->search_bar, TRUE);
}

/* Save a Copy… */

static char *
suggest_file_name (CoquillPage *self)
{
  gboolean title_set;
  g_autofree char *name = g_strdup (coquill_replica_get_title (self->replica));

  g_object_get (self->replica, "title-set", &title_set, NULL);
  g_strdelimit (name, "/\\\n\r\t", '-');
  if (g_utf8_strlen (name, -1) > 60)
    *g_utf8_offset_to_pointer (name, 60) = '\0';
  g_strstrip (name);
  if (title_set && strchr (name, '.') != NULL)
    return g_steal_pointer (&name);
  return g_strconcat (name, ".md", NULL);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillPage) self = data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    toast_text (self, _ ("Copy saved"));
  else
    {
      g_autofree char *words
          /* Translators: %s is the reason */
          = g_strdup_printf (_ ("The copy was not saved: %s Your text is still here; try another place."),
                             error->message);

      toast_text (self, words);
    }
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillPage) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  char *text;

  if (file == NULL || self->replica == NULL)
    return;
  text = coquill_replica_dup_text (self->replica, &length);
  bytes = g_bytes_new_take (text, length);
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                                       copied_cb, g_object_ref (self));
}

static void
save_copy (CoquillPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *file_name = suggest_file_name (self);

  gtk_file_dialog_set_title (dialog, _ ("Save a Copy"));
  gtk_file_dialog_set_initial_name (dialog, file_name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->cancellable,
                        file_chosen_cb, g_object_ref (self));
}

static void
save_copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  save_copy (COQUILL_PAGE (widget));
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillPage *self = COQUILL_PAGE (widget);
  AdwToast *toast;

  if (coquill_replica_get_status (self->replica) == COQUILL_STATUS_NOT_SAVED)
    {
      toast_text (self, _ ("New changes are not saved."));
      return;
    }
  toast = adw_toast_new (_ ("Saved automatically"));
  adw_toast_set_button_label (toast, _ ("Save a _Copy…"));
  /* Not by the action's name: the toast lies outside of the page. */
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (save_copy), self, G_CONNECT_SWAPPED);
  coquill_page_toast (self, toast);
}

static void
rename_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (COQUILL_PAGE (widget)->title_button);
}

void
coquill_page_rename (CoquillPage *self)
{
  g_autofree char *title = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->rename_entry)));
  gboolean title_set;

  g_strstrip (title);
  g_object_get (self->replica, "title-set", &title_set, NULL);
  /* Confirming the first line as it is does not make it a title of its own. */
  if (title_set || g_strcmp0 (title, coquill_replica_get_title (self->replica)) != 0)
    coquill_replica_set_title (self->replica, title);
  gtk_popover_popdown (self->rename_popover);
}

static void
share_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillPage *self = COQUILL_PAGE (widget);

  adw_dialog_present (ADW_DIALOG (coquill_share_dialog_new (self->library, self->replica)), widget);
}

static void
show_people_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_object_set (widget, "show-people", !COQUILL_PAGE (widget)->show_people, NULL);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.remove-document", "s",
                              coquill_replica_get_id (COQUILL_PAGE (widget)->replica));
}

/* There is something to choose where there are others, and it is not chosen for all documents. */
static gboolean
can_connect_directly (CoquillPage *self, gboolean open)
{
  gboolean hidden = TRUE;

  if (self->library != NULL)
    g_object_get (self->library, "hide-address", &hidden, NULL);
  return open && coquill_replica_is_shared (self->replica) && !hidden;
}

void
coquill_page_update_actions (CoquillPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean open = self->replica != NULL && coquill_replica_get_state (self->replica) == COQUILL_REPLICA_OPEN;
  static const char *const for_open[] = {
    "page.find",   "page.replace", "page.save",        "page.save-copy",
    "page.rename", "page.share",   "page.show-people",
  };

  for (guint i = 0; i < G_N_ELEMENTS (for_open); i++)
    gtk_widget_action_set_enabled (widget, for_open[i], open);
  gtk_widget_action_set_enabled (widget, "page.share-from-menu", open && self->narrow);
  gtk_widget_action_set_enabled (widget, "page.connect-directly", can_connect_directly (self, open));
  gtk_widget_action_set_enabled (widget, "page.remove", self->replica != NULL);
  gtk_widget_action_set_enabled (widget, "page.undo", open && coquill_replica_get_can_undo (self->replica));
  gtk_widget_action_set_enabled (widget, "page.redo", open && coquill_replica_get_can_redo (self->replica));
  gtk_widget_set_sensitive (GTK_WIDGET (self->title_button), open);
}

void
coquill_page_class_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "page.undo", NULL, undo_action);
  gtk_widget_class_install_action (klass, "page.redo", NULL, redo_action);
  gtk_widget_class_install_action (klass, "page.find", NULL, find_action);
  gtk_widget_class_install_action (klass, "page.replace", NULL, replace_action);
  gtk_widget_class_install_action (klass, "page.save", NULL, save_action);
  gtk_widget_class_install_action (klass, "page.save-copy", NULL, save_copy_action);
  gtk_widget_class_install_action (klass, "page.rename", NULL, rename_action);
  gtk_widget_class_install_action (klass, "page.share", NULL, share_action);
  gtk_widget_class_install_action (klass, "page.share-from-menu", NULL, share_action);
  gtk_widget_class_install_action (klass, "page.show-people", NULL, show_people_action);
  gtk_widget_class_install_property_action (klass, "page.connect-directly", "connect-directly");
  gtk_widget_class_install_action (klass, "page.remove", NULL, remove_action);

  gtk_widget_class_add_binding_action (klass, GDK_KEY_f, GDK_CONTROL_MASK, "page.find", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_h, GDK_CONTROL_MASK, "page.replace", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_s, GDK_CONTROL_MASK, "page.save", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "page.save-copy",
                                       NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F2, 0, "page.rename", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F9, 0, "page.show-people", NULL);
}
