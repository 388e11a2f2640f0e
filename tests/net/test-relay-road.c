/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay-road.c: the relay road against a real relay, that is stopped, killed and frozen */

#include "net/relay-query.h"
#include "net/relay-road.h"
#include "relay-process.h"
#include "trust/envelope.h"

#include <signal.h>
#include <string.h>

/* What a road has told, and how to wait for it. */
typedef struct
{
  CoquillRelayRoad *road;
  guint n_up, n_down, n_refused;
  guint64 last;
  GBytes *mailbox;
  GPtrArray *received; /* GBytes */
  GHashTable *stored;  /* reference → reference */
  guint64 fetched;
  gboolean complete;
  guint64 knock;
  GError *error;
} Ear;

static void
up_cb (CoquillRelayRoad *road, GBytes *mailbox, guint64 last, Ear *ear)
{
  ear->n_up++;
  ear->last = last;
  g_clear_pointer (&ear->mailbox, g_bytes_unref);
  ear->mailbox = g_bytes_ref (mailbox);
}

static void
down_cb (CoquillRelayRoad *road, GError *error, Ear *ear)
{
  ear->n_down++;
}

static void
received_cb (CoquillRelayRoad *road, GBytes *envelope, guint64 position, Ear *ear)
{
  g_ptr_array_add (ear->received, g_bytes_ref (envelope));
}

static void
stored_cb (CoquillRelayRoad *road, guint64 reference, guint64 position, Ear *ear)
{
  g_assert_cmpuint (position, >, 0);
  g_hash_table_add (ear->stored, GSIZE_TO_POINTER (reference));
}

static void
rejected_cb (CoquillRelayRoad *road, guint64 reference, GError *error, Ear *ear)
{
  g_clear_error (&ear->error);
  ear->error = g_error_copy (error);
}

static void
fetched_cb (CoquillRelayRoad *road, guint64 last, gboolean complete, Ear *ear)
{
  ear->fetched = last;
  ear->complete = complete;
  if (!complete)
    g_assert_true (coquill_relay_road_fetch (road, last));
}

static void
knocked_cb (CoquillRelayRoad *road, guint64 knock, GBytes *request, Ear *ear)
{
  ear->knock = knock;
}

static void
refused_cb (CoquillRelayRoad *road, GError *error, Ear *ear)
{
  ear->n_refused++;
  g_clear_error (&ear->error);
  ear->error = g_error_copy (error);
}

static Ear *
ear_new (const char *origin,
         const guint8 *room,
         CoquillRoomRole role,
         CoquillRoomKeys *keys,
         CoquillRoomLock *lock)
{
  Ear *ear = g_new0 (Ear, 1);
  g_autoptr (GError) error = NULL;

  ear->road = coquill_relay_road_new (origin, room, role, keys, lock, &error);
  g_assert_no_error (error);
  ear->received = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  ear->stored = g_hash_table_new (NULL, NULL);
  g_signal_connect (ear->road, "up", G_CALLBACK (up_cb), ear);
  g_signal_connect (ear->road, "down", G_CALLBACK (down_cb), ear);
  g_signal_connect (ear->road, "received", G_CALLBACK (received_cb), ear);
  g_signal_connect (ear->road, "stored", G_CALLBACK (stored_cb), ear);
  g_signal_connect (ear->road, "rejected", G_CALLBACK (rejected_cb), ear);
  g_signal_connect (ear->road, "fetched", G_CALLBACK (fetched_cb), ear);
  g_signal_connect (ear->road, "knocked", G_CALLBACK (knocked_cb), ear);
  g_signal_connect (ear->road, "refused", G_CALLBACK (refused_cb), ear);
  coquill_relay_road_start (ear->road);
  return ear;
}

