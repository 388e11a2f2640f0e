/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-relay-limits.c: the relay as a whole program, met by clients that are slow, many, too fast or silent
 */

#include "relay-fixture.h"

#include "trust/envelope.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STORED COQUILL_ENVELOPE_STORED

static void
test_who_does_not_read_is_cut_off (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) slow = relay_fixture_enter (fixture);
  g_autoptr (RelayVisitor) writer = relay_fixture_enter (fixture);
  gsize before = relay_fixture_get_memory (fixture);
  g_auto (CoquillRelayFrame) end = { 0 };
  gboolean said = FALSE;

  for (guint i = 1; i <= 600; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      g_assert_true (relay_visitor_post (writer, 1, STORED, 65536, i));
      relay_visitor_expect (writer, COQUILL_RELAY_FRAME_STORED, &frame);
    }
  /* 39 MB went by: what it holds for the slow one is bounded. */
  g_assert_cmpuint (relay_fixture_get_memory (fixture), <, before + (40 << 20));
  while (relay_visitor_receive (slow, &end))
    {
      said |= end.kind == COQUILL_RELAY_FRAME_REFUSAL && end.code == COQUILL_RELAY_CODE_SLOW;
      coquill_relay_frame_clear (&end);
    }
  g_autofree char *log = relay_process_read_log (fixture->relay);
  g_assert_nonnull (strstr (log, "does not read as fast"));
  g_test_message ("the slow client %s told", said ? "was" : "could not be");
  relay_fixture_assert_alive (fixture);
}

static void
test_one_address_has_its_share (RelayFixture *fixture, gconstpointer data)
{
  RelayVisitor *visitors[8];
  g_autoptr (RelayVisitor) late = NULL;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    visitors[i] = relay_visitor_new (fixture->relay);
  late = relay_visitor_connect (fixture->relay);
  answer = relay_visitor_read_all (late);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 429"));
  for (guint i = 0; i < G_N_ELEMENTS (visitors); i++)
    {
      CoquillRelayFrame end;
      shutdown (visitors[i]->descriptor, SHUT_WR);
      while (relay_visitor_receive (visitors[i], &end))
        coquill_relay_frame_clear (&end);
      relay_visitor_free (visitors[i]);
    }
  /* The share is given back, if not in the same instant. */
  for (guint tries = 0;; tries++)
    {
      g_autoptr (RelayVisitor) again = relay_visitor_connect (fixture->relay);
      g_autofree char *health = NULL;
      relay_visitor_write (again, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 34);
      health = relay_visitor_read_all (again);
      if (g_str_has_prefix (health, "HTTP/1.1 200"))
        break;
      g_assert_cmpuint (tries, <, 1000);
    }
}

static void
test_there_are_so_many_connections (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) a = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) b = relay_visitor_new (fixture->relay);
  g_autoptr (RelayVisitor) c = relay_visitor_connect (fixture->relay);
  g_autofree char *answer = relay_visitor_read_all (c);

  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503"));
}

static void
test_one_connection_enters_so_many_rooms (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_new (fixture->relay);

  for (guint32 handle = 1; handle <= 4; handle++)
    {
      g_autoptr (CoquillRoomKeys) keys = coquill_room_keys_new ();
      CoquillRoomLock lock;
      g_auto (CoquillRelayFrame) frame = { 0 };

      coquill_room_lock_init_first (&lock, keys);
      relay_visitor_enter (visitor, handle, COQUILL_ROOM_WRITE, keys, &lock);
      if (handle <= 3)
        relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &frame);
      else
        relay_visitor_expect_refusal (visitor, COQUILL_RELAY_CODE_TOO_MANY);
    }
}

static void
test_who_is_too_fast_is_slowed_and_loses_nothing (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) visitor = relay_fixture_enter (fixture);
  gint64 began = g_get_monotonic_time ();

  /* 100 a second, and four seconds' worth saved up; what one read brings beyond that, up to 64 KiB, is only
   * owed. */
  for (guint i = 1; i <= 800; i++)
    g_assert_true (relay_visitor_post (visitor, 1, STORED, 256, i));
  for (guint i = 1; i <= 800; i++)
    {
      g_auto (CoquillRelayFrame) frame = { 0 };
      relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_STORED, &frame);
      g_assert_cmpuint (frame.reference, ==, i);
      g_assert_cmpuint (frame.position, ==, i);
    }
  g_assert_cmpint (g_get_monotonic_time () - began, >, 1.5 * G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 40 * G_USEC_PER_SEC);
}

static void
test_the_silent_are_pinged_then_closed (RelayFixture *fixture, gconstpointer data)
{
  g_autoptr (RelayVisitor) member = relay_fixture_enter (fixture);
  g_autoptr (RelayVisitor) stranger = relay_visitor_new (fixture->relay);

  relay_visitor_expect_refusal (member, COQUILL_RELAY_CODE_IDLE);
  relay_visitor_expect_close (member, 1013);
  relay_visitor_expect_refusal (stranger, COQUILL_RELAY_CODE_IDLE);
}

int
main (int argc, char **argv)
{
  static const char *const narrow[] = { "--queue-bytes=2200000", NULL };
  static const char *const shares[] = { "--connections-per-address=8", NULL };
  static const char *const two[] = { "--connections=2", NULL };
  static const char *const three_rooms[] = { "--rooms-per-connection=3", NULL };
  static const char *const slow[] = { "--rate-messages=100", NULL };
  static const char *const impatient[] = { "--ping-seconds=1", "--idle-seconds=3", NULL };

  g_test_init (&argc, &argv, NULL);
#define ADD(path, options, function)                                                                         \
  g_test_add ("/relay/" path, RelayFixture, options, relay_fixture_set_up, function, relay_fixture_tear_down)
  ADD ("who-does-not-read-is-cut-off", narrow, test_who_does_not_read_is_cut_off);
  ADD ("one-address-has-its-share", shares, test_one_address_has_its_share);
  ADD ("there-are-so-many-connections", two, test_there_are_so_many_connections);
  ADD ("one-connection-enters-so-many-rooms", three_rooms, test_one_connection_enters_so_many_rooms);
  ADD ("who-is-too-fast-is-slowed-and-loses-nothing", slow, test_who_is_too_fast_is_slowed_and_loses_nothing);
  ADD ("the-silent-are-pinged-then-closed", impatient, test_the_silent_are_pinged_then_closed);
#undef ADD
  return g_test_run ();
}
