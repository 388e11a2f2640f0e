/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-direct-road.c: one direct road: what it says, what is posted on it, what people see of it. */

#include "config.h"

#include <string.h>

#include "replica/participant-private.h"
#include "replica/replica-private.h"

/* The two enumerations are the same, so that what people read is exactly what was found out. */
G_STATIC_ASSERT ((int)COQUILL_ROAD_WHY_NONE == (int)COQUILL_DIRECT_WHY_NONE);
G_STATIC_ASSERT ((int)COQUILL_ROAD_WHY_HIDDEN_THERE == (int)COQUILL_DIRECT_WHY_HIDDEN_THERE);
G_STATIC_ASSERT ((int)COQUILL_ROAD_WHY_NO_ANSWER == (int)COQUILL_DIRECT_WHY_NO_ANSWER);
G_STATIC_ASSERT ((int)COQUILL_ROAD_WHY_LOST == (int)COQUILL_DIRECT_WHY_LOST);

static CoquillReplicaDirect *
find_road (CoquillReplica *self, CoquillDirectRoad *road)
{
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (self->direct.places[i].road == road)
      return &self->direct.places[i];
  return NULL;
}

static CoquillReplicaDirect *
find_number (CoquillReplica *self, guint number)
{
  CoquillReplicaDirect *place;

  if (number < 1 || number > COQUILL_REPLICA_MAX_DIRECT)
    return NULL;
  place = &self->direct.places[number - 1];
  return place->road != NULL && place->up ? place : NULL;
}

static guint
get_number (CoquillReplica *self, CoquillReplicaDirect *place)
{
  return (guint)(place - self->direct.places) + 1;
}

/* What people see */

gboolean
coquill_replica_direct_is_up (CoquillReplica *self, CoquillReplicaPeer *peer)
{
  CoquillReplicaDirect *place = coquill_replica_direct_find (self, peer->device);

  return place != NULL && place->up;
}

void
coquill_replica_direct_show (CoquillReplica *self, CoquillReplicaPeer *peer)
{
  CoquillReplicaDirect *place = coquill_replica_direct_find (self, peer->device);
  CoquillParticipant *participant = peer->participant;
  gint64 round_trip
      = self->traffic.road != NULL ? coquill_relay_road_get_round_trip (self->traffic.road) : -1;
  CoquillRoadWhy why = peer->why;

  if (!coquill_participant_is_present (participant) || participant == self->people.self)
    {
      coquill_participant_set_road (participant, COQUILL_ROAD_NONE, COQUILL_ROAD_WHY_NONE, FALSE, 0);
      coquill_participant_set_road_traffic (participant, -1, 0, 0);
      return;
    }
  if (place != NULL && place->up)
    {
      coquill_participant_set_road (participant, COQUILL_ROAD_DIRECT, COQUILL_ROAD_WHY_NONE,
                                    coquill_direct_road_get_relayed (place->road), g_get_real_time ());
      round_trip = coquill_direct_road_get_round_trip (place->road);
    }
  else
    {
      if (coquill_replica_direct_is_hidden (self))
        why = COQUILL_ROAD_WHY_HIDDEN_HERE;
      else if (place == NULL && coquill_replica_direct_find_free (self) == NULL)
        why = COQUILL_ROAD_WHY_TOO_MANY;
      else if (place != NULL)
        why = (CoquillRoadWhy)coquill_direct_road_get_why (place->road);
      if (why == COQUILL_ROAD_WHY_NONE)
        why = COQUILL_ROAD_WHY_NOT_TRIED;
      coquill_participant_set_road (participant, COQUILL_ROAD_RELAY, why, FALSE, g_get_real_time ());
    }
  coquill_participant_set_road_traffic (
      participant, round_trip, place != NULL ? coquill_direct_road_get_sent_bytes (place->road) : 0,
      place != NULL ? coquill_direct_road_get_received_bytes (place->road) : 0);
}

static void
show (CoquillReplica *self, CoquillReplicaDirect *place)
{
  coquill_replica_direct_show (self, coquill_replica_people_get (self, place->device));
}

