/* test-trouble.c: what goes wrong between two roads, or between a road and its successor */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync/fixture.h"

#include <string.h>

#include "wire/hello.h"
#include "wire/signed-change.h"

#define BEN 3
#define BIT COQUILL_SYNC_ROAD_BIT
#define RELAY BIT (ROAD)

static const guint8 stranger[32] = { 7 };

static GBytes *
make_hello (Person *has, CoquillHelloStatus status, gboolean without_relay)
{
  g_autoptr (CoquillHello) hello = coquill_hello_new ();

  hello->status = status;
  hello->without_relay = without_relay;
  coquill_document_get_vector (has->document, hello);

  return coquill_hello_encode (hello);
}

static void
receive_hello (Fixture *self, guint road, Person *has, CoquillHelloStatus status, gboolean without_relay)
{
  g_autoptr (GBytes) bytes = make_hello (has, status, without_relay);

  fixture_receive (self, road, COQUILL_PAYLOAD_HELLO, bytes);
}

/* Ben has what Ana has. */
static void
up_and_live (Fixture *self)
{
  coquill_sync_direct_up (self->sync, BEN, coquill_document_get_device (self->ben->document), self->now);
  receive_hello (self, BEN, self->ana, COQUILL_HELLO_GREETING, FALSE);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_LIVE);
  fixture_count (self, COQUILL_SYNC_STATUS, NULL);
}

static void
let_go_by (Fixture *self, gint64 duration)
{
  self->now += duration;
  coquill_sync_tick (self->sync, self->now);
}

/* Takes all actions. Returns: how many posts of @kind there were on roads of @roads */
static guint
take_posts (Fixture *self, CoquillPayloadKind kind, guint64 roads)
{
  CoquillSyncAction *action;
  guint n = 0;

  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      if (action->kind == COQUILL_SYNC_POST && action->payload_kind == kind && (action->roads & roads) != 0)
        n++;
      coquill_sync_action_free (action);
    }

  return n;
}

/* Ben's body comes. Returns: what it is to be decided by */
static guint64
bring (Fixture *self, guint road, GBytes *body)
{
  CoquillSyncAction *accept;
  guint64 reference;

  fixture_receive (self, road, COQUILL_PAYLOAD_CHANGE, body);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_ACCEPT, &accept), ==, 1);
  reference = accept->reference;
  coquill_sync_action_free (accept);

  return reference;
}

/* Ben writes @n_bytes, which come and are accepted. Returns: (transfer full): the bodies */
static GPtrArray *
bring_text (Fixture *self, guint road, gsize n_bytes)
{
  g_autofree char *text = g_malloc0 (n_bytes + 1);
  g_autoptr (GPtrArray) bodies = NULL;

  for (gsize i = 0; i < n_bytes; i++)
    text[i] = (char)g_test_rand_int_range ('a', 'z' + 1);
  person_insert (self->ben, 0, text);
  bodies = person_flush (self->ben);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);
      guint64 reference = bring (self, road, body->bytes);
      g_autoptr (GPtrArray) accepted = coquill_body_array_new ();

      g_assert_cmpint (
          coquill_document_accept (self->ana->document, body->kind, body->bytes, NULL, NULL, accepted, NULL),
          ==, COQUILL_ACCEPT_ACCEPTED);
      coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, accepted, self->now);
    }

  return g_steal_pointer (&bodies);
}

/* The question may have come in a moment in which it could not be opened, or was one too many. */
static void
test_asks_again (Fixture *self, gconstpointer data)
{
  fixture_go_live (self);
  up_and_live (self);
  coquill_sync_unopened (self->sync, BEN, 0, self->now);
  let_go_by (self, 2 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), ==, 1);
  let_go_by (self, 3 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), ==, 1);
  receive_hello (self, BEN, self->ana, COQUILL_HELLO_ANSWER, FALSE);
  let_go_by (self, 9 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), ==, 0);
}

