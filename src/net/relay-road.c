/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-road.c: the way to the others through a relay: one WebSocket, one room, kept up by itself */

#include "config.h"

#include "net/relay-road-private.h"

#include "trust/relay-origin.h"
#include "trust/room-proof.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A road that was up so long starts again with the shortest pause, in microseconds. */
#define STEADY (5 * G_USEC_PER_SEC)
/* The network is given so long to settle after it changed, in milliseconds. */
#define SETTLE 200

/* Where a state may go, a bit for each next state: the table in the header. */
#define TO(state) (1u << COQUILL_RELAY_ROAD_##state)
static const guint transitions[] = {
  [COQUILL_RELAY_ROAD_STOPPED] = TO (CONNECTING),
  [COQUILL_RELAY_ROAD_CONNECTING] = TO (PROVING) | TO (WAITING) | TO (STOPPED),
  [COQUILL_RELAY_ROAD_PROVING] = TO (UP) | TO (WAITING) | TO (STOPPED),
  [COQUILL_RELAY_ROAD_UP] = TO (WAITING) | TO (STOPPED),
  [COQUILL_RELAY_ROAD_WAITING] = TO (CONNECTING) | TO (STOPPED),
};
#undef TO

enum
{
  PROP_0,
  PROP_STATE,
  PROP_ERROR,
  PROP_MEMBERS,
  PROP_ROUND_TRIP,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
guint coquill_relay_road_signals[COQUILL_RELAY_ROAD_N_SIGNALS];

G_DEFINE_FINAL_TYPE (CoquillRelayRoad, coquill_relay_road, G_TYPE_OBJECT)

static void
connect_now (CoquillRelayRoad *self);

static void
set_state (CoquillRelayRoad *self, CoquillRelayRoadState state)
{
  g_assert (transitions[self->state] & (1u << state));
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_error (CoquillRelayRoad *self, const GError *error)
{
  if (self->error == NULL && error == NULL)
    return;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
set_members (CoquillRelayRoad *self, guint members)
{
  if (self->members == members)
    return;
  self->members = members;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMBERS]);
}

static void
set_round_trip (CoquillRelayRoad *self, gint64 round_trip)
{
  self->round_trip = round_trip;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROUND_TRIP]);
}

/* Takes the connection down. Returns whether it was up. */
static gboolean
disconnect (CoquillRelayRoad *self)
{
  gboolean was_up = self->state == COQUILL_RELAY_ROAD_UP;

  g_clear_pointer (&self->client, coquill_relay_client_drop);
  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  self->is_fetching = FALSE;
  self->is_complete = FALSE;
  set_members (self, 0);
  set_round_trip (self, -1);
  coquill_relay_road_fail_pending (self);
  return was_up;
}

static gboolean
pause_over_cb (gpointer data)
{
  CoquillRelayRoad *self = data;

  g_clear_pointer (&self->pause, g_source_unref);
  connect_now (self);
  return G_SOURCE_REMOVE;
}

/* In WAITING: tries again in so many milliseconds. */
static void
pause_for (CoquillRelayRoad *self, guint milliseconds)
{
  if (self->pause != NULL)
    g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  self->pause = g_timeout_source_new (milliseconds);
  g_source_set_callback (self->pause, pause_over_cb, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}

/* Exponential, with full jitter, so that a relay which comes back isn't met by all its clients at once. */
static guint
next_pause (CoquillRelayRoad *self)
{
  guint longest = COQUILL_RELAY_ROAD_FIRST_PAUSE << MIN (self->tries, 16);

  self->tries++;
  return g_random_int_range (50, MIN (longest, COQUILL_RELAY_ROAD_LONGEST_PAUSE) + 1);
}

static void
lose (CoquillRelayRoad *self, const GError *error)
{
  g_autoptr (CoquillRelayRoad) keep = g_object_ref (self);
  g_autoptr (GError) copy = g_error_copy (error);
  gboolean was_up = disconnect (self);

  if (was_up && g_get_monotonic_time () - self->up_since > STEADY)
    self->tries = 0;
  set_error (self, copy);
  set_state (self, COQUILL_RELAY_ROAD_WAITING);
  pause_for (self, next_pause (self));
  if (was_up)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_DOWN], 0, copy);
}

