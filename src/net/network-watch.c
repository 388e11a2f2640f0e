/* network-watch.c: tells when this machine may have come to another network */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/network-watch.h"

#include <time.h>

#include "net/own-addresses.h"

struct _CoquillNetworkWatch
{
  GObject parent_instance;

  GMainContext *context;
  GNetworkMonitor *monitor;
  CoquillNetworkWatchClock clock;
  gpointer clock_data;

  GSource *beat;
  gint64 last_beat;
  GBytes *addresses;

  /* Runs from the first change of a burst until it is told. */
  GSource *settling;
  gint64 burst_since;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CoquillNetworkWatch, coquill_network_watch, G_TYPE_OBJECT)

static gint64
machine_clock (gpointer data)
{
#ifdef CLOCK_BOOTTIME
  struct timespec now;

  /* The monotonic clock stands still while the machine sleeps. */
  if (clock_gettime (CLOCK_BOOTTIME, &now) == 0)
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
#endif
  return g_get_monotonic_time ();
}

static void
stop (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
start (CoquillNetworkWatch *self, guint milliseconds, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

static gboolean
settled_cb (gpointer data)
{
  CoquillNetworkWatch *self = data;

  stop (&self->settling);
  g_signal_emit (self, signals[CHANGED], 0, FALSE);
  return G_SOURCE_REMOVE;
}

/* Told when it has been quiet for a moment, or when the burst has lasted long enough. */
static void
note_change (CoquillNetworkWatch *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 left;

  if (self->settling == NULL)
    self->burst_since = now;
  left = COQUILL_NETWORK_WATCH_SETTLE_MOST_MS - (now - self->burst_since) / 1000;
  stop (&self->settling);
  self->settling = start (self, CLAMP (left, 0, COQUILL_NETWORK_WATCH_SETTLE_MS), settled_cb);
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean available, gpointer data)
{
  if (available)
    note_change (data);
}

static gboolean
beat_cb (gpointer data)
{
  CoquillNetworkWatch *self = data;
  g_autoptr (GBytes) addresses = coquill_own_addresses_read ();
  gint64 now = self->clock (self->clock_data);
  gint64 late = now - self->last_beat - COQUILL_NETWORK_WATCH_BEAT_MS * (gint64)1000;

  self->last_beat = now;
  if (!g_bytes_equal (addresses, self->addresses))
    {
      g_bytes_unref (self->addresses);
      self->addresses = g_steal_pointer (&addresses);
      if (g_bytes_get_size (self->addresses) > 0)
        note_change (self);
    }
  if (late > COQUILL_NETWORK_WATCH_FROZEN_MS * (gint64)1000)
    g_signal_emit (self, signals[CHANGED], 0, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
coquill_network_watch_dispose (GObject *object)
{
  CoquillNetworkWatch *self = COQUILL_NETWORK_WATCH (object);

  stop (&self->beat);
  stop (&self->settling);
  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->addresses, g_bytes_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (coquill_network_watch_parent_class)->dispose (object);
}

static void
coquill_network_watch_class_init (CoquillNetworkWatchClass *class)
{
  G_OBJECT_CLASS (class)->dispose = coquill_network_watch_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
coquill_network_watch_init (CoquillNetworkWatch *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->addresses = coquill_own_addresses_read ();
}

CoquillNetworkWatch *
coquill_network_watch_new (void)
{
  return coquill_network_watch_new_full (g_network_monitor_get_default (), NULL, NULL);
}

CoquillNetworkWatch *
coquill_network_watch_new_full (GNetworkMonitor *monitor, CoquillNetworkWatchClock clock, gpointer clock_data)
{
  CoquillNetworkWatch *self = g_object_new (COQUILL_TYPE_NETWORK_WATCH, NULL);

  self->clock = clock != NULL ? clock : machine_clock;
  self->clock_data = clock_data;
  self->last_beat = self->clock (clock_data);
  self->beat = start (self, COQUILL_NETWORK_WATCH_BEAT_MS, beat_cb);
  if (monitor != NULL)
    {
      self->monitor = g_object_ref (monitor);
      g_signal_connect (monitor, "network-changed", G_CALLBACK (network_changed_cb), self);
    }
  return self;
}
