/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica-direct.c: replicas that reach each other directly, with a real relay and real sockets. */

#include "own-network.h"
#include "replica-fixture.h"
#include "replica/diagnosis.h"
#include "replica/replica-private.h"
#include "wire/presence.h"
#include "wire/signal.h"

#include <signal.h>
#include <string.h>

#define ROOM 9

static const char *no_network; /* (nullable) why there is no address to test with */

/* Libraries that have one document, open on all; the first one made it. */
typedef struct
{
  guint n;
  CoquillLibrary *libraries[ROOM];
  CoquillReplica *replicas[ROOM];
} Room;

static void
start_room (ReplicaFixture *fixture, Room *room, guint n)
{
  g_autofree char *link = NULL;
  g_autoptr (GError) error = NULL;

  replica_fixture_start_relay (fixture);
  room->n = n;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("Person %u", i);

      room->libraries[i] = replica_fixture_library (fixture, name);
      g_object_set (room->libraries[i], "name", name, NULL);
      if (i > 0)
        {
          room->replicas[i] = replica_fixture_join (room->libraries[i], link);
          continue;
        }
      room->replicas[0] = replica_fixture_create (room->libraries[0], "Shared", "text");
      link = replica_fixture_share (room->replicas[0], fixture->origin, &error);
      g_assert_no_error (error);
    }
}

static void
end_room (Room *room)
{
  for (guint i = 0; i < room->n; i++)
    {
      g_object_unref (room->replicas[i]);
      replica_fixture_close_library (room->libraries[i]);
    }
}

/* How @viewer sees @other; the list keeps it. */
static CoquillParticipant *
see (Room *room, guint viewer, guint other)
{
  GListModel *own = coquill_replica_get_people (room->replicas[other]);
  GListModel *people = coquill_replica_get_people (room->replicas[viewer]);
  g_autoptr (CoquillParticipant) self = g_list_model_get_item (own, 0);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (CoquillParticipant) participant = g_list_model_get_item (people, i);

      if (strcmp (coquill_participant_get_device (participant), coquill_participant_get_device (self)) == 0)
        return participant;
    }
  return NULL;
}

static CoquillRoadKind
get_road (Room *room, guint viewer, guint other)
{
  CoquillParticipant *participant = see (room, viewer, other);

  return participant != NULL ? coquill_participant_get_road (participant) : COQUILL_ROAD_NONE;
}

static CoquillRoadWhy
get_why (Room *room, guint viewer, guint other)
{
  CoquillParticipant *participant = see (room, viewer, other);

  return participant != NULL ? coquill_participant_get_road_why (participant) : COQUILL_ROAD_WHY_NONE;
}

static gboolean
are_direct (Room *room)
{
  return get_road (room, 0, 1) == COQUILL_ROAD_DIRECT && get_road (room, 1, 0) == COQUILL_ROAD_DIRECT;
}

static gboolean
are_relayed (Room *room, CoquillRoadWhy why_0, CoquillRoadWhy why_1)
{
  return get_road (room, 0, 1) == COQUILL_ROAD_RELAY && get_road (room, 1, 0) == COQUILL_ROAD_RELAY
         && get_why (room, 0, 1) == why_0 && get_why (room, 1, 0) == why_1;
}

static guint64
get_count (CoquillReplica *replica, const char *name)
{
  g_autoptr (GVariant) counts = coquill_replica_dup_road_counts (replica);
  guint64 count = 0;

  g_variant_lookup (counts, name, "t", &count);
  return count;
}

static void
insert (CoquillReplica *replica, guint64 position, const char *text)
{
  g_autoptr (GError) error = NULL;

  coquill_replica_insert (replica, position, text, -1, &error);
  g_assert_no_error (error);
}

/* Waits until all have @length characters, and checks that they are the same. */
static void
wait_for_length (Room *room, guint64 length)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < room->n; i++)
    replica_fixture_wait_until (coquill_replica_get_length (room->replicas[i]) == length);
  text = replica_fixture_text (room->replicas[0]);
  for (guint i = 1; i < room->n; i++)
    replica_fixture_assert_text (room->replicas[i], text);
}

static gboolean
has_road_thread (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", task);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "roads"))
        return TRUE;
    }
  return FALSE;
}

