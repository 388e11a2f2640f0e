/* SPDX-License-Identifier: GPL-3.0-or-later */
/* direct-road.c: the straight way to one peer, tried, proven, watched and tried again by itself */

#include "config.h"

#include "net/direct-road-private.h"
#include "net/own-addresses.h"

/* An attempt waits so long for servers, in microseconds: the relay's answer takes a round trip. */
#define SERVERS_WITHIN (1 * G_USEC_PER_SEC)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_WHY,
  PROP_ROUND_TRIP,
  PROP_SENT_BYTES,
  PROP_RECEIVED_BYTES,
  PROP_SINCE,
  PROP_RELAYED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
guint coquill_direct_road_signals[COQUILL_DIRECT_ROAD_N_SIGNALS];

G_DEFINE_FINAL_TYPE (CoquillDirectRoad, coquill_direct_road, G_TYPE_OBJECT)

void
coquill_direct_road_set_why (CoquillDirectRoad *self, CoquillDirectWhy why)
{
  if (self->why == why)
    return;
  self->why = why;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WHY]);
}

void
coquill_direct_road_set_round_trip (CoquillDirectRoad *self, gint64 round_trip)
{
  if (self->round_trip == round_trip)
    return;
  self->round_trip = round_trip;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROUND_TRIP]);
}

void
coquill_direct_road_set_relayed (CoquillDirectRoad *self, gboolean relayed)
{
  if (self->relayed == relayed)
    return;
  self->relayed = relayed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RELAYED]);
}

void
coquill_direct_road_add_figures (CoquillDirectCounts *counts, const CoquillDirectFigures *figures)
{
  counts->junk += figures->junk;
  for (guint i = 0; i < COQUILL_CANDIDATE_N_VERDICTS; i++)
    counts->candidates.by_verdict[i] += figures->candidates.by_verdict[i];
}

/* What the owner does */

void
coquill_direct_road_start (CoquillDirectRoad *self)
{
  if (self->is_started)
    return;
  self->is_started = TRUE;
  self->declined = 0;
  self->failures = 0;
  self->servers_until = g_get_monotonic_time () + SERVERS_WITHIN;
  self->wants = self->offers;
  if (!self->offers)
    coquill_direct_road_look_again (self, COQUILL_DIRECT_INVITE_AFTER);
  coquill_direct_road_set_why (self, COQUILL_DIRECT_WHY_TRYING);
  coquill_direct_road_proceed (self);
}

static void
halt (CoquillDirectRoad *self, CoquillDirectWhy why)
{
  self->is_started = FALSE;
  self->wants = FALSE;
  self->is_expecting = FALSE;
  self->is_hurried = FALSE;
  coquill_direct_road_leave_queue (self);
  g_clear_pointer (&self->offer, coquill_signal_free);
  g_ptr_array_set_size (self->early, 0);
  coquill_direct_road_look_again (self, G_MAXINT64);
  coquill_direct_road_drop (self, why, "It was stopped");
}

void
coquill_direct_road_stop (CoquillDirectRoad *self)
{
  self->declined = 0;
  halt (self, COQUILL_DIRECT_WHY_NOT_TRIED);
}

void
coquill_direct_road_decline (CoquillDirectRoad *self, CoquillDeclineReason reason)
{
  guint64 number = self->attempt != NULL ? coquill_direct_attempt_get_number (self->attempt) : 0;

  self->declined = reason;
  g_object_ref (self);
  halt (self,
        reason == COQUILL_DECLINE_HIDDEN ? COQUILL_DIRECT_WHY_HIDDEN_HERE : COQUILL_DIRECT_WHY_TOO_MANY);
  coquill_direct_road_say (self, COQUILL_SIGNAL_DECLINE, number, reason);
  g_object_unref (self);
}

/* Of the addresses that this machine has now? What is told as a change of the network may be none. */
static gboolean
is_current (CoquillDirectRoad *self)
{
  g_autoptr (GBytes) addresses = coquill_own_addresses_read ();

  return g_bytes_equal (addresses, self->addresses);
}

