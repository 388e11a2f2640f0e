/* simulation.c: replicas, a relay, direct roads and a bad network in one process, under a seed */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation-private.h"

#include <string.h>

#include "trust/random.h"

#define QUIET_LIMIT (120 * G_TIME_SPAN_SECOND)
#define WAIT_LIMIT (60 * G_TIME_SPAN_SECOND)
#define OUTAGE_MAX 20
#define TICKS_MAX 20

gboolean
simulation_chance (Simulation *self, guint of_ten_thousand)
{
  return (guint)g_rand_int_range (self->random, 0, 10000) < of_ten_thousand;
}

static gboolean
happens (Simulation *self, guint of_ten_thousand)
{
  return !self->calm && simulation_chance (self, of_ten_thousand);
}

static gint64
outage_end (Simulation *self)
{
  return self->now + g_rand_int_range (self->random, 0, OUTAGE_MAX * 1000) * G_TIME_SPAN_MILLISECOND;
}

void
simulation_restart (Simulation *self, guint node)
{
  simulation_disconnect (self, &self->nodes[node]);
  simulation_direct_crash (self, node);
  simulation_node_crash (self, &self->nodes[node]);
}

/* A clock that is always due would be a busy loop. */
static void
tick (Simulation *self, SimulationNode *node)
{
  for (guint i = 0; self->now >= coquill_sync_get_next_tick (node->sync); i++)
    {
      g_assert_cmpuint (i, <, TICKS_MAX);
      coquill_sync_tick (node->sync, self->now);
    }
}

static void
step_node (Simulation *self, guint index)
{
  SimulationNode *node = &self->nodes[index];

  if (node->gone || node->absent)
    return;
  if (node->document == NULL)
    {
      simulation_node_join (self, node);
      return;
    }
  if (happens (self, self->faults.crash))
    simulation_restart (self, index);
  if (happens (self, self->faults.astray))
    node->relay_after = outage_end (self);
  if (node->connected && (happens (self, self->faults.disconnect) || (self->now < node->relay_after)))
    simulation_disconnect (self, node);
  if (!node->connected && self->now >= MAX (self->relay_after, node->relay_after)
      && simulation_chance (self, self->calm ? 10000 : 500))
    simulation_connect (self, index);
  if (happens (self, self->faults.edit))
    simulation_node_edit (self, index);
  if (happens (self, self->faults.edit))
    simulation_node_show (self, node);
  if (self->calm || simulation_chance (self, 500))
    {
      simulation_node_add_history (node, 10);
      simulation_node_end_history (node);
    }
  if (self->now >= coquill_sync_get_flush_time (node->sync, self->now))
    simulation_node_flush (self, node);
  tick (self, node);
  simulation_take_actions (self, index);
  if (self->calm || simulation_chance (self, 5000))
    simulation_node_accept (self, node);
  simulation_take_actions (self, index);
  if (self->calm || simulation_chance (self, 2000))
    simulation_node_commit (self, node);
  simulation_take_actions (self, index);
}

static void
step (Simulation *self)
{
  self->now += SIMULATION_STEP;
  if (happens (self, self->faults.reset))
    simulation_relay_reset (self);
  if (happens (self, self->faults.truncate))
    simulation_relay_truncate (self);
  if (happens (self, self->faults.outage))
    simulation_relay_stop (self, outage_end (self));
  simulation_direct_step (self);
  simulation_handle_events (self);
  for (guint i = 0; i < self->n_nodes; i++)
    step_node (self, i);
}

static gboolean
has_marks (SimulationNode *node, GPtrArray *marks)
{
  for (guint i = 0; i < marks->len; i++)
    if (coquill_document_get_record (node->document, "mark", g_ptr_array_index (marks, i), "kept") == NULL)
      return FALSE;

  return TRUE;
}

static char *
text_of (SimulationNode *node)
{
  char *text = coquill_text_to_string (coquill_document_get_text (node->document), NULL);
  char *copy = g_strdup (text);

  free (text);

  return copy;
}

/* Those who are here. */
static gboolean
is_here (const SimulationNode *node)
{
  return !node->gone && !node->absent;
}

