/* simulation.h: replicas, a relay and a bad network in one process, under a seed */
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
} SimulationFaults;

/** The first of @n_nodes founds a document; the others join by its link. */
Simulation *
simulation_new (guint32 seed, guint n_nodes, const SimulationFaults *faults);
void
simulation_free (Simulation *self);

/** Lets so many steps go by with faults, then ends all faults and runs until nothing is on its way. */
void
simulation_run (Simulation *self, guint n_steps);
/** All nodes hold the same, and what was ever committed is in it. */
void
simulation_assert_equal (Simulation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Simulation, simulation_free)

G_END_DECLS
