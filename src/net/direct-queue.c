/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-queue.c: messages from one thread to another, many for one wake-up */

#include "net/direct-queue.h"

/* Behind GTK's redrawing (G_PRIORITY_HIGH_IDLE + 20). */
#define PRIORITY_BEHIND_FRAMES (G_PRIORITY_HIGH_IDLE + 30)

struct _CoquillDirectQueue
{
  gatomicrefcount references;
  GMainContext *context;
  void (*func) (gpointer owner, gpointer message);
  gpointer owner;
  GDestroyNotify free_message;

  GMutex lock;
  GQueue messages;    /* under the lock */
  gboolean is_awake;  /* under the lock: a source is attached that will look */
  gboolean is_closed; /* under the lock */

  GQueue taken; /* the reader's: messages of this wake-up */
};

CoquillDirectQueue *
coquill_direct_queue_new (GMainContext *context,
                          void (*func) (gpointer owner, gpointer message),
                          gpointer owner,
                          GDestroyNotify free_message)
{
  CoquillDirectQueue *self = g_new0 (CoquillDirectQueue, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = g_main_context_ref (context);
  self->func = func;
  self->owner = owner;
  self->free_message = free_message;
  g_mutex_init (&self->lock);
  g_queue_init (&self->messages);
  g_queue_init (&self->taken);
  return self;
}

CoquillDirectQueue *
coquill_direct_queue_ref (CoquillDirectQueue *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
coquill_direct_queue_unref (CoquillDirectQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_queue_clear_full (&self->messages, self->free_message);
  g_queue_clear_full (&self->taken, self->free_message);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
unref_cb (gpointer data)
{
  coquill_direct_queue_unref (data);
}

static gboolean
read_cb (gpointer data);

static void
attach (CoquillDirectQueue *self, int priority)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_static_name (source, "coquill direct queue");
  g_source_set_callback (source, read_cb, coquill_direct_queue_ref (self), unref_cb);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/* Takes over what has been pushed. Returns whether there is anything; if not, the next push wakes up again.
 */
static gboolean
take (CoquillDirectQueue *self)
{
  g_mutex_lock (&self->lock);
  self->is_awake = self->messages.length > 0;
  self->taken = self->messages;
  g_queue_init (&self->messages);
  g_mutex_unlock (&self->lock);
  return self->taken.length > 0;
}

static gboolean
read_cb (gpointer data)
{
  CoquillDirectQueue *self = data;
  gint64 end = g_get_monotonic_time () + COQUILL_DIRECT_QUEUE_SLICE;

  while (self->taken.length > 0 || take (self))
    {
      self->func (self->owner, g_queue_pop_head (&self->taken));
      if (g_get_monotonic_time () >= end)
        {
          attach (self, PRIORITY_BEHIND_FRAMES);
          break;
        }
    }
  return G_SOURCE_REMOVE;
}

void
coquill_direct_queue_push (CoquillDirectQueue *self, gpointer message)
{
  gboolean is_closed, wakes;

  g_mutex_lock (&self->lock);
  is_closed = self->is_closed;
  wakes = !is_closed && !self->is_awake;
  if (!is_closed)
    g_queue_push_tail (&self->messages, message);
  if (wakes)
    self->is_awake = TRUE;
  g_mutex_unlock (&self->lock);

  if (is_closed)
    self->free_message (message);
  else if (wakes)
    attach (self, G_PRIORITY_DEFAULT);
}

void
coquill_direct_queue_close (CoquillDirectQueue *self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = TRUE;
  g_queue_clear_full (&self->messages, self->free_message);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&self->taken, self->free_message);
}
