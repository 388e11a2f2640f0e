/* test-direct.c: one sync and its direct roads, told what happens, asked what it does */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/fixture.h"

#include <string.h>

#include "wire/hello.h"

#define BEN 3
#define BIT COQUILL_SYNC_ROAD_BIT
#define RELAY BIT (ROAD)

static void
receive_hello (Fixture *self, guint road, Person *has, CoquillHelloStatus status, gboolean without_relay)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();
  g_autoptr (GBytes) bytes = NULL;

  hello->status = status;
  hello->without_relay = without_relay;
  coquill_document_get_vector (has->document, hello);
  bytes = coquill_hello_encode (hello);
  fixture_receive (self, road, COQUILL_PAYLOAD_HELLO, bytes);
}

static void
up (Fixture *self)
{
  coquill_sync_direct_up (self->sync, BEN, coquill_document_get_device (self->ben->document), self->now);
}

/* Ben has what Ana has. */
static void
up_and_live (Fixture *self)
{
  up (self);
  receive_hello (self, BEN, self->ana, COQUILL_HELLO_GREETING, FALSE);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_LIVE);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
}

/* Takes all actions. Returns: the roads of the last stored post, 0 if there was none */
static guint64
take_post (Fixture *self, guint64 *reference)
{
  CoquillSyncAction *action;
  guint64 roads = 0;

  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      if (action->kind == COQUILL_SYNC_POST && !coquill_payload_kind_is_live (action->payload_kind))
        {
          roads = action->roads;
          if (reference != NULL)
            *reference = action->reference;
        }
      coquill_sync_action_free (action);
    }

  return roads;
}

static void
let_go_by (Fixture *self, gint64 duration)
{
  self->now += duration;
  coquill_sync_tick (self->sync, self->now);
}

static void
test_states (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *hello;

  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_DOWN);
  up (self);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_GREETING);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &hello), ==, 1);
  g_assert_cmpint (hello->payload_kind, ==, COQUILL_PAYLOAD_HELLO);
  g_assert_cmpuint (hello->roads, ==, BIT (BEN));
  coquill_sync_action_free (hello);
  /* No answer: again. */
  let_go_by (self, 3 * SECOND);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==, 1);
  person_insert (self->ana, 0, "Ben lacks this");
  g_ptr_array_unref (person_flush (self->ana));
  receive_hello (self, BEN, self->ben, COQUILL_HELLO_ANSWER, FALSE);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_LIVE);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN));
  /* It compares: nothing is sent twice while it is on its way. */
  self->now += SECOND;
  receive_hello (self, BEN, self->ben, COQUILL_HELLO_GREETING, FALSE);
  g_assert_cmpuint (take_post (self, NULL), ==, 0);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_DOWN);
  /* What was not acknowledged is found out again. */
  up (self);
  receive_hello (self, BEN, self->ben, COQUILL_HELLO_GREETING, FALSE);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN));
}

static void
test_late (Fixture *self, gconstpointer data)
{
  guint64 reference;

  fixture_go_live (self);
  up_and_live (self);
  fixture_local (self, 1);
  g_assert_cmpuint (take_post (self, &reference), ==, BIT (BEN));
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), ==,
                   self->now + COQUILL_SYNC_GATHER_MAX);
  coquill_sync_acknowledged (self->sync, BEN, reference, self->now + 5 * MILLISECOND);
  g_assert_cmpint (coquill_sync_get_flush_time (self->sync, self->now), <=, self->now);
  g_assert_false (coquill_sync_is_delivered (self->sync));
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), ==, self->now + COQUILL_SYNC_MAILBOX_LAZY);
  let_go_by (self, COQUILL_SYNC_MAILBOX_LAZY - 1);
  g_assert_cmpuint (take_post (self, NULL), ==, 0);
  let_go_by (self, 1);
  g_assert_cmpuint (take_post (self, &reference), ==, RELAY);
  coquill_sync_stored (self->sync, ROAD, reference, self->now);
  g_assert_true (coquill_sync_is_delivered (self->sync));
}

