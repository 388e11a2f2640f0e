/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-direct.c: the direct roads of a document: to whom, and whether at all. */

#include "config.h"

#include <string.h>

#include "replica/replica-private.h"
#include "wire/signal.h"

G_STATIC_ASSERT (COQUILL_REPLICA_MAX_DIRECT <= COQUILL_SYNC_MAX_DIRECT);

void
coquill_replica_direct_init (CoquillReplica *self)
{
  self->direct.counts = coquill_road_counts_new ();
}

/* Places */

CoquillReplicaDirect *
coquill_replica_direct_find (CoquillReplica *self, const guint8 *device)
{
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    {
      CoquillReplicaDirect *place = &self->direct.places[i];

      if (place->road != NULL && memcmp (place->device, device, sizeof place->device) == 0)
        return place;
    }
  return NULL;
}

gboolean
coquill_replica_direct_is_hidden (CoquillReplica *self)
{
  return self->hide_address || (self->library != NULL && coquill_library_hides_address (self->library));
}

/* Opening and closing */

static void
open_place (CoquillReplica *self, CoquillReplicaDirect *place, CoquillReplicaPeer *peer)
{
  const guint8 *own = coquill_device_keys_get_public (self->keys)->sign;
  gboolean offers = memcmp (own, peer->device, sizeof peer->device) < 0;
  CoquillDirectRoad *road = coquill_direct_road_new (offers, self->people.nonce);

  memset (place, 0, sizeof *place);
  memcpy (place->device, peer->device, sizeof place->device);
  place->road = road;
  peer->declined = 0;
  peer->why = COQUILL_ROAD_WHY_NOT_TRIED;
  coquill_replica_direct_connect (self, road);
  coquill_replica_ask_services (self);
  if (self->direct.servers_known)
    coquill_direct_road_set_servers (road, self->direct.servers);
  coquill_direct_road_set_peer_run (road, peer->run);
  coquill_direct_road_start (road);
}

static void
close_place (CoquillReplica *self, CoquillReplicaDirect *place)
{
  CoquillDirectRoad *road = place->road;
  CoquillReplicaPeer *peer = coquill_replica_people_get (self, place->device);

  g_signal_handlers_disconnect_by_data (road, self);
  coquill_direct_road_stop (road);
  coquill_road_counts_add_road (self->direct.counts, road);
  coquill_replica_direct_note_down (self, place);
  place->road = NULL;
  coquill_replica_direct_show (self, peer);
  g_object_unref (road);
}

void
coquill_replica_direct_clear (CoquillReplica *self)
{
  self->direct.leaving = TRUE;
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road != NULL)
      close_place (self, &self->direct.places[i]);
}

/* Who gets a road */

static gboolean
wants_direct (CoquillReplica *self)
{
  return !self->direct.leaving && coquill_replica_wants_road (self)
         && !coquill_document_is_joining (self->document);
}

static gboolean
may_have_road (CoquillReplica *self, CoquillReplicaPeer *peer)
{
  return peer->is_member && peer->participant != self->people.self
         && coquill_participant_is_present (peer->participant);
}

/* Of those who wait the one who was declined longest ago, or never. */
static CoquillReplicaPeer *
find_next (CoquillReplica *self, gint64 now)
{
  CoquillReplicaPeer *next = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillReplicaPeer *peer = value;

      if (may_have_road (self, peer) && coquill_replica_direct_find (self, peer->device) == NULL
          && (peer->declined == 0 || now - peer->declined >= COQUILL_REPLICA_DIRECT_AGAIN)
          && (next == NULL || peer->declined < next->declined))
        next = peer;
    }
  return next;
}

CoquillReplicaDirect *
coquill_replica_direct_find_free (CoquillReplica *self)
{
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road == NULL)
      return &self->direct.places[i];
  return NULL;
}

static void
tend_place (CoquillReplica *self, CoquillReplicaDirect *place, gboolean wanted, gboolean hidden)
{
  CoquillReplicaPeer *peer = coquill_replica_people_get (self, place->device);

  if (!wanted || !may_have_road (self, peer))
    close_place (self, place);
  else if (peer->declined != 0)
    {
      /* The other has no room, and asks when it has; somebody else may. */
      close_place (self, place);
      peer->why = COQUILL_ROAD_WHY_TOO_MANY;
      coquill_replica_direct_show (self, peer);
    }
  else if (hidden != place->hidden)
    {
      place->hidden = hidden;
      if (hidden)
        coquill_direct_road_decline (place->road, COQUILL_DECLINE_HIDDEN);
      else
        coquill_direct_road_start (place->road);
      coquill_replica_direct_show (self, peer);
    }
}

