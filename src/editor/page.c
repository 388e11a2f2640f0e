/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.c: an open document, its life: joining, opening, showing, closing. See the header. */

#include "editor/page.h"

#include <glib/gi18n.h>

#include "editor/page-private.h"

/* After this long without the text a joiner is told that nobody who has it is on line; seconds. */
#define WAITING_SECONDS 10

G_DEFINE_FINAL_TYPE (CoquillPage, coquill_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_REPLICA,
  PROP_NARROW,
  PROP_COMPACT,
  PROP_SHOW_PEOPLE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/* What is shown. */

static void
show_loading (CoquillPage *self, const char *title)
{
  adw_status_page_set_title (self->loading_page, title);
  gtk_stack_set_visible_child_name (self->stack, "loading");
}

static void
show_notice (CoquillPage *self, const char *icon, const char *title, const char *description)
{
  g_autofree char *markup = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  adw_status_page_set_icon_name (self->notice_page, icon);
  adw_status_page_set_title (self->notice_page, title);
  adw_status_page_set_description (self->notice_page, markup);
  gtk_stack_set_visible_child_name (self->stack, "notice");
}

static void
show_waiting (CoquillPage *self)
{
  show_notice (self, "document-open-recent-symbolic", _ ("Waiting for Someone Who Has It"),
               _ ("Nobody who has it is on line. It will open here as soon as someone is."));
}

static void
waiting_too_long_cb (gpointer data)
{
  CoquillPage *self = data;

  self->waiting_timeout = 0;
  show_waiting (self);
}

static void
show_getting (CoquillPage *self)
{
  show_loading (self, _ ("Getting the Document…"));
  if (self->waiting_timeout == 0)
    self->waiting_timeout = g_timeout_add_seconds_once (WAITING_SECONDS, waiting_too_long_cb, self);
}

static void
show_text (CoquillPage *self)
{
  g_clear_handle_id (&self->waiting_timeout, g_source_remove);
  coquill_text_view_set_replica (self->view, self->replica);
  coquill_page_update_style (self);
  gtk_stack_set_visible_child_name (self->stack, "text");
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    coquill_page_focus_text (self);
}

static void
title_changed_cb (CoquillPage *self)
{
  const char *title = coquill_replica_get_title (self->replica);

  gtk_label_set_label (self->title_label, title);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
}

static void
state_changed_cb (CoquillPage *self)
{
  const GError *error = coquill_replica_get_error (self->replica);

  switch (coquill_replica_get_state (self->replica))
    {
    case COQUILL_REPLICA_CLOSED:
    case COQUILL_REPLICA_OPENING:
      show_loading (self, _ ("Opening…"));
      break;
    case COQUILL_REPLICA_OPEN:
      show_text (self);
      break;
    case COQUILL_REPLICA_WAITING:
      if (self->join != NULL && coquill_join_get_state (self->join) == COQUILL_JOIN_GETTING)
        show_getting (self);
      else if (self->waiting_timeout == 0)
        show_waiting (self);
      break;
    case COQUILL_REPLICA_FAILED:
      show_notice (self, "dialog-error-symbolic", _ ("This Document Can’t Be Opened"),
                   error != NULL ? error->message : NULL);
      break;
    default:
      g_assert_not_reached ();
    }
  coquill_page_update_actions (self);
  coquill_page_update_status (self);
}

static void
show_changes_cb (CoquillPage *self, AdwToast *toast)
{
  coquill_text_view_show_changes (self->view, g_object_get_data (G_OBJECT (toast), "author"),
                                  GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (toast), "places")));
}