static gboolean
is_quiet (Simulation *self)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->n_nodes; i++)
    {
      SimulationNode *node = &self->nodes[i];
      g_autofree char *other = NULL;

      if (!is_here (node))
        continue;
      if (node->document == NULL || !coquill_sync_is_delivered (node->sync)
          || !coquill_document_can_edit (node->document) || node->accepting.length > 0)
        return FALSE;
      other = text_of (node);
      if (g_strcmp0 (coquill_document_get_record (self->nodes[0].document, "document", "", "title"),
                     coquill_document_get_record (node->document, "document", "", "title"))
          != 0)
        return FALSE;
      if (text != NULL && !g_str_equal (text, other))
        return FALSE;
      g_free (text);
      text = g_steal_pointer (&other);
      if (!has_marks (&self->nodes[0], node->committed_marks))
        return FALSE;
    }

  return TRUE;
}

void
simulation_settle (Simulation *self)
{
  gint64 limit = self->now + QUIET_LIMIT;

  while (!is_quiet (self) && self->now < limit)
    step (self);
}

void
simulation_run_badly (Simulation *self, guint n_steps)
{
  self->calm = FALSE;
  for (guint i = 0; i < n_steps; i++)
    step (self);
  self->calm = TRUE;
}

void
simulation_run (Simulation *self, guint n_steps)
{
  simulation_run_badly (self, n_steps);
  self->relay_after = 0;
  for (guint i = 0; i < self->n_nodes; i++)
    self->nodes[i].relay_after = 0;
  simulation_settle (self);
}

void
simulation_assert_same (Simulation *self)
{
  g_autofree char *text = text_of (&self->nodes[0]);
  const char *title = coquill_document_get_record (self->nodes[0].document, "document", "", "title");

  for (guint i = 0; i < self->n_nodes; i++)
    {
      SimulationNode *node = &self->nodes[i];
      g_autofree char *other = NULL;

      if (!is_here (node))
        continue;
      g_assert_nonnull (node->document);
      other = text_of (node);
      g_assert_cmpstr (text, ==, other);
      g_assert_cmpstr (title, ==, coquill_document_get_record (node->document, "document", "", "title"));
      g_assert_true (has_marks (&self->nodes[0], node->committed_marks));
    }
}

void
simulation_assert_equal (Simulation *self)
{
  simulation_assert_same (self);
  for (guint i = 0; i < self->n_nodes; i++)
    if (is_here (&self->nodes[i]))
      g_assert_true (coquill_sync_is_delivered (self->nodes[i].sync));
}

static void
event_free_cb (gpointer data)
{
  SimulationEvent *event = data;

  g_clear_pointer (&event->bytes, g_bytes_unref);
  g_free (event);
}

Simulation *
simulation_new (guint32 seed, guint n_nodes, const SimulationFaults *faults)
{
  static const guint8 room[32] = { 1 };
  Simulation *self = g_new0 (Simulation, 1);
  g_autoptr (CoquillSecret) invite = NULL;
  g_autoptr (GError) error = NULL;
  guint8 random_seed[32] = { 0 };
  SimulationNode *founder;

  memcpy (random_seed, &seed, sizeof seed);
  coquill_random_use_seed (random_seed);
  self->random = g_rand_new_with_seed (seed);
  self->faults = *faults;
  self->now = G_TIME_SPAN_DAY;
  self->n_nodes = n_nodes;
  self->nodes = g_new0 (SimulationNode, n_nodes);
  self->events = g_sequence_new (event_free_cb);
  self->pairs = g_new0 (SimulationPair, n_nodes * n_nodes);
  self->envelopes = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < n_nodes; i++)
    simulation_node_init (&self->nodes[i]);
  simulation_relay_reset (self);

  founder = &self->nodes[0];
  founder->document = coquill_document_found (founder->keys, NULL, self->now);
  founder->sync = coquill_sync_new (founder->document);
  invite = coquill_document_invite (founder->document, &error);
  g_assert_no_error (error);
  self->link = coquill_link_new ("https://relay.example", room, coquill_document_get_id (founder->document),
                                 COQUILL_INVITE_OPEN, invite, &error);
  g_assert_no_error (error);
  simulation_node_commit (self, founder);
  coquill_sync_set_shared (founder->sync, TRUE);
  simulation_node_show (self, founder);

  return self;
}

