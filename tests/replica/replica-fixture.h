/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-fixture.h: libraries in folders of their own, calls that wait, and a relay. */
#pragma once

#include "replica/library.h"

G_BEGIN_DECLS

/** What is waited for comes within so many seconds, or the test fails. */
#define REPLICA_FIXTURE_SECONDS 90

typedef struct
{
  char *folder; /* holds everything */
  GPid relay;   /* 0 if none runs */
  char *origin; /* of the relay */
  int relay_port;
  const char *turn; /* (nullable) the URI of a TURN server that the relay names */
} ReplicaFixture;

void
replica_fixture_set_up (ReplicaFixture *self, gconstpointer data);
void
replica_fixture_tear_down (ReplicaFixture *self, gconstpointer data);

/* Starts coquill-relay, whose path is in COQUILL_RELAY; on the same port as before, if it ran before. */
void
replica_fixture_start_relay (ReplicaFixture *self);
/* Ends it with @signal and waits. */
void
replica_fixture_stop_relay (ReplicaFixture *self, int signal);

/* All of these run the main context until the call returns. @name: the folder's, inside the fixture's. */
CoquillLibrary *
replica_fixture_try_library (ReplicaFixture *self, const char *name, CoquillLibraryMode mode, GError **error);
CoquillLibrary *
replica_fixture_library (ReplicaFixture *self, const char *name);
/* Closes, and checks that nothing is left of it. */
void
replica_fixture_close_library (CoquillLibrary *library);

CoquillReplica *
replica_fixture_create (CoquillLibrary *library, const char *title, const char *text);
void
replica_fixture_open (CoquillReplica *replica);
void
replica_fixture_close (CoquillReplica *replica);
void
replica_fixture_commit (CoquillReplica *replica);
void
replica_fixture_deliver (CoquillReplica *replica);
void
replica_fixture_catch_up (CoquillReplica *replica);
/* (transfer full): the link */
char *
replica_fixture_share (CoquillReplica *replica, const char *relay, GError **error);
/* Joins until the text is here. (transfer full): open */
CoquillReplica *
replica_fixture_join (CoquillLibrary *library, const char *link);

/* The whole text, to be freed. */
char *
replica_fixture_text (CoquillReplica *replica);
void
replica_fixture_assert_text (CoquillReplica *replica, const char *expected);

/* Runs the main context until @condition is true. */
#define replica_fixture_wait_until(condition)                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_ = g_get_monotonic_time () + REPLICA_FIXTURE_SECONDS * G_TIME_SPAN_SECOND;               \
    guint timer_ = g_timeout_add (100, replica_fixture_wake_cb, NULL);                                       \
    while (!(condition))                                                                                     \
      {                                                                                                      \
        if (g_get_monotonic_time () > deadline_)                                                             \
          g_error ("%s:%d: waited in vain for %s", __FILE__, __LINE__, #condition);                          \
        g_main_context_iteration (NULL, TRUE);                                                               \
      }                                                                                                      \
    g_source_remove (timer_);                                                                                \
  }                                                                                                          \
  G_STMT_END

gboolean
replica_fixture_wake_cb (gpointer data);

G_END_DECLS
