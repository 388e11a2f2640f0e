/* sync-direct.c: sessions of direct roads: hello, difference, live */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

static void
parcel_free_cb (gpointer parcel)
{
  coquill_sync_parcel_free (parcel);
}

void
coquill_sync_direct_free (CoquillSyncDirect *self)
{
  g_queue_clear_full (&self->waiting, parcel_free_cb);
  g_queue_clear_full (&self->portion, parcel_free_cb);
  g_queue_clear_full (&self->posted, parcel_free_cb);
  g_clear_pointer (&self->coverage, coquill_coverage_free);
  g_free (self);
}

CoquillSyncDirect *
coquill_sync_get_direct (CoquillSync *self, guint road)
{
  return road >= 1 && road <= COQUILL_SYNC_MAX_DIRECT ? self->direct[road] : NULL;
}

CoquillSyncDirect *
coquill_sync_find_direct (CoquillSync *self, const guint8 *device)
{
  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL && memcmp (self->direct[road]->device, device, 32) == 0)
      return self->direct[road];

  return NULL;
}

guint64
coquill_sync_direct_roads (CoquillSync *self)
{
  guint64 roads = 0;

  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL)
      roads |= COQUILL_SYNC_ROAD_BIT (road);

  return roads;
}

gboolean
coquill_sync_is_reached (const CoquillSyncDirect *self)
{
  return self->state == COQUILL_SYNC_LIVE && !self->suspect;
}

guint64
coquill_sync_all_roads (CoquillSync *self)
{
  return coquill_sync_direct_roads (self)
         | (self->mailbox_state != COQUILL_SYNC_DOWN ? COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY) : 0);
}

void
coquill_sync_direct_enter (CoquillSyncDirect *self, CoquillSyncState state, gint64 now)
{
  self->state = state;
  self->since = now;
}

void
coquill_sync_direct_ask (CoquillSyncDirect *self, gint64 at)
{
  self->ask_at = MIN (self->ask_at, at);
}

static guint64
roads_to_tell (CoquillSync *self)
{
  guint64 roads
      = self->mailbox_state != COQUILL_SYNC_DOWN ? COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY) : 0;

  for (guint road = 1; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    if (self->direct[road] != NULL && coquill_sync_is_reached (self->direct[road]))
      roads |= COQUILL_SYNC_ROAD_BIT (road);

  return roads;
}

/* Returns: whether a road was up */
static gboolean
drop (CoquillSync *self, guint road)
{
  if (coquill_sync_get_direct (self, road) == NULL)
    return FALSE;
  g_clear_pointer (&self->direct[road], coquill_sync_direct_free);
  self->n_direct--;

  return TRUE;
}

void
coquill_sync_direct_up (CoquillSync *self, guint road, const guint8 *device, gint64 now)
{
  CoquillSyncDirect *direct;

  g_return_if_fail (road >= 1 && road <= COQUILL_SYNC_MAX_DIRECT);

  drop (self, road);
  direct = g_new0 (CoquillSyncDirect, 1);
  direct->road = road;
  memcpy (direct->device, device, 32);
  coquill_sync_direct_enter (direct, COQUILL_SYNC_GREETING, now);
  direct->again_at = now;
  direct->ask_at = COQUILL_SYNC_NEVER;
  direct->heard_hello = now - COQUILL_SYNC_HELLO_PAUSE;
  if (self->n_direct == 0)
    self->told_roads = roads_to_tell (self); /* by the greeting */
  self->direct[road] = direct;
  self->n_direct++;
  self->shared = TRUE;
  if (self->coverage == NULL)
    coquill_sync_begin_coverage (self);
  coquill_sync_meet (self, device, now);
  if (self->presence != NULL)
    self->presence_due = MIN (self->presence_due, self->presence_sent + COQUILL_SYNC_PRESENCE_PAUSE);
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_down (CoquillSync *self, guint road, gint64 now)
{
  guint8 device[32];
  const CoquillSyncPeer *peer;

  if (coquill_sync_get_direct (self, road) == NULL)
    return;
  memcpy (device, self->direct[road]->device, sizeof device);
  drop (self, road);
  coquill_sync_orphan_brought (self, device);
  peer = coquill_sync_find_peer (self, device);
  if (peer != NULL && coquill_sync_find_direct (self, device) == NULL
      && (self->mailbox_state == COQUILL_SYNC_DOWN || now - peer->seen >= COQUILL_SYNC_PEER_SILENCE))
    coquill_sync_lose (self, device);
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_suspect (CoquillSync *self, guint road, gboolean suspect, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);

  if (direct != NULL)
    direct->suspect = suspect;
  coquill_sync_update (self, now);
}

void
coquill_sync_direct_room (CoquillSync *self, guint road, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);

  if (direct != NULL)
    direct->resume_at = 0;
  coquill_sync_update (self, now);
}

