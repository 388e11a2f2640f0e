/* test-sync.c: one sync, told what happens, asked what it does */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/fixture.h"

#include <string.h>

#include "wire/presence.h"

static const guint8 other_mailbox[COQUILL_SYNC_MAILBOX_SIZE] = { 2 };

static void
test_states (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_ON_DEVICE);
  coquill_sync_set_shared (self->sync, TRUE);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 9, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_CATCHING_UP);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_FETCH, NULL), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 5, FALSE, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_FETCHING);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_FETCH, NULL), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 9, TRUE, self->now);
  /* The fixture_mailbox's nine were none of ours: it lacks everything; others' part waits a moment. */
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_DIFFERENCE);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), >, 0);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_DOWN);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
}

static void
test_sent (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *post;
  CoquillSyncAction *sent;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), <=, self->now);
  fixture_local (self, 7);
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), ==,
                   self->now + COQUILL_SYNC_GATHER_MAX);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_false (coquill_sync_is_delivered (self->sync));
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  /* Said only after a second. */
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), <=, self->now + COQUILL_SYNC_SENDING_AFTER);
  self->now += COQUILL_SYNC_SENDING_AFTER;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_SENDING);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_SENT, &sent), ==, 1);
  g_assert_cmpuint (sent->reference, ==, 7);
  g_assert_true (coquill_sync_is_delivered (self->sync));
  coquill_sync_action_free (post);
  coquill_sync_action_free (sent);
}

static void
test_lost_connection (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *post;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  fixture_local (self, 1);
  fixture_local (self, 2);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 2);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now); /* the second one only */
  coquill_sync_action_free (post);
  fixture_count (self, COQUILL_SYNC_SENT, NULL);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 0, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpuint (g_bytes_get_size (post->body), ==, 101);
  coquill_sync_action_free (post);
}

static void
test_window (Fixture *self, gconstpointer data)
{
  guint posted;
  CoquillSyncAction *post;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  for (guint i = 0; i < 200; i++)
    fixture_local (self, i);
  posted = fixture_count (self, COQUILL_SYNC_POST, &post);
  g_assert_cmpuint (posted, ==, COQUILL_SYNC_WINDOW_POSTS);
  coquill_sync_stored (self->sync, ROAD, post->reference, self->now);
  coquill_sync_action_free (post);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==, 1);
}

static void
test_another_mailbox (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *fetch;

  fixture_go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 20, TRUE, self->now);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 25, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
  g_assert_cmpuint (fetch->position, ==, 20);
  coquill_sync_action_free (fetch);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 3, self->now); /* it ends before our cursor */
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
  g_assert_cmpuint (fetch->position, ==, 0);
  coquill_sync_action_free (fetch);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  coquill_sync_road_up (self->sync, ROAD, other_mailbox, 30, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_FETCH, &fetch), ==, 1);
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
  g_autoptr (GBytes) one = fixture_body (1);
  g_autoptr (GBytes) two = fixture_body (2);
  g_autoptr (GPtrArray) released = coquill_body_array_new ();

  g_assert_false (coquill_sync_get_cursor (self->sync, name, &position));
  fixture_go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 4, TRUE, self->now);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_CHANGE, one);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_ACCEPT, &first), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 5, TRUE, self->now);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_CHANGE, two);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_ACCEPT, &second), ==, 1);
  coquill_sync_fetched (self->sync, ROAD, 6, TRUE, self->now);
  g_assert_true (coquill_sync_get_cursor (self->sync, name, &position));
  g_assert_cmpmem (name, sizeof name, fixture_mailbox, sizeof fixture_mailbox);
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

static void
test_presence (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) ana = fixture_presence ("Ana", FALSE);
  guint n = 0;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  /* A thousand moves in a second are at most twenty. */
  for (guint i = 0; i < 1000; i++)
    {
      coquill_sync_set_presence (self->sync, ana, self->now);
      n += fixture_count (self, COQUILL_SYNC_POST, NULL);
      self->now += MILLISECOND;
      if (self->now >= coquill_sync_get_next_tick (self->sync))
        coquill_sync_tick (self->sync, self->now);
      n += fixture_count (self, COQUILL_SYNC_POST, NULL);
    }
  g_assert_cmpuint (n, <=, 21);
  g_assert_cmpuint (n, >=, 19);
  /* Then one every ten seconds. */
  n = 0;
  for (guint i = 0; i < 60; i++)
    {
      self->now += SECOND;
      coquill_sync_tick (self->sync, self->now);
      n += fixture_count (self, COQUILL_SYNC_POST, NULL);
    }
  g_assert_cmpuint (n, >=, 6);
  g_assert_cmpuint (n, <=, 7);
}

