/* ice-peer.h: an agent in a test, and what it was told */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/ice-agent.h"

/**
 * Peer:
 * @other: (nullable): who hears of its candidates at once
 * @calls: calls into the agent that are under way: no event may come meanwhile
 * @close_at: (nullable): the event at which its agent is closed
 */
typedef struct Peer Peer;
struct Peer
{
  CoquillIceAgent *agent;
  GArray *candidates;
  Peer *other;
  gboolean gathered;
  gboolean connected;
  GError *error;
  guint64 n_received;
  guint64 bytes;
  GByteArray *last;
  guint calls;
  const char *close_at;
  guint n_events;
};

Peer *
peer_new (gboolean controlling, CoquillIceServers *servers);
void
peer_free (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

/** Around a call into the agent. */
void
peer_call (Peer *peer);
void
peer_called (Peer *peer);

/** Gives @to the credentials of @peer. */
void
peer_introduce (Peer *to, Peer *peer);
void
peer_connect (Peer *a, Peer *b);
/** Iterates until all closed agents have let go of everything. */
void
peer_wait_for_teardown (void);
gboolean
peer_late_cb (gpointer data);

/* Iterates the main context until CONDITION, or SECONDS are over: many times as long as it takes on a quiet
 * machine. */
#define wait_until(seconds, condition)                                                                       \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gboolean late = FALSE;                                                                                   \
    guint timer = g_timeout_add ((guint)((seconds) * 1000), peer_late_cb, &late);                            \
    while (!(condition) && !late)                                                                            \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    if (!late)                                                                                               \
      g_source_remove (timer);                                                                               \
  }                                                                                                          \
  G_STMT_END
