/* test-network-watch.c: bursts of changes are told once, and a sleep is noticed */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/network-watch.h"

/* A monitor that says what the test wants. */
#define MONITOR_TYPE (monitor_get_type ())
G_DECLARE_FINAL_TYPE (Monitor, monitor, TEST, MONITOR, GObject)

struct _Monitor
{
  GObject parent_instance;
};

static gboolean
monitor_init_initable (GInitable *initable, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
monitor_initable (GInitableIface *iface)
{
  iface->init = monitor_init_initable;
}

static void
monitor_interface (GNetworkMonitorInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Monitor,
                               monitor,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, monitor_initable)
                                   G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, monitor_interface))

static void
monitor_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
}

static void
monitor_class_init (MonitorClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = monitor_get_property;
  g_object_class_override_property (object_class, 1, "network-available");
  g_object_class_override_property (object_class, 2, "network-metered");
  g_object_class_override_property (object_class, 3, "connectivity");
}

static void
monitor_init (Monitor *self)
{
}

typedef struct
{
  guint n_changed;
  guint n_resumed;
} Counts;

static void
changed_cb (CoquillNetworkWatch *watch, gboolean resumed, gpointer data)
{
  Counts *counts = data;

  if (resumed)
    counts->n_resumed++;
  else
    counts->n_changed++;
}

static gboolean
late_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
iterate_for (guint milliseconds)
{
  gboolean late = FALSE;

  g_timeout_add (milliseconds, late_cb, &late);
  while (!late)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_burst (void)
{
  g_autoptr (Monitor) monitor = g_object_new (MONITOR_TYPE, NULL);
  g_autoptr (CoquillNetworkWatch) watch
      = coquill_network_watch_new_full (G_NETWORK_MONITOR (monitor), NULL, NULL);
  Counts counts = { 0 };
  gint64 longest = 0;

  g_signal_connect (watch, "changed", G_CALLBACK (changed_cb), &counts);
  for (guint i = 0; i < 10; i++)
    {
      gint64 start = g_get_monotonic_time ();

      g_signal_emit_by_name (monitor, "network-changed", i % 2);
      iterate_for (COQUILL_NETWORK_WATCH_SETTLE_MS / 10);
      longest = MAX (longest, g_get_monotonic_time () - start);
    }
  if (longest > COQUILL_NETWORK_WATCH_SETTLE_MS / 2 * 1000)
    {
      g_test_skip ("the machine is too busy for a burst");
      return;
    }
  g_assert_cmpuint (counts.n_changed, ==, 0);
  while (counts.n_changed == 0)
    g_main_context_iteration (NULL, TRUE);
  iterate_for (COQUILL_NETWORK_WATCH_SETTLE_MS);
  g_assert_cmpuint (counts.n_changed, ==, 1);
  g_assert_cmpuint (counts.n_resumed, ==, 0);

  g_signal_emit_by_name (monitor, "network-changed", FALSE);
  iterate_for (COQUILL_NETWORK_WATCH_SETTLE_MS * 2);
  g_assert_cmpuint (counts.n_changed, ==, 1);
}

static void
test_endless_burst (void)
{
  g_autoptr (Monitor) monitor = g_object_new (MONITOR_TYPE, NULL);
  g_autoptr (CoquillNetworkWatch) watch
      = coquill_network_watch_new_full (G_NETWORK_MONITOR (monitor), NULL, NULL);
  Counts counts = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_signal_connect (watch, "changed", G_CALLBACK (changed_cb), &counts);
  while (counts.n_changed == 0)
    {
      g_signal_emit_by_name (monitor, "network-changed", TRUE);
      iterate_for (COQUILL_NETWORK_WATCH_SETTLE_MS / 4);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * COQUILL_NETWORK_WATCH_SETTLE_MOST_MS * 1000);
}

static gint64 slept;

static gint64
clock_with_sleep (gpointer data)
{
  return g_get_monotonic_time () + slept;
}

static void
test_resume (void)
{
  g_autoptr (CoquillNetworkWatch) watch = coquill_network_watch_new_full (NULL, clock_with_sleep, NULL);
  Counts counts = { 0 };

  g_signal_connect (watch, "changed", G_CALLBACK (changed_cb), &counts);
  slept = COQUILL_NETWORK_WATCH_FROZEN_MS / 5 * 1000;
  iterate_for (COQUILL_NETWORK_WATCH_BEAT_MS + 100);
  g_assert_cmpuint (counts.n_resumed, ==, 0);
  slept += (COQUILL_NETWORK_WATCH_FROZEN_MS + 1000) * 1000;
  iterate_for (COQUILL_NETWORK_WATCH_BEAT_MS + 100);
  g_assert_cmpuint (counts.n_resumed, ==, 1);
  iterate_for (COQUILL_NETWORK_WATCH_BEAT_MS + 100);
  g_assert_cmpuint (counts.n_resumed, ==, 1);
}

static void
test_last_reference (void)
{
  g_autoptr (Monitor) monitor = g_object_new (MONITOR_TYPE, NULL);
  CoquillNetworkWatch *watch = coquill_network_watch_new_full (G_NETWORK_MONITOR (monitor), NULL, NULL);
  Counts counts = { 0 };

  g_signal_connect (watch, "changed", G_CALLBACK (changed_cb), &counts);
  g_signal_emit_by_name (monitor, "network-changed", TRUE);
  g_object_add_weak_pointer (G_OBJECT (watch), (gpointer *)&watch);
  g_object_unref (watch);
  g_assert_null (watch);
  g_signal_emit_by_name (monitor, "network-changed", TRUE);
  iterate_for (2 * COQUILL_NETWORK_WATCH_SETTLE_MS);
  g_assert_cmpuint (counts.n_changed, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network-watch/a-burst-is-told-once", test_burst);
  g_test_add_func ("/network-watch/a-burst-without-end-is-told", test_endless_burst);
  g_test_add_func ("/network-watch/a-sleep-is-noticed", test_resume);
  g_test_add_func ("/network-watch/nothing-after-the-last-reference", test_last_reference);
  return g_test_run ();
}
