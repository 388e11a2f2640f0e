/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica-crash.c: one of two writers is killed again and again, and so is the relay between them. */

#include "replica-fixture.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS 10
/* The relay is killed with these. */
#define FIRST_RELAY_KILL 3
#define SECOND_RELAY_KILL 7

static const char *program;

/* Marks: what each writer strews in, at random places but never inside another mark. */

typedef struct
{
  CoquillReplica *replica;
  GRand *rand;
  char writer;
  guint next;
  GArray *committed; /* of guint; or NULL to print */
  GQueue committing; /* numbers, in order */
} Writer;

static void
commit_is_done (Writer *self, guint number)
{
  if (self->committed != NULL)
    g_array_append_val (self->committed, number);
  else
    {
      g_print ("%u\n", number);
      fflush (stdout);
    }
}

static void
mark_committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Writer *self = data;
  g_autoptr (GError) error = NULL;

  coquill_replica_commit_finish (COQUILL_REPLICA (source), result, &error);
  g_assert_no_error (error);
  commit_is_done (self, GPOINTER_TO_UINT (g_queue_pop_head (&self->committing)));
}

static gboolean
write_mark_cb (gpointer data)
{
  Writer *self = data;
  g_autofree char *mark = g_strdup_printf ("<%c%u>", self->writer, self->next);
  g_autofree char *text = replica_fixture_text (self->replica);
  g_autoptr (GError) error = NULL;
  guint64 place = (guint64)g_rand_double_range (self->rand, 0, (double)strlen (text) + 1);

  while (place > 0 && place < strlen (text) && text[place - 1] != '>')
    place--;
  coquill_replica_insert (self->replica, place, mark, -1, &error);
  g_assert_no_error (error);
  g_queue_push_tail (&self->committing, GUINT_TO_POINTER (self->next));
  coquill_replica_commit_async (self->replica, NULL, mark_committed_cb, self);
  self->next++;
  return G_SOURCE_CONTINUE;
}

