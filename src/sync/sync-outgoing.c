/* sync-outgoing.c: bodies on their way to the mailbox: a queue and a window */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

void
coquill_sync_outgoing_free (CoquillSyncOutgoing *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

static CoquillSyncOutgoing *
outgoing_new (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gint64 now)
{
  CoquillSyncOutgoing *outgoing = g_new0 (CoquillSyncOutgoing, 1);

  outgoing->serial = self->next_serial++;
  outgoing->kind = kind;
  outgoing->body = g_bytes_ref (body);
  outgoing->since = now;
  outgoing->due = now;
  if (kind == COQUILL_PAYLOAD_LOG)
    self->n_unsent_log++;
  if (self->coverage != NULL)
    coquill_coverage_add_body (self->coverage, kind, body);

  return outgoing;
}

static void
wait_in_line (CoquillSync *self, CoquillSyncOutgoing *outgoing)
{
  g_queue_push_tail (&self->waiting, outgoing);
  self->waiting_bytes += g_bytes_get_size (outgoing->body);
}

static void
expect_confirmation (CoquillSync *self, CoquillSyncOutgoing *outgoing)
{
  self->posted_bytes += g_bytes_get_size (outgoing->body);
  g_hash_table_insert (self->posted, &outgoing->serial, outgoing);
}

static void
push_post (CoquillSync *self, const CoquillSyncOutgoing *outgoing, guint64 roads)
{
  CoquillSyncAction *action = coquill_sync_push (self, COQUILL_SYNC_POST);

  action->roads = roads;
  action->payload_kind = outgoing->kind;
  action->body = g_bytes_ref (outgoing->body);
  action->reference = outgoing->serial;
}

static gboolean
has_room (CoquillSync *self, const CoquillSyncOutgoing *outgoing)
{
  guint n_posted = g_hash_table_size (self->posted);
  gsize size = g_bytes_get_size (outgoing->body);

  return n_posted < COQUILL_SYNC_WINDOW_POSTS
         && (n_posted == 0 || self->posted_bytes + size <= COQUILL_SYNC_WINDOW_BYTES);
}

/* Who may do what is never late. */
static gboolean
may_be_late (CoquillSync *self, const CoquillSyncOutgoing *outgoing, gint64 now)
{
  return now < outgoing->due && !self->leaving && self->n_unsent_log == 0
         && coquill_sync_reaches_all (self, now);
}

static gboolean
may_post (CoquillSync *self, const CoquillSyncOutgoing *outgoing, gint64 now)
{
  return self->mailbox_state != COQUILL_SYNC_DOWN && now >= self->post_after && has_room (self, outgoing)
         && !may_be_late (self, outgoing, now);
}

void
coquill_sync_enqueue (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gint64 now)
{
  wait_in_line (self, outgoing_new (self, kind, body, now));
}

void
coquill_sync_pump (CoquillSync *self, gint64 now)
{
  CoquillSyncOutgoing *head;

  if (now >= self->post_after)
    self->post_after = 0;
  while ((head = g_queue_peek_head (&self->waiting)) != NULL && may_post (self, head, now))
    {
      g_queue_pop_head (&self->waiting);
      self->waiting_bytes -= g_bytes_get_size (head->body);
      expect_confirmation (self, head);
      push_post (self, head, COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY));
    }
}

gint64
coquill_sync_get_pump_time (CoquillSync *self)
{
  const CoquillSyncOutgoing *head = g_queue_peek_head (&self->waiting);

  if (self->mailbox_state == COQUILL_SYNC_DOWN || head == NULL || !has_room (self, head))
    return COQUILL_SYNC_NEVER;

  return self->post_after > 0 ? self->post_after : head->due;
}

