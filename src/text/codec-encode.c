/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-encode.c: a change to bytes. */

#include "text/codec.h"

#include <stdlib.h>

#include "text/codec-private.h"
#include "text/memory.h"
#include "text/utf8.h"

typedef struct
{
  const CoquillChange *change;
  CoquillBuffer columns[N_COLUMNS];
  CoquillChangeTrack *tracks; /* per agent */
  uint32_t agent;             /* of the operation before */
  CoquillChangeId last;       /* last item of the operation before */
  bool any;                   /* there is an operation before */
  uint64_t target;            /* behind the restoration before */
} Encoder;

static bool
encode_parents (Encoder *self, const CoquillOperation *operation)
{
  const CoquillChange *change = self->change;

  if (operation->n_parents > COQUILL_MAX_PARENTS || operation->first_parent > change->n_parents
      || operation->n_parents > change->n_parents - operation->first_parent)
    return false;

  const CoquillChangeId *parents = change->parents + operation->first_parent;

  coquill_buffer_append_varint (&self->columns[COLUMN_PARENT_COUNTS], operation->n_parents);
  for (uint32_t i = 0; i < operation->n_parents; i++)
    {
      if (parents[i].agent >= change->n_agents || parents[i].sequence >= COQUILL_MAX_SEQUENCE
          || (parents[i].agent == operation->agent && parents[i].sequence >= operation->sequence))
        return false;
      coquill_buffer_append_varint (&self->columns[COLUMN_PARENT_AGENTS], parents[i].agent);
      coquill_buffer_append_signed (&self->columns[COLUMN_PARENT_ITEMS],
                                    (int64_t)(self->tracks[parents[i].agent].next - 1 - parents[i].sequence));
    }
  return true;
}

static bool
parents_are_expected (const Encoder *self, const CoquillOperation *operation)
{
  if (!self->any)
    return operation->n_parents == 0;
  if (operation->n_parents != 1 || operation->first_parent >= self->change->n_parents)
    return false;

  const CoquillChangeId *parent = &self->change->parents[operation->first_parent];

  return parent->agent == self->last.agent && parent->sequence == self->last.sequence;
}

static bool
encode_position (Encoder *self, const CoquillOperation *operation)
{
  CoquillChangeTrack *track = &self->tracks[operation->agent];

  if (operation->position > COQUILL_CHANGE_MAX_POSITION
      || (operation->backward && operation->length > operation->position + 1))
    return false;
  coquill_buffer_append_signed (&self->columns[COLUMN_POSITIONS],
                                (int64_t)(operation->position - (track->caret - operation->backward)));
  coquill_change_track_caret (track, operation);
  return true;
}

static bool
encode_content (Encoder *self, const CoquillOperation *operation)
{
  const CoquillChange *change = self->change;
  uint64_t code_points;

  if (operation->content_offset > change->content_length
      || operation->content_length > change->content_length - operation->content_offset)
    return false;

  const uint8_t *content = operation->content_length > 0 ? change->content + operation->content_offset : NULL;

  if (operation->kind == COQUILL_OPERATION_RECORD)
    coquill_buffer_append_varint (&self->columns[COLUMN_PAYLOADS], operation->content_length);
  else if (!coquill_utf8_check (content, operation->content_length, &code_points)
           || code_points != operation->length)
    return false;
  coquill_buffer_append (&self->columns[COLUMN_CONTENT], content, operation->content_length);
  return true;
}

