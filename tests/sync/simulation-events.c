/* simulation-events.c: what is on its way, what arrives, and what a node's sync asks for */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/simulation-private.h"

static int
compare_events (gconstpointer a, gconstpointer b, gpointer data)
{
  const SimulationEvent *left = a;
  const SimulationEvent *right = b;

  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;

  return left->order < right->order ? -1 : left->order > right->order;
}

void
simulation_add_event (Simulation *self, const SimulationEvent *event)
{
  SimulationEvent *copy = g_memdup2 (event, sizeof *event);

  copy->order = self->next_order++;
  if (copy->bytes != NULL)
    g_bytes_ref (copy->bytes);
  g_sequence_insert_sorted (self->events, copy, compare_events, NULL);
}

void
simulation_handle_events (Simulation *self)
{
  while (!g_sequence_is_empty (self->events))
    {
      GSequenceIter *first = g_sequence_get_begin_iter (self->events);
      SimulationEvent event = *(const SimulationEvent *)g_sequence_get (first);
      g_autoptr (GBytes) bytes = event.bytes != NULL ? g_bytes_ref (event.bytes) : NULL;

      if (event.at > self->now)
        return;
      g_sequence_remove (first);
      if (event.kind >= EVENT_DIRECT_UP)
        simulation_direct_handle (self, &event);
      else
        simulation_relay_handle (self, &event);
    }
}

void
simulation_receive (Simulation *self, guint to, guint road, GBytes *envelope, guint64 position)
{
  SimulationNode *node = &self->nodes[to];
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPayload) payload
      = coquill_document_open_envelope (node->document, envelope, NULL, &error);

  if (payload != NULL)
    coquill_sync_received (node->sync, road, payload, position, self->now);
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH))
    coquill_sync_unopened (node->sync, road, position, self->now);
  else if (!g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED)
           && !g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_REPLAY))
    g_error ("An honest envelope was refused: %s", error->message);
}

static gboolean
post_on (Simulation *self, guint index, guint road, GBytes *envelope, const CoquillSyncAction *action)
{
  gboolean live = coquill_payload_kind_is_live (action->payload_kind);

  if (envelope == NULL)
    return FALSE;
  if (road != COQUILL_SYNC_ROAD_RELAY)
    {
      *(live ? &self->counts.live_direct : &self->counts.direct_posts) += 1;
      return simulation_direct_post (self, index, road - 1, envelope, action->reference,
                                     action->payload_kind == COQUILL_PAYLOAD_PRESENCE);
    }
  if (!self->nodes[index].connected)
    return FALSE;
  simulation_relay_send (self, EVENT_POST, index, envelope, action->reference, FALSE);

  return TRUE;
}

static void
post (Simulation *self, guint index, const CoquillSyncAction *action)
{
  SimulationNode *node = &self->nodes[index];
  g_autoptr (GBytes) envelope = coquill_document_seal (node->document, action->payload_kind, action->body,
                                                       action->recipient, self->now, NULL);

  g_assert_cmpuint (action->roads, !=, 0);
  for (guint road = 0; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (action->roads & COQUILL_SYNC_ROAD_BIT (road) && !post_on (self, index, road, envelope, action))
      coquill_sync_unposted (node->sync, road, action->reference, self->now);
}

void
simulation_take_actions (Simulation *self, guint index)
{
  SimulationNode *node = &self->nodes[index];
  CoquillSyncAction *next;

  while ((next = coquill_sync_next (node->sync)) != NULL)
    {
      g_autoptr (CoquillSyncAction) action = next;

      switch (action->kind)
        {
        case COQUILL_SYNC_POST:
          post (self, index, action);
          break;
        case COQUILL_SYNC_FETCH:
          if (node->connected)
            simulation_relay_send (self, EVENT_FETCH, index, NULL, action->position, FALSE);
          break;
        case COQUILL_SYNC_PUT_BULLETIN:
          g_clear_pointer (&self->bulletin, g_bytes_unref);
          self->bulletin = coquill_document_dup_bulletin (node->document);
          break;
        case COQUILL_SYNC_GET_BULLETIN:
          if (self->bulletin != NULL && coquill_document_open_bulletin (node->document, self->bulletin, NULL))
            coquill_sync_keys_came (node->sync, self->now);
          break;
        case COQUILL_SYNC_ACCEPT:
          g_queue_push_tail (&node->accepting, g_steal_pointer (&action));
          break;
        case COQUILL_SYNC_SENT:
          ((SimulationBlock *)g_ptr_array_index (node->blocks, action->reference))->sent = TRUE;
          break;
        case COQUILL_SYNC_PRESENCE:
        case COQUILL_SYNC_SIGNAL:
        case COQUILL_SYNC_PEER_CAME:
        case COQUILL_SYNC_PEER_LEFT:
        case COQUILL_SYNC_CAUGHT_UP:
        case COQUILL_SYNC_STATUS:
        default:
          break;
        }
    }
}