static void
stop_monitor (CoquillRelayRoad *self)
{
  if (self->network_changed != 0)
    g_signal_handler_disconnect (self->monitor, self->network_changed);
  self->network_changed = 0;
}

static void
refuse (CoquillRelayRoad *self, const GError *error)
{
  g_autoptr (CoquillRelayRoad) keep = g_object_ref (self);
  g_autoptr (GError) copy = g_error_copy (error);
  gboolean was_up = disconnect (self);

  stop_monitor (self);
  set_error (self, copy);
  set_state (self, COQUILL_RELAY_ROAD_STOPPED);
  if (was_up)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_DOWN], 0, copy);
  g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_REFUSED], 0, copy);
}

static void
challenged_cb (gpointer owner, const CoquillRelayFrame *challenge)
{
  CoquillRelayRoad *self = owner;
  CoquillRelayFrame frame = { .kind = COQUILL_RELAY_FRAME_ENTER,
                              .version = COQUILL_RELAY_VERSION,
                              .handle = COQUILL_RELAY_ROAD_HANDLE,
                              .role = self->role,
                              .data = self->lock };

  self->message_max = MIN (challenge->limit, COQUILL_RELAY_FRAME_MAX);
  self->features = challenge->features;
  set_state (self, COQUILL_RELAY_ROAD_PROVING);
  if (self->client == NULL)
    return;
  memcpy (frame.room, self->room, sizeof frame.room);
  coquill_room_proof_make (self->keys, self->role, coquill_relay_origin_name (self->origin), self->room,
                           challenge->nonce, frame.proof);
  coquill_relay_client_send (self->client, &frame);
}

static void
take_entered (CoquillRelayRoad *self, const CoquillRelayFrame *frame)
{
  g_autoptr (GBytes) mailbox = g_bytes_new (frame->mailbox, sizeof frame->mailbox);

  self->up_since = g_get_monotonic_time ();
  set_error (self, NULL);
  set_members (self, frame->count);
  set_state (self, COQUILL_RELAY_ROAD_UP);
  if (self->state == COQUILL_RELAY_ROAD_UP)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_UP], 0, mailbox,
                   frame->position);
}

/* What a relay says about the room or the connection, and not about one frame. */
static void
take_final_refusal (CoquillRelayRoad *self, const CoquillRelayFrame *frame)
{
  g_autoptr (GError) error = coquill_relay_client_error_new (frame);

  switch (frame->code)
    {
    case COQUILL_RELAY_CODE_VERSION:
    case COQUILL_RELAY_CODE_NO_ROOM:
    case COQUILL_RELAY_CODE_PROOF:
    case COQUILL_RELAY_CODE_LOCK:
    case COQUILL_RELAY_CODE_LOCK_CHANGED:
      refuse (self, error);
      break;
    default:
      lose (self, error);
      break;
    }
}

