/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version-queue.h: a priority queue of local versions, the highest first. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * CoquillVersionMark:
 * @COQUILL_VERSION_FROM: reached from the first version
 * @COQUILL_VERSION_TO: reached from the second one
 * @COQUILL_VERSION_BOTH: reached from both
 */
typedef enum
{
  COQUILL_VERSION_FROM = 1,
  COQUILL_VERSION_TO = 2,
  COQUILL_VERSION_BOTH = 3,
} CoquillVersionMark;

/**
 * CoquillVersionEntry:
 *
 * A local version and from where a walk came to it.
 */
typedef struct
{
  uint64_t version;
  CoquillVersionMark mark;
} CoquillVersionEntry;

/**
 * CoquillVersionQueue:
 * @n_open: entries that are not reached from both sides
 *
 * A binary heap. Start with zeros and free the entries with free().
 */
typedef struct CoquillVersionQueue
{
  CoquillVersionEntry *entries;
  size_t n_entries;
  size_t capacity;
  size_t n_open;
} CoquillVersionQueue;

/**
 * coquill_version_queue_clear:
 *
 * Takes all entries away.
 */
void
coquill_version_queue_clear (CoquillVersionQueue *self);

/**
 * coquill_version_queue_push:
 *
 * O(log n).
 */
void
coquill_version_queue_push (CoquillVersionQueue *self, uint64_t version, CoquillVersionMark mark);

/**
 * coquill_version_queue_pop:
 * @entry: (out): the highest version with the marks of all its entries, which are all taken away
 *
 * Returns: false if the queue is empty
 */
bool
coquill_version_queue_pop (CoquillVersionQueue *self, CoquillVersionEntry *entry);

/**
 * coquill_version_queue_reaches:
 *
 * Returns: whether the highest version in the queue is at or above @version
 */
static inline bool
coquill_version_queue_reaches (const CoquillVersionQueue *self, uint64_t version)
{
  return self->n_entries > 0 && self->entries[0].version >= version;
}