/* What is dropped while a greeting is on its way is asked for after its answer. */
static void
test_an_answer_answers_no_later_question (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = fixture_body (100);

  coquill_sync_direct_up (self->sync, BEN, coquill_document_get_device (self->ben->document), self->now);
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  coquill_sync_accepted (self->sync, bring (self, BEN, body), COQUILL_ACCEPT_FULL, NULL, self->now);
  receive_hello (self, BEN, self->ana, COQUILL_HELLO_ANSWER, FALSE);
  fixture_go_live (self);
  let_go_by (self, 6 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), ==, 1);
}

/* Another device has the number of the road that brought something. */
static void
test_a_number_has_another_road (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) hello = make_hello (self->ana, COQUILL_HELLO_GREETING, TRUE);
  g_autoptr (CoquillPayload) payload = coquill_payload_new (
      COQUILL_PAYLOAD_HELLO, coquill_document_get_id (self->ana->document), stranger, hello);
  g_autoptr (GBytes) body = fixture_body (100);
  guint64 reference;

  fixture_go_live (self);
  up_and_live (self);
  reference = bring (self, BEN, body);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  coquill_sync_direct_up (self->sync, BEN, stranger, self->now);
  payload->counter = 1;
  coquill_sync_received (self->sync, BEN, payload, 0, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, BEN), ==, COQUILL_SYNC_LIVE);
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, NULL, self->now);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, BIT (BEN)), ==, 1);
}

/* Ben lost its relay, which then gives out what Ben said before. */
static void
test_an_older_hello (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) body = fixture_body (100);
  guint64 reference;

  fixture_go_live (self);
  up_and_live (self);
  self->counter += 10;
  receive_hello (self, BEN, self->ana, COQUILL_HELLO_ANSWER, TRUE);
  self->counter -= 5;
  receive_hello (self, ROAD, self->ana, COQUILL_HELLO_ANSWER, FALSE);
  reference = bring (self, ROAD, body);
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, NULL, self->now);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, BIT (BEN)), ==, 1);
}

static void
test_offline (Fixture *self, gconstpointer data)
{
  fixture_go_live (self);
  up_and_live (self);
  coquill_sync_direct_suspect (self->sync, BEN, TRUE, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
  coquill_sync_road_down (self->sync, ROAD, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_OFFLINE);
  coquill_sync_direct_suspect (self->sync, BEN, FALSE, self->now);
  g_assert_cmpint (coquill_sync_get_status (self->sync), ==, COQUILL_SYNC_STATUS_UP_TO_DATE);
}

/* Too much to remember one by one, and its bringer vanishes before the mailbox has it. In between the mailbox
 * was read once more, for another reason. */
static void
test_much_was_brought (Fixture *self, gconstpointer data)
{
  fixture_go_live (self);
  up_and_live (self);
  for (guint i = 0; i < 8; i++)
    g_ptr_array_unref (bring_text (self, BEN, 1024 * 1024));
  coquill_sync_refetch (self->sync, self->now);
  coquill_sync_fetched (self->sync, ROAD, 0, TRUE, self->now);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_LIVE);
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  self->now += COQUILL_SYNC_PEER_SILENCE;
  coquill_sync_direct_down (self->sync, BEN, self->now);
  g_assert_cmpuint (fixture_count (self, COQUILL_SYNC_PEER_LEFT, NULL), ==, 1);
  let_go_by (self, 3 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), >=, 1);
}

static guint64
get_cursor (Fixture *self)
{
  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 position = G_MAXUINT64;

  g_assert_true (coquill_sync_get_cursor (self->sync, mailbox, &position));

  return position;
}

/* The mailbox brings it in the end: whoever reads from the stored cursor needs no second look at all of it.
 */
