/* sync-mailbox.c: the relay's session: fetch, difference, live */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/sync-private.h"

#include <string.h>

guint64
coquill_sync_cursor (CoquillSync *self)
{
  guint64 cursor = MIN (self->fetched, self->dropped);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->undecided);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    cursor = MIN (cursor, ((const CoquillSyncIncoming *)value)->pin);
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    cursor = MIN (cursor, ((const CoquillSyncIncoming *)value)->pin);

  return cursor;
}

void
coquill_sync_restore_cursor (CoquillSync *self, const guint8 *mailbox, guint64 position)
{
  if (position == 0)
    return;
  memcpy (self->mailbox, mailbox, COQUILL_SYNC_MAILBOX_SIZE);
  self->has_mailbox = TRUE;
  self->fetched = position;
}

gboolean
coquill_sync_get_cursor (CoquillSync *self, guint8 *mailbox, guint64 *position)
{
  if (!self->has_mailbox)
    return FALSE;
  memcpy (mailbox, self->mailbox, COQUILL_SYNC_MAILBOX_SIZE);
  *position = coquill_sync_owes_mailbox (self) ? 0 : coquill_sync_cursor (self);

  return TRUE;
}

static void
fetch (CoquillSync *self, guint64 after)
{
  self->fetching = TRUE;
  self->fetch_due = FALSE;
  coquill_sync_push (self, COQUILL_SYNC_FETCH)->position = after;
}

/* From the cursor on: what was dropped or couldn't be opened comes again. */
static void
begin_fetching (CoquillSync *self)
{
  self->mailbox_state = COQUILL_SYNC_FETCHING;
  self->catching_up = FALSE;
  self->fetched = self->fetched_after = coquill_sync_cursor (self);
  self->dropped = G_MAXUINT64;
  self->refetch_at = COQUILL_SYNC_NEVER;
  self->barrier = FALSE; /* who waits for it gets the end of this fetch */
  fetch (self, self->fetched);
}

/* Another mailbox: its positions are others, and nothing is known to be there. */
static void
unpin (GHashTable *bodies)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, bodies);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CoquillSyncIncoming *incoming = value;

      incoming->pin = 0;
      incoming->relayed = FALSE;
    }
}

/* Positions of another mailbox mean nothing here: all pins go to its start. */
static void
enter_new_mailbox (CoquillSync *self, const guint8 *mailbox)
{
  memcpy (self->mailbox, mailbox, COQUILL_SYNC_MAILBOX_SIZE);
  self->has_mailbox = TRUE;
  self->fetched = 0;
  self->dropped = G_MAXUINT64;
  unpin (self->undecided);
  unpin (self->held);

  g_clear_pointer (&self->coverage, coquill_coverage_free);
  self->coverage = coquill_coverage_new ();
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      const CoquillSyncOutgoing *outgoing = link->data;

      coquill_coverage_add_body (self->coverage, outgoing->kind, outgoing->body);
    }
  self->lacking = TRUE;
  self->bulletin_due = TRUE;
}

void
coquill_sync_begin_coverage (CoquillSync *self)
{
  g_autoptr (CoquillHello) own = coquill_hello_new ();

  self->coverage = coquill_coverage_new ();
  coquill_document_get_vector (self->document, own);
  coquill_document_cover (self->document, &own->vector, self->coverage);
  coquill_document_cover (self->document, &own->forks, self->coverage);
  coquill_document_cover_log (self->document, own->heads, own->n_heads, self->coverage);
}

void
coquill_sync_road_up (CoquillSync *self, guint road, const guint8 *mailbox, guint64 last, gint64 now)
{
  coquill_sync_unpost_all (self);
  self->post_after = 0;
  self->live_since = 0;
  self->shared = TRUE;
  self->leaving = FALSE;
  if (!self->has_mailbox || last < self->fetched
      || memcmp (mailbox, self->mailbox, COQUILL_SYNC_MAILBOX_SIZE) != 0)
    enter_new_mailbox (self, mailbox);
  self->lacking |= self->brought_more;
  begin_fetching (self);
  self->catching_up = last > self->fetched;
  coquill_sync_update (self, now);
}

