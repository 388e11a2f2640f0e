/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt-work.c: an attempt on the road thread: its agent, its channel, its table and its timers */

#include "net/direct-attempt-private.h"

/* Own candidates are gathered so long before they are told, in microseconds: all of the machine's own come
 * within, so that the usual attempt is one signal each way. */
#define SAY_AFTER (20 * G_TIME_SPAN_MILLISECOND)
/* Time to show a sign of life, once there is a doubt, in microseconds; on a slow line some round trips. */
#define DOUBT (1 * G_USEC_PER_SEC)
#define DOUBT_ROUND_TRIPS 3
/* In the proof an unanswered ping is sent again so soon, in microseconds: there is not much time. */
#define PROOF_PING_AGAIN (100 * G_TIME_SPAN_MILLISECOND)
/* Between two messages with figures, in microseconds. */
#define FIGURES_EVERY (1 * G_USEC_PER_SEC)

typedef struct
{
  GSource source;
  CoquillDirectAttempt *attempt;
} AttemptSource;

static void
turn (CoquillDirectAttempt *self);

static gboolean
stands (CoquillDirectAttempt *self)
{
  return self->state == COQUILL_DIRECT_DIRECT || self->state == COQUILL_DIRECT_SUSPECT;
}

/* When the state's patience ends. */
static gint64
get_limit (CoquillDirectAttempt *self)
{
  switch (self->state)
    {
    case COQUILL_DIRECT_CHECKING:
    case COQUILL_DIRECT_PROBING:
      return self->limit_at;
    case COQUILL_DIRECT_DIRECT:
      return MIN (self->last_life + COQUILL_DIRECT_SUSPECT_AFTER, self->doubt_at);
    case COQUILL_DIRECT_SUSPECT:
      /* Who was frozen has one more ping before it gives up. */
      return MIN (
          MAX (self->last_life + COQUILL_DIRECT_LOST_AFTER, self->suspect_since + COQUILL_DIRECT_PING_AGAIN),
          self->doubt_at);
    case COQUILL_DIRECT_RELAY:
    default:
      return G_MAXINT64;
    }
}

static gint64
get_due (CoquillDirectAttempt *self)
{
  gint64 due = MIN (MIN (self->turn_at, self->say_at), MIN (self->repeat_at, get_limit (self)));

  if (self->has_way)
    due = MIN (due, MIN (self->ping_at, coquill_direct_channel_get_expiry (self->channel)));
  return due;
}

static gboolean
prepare_cb (GSource *source, int *timeout)
{
  gint64 due = get_due (((AttemptSource *)source)->attempt);
  gint64 left = due == G_MAXINT64 ? G_MAXINT64 : due - g_source_get_time (source);

  *timeout = left == G_MAXINT64 ? -1 : (int)CLAMP ((left + 999) / 1000, 0, G_MAXINT);
  return left <= 0;
}

static gboolean
check_cb (GSource *source)
{
  return get_due (((AttemptSource *)source)->attempt) <= g_source_get_time (source);
}

static gboolean
dispatch_cb (GSource *source, GSourceFunc func, gpointer data)
{
  turn (((AttemptSource *)source)->attempt);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { prepare_cb, check_cb, dispatch_cb, NULL, NULL, NULL };

void
coquill_direct_attempt_touch (CoquillDirectAttempt *self)
{
  self->turn_at = 0;
}

gboolean
coquill_direct_attempt_apply (CoquillDirectAttempt *self, CoquillDirectEvent event)
{
  int next = coquill_direct_states_next (self->state, event);

  if (next == COQUILL_DIRECT_NOWHERE)
    return FALSE;
  if (next == (int)self->state)
    return TRUE;
  g_debug ("Attempt %016" G_GINT64_MODIFIER "x: %s, %s: %s", self->number,
           coquill_direct_states_get_name (self->state), coquill_direct_states_get_event_name (event),
           coquill_direct_states_get_name ((CoquillDirectState)next));
  self->state = (CoquillDirectState)next;
  if (self->state > COQUILL_DIRECT_CHECKING)
    coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_STATE, self->state, NULL, NULL);
  coquill_direct_attempt_touch (self);
  return TRUE;
}

