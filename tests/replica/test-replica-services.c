/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test-replica-services.c: what a replica's roads are told of a relay that goes and comes back. */

#include "replica-fixture.h"
#include "replica/replica-private.h"

#include <signal.h>

/* Knows no name and says so only when it is asked no longer. */
#define RESOLVER_TYPE (resolver_get_type ())
G_DECLARE_FINAL_TYPE (Resolver, resolver, TEST, RESOLVER, GResolver)

struct _Resolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (Resolver, resolver, G_TYPE_RESOLVER)

static guint n_lookups;

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_task_return_error_if_cancelled (data);
}

static void
lookup (GResolver *resolver,
        const char *name,
        GCancellable *cancellable,
        GAsyncReadyCallback callback,
        gpointer data)
{
  n_lookups++;
  g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb),
                         g_task_new (resolver, cancellable, callback, data),
                         (GClosureNotify)(GCallback)g_object_unref, 0);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
resolver_class_init (ResolverClass *class)
{
  G_RESOLVER_CLASS (class)->lookup_by_name_async = lookup;
  G_RESOLVER_CLASS (class)->lookup_by_name_finish = lookup_finish;
}

static void
resolver_init (Resolver *self)
{
}

static gboolean
is_up (CoquillReplica *replica)
{
  return coquill_relay_road_get_state (replica->traffic.road) == COQUILL_RELAY_ROAD_UP;
}

/* While names are looked up: what comes of that is the old relay's, and the new one must be asked. */
static void
test_a_relay_that_returns_is_asked_again (ReplicaFixture *fixture, gconstpointer data)
{
  CoquillLibrary *library;
  CoquillReplica *replica;
  g_autofree char *link = NULL;

  fixture->turn = "turn:never.example:3478";
  replica_fixture_start_relay (fixture);
  library = replica_fixture_library (fixture, "ana");
  replica = replica_fixture_create (library, "Shared", "text");
  link = replica_fixture_share (replica, fixture->origin, NULL);
  replica_fixture_wait_until (n_lookups == 1);
  replica_fixture_stop_relay (fixture, SIGKILL);
  replica_fixture_wait_until (!is_up (replica));
  replica_fixture_start_relay (fixture);
  replica_fixture_wait_until (is_up (replica));
  replica_fixture_wait_until (n_lookups == 2 && replica->direct.services != NULL);
  replica_fixture_wait_until (!replica->direct.asking);
  g_assert_cmpstr (replica->direct.servers->stun_host, ==, "127.0.0.1");
  g_object_unref (replica);
  replica_fixture_close_library (library);
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = g_object_new (RESOLVER_TYPE, NULL);

  g_test_init (&argc, &argv, NULL);
  g_resolver_set_default (resolver);
  g_test_add ("/replica-services/a-relay-that-returns-is-asked-again", ReplicaFixture, NULL,
              replica_fixture_set_up, test_a_relay_that_returns_is_asked_again, replica_fixture_tear_down);
  return g_test_run ();
}
