/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window-actions.c: new, opened, joined and removed documents. */

#include <glib/gi18n.h>

#include "editor/join-dialog.h"
#include "editor/text-file.h"
#include "editor/window-private.h"

void
coquill_window_toast (CoquillWindow *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
created_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillReplica) replica
      = coquill_library_create_finish (COQUILL_LIBRARY (source), result, &error);

  /* The window may have been closed meanwhile. */
  if (replica != NULL && self->library != NULL)
    coquill_window_show_document (self, replica);
  else if (error != NULL && self->library != NULL)
    coquill_window_toast (self, error->message);
}

static void
new_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillWindow *self = COQUILL_WINDOW (widget);

  coquill_library_create_async (self->library, NULL, NULL, self->cancellable, created_cb,
                                g_object_ref (self));
}

/* Files. */

static void
file_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) text = coquill_text_file_read_finish (G_FILE (source), result, &name, &error);

  if (self->library == NULL)
    return;
  if (text != NULL)
    coquill_library_create_async (self->library, name, text, self->cancellable, created_cb,
                                  g_object_ref (self));
  else
    coquill_window_toast (self, error->message);
}

void
coquill_window_open_files (CoquillWindow *self, GListModel *files)
{
  g_return_if_fail (COQUILL_IS_WINDOW (self));
  g_return_if_fail (self->library != NULL);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      coquill_text_file_read_async (file, self->cancellable, file_read_cb, g_object_ref (self));
    }
}

static void
files_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillWindow) self = data;
  g_autoptr (GListModel) files
      = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (files != NULL && self->library != NULL)
    coquill_window_open_files (self, files);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillWindow *self = COQUILL_WINDOW (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) text = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (text, _ ("Text Files"));
  gtk_file_filter_add_mime_type (text, "text/*");
  gtk_file_filter_set_name (all, _ ("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, text);
  g_list_store_append (filters, all);
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_set_title (dialog, _ ("Open Files"));
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (self), self->cancellable, files_chosen_cb,
                                 g_object_ref (self));
}

static gboolean
drop_cb (CoquillWindow *self, const GValue *value)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GSList) list = gdk_file_list_get_files (g_value_get_boxed (value));

  if (self->library == NULL)
    return FALSE;
  for (GSList *l = list; l != NULL; l = l->next)
    g_list_store_append (files, l->data);
  coquill_window_open_files (self, G_LIST_MODEL (files));
  return TRUE;
}

void
coquill_window_accept_files (CoquillWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  /* Before the text view, which would insert the files' names. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* Joining. */

static void
join_cb (CoquillWindow *self, const char *link)
{
  g_autoptr (CoquillJoin) join = coquill_library_join (self->library, link);

  coquill_window_show_page (self, coquill_page_new_for_join (self->library, join));
}

void
coquill_window_join (CoquillWindow *self, const char *link)
{
  AdwDialog *dialog;

  g_return_if_fail (COQUILL_IS_WINDOW (self));
  g_return_if_fail (self->library != NULL);

  dialog = ADW_DIALOG (coquill_join_dialog_new (self->library, link));
  g_signal_connect_object (dialog, "join", G_CALLBACK (join_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
join_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  coquill_window_join (COQUILL_WINDOW (widget), NULL);
}

/* The list. */

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillWindow *self = COQUILL_WINDOW (widget);

  adw_navigation_split_view_set_show_content (self->split, FALSE);
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
show_document_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillWindow *self = COQUILL_WINDOW (widget);
  CoquillReplica *replica
      = self->library != NULL
            ? coquill_library_find (self->library, g_variant_get_string (parameter, NULL), NULL)
            : NULL;

  if (replica != NULL)
    coquill_window_show_document (self, replica);
}

static void
restore_cb (CoquillWindow *self, AdwToast *toast)
{
  CoquillReplica *replica = g_object_get_data (G_OBJECT (toast), "replica");

  coquill_library_restore (self->library, replica);
  coquill_window_show_document (self, replica);
}

static void
remove_document_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CoquillWindow *self = COQUILL_WINDOW (widget);
  g_autoptr (CoquillReplica) replica = NULL;
  g_autofree char *title = NULL;
  CoquillReplica *found;
  AdwToast *toast;

  found = self->library != NULL
              ? coquill_library_find (self->library, g_variant_get_string (parameter, NULL), NULL)
              : NULL;
  if (found == NULL)
    return;
  replica = g_object_ref (found);
  /* Translators: %s is the title of a document */
  title = g_strdup_printf (_ ("“%s” removed"), coquill_replica_get_title (replica));
  if (coquill_window_get_document (self) == replica)
    coquill_window_show_no_document (self);
  coquill_library_remove (self->library, replica);

  toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "replica", g_steal_pointer (&replica), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (restore_cb), self, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
try_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "app.open-library", NULL);
}

void
coquill_window_class_install_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.new", NULL, new_action);
  gtk_widget_class_install_action (klass, "win.open", NULL, open_action);
  gtk_widget_class_install_action (klass, "win.join", NULL, join_action);
  gtk_widget_class_install_action (klass, "win.search", NULL, search_action);
  gtk_widget_class_install_action (klass, "win.show-document", "s", show_document_action);
  gtk_widget_class_install_action (klass, "win.remove-document", "s", remove_document_action);
  gtk_widget_class_install_action (klass, "win.try-again", NULL, try_again_action);

  gtk_widget_class_add_binding_action (klass, GDK_KEY_n, GDK_CONTROL_MASK, "win.new", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_o, GDK_CONTROL_MASK, "win.open", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_j, GDK_CONTROL_MASK, "win.join", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_k, GDK_CONTROL_MASK, "win.search", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}
