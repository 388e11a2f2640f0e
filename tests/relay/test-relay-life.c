/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay-life.c: the relay as a whole program: how it is started, ends, and keeps what it acknowledged */

#include "relay-fixture.h"

#include "trust/envelope.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define STORED COQUILL_ENVELOPE_STORED
#define LIVE COQUILL_ENVELOPE_LIVE

static void
test_only_the_relays_own_names (RelayFixture *fixture, gconstpointer data)
{
  const char upgrade[] = "GET /v1 HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  g_autoptr (GString) wrong = g_string_new (upgrade);
  g_autoptr (GString) right = g_string_new (upgrade);
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);
  g_autofree char *answer = NULL;
  char start[13] = { 0 };

  g_string_replace (wrong, "%s", "other.example", 0);
  g_string_replace (right, "%s", "Relay.Example:8443", 0);
  answer = relay_fixture_ask (fixture, wrong->str);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 421"));
  g_assert_true (relay_visitor_write (visitor, right->str, right->len));
  g_assert_cmpint (recv (visitor->descriptor, start, 12, MSG_WAITALL), ==, 12);
  g_assert_cmpstr (start, ==, "HTTP/1.1 101");
}

/* Of the relay with these options. */
static gboolean
warns_of_no_name (const char *const *options)
{
  RelayProcess *relay = relay_process_start (NULL, options);
  g_autofree char *log = relay_process_read_log (relay);

  relay_process_stop (relay);
  return strstr (log, " warning name ") != NULL;
}

static void
test_a_relay_for_many_should_have_a_name (void)
{
  static const char *const nameless[] = { "--listen=0.0.0.0:0", NULL };
  static const char *const named[] = { "--listen=0.0.0.0:0", "--name=relay.example", NULL };

  g_assert_true (warns_of_no_name (nameless));
  g_assert_false (warns_of_no_name (named));
  g_assert_false (warns_of_no_name (NULL));
}

static void
test_sigterm_writes_says_goodbye_and_ends_well (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_fixture_enter (fixture);
  guint stored = 0;
  gboolean told = FALSE;
  CoquillRelayFrame frame;
  int status;

  for (guint i = 1; i <= 300; i++)
    g_assert_true (relay_visitor_post (visitor, 1, STORED, 4096, i));
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
  stored++;
  status = relay_process_signal (fixture->relay, SIGTERM);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  while (relay_visitor_receive (visitor, &frame))
    {
      stored += frame.kind == COQUILL_RELAY_FRAME_STORED;
      told |= frame.kind == COQUILL_RELAY_FRAME_REFUSAL && frame.code == COQUILL_RELAY_CODE_STOPPING;
      coquill_relay_frame_clear (&frame);
    }
  g_assert_cmpuint (visitor->close_code, ==, 1001);
  g_assert_true (told);

  relay_process_restart (fixture->relay);
  g_autoptr (RelayVisitor) again = relay_visitor_new (fixture->relay);
  relay_visitor_enter (again, 1, COQUILL_ROOM_READ, fixture->keys, &fixture->lock);
  relay_visitor_expect (again, COQUILL_RELAY_FRAME_ENTERED, &frame);
  g_assert_cmpuint (frame.position, ==, stored);
}

static void
test_sigkill_keeps_all_that_was_acknowledged (RelayFixture *fixture, gconstpointer data)
{
  guint64 acknowledged = 0, sent = 0;

  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (RelayVisitor) visitor = relay_fixture_enter (fixture);
      g_autoptr (RelayVisitor) check = NULL;
      g_auto (CoquillRelayFrame) end = { 0 };
      guint wanted = g_test_rand_int_range (1, 100);

      for (guint i = 0; i < 200; i++)
        g_assert_true (relay_visitor_post (visitor, 1, STORED, 1024, ++sent));
      while (wanted-- > 0)
        {
          g_auto (CoquillRelayFrame) frame = { 0 };
          relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
          acknowledged = MAX (acknowledged, frame.position);
        }
      relay_process_signal (fixture->relay, SIGKILL);
      relay_process_restart (fixture->relay);
      check = relay_visitor_new (fixture->relay);
      relay_visitor_enter (check, 1, COQUILL_ROOM_READ, fixture->keys, &fixture->lock);
      relay_visitor_expect (check, COQUILL_RELAY_FRAME_ENTERED, &end);
      g_assert_cmpuint (end.position, >=, acknowledged);
      acknowledged = end.position;
    }
}

