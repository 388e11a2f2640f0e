/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt.h: one attempt at a direct road, from the first candidate to the last packet */
#pragma once

#include "net/candidate-filter.h"
#include "net/direct-road.h"

G_BEGIN_DECLS

/** Own candidates that are told to the peer, in up to four signals: a host with more interfaces has enough.
 */
#define COQUILL_DIRECT_MAX_OWN_CANDIDATES 64
/** Envelopes that may come between the peer's approval and our own proof's end. More, and it is no honest
 * peer. Live ones are no exception, though their datagrams overtake the stream: who sends one is up, for
 * which it needed our approval. One that comes before that ends the attempt, or is taken for the greeting and
 * not approved; a later one is held, in the order in which it came. */
#define COQUILL_DIRECT_MAX_HELD 1024

/**
 * CoquillDirectAttempt:
 *
 * A handle for the main thread. Behind it, on the road thread, are an ICE agent, a certificate, a channel and
 * the table of net/direct-states.h with its timers. What is called here goes there as messages, in order, and
 * the events come back the same way, in order: nothing else is shared but one number.
 *
 * An attempt begins in CHECKING, comes to RELAY once, with the event `ended`, and then does nothing any more.
 */
typedef struct _CoquillDirectAttempt CoquillDirectAttempt;

/**
 * CoquillDirectFigures:
 * @round_trip: microseconds of the last echo; -1 before the first
 * @sent: UDP payload
 * @received: UDP payload
 * @junk: datagrams that were no packets of this attempt's QUIC
 * @relayed: over TURN
 * @candidates: the peer's, by verdict
 *
 * Of one attempt, since it began.
 */
typedef struct
{
  gint64 round_trip;
  guint64 sent;
  guint64 received;
  guint64 junk;
  gboolean relayed;
  CoquillCandidateCounts candidates;
} CoquillDirectFigures;

/**
 * CoquillDirectAttemptEvents:
 * @signal: for the peer
 * @state: PROBING, DIRECT or SUSPECT
 * @greet: coquill_direct_attempt_greet() is awaited
 * @greeted: coquill_direct_attempt_approve() is awaited
 * @received: an envelope; only while DIRECT or SUSPECT
 * @acknowledged: the peer's machine has it
 * @room: a post was refused and would be taken now
 * @figures: at most once a second, when they change, when candidates were judged, and before `ended`
 * @ended: it is over, and why
 *
 * On the context that was the thread's default at coquill_direct_attempt_new(). Each may close the attempt.
 */
typedef struct
{
  void (*signal) (gpointer owner, GBytes *encoded);
  void (*state) (gpointer owner, CoquillDirectState state);
  void (*greet) (gpointer owner);
  void (*greeted) (gpointer owner, GBytes *envelope);
  void (*received) (gpointer owner, GBytes *envelope);
  void (*acknowledged) (gpointer owner, guint64 reference);
  void (*room) (gpointer owner);
  void (*figures) (gpointer owner, const CoquillDirectFigures *figures);
  void (*ended) (gpointer owner, CoquillDirectWhy why, const GError *error);
} CoquillDirectAttemptEvents;

/**
 * coquill_direct_attempt_new:
 * @offers: whether this side controls ICE, offers, and is QUIC's client
 * @number: the attempt's, not 0
 * @peer_run: what the signals name as `run`
 * @servers: (nullable) (transfer none): STUN and TURN
 * @events: static
 * @owner: for @events
 *
 * Gathers at once. The side that doesn't offer gives the OFFER to coquill_direct_attempt_take_signal() next.
 *
 * Returns: (transfer full): an attempt, to be closed with coquill_direct_attempt_close()
 */
CoquillDirectAttempt *
coquill_direct_attempt_new (gboolean offers,
                            guint64 number,
                            guint64 peer_run,
                            CoquillIceServers *servers,
                            const CoquillDirectAttemptEvents *events,
                            gpointer owner) G_GNUC_WARN_UNUSED_RESULT;

/**
 * coquill_direct_attempt_close:
 * @self: (transfer full): an attempt
 *
 * At once: no event comes any more. The road thread says goodbye to the peer and clears away by itself.
 */
void
coquill_direct_attempt_close (CoquillDirectAttempt *self);

guint64
coquill_direct_attempt_get_number (CoquillDirectAttempt *self);

/**
 * coquill_direct_attempt_take_signal:
 * @signal: (transfer full): an OFFER, ANSWER or CANDIDATES of this attempt
 *
 * An OFFER or ANSWER that was had already makes no harm: an OFFER is answered again.
 */
void
coquill_direct_attempt_take_signal (CoquillDirectAttempt *self, CoquillSignal *signal);

/** While CHECKING: says once more all that was said. */
void
coquill_direct_attempt_repeat (CoquillDirectAttempt *self);

/** While DIRECT or SUSPECT: it has a second to show a sign of life, or ends. */
void
coquill_direct_attempt_prove (CoquillDirectAttempt *self);

/** As coquill_direct_road_post(). */
gboolean
coquill_direct_attempt_post (CoquillDirectAttempt *self, GBytes *envelope, guint64 reference, gboolean live);

/** As coquill_direct_road_consumed(). */
void
coquill_direct_attempt_consumed (CoquillDirectAttempt *self, gsize bytes);

/** As coquill_direct_road_greet(). */
void
coquill_direct_attempt_greet (CoquillDirectAttempt *self, GBytes *envelope);

/** As coquill_direct_road_approve(). */
void
coquill_direct_attempt_approve (CoquillDirectAttempt *self, gboolean approved);

G_END_DECLS