static void
ear_free (Ear *ear)
{
  coquill_relay_road_stop (ear->road);
  g_assert_finalize_object (ear->road);
  g_clear_pointer (&ear->mailbox, g_bytes_unref);
  g_ptr_array_unref (ear->received);
  g_hash_table_unref (ear->stored);
  g_clear_error (&ear->error);
  g_free (ear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ear, ear_free)

static gboolean
too_long_cb (gpointer data)
{
  g_error ("Waited too long for: %s", (const char *)data);
  return G_SOURCE_REMOVE;
}

/* Turns the main loop until something is so; a minute is more than anything here takes on a busy machine. */
#define WAIT(condition)                                                                                      \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    guint source = g_timeout_add_seconds (60, too_long_cb, (gpointer) #condition);                           \
    while (!(condition))                                                                                     \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    g_source_remove (source);                                                                                \
  }                                                                                                          \
  G_STMT_END

/* A room, its keys, and a relay. */
typedef struct
{
  RelayProcess *relay;
  CoquillRoomKeys *keys;
  CoquillRoomLock lock;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->relay = relay_process_start (NULL, data);
  fixture->keys = coquill_room_keys_new ();
  coquill_room_lock_init_first (&fixture->lock, fixture->keys);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  relay_process_stop (fixture->relay);
  coquill_room_keys_unref (fixture->keys);
}

static Ear *
enter_as (Fixture *fixture, CoquillRoomRole role)
{
  return ear_new (relay_process_get_origin (fixture->relay), fixture->lock.room, role, fixture->keys,
                  &fixture->lock);
}

static Ear *
enter (Fixture *fixture)
{
  return enter_as (fixture, COQUILL_ROOM_WRITE);
}

/* What looks like an envelope to a relay: it can't tell more. Of the sizes that envelopes have, the one for
 * @size. */
static GBytes *
make_envelope (CoquillEnvelopeClass class, gsize size, guint64 mark)
{
  static const gsize sizes[] = { 256, 1024, 4096, 16384, 65536 };
  guint8 *bytes;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (size <= sizes[i])
      {
        size = sizes[i];
        break;
      }
  bytes = g_malloc0 (COQUILL_ENVELOPE_OVERHEAD + size);
  bytes[0] = COQUILL_ENVELOPE_VERSION;
  bytes[1] = class;
  memcpy (bytes + COQUILL_ENVELOPE_OVERHEAD, &mark, sizeof mark);
  return g_bytes_new_take (bytes, COQUILL_ENVELOPE_OVERHEAD + size);
}

static gboolean
post (Ear *ear, CoquillEnvelopeClass class, gsize size, guint64 mark)
{
  g_autoptr (GBytes) envelope = make_envelope (class, size, mark);

  return coquill_relay_road_post (ear->road, envelope, mark);
}

static gboolean
has_received (Ear *ear, guint64 mark)
{
  for (guint i = 0; i < ear->received->len; i++)
    {
      const guint8 *bytes = g_bytes_get_data (ear->received->pdata[i], NULL);
      if (memcmp (bytes + COQUILL_ENVELOPE_OVERHEAD, &mark, sizeof mark) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
test_two_members_reach_each_other (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  g_autoptr (Ear) b = NULL;

  WAIT (a->n_up == 1);
  g_assert_cmpuint (a->last, ==, 0);
  b = enter (fixture);
  WAIT (b->n_up == 1);
  g_assert_true (g_bytes_equal (a->mailbox, b->mailbox));
  WAIT (coquill_relay_road_get_members (a->road) == 2);

  g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 300, 1));
  g_assert_true (post (b, COQUILL_ENVELOPE_LIVE, 300, 2));
  WAIT (has_received (b, 1) && has_received (a, 2));
  WAIT (g_hash_table_contains (a->stored, GSIZE_TO_POINTER (1)));
  g_assert_false (has_received (a, 1));
  WAIT (coquill_relay_road_get_round_trip (a->road) >= 0 && coquill_relay_road_get_queued (a->road) == 0);
  g_assert_cmpint (coquill_relay_road_get_round_trip (a->road), <, 10 * G_USEC_PER_SEC);
}

static void
test_the_mailbox_keeps_for_those_away (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) b = NULL;
  {
    g_autoptr (Ear) a = enter (fixture);
    WAIT (a->n_up == 1);
    for (guint64 mark = 1; mark <= 30; mark++)
      g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 65536, mark));
    WAIT (g_hash_table_size (a->stored) == 30);
  }
  b = enter_as (fixture, COQUILL_ROOM_READ);
  WAIT (b->n_up == 1);
  g_assert_cmpuint (b->last, ==, 30);
  g_assert_true (coquill_relay_road_fetch (b->road, 0));
  g_assert_false (coquill_relay_road_fetch (b->road, 0));
  WAIT (b->complete);
  g_assert_cmpuint (b->fetched, ==, 30);
  g_assert_cmpuint (b->received->len, ==, 30);

  /* As the mailbox grows, so does what b has of it. */
  g_autoptr (Ear) a = enter (fixture);
  WAIT (a->n_up == 1);
  g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 100, 31));
  WAIT (b->fetched == 31);
  g_assert_true (has_received (b, 31));
  g_assert_cmpuint (b->received->len, ==, 31);
}

