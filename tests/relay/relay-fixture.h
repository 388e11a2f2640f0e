/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-fixture.h: a relay of a test's own, and a room in it */
#pragma once

#include "relay-visitor.h"

G_BEGIN_DECLS

typedef struct
{
  RelayProcess *relay;
  CoquillRoomKeys *keys;
  CoquillRoomLock lock;
} RelayFixture;

/* @data: the program's options, as for relay_process_start() */
void
relay_fixture_set_up (RelayFixture *fixture, gconstpointer data);
void
relay_fixture_tear_down (RelayFixture *fixture, gconstpointer data);

/* A visitor that is in the room. */
RelayVisitor *
relay_fixture_enter_as (RelayFixture *fixture, CoquillRoomRole role);
RelayVisitor *
relay_fixture_enter (RelayFixture *fixture);

/* Whether the relay still serves everybody else. */
void
relay_fixture_assert_alive (RelayFixture *fixture);

/* Resident bytes of the relay. */
gsize
relay_fixture_get_memory (RelayFixture *fixture);

/* Returns: (transfer full): all that the relay answers to some bytes, from a connection of its own */
char *
relay_fixture_ask (RelayFixture *fixture, const char *request);

G_END_DECLS
