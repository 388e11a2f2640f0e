/* simulation.h: replicas, a relay, direct roads and a bad network in one process, under a seed */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/sync.h"

G_BEGIN_DECLS

typedef struct Simulation Simulation;

/**
 * SimulationFaults:
 *
 * Chances per node and step of 10 ms, of 10000.
 */
typedef struct
{
  guint edit;
  guint disconnect;
  guint crash;
  guint reset;    /* the relay forgets everything (per step) */
  guint truncate; /* the relay is restored from an older copy (per step) */
  guint outage;   /* the relay is dead for up to 20 s (per step) */
  guint astray;   /* a node can't reach the relay for up to 20 s */

  /* Per pair and step. */
  guint direct_up;
  guint direct_down;
  guint direct_silence; /* everything is lost, or one direction, for up to 6 s; then it is down, or goes on */
  guint direct_narrow;  /* of 10000 roads: takes few bytes at a time */
  guint direct_late;    /* of 10000 acknowledgements: late */
} SimulationFaults;

/**
 * SimulationCounts:
 * @relay_posts: stored envelopes that reached the mailbox
 * @direct_posts: stored envelopes that were posted on direct roads, for each of them
 * @live_relay: live envelopes that reached the relay
 * @live_direct: live envelopes that were posted on direct roads
 * @given: bodies that were given to a document to accept
 */
typedef struct
{
  guint relay_posts;
  guint direct_posts;
  guint live_relay;
  guint live_direct;
  guint given;
} SimulationCounts;

/** The first of @n_nodes founds a document; the others join by its link. */
Simulation *
simulation_new (guint32 seed, guint n_nodes, const SimulationFaults *faults);
void
simulation_free (Simulation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Simulation, simulation_free)

/** Lets so many steps go by with faults, then ends all faults and runs until nothing is on its way. */
void
simulation_run (Simulation *self, guint n_steps);
/** Lets so many steps go by with faults. */
void
simulation_run_badly (Simulation *self, guint n_steps);
/** All nodes hold the same, and what was ever committed is in it. */
void
simulation_assert_same (Simulation *self);
/** ... and the mailbox has it. */
void
simulation_assert_equal (Simulation *self);

/* Scenes without faults */

/** Runs until nothing is on its way. */
void
simulation_settle (Simulation *self);
void
simulation_run_for (Simulation *self, gint64 duration);
/** A direct road between two, which stays; or it ends. */
void
simulation_set_direct (Simulation *self, guint a, guint b, gboolean stands);
/** Between all. */
void
simulation_set_mesh (Simulation *self, gboolean stands);
/** Nothing gets through any more, which both find out after six seconds. */
void
simulation_cut (Simulation *self, guint a, guint b);
/** Whether a node can reach the relay. */
void
simulation_set_relay (Simulation *self, guint node, gboolean reachable);
/** Whether the mailbox refuses everything. */
void
simulation_set_refusing (Simulation *self, gboolean refusing);
/** A node is not there yet. */
void
simulation_set_absent (Simulation *self, guint node, gboolean absent);
/** A program ends for good, without a word. */
void
simulation_kill (Simulation *self, guint node);
/** A program is killed and started again: what was not committed is gone. */
void
simulation_restart (Simulation *self, guint node);
/** Writes something. Returns: (transfer full): its name */
char *
simulation_write (Simulation *self, guint node);
/** Inserts @n_bytes of text. */
void
simulation_paste (Simulation *self, guint node, gsize n_bytes);
/** Whether a node has it. */
gboolean
simulation_has (Simulation *self, guint node, const char *name);
/** Whether somebody would have it who reads nothing but the mailbox. */
gboolean
simulation_mailbox_has (Simulation *self, const char *name);
/** Runs until a node has it. Returns: how long that took, or -1 if it has not after a minute */
gint64
simulation_wait (Simulation *self, guint node, const char *name);
CoquillSync *
simulation_get_sync (Simulation *self, guint node);
/** Counts from now on. Returns: (transfer none): */
const SimulationCounts *
simulation_count (Simulation *self);

G_END_DECLS