static void
test_peers (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) here = fixture_presence ("Ben", FALSE);
  g_autoptr (GBytes) leaving = fixture_presence ("Ben", TRUE);
  CoquillSyncAction *came;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_PRESENCE, here);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_CAME, &came), ==, 1);
  g_assert_cmpmem (came->sender, 32, coquill_document_get_device (self->ben->document), 32);
  coquill_sync_action_free (came);
  self->now += 20 * SECOND;
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_PRESENCE, here);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_CAME, NULL), ==, 0);
  self->now += COQUILL_SYNC_PEER_SILENCE - 1;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 0);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), ==, self->now + 1);
  self->now += 1;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_PRESENCE, here);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_PRESENCE, leaving);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
}

static void
test_want (Fixture *self, gconstpointer data)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (GBytes) bytes = NULL;
  CoquillSyncAction *post;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  person_insert (self->ben, 0, "not in the fixture_mailbox");
  hello->protocol = COQUILL_HELLO_PROTOCOL;
  hello->status = COQUILL_HELLO_ANSWER;
  coquill_document_get_vector (self->ben->document, hello);
  bytes = coquill_hello_encode (hello);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_HELLO, bytes);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==,
                    0); /* the fixture_mailbox may bring it */
  self->now += 2 * SECOND;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpint (post->payload_kind, ==, COQUILL_PAYLOAD_WANT);
  g_assert_cmpmem (post->recipient, 32, coquill_document_get_device (self->ben->document), 32);
  coquill_sync_action_free (post);
}

static void
say_hello (Fixture *self, CoquillHelloStatus status)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (GBytes) bytes = NULL;

  hello->protocol = COQUILL_HELLO_PROTOCOL;
  hello->status = status;
  coquill_document_get_vector (self->ben->document, hello);
  bytes = coquill_hello_encode (hello);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_HELLO, bytes);
}

/* However many hellos come: two a second are looked at, and the last one always is. */
static void
test_many_hellos (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *post;
  gint64 from;

  fixture_go_live (self);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
  from = self->now;
  for (guint i = 0; i < 20; i++)
    say_hello (self, COQUILL_HELLO_GREETING);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==, 1); /* the answer */
  person_insert (self->ben, 0, "not in the fixture_mailbox");
  say_hello (self, COQUILL_HELLO_ANSWER);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==, 0);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), ==, from + 500 * MILLISECOND);
  self->now = from + 500 * MILLISECOND;
  coquill_sync_tick (self->sync, self->now);
  /* One of those that waited was a greeting, so there is an answer; the last one told of more. */
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpint (post->payload_kind, ==, COQUILL_PAYLOAD_HELLO);
  coquill_sync_action_free (post);
  self->now += 2 * SECOND;
  coquill_sync_tick (self->sync, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpint (post->payload_kind, ==, COQUILL_PAYLOAD_WANT);
  coquill_sync_action_free (post);
}

/* The bulletin that opens it may be on its way yet; who makes envelopes up costs no more than that. */
static void
test_unopened (Fixture *self, gconstpointer data)
{
  gint64 from;
  guint n = 0;

  fixture_go_live (self);
  from = self->now;
  coquill_sync_unopened (self->sync, ROAD, 0, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_GET_BULLETIN, NULL), ==, 1);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), <=, from + 300 * G_TIME_SPAN_MILLISECOND);
  for (self->now = from; self->now < from + 9 * SECOND; self->now += 50 * G_TIME_SPAN_MILLISECOND)
    {
      coquill_sync_unopened (self->sync, ROAD, 0, self->now);
      coquill_sync_tick (self->sync, self->now);
      n += fixture_count (self, COQUILL_SYNC_GET_BULLETIN, NULL);
    }
  g_assert_cmpuint (n, ==, 3);
  self->now = from + 10 * SECOND;
  coquill_sync_unopened (self->sync, ROAD, 0, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_GET_BULLETIN, NULL), ==, 1);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  ADD ("/sync/goes-through-its-states", test_states);
  ADD ("/sync/sent-when-it-is-on-the-mailboxs-disk", test_sent);
  ADD ("/sync/what-was-not-confirmed-goes-again", test_lost_connection);
  ADD ("/sync/the-window-is-bounded", test_window);
  ADD ("/sync/another-fixture_mailbox-is-read-from-the-start", test_another_mailbox);
  ADD ("/sync/the-cursor-never-skips", test_cursor);
  ADD ("/sync/presence-is-coalesced-and-kept-alive", test_presence);
  ADD ("/sync/peers-come-and-go", test_peers);
  ADD ("/sync/a-new-epochs-bulletin-is-asked-for-again-soon", test_unopened);
  ADD ("/sync/a-peer-with-more-is-asked", test_want);
  ADD ("/sync/many-hellos-cost-little", test_many_hellos);

  return g_test_run ();
}
