/* simulation-direct.c: direct roads between pairs of nodes, and what befalls them */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation-private.h"

#define MILLISECOND G_TIME_SPAN_MILLISECOND
#define SECOND G_TIME_SPAN_SECOND

/* A road is suspect when it was silent for so long. */
#define SUSPECT_AFTER (3 * SECOND)

#define WIDE (8 * 1024 * 1024)
#define NARROW (4 * 1024)

/* Which end of its pair a node is. */
#define END(node, peer) ((node) > (peer) ? 1 : 0)

SimulationPair *
simulation_get_pair (Simulation *self, guint a, guint b)
{
  return &self->pairs[MIN (a, b) * self->n_nodes + MAX (a, b)];
}

/* The road at one end is numbered after the node at the other. */
static guint
road_to (guint peer)
{
  return peer + 1;
}

static gint64
between (Simulation *self, gint64 low, gint64 high)
{
  return low + (gint64)(g_rand_double (self->random) * (double)(high - low));
}

static void
tell (Simulation *self, SimulationEventKind kind, guint node, guint peer, gint64 at)
{
  simulation_add_event (
      self, &(SimulationEvent){ .kind = kind,
                                .at = at,
                                .node = node,
                                .peer = peer,
                                .connection = simulation_get_pair (self, node, peer)->generation });
}

static gboolean
knows (SimulationNode *node, SimulationNode *other)
{
  return node->document != NULL && other->document != NULL && !node->gone && !other->gone
         && coquill_document_get_role (node->document, coquill_document_get_device (other->document)) > 0
         && coquill_document_get_role (node->document, coquill_document_get_device (node->document)) > 0;
}

static void
begin (Simulation *self, guint a, guint b)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);

  pair->alive = TRUE;
  pair->generation++;
  pair->silent_since = 0;
  pair->suspect = FALSE;
  for (guint end = 0; end < 2; end++)
    pair->lanes[end] = (SimulationLane){
      .limit = !self->calm && simulation_chance (self, self->faults.direct_narrow) ? NARROW : WIDE
    };
  tell (self, EVENT_DIRECT_UP, a, b, between (self, self->now, self->now + 30 * MILLISECOND));
  tell (self, EVENT_DIRECT_UP, b, a, between (self, self->now, self->now + 30 * MILLISECOND));
}

void
simulation_direct_break (Simulation *self, guint a, guint b)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);

  if (!pair->alive)
    return;
  pair->alive = FALSE;
  pair->generation++;
  tell (self, EVENT_DIRECT_DOWN, a, b, between (self, self->now, self->now + SECOND));
  tell (self, EVENT_DIRECT_DOWN, b, a, between (self, self->now, self->now + SECOND));
}

void
simulation_direct_crash (Simulation *self, guint index)
{
  for (guint i = 0; i < self->n_nodes; i++)
    {
      SimulationPair *pair = simulation_get_pair (self, index, i);

      if (i == index || (!pair->alive && !pair->up[END (index, i)]))
        continue;
      if (pair->alive)
        {
          pair->alive = FALSE;
          pair->generation++;
          tell (self, EVENT_DIRECT_DOWN, i, index, between (self, self->now, self->now + SIMULATION_SILENCE));
        }
      pair->up[END (index, i)] = FALSE;
    }
}

static void
suspect (Simulation *self, guint a, guint b, gboolean it_is)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);

  pair->suspect = it_is;
  if (pair->up[0])
    coquill_sync_direct_suspect (self->nodes[a].sync, road_to (b), it_is, self->now);
  if (pair->up[1])
    coquill_sync_direct_suspect (self->nodes[b].sync, road_to (a), it_is, self->now);
}

static void
step_silence (Simulation *self, guint a, guint b)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);

  if (!pair->suspect && self->now - pair->silent_since >= SUSPECT_AFTER)
    suspect (self, a, b, TRUE);
  if (self->now < pair->silent_until)
    return;
  if (pair->dies)
    {
      simulation_direct_break (self, a, b);
      return;
    }
  pair->silent_since = 0;
  pair->lanes[0].silent = FALSE;
  pair->lanes[1].silent = FALSE;
  if (pair->suspect)
    suspect (self, a, b, FALSE);
}

static void
step_pair (Simulation *self, guint a, guint b)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);
  gboolean faults = !self->calm;

  if (!pair->alive)
    {
      if (!pair->up[0] && !pair->up[1]
          && (pair->wanted || (faults && simulation_chance (self, self->faults.direct_up)))
          && knows (&self->nodes[a], &self->nodes[b]) && knows (&self->nodes[b], &self->nodes[a]))
        begin (self, a, b);
      return;
    }
  if (pair->silent_since != 0)
    step_silence (self, a, b);
  else if (faults && simulation_chance (self, self->faults.direct_down))
    simulation_direct_break (self, a, b);
  else if (faults && simulation_chance (self, self->faults.direct_silence))
    {
      guint which = (guint)g_rand_int_range (self->random, 1, 4);

      pair->silent_since = self->now;
      pair->silent_until = between (self, self->now, self->now + SIMULATION_SILENCE);
      pair->dies = simulation_chance (self, 5000);
      pair->lanes[0].silent = (which & 1) != 0;
      pair->lanes[1].silent = (which & 2) != 0;
    }
}

