/* ice-servers.h: where an ICE agent asks for its own address, and who relays for it */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "net/net-error.h"

G_BEGIN_DECLS

/** TURN servers used of those that a relay names: each costs an allocation per attempt and address family. */
#define COQUILL_ICE_SERVERS_MAX_TURN 4
/** Names of TURN servers are looked up for at most so long, in milliseconds; what has no address by then is
 * left out. */
#define COQUILL_ICE_SERVERS_RESOLVE_MS 3000
/** Longest TURN user name and password taken, in bytes. */
#define COQUILL_ICE_SERVERS_CREDENTIAL_MAX 256

/**
 * CoquillIceTurn:
 * @host: a numeric address
 * @port: 1 to 65535
 * @is_tcp: reach it by TCP
 *
 * One TURN server (RFC 8656), which relays UDP where no straight way is.
 */
typedef struct
{
  char *host;
  guint16 port;
  gboolean is_tcp;
  char *user;
  char *password;
} CoquillIceTurn;

/**
 * CoquillIceServers:
 * @stun_host: (nullable): a numeric address, %NULL: no STUN
 * @stun_port: its port
 * @turn: (nullable): @n_turn servers
 *
 * Immutable and reference counted, from any thread. Passwords are wiped with the last reference.
 */
typedef struct
{
  char *stun_host;
  guint16 stun_port;
  CoquillIceTurn *turn;
  guint n_turn;
} CoquillIceServers;

#define COQUILL_TYPE_ICE_SERVERS (coquill_ice_servers_get_type ())
GType
coquill_ice_servers_get_type (void);

/**
 * coquill_ice_servers_new:
 * @stun_host: (nullable): a numeric address; anything else counts as none
 * @stun_port: 0: no STUN
 *
 * Returns: (transfer full): servers without TURN
 */
CoquillIceServers *
coquill_ice_servers_new (const char *stun_host, guint16 stun_port) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_ice_servers_new_from_services_async:
 * @relay: (nullable): the far end of the WebSocket to the relay: STUN is asked at that very host
 * @stun_port: the UDP port on which the relay answers STUN; 0: it doesn't
 * @turn: (nullable) (array zero-terminated=1): TURN URIs (RFC 7065), `turn:HOST[:PORT][?transport=udp|tcp]`
 * @user: (nullable): for all of @turn
 * @password: (nullable): for all of @turn
 *
 * Looks up the names in @turn without blocking. What is malformed, `turns:`, or has no address within
 * %COQUILL_ICE_SERVERS_RESOLVE_MS is left out: fewer servers are no failure. Of a name with IPv4 and IPv6
 * addresses one of each is taken. Addresses are taken as coquill_candidate_check() would, and none that is
 * nearer than @relay: private ones only if @relay is private or loopback, loopback only if it is loopback.
 */
void
coquill_ice_servers_new_from_services_async (GSocketAddress *relay,
                                             guint16 stun_port,
                                             const char *const *turn,
                                             const char *user,
                                             const char *password,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);

/**
 * coquill_ice_servers_new_from_services_finish:
 *
 * Returns: (transfer full) (nullable): the servers; %NULL only if it was cancelled
 */
CoquillIceServers *
coquill_ice_servers_new_from_services_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

CoquillIceServers *
coquill_ice_servers_ref (CoquillIceServers *self);
void
coquill_ice_servers_unref (CoquillIceServers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillIceServers, coquill_ice_servers_unref)

G_END_DECLS