static void
test_not_late (Fixture *self, gconstpointer data)
{
  static const guint8 stranger[32] = { 7 };
  g_autoptr (GBytes) here = fixture_presence ("Somebody", FALSE);
  g_autoptr (GBytes) body = fixture_body (10);
  g_autoptr (CoquillPayload) payload = NULL;

  fixture_go_live (self);
  up_and_live (self);
  /* An entry of the log. */
  coquill_sync_local (self->sync, COQUILL_PAYLOAD_LOG, body, 1, self->now);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN) | RELAY);
  fixture_tear_down (self, data);
  fixture_set_up (self, data);

  /* A road that doesn't answer, and one that does again. */
  fixture_go_live (self);
  up_and_live (self);
  coquill_sync_direct_suspect (self->sync, BEN, TRUE, self->now);
  fixture_local (self, 1);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN) | RELAY);
  fixture_tear_down (self, data);
  fixture_set_up (self, data);

  /* One that hasn't acknowledged for 300 ms. */
  fixture_go_live (self);
  up_and_live (self);
  fixture_local (self, 1);
  let_go_by (self, 200 * MILLISECOND);
  fixture_local (self, 2);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN));
  let_go_by (self, 100 * MILLISECOND);
  g_assert_cmpuint (take_post (self, NULL), ==, RELAY); /* both */
  fixture_local (self, 3);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN) | RELAY);
  fixture_tear_down (self, data);
  fixture_set_up (self, data);

  /* Somebody who is not reached. */
  fixture_go_live (self);
  up_and_live (self);
  payload = coquill_payload_new (COQUILL_PAYLOAD_PRESENCE, coquill_document_get_id (self->ana->document),
                                 stranger, here);
  payload->counter = 1;
  coquill_sync_received (self->sync, ROAD, payload, 0, self->now);
  fixture_local (self, 1);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN) | RELAY);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  guint64 first;
  guint64 second;

  fixture_go_live (self);
  up_and_live (self);
  fixture_local (self, 1);
  take_post (self, &first);
  coquill_sync_unposted (self->sync, BEN, first, self->now);
  /* Not everyone is reached now. */
  g_assert_cmpuint (take_post (self, NULL), ==, RELAY);
  fixture_local (self, 2);
  g_assert_cmpuint (take_post (self, NULL), ==, RELAY);
  coquill_sync_direct_room (self->sync, BEN, self->now);
  g_assert_cmpuint (take_post (self, &second), ==, BIT (BEN));
  g_assert_cmpuint (second, >, first);
  coquill_sync_unposted (self->sync, BEN, second, self->now);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), <=, self->now + SECOND);
  let_go_by (self, SECOND);
  g_assert_cmpuint (take_post (self, NULL), ==, BIT (BEN));
}

static void
test_too_far_behind (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = fixture_body (512 * 1024);
  CoquillSyncAction *greeting;
  guint n = 0;

  up_and_live (self);
  while (coquill_sync_get_state (self->sync, BEN) == COQUILL_SYNC_LIVE)
    {
      coquill_sync_local (self->sync, COQUILL_PAYLOAD_CHANGE, body, n++, self->now);
      g_assert_cmpuint (n * g_bytes_get_size (body), <=,
                        COQUILL_SYNC_DIRECT_WINDOW_BYTES + COQUILL_SYNC_DIRECT_BACKLOG_BYTES + 1024 * 1024);
    }
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_GREETING);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, NULL), ==,
                    COQUILL_SYNC_DIRECT_WINDOW_BYTES / (512 * 1024));
  let_go_by (self, SECOND);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &greeting), >=, 1);
  g_assert_cmpint (greeting->payload_kind, ==, COQUILL_PAYLOAD_HELLO);
  coquill_sync_action_free (greeting);
}

static void
test_presence (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) ana = fixture_presence ("Ana", FALSE);
  CoquillSyncAction *post;

  fixture_go_live (self);
  coquill_sync_set_presence (self->sync, ana, self->now);
  up_and_live (self);
  let_go_by (self, SECOND);
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  coquill_sync_set_presence (self->sync, ana, self->now);
  let_go_by (self, COQUILL_SYNC_PRESENCE_PAUSE);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpuint (post->roads, ==, BIT (BEN));
  coquill_sync_action_free (post);
  /* Now and then everywhere. */
  let_go_by (self, COQUILL_SYNC_PRESENCE_KEEP_ALIVE);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_POST, &post), ==, 1);
  g_assert_cmpuint (post->roads, ==, BIT (BEN) | RELAY);
  coquill_sync_action_free (post);
}

static void
say (Fixture *self, guint road, GBytes *presence, guint64 counter)
{
  self->counter = counter - 1;
  fixture_receive (self, road, COQUILL_PAYLOAD_PRESENCE, presence);
}