static void
test_a_full_disk_is_told_and_nothing_is_lost (void)
{
  g_autofree char *folder = g_dir_make_tmp ("coquill-full-XXXXXX", NULL);
  g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
  g_autoptr (RelayProcess) relay = NULL;
  g_autoptr (RelayVisitor) visitor = NULL;
  g_auto (CoquillRelayFrame) entered = { 0 };
  CoquillRoomLock lock;
  guint64 stored = 0;
  gboolean is_full = FALSE;

  if (mount ("tmpfs", folder, "tmpfs", 0, "size=3m,mode=0700") != 0)
    {
      g_rmdir (folder);
      g_test_skip ("mounting a small tmpfs needs rights that this user has not");
      return;
    }
  relay = relay_process_start (folder, NULL);
  visitor = relay_visitor_new (relay);
  coquill_room_lock_init_first (&lock, keys);
  relay_visitor_enter (visitor, 1, COQUILL_ROOM_WRITE, keys, &lock);
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &entered);
  for (guint i = 1; i <= 100 && !is_full; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      g_assert_true (relay_visitor_post (visitor, 1, STORED, 65536, i));
      do
        {
          coquill_relay_frame_clear (&frame);
          g_assert_true (relay_visitor_receive (visitor, &frame));
        }
      while (frame.kind != COQUILL_RELAY_FRAME_STORED && frame.kind != COQUILL_RELAY_FRAME_REFUSAL);
      if (frame.kind == COQUILL_RELAY_FRAME_STORED)
        stored = frame.position;
      else
        {
          g_assert_cmpuint (frame.code, ==, COQUILL_RELAY_CODE_FULL);
          g_assert_cmpuint (frame.reference, ==, i);
          is_full = TRUE;
        }
    }
  g_assert_true (is_full);
  g_assert_cmpuint (stored, >, 3);

  /* It serves on, and after a restart has what it acknowledged. */
  g_assert_true (relay_visitor_post (visitor, 1, LIVE, 256, 0));
  relay_process_signal (relay, SIGKILL);
  relay_process_restart (relay);
  g_autoptr (RelayVisitor) again = relay_visitor_new (relay);
  relay_visitor_enter (again, 1, COQUILL_ROOM_READ, keys, &lock);
  coquill_relay_frame_clear (&entered);
  relay_visitor_expect (again, COQUILL_RELAY_FRAME_ENTERED, &entered);
  g_assert_cmpuint (entered.position, ==, stored);
  g_clear_pointer (&relay, relay_process_stop);
  g_assert_cmpint (umount (folder), ==, 0);
  g_rmdir (folder);
}

/* Runs the program to its end. Returns its exit status. */
static int
run (const char *const *options, char **errors)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_add (arguments, (char *)g_getenv ("COQUILL_RELAY"));
  for (; *options != NULL; options++)
    g_ptr_array_add (arguments, (char *)*options);
  g_ptr_array_add (arguments, NULL);
  g_spawn_sync (NULL, (char **)arguments->pdata, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, errors,
                &status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_the_command_line (RelayFixture *fixture, gconstpointer data)
{
  g_autofree char *same = g_strconcat ("--data=", relay_process_get_folder (fixture->relay), NULL);
  g_autofree char *busy = g_strdup_printf ("--listen=127.0.0.1:%u", relay_process_get_port (fixture->relay));
  const struct
  {
    const char *options[5];
    int status;
    const char *says;
  } calls[] = {
    { { "--version" }, 0, "" },
    { { "--help" }, 0, "" },
    { { NULL }, 2, "--listen" },
    { { "--listen=127.0.0.1:0", "--data=/dev/null/x" }, 1, "can't be used" },
    { { "--listen=somewhere", "--data=/tmp", "--rooms=0" }, 2, "--rooms" },
    { { "--nonsense" }, 2, "--nonsense" },
    { { "--listen=127.0.0.1:0", "--data=/tmp", "--stun=nowhere" }, 2, "--stun" },
    { { "--listen=127.0.0.1:0", "--data=/tmp", "--turn=turn:host" }, 2, "--turn-secret-file" },
    { { "--listen=127.0.0.1:0", "--turn=turns:host", "--turn-secret-file=/x", "--data=/tmp" },
      2,
      "turn:HOST" },
    { { "--listen=127.0.0.1:0", same }, 1, "Another relay" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autofree char *errors = NULL;
      g_assert_cmpint (run (calls[i].options, &errors), ==, calls[i].status);
      if (strstr (errors, calls[i].says) == NULL)
        g_error ("Expected “%s” in: %s", calls[i].says, errors);
    }

  g_autofree char *folder = g_dir_make_tmp ("coquill-relay-XXXXXX", NULL);
  g_autofree char *fresh = g_strconcat ("--data=", folder, NULL);
  g_autofree char *errors = NULL;
  g_autofree char *database = g_build_filename (folder, "mailbox.db", NULL);
  g_autofree char *lock = g_build_filename (folder, "relay.lock", NULL);
  const char *taken[] = { busy, fresh, NULL };
  g_assert_cmpint (run (taken, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "Can't listen"));
  g_clear_pointer (&errors, g_free);
  const char *no_secret[]
      = { "--listen=127.0.0.1:0", "--turn=turn:host", "--turn-secret-file=/nonexistent", fresh, NULL };
  g_assert_cmpint (run (no_secret, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "/nonexistent"));
  g_clear_pointer (&errors, g_free);
  g_assert_true (g_file_set_contents (database, "This is no mailbox, but a letter.", -1, NULL));
  const char *damaged[] = { "--listen=127.0.0.1:0", fresh, NULL };
  g_assert_cmpint (run (damaged, &errors), ==, 1);
  g_assert_nonnull (strstr (errors, "damaged"));
  g_unlink (database);
  g_unlink (lock);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  static const char *const named[] = { "--name=relay.example:8443", "--name=second.example", NULL };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, options, function)                                                                         \
  g_test_add ("/relay/" path, RelayFixture, options, relay_fixture_set_up, function, relay_fixture_tear_down)
  ADD ("only-the-relays-own-names", named, test_only_the_relays_own_names);
  ADD ("sigterm-writes-says-goodbye-and-ends-well", NULL, test_sigterm_writes_says_goodbye_and_ends_well);
  ADD ("sigkill-keeps-all-that-was-acknowledged", NULL, test_sigkill_keeps_all_that_was_acknowledged);
  ADD ("the-command-line", NULL, test_the_command_line);
#undef ADD
  g_test_add_func ("/relay/a-relay-for-many-should-have-a-name", test_a_relay_for_many_should_have_a_name);
  g_test_add_func ("/relay/a-full-disk-is-told-and-nothing-is-lost",
                   test_a_full_disk_is_told_and_nothing_is_lost);
  return g_test_run ();
}