void
coquill_sync_road_down (CoquillSync *self, guint road, gint64 now)
{
  self->mailbox_state = COQUILL_SYNC_DOWN;
  self->fetching = FALSE;
  self->fetch_due = FALSE;
  self->barrier = FALSE;
  coquill_sync_unpost_all (self);
  coquill_sync_forget_relayed (self);
  self->round_at = now;
  coquill_sync_update (self, now);
}

void
coquill_sync_refetch (CoquillSync *self, gint64 now)
{
  if (self->mailbox_state == COQUILL_SYNC_LIVE || self->mailbox_state == COQUILL_SYNC_DIFFERENCE)
    begin_fetching (self);
  coquill_sync_update (self, now);
}

void
coquill_sync_keys_came (CoquillSync *self, gint64 now)
{
  if (self->dropped != G_MAXUINT64)
    self->refetch_at = now;
  coquill_sync_update (self, now);
}

static void
ask_for_bulletin (CoquillSync *self, gint64 now)
{
  coquill_sync_push (self, COQUILL_SYNC_GET_BULLETIN);
  self->bulletin_again = ++self->bulletin_tries < COQUILL_SYNC_BULLETIN_TRIES ? now + self->bulletin_pause
                                                                              : COQUILL_SYNC_NEVER;
  self->bulletin_pause *= 3;
}

void
coquill_sync_unopened (CoquillSync *self, guint road, guint64 position, gint64 now)
{
  CoquillSyncDirect *direct = coquill_sync_get_direct (self, road);

  if (direct != NULL)
    coquill_sync_direct_ask (direct, now + COQUILL_SYNC_HELLO_AGAIN);
  else
    self->dropped = MIN (self->dropped, self->fetched);
  if (self->mailbox_state != COQUILL_SYNC_DOWN && now >= self->bulletin_asked)
    {
      self->bulletin_asked = now + COQUILL_SYNC_RETRY_BULLETIN;
      self->bulletin_pause = COQUILL_SYNC_BULLETIN_AGAIN;
      self->bulletin_tries = 0;
      ask_for_bulletin (self, now);
    }
  coquill_sync_update (self, now);
}

void
coquill_sync_fetched (CoquillSync *self, guint road, guint64 last, gboolean complete, gint64 now)
{
  self->fetched = MAX (self->fetched, last);
  if (self->fetching && self->mailbox_state == COQUILL_SYNC_FETCHING)
    {
      self->fetching = FALSE;
      self->fetch_due = !complete;
      if (complete)
        {
          self->barrier = TRUE;
          self->barrier_serial = self->next_serial;
          self->mailbox_state = COQUILL_SYNC_DIFFERENCE;
          self->filling = FALSE;
          self->fill_at = now;
          self->greeting_due = TRUE;
        }
    }
  coquill_sync_update (self, now);
}

static gint64
fill_delay (CoquillSync *self)
{
  guint8 spread = coquill_document_get_device (self->document)[0];

  return COQUILL_SYNC_FILL_MIN + (COQUILL_SYNC_FILL_MAX - COQUILL_SYNC_FILL_MIN) * spread / 255;
}

/* Queues a part of what the mailbox lacks. Returns: whether that was all */
static gboolean
make_difference (CoquillSync *self, const guint8 *device, gint64 now)
{
  gboolean complete;
  g_autoptr (GPtrArray) bodies = coquill_document_missing (self->document, self->coverage, device,
                                                           COQUILL_SYNC_DIFFERENCE_BYTES, &complete);

  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      coquill_sync_enqueue (self, body->kind, body->bytes, now);
    }

  return complete;
}

static gboolean
others_lack_nothing (CoquillSync *self)
{
  gboolean complete;
  g_autoptr (GPtrArray) bodies
      = coquill_document_missing (self->document, self->coverage, NULL, 1, &complete);

  return bodies->len == 0 && complete;
}

static void
go_live (CoquillSync *self, gint64 now)
{
  self->mailbox_state = COQUILL_SYNC_LIVE;
  if (self->live_since == 0)
    self->live_since = now;
  self->brought_more &= !self->lacking; /* the difference found it */
  self->lacking = FALSE;
  if (self->brought.length > 0 || self->brought_more)
    self->brought_at = now;
  if (self->greeting_due)
    {
      self->presence_due = now;
      self->presence_relayed = 0;
    }
}

static gboolean
waits_with_difference (CoquillSync *self)
{
  return self->waiting_bytes >= COQUILL_SYNC_DIFFERENCE_BYTES || (self->lacking && self->barrier);
}

