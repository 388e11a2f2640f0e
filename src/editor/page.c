/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.c: an open document: its widgets and properties. See the header. */

#include "editor/page.h"

#include "editor/page-private.h"

G_DEFINE_FINAL_TYPE (CoquillPage, coquill_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_REPLICA,
  PROP_NARROW,
  PROP_COMPACT,
  PROP_SHOW_PEOPLE,
  PROP_CONNECT_DIRECTLY,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

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
  coquill_page_judge_line (self, &iter);
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
    case PROP_CONNECT_DIRECTLY:
      g_value_set_boolean (value, self->connect_directly);
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
    case PROP_CONNECT_DIRECTLY:
      if (self->connect_directly == g_value_get_boolean (value))
        return;
      self->connect_directly = g_value_get_boolean (value);
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
  props[PROP_CONNECT_DIRECTLY] = g_param_spec_boolean ("connect-directly", NULL, NULL, FALSE, flags);
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
  coquill_page_set_replica (self, replica);
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
  coquill_page_set_join (self, join);
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
