/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change.c: putting a change together. */

#include "text/change.h"

#include <stdlib.h>
#include <string.h>

#include "text/change-private.h"
#include "text/change-rows.h"
#include "text/memory.h"
#include "text/utf8.h"
#include "text/varint.h"

CoquillChange *
coquill_change_new (void)
{
  CoquillChange *self = malloc (sizeof *self);

  if (self == NULL)
    coquill_out_of_memory ();
  memset (self, 0, offsetof (CoquillChange, few_agents));
  self->agents = self->few_agents;
  self->tracks = self->few_tracks;
  self->capacity = COQUILL_CHANGE_FEW_AGENTS;
  self->ascii = true;
  self->room = self->little_room;
  self->room_size = sizeof self->little_room;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    {
      self->columns[i].data = &self->room[i * COQUILL_CHANGE_LITTLE_ROOM];
      self->columns[i].capacity = COQUILL_CHANGE_LITTLE_ROOM;
    }
  return self;
}

static bool
is_in_room (const CoquillChange *self, const uint8_t *bytes)
{
  return (uintptr_t)bytes - (uintptr_t)self->room < self->room_size;
}

void
coquill_change_free (CoquillChange *self)
{
  if (self == NULL)
    return;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    if (!is_in_room (self, self->columns[i].data))
      free (self->columns[i].data);
  if (self->agents != self->few_agents)
    free (self->agents);
  if (self->tracks != self->few_tracks)
    free (self->tracks);
  if (self->room != self->little_room)
    free (self->room);
  coquill_change_rows_free (self->rows);
  free (self);
}

bool
coquill_change_reserve_agents (CoquillChange *self, size_t n_agents)
{
  size_t capacity = self->capacity + self->capacity / 2;
  CoquillChangeAgent *agents;
  CoquillChangeTrack *tracks;

  if (n_agents <= self->capacity)
    return true;
  if (capacity < n_agents)
    capacity = n_agents;
  agents = malloc (capacity * sizeof *agents);
  tracks = malloc (capacity * sizeof *tracks);
  if (agents == NULL || tracks == NULL)
    {
      free (agents);
      free (tracks);
      return false;
    }
  memcpy (agents, self->agents, self->n_agents * sizeof *agents);
  memcpy (tracks, self->tracks, self->n_agents * sizeof *tracks);
  if (self->agents != self->few_agents)
    free (self->agents);
  if (self->tracks != self->few_tracks)
    free (self->tracks);
  self->agents = agents;
  self->tracks = tracks;
  self->capacity = capacity;
  return true;
}

uint32_t
coquill_change_add_agent (CoquillChange *self, const CoquillAgent *id, const CoquillAgentPrevious *previous)
{
  CoquillChangeAgent *agent;

  if (!coquill_change_reserve_agents (self, self->n_agents + 1))
    coquill_out_of_memory ();
  self->tracks[self->n_agents] = (CoquillChangeTrack){ 0 };
  agent = &self->agents[self->n_agents];
  memset (agent, 0, sizeof *agent);
  agent->id = *id;
  agent->starts = previous != NULL;
  if (previous != NULL)
    agent->previous = *previous;
  return (uint32_t)self->n_agents++;
}

/* Room behind the end of a column, and for the one byte that a reader may look at. */
static uint8_t *
reserve (CoquillChange *self, CoquillBuffer *column, size_t extra)
{
  if (extra >= column->capacity - column->length)
    {
      bool in_room = is_in_room (self, column->data);
      uint8_t *before = column->data;
      size_t capacity = in_room ? 0 : column->capacity;

      if (extra > SIZE_MAX / 2 - column->length)
        coquill_out_of_memory ();
      column->data = coquill_grow (in_room ? NULL : before, &capacity,
                                   column->length + extra + column->length / 2 + 1, 1);
      if (in_room && column->length > 0)
        memcpy (column->data, before, column->length);
      column->capacity = capacity;
    }
  return column->data + column->length;
}

static void
append_byte (CoquillChange *self, CoquillChangeColumn column, uint8_t byte)
{
  *reserve (self, &self->columns[column], 1) = byte;
  self->columns[column].length++;
}

static void
append_bytes (CoquillChange *self, CoquillChangeColumn column, const uint8_t *bytes, size_t length)
{
  if (length == 0)
    return;
  memcpy (reserve (self, &self->columns[column], length), bytes, length);
  self->columns[column].length += length;
  self->content_length += length;
}

static void
append_number (CoquillChange *self, CoquillChangeColumn column, uint64_t value)
{
  uint8_t *end = reserve (self, &self->columns[column], value < 0x80 ? 1 : COQUILL_VARINT_MAX_BYTES);
  size_t n = 0;

  for (; value >= 0x80; value >>= 7)
    end[n++] = (uint8_t)(value | 0x80);
  end[n++] = (uint8_t)value;
  self->columns[column].length += n;
}