static void
test_a_killed_relay_loses_nothing_it_acknowledged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  guint64 mark = 0;

  for (guint round = 0; round < 3; round++)
    {
      guint n_up = round + 1;
      guint stored_before = g_hash_table_size (a->stored);
      WAIT (a->n_up == n_up);
      for (guint i = 0; i < 200; i++)
        g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 500, ++mark));
      WAIT (g_hash_table_size (a->stored) > stored_before + 20);
      relay_process_signal (fixture->relay, SIGKILL);
      WAIT (a->n_down == round + 1);
      g_assert_nonnull (coquill_relay_road_get_error (a->road));
      relay_process_restart (fixture->relay);
      coquill_relay_road_retry_now (a->road);
    }

  g_autoptr (Ear) b = enter (fixture);
  WAIT (b->n_up == 1);
  g_assert_true (coquill_relay_road_fetch (b->road, 0));
  WAIT (b->complete);
  GHashTableIter iter;
  gpointer reference;
  g_hash_table_iter_init (&iter, a->stored);
  while (g_hash_table_iter_next (&iter, &reference, NULL))
    g_assert_true (has_received (b, GPOINTER_TO_SIZE (reference)));
}

static void
test_a_frozen_relay_is_noticed_in_five_seconds (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  gint64 took = G_MAXINT64;

  WAIT (a->n_up == 1);
  /* The best of three: a busy machine is late. */
  for (guint i = 1; i <= 3 && took >= 5.6 * G_USEC_PER_SEC; i++)
    {
      gint64 frozen = g_get_monotonic_time ();

      relay_process_signal (fixture->relay, SIGSTOP);
      WAIT (a->n_down == i);
      took = g_get_monotonic_time () - frozen;
      g_test_message ("noticed after %.1f s", took / 1e6);
      g_assert_cmpint (coquill_relay_road_get_state (a->road), !=, COQUILL_RELAY_ROAD_UP);
      relay_process_signal (fixture->relay, SIGCONT);
      WAIT (a->n_up == i + 1);
    }
  g_assert_cmpint (took, <, 5.6 * G_USEC_PER_SEC);
}

static void
test_a_busy_road_notices_too (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  guint64 mark = 0;

  WAIT (a->n_up == 1);
  relay_process_signal (fixture->relay, SIGSTOP);
  /* The queue has an end, and says so. */
  while (post (a, COQUILL_ENVELOPE_STORED, 60000, ++mark))
    g_assert_cmpuint (mark, <, 1000);
  g_assert_cmpuint (coquill_relay_road_get_queued (a->road), <=, COQUILL_RELAY_ROAD_QUEUE_BYTES);
  WAIT (a->n_down == 1);
  g_assert_cmpuint (coquill_relay_road_get_queued (a->road), ==, 0);
  relay_process_signal (fixture->relay, SIGCONT);
}

