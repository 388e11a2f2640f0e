/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world.h: replicas of one text and the oracle, while a scenario is played. */

#pragma once

#include <glib.h>

#include "oracle.h"
#include "scenario.h"
#include "text/text-version.h"

/**
 * Report:
 * @seed: of the scenario that is being played
 * @message: what was wrong
 * @log: the steps as they were done
 *
 * What a run tells: written by the process that plays and read by the one that started it.
 */
typedef struct
{
  guint32 seed;
  guint64 n_histories;
  guint64 n_items;     /* made */
  guint64 n_delivered; /* items that came to a replica */
  guint64 n_changes;   /* in which they came */
  guint64 n_anchors;   /* compared */
  guint max_parents;   /* of one item */
  guint max_agents;    /* in one text */
  char message[1000];
  char log[1 << 18];
  gsize log_length;
} Report;

typedef struct
{
  CoquillText *text;
  OracleVersion *version;
  GArray *mirror; /* gunichar: kept by local edits and deltas alone */
  guint agent;    /* in the oracle; */
  guint32 local;  /* and in the text */
  guint64 caret;
  GPtrArray *history; /* CoquillChange: what a reloaded text has not been given yet */
} Replica;

typedef struct
{
  Oracle *oracle;
  Replica replicas[SCENARIO_MAX_REPLICAS];
  guint n_replicas;
  GRand *random; /* for the end, and for agents' ids */
  Report *report;
  gboolean log; /* whether steps are told */
} World;

/**
 * world_play:
 * @fault: to plant
 * @log: tell each step in the report
 *
 * Plays a scenario and then lets all take everything, compares, restores every deletion there is and compares
 * again. Doesn't return if something differs: the process ends then with what differed in the report.
 */
void
world_play (const Scenario *scenario, OracleFault fault, Report *report, gboolean log);

/* For the files of the world. */

void
world_fail (World *self, const char *format, ...) G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN;

/* Tells what a step does, if somebody listens. */
void
world_tell (World *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* "A", "B"… */
char
world_name (World *self, const Replica *replica);

/* Fails if something was refused. */
void
world_expect (World *self, gboolean done, const CoquillTextError *error, const char *what);

/* A local index in a replica's text from the oracle's, and back. */
guint32
world_local_agent (World *self, const Replica *replica, guint agent);
guint
world_agent (World *self, const Replica *replica, guint32 local);

/* Keeps a mirror: a CoquillTextDeltaFunc. */
void
world_mirror_cb (const CoquillTextDelta *delta, void *mirror);

/* Gives a reloaded text all its history. */
void
world_give_history (World *self, Replica *replica);

void
world_make_agent (World *self, Replica *replica, const CoquillAgentPrevious *previous);

/* world-edit.c: the steps that make items. */
void
world_edit (World *self, Replica *replica, const Step *step);

/* world-deliver.c: the steps that bring items. */

void
world_take (World *self, Replica *to, const Step *step);
void
world_gather (World *self, Replica *to, const Step *step);

/* All that a replica lacks, told by the oracle, in an order and in batches that the seed decides. */
void
world_take_everything (World *self, Replica *to, guint32 seed);

/* world-merge.c */

void
world_merge (World *self, Replica *to, const CoquillChange *change);

/* The same with one operation too many, which cannot be: nothing of it may stay. */
void
world_merge_spoilt (World *self, Replica *to, const CoquillChange *change, guint how);

/* Encodes and decodes; takes the change. */
CoquillChange *
world_through_codec (World *self, CoquillChange *change, gboolean compact);

/* world-reload.c */
void
world_reload (World *self, Replica *replica, const Step *step);

/* world-check.c */

/* Content and deltas. */
void
world_check_text (World *self, Replica *replica);

/* All: ids and authors, anchors, frontier, counts, and what is told of single items. */
void
world_check_all (World *self, Replica *replica);

/* All items of a replica as it would send them. */
void
world_check_history (World *self, Replica *replica);

/* world-check-items.c: ancestors, depths, local versions, deletions and operations of items. */
void
world_check_items (World *self, Replica *replica, guint32 seed);

/* world-check-inside.c */
void
world_check_inside (World *self, Replica *replica);
