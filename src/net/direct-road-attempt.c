/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-road-attempt.c: when a direct road makes an attempt, and what it takes from it */

#include "config.h"

#include "net/direct-road-private.h"
#include "net/ice-agent.h"
#include "net/own-addresses.h"

/* Between the beginnings of two attempts, in microseconds: whatever a peer says, it costs no more than that.
 */
#define ATTEMPTS_APART (1 * G_USEC_PER_SEC)
/* Where too many old ones are cleared away it is looked again so soon, in microseconds. */
#define CLEARED_AGAIN (200 * G_TIME_SPAN_MILLISECOND)

/* All roads of the process are one thread's. */
static guint n_half_open;
static GQueue waiting = G_QUEUE_INIT; /* not owned */

static gboolean
is_half_open (CoquillDirectState state)
{
  return state == COQUILL_DIRECT_CHECKING || state == COQUILL_DIRECT_PROBING;
}

void
coquill_direct_road_leave_queue (CoquillDirectRoad *self)
{
  if (self->is_queued)
    g_queue_remove (&waiting, self);
  self->is_queued = FALSE;
}

static void
set_state (CoquillDirectRoad *self, CoquillDirectState state)
{
  gboolean was_half_open = is_half_open (self->state), was_up = coquill_direct_road_is_up (self->state);

  if (self->state == state)
    return;
  self->state = state;
  if (was_half_open && !is_half_open (state))
    n_half_open--;
  if (!was_half_open && is_half_open (state))
    n_half_open++;
  if (waiting.length > 0 && n_half_open < COQUILL_DIRECT_MAX_HALF_OPEN)
    {
      CoquillDirectRoad *next = g_queue_peek_head (&waiting);

      coquill_direct_road_leave_queue (next);
      coquill_direct_road_look_again (next, 0);
    }
  if (was_up != coquill_direct_road_is_up (state))
    {
      self->since = g_get_real_time ();
      self->up_at = g_get_monotonic_time ();
      g_object_notify (G_OBJECT (self), "since");
    }
  g_object_notify (G_OBJECT (self), "state");
}

/* Closes the attempt, whatever it does. */
static void
close_attempt (CoquillDirectRoad *self)
{
  if (self->attempt == NULL)
    return;
  g_clear_pointer (&self->attempt, coquill_direct_attempt_close);
  self->past_sent += self->figures.sent;
  self->past_received += self->figures.received;
  coquill_direct_road_add_figures (&self->past, &self->figures);
  self->figures = (CoquillDirectFigures){ .round_trip = -1 };
  self->unconsumed = 0;
}

static void
take_down (CoquillDirectRoad *self, CoquillDirectWhy why, const GError *error)
{
  gboolean was_up = coquill_direct_road_is_up (self->state);

  /* Who hears of one of these may post: all of them are so by then. */
  g_object_freeze_notify (G_OBJECT (self));
  close_attempt (self);
  coquill_direct_road_set_round_trip (self, -1);
  coquill_direct_road_set_relayed (self, FALSE);
  coquill_direct_road_set_why (self, why);
  set_state (self, COQUILL_DIRECT_RELAY);
  g_object_thaw_notify (G_OBJECT (self));
  if (was_up)
    g_signal_emit (self, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_DOWN], 0, error);
}

void
coquill_direct_road_drop (CoquillDirectRoad *self, CoquillDirectWhy why, const char *words)
{
  g_autoptr (GError) error = g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_CLOSED, words);

  take_down (self, why, error);
}

void
coquill_direct_road_say (CoquillDirectRoad *self, CoquillSignalKind kind, guint64 attempt, guint32 reason)
{
  g_autoptr (CoquillSignal) signal = coquill_signal_new (kind);
  g_autoptr (GBytes) encoded = NULL;

  if (self->peer_run == 0)
    return;
  signal->run = self->peer_run;
  signal->attempt = attempt;
  signal->reason = reason;
  encoded = coquill_signal_encode (signal);
  g_signal_emit (self, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_SIGNAL], 0, encoded);
}