/* Difference */

static gboolean
covers_vector (CoquillCoverage *coverage, const CoquillWireVector *vector)
{
  for (gsize i = 0; i < vector->n_entries; i++)
    {
      const CoquillVectorEntry *entry = &vector->entries[i];
      CoquillAgent agent = { .ordinal = entry->ordinal, .nonce = entry->nonce };

      memcpy (agent.device, entry->device, 32);
      if (coquill_coverage_get_length (coverage, &agent) < entry->length)
        return FALSE;
    }

  return TRUE;
}

gboolean
coquill_sync_covers_all (CoquillSync *self, CoquillCoverage *coverage)
{
  g_autoptr (CoquillHello) own = coquill_hello_new ();

  coquill_document_get_vector (self->document, own);
  for (gsize i = 0; i < own->n_heads; i++)
    if (!coquill_coverage_has_entry (coverage, own->heads[i].bytes))
      return FALSE;

  return covers_vector (coverage, &own->vector) && covers_vector (coverage, &own->forks);
}

static void
begin_difference (CoquillSync *self, CoquillSyncDirect *direct, const CoquillHello *hello, gint64 now)
{
  g_clear_pointer (&direct->coverage, coquill_coverage_free);
  direct->coverage = coquill_coverage_new ();
  coquill_document_cover (self->document, &hello->vector, direct->coverage);
  coquill_document_cover (self->document, &hello->forks, direct->coverage);
  coquill_document_cover_log (self->document, hello->heads, hello->n_heads, direct->coverage);
  coquill_sync_cover_parcels (direct);
  direct->difference_at = now;
  if (!coquill_sync_covers_all (self, direct->coverage))
    {
      coquill_sync_direct_enter (direct, COQUILL_SYNC_DIFFERENCE, now);
      return;
    }
  g_clear_pointer (&direct->coverage, coquill_coverage_free);
  if (direct->state != COQUILL_SYNC_LIVE)
    coquill_sync_direct_enter (direct, COQUILL_SYNC_LIVE, now);
}

void
coquill_sync_direct_hello (CoquillSync *self,
                           CoquillSyncDirect *direct,
                           const CoquillHello *hello,
                           gint64 now)
{
  gboolean greets = hello->status == COQUILL_HELLO_GREETING;

  if (greets)
    {
      if (direct->state != COQUILL_SYNC_GREETING && now - direct->heard_hello < COQUILL_SYNC_HELLO_PAUSE)
        return;
      direct->heard_hello = now;
      coquill_sync_say_hello (self, COQUILL_SYNC_ROAD_BIT (direct->road), COQUILL_HELLO_ANSWER,
                              direct->device);
    }
  else if (direct->again_at == COQUILL_SYNC_NEVER)
    return;
  direct->again_at = COQUILL_SYNC_NEVER;
  begin_difference (self, direct, hello, now);
}

