/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-road.c: the relay's road: its signals into sync; envelopes opened, from whatever road. */

#include "config.h"

#include <string.h>

#include "replica/replica-error-private.h"
#include "replica/replica-private.h"

static void
set_relay_error (CoquillReplica *self, const GError *error)
{
  if (error == NULL && self->traffic.error == NULL)
    return;
  g_clear_error (&self->traffic.error);
  if (error != NULL)
    self->traffic.error = coquill_replica_error_translate (g_error_copy (error));
  coquill_replica_notify_relay_error (self);
}

/* What the road says */

static void
stop_road (CoquillReplica *self);

static void
road_up_cb (CoquillRelayRoad *road, GBytes *mailbox, guint64 last, CoquillReplica *self)
{
  const guint8 *name = g_bytes_get_data (mailbox, NULL);

  if (self->traffic.sync == NULL || g_bytes_get_size (mailbox) != COQUILL_SYNC_MAILBOX_SIZE)
    return;
  /* What is known of a mailbox is true of no other. */
  self->traffic.drained_cursor
      = self->disk.position > 0 && memcmp (name, self->disk.mailbox, COQUILL_SYNC_MAILBOX_SIZE) == 0;
  g_clear_pointer (&self->traffic.bulletin, g_bytes_unref);
  coquill_sync_road_up (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY, name, last, g_get_monotonic_time ());
  coquill_replica_people_announce (self);
  /* Another host may be at the other end now. */
  g_clear_pointer (&self->direct.services, coquill_relay_services_free);
  coquill_replica_ask_services (self);
  coquill_replica_pump (self);
}

static void
road_down_cb (CoquillRelayRoad *road, const GError *error, CoquillReplica *self)
{
  if (self->traffic.sync == NULL)
    return;
  coquill_sync_road_down (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY, g_get_monotonic_time ());
  coquill_replica_people_all_left (self);
  coquill_replica_pump (self);
}

/* An envelope that came before its sender's entry in the log was merged. */
typedef struct
{
  guint road;
  GBytes *envelope;
} Early;

static void
early_free (gpointer data)
{
  Early *early = data;

  g_bytes_unref (early->envelope);
  g_free (early);
}

static void
keep_early (CoquillReplica *self, guint road, GBytes *envelope)
{
  Early *early = g_new (Early, 1);

  early->road = road;
  early->envelope = g_bytes_ref (envelope);
  g_queue_push_tail (&self->traffic.early, early);
}

/* Presence comes on two roads on purpose. */
static gboolean
is_expected_twice (CoquillReplica *self, const guint8 *sender)
{
  const CoquillReplicaDirect *place = coquill_replica_direct_find (self, sender);

  return place != NULL && place->up;
}

void
coquill_replica_receive (CoquillReplica *self, guint road, GBytes *envelope, guint64 position)
{
  guint8 sender[32];
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillPayload) payload
      = coquill_document_open_envelope (self->document, envelope, sender, &error);

  if (payload != NULL)
    coquill_sync_received (self->traffic.sync, road, payload, position, g_get_monotonic_time ());
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED)
           && !g_queue_is_empty (&self->traffic.pending)
           && g_queue_get_length (&self->traffic.early) < COQUILL_REPLICA_MAX_EARLY)
    keep_early (self, road, envelope);
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_UNKNOWN_EPOCH))
    {
      coquill_road_counts_add (self->direct.counts, "envelopes-unknown-epoch", 1);
      coquill_sync_unopened (self->traffic.sync, road, position, g_get_monotonic_time ());
    }
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED))
    /* Live ones for somebody else pass by here, all the time. */
    g_debug ("Document %.8s: an envelope was dropped: %s", self->id, error->message);
  else if (g_error_matches (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_REPLAY))
    {
      if (!is_expected_twice (self, sender))
        coquill_road_counts_add (self->direct.counts, "envelopes-repeated", 1);
    }
  else
    {
      g_debug ("Document %.8s: an envelope was refused: %s", self->id, error->message);
      coquill_road_counts_add (self->direct.counts, "envelopes-refused", 1);
    }
}

void
coquill_replica_receive_early (CoquillReplica *self)
{
  while (self->document != NULL && !g_queue_is_empty (&self->traffic.early)
         && g_queue_is_empty (&self->traffic.pending))
    {
      Early *early = g_queue_pop_head (&self->traffic.early);

      if (early->road == COQUILL_SYNC_ROAD_RELAY || coquill_replica_direct_has (self, early->road))
        coquill_replica_receive (self, early->road, early->envelope, 0);
      early_free (early);
    }
}

static void
road_received_cb (CoquillRelayRoad *road, GBytes *envelope, guint64 position, CoquillReplica *self)
{
  if (self->traffic.sync == NULL)
    return;
  coquill_replica_receive (self, COQUILL_SYNC_ROAD_RELAY, envelope, position);
  coquill_replica_pump (self);
}

static void
road_stored_cb (CoquillRelayRoad *road, guint64 reference, guint64 position, CoquillReplica *self)
{
  if (self->traffic.sync == NULL)
    return;
  coquill_sync_stored (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY, reference, g_get_monotonic_time ());
  coquill_replica_pump (self);
}

static void
road_rejected_cb (CoquillRelayRoad *road, guint64 reference, const GError *error, CoquillReplica *self)
{
  if (self->traffic.sync == NULL)
    return;
  set_relay_error (self, error);
  coquill_sync_unposted (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY, reference, g_get_monotonic_time ());
  coquill_replica_pump (self);
}

static void
road_fetched_cb (CoquillRelayRoad *road, guint64 last, gboolean complete, CoquillReplica *self)
{
  if (self->traffic.sync == NULL)
    return;
  coquill_sync_fetched (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY, last, complete, g_get_monotonic_time ());
  coquill_replica_pump (self);
}