static void
test_two_go_direct_and_say_so (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  for (guint i = 0; i < 2; i++)
    {
      CoquillParticipant *other = see (&room, i, 1 - i);
      g_autofree char *words = coquill_participant_dup_road_words (other);

      g_assert_true (g_str_has_prefix (words, "Directly"));
      g_assert_cmpint (coquill_participant_get_road_why (other), ==, COQUILL_ROAD_WHY_NONE);
      g_assert_cmpint (coquill_participant_get_road_since (other), >, 0);
      g_assert_false (coquill_participant_is_road_forwarded (other));
      replica_fixture_wait_until (coquill_participant_get_road_sent (other) > 0
                                  && coquill_participant_get_road_received (other) > 0
                                  && coquill_participant_get_round_trip (other) >= 0);
    }
  g_assert_true (has_road_thread ());

  for (guint i = 0; i < 200; i++)
    {
      insert (room.replicas[i % 2], (i * 7) % (4 + i / 2), i % 2 ? "a" : "b");
      if (i % 10 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  wait_for_length (&room, 204);
  replica_fixture_deliver (room.replicas[0]);
  replica_fixture_deliver (room.replicas[1]);
  end_room (&room);
  replica_fixture_wait_until (!has_road_thread ());
}

static void
test_text_arrives_while_the_relay_is_dead (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  replica_fixture_stop_relay (fixture, SIGKILL);
  insert (room.replicas[0], 0, "A");
  wait_for_length (&room, 5);
  replica_fixture_wait_until (coquill_replica_get_status (room.replicas[0]) == COQUILL_STATUS_UP_TO_DATE
                              && coquill_replica_get_status (room.replicas[1]) == COQUILL_STATUS_UP_TO_DATE);
  g_assert_true (are_direct (&room));
  insert (room.replicas[1], 5, "B");
  wait_for_length (&room, 6);

  replica_fixture_start_relay (fixture);
  replica_fixture_deliver (room.replicas[0]);
  replica_fixture_deliver (room.replicas[1]);
  g_assert_true (are_direct (&room));
  end_room (&room);
}

static void
test_never_directly_ends_the_road_and_tells_both_why (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;
  gboolean hidden;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  g_object_set (room.replicas[0], "hide-address", TRUE, NULL);
  replica_fixture_wait_until (
      are_relayed (&room, COQUILL_ROAD_WHY_HIDDEN_HERE, COQUILL_ROAD_WHY_HIDDEN_THERE));
  insert (room.replicas[0], 0, "A");
  wait_for_length (&room, 5);

  /* It is kept. */
  replica_fixture_close (room.replicas[0]);
  replica_fixture_wait_until (get_road (&room, 1, 0) == COQUILL_ROAD_NONE);
  replica_fixture_open (room.replicas[0]);
  g_object_get (room.replicas[0], "hide-address", &hidden, NULL);
  g_assert_true (hidden);
  replica_fixture_wait_until (get_why (&room, 0, 1) == COQUILL_ROAD_WHY_HIDDEN_HERE
                              && get_road (&room, 1, 0) == COQUILL_ROAD_RELAY);

  g_object_set (room.replicas[0], "hide-address", FALSE, NULL);
  replica_fixture_wait_until (are_direct (&room));
  g_object_set (room.libraries[1], "hide-address", TRUE, NULL);
  replica_fixture_wait_until (
      are_relayed (&room, COQUILL_ROAD_WHY_HIDDEN_THERE, COQUILL_ROAD_WHY_HIDDEN_HERE));
  g_object_set (room.libraries[1], "hide-address", FALSE, NULL);
  replica_fixture_wait_until (are_direct (&room));
  end_room (&room);
}

static void
test_who_leaves_has_no_road_and_who_returns_has (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;

  start_room (fixture, &room, 2);
  for (guint i = 0; i < 3; i++)
    {
      guint leaver = i % 2;

      replica_fixture_wait_until (are_direct (&room));
      replica_fixture_close (room.replicas[leaver]);
      replica_fixture_wait_until (get_road (&room, 1 - leaver, leaver) == COQUILL_ROAD_NONE);
      insert (room.replicas[1 - leaver], 0, "x");
      replica_fixture_open (room.replicas[leaver]);
    }
  wait_for_length (&room, 7);
  replica_fixture_wait_until (are_direct (&room));
  end_room (&room);
}

/* A silent road is noticed after seconds; without a relay only a goodbye tells so soon. */
static void
test_who_ends_says_goodbye (ReplicaFixture *fixture, gconstpointer data)
{
  g_autoptr (CoquillParticipant) leaver = NULL;
  Room room;
  gint64 left;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  leaver = g_object_ref (see (&room, 0, 1));
  replica_fixture_stop_relay (fixture, SIGKILL);
  g_object_unref (room.replicas[1]);
  replica_fixture_close_library (room.libraries[1]);
  room.n = 1;
  left = g_get_monotonic_time ();
  replica_fixture_wait_until (!coquill_participant_is_present (leaver));
  g_assert_cmpint (g_get_monotonic_time () - left, <, 4 * G_USEC_PER_SEC);
  end_room (&room);
  g_assert_true (coquill_library_wait_for_roads (60000));
  g_assert_true (coquill_library_wait_for_roads (0));
}

/* What a hostile member may say changes nothing but a count. */
static void
test_junk_signals_are_counted_and_disturb_nothing (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;
  g_autoptr (GBytes) junk = g_bytes_new_static ("no signal", 9);
  g_autoptr (CoquillSignal) stale = coquill_signal_new (COQUILL_SIGNAL_DECLINE);
  g_autoptr (GBytes) stale_bytes = NULL;
  const guint8 *device;
  CoquillSync *sync;
  guint64 attempts;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  attempts = get_count (room.replicas[1], "attempts");
  sync = room.replicas[0]->traffic.sync;
  device = coquill_device_keys_get_public (room.replicas[1]->keys)->sign;
  stale->run = 12345;
  stale->reason = COQUILL_DECLINE_BUSY;
  stale_bytes = coquill_signal_encode (stale);
  for (guint i = 0; i < 5; i++)
    {
      coquill_sync_signal (sync, device, junk, g_get_monotonic_time ());
      coquill_sync_signal (sync, device, stale_bytes, g_get_monotonic_time ());
    }
  coquill_replica_pump (room.replicas[0]);
  replica_fixture_wait_until (get_count (room.replicas[1], "signals-malformed") >= 5
                              && get_count (room.replicas[1], "signals-stale") >= 1);
  g_assert_true (are_direct (&room));
  insert (room.replicas[0], 0, "A");
  wait_for_length (&room, 5);
  g_assert_cmpuint (get_count (room.replicas[1], "attempts"), ==, attempts);
  end_room (&room);
}

/* Presence comes by the relay, too, when somebody isn't reached directly; what is said twice by the relay is
 * repeated by somebody else. */
static void
test_what_comes_by_two_roads_is_not_counted (ReplicaFixture *fixture, gconstpointer data)
{
  g_autoptr (CoquillPresence) presence = coquill_presence_new ("Person 1");
  g_autoptr (GBytes) bytes = coquill_presence_encode (presence);
  Room room;

  start_room (fixture, &room, 2);
  for (guint direct = 0; direct < 2; direct++)
    {
      g_autoptr (GBytes) envelope = NULL;
      guint64 before;

      g_object_set (room.replicas[0], "hide-address", !direct, NULL);
      if (direct)
        replica_fixture_wait_until (are_direct (&room));
      else
        replica_fixture_wait_until (
            are_relayed (&room, COQUILL_ROAD_WHY_HIDDEN_HERE, COQUILL_ROAD_WHY_HIDDEN_THERE));
      envelope = coquill_document_seal (room.replicas[1]->document, COQUILL_PAYLOAD_PRESENCE, bytes, NULL,
                                        g_get_real_time (), NULL);
      before = get_count (room.replicas[0], "envelopes-repeated");
      for (guint i = 0; i < 2; i++)
        coquill_replica_receive (room.replicas[0], COQUILL_SYNC_ROAD_RELAY, envelope, 0);
      coquill_replica_pump (room.replicas[0]);
      g_assert_cmpuint (get_count (room.replicas[0], "envelopes-repeated"), ==, before + !direct);
    }
  end_room (&room);
}

static void
all_are_members_cb (CoquillParticipant *participant, GParamSpec *spec, CoquillReplica *replica)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, replica->people.by_device);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_assert_true (((CoquillReplicaPeer *)value)->is_member);
}

