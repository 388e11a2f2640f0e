/* sync.c: who has what, what to send next: one document's traffic with the others */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

static void
incoming_free_cb (gpointer incoming)
{
  coquill_sync_incoming_free (incoming);
}

static void
brought_free_cb (gpointer brought)
{
  coquill_sync_brought_free (brought);
}

static void
outgoing_free_cb (gpointer outgoing)
{
  coquill_sync_outgoing_free (outgoing);
}

static void
peer_free_cb (gpointer peer)
{
  coquill_sync_peer_free (peer);
}

static void
action_free_cb (gpointer action)
{
  coquill_sync_action_free (action);
}

CoquillSync *
coquill_sync_new (CoquillDocument *document)
{
  CoquillSync *self = g_new0 (CoquillSync, 1);

  self->document = document;
  g_queue_init (&self->actions);
  g_queue_init (&self->waiting);
  g_queue_init (&self->recent);
  g_queue_init (&self->brought);
  self->undecided = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, incoming_free_cb);
  self->held
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, incoming_free_cb);
  self->posted = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, outgoing_free_cb);
  self->peers
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, peer_free_cb);
  self->farewells
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
  self->recent_set = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->brought_links = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->dropped = G_MAXUINT64;
  self->refetch_at = COQUILL_SYNC_NEVER;
  self->bulletin_again = COQUILL_SYNC_NEVER;
  self->presence_due = COQUILL_SYNC_NEVER;
  self->brought_at = COQUILL_SYNC_NEVER;
  self->next_serial = 1;
  self->bulletin_due = coquill_document_made_bulletin (document);

  return self;
}

void
coquill_sync_free (CoquillSync *self)
{
  g_queue_clear_full (&self->actions, action_free_cb);
  g_queue_clear_full (&self->waiting, outgoing_free_cb);
  g_hash_table_unref (self->undecided);
  g_hash_table_unref (self->held);
  g_hash_table_unref (self->posted);
  g_hash_table_unref (self->peers);
  g_hash_table_unref (self->farewells);
  g_hash_table_unref (self->recent_set);
  g_queue_clear_full (&self->recent, (GDestroyNotify)g_bytes_unref);
  g_hash_table_unref (self->brought_links);
  g_queue_clear_full (&self->brought, brought_free_cb);
  for (guint road = 1; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    g_clear_pointer (&self->direct[road], coquill_sync_direct_free);
  g_clear_pointer (&self->coverage, coquill_coverage_free);
  g_clear_pointer (&self->presence, g_bytes_unref);
  g_free (self);
}

CoquillSyncAction *
coquill_sync_push (CoquillSync *self, CoquillSyncActionKind kind)
{
  CoquillSyncAction *action = g_new0 (CoquillSyncAction, 1);

  action->kind = kind;
  action->roads = COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY);
  g_queue_push_tail (&self->actions, action);

  return action;
}

CoquillSyncAction *
coquill_sync_next (CoquillSync *self)
{
  return g_queue_pop_head (&self->actions);
}

void
coquill_sync_set_shared (CoquillSync *self, gboolean shared)
{
  self->shared = shared;
  coquill_sync_update (self, 0);
}

/* Since when something waits that should be elsewhere by now: in the mailbox or, without the relay, with
 * everyone who is reached. */
static gint64
oldest_waiting (CoquillSync *self)
{
  gint64 oldest = COQUILL_SYNC_NEVER;

  if (self->mailbox_state != COQUILL_SYNC_DOWN)
    return coquill_sync_get_oldest_unsent (self);
  for (guint road = 1; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      const CoquillSyncDirect *direct = self->direct[road];

      if (direct == NULL)
        continue;
      oldest = MIN (oldest, coquill_sync_direct_oldest (direct));
      if (direct->state != COQUILL_SYNC_LIVE)
        oldest = MIN (oldest, direct->since);
    }

  return oldest;
}