/* What a road says */

static void
road_signal_cb (CoquillDirectRoad *road, GBytes *signal, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL || self->traffic.sync == NULL)
    return;
  coquill_sync_signal (self->traffic.sync, place->device, signal, g_get_monotonic_time ());
  coquill_replica_pump (self);
}

/* A presence for that device alone: whoever could seal and sign it is that member. */
static void
road_greet_cb (CoquillDirectRoad *road, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);
  g_autoptr (GBytes) greeting = NULL;
  g_autoptr (GBytes) envelope = NULL;
  g_autoptr (GError) error = NULL;

  if (place == NULL || self->document == NULL)
    return;
  greeting = coquill_replica_people_greeting (self);
  envelope = coquill_document_seal (self->document, COQUILL_PAYLOAD_PRESENCE, greeting, place->device,
                                    g_get_real_time (), &error);
  if (envelope != NULL)
    coquill_direct_road_greet (road, envelope);
  else
    g_message ("Document %.8s: sealing failed: %s", self->id, error->message);
}

static void
road_greeted_cb (CoquillDirectRoad *road, GBytes *envelope, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);
  g_autoptr (CoquillPayload) payload = NULL;
  g_autoptr (GError) error = NULL;

  if (place == NULL || self->document == NULL)
    return;
  payload = coquill_document_open_envelope (self->document, envelope, NULL, &error);
  if (payload == NULL)
    g_debug ("Document %.8s: a greeting can't be opened: %s", self->id, error->message);
  coquill_direct_road_approve (road,
                               payload != NULL && payload->kind == COQUILL_PAYLOAD_PRESENCE
                                   && memcmp (payload->sender, place->device, sizeof place->device) == 0);
}

static void
road_up_cb (CoquillDirectRoad *road, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL || place->up || self->traffic.sync == NULL)
    return;
  place->up = TRUE;
  place->suspect = FALSE;
  place->owed = 0;
  show (self, place);
  coquill_sync_direct_up (self->traffic.sync, get_number (self, place), place->device,
                          g_get_monotonic_time ());
  coquill_replica_pump (self);
}

void
coquill_replica_direct_note_down (CoquillReplica *self, CoquillReplicaDirect *place)
{
  if (!place->up)
    return;
  place->up = FALSE;
  place->suspect = FALSE;
  place->owed = 0;
  if (self->traffic.sync != NULL)
    coquill_sync_direct_down (self->traffic.sync, get_number (self, place), g_get_monotonic_time ());
}

static void
road_down_cb (CoquillDirectRoad *road, const GError *error, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL)
    return;
  g_debug ("Document %.8s: a direct road ended: %s", self->id, error != NULL ? error->message : "stopped");
  coquill_replica_direct_note_down (self, place);
  show (self, place);
  coquill_replica_pump (self);
  /* Without the relay nobody is there whom no direct road reaches. */
  if (self->traffic.sync != NULL
      && coquill_sync_get_state (self->traffic.sync, COQUILL_SYNC_ROAD_RELAY) == COQUILL_SYNC_DOWN)
    coquill_replica_people_all_left (self);
}

static void
road_received_cb (CoquillDirectRoad *road, GBytes *envelope, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL || !place->up || self->traffic.sync == NULL)
    return;
  place->owed += g_bytes_get_size (envelope);
  coquill_replica_receive (self, get_number (self, place), envelope, 0);
  coquill_replica_pump (self);
  coquill_replica_direct_give_credit (self);
}

static void
road_acknowledged_cb (CoquillDirectRoad *road, guint64 reference, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL || !place->up || self->traffic.sync == NULL)
    return;
  coquill_sync_acknowledged (self->traffic.sync, get_number (self, place), reference,
                             g_get_monotonic_time ());
  coquill_replica_pump (self);
}

static void
road_room_cb (CoquillDirectRoad *road, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place == NULL || !place->up || self->traffic.sync == NULL)
    return;
  coquill_sync_direct_room (self->traffic.sync, get_number (self, place), g_get_monotonic_time ());
  coquill_replica_pump (self);
}

