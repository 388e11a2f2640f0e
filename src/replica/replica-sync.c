/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-sync.c: what sync asks for, done; and its clock. */

#include "config.h"

#include "replica/replica-private.h"

void
coquill_replica_traffic_init (CoquillReplica *self)
{
  g_queue_init (&self->traffic.pending);
  g_queue_init (&self->traffic.early);
  coquill_replica_direct_init (self);
  self->traffic.places = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->traffic.waits = g_ptr_array_new ();
}

/* What sync asks for */

static gboolean
is_zero (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != 0)
      return FALSE;
  return TRUE;
}

static gboolean
post_on (CoquillReplica *self, guint road, GBytes *envelope, const CoquillSyncAction *action)
{
  if (road == COQUILL_SYNC_ROAD_RELAY)
    return self->traffic.road != NULL
           && coquill_relay_road_post (self->traffic.road, envelope, action->reference);
  return coquill_replica_direct_post (self, road, envelope, action->reference,
                                      action->payload_kind == COQUILL_PAYLOAD_PRESENCE);
}

/* One envelope for all roads: who gets it twice opens it once. */
static void
post (CoquillReplica *self, const CoquillSyncAction *action)
{
  gboolean for_all = is_zero (action->recipient, sizeof action->recipient);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) envelope
      = coquill_document_seal (self->document, action->payload_kind, action->body,
                               for_all ? NULL : action->recipient, g_get_real_time (), &error);

  if (envelope == NULL)
    g_message ("Document %.8s: sealing failed: %s", self->id, error->message);
  for (guint road = 0; road <= COQUILL_SYNC_MAX_DIRECT && self->traffic.sync != NULL; road++)
    if ((action->roads & COQUILL_SYNC_ROAD_BIT (road)) != 0
        && (envelope == NULL || !post_on (self, road, envelope, action)))
      coquill_sync_unposted (self->traffic.sync, road, action->reference, g_get_monotonic_time ());
}

typedef struct
{
  CoquillReplica *replica;
  GBytes *bulletin;
} Put;

static void
put_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Put *put = data;
  g_autoptr (CoquillReplica) self = put->replica;
  g_autoptr (GBytes) bulletin = put->bulletin;
  g_autoptr (GError) error = NULL;
  gboolean done = coquill_relay_road_put_bulletin_finish (COQUILL_RELAY_ROAD (source), result, &error);

  g_free (put);
  if (self->traffic.sync == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (done)
    {
      g_clear_pointer (&self->traffic.bulletin, g_bytes_unref);
      self->traffic.bulletin = g_steal_pointer (&bulletin);
      coquill_replica_check_waits (self);
    }
  else
    {
      g_debug ("Document %.8s: the bulletin was not taken: %s", self->id, error->message);
      coquill_sync_bulletin_failed (self->traffic.sync, g_get_monotonic_time ());
      coquill_replica_pump (self);
    }
}

static void
put_bulletin (CoquillReplica *self)
{
  g_autoptr (GBytes) bulletin = coquill_document_dup_bulletin (self->document);
  Put *put;

  if (bulletin == NULL || self->traffic.road == NULL)
    return;
  put = g_new0 (Put, 1);
  put->replica = g_object_ref (self);
  put->bulletin = g_bytes_ref (bulletin);
  coquill_relay_road_put_bulletin_async (self->traffic.road, bulletin, self->traffic.cancellable, put_cb,
                                         put);
}

static void
got_bulletin_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bulletin
      = coquill_relay_road_get_bulletin_finish (COQUILL_RELAY_ROAD (source), result, &error);

  if (self->traffic.sync == NULL)
    return;
  if (bulletin != NULL && coquill_document_open_bulletin (self->document, bulletin, &error))
    {
      coquill_replica_take_news (self);
      coquill_sync_keys_came (self->traffic.sync, g_get_monotonic_time ());
      coquill_replica_pump (self);
    }
  else if (error != NULL)
    g_debug ("Document %.8s: no bulletin: %s", self->id, error->message);
}

/* The text of somebody who joined is here when the mailbox was read and nothing of it waits for a part that
 * somebody else has to bring. Of a text that is here already more may come later, as ever. */
void
coquill_replica_check_waiting (CoquillReplica *self)
{
  if (!self->waiting || !self->traffic.caught_up || coquill_document_is_joining (self->document)
      || (coquill_document_has_held (self->document) && coquill_replica_get_length (self) == 0))
    return;
  self->waiting = FALSE;
  self->disk.entry_urgent = TRUE;
  coquill_replica_disk_entry_changed (self);
  coquill_replica_set_state (self, COQUILL_REPLICA_OPEN);
}

