/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-decode.c: hostile bytes to a change. */

#include "text/codec.h"

#include <stdlib.h>
#include <string.h>

#include "text/codec-private.h"
#include "text/utf8.h"

typedef struct
{
  CoquillChange *change;
  CoquillColumn columns[N_COLUMNS];
  CoquillChangeTrack *tracks; /* per agent */
  uint32_t agent;             /* of the operation before */
  CoquillChangeId last;       /* last item of the operation before */
  uint64_t target;            /* behind the restoration before */
  CoquillTextError *error;
} Decoder;

/* The most plain bytes of each column. What does not fit the change is found when the column is read. */
static const size_t column_limits[N_COLUMNS] = {
  [COLUMN_HEADS] = COQUILL_CHANGE_MAX_OPERATIONS,
  [COLUMN_CONTENT] = COQUILL_CHANGE_MAX_CONTENT,
  [COLUMN_POSITIONS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_SEQUENCES] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_PARENT_COUNTS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_PARENT_AGENTS] = COQUILL_CHANGE_MAX_PARENTS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_PARENT_ITEMS] = COQUILL_CHANGE_MAX_PARENTS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_LENGTHS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_AGENTS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
  [COLUMN_TARGETS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES * 2,
  [COLUMN_PAYLOADS] = COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES,
};

static bool
malformed (Decoder *self, const char *what)
{
  return coquill_text_error_set (self->error, COQUILL_TEXT_ERROR_MALFORMED, "change: %s", what);
}

static bool
too_large (Decoder *self, const char *what)
{
  return coquill_text_error_set (self->error, COQUILL_TEXT_ERROR_TOO_LARGE, "change: too many %s", what);
}

static bool
no_memory (Decoder *self)
{
  return coquill_text_error_set (self->error, COQUILL_TEXT_ERROR_NO_MEMORY, "change: no memory");
}

static uint64_t
column_varint (Decoder *self, unsigned column)
{
  return coquill_reader_varint (&self->columns[column].reader);
}

static uint64_t
column_signed (Decoder *self, unsigned column)
{
  return (uint64_t)coquill_reader_signed (&self->columns[column].reader);
}

static int
compare_agents (const void *a, const void *b)
{
  const CoquillChangeAgent *const *left = a, *const *right = b;

  return coquill_agent_compare (&(*left)->id, &(*right)->id);
}

static bool
check_distinct (Decoder *self)
{
  const CoquillChange *change = self->change;
  const CoquillChangeAgent **sorted;
  bool distinct = true;

  if (change->n_agents < 2)
    return true;
  sorted = malloc (change->n_agents * sizeof *sorted);
  if (sorted == NULL)
    return no_memory (self);
  for (size_t i = 0; i < change->n_agents; i++)
    sorted[i] = &change->agents[i];
  qsort (sorted, change->n_agents, sizeof *sorted, compare_agents);
  for (size_t i = 1; i < change->n_agents; i++)
    distinct = distinct && compare_agents (&sorted[i - 1], &sorted[i]) != 0;
  free (sorted);
  return distinct || malformed (self, "an agent comes twice");
}

static bool
decode_agents (Decoder *self, CoquillReader *reader, size_t n_agents)
{
  CoquillChange *change = self->change;
  CoquillAgentCoder coder = { 0 };

  change->agents = calloc (n_agents + 1, sizeof *change->agents);
  self->tracks = calloc (n_agents + 1, sizeof *self->tracks);
  if (change->agents == NULL || self->tracks == NULL)
    return no_memory (self);
  change->n_agents = change->agents_capacity = n_agents;

  for (size_t i = 0; i < n_agents; i++)
    {
      CoquillChangeAgent *agent = &change->agents[i];

      coquill_agent_coder_read (&coder, reader, &agent->id, &agent->starts, &agent->previous);
    }
  coquill_agent_coder_clear (&coder);
  if (reader->failed)
    return malformed (self, "bad agent");
  return check_distinct (self);
}

/* Every operation has an expected parent, or parents in a column, a byte each at least. */
static bool
allocate_operations (Decoder *self, size_t n_operations)
{
  CoquillChange *change = self->change;
  size_t n_parents = n_operations + coquill_reader_left (&self->columns[COLUMN_PARENT_AGENTS].reader);

  if (n_parents > COQUILL_CHANGE_MAX_PARENTS)
    n_parents = COQUILL_CHANGE_MAX_PARENTS;
  change->operations = malloc ((n_operations + 1) * sizeof *change->operations);
  change->parents = malloc ((n_parents + 1) * sizeof *change->parents);
  if (change->operations == NULL || change->parents == NULL)
    return no_memory (self);
  change->operations_capacity = n_operations;
  change->parents_capacity = n_parents;
  return true;
}