/* Names change and are told one by one; whoever hears of one finds everyone a member. */
static void
test_members_stay_members_while_names_change (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;
  CoquillParticipant *others[2];

  start_room (fixture, &room, 3);
  for (guint i = 0; i < 2; i++)
    {
      replica_fixture_wait_until (see (&room, 0, i + 1) != NULL);
      others[i] = see (&room, 0, i + 1);
      replica_fixture_wait_until (get_road (&room, 0, i + 1) != COQUILL_ROAD_NONE);
      g_signal_connect (others[i], "notify::name", G_CALLBACK (all_are_members_cb), room.replicas[0]);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_object_set (room.libraries[i + 1], "name", "Somebody else", NULL);
      replica_fixture_wait_until (strcmp (coquill_participant_get_name (others[i]), "Somebody else") == 0);
    }
  for (guint i = 0; i < 2; i++)
    g_signal_handlers_disconnect_by_data (others[i], room.replicas[0]);
  end_room (&room);
}

static void
test_counts_are_kept (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;
  CoquillLibrary *library;
  g_autoptr (GVariant) counts = NULL;
  guint64 attempts = 0;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  end_room (&room);
  library = replica_fixture_library (fixture, "Person 0");
  counts = coquill_library_dup_road_counts (library);
  g_assert_true (g_variant_lookup (counts, "attempts", "t", &attempts));
  g_assert_cmpuint (attempts, >=, 1);
  g_assert_nonnull (coquill_diagnosis_count_to_words ("attempts"));
  replica_fixture_close_library (library);
}