static void
caught_up (CoquillReplica *self)
{
  g_autoptr (GHashTable) changed = g_steal_pointer (&self->traffic.places);
  GHashTableIter iter;
  gpointer author, places;

  self->traffic.places = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->traffic.caught_up = TRUE;
  coquill_replica_check_waiting (self);
  coquill_replica_waits_caught_up (self);

  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, &author, &places))
    coquill_replica_emit_others_changed (self, author, GPOINTER_TO_UINT (places));
}

static void
act (CoquillReplica *self, CoquillSyncAction *action)
{
  switch (action->kind)
    {
    case COQUILL_SYNC_POST:
      post (self, action);
      break;
    case COQUILL_SYNC_FETCH:
      if (self->traffic.road != NULL)
        coquill_relay_road_fetch (self->traffic.road, action->position);
      break;
    case COQUILL_SYNC_PUT_BULLETIN:
      put_bulletin (self);
      break;
    case COQUILL_SYNC_GET_BULLETIN:
      if (self->traffic.road != NULL)
        coquill_relay_road_get_bulletin_async (self->traffic.road, self->traffic.cancellable, got_bulletin_cb,
                                               g_object_ref (self));
      break;
    case COQUILL_SYNC_ACCEPT:
      coquill_replica_push_pending (self, action);
      return;
    case COQUILL_SYNC_SENT:
      coquill_replica_disk_mark_sent (self, action->reference);
      break;
    case COQUILL_SYNC_PRESENCE:
      coquill_replica_people_presence (self, action->sender, action->body);
      break;
    case COQUILL_SYNC_SIGNAL:
      coquill_replica_direct_signal (self, action->sender, action->body);
      break;
    case COQUILL_SYNC_PEER_CAME:
      coquill_replica_people_came (self, action->sender);
      break;
    case COQUILL_SYNC_PEER_LEFT:
      coquill_replica_people_left (self, action->sender);
      break;
    case COQUILL_SYNC_CAUGHT_UP:
      caught_up (self);
      break;
    case COQUILL_SYNC_STATUS:
    default:
      break;
    }
  coquill_sync_action_free (action);
}

static gboolean
tick_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->traffic.tick_source = 0;
  coquill_sync_tick (self->traffic.sync, g_get_monotonic_time ());
  coquill_replica_pump (self);
  return G_SOURCE_REMOVE;
}

static gboolean
merge_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->traffic.merge_source = 0;
  if (!self->traffic.merge_manually && coquill_replica_merge_pending (self)
      && self->traffic.merge_source == 0)
    self->traffic.merge_source = g_idle_add_full (G_PRIORITY_DEFAULT, merge_cb, self, NULL);
  return G_SOURCE_REMOVE;
}

static void
schedule_tick (CoquillReplica *self)
{
  gint64 next = coquill_sync_get_next_tick (self->traffic.sync);
  gint64 now = g_get_monotonic_time ();
  gint64 pause = next > now ? (next - now + 999) / 1000 : 0;

  g_clear_handle_id (&self->traffic.tick_source, g_source_remove);
  if (next != G_MAXINT64)
    self->traffic.tick_source
        = g_timeout_add_full (G_PRIORITY_DEFAULT, (guint)MIN (pause, 60 * 1000), tick_cb, self, NULL);
}

void
coquill_replica_pump (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  CoquillSyncAction *action;

  if (traffic->sync == NULL)
    return;

  g_object_ref (self);
  while (traffic->sync != NULL && (action = coquill_sync_next (traffic->sync)) != NULL)
    act (self, action);
  if (traffic->sync != NULL)
    {
      if (coquill_sync_get_state (traffic->sync, COQUILL_SYNC_ROAD_RELAY) == COQUILL_SYNC_LIVE
          && coquill_sync_is_delivered (traffic->sync))
        traffic->drained_cursor = TRUE;
      schedule_tick (self);
      if (traffic->flush_source != 0)
        coquill_replica_schedule_flush (self);
      if (!g_queue_is_empty (&traffic->pending) && !traffic->merge_manually && traffic->merge_source == 0)
        traffic->merge_source = g_idle_add_full (G_PRIORITY_DEFAULT, merge_cb, self, NULL);
      coquill_replica_note_status (self);
      coquill_replica_check_waits (self);
    }
  g_object_unref (self);
}
