/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-watch.c: tell what happens in a document until stopped. */

#include "config.h"

#include "peer/command.h"
#include "peer/watcher.h"

#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>
#include <unistd.h>

static gboolean as_json = FALSE;

static const GOptionEntry options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("One JSON object a line"), NULL },
  { NULL },
};

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  CoquillReplica *replica = coquill_peer_open_document (peer, arguments[0]);
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (CoquillWatcher) watcher = NULL;

  if (replica == NULL)
    return COQUILL_EXIT_FAILED;

  watcher = coquill_watcher_new (replica, output, as_json, peer->cancellable);
  while (!g_cancellable_is_cancelled (peer->cancellable))
    g_main_context_iteration (NULL, TRUE);
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_watch = {
  .name = "watch",
  .synopsis = "DOC [--json]",
  .summary = N_ ("Tell changes, people and status as they happen"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
