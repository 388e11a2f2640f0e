/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page-status.c: the status line and the banners of a page. */

#include <glib/gi18n.h>

#include "editor/page-private.h"

/* How long a document is off line before the banner says so; seconds. */
#define OFFLINE_BANNER_SECONDS 10

static void
offline_for_long_cb (gpointer data)
{
  CoquillPage *self = data;

  self->offline_timeout = 0;
  adw_banner_set_revealed (self->offline_banner, TRUE);
  coquill_announcer_say (self->announcer, adw_banner_get_title (self->offline_banner));
}

static void
update_disk_banner (CoquillPage *self, gboolean refused)
{
  const GError *error = coquill_replica_get_error (self->replica);
  g_autofree char *title = NULL;

  if (refused)
    {
      title = error != NULL ? g_strdup_printf ("%s %s", _ ("New changes are not saved."), error->message)
                            : g_strdup (_ ("New changes are not saved."));
      adw_banner_set_title (self->disk_banner, title);
      if (!adw_banner_get_revealed (self->disk_banner))
        coquill_announcer_say (self->announcer, title);
    }
  adw_banner_set_revealed (self->disk_banner, refused);
}

void
coquill_page_update_status (CoquillPage *self)
{
  g_autoptr (GError) relay_error = NULL;
  CoquillReplicaStatus status;
  CoquillReplicaState state;
  gboolean offline;

  if (self->replica == NULL)
    return;
  state = coquill_replica_get_state (self->replica);
  status = coquill_replica_get_status (self->replica);
  offline = status == COQUILL_STATUS_OFFLINE;
  g_object_get (self->replica, "relay-error", &relay_error, NULL);

  gtk_label_set_label (self->status_label, coquill_replica_status_to_words (status));
  gtk_widget_set_visible (GTK_WIDGET (self->status_label), state == COQUILL_REPLICA_OPEN);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title_button),
                               offline && relay_error != NULL ? relay_error->message : _ ("Rename"));

  if (offline && self->offline_timeout == 0 && !adw_banner_get_revealed (self->offline_banner))
    self->offline_timeout = g_timeout_add_seconds_once (OFFLINE_BANNER_SECONDS, offline_for_long_cb, self);
  /* Status words pass through "not saved" while still off line; that says nothing of the connection. */
  if (!offline && status != COQUILL_STATUS_NOT_SAVED)
    {
      g_clear_handle_id (&self->offline_timeout, g_source_remove);
      adw_banner_set_revealed (self->offline_banner, FALSE);
    }
  update_disk_banner (self, status == COQUILL_STATUS_NOT_SAVED);
}