static void
test_the_road_comes_back_by_itself (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);

  WAIT (a->n_up == 1);
  relay_process_signal (fixture->relay, SIGTERM);
  WAIT (a->n_down == 1);
  g_assert_cmpint (coquill_relay_road_get_state (a->road), ==, COQUILL_RELAY_ROAD_WAITING);
  g_assert_false (post (a, COQUILL_ENVELOPE_STORED, 100, 1));
  WAIT (coquill_relay_road_get_state (a->road) == COQUILL_RELAY_ROAD_CONNECTING);
  relay_process_restart (fixture->relay);
  WAIT (a->n_up == 2);
  g_assert_null (coquill_relay_road_get_error (a->road));
}

static void
test_stop_and_start_as_often_as_one_likes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);

  coquill_relay_road_start (a->road);
  for (int i = 0; i < 5; i++)
    {
      coquill_relay_road_stop (a->road);
      coquill_relay_road_stop (a->road);
      g_assert_cmpint (coquill_relay_road_get_state (a->road), ==, COQUILL_RELAY_ROAD_STOPPED);
      coquill_relay_road_start (a->road);
    }
  WAIT (a->n_up == 1);
  coquill_relay_road_stop (a->road);
  g_assert_cmpuint (a->n_down, ==, 1);
}

static void
test_a_wrong_proof_is_refused_for_good (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CoquillRoomKeys) others = coquill_room_keys_new ();
  g_autoptr (Ear) a = enter (fixture);
  g_autoptr (Ear) thief = NULL;

  WAIT (a->n_up == 1);
  thief = ear_new (relay_process_get_origin (fixture->relay), fixture->lock.room, COQUILL_ROOM_READ, others,
                   NULL);
  WAIT (thief->n_refused == 1);
  g_assert_error (thief->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_REFUSED);
  g_assert_cmpint (coquill_relay_road_get_state (thief->road), ==, COQUILL_RELAY_ROAD_STOPPED);
  g_assert_cmpuint (thief->n_up, ==, 0);
}

static void
test_an_unknown_room_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = ear_new (relay_process_get_origin (fixture->relay), fixture->lock.room,
                               COQUILL_ROOM_READ, fixture->keys, NULL);

  WAIT (a->n_refused == 1);
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NO_ROOM);
}

static void
test_readers_can_not_store (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter_as (fixture, COQUILL_ROOM_READ);

  WAIT (a->n_up == 1);
  g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 100, 1));
  WAIT (a->error != NULL);
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_REFUSED);
  g_assert_cmpint (coquill_relay_road_get_state (a->road), ==, COQUILL_RELAY_ROAD_UP);
}

static void
test_what_is_too_large_is_not_sent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  g_autoptr (GBytes) junk = g_bytes_new_static ("no envelope at all", 18);

  WAIT (a->n_up == 1);
  g_assert_true (post (a, COQUILL_ENVELOPE_STORED, COQUILL_ENVELOPE_PADDED_MAX, 1));
  g_assert_false (post (a, COQUILL_ENVELOPE_STORED, COQUILL_ENVELOPE_PADDED_MAX + 65536, 2));
  g_assert_false (coquill_relay_road_post (a->road, junk, 3));
  WAIT (g_hash_table_contains (a->stored, GSIZE_TO_POINTER (1)));
}

static void
test_a_full_mailbox_rejects_and_stays_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);

  WAIT (a->n_up == 1);
  for (guint64 mark = 1; mark <= 8; mark++)
    g_assert_true (post (a, COQUILL_ENVELOPE_STORED, 16384, mark));
  WAIT (a->error != NULL && coquill_relay_road_get_queued (a->road) == 0);
  g_assert_error (a->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_FULL);
  g_assert_cmpuint (g_hash_table_size (a->stored), ==, 3);
  g_assert_cmpint (coquill_relay_road_get_state (a->road), ==, COQUILL_RELAY_ROAD_UP);
}

