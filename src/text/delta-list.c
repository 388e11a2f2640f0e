/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* delta-list.c: collecting deltas. */

#include "text/delta-list.h"

#include <stdlib.h>

#include "text/memory.h"

void
coquill_delta_list_clear (CoquillDeltaList *self)
{
  free (self->entries);
  *self = (CoquillDeltaList){ 0 };
}

static void
add (CoquillDeltaList *self, CoquillDeltaListEntry entry)
{
  self->entries = coquill_grow (self->entries, &self->capacity, self->n_entries + 1, sizeof *self->entries);
  self->entries[self->n_entries++] = entry;
}

void
coquill_delta_list_delete (CoquillDeltaList *self, uint64_t position, uint64_t count, uint32_t agent)
{
  add (self, (CoquillDeltaListEntry){ .position = position, .deleted = count, .agent = agent });
}

void
coquill_delta_list_insert (CoquillDeltaList *self,
                           uint64_t position,
                           uint64_t count,
                           size_t offset,
                           size_t bytes,
                           bool in_base,
                           uint32_t agent)
{
  add (self, (CoquillDeltaListEntry){
                 .position = position,
                 .inserted = count,
                 .in_base = in_base,
                 .offset = offset,
                 .bytes = bytes,
                 .agent = agent,
             });
}

void
coquill_delta_list_restore (CoquillDeltaList *self,
                            uint64_t position,
                            CoquillId id,
                            uint64_t count,
                            const CoquillGraph *graph,
                            const CoquillBase *base,
                            uint32_t agent)
{
  while (count > 0)
    {
      uint64_t version = coquill_graph_version_of (graph, id, NULL);
      uint64_t length = count;

      if (version < graph->base)
        {
          size_t bytes;
          const char *text = coquill_base_content (base, id, &length, &bytes);

          coquill_delta_list_insert (self, position, length, (size_t)(text - coquill_base_text (base)), bytes,
                                     true, agent);
        }
      else
        {
          CoquillGraphPiece piece;

          coquill_graph_piece (graph, coquill_graph_find_operation (graph, version), version, version + count,
                               &piece);
          length = piece.length;
          coquill_delta_list_insert (self, position, length, piece.content_offset, piece.content_length,
                                     false, agent);
        }
      position += length;
      id += length;
      count -= length;
    }
}
