/* sync-presence.c: where people are: coalesced, on the roads that need it */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include "wire/presence.h"

static void
note_farewell (CoquillSync *self, const CoquillPayload *payload, gint64 now)
{
  CoquillSyncFarewell *farewell;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->farewells);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (now - ((const CoquillSyncFarewell *)value)->at >= COQUILL_SYNC_PEER_SILENCE)
      g_hash_table_iter_remove (&iter);
  if (g_hash_table_size (self->farewells) >= COQUILL_SYNC_MAX_PEERS)
    return;
  farewell = g_new0 (CoquillSyncFarewell, 1);
  farewell->counter = payload->counter;
  farewell->at = now;
  g_hash_table_insert (self->farewells, g_bytes_new (payload->sender, 32), farewell);
}

void
coquill_sync_receive_presence (CoquillSync *self,
                               CoquillSyncPeer *peer,
                               const CoquillPayload *payload,
                               gint64 now)
{
  g_autoptr (CoquillPresence) presence = NULL;

  if (payload->counter < peer->presence_counter)
    return;
  presence = coquill_presence_decode (payload->body, NULL);
  if (presence == NULL)
    return;
  peer->presence_counter = payload->counter;
  coquill_sync_tell_peer (self, COQUILL_SYNC_PRESENCE, payload->sender, payload->body);
  if (presence->leaving)
    {
      coquill_sync_lose (self, payload->sender);
      note_farewell (self, payload, now);
    }
}

void
coquill_sync_set_presence (CoquillSync *self, GBytes *presence, gint64 now)
{
  if (presence != NULL)
    {
      g_bytes_ref (presence);
      self->leaving = FALSE;
    }
  g_clear_pointer (&self->presence, g_bytes_unref);
  self->presence = presence;
  self->presence_due = MAX (now, self->presence_sent + COQUILL_SYNC_PRESENCE_PAUSE);
  coquill_sync_update (self, now);
}

void
coquill_sync_leave (CoquillSync *self, GBytes *leaving, gint64 now)
{
  guint64 roads = coquill_sync_all_roads (self);

  g_clear_pointer (&self->presence, g_bytes_unref);
  self->leaving = TRUE;
  if (roads != 0 && coquill_sync_can_speak (self))
    coquill_sync_say (self, roads, COQUILL_PAYLOAD_PRESENCE, leaving, NULL);
  coquill_sync_update (self, now);
}

/* Everyone there directly; the relay only for those who are not, and now and then for who doesn't know us
 * yet. Where much is on its way it waits. */
static guint64
presence_roads (CoquillSync *self, gint64 now)
{
  guint64 roads = 0;

  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL && self->direct[road]->posted_bytes < COQUILL_SYNC_PRESSURE)
      roads |= COQUILL_SYNC_ROAD_BIT (road);
  if (self->mailbox_state != COQUILL_SYNC_DOWN && self->posted_bytes < COQUILL_SYNC_PRESSURE
      && (now - self->presence_relayed >= COQUILL_SYNC_PRESENCE_KEEP_ALIVE
          || !coquill_sync_reaches_all (self, now)))
    roads |= COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY);

  return roads;
}

void
coquill_sync_tend_presence (CoquillSync *self, gint64 now)
{
  guint64 roads;

  if (self->presence == NULL || now < self->presence_due || !coquill_sync_can_speak (self))
    return;
  roads = presence_roads (self, now);
  self->presence_due = now + (roads != 0 ? COQUILL_SYNC_PRESENCE_KEEP_ALIVE : COQUILL_SYNC_PRESENCE_PAUSE);
  if (roads == 0)
    return;
  coquill_sync_say (self, roads, COQUILL_PAYLOAD_PRESENCE, self->presence, NULL);
  self->presence_sent = now;
  if (roads & COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY))
    self->presence_relayed = now;
}