void
simulation_direct_step (Simulation *self)
{
  for (guint a = 0; a < self->n_nodes; a++)
    for (guint b = a + 1; b < self->n_nodes && b < COQUILL_SYNC_MAX_DIRECT; b++)
      step_pair (self, a, b);
}

/* Returns: when something posted now arrives; -1 for never */
static gint64
arrival (Simulation *self, SimulationPair *pair, SimulationLane *lane, gint64 extra)
{
  gint64 at = self->now + between (self, MILLISECOND, 10 * MILLISECOND) + extra;

  if (lane->silent && pair->dies)
    return -1;
  if (lane->silent)
    at = MAX (at, pair->silent_until);
  lane->last_at = MAX (lane->last_at, at);

  return lane->last_at;
}

gboolean
simulation_direct_post (
    Simulation *self, guint from, guint to, GBytes *envelope, guint64 reference, gboolean live)
{
  SimulationPair *pair = simulation_get_pair (self, from, to);
  SimulationLane *lane = &pair->lanes[END (from, to)];
  gsize size = g_bytes_get_size (envelope);
  gint64 at;

  /* It went down since sync asked. */
  if (!pair->up[END (from, to)])
    return FALSE;
  if (!pair->alive || (live && (lane->silent || simulation_chance (self, self->calm ? 0 : 200))))
    return TRUE;
  if (!live && lane->queued > 0 && lane->queued + size > lane->limit)
    {
      lane->wants_room = TRUE;
      return FALSE;
    }
  lane->queued += size;
  at = arrival (self, pair, lane, 0);
  if (at >= 0)
    simulation_add_event (self, &(SimulationEvent){ .kind = EVENT_DIRECT_RECEIVED,
                                                    .at = at,
                                                    .node = to,
                                                    .peer = from,
                                                    .connection = pair->generation,
                                                    .bytes = envelope,
                                                    .number = reference });

  return TRUE;
}

static void
acknowledge (Simulation *self, guint from, guint to, guint64 reference)
{
  SimulationPair *pair = simulation_get_pair (self, from, to);
  gint64 late = !self->calm && simulation_chance (self, self->faults.direct_late)
                    ? between (self, 0, 800 * MILLISECOND)
                    : 0;
  gint64 at = arrival (self, pair, &pair->lanes[END (from, to)], late);

  if (at >= 0)
    simulation_add_event (self, &(SimulationEvent){ .kind = EVENT_DIRECT_ACKNOWLEDGED,
                                                    .at = at,
                                                    .node = to,
                                                    .peer = from,
                                                    .connection = pair->generation,
                                                    .number = reference });
}

static void
arrive (Simulation *self, const SimulationEvent *event)
{
  SimulationPair *pair = simulation_get_pair (self, event->node, event->peer);
  SimulationLane *lane = &pair->lanes[END (event->peer, event->node)];

  lane->queued -= g_bytes_get_size (event->bytes);
  if (lane->wants_room && lane->queued <= lane->limit / 2)
    {
      lane->wants_room = FALSE;
      if (pair->up[END (event->peer, event->node)])
        coquill_sync_direct_room (self->nodes[event->peer].sync, road_to (event->node), self->now);
    }
  if (event->number > 0)
    acknowledge (self, event->node, event->peer, event->number);
  simulation_receive (self, event->node, road_to (event->peer), event->bytes, 0);
}

void
simulation_direct_handle (Simulation *self, const SimulationEvent *event)
{
  SimulationPair *pair = simulation_get_pair (self, event->node, event->peer);
  SimulationNode *node = &self->nodes[event->node];
  gboolean *up = &pair->up[END (event->node, event->peer)];

  if (event->connection != pair->generation || node->gone)
    return;
  switch (event->kind)
    {
    case EVENT_DIRECT_UP:
      *up = TRUE;
      coquill_sync_direct_up (node->sync, road_to (event->peer),
                              coquill_document_get_device (self->nodes[event->peer].document), self->now);
      break;
    case EVENT_DIRECT_DOWN:
      if (*up)
        coquill_sync_direct_down (node->sync, road_to (event->peer), self->now);
      *up = FALSE;
      break;
    case EVENT_DIRECT_RECEIVED:
      arrive (self, event);
      break;
    case EVENT_DIRECT_ACKNOWLEDGED:
      if (*up)
        coquill_sync_acknowledged (node->sync, road_to (event->peer), event->number, self->now);
      break;
    case EVENT_POST:
    case EVENT_FETCH:
    case EVENT_UP:
    case EVENT_RECEIVED:
    case EVENT_FETCHED:
    case EVENT_STORED:
    case EVENT_REFUSED:
    default:
      g_assert_not_reached ();
    }
}