static void
update_once (CoquillReplica *self)
{
  gboolean wanted = wants_direct (self);
  gboolean hidden = coquill_replica_direct_is_hidden (self);
  CoquillReplicaDirect *place;
  CoquillReplicaPeer *peer;

  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road != NULL)
      tend_place (self, &self->direct.places[i], wanted, hidden);
  while (wanted && !hidden && (place = coquill_replica_direct_find_free (self)) != NULL
         && (peer = find_next (self, g_get_monotonic_time ())) != NULL)
    {
      open_place (self, place, peer);
      coquill_replica_direct_show (self, peer);
    }
}

/* What a road says while it is opened or closed may come back here: it is looked at when that is done. */
void
coquill_replica_direct_update (CoquillReplica *self)
{
  CoquillReplicaRoads *direct = &self->direct;

  direct->update_again = TRUE;
  if (direct->updating)
    return;
  g_object_ref (self);
  direct->updating = TRUE;
  while (direct->update_again)
    {
      direct->update_again = FALSE;
      update_once (self);
    }
  direct->updating = FALSE;
  coquill_replica_pump (self);
  g_object_unref (self);
}

void
coquill_replica_direct_set_run (CoquillReplica *self, CoquillReplicaPeer *peer, guint64 run)
{
  CoquillReplicaDirect *place = coquill_replica_direct_find (self, peer->device);

  if (peer->run == run)
    return;
  peer->run = run;
  peer->declined = 0;
  peer->why = COQUILL_ROAD_WHY_NOT_TRIED;
  if (place != NULL)
    coquill_direct_road_set_peer_run (place->road, run);
}

/* Signals */

/* There is no place: says so, if it was asked, so that the other need not wait. */
static void
answer_no (CoquillReplica *self, CoquillReplicaPeer *peer, GBytes *body)
{
  g_autoptr (CoquillSignal) signal = coquill_signal_decode (body, NULL);
  g_autoptr (CoquillSignal) answer = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gint64 now = g_get_monotonic_time ();

  if (signal == NULL)
    {
      coquill_road_counts_add (self->direct.counts, "signals-malformed", 1);
      return;
    }
  if (signal->run != self->people.nonce)
    {
      coquill_road_counts_add (self->direct.counts, "signals-stale", 1);
      return;
    }
  if (signal->kind != COQUILL_SIGNAL_OFFER && signal->kind != COQUILL_SIGNAL_INVITE)
    return;
  /* Who asks has room: to be asked as soon as there is some here. */
  peer->declined = 0;
  if (peer->run == 0 || (peer->answered != 0 && now - peer->answered < COQUILL_REPLICA_DIRECT_ANSWER))
    return;
  peer->answered = now;
  answer = coquill_signal_new (COQUILL_SIGNAL_DECLINE);
  answer->run = peer->run;
  answer->attempt = signal->attempt;
  answer->reason = coquill_replica_direct_is_hidden (self) ? COQUILL_DECLINE_HIDDEN : COQUILL_DECLINE_FULL;
  bytes = coquill_signal_encode (answer);
  coquill_sync_signal (self->traffic.sync, peer->device, bytes, now);
}

void
coquill_replica_direct_signal (CoquillReplica *self, const guint8 *sender, GBytes *body)
{
  CoquillReplicaPeer *peer = coquill_replica_people_get (self, sender);
  CoquillReplicaDirect *place = coquill_replica_direct_find (self, sender);

  if (place == NULL && wants_direct (self) && !coquill_replica_direct_is_hidden (self)
      && may_have_road (self, peer) && (place = coquill_replica_direct_find_free (self)) != NULL)
    open_place (self, place, peer);
  if (place != NULL)
    coquill_direct_road_take_signal (place->road, body);
  else if (wants_direct (self) && may_have_road (self, peer))
    answer_no (self, peer, body);
}

/* From outside */

void
coquill_replica_network_changed (CoquillReplica *self)
{
  if (self->traffic.road != NULL)
    {
      coquill_relay_road_probe (self->traffic.road);
      coquill_replica_ask_services (self);
    }
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road != NULL && !self->direct.places[i].hidden)
      coquill_direct_road_retry_now (self->direct.places[i].road);
}

void
coquill_replica_set_hide_address (CoquillReplica *self, gboolean hide)
{
  self->hide_address = hide;
  coquill_replica_disk_save_hide_address (self);
  coquill_replica_direct_update (self);
}

GVariant *
coquill_replica_dup_road_counts (CoquillReplica *self)
{
  g_autoptr (GHashTable) sum = coquill_road_counts_new ();
  g_autoptr (GVariant) gone = NULL;

  g_return_val_if_fail (COQUILL_IS_REPLICA (self), NULL);

  gone = coquill_road_counts_to_variant (self->direct.counts);
  coquill_road_counts_add_variant (sum, gone);
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road != NULL)
      coquill_road_counts_add_road (sum, self->direct.places[i].road);
  return coquill_road_counts_to_variant (sum);
}
