/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page-life.c: what a page shows while its document is joined, read, open, or not to be had. */

#include <glib/gi18n.h>

#include "editor/page-private.h"

/* After this long without the text a joiner is told that nobody who has it is on line; seconds. */
#define WAITING_SECONDS 10

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

void
coquill_page_set_replica (CoquillPage *self, CoquillReplica *replica)
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
  g_signal_connect_object (replica, "notify::shared", G_CALLBACK (coquill_page_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "notify::hide-address", G_CALLBACK (coquill_page_update_actions),
                           self, G_CONNECT_SWAPPED);
  g_object_bind_property (replica, "hide-address", self, "connect-directly",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL | G_BINDING_INVERT_BOOLEAN);
  g_signal_connect_object (replica, "others-changed", G_CALLBACK (others_changed_cb), self,
                           G_CONNECT_SWAPPED);
  title_changed_cb (self);
  state_changed_cb (self);
  coquill_replica_open_async (replica, self->cancellable, opened_cb, g_object_ref (self));
  g_object_notify (G_OBJECT (self), "replica");
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
    coquill_page_set_replica (self, replica);
}

void
coquill_page_set_join (CoquillPage *self, CoquillJoin *join)
{
  self->join = g_object_ref (join);
  gtk_label_set_label (self->title_label, _ ("Shared Document"));
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), _ ("Shared Document"));
  g_signal_connect_object (join, "notify::state", G_CALLBACK (join_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (join, "notify::replica", G_CALLBACK (join_changed_cb), self, G_CONNECT_SWAPPED);
  join_changed_cb (self);
}
