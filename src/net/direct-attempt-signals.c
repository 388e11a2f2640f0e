/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt-signals.c: what the two sides of an attempt say to each other before there is a way */

#include "net/direct-attempt-private.h"

#include <string.h>

/* The first thing said is an OFFER or ANSWER, then CANDIDATES as they are found. A relay drops live envelopes
 * under pressure, and a peer's road may be made a moment later than ours: so all of it is said again after 1,
 * 2, 4 and 8 s until there is a way, at the latest. */
#define REPEATS 4

static void
fill_first (CoquillDirectAttempt *self, CoquillSignal *signal)
{
  signal->user = g_strdup (coquill_ice_agent_get_user (self->agent));
  signal->password = g_strdup (coquill_ice_agent_get_password (self->agent));
  memcpy (signal->certificate, coquill_quic_certificate_get_digest (self->certificate),
          COQUILL_QUIC_DIGEST_SIZE);
}

void
coquill_direct_attempt_say (CoquillDirectAttempt *self)
{
  self->say_at = G_MAXINT64;
  if (!self->offers && !self->has_remote)
    return;
  while (!self->said_first || self->n_said < self->candidates->len || (self->is_gathered && !self->said_last))
    {
      CoquillSignalKind first = self->offers ? COQUILL_SIGNAL_OFFER : COQUILL_SIGNAL_ANSWER;
      g_autoptr (CoquillSignal) signal
          = coquill_signal_new (self->said_first ? COQUILL_SIGNAL_CANDIDATES : first);
      g_autoptr (GBytes) encoded = NULL;

      signal->run = self->peer_run;
      signal->attempt = self->number;
      if (!self->said_first)
        fill_first (self, signal);
      while (signal->n_candidates < COQUILL_SIGNAL_MAX_CANDIDATES && self->n_said < self->candidates->len)
        signal->candidates[signal->n_candidates++]
            = g_array_index (self->candidates, CoquillCandidate, self->n_said++);
      signal->last = self->is_gathered && self->n_said == self->candidates->len;
      self->said_first = TRUE;
      self->said_last = signal->last;
      encoded = coquill_signal_encode (signal);
      coquill_direct_attempt_tell (self, COQUILL_DIRECT_TOLD_SIGNAL, 0, encoded, NULL);
    }
}

void
coquill_direct_attempt_say_again (CoquillDirectAttempt *self)
{
  self->n_said = 0;
  self->said_last = FALSE;
  self->said_first = self->offers && self->has_remote;
  coquill_direct_attempt_say (self);
}

void
coquill_direct_attempt_say_again_in_time (CoquillDirectAttempt *self, gint64 now)
{
  coquill_direct_attempt_say_again (self);
  self->repeats++;
  self->repeat_at = self->repeats < REPEATS ? now + (G_USEC_PER_SEC << self->repeats) : G_MAXINT64;
}

void
coquill_direct_attempt_hear (CoquillDirectAttempt *self, const CoquillSignal *signal)
{
  gboolean is_first = signal->kind != COQUILL_SIGNAL_CANDIDATES;

  if (is_first && self->has_remote && !self->offers)
    coquill_direct_attempt_say_again (self);
  if (is_first && !self->has_remote)
    {
      if (!coquill_ice_agent_set_remote (self->agent, signal->user, signal->password))
        {
          coquill_direct_attempt_end (self, COQUILL_DIRECT_WHY_NO_ANSWER, COQUILL_NET_ERROR_PROTOCOL,
                                      "The peer's credentials for ICE make no sense");
          return;
        }
      memcpy (self->peer_digest, signal->certificate, COQUILL_QUIC_DIGEST_SIZE);
      self->has_remote = TRUE;
      /* The time to answer may have come before there was anything to be answered. */
      if (!self->offers && self->say_at == G_MAXINT64)
        self->say_at = 0;
    }
  for (guint i = 0; i < signal->n_candidates; i++)
    coquill_ice_agent_add_remote (self->agent, &signal->candidates[i]);
  if (signal->n_candidates > 0)
    {
      self->has_judged = TRUE;
      coquill_direct_attempt_touch (self);
    }
  if (signal->last && !self->heard_last)
    {
      self->heard_last = TRUE;
      coquill_ice_agent_remote_done (self->agent);
    }
}
