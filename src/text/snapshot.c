/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* snapshot.c: a text at one version to bytes, and hostile bytes back. */

#include "text/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "text/agent-coder.h"
#include "text/change.h"
#include "text/memory.h"
#include "text/snapshot-private.h"
#include "text/utf8.h"

#define MAGIC 0xc8
#define VERSION 1

static const size_t column_limits[COQUILL_SNAPSHOT_COLUMNS] = {
  [COQUILL_SNAPSHOT_TEXT] = COQUILL_SNAPSHOT_MAX_TEXT,
  [COQUILL_SNAPSHOT_HEADS] = COQUILL_SNAPSHOT_MAX_SPANS,
  [COQUILL_SNAPSHOT_LENGTHS] = COQUILL_SNAPSHOT_MAX_SPANS * 4,
  [COQUILL_SNAPSHOT_SEQUENCES] = COQUILL_SNAPSHOT_MAX_SPANS * 6,
  [COQUILL_SNAPSHOT_AGENTS] = COQUILL_SNAPSHOT_MAX_SPANS * 3,
};

/* What decoding checks of a span, so that what was encoded can be decoded. */
static bool
span_is_good (const CoquillSnapshot *self, const CoquillOrderSpan *span)
{
  uint32_t agent = coquill_id_agent (span->id);
  uint64_t sequence = coquill_id_sequence (span->id);

  return agent < self->n_agents && span->length > 0 && span->length <= self->agents[agent].length
         && sequence <= self->agents[agent].length - span->length;
}

static bool
head_is_good (const CoquillSnapshot *self, const CoquillSnapshotHead *head)
{
  return head->agent < self->n_agents && head->sequence < self->agents[head->agent].length;
}

/* Returns: the bytes that were appended */
static unsigned
append_number (CoquillBuffer *column, uint64_t number)
{
  unsigned n = 0;

  for (; number > 0; number >>= 8, n++)
    coquill_buffer_append_byte (column, (uint8_t)number);
  return n;
}

static bool
encode_spans (const CoquillSnapshot *snapshot, CoquillBuffer *columns)
{
  uint64_t *expected = coquill_allocate ((snapshot->n_agents + 1) * sizeof *expected);
  uint64_t length = 0, text_length;
  uint32_t agent_before = 0;
  bool good = true;

  for (size_t i = 0; good && i < snapshot->n_spans; i++)
    {
      const CoquillOrderSpan *span = &snapshot->spans[i];
      uint32_t agent = coquill_id_agent (span->id);
      uint64_t sequence = coquill_id_sequence (span->id);
      unsigned head;

      good = span_is_good (snapshot, span);
      if (!good)
        break;
      head = append_number (&columns[COQUILL_SNAPSHOT_AGENTS], agent ^ agent_before);
      head <<= COQUILL_SNAPSHOT_SEQUENCE_BITS;
      head |= append_number (&columns[COQUILL_SNAPSHOT_SEQUENCES],
                             coquill_varint_fold (sequence - expected[agent]));
      head <<= COQUILL_SNAPSHOT_LENGTH_BITS;
      head |= append_number (&columns[COQUILL_SNAPSHOT_LENGTHS], span->length - 1);
      coquill_buffer_append_byte (&columns[COQUILL_SNAPSHOT_HEADS], (uint8_t)head);
      agent_before = agent;
      expected[agent] = sequence + span->length;
      length += span->length;
    }
  free (expected);
  return good && coquill_utf8_check (snapshot->text, snapshot->text_bytes, &text_length)
         && text_length == length;
}