static int
compare_serials (gconstpointer a, gconstpointer b, gpointer data)
{
  const CoquillSyncOutgoing *left = a;
  const CoquillSyncOutgoing *right = b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

/* What was posted is older than what waits, so its place is near the head. */
static void
put_back (CoquillSync *self, CoquillSyncOutgoing *outgoing)
{
  gsize size = g_bytes_get_size (outgoing->body);

  self->posted_bytes -= size;
  self->waiting_bytes += size;
  g_queue_insert_sorted (&self->waiting, outgoing, compare_serials, NULL);
}

void
coquill_sync_unpost_all (CoquillSync *self)
{
  GHashTableIter iter;
  gpointer outgoing;

  g_hash_table_iter_init (&iter, self->posted);
  while (g_hash_table_iter_next (&iter, NULL, &outgoing))
    {
      g_hash_table_iter_steal (&iter);
      put_back (self, outgoing);
    }
}

void
coquill_sync_stored (CoquillSync *self, guint road, guint64 reference, gint64 now)
{
  CoquillSyncOutgoing *outgoing = g_hash_table_lookup (self->posted, &reference);

  if (outgoing == NULL)
    return;
  if (outgoing->local)
    coquill_sync_push (self, COQUILL_SYNC_SENT)->reference = outgoing->reference;
  if (outgoing->kind == COQUILL_PAYLOAD_LOG)
    self->n_unsent_log--;
  self->posted_bytes -= g_bytes_get_size (outgoing->body);
  g_hash_table_remove (self->posted, &reference);
  coquill_sync_update (self, now);
}

void
coquill_sync_unposted (CoquillSync *self, guint road, guint64 reference, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);
  CoquillSyncOutgoing *outgoing
      = road == COQUILL_SYNC_ROAD_RELAY ? g_hash_table_lookup (self->posted, &reference) : NULL;

  if (direct != NULL)
    coquill_sync_unpost_parcel (direct, reference, now);
  if (outgoing != NULL)
    {
      g_hash_table_steal (self->posted, &reference);
      put_back (self, outgoing);
      self->post_after = now + COQUILL_SYNC_RETRY_POST;
    }
  coquill_sync_update (self, now);
}

/* One envelope for all who get it now. */
void
coquill_sync_local (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, guint64 reference, gint64 now)
{
  if (self->shared)
    {
      CoquillSyncOutgoing *outgoing = outgoing_new (self, kind, body, now);
      guint64 roads = coquill_sync_send_parcel (self, coquill_sync_direct_roads (self), outgoing->serial,
                                                kind, body, now);

      outgoing->local = TRUE;
      outgoing->reference = reference;
      outgoing->due = now + COQUILL_SYNC_MAILBOX_LAZY;
      self->last_local = now;
      self->last_change = now;
      if (self->waiting.length == 0 && may_post (self, outgoing, now))
        {
          expect_confirmation (self, outgoing);
          roads |= COQUILL_SYNC_ROAD_BIT (COQUILL_SYNC_ROAD_RELAY);
        }
      else
        wait_in_line (self, outgoing);
      if (roads != 0)
        push_post (self, outgoing, roads);
    }
  coquill_sync_update (self, now);
}

gint64
coquill_sync_get_flush_time (CoquillSync *self, gint64 now)
{
  gboolean gather = FALSE;

  for (guint road = 1; self->n_direct > 0 && road <= COQUILL_SYNC_MAX_DIRECT; road++)
    {
      const CoquillSyncDirect *direct = self->direct[road];

      if (direct == NULL || !coquill_sync_direct_is_healthy (direct, now))
        continue;
      if (direct->posted.length + direct->waiting.length == 0)
        return now;
      gather = TRUE;
    }
  if (!gather)
    gather = self->mailbox_state != COQUILL_SYNC_DOWN
             && g_hash_table_size (self->posted) + self->waiting.length > 0;

  return gather ? self->last_local + COQUILL_SYNC_GATHER_MAX : now;
}

gint64
coquill_sync_get_oldest_unsent (CoquillSync *self)
{
  gint64 oldest = COQUILL_SYNC_NEVER;
  const CoquillSyncOutgoing *head = g_queue_peek_head (&self->waiting);
  GHashTableIter iter;
  gpointer value;

  if (head != NULL)
    oldest = head->since;
  g_hash_table_iter_init (&iter, self->posted);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    oldest = MIN (oldest, ((const CoquillSyncOutgoing *)value)->since);

  return oldest;
}