/* When to look again */

/* The side that offers goes first; the other one asks for it only if it doesn't. */
static void
pause_for_failure (CoquillDirectRoad *self)
{
  gint64 pause = coquill_direct_states_pause (self->failures, g_random_double ());

  if (!self->offers)
    pause = pause * 2 + COQUILL_DIRECT_INVITE_AFTER;
  coquill_direct_road_look_again (self, self->is_hurried ? 0 : pause);
}

static gboolean
look_cb (gpointer data)
{
  CoquillDirectRoad *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  g_object_ref (self);
  if (self->offers)
    self->wants = TRUE;
  else if (self->offer == NULL && self->is_expecting)
    {
      self->is_expecting = FALSE;
      self->failures = coquill_direct_states_count_failure (self->failures, FALSE);
      coquill_direct_road_set_why (self, COQUILL_DIRECT_WHY_NO_ANSWER);
      pause_for_failure (self);
    }
  else if (self->offer == NULL && self->peer_run != 0)
    {
      self->is_expecting = TRUE;
      coquill_direct_road_look_again (self, COQUILL_DIRECT_CHECKING_LIMIT);
      coquill_direct_road_set_why (self, COQUILL_DIRECT_WHY_TRYING);
      coquill_direct_road_say (self, COQUILL_SIGNAL_INVITE, self->last_attempt, 0);
    }
  coquill_direct_road_proceed (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

void
coquill_direct_road_look_again (CoquillDirectRoad *self, gint64 after)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (after == G_MAXINT64)
    return;
  self->timer = g_timeout_source_new ((guint)MAX (after / 1000, 0));
  g_source_set_callback (self->timer, look_cb, self, NULL);
  g_source_set_static_name (self->timer, "coquill direct road");
  g_source_attach (self->timer, self->context);
}

/* The attempt's events */

static void
signal_cb (gpointer owner, GBytes *encoded)
{
  g_signal_emit (owner, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_SIGNAL], 0, encoded);
}

static void
state_cb (gpointer owner, CoquillDirectState state)
{
  g_autoptr (CoquillDirectRoad) self = g_object_ref (owner);
  gboolean was_up = coquill_direct_road_is_up (self->state);

  if (coquill_direct_road_is_up (state))
    coquill_direct_road_set_why (self, COQUILL_DIRECT_WHY_NONE);
  set_state (self, state);
  if (!was_up && coquill_direct_road_is_up (state))
    g_signal_emit (self, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_UP], 0);
}

static void
greet_cb (gpointer owner)
{
  g_signal_emit (owner, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_GREET], 0);
}

static void
greeted_cb (gpointer owner, GBytes *envelope)
{
  g_signal_emit (owner, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_GREETED], 0, envelope);
}

static void
received_cb (gpointer owner, GBytes *envelope)
{
  CoquillDirectRoad *self = owner;

  self->unconsumed += g_bytes_get_size (envelope);
  g_signal_emit (self, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_RECEIVED], 0, envelope);
}

static void
acknowledged_cb (gpointer owner, guint64 reference)
{
  g_signal_emit (owner, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_ACKNOWLEDGED], 0, reference);
}

static void
room_cb (gpointer owner)
{
  g_signal_emit (owner, coquill_direct_road_signals[COQUILL_DIRECT_ROAD_ROOM], 0);
}

static void
figures_cb (gpointer owner, const CoquillDirectFigures *figures)
{
  g_autoptr (CoquillDirectRoad) self = g_object_ref (owner);
  gboolean sent = figures->sent != self->figures.sent, received = figures->received != self->figures.received;

  self->figures = *figures;
  coquill_direct_road_set_relayed (self, figures->relayed);
  coquill_direct_road_set_round_trip (self, figures->round_trip);
  if (sent)
    g_object_notify (G_OBJECT (self), "sent-bytes");
  if (received)
    g_object_notify (G_OBJECT (self), "received-bytes");
}

