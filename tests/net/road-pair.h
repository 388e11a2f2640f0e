/* road-pair.h: two direct roads in one process, and a bad relay for their signals */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "net/direct-road.h"

typedef struct RoadPair RoadPair;
typedef struct RoadSide RoadSide;

/* One end. Side 0 offers. */
struct RoadSide
{
  RoadPair *pair;
  guint index;
  CoquillDirectRoad *road;
  guint64 run;
  guint32 greeting; /* what its greeting says */
  guint32 wants;    /* what the other's has to say */
  gboolean is_mute; /* answers no `greet` */
  gboolean holds;   /* consumes nothing */
  guint ups, downs, rooms;
  guint64 n_acknowledged, last_acknowledged;
  guint64 n_received, next, bytes; /* stored ones are numbered from 0 */
  guint n_live, n_again;
  GString *states; /* all that it was in, a letter each */
  GPtrArray *said; /* GBytes: all its signals */
};

/* Of a thousand signals. */
typedef struct
{
  guint lost, doubled, late, replayed;
} BadRelay;

struct RoadPair
{
  RoadSide sides[2];
  GRand *random;
  BadRelay bad;
  guint n_under_way;
};

RoadPair *
road_pair_new (guint32 seed);
void
road_pair_free (RoadPair *self);
/* Makes a side's road anew: another run of its program. */
void
road_pair_renew (RoadPair *self, guint side);
/* Servers (none) and both runs are known, and both start. */
void
road_pair_start (RoadPair *self);
/* Posts the next numbers as stored envelopes of a size, as far as they are taken. Returns how many were. */
guint
road_pair_post (RoadPair *self, guint from, guint64 *number, guint n, gsize size);

/* Iterates the main context until it is so, on a quiet machine at most some seconds. Returns whether it is
 * so. */
gboolean
road_pair_wait_state (RoadPair *self, CoquillDirectState one, CoquillDirectState other, guint seconds);
gboolean
road_pair_wait_received (RoadPair *self, guint side, guint64 n, guint seconds);
gboolean
road_pair_wait (gboolean (*is_so) (gpointer data), gpointer data, guint seconds);
void
road_pair_idle (guint milliseconds);

#define road_pair_assert_up(pair, seconds)                                                                   \
  g_assert_true (road_pair_wait_state (pair, COQUILL_DIRECT_DIRECT, COQUILL_DIRECT_DIRECT, seconds))
