/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c: coquill-peer, a replica without a window: finds the command, opens the library, runs it. */

#include "config.h"

#include "peer/command.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const CoquillCommand *const commands[] = {
  &coquill_command_new,    &coquill_command_list,  &coquill_command_invite,  &coquill_command_join,
  &coquill_command_cat,    &coquill_command_edit,  &coquill_command_sync,    &coquill_command_watch,
  &coquill_command_attach, &coquill_command_serve, &coquill_command_profile, &coquill_command_export,
  &coquill_command_doctor,
};

static char *data_dir = NULL;
static gboolean show_version = FALSE;

static const GOptionEntry global_options[] = {
  { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, N_ ("Where the documents are kept"), N_ ("DIR") },
  { "version", 0, 0, G_OPTION_ARG_NONE, &show_version, N_ ("Print the version"), NULL },
  { NULL },
};

static const CoquillCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i]->name, name))
      return commands[i];
  return NULL;
}

static char *
list_commands (void)
{
  GString *list = g_string_new (_ ("Commands:"));

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", commands[i]->name, commands[i]->synopsis);

      g_string_append_printf (list, "\n  %-34s %s", usage, _ (commands[i]->summary));
    }
  g_string_append_printf (list, "\n\n%s",
                          _ ("“coquill-peer COMMAND --help” tells the options of a command."));
  return g_string_free (list, FALSE);
}

/* The global options end where the command begins, so that a command may have options of its own. */
static gboolean
parse_global_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("COMMAND [ARGUMENT…]"));
  g_autofree char *list = list_commands ();

  g_option_context_set_summary (
      context, _ ("A Coquill replica without a window: makes, joins, reads and edits documents."));
  g_option_context_set_description (context, list);
  g_option_context_add_main_entries (context, global_options, GETTEXT_PACKAGE);
  g_option_context_set_strict_posix (context, TRUE);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
parse_command_options (const CoquillCommand *command, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autofree char *program = g_strdup_printf ("coquill-peer %s", command->name);

  g_set_prgname (program);
  context = g_option_context_new (command->synopsis);
  g_option_context_set_summary (context, _ (command->summary));
  if (command->options != NULL)
    g_option_context_add_main_entries (context, command->options, GETTEXT_PACKAGE);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
stop_cb (gpointer user_data)
{
  CoquillPeer *peer = user_data;

  g_cancellable_cancel (peer->cancellable);
  return G_SOURCE_CONTINUE;
}

/* Whoever starts this with a standard stream closed leaves its number to the next file that is opened: what
 * is printed would go into a document. A closed one becomes a stream that fails in its direction, as a full
 * disk does. */
static void
occupy_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) == -1 && open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      exit (COQUILL_EXIT_FAILED);
}

/* An id or a link that nobody got is no success. Commands that write much have checked and told it
 * themselves. */
static CoquillExit
check_output (CoquillExit status)
{
  if (status == COQUILL_EXIT_DONE && (fflush (stdout) != 0 || ferror (stdout)))
    {
      coquill_peer_complain (_ ("What was asked for could not be written: %s"), g_strerror (errno));
      return COQUILL_EXIT_FAILED;
    }
  return status;
}

static CoquillExit
run (const CoquillCommand *command, char **operands)
{
  CoquillPeer peer = { NULL, NULL };
  CoquillExit status = COQUILL_EXIT_FAILED;
  guint interrupt, terminate;

  peer.cancellable = g_cancellable_new ();
  interrupt = g_unix_signal_add (SIGINT, stop_cb, &peer);
  terminate = g_unix_signal_add (SIGTERM, stop_cb, &peer);
  if (coquill_peer_open (&peer, data_dir, command->mode, command->missing_ok))
    status = command->run (&peer, operands);
  status = coquill_peer_close (&peer, check_output (status));
  g_source_remove (interrupt);
  g_source_remove (terminate);
  g_clear_object (&peer.cancellable);
  return status;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  const CoquillCommand *command;
  char **rest;
  int n_rest, n_operands;

  occupy_standard_streams ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("coquill-peer");
  /* Standard output is for what was asked, whatever is logged. */
  g_log_writer_default_set_use_stderr (TRUE);

  rest = argv;
  n_rest = argc;
  if (!parse_global_options (&n_rest, &rest, &error))
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_REFUSED;
    }
  if (show_version)
    {
      printf ("coquill-peer %s\n", COQUILL_VERSION);
      return COQUILL_EXIT_DONE;
    }
  if (n_rest < 2)
    {
      coquill_peer_complain (_ ("No command given; “coquill-peer --help” lists them."));
      return COQUILL_EXIT_REFUSED;
    }

  command = find_command (rest[1]);
  if (command == NULL)
    {
      coquill_peer_complain (_ ("There is no command “%s”; “coquill-peer --help” lists them."), rest[1]);
      return COQUILL_EXIT_REFUSED;
    }

  rest++;
  n_rest--;
  if (!parse_command_options (command, &n_rest, &rest, &error))
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_REFUSED;
    }
  n_operands = n_rest - 1;
  if (n_operands > 0 && g_str_equal (rest[1], "--"))
    {
      rest++;
      n_operands--;
    }
  if (n_operands < command->min_arguments
      || (command->max_arguments >= 0 && n_operands > command->max_arguments))
    {
      coquill_peer_complain (_ ("Usage: coquill-peer %s %s"), command->name, command->synopsis);
      return COQUILL_EXIT_REFUSED;
    }
  return run (command, rest + 1);
}
