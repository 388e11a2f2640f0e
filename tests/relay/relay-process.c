/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-process.c: a real relay, started, stopped, killed and frozen by a test */

#include "relay-process.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct _RelayProcess
{
  GPid pid; /* 0: not running */
  char *folder;
  char *log;
  char *origin;
  char **options;
  guint16 port;
  gboolean owns_folder;
};

/* The sanitizer keeps freed memory back to find its late use: a little is enough, or the relay's size says
 * nothing. */
static char **
get_environment (void)
{
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *small = g_strdup_printf ("%s:quarantine_size_mb=1", options != NULL ? options : "");

  return g_environ_setenv (g_get_environ (), "ASAN_OPTIONS", small, TRUE);
}

/* A test that fails leaves no relay behind. */
static void
die_with_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
spawn (RelayProcess *self)
{
  g_auto (GStrv) environment = get_environment ();
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  int out, log;
  char c;

  g_assert_nonnull (g_getenv ("COQUILL_RELAY"));
  g_ptr_array_add (arguments, g_strdup (g_getenv ("COQUILL_RELAY")));
  g_ptr_array_add (arguments, g_strdup_printf ("--listen=127.0.0.1:%u", self->port));
  g_ptr_array_add (arguments, g_strdup_printf ("--data=%s", self->folder));
  for (guint i = 0; self->options != NULL && self->options[i] != NULL; i++)
    g_ptr_array_add (arguments, g_strdup (self->options[i]));
  g_ptr_array_add (arguments, NULL);

  log = g_open (self->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  g_assert_cmpint (log, >=, 0);
  g_spawn_async_with_pipes_and_fds (NULL, (const char *const *)arguments->pdata,
                                    (const char *const *)environment, G_SPAWN_DO_NOT_REAP_CHILD,
                                    die_with_parent_cb, NULL, -1, -1, log, NULL, NULL, 0, &self->pid, NULL,
                                    &out, NULL, &error);
  g_assert_no_error (error);
  close (log);
  while (read (out, &c, 1) == 1 && c != '\n')
    g_string_append_c (line, c);
  close (out);
  if (!g_str_has_prefix (line->str, "listening on http://"))
    {
      g_autofree char *text = relay_process_read_log (self);
      g_error ("The relay did not start: %s%s", line->str, text);
    }
  g_free (self->origin);
  self->origin = g_strdup (line->str + strlen ("listening on "));
  self->port = g_ascii_strtoull (strrchr (self->origin, ':') + 1, NULL, 10);
}

RelayProcess *
relay_process_start (const char *folder, const char *const *options)
{
  RelayProcess *self = g_new0 (RelayProcess, 1);

  self->folder = folder != NULL ? g_strdup (folder) : g_dir_make_tmp ("coquill-relay-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->owns_folder = folder == NULL;
  self->log = g_strconcat (self->folder, ".log", NULL);
  self->options = g_strdupv ((char **)options);
  spawn (self);
  return self;
}

void
relay_process_restart (RelayProcess *self)
{
  g_assert_cmpint (self->pid, ==, 0);
  spawn (self);
}

int
relay_process_signal (RelayProcess *self, int number)
{
  int status = 0;

  g_assert_cmpint (self->pid, !=, 0);
  g_assert_cmpint (kill (self->pid, number), ==, 0);
  if (number != SIGKILL && number != SIGTERM)
    return 0;
  g_assert_cmpint (waitpid (self->pid, &status, 0), ==, self->pid);
  self->pid = 0;
  return status;
}

const char *
relay_process_get_origin (RelayProcess *self)
{
  return self->origin;
}

const char *
relay_process_get_folder (RelayProcess *self)
{
  return self->folder;
}

guint16
relay_process_get_port (RelayProcess *self)
{
  return self->port;
}

GPid
relay_process_get_pid (RelayProcess *self)
{
  return self->pid;
}

char *
relay_process_read_log (RelayProcess *self)
{
  char *text = NULL;

  return g_file_get_contents (self->log, &text, NULL, NULL) ? text : g_strdup ("");
}

static void
delete_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
  g_rmdir (path);
}

void
relay_process_stop (RelayProcess *self)
{
  g_autofree char *text = NULL;

  if (self->pid != 0)
    {
      int status = relay_process_signal (self, SIGTERM);
      text = relay_process_read_log (self);
      if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
        g_error ("The relay ended with status %d:\n%s", status, text);
    }
  g_free (text);
  text = relay_process_read_log (self);
  if (strstr (text, "CRITICAL") != NULL || strstr (text, "Sanitizer") != NULL
      || strstr (text, "runtime error") != NULL)
    g_error ("The relay reported a fault:\n%s", text);
  if (self->owns_folder)
    delete_folder (self->folder);
  g_unlink (self->log);
  g_free (self->folder);
  g_free (self->log);
  g_free (self->origin);
  g_strfreev (self->options);
  g_free (self);
}