static void
others_changed_cb (CoquillPage *self, CoquillParticipant *author, guint places)
{
  g_autofree char *title = NULL;
  AdwToast *toast;

  /* Translators: %s is a person's name */
  title = g_strdup_printf (ngettext ("%s changed %u place", "%s changed %u places", places),
                           coquill_participant_get_name (author), places);
  toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("Show"));
  g_object_set_data_full (G_OBJECT (toast), "author", g_object_ref (author), g_object_unref);
  g_object_set_data (G_OBJECT (toast), "places", GUINT_TO_POINTER (places));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (show_changes_cb), self, G_CONNECT_SWAPPED);
  coquill_page_toast (self, toast);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillPage) self = data;
  g_autoptr (GError) error = NULL;

  if (!coquill_replica_open_finish (COQUILL_REPLICA (source), result, &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        show_notice (self, "dialog-error-symbolic", _ ("This Document Can’t Be Opened"), error->message);
      return;
    }
  /* The page may have gone while the text was read. */
  if (self->replica == NULL)
    coquill_replica_close_async (COQUILL_REPLICA (source), NULL, NULL, NULL);
  else
    self->opened = TRUE;
}

static void
set_replica (CoquillPage *self, CoquillReplica *replica)
{
  self->replica = g_object_ref (replica);
  coquill_faces_set_people (self->faces, coquill_replica_get_people (replica));
  coquill_people_pane_set_people (self->people_in_sheet, coquill_replica_get_people (replica));
  coquill_people_pane_set_people (self->people_in_sidebar, coquill_replica_get_people (replica));
  coquill_announcer_set_people (self->announcer, coquill_replica_get_people (replica));

  g_signal_connect_object (replica, "notify::title", G_CALLBACK (title_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::title", G_CALLBACK (coquill_page_update_style), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::language", G_CALLBACK (coquill_page_update_style), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::state", G_CALLBACK (state_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::status", G_CALLBACK (coquill_page_update_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::error", G_CALLBACK (coquill_page_update_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::relay-error", G_CALLBACK (coquill_page_update_status), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::can-undo", G_CALLBACK (coquill_page_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::can-redo", G_CALLBACK (coquill_page_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "others-changed", G_CALLBACK (others_changed_cb), self,
                           G_CONNECT_SWAPPED);
  title_changed_cb (self);
  state_changed_cb (self);
  coquill_replica_open_async (replica, self->cancellable, opened_cb, g_object_ref (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REPLICA]);
}

static void
join_changed_cb (CoquillPage *self)
{
  const GError *error = coquill_join_get_error (self->join);
  CoquillReplica *replica = coquill_join_get_replica (self->join);

  switch (coquill_join_get_state (self->join))
    {
    case COQUILL_JOIN_CONNECTING:
    case COQUILL_JOIN_ENTERING:
      show_loading (self, _ ("Reaching the Meeting Point…"));
      break;
    case COQUILL_JOIN_GETTING:
      show_getting (self);
      break;
    case COQUILL_JOIN_WAITING:
      show_waiting (self);
      break;
    case COQUILL_JOIN_DONE:
      break;
    case COQUILL_JOIN_FAILED:
      show_notice (self, "dialog-error-symbolic", _ ("This Link Can’t Be Used"),
                   error != NULL ? error->message : NULL);
      break;
    default:
      g_assert_not_reached ();
    }
  if (self->replica == NULL && replica != NULL)
    set_replica (self, replica);
}

/* Edits of others beyond the edges. */

static void
remote_edit_cb (CoquillPage *self, CoquillParticipant *author, guint start, guint end)
{
  GtkTextView *view = GTK_TEXT_VIEW (self->view);
  GdkRectangle sight;
  GdkRectangle place;
  GtkTextIter iter;

  if (author == NULL || !gtk_widget_get_mapped (GTK_WIDGET (view)))
    return;
  gtk_text_buffer_get_iter_at_offset (gtk_text_view_get_buffer (view), &iter, (int)end);
  gtk_text_view_get_visible_rect (view, &sight);
  gtk_text_view_get_iter_location (view, &iter, &place);
  if (place.y + place.height <= sight.y)
    coquill_edge_pill_point (self->pill_above, view, author, &iter);
  else if (place.y >= sight.y + sight.height)
    coquill_edge_pill_point (self->pill_below, view, author, &iter);
}

static void
scrolled_cb (CoquillPage *self)
{
  coquill_edge_pill_update (self->pill_above);
  coquill_edge_pill_update (self->pill_below);
}

static void
refused_cb (CoquillPage *self, GError *error)
{
  AdwToast *toast = adw_toast_new (error->message);

  adw_toast_set_use_markup (toast, FALSE);
  coquill_page_toast (self, toast);
}

static void
rename_cb (CoquillPage *self)
{
  coquill_page_rename (self);
}

static void
rename_shown_cb (CoquillPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->rename_entry), coquill_replica_get_title (self->replica));
  gtk_editable_select_region (GTK_EDITABLE (self->rename_entry), 0, -1);
  gtk_widget_grab_focus (GTK_WIDGET (self->rename_entry));
}

/* People are in a sidebar, or in a bottom sheet on a narrow window. Both panes exist, because
 * AdwMultiLayoutView of libadwaita 1.7 keeps what had the focus alive after its page is gone. */
static void
update_people_panes (CoquillPage *self)
{
  adw_overlay_split_view_set_show_sidebar (self->people_split, self->show_people && !self->narrow);
  adw_bottom_sheet_set_open (self->people_sheet, self->show_people && self->narrow);
}

/* A pane was opened or closed by a gesture or a key. */
static void
people_pane_cb (CoquillPage *self)
{
  gboolean shown;

  if (self->people_sheet == NULL || self->people_split == NULL)
    return;
  shown = self->narrow ? adw_bottom_sheet_get_open (self->people_sheet)
                       : adw_overlay_split_view_get_show_sidebar (self->people_split);
  g_object_set (self, "show-people", shown, NULL);
}

static void
layout_changed (CoquillPage *self)
{
  update_people_panes (self);
  gtk_widget_set_visible (GTK_WIDGET (self->share_button), !self->narrow);
  g_object_set (self->faces, "limit", self->narrow ? 1 : 3, NULL);
  coquill_page_update_actions (self);
}

static void
coquill_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillPage *self = COQUILL_PAGE (object);

  switch (id)
    {
    case PROP_REPLICA:
      g_value_set_object (value, self->replica);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    case PROP_SHOW_PEOPLE:
      g_value_set_boolean (value, self->show_people);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CoquillPage *self = COQUILL_PAGE (object);

  switch (id)
    {
    case PROP_NARROW:
      if (self->narrow == g_value_get_boolean (value))
        return;
      self->narrow = g_value_get_boolean (value);
      /* A sheet that opens because a window got smaller would hide the text. */
      if (self->narrow)
        g_object_set (self, "show-people", FALSE, NULL);
      layout_changed (self);
      break;
    case PROP_COMPACT:
      self->compact = g_value_get_boolean (value);
      break;
    case PROP_SHOW_PEOPLE:
      if (self->show_people == g_value_get_boolean (value))
        return;
      self->show_people = g_value_get_boolean (value);
      update_people_panes (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  g_object_notify_by_pspec (object, pspec);
}

static void
coquill_page_dispose (GObject *object)
{
  CoquillPage *self = COQUILL_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  /* Closing the replica is told by notifications that find no widgets any more. */
  g_signal_handlers_disconnect_by_data (adw_style_manager_get_default (), self);
  if (self->replica != NULL)
    g_signal_handlers_disconnect_by_data (self->replica, self);
  if (self->join != NULL)
    g_signal_handlers_disconnect_by_data (self->join, self);
  g_clear_handle_id (&self->offline_timeout, g_source_remove);
  g_clear_handle_id (&self->waiting_timeout, g_source_remove);
  if (self->announcer != NULL)
    coquill_announcer_set_people (self->announcer, NULL);
  if (self->view != NULL)
    {
      coquill_search_bar_set_view (self->search_bar, NULL);
      coquill_text_view_set_replica (self->view, NULL);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), COQUILL_TYPE_PAGE);
  if (self->opened)
    {
      self->opened = FALSE;
      coquill_replica_clear_caret (self->replica);
      coquill_replica_close_async (self->replica, NULL, NULL, NULL);
    }
  g_clear_object (&self->announcer);
  g_clear_object (&self->replica);
  g_clear_object (&self->join);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (coquill_page_parent_class)->dispose (object);
}

static void
coquill_page_finalize (GObject *object)
{
  g_clear_object (&COQUILL_PAGE (object)->cancellable);
  G_OBJECT_CLASS (coquill_page_parent_class)->finalize (object);
}

static void
coquill_page_class_init (CoquillPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = coquill_page_get_property;
  object_class->set_property = coquill_page_set_property;
  object_class->dispose = coquill_page_dispose;
  object_class->finalize = coquill_page_finalize;

  props[PROP_REPLICA] = g_param_spec_object ("replica", NULL, NULL, COQUILL_TYPE_REPLICA,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  props[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, flags);
  props[PROP_SHOW_PEOPLE] = g_param_spec_boolean ("show-people", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_type_ensure (COQUILL_TYPE_FACES);
  g_type_ensure (COQUILL_TYPE_EDGE_PILL);
  g_type_ensure (COQUILL_TYPE_TEXT_VIEW);
  g_type_ensure (COQUILL_TYPE_PEOPLE_PANE);
  g_type_ensure (COQUILL_TYPE_SEARCH_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/coquill/Coquill/ui/page.ui");
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, title_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, status_label);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, rename_popover);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, rename_entry);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, share_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, people_button);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, faces);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, disk_banner);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, offline_banner);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, stack);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, loading_page);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, notice_page);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, people_sheet);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, people_split);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, people_in_sheet);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, people_in_sidebar);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, clamp);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, view);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, pill_above);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, pill_below);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, plain_revealer);
  gtk_widget_class_bind_template_child (widget_class, CoquillPage, plain_label);
  gtk_widget_class_bind_template_callback (widget_class, people_pane_cb);
  gtk_widget_class_bind_template_callback (widget_class, rename_cb);
  gtk_widget_class_bind_template_callback (widget_class, remote_edit_cb);
  gtk_widget_class_bind_template_callback (widget_class, refused_cb);
  coquill_page_class_install_actions (widget_class);
}