static CoquillTextErrorCode
check_items (const CoquillChange *self, const CoquillOperation *operation)
{
  if (operation->kind < COQUILL_OPERATION_INSERT || operation->kind > COQUILL_OPERATION_RECORD
      || operation->agent >= self->n_agents || operation->length == 0
      || operation->sequence < self->tracks[operation->agent].next
      || (operation->backward && operation->kind != COQUILL_OPERATION_DELETE)
      || (operation->kind == COQUILL_OPERATION_RECORD && operation->length != 1)
      || (operation->content_length > 0 && operation->kind != COQUILL_OPERATION_INSERT
          && operation->kind != COQUILL_OPERATION_RECORD))
    return COQUILL_TEXT_ERROR_MALFORMED;
  return COQUILL_TEXT_ERROR_NONE;
}

static CoquillTextErrorCode
check_limits (const CoquillOperation *operation)
{
  bool has_position
      = operation->kind == COQUILL_OPERATION_INSERT || operation->kind == COQUILL_OPERATION_DELETE;

  if (operation->n_parents > COQUILL_MAX_PARENTS || operation->length > COQUILL_CHANGE_MAX_RUN
      || operation->sequence > COQUILL_MAX_SEQUENCE - operation->length)
    return COQUILL_TEXT_ERROR_TOO_LARGE;
  if (has_position
      && ((operation->position | coquill_change_caret_after (operation)) > COQUILL_CHANGE_MAX_POSITION
          || (operation->backward && operation->length > operation->position + 1)))
    return COQUILL_TEXT_ERROR_IMPOSSIBLE;
  if (operation->kind == COQUILL_OPERATION_RESTORE
      && operation->target.sequence > COQUILL_MAX_SEQUENCE - operation->length)
    return COQUILL_TEXT_ERROR_IMPOSSIBLE;
  return COQUILL_TEXT_ERROR_NONE;
}

/* What the pass over what was decoded checks, so that what was added can be read, written and decoded. */
static CoquillTextErrorCode
check_operation (const CoquillChange *self,
                 const CoquillOperation *operation,
                 const CoquillChangeId *parents,
                 const uint8_t *content)
{
  CoquillTextErrorCode code = check_items (self, operation);
  uint64_t code_points;

  if (code != COQUILL_TEXT_ERROR_NONE)
    return code;
  if (operation->kind == COQUILL_OPERATION_INSERT
      && (!coquill_utf8_check (content, operation->content_length, &code_points)
          || code_points != operation->length))
    return COQUILL_TEXT_ERROR_MALFORMED;
  code = check_limits (operation);
  if (code != COQUILL_TEXT_ERROR_NONE)
    return code;
  if (operation->kind == COQUILL_OPERATION_RESTORE && operation->target.agent >= self->n_agents)
    return COQUILL_TEXT_ERROR_MALFORMED;
  for (uint32_t i = 0; i < operation->n_parents; i++)
    if (parents[i].agent >= self->n_agents || parents[i].sequence >= COQUILL_MAX_SEQUENCE
        || (parents[i].agent == operation->agent && parents[i].sequence >= operation->sequence))
      return COQUILL_TEXT_ERROR_MALFORMED;
  return COQUILL_TEXT_ERROR_NONE;
}

static bool
are_parents_expected (const CoquillChange *self,
                      const CoquillOperation *operation,
                      const CoquillChangeId *parents)
{
  if (operation->n_parents != self->place.any)
    return false;
  return !self->place.any
         || (parents->agent == self->place.agent && parents->sequence == self->place.sequence);
}

static bool
is_item_before (const CoquillOperation *operation, const CoquillChangeId *parent)
{
  return parent->agent == operation->agent && parent->sequence + 1 == operation->sequence;
}

static void
append_parents (CoquillChange *self,
                const CoquillOperation *operation,
                const CoquillChangeId *parents,
                CoquillChangeTrack *track)
{
  uint32_t n_others = operation->n_parents;
  unsigned own = JOIN_OWN_MISSING;

  if (n_others > 0 && is_item_before (operation, &parents[0]))
    own = JOIN_OWN_FIRST;
  else if (n_others > 1 && is_item_before (operation, &parents[n_others - 1]))
    own = JOIN_OWN_LAST;
  n_others -= own != JOIN_OWN_MISSING;
  parents += own == JOIN_OWN_FIRST;

  if (n_others == 1 && own == track->own && parents->agent == track->other)
    append_number (self, COQUILL_COLUMN_JOINS, 0);
  else
    {
      append_number (self, COQUILL_COLUMN_JOINS, 1 + own + (uint64_t)n_others * N_JOINS);
      for (uint32_t i = 0; i < n_others; i++)
        append_number (self, COQUILL_COLUMN_PARENT_AGENTS, parents[i].agent);
    }
  for (uint32_t i = 0; i < n_others; i++)
    append_number (self, COQUILL_COLUMN_PARENT_ITEMS,
                   coquill_varint_fold (self->tracks[parents[i].agent].next - 1 - parents[i].sequence));
  if (n_others == 1)
    {
      track->other = parents->agent;
      track->own = (uint8_t)own;
    }
}

