/* SPDX-License-Identifier: GPL-3.0-or-later */
/* application.c: library, windows and what they are asked to open. See the header. */

#include "editor/application.h"

#include <glib/gi18n.h>

#include "config.h"
#include "editor/application-private.h"

/* How long the end waits for the last commit, in seconds. What is not on disk by then comes back from peers.
 */
#define CLOSE_SECONDS 10

G_DEFINE_FINAL_TYPE (CoquillApplication, coquill_application, ADW_TYPE_APPLICATION)

CoquillWindow *
coquill_application_get_window (CoquillApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  return COQUILL_IS_WINDOW (window) ? COQUILL_WINDOW (window) : NULL;
}

CoquillWindow *
coquill_application_add_window (CoquillApplication *self)
{
  CoquillWindow *window = coquill_window_new (ADW_APPLICATION (self));

  coquill_window_set_library (window, self->library, NULL);
  /* At once, so that it is open again even after the program was killed. */
  g_signal_connect_object (window, "notify::document", G_CALLBACK (coquill_application_remember_documents),
                           self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

/* What was open. */

void
coquill_application_remember_documents (CoquillApplication *self)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_auto (GStrv) strv = NULL;

  if (self->library == NULL || !self->restored || self->quitting)
    return;
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    {
      CoquillReplica *replica = COQUILL_IS_WINDOW (l->data) ? coquill_window_get_document (l->data) : NULL;

      if (replica != NULL)
        g_strv_builder_add (ids, coquill_replica_get_id (replica));
    }
  strv = g_strv_builder_end (ids);
  g_settings_set_strv (self->settings, "open-documents", (const char *const *)strv);
}

/* One document in the window that is there, each other one in a window of its own. */
static void
restore_documents (CoquillApplication *self)
{
  g_auto (GStrv) ids = g_settings_get_strv (self->settings, "open-documents");
  CoquillWindow *window = coquill_application_get_window (self);

  for (char **id = ids; *id != NULL && window != NULL; id++)
    {
      CoquillReplica *replica = coquill_library_find (self->library, *id, NULL);

      if (replica == NULL)
        continue;
      if (coquill_window_get_document (window) != NULL)
        window = coquill_application_add_window (self);
      coquill_window_show_document (window, replica);
    }
}

/* What the application was asked for. */

static void
carry_out (CoquillApplication *self)
{
  CoquillWindow *window = coquill_application_get_window (self);

  if (self->library == NULL || window == NULL)
    return;
  if (g_list_model_get_n_items (G_LIST_MODEL (self->files)) > 0)
    coquill_window_open_files (window, G_LIST_MODEL (self->files));
  g_list_store_remove_all (self->files);
  for (char **link = self->links; link != NULL && *link != NULL; link++)
    coquill_window_join (window, *link);
  g_clear_pointer (&self->links, g_strfreev);
}

static void
add_link (CoquillApplication *self, const char *link)
{
  g_autoptr (GStrvBuilder) links = g_strv_builder_new ();

  if (self->links != NULL)
    g_strv_builder_addv (links, (const char **)self->links);
  g_strv_builder_add (links, link);
  g_strfreev (self->links);
  self->links = g_strv_builder_end (links);
}

static gboolean
is_link (const char *argument)
{
  return g_str_has_prefix (argument, "coquill:") || g_str_has_prefix (argument, "https:")
         || g_str_has_prefix (argument, "http:");
}

/* The library. */

static void
hosting_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *address = coquill_relay_host_start_finish (COQUILL_RELAY_HOST (source), result, &error);

  if (address == NULL)
    g_message ("The relay on this computer did not start: %s", error->message);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CoquillApplication *self = data;
  g_autoptr (GError) error = NULL;

  self->opening = FALSE;
  self->library = coquill_library_open_finish (result, &error);
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (COQUILL_IS_WINDOW (l->data))
      coquill_window_set_library (l->data, self->library, error);
  if (self->library != NULL)
    {
      g_autofree char *data_dir = NULL;

      g_object_get (self->library, "data-dir", &data_dir, NULL);
      coquill_relay_host_set_data_dir (self->host, data_dir);
      if (g_settings_get_boolean (self->settings, "host-relay"))
        coquill_relay_host_start_async (self->host, hosting_cb, NULL);
      restore_documents (self);
      self->restored = TRUE;
      carry_out (self);
    }
  g_application_release (G_APPLICATION (self));
}

void
coquill_application_open_library (CoquillApplication *self)
{
  g_autofree char *data_dir = NULL;

  if (self->library != NULL || self->opening)
    return;
  self->opening = TRUE;
  data_dir = self->data_dir != NULL ? g_strdup (self->data_dir) : coquill_library_default_data_dir ();
  g_application_hold (G_APPLICATION (self));
  coquill_library_open_async (data_dir, COQUILL_LIBRARY_WRITE, NULL, opened_cb, self);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!coquill_library_close_finish (COQUILL_LIBRARY (source), result, &error))
    g_warning ("The documents could not be closed: %s", error->message);
  *(gboolean *)data = TRUE;
}

static void
timed_out_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
}

