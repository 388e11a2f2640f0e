/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-invite.c: share a document and print its link. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>
#include <stdio.h>

static char *relay = NULL;

static const GOptionEntry options[] = {
  { "relay", 0, 0, G_OPTION_ARG_STRING, &relay,
    N_ ("The meeting point; without one the document's, else the default"), N_ ("URL") },
  { NULL },
};

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  CoquillReplica *replica = coquill_peer_open_document (peer, arguments[0]);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *link = NULL;
  CoquillWait wait = { NULL };

  if (replica == NULL)
    return COQUILL_EXIT_FAILED;

  coquill_replica_share_async (replica, relay, peer->cancellable, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  link = coquill_replica_share_finish (replica, result, &error);
  if (link == NULL)
    {
      coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  printf ("%s\n", link);
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_invite = {
  .name = "invite",
  .synopsis = "DOC [--relay URL]",
  .summary = N_ ("Put a document into the mailbox and print an invite link"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
