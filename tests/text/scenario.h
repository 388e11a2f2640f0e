/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.h: what some people do with a text, as a list of steps from which any may be left out. */

#pragma once

#include <glib.h>

#define SCENARIO_MAX_REPLICAS 12

/**
 * StepKind:
 * @STEP_TYPE: a run of characters, one behind the other
 * @STEP_TYPE_BACKWARD: one character before the other, the caret stays
 * @STEP_DELETE: a range at once
 * @STEP_BACKSPACE: one character after the other, backward
 * @STEP_RESTORE: deletions by anybody, cancelled or not
 * @STEP_UNDO: something of one's own: an insertion, a deletion, or a restoration (which is to delete again)
 * @STEP_RECORD: bytes that don't touch the text
 * @STEP_TAKE: from another replica, all or a part
 * @STEP_GATHER: from all others in the group, in one delivery
 * @STEP_RELOAD: the program ends and starts again, from a snapshot, as a new agent
 * @STEP_READ_HISTORY: a reloaded replica is given its history
 * @STEP_CHECK: everything is compared with the oracle
 */
typedef enum
{
  STEP_TYPE,
  STEP_TYPE_BACKWARD,
  STEP_DELETE,
  STEP_BACKSPACE,
  STEP_RESTORE,
  STEP_UNDO,
  STEP_RECORD,
  STEP_TAKE,
  STEP_GATHER,
  STEP_RELOAD,
  STEP_READ_HISTORY,
  STEP_CHECK,
} StepKind;

/**
 * StepPlace:
 * @STEP_AT_CARET: where the replica's last edit ended
 * @STEP_AT_NUMBER: at @place, taken modulo what is possible
 * @STEP_AT_END: behind the last character
 */
typedef enum
{
  STEP_AT_CARET,
  STEP_AT_NUMBER,
  STEP_AT_END,
} StepPlace;

/**
 * Step:
 * @replica: whose
 * @other: from whom something is taken
 * @group: bits of those whom @replica can reach
 * @length: of characters, at least 1
 * @detail: decides what else is open: which characters, which deletions, how something is delivered
 *
 * Each field means something whatever the steps before did (numbers are taken modulo what there is), and what
 * isn't possible isn't done. So any part of a scenario is a scenario.
 */
typedef struct
{
  guint8 kind;
  guint8 replica;
  guint8 other;
  guint8 where;
  guint16 group;
  guint16 length;
  guint32 place;
  guint32 detail;
} Step;

/**
 * Plan:
 * @n_histories: how many scenarios of the kind the normal run plays
 * @n_steps: in each
 * @n_replicas: at most; at least half of them
 * @take_percent: of the steps
 * @one_place_percent: of the edits are at the first three places
 * @run: the longest run that is usual
 * @stay: how many edits one replica makes before it is another's turn
 * @partition: how many steps the groups last that reach each other; 0: all always do
 * @silent: the first replica neither takes nor gives until the end
 * @gather: now and then everybody edits and one takes all of it at once
 * @reload: programs end and start
 *
 * A kind of scenarios.
 */
typedef struct
{
  const char *name;
  guint n_histories;
  guint n_steps;
  guint n_replicas;
  guint take_percent;
  guint one_place_percent;
  guint run;
  guint stay;
  guint partition;
  gboolean silent;
  gboolean gather;
  gboolean reload;
} Plan;

/**
 * Scenario:
 * @seed: of agents' ids and of the order in which all take everything at the end
 * @steps: (element-type Step)
 */
typedef struct
{
  guint32 seed;
  guint n_replicas;
  GArray *steps;
} Scenario;

/* The same for the same seed. */
Scenario *
scenario_new (const Plan *plan, guint32 seed);
Scenario *
scenario_copy (const Scenario *self);
void
scenario_free (Scenario *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scenario, scenario_free)
