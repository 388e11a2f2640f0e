/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt.c: an attempt as the main thread sees it: messages there, events back */

#include "net/direct-attempt-private.h"

#include "trust/envelope.h"

CoquillDirectMessage *
coquill_direct_message_new (CoquillDirectMessageKind kind)
{
  CoquillDirectMessage *message = g_new0 (CoquillDirectMessage, 1);

  message->kind = kind;
  return message;
}

void
coquill_direct_message_free (gpointer data)
{
  CoquillDirectMessage *message = data;

  if (message->kind == COQUILL_DIRECT_DO_TAKE_SIGNAL)
    coquill_signal_free (message->rest);
  else if (message->kind == COQUILL_DIRECT_TOLD_ENDED)
    g_error_free (message->rest);
  else
    g_free (message->rest);
  g_clear_pointer (&message->bytes, g_bytes_unref);
  g_free (message);
}

void
coquill_direct_attempt_tell (
    CoquillDirectAttempt *self, CoquillDirectMessageKind kind, guint64 number, GBytes *bytes, gpointer rest)
{
  CoquillDirectMessage *message = coquill_direct_message_new (kind);

  message->number = number;
  message->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  message->rest = rest;
  coquill_direct_queue_push (self->up, message);
}

/* On the owner's context. The event may close the attempt: nothing of it is touched behind one. */
static void
told (gpointer data, gpointer told_message)
{
  CoquillDirectAttempt *self = data;
  CoquillDirectMessage *message = told_message;

  switch (message->kind)
    {
    case COQUILL_DIRECT_TOLD_SIGNAL:
      self->events->signal (self->owner, message->bytes);
      break;
    case COQUILL_DIRECT_TOLD_STATE:
      self->events->state (self->owner, (CoquillDirectState)message->number);
      break;
    case COQUILL_DIRECT_TOLD_GREET:
      self->events->greet (self->owner);
      break;
    case COQUILL_DIRECT_TOLD_GREETED:
      self->events->greeted (self->owner, message->bytes);
      break;
    case COQUILL_DIRECT_TOLD_RECEIVED:
      self->events->received (self->owner, message->bytes);
      break;
    case COQUILL_DIRECT_TOLD_ACKNOWLEDGED:
      self->events->acknowledged (self->owner, message->number);
      break;
    case COQUILL_DIRECT_TOLD_ROOM:
      self->events->room (self->owner);
      break;
    case COQUILL_DIRECT_TOLD_FIGURES:
      self->events->figures (self->owner, message->rest);
      break;
    case COQUILL_DIRECT_TOLD_ENDED:
      self->events->ended (self->owner, (CoquillDirectWhy)message->number, message->rest);
      break;
    case COQUILL_DIRECT_DO_BEGIN:
    case COQUILL_DIRECT_DO_TAKE_SIGNAL:
    case COQUILL_DIRECT_DO_REPEAT:
    case COQUILL_DIRECT_DO_PROVE:
    case COQUILL_DIRECT_DO_POST:
    case COQUILL_DIRECT_DO_CONSUMED:
    case COQUILL_DIRECT_DO_GREET:
    case COQUILL_DIRECT_DO_APPROVE:
    case COQUILL_DIRECT_DO_CLOSE:
    default:
      g_assert_not_reached ();
    }
  coquill_direct_message_free (message);
}

static void
ask (CoquillDirectAttempt *self, CoquillDirectMessageKind kind, guint64 number, GBytes *bytes)
{
  CoquillDirectMessage *message = coquill_direct_message_new (kind);

  message->number = number;
  message->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  coquill_direct_queue_push (self->down, message);
}

CoquillDirectAttempt *
coquill_direct_attempt_new (gboolean offers,
                            guint64 number,
                            guint64 peer_run,
                            CoquillIceServers *servers,
                            const CoquillDirectAttemptEvents *events,
                            gpointer owner)
{
  CoquillDirectAttempt *self = g_new0 (CoquillDirectAttempt, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->offers = offers;
  self->number = number;
  self->peer_run = peer_run;
  self->servers = servers != NULL ? coquill_ice_servers_ref (servers) : NULL;
  self->events = events;
  self->owner = owner;
  self->thread = coquill_road_thread_ref_default ();
  self->down = coquill_direct_queue_new (coquill_road_thread_get_context (self->thread),
                                         coquill_direct_attempt_do, self, coquill_direct_message_free);
  self->up = coquill_direct_queue_new (context, told, self, coquill_direct_message_free);
  ask (self, COQUILL_DIRECT_DO_BEGIN, 0, NULL);
  return self;
}

void
coquill_direct_attempt_close (CoquillDirectAttempt *self)
{
  coquill_direct_queue_close (self->up);
  ask (self, COQUILL_DIRECT_DO_CLOSE, 0, NULL);
}

guint64
coquill_direct_attempt_get_number (CoquillDirectAttempt *self)
{
  return self->number;
}

void
coquill_direct_attempt_take_signal (CoquillDirectAttempt *self, CoquillSignal *signal)
{
  CoquillDirectMessage *message = coquill_direct_message_new (COQUILL_DIRECT_DO_TAKE_SIGNAL);

  message->rest = signal;
  coquill_direct_queue_push (self->down, message);
}

void
coquill_direct_attempt_repeat (CoquillDirectAttempt *self)
{
  ask (self, COQUILL_DIRECT_DO_REPEAT, 0, NULL);
}

void
coquill_direct_attempt_prove (CoquillDirectAttempt *self)
{
  ask (self, COQUILL_DIRECT_DO_PROVE, 0, NULL);
}

gboolean
coquill_direct_attempt_post (CoquillDirectAttempt *self, GBytes *envelope, guint64 reference, gboolean live)
{
  gsize size = g_bytes_get_size (envelope);
  CoquillDirectMessage *message;

  if (size == 0 || size > COQUILL_ENVELOPE_MAX)
    return FALSE;
  if (g_atomic_int_get (&self->queued) + (int)size > COQUILL_DIRECT_ROAD_QUEUE_BYTES)
    {
      /* Looked at once more: what became free before the wish was seen is told to nobody. */
      if (live)
        return FALSE;
      g_atomic_int_set (&self->wants_room, TRUE);
      if (g_atomic_int_get (&self->queued) + (int)size > COQUILL_DIRECT_ROAD_QUEUE_BYTES)
        return FALSE;
    }
  g_atomic_int_add (&self->queued, (int)size);
  message = coquill_direct_message_new (COQUILL_DIRECT_DO_POST);
  message->number = reference;
  message->live = live;
  message->bytes = g_bytes_ref (envelope);
  coquill_direct_queue_push (self->down, message);
  return TRUE;
}

void
coquill_direct_attempt_consumed (CoquillDirectAttempt *self, gsize bytes)
{
  if (g_atomic_int_add (&self->consumed, (int)bytes) == 0)
    ask (self, COQUILL_DIRECT_DO_CONSUMED, 0, NULL);
}

void
coquill_direct_attempt_greet (CoquillDirectAttempt *self, GBytes *envelope)
{
  ask (self, COQUILL_DIRECT_DO_GREET, 0, envelope);
}

void
coquill_direct_attempt_approve (CoquillDirectAttempt *self, gboolean approved)
{
  ask (self, COQUILL_DIRECT_DO_APPROVE, (guint64)approved, NULL);
}
