/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-encode.c: a change to bytes. */

#include "text/agent-coder.h"
#include "text/change-private.h"
#include "text/codec-private.h"

static bool
is_within_limits (const CoquillChange *self)
{
  size_t total = 0;

  if (self->fault != COQUILL_TEXT_ERROR_NONE || self->n_agents > COQUILL_CHANGE_MAX_AGENTS
      || self->n_operations > COQUILL_CHANGE_MAX_OPERATIONS || self->n_parents > COQUILL_CHANGE_MAX_PARENTS
      || self->content_length > COQUILL_CHANGE_MAX_CONTENT)
    return false;
  for (size_t i = 0; i < self->n_agents; i++)
    if (self->agents[i].starts != self->tracks[i].started)
      return false;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    total += self->columns[i].length;
  return total <= COQUILL_CHANGE_MAX_COLUMNS;
}

static bool
encode (const CoquillChange *self, CoquillPacking packing, CoquillBuffer *out)
{
  CoquillAgentCoder coder = { 0 };
  size_t start = out->length;
  bool good;

  if (!is_within_limits (self))
    return false;
  coquill_buffer_append_byte (out, COQUILL_CHANGE_MAGIC);
  coquill_buffer_append_byte (out, COQUILL_CHANGE_VERSION);
  coquill_buffer_append_varint (out, self->n_agents);
  coquill_buffer_append_varint (out, self->n_operations);
  for (size_t i = 0; i < self->n_agents; i++)
    {
      const CoquillChangeAgent *agent = &self->agents[i];

      coquill_agent_coder_append (&coder, &agent->id, agent->starts ? &agent->previous : NULL, out);
    }
  coquill_agent_coder_clear (&coder);
  good = coquill_columns_append (self->columns, COQUILL_CHANGE_COLUMNS, COQUILL_COLUMN_TEXT, packing, out);
  return coquill_frame_close (out, start, COQUILL_CHANGE_MAX_BYTES, good);
}

bool
coquill_change_encode (const CoquillChange *change, CoquillBuffer *out)
{
  return encode (change, COQUILL_PACKING_FAST, out);
}

bool
coquill_change_encode_compact (const CoquillChange *change, CoquillBuffer *out)
{
  return encode (change, COQUILL_PACKING_COMPACT, out);
}
