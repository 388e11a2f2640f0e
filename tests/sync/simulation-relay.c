/* simulation-relay.c: the relay and the ways to it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation-private.h"

#define FETCH_PART 8

void
simulation_relay_send (
    Simulation *self, SimulationEventKind kind, guint node, GBytes *bytes, guint64 number, gboolean flag)
{
  SimulationNode *at = &self->nodes[node];
  gint64 *last = kind == EVENT_POST || kind == EVENT_FETCH ? &at->up_at : &at->down_at;
  gint64 arrival = self->now + g_rand_int_range (self->random, 1, 30) * G_TIME_SPAN_MILLISECOND;

  /* Streams keep their order. */
  *last = MAX (*last, arrival);
  simulation_add_event (self, &(SimulationEvent){ .kind = kind,
                                                  .at = *last,
                                                  .node = node,
                                                  .connection = at->connection,
                                                  .bytes = bytes,
                                                  .number = number,
                                                  .flag = flag });
}

void
simulation_disconnect (Simulation *self, SimulationNode *node)
{
  node->connection++;
  node->fetched_all = FALSE;
  if (!node->connected)
    return;
  node->connected = FALSE;
  if (node->sync != NULL)
    coquill_sync_road_down (node->sync, COQUILL_SYNC_ROAD_RELAY, self->now);
}

void
simulation_connect (Simulation *self, guint index)
{
  self->nodes[index].connected = TRUE;
  self->nodes[index].connection++;
  simulation_relay_send (self, EVENT_UP, index, NULL, 0, FALSE);
}

static void
drop_all (Simulation *self)
{
  for (guint i = 0; i < self->n_nodes; i++)
    simulation_disconnect (self, &self->nodes[i]);
}

void
simulation_relay_stop (Simulation *self, gint64 until)
{
  drop_all (self);
  self->relay_after = until;
}

void
simulation_relay_reset (Simulation *self)
{
  drop_all (self);
  for (guint i = 0; i < sizeof self->mailbox; i++)
    self->mailbox[i] = (guint8)g_rand_int_range (self->random, 0, 256);
  g_ptr_array_set_size (self->envelopes, 0);
}

void
simulation_relay_truncate (Simulation *self)
{
  drop_all (self);
  if (self->envelopes->len > 0)
    g_ptr_array_set_size (self->envelopes, g_rand_int_range (self->random, 0, (gint32)self->envelopes->len));
}

static void
take_post (Simulation *self, guint from, GBytes *envelope, guint64 reference)
{
  CoquillEnvelopeClass envelope_class;

  g_assert_true (coquill_envelope_peek (envelope, &envelope_class, NULL));
  if (envelope_class == COQUILL_ENVELOPE_STORED && self->refusing)
    {
      simulation_relay_send (self, EVENT_REFUSED, from, NULL, reference, FALSE);
      return;
    }
  if (envelope_class == COQUILL_ENVELOPE_STORED)
    {
      self->counts.relay_posts++;
      g_ptr_array_add (self->envelopes, g_bytes_ref (envelope));
      simulation_relay_send (self, EVENT_STORED, from, NULL, reference, FALSE);
    }
  else
    self->counts.live_relay++;
  for (guint i = 0; i < self->n_nodes; i++)
    {
      SimulationNode *node = &self->nodes[i];

      if (!node->connected || (envelope_class == COQUILL_ENVELOPE_STORED && !node->fetched_all))
        continue;
      if (i != from)
        simulation_relay_send (self, EVENT_RECEIVED, i, envelope, 0, FALSE);
      if (envelope_class == COQUILL_ENVELOPE_STORED)
        simulation_relay_send (self, EVENT_FETCHED, i, NULL, self->envelopes->len, TRUE);
    }
}

static void
give_part (Simulation *self, guint to, guint64 after)
{
  guint64 end = MIN (after + FETCH_PART, self->envelopes->len);

  for (guint64 i = after; i < end; i++)
    simulation_relay_send (self, EVENT_RECEIVED, to, g_ptr_array_index (self->envelopes, i), i + 1, FALSE);
  if (end >= self->envelopes->len)
    self->nodes[to].fetched_all = TRUE;
  simulation_relay_send (self, EVENT_FETCHED, to, NULL, MAX (end, after), end >= self->envelopes->len);
}

void
simulation_relay_handle (Simulation *self, const SimulationEvent *event)
{
  SimulationNode *node = &self->nodes[event->node];

  if (event->connection != node->connection || !node->connected)
    return;
  switch (event->kind)
    {
    case EVENT_POST:
      take_post (self, event->node, event->bytes, event->number);
      break;
    case EVENT_FETCH:
      give_part (self, event->node, event->number);
      break;
    case EVENT_UP:
      coquill_sync_road_up (node->sync, COQUILL_SYNC_ROAD_RELAY, self->mailbox, self->envelopes->len,
                            self->now);
      break;
    case EVENT_RECEIVED:
      simulation_receive (self, event->node, COQUILL_SYNC_ROAD_RELAY, event->bytes, event->number);
      break;
    case EVENT_FETCHED:
      coquill_sync_fetched (node->sync, COQUILL_SYNC_ROAD_RELAY, event->number, event->flag, self->now);
      break;
    case EVENT_STORED:
      coquill_sync_stored (node->sync, COQUILL_SYNC_ROAD_RELAY, event->number, self->now);
      break;
    case EVENT_REFUSED:
      coquill_sync_unposted (node->sync, COQUILL_SYNC_ROAD_RELAY, event->number, self->now);
      break;
    case EVENT_DIRECT_UP:
    case EVENT_DIRECT_DOWN:
    case EVENT_DIRECT_RECEIVED:
    case EVENT_DIRECT_ACKNOWLEDGED:
    default:
      g_assert_not_reached ();
    }
}
