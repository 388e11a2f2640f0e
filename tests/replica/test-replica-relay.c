/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica-relay.c: replicas that write one document over a real relay. */

#include "replica-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static void
insert (CoquillReplica *replica, guint64 position, const char *text)
{
  g_autoptr (GError) error = NULL;

  coquill_replica_insert (replica, position, text, -1, &error);
  g_assert_no_error (error);
}

static gboolean
have_same_text (CoquillReplica *one, CoquillReplica *other)
{
  g_autofree char *a = replica_fixture_text (one);
  g_autofree char *b = replica_fixture_text (other);

  return strcmp (a, b) == 0;
}

static CoquillParticipant *
find_other (CoquillReplica *replica, const char *name)
{
  GListModel *people = coquill_replica_get_people (replica);

  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (CoquillParticipant) participant = g_list_model_get_item (people, i);

      if (strcmp (coquill_participant_get_name (participant), name) == 0)
        return participant; /* the list keeps it */
    }
  return NULL;
}

static gboolean
is_here (CoquillReplica *replica, const char *name)
{
  CoquillParticipant *other = find_other (replica, name);

  return other != NULL && coquill_participant_is_present (other);
}

static char *
share (ReplicaFixture *fixture, CoquillReplica *replica)
{
  g_autoptr (GError) error = NULL;
  char *link = replica_fixture_share (replica, fixture->origin, &error);

  g_assert_no_error (error);
  return link;
}

/* Two libraries that have one document, open on both. */
typedef struct
{
  CoquillLibrary *ana_library, *ben_library;
  CoquillReplica *ana, *ben;
} Pair;

static void
start_pair (ReplicaFixture *fixture, Pair *pair, const char *text)
{
  g_autofree char *link = NULL;

  replica_fixture_start_relay (fixture);
  pair->ana_library = replica_fixture_library (fixture, "ana");
  pair->ben_library = replica_fixture_library (fixture, "ben");
  g_object_set (pair->ana_library, "name", "Ana", NULL);
  g_object_set (pair->ben_library, "name", "Ben", NULL);
  pair->ana = replica_fixture_create (pair->ana_library, "Shared", text);
  link = share (fixture, pair->ana);
  g_assert_true (coquill_replica_is_shared (pair->ana));
  pair->ben = replica_fixture_join (pair->ben_library, link);
}

static void
end_pair (Pair *pair)
{
  g_object_unref (pair->ana);
  g_object_unref (pair->ben);
  replica_fixture_close_library (pair->ana_library);
  replica_fixture_close_library (pair->ben_library);
}

