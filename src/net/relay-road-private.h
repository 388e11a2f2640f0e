/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relay-road-private.h: what the two halves of a relay road share: its life (relay-road.c), its traffic
 * (relay-road-traffic.c) */
#pragma once

#include "net/relay-client.h"
#include "net/relay-road.h"

G_BEGIN_DECLS

/* The one room of this connection. */
#define COQUILL_RELAY_ROAD_HANDLE 1

struct _CoquillRelayRoad
{
  GObject parent_instance;

  char *origin;
  guint8 room[COQUILL_RELAY_ROOM_SIZE];
  CoquillRoomRole role;
  CoquillRoomKeys *keys; /* (owned) */
  GBytes *lock;          /* (owned) (nullable) encoded */

  CoquillRelayRoadState state;
  GError *error; /* (owned) (nullable) */
  guint members;
  gint64 round_trip;

  CoquillRelayClient *client; /* (owned) (nullable) */
  guint32 message_max;
  guint64 features;         /* the relay's */
  GNetworkMonitor *monitor; /* (unowned) */
  gulong network_changed;
  GSource *pause; /* (owned) (nullable) in WAITING */
  guint tries;
  gint64 up_since;

  GHashTable *pending; /* (owned) our reference → Pending: sent, and not answered */
  guint64 last_reference;
  gboolean is_fetching;
  gboolean is_complete; /* all that was in the mailbox at entering has been fetched */
};

enum
{
  COQUILL_RELAY_ROAD_SIGNAL_UP,
  COQUILL_RELAY_ROAD_SIGNAL_DOWN,
  COQUILL_RELAY_ROAD_SIGNAL_RECEIVED,
  COQUILL_RELAY_ROAD_SIGNAL_STORED,
  COQUILL_RELAY_ROAD_SIGNAL_REJECTED,
  COQUILL_RELAY_ROAD_SIGNAL_FETCHED,
  COQUILL_RELAY_ROAD_SIGNAL_KNOCKED,
  COQUILL_RELAY_ROAD_SIGNAL_REFUSED,
  COQUILL_RELAY_ROAD_N_SIGNALS
};

extern guint coquill_relay_road_signals[COQUILL_RELAY_ROAD_N_SIGNALS];

/* Frees what `pending` holds. */
void
coquill_relay_road_pending_free (gpointer pending);

/* Ends what waits for an answer that can't come any more. Posts are told by `down`. */
void
coquill_relay_road_fail_pending (CoquillRelayRoad *self);

/* Takes STORED, BULLETIN, SERVICES, or a REFUSAL with a reference. */
void
coquill_relay_road_take_answer (CoquillRelayRoad *self, const CoquillRelayFrame *frame);

G_END_DECLS
