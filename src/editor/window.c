/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.c: what a window shows, and its list of documents. See the header. */

#include "editor/window.h"

#include <glib/gi18n.h>

#include "editor/document-row.h"
#include "editor/window-private.h"

/* How often the rows say anew how long ago a change was; seconds. */
#define CLOCK_SECONDS 30

G_DEFINE_FINAL_TYPE (CoquillWindow, coquill_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_NARROW,
  PROP_COMPACT,
  PROP_DOCUMENT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* The list of documents. */

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  return coquill_document_row_new (item);
}

static void
select_open_document (CoquillWindow *self)
{
  CoquillReplica *open = coquill_window_get_document (self);

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);

      if (row == NULL)
        break;
      if (coquill_document_row_get_replica (COQUILL_DOCUMENT_ROW (row)) == open)
        {
          gtk_list_box_select_row (self->list, row);
          return;
        }
    }
  gtk_list_box_unselect_all (self->list);
}

static void
update_stacks (CoquillWindow *self)
{
  guint n_documents = g_list_model_get_n_items (G_LIST_MODEL (self->library));
  gboolean any_found = g_list_model_get_n_items (G_LIST_MODEL (self->documents)) > 0;

  gtk_stack_set_visible_child_name (self->stack,
                                    n_documents > 0 || self->page != NULL ? "documents" : "welcome");
  gtk_stack_set_visible_child_name (self->list_stack, any_found || n_documents == 0 ? "list" : "nothing");
}

/* The list box takes rows away and puts them back when documents change places. */
static void
documents_changed_cb (CoquillWindow *self)
{
  update_stacks (self);
  select_open_document (self);
}

static void
row_activated_cb (CoquillWindow *self, GtkListBoxRow *row)
{
  coquill_window_show_document (self, coquill_document_row_get_replica (COQUILL_DOCUMENT_ROW (row)));
}

static void
search_changed_cb (CoquillWindow *self)
{
  gtk_string_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
}

static gboolean
clock_cb (gpointer data)
{
  CoquillWindow *self = data;
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    coquill_document_row_update_time (COQUILL_DOCUMENT_ROW (row));
  return G_SOURCE_CONTINUE;
}

