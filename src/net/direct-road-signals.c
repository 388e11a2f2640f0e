/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-road-signals.c: what the peer's road says, and what a direct road makes of it */

#include "config.h"

#include "net/direct-road-private.h"

/* Is it of the attempt that there is? */
static gboolean
is_of_attempt (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  return self->attempt != NULL && signal->attempt == coquill_direct_attempt_get_number (self->attempt);
}

/* Of the OFFER that waits for its turn? */
static gboolean
is_of_offer (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  return self->offer != NULL && signal->attempt == self->offer->attempt;
}

static gboolean
was_seen (CoquillDirectRoad *self, guint64 attempt)
{
  for (guint i = 0; i < MIN (self->n_seen, COQUILL_DIRECT_REMEMBERED_ATTEMPTS); i++)
    if (self->seen[i] == attempt)
      return TRUE;
  return FALSE;
}

static gboolean
is_too_fast (CoquillDirectRoad *self)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->window_at >= COQUILL_DIRECT_SIGNAL_WINDOW)
    {
      self->window_at = now;
      self->n_in_window = 0;
    }
  return ++self->n_in_window > COQUILL_DIRECT_MAX_SIGNALS;
}

/* Candidates overtook their OFFER: kept, for one attempt. */
static void
keep_early (CoquillDirectRoad *self, CoquillSignal *signal)
{
  if (self->early_attempt != signal->attempt)
    g_ptr_array_set_size (self->early, 0);
  self->early_attempt = signal->attempt;
  if (self->early->len < COQUILL_DIRECT_MAX_EARLY)
    g_ptr_array_add (self->early, signal);
  else
    coquill_signal_free (signal);
}

static void
take_offer (CoquillDirectRoad *self, CoquillSignal *signal)
{
  if (is_of_attempt (self, signal))
    coquill_direct_attempt_take_signal (self->attempt, signal);
  else if (was_seen (self, signal->attempt))
    {
      if (!is_of_offer (self, signal))
        self->past.replayed++;
      coquill_signal_free (signal);
    }
  else
    {
      self->seen[self->n_seen++ % COQUILL_DIRECT_REMEMBERED_ATTEMPTS] = signal->attempt;
      g_clear_pointer (&self->offer, coquill_signal_free);
      self->offer = signal;
      coquill_direct_road_drop (self, COQUILL_DIRECT_WHY_TRYING, "The peer begins anew");
      coquill_direct_road_proceed (self);
    }
}

static void
take_invitation (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  switch (self->state)
    {
    case COQUILL_DIRECT_DIRECT:
    case COQUILL_DIRECT_SUSPECT:
      /* It may have been said before the road stood: a peer that has it will answer a ping. */
      self->is_hurried = TRUE;
      coquill_direct_attempt_prove (self->attempt);
      break;
    case COQUILL_DIRECT_CHECKING:
    case COQUILL_DIRECT_PROBING:
    case COQUILL_DIRECT_RELAY:
    default:
      /* Our OFFER and it have crossed, or it has given up what it had, answered or not. */
      if (self->state == COQUILL_DIRECT_CHECKING && !self->is_answered && !is_of_attempt (self, signal))
        coquill_direct_attempt_repeat (self->attempt);
      else
        coquill_direct_road_hurry (self);
    }
}

static void
take_decline (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  CoquillDirectWhy why = COQUILL_DIRECT_WHY_TOO_MANY;

  if (signal->reason == COQUILL_DECLINE_HIDDEN)
    why = COQUILL_DIRECT_WHY_HIDDEN_THERE;
  g_clear_pointer (&self->offer, coquill_signal_free);
  self->wants = FALSE;
  self->is_expecting = FALSE;
  self->failures = coquill_direct_states_count_failure (self->failures, FALSE);
  /* Who hides says so when that ends, by an OFFER or INVITE; who is full has no other way to say it. */
  coquill_direct_road_look_again (
      self,
      why == COQUILL_DIRECT_WHY_HIDDEN_THERE
          ? G_MAXINT64
          : coquill_direct_states_pause (signal->reason == COQUILL_DECLINE_FULL ? G_MAXUINT : self->failures,
                                         g_random_double ()));
  coquill_direct_road_drop (self, why, "The peer declined");
}

/* For or of this side's role? */
static gboolean
makes_sense (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  switch (signal->kind)
    {
    case COQUILL_SIGNAL_OFFER:
      return !self->offers;
    case COQUILL_SIGNAL_ANSWER:
    case COQUILL_SIGNAL_INVITE:
      return self->offers;
    case COQUILL_SIGNAL_CANDIDATES:
    case COQUILL_SIGNAL_DECLINE:
    default:
      return TRUE;
    }
}

/* Of the attempt that this side has, waits for, or may hear of next? */
static gboolean
is_current (CoquillDirectRoad *self, const CoquillSignal *signal)
{
  switch (signal->kind)
    {
    case COQUILL_SIGNAL_ANSWER:
      return is_of_attempt (self, signal);
    case COQUILL_SIGNAL_CANDIDATES:
      return is_of_attempt (self, signal) || (!self->offers && !was_seen (self, signal->attempt))
             || is_of_offer (self, signal);
    case COQUILL_SIGNAL_DECLINE:
      /* The goodbye of the attempt's QUIC comes by the shorter way. */
      return signal->attempt == 0 || signal->attempt == self->last_attempt || is_of_offer (self, signal);
    case COQUILL_SIGNAL_OFFER:
    case COQUILL_SIGNAL_INVITE:
    default:
      return TRUE;
    }
}

void
coquill_direct_road_take_signal (CoquillDirectRoad *self, GBytes *encoded)
{
  g_autoptr (CoquillSignal) signal = NULL;

  self->past.signals++;
  if (is_too_fast (self))
    {
      self->past.too_fast++;
      return;
    }
  signal = coquill_signal_decode (encoded, NULL);
  if (signal == NULL || !makes_sense (self, signal))
    {
      self->past.malformed++;
      return;
    }
  if (signal->run != self->own_run || !is_current (self, signal))
    {
      self->past.stale++;
      return;
    }
  if (!self->is_started)
    {
      if (self->declined != 0
          && (signal->kind == COQUILL_SIGNAL_OFFER || signal->kind == COQUILL_SIGNAL_INVITE))
        coquill_direct_road_say (self, COQUILL_SIGNAL_DECLINE, signal->attempt, self->declined);
      return;
    }
  g_object_ref (self);
  switch (signal->kind)
    {
    case COQUILL_SIGNAL_OFFER:
      take_offer (self, g_steal_pointer (&signal));
      break;
    case COQUILL_SIGNAL_ANSWER:
      self->is_answered = TRUE;
      coquill_direct_attempt_take_signal (self->attempt, g_steal_pointer (&signal));
      break;
    case COQUILL_SIGNAL_CANDIDATES:
      if (is_of_attempt (self, signal))
        coquill_direct_attempt_take_signal (self->attempt, g_steal_pointer (&signal));
      else
        keep_early (self, g_steal_pointer (&signal));
      break;
    case COQUILL_SIGNAL_DECLINE:
      take_decline (self, signal);
      break;
    case COQUILL_SIGNAL_INVITE:
    default:
      take_invitation (self, signal);
    }
  g_object_unref (self);
}
