/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-export.c: write the text to a file. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  CoquillReplica *replica = coquill_peer_open_document (peer, arguments[0]);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (replica == NULL)
    return COQUILL_EXIT_FAILED;

  text = coquill_replica_dup_text (replica, &length);
  if (!g_file_set_contents_full (arguments[1], text, length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &error))
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_export = {
  .name = "export",
  .synopsis = "DOC FILE",
  .summary = N_ ("Write the text to a file"),
  .mode = COQUILL_LIBRARY_READ,
  .min_arguments = 2,
  .max_arguments = 2,
  .run = run,
};
