/* sync-brought.c: what direct roads brought and the mailbox may lack */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

#include "wire/signed-change.h"

void
coquill_sync_brought_free (CoquillSyncBrought *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

static void
forget (CoquillSync *self, GList *link)
{
  CoquillSyncBrought *brought = link->data;

  g_hash_table_remove (self->brought_links, brought->body);
  self->brought_bytes -= g_bytes_get_size (brought->body);
  g_queue_delete_link (&self->brought, link);
  coquill_sync_brought_free (brought);
}

void
coquill_sync_forget_brought (CoquillSync *self, GBytes *body)
{
  GList *link = g_hash_table_lookup (self->brought_links, body);

  if (link != NULL)
    forget (self, link);
}

static gboolean
is_without_relay (CoquillSync *self, const guint8 *device)
{
  const CoquillSyncPeer *peer = coquill_sync_find_peer (self, device);

  return peer != NULL && peer->without_relay;
}

/* How many whom the bringer reaches come before us. */
static guint
count_before (CoquillSync *self, const CoquillSyncPeer *bringer)
{
  const guint8 *own = coquill_document_get_device (self->document);
  guint n = 0;

  for (gsize i = 0; i < bringer->n_reached; i++)
    if (memcmp (bringer->reached[i].bytes, own, 32) < 0
        && !is_without_relay (self, bringer->reached[i].bytes))
      n++;

  return n;
}

/* When it is our turn. */
static gint64
due (CoquillSync *self, const CoquillSyncBrought *brought)
{
  gint64 since = MAX (brought->at, self->live_since);
  const CoquillSyncPeer *bringer = coquill_sync_find_peer (self, brought->bringer);
  guint8 spread = coquill_document_get_device (self->document)[0];

  if (brought->is_own || brought->is_due)
    return since;
  if (bringer == NULL || brought->is_orphaned)
    return since + COQUILL_SYNC_BROUGHT_LEFT + COQUILL_SYNC_BROUGHT_SPREAD * spread / 255;

  return since
         + (bringer->without_relay ? COQUILL_SYNC_BROUGHT_TURN * count_before (self, bringer)
                                   : COQUILL_SYNC_BROUGHT_LAST);
}

/* Whether this device wrote some of it: a run that was killed had sent it and not stored it. */
static gboolean
is_own (CoquillSync *self, CoquillPayloadKind kind, GBytes *body)
{
  const guint8 *own = coquill_document_get_device (self->document);
  g_autoptr (CoquillSignedChange) change
      = kind == COQUILL_PAYLOAD_CHANGE ? coquill_signed_change_decode (body, NULL) : NULL;

  for (gsize i = 0; change != NULL && i < change->n_seals; i++)
    if (memcmp (change->seals[i].device, own, sizeof change->seals[i].device) == 0)
      return TRUE;

  return FALSE;
}

void
coquill_sync_note_brought (
    CoquillSync *self, CoquillPayloadKind kind, GBytes *body, const guint8 *bringer, gint64 now)
{
  CoquillSyncBrought *brought;

  /* A mailbox that is new to us is compared with everything anyway. */
  if (!self->has_mailbox || g_hash_table_contains (self->brought_links, body))
    return;
  brought = g_new0 (CoquillSyncBrought, 1);
  brought->kind = kind;
  brought->body = g_bytes_ref (body);
  memcpy (brought->bringer, bringer, sizeof brought->bringer);
  brought->at = now;
  brought->is_own = is_own (self, kind, body);
  g_queue_push_tail (&self->brought, brought);
  g_hash_table_insert (self->brought_links, brought->body, self->brought.tail);
  self->brought_bytes += g_bytes_get_size (body);
  self->brought_at = MIN (self->brought_at, due (self, brought));
  if (self->brought.length <= COQUILL_SYNC_BROUGHT_BODIES
      && self->brought_bytes <= COQUILL_SYNC_BROUGHT_BYTES)
    return;
  /* Too much to remember one by one: a difference finds it, when there is need. */
  while (self->brought.head != NULL)
    forget (self, self->brought.head);
  if (!self->brought_more)
    self->brought_more_at = now;
  self->brought_more = TRUE;
  self->brought_at = MIN (self->brought_at, now + COQUILL_SYNC_BROUGHT_LAST);
  self->lacking |= is_without_relay (self, bringer);
}

void
coquill_sync_orphan_brought (CoquillSync *self, const guint8 *device)
{
  for (GList *link = self->brought.head; link != NULL; link = link->next)
    {
      CoquillSyncBrought *brought = link->data;

      if (memcmp (brought->bringer, device, sizeof brought->bringer) != 0)
        continue;
      brought->is_orphaned = TRUE;
      self->brought_at = MIN (self->brought_at, due (self, brought));
    }
}

void
coquill_sync_hand_over (CoquillSync *self, gint64 now)
{
  for (GList *link = self->brought.head; link != NULL; link = link->next)
    ((CoquillSyncBrought *)link->data)->is_due = TRUE;
  if (self->brought.length > 0)
    self->brought_at = now;
  self->lacking |= self->brought_more;
  coquill_sync_update (self, now);
}

gboolean
coquill_sync_is_handed_over (CoquillSync *self, gint64 time)
{
  const CoquillSyncBrought *oldest = g_queue_peek_head (&self->brought);

  return (oldest == NULL || oldest->at > time) && (!self->brought_more || self->brought_more_at > time);
}

gboolean
coquill_sync_owes_mailbox (CoquillSync *self)
{
  for (GList *link = self->brought.head; link != NULL; link = link->next)
    {
      const CoquillSyncBrought *brought = link->data;
      const CoquillSyncPeer *bringer = coquill_sync_find_peer (self, brought->bringer);

      if (brought->is_own || brought->is_orphaned || bringer == NULL || bringer->without_relay)
        return TRUE;
    }

  return self->brought_more;
}

gint64
coquill_sync_get_brought_time (CoquillSync *self)
{
  return self->mailbox_state == COQUILL_SYNC_LIVE && !self->barrier ? self->brought_at : COQUILL_SYNC_NEVER;
}

void
coquill_sync_tend_brought (CoquillSync *self, gint64 now)
{
  gint64 next = COQUILL_SYNC_NEVER;

  if (now < coquill_sync_get_brought_time (self))
    return;
  if (self->brought_more && !coquill_sync_covers_all (self, self->coverage))
    next = now + COQUILL_SYNC_BROUGHT_LAST;
  else
    self->brought_more = FALSE;
  for (GList *link = self->brought.head, *after; link != NULL; link = after)
    {
      const CoquillSyncBrought *brought = link->data;
      gint64 at = due (self, brought);

      after = link->next;
      if (now < at)
        {
          next = MIN (next, at);
          continue;
        }
      if (!coquill_coverage_has_body (self->coverage, brought->kind, brought->body))
        coquill_sync_enqueue (self, brought->kind, brought->body, now);
      forget (self, link);
    }
  self->brought_at
      = next != COQUILL_SYNC_NEVER ? MAX (next, now + COQUILL_SYNC_BROUGHT_PAUSE) : COQUILL_SYNC_NEVER;
}
