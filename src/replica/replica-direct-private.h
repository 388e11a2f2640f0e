/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica-direct-private.h: a replica's direct roads, and whom they lead to. */
#pragma once

#include "net/direct-road.h"
#include "net/relay-services.h"
#include "replica/replica.h"
#include "wire/anchor.h"

G_BEGIN_DECLS

/** Direct roads of one document: a room of 8 is a full mesh; in larger ones the relay carries the rest. */
#define COQUILL_REPLICA_MAX_DIRECT 7
/** Somebody who has no room for a direct road, or for whom there is none, isn't asked again for so long, in
 * microseconds. */
#define COQUILL_REPLICA_DIRECT_AGAIN (60 * G_TIME_SPAN_SECOND)
/** Offers that can't be taken are answered at most so often, in microseconds, to one person. */
#define COQUILL_REPLICA_DIRECT_ANSWER (1 * G_TIME_SPAN_SECOND)
/** Bytes that may wait to be merged before direct roads give their peers no more credit. */
#define COQUILL_REPLICA_PENDING_BYTES (1024 * 1024)
/** Names of counts that are kept, and characters of one: what a file may make us hold. */
#define COQUILL_REPLICA_MAX_COUNTS 64
#define COQUILL_REPLICA_COUNT_NAME_MAX 64
/** What direct roads have refused is saved at most so often, in seconds. */
#define COQUILL_REPLICA_COUNTS_SECONDS 10

/* A direct road, or the try to get one. */
typedef struct
{
  guint8 device[32];
  CoquillDirectRoad *road; /* (nullable) nobody's */
  gboolean up;
  gboolean suspect;
  gboolean hidden; /* tells the peer that it never connects directly */
  gsize owed;      /* bytes that came and for which the peer has no new credit yet */
} CoquillReplicaDirect;

/* The direct roads of a document. Sync's number of one is its place plus 1. */
typedef struct
{
  CoquillReplicaDirect places[COQUILL_REPLICA_MAX_DIRECT];
  gboolean leaving; /* until the relay's road is started again */
  gboolean updating, update_again;
  CoquillRelayServices *services; /* (nullable) the relay's, as asked last */
  CoquillIceServers *servers;     /* (nullable) the same with addresses */
  gboolean servers_known;         /* there was an answer, even if it was "none" */
  gboolean asking;
  GHashTable *counts; /* name → guint64: of roads that are gone, and the replica's own */
} CoquillReplicaRoads;

/* What is known of somebody beyond what everyone may see. */
typedef struct
{
  CoquillParticipant *participant;
  guint8 device[32];
  gboolean is_member;
  gboolean is_in_log; /* while it is found out who is a member now: will be one */
  CoquillWireAnchor caret;
  CoquillWireAnchor selection;
  guint typing_timer;
  guint64 run;        /* of the program, as its presence names it; 0: not known */
  CoquillRoadWhy why; /* there is no road of this person's among the direct ones */
  gint64 declined;    /* monotonic: when there was no room for a direct road; 0: there was */
  gint64 answered;    /* monotonic: when this person was last told that there is no direct road */
} CoquillReplicaPeer;

/* replica-direct.c */

void
coquill_replica_direct_init (CoquillReplica *self);
/** Ends all direct roads at once; none is made before the relay's is started again. */
void
coquill_replica_direct_clear (CoquillReplica *self);
/** Makes, ends or declines direct roads as things are now: who is there and in, the switches. */
void
coquill_replica_direct_update (CoquillReplica *self);
/** Whether one of the switches says: never directly. */
gboolean
coquill_replica_direct_is_hidden (CoquillReplica *self);
/** (nullable): @device's place */
CoquillReplicaDirect *
coquill_replica_direct_find (CoquillReplica *self, const guint8 *device);
/** (nullable): a place that nobody has */
CoquillReplicaDirect *
coquill_replica_direct_find_free (CoquillReplica *self);
/** @peer's presence names the run of its program. */
void
coquill_replica_direct_set_run (CoquillReplica *self, CoquillReplicaPeer *peer, guint64 run);
/** @sender says @body, a #CoquillSignal, of its direct road to this device. */
void
coquill_replica_direct_signal (CoquillReplica *self, const guint8 *sender, GBytes *body);
/** This machine may be in another network, or slept. */
void
coquill_replica_network_changed (CoquillReplica *self);
/** The switch of this document. */
void
coquill_replica_set_hide_address (CoquillReplica *self, gboolean hide);

/* replica-direct-road.c */

/** Hears what @road says. */
void
coquill_replica_direct_connect (CoquillReplica *self, CoquillDirectRoad *road);
/** Tells sync that it isn't up, if it was. */
void
coquill_replica_direct_note_down (CoquillReplica *self, CoquillReplicaDirect *place);
/** Tells everyone who looks by which road @peer is reached. */
void
coquill_replica_direct_show (CoquillReplica *self, CoquillReplicaPeer *peer);
gboolean
coquill_replica_direct_is_up (CoquillReplica *self, CoquillReplicaPeer *peer);
/** Posts on sync's road @number. Returns: whether it was taken */
gboolean
coquill_replica_direct_post (
    CoquillReplica *self, guint number, GBytes *envelope, guint64 reference, gboolean live);
/** Whether sync's road @number is up. */
gboolean
coquill_replica_direct_has (CoquillReplica *self, guint number);
/** What waited was merged: peers get credit again. */
void
coquill_replica_direct_give_credit (CoquillReplica *self);

/* replica-services.c */

/** Asks the relay for its services, if those known are not fresh. */
void
coquill_replica_ask_services (CoquillReplica *self);
void
coquill_replica_clear_services (CoquillReplica *self);

/* road-counts.c: names and how often; a GHashTable with owned names */

GHashTable *
coquill_road_counts_new (void);
void
coquill_road_counts_add (GHashTable *counts, const char *name, guint64 count);
/** Adds what a road has counted. */
void
coquill_road_counts_add_road (GHashTable *counts, CoquillDirectRoad *road);
/** Adds an a{st}, from a file perhaps. */
void
coquill_road_counts_add_variant (GHashTable *counts, GVariant *variant);
/** (transfer full): an a{st}, in the order of the names */
GVariant *
coquill_road_counts_to_variant (GHashTable *counts);

G_END_DECLS
