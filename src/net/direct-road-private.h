/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-road-private.h: a direct road's state, between its files */
#pragma once

#include "net/direct-attempt.h"

G_BEGIN_DECLS

/** Signals with candidates that came before the OFFER they belong to, and are kept: what one attempt may
 * send. */
#define COQUILL_DIRECT_MAX_EARLY 4
/** The side that doesn't offer leaves the other so long to do it unasked, in microseconds. */
#define COQUILL_DIRECT_INVITE_AFTER (1 * G_USEC_PER_SEC)

enum
{
  COQUILL_DIRECT_ROAD_SIGNAL,
  COQUILL_DIRECT_ROAD_GREET,
  COQUILL_DIRECT_ROAD_GREETED,
  COQUILL_DIRECT_ROAD_UP,
  COQUILL_DIRECT_ROAD_DOWN,
  COQUILL_DIRECT_ROAD_RECEIVED,
  COQUILL_DIRECT_ROAD_ACKNOWLEDGED,
  COQUILL_DIRECT_ROAD_ROOM,
  COQUILL_DIRECT_ROAD_N_SIGNALS
};
extern guint coquill_direct_road_signals[COQUILL_DIRECT_ROAD_N_SIGNALS];

struct _CoquillDirectRoad
{
  GObject parent_instance;

  gboolean offers;
  guint64 own_run;
  guint64 peer_run;
  GMainContext *context;
  gboolean is_started;
  guint32 declined; /* a CoquillDeclineReason, or 0 */

  CoquillIceServers *servers;
  gboolean knows_servers; /* or has waited long enough */
  gint64 servers_until;   /* when that is */

  CoquillDirectState state;
  CoquillDirectWhy why;
  gint64 since;
  gint64 up_at; /* monotonic */
  gint64 round_trip;
  gboolean relayed;

  /* What an attempt waits for: the offerer's wish, the other's OFFER. */
  gboolean wants;
  CoquillSignal *offer;
  guint64 early_attempt;
  GPtrArray *early; /* of CoquillSignal */

  CoquillDirectAttempt *attempt;
  gboolean is_answered; /* the attempt's first signal came back */
  gsize unconsumed;     /* bytes of its envelopes given out */
  CoquillDirectFigures figures;
  gint64 begun_at;      /* the last attempt, monotonic; 0: none yet */
  guint64 last_attempt; /* its number */
  GBytes *addresses;    /* this machine's at its beginning */

  /* When to look again; see look_again() */
  GSource *timer;
  gboolean is_expecting; /* the answerer has asked for an offer */
  gboolean is_hurried;   /* what fails now is tried again at once */
  gboolean is_queued;    /* among those that wait for a half-open attempt to end */
  guint failures;

  guint64 seen[COQUILL_DIRECT_REMEMBERED_ATTEMPTS]; /* a ring */
  guint n_seen;
  gint64 window_at; /* of signals */
  guint n_in_window;

  guint64 past_sent; /* of attempts before this one */
  guint64 past_received;
  CoquillDirectCounts past;   /* likewise, with what is counted here */
  CoquillDirectCounts counts; /* as last asked for */
};

static inline gboolean
coquill_direct_road_is_up (CoquillDirectState state)
{
  return state == COQUILL_DIRECT_DIRECT || state == COQUILL_DIRECT_SUSPECT;
}

/** Begins an attempt if one is wanted and nothing stands against it; else sees to it that it is looked at
 * again. */
void
coquill_direct_road_proceed (CoquillDirectRoad *self);
/** Looks again after so many microseconds, and at nothing before. */
void
coquill_direct_road_look_again (CoquillDirectRoad *self, gint64 after);
/** Takes what stands down without waiting for anything; @why is told from now on. */
void
coquill_direct_road_drop (CoquillDirectRoad *self, CoquillDirectWhy why, const char *words);
/** No longer waits for other roads' half-open attempts. */
void
coquill_direct_road_leave_queue (CoquillDirectRoad *self);
void
coquill_direct_road_set_why (CoquillDirectRoad *self, CoquillDirectWhy why);
void
coquill_direct_road_set_round_trip (CoquillDirectRoad *self, gint64 round_trip);
void
coquill_direct_road_set_relayed (CoquillDirectRoad *self, gboolean relayed);
void
coquill_direct_road_add_figures (CoquillDirectCounts *counts, const CoquillDirectFigures *figures);
/** Says a signal without credentials. */
void
coquill_direct_road_say (CoquillDirectRoad *self, CoquillSignalKind kind, guint64 attempt, guint32 reason);
/** From the peer: an attempt at once. */
void
coquill_direct_road_hurry (CoquillDirectRoad *self);

G_END_DECLS
