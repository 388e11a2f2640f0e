/* test-road-thread.c: work goes to the road thread and comes back in order, and the thread ends */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/road-thread.h"

#define MANY 10000

typedef struct
{
  CoquillRoadThread *thread;
  GMainContext *home;
  guint n_run;
  guint n_back;
  guint n_destroyed;
  gboolean within;
} Work;

typedef struct
{
  Work *work;
  guint number;
} Item;

static gboolean
back_cb (gpointer data)
{
  Item *item = data;

  g_assert_false (item->work->within);
  g_assert_null (coquill_road_thread_ref_current ());
  g_assert_cmpuint (item->work->n_back++, ==, item->number);
  return G_SOURCE_CONTINUE;
}

static void
back_free (gpointer data)
{
  Item *item = data;

  item->work->n_destroyed++;
  g_free (item);
}

static gboolean
run_cb (gpointer data)
{
  Item *item = data;

  g_assert_true (coquill_road_thread_is_current (item->work->thread));
  g_assert_true (g_main_context_get_thread_default ()
                 == coquill_road_thread_get_context (item->work->thread));
  g_assert_cmpuint (item->work->n_run++, ==, item->number);
  coquill_road_thread_reply (item->work->home, back_cb, item, back_free);
  return G_SOURCE_CONTINUE;
}

static void
give (Work *work, guint number)
{
  Item *item = g_new (Item, 1);

  *item = (Item){ work, number };
  coquill_road_thread_run (work->thread, run_cb, item, NULL);
}

static void
test_order (void)
{
  Work work = { coquill_road_thread_ref_default (), NULL };

  g_assert_false (coquill_road_thread_is_current (work.thread));
  for (guint i = 0; i < MANY; i++)
    give (&work, i);
  while (work.n_destroyed < MANY)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (work.n_back, ==, MANY);
  coquill_road_thread_unref (work.thread);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
}

/* What was given before the last reference went is done all the same, with what it gives in turn. */
static void
test_last_reference (void)
{
  Work work = { coquill_road_thread_ref_default (), NULL };

  for (guint i = 0; i < MANY; i++)
    give (&work, i);
  coquill_road_thread_unref (work.thread);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  g_assert_cmpuint (work.n_run, ==, MANY);
  while (work.n_destroyed < MANY)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_one_thread (void)
{
  CoquillRoadThread *one = coquill_road_thread_ref_default ();
  CoquillRoadThread *two = coquill_road_thread_ref_default ();

  g_assert_true (one == two);
  coquill_road_thread_unref (one);
  g_assert_false (coquill_road_thread_wait_ended (1000));
  coquill_road_thread_unref (two);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
}

static gboolean
unref_cb (gpointer data)
{
  coquill_road_thread_unref (data);
  return G_SOURCE_REMOVE;
}

/* Something on the thread that takes a moment to end keeps it, though its owner has let go. */
static gboolean
linger_cb (gpointer data)
{
  g_autoptr (GSource) source = g_timeout_source_new (50);
  CoquillRoadThread *self = coquill_road_thread_ref_current ();

  g_assert_true (self == data);
  g_source_set_callback (source, unref_cb, self, NULL);
  g_source_attach (source, coquill_road_thread_get_context (self));
  return G_SOURCE_REMOVE;
}

static void
test_linger (void)
{
  gint64 start = g_get_monotonic_time ();
  CoquillRoadThread *thread = coquill_road_thread_ref_default ();

  coquill_road_thread_run (thread, linger_cb, thread, NULL);
  coquill_road_thread_unref (thread);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 45000);
}

static gboolean
count_cb (gpointer data)
{
  g_atomic_int_inc ((guint *)data);
  return G_SOURCE_REMOVE;
}

static gpointer
come_and_go (gpointer data)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (CoquillRoadThread) thread = coquill_road_thread_ref_default ();

      coquill_road_thread_run (thread, count_cb, data, NULL);
    }
  return NULL;
}

static void
test_come_and_go (void)
{
  GThread *threads[4];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", come_and_go, &n);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_true (coquill_road_thread_wait_ended (60 * G_USEC_PER_SEC));
  g_assert_cmpuint (g_atomic_int_get (&n), ==, 500 * G_N_ELEMENTS (threads));
}

/* On the same thread, too, nothing is called from within the call. */
static void
test_not_within (void)
{
  Work work = { .within = TRUE };
  Item *item = g_new (Item, 1);

  *item = (Item){ &work, 0 };
  coquill_road_thread_reply (NULL, back_cb, item, back_free);
  g_assert_cmpuint (work.n_back, ==, 0);
  work.within = FALSE;
  while (work.n_destroyed == 0)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/road-thread/work-comes-back-in-order", test_order);
  g_test_add_func ("/road-thread/what-was-given-is-done-before-it-ends", test_last_reference);
  g_test_add_func ("/road-thread/there-is-one", test_one_thread);
  g_test_add_func ("/road-thread/what-lingers-keeps-it", test_linger);
  g_test_add_func ("/road-thread/it-may-come-and-go", test_come_and_go);
  g_test_add_func ("/road-thread/nothing-is-called-from-within-a-call", test_not_within);
  return g_test_run ();
}