static void
test_a_new_lock_shows_the_old_keys_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CoquillRoomKeys) next_keys = coquill_room_keys_new ();
  g_autoptr (Ear) old = enter (fixture);
  g_autoptr (Ear) new = NULL;
  g_autoptr (Ear) late = NULL;
  CoquillRoomLock next;

  WAIT (old->n_up == 1);
  coquill_room_lock_init_next (&next, &fixture->lock, fixture->keys, next_keys);
  new = ear_new (relay_process_get_origin (fixture->relay), fixture->lock.room, COQUILL_ROOM_WRITE, next_keys,
                 &next);
  WAIT (new->n_up == 1 && old->n_refused == 1);
  g_assert_error (old->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOCK_CHANGED);
  late = enter (fixture);
  WAIT (late->n_refused == 1);
  g_assert_error (late->error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_REFUSED);
  /* And it is kept. */
  relay_process_signal (fixture->relay, SIGKILL);
  relay_process_restart (fixture->relay);
  WAIT (new->n_up == 2);
  g_clear_pointer (&late, ear_free);
  late = enter (fixture);
  WAIT (late->n_refused == 1);
}

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static void
test_bulletin_and_door (Fixture *fixture, gconstpointer data)
{
  const char *origin = relay_process_get_origin (fixture->relay);
  g_autoptr (GBytes) bulletin = g_bytes_new_static ("sealed boxes", 12);
  g_autoptr (Ear) a = enter (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) read = NULL;

  WAIT (a->n_up == 1);
  coquill_relay_fetch_bulletin_async (origin, fixture->lock.room, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_fetch_bulletin_finish (result, &error));
  g_assert_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_clear_object (&result);

  coquill_relay_road_put_bulletin_async (a->road, bulletin, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_true (coquill_relay_road_put_bulletin_finish (a->road, result, &error));
  g_assert_no_error (error);
  g_clear_object (&result);

  coquill_relay_fetch_bulletin_async (origin, fixture->lock.room, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  read = coquill_relay_fetch_bulletin_finish (result, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (read, bulletin));
  g_clear_object (&result);

  coquill_relay_knock_async (origin, fixture->lock.room, bulletin, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_true (coquill_relay_knock_finish (result, &error));
  g_assert_no_error (error);
  WAIT (a->knock != 0);

  /* It waits for who comes later, until it is answered. */
  g_autoptr (Ear) b = enter (fixture);
  WAIT (b->knock == a->knock);
  coquill_relay_road_answer (b->road, b->knock);
  g_assert_true (post (b, COQUILL_ENVELOPE_STORED, 100, 1));
  WAIT (g_hash_table_size (b->stored) == 1);
  g_autoptr (Ear) c = enter (fixture);
  WAIT (c->n_up == 1);
  g_assert_true (post (c, COQUILL_ENVELOPE_STORED, 100, 2));
  WAIT (g_hash_table_size (c->stored) == 1);
  g_assert_cmpuint (c->knock, ==, 0);
}

static void
test_services_are_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Ear) a = enter (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CoquillRelayServices) services = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  gint64 now = g_get_real_time ();

  WAIT (a->n_up == 1);
  coquill_relay_road_get_services_async (a->road, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  services = coquill_relay_road_get_services_finish (a->road, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (services->stun_port, ==, relay_process_get_port (fixture->relay));
  g_assert_cmpuint (g_strv_length (services->turn), ==, 0);
  g_assert_cmpstr (services->user, ==, "");
  g_assert_cmpstr (services->password, ==, "");
  g_assert_cmpint (services->fetched, >=, now);
  g_assert_cmpint (services->expires - services->fetched, ==, 3600 * (gint64)G_USEC_PER_SEC);
  g_assert_true (coquill_relay_services_is_fresh (services, now + 2 * G_USEC_PER_SEC));
  g_assert_false (coquill_relay_services_is_fresh (services, services->expires - G_USEC_PER_SEC));
  g_assert_false (coquill_relay_services_is_fresh (services, services->fetched - 1));
  g_clear_object (&result);

  address = coquill_relay_road_get_remote_address (a->road);
  g_assert_true (G_IS_INET_SOCKET_ADDRESS (address));
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)), ==,
                    relay_process_get_port (fixture->relay));

  /* A relay that dies leaves no question open, and one that isn't there gets none. */
  relay_process_signal (fixture->relay, SIGSTOP);
  coquill_relay_road_get_services_async (a->road, NULL, keep_result_cb, &result);
  relay_process_signal (fixture->relay, SIGKILL);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_road_get_services_finish (a->road, result, &error));
  g_assert_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_LOST);
  g_clear_error (&error);
  g_clear_object (&result);
  coquill_relay_road_stop (a->road);
  g_assert_null (coquill_relay_road_get_remote_address (a->road));
  coquill_relay_road_get_services_async (a->road, NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_road_get_services_finish (a->road, result, &error));
  g_assert_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_UP);
}

