/* test-sync.c: one sync, told what happens, asked what it does */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/person.h"
#include "sync/sync.h"

#include <string.h>

#include "wire/presence.h"

#define ROAD COQUILL_SYNC_ROAD_RELAY
#define SECOND G_TIME_SPAN_SECOND
#define MILLISECOND G_TIME_SPAN_MILLISECOND

static const guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE] = { 1 };
static const guint8 other_mailbox[COQUILL_SYNC_MAILBOX_SIZE] = { 2 };

typedef struct
{
  Person *ana;
  Person *ben;
  CoquillSync *sync; /* Ana's */
  gint64 now;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->ana = person_new_founder ();
  self->ben = person_new_guest (self->ana);
  g_ptr_array_unref (person_flush (self->ana));
  self->sync = coquill_sync_new (self->ana->document);
  self->now = 100 * SECOND;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  coquill_sync_free (self->sync);
  person_free (self->ana);
  person_free (self->ben);
}

/* Takes all actions. Returns: how many were of @kind; @last: (out) (transfer full) (optional): the last of
 * them */
static guint
count (Fixture *self, CoquillSyncActionKind kind, CoquillSyncAction **last)
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

/* Until the session is live, with everything in the mailbox. */
static void
go_live (Fixture *self)
{
  CoquillSyncAction *action;

  coquill_sync_road_up (self->sync, ROAD, mailbox, 0, self->now);
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

static GBytes *
body_of_size (gsize size)
{
  return g_bytes_new_take (g_malloc0 (size), size);
}

static void
local (Fixture *self, guint64 reference)
{
  g_autoptr (GBytes) body = body_of_size (100 + reference);

  coquill_sync_local (self->sync, COQUILL_PAYLOAD_CHANGE, body, reference, self->now);
}

static void
receive (Fixture *self, CoquillPayloadKind kind, GBytes *body)
{
  g_autoptr (CoquillPayload) payload
      = coquill_payload_new (kind, coquill_document_get_id (self->ana->document),
                             coquill_document_get_device (self->ben->document), body);

  coquill_sync_received (self->sync, ROAD, payload, 0, self->now);
}

static void
test_states (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_ON_DEVICE);
  coquill_sync_set_shared (self->sync, TRUE);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
  coquill_sync_road_up (self->sync, ROAD, mailbox, 9, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_CATCHING_UP);
  g_assert_cmpuint (count (self, COQUILL_SYNC_FETCH, NULL), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 5, FALSE, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_FETCHING);
  g_assert_cmpuint (count (self, COQUILL_SYNC_FETCH, NULL), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 9, TRUE, self->now);
  /* The mailbox's nine were none of ours: it lacks everything; others' part waits a moment. */
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_DIFFERENCE);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, NULL), >, 0);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_DOWN);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
}

static void
test_sent (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *post;
  CoquillSyncAction *sent;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), <=, self->now);
  local (self, 7);
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), ==,
                   self->now + COQUILL_SYNC_GATHER_MAX);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_false (coquill_sync_is_delivered (self->sync));
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  /* Said only after a second. */
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), <=, self->now + COQUILL_SYNC_SENDING_AFTER);
  self->now += COQUILL_SYNC_SENDING_AFTER;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_SENDING);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  g_assert_cmpuint (count (self, COQUILL_SYNC_SENT, &sent), ==, 1);
  g_assert_cmpuint (sent->reference, ==, 7);
  g_assert_true (coquill_sync_is_delivered (self->sync));
  coquill_sync_action_free (post);
  coquill_sync_action_free (sent);
}

static void
test_lost_connection (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *post;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  local (self, 1);
  local (self, 2);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, &post), ==, 2);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now); /* the second one only */
  coquill_sync_action_free (post);
  count (self, COQUILL_SYNC_SENT, NULL);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, mailbox, 0, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpuint (g_bytes_get_size (post->body), ==, 101);
  coquill_sync_action_free (post);
}

static void
test_window (Fixture *self, gconstpointer data)
{
  guint posted;
  CoquillSyncAction *post;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  for (guint i = 0; i < 200; i++)
    local (self, i);
  posted = count (self, COQUILL_SYNC_POST, &post);
  g_assert_cmpuint (posted, ==, COQUILL_SYNC_WINDOW_POSTS);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now);
  coquill_sync_action_free (post);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, NULL), ==, 1);
}

static void
test_another_mailbox (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *fetch;

  go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 20, TRUE, self->now);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  count (self, COQUILL_SYNC_STATUS, NULL);
  coquill_sync_road_up (self->sync, ROAD, mailbox, 25, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
  g_assert_cmpuint (fetch->position, ==, 20);
  coquill_sync_action_free (fetch);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, mailbox, 3, self->now); /* it ends before our cursor */
  g_assert_cmpuint (count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
  g_assert_cmpuint (fetch->position, ==, 0);
  coquill_sync_action_free (fetch);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, other_mailbox, 30, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
  g_assert_cmpuint (fetch->position, ==, 0);
  coquill_sync_action_free (fetch);
}

