/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-attempt-private.h: an attempt's two halves and the messages between them */
#pragma once

#include "net/direct-attempt.h"
#include "net/direct-channel.h"
#include "net/direct-queue.h"
#include "net/ice-agent.h"
#include "net/road-thread.h"

G_BEGIN_DECLS

/**
 * CoquillDirectMessageKind:
 *
 * The first ones go to the road thread, those from TOLD_SIGNAL on come back.
 */
typedef enum
{
  COQUILL_DIRECT_DO_BEGIN,
  COQUILL_DIRECT_DO_TAKE_SIGNAL,
  COQUILL_DIRECT_DO_REPEAT,
  COQUILL_DIRECT_DO_PROVE,
  COQUILL_DIRECT_DO_POST,
  COQUILL_DIRECT_DO_CONSUMED,
  COQUILL_DIRECT_DO_GREET,
  COQUILL_DIRECT_DO_APPROVE,
  COQUILL_DIRECT_DO_CLOSE,
  COQUILL_DIRECT_TOLD_SIGNAL,
  COQUILL_DIRECT_TOLD_STATE,
  COQUILL_DIRECT_TOLD_GREET,
  COQUILL_DIRECT_TOLD_GREETED,
  COQUILL_DIRECT_TOLD_RECEIVED,
  COQUILL_DIRECT_TOLD_ACKNOWLEDGED,
  COQUILL_DIRECT_TOLD_ROOM,
  COQUILL_DIRECT_TOLD_FIGURES,
  COQUILL_DIRECT_TOLD_ENDED,
} CoquillDirectMessageKind;

/**
 * CoquillDirectMessage:
 * @number: a reference, a state, a why, or whether
 * @bytes: (nullable): an envelope or a signal
 * @rest: (nullable): a #CoquillSignal, a #GError or #CoquillDirectFigures, by kind
 */
typedef struct
{
  CoquillDirectMessageKind kind;
  gboolean live;
  guint64 number;
  GBytes *bytes;
  gpointer rest;
} CoquillDirectMessage;

struct _CoquillDirectAttempt
{
  /* Set by new and never changed. */
  gboolean offers;
  guint64 number;
  guint64 peer_run;
  CoquillIceServers *servers;
  CoquillRoadThread *thread; /* held until the road thread has cleared away */
  CoquillDirectQueue *down;  /* to the road thread */
  CoquillDirectQueue *up;    /* to the owner's context */
  const CoquillDirectAttemptEvents *events;
  gpointer owner;

  /* Shared, atomic. */
  int queued;     /* bytes posted that the channel hasn't taken */
  int wants_room; /* a post was refused */
  int consumed;   /* bytes to be told to the channel; a message is on its way while there are any */

  /* The road thread's. */
  CoquillDirectState state;
  GSource *source; /* NULL once it ended */
  CoquillIceAgent *agent;
  CoquillQuicCertificate *certificate;
  CoquillDirectChannel *channel;

  GArray *candidates; /* own, of CoquillCandidate */
  guint n_said;       /* of them */
  gboolean is_gathered;
  gboolean said_last;
  gboolean said_first; /* the OFFER or ANSWER */
  gboolean has_remote; /* the peer's OFFER or ANSWER came */
  gboolean heard_last; /* the peer has no more candidates */
  gboolean has_way;    /* ICE is connected, and there is a channel */
  guint8 peer_digest[COQUILL_QUIC_DIGEST_SIZE];

  /* When what is due; G_MAXINT64: not. */
  gint64 say_at;
  gint64 repeat_at;
  gint64 limit_at; /* of CHECKING and PROBING */
  gint64 ping_at;
  gint64 doubt_at; /* without a sign of life until then it ends */
  gint64 turn_at;  /* 0: there may be something to send */
  guint repeats;

  gint64 last_life;
  gint64 suspect_since;
  guint echoes;
  gint64 round_trip;
  gboolean greeting_went;
  gboolean greeting_came;
  gboolean approved_here;
  gboolean approved_there;
  GQueue held;    /* GBytes that came before the proof was over here */
  GQueue waiting; /* CoquillDirectMessage: posts that the channel had no room for */

  gboolean is_ending; /* the next turn ends it, with: */
  CoquillDirectWhy end_why;
  GError *end_error;

  gint64 figures_at;   /* last told */
  gboolean has_judged; /* candidates, since then: an attempt may be replaced at any time, its counts may not
                          be lost */
};

CoquillDirectMessage *
coquill_direct_message_new (CoquillDirectMessageKind kind);
void
coquill_direct_message_free (gpointer message);

/** Sends a message back: @bytes (nullable) (transfer none), @rest (nullable) (transfer full). */
void
coquill_direct_attempt_tell (
    CoquillDirectAttempt *self, CoquillDirectMessageKind kind, guint64 number, GBytes *bytes, gpointer rest);

/** Takes (transfer full) a message on the road thread. @data is the attempt. */
void
coquill_direct_attempt_do (gpointer data, gpointer message);

/* direct-attempt-proof.c: the channel's events, and what is proven by them. */

extern const CoquillDirectChannelEvents coquill_direct_attempt_channel_events;

/** Applies an event of the table. Returns whether it meant something. */
gboolean
coquill_direct_attempt_apply (CoquillDirectAttempt *self, CoquillDirectEvent event);
/** Ends it at the next turn; the first reason stands. */
void
coquill_direct_attempt_end (CoquillDirectAttempt *self, CoquillDirectWhy why, int code, const char *words);
/** There may be something to send. */
void
coquill_direct_attempt_touch (CoquillDirectAttempt *self);
void
coquill_direct_attempt_take_greeting (CoquillDirectAttempt *self, GBytes *envelope);
void
coquill_direct_attempt_take_approval (CoquillDirectAttempt *self, gboolean approved);
/** @message: (transfer full): a DO_POST */
void
coquill_direct_attempt_take_post (CoquillDirectAttempt *self, CoquillDirectMessage *message);

/* direct-attempt-signals.c: what the two sides say to each other before there is a way. */

/** Says what of the own candidates wasn't said. */
void
coquill_direct_attempt_say (CoquillDirectAttempt *self);
/** Says everything again. */
void
coquill_direct_attempt_say_again (CoquillDirectAttempt *self);
/** Likewise, and sets when to do so next. */
void
coquill_direct_attempt_say_again_in_time (CoquillDirectAttempt *self, gint64 now);
void
coquill_direct_attempt_hear (CoquillDirectAttempt *self, const CoquillSignal *signal);

G_END_DECLS