void
simulation_free (Simulation *self)
{
  for (guint i = 0; i < self->n_nodes; i++)
    simulation_node_clear (&self->nodes[i]);
  g_sequence_free (self->events);
  g_clear_pointer (&self->bulletin, g_bytes_unref);
  g_ptr_array_unref (self->envelopes);
  coquill_link_free (self->link);
  g_rand_free (self->random);
  g_free (self->pairs);
  g_free (self->nodes);
  g_free (self);
}

/* Scenes */

void
simulation_run_for (Simulation *self, gint64 duration)
{
  gint64 end = self->now + duration;

  self->calm = TRUE;
  while (self->now < end)
    step (self);
}

void
simulation_set_direct (Simulation *self, guint a, guint b, gboolean stands)
{
  simulation_get_pair (self, a, b)->wanted = stands;
  if (!stands)
    simulation_direct_break (self, a, b);
}

void
simulation_set_mesh (Simulation *self, gboolean stands)
{
  for (guint a = 0; a < self->n_nodes; a++)
    for (guint b = a + 1; b < self->n_nodes && b < COQUILL_SYNC_MAX_DIRECT; b++)
      simulation_set_direct (self, a, b, stands);
}

void
simulation_cut (Simulation *self, guint a, guint b)
{
  SimulationPair *pair = simulation_get_pair (self, a, b);

  pair->wanted = FALSE;
  pair->silent_since = self->now;
  pair->silent_until = self->now + SIMULATION_SILENCE;
  pair->dies = TRUE;
  pair->lanes[0].silent = TRUE;
  pair->lanes[1].silent = TRUE;
}

void
simulation_set_relay (Simulation *self, guint node, gboolean reachable)
{
  self->nodes[node].relay_after = reachable ? 0 : G_MAXINT64;
}

void
simulation_set_refusing (Simulation *self, gboolean refusing)
{
  self->refusing = refusing;
}

void
simulation_set_absent (Simulation *self, guint node, gboolean absent)
{
  self->nodes[node].absent = absent;
}

void
simulation_kill (Simulation *self, guint node)
{
  simulation_disconnect (self, &self->nodes[node]);
  simulation_direct_crash (self, node);
  self->nodes[node].gone = TRUE;
}

char *
simulation_write (Simulation *self, guint node)
{
  char *name = g_strdup (simulation_node_mark (self, node));

  simulation_node_flush (self, &self->nodes[node]);
  simulation_take_actions (self, node);

  return name;
}

void
simulation_paste (Simulation *self, guint node, gsize n_bytes)
{
  SimulationNode *at = &self->nodes[node];
  g_autofree char *text = g_malloc (n_bytes);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n_bytes; i++)
    text[i] = (char)g_rand_int_range (self->random, 'a', 'z' + 1);
  coquill_document_insert (at->document, 0, text, n_bytes, self->now, &error);
  g_assert_no_error (error);
  simulation_node_flush (self, at);
  simulation_take_actions (self, node);
}

static gboolean
has_mark (CoquillDocument *document, const char *name)
{
  return document != NULL && coquill_document_get_record (document, "mark", name, "kept") != NULL;
}

gboolean
simulation_has (Simulation *self, guint node, const char *name)
{
  return has_mark (self->nodes[node].document, name);
}

gboolean
simulation_mailbox_has (Simulation *self, const char *name)
{
  g_autoptr (CoquillDeviceKeys) keys = coquill_device_keys_new ();
  g_autoptr (CoquillDocument) document = coquill_document_join (keys, self->link, self->bulletin, NULL, NULL);

  for (guint i = 0; i < self->envelopes->len; i++)
    {
      g_autoptr (CoquillPayload) payload
          = coquill_document_open_envelope (document, g_ptr_array_index (self->envelopes, i), NULL, NULL);

      if (payload != NULL)
        coquill_document_accept (document, (CoquillPayloadKind)payload->kind, payload->body, NULL, NULL, NULL,
                                 NULL);
    }

  return has_mark (document, name);
}

gint64
simulation_wait (Simulation *self, guint node, const char *name)
{
  gint64 start = self->now;

  self->calm = TRUE;
  while (!simulation_has (self, node, name))
    {
      if (self->now - start > WAIT_LIMIT)
        return -1;
      step (self);
    }

  return self->now - start;
}

CoquillSync *
simulation_get_sync (Simulation *self, guint node)
{
  return self->nodes[node].sync;
}

const SimulationCounts *
simulation_count (Simulation *self)
{
  self->counts = (SimulationCounts){ 0 };

  return &self->counts;
}