static void
ended_cb (gpointer owner, CoquillDirectWhy why, const GError *error)
{
  g_autoptr (CoquillDirectRoad) self = g_object_ref (owner);
  gboolean was_steady = coquill_direct_road_is_up (self->state)
                        && g_get_monotonic_time () - self->up_at >= COQUILL_DIRECT_STEADY;
  gboolean is_silence = (error->code == COQUILL_NET_ERROR_LOST || error->code == COQUILL_NET_ERROR_NO_WAY)
                        && why != COQUILL_DIRECT_WHY_NO_ANSWER;

  self->failures = coquill_direct_states_count_failure (was_steady ? 0 : self->failures, is_silence);
  pause_for_failure (self);
  self->is_hurried = FALSE;
  take_down (self, why, error);
}

static const CoquillDirectAttemptEvents attempt_events = {
  .signal = signal_cb,
  .state = state_cb,
  .greet = greet_cb,
  .greeted = greeted_cb,
  .received = received_cb,
  .acknowledged = acknowledged_cb,
  .room = room_cb,
  .figures = figures_cb,
  .ended = ended_cb,
};

/* Beginning */

static guint64
make_number (void)
{
  guint64 number;

  do
    number = (guint64)g_random_int () << 32 | g_random_int ();
  while (number == 0);
  return number;
}

static void
begin (CoquillDirectRoad *self)
{
  g_autoptr (CoquillSignal) offer = g_steal_pointer (&self->offer);
  guint64 number = offer != NULL ? offer->attempt : make_number ();

  self->wants = FALSE;
  self->is_expecting = FALSE;
  self->is_hurried = FALSE;
  self->is_answered = FALSE;
  self->begun_at = g_get_monotonic_time ();
  self->last_attempt = number;
  g_clear_pointer (&self->addresses, g_bytes_unref);
  self->addresses = coquill_own_addresses_read ();
  self->past.attempts++;
  coquill_direct_road_look_again (self, G_MAXINT64);
  self->attempt = coquill_direct_attempt_new (self->offers, number, self->peer_run, self->servers,
                                              &attempt_events, self);
  if (offer != NULL)
    coquill_direct_attempt_take_signal (self->attempt, g_steal_pointer (&offer));
  if (self->early_attempt == number)
    while (self->early->len > 0)
      coquill_direct_attempt_take_signal (self->attempt, g_ptr_array_steal_index (self->early, 0));
  g_ptr_array_set_size (self->early, 0);
  self->early_attempt = 0;
  coquill_direct_road_set_why (self, COQUILL_DIRECT_WHY_TRYING);
  if (self->attempt != NULL)
    set_state (self, coquill_direct_states_next (self->state, COQUILL_DIRECT_STARTED));
}

void
coquill_direct_road_proceed (CoquillDirectRoad *self)
{
  gint64 now = g_get_monotonic_time ();

  if (!self->is_started || self->attempt != NULL || self->peer_run == 0
      || (!self->wants && self->offer == NULL))
    return;
  if (!self->knows_servers && now < self->servers_until)
    coquill_direct_road_look_again (self, self->servers_until - now + 1000);
  else if (self->begun_at != 0 && now < self->begun_at + ATTEMPTS_APART)
    coquill_direct_road_look_again (self, self->begun_at + ATTEMPTS_APART - now + 1000);
  else if (n_half_open + coquill_ice_agent_count_closing () >= COQUILL_DIRECT_MAX_AGENTS)
    coquill_direct_road_look_again (self, CLEARED_AGAIN);
  else if (n_half_open >= COQUILL_DIRECT_MAX_HALF_OPEN)
    {
      if (!self->is_queued)
        g_queue_push_tail (&waiting, self);
      self->is_queued = TRUE;
    }
  else
    begin (self);
}

void
coquill_direct_road_hurry (CoquillDirectRoad *self)
{
  coquill_direct_road_drop (self, COQUILL_DIRECT_WHY_TRYING, "It is tried anew");
  if (self->is_started)
    coquill_direct_road_look_again (self, 0);
}
