/* fixture.c: one sync of somebody's, and somebody else */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/fixture.h"

#include "wire/presence.h"

const guint8 fixture_mailbox[COQUILL_SYNC_MAILBOX_SIZE] = { 1 };

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  self->ana = person_new_founder ();
  self->ben = person_new_guest (self->ana);
  g_ptr_array_unref (person_flush (self->ana));
  self->sync = coquill_sync_new (self->ana->document);
  self->now = 100 * SECOND;
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  coquill_sync_free (self->sync);
  person_free (self->ana);
  person_free (self->ben);
}

/* Takes all actions. Returns: how many were of @kind; @last: (out) (transfer full) (optional): the last of
 * them */
guint
fixture_count (Fixture *self, CoquillSyncActionKind kind, CoquillSyncAction **last)
{
  CoquillSyncAction *action;
  guint n = 0;

  if (last != NULL)
    *last = NULL;
  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      if (action->kind == kind)
        {
          n++;
          if (last != NULL)
            {
              g_clear_pointer (last, coquill_sync_action_free);
              *last = g_steal_pointer (&action);
            }
        }
      g_clear_pointer (&action, coquill_sync_action_free);
    }

  return n;
}

/* Until the session is live, with everything in the fixture_mailbox. */
void
fixture_go_live (Fixture *self)
{
  CoquillSyncAction *action;

  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 0, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_FETCHING);
  coquill_sync_fetched (self->sync, ROAD, 0, TRUE, self->now);
  self->now += 3 * SECOND;
  coquill_sync_tick (self->sync, self->now);
  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      if (action->kind == COQUILL_SYNC_POST && action->reference > 0)
        coquill_sync_stored (self->sync, ROAD, action->reference, self->now);
      coquill_sync_action_free (action);
    }
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_LIVE);
  g_assert_true (coquill_sync_is_delivered (self->sync));
}

GBytes *
fixture_body (gsize size)
{
  return g_bytes_new_take (g_malloc0 (size), size);
}

void
fixture_local (Fixture *self, guint64 reference)
{
  g_autoptr (GBytes) body = fixture_body (100 + reference);

  coquill_sync_local (self->sync, COQUILL_PAYLOAD_CHANGE, body, reference, self->now);
}

void
fixture_receive (Fixture *self, guint road, CoquillPayloadKind kind, GBytes *body)
{
  g_autoptr (CoquillPayload) payload
      = coquill_payload_new (kind, coquill_document_get_id (self->ana->document),
                             coquill_document_get_device (self->ben->document), body);

  payload->counter = ++self->counter;
  coquill_sync_received (self->sync, road, payload, 0, self->now);
}

GBytes *
fixture_presence (const char *name, gboolean leaving)
{
  g_autoptr (CoquillPresence) self = coquill_presence_new (name);

  self->leaving = leaving;

  return coquill_presence_encode (self);
}
