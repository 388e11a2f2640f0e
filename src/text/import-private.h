/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-private.h: what the files behind import.h share. */

#pragma once

#include "text/change-private.h"
#include "text/change-rows.h"
#include "text/graph-private.h"
#include "text/import.h"

static inline bool
coquill_import_refuse (CoquillImport *self, CoquillTextErrorCode code, const char *message)
{
  return coquill_text_error_set (self->error, code, "%s", message);
}

/* No text is longer than there are items. */
static inline bool
coquill_import_refuse_position (CoquillImport *self)
{
  return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE, "A position is beyond any text");
}

/* Copies the content that is pending. */
void
coquill_import_flush (CoquillImport *self);

/* A change's text lies in one piece, and so is copied at once. */
static inline void
coquill_import_append_content (CoquillImport *self, const uint8_t *content, size_t n_bytes)
{
  if (n_bytes == 0)
    return;
  if (self->pending_length == 0 || content != self->pending + self->pending_length)
    {
      coquill_import_flush (self);
      self->pending = content;
    }
  self->pending_length += n_bytes;
  self->graph->content_length += n_bytes;
}

/* Whether an item is the last one of the graph. */
static inline bool
coquill_import_is_last (const CoquillImport *self, CoquillChangeId id)
{
  const CoquillGraph *graph = self->graph;
  uint32_t agent = self->agents[id.agent];

  return graph->n_runs > 0 && graph->runs[graph->n_runs - 1].agent == agent
         && graph->agents[agent].length == id.sequence + 1;
}

/* Counts the items of the last run, up to here. */
static inline void
coquill_import_count (CoquillImport *self, uint64_t end)
{
  CoquillGraph *graph = self->graph;

  graph->agents[graph->runs[graph->n_runs - 1].agent].length += (uint32_t)(end - graph->end);
  graph->frontier[graph->n_frontier - 1] = end - 1;
  graph->end = end;
}

/* Brings in one operation. */
bool
coquill_import_operation (CoquillImport *self, const CoquillOperation *operation);

/* The same for the next stretch that the decoder left, behind which the reader is then. @is_new: what was
 * read last was appended. The graph has room for the whole change. */
bool
coquill_import_stretch (CoquillImport *self, CoquillChangeReader *reader, bool is_new);

/* The id that the change names by its own agent table; COQUILL_ID_NONE if the agent isn't known. */
CoquillId
coquill_import_translate (const CoquillImport *self, CoquillChangeId id);

/* Takes items off the front of an operation, or all but so many off its end. */
void
coquill_import_trim (CoquillOperation *operation, uint64_t skip, uint64_t length);

/* The first items of an operation are known: they have to be the same. */
bool
coquill_import_check_known (CoquillImport *self,
                            const CoquillOperation *operation,
                            uint32_t agent,
                            uint64_t n_known);

/* Finds the place of new items after these parents, and checks that they are heads and follow what the agent
 * did before. */
bool
coquill_import_find_place (CoquillImport *self,
                           const CoquillChangeId *parents,
                           size_t n_parents,
                           uint32_t agent,
                           CoquillGraphPlace *place);
