/* relay-options.c: every limit of the relay, with its default and reason */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-options.h"

#include "relay/relay-listener.h"
#include "wire/relay-frame.h"
#include "wire/turn-uri.h"

#include <string.h>

typedef struct
{
  const char *name;
  gint64 value;
  gint64 least;
  gint64 most;
} Range;

static gboolean
check_ranges (const CoquillRelayOptions *self, GError **error)
{
  const Range ranges[] = {
    { "message-bytes", self->message_bytes, 1024, COQUILL_RELAY_FRAME_MAX },
    { "connections", self->connections, 1, 1000000 },
    { "connections-per-address", self->connections_per_address, 1, 1000000 },
    { "rooms-per-connection", self->rooms_per_connection, 1, 1024 },
    { "rooms", self->rooms, 1, G_MAXINT },
    { "queue-bytes", self->queue_bytes, 2 * COQUILL_RELAY_FRAME_MAX, G_MAXINT },
    { "memory-bytes", self->memory_bytes, 2 * COQUILL_RELAY_FRAME_MAX, G_MAXINT64 },
    { "mailbox-bytes", self->mailbox_bytes, 1024, G_MAXINT64 },
    { "data-bytes", self->data_bytes, 0, G_MAXINT64 },
    { "rate-bytes", self->rate_bytes, 1024, G_MAXINT / 8 },
    { "rate-messages", self->rate_messages, 1, G_MAXINT / 8 },
    { "ping-seconds", self->ping_seconds, 1, 3600 },
    { "idle-seconds", self->idle_seconds, 2, 86400 },
    { "request-seconds", self->request_seconds, 1, 3600 },
    { "door-requests", self->door_requests, 0, 4096 },
    { "door-days", self->door_days, 1, 3650 },
    { "stun-rate", self->stun_rate, 1, 1000000 },
    { "stun-rate-all", self->stun_rate_all, 1, 1000000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (ranges[i].value < ranges[i].least || ranges[i].value > ranges[i].most)
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     "--%s is %" G_GINT64_FORMAT ", but must be from %" G_GINT64_FORMAT
                     " to %" G_GINT64_FORMAT,
                     ranges[i].name, ranges[i].value, ranges[i].least, ranges[i].most);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_turn (const CoquillRelayOptions *self, GError **error)
{
  guint n_uris = self->turn != NULL ? g_strv_length (self->turn) : 0;

  if ((n_uris > 0) != (self->turn_secret_file != NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--turn and --turn-secret-file need each other");
      return FALSE;
    }
  if (n_uris > COQUILL_RELAY_TURN_MAX)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--turn may be given %d times at most",
                   COQUILL_RELAY_TURN_MAX);
      return FALSE;
    }
  for (guint i = 0; i < n_uris; i++)
    {
      g_auto (CoquillTurnUri) uri = { 0 };
      g_autoptr (GError) local = NULL;

      if (!coquill_turn_uri_parse (self->turn[i], &uri, &local))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--turn: %s", local->message);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_stun (const CoquillRelayOptions *self, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) local = NULL;

  if (self->stun == NULL || (address = coquill_relay_listener_parse_address (self->stun, &local)) != NULL)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--stun: %s", local->message);
  return FALSE;
}

static void
set_defaults (CoquillRelayOptions *self)
{
  *self = (CoquillRelayOptions){
    .message_bytes = COQUILL_RELAY_FRAME_MAX,
    .connections = 10000,
    .connections_per_address = 256,
    .rooms_per_connection = 64,
    .rooms = 100000,
    .queue_bytes = 8 * 1024 * 1024,
    .memory_bytes = 1024 * 1024 * 1024,
    .mailbox_bytes = 1024 * 1024 * 1024,
    .data_bytes = 0,
    .rate_bytes = 16 * 1024 * 1024,
    .rate_messages = 2000,
    .ping_seconds = 20,
    .idle_seconds = 60,
    .request_seconds = 10,
    .door_requests = 64,
    .door_days = 7,
    .stun_rate = 50,
    .stun_rate_all = 5000,
  };
}

gboolean
coquill_relay_options_parse (CoquillRelayOptions *self, char ***arguments, GError **error)
{
#define NUMBER(name, field, text, unit) { name, 0, 0, G_OPTION_ARG_INT, &self->field, text, unit }
#define LARGE(name, field, text, unit) { name, 0, 0, G_OPTION_ARG_INT64, &self->field, text, unit }
  const GOptionEntry entries[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &self->listen, "Where to listen; port 0 takes a free one",
      "ADDRESS:PORT" },
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &self->data, "Folder for the mailbox; made if missing",
      "FOLDER" },
    { "name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->names,
      "Authority that clients dial (may be repeated); others are turned away", "HOST[:PORT]" },
    { "stun", 0, 0, G_OPTION_ARG_STRING, &self->stun,
      "Where to answer STUN (UDP), if not at the address and port of --listen", "ADDRESS:PORT" },
    { "no-stun", 0, 0, G_OPTION_ARG_NONE, &self->no_stun, "Do not answer STUN", NULL },
    { "turn", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->turn,
      "TURN server to name to clients (may be repeated): turn:HOST[:PORT][?transport=udp|tcp]", "URI" },
    { "turn-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &self->turn_secret_file,
      "File with the secret that the TURN servers share with the relay", "FILE" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, "Report every connection and room", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Show the version and exit", NULL },
    G_OPTION_ENTRY_NULL,
  };
  const GOptionEntry limits[] = {
    NUMBER ("message-bytes", message_bytes, "Greatest message", "BYTES"),
    NUMBER ("connections", connections, "Connections in all", "N"),
    NUMBER ("connections-per-address", connections_per_address, "Connections from one address", "N"),
    NUMBER ("rooms-per-connection", rooms_per_connection, "Rooms that one connection may be in", "N"),
    NUMBER ("rooms", rooms, "Rooms in the mailbox", "N"),
    NUMBER ("queue-bytes", queue_bytes, "Unread bytes before a client is too slow", "BYTES"),
    LARGE ("memory-bytes", memory_bytes, "Unread bytes of all clients", "BYTES"),
    LARGE ("mailbox-bytes", mailbox_bytes, "Stored bytes of one room", "BYTES"),
    LARGE ("data-bytes", data_bytes, "Size of the mailbox file; 0 for no limit but the disk", "BYTES"),
    NUMBER ("rate-bytes", rate_bytes, "Bytes a second from one connection", "BYTES"),
    NUMBER ("rate-messages", rate_messages, "Messages a second from one connection", "N"),
    NUMBER ("ping-seconds", ping_seconds, "Silence before a ping", "SECONDS"),
    NUMBER ("idle-seconds", idle_seconds, "Silence before a connection is closed", "SECONDS"),
    NUMBER ("request-seconds", request_seconds, "Time for an HTTP request", "SECONDS"),
    NUMBER ("door-requests", door_requests, "Requests waiting at one room's door", "N"),
    NUMBER ("door-days", door_days, "Days that a request waits", "DAYS"),
    NUMBER ("stun-rate", stun_rate, "STUN answers a second to one network", "N"),
    NUMBER ("stun-rate-all", stun_rate_all, "STUN answers a second in all", "N"),
    G_OPTION_ENTRY_NULL,
  };
#undef NUMBER
#undef LARGE
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup *group;
  gboolean parsed;

  set_defaults (self);
  g_option_context_set_summary (context, "Joins the members of Coquill's rooms and keeps what is sealed for "
                                         "those away. It can read nothing.");
  g_option_context_set_description (
      context, "The mailbox is one SQLite file in FOLDER. Put a reverse proxy with TLS in front of\n"
               "a relay that the Internet can reach, and give its address as --name.");
  g_option_context_add_main_entries (context, entries, NULL);
  group = g_option_group_new ("limits", "Limits:", "Show the limits and their defaults", NULL, NULL);
  g_option_group_add_entries (group, limits);
  g_option_context_add_group (context, group);

  parsed = g_option_context_parse_strv (context, arguments, error);
  if (!parsed || self->version)
    return parsed;
  if (g_strv_length (*arguments) > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "“%s” is not an option",
                   (*arguments)[1]);
      return FALSE;
    }
  if (self->listen == NULL || self->data == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--listen ADDRESS:PORT and --data FOLDER are needed");
      return FALSE;
    }
  return check_ranges (self, error) && check_stun (self, error) && check_turn (self, error);
}

void
coquill_relay_options_clear (CoquillRelayOptions *self)
{
  g_clear_pointer (&self->listen, g_free);
  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->stun, g_free);
  g_clear_pointer (&self->turn, g_strfreev);
  g_clear_pointer (&self->turn_secret_file, g_free);
}
