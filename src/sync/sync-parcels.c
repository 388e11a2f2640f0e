/* sync-parcels.c: bodies on their way over direct roads: queues and windows */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

void
coquill_sync_parcel_free (CoquillSyncParcel *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

static void
parcel_free_cb (gpointer parcel)
{
  coquill_sync_parcel_free (parcel);
}

static CoquillSyncParcel *
parcel_new (guint64 serial, CoquillPayloadKind kind, GBytes *body, gint64 now)
{
  CoquillSyncParcel *self = g_new0 (CoquillSyncParcel, 1);

  self->serial = serial;
  self->kind = kind;
  self->body = g_bytes_ref (body);
  self->at = now;

  return self;
}

static gboolean
has_room (const CoquillSyncDirect *direct, gsize size)
{
  return direct->resume_at == 0 && direct->posted.length < COQUILL_SYNC_DIRECT_WINDOW_POSTS
         && (direct->posted.length == 0 || direct->posted_bytes + size <= COQUILL_SYNC_DIRECT_WINDOW_BYTES);
}

gboolean
coquill_sync_wants_portion (const CoquillSyncDirect *direct)
{
  return direct->state == COQUILL_SYNC_DIFFERENCE && direct->portion.length == 0
         && direct->waiting.length == 0 && has_room (direct, 0);
}

static void
expect_acknowledgement (CoquillSyncDirect *direct, CoquillSyncParcel *parcel)
{
  g_queue_push_tail (&direct->posted, parcel);
  direct->posted_bytes += g_bytes_get_size (parcel->body);
}

/* It is further behind than what is kept for it: what it lacks is found out again. */
static void
start_over (CoquillSyncDirect *direct, gint64 now)
{
  g_queue_clear_full (&direct->waiting, parcel_free_cb);
  g_queue_clear_full (&direct->portion, parcel_free_cb);
  direct->backlog_bytes = 0;
  g_clear_pointer (&direct->coverage, coquill_coverage_free);
  coquill_sync_direct_enter (direct, COQUILL_SYNC_GREETING, now);
  direct->again_at = now + COQUILL_SYNC_RETRY_POST;
}

guint64
coquill_sync_send_parcel (
    CoquillSync *self, guint64 roads, guint64 serial, CoquillPayloadKind kind, GBytes *body, gint64 now)
{
  gsize size = g_bytes_get_size (body);
  guint64 posted = 0;

  for (guint road = 1; roads != 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      CoquillSyncDirect *direct = self->direct[road];
      CoquillSyncParcel *parcel;

      /* Whoever greets gets it with the difference. */
      if (direct == NULL || (roads & COQUILL_SYNC_ROAD_BIT (road)) == 0
          || direct->state == COQUILL_SYNC_GREETING)
        continue;
      if (direct->coverage != NULL)
        coquill_coverage_add_body (direct->coverage, kind, body);
      parcel = parcel_new (serial, kind, body, now);
      if (direct->waiting.length == 0 && has_room (direct, size))
        {
          expect_acknowledgement (direct, parcel);
          posted |= COQUILL_SYNC_ROAD_BIT (road);
          continue;
        }
      g_queue_push_tail (&direct->waiting, parcel);
      direct->backlog_bytes += size;
      if (direct->backlog_bytes > COQUILL_SYNC_DIRECT_BACKLOG_BYTES)
        start_over (direct, now);
    }

  return posted;
}

void
coquill_sync_add_portion (CoquillSync *self, CoquillSyncDirect *direct, const CoquillBody *body, gint64 now)
{
  g_queue_push_tail (&direct->portion, parcel_new (self->next_serial++, body->kind, body->bytes, now));
  direct->backlog_bytes += g_bytes_get_size (body->bytes);
}

void
coquill_sync_pump_direct (CoquillSync *self, CoquillSyncDirect *direct, gint64 now)
{
  if (now >= direct->resume_at)
    direct->resume_at = 0;
  while (direct->waiting.length + direct->portion.length > 0)
    {
      GQueue *queue = direct->waiting.length > 0 ? &direct->waiting : &direct->portion;
      CoquillSyncParcel *parcel = g_queue_peek_head (queue);
      CoquillSyncAction *action;

      if (!has_room (direct, g_bytes_get_size (parcel->body)))
        return;
      g_queue_pop_head (queue);
      direct->backlog_bytes -= g_bytes_get_size (parcel->body);
      parcel->at = now;
      expect_acknowledgement (direct, parcel);
      action = coquill_sync_push (self, COQUILL_SYNC_POST);
      action->roads = COQUILL_SYNC_ROAD_BIT (direct->road);
      action->payload_kind = parcel->kind;
      action->body = g_bytes_ref (parcel->body);
      action->reference = parcel->serial;
    }
}

/* Roads acknowledge in order, so it is the first one, or near it. Returns: (nullable) (transfer full): */
static CoquillSyncParcel *
take_posted (CoquillSyncDirect *direct, guint64 serial)
{
  for (GList *link = direct->posted.head; link != NULL; link = link->next)
    {
      CoquillSyncParcel *parcel = link->data;

      if (parcel->serial != serial)
        continue;
      g_queue_delete_link (&direct->posted, link);
      direct->posted_bytes -= g_bytes_get_size (parcel->body);
      return parcel;
    }

  return NULL;
}

void
coquill_sync_acknowledged (CoquillSync *self, guint road, guint64 reference, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);
  CoquillSyncParcel *parcel = direct != NULL ? take_posted (direct, reference) : NULL;

  g_clear_pointer (&parcel, coquill_sync_parcel_free);
  coquill_sync_update (self, now);
}