static void
road_state_cb (CoquillDirectRoad *road, GParamSpec *spec, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);
  CoquillDirectState state = coquill_direct_road_get_state (road);
  gboolean suspect = state == COQUILL_DIRECT_SUSPECT;

  if (place == NULL)
    return;
  /* TURN's credentials age: those for the next attempt are asked for when it may be near. */
  if (state == COQUILL_DIRECT_RELAY || state == COQUILL_DIRECT_SUSPECT)
    coquill_replica_ask_services (self);
  if (place->up && place->suspect != suspect && self->traffic.sync != NULL)
    {
      place->suspect = suspect;
      coquill_sync_direct_suspect (self->traffic.sync, get_number (self, place), suspect,
                                   g_get_monotonic_time ());
      coquill_replica_pump (self);
    }
}

/* Whose place is to be had by somebody else, since the other has no room for this one. */
static void
road_why_cb (CoquillDirectRoad *road, GParamSpec *spec, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);
  CoquillReplicaPeer *peer;

  if (place == NULL)
    return;
  show (self, place);
  if (coquill_direct_road_get_why (road) != COQUILL_DIRECT_WHY_TOO_MANY)
    return;
  peer = coquill_replica_people_get (self, place->device);
  peer->declined = g_get_monotonic_time ();
  coquill_replica_direct_update (self);
}

static void
road_figures_cb (CoquillDirectRoad *road, GParamSpec *spec, CoquillReplica *self)
{
  CoquillReplicaDirect *place = find_road (self, road);

  if (place != NULL)
    show (self, place);
}

void
coquill_replica_direct_connect (CoquillReplica *self, CoquillDirectRoad *road)
{
  g_signal_connect_object (road, "signal", G_CALLBACK (road_signal_cb), self, 0);
  g_signal_connect_object (road, "greet", G_CALLBACK (road_greet_cb), self, 0);
  g_signal_connect_object (road, "greeted", G_CALLBACK (road_greeted_cb), self, 0);
  g_signal_connect_object (road, "up", G_CALLBACK (road_up_cb), self, 0);
  g_signal_connect_object (road, "down", G_CALLBACK (road_down_cb), self, 0);
  g_signal_connect_object (road, "received", G_CALLBACK (road_received_cb), self, 0);
  g_signal_connect_object (road, "acknowledged", G_CALLBACK (road_acknowledged_cb), self, 0);
  g_signal_connect_object (road, "room", G_CALLBACK (road_room_cb), self, 0);
  g_signal_connect_object (road, "notify::state", G_CALLBACK (road_state_cb), self, 0);
  g_signal_connect_object (road, "notify::why", G_CALLBACK (road_why_cb), self, 0);
  g_signal_connect_object (road, "notify::round-trip", G_CALLBACK (road_figures_cb), self, 0);
  g_signal_connect_object (road, "notify::sent-bytes", G_CALLBACK (road_figures_cb), self, 0);
  g_signal_connect_object (road, "notify::relayed", G_CALLBACK (road_figures_cb), self, 0);
}

/* Envelopes */

gboolean
coquill_replica_direct_post (
    CoquillReplica *self, guint number, GBytes *envelope, guint64 reference, gboolean live)
{
  CoquillReplicaDirect *place = find_number (self, number);

  return place != NULL && coquill_direct_road_post (place->road, envelope, reference, live);
}

gboolean
coquill_replica_direct_has (CoquillReplica *self, guint number)
{
  return find_number (self, number) != NULL;
}

void
coquill_replica_direct_give_credit (CoquillReplica *self)
{
  if (self->traffic.pending_bytes > COQUILL_REPLICA_PENDING_BYTES)
    return;
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    {
      CoquillReplicaDirect *place = &self->direct.places[i];
      gsize owed = place->owed;

      place->owed = 0;
      if (place->road != NULL && place->up && owed > 0)
        coquill_direct_road_consumed (place->road, owed);
    }
}