static void
test_cursor (Fixture *self, gconstpointer data)
{
  guint8 name[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 position;
  CoquillSyncAction *first;
  CoquillSyncAction *second;
  g_autoptr (GBytes) one = body_of_size (1);
  g_autoptr (GBytes) two = body_of_size (2);
  g_autoptr (GPtrArray) released = coquill_body_array_new ();

  g_assert_false (coquill_sync_get_cursor (self->sync, name, &position));
  go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 4, TRUE, self->now);
  receive (self, COQUILL_PAYLOAD_CHANGE, one);
  g_assert_cmpuint (count (self, COQUILL_SYNC_ACCEPT, &first), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 5, TRUE, self->now);
  receive (self, COQUILL_PAYLOAD_CHANGE, two);
  g_assert_cmpuint (count (self, COQUILL_SYNC_ACCEPT, &second), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 6, TRUE, self->now);
  g_assert_true (coquill_sync_get_cursor (self->sync, name, &position));
  g_assert_cmpmem (name, sizeof name, mailbox, sizeof mailbox);
  g_assert_cmpuint (position, ==, 4); /* neither is accepted */
  coquill_sync_accepted (self->sync, first->reference, COQUILL_ACCEPT_HELD, NULL, self->now);
  coquill_sync_get_cursor (self->sync, name, &position);
  g_assert_cmpuint (position, ==, 4); /* held is not accepted */
  g_ptr_array_add (released, coquill_body_new (COQUILL_PAYLOAD_CHANGE, two));
  g_ptr_array_add (released, coquill_body_new (COQUILL_PAYLOAD_CHANGE, one));
  coquill_sync_accepted (self->sync, second->reference, COQUILL_ACCEPT_ACCEPTED, released, self->now);
  coquill_sync_get_cursor (self->sync, name, &position);
  g_assert_cmpuint (position, ==, 6);
  coquill_sync_action_free (first);
  coquill_sync_action_free (second);
}

static GBytes *
presence (const char *name, gboolean leaving)
{
  g_autoptr (CoquillPresence) self = coquill_presence_new (name);

  self->leaving = leaving;

  return coquill_presence_encode (self);
}

static void
test_presence (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) ana = presence ("Ana", FALSE);
  guint n = 0;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  /* A thousand moves in a second are at most twenty. */
  for (guint i = 0; i < 1000; i++)
    {
      coquill_sync_set_presence (self->sync, ana, self->now);
      n += count (self, COQUILL_SYNC_POST, NULL);
      self->now += MILLISECOND;
      if (self->now >= coquill_sync_get_next_tick (self->sync))
        coquill_sync_tick (self->sync, self->now);
      n += count (self, COQUILL_SYNC_POST, NULL);
    }
  g_assert_cmpuint (n, <=, 21);
  g_assert_cmpuint (n, >=, 19);
  /* Then one every ten seconds. */
  n = 0;
  for (guint i = 0; i < 60; i++)
    {
      self->now += SECOND;
      coquill_sync_tick (self->sync, self->now);
      n += count (self, COQUILL_SYNC_POST, NULL);
    }
  g_assert_cmpuint (n, >=, 6);
  g_assert_cmpuint (n, <=, 7);
}

static void
test_peers (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) here = presence ("Ben", FALSE);
  g_autoptr (GBytes) leaving = presence ("Ben", TRUE);
  CoquillSyncAction *came;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  receive (self, COQUILL_PAYLOAD_PRESENCE, here);
  g_assert_cmpuint (count (self, COQUILL_SYNC_PEER_CAME, &came), ==, 1);
  g_assert_cmpmem (came->sender, 32, coquill_document_get_device (self->ben->document), 32);
  coquill_sync_action_free (came);
  self->now += 20 * SECOND;
  receive (self, COQUILL_PAYLOAD_PRESENCE, here);
  g_assert_cmpuint (count (self, COQUILL_SYNC_PEER_CAME, NULL), ==, 0);
  self->now += COQUILL_SYNC_PEER_SILENCE - 1;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 0);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), ==, self->now + 1);
  self->now += 1;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
  receive (self, COQUILL_PAYLOAD_PRESENCE, here);
  receive (self, COQUILL_PAYLOAD_PRESENCE, leaving);
  g_assert_cmpuint (count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
}

static void
test_want (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (GBytes) bytes = NULL;
  CoquillSyncAction *post;

  go_live (self);
  count (self, COQUILL_SYNC_STATUS, NULL);
  person_insert (self->ben, 0, "not in the mailbox");
  hello->protocol = COQUILL_HELLO_PROTOCOL;
  hello->status = COQUILL_HELLO_ANSWER;
  coquill_document_get_vector (self->ben->document, hello);
  bytes = coquill_hello_encode (hello);
  receive (self, COQUILL_PAYLOAD_HELLO, bytes);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, NULL), ==, 0); /* the mailbox may bring it */
  self->now += 2 * SECOND;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpint (post->payload_kind, ==, COQUILL_PAYLOAD_WANT);
  g_assert_cmpmem (post->recipient, 32, coquill_document_get_device (self->ben->document), 32);
  coquill_sync_action_free (post);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  ADD ("/sync/goes-through-its-states", test_states);
  ADD ("/sync/sent-when-it-is-on-the-mailboxs-disk", test_sent);
  ADD ("/sync/what-was-not-confirmed-goes-again", test_lost_connection);
  ADD ("/sync/the-window-is-bounded", test_window);
  ADD ("/sync/another-mailbox-is-read-from-the-start", test_another_mailbox);
  ADD ("/sync/the-cursor-never-skips", test_cursor);
  ADD ("/sync/presence-is-coalesced-and-kept-alive", test_presence);
  ADD ("/sync/peers-come-and-go", test_peers);
  ADD ("/sync/a-peer-with-more-is-asked", test_want);

  return g_test_run ();
}
