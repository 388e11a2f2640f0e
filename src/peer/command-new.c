/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-new.c: make a document. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>
#include <stdio.h>

static char *title = NULL;
static char *from = NULL;

static const GOptionEntry options[] = {
  { "title", 0, 0, G_OPTION_ARG_STRING, &title, N_ ("Its title; without one the first line is it"),
    N_ ("TITLE") },
  { "from", 0, 0, G_OPTION_ARG_FILENAME, &from, N_ ("The text it starts with"), N_ ("FILE") },
  { NULL },
};

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CoquillReplica) replica = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  if (from != NULL)
    {
      char *contents;
      gsize length;

      if (!g_file_get_contents (from, &contents, &length, &error))
        {
          coquill_peer_complain ("%s", error->message);
          return COQUILL_EXIT_FAILED;
        }
      text = g_bytes_new_take (contents, length);
    }

  coquill_library_create_async (peer->library, title, text, peer->cancellable, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  replica = coquill_library_create_finish (peer->library, result, &error);
  if (replica == NULL)
    {
      if (from != NULL)
        g_prefix_error (&error, "%s: ", from);
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  printf ("%s\n", coquill_replica_get_id (replica));
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_new = {
  .name = "new",
  .synopsis = "[--title TITLE] [--from FILE]",
  .summary = N_ ("Make a document and print its id"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .run = run,
};