static gboolean
new_road_cb (gpointer data)
{
  CoquillReplica *self = data;

  self->traffic.road_timer = 0;
  stop_road (self);
  coquill_replica_update_road (self);
  return G_SOURCE_REMOVE;
}

static void
road_refused_cb (CoquillRelayRoad *road, const GError *error, CoquillReplica *self)
{
  CoquillRoomLock lock;

  set_relay_error (self, error);
  /* A relay that was emptied: with the lock, which a joiner learns only after entering, it makes the room
   * again; without it another member's device may. */
  if (g_error_matches (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_ROOM) && self->traffic.road_timer == 0)
    self->traffic.road_timer = g_timeout_add (
        !self->traffic.road_has_lock && coquill_document_get_room_lock (self->document, &lock)
            ? 0
            : COQUILL_REPLICA_ROOM_SECONDS * 1000,
        new_road_cb, self);
  coquill_replica_fail_waits (self, self->traffic.error);
}

static void
road_error_cb (CoquillRelayRoad *road, GParamSpec *spec, CoquillReplica *self)
{
  set_relay_error (self, coquill_relay_road_get_error (road));
}

/* The road itself */

static CoquillRelayRoad *
make_road (CoquillReplica *self, GError **error)
{
  CoquillRoomKeys *keys = coquill_document_get_room_keys (self->document);
  const guint8 *room = coquill_document_get_room (self->document);
  CoquillRoomLock lock;
  gboolean has_lock = coquill_document_get_room_lock (self->document, &lock);
  CoquillRoomRole role;

  if (keys == NULL || room == NULL)
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_NOT_ALLOWED,
                           "no keys to the room");
      return NULL;
    }
  /* Who doesn't change the lock doesn't need to prove that he could. */
  role = MIN (coquill_room_keys_get_role (keys), COQUILL_ROOM_WRITE);
  self->traffic.road_has_lock = has_lock;
  return coquill_relay_road_new (self->traffic.relay, room, role, keys, has_lock ? &lock : NULL, error);
}

static void
start_road (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  g_autoptr (GError) error = NULL;

  traffic->road = make_road (self, &error);
  if (traffic->road == NULL)
    {
      set_relay_error (self, error);
      return;
    }
  traffic->cancellable = g_cancellable_new ();
  self->direct.leaving = FALSE;
  coquill_library_watch_roads (self->library);
  g_signal_connect_object (traffic->road, "up", G_CALLBACK (road_up_cb), self, 0);
  g_signal_connect_object (traffic->road, "down", G_CALLBACK (road_down_cb), self, 0);
  g_signal_connect_object (traffic->road, "received", G_CALLBACK (road_received_cb), self, 0);
  g_signal_connect_object (traffic->road, "stored", G_CALLBACK (road_stored_cb), self, 0);
  g_signal_connect_object (traffic->road, "rejected", G_CALLBACK (road_rejected_cb), self, 0);
  g_signal_connect_object (traffic->road, "fetched", G_CALLBACK (road_fetched_cb), self, 0);
  g_signal_connect_object (traffic->road, "refused", G_CALLBACK (road_refused_cb), self, 0);
  g_signal_connect_object (traffic->road, "notify::error", G_CALLBACK (road_error_cb), self, 0);
  coquill_relay_road_start (traffic->road);
}

static void
stop_road (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;
  CoquillRelayRoad *road = g_steal_pointer (&traffic->road);

  g_clear_handle_id (&traffic->road_timer, g_source_remove);
  if (road == NULL)
    return;
  g_signal_handlers_disconnect_by_data (road, self);
  g_cancellable_cancel (traffic->cancellable);
  g_clear_object (&traffic->cancellable);
  coquill_replica_clear_services (self);
  coquill_relay_road_stop (road);
  g_object_unref (road);
  if (traffic->sync != NULL)
    {
      coquill_sync_road_down (traffic->sync, COQUILL_SYNC_ROAD_RELAY, g_get_monotonic_time ());
      coquill_replica_people_all_left (self);
      coquill_replica_pump (self);
    }
}

void
coquill_replica_update_road (CoquillReplica *self)
{
  gboolean wanted = coquill_replica_wants_road (self);

  if (wanted && self->traffic.road == NULL)
    start_road (self);
  else if (!wanted && self->traffic.road != NULL)
    {
      coquill_replica_leave (self);
      set_relay_error (self, NULL);
    }
}

void
coquill_replica_leave (CoquillReplica *self)
{
  if (self->traffic.road != NULL && self->traffic.sync != NULL)
    {
      g_autoptr (GBytes) farewell = coquill_replica_people_farewell (self);

      coquill_sync_leave (self->traffic.sync, farewell, g_get_monotonic_time ());
      coquill_replica_pump (self);
    }
  coquill_replica_direct_clear (self);
  stop_road (self);
}

void
coquill_replica_traffic_clear (CoquillReplica *self)
{
  CoquillReplicaTraffic *traffic = &self->traffic;

  coquill_replica_direct_clear (self);
  stop_road (self);
  g_clear_handle_id (&traffic->tick_source, g_source_remove);
  g_clear_handle_id (&traffic->flush_source, g_source_remove);
  coquill_replica_clear_pending (self);
  g_queue_clear_full (&traffic->early, early_free);
  g_hash_table_remove_all (traffic->places);
  g_clear_pointer (&traffic->sync, coquill_sync_free);
  g_clear_pointer (&traffic->bulletin, g_bytes_unref);
  traffic->caught_up = FALSE;
  traffic->drained_cursor = FALSE;
  set_relay_error (self, NULL);
}
