/* relay-options.h: every limit of the relay, with its default and reason */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CoquillRelayOptions:
 * @listen: `ADDRESS:PORT`, `[ADDRESS]:PORT`; port 0 takes a free one
 * @data: the folder for the mailbox
 * @names: (nullable): the authorities (`host` or `host:port`) that clients may have dialled; %NULL for any.
 * With it another relay can't pass this one's challenges on to a client of its own
 * @stun: (nullable): `ADDRESS:PORT` where STUN is answered; %NULL for the address and number of @listen. For
 * a relay behind a reverse proxy, whose own address no client can reach
 * @no_stun: don't answer STUN
 * @turn: (nullable): URIs of TURN servers (wire/turn-uri.h), at most %COQUILL_RELAY_TURN_MAX
 * @turn_secret_file: (nullable): what their secret is in; there if @turn is
 * @message_bytes: a WebSocket message
 * @connections: connections in all; lowered to what the process may have descriptors
 * @connections_per_address: from one IPv4 address or IPv6 /64. Behind a reverse proxy all have the proxy's
 * @rooms_per_connection: rooms that a connection may be in
 * @rooms: rooms in the mailbox file
 * @queue_bytes: bytes waiting to be read by a client before it is cut off as too slow
 * @memory_bytes: such bytes over all clients; above it @queue_bytes counts as a sixteenth, but two messages
 * may always wait
 * @mailbox_bytes: stored envelopes of one room
 * @data_bytes: the mailbox file; 0 for what the disk has
 * @rate_bytes, @rate_messages: what one connection may send a second, with a burst of four seconds; then its
 * reading is paused
 * @ping_seconds: silence after which a ping is sent
 * @idle_seconds: silence after which a connection is closed; as well: time to enter a room
 * @request_seconds: time from connecting to the WebSocket; health and page requests end by then
 * @door_requests: requests waiting at one room's door
 * @door_days: how long a request waits
 * @stun_rate: STUN answers a second to one network (IPv4 /24, IPv6 /48), with a burst of four seconds
 * @stun_rate_all: to all together
 * @verbose: report every connection
 */
typedef struct
{
  char *listen;
  char *data;
  char **names;
  char *stun;
  gboolean no_stun;
  char **turn;
  char *turn_secret_file;
  gint message_bytes;
  gint connections;
  gint connections_per_address;
  gint rooms_per_connection;
  gint rooms;
  gint queue_bytes;
  gint64 memory_bytes;
  gint64 mailbox_bytes;
  gint64 data_bytes;
  gint rate_bytes;
  gint rate_messages;
  gint ping_seconds;
  gint idle_seconds;
  gint request_seconds;
  gint door_requests;
  gint door_days;
  gint stun_rate;
  gint stun_rate_all;
  gboolean verbose;
  gboolean version;
} CoquillRelayOptions;

/**
 * coquill_relay_options_parse:
 * @self: (out caller-allocates): the options
 * @arguments: (inout): the command line; what was understood is removed
 *
 * Fills in the defaults and reads the command line. `--help` prints and exits.
 *
 * Returns: %FALSE with a #GOptionError, in words for the operator
 */
gboolean
coquill_relay_options_parse (CoquillRelayOptions *self, char ***arguments, GError **error);

/**
 * coquill_relay_options_clear:
 *
 * Frees what the options own.
 */
void
coquill_relay_options_clear (CoquillRelayOptions *self);

G_END_DECLS
