/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-known.c: items of a change that are known already have to be the same. */

#include <string.h>

#include "text/import-private.h"
#include "text/utf8.h"

CoquillId
coquill_import_translate (const CoquillImport *self, CoquillChangeId id)
{
  if (id.agent >= self->change->n_agents || self->agents[id.agent] == UINT32_MAX
      || id.sequence >= COQUILL_MAX_SEQUENCE)
    return COQUILL_ID_NONE;
  return coquill_id (self->agents[id.agent], id.sequence);
}

void
coquill_import_trim (CoquillOperation *operation, uint64_t skip, uint64_t length)
{
  size_t bytes;

  if (skip == 0 && length == operation->length)
    return;

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      bytes = coquill_utf8_offset ((const char *)operation->content, operation->content_length, skip);
      operation->position += skip;
      operation->content += bytes;
      operation->content_length -= bytes;
      if (skip + length < operation->length)
        operation->content_length
            = coquill_utf8_offset ((const char *)operation->content, operation->content_length, length);
      break;
    case COQUILL_OPERATION_DELETE:
      if (operation->backward)
        operation->position -= skip;
      break;
    case COQUILL_OPERATION_RESTORE:
      operation->target.sequence += skip;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  operation->sequence += skip;
  operation->length = length;
}

static bool
same_piece (CoquillImport *self, const CoquillGraphPiece *piece, const CoquillOperation *operation)
{
  if (piece->kind != operation->kind)
    return false;
  switch (piece->kind)
    {
    case COQUILL_OPERATION_RESTORE:
      return piece->place == coquill_import_translate (self, operation->target);
    case COQUILL_OPERATION_DELETE:
      return piece->place == operation->position
             && (piece->length == 1 || piece->backward == operation->backward);
    case COQUILL_OPERATION_INSERT:
      if (piece->place != operation->position)
        return false;
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  return piece->content_length == operation->content_length
         && (piece->content_length == 0
             || memcmp (&self->graph->content[piece->content_offset], operation->content,
                        piece->content_length)
                    == 0);
}

bool
coquill_import_check_known (CoquillImport *self,
                            const CoquillOperation *operation,
                            uint32_t agent,
                            uint64_t n_known)
{
  CoquillOperation rest = *operation; /* from where @done is */

  for (uint64_t done = 0; done < n_known;)
    {
      CoquillOperation part;
      uint64_t sequence = operation->sequence + done;
      CoquillGraphPiece piece;
      uint64_t stretch_end, version;

      if (sequence < self->graph->agents[agent].base_length)
        {
          /* Below a snapshot without history there is nothing to compare with. */
          uint64_t below = self->graph->agents[agent].base_length - sequence;

          if (below >= n_known - done)
            return true;
          coquill_import_trim (&rest, below, rest.length - below);
          done += below;
          continue;
        }
      version = coquill_graph_version_of (self->graph, coquill_id (agent, sequence), &stretch_end);
      if (stretch_end > version + (n_known - done))
        stretch_end = version + (n_known - done);
      coquill_graph_piece (self->graph, coquill_graph_find_operation (self->graph, version), version,
                           stretch_end, &piece);
      part = rest;
      coquill_import_trim (&part, 0, piece.length);
      if (!same_piece (self, &piece, &part))
        return coquill_import_refuse (self, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                      "An item is known under the same id with another content");
      done += piece.length;
      if (done < n_known)
        coquill_import_trim (&rest, piece.length, rest.length - piece.length);
    }
  return true;
}
