/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica.h: one of several texts that exchange what they have, checked at each step. */

#pragma once

#include "text/text-version.h"

#define REPLICA_ANCHORS 4
#define REPLICA_BLOCKS 8

/**
 * Replica:
 * @number: 0, 1, 2…; its agents and those of its forger have ids of their own
 * @agent: local index of the agent that edits here; another one after each reload
 * @n_loads: how often it was loaded from a snapshot
 * @blocks: the history below the snapshot, while the text lacks it
 */
typedef struct
{
  CoquillText *text;
  unsigned number;
  uint32_t agent;
  uint32_t n_loads;
  CoquillChange *blocks[REPLICA_BLOCKS];
  size_t n_blocks;
  size_t n_given; /* blocks that the text was given */
} Replica;

void
replica_init (Replica *self, unsigned number);

void
replica_clear (Replica *self);

/* The structures behind the text are what they should be, and the text is theirs. */
void
replica_check (Replica *self);

/**
 * replica_look:
 * @all: items as well: whether they are visible characters, and where their places are
 *
 * Appends all that can be seen of a text, the same bytes for the same text on every replica.
 */
void
replica_look (CoquillText *text, bool all, CoquillBuffer *look);

/**
 * replica_take:
 * @told: check what is told of the merge
 *
 * Merges; the text is as it was if that is refused.
 *
 * Returns: whether it was merged
 */
bool
replica_take (Replica *self, const CoquillChange *change, bool told);

/* Cancels deletions, or leaves the text as it was. */
bool
replica_restore (Replica *self, const CoquillTextRange *ranges, size_t n_ranges);

/* Everything that @from has and @self hasn't, or what of it has a lower local version there; encoded in
 * between if that is asked for. Returns: (nullable): */
CoquillChange *
replica_missing (const Replica *self, const Replica *from, uint64_t limit, bool encoded);

/* Saves and loads: the history goes to the blocks, and a new agent goes on. */
void
replica_reload (Replica *self);

/* Gives the text the next of the blocks that it needs. */
void
replica_give_block (Replica *self);

/* There are no more differences afterwards, in all that can be seen and in the order of all characters. */
void
replicas_settle (Replica *replicas, size_t n_replicas);