bool
coquill_snapshot_encode (const CoquillSnapshot *snapshot, CoquillBuffer *out)
{
  CoquillBuffer columns[COQUILL_SNAPSHOT_COLUMNS] = { 0 };
  CoquillAgentCoder coder = { 0 };
  size_t start = out->length;
  bool good = true;

  if (snapshot->n_agents > COQUILL_SNAPSHOT_MAX_AGENTS || snapshot->n_spans > COQUILL_SNAPSHOT_MAX_SPANS
      || snapshot->n_heads > COQUILL_MAX_PARENTS || snapshot->text_bytes > COQUILL_SNAPSHOT_MAX_TEXT)
    return false;

  coquill_buffer_append_byte (out, MAGIC);
  coquill_buffer_append_byte (out, VERSION);
  coquill_buffer_append_varint (out, snapshot->n_agents);
  coquill_buffer_append_varint (out, snapshot->n_spans);
  coquill_buffer_append_varint (out, snapshot->n_heads);
  for (size_t i = 0; i < snapshot->n_agents; i++)
    {
      const CoquillSnapshotAgent *agent = &snapshot->agents[i];

      good = good && agent->length <= COQUILL_MAX_SEQUENCE;
      coquill_agent_coder_append (&coder, &agent->id, &agent->previous, out);
      coquill_buffer_append_varint (out, agent->length);
    }
  coquill_agent_coder_clear (&coder);
  for (size_t i = 0; i < snapshot->n_heads; i++)
    {
      const CoquillSnapshotHead *head = &snapshot->heads[i];

      good = good && head_is_good (snapshot, head);
      coquill_buffer_append_varint (out, head->agent);
      coquill_buffer_append_varint (out, head->sequence);
      coquill_buffer_append_varint (out, head->depth);
    }

  coquill_buffer_append (&columns[COQUILL_SNAPSHOT_TEXT], snapshot->text, snapshot->text_bytes);
  good = good && encode_spans (snapshot, columns)
         && coquill_columns_append (columns, COQUILL_SNAPSHOT_COLUMNS, COQUILL_SNAPSHOT_TEXT,
                                    COQUILL_PACKING_LARGE, out);
  for (unsigned i = 0; i < COQUILL_SNAPSHOT_COLUMNS; i++)
    coquill_buffer_clear (&columns[i]);

  return coquill_frame_close (out, start, COQUILL_SNAPSHOT_MAX_BYTES, good);
}

static int
compare_agents (const void *a, const void *b)
{
  const CoquillSnapshotAgent *const *left = a, *const *right = b;

  return coquill_agent_compare (&(*left)->id, &(*right)->id);
}

static bool
check_agents_distinct (const CoquillSnapshot *self, CoquillTextError *error)
{
  const CoquillSnapshotAgent **sorted;
  bool good = true;

  if (self->n_agents < 2)
    return true;
  sorted = malloc (self->n_agents * sizeof *sorted);
  if (sorted == NULL)
    return coquill_snapshot_no_memory (error);
  for (size_t i = 0; i < self->n_agents; i++)
    sorted[i] = &self->agents[i];
  qsort (sorted, self->n_agents, sizeof *sorted, compare_agents);
  for (size_t i = 1; i < self->n_agents; i++)
    good = good && compare_agents (&sorted[i - 1], &sorted[i]) != 0;
  free (sorted);
  return good || coquill_snapshot_malformed (error, "an agent comes twice");
}

static bool
decode_agents (CoquillSnapshot *self, CoquillReader *reader, uint64_t n_agents, CoquillTextError *error)
{
  CoquillAgentCoder coder = { 0 };
  bool good = true;

  if (n_agents > COQUILL_SNAPSHOT_MAX_AGENTS)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "snapshot: too many agents");
  if (n_agents > coquill_reader_left (reader) / COQUILL_AGENT_MIN_BYTES)
    return coquill_snapshot_malformed (error, "cut short");
  self->agents = calloc (n_agents + 1, sizeof *self->agents);
  if (self->agents == NULL)
    return coquill_snapshot_no_memory (error);
  self->n_agents = n_agents;

  for (size_t i = 0; i < n_agents; i++)
    {
      CoquillSnapshotAgent *agent = &self->agents[i];
      bool starts;

      coquill_agent_coder_read (&coder, reader, &agent->id, &starts, &agent->previous);
      agent->length = coquill_reader_varint (reader);
      good = good && starts && agent->length <= COQUILL_MAX_SEQUENCE;
    }
  coquill_agent_coder_clear (&coder);
  return (good && !reader->failed) || coquill_snapshot_malformed (error, "bad agent");
}

