/* main.c: coquill-relay, the server that joins the members of rooms */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "relay/relay-log.h"
#include "relay/relay-server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

typedef struct
{
  GMainLoop *loop;
  CoquillRelayServer *server;
  CoquillRelayHub *hub;
} Program;

static gboolean
stopped_cb (gpointer data)
{
  Program *program = data;

  g_main_loop_quit (program->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
signal_cb (gpointer data)
{
  Program *program = data;

  coquill_relay_log (COQUILL_RELAY_LOG_INFO, "stop", "connections=%u",
                     g_hash_table_size (program->hub->sessions));
  coquill_relay_server_stop (program->server);
  coquill_relay_hub_stop (program->hub, stopped_cb, program);
  return G_SOURCE_REMOVE;
}

/* Takes the data folder for this process. Returns the lock's descriptor, to be kept open, or -1. */
static int
lock_folder (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "relay.lock", NULL);
  int descriptor;

  if (g_mkdir_with_parents (folder, 0700) != 0
      || (descriptor = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
    {
      fprintf (stderr, "coquill-relay: The folder %s can't be used: %s\n", folder, g_strerror (errno));
      return -1;
    }
  if (flock (descriptor, LOCK_EX | LOCK_NB) != 0)
    {
      fprintf (stderr, "coquill-relay: Another relay uses the folder %s.\n", folder);
      close (descriptor);
      return -1;
    }
  return descriptor;
}

static int
run (CoquillRelayOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Program program = { .loop = loop };
  g_autofree char *uri = NULL;
  int lock = lock_folder (options->data);

  if (lock < 0)
    return EXIT_FAILURE;
  program.hub = coquill_relay_hub_new (options, &error);
  if (program.hub != NULL)
    program.server = coquill_relay_server_new (options, program.hub, &error);
  if (program.server == NULL)
    {
      fprintf (stderr, "coquill-relay: %s\n", error->message);
      g_clear_pointer (&program.hub, coquill_relay_hub_free);
      close (lock);
      return EXIT_FAILURE;
    }

  g_unix_signal_add (SIGTERM, signal_cb, &program);
  g_unix_signal_add (SIGINT, signal_cb, &program);
  uri = coquill_relay_server_get_uri (program.server);
  printf ("listening on %s\n", uri);
  fflush (stdout);
  coquill_relay_log (COQUILL_RELAY_LOG_INFO, "start", "uri=%s stun=%u connections=%d version=%s", uri,
                     program.hub->stun_port, options->connections, COQUILL_VERSION);
  g_main_loop_run (loop);

  coquill_relay_hub_free (program.hub);
  coquill_relay_server_free (program.server);
  close (lock);
  coquill_relay_log (COQUILL_RELAY_LOG_INFO, "stopped", "uri=%s", uri);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  CoquillRelayOptions options;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) arguments = g_strdupv (argv);
  int status;

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  if (!coquill_relay_options_parse (&options, &arguments, &error))
    {
      fprintf (stderr, "coquill-relay: %s\nTry coquill-relay --help.\n", error->message);
      coquill_relay_options_clear (&options);
      return 2;
    }
  if (options.version)
    {
      printf ("coquill-relay %s\n", COQUILL_VERSION);
      coquill_relay_options_clear (&options);
      return EXIT_SUCCESS;
    }
  coquill_relay_log_set_verbose (options.verbose);
  status = run (&options);
  coquill_relay_options_clear (&options);
  return status;
}
