/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-cat.c: write the text to standard output. */

#include "config.h"

#include "peer/command.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  CoquillReplica *replica = coquill_peer_open_document (peer, arguments[0]);
  g_autofree char *text = NULL;
  gsize length;

  if (replica == NULL)
    return COQUILL_EXIT_FAILED;

  text = coquill_replica_dup_text (replica, &length);
  if (fwrite (text, 1, length, stdout) != length || fflush (stdout) != 0)
    {
      coquill_peer_complain (_ ("The text could not be written: %s"), g_strerror (errno));
      return COQUILL_EXIT_FAILED;
    }
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_cat = {
  .name = "cat",
  .synopsis = "DOC",
  .summary = N_ ("Print the text, byte for byte"),
  .mode = COQUILL_LIBRARY_READ,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
