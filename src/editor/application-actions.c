/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application-actions.c: what one can do whatever is open. */

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "config.h"
#include "editor/application-private.h"
#include "editor/preferences-dialog.h"
#include "editor/shortcuts-dialog.h"

static void
new_window_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  coquill_application_open_library (data);
  coquill_application_add_window (data);
}

static void
open_library_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  coquill_application_open_library (data);
}

static void
offline_action (GSimpleAction *action, GVariant *state, gpointer data)
{
  CoquillApplication *self = data;

  g_simple_action_set_state (action, state);
  if (self->library != NULL)
    g_object_set (self->library, "online", !g_variant_get_boolean (state), NULL);
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CoquillApplication *self = data;

  if (self->library != NULL)
    adw_dialog_present (ADW_DIALOG (coquill_preferences_dialog_new (self->library)),
                        GTK_WIDGET (coquill_application_get_window (self)));
}

static void
shortcuts_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_dialog_present (ADW_DIALOG (coquill_shortcuts_dialog_new ()),
                      GTK_WIDGET (coquill_application_get_window (data)));
}

static void
help_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new ("help:coquill");

  gtk_uri_launcher_launch (launcher, gtk_application_get_active_window (data), NULL, NULL, NULL);
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AdwAboutDialog *dialog = ADW_ABOUT_DIALOG (adw_about_dialog_new ());

  adw_about_dialog_set_application_name (dialog, _ ("Coquill"));
  adw_about_dialog_set_application_icon (dialog, COQUILL_APPLICATION_ID);
  adw_about_dialog_set_version (dialog, COQUILL_VERSION);
  adw_about_dialog_set_comments (dialog,
                                 _ ("Write one document, alone or together. Every device keeps the whole "
                                    "text; a relay passes it on sealed and can’t read it."));
  adw_about_dialog_set_developer_name (dialog, _ ("The Coquill developers"));
  adw_about_dialog_set_license_type (dialog, GTK_LICENSE_GPL_3_0);
  /* Translators: your name and address, to be shown in the about dialog */
  adw_about_dialog_set_translator_credits (dialog, _ ("translator-credits"));
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (coquill_application_get_window (data)));
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CoquillApplication *self = data;
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (data));

  /* All that is open now comes back, not what is left while one window after the other closes. */
  self->quitting = TRUE;
  for (GList *l = windows; l != NULL; l = l->next)
    {
      gtk_window_close (l->data);
      /* An open dialog takes the wish to close for itself. */
      if (g_list_find (gtk_application_get_windows (data), l->data) != NULL)
        gtk_window_destroy (l->data);
    }
}

static gboolean
terminated_cb (gpointer data)
{
  g_action_group_activate_action (G_ACTION_GROUP (data), "quit", NULL);
  return G_SOURCE_CONTINUE;
}

static const GActionEntry actions[] = {
  { .name = "new-window", .activate = new_window_action },
  { .name = "open-library", .activate = open_library_action },
  { .name = "offline", .state = "false", .change_state = offline_action },
  { .name = "preferences", .activate = preferences_action },
  { .name = "shortcuts", .activate = shortcuts_action },
  { .name = "help", .activate = help_action },
  { .name = "about", .activate = about_action },
  { .name = "quit", .activate = quit_action },
};

void
coquill_application_add_actions (CoquillApplication *self)
{
  GtkApplication *gtk_application = GTK_APPLICATION (self);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (gtk_application, "app.help", (const char *[]){ "F1", NULL });
  gtk_application_set_accels_for_action (gtk_application, "app.quit", (const char *[]){ "<Ctrl>q", NULL });
  gtk_application_set_accels_for_action (gtk_application, "app.preferences",
                                         (const char *[]){ "<Ctrl>comma", NULL });
  gtk_application_set_accels_for_action (gtk_application, "app.shortcuts",
                                         (const char *[]){ "<Ctrl>question", NULL });
  gtk_application_set_accels_for_action (gtk_application, "app.new-window",
                                         (const char *[]){ "<Ctrl><Shift>n", NULL });
  g_unix_signal_add (SIGTERM, terminated_cb, self);
  g_unix_signal_add (SIGINT, terminated_cb, self);
}