void
coquill_direct_attempt_end (CoquillDirectAttempt *self, CoquillDirectWhy why, int code, const char *words)
{
  if (self->is_ending)
    return;
  self->is_ending = TRUE;
  /* Nothing that stood was ever "not proven", and nothing that did not stand was lost. */
  if (why == COQUILL_DIRECT_WHY_LOST && !stands (self))
    why = COQUILL_DIRECT_WHY_NOT_PROVEN;
  self->end_why = why;
  self->end_error = g_error_new_literal (COQUILL_NET_ERROR, code, words);
  coquill_direct_attempt_touch (self);
}

/* Figures */

static void
tell_figures (CoquillDirectAttempt *self, gint64 now)
{
  CoquillDirectFigures figures = { .round_trip = self->round_trip };
  CoquillIcePair pair;

  if (self->channel != NULL)
    {
      CoquillDirectChannelStatistics statistics;

      coquill_direct_channel_get_statistics (self->channel, &statistics);
      figures.sent = statistics.quic.sent_bytes;
      figures.received = statistics.quic.received_bytes;
      figures.junk = statistics.quic.junk_packets + statistics.malformed;
    }
  if (self->agent != NULL)
    {
      figures.candidates = coquill_ice_agent_get_statistics (self->agent)->candidates;
      if (coquill_ice_agent_get_pair (self->agent, &pair))
        figures.relayed = pair.local == COQUILL_CANDIDATE_RELAYED || pair.remote == COQUILL_CANDIDATE_RELAYED;
    }
  self->figures_at = now;
  self->has_judged = FALSE;
  coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_FIGURES, 0, NULL,
                               g_memdup2 (&figures, sizeof figures));
}

/* The channel */

static void
make_channel (CoquillDirectAttempt *self)
{
  if (self->channel == NULL)
    self->channel
        = coquill_direct_channel_new (self->offers, self->certificate, self->peer_digest,
                                      &coquill_direct_attempt_channel_events, self, g_get_monotonic_time ());
}

static void
send_all (CoquillDirectAttempt *self, gint64 now)
{
  guint8 buffer[COQUILL_QUIC_PACKET_MAX];
  gsize size;

  while ((size = coquill_direct_channel_next_datagram (self->channel, buffer, sizeof buffer, now)) > 0)
    coquill_ice_agent_send (self->agent, buffer, size);
}

/* The agent's events */

static void
candidate_cb (gpointer owner, const CoquillCandidate *candidate)
{
  CoquillDirectAttempt *self = owner;

  if (self->candidates->len == COQUILL_DIRECT_MAX_OWN_CANDIDATES)
    return;
  g_array_append_val (self->candidates, *candidate);
  if (self->say_at == G_MAXINT64)
    self->say_at = g_get_monotonic_time () + SAY_AFTER;
}

static void
gathered_cb (gpointer owner)
{
  CoquillDirectAttempt *self = owner;

  self->is_gathered = TRUE;
  self->say_at = 0;
}

static void
connected_cb (gpointer owner)
{
  CoquillDirectAttempt *self = owner;

  if (!coquill_direct_attempt_apply (self, COQUILL_DIRECT_CONNECTED))
    return;
  self->say_at = self->repeat_at = G_MAXINT64;
  self->limit_at = g_get_monotonic_time () + COQUILL_DIRECT_PROBING_LIMIT;
  make_channel (self);
  self->has_way = TRUE;
}

static void
failed_cb (gpointer owner, const GError *error)
{
  CoquillDirectAttempt *self = owner;
  CoquillDirectWhy why = COQUILL_DIRECT_WHY_NO_WAY;

  if (stands (self))
    why = COQUILL_DIRECT_WHY_LOST;
  else if (error->code == COQUILL_NET_ERROR_NO_ADDRESS)
    why = COQUILL_DIRECT_WHY_NO_ADDRESS;
  else if (!self->has_remote)
    why = COQUILL_DIRECT_WHY_NO_ANSWER;
  coquill_direct_attempt_end (self, why, error->code, error->message);
}

static void
received_cb (gpointer owner, const guint8 *data, gsize size)
{
  CoquillDirectAttempt *self = owner;

  /* The peer may have a way a little earlier; before its digest is known, QUIC has to send again. */
  if (!self->has_remote || self->is_ending)
    return;
  make_channel (self);
  coquill_direct_channel_receive (self->channel, data, size, g_get_monotonic_time ());
  coquill_direct_attempt_touch (self);
}