void
coquill_direct_road_retry_now (CoquillDirectRoad *self)
{
  if (!self->is_started)
    return;
  self->failures = 0;
  if (coquill_direct_road_is_up (self->state))
    {
      self->is_hurried = TRUE;
      coquill_direct_attempt_prove (self->attempt);
    }
  else if (self->attempt != NULL && is_current (self))
    {
      self->is_hurried = TRUE;
      coquill_direct_attempt_repeat (self->attempt);
    }
  else
    {
      self->is_expecting = FALSE;
      coquill_direct_road_hurry (self);
    }
}

void
coquill_direct_road_set_peer_run (CoquillDirectRoad *self, guint64 run)
{
  if (self->peer_run == run)
    return;
  self->peer_run = run;
  if (!self->is_started)
    return;
  g_object_ref (self);
  self->failures = 0;
  self->wants = self->offers;
  self->is_expecting = FALSE;
  /* An OFFER of the new run may have come before the news of it; it is said again as soon as we ask. */
  self->n_seen = 0;
  coquill_direct_road_look_again (self, self->offers            ? G_MAXINT64
                                        : self->attempt != NULL ? 0
                                                                : COQUILL_DIRECT_INVITE_AFTER);
  coquill_direct_road_drop (self, COQUILL_DIRECT_WHY_TRYING, "The peer restarted");
  coquill_direct_road_proceed (self);
  g_object_unref (self);
}

void
coquill_direct_road_set_servers (CoquillDirectRoad *self, CoquillIceServers *servers)
{
  if (servers != NULL)
    coquill_ice_servers_ref (servers);
  g_clear_pointer (&self->servers, coquill_ice_servers_unref);
  self->servers = servers;
  self->knows_servers = TRUE;
  coquill_direct_road_proceed (self);
}

gboolean
coquill_direct_road_post (CoquillDirectRoad *self, GBytes *envelope, guint64 reference, gboolean live)
{
  return coquill_direct_road_is_up (self->state)
         && coquill_direct_attempt_post (self->attempt, envelope, reference, live);
}

void
coquill_direct_road_consumed (CoquillDirectRoad *self, gsize bytes)
{
  /* What an earlier attempt brought is no credit for this one. */
  gsize counted = MIN (bytes, self->unconsumed);

  self->unconsumed -= counted;
  if (counted > 0)
    coquill_direct_attempt_consumed (self->attempt, counted);
}

void
coquill_direct_road_greet (CoquillDirectRoad *self, GBytes *envelope)
{
  if (self->state == COQUILL_DIRECT_PROBING)
    coquill_direct_attempt_greet (self->attempt, envelope);
}

void
coquill_direct_road_approve (CoquillDirectRoad *self, gboolean approved)
{
  if (self->state != COQUILL_DIRECT_PROBING)
    return;
  if (!approved)
    self->past.refused++;
  coquill_direct_attempt_approve (self->attempt, approved);
}

/* The object */

CoquillDirectState
coquill_direct_road_get_state (CoquillDirectRoad *self)
{
  return self->state;
}

CoquillDirectWhy
coquill_direct_road_get_why (CoquillDirectRoad *self)
{
  return self->why;
}

gint64
coquill_direct_road_get_round_trip (CoquillDirectRoad *self)
{
  return self->round_trip;
}

guint64
coquill_direct_road_get_sent_bytes (CoquillDirectRoad *self)
{
  return self->past_sent + self->figures.sent;
}

guint64
coquill_direct_road_get_received_bytes (CoquillDirectRoad *self)
{
  return self->past_received + self->figures.received;
}

gint64
coquill_direct_road_get_since (CoquillDirectRoad *self)
{
  return self->since;
}

gboolean
coquill_direct_road_get_relayed (CoquillDirectRoad *self)
{
  return self->relayed;
}

const CoquillDirectCounts *
coquill_direct_road_get_counts (CoquillDirectRoad *self)
{
  self->counts = self->past;
  coquill_direct_road_add_figures (&self->counts, &self->figures);
  return &self->counts;
}