/* The main loop has ended; this waits for the commit, without a window to block. */
static void
close_library (CoquillApplication *self)
{
  gboolean closed = FALSE;
  gboolean timed_out = FALSE;
  guint timeout;

  if (self->library == NULL)
    return;
  timeout = g_timeout_add_seconds_once (CLOSE_SECONDS, timed_out_cb, &timed_out);
  coquill_library_close_async (self->library, self->cancellable, closed_cb, &closed);
  while (!closed)
    {
      g_main_context_iteration (NULL, TRUE);
      if (timed_out)
        g_cancellable_cancel (self->cancellable);
    }
  if (!timed_out)
    g_source_remove (timeout);
  g_clear_object (&self->library);
}

/* GApplication. */

static void
coquill_application_startup (GApplication *application)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);

  G_APPLICATION_CLASS (coquill_application_parent_class)->startup (application);
  self->settings = g_settings_new (COQUILL_APPLICATION_ID);
  self->host = coquill_relay_host_new (self->settings);
  coquill_application_add_actions (self);
  gtk_window_set_default_icon_name (COQUILL_APPLICATION_ID);
}

static void
coquill_application_activate (GApplication *application)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);
  CoquillWindow *window = coquill_application_get_window (self);

  coquill_application_open_library (self);
  if (window == NULL)
    coquill_application_add_window (self);
  else
    gtk_window_present (GTK_WINDOW (window));
  carry_out (self);
}

static void
coquill_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      if (is_link (uri))
        add_link (self, uri);
      else
        g_list_store_append (self->files, files[i]);
    }
  g_application_activate (application);
}

static int
coquill_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);
  g_auto (GStrv) arguments = g_application_command_line_get_arguments (command_line, NULL);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);

  for (char **argument = arguments + 1; arguments[0] != NULL && *argument != NULL; argument++)
    {
      /* Not as a GFile, which might rewrite the secret part of a link. */
      if (is_link (*argument))
        add_link (self, *argument);
      else
        {
          g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (command_line, *argument);

          g_list_store_append (self->files, file);
        }
    }
  if (g_variant_dict_contains (options, "new-window") && coquill_application_get_window (self) != NULL)
    g_action_group_activate_action (G_ACTION_GROUP (self), "new-window", NULL);
  g_application_activate (application);
  return 0;
}

static int
coquill_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("coquill %s\n", COQUILL_VERSION);
      return 0;
    }
  if (g_variant_dict_lookup (options, "data-dir", "^ay", &self->data_dir))
    {
      g_autofree char *relative = g_steal_pointer (&self->data_dir);

      self->data_dir = g_canonicalize_filename (relative, NULL);
      g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  return G_APPLICATION_CLASS (coquill_application_parent_class)->handle_local_options (application, options);
}

static void
coquill_application_window_removed (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (coquill_application_parent_class)->window_removed (application, window);
  /* Of the last window that closes, its document is what comes back. */
  if (gtk_application_get_windows (application) != NULL)
    coquill_application_remember_documents (COQUILL_APPLICATION (application));
}

static void
coquill_application_shutdown (GApplication *application)
{
  CoquillApplication *self = COQUILL_APPLICATION (application);

  close_library (self);
  if (self->host != NULL)
    coquill_relay_host_stop (self->host);
  G_APPLICATION_CLASS (coquill_application_parent_class)->shutdown (application);
}

static void
coquill_application_finalize (GObject *object)
{
  CoquillApplication *self = COQUILL_APPLICATION (object);

  g_free (self->data_dir);
  g_strfreev (self->links);
  g_clear_object (&self->files);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  g_clear_object (&self->host);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (coquill_application_parent_class)->finalize (object);
}

static void
coquill_application_class_init (CoquillApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = coquill_application_finalize;
  application_class->startup = coquill_application_startup;
  application_class->activate = coquill_application_activate;
  application_class->open = coquill_application_open;
  application_class->command_line = coquill_application_command_line;
  application_class->handle_local_options = coquill_application_handle_local_options;
  application_class->shutdown = coquill_application_shutdown;
  GTK_APPLICATION_CLASS (klass)->window_removed = coquill_application_window_removed;
}

static void
coquill_application_init (CoquillApplication *self)
{
  static const GOptionEntry options[] = {
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Keep documents in DIR"), N_ ("DIR") },
    { "new-window", 'n', 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a new window"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    { NULL },
  };

  self->files = g_list_store_new (G_TYPE_FILE);
  self->cancellable = g_cancellable_new ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[FILE or LINK…]"));
}

CoquillApplication *
coquill_application_new (void)
{
  return g_object_new (COQUILL_TYPE_APPLICATION, "application-id", COQUILL_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE, "resource-base-path",
                       "/io/github/coquill/Coquill", NULL);
}

CoquillLibrary *
coquill_application_get_library (CoquillApplication *self)
{
  g_return_val_if_fail (COQUILL_IS_APPLICATION (self), NULL);
  return self->library;
}

CoquillRelayHost *
coquill_application_get_relay_host (CoquillApplication *self)
{
  g_return_val_if_fail (COQUILL_IS_APPLICATION (self), NULL);
  return self->host;
}