/* Returns: whether the position isn't the expected one */
static bool
append_position (CoquillChange *self, const CoquillOperation *operation, CoquillChangeTrack *track)
{
  uint64_t moved = operation->position - (track->caret - operation->backward);

  track->caret = coquill_change_caret_after (operation);
  if (moved == 0)
    return false;
  moved = coquill_varint_fold (moved) - 1;
  append_byte (self, COQUILL_COLUMN_POSITIONS, (uint8_t)(moved & 0x7f) | (moved >= 0x80 ? 0x80 : 0));
  if (moved >= 0x80)
    append_number (self, COQUILL_COLUMN_FAR_POSITIONS, moved >> 7);
  return true;
}

/* The bits of the head that say what has bytes of its own elsewhere. */
static uint8_t
append_items (CoquillChange *self,
              const CoquillOperation *operation,
              const CoquillChangeId *parents,
              CoquillChangeTrack *track)
{
  uint8_t head = 0;

  if (operation->agent != self->place.agent)
    {
      head |= HEAD_AGENT;
      append_number (self, COQUILL_COLUMN_AGENTS, operation->agent);
    }
  if (operation->length > 1)
    {
      head |= HEAD_LENGTH;
      append_number (self, COQUILL_COLUMN_LENGTHS, operation->length - 2);
    }
  if (operation->sequence != track->next)
    {
      head |= HEAD_SEQUENCE;
      append_number (self, COQUILL_COLUMN_SEQUENCES, operation->sequence - track->next - 1);
    }
  if (!are_parents_expected (self, operation, parents))
    {
      head |= HEAD_PARENTS;
      append_parents (self, operation, parents, track);
    }
  return head;
}

void
coquill_change_add_operation (CoquillChange *self,
                              const CoquillOperation *operation,
                              const CoquillChangeId *parents,
                              const uint8_t *content)
{
  CoquillChangeTrack *track;
  uint8_t head;

  if (self->fault == COQUILL_TEXT_ERROR_NONE)
    self->fault = check_operation (self, operation, parents, content);
  if (self->fault != COQUILL_TEXT_ERROR_NONE)
    return;

  if (self->rows != NULL) /* they end where the change did */
    coquill_change_rows_free (coquill_change_take_rows (self));
  track = &self->tracks[operation->agent];
  head = (uint8_t)(operation->kind - 1) | (operation->backward ? HEAD_BACKWARD : 0)
         | append_items (self, operation, parents, track);
  switch (operation->kind)
    {
    case COQUILL_OPERATION_INSERT:
      append_bytes (self, COQUILL_COLUMN_TEXT, content, operation->content_length);
      self->ascii = self->ascii && operation->content_length == operation->length;
      head |= append_position (self, operation, track) ? HEAD_POSITION : 0;
      break;
    case COQUILL_OPERATION_DELETE:
      head |= append_position (self, operation, track) ? HEAD_POSITION : 0;
      break;
    case COQUILL_OPERATION_RESTORE:
      append_number (self, COQUILL_COLUMN_TARGETS, operation->target.agent);
      append_number (self, COQUILL_COLUMN_TARGETS,
                     coquill_varint_fold (operation->target.sequence - self->place.target));
      self->place.target = operation->target.sequence + operation->length;
      break;
    case COQUILL_OPERATION_RECORD:
      append_number (self, COQUILL_COLUMN_PAYLOADS, operation->content_length);
      append_bytes (self, COQUILL_COLUMN_PAYLOAD_BYTES, content, operation->content_length);
      break;
    }
  append_byte (self, COQUILL_COLUMN_HEADS, head);

  track->started = track->started || operation->sequence == 0;
  track->next = operation->sequence + operation->length;
  self->place.agent = operation->agent;
  self->place.sequence = track->next - 1;
  self->place.any = true;
  self->n_runs += self->n_operations == 0 || (head & (HEAD_AGENT | HEAD_PARENTS)) != 0;
  self->n_operations++;
  self->n_items += operation->length;
  self->n_parents += operation->n_parents;
  if (self->widest < operation->n_parents)
    self->widest = operation->n_parents;
}

uint64_t
coquill_change_n_items (const CoquillChange *self)
{
  return self->n_items;
}

bool
coquill_change_is_sound (const CoquillChange *self, CoquillTextError *error)
{
  return self->fault == COQUILL_TEXT_ERROR_NONE
         || coquill_text_error_set (error, self->fault, "change: an operation that no change can hold");
}