static void
test_cursor_comes_back (Fixture *self, gconstpointer data)
{
  GPtrArray *bodies[8];

  fixture_go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 5, TRUE, self->now);
  up_and_live (self);
  g_assert_cmpuint (get_cursor (self), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    bodies[i] = bring_text (self, BEN, 1024 * 1024);
  g_assert_cmpuint (get_cursor (self), ==, 0);
  let_go_by (self, 70 * SECOND);
  g_assert_cmpuint (get_cursor (self), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      for (guint j = 0; j < bodies[i]->len; j++)
        fixture_receive (self, ROAD, COQUILL_PAYLOAD_CHANGE,
                         ((const CoquillBody *)g_ptr_array_index (bodies[i], j))->bytes);
      g_ptr_array_unref (bodies[i]);
    }
  coquill_sync_fetched (self->sync, ROAD, 13, TRUE, self->now);
  for (CoquillSyncAction *action; (action = coquill_sync_next (self->sync)) != NULL;
       coquill_sync_action_free (action))
    if (action->kind == COQUILL_SYNC_ACCEPT)
      coquill_sync_accepted (self->sync, action->reference, COQUILL_ACCEPT_KNOWN, NULL, self->now);
  let_go_by (self, 60 * SECOND);
  g_assert_cmpuint (get_cursor (self), ==, 13);
}

/* A body that waits for another one is on no disk: after a crash the mailbox has to bring it again. */
static void
test_cursor_waits_for_what_is_held (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) later = fixture_body (100);
  g_autoptr (GBytes) earlier = fixture_body (101);
  g_autoptr (GPtrArray) accepted = coquill_body_array_new ();
  guint64 reference;

  fixture_go_live (self);
  coquill_sync_fetched (self->sync, ROAD, 5, TRUE, self->now);
  up_and_live (self);
  coquill_sync_accepted (self->sync, bring (self, BEN, later), COQUILL_ACCEPT_HELD, NULL, self->now);
  fixture_receive (self, ROAD, COQUILL_PAYLOAD_CHANGE, later);
  coquill_sync_fetched (self->sync, ROAD, 6, TRUE, self->now);
  g_assert_cmpuint (get_cursor (self), ==, 5);
  reference = bring (self, ROAD, earlier);
  coquill_sync_fetched (self->sync, ROAD, 7, TRUE, self->now);
  g_assert_cmpuint (get_cursor (self), ==, 5);
  g_ptr_array_add (accepted, coquill_body_new (COQUILL_PAYLOAD_CHANGE, earlier));
  g_ptr_array_add (accepted, coquill_body_new (COQUILL_PAYLOAD_CHANGE, later));
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, accepted, self->now);
  g_assert_cmpuint (get_cursor (self), ==, 7);
}

/* The mailbox is read again and again, for another reason: whose turn it is to take something there doesn't
 * begin anew with that. */
static void
test_turn_comes (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) leaving = fixture_presence ("Ben", TRUE);
  guint n = 0;

  fixture_go_live (self);
  up_and_live (self);
  g_ptr_array_unref (bring_text (self, BEN, 10));
  fixture_receive (self, BEN, COQUILL_PAYLOAD_PRESENCE, leaving);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  for (guint i = 0; i < 5; i++)
    {
      coquill_sync_refetch (self->sync, self->now);
      coquill_sync_fetched (self->sync, ROAD, 0, TRUE, self->now);
      n += take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY);
      let_go_by (self, 4 * SECOND);
      n += take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY);
    }
  g_assert_cmpuint (n, ==, 1);
}

/* Ben's next body, and one with the same items that he didn't sign. */
static GBytes *
write_and_forge (Fixture *self, GBytes **forged)
{
  g_autoptr (GPtrArray) bodies = NULL;
  g_autoptr (CoquillSignedChange) change = NULL;
  GBytes *body;

  person_insert (self->ben, 0, "x");
  bodies = person_flush (self->ben);
  g_assert_cmpuint (bodies->len, ==, 1);
  body = g_bytes_ref (((const CoquillBody *)g_ptr_array_index (bodies, 0))->bytes);
  change = coquill_signed_change_decode (body, NULL);
  change->seals[0].signature[0] ^= 1;
  *forged = coquill_signed_change_encode (change);

  return body;
}