/* Whether anybody can be expected to hear us. */
static gboolean
has_road (CoquillSync *self)
{
  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL && !self->direct[road]->suspect)
      return TRUE;

  return self->mailbox_state != COQUILL_SYNC_DOWN;
}

static CoquillSyncStatus
current_status (CoquillSync *self, gint64 now)
{
  gint64 oldest;

  if (!self->shared)
    return COQUILL_SYNC_STATUS_ON_DEVICE;
  if (!has_road (self))
    return COQUILL_SYNC_STATUS_OFFLINE;
  if (self->catching_up && (self->mailbox_state == COQUILL_SYNC_FETCHING || self->barrier))
    return COQUILL_SYNC_STATUS_CATCHING_UP;
  oldest = oldest_waiting (self);
  if (oldest != COQUILL_SYNC_NEVER && now - oldest >= COQUILL_SYNC_SENDING_AFTER)
    return COQUILL_SYNC_STATUS_SENDING;

  return COQUILL_SYNC_STATUS_UP_TO_DATE;
}

void
coquill_sync_update (CoquillSync *self, gint64 now)
{
  CoquillSyncStatus status;

  coquill_sync_tend_direct (self, now);
  coquill_sync_pump (self, now);
  coquill_sync_advance (self, now);
  coquill_sync_tend_brought (self, now);
  coquill_sync_pump (self, now);
  coquill_sync_tend_peers (self, now);
  status = current_status (self, now);
  if (status != self->status)
    {
      self->status = status;
      coquill_sync_push (self, COQUILL_SYNC_STATUS);
    }
}

void
coquill_sync_tick (CoquillSync *self, gint64 now)
{
  coquill_sync_update (self, now);
}

gint64
coquill_sync_get_next_tick (CoquillSync *self)
{
  gint64 next = MIN (coquill_sync_get_advance_time (self), coquill_sync_get_tend_time (self));
  gint64 oldest;

  next = MIN (next, coquill_sync_get_direct_time (self));
  next = MIN (next, coquill_sync_get_pump_time (self));
  next = MIN (next, coquill_sync_get_brought_time (self));
  if (self->status == COQUILL_SYNC_STATUS_UP_TO_DATE)
    {
      oldest = oldest_waiting (self);
      if (oldest != COQUILL_SYNC_NEVER)
        next = MIN (next, oldest + COQUILL_SYNC_SENDING_AFTER);
    }

  return next;
}

void
coquill_sync_received (
    CoquillSync *self, guint road, const CoquillPayload *payload, guint64 position, gint64 now)
{
  if (payload->kind == COQUILL_PAYLOAD_CHANGE || payload->kind == COQUILL_PAYLOAD_LOG)
    coquill_sync_receive_body (self, road, (CoquillPayloadKind)payload->kind, payload->body);
  else if (coquill_payload_kind_is_live (payload->kind))
    coquill_sync_receive_live (self, road, payload, now);
  coquill_sync_update (self, now);
}

CoquillSyncState
coquill_sync_get_state (CoquillSync *self, guint road)
{
  const CoquillSyncDirect *direct;

  if (road == COQUILL_SYNC_ROAD_RELAY)
    return self->mailbox_state;
  direct = coquill_sync_get_direct (self, road);

  return direct != NULL ? direct->state : COQUILL_SYNC_DOWN;
}

CoquillSyncStatus
coquill_sync_get_status (CoquillSync *self)
{
  return self->status;
}

gboolean
coquill_sync_is_delivered (CoquillSync *self)
{
  return self->mailbox_state == COQUILL_SYNC_LIVE && self->waiting.length == 0
         && g_hash_table_size (self->posted) == 0;
}

gboolean
coquill_sync_is_delivered_until (CoquillSync *self, gint64 time)
{
  return self->mailbox_state == COQUILL_SYNC_LIVE && coquill_sync_get_oldest_unsent (self) > time;
}
