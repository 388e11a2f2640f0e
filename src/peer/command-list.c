/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command-list.c: the documents of the data folder. */

#include "config.h"

#include "peer/command.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

static gboolean as_json = FALSE;

static const GOptionEntry options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("One JSON object a line"), NULL },
  { NULL },
};

static void
print_json (CoquillReplica *replica)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *line = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, coquill_replica_get_id (replica));
  json_builder_set_member_name (builder, "title");
  json_builder_add_string_value (builder, coquill_replica_get_title (replica));
  json_builder_set_member_name (builder, "changed");
  json_builder_add_int_value (builder, coquill_replica_get_last_change (replica));
  json_builder_set_member_name (builder, "shared");
  json_builder_add_boolean_value (builder, coquill_replica_is_shared (replica));
  json_builder_set_member_name (builder, "waiting");
  json_builder_add_boolean_value (builder, coquill_replica_get_state (replica) == COQUILL_REPLICA_WAITING);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  printf ("%s\n", line);
}

static void
print_row (CoquillReplica *replica)
{
  g_autoptr (GDateTime) changed
      = g_date_time_new_from_unix_local_usec (coquill_replica_get_last_change (replica));
  g_autofree char *when = g_date_time_format (changed, "%Y-%m-%d %H:%M");

  printf ("%s  %s  %s%s\n", coquill_replica_get_id (replica), when, coquill_replica_get_title (replica),
          coquill_replica_get_state (replica) == COQUILL_REPLICA_WAITING ? _ (" (waiting)") : "");
}

static CoquillExit
run (CoquillPeer *peer, char **arguments)
{
  guint n_documents = peer->library != NULL ? g_list_model_get_n_items (G_LIST_MODEL (peer->library)) : 0;

  for (guint i = 0; i < n_documents; i++)
    {
      g_autoptr (CoquillReplica) replica = g_list_model_get_item (G_LIST_MODEL (peer->library), i);

      if (as_json)
        print_json (replica);
      else
        print_row (replica);
    }
  return COQUILL_EXIT_DONE;
}

const CoquillCommand coquill_command_list = {
  .name = "list",
  .synopsis = "[--json]",
  .summary = N_ ("List the documents, the newest change first"),
  .mode = COQUILL_LIBRARY_READ,
  .options = options,
  .missing_ok = TRUE,
  .run = run,
};