/* Somebody put a body into the mailbox that names Ben's items, before or while Ben is there directly. What he
 * brought goes to the mailbox all the same; what really is there doesn't. */
static void
test_forgery_covers_nothing (Fixture *self, gconstpointer data)
{
  for (guint really = 0; really < 2; really++)
    {
      g_autoptr (GBytes) leaving = fixture_presence ("Ben", TRUE);
      g_autoptr (GBytes) forged = NULL;
      g_autoptr (GBytes) body = NULL;
      guint64 reference;

      if (really == 0)
        fixture_go_live (self);
      up_and_live (self);
      body = write_and_forge (self, &forged);
      coquill_sync_accepted (self->sync, bring (self, ROAD, forged), COQUILL_ACCEPT_REFUSED, NULL, self->now);
      reference = bring (self, BEN, body);
      if (really)
        fixture_receive (self, ROAD, COQUILL_PAYLOAD_CHANGE, body);
      coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, NULL, self->now);
      fixture_receive (self, BEN, COQUILL_PAYLOAD_PRESENCE, leaving);
      coquill_sync_direct_down (self->sync, BEN, self->now);
      take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY);
      let_go_by (self, 10 * SECOND);
      g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, !really);
      let_go_by (self, 100 * SECOND);
    }
}

/* What is in a mailbox that is read from the start isn't posted again because it isn't decided yet. */
static void
test_difference_waits_for_decisions (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) bodies = NULL;
  CoquillSyncAction *accept;

  person_insert (self->ana, 0, "written before");
  g_ptr_array_unref (person_flush (self->ana));
  {
    g_autoptr (CoquillCoverage) nothing = coquill_coverage_new ();

    bodies = coquill_document_missing (self->ana->document, nothing, NULL, G_MAXSIZE, NULL);
  }
  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, bodies->len, self->now);
  for (guint i = 0; i < bodies->len; i++)
    {
      const CoquillBody *body = g_ptr_array_index (bodies, i);

      fixture_receive (self, ROAD, body->kind, body->bytes);
    }
  coquill_sync_fetched (self->sync, ROAD, bodies->len, TRUE, self->now);
  g_assert_cmpint (coquill_sync_get_next_tick (self->sync), >, self->now);
  while ((accept = coquill_sync_next (self->sync)) != NULL)
    {
      g_assert_true (accept->kind != COQUILL_SYNC_POST || accept->payload_kind == COQUILL_PAYLOAD_HELLO);
      if (accept->kind == COQUILL_SYNC_ACCEPT)
        coquill_sync_accepted (self->sync, accept->reference, COQUILL_ACCEPT_KNOWN, NULL, self->now);
      coquill_sync_action_free (accept);
    }
  let_go_by (self, 3 * SECOND);
  g_assert_cmpint (coquill_sync_get_state (self->sync, ROAD), ==, COQUILL_SYNC_LIVE);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, 0);
}

/* Who merges slowly would be sent all that waits there once more. */
static void
test_slow_merger (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) large = fixture_body (300 * 1024);
  guint64 reference;

  up_and_live (self);
  reference = bring (self, BEN, large);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpint (coquill_sync_get_next_tick (self->sync), >, self->now);
      let_go_by (self, 2 * SECOND);
      g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), ==, 0);
    }
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, NULL, self->now);
  let_go_by (self, 4 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_HELLO, BIT (BEN)), >=, 1);
}

/* Ben is still in the room, but perhaps as another run of the program, which doesn't know what the one before
 * had sent and not stored. */
static void
test_the_run_that_brought_it_ends (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) bodies = NULL;
  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 position;

  fixture_go_live (self);
  up_and_live (self);
  bodies = bring_text (self, BEN, 100);
  coquill_sync_direct_down (self->sync, BEN, self->now);
  receive_hello (self, ROAD, self->ana, COQUILL_HELLO_ANSWER, FALSE);
  g_assert_true (coquill_sync_get_cursor (self->sync, mailbox, &position));
  g_assert_cmpuint (position, ==, 0);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, 0);
  let_go_by (self, 7 * SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, 1);
}

