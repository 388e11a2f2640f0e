/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-join.c: get a document by its link. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* How long to wait for the text unless told: a meeting point that answers needs seconds, one that is starting
 * up some more. */
#define DEFAULT_WAIT_SECONDS 30

/* More than any link needs; standard input may be anything. */
#define MAX_LINK_BYTES 8192

static int wait_seconds = DEFAULT_WAIT_SECONDS;

static const GOptionEntry options[] = {
  { "wait", 0, 0, G_OPTION_ARG_INT, &wait_seconds, N_ ("How long to wait for the text (default 30)"),
    N_ ("SECONDS") },
  { NULL },
};

static char *
read_link (const char *argument)
{
  char line[MAX_LINK_BYTES] = "";
  char *link;

  if (!g_str_equal (argument, "-"))
    return g_strdup (argument);
  if (fgets (line, sizeof line, stdin) == NULL)
    line[0] = '\0';
  link = g_strdup (g_strstrip (line));
  explicit_bzero (line, sizeof line);
  return link;
}

static void
state_changed_cb (CoquillJoin *join, GParamSpec *pspec, gboolean *ended)
{
  CoquillJoinState state = coquill_join_get_state (join);

  *ended = state == COQUILL_JOIN_DONE || state == COQUILL_JOIN_FAILED;
}

static void
complain_of_time (CoquillJoin *join)
{
  const GError *error = coquill_join_get_error (join);

  if (error != NULL)
    coquill_peer_complain ("%s", error->message);
  else if (coquill_join_get_replica (join) != NULL)
    coquill_peer_complain (
        _ ("Nobody who has the document is on line. It stays in the list and comes when somebody is."));
  else
    coquill_peer_complain (
        _ ("The meeting point did not answer in time. Nothing was changed; try again later."));
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  g_autofree char *link = read_link (arguments[0]);
  g_autoptr (GCancellable) deadline = coquill_peer_deadline (peer, MAX (wait_seconds, 0));
  g_autoptr (CoquillJoin) join = NULL;
  gboolean ended = FALSE;
  CoquillExit status = COQUILL_EXIT_REFUSED;

  join = coquill_library_join (peer->library, link);
  explicit_bzero (link, strlen (link));
  g_signal_connect (join, "notify::state", G_CALLBACK (state_changed_cb), &ended);
  state_changed_cb (join, NULL, &ended);
  while (!ended && !g_cancellable_is_cancelled (deadline))
    g_main_context_iteration (NULL, TRUE);

  if (coquill_join_get_state (join) == COQUILL_JOIN_DONE)
    {
      printf ("%s\n", coquill_replica_get_id (coquill_join_get_replica (join)));
      status = COQUILL_EXIT_DONE;
    }
  else
    complain_of_time (join);
  g_signal_handlers_disconnect_by_data (join, &ended);
  if (!ended)
    coquill_join_cancel (join);
  return status;
}

const CoquillCommand coquill_command_join = {
  .name = "join",
  .synopsis = "LINK|- [--wait SECONDS]",
  .summary = N_ ("Join a document by its link and print its id once the text is here"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