static void
received_cb (gpointer owner, const CoquillRelayFrame *frame)
{
  g_autoptr (CoquillRelayRoad) self = g_object_ref (owner);
  gboolean is_up = self->state == COQUILL_RELAY_ROAD_UP;

  if (frame->kind == COQUILL_RELAY_FRAME_REFUSAL && frame->reference == 0)
    take_final_refusal (self, frame);
  else if (frame->kind == COQUILL_RELAY_FRAME_ENTERED && self->state == COQUILL_RELAY_ROAD_PROVING)
    take_entered (self, frame);
  else if (!is_up)
    return;
  else if (frame->kind == COQUILL_RELAY_FRAME_STORED || frame->kind == COQUILL_RELAY_FRAME_REFUSAL
           || frame->kind == COQUILL_RELAY_FRAME_BULLETIN || frame->kind == COQUILL_RELAY_FRAME_SERVICES)
    coquill_relay_road_take_answer (self, frame);
  else if (frame->kind == COQUILL_RELAY_FRAME_ENVELOPE)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_RECEIVED], 0, frame->data,
                   frame->position);
  else if (frame->kind == COQUILL_RELAY_FRAME_FETCH_END && self->is_fetching)
    {
      self->is_fetching = FALSE;
      self->is_complete = frame->complete;
      g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_FETCHED], 0, frame->position,
                     frame->complete);
    }
  /* While a fetch is under way its end tells: a commit must not seem to be it. */
  else if (frame->kind == COQUILL_RELAY_FRAME_COMMITTED && self->is_complete && !self->is_fetching)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_FETCHED], 0, frame->position,
                   TRUE);
  else if (frame->kind == COQUILL_RELAY_FRAME_MEMBERS)
    set_members (self, frame->count);
  else if (frame->kind == COQUILL_RELAY_FRAME_KNOCKED)
    g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_KNOCKED], 0, frame->position,
                   frame->data);
}

static void
ponged_cb (gpointer owner, gint64 round_trip)
{
  CoquillRelayRoad *self = owner;

  set_round_trip (self, round_trip);
}

static void
closed_cb (gpointer owner, const GError *error)
{
  lose (owner, error);
}

static const CoquillRelayClientEvents client_events = { challenged_cb, received_cb, ponged_cb, closed_cb };

static void
connect_now (CoquillRelayRoad *self)
{
  g_assert (self->client == NULL);
  set_state (self, COQUILL_RELAY_ROAD_CONNECTING);
  if (self->state == COQUILL_RELAY_ROAD_CONNECTING)
    self->client = coquill_relay_client_new (self->origin, &client_events, self);
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean is_available, CoquillRelayRoad *self)
{
  if (self->state == COQUILL_RELAY_ROAD_WAITING && is_available)
    {
      /* A burst of changes is one: each starts this short pause anew. */
      self->tries = 0;
      pause_for (self, SETTLE);
    }
  else if (self->client != NULL)
    coquill_relay_client_probe (self->client);
}

CoquillRelayRoad *
coquill_relay_road_new (const char *origin,
                        const guint8 room[32],
                        CoquillRoomRole role,
                        CoquillRoomKeys *keys,
                        const CoquillRoomLock *lock,
                        GError **error)
{
  g_autofree char *normalized = NULL;
  g_autoptr (GError) local = NULL;
  CoquillRelayRoad *self;

  g_return_val_if_fail (origin != NULL && room != NULL && keys != NULL, NULL);
  g_return_val_if_fail (role <= coquill_room_keys_get_role (keys), NULL);

  normalized = coquill_relay_origin_normalize (origin, &local);
  if (normalized == NULL)
    {
      g_set_error_literal (error, COQUILL_NET_ERROR, COQUILL_NET_ERROR_ADDRESS, local->message);
      return NULL;
    }
  self = g_object_new (COQUILL_TYPE_RELAY_ROAD, NULL);
  self->origin = g_steal_pointer (&normalized);
  memcpy (self->room, room, sizeof self->room);
  self->role = role;
  self->keys = coquill_room_keys_ref (keys);
  self->lock = lock != NULL ? coquill_room_lock_encode (lock) : NULL;
  return self;
}

void
coquill_relay_road_start (CoquillRelayRoad *self)
{
  g_return_if_fail (COQUILL_IS_RELAY_ROAD (self));

  if (self->state != COQUILL_RELAY_ROAD_STOPPED)
    return;
  self->tries = 0;
  self->monitor = g_network_monitor_get_default ();
  self->network_changed
      = g_signal_connect (self->monitor, "network-changed", G_CALLBACK (network_changed_cb), self);
  connect_now (self);
}

