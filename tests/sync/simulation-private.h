/* simulation-private.h: what the files of the simulation share */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/simulation.h"

G_BEGIN_DECLS

#define SIMULATION_STEP (10 * G_TIME_SPAN_MILLISECOND)

/* The longest that a direct road is silent before it is given up. */
#define SIMULATION_SILENCE (6 * G_TIME_SPAN_SECOND)

typedef struct
{
  CoquillBody *body;
  gboolean own;
  gboolean sent;
} SimulationBlock;

typedef struct
{
  CoquillDeviceKeys *keys;
  CoquillDocument *document; /* NULL before it joined */
  CoquillSync *sync;
  gint64 born; /* of this run of its program */
  guint marks; /* written so far */
  gboolean gone;
  gboolean absent; /* doesn't join yet */

  GPtrArray *blocks; /* as in its store; the first n_committed are on disk */
  guint n_committed;
  GBytes *saved_keys;
  gboolean saved_has_cursor;
  guint8 saved_mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  guint64 saved_position;
  GBytes *snapshot;
  guint n_before_snapshot;
  guint history_next; /* next body of history to give; n_before_snapshot when done */

  GQueue accepting;           /* (element-type CoquillSyncAction) */
  GPtrArray *committed_marks; /* texts that were on disk */
  GPtrArray *new_marks;
  GHashTable *lengths; /* CoquillAgent → guint64: how much of each writer was stored */

  gboolean connected;
  guint connection; /* events of older ones are void */
  gboolean fetched_all;
  gint64 relay_after; /* not reachable before */
  gint64 up_at;       /* of the last thing on its way to the relay, and back */
  gint64 down_at;
} SimulationNode;

/* One direction of a direct road. */
typedef struct
{
  gint64 last_at;
  gboolean silent;
  gsize queued;
  gsize limit;
  gboolean wants_room;
} SimulationLane;

/* Two nodes, the lower index first. */
typedef struct
{
  gboolean wanted; /* comes up when it can, and stays */
  gboolean alive;
  gboolean up[2];   /* as the ends were told */
  guint generation; /* events of older ones are void */
  SimulationLane lanes[2];
  gint64 silent_since; /* 0 if it isn't */
  gint64 silent_until;
  gboolean dies; /* at the end of the silence, with everything that was posted in it */
  gboolean suspect;
} SimulationPair;

typedef enum
{
  EVENT_POST,
  EVENT_FETCH,
  EVENT_UP,
  EVENT_RECEIVED,
  EVENT_FETCHED,
  EVENT_STORED,
  EVENT_REFUSED,
  EVENT_DIRECT_UP,
  EVENT_DIRECT_DOWN,
  EVENT_DIRECT_RECEIVED,
  EVENT_DIRECT_ACKNOWLEDGED,
} SimulationEventKind;

typedef struct
{
  SimulationEventKind kind;
  gint64 at;
  guint64 order;
  guint node;
  guint peer; /* direct roads */
  guint connection;
  GBytes *bytes;
  guint64 number;
  gboolean flag;
} SimulationEvent;

struct Simulation
{
  GRand *random;
  SimulationFaults faults;
  SimulationCounts counts;
  gboolean calm;
  gint64 now;
  SimulationNode *nodes;
  guint n_nodes;
  CoquillLink *link;
  GSequence *events; /* by time */
  guint64 next_order;
  SimulationPair *pairs; /* n_nodes × n_nodes; the lower index first */

  guint8 mailbox[COQUILL_SYNC_MAILBOX_SIZE];
  GPtrArray *envelopes;
  GBytes *bulletin;
  gint64 relay_after; /* dead until then */
  gboolean refusing;
};

gboolean
simulation_chance (Simulation *self, guint of_ten_thousand);

/* simulation-node.c */
void
simulation_node_init (SimulationNode *node);
void
simulation_node_clear (SimulationNode *node);
void
simulation_node_flush (Simulation *self, SimulationNode *node);
void
simulation_node_commit (Simulation *self, SimulationNode *node);
void
simulation_node_add_history (SimulationNode *node, guint n_bodies);
void
simulation_node_end_history (SimulationNode *node);
/** The program is killed and started again: what was not committed is gone. All its roads are down. */
void
simulation_node_crash (Simulation *self, SimulationNode *node);
void
simulation_node_accept (Simulation *self, SimulationNode *node);
/** Writes something that can be looked for. Returns: (transfer none): its name */
const char *
simulation_node_mark (Simulation *self, guint index);
void
simulation_node_show (Simulation *self, SimulationNode *node);
void
simulation_node_edit (Simulation *self, guint index);
void
simulation_node_join (Simulation *self, SimulationNode *node);

/* simulation-relay.c */
void
simulation_disconnect (Simulation *self, SimulationNode *node);
void
simulation_connect (Simulation *self, guint index);
void
simulation_relay_reset (Simulation *self);
void
simulation_relay_truncate (Simulation *self);
void
simulation_relay_stop (Simulation *self, gint64 until);
/** Something is on its way to or from the relay. */
void
simulation_relay_send (
    Simulation *self, SimulationEventKind kind, guint node, GBytes *bytes, guint64 number, gboolean flag);
void
simulation_relay_handle (Simulation *self, const SimulationEvent *event);

/* simulation-direct.c */
void
simulation_direct_step (Simulation *self);
/** Returns: whether the road took it */
gboolean
simulation_direct_post (
    Simulation *self, guint from, guint to, GBytes *envelope, guint64 reference, gboolean live);
void
simulation_direct_handle (Simulation *self, const SimulationEvent *event);
/** The program at one end ended. */
void
simulation_direct_crash (Simulation *self, guint index);
SimulationPair *
simulation_get_pair (Simulation *self, guint a, guint b);
void
simulation_direct_break (Simulation *self, guint a, guint b);

/* simulation-events.c */
void
simulation_add_event (Simulation *self, const SimulationEvent *event);
void
simulation_handle_events (Simulation *self);
void
simulation_receive (Simulation *self, guint to, guint road, GBytes *envelope, guint64 position);
void
simulation_take_actions (Simulation *self, guint index);

G_END_DECLS
