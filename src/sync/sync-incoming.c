/* sync-incoming.c: bodies that came: given out once, pinned until they are accepted, passed on */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

void
coquill_sync_incoming_free (CoquillSyncIncoming *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

/* The mailbox has what is in it. Not before it was looked at: anybody who is in the room can make up a body
 * that names items of others, and then nobody would bring those. */
static void
cover (CoquillSync *self, CoquillPayloadKind kind, GBytes *body)
{
  if (self->coverage != NULL)
    coquill_coverage_add_body (self->coverage, kind, body);
}

/* The second copy, by the relay, of a body that was given out a moment ago. */
static void
note_relayed (CoquillSync *self, CoquillPayloadKind kind, GBytes *body)
{
  CoquillSyncIncoming *incoming = g_hash_table_lookup (self->recent_set, body);

  if (incoming == NULL)
    incoming = g_hash_table_lookup (self->held, body);
  if (incoming != NULL)
    incoming->relayed = TRUE;
  else
    cover (self, kind, body);
}

static void
remember (CoquillSync *self, CoquillSyncIncoming *incoming)
{
  if (g_bytes_get_size (incoming->body) > COQUILL_SYNC_RECENT_BYTES)
    return;
  if (self->recent.length >= COQUILL_SYNC_RECENT_BODIES)
    {
      GBytes *oldest = g_queue_pop_tail (&self->recent);

      g_hash_table_remove (self->recent_set, oldest);
      g_bytes_unref (oldest);
    }
  g_queue_push_head (&self->recent, g_bytes_ref (incoming->body));
  g_hash_table_insert (self->recent_set, incoming->body, incoming);
}

void
coquill_sync_receive_body (CoquillSync *self, guint road, CoquillPayloadKind kind, GBytes *body)
{
  const CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);
  CoquillSyncIncoming *incoming;
  CoquillSyncAction *action;
  guint64 *serial;

  if (road == COQUILL_SYNC_ROAD_RELAY)
    {
      coquill_sync_forget_brought (self, body);
      if (self->mailbox_state == COQUILL_SYNC_FETCHING)
        self->catching_up = TRUE;
    }
  /* If the first copy still needs its pin, that is older than one of now would be. */
  if (g_hash_table_contains (self->recent_set, body))
    {
      if (road == COQUILL_SYNC_ROAD_RELAY)
        note_relayed (self, kind, body);
      return;
    }
  serial = g_new (guint64, 1);
  *serial = self->next_serial++;
  incoming = g_new0 (CoquillSyncIncoming, 1);
  incoming->kind = kind;
  incoming->body = g_bytes_ref (body);
  incoming->pin = self->fetched;
  incoming->road = road;
  incoming->relayed = road == COQUILL_SYNC_ROAD_RELAY;
  if (direct != NULL)
    memcpy (incoming->bringer, direct->device, sizeof incoming->bringer);
  remember (self, incoming);
  g_hash_table_insert (self->undecided, serial, incoming);
  self->undecided_bytes += g_bytes_get_size (body);
  action = coquill_sync_push (self, COQUILL_SYNC_ACCEPT);
  action->payload_kind = kind;
  action->body = g_bytes_ref (body);
  action->reference = *serial;
}

/* Dropped: the mailbox is read again, or the peer compares with us again. */
static void
note_full (CoquillSync *self, const CoquillSyncIncoming *incoming, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_find_direct (self, incoming->bringer);

  if (direct != NULL)
    coquill_sync_direct_ask (direct, now + COQUILL_SYNC_RETRY_FETCH);
  else
    {
      self->dropped = MIN (self->dropped, incoming->pin);
      self->refetch_at = MIN (self->refetch_at, now + COQUILL_SYNC_RETRY_FETCH);
    }
}

static void
note_accepted (CoquillSync *self, const CoquillSyncIncoming *incoming, gint64 now)
{
  self->last_change = now;
  if (incoming->road != COQUILL_SYNC_ROAD_RELAY)
    coquill_sync_note_brought (self, incoming->kind, incoming->body, incoming->bringer, now);
  coquill_sync_pass_on (self, incoming, now);
}

/* What was dropped or refused is looked at again if it comes again. */
static void
note_decided (CoquillSync *self, CoquillSyncIncoming *incoming, CoquillAccept result)
{
  const CoquillSyncIncoming *held = g_hash_table_lookup (self->held, incoming->body);

  self->undecided_bytes -= g_bytes_get_size (incoming->body);
  if (result == COQUILL_ACCEPT_FULL || result == COQUILL_ACCEPT_REFUSED)
    g_hash_table_remove (self->recent_set, incoming->body);
  else if (g_hash_table_lookup (self->recent_set, incoming->body) == incoming)
    g_hash_table_insert (self->recent_set, incoming->body, NULL);
  incoming->relayed |= held != NULL && held->relayed;
  if (incoming->relayed && (result == COQUILL_ACCEPT_ACCEPTED || result == COQUILL_ACCEPT_KNOWN))
    cover (self, incoming->kind, incoming->body);
}

void
coquill_sync_accepted (
    CoquillSync *self, guint64 reference, CoquillAccept result, GPtrArray *accepted, gint64 now)
{
  g_autofree guint64 *serial = NULL;
  CoquillSyncIncoming *incoming = NULL;

  if (g_hash_table_steal_extended (self->undecided, &reference, (gpointer *)&serial, (gpointer *)&incoming))
    {
      note_decided (self, incoming, result);
      if (result == COQUILL_ACCEPT_FULL)
        note_full (self, incoming, now);
      if (result == COQUILL_ACCEPT_ACCEPTED)
        note_accepted (self, incoming, now);
    }
  for (guint i = 0; accepted != NULL && i < accepted->len; i++)
    {
      GBytes *body = ((const CoquillBody *)g_ptr_array_index (accepted, i))->bytes;
      const CoquillSyncIncoming *held = g_hash_table_lookup (self->held, body);

      if (held != NULL && held->relayed)
        cover (self, held->kind, body);
      if (held != NULL && (incoming == NULL || !g_bytes_equal (body, incoming->body)))
        note_accepted (self, held, now);
      g_hash_table_remove (self->held, body);
    }
  if (incoming != NULL && result == COQUILL_ACCEPT_HELD)
    {
      const CoquillSyncIncoming *earlier = g_hash_table_lookup (self->held, incoming->body);

      if (earlier != NULL)
        incoming->pin = MIN (incoming->pin, earlier->pin);
      g_hash_table_replace (self->held, g_bytes_ref (incoming->body), incoming);
    }
  else if (incoming != NULL)
    {
      if (result != COQUILL_ACCEPT_FULL)
        g_hash_table_remove (self->held, incoming->body);
      coquill_sync_incoming_free (incoming);
    }
  coquill_sync_update (self, now);
}
