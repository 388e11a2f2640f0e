/* ice-peer.c: an agent in a test, and what it was told */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "ice-peer.h"

void
peer_call (Peer *peer)
{
  peer->calls++;
}

void
peer_called (Peer *peer)
{
  peer->calls--;
}

/* Every event comes through here: never from within a call, and the test may want the agent closed. */
static gboolean
note (Peer *peer, const char *event)
{
  g_assert_cmpuint (peer->calls, ==, 0);
  g_assert_nonnull (peer->agent);
  peer->n_events++;
  if (g_strcmp0 (peer->close_at, event) != 0)
    return FALSE;
  g_clear_pointer (&peer->agent, coquill_ice_agent_close);
  return TRUE;
}

static void
candidate_event (gpointer owner, const CoquillCandidate *candidate)
{
  Peer *peer = owner;

  g_assert_cmpint (coquill_candidate_check (candidate), ==, COQUILL_CANDIDATE_TAKEN);
  g_array_append_val (peer->candidates, *candidate);
  if (note (peer, "candidate") || peer->other == NULL || peer->other->agent == NULL)
    return;
  peer_call (peer->other);
  g_assert_true (coquill_ice_agent_add_remote (peer->other->agent, candidate));
  peer_called (peer->other);
}

static void
gathered_event (gpointer owner)
{
  Peer *peer = owner;

  g_assert_false (peer->gathered);
  peer->gathered = TRUE;
  if (note (peer, "gathered") || peer->other == NULL || peer->other->agent == NULL)
    return;
  peer_call (peer->other);
  coquill_ice_agent_remote_done (peer->other->agent);
  peer_called (peer->other);
}

static void
connected_event (gpointer owner)
{
  Peer *peer = owner;

  g_assert_false (peer->connected);
  peer->connected = TRUE;
  note (peer, "connected");
}

static void
failed_event (gpointer owner, const GError *error)
{
  Peer *peer = owner;

  g_assert_null (peer->error);
  peer->error = g_error_copy (error);
  note (peer, "failed");
}

static void
received_event (gpointer owner, const guint8 *data, gsize size)
{
  Peer *peer = owner;

  g_assert_true (peer->connected);
  peer->n_received++;
  peer->bytes += size;
  g_byte_array_set_size (peer->last, 0);
  g_byte_array_append (peer->last, data, size);
  note (peer, "received");
}

static const CoquillIceEvents events
    = { candidate_event, gathered_event, connected_event, failed_event, received_event };

Peer *
peer_new (gboolean controlling, CoquillIceServers *servers)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->candidates = g_array_new (FALSE, FALSE, sizeof (CoquillCandidate));
  peer->last = g_byte_array_new ();
  peer->calls = 1;
  peer->agent = coquill_ice_agent_new (servers, controlling, &events, peer);
  peer->calls = 0;
  return peer;
}

void
peer_free (Peer *peer)
{
  g_clear_pointer (&peer->agent, coquill_ice_agent_close);
  g_array_unref (peer->candidates);
  g_byte_array_unref (peer->last);
  g_clear_error (&peer->error);
  g_free (peer);
}

void
peer_introduce (Peer *to, Peer *peer)
{
  peer_call (to);
  g_assert_true (coquill_ice_agent_set_remote (to->agent, coquill_ice_agent_get_user (peer->agent),
                                               coquill_ice_agent_get_password (peer->agent)));
  peer_called (to);
}

gboolean
peer_late_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

void
peer_wait_for_teardown (void)
{
  wait_until (60, coquill_ice_agent_count_closing () == 0);
  g_assert_cmpuint (coquill_ice_agent_count_closing (), ==, 0);
}

void
peer_connect (Peer *a, Peer *b)
{
  a->other = b;
  b->other = a;
  peer_introduce (a, b);
  peer_introduce (b, a);
  wait_until (60, a->connected && b->connected);
  g_assert_no_error (a->error);
  g_assert_no_error (b->error);
  g_assert_true (a->connected);
  g_assert_true (b->connected);
}