/* Returns: whether there is something to post now */
static gboolean
make_portion (CoquillSync *self, CoquillSyncDirect *direct, gint64 now)
{
  g_autoptr (GPtrArray) bodies = NULL;
  gboolean complete;

  if (!coquill_sync_wants_portion (direct) || now < direct->difference_at)
    return FALSE;
  if (!coquill_document_has_history (self->document))
    {
      direct->difference_at = now + COQUILL_SYNC_RETRY_HISTORY;
      return FALSE;
    }
  bodies = coquill_document_missing (self->document, direct->coverage, NULL, COQUILL_SYNC_DIFFERENCE_BYTES,
                                     &complete);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      coquill_sync_add_portion (self, direct, body, now);
      coquill_coverage_add_body (direct->coverage, body->kind, body->bytes);
    }
  if (complete)
    {
      g_clear_pointer (&direct->coverage, coquill_coverage_free);
      coquill_sync_direct_enter (direct, COQUILL_SYNC_LIVE, now);
    }

  return bodies->len > 0;
}

/* Tending */

static void
greet (CoquillSync *self, CoquillSyncDirect *direct, gint64 now)
{
  CoquillSyncAction *action = coquill_sync_say_hello (self, COQUILL_SYNC_ROAD_BIT (direct->road),
                                                      COQUILL_HELLO_GREETING, direct->device);

  direct->ask_at = COQUILL_SYNC_NEVER;
  direct->again_at = now + COQUILL_SYNC_HELLO_AGAIN;
  if (action == NULL)
    return;
  direct->hello_serial = self->next_serial++;
  action->reference = direct->hello_serial;
}

static void
tell_news (CoquillSync *self, gint64 now)
{
  guint64 roads = roads_to_tell (self);

  if (roads == self->told_roads || now < self->news_after)
    return;
  self->told_roads = roads;
  self->news_after = now + COQUILL_SYNC_NEWS_PAUSE;
  coquill_sync_say_hello (self, coquill_sync_direct_roads (self), COQUILL_HELLO_ANSWER, NULL);
}

/* Comparing while somebody types finds what is on its way, so it waits for a pause, but not for ever. */
static gint64
round_time (CoquillSync *self)
{
  if (self->mailbox_state != COQUILL_SYNC_DOWN || self->undecided_bytes > COQUILL_SYNC_ROUND_UNDECIDED)
    return COQUILL_SYNC_NEVER;

  return MIN (MAX (self->round_at, self->last_change + COQUILL_SYNC_ROUND_PAUSE),
              self->round_at + COQUILL_SYNC_ROUND_LAST);
}

/* Without the relay nothing but comparing finds what was lost between two roads. */
static void
compare (CoquillSync *self, gint64 now)
{
  if (now < round_time (self))
    return;
  self->round_at = now + COQUILL_SYNC_ROUND;
  for (guint i = 0; i < COQUILL_SYNC_MAX_DIRECT; i++)
    {
      CoquillSyncDirect *direct;

      self->round_road = self->round_road % COQUILL_SYNC_MAX_DIRECT + 1;
      direct = self->direct[self->round_road];
      if (direct == NULL || direct->state != COQUILL_SYNC_LIVE || direct->suspect)
        continue;
      coquill_sync_direct_ask (direct, now);
      return;
    }
}

void
coquill_sync_tend_direct (CoquillSync *self, gint64 now)
{
  if (self->n_direct == 0)
    return;
  tell_news (self, now);
  compare (self, now);
  for (guint road = 1; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      CoquillSyncDirect *direct = self->direct[road];

      if (direct == NULL)
        continue;
      if (now >= MIN (direct->ask_at, direct->again_at))
        greet (self, direct, now);
      do
        coquill_sync_pump_direct (self, direct, now);
      while (make_portion (self, direct, now));
    }
}

gint64
coquill_sync_get_direct_time (CoquillSync *self)
{
  gint64 next = COQUILL_SYNC_NEVER;

  if (self->n_direct == 0)
    return next;
  if (roads_to_tell (self) != self->told_roads)
    next = self->news_after;
  next = MIN (next, round_time (self));
  for (guint road = 1; road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      const CoquillSyncDirect *direct = self->direct[road];

      if (direct == NULL)
        continue;
      next = MIN (next, MIN (direct->ask_at, direct->again_at));
      if (direct->resume_at > 0)
        next = MIN (next, direct->resume_at);
      if (coquill_sync_wants_portion (direct))
        next = MIN (next, direct->difference_at);
    }

  return next;
}
