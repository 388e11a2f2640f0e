/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* range-map.h: a map from numbers to values that keeps neighbours with one value as one entry. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * CoquillRangeMap:
 *
 * A B+-tree of disjoint entries (start, end, value). Setting a range cuts the entries at its ends and gives
 * those between the new value; entries are never removed, so there are at most as many as there were distinct
 * ends. No allocation per key.
 */
typedef struct CoquillRangeMap CoquillRangeMap;

/**
 * CoquillRangeMapEntry:
 * @start: first key
 * @end: behind the last key
 * @value: of all keys between
 */
typedef struct
{
  uint64_t start;
  uint64_t end;
  uint64_t value;
} CoquillRangeMapEntry;

/**
 * coquill_range_map_new:
 *
 * Returns: (transfer full): an empty map
 */
CoquillRangeMap *
coquill_range_map_new (void);

/**
 * coquill_range_map_free:
 * @self: (nullable) (transfer full):
 */
void
coquill_range_map_free (CoquillRangeMap *self);

/**
 * coquill_range_map_get:
 * @entry: (out): the entry that holds @key; if there is none, its @end is where the next entry starts, or
 * UINT64_MAX
 *
 * Returns: whether there is a value. O(log n)
 */
bool
coquill_range_map_get (CoquillRangeMap *self, uint64_t key, CoquillRangeMapEntry *entry);

/**
 * coquill_range_map_set:
 *
 * Gives the keys from @start to before @end a value. O(log n) per entry between.
 */
void
coquill_range_map_set (CoquillRangeMap *self, uint64_t start, uint64_t end, uint64_t value);