static gboolean
over_cb (gpointer over)
{
  *(gboolean *)over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Who merges nothing holds no more than a window of each peer's, and gets all the rest later. */
static void
test_a_peer_cannot_fill_the_memory (ReplicaFixture *fixture, gconstpointer data)
{
  enum
  {
    PIECE = 1000 * 1000,
    PIECES = 20,
    HELD_MAX = COQUILL_REPLICA_PENDING_BYTES + 9 * 1024 * 1024
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree char *text = g_malloc (PIECE + 1);
  gboolean over = FALSE;
  gsize most = 0;
  Room room;

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  replica_fixture_stop_relay (fixture, SIGKILL);
  coquill_replica_set_merge_manually (room.replicas[1], TRUE);
  for (guint i = 0; i < PIECES; i++)
    {
      for (guint j = 0; j < PIECE; j++)
        text[j] = (char)g_rand_int_range (random, ' ', '~');
      text[PIECE] = '\0';
      insert (room.replicas[0], 0, text);
      coquill_replica_flush (room.replicas[0]);
    }
  replica_fixture_wait_until (room.replicas[1]->traffic.pending_bytes > COQUILL_REPLICA_PENDING_BYTES);
  g_timeout_add (1500, over_cb, &over);
  while (!over)
    {
      g_main_context_iteration (NULL, TRUE);
      most = MAX (most, room.replicas[1]->traffic.pending_bytes);
    }
  g_test_message ("%" G_GSIZE_FORMAT " bytes were held at most", most);
  g_assert_cmpuint (most, <=, HELD_MAX);
  coquill_replica_set_merge_manually (room.replicas[1], FALSE);
  wait_for_length (&room, 4 + (guint64)PIECES * PIECE);
  end_room (&room);
}

static guint
count_direct (Room *room, guint viewer)
{
  guint n = 0;

  for (guint i = 0; i < room->n; i++)
    n += i != viewer && get_road (room, viewer, i) == COQUILL_ROAD_DIRECT;
  return n;
}

static void
insert_each (Room *room, guint first)
{
  for (guint i = first; i < room->n; i++)
    insert (room->replicas[i], 0, "x");
}

/* Nobody has too many, and no two who both have room are left apart. */
static gboolean
is_settled (Room *room)
{
  for (guint i = 0; i < room->n; i++)
    {
      if (count_direct (room, i) > COQUILL_REPLICA_MAX_DIRECT)
        return FALSE;
      for (guint j = 0; j < room->n; j++)
        if (i != j && get_road (room, i, j) != COQUILL_ROAD_DIRECT
            && (get_why (room, i, j) != COQUILL_ROAD_WHY_TOO_MANY
                || (count_direct (room, i) < COQUILL_REPLICA_MAX_DIRECT
                    && count_direct (room, j) < COQUILL_REPLICA_MAX_DIRECT)))
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_full_mesh (Room *room, guint first)
{
  for (guint i = first; i < room->n; i++)
    if (count_direct (room, i) != room->n - first - 1)
      return FALSE;
  return TRUE;
}

/* In a room of nine somebody goes through the relay; when one leaves, the others are a full mesh. */
static void
test_eight_of_nine_are_a_full_mesh (ReplicaFixture *fixture, gconstpointer data)
{
  Room room;

  start_room (fixture, &room, ROOM);
  replica_fixture_wait_until (is_settled (&room));
  insert_each (&room, 0);
  wait_for_length (&room, 4 + ROOM);

  replica_fixture_close (room.replicas[0]);
  replica_fixture_wait_until (is_full_mesh (&room, 1));
  insert_each (&room, 1);
  replica_fixture_open (room.replicas[0]);
  wait_for_length (&room, 4 + ROOM + ROOM - 1);
  end_room (&room);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GPtrArray *
diagnose (CoquillLibrary *library, const char *relay)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *checks;

  coquill_diagnosis_run_async (library, relay, NULL, result_cb, &result);
  replica_fixture_wait_until (result != NULL);
  checks = coquill_diagnosis_run_finish (result, &error);
  g_assert_no_error (error);
  return checks;
}

static CoquillCheckState
get_state (GPtrArray *checks, const char *id)
{
  for (guint i = 0; i < checks->len; i++)
    {
      const CoquillCheck *check = checks->pdata[i];

      if (strcmp (check->id, id) == 0)
        return check->state;
    }
  g_assert_not_reached ();
}

static void
test_diagnosis_tells_what_works (ReplicaFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) alone = diagnose (NULL, NULL);
  g_autoptr (GPtrArray) inside = NULL;
  g_autoptr (GPtrArray) dead = NULL;
  g_autoptr (GPtrArray) outside = NULL;
  Room room;

  g_assert_false (coquill_diagnosis_can_share (alone));
  g_assert_cmpint (get_state (alone, "relay"), ==, COQUILL_CHECK_UNKNOWN);

  start_room (fixture, &room, 2);
  replica_fixture_wait_until (are_direct (&room));
  inside = diagnose (room.libraries[0], NULL);
  g_assert_true (coquill_diagnosis_can_share (inside));
  g_assert_cmpint (get_state (inside, "clock"), ==, COQUILL_CHECK_OK);
  g_assert_cmpint (get_state (inside, "network"), ==, COQUILL_CHECK_OK);
  g_assert_cmpint (get_state (inside, "udp"), ==, COQUILL_CHECK_OK);
  /* The relay is at a loopback address, from where routers can't be seen. */
  g_assert_cmpint (get_state (inside, "nat"), ==, COQUILL_CHECK_UNKNOWN);
  g_assert_cmpint (get_state (inside, "turn"), !=, COQUILL_CHECK_UNKNOWN);
  end_room (&room);

  outside = diagnose (NULL, fixture->origin);
  g_assert_true (coquill_diagnosis_can_share (outside));
  g_assert_cmpint (get_state (outside, "udp"), ==, COQUILL_CHECK_OK);
  g_assert_cmpint (get_state (outside, "turn"), ==, COQUILL_CHECK_UNKNOWN);

  replica_fixture_stop_relay (fixture, SIGTERM);
  dead = diagnose (NULL, fixture->origin);
  g_assert_false (coquill_diagnosis_can_share (dead));
  g_assert_cmpint (get_state (dead, "relay"), ==, COQUILL_CHECK_FAILED);
  for (guint i = 0; i < dead->len; i++)
    g_assert_cmpuint (strlen (((const CoquillCheck *)dead->pdata[i])->words), >, 0);
}

static void
skip_without_network (ReplicaFixture *fixture, gconstpointer data)
{
  g_test_skip (no_network);
}

int
main (int argc, char **argv)
{
  no_network = own_network_enter (argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                                  \
  g_test_add ("/replica-direct/" name, ReplicaFixture, NULL, replica_fixture_set_up,                         \
              no_network == NULL ? function : skip_without_network, replica_fixture_tear_down)
  ADD ("two-go-direct-and-say-so", test_two_go_direct_and_say_so);
  ADD ("text-arrives-while-the-relay-is-dead", test_text_arrives_while_the_relay_is_dead);
  ADD ("never-directly-ends-the-road-and-tells-both-why",
       test_never_directly_ends_the_road_and_tells_both_why);
  ADD ("who-leaves-has-no-road-and-who-returns-has", test_who_leaves_has_no_road_and_who_returns_has);
  ADD ("who-ends-says-goodbye", test_who_ends_says_goodbye);
  ADD ("junk-signals-are-counted-and-disturb-nothing", test_junk_signals_are_counted_and_disturb_nothing);
  ADD ("a-peer-cannot-fill-the-memory", test_a_peer_cannot_fill_the_memory);
  ADD ("what-comes-by-two-roads-is-not-counted", test_what_comes_by_two_roads_is_not_counted);
  ADD ("members-stay-members-while-names-change", test_members_stay_members_while_names_change);
  ADD ("counts-are-kept", test_counts_are_kept);
  ADD ("eight-of-nine-are-a-full-mesh", test_eight_of_nine_are_a_full_mesh);
  ADD ("diagnosis-tells-what-works", test_diagnosis_tells_what_works);
#undef ADD
  return g_test_run ();
}