/* Ana's program was killed before it had stored what it had sent to Ben, who gives it back. */
static void
test_what_was_lost_comes_back (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) bodies = NULL;
  const CoquillBody *body;

  fixture_go_live (self);
  up_and_live (self);
  person_insert (self->ana, 0, "a");
  bodies = person_flush (self->ana);
  body = g_ptr_array_index (bodies, 0);
  coquill_sync_accepted (self->sync, bring (self, BEN, body->bytes), COQUILL_ACCEPT_ACCEPTED, NULL,
                         self->now);
  let_go_by (self, SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, 1);
}

/* The mailbox has what was posted there. Returns: how many posts that were */
static guint
store_posts (Fixture *self)
{
  CoquillSyncAction *post;
  guint n = 0;

  while ((post = coquill_sync_next (self->sync)) != NULL)
    {
      if (post->kind == COQUILL_SYNC_POST && post->payload_kind == COQUILL_PAYLOAD_CHANGE
          && (post->roads & RELAY) != 0)
        {
          coquill_sync_stored (self->sync, ROAD, post->reference, self->now);
          n++;
        }
      coquill_sync_action_free (post);
    }

  return n;
}

/* The mailbox lacks what Ben's run sent to Ana before it was killed, and what she wrote behind that waits
 * there for it: who waits for her to have caught up doesn't wait for anybody's turn. */
static void
test_who_catches_up_hands_over (Fixture *self, gconstpointer data)
{
  gint64 then;

  fixture_go_live (self);
  up_and_live (self);
  g_ptr_array_unref (bring_text (self, BEN, 100));
  coquill_sync_direct_down (self->sync, BEN, self->now);
  let_go_by (self, SECOND);
  g_assert_cmpuint (take_posts (self, COQUILL_PAYLOAD_CHANGE, RELAY), ==, 0);
  then = self->now;
  g_assert_false (coquill_sync_is_handed_over (self->sync, then));
  coquill_sync_hand_over (self->sync, then);
  g_assert_true (coquill_sync_is_handed_over (self->sync, then));
  g_assert_false (coquill_sync_is_delivered_until (self->sync, then));
  g_assert_cmpuint (store_posts (self), ==, 1);
  g_assert_true (coquill_sync_is_delivered_until (self->sync, then));

  /* What comes later is another matter. */
  let_go_by (self, SECOND);
  g_ptr_array_unref (bring_text (self, BEN, 100));
  g_assert_true (coquill_sync_is_handed_over (self->sync, then));
  g_assert_false (coquill_sync_is_handed_over (self->sync, self->now));
}

/* The same of more than is remembered one by one: it is found by a difference. */
static void
test_who_catches_up_hands_over_much (Fixture *self, gconstpointer data)
{
  gint64 then;
  guint n_posts = 0;

  fixture_go_live (self);
  up_and_live (self);
  for (guint i = 0; i < 8; i++)
    g_ptr_array_unref (bring_text (self, BEN, 1024 * 1024));
  fixture_count (self, COQUILL_SYNC_POST, NULL);
  then = self->now;
  coquill_sync_hand_over (self->sync, then);
  g_assert_false (coquill_sync_is_handed_over (self->sync, then));
  for (guint i = 0; i < 10 && !coquill_sync_is_handed_over (self->sync, then); i++)
    {
      let_go_by (self, SECOND);
      n_posts += store_posts (self);
    }
  g_assert_true (coquill_sync_is_handed_over (self->sync, then));
  g_assert_true (coquill_sync_is_delivered_until (self->sync, self->now));
  g_assert_cmpuint (n_posts, >=, 4);
}