/* The change owns its content: what was unpacked is handed over, plain bytes are copied. */
static bool
take_content (Decoder *self)
{
  CoquillChange *change = self->change;
  CoquillColumn *column = &self->columns[COLUMN_CONTENT];
  size_t length = coquill_reader_left (&column->reader);

  if (column->owned != NULL)
    change->content = column->owned;
  else if (length > 0)
    {
      change->content = malloc (length);
      if (change->content == NULL)
        return no_memory (self);
      memcpy (change->content, column->reader.next, length);
    }
  column->owned = NULL;
  change->content_capacity = length;
  coquill_reader_init (&column->reader, change->content, length);
  return true;
}

static bool
add_parent (Decoder *self, CoquillOperation *operation, CoquillChangeId parent)
{
  CoquillChange *change = self->change;

  if (change->n_parents == change->parents_capacity)
    return too_large (self, "parents");
  change->parents[change->n_parents++] = parent;
  operation->n_parents++;
  return true;
}

static bool
decode_parents (Decoder *self, CoquillOperation *operation)
{
  uint64_t n_parents = column_varint (self, COLUMN_PARENT_COUNTS);

  if (n_parents > COQUILL_MAX_PARENTS)
    return too_large (self, "parents of one item");
  for (uint64_t i = 0; i < n_parents; i++)
    {
      uint64_t agent = column_varint (self, COLUMN_PARENT_AGENTS);
      uint64_t back = column_signed (self, COLUMN_PARENT_ITEMS);

      if (agent >= self->change->n_agents)
        return malformed (self, "unknown agent of a parent");

      uint64_t sequence = self->tracks[agent].next - 1 - back;

      if (sequence >= COQUILL_MAX_SEQUENCE || (agent == operation->agent && sequence >= operation->sequence))
        return malformed (self, "bad parent");
      if (!add_parent (self, operation, (CoquillChangeId){ (uint32_t)agent, sequence }))
        return false;
    }
  return true;
}

static bool
decode_position (Decoder *self, CoquillOperation *operation)
{
  CoquillChangeTrack *track = &self->tracks[operation->agent];

  operation->position = track->caret - operation->backward + column_signed (self, COLUMN_POSITIONS);
  if (operation->position > COQUILL_CHANGE_MAX_POSITION
      || (operation->backward && operation->length > operation->position + 1))
    return malformed (self, "bad position");
  coquill_change_track_caret (track, operation);
  return true;
}

static bool
decode_content (Decoder *self, CoquillOperation *operation)
{
  CoquillReader *content = &self->columns[COLUMN_CONTENT].reader;
  size_t left = coquill_reader_left (content);
  size_t length;

  if (operation->kind == COQUILL_OPERATION_INSERT)
    {
      if (!coquill_utf8_take (content->next, left, operation->length, &length))
        return malformed (self, "inserted bytes are not the text they should be");
    }
  else
    {
      length = column_varint (self, COLUMN_PAYLOADS);
      if (length > left)
        return malformed (self, "content ends early");
    }

  operation->content_offset = length > 0 ? (size_t)(content->next - self->change->content) : 0;
  operation->content_length = length;
  coquill_reader_bytes (content, length);
  return true;
}

static bool
decode_target (Decoder *self, CoquillOperation *operation)
{
  uint64_t agent = column_varint (self, COLUMN_TARGETS);
  uint64_t sequence = self->target + column_signed (self, COLUMN_TARGETS);

  if (agent >= self->change->n_agents || sequence > COQUILL_MAX_SEQUENCE - operation->length)
    return malformed (self, "bad target");
  operation->target = (CoquillChangeId){ (uint32_t)agent, sequence };
  self->target = sequence + operation->length;
  return true;
}

