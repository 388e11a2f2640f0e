/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-fixture.c: a relay of a test's own, and a room in it */

#include "relay-fixture.h"

#include "trust/envelope.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
relay_fixture_set_up (RelayFixture *fixture, gconstpointer data)
{
  fixture->relay = relay_process_start (NULL, data);
  fixture->keys = coquill_room_keys_new ();
  coquill_room_lock_init_first (&fixture->lock, fixture->keys);
}

void
relay_fixture_tear_down (RelayFixture *fixture, gconstpointer data)
{
  relay_process_stop (fixture->relay);
  coquill_room_keys_unref (fixture->keys);
}

RelayVisitor *
relay_fixture_enter_as (RelayFixture *fixture, CoquillRoomRole role)
{
  RelayVisitor *visitor = relay_visitor_new (fixture->relay);
  g_auto (CoquillRelayFrame) frame = { 0 };

  relay_visitor_enter (visitor, 1, role, fixture->keys, &fixture->lock);
  relay_visitor_expect (visitor, COQUILL_RELAY_FRAME_ENTERED, &frame);
  return visitor;
}

RelayVisitor *
relay_fixture_enter (RelayFixture *fixture)
{
  return relay_fixture_enter_as (fixture, COQUILL_ROOM_WRITE);
}

void
relay_fixture_assert_alive (RelayFixture *fixture)
{
  g_autoptr (RelayVisitor) a = relay_fixture_enter (fixture);
  g_auto (CoquillRelayFrame) frame = { 0 };

  g_assert_true (relay_visitor_post (a, 1, COQUILL_ENVELOPE_STORED, 256, 77));
  relay_visitor_expect (a, COQUILL_RELAY_FRAME_STORED, &frame);
  g_assert_cmpuint (frame.reference, ==, 77);
}

gsize
relay_fixture_get_memory (RelayFixture *fixture)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", relay_process_get_pid (fixture->relay));
  g_autofree char *text = NULL;
  unsigned long size, resident;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &resident), ==, 2);
  return resident * sysconf (_SC_PAGESIZE);
}

char *
relay_fixture_ask (RelayFixture *fixture, const char *request)
{
  g_autoptr (RelayVisitor) visitor = relay_visitor_connect (fixture->relay);

  relay_visitor_write (visitor, request, strlen (request));
  return relay_visitor_read_all (visitor);
}
