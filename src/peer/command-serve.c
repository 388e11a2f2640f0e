/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-serve.c: stay on line with documents until stopped. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  if (arguments[0] != NULL)
    {
      for (char **id = arguments; *id != NULL; id++)
        if (coquill_peer_open_document (peer, *id) == NULL)
          return COQUILL_EXIT_FAILED;
    }
  else
    {
      guint n_documents = g_list_model_get_n_items (G_LIST_MODEL (peer->library));
      g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

      /* Opening one may change the order of the list. */
      for (guint i = 0; i < n_documents; i++)
        {
          g_autoptr (CoquillReplica) replica = g_list_model_get_item (G_LIST_MODEL (peer->library), i);

          g_ptr_array_add (ids, g_strdup (coquill_replica_get_id (replica)));
        }
      /* One damaged document keeps no other off line: it was told, and the rest is served. */
      for (guint i = 0; i < ids->len; i++)
        (void)coquill_peer_open_document (peer, g_ptr_array_index (ids, i));
    }

  while (!g_cancellable_is_cancelled (peer->cancellable))
    g_main_context_iteration (NULL, TRUE);
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_serve = {
  .name = "serve",
  .synopsis = "[DOC…]",
  .summary = N_ ("Stay on line with these documents, or all, until stopped"),
  .mode = COQUILL_LIBRARY_WRITE,
  .max_arguments = -1,
  .run = run,
};
