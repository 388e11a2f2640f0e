/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* delta-list.h: what a merge is going to do to the text, collected until it is known that all of it will be
 * done. */

#pragma once

#include "text/base.h"
#include "text/graph.h"

/**
 * CoquillDeltaListEntry:
 * @position: where
 * @deleted: characters that go away
 * @inserted: characters that come in
 * @in_base: the inserted UTF-8 is in the base's text, not in the graph's content
 * @offset: of the UTF-8
 * @bytes: of the UTF-8
 * @agent: who did it
 */
typedef struct
{
  uint64_t position;
  uint64_t deleted;
  uint64_t inserted;
  bool in_base;
  size_t offset;
  size_t bytes;
  uint32_t agent;
} CoquillDeltaListEntry;

/**
 * CoquillDeltaList:
 *
 * Content is told by its offset, since the graph's content may move while it grows. Starts as zeros.
 */
typedef struct
{
  CoquillDeltaListEntry *entries;
  size_t n_entries;
  size_t capacity;
} CoquillDeltaList;

void
coquill_delta_list_clear (CoquillDeltaList *self);
void
coquill_delta_list_delete (CoquillDeltaList *self, uint64_t position, uint64_t count, uint32_t agent);
void
coquill_delta_list_insert (CoquillDeltaList *self,
                           uint64_t position,
                           uint64_t count,
                           size_t offset,
                           size_t bytes,
                           bool in_base,
                           uint32_t agent);

/**
 * coquill_delta_list_restore:
 * @id: of the first character that comes back; the others follow on
 * @base: (nullable): where characters are that the graph hasn't
 *
 * An insertion of characters that were there before.
 */
void
coquill_delta_list_restore (CoquillDeltaList *self,
                            uint64_t position,
                            CoquillId id,
                            uint64_t count,
                            const CoquillGraph *graph,
                            const CoquillBase *base,
                            uint32_t agent);
