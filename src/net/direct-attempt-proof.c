/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt-proof.c: what passes through an attempt's channel, and how it is proven first */

#include "net/direct-attempt-private.h"

/* The proof, once the handshake is done. On the stream each side sends two things before all else: its
 * greeting, and, once its owner has approved the other's, the one byte of READY, which no envelope is short
 * enough to be. Beside that, pings are sent until three have come back. Who has approved, has READY and the
 * echoes, is DIRECT. The other side may be so a little earlier: what it sends then is held.
 */
static const guint8 ready[] = { 1 };

/* Of the greeting and READY. */
#define NO_REFERENCE G_MAXUINT64

static void
show_life (CoquillDirectAttempt *self)
{
  self->last_life = g_get_monotonic_time ();
  self->doubt_at = G_MAXINT64;
  coquill_direct_attempt_apply (self, COQUILL_DIRECT_ALIVE);
}

static void
pass_up (CoquillDirectAttempt *self, GBytes *envelope)
{
  coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_RECEIVED, 0, envelope, NULL);
}

static void
check_proof (CoquillDirectAttempt *self)
{
  GBytes *envelope;

  if (!self->approved_here || !self->approved_there || self->echoes < COQUILL_DIRECT_ECHOES
      || !coquill_direct_attempt_apply (self, COQUILL_DIRECT_PASSED))
    return;
  self->limit_at = G_MAXINT64;
  self->last_life = g_get_monotonic_time ();
  while ((envelope = g_queue_pop_head (&self->held)) != NULL)
    {
      pass_up (self, envelope);
      g_bytes_unref (envelope);
    }
}

static void
established_cb (gpointer owner)
{
  CoquillDirectAttempt *self = owner;

  self->ping_at = 0;
  coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_GREET, 0, NULL, NULL);
}

/* In PROBING: the greeting, READY, then what is held. */
static void
take_proof (CoquillDirectAttempt *self, GBytes *envelope)
{
  gsize size = g_bytes_get_size (envelope);

  if (!self->greeting_came)
    {
      self->greeting_came = TRUE;
      coquill_direct_channel_consumed (self->channel, size, g_get_monotonic_time ());
      coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_GREETED, 0, envelope, NULL);
    }
  else if (!self->approved_there && size == sizeof ready
           && *(const guint8 *)g_bytes_get_data (envelope, NULL) == ready[0])
    {
      self->approved_there = TRUE;
      coquill_direct_channel_consumed (self->channel, size, g_get_monotonic_time ());
      check_proof (self);
    }
  else if (self->approved_here && self->held.length < COQUILL_DIRECT_MAX_HELD)
    g_queue_push_tail (&self->held, g_bytes_ref (envelope));
  else
    coquill_direct_attempt_end (self, COQUILL_DIRECT_WHY_NOT_PROVEN, COQUILL_NET_ERROR_PROTOCOL,
                                "The peer sent more than a greeting before it was approved");
}

static void
received_cb (gpointer owner, GBytes *envelope)
{
  CoquillDirectAttempt *self = owner;

  if (self->is_ending)
    return;
  if (self->state == COQUILL_DIRECT_PROBING)
    take_proof (self, envelope);
  else if (self->state == COQUILL_DIRECT_DIRECT || self->state == COQUILL_DIRECT_SUSPECT)
    pass_up (self, envelope);
}

static void
acknowledged_cb (gpointer owner, guint64 reference)
{
  CoquillDirectAttempt *self = owner;

  show_life (self);
  if (reference != NO_REFERENCE)
    coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_ACKNOWLEDGED, reference, NULL, NULL);
}

static void
echoed_cb (gpointer owner, gint64 round_trip)
{
  CoquillDirectAttempt *self = owner;

  self->echoes++;
  self->round_trip = round_trip;
  self->ping_at
      = self->echoes < COQUILL_DIRECT_ECHOES ? 0 : g_get_monotonic_time () + COQUILL_DIRECT_PING_INTERVAL;
  show_life (self);
  check_proof (self);
}

/* Gives the channel a post. Returns whether that is done with. */
static gboolean
hand_over (CoquillDirectAttempt *self, CoquillDirectMessage *message)
{
  int size = (int)g_bytes_get_size (message->bytes);

  if (!coquill_direct_channel_post (self->channel, message->bytes, message->number, message->live,
                                    g_get_monotonic_time ())
      && !message->live)
    return FALSE;
  if (g_atomic_int_add (&self->queued, -size) - size <= COQUILL_DIRECT_ROAD_QUEUE_BYTES / 2
      && g_atomic_int_compare_and_exchange (&self->wants_room, TRUE, FALSE))
    coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_ROOM, 0, NULL, NULL);
  coquill_direct_message_free (message);
  return TRUE;
}

static void
room_cb (gpointer owner)
{
  CoquillDirectAttempt *self = owner;

  while (self->waiting.length > 0 && hand_over (self, g_queue_peek_head (&self->waiting)))
    g_queue_pop_head (&self->waiting);
}

static void
closed_cb (gpointer owner, const GError *error)
{
  CoquillDirectAttempt *self = owner;

  coquill_direct_attempt_end (self, COQUILL_DIRECT_WHY_LOST, error->code, error->message);
}

const CoquillDirectChannelEvents coquill_direct_attempt_channel_events = {
  .established = established_cb,
  .received = received_cb,
  .acknowledged = acknowledged_cb,
  .echoed = echoed_cb,
  .room = room_cb,
  .closed = closed_cb,
};

void
coquill_direct_attempt_take_post (CoquillDirectAttempt *self, CoquillDirectMessage *message)
{
  gboolean waits = self->waiting.length > 0;

  if (self->state != COQUILL_DIRECT_DIRECT && self->state != COQUILL_DIRECT_SUSPECT)
    coquill_direct_message_free (message);
  else if ((waits && !message->live) || !hand_over (self, message))
    g_queue_push_tail (&self->waiting, message);
  coquill_direct_attempt_touch (self);
}

void
coquill_direct_attempt_take_greeting (CoquillDirectAttempt *self, GBytes *envelope)
{
  if (self->state != COQUILL_DIRECT_PROBING || self->greeting_went)
    return;
  self->greeting_went = TRUE;
  coquill_direct_channel_post (self->channel, envelope, NO_REFERENCE, FALSE, g_get_monotonic_time ());
  coquill_direct_attempt_touch (self);
}

void
coquill_direct_attempt_take_approval (CoquillDirectAttempt *self, gboolean approved)
{
  g_autoptr (GBytes) word = g_bytes_new_static (ready, sizeof ready);

  if (self->state != COQUILL_DIRECT_PROBING || !self->greeting_came || self->approved_here)
    return;
  if (!approved)
    {
      coquill_direct_attempt_end (self, COQUILL_DIRECT_WHY_NOT_PROVEN, COQUILL_NET_ERROR_PROOF,
                                  "The greeting is not from the device that was expected");
      return;
    }
  self->approved_here = TRUE;
  coquill_direct_channel_post (self->channel, word, NO_REFERENCE, FALSE, g_get_monotonic_time ());
  check_proof (self);
  coquill_direct_attempt_touch (self);
}