/* What lacks isn't known yet without history, or while what the mailbox gave isn't decided; nor is there a
 * need to hurry while much waits. */
static void
advance_difference (CoquillSync *self, gint64 now)
{
  const guint8 *device = coquill_document_get_device (self->document);

  while (self->mailbox_state == COQUILL_SYNC_DIFFERENCE && now >= self->fill_at)
    {
      if (self->lacking && !coquill_document_has_history (self->document))
        {
          self->fill_at = now + COQUILL_SYNC_RETRY_HISTORY;
          return;
        }
      if (waits_with_difference (self))
        return;
      if (self->lacking && !self->filling)
        {
          if (make_difference (self, device, now))
            {
              self->filling = TRUE;
              if (!others_lack_nothing (self))
                self->fill_at = now + fill_delay (self);
            }
          continue;
        }
      if (self->lacking && !make_difference (self, NULL, now))
        continue;
      go_live (self, now);
    }
}

/* Whether something that was given out before the barrier isn't accepted yet. */
static gboolean
behind_barrier (CoquillSync *self)
{
  GHashTableIter iter;
  gpointer serial;

  g_hash_table_iter_init (&iter, self->undecided);
  while (g_hash_table_iter_next (&iter, &serial, NULL))
    if (*(const guint64 *)serial < self->barrier_serial)
      return TRUE;

  return FALSE;
}

void
coquill_sync_advance (CoquillSync *self, gint64 now)
{
  if (self->fetch_due && self->undecided_bytes < COQUILL_SYNC_AHEAD_BYTES)
    fetch (self, self->fetched);
  if (self->barrier && !behind_barrier (self))
    {
      self->barrier = FALSE;
      /* Where much waits for what comes late in the mailbox there may have been no room for all: nobody has
       * caught up before what was dropped came again. Each such fetch begins behind the one before. */
      if (self->refetch_at != COQUILL_SYNC_NEVER && coquill_sync_cursor (self) > self->fetched_after)
        begin_fetching (self);
      else
        coquill_sync_push (self, COQUILL_SYNC_CAUGHT_UP);
    }
  advance_difference (self, now);
  if (self->mailbox_state == COQUILL_SYNC_LIVE && now >= self->bulletin_again)
    ask_for_bulletin (self, now);
  if (self->mailbox_state == COQUILL_SYNC_LIVE && now >= self->refetch_at && !self->barrier)
    begin_fetching (self);
  if (self->mailbox_state == COQUILL_SYNC_LIVE && self->lacking && !self->barrier)
    {
      self->mailbox_state = COQUILL_SYNC_DIFFERENCE;
      self->filling = TRUE;
      self->fill_at = now + fill_delay (self);
    }
  if (self->mailbox_state == COQUILL_SYNC_LIVE && self->bulletin_due && now >= self->bulletin_after
      && !self->barrier && self->n_unsent_log == 0)
    {
      self->bulletin_due = FALSE;
      if (coquill_document_can_edit (self->document))
        coquill_sync_push (self, COQUILL_SYNC_PUT_BULLETIN);
    }
}

gint64
coquill_sync_get_advance_time (CoquillSync *self)
{
  switch (self->mailbox_state)
    {
    case COQUILL_SYNC_DIFFERENCE:
      return waits_with_difference (self) ? COQUILL_SYNC_NEVER : self->fill_at;
    case COQUILL_SYNC_LIVE:
      if (self->barrier)
        return self->bulletin_again;
      return MIN (MIN (self->refetch_at, self->bulletin_again),
                  self->bulletin_due && self->n_unsent_log == 0 ? self->bulletin_after : COQUILL_SYNC_NEVER);
    case COQUILL_SYNC_DOWN:
    case COQUILL_SYNC_FETCHING:
    case COQUILL_SYNC_GREETING:
    default:
      return COQUILL_SYNC_NEVER;
    }
}

void
coquill_sync_bulletin_changed (CoquillSync *self, gint64 now)
{
  if (coquill_document_made_bulletin (self->document))
    self->bulletin_due = TRUE;
  coquill_sync_update (self, now);
}

void
coquill_sync_bulletin_failed (CoquillSync *self, gint64 now)
{
  self->bulletin_due = TRUE;
  self->bulletin_after = now + COQUILL_SYNC_RETRY_BULLETIN;
  coquill_sync_update (self, now);
}