static bool
decode_heads (CoquillSnapshot *self, CoquillReader *reader, uint64_t n_heads, CoquillTextError *error)
{
  bool good = true;

  if (n_heads > COQUILL_MAX_PARENTS)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "snapshot: too many heads");
  self->heads = calloc (n_heads + 1, sizeof *self->heads);
  if (self->heads == NULL)
    return coquill_snapshot_no_memory (error);
  self->n_heads = n_heads;

  for (size_t i = 0; i < n_heads; i++)
    {
      CoquillSnapshotHead *head = &self->heads[i];
      uint64_t agent = coquill_reader_varint (reader);

      head->agent = agent < self->n_agents ? (uint32_t)agent : UINT32_MAX;
      head->sequence = coquill_reader_varint (reader);
      head->depth = coquill_reader_varint (reader);
      good = good && head_is_good (self, head);
    }
  return (good && !reader->failed) || coquill_snapshot_malformed (error, "bad head");
}

static bool
decode_text (CoquillSnapshot *self, CoquillColumns *columns, CoquillTextError *error)
{
  const CoquillColumn *column = &columns->columns[COQUILL_SNAPSHOT_TEXT];

  self->text_bytes = column->size;
  if (column->packed_size == 0)
    self->text = (const char *)column->bytes;
  else
    {
      self->owned_text = malloc (column->size);
      if (self->owned_text == NULL)
        return coquill_snapshot_no_memory (error);
      self->text = (const char *)self->owned_text;
      if (!coquill_columns_unpack (columns, COQUILL_SNAPSHOT_TEXT, self->owned_text, error))
        return false;
    }
  return coquill_utf8_check (self->text, self->text_bytes, &self->text_length)
         || coquill_snapshot_malformed (error, "the text is none");
}

static bool
decode (CoquillSnapshot *self,
        CoquillColumns *columns,
        const uint8_t *bytes,
        size_t length,
        CoquillTextError *error)
{
  CoquillReader reader;

  if (!coquill_frame_open (&reader, bytes, length, MAGIC, VERSION, COQUILL_SNAPSHOT_MAX_BYTES, error))
    return false;

  uint64_t n_agents = coquill_reader_varint (&reader);
  uint64_t n_spans = coquill_reader_varint (&reader);
  uint64_t n_heads = coquill_reader_varint (&reader);

  if (n_spans > COQUILL_SNAPSHOT_MAX_SPANS)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "snapshot: too many spans");
  return decode_agents (self, &reader, n_agents, error) && check_agents_distinct (self, error)
         && decode_heads (self, &reader, n_heads, error)
         && coquill_columns_read (columns, COQUILL_SNAPSHOT_COLUMNS, column_limits,
                                  COQUILL_SNAPSHOT_MAX_COLUMNS, &reader, error)
         && decode_text (self, columns, error)
         && coquill_snapshot_decode_spans (self, columns, n_spans, error);
}

CoquillSnapshot *
coquill_snapshot_decode (const uint8_t *bytes, size_t length, CoquillTextError *error)
{
  CoquillSnapshot *self = coquill_allocate (sizeof *self);
  CoquillColumns columns = { 0 };
  bool good = decode (self, &columns, bytes, length, error);

  coquill_columns_clear (&columns);
  if (!good)
    {
      coquill_snapshot_free (self);
      return NULL;
    }
  return self;
}

char *
coquill_snapshot_steal_text (CoquillSnapshot *self)
{
  char *text = (char *)self->owned_text;

  if (text == NULL && self->text_bytes > 0)
    {
      text = malloc (self->text_bytes);
      if (text == NULL)
        coquill_out_of_memory ();
      memcpy (text, self->text, self->text_bytes);
    }
  self->owned_text = NULL;
  self->text = NULL;
  return text;
}

void
coquill_snapshot_free (CoquillSnapshot *self)
{
  if (self == NULL)
    return;
  free (self->agents);
  free (self->spans);
  free (self->heads);
  free (self->owned_text);
  free (self);
}