static void
test_two_write_one_document (ReplicaFixture *fixture, gconstpointer data)
{
  Pair pair;

  start_pair (fixture, &pair, "common text");
  replica_fixture_assert_text (pair.ben, "common text");
  g_assert_cmpstr (coquill_replica_get_title (pair.ben), ==, "Shared");
  g_assert_cmpstr (coquill_replica_get_id (pair.ben), ==, coquill_replica_get_id (pair.ana));

  insert (pair.ana, 0, "Ana: ");
  insert (pair.ben, G_MAXUINT64, " by Ben");
  replica_fixture_wait_until (coquill_replica_get_length (pair.ana) == 23
                              && coquill_replica_get_length (pair.ben) == 23);
  replica_fixture_assert_text (pair.ana, "Ana: common text by Ben");
  replica_fixture_assert_text (pair.ben, "Ana: common text by Ben");

  for (guint i = 0; i < 200; i++)
    {
      insert (i % 2 ? pair.ana : pair.ben, (i * 7) % (20 + i / 2), i % 2 ? "a" : "b");
      if (i % 10 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  replica_fixture_wait_until (coquill_replica_get_length (pair.ana) == 223
                              && coquill_replica_get_length (pair.ben) == 223);
  g_assert_true (have_same_text (pair.ana, pair.ben));
  replica_fixture_deliver (pair.ana);
  replica_fixture_deliver (pair.ben);
  g_assert_cmpint (coquill_replica_get_status (pair.ana), ==, COQUILL_STATUS_UP_TO_DATE);
  end_pair (&pair);
}

static void
test_people_see_each_other (ReplicaFixture *fixture, gconstpointer data)
{
  Pair pair;
  CoquillParticipant *ben;
  guint64 caret = 0, bound = 0;

  start_pair (fixture, &pair, "0123456789");
  replica_fixture_wait_until (is_here (pair.ana, "Ben") && is_here (pair.ben, "Ana"));
  coquill_replica_set_caret (pair.ben, 5, 8);
  ben = find_other (pair.ana, "Ben");
  replica_fixture_wait_until (coquill_participant_get_caret (ben, &caret, &bound));
  g_assert_cmpuint (caret, ==, 5);
  g_assert_cmpuint (bound, ==, 8);

  insert (pair.ana, 0, "xxx");
  g_assert_true (coquill_participant_get_caret (ben, &caret, &bound));
  g_assert_cmpuint (caret, ==, 8);
  g_assert_cmpuint (bound, ==, 11);

  insert (pair.ben, 1, "t");
  coquill_replica_set_caret (pair.ben, 2, 2);
  replica_fixture_wait_until (coquill_participant_is_typing (ben));

  replica_fixture_close (pair.ben);
  replica_fixture_wait_until (!is_here (pair.ana, "Ben"));
  g_assert_false (coquill_participant_get_caret (ben, NULL, NULL));
  end_pair (&pair);
}

static void
test_undo_takes_back_only_ones_own (ReplicaFixture *fixture, gconstpointer data)
{
  Pair pair;

  start_pair (fixture, &pair, "start");
  insert (pair.ana, 5, " ana");
  replica_fixture_wait_until (coquill_replica_get_length (pair.ben) == 9);
  insert (pair.ben, 0, "ben ");
  replica_fixture_wait_until (coquill_replica_get_length (pair.ana) == 13);
  g_assert_true (coquill_replica_undo (pair.ana, NULL));
  replica_fixture_wait_until (coquill_replica_get_length (pair.ben) == 9);
  replica_fixture_assert_text (pair.ben, "ben start");
  replica_fixture_assert_text (pair.ana, "ben start");
  end_pair (&pair);
}

static void
test_written_off_line_is_delivered_later (ReplicaFixture *fixture, gconstpointer data)
{
  Pair pair;

  start_pair (fixture, &pair, "text");
  g_object_set (pair.ana, "online", FALSE, NULL);
  replica_fixture_wait_until (coquill_replica_get_status (pair.ana) == COQUILL_STATUS_OFFLINE);
  insert (pair.ana, 0, "A");
  insert (pair.ben, 4, "B");
  replica_fixture_deliver (pair.ben);
  replica_fixture_assert_text (pair.ana, "Atext");
  replica_fixture_assert_text (pair.ben, "textB");
  g_object_set (pair.ana, "online", TRUE, NULL);
  replica_fixture_catch_up (pair.ana);
  replica_fixture_assert_text (pair.ana, "AtextB");
  replica_fixture_catch_up (pair.ben);
  replica_fixture_assert_text (pair.ben, "AtextB");
  end_pair (&pair);
}

/* A writes and goes; B joins while A is away, writes, goes; A returns. */
static void
test_mailbox_carries_between_those_never_there_together (ReplicaFixture *fixture, gconstpointer data)
{
  g_autofree char *link = NULL;
  g_autofree char *id = NULL;
  CoquillLibrary *library;
  CoquillReplica *replica;

  replica_fixture_start_relay (fixture);
  library = replica_fixture_library (fixture, "ana");
  replica = replica_fixture_create (library, NULL, "from Ana");
  id = g_strdup (coquill_replica_get_id (replica));
  link = share (fixture, replica);
  g_object_unref (replica);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "ben");
  replica = replica_fixture_join (library, link);
  replica_fixture_assert_text (replica, "from Ana");
  insert (replica, 8, " and Ben");
  replica_fixture_deliver (replica);
  g_object_unref (replica);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "ana");
  replica = coquill_library_find (library, id, NULL);
  g_assert_true (coquill_replica_is_shared (replica));
  replica_fixture_open (replica);
  replica_fixture_catch_up (replica);
  replica_fixture_assert_text (replica, "from Ana and Ben");
  insert (replica, 0, "again ");
  replica_fixture_deliver (replica);
  replica_fixture_close_library (library);

  library = replica_fixture_library (fixture, "ben");
  replica = coquill_library_find (library, id, NULL);
  replica_fixture_open (replica);
  replica_fixture_catch_up (replica);
  replica_fixture_assert_text (replica, "again from Ana and Ben");
  replica_fixture_close_library (library);
}

static void
test_relay_killed_and_emptied_gets_everything_again (ReplicaFixture *fixture, gconstpointer data)
{
  g_autofree char *relay = g_build_filename (fixture->folder, "relay", NULL);
  g_autofree char *moved = g_build_filename (fixture->folder, "relay-of-before", NULL);
  g_autofree char *link = NULL;
  CoquillLibrary *library;
  CoquillReplica *third;
  Pair pair;

  start_pair (fixture, &pair, "text");
  replica_fixture_stop_relay (fixture, SIGKILL);
  replica_fixture_wait_until (coquill_replica_get_status (pair.ana) == COQUILL_STATUS_OFFLINE
                              && coquill_replica_get_status (pair.ben) == COQUILL_STATUS_OFFLINE);
  insert (pair.ana, 0, "A");
  insert (pair.ben, 4, "B");
  replica_fixture_start_relay (fixture);
  replica_fixture_wait_until (coquill_replica_get_length (pair.ana) == 6
                              && coquill_replica_get_length (pair.ben) == 6);
  replica_fixture_assert_text (pair.ana, "AtextB");
  replica_fixture_assert_text (pair.ben, "AtextB");

  replica_fixture_stop_relay (fixture, SIGTERM);
  g_assert_cmpint (g_rename (relay, moved), ==, 0);
  insert (pair.ana, 0, "1");
  replica_fixture_start_relay (fixture);
  replica_fixture_wait_until (coquill_replica_get_length (pair.ben) == 7);
  link = share (fixture, pair.ana);

  library = replica_fixture_library (fixture, "cem");
  third = replica_fixture_join (library, link);
  replica_fixture_assert_text (third, "1AtextB");
  g_object_unref (third);
  replica_fixture_close_library (library);
  end_pair (&pair);
}

