/* road-thread.c: the thread on which direct roads live, with a main context of its own */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "net/road-thread.h"

/* References are counted under the lock: the last one going and the next one coming may be on two threads. A
 * thread without references is nobody's default any more; it ends itself when it has nothing left to do, and
 * until then its own functions may take it again. */
struct _CoquillRoadThread
{
  GMainContext *context;
  guint references;
};

typedef struct
{
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Call;

static GMutex lock;
static GCond ended;
static CoquillRoadThread *default_thread;
static guint n_running;
static GPrivate current = G_PRIVATE_INIT (NULL);

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  return G_SOURCE_REMOVE;
}

static void
free_call (gpointer data)
{
  Call *call = data;

  if (call->destroy != NULL)
    call->destroy (call->data);
  g_free (call);
}

/* Sources of one priority are dispatched in the order in which they came, each once: that is the queue. */
static void
attach (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Call *call = g_new (Call, 1);

  *call = (Call){ func, data, destroy };
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_cb, call, free_call);
  g_source_set_static_name (source, "road call");
  g_source_attach (source, context);
}

static gboolean
is_referenced (CoquillRoadThread *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return self->references > 0;
}

static gpointer
run (gpointer data)
{
  CoquillRoadThread *self = data;

  g_private_set (&current, self);
  g_main_context_push_thread_default (self->context);
  do
    {
      g_main_context_iteration (self->context, TRUE);
      while (!is_referenced (self) && g_main_context_iteration (self->context, FALSE))
        ;
    }
  while (is_referenced (self));
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_free (self);

  g_mutex_lock (&lock);
  n_running--;
  g_cond_broadcast (&ended);
  g_mutex_unlock (&lock);
  return NULL;
}

CoquillRoadThread *
coquill_road_thread_ref_default (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  if (default_thread == NULL)
    {
      default_thread = g_new0 (CoquillRoadThread, 1);
      default_thread->context = g_main_context_new ();
      n_running++;
      g_thread_unref (g_thread_new ("roads", run, default_thread));
    }
  default_thread->references++;
  return default_thread;
}

CoquillRoadThread *
coquill_road_thread_ref_current (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  CoquillRoadThread *self = g_private_get (&current);

  if (self != NULL)
    self->references++;
  return self;
}

void
coquill_road_thread_unref (CoquillRoadThread *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  g_return_if_fail (self->references > 0);
  if (--self->references > 0)
    return;
  if (default_thread == self)
    default_thread = NULL;
  /* Under the lock: without it the thread may be gone by now. */
  g_main_context_wakeup (self->context);
}

GMainContext *
coquill_road_thread_get_context (CoquillRoadThread *self)
{
  return self->context;
}

gboolean
coquill_road_thread_is_current (CoquillRoadThread *self)
{
  return g_private_get (&current) == self;
}

void
coquill_road_thread_run (CoquillRoadThread *self, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  attach (self->context, func, data, destroy);
}

void
coquill_road_thread_reply (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  attach (context, func, data, destroy);
}

gboolean
coquill_road_thread_wait_ended (gint64 patience)
{
  gint64 until = g_get_monotonic_time () + patience;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  while (n_running > 0)
    {
      if (!g_cond_wait_until (&ended, &lock, until))
        return FALSE;
    }
  return TRUE;
}