static int
compare_serials (gconstpointer a, gconstpointer b, gpointer data)
{
  const CoquillSyncParcel *left = a;
  const CoquillSyncParcel *right = b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

void
coquill_sync_unpost_parcel (CoquillSyncDirect *direct, guint64 serial, gint64 now)
{
  CoquillSyncParcel *parcel = take_posted (direct, serial);

  if (serial != 0 && serial == direct->hello_serial)
    direct->again_at = now + COQUILL_SYNC_RETRY_POST;
  if (parcel == NULL)
    return;
  direct->resume_at = now + COQUILL_SYNC_RETRY_POST;
  direct->backlog_bytes += g_bytes_get_size (parcel->body);
  g_queue_insert_sorted (&direct->waiting, parcel, compare_serials, NULL);
}

static void
cover (CoquillCoverage *coverage, const GQueue *parcels)
{
  for (GList *link = parcels->head; link != NULL; link = link->next)
    {
      const CoquillSyncParcel *parcel = link->data;

      coquill_coverage_add_body (coverage, parcel->kind, parcel->body);
    }
}

void
coquill_sync_cover_parcels (CoquillSyncDirect *direct)
{
  cover (direct->coverage, &direct->posted);
  cover (direct->coverage, &direct->portion);
  cover (direct->coverage, &direct->waiting);
}

static gint64
head_time (const GQueue *parcels)
{
  return parcels->head != NULL ? ((const CoquillSyncParcel *)parcels->head->data)->at : COQUILL_SYNC_NEVER;
}

gint64
coquill_sync_direct_oldest (const CoquillSyncDirect *direct)
{
  return MIN (MIN (head_time (&direct->posted), head_time (&direct->waiting)), head_time (&direct->portion));
}

gboolean
coquill_sync_direct_is_healthy (const CoquillSyncDirect *direct, gint64 now)
{
  gint64 oldest = coquill_sync_direct_oldest (direct);

  return direct->state == COQUILL_SYNC_LIVE && !direct->suspect && direct->resume_at == 0
         && direct->portion.length == 0
         && (oldest == COQUILL_SYNC_NEVER || now - oldest < COQUILL_SYNC_MAILBOX_LAZY);
}

gboolean
coquill_sync_reaches_all (CoquillSync *self, gint64 now)
{
  guint n_reached = 0;

  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      const CoquillSyncDirect *direct = self->direct[road];

      if (direct != NULL && coquill_sync_direct_is_healthy (direct, now)
          && coquill_sync_find_peer (self, direct->device) != NULL)
        n_reached++;
    }

  return n_reached > 0 && n_reached == g_hash_table_size (self->peers);
}

static gboolean
reaches (const CoquillSyncPeer *peer, const guint8 *device)
{
  for (gsize i = 0; peer != NULL && i < peer->n_reached; i++)
    if (memcmp (peer->reached[i].bytes, device, 32) == 0)
      return TRUE;

  return FALSE;
}

void
coquill_sync_pass_on (CoquillSync *self, const CoquillSyncIncoming *incoming, gint64 now)
{
  const CoquillSyncPeer *bringer = coquill_sync_find_peer (self, incoming->bringer);
  guint64 roads = 0;
  guint64 serial;

  for (guint i = 1; self->n_direct > 0 && i <= COQUILL_SYNC_MAX_DIRECT; i++)
    {
      const CoquillSyncDirect *direct = self->direct[i];
      const CoquillSyncPeer *peer;

      if (direct == NULL || memcmp (direct->device, incoming->bringer, sizeof direct->device) == 0)
        continue;
      peer = coquill_sync_find_peer (self, direct->device);
      if ((self->mailbox_state == COQUILL_SYNC_DOWN || (peer != NULL && peer->without_relay))
          && !reaches (bringer, direct->device))
        roads |= COQUILL_SYNC_ROAD_BIT (i);
    }
  if (roads == 0)
    return;
  serial = self->next_serial++;
  roads = coquill_sync_send_parcel (self, roads, serial, incoming->kind, incoming->body, now);
  if (roads != 0)
    {
      CoquillSyncAction *action = coquill_sync_push (self, COQUILL_SYNC_POST);

      action->roads = roads;
      action->payload_kind = incoming->kind;
      action->body = g_bytes_ref (incoming->body);
      action->reference = serial;
    }
}