static void
test_large_text_is_shared_whole (ReplicaFixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Pair pair;

  for (guint i = 0; text->len < 3 * 1024 * 1024; i++)
    g_string_append_printf (text, "line %u of many, %08x\n", i, i * 2654435761u);
  start_pair (fixture, &pair, text->str);
  replica_fixture_assert_text (pair.ben, text->str);
  end_pair (&pair);
}

/* What the merged blocks hold bears its authors' signatures, or nobody would take it. */
static void
test_merged_history_is_shared_whole (ReplicaFixture *fixture, gconstpointer data)
{
  g_autofree char *relay = g_build_filename (fixture->folder, "relay", NULL);
  g_autofree char *moved = g_build_filename (fixture->folder, "relay-of-before", NULL);
  g_autofree char *link = NULL;
  g_autofree char *text = NULL;
  CoquillLibrary *library;
  CoquillReplica *third;
  Pair pair;

  start_pair (fixture, &pair, "text");
  for (guint i = 0; i < 600; i++)
    {
      CoquillReplica *writer = i % 2 ? pair.ana : pair.ben;

      insert (writer, i / 2, "x");
      coquill_replica_commit_async (writer, NULL, NULL, NULL);
    }
  replica_fixture_deliver (pair.ben);
  replica_fixture_catch_up (pair.ana);
  text = replica_fixture_text (pair.ana);
  g_assert_cmpuint (strlen (text), ==, 604);
  replica_fixture_close (pair.ana);
  replica_fixture_close (pair.ben);
  replica_fixture_stop_relay (fixture, SIGTERM);
  g_assert_cmpint (g_rename (relay, moved), ==, 0);
  replica_fixture_start_relay (fixture);

  replica_fixture_open (pair.ana);
  replica_fixture_assert_text (pair.ana, text);
  link = share (fixture, pair.ana);
  library = replica_fixture_library (fixture, "cem");
  third = replica_fixture_join (library, link);
  replica_fixture_assert_text (third, text);
  g_object_unref (third);
  replica_fixture_close_library (library);
  end_pair (&pair);
}

static void
test_joining_waits_for_a_relay_that_is_away (ReplicaFixture *fixture, gconstpointer data)
{
  g_autofree char *link = NULL;
  g_autoptr (CoquillJoin) join = NULL;
  CoquillLibrary *library;
  CoquillReplica *replica;
  g_autoptr (GError) error = NULL;

  replica_fixture_start_relay (fixture);
  library = replica_fixture_library (fixture, "ana");
  replica = replica_fixture_create (library, NULL, "text");
  link = share (fixture, replica);
  g_object_unref (replica);
  replica_fixture_close_library (library);
  replica_fixture_stop_relay (fixture, SIGTERM);

  library = replica_fixture_library (fixture, "ben");
  join = coquill_library_join (library, link);
  replica_fixture_wait_until (coquill_join_get_error (join) != NULL);
  g_assert_cmpint (coquill_join_get_state (join), ==, COQUILL_JOIN_CONNECTING);
  g_assert_error (coquill_join_get_error (join), COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY);
  replica_fixture_start_relay (fixture);
  replica_fixture_wait_until (coquill_join_get_state (join) == COQUILL_JOIN_DONE);
  replica_fixture_assert_text (coquill_join_get_replica (join), "text");
  g_clear_object (&join);

  replica = replica_fixture_create (library, NULL, "other");
  replica_fixture_stop_relay (fixture, SIGTERM);
  g_assert_null (replica_fixture_share (replica, fixture->origin, &error));
  g_assert_error (error, COQUILL_REPLICA_ERROR, COQUILL_REPLICA_ERROR_RELAY);
  g_assert_false (coquill_replica_is_shared (replica));
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function)                                                                                  \
  g_test_add ("/replica/" name, ReplicaFixture, NULL, replica_fixture_set_up, function,                      \
              replica_fixture_tear_down)
  ADD ("two-write-one-document", test_two_write_one_document);
  ADD ("people-see-each-other", test_people_see_each_other);
  ADD ("undo-takes-back-only-ones-own", test_undo_takes_back_only_ones_own);
  ADD ("written-off-line-is-delivered-later", test_written_off_line_is_delivered_later);
  ADD ("mailbox-carries-between-those-never-there-together",
       test_mailbox_carries_between_those_never_there_together);
  ADD ("relay-killed-and-emptied-gets-everything-again", test_relay_killed_and_emptied_gets_everything_again);
  ADD ("large-text-is-shared-whole", test_large_text_is_shared_whole);
  ADD ("merged-history-is-shared-whole", test_merged_history_is_shared_whole);
  ADD ("joining-waits-for-a-relay-that-is-away", test_joining_waits_for_a_relay_that_is_away);
#undef ADD
  return g_test_run ();
}