static void
coquill_page_init (CoquillPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->announcer = coquill_announcer_new (GTK_WIDGET (self));
  coquill_search_bar_set_view (self->search_bar, GTK_SOURCE_VIEW (self->view));
  g_signal_connect_object (self->rename_popover, "show", G_CALLBACK (rename_shown_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed",
                           G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (coquill_page_update_style), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view)), "changed",
                           G_CALLBACK (coquill_page_text_changed), self, G_CONNECT_SWAPPED);
  layout_changed (self);
}

CoquillPage *
coquill_page_new (CoquillLibrary *library, CoquillReplica *replica)
{
  CoquillPage *self;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (COQUILL_IS_REPLICA (replica), NULL);

  self = g_object_new (COQUILL_TYPE_PAGE, NULL);
  self->library = g_object_ref (library);
  set_replica (self, replica);
  return self;
}

CoquillPage *
coquill_page_new_for_join (CoquillLibrary *library, CoquillJoin *join)
{
  CoquillPage *self;

  g_return_val_if_fail (COQUILL_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (COQUILL_IS_JOIN (join), NULL);

  self = g_object_new (COQUILL_TYPE_PAGE, NULL);
  self->library = g_object_ref (library);
  self->join = g_object_ref (join);
  gtk_label_set_label (self->title_label, _ ("Shared Document"));
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), _ ("Shared Document"));
  g_signal_connect_object (join, "notify::state", G_CALLBACK (join_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (join, "notify::replica", G_CALLBACK (join_changed_cb), self, G_CONNECT_SWAPPED);
  join_changed_cb (self);
  return self;
}

CoquillReplica *
coquill_page_get_replica (CoquillPage *self)
{
  g_return_val_if_fail (COQUILL_IS_PAGE (self), NULL);
  return self->replica;
}

void
coquill_page_focus_text (CoquillPage *self)
{
  g_return_if_fail (COQUILL_IS_PAGE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}
