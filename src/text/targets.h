/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* targets.h: which characters deletions took away. */

#pragma once

#include "text/id.h"
#include "text/memory.h"

/**
 * CoquillTargetRun:
 *
 * Deletions that follow one another, of characters that do so too. See COQUILL_GRAPH_MAX_ITEMS.
 */
typedef struct
{
  uint32_t version; /* of the first deletion */
  uint32_t length;
  uint64_t id : 63; /* the lowest of the characters' */
  uint64_t backward : 1;
} CoquillTargetRun;

/**
 * CoquillTargets:
 *
 * For each deletion, named by its local version, the id of its character; kept as runs in which both go on
 * from one another, the ids up or down. An array that is only appended to, and cut back when items are taken
 * back: 16 bytes a run.
 */
typedef struct
{
  CoquillTargetRun *runs;
  size_t n_runs;
  size_t capacity;
} CoquillTargets;

/**
 * CoquillTargetRange:
 * @id: the lowest of the characters' ids
 * @length: deletions
 * @backward: the first deletion's character has the highest id
 */
typedef struct
{
  CoquillId id;
  uint64_t length;
  bool backward;
} CoquillTargetRange;

void
coquill_targets_clear (CoquillTargets *self);

/**
 * coquill_targets_append:
 * @version: of the first deletion; above all that were appended before
 *
 * O(1).
 */
void
coquill_targets_append (CoquillTargets *self, uint64_t version, CoquillTargetRange range);

/**
 * coquill_targets_extend:
 * @n_runs: how many are to come
 *
 * coquill_targets_append() for many at once, which the caller writes, and which nothing joins.
 *
 * Returns: (transfer none): where the first of them belongs; all follow
 */
static inline CoquillTargetRun *
coquill_targets_extend (CoquillTargets *self, size_t n_runs)
{
  size_t n_before = self->n_runs;

  self->n_runs += n_runs;
  if (self->capacity < self->n_runs)
    self->runs = coquill_grow (self->runs, &self->capacity, self->n_runs, sizeof *self->runs);
  return self->runs + n_before;
}

/**
 * coquill_targets_reserve:
 * @n_runs: that may come
 *
 * Makes room for many; coquill_targets_trim() gives back what isn't needed.
 */
static inline void
coquill_targets_reserve (CoquillTargets *self, size_t n_runs)
{
  self->runs = coquill_grow (self->runs, &self->capacity, self->n_runs + n_runs, sizeof *self->runs);
}

static inline void
coquill_targets_trim (CoquillTargets *self)
{
  self->runs = coquill_trim (self->runs, &self->capacity, self->n_runs, sizeof *self->runs);
}

/**
 * coquill_targets_find:
 * @version: of the first deletion
 * @length: how many are asked for, at least 1
 * @range: (out): their characters, as far as they go on from one another
 *
 * Returns: false if it isn't known, or no deletion. O(log n), O(1) for the newest
 */
bool
coquill_targets_find (const CoquillTargets *self,
                      uint64_t version,
                      uint64_t length,
                      CoquillTargetRange *range);

/**
 * coquill_targets_first:
 *
 * Returns: the index of the first run that doesn't end before a local version. O(log n)
 */
size_t
coquill_targets_first (const CoquillTargets *self, uint64_t version);

/**
 * coquill_targets_find_next:
 * @run: (inout): the index of one that doesn't lie behind the first deletion; comes to where it is
 *
 * coquill_targets_find(), for who asks of one after the other, all of them known.
 */
void
coquill_targets_find_next (
    const CoquillTargets *self, size_t *run, uint64_t version, uint64_t length, CoquillTargetRange *range);

/**
 * coquill_targets_go_back:
 *
 * Forgets the deletions from a local version on.
 */
void
coquill_targets_go_back (CoquillTargets *self, uint64_t version);
