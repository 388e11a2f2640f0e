/* sync-outgoing.c: bodies on their way to the mailbox: a queue and a window */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

void
coquill_sync_outgoing_free (CoquillSyncOutgoing *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

void
coquill_sync_enqueue (
    CoquillSync *self, CoquillPayloadKind kind, GBytes *body, gboolean local, guint64 reference, gint64 now)
{
  CoquillSyncOutgoing *outgoing = g_new0 (CoquillSyncOutgoing, 1);

  outgoing->serial = self->next_serial++;
  outgoing->kind = kind;
  outgoing->body = g_bytes_ref (body);
  outgoing->local = local;
  outgoing->reference = reference;
  outgoing->since = now;
  g_queue_push_tail (&self->waiting, outgoing);
  self->waiting_bytes += g_bytes_get_size (body);
  if (self->coverage != NULL)
    coquill_coverage_add_body (self->coverage, kind, body);
}

void
coquill_sync_pump (CoquillSync *self, gint64 now)
{
  if (self->state == COQUILL_SYNC_DOWN || now < self->post_after)
    return;
  self->post_after = 0;
  while (self->waiting.length > 0)
    {
      CoquillSyncOutgoing *outgoing = g_queue_peek_head (&self->waiting);
      gsize size = g_bytes_get_size (outgoing->body);
      guint n_posted = g_hash_table_size (self->posted);
      CoquillSyncAction *action;

      if (n_posted >= COQUILL_SYNC_WINDOW_POSTS
          || (n_posted > 0 && self->posted_bytes + size > COQUILL_SYNC_WINDOW_BYTES))
        return;
      g_queue_pop_head (&self->waiting);
      self->waiting_bytes -= size;
      self->posted_bytes += size;
      g_hash_table_insert (self->posted, &outgoing->serial, outgoing);
      action = coquill_sync_push (self, COQUILL_SYNC_POST);
      action->payload_kind = outgoing->kind;
      action->body = g_bytes_ref (outgoing->body);
      action->reference = outgoing->serial;
    }
}

static int
compare_serials (gconstpointer a, gconstpointer b, gpointer data)
{
  const CoquillSyncOutgoing *left = a;
  const CoquillSyncOutgoing *right = b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

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
  self->posted_bytes -= g_bytes_get_size (outgoing->body);
  g_hash_table_remove (self->posted, &reference);
  coquill_sync_update (self, now);
}

void
coquill_sync_unposted (CoquillSync *self, guint road, guint64 reference, gint64 now)
{
  CoquillSyncOutgoing *outgoing = g_hash_table_lookup (self->posted, &reference);

  if (outgoing != NULL)
    {
      g_hash_table_steal (self->posted, &reference);
      put_back (self, outgoing);
      self->post_after = now + COQUILL_SYNC_RETRY_POST;
    }
  coquill_sync_update (self, now);
}

void
coquill_sync_local (CoquillSync *self, CoquillPayloadKind kind, GBytes *body, guint64 reference, gint64 now)
{
  if (self->shared)
    {
      coquill_sync_enqueue (self, kind, body, TRUE, reference, now);
      self->last_local = now;
    }
  coquill_sync_update (self, now);
}

gint64
coquill_sync_get_flush_time (CoquillSync *self, gint64 now)
{
  if (self->state == COQUILL_SYNC_DOWN || g_hash_table_size (self->posted) + self->waiting.length == 0)
    return now;

  return self->last_local + COQUILL_SYNC_GATHER_MAX;
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

gboolean
coquill_sync_has_unsent_log (CoquillSync *self)
{
  GHashTableIter iter;
  gpointer value;

  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    if (((const CoquillSyncOutgoing *)link->data)->kind == COQUILL_PAYLOAD_LOG)
      return TRUE;
  g_hash_table_iter_init (&iter, self->posted);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((const CoquillSyncOutgoing *)value)->kind == COQUILL_PAYLOAD_LOG)
      return TRUE;

  return FALSE;
}