/* Takes all actions. Returns: where a fetch begins, or -1; @caught_up: (out): whether that was said */
static gint64
take_fetch (Fixture *self, gboolean *caught_up)
{
  CoquillSyncAction *action;
  gint64 position = -1;

  *caught_up = FALSE;
  while ((action = coquill_sync_next (self->sync)) != NULL)
    {
      if (action->kind == COQUILL_SYNC_FETCH)
        position = (gint64)action->position;
      *caught_up |= action->kind == COQUILL_SYNC_CAUGHT_UP;
      coquill_sync_action_free (action);
    }

  return position;
}

/* What much waits for stands late in the mailbox: there was no room for all that waits. */
static void
test_nobody_has_caught_up_while_there_was_no_room (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) first = fixture_body (100);
  g_autoptr (GBytes) second = fixture_body (101);
  gboolean caught_up;
  guint64 reference;

  coquill_sync_road_up (self->sync, ROAD, fixture_mailbox, 20, self->now);
  g_assert_cmpint (take_fetch (self, &caught_up), ==, 0);
  reference = bring (self, ROAD, first);
  coquill_sync_fetched (self->sync, ROAD, 10, FALSE, self->now);
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_ACCEPTED, NULL, self->now);
  g_assert_cmpint (take_fetch (self, &caught_up), ==, 10);
  reference = bring (self, ROAD, second);
  coquill_sync_fetched (self->sync, ROAD, 20, TRUE, self->now);
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_FULL, NULL, self->now);
  g_assert_cmpint (take_fetch (self, &caught_up), ==, 10);
  g_assert_false (caught_up);

  /* Nothing came of it: somebody else has to bring what is lacking. */
  reference = bring (self, ROAD, second);
  coquill_sync_fetched (self->sync, ROAD, 20, TRUE, self->now);
  coquill_sync_accepted (self->sync, reference, COQUILL_ACCEPT_FULL, NULL, self->now);
  g_assert_cmpint (take_fetch (self, &caught_up), ==, -1);
  g_assert_true (caught_up);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  person_use_seed ();
  ADD ("/sync/trouble/a-question-without-an-answer-is-asked-again", test_asks_again);
  ADD ("/sync/trouble/an-answer-answers-no-later-question", test_an_answer_answers_no_later_question);
  ADD ("/sync/trouble/a-number-has-another-road", test_a_number_has_another_road);
  ADD ("/sync/trouble/an-older-hello-says-nothing-of-roads", test_an_older_hello);
  ADD ("/sync/trouble/roads-that-are-silent-are-none", test_offline);
  ADD ("/sync/trouble/much-was-brought-and-nothing-is-forgotten", test_much_was_brought);
  ADD ("/sync/trouble/the-cursor-comes-back", test_cursor_comes_back);
  ADD ("/sync/trouble/the-cursor-waits-for-what-is-held", test_cursor_waits_for_what_is_held);
  ADD ("/sync/trouble/the-turn-comes-though-the-mailbox-is-read-again", test_turn_comes);
  ADD ("/sync/trouble/who-merges-slowly-compares-later", test_slow_merger);
  ADD ("/sync/trouble/a-made-up-body-covers-nothing", test_forgery_covers_nothing);
  ADD ("/sync/trouble/a-difference-waits-for-decisions", test_difference_waits_for_decisions);
  ADD ("/sync/trouble/the-run-that-brought-it-ends", test_the_run_that_brought_it_ends);
  ADD ("/sync/trouble/what-was-lost-comes-back-and-goes-to-the-mailbox", test_what_was_lost_comes_back);
  ADD ("/sync/trouble/who-catches-up-hands-over-what-was-brought", test_who_catches_up_hands_over);
  ADD ("/sync/trouble/who-catches-up-hands-over-what-was-not-remembered",
       test_who_catches_up_hands_over_much);
  ADD ("/sync/trouble/nobody-has-caught-up-while-there-was-no-room",
       test_nobody_has_caught_up_while_there_was_no_room);

  return g_test_run ();
}
