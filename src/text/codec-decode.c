/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* codec-decode.c: hostile bytes to a change. */

#include <stdlib.h>
#include <string.h>

#include "text/agent-coder.h"
#include "text/codec-private.h"
#include "text/codec-stretch.h"
#include "text/utf8.h"

#define MAX_NUMBERS (COQUILL_CHANGE_MAX_OPERATIONS * COQUILL_VARINT_MAX_BYTES)

/* The most plain bytes of each column. What does not fit the change is found when the column is read. */
static const size_t column_limits[COQUILL_CHANGE_COLUMNS] = {
  [COQUILL_COLUMN_HEADS] = COQUILL_CHANGE_MAX_OPERATIONS,
  [COQUILL_COLUMN_TEXT] = COQUILL_CHANGE_MAX_CONTENT,
  [COQUILL_COLUMN_POSITIONS] = COQUILL_CHANGE_MAX_OPERATIONS,
  [COQUILL_COLUMN_FAR_POSITIONS] = MAX_NUMBERS,
  [COQUILL_COLUMN_LENGTHS] = MAX_NUMBERS,
  [COQUILL_COLUMN_SEQUENCES] = MAX_NUMBERS,
  [COQUILL_COLUMN_JOINS] = MAX_NUMBERS,
  [COQUILL_COLUMN_AGENTS] = MAX_NUMBERS,
  [COQUILL_COLUMN_PARENT_AGENTS] = COQUILL_CHANGE_MAX_PARENTS * COQUILL_VARINT_MAX_BYTES,
  [COQUILL_COLUMN_PARENT_ITEMS] = COQUILL_CHANGE_MAX_PARENTS * COQUILL_VARINT_MAX_BYTES,
  [COQUILL_COLUMN_TARGETS] = MAX_NUMBERS * 2,
  [COQUILL_COLUMN_PAYLOADS] = MAX_NUMBERS,
  [COQUILL_COLUMN_PAYLOAD_BYTES] = COQUILL_CHANGE_MAX_CONTENT,
};

typedef struct
{
  CoquillChange *change;
  CoquillColumns columns;
  CoquillTextError *error;
} Decoder;

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

/* An agent to be sorted; @prefix, nearly always enough, is at hand. */
typedef struct
{
  uint64_t prefix;
  const CoquillAgent *id;
} SortedAgent;

static int
compare_agents (const void *a, const void *b)
{
  const SortedAgent *left = a, *right = b;

  if (left->prefix != right->prefix)
    return left->prefix < right->prefix ? -1 : 1;
  return coquill_agent_compare (left->id, right->id);
}

static bool
check_distinct (Decoder *self)
{
  const CoquillChange *change = self->change;
  SortedAgent few[COQUILL_CHANGE_FEW_AGENTS], *sorted = few;
  bool distinct = true;

  if (change->n_agents < 2)
    return true;
  if (change->n_agents > COQUILL_CHANGE_FEW_AGENTS)
    sorted = malloc (change->n_agents * sizeof *sorted);
  if (sorted == NULL)
    return no_memory (self);
  for (size_t i = 0; i < change->n_agents; i++)
    sorted[i] = (SortedAgent){ coquill_agent_prefix (&change->agents[i].id), &change->agents[i].id };
  qsort (sorted, change->n_agents, sizeof *sorted, compare_agents);
  for (size_t i = 1; i < change->n_agents; i++)
    distinct = distinct && compare_agents (&sorted[i - 1], &sorted[i]) != 0;
  if (sorted != few)
    free (sorted);
  return distinct || malformed (self, "an agent comes twice");
}