static const CoquillIceEvents agent_events = {
  .candidate = candidate_cb,
  .gathered = gathered_cb,
  .connected = connected_cb,
  .failed = failed_cb,
  .received = received_cb,
};

/* Beginning and end */

static void
begin (CoquillDirectAttempt *self)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();

  g_queue_init (&self->held);
  g_queue_init (&self->waiting);
  self->candidates = g_array_new (FALSE, FALSE, sizeof (CoquillCandidate));
  self->round_trip = -1;
  self->say_at = now + SAY_AFTER;
  self->repeat_at = now + G_USEC_PER_SEC;
  self->limit_at = now + COQUILL_DIRECT_CHECKING_LIMIT;
  self->turn_at = self->ping_at = self->doubt_at = G_MAXINT64;
  self->source = g_source_new (&source_funcs, sizeof (AttemptSource));
  ((AttemptSource *)self->source)->attempt = self;
  g_source_set_static_name (self->source, "coquill direct attempt");
  g_source_attach (self->source, coquill_road_thread_get_context (self->thread));

  coquill_direct_attempt_apply (self, COQUILL_DIRECT_STARTED);
  self->agent = coquill_ice_agent_new (self->servers, self->offers, &agent_events, self);
  self->certificate = coquill_quic_certificate_new (&error);
  if (self->certificate == NULL)
    coquill_direct_attempt_end (self, COQUILL_DIRECT_WHY_NOT_PROVEN, error->code, error->message);
}

/* Says what was posted and fits, and goodbye; gives everything back but the attempt itself. */
static void
shut (CoquillDirectAttempt *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->channel != NULL)
    {
      if (self->has_way)
        send_all (self, now);
      coquill_direct_channel_close (self->channel, now);
      if (self->has_way)
        send_all (self, now);
      g_clear_pointer (&self->channel, coquill_direct_channel_drop);
      self->has_way = FALSE;
    }
  g_clear_pointer (&self->agent, coquill_ice_agent_close);
  g_clear_pointer (&self->certificate, coquill_quic_certificate_unref);
  g_clear_pointer (&self->candidates, g_array_unref);
  g_queue_clear_full (&self->held, (GDestroyNotify)g_bytes_unref);
  g_queue_clear_full (&self->waiting, coquill_direct_message_free);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static void
finish (CoquillDirectAttempt *self, gint64 now)
{
  if (self->state != COQUILL_DIRECT_RELAY)
    coquill_direct_attempt_apply (self, COQUILL_DIRECT_FAILED);
  g_assert (self->state == COQUILL_DIRECT_RELAY);
  tell_figures (self, now);
  shut (self);
  coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_ENDED, self->end_why, NULL,
                               g_steal_pointer (&self->end_error));
}

static void
free_attempt (CoquillDirectAttempt *self)
{
  shut (self);
  g_clear_error (&self->end_error);
  g_clear_pointer (&self->servers, coquill_ice_servers_unref);
  coquill_direct_queue_close (self->down);
  coquill_direct_queue_unref (self->down);
  coquill_direct_queue_unref (self->up);
  coquill_road_thread_unref (self->thread);
  g_free (self);
}

/* A state's time is over. */
static void
expire (CoquillDirectAttempt *self, gint64 now)
{
  CoquillDirectWhy why = COQUILL_DIRECT_WHY_LOST;

  if (self->state == COQUILL_DIRECT_DIRECT && now < self->doubt_at)
    {
      coquill_direct_attempt_apply (self, COQUILL_DIRECT_SILENT);
      self->suspect_since = now;
      self->ping_at = now;
      return;
    }
  if (self->state == COQUILL_DIRECT_CHECKING)
    why = self->has_remote ? COQUILL_DIRECT_WHY_NO_WAY : COQUILL_DIRECT_WHY_NO_ANSWER;
  else if (self->state == COQUILL_DIRECT_PROBING)
    why = COQUILL_DIRECT_WHY_NOT_PROVEN;
  coquill_direct_attempt_end (self, why, COQUILL_NET_ERROR_LOST, "Nothing came in time");
  coquill_direct_attempt_apply (self, COQUILL_DIRECT_EXPIRED);
}