static void
test_an_address_is_checked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *name = NULL;

  coquill_relay_check_async (relay_process_get_origin (fixture->relay), NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  name = coquill_relay_check_finish (result, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (name, "coquill-relay "));
  g_clear_object (&result);

  coquill_relay_check_async ("http://127.0.0.1:1", NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_check_finish (result, &error));
  g_assert_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_UNREACHABLE);
  g_clear_object (&result);
  g_clear_error (&error);

  coquill_relay_check_async ("no address", NULL, keep_result_cb, &result);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_check_finish (result, &error));
  g_assert_error (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_ADDRESS);
  g_clear_object (&result);
  g_clear_error (&error);

  relay_process_signal (fixture->relay, SIGSTOP);
  coquill_relay_check_async (relay_process_get_origin (fixture->relay), cancellable, keep_result_cb, &result);
  g_cancellable_cancel (cancellable);
  WAIT (result != NULL);
  g_assert_null (coquill_relay_check_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  relay_process_signal (fixture->relay, SIGCONT);
}

int
main (int argc, char **argv)
{
  static const char *const small_mailbox[] = { "--mailbox-bytes=60000", NULL };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, options, function)                                                                         \
  g_test_add ("/relay-road/" path, Fixture, options, set_up, function, tear_down)
  ADD ("two-members-reach-each-other", NULL, test_two_members_reach_each_other);
  ADD ("the-mailbox-keeps-for-those-away", NULL, test_the_mailbox_keeps_for_those_away);
  ADD ("a-killed-relay-loses-nothing-it-acknowledged", NULL,
       test_a_killed_relay_loses_nothing_it_acknowledged);
  ADD ("a-frozen-relay-is-noticed-in-five-seconds", NULL, test_a_frozen_relay_is_noticed_in_five_seconds);
  ADD ("a-busy-road-notices-too", NULL, test_a_busy_road_notices_too);
  ADD ("the-road-comes-back-by-itself", NULL, test_the_road_comes_back_by_itself);
  ADD ("stop-and-start-as-often-as-one-likes", NULL, test_stop_and_start_as_often_as_one_likes);
  ADD ("a-wrong-proof-is-refused-for-good", NULL, test_a_wrong_proof_is_refused_for_good);
  ADD ("an-unknown-room-is-refused", NULL, test_an_unknown_room_is_refused);
  ADD ("readers-can-not-store", NULL, test_readers_can_not_store);
  ADD ("what-is-too-large-is-not-sent", NULL, test_what_is_too_large_is_not_sent);
  ADD ("a-full-mailbox-rejects-and-stays-up", small_mailbox, test_a_full_mailbox_rejects_and_stays_up);
  ADD ("a-new-lock-shows-the-old-keys-out", NULL, test_a_new_lock_shows_the_old_keys_out);
  ADD ("bulletin-and-door", NULL, test_bulletin_and_door);
  ADD ("services-are-told", NULL, test_services_are_told);
  ADD ("an-address-is-checked", NULL, test_an_address_is_checked);
#undef ADD
  return g_test_run ();
}