static bool
decode_agents (Decoder *self, CoquillReader *reader, size_t n_agents)
{
  CoquillChange *change = self->change;
  CoquillAgentCoder coder = { 0 };

  if (!coquill_change_reserve_agents (change, n_agents))
    return no_memory (self);
  change->n_agents = n_agents;
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

/* All columns lie in one piece of memory. */
static bool
unpack (Decoder *self)
{
  CoquillChange *change = self->change;
  size_t size = self->columns.total + COQUILL_AHEAD_ROOM, used = 0;

  if (size > change->room_size)
    {
      change->room = malloc (size);
      if (change->room == NULL)
        {
          change->room = change->little_room;
          return no_memory (self);
        }
      change->room_size = size;
    }
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    {
      CoquillBuffer *column = &change->columns[i];

      column->data = change->room + used;
      column->length = column->capacity = self->columns.columns[i].size;
      used += column->length;
    }
  memset (change->room + used, 0, size - used);
  if (self->columns.plain != NULL)
    {
      memcpy (change->room, self->columns.plain, used);
      return true;
    }
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    if (change->columns[i].length > 0
        && !coquill_columns_unpack (&self->columns, i, change->columns[i].data, self->error))
      return false;
  return true;
}

static bool
check_text (Decoder *self, CoquillChangeCheck *check)
{
  CoquillChange *change = self->change;
  const CoquillBuffer *text = &change->columns[COQUILL_COLUMN_TEXT];

  if (!coquill_utf8_check (text->data, text->length, &check->code_points))
    return malformed (self, "inserted bytes are no text");
  change->ascii = check->code_points == text->length;
  change->content_length = text->length + change->columns[COQUILL_COLUMN_PAYLOAD_BYTES].length;
  if (change->content_length > COQUILL_CHANGE_MAX_CONTENT)
    return too_large (self, "bytes of content");
  return true;
}

/* So few that a byte counts them: then sixteen are counted at once. */
#define COUNTED_HEADS UINT8_MAX

/* Looks at all heads. Returns: false if one is of an insertion that runs backward */
static bool
count_runs (CoquillChange *self)
{
  const CoquillBuffer *heads = &self->columns[COQUILL_COLUMN_HEADS];
  uint8_t bad = 0;

  if (heads->length > 0)
    self->n_runs = (heads->data[0] & (HEAD_AGENT | HEAD_PARENTS)) == 0;
  for (size_t i = 0, end; i < heads->length; i = end)
    {
      uint8_t n = 0;

      end = heads->length - i > COUNTED_HEADS ? i + COUNTED_HEADS : heads->length;
      for (size_t j = i; j < end; j++)
        {
          bad |= (heads->data[j] & (HEAD_KIND | HEAD_BACKWARD)) == HEAD_BACKWARD;
          n += (heads->data[j] & (HEAD_AGENT | HEAD_PARENTS)) != 0;
        }
      self->n_runs += n;
    }
  return !bad;
}

/* What coquill_stretch_check() doesn't look for in each operation. */
static bool
check_bytes (Decoder *self)
{
  const CoquillBuffer *far = &self->change->columns[COQUILL_COLUMN_FAR_POSITIONS];

  if (!count_runs (self->change))
    return malformed (self, "bad head of an operation");
  if (far->length > 0 && memchr (far->data, 0, far->length) != NULL)
    return malformed (self, "columns and operations do not match");
  return true;
}

static bool
is_at_ends (const CoquillChangeReader *reader, const CoquillChangeCheck *check)
{
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    if (i != COQUILL_COLUMN_TEXT && reader->next[i] != check->ends[i])
      return false;
  return check->code_points == 0;
}

static bool
check_operation (CoquillChangeReader *reader, CoquillChangeCheck *check, CoquillStretchRows *rows)
{
  const CoquillBuffer *content = &reader->change->columns[COQUILL_COLUMN_TEXT];
  size_t text = (size_t)(reader->next[COQUILL_COLUMN_TEXT] - content->data);
  uint64_t first = check->n_items;
  CoquillOperation operation;

  coquill_stretch_rows_close (rows, reader);
  if (!coquill_change_take_operation (reader, &operation, check))
    return false;
  coquill_stretch_rows_append (rows, &operation, first, text);
  return true;
}

/* The one pass over the operations that checks what every reader relies on, and leaves them as rows. */
static bool
check_operations (Decoder *self,
                  CoquillChangeReader *reader,
                  CoquillChangeCheck *check,
                  CoquillStretchRows *rows)
{
  CoquillChange *change = self->change;

  while (reader->next[COQUILL_COLUMN_HEADS] != reader->end)
    {
      const uint8_t *head = reader->next[COQUILL_COLUMN_HEADS];

      if ((reader->place.any && !coquill_stretch_check (reader, check, rows))
          || (reader->next[COQUILL_COLUMN_HEADS] == head && !check_operation (reader, check, rows)))
        return coquill_text_error_set (self->error, check->code, "change: %s", check->what);
    }
  if (!is_at_ends (reader, check))
    return malformed (self, "columns and operations do not match");
  for (size_t i = 0; i < change->n_agents; i++)
    if (change->agents[i].starts != reader->tracks[i].started)
      return malformed (self, "an agent does not start as it says");
  if (check->n_parents > COQUILL_CHANGE_MAX_PARENTS)
    return too_large (self, "parents");

  memcpy (change->tracks, reader->tracks, change->n_agents * sizeof *change->tracks);
  change->place = reader->place;
  change->n_items = check->n_items;
  change->n_parents = check->n_parents;
  change->widest = check->widest;
  return true;
}

static bool
check_columns (Decoder *self)
{
  CoquillChange *change = self->change;
  CoquillChangeCheck check;
  CoquillChangeReader reader;
  CoquillStretchRows rows;
  bool good;

  check.n_parents = 0;
  check.n_items = 0;
  check.widest = 0;
  check.cut = false;
  for (unsigned i = 0; i < COQUILL_CHANGE_COLUMNS; i++)
    check.ends[i] = change->columns[i].data + change->columns[i].length;
  if (!check_bytes (self) || !check_text (self, &check))
    return false;
  if (!coquill_change_reader_start (&reader, change, 0))
    return no_memory (self);
  coquill_stretch_rows_init (&rows, change);
  good = check_operations (self, &reader, &check, &rows);
  change->rows = coquill_stretch_rows_finish (&rows, &reader, check.n_items);
  coquill_change_reader_clear (&reader);
  return good;
}

static bool
decode (Decoder *self, const uint8_t *bytes, size_t length)
{
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

  self->change->n_operations = n_operations;
  if (!decode_agents (self, &reader, n_agents)
      || !coquill_columns_read (&self->columns, COQUILL_CHANGE_COLUMNS, column_limits,
                                COQUILL_CHANGE_MAX_COLUMNS, &reader, self->error))
    return false;
  if (self->columns.columns[COQUILL_COLUMN_HEADS].size != n_operations)
    return malformed (self, "not one head for each operation");
  return unpack (self) && check_columns (self);
}

CoquillChange *
coquill_change_decode (const uint8_t *bytes, size_t length, CoquillTextError *error)
{
  Decoder self;
  bool good;

  self.change = coquill_change_new ();
  self.error = error;
  self.columns.context = NULL;
  good = decode (&self, bytes, length);
  coquill_columns_clear (&self.columns);
  if (good)
    return self.change;
  coquill_change_free (self.change);
  return NULL;
}
