/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-sync.c: bring a document up to date with the meeting point. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>

/* How long to try to reach the meeting point before giving up. */
#define REACH_SECONDS 30

static int until_quiet = 0;

static const GOptionEntry options[] = {
  { "until-quiet", 0, 0, G_OPTION_ARG_INT, &until_quiet, N_ ("Stay until nothing has come for that long"),
    N_ ("SECONDS") },
  { NULL },
};

typedef struct
{
  gint64 last_change; /* microseconds, monotonic */
} Quiet;

static void
text_changed_cb (CoquillReplica *replica, const CoquillTextChange *change, Quiet *quiet)
{
  quiet->last_change = g_get_monotonic_time ();
}

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_until_quiet (CoquillPeer *peer, CoquillReplica *replica)
{
  Quiet quiet = { g_get_monotonic_time () };
  gulong handler = g_signal_connect (replica, "text-changed", G_CALLBACK (text_changed_cb), &quiet);
  guint timer = g_timeout_add (100, wake_cb, NULL);

  while (g_get_monotonic_time () - quiet.last_change < until_quiet * G_USEC_PER_SEC
         && !g_cancellable_is_cancelled (peer->cancellable))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  g_signal_handler_disconnect (replica, handler);
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  CoquillReplica *replica = coquill_peer_open_document (peer, arguments[0]);
  g_autoptr (GCancellable) deadline = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CoquillWait wait = { NULL };

  if (replica == NULL)
    return COQUILL_EXIT_FAILED;
  if (!coquill_replica_is_shared (replica))
    {
      coquill_peer_complain (_ ("This document is only on this device; “coquill-peer invite” shares it."));
      return COQUILL_EXIT_FAILED;
    }

  deadline = coquill_peer_deadline (peer, REACH_SECONDS);
  coquill_replica_catch_up_async (replica, deadline, coquill_wait_done_cb, &wait);
  result = coquill_wait_for (&wait);
  if (!coquill_replica_catch_up_finish (replica, result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        coquill_peer_complain (
            _ ("The meeting point can't be reached. The changes are kept on this device."));
      else
        coquill_peer_complain ("%s", error->message);
      return COQUILL_EXIT_FAILED;
    }
  if (until_quiet > 0)
    wait_until_quiet (peer, replica);
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_sync = {
  .name = "sync",
  .synopsis = "DOC [--until-quiet SECONDS]",
  .summary = N_ ("Bring a document up to date with the meeting point"),
  .mode = COQUILL_LIBRARY_WRITE,
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = run,
};