void
coquill_window_set_library (CoquillWindow *self, CoquillLibrary *library, const GError *error)
{
  g_return_if_fail (COQUILL_IS_WINDOW (self));
  g_return_if_fail (self->library == NULL);

  if (library == NULL)
    {
      g_autofree char *markup = error != NULL ? g_markup_escape_text (error->message, -1) : NULL;

      adw_status_page_set_description (self->failed_page, markup);
      gtk_stack_set_visible_child_name (self->stack, error != NULL ? "failed" : "loading");
      return;
    }

  self->library = g_object_ref (library);
  self->filter = gtk_string_filter_new (gtk_property_expression_new (COQUILL_TYPE_REPLICA, NULL, "title"));
  self->documents = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (library)),
                                               GTK_FILTER (g_object_ref (self->filter)));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->documents), create_row, NULL, NULL);
  g_signal_connect_object (self->documents, "items-changed", G_CALLBACK (documents_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (library, "items-changed", G_CALLBACK (documents_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new", TRUE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.open", TRUE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.join", TRUE);
  self->clock = g_timeout_add_seconds (CLOCK_SECONDS, clock_cb, self);
  documents_changed_cb (self);
}

/* The open document. */

static void
page_title_changed_cb (CoquillWindow *self)
{
  gtk_window_set_title (GTK_WINDOW (self),
                        self->page != NULL ? adw_navigation_page_get_title (ADW_NAVIGATION_PAGE (self->page))
                                           : _ ("Coquill"));
}

static void
document_changed_cb (CoquillWindow *self)
{
  select_open_document (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DOCUMENT]);
}

void
coquill_window_show_page (CoquillWindow *self, CoquillPage *page)
{
  self->page = page;
  g_object_bind_property (self, "narrow", page, "narrow", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "compact", page, "compact", G_BINDING_SYNC_CREATE);
  if (!self->narrow)
    g_settings_bind (self->settings, "show-people", page, "show-people", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (page, "notify::title", G_CALLBACK (page_title_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "notify::replica", G_CALLBACK (document_changed_cb), self,
                           G_CONNECT_SWAPPED);
  page_title_changed_cb (self);
  update_stacks (self);
  adw_navigation_split_view_set_content (self->split, ADW_NAVIGATION_PAGE (page));
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  document_changed_cb (self);
  coquill_page_focus_text (page);
}

void
coquill_window_show_document (CoquillWindow *self, CoquillReplica *replica)
{
  g_return_if_fail (COQUILL_IS_WINDOW (self));
  g_return_if_fail (COQUILL_IS_REPLICA (replica));

  if (coquill_window_get_document (self) != replica)
    coquill_window_show_page (self, coquill_page_new (self->library, replica));
  else
    {
      adw_navigation_split_view_set_show_content (self->split, TRUE);
      coquill_page_focus_text (self->page);
    }
}

void
coquill_window_show_no_document (CoquillWindow *self)
{
  self->page = NULL;
  adw_navigation_split_view_set_content (self->split, self->empty_page);
  adw_navigation_split_view_set_show_content (self->split, FALSE);
  page_title_changed_cb (self);
  update_stacks (self);
  document_changed_cb (self);
}

CoquillReplica *
coquill_window_get_document (CoquillWindow *self)
{
  g_return_val_if_fail (COQUILL_IS_WINDOW (self), NULL);
  return self->page != NULL ? coquill_page_get_replica (self->page) : NULL;
}

static gboolean
coquill_window_close_request (GtkWindow *window)
{
  CoquillWindow *self = COQUILL_WINDOW (window);
  int width;
  int height;

  gtk_window_get_default_size (window, &width, &height);
  if (!gtk_window_is_maximized (window))
    {
      g_settings_set_int (self->settings, "window-width", MAX (width, 360));
      g_settings_set_int (self->settings, "window-height", MAX (height, 294));
    }
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (window));
  return GTK_WINDOW_CLASS (coquill_window_parent_class)->close_request (window);
}

static void
coquill_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillWindow *self = COQUILL_WINDOW (object);

  switch (id)
    {
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    case PROP_DOCUMENT:
      g_value_set_object (value, coquill_window_get_document (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillWindow *self = COQUILL_WINDOW (object);

  switch (id)
    {
    case PROP_NARROW:
      self->narrow = g_value_get_boolean (value);
      break;
    case PROP_COMPACT:
      self->compact = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_window_dispose (GObject *object)
{
  CoquillWindow *self = COQUILL_WINDOW (object);

  /* Owned besides being a template's child. */
  g_autoptr (AdwNavigationPage) empty_page = g_steal_pointer (&self->empty_page);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->clock, g_source_remove);
  self->page = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_WINDOW);
  g_clear_object (&self->documents);
  g_clear_object (&self->filter);
  g_clear_object (&self->library);
  g_clear_object (&self->settings);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (coquill_window_parent_class)->dispose (object);
}

static void
coquill_window_class_init (CoquillWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = coquill_window_get_property;
  object_class->set_property = coquill_window_set_property;
  object_class->dispose = coquill_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = coquill_window_close_request;

  props[PROP_NARROW]
      = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_COMPACT]
      = g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_DOCUMENT] = g_param_spec_object ("document", NULL, NULL, COQUILL_TYPE_REPLICA,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, failed_page);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, split);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, empty_page);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, list_stack);
  gtk_widget_class_bind_template_child (widget_class, CoquillWindow, list);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  coquill_window_class_install_actions (widget_class);
}

static void
coquill_window_init (CoquillWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->settings = g_settings_new ("io.github.coquill.Coquill");
  gtk_widget_init_template (GTK_WIDGET (self));
  /* The split view lets go of it whenever a document is shown. */
  g_object_ref (self->empty_page);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.open", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.join", FALSE);

  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  coquill_window_accept_files (self);
}

CoquillWindow *
coquill_window_new (AdwApplication *application)
{
  return g_object_new (COQUILL_TYPE_WINDOW, "application", application, NULL);
}