static void
ping (CoquillDirectAttempt *self, gint64 now)
{
  coquill_direct_channel_ping (self->channel, now);
  self->ping_at
      = now + (self->state == COQUILL_DIRECT_PROBING ? PROOF_PING_AGAIN : COQUILL_DIRECT_PING_AGAIN);
}

/* Does what is due. Everything else only leaves work for a turn, so that a burst of datagrams or posts is
 * answered once. */
static void
turn (CoquillDirectAttempt *self)
{
  gint64 now = g_get_monotonic_time ();

  self->turn_at = G_MAXINT64;
  if (self->has_way && coquill_direct_channel_get_expiry (self->channel) <= now)
    coquill_direct_channel_tick (self->channel, now);
  if (!self->is_ending && get_limit (self) <= now)
    expire (self, now);
  if (self->is_ending)
    {
      finish (self, now);
      return;
    }
  if (self->repeat_at <= now)
    coquill_direct_attempt_say_again_in_time (self, now);
  if (self->say_at <= now)
    coquill_direct_attempt_say (self);
  if (self->has_judged)
    tell_figures (self, now);
  if (!self->has_way)
    return;
  if (self->ping_at <= now)
    ping (self, now);
  send_all (self, now);
  if (stands (self) && now - self->figures_at >= FIGURES_EVERY)
    tell_figures (self, now);
}

static void
prove (CoquillDirectAttempt *self)
{
  if (!stands (self))
    return;
  self->ping_at = 0;
  self->doubt_at
      = MIN (self->doubt_at, g_get_monotonic_time () + MAX (DOUBT, DOUBT_ROUND_TRIPS * self->round_trip));
}

void
coquill_direct_attempt_do (gpointer data, gpointer asked_message)
{
  CoquillDirectAttempt *self = data;
  CoquillDirectMessage *message = asked_message;
  gboolean is_over = self->source == NULL && message->kind != COQUILL_DIRECT_DO_BEGIN;

  if (message->kind == COQUILL_DIRECT_DO_CLOSE)
    {
      coquill_direct_message_free (message);
      free_attempt (self);
      return;
    }
  if (is_over)
    {
      coquill_direct_message_free (message);
      return;
    }
  switch (message->kind)
    {
    case COQUILL_DIRECT_DO_BEGIN:
      begin (self);
      break;
    case COQUILL_DIRECT_DO_TAKE_SIGNAL:
      if (self->state == COQUILL_DIRECT_CHECKING && !self->is_ending)
        coquill_direct_attempt_hear (self, message->rest);
      break;
    case COQUILL_DIRECT_DO_REPEAT:
      if (self->state == COQUILL_DIRECT_CHECKING && !self->is_ending)
        coquill_direct_attempt_say_again (self);
      break;
    case COQUILL_DIRECT_DO_PROVE:
      prove (self);
      break;
    case COQUILL_DIRECT_DO_POST:
      coquill_direct_attempt_take_post (self, g_steal_pointer (&message));
      break;
    case COQUILL_DIRECT_DO_CONSUMED:
      {
        gsize bytes = (gsize)g_atomic_int_exchange (&self->consumed, 0);

        coquill_direct_channel_consumed (self->channel, bytes, g_get_monotonic_time ());
        coquill_direct_attempt_touch (self);
        break;
      }
    case COQUILL_DIRECT_DO_GREET:
      coquill_direct_attempt_take_greeting (self, message->bytes);
      break;
    case COQUILL_DIRECT_DO_APPROVE:
      coquill_direct_attempt_take_approval (self, (gboolean)message->number);
      break;
    case COQUILL_DIRECT_DO_CLOSE:
    case COQUILL_DIRECT_TOLD_SIGNAL:
    case COQUILL_DIRECT_TOLD_STATE:
    case COQUILL_DIRECT_TOLD_GREET:
    case COQUILL_DIRECT_TOLD_GREETED:
    case COQUILL_DIRECT_TOLD_RECEIVED:
    case COQUILL_DIRECT_TOLD_ACKNOWLEDGED:
    case COQUILL_DIRECT_TOLD_ROOM:
    case COQUILL_DIRECT_TOLD_FIGURES:
    case COQUILL_DIRECT_TOLD_ENDED:
    default:
      g_assert_not_reached ();
    }
  if (message != NULL)
    coquill_direct_message_free (message);
}