static bool
encode_operation (Encoder *self, const CoquillOperation *operation)
{
  CoquillBuffer *columns = self->columns;

  if (operation->kind < COQUILL_OPERATION_INSERT || operation->kind > COQUILL_OPERATION_RECORD
      || (operation->backward && operation->kind != COQUILL_OPERATION_DELETE) || operation->length == 0
      || operation->length > COQUILL_CHANGE_MAX_RUN || operation->agent >= self->change->n_agents)
    return false;

  CoquillChangeTrack *track = &self->tracks[operation->agent];
  uint64_t expected = track->next;
  uint8_t head = (uint8_t)(operation->kind - 1);

  if (operation->sequence < expected || operation->sequence > COQUILL_MAX_SEQUENCE - operation->length
      || (operation->sequence == 0 && !self->change->agents[operation->agent].starts))
    return false;

  track->started |= operation->sequence == 0;
  if (operation->backward)
    head |= HEAD_BACKWARD;
  if (operation->agent != self->agent)
    {
      head |= HEAD_AGENT;
      coquill_buffer_append_varint (&columns[COLUMN_AGENTS], operation->agent);
    }
  if (operation->sequence != expected)
    {
      head |= HEAD_SEQUENCE;
      coquill_buffer_append_varint (&columns[COLUMN_SEQUENCES], operation->sequence - expected);
    }
  if (!parents_are_expected (self, operation))
    {
      head |= HEAD_PARENTS;
      if (!encode_parents (self, operation))
        return false;
    }
  if (operation->length > 1)
    {
      head |= HEAD_LENGTH;
      coquill_buffer_append_varint (&columns[COLUMN_LENGTHS], operation->length - 2);
    }
  coquill_buffer_append_byte (&columns[COLUMN_HEADS], head);

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      if (!encode_content (self, operation) || !encode_position (self, operation))
        return false;
      break;
    case COQUILL_OPERATION_DELETE:
      if (!encode_position (self, operation))
        return false;
      break;
    case COQUILL_OPERATION_RESTORE:
      if (operation->target.agent >= self->change->n_agents
          || operation->target.sequence > COQUILL_MAX_SEQUENCE - operation->length)
        return false;
      coquill_buffer_append_varint (&columns[COLUMN_TARGETS], operation->target.agent);
      coquill_buffer_append_signed (&columns[COLUMN_TARGETS],
                                    (int64_t)(operation->target.sequence - self->target));
      self->target = operation->target.sequence + operation->length;
      break;
    case COQUILL_OPERATION_RECORD:
      if (operation->length != 1 || !encode_content (self, operation))
        return false;
      break;
    }

  track->next = operation->sequence + operation->length;
  self->agent = operation->agent;
  self->last = (CoquillChangeId){ operation->agent, track->next - 1 };
  self->any = true;
  return true;
}

static bool
encode (const CoquillChange *change, CoquillPacking packing, CoquillBuffer *out)
{
  Encoder self = { .change = change };
  CoquillAgentCoder coder = { 0 };
  size_t start = out->length, total = 0;
  bool good;

  if (change->n_agents > COQUILL_CHANGE_MAX_AGENTS || change->n_operations > COQUILL_CHANGE_MAX_OPERATIONS
      || change->n_parents > COQUILL_CHANGE_MAX_PARENTS)
    return false;

  coquill_buffer_append_byte (out, COQUILL_CHANGE_MAGIC);
  coquill_buffer_append_byte (out, COQUILL_CHANGE_VERSION);
  coquill_buffer_append_varint (out, change->n_agents);
  coquill_buffer_append_varint (out, change->n_operations);
  for (size_t i = 0; i < change->n_agents; i++)
    {
      const CoquillChangeAgent *agent = &change->agents[i];

      coquill_agent_coder_append (&coder, &agent->id, agent->starts ? &agent->previous : NULL, out);
    }
  coquill_agent_coder_clear (&coder);

  self.tracks = coquill_allocate ((change->n_agents + 1) * sizeof *self.tracks);
  good = true;
  for (size_t i = 0; good && i < change->n_operations; i++)
    good = encode_operation (&self, &change->operations[i]);
  for (size_t i = 0; i < change->n_agents; i++)
    good = good && change->agents[i].starts == self.tracks[i].started;
  for (unsigned i = 0; i < N_COLUMNS; i++)
    total += self.columns[i].length;
  good = good && self.columns[COLUMN_CONTENT].length <= COQUILL_CHANGE_MAX_CONTENT
         && total <= COQUILL_CHANGE_MAX_COLUMNS
         && coquill_columns_append (self.columns, N_COLUMNS, packing, out);
  for (unsigned i = 0; i < N_COLUMNS; i++)
    coquill_buffer_clear (&self.columns[i]);
  free (self.tracks);

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