/* Who, which items and after which ones: what all kinds have. */
static bool
decode_head (Decoder *self, CoquillOperation *operation, uint8_t head)
{
  CoquillChange *change = self->change;
  uint64_t agent = head & HEAD_AGENT ? column_varint (self, COLUMN_AGENTS) : self->agent;

  if (agent >= change->n_agents || ((head & HEAD_AGENT) != 0 && agent == self->agent))
    return malformed (self, "bad agent of an operation");

  uint64_t expected = self->tracks[agent].next;
  uint64_t skipped = head & HEAD_SEQUENCE ? column_varint (self, COLUMN_SEQUENCES) : 0;
  uint64_t more = head & HEAD_LENGTH ? column_varint (self, COLUMN_LENGTHS) + 1 : 0;

  if (more >= COQUILL_CHANGE_MAX_RUN)
    return too_large (self, "items in a run");
  if (skipped > COQUILL_MAX_SEQUENCE || expected + skipped > COQUILL_MAX_SEQUENCE - 1 - more)
    return too_large (self, "items of an agent");
  if (((head & HEAD_SEQUENCE) != 0 && skipped == 0) || ((head & HEAD_LENGTH) != 0 && more == 0))
    return malformed (self, "a number that says what is expected anyway");

  operation->kind = (CoquillOperationKind)((head & HEAD_KIND) + 1);
  operation->backward = (head & HEAD_BACKWARD) != 0;
  operation->agent = (uint32_t)agent;
  operation->sequence = expected + skipped;
  operation->length = more + 1;
  operation->first_parent = (uint32_t)change->n_parents;

  if ((head & HEAD_UNKNOWN) != 0 || (operation->backward && operation->kind != COQUILL_OPERATION_DELETE)
      || (operation->kind == COQUILL_OPERATION_RECORD && operation->length != 1))
    return malformed (self, "bad head of an operation");
  if (operation->sequence == 0)
    {
      if (!change->agents[agent].starts)
        return malformed (self, "an agent starts and does not say so");
      self->tracks[agent].started = true;
    }

  if (head & HEAD_PARENTS)
    return decode_parents (self, operation);
  return change->n_operations == 0 || add_parent (self, operation, self->last);
}

static bool
decode_operation (Decoder *self)
{
  CoquillChange *change = self->change;
  CoquillOperation *operation = &change->operations[change->n_operations];

  memset (operation, 0, sizeof *operation);
  if (!decode_head (self, operation, coquill_reader_byte (&self->columns[COLUMN_HEADS].reader)))
    return false;

  bool good = false;

  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      good = decode_content (self, operation) && decode_position (self, operation);
      break;
    case COQUILL_OPERATION_DELETE:
      good = decode_position (self, operation);
      break;
    case COQUILL_OPERATION_RESTORE:
      good = decode_target (self, operation);
      break;
    case COQUILL_OPERATION_RECORD:
      good = decode_content (self, operation);
      break;
    }
  if (!good)
    return false;

  self->agent = operation->agent;
  self->tracks[operation->agent].next = operation->sequence + operation->length;
  self->last = (CoquillChangeId){ operation->agent, operation->sequence + operation->length - 1 };
  change->n_operations++;
  return true;
}

static bool
decode (Decoder *self, const uint8_t *bytes, size_t length)
{
  CoquillChange *change = self->change;
  CoquillReader reader;

  if (!coquill_frame_open (&reader, bytes, length, COQUILL_CHANGE_MAGIC, COQUILL_CHANGE_VERSION,
                           COQUILL_CHANGE_MAX_BYTES, self->error))
    return false;

  uint64_t n_agents = coquill_reader_varint (&reader);
  uint64_t n_operations = coquill_reader_varint (&reader);

  if (n_agents > COQUILL_CHANGE_MAX_AGENTS)
    return too_large (self, "agents");
  if (n_operations > COQUILL_CHANGE_MAX_OPERATIONS)
    return too_large (self, "operations");
  if (n_agents > coquill_reader_left (&reader) / COQUILL_AGENT_MIN_BYTES)
    return malformed (self, "cut short");

  if (!decode_agents (self, &reader, n_agents)
      || !coquill_columns_read (self->columns, N_COLUMNS, column_limits, COQUILL_CHANGE_MAX_COLUMNS, &reader,
                                self->error))
    return false;
  if (coquill_reader_left (&self->columns[COLUMN_HEADS].reader) != n_operations)
    return malformed (self, "not one head for each operation");
  if (!allocate_operations (self, n_operations) || !take_content (self))
    return false;

  while (change->n_operations < n_operations)
    if (!decode_operation (self))
      return false;
  change->content_length = change->content_capacity;

  if (!coquill_columns_done (self->columns, N_COLUMNS))
    return malformed (self, "columns and operations do not match");
  for (size_t i = 0; i < n_agents; i++)
    if (change->agents[i].starts != self->tracks[i].started)
      return malformed (self, "an agent says that it starts and does not");
  return true;
}

CoquillChange *
coquill_change_decode (const uint8_t *bytes, size_t length, CoquillTextError *error)
{
  Decoder self = { .change = coquill_change_new (), .error = error };
  bool good = decode (&self, bytes, length);

  coquill_columns_clear (self.columns, N_COLUMNS);
  free (self.tracks);
  if (!good)
    {
      coquill_change_free (self.change);
      return NULL;
    }
  return self.change;
}