static void
test_older_presence (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) here = fixture_presence ("Ben", FALSE);
  g_autoptr (GBytes) leaving = fixture_presence ("Ben", TRUE);

  fixture_go_live (self);
  up_and_live (self);
  say (self, BEN, here, 10);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PRESENCE, NULL), ==, 1);
  say (self, ROAD, here, 9);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PRESENCE, NULL), ==, 0);
  say (self, BEN, leaving, 12);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  /* What was said before, on the slower road, brings nobody back. */
  say (self, ROAD, here, 11);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_CAME, NULL), ==, 0);
  say (self, ROAD, here, 13);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_CAME, NULL), ==, 1);
}

static void
test_without_relay (Fixture *self, gconstpointer data)
{
  guint64 reference;

  fixture_go_live (self);
  up_and_live (self);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 0);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  fixture_local (self, 1);
  g_assert_cmpuint (take_post (self, &reference), ==, BIT (BEN));
  let_go_by (self, SECOND);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_SENDING);
  coquill_sync_acknowledged (self->sync, BEN, reference, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
}

static void
test_says_that_it_has_no_relay (Fixture *self, gconstpointer data)
{
  CoquillSyncAction *action;
  gboolean said = FALSE;

  fixture_go_live (self);
  up_and_live (self);
  let_go_by (self, SECOND);
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      g_autoptr (CoquillHello) hello
          = action->kind == COQUILL_SYNC_POST && action->payload_kind == COQUILL_PAYLOAD_HELLO
                ? coquill_hello_decode (action->body, NULL)
                : NULL;

      if (hello != NULL)
        {
          said = TRUE;
          g_assert_true (hello->without_relay);
          g_assert_cmpuint (hello->n_reached, ==, 1);
        }
      coquill_sync_action_free (action);
    }
  g_assert_true (said);
}

/* Who writes off line for months must not make every call a walk. */
static void
test_much_waits (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = fixture_body (100);
  g_autoptr (GTimer) timer = g_timer_new ();

  coquill_sync_set_shared (self->sync, TRUE);
  for (guint i = 0; i < 100000; i++)
    {
      coquill_sync_local (self->sync, COQUILL_PAYLOAD_CHANGE, body, i, self->now);
      coquill_sync_get_next_tick (self->sync);
    }
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 0, self->now);
  coquill_sync_fetched (self->sync, ROAD, 0, TRUE, self->now);
  up (self);
  for (guint i = 0; i < 100000; i++)
    {
      CoquillSyncAction *action = coquill_sync_next (self->sync);

      if (action == NULL)
        break;
      if (action->kind == COQUILL_SYNC_POST && action->reference > 0)
        coquill_sync_stored (self->sync, ROAD, action->reference, self->now);
      coquill_sync_action_free (action);
    }
  g_test_message ("%.2f s", g_timer_elapsed (timer, NULL));
  /* A walk through what waits, at each call, takes minutes. */
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, 20);
}

static void
test_coverage (void)
{
  g_autoptr (Person) ana = person_new_founder ();
  g_autoptr (CoquillCoverage) coverage = coquill_coverage_new ();
  g_autoptr (GPtrArray) bodies = NULL;

  g_ptr_array_unref (person_flush (ana));
  person_insert (ana, 0, "one");
  bodies = person_flush (ana);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      g_assert_false (coquill_coverage_has_body (coverage, body->kind, body->bytes));
      coquill_coverage_add_body (coverage, body->kind, body->bytes); /* behind a gap */
      g_assert_true (coquill_coverage_has_body (coverage, body->kind, body->bytes));
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  ADD ("/sync/direct/goes-through-its-states", test_states);
  ADD ("/sync/direct/the-mailbox-may-be-late", test_late);
  ADD ("/sync/direct/but-not-when-somebody-may-lack-it", test_not_late);
  ADD ("/sync/direct/what-a-road-refused-goes-when-there-is-room", test_refused);
  ADD ("/sync/direct/too-far-behind-starts-over", test_too_far_behind);
  ADD ("/sync/direct/presence-takes-the-roads-that-need-it", test_presence);
  ADD ("/sync/direct/an-older-presence-changes-nothing", test_older_presence);
  ADD ("/sync/direct/goes-on-without-the-relay", test_without_relay);
  ADD ("/sync/direct/says-that-it-has-no-relay", test_says_that_it_has_no_relay);
  ADD ("/sync/direct/a-hundred-thousand-bodies-wait", test_much_waits);
  g_test_add_func ("/sync/direct/a-body-is-covered", test_coverage);

  return g_test_run ();
}