static void
coquill_direct_road_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CoquillDirectRoad *self = COQUILL_DIRECT_ROAD (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int)self->state);
      break;
    case PROP_WHY:
      g_value_set_int (value, (int)self->why);
      break;
    case PROP_ROUND_TRIP:
      g_value_set_int64 (value, self->round_trip);
      break;
    case PROP_SENT_BYTES:
      g_value_set_uint64 (value, coquill_direct_road_get_sent_bytes (self));
      break;
    case PROP_RECEIVED_BYTES:
      g_value_set_uint64 (value, coquill_direct_road_get_received_bytes (self));
      break;
    case PROP_SINCE:
      g_value_set_int64 (value, self->since);
      break;
    case PROP_RELAYED:
      g_value_set_boolean (value, self->relayed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
coquill_direct_road_dispose (GObject *object)
{
  coquill_direct_road_stop (COQUILL_DIRECT_ROAD (object));
  G_OBJECT_CLASS (coquill_direct_road_parent_class)->dispose (object);
}

static void
coquill_direct_road_finalize (GObject *object)
{
  CoquillDirectRoad *self = COQUILL_DIRECT_ROAD (object);

  g_clear_pointer (&self->servers, coquill_ice_servers_unref);
  g_clear_pointer (&self->addresses, g_bytes_unref);
  g_ptr_array_unref (self->early);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (coquill_direct_road_parent_class)->finalize (object);
}

static void
add_signal (guint id, const char *name, GType argument)
{
  GType arguments[] = { argument };

  coquill_direct_road_signals[id]
      = g_signal_newv (name, COQUILL_TYPE_DIRECT_ROAD, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL, G_TYPE_NONE,
                       argument != G_TYPE_NONE ? 1 : 0, arguments);
}

static void
coquill_direct_road_class_init (CoquillDirectRoadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = coquill_direct_road_get_property;
  object_class->dispose = coquill_direct_road_dispose;
  object_class->finalize = coquill_direct_road_finalize;

  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, COQUILL_DIRECT_SUSPECT, 0, flags);
  properties[PROP_WHY] = g_param_spec_int ("why", NULL, NULL, 0, COQUILL_DIRECT_WHY_LOST, 0, flags);
  properties[PROP_ROUND_TRIP] = g_param_spec_int64 ("round-trip", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_SENT_BYTES] = g_param_spec_uint64 ("sent-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_RECEIVED_BYTES]
      = g_param_spec_uint64 ("received-bytes", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SINCE] = g_param_spec_int64 ("since", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_RELAYED] = g_param_spec_boolean ("relayed", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  add_signal (COQUILL_DIRECT_ROAD_SIGNAL, "signal", G_TYPE_BYTES);
  add_signal (COQUILL_DIRECT_ROAD_GREET, "greet", G_TYPE_NONE);
  add_signal (COQUILL_DIRECT_ROAD_GREETED, "greeted", G_TYPE_BYTES);
  add_signal (COQUILL_DIRECT_ROAD_UP, "up", G_TYPE_NONE);
  add_signal (COQUILL_DIRECT_ROAD_DOWN, "down", G_TYPE_ERROR);
  add_signal (COQUILL_DIRECT_ROAD_RECEIVED, "received", G_TYPE_BYTES);
  add_signal (COQUILL_DIRECT_ROAD_ACKNOWLEDGED, "acknowledged", G_TYPE_UINT64);
  add_signal (COQUILL_DIRECT_ROAD_ROOM, "room", G_TYPE_NONE);
}

static void
coquill_direct_road_init (CoquillDirectRoad *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->why = COQUILL_DIRECT_WHY_NOT_TRIED;
  self->since = g_get_real_time ();
  self->round_trip = -1;
  self->figures.round_trip = -1;
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify)coquill_signal_free);
}

CoquillDirectRoad *
coquill_direct_road_new (gboolean offers, guint64 own_run)
{
  CoquillDirectRoad *self = g_object_new (COQUILL_TYPE_DIRECT_ROAD, NULL);

  self->offers = offers;
  self->own_run = own_run;
  return self;
}