void
coquill_relay_road_stop (CoquillRelayRoad *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (COQUILL_IS_RELAY_ROAD (self));

  if (self->state == COQUILL_RELAY_ROAD_STOPPED)
    return;
  stop_monitor (self);
  gboolean was_up = disconnect (self);
  set_error (self, NULL);
  set_state (self, COQUILL_RELAY_ROAD_STOPPED);
  if (!was_up)
    return;
  error = g_error_new_literal (COQUILL_NET_ERROR, COQUILL_NET_ERROR_NOT_UP, _ ("The connection was ended."));
  g_signal_emit (self, coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_DOWN], 0, error);
}

void
coquill_relay_road_retry_now (CoquillRelayRoad *self)
{
  g_return_if_fail (COQUILL_IS_RELAY_ROAD (self));

  if (self->state != COQUILL_RELAY_ROAD_WAITING)
    return;
  g_source_destroy (self->pause);
  g_clear_pointer (&self->pause, g_source_unref);
  self->tries = 0;
  connect_now (self);
}

void
coquill_relay_road_probe (CoquillRelayRoad *self)
{
  g_return_if_fail (COQUILL_IS_RELAY_ROAD (self));

  if (self->state == COQUILL_RELAY_ROAD_WAITING)
    coquill_relay_road_retry_now (self);
  else if (self->client != NULL)
    coquill_relay_client_probe (self->client);
}

CoquillRelayRoadState
coquill_relay_road_get_state (CoquillRelayRoad *self)
{
  return self->state;
}

const GError *
coquill_relay_road_get_error (CoquillRelayRoad *self)
{
  return self->error;
}

guint
coquill_relay_road_get_members (CoquillRelayRoad *self)
{
  return self->members;
}

gint64
coquill_relay_road_get_round_trip (CoquillRelayRoad *self)
{
  return self->round_trip;
}

static void
coquill_relay_road_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CoquillRelayRoad *self = COQUILL_RELAY_ROAD (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_MEMBERS:
      g_value_set_uint (value, self->members);
      break;
    case PROP_ROUND_TRIP:
      g_value_set_int64 (value, self->round_trip);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
coquill_relay_road_dispose (GObject *object)
{
  CoquillRelayRoad *self = COQUILL_RELAY_ROAD (object);

  stop_monitor (self);
  disconnect (self);
  G_OBJECT_CLASS (coquill_relay_road_parent_class)->dispose (object);
}

static void
coquill_relay_road_finalize (GObject *object)
{
  CoquillRelayRoad *self = COQUILL_RELAY_ROAD (object);

  g_hash_table_unref (self->pending);
  g_clear_pointer (&self->keys, coquill_room_keys_unref);
  g_clear_pointer (&self->lock, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self->origin);
  G_OBJECT_CLASS (coquill_relay_road_parent_class)->finalize (object);
}

static void
coquill_relay_road_class_init (CoquillRelayRoadClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GType type = G_TYPE_FROM_CLASS (class);

  object_class->get_property = coquill_relay_road_get_property;
  object_class->dispose = coquill_relay_road_dispose;
  object_class->finalize = coquill_relay_road_finalize;

  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, COQUILL_RELAY_ROAD_STOPPED,
                                             COQUILL_RELAY_ROAD_WAITING, COQUILL_RELAY_ROAD_STOPPED, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_MEMBERS] = g_param_spec_uint ("members", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ROUND_TRIP] = g_param_spec_int64 ("round-trip", NULL, NULL, -1, G_MAXINT64, -1, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_UP] = g_signal_new (
      "up", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_UINT64);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_DOWN]
      = g_signal_new ("down", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_RECEIVED] = g_signal_new (
      "received", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_UINT64);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_STORED] = g_signal_new (
      "stored", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_UINT64);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_REJECTED] = g_signal_new (
      "rejected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_ERROR);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_FETCHED] = g_signal_new (
      "fetched", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_BOOLEAN);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_KNOCKED] = g_signal_new (
      "knocked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_BYTES);
  coquill_relay_road_signals[COQUILL_RELAY_ROAD_SIGNAL_REFUSED]
      = g_signal_new ("refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
coquill_relay_road_init (CoquillRelayRoad *self)
{
  self->round_trip = -1;
  self->pending
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, coquill_relay_road_pending_free);
}
