/* relay-poller.c: many descriptors behind one GSource */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay-poller.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Handled per turn of the main loop, so that timers and the mailbox's answers are not starved. */
#define BATCH 64

struct _CoquillRelayPoller
{
  int descriptor;
  GSource *source;                 /* (owned) */
  struct epoll_event ready[BATCH]; /* of the turn under way */
  int n_ready;
};

typedef struct
{
  GSource source;
  CoquillRelayPoller *poller; /* (unowned) */
} PollerSource;

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  CoquillRelayPoller *self = ((PollerSource *)source)->poller;

  self->n_ready = epoll_wait (self->descriptor, self->ready, BATCH, 0);
  for (int i = 0; i < self->n_ready; i++)
    {
      CoquillRelayPolled *polled = self->ready[i].data.ptr;
      /* NULL: removed by a callback earlier in this turn. */
      if (polled != NULL)
        polled->func (polled->data, self->ready[i].events);
    }
  self->n_ready = 0;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_source_funcs = { .dispatch = dispatch };

CoquillRelayPoller *
coquill_relay_poller_new (GError **error)
{
  int descriptor = epoll_create1 (EPOLL_CLOEXEC);
  CoquillRelayPoller *self;

  if (descriptor < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "no epoll set: %s", g_strerror (errno));
      return NULL;
    }
  self = g_new0 (CoquillRelayPoller, 1);
  self->descriptor = descriptor;
  self->source = g_source_new (&poller_source_funcs, sizeof (PollerSource));
  ((PollerSource *)self->source)->poller = self;
  g_source_set_static_name (self->source, "[coquill] relay poller");
  g_source_add_unix_fd (self->source, descriptor, G_IO_IN);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
coquill_relay_poller_free (CoquillRelayPoller *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->descriptor);
  g_free (self);
}

gboolean
coquill_relay_poller_add (CoquillRelayPoller *self, CoquillRelayPolled *polled)
{
  struct epoll_event event = { .events = polled->events, .data.ptr = polled };

  return epoll_ctl (self->descriptor, EPOLL_CTL_ADD, polled->descriptor, &event) == 0;
}

void
coquill_relay_poller_change (CoquillRelayPoller *self, CoquillRelayPolled *polled, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = polled };

  if (polled->events == events)
    return;
  polled->events = events;
  epoll_ctl (self->descriptor, EPOLL_CTL_MOD, polled->descriptor, &event);
}

void
coquill_relay_poller_remove (CoquillRelayPoller *self, CoquillRelayPolled *polled)
{
  epoll_ctl (self->descriptor, EPOLL_CTL_DEL, polled->descriptor, NULL);
  for (int i = 0; i < self->n_ready; i++)
    if (self->ready[i].data.ptr == polled)
      self->ready[i].data.ptr = NULL;
}
