/* ice-agent.h: one try to find a straight way for datagrams to one peer (ICE, RFC 8445, by libnice) */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "net/candidate-filter.h"
#include "net/ice-servers.h"
#include "net/net-error.h"
#include "wire/candidate.h"

G_BEGIN_DECLS

/** Largest datagram sent or received, in bytes: what an Ethernet frame holds. QUIC's have 1200. */
#define COQUILL_ICE_DATAGRAM_MAX 1472
/** Asked of the kernel for the buffers of each socket, in bytes: a burst at 1 Gbit/s for 16 ms. */
#define COQUILL_ICE_SOCKET_BUFFER (2 * 1024 * 1024)
/** Datagrams kept that come before `connected` was told: a first flight. */
#define COQUILL_ICE_EARLY_DATAGRAMS 32
/** Datagrams received in one go; then others on the thread have their turn. */
#define COQUILL_ICE_BURST 64

/**
 * CoquillIceAgent:
 *
 * One attempt is one agent: a restarted one doesn't gather again. Lives on one thread: all functions are
 * called, and all events come, on the thread whose default context was current at coquill_ice_agent_new().
 *
 * |state    |comes from                  |what works                            |leads to                |
 * |---------|----------------------------|--------------------------------------|------------------------|
 * |checking |new                         |candidates both ways, credentials     |connected, failed,closed|
 * |connected|event `connected`           |the same; send; `received`            |failed, closed          |
 * |failed   |event `failed`              |only close                            |closed                  |
 * |closed   |coquill_ice_agent_close()   |nothing; no event comes               |                        |
 *
 * A peer that dies after `connected` is not noticed here: ask for echoes. Consent freshness (RFC 7675) would
 * tell after 30 s, but with it libnice 0.1.22 ends the program when a peer answers a check with 403.
 */
typedef struct _CoquillIceAgent CoquillIceAgent;

/**
 * CoquillIceEvents:
 * @candidate: an own address for the peer; already filtered
 * @gathered: no more of them come
 * @connected: a pair works; comes once, the pair may still change to a better one
 * @failed: there is no way, or no more; comes at most once. %COQUILL_NET_ERROR_NO_ADDRESS: this machine has
 * only loopback; %COQUILL_NET_ERROR_NO_WAY: no pair works; %COQUILL_NET_ERROR_LOST: it worked and doesn't any
 * more
 * @received: a datagram from the peer's address (nothing says that it is from the peer)
 *
 * None comes from within a call; any of them may call any function on the agent, close too. %NULL events are
 * not told. `received` comes only after `connected`: what is early waits.
 */
typedef struct
{
  void (*candidate) (gpointer owner, const CoquillCandidate *candidate);
  void (*gathered) (gpointer owner);
  void (*connected) (gpointer owner);
  void (*failed) (gpointer owner, const GError *error);
  void (*received) (gpointer owner, const guint8 *data, gsize size);
} CoquillIceEvents;

/**
 * CoquillIceStatistics:
 * @sent: datagrams given to the kernel
 * @received: datagrams from the peer's address
 * @would_block: datagrams dropped because the socket's buffer was full
 * @unsent: datagrams that the kernel refused for other reasons, such as no route
 * @early: datagrams dropped because more than %COQUILL_ICE_EARLY_DATAGRAMS came before `connected`
 * @candidates: remote candidates by verdict
 */
typedef struct
{
  guint64 sent;
  guint64 received;
  guint64 would_block;
  guint64 unsent;
  guint64 early;
  CoquillCandidateCounts candidates;
} CoquillIceStatistics;

/**
 * CoquillIcePair:
 * @words: both addresses, for logs at debug level only: an address is personal
 */
typedef struct
{
  CoquillCandidateKind local;
  CoquillCandidateKind remote;
  char words[128];
} CoquillIcePair;

/**
 * coquill_ice_agent_new:
 * @servers: (nullable): STUN and TURN; without, only own addresses are offered
 * @controlling: whether this side chooses the pair: the one that offers
 * @events: copied
 * @owner: for @events
 *
 * Gathers at once. Own addresses come whether or not a server answers.
 *
 * Returns: (transfer full): an agent, checking; coquill_ice_agent_close()
 */
CoquillIceAgent *
coquill_ice_agent_new (CoquillIceServers *servers,
                       gboolean controlling,
                       const CoquillIceEvents *events,
                       gpointer owner) G_GNUC_WARN_UNUSED_RESULT;

/** Returns: (transfer none): the own user fragment, for the peer */
const char *
coquill_ice_agent_get_user (CoquillIceAgent *self);
/** Returns: (transfer none): the own password, for the peer, sealed */
const char *
coquill_ice_agent_get_password (CoquillIceAgent *self);

/**
 * coquill_ice_agent_set_remote:
 * @user: the peer's user fragment, 4 to 256 characters of RFC 8445's ice-char
 * @password: the peer's password, 22 to 256 of them
 *
 * Remote candidates may come before or after.
 *
 * Returns: %FALSE if the peer sent something else, or it was set before: the attempt is no good
 */
gboolean
coquill_ice_agent_set_remote (CoquillIceAgent *self, const char *user, const char *password);

/**
 * coquill_ice_agent_add_remote:
 * @candidate: from the peer, unchecked
 *
 * Returns: whether it was taken; what isn't is counted (coquill_candidate_check(), at most
 *   %COQUILL_CANDIDATE_MAX_REMOTE)
 */
gboolean
coquill_ice_agent_add_remote (CoquillIceAgent *self, const CoquillCandidate *candidate);

/** The peer has no more candidates: without a way `failed` may come (libnice waits some 7 s more). */
void
coquill_ice_agent_remote_done (CoquillIceAgent *self);

/**
 * coquill_ice_agent_send:
 * @data: (array length=size): at most %COQUILL_ICE_DATAGRAM_MAX bytes
 *
 * Never blocks: what the socket doesn't take is dropped and counted, as a network would.
 *
 * Returns: whether the kernel took it
 */
gboolean
coquill_ice_agent_send (CoquillIceAgent *self, const guint8 *data, gsize size);

/** Returns: %FALSE while there is no pair */
gboolean
coquill_ice_agent_get_pair (CoquillIceAgent *self, CoquillIcePair *pair);

/** Returns: (transfer none): valid until close */
const CoquillIceStatistics *
coquill_ice_agent_get_statistics (CoquillIceAgent *self);

/**
 * coquill_ice_agent_close:
 * @self: (transfer full): an agent in any state
 *
 * No event reaches @owner after this. The thread's context, which must go on being iterated, gives TURN
 * allocations back and closes the sockets: at once without TURN, after some 3 s with it, because libnice
 * hears no answer any more. On the road thread this keeps the thread alive.
 */
void
coquill_ice_agent_close (CoquillIceAgent *self);

/** Returns: agents in this process that were closed and have not yet let go of everything */
guint
coquill_ice_agent_count_closing (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CoquillIceAgent, coquill_ice_agent_close)

G_END_DECLS
