/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-services.c: where direct roads ask for their own addresses: the relay's STUN, and TURN. */

#include "config.h"

#include "replica/replica-private.h"

static void
set_servers (CoquillReplica *self, CoquillIceServers *servers)
{
  CoquillReplicaRoads *direct = &self->direct;

  g_clear_pointer (&direct->servers, coquill_ice_servers_unref);
  direct->servers = servers;
  direct->servers_known = TRUE;
  for (guint i = 0; i < COQUILL_REPLICA_MAX_DIRECT; i++)
    if (direct->places[i].road != NULL)
      coquill_direct_road_set_servers (direct->places[i].road, servers);
}

static void
servers_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  g_autoptr (GError) error = NULL;
  CoquillIceServers *servers = coquill_ice_servers_new_from_services_finish (result, &error);

  if (servers == NULL) /* cancelled: the road that was asked is gone */
    return;
  self->direct.asking = FALSE;
  set_servers (self, servers);
  /* The relay went and came back meanwhile: what was said before counts no more. */
  if (self->direct.services == NULL)
    coquill_replica_ask_services (self);
}

static void
services_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CoquillReplica) self = data;
  CoquillRelayRoad *road = COQUILL_RELAY_ROAD (source);
  g_autoptr (GError) error = NULL;
  CoquillRelayServices *services = coquill_relay_road_get_services_finish (road, result, &error);
  g_autoptr (GSocketAddress) address = NULL;

  if (road != self->traffic.road)
    {
      g_clear_pointer (&services, coquill_relay_services_free);
      return;
    }
  if (services == NULL)
    {
      /* An old relay, or it went: own addresses, and those known from before, have to do. */
      g_debug ("Document %.8s: no services: %s", self->id, error->message);
      self->direct.asking = FALSE;
      if (!self->direct.servers_known)
        set_servers (self, NULL);
      return;
    }
  g_clear_pointer (&self->direct.services, coquill_relay_services_free);
  self->direct.services = services;
  address = coquill_relay_road_get_remote_address (road);
  coquill_ice_servers_new_from_services_async (
      address, services->stun_port, (const char *const *)services->turn, services->user, services->password,
      self->traffic.cancellable, servers_cb, g_object_ref (self));
}

void
coquill_replica_ask_services (CoquillReplica *self)
{
  CoquillReplicaRoads *direct = &self->direct;

  if (direct->asking || self->traffic.road == NULL
      || coquill_relay_road_get_state (self->traffic.road) != COQUILL_RELAY_ROAD_UP
      || (direct->services != NULL && coquill_relay_services_is_fresh (direct->services, g_get_real_time ())))
    return;
  direct->asking = TRUE;
  coquill_relay_road_get_services_async (self->traffic.road, self->traffic.cancellable, services_cb,
                                         g_object_ref (self));
}

void
coquill_replica_clear_services (CoquillReplica *self)
{
  CoquillReplicaRoads *direct = &self->direct;

  g_clear_pointer (&direct->services, coquill_relay_services_free);
  g_clear_pointer (&direct->servers, coquill_ice_servers_unref);
  direct->servers_known = FALSE;
  direct->asking = FALSE;
}