/* A process of its own: writes marks from @first on until it is killed. */
G_NORETURN static void
write_until_killed (const char *folder, const char *id, guint first)
{
  ReplicaFixture fixture = { .folder = g_strdup (folder) };
  CoquillLibrary *library = replica_fixture_library (&fixture, "ben");
  Writer writer = { .writer = 'b', .next = first, .rand = g_rand_new_with_seed (first) };

  writer.replica = coquill_library_find (library, id, NULL);
  g_assert_nonnull (writer.replica);
  replica_fixture_open (writer.replica);
  g_timeout_add (5, write_mark_cb, &writer);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct
{
  GPid pid;
  GIOChannel *output;
  guint watch;
  guint last; /* the highest number that was acknowledged */
  GArray *acknowledged;
} Child;

static gboolean
read_number_cb (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Child *child = data;
  g_autofree char *line = NULL;
  GIOStatus status = g_io_channel_read_line (channel, &line, NULL, NULL, NULL);

  if (status == G_IO_STATUS_NORMAL && g_str_has_suffix (line, "\n"))
    {
      child->last = (guint)g_ascii_strtoull (line, NULL, 10);
      g_array_append_val (child->acknowledged, child->last);
    }
  if (status == G_IO_STATUS_NORMAL || status == G_IO_STATUS_AGAIN)
    return G_SOURCE_CONTINUE;
  child->watch = 0;
  return G_SOURCE_REMOVE;
}

static void
start_child (Child *child, const char *folder, const char *id, guint first)
{
  g_autofree char *number = g_strdup_printf ("%u", first);
  const char *arguments[] = { program, "--write", folder, id, number, NULL };
  g_autoptr (GError) error = NULL;
  int output;

  g_spawn_async_with_pipes (NULL, (char **)arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &child->pid, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  child->output = g_io_channel_unix_new (output);
  g_io_channel_set_close_on_unref (child->output, TRUE);
  g_io_channel_set_flags (child->output, G_IO_FLAG_NONBLOCK, NULL);
  child->watch = g_io_add_watch (child->output, G_IO_IN | G_IO_HUP, read_number_cb, child);
}

static void
kill_child (Child *child)
{
  kill (child->pid, SIGKILL);
  waitpid (child->pid, NULL, 0);
  /* What it had said before counts. */
  replica_fixture_wait_until (child->watch == 0);
  g_io_channel_unref (child->output);
}

static void
assert_once (const char *text, char writer, GArray *numbers)
{
  for (guint i = 0; i < numbers->len; i++)
    {
      g_autofree char *mark = g_strdup_printf ("<%c%u>", writer, g_array_index (numbers, guint, i));
      const char *found = strstr (text, mark);

      if (found == NULL || strstr (found + 1, mark) != NULL)
        g_error ("%s is there %s", mark, found == NULL ? "never" : "twice");
    }
}

static void
test_nothing_acknowledged_is_lost (ReplicaFixture *fixture, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autofree char *link = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  CoquillLibrary *ana_library, *ben_library;
  Writer ana = { .writer = 'a', .rand = rand, .committed = g_array_new (FALSE, FALSE, sizeof (guint)) };
  Child child = { .acknowledged = g_array_new (FALSE, FALSE, sizeof (guint)) };
  CoquillReplica *ben;
  g_autofree char *id = NULL;
  guint timer, first = 0;

  g_test_message ("seed %u", seed);
  replica_fixture_start_relay (fixture);
  ana_library = replica_fixture_library (fixture, "ana");
  ana.replica = replica_fixture_create (ana_library, "marks", NULL);
  id = g_strdup (coquill_replica_get_id (ana.replica));
  link = replica_fixture_share (ana.replica, fixture->origin, &error);
  g_assert_no_error (error);
  ben_library = replica_fixture_library (fixture, "ben");
  g_object_unref (replica_fixture_join (ben_library, link));
  replica_fixture_close_library (ben_library);

  timer = g_timeout_add (5, write_mark_cb, &ana);
  for (guint i = 0; i < N_KILLS; i++)
    {
      guint wanted = child.acknowledged->len + (guint)g_rand_int_range (rand, 1, 80);

      start_child (&child, fixture->folder, id, first);
      replica_fixture_wait_until (child.acknowledged->len >= wanted);
      if (i == FIRST_RELAY_KILL || i == SECOND_RELAY_KILL)
        {
          replica_fixture_stop_relay (fixture, SIGKILL);
          wanted = child.acknowledged->len + 20;
          replica_fixture_wait_until (child.acknowledged->len >= wanted);
          replica_fixture_start_relay (fixture);
        }
      kill_child (&child);
      /* Numbers that were written but not acknowledged may be there, so they are not used again. */
      first = child.last + 1000;
    }
  g_source_remove (timer);
  replica_fixture_wait_until (g_queue_is_empty (&ana.committing));

  ben_library = replica_fixture_library (fixture, "ben");
  ben = coquill_library_find (ben_library, id, NULL);
  replica_fixture_open (ben);
  replica_fixture_catch_up (ben);
  replica_fixture_catch_up (ana.replica);
  replica_fixture_catch_up (ben);
  text = replica_fixture_text (ben);
  replica_fixture_assert_text (ana.replica, text);
  g_test_message ("%u and %u marks", ana.committed->len, child.acknowledged->len);
  assert_once (text, 'a', ana.committed);
  assert_once (text, 'b', child.acknowledged);

  replica_fixture_close_library (ben_library);
  g_object_unref (ana.replica);
  replica_fixture_close_library (ana_library);
  g_array_unref (ana.committed);
  g_array_unref (child.acknowledged);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 5 && strcmp (argv[1], "--write") == 0)
    write_until_killed (argv[2], argv[3], (guint)g_ascii_strtoull (argv[4], NULL, 10));

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/replica/nothing-acknowledged-is-lost", ReplicaFixture, NULL, replica_fixture_set_up,
              test_nothing_acknowledged_is_lost, replica_fixture_tear_down);
  return g_test_run ();
}
