/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* columns.c: packed columns, agents and the frame of the encoded formats. */

#include "text/columns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "text/crc32c.h"
#include "text/memory.h"

/* Magic and version before, the checksum behind. */
#define FRAME_HEAD 2
#define FRAME_TAIL 4

/* Packs a column if that pays; otherwise @packed stays empty. */
static bool
pack (const CoquillBuffer *plain, CoquillPacking packing, CoquillBuffer *packed)
{
  if (plain->length < COQUILL_COLUMN_MIN_PACKED)
    return true;

  size_t bound = ZSTD_compressBound (plain->length);
  uint8_t *end = coquill_buffer_reserve (packed, bound);

  if (end == NULL)
    return false;

  size_t size = ZSTD_compress (end, bound, plain->data, plain->length, packing);

  if (ZSTD_isError (size))
    return false;
  if (size < plain->length)
    packed->length = size;
  return true;
}

bool
coquill_columns_append (const CoquillBuffer *columns, unsigned n, CoquillPacking packing, CoquillBuffer *out)
{
  CoquillBuffer packed[COQUILL_COLUMNS_MAX] = { 0 };
  uint64_t mask = 0;
  bool good = true;

  assert (n <= COQUILL_COLUMNS_MAX);
  for (unsigned i = 0; i < n; i++)
    {
      good = good && !columns[i].failed && pack (&columns[i], packing, &packed[i]);
      mask |= (uint64_t)(columns[i].length > 0) << i;
    }

  coquill_buffer_append_varint (out, mask);
  for (unsigned i = 0; i < n; i++)
    if (columns[i].length > 0)
      {
        coquill_buffer_append_varint (out, (uint64_t)columns[i].length << 1 | (packed[i].length > 0));
        if (packed[i].length > 0)
          coquill_buffer_append_varint (out, packed[i].length);
      }
  for (unsigned i = 0; i < n; i++)
    {
      const CoquillBuffer *column = packed[i].length > 0 ? &packed[i] : &columns[i];

      coquill_buffer_append (out, column->data, column->length);
      coquill_buffer_clear (&packed[i]);
    }
  return good && !out->failed;
}

static bool
unpack (CoquillColumn *column, const uint8_t *bytes, size_t packed_size, size_t size, CoquillTextError *error)
{
  column->owned = malloc (size);
  if (column->owned == NULL)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_NO_MEMORY, "no memory for %zu bytes", size);
  if (ZSTD_getFrameContentSize (bytes, packed_size) != size
      || ZSTD_decompress (column->owned, size, bytes, packed_size) != size)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "a column cannot be unpacked");
  coquill_reader_init (&column->reader, column->owned, size);
  return true;
}

bool
coquill_columns_read (CoquillColumn *columns,
                      unsigned n,
                      const size_t *limits,
                      size_t budget,
                      CoquillReader *reader,
                      CoquillTextError *error)
{
  uint64_t mask = coquill_reader_varint (reader);
  uint64_t sizes[COQUILL_COLUMNS_MAX] = { 0 };        /* plain */
  uint64_t packed_sizes[COQUILL_COLUMNS_MAX] = { 0 }; /* 0: not packed */

  assert (n <= COQUILL_COLUMNS_MAX);
  if (mask >> n != 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "unknown columns");

  for (unsigned i = 0; i < n; i++)
    if (mask >> i & 1)
      {
        uint64_t head = coquill_reader_varint (reader);

        sizes[i] = head >> 1;
        packed_sizes[i] = head & 1 ? coquill_reader_varint (reader) : 0;
        if (reader->failed || sizes[i] == 0 || ((head & 1) != 0 && packed_sizes[i] == 0)
            || packed_sizes[i] > coquill_reader_left (reader))
          return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "bad size of column %u", i);
        if (sizes[i] > limits[i] || sizes[i] > budget)
          return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "column %u is too large", i);
        budget -= sizes[i];
      }

  for (unsigned i = 0; i < n; i++)
    {
      size_t carried = packed_sizes[i] > 0 ? packed_sizes[i] : sizes[i];
      const uint8_t *bytes = coquill_reader_bytes (reader, carried);

      if (bytes == NULL)
        break;
      if (packed_sizes[i] == 0)
        coquill_reader_init (&columns[i].reader, bytes, carried);
      else if (!unpack (&columns[i], bytes, carried, sizes[i], error))
        return false;
    }
  if (reader->failed || coquill_reader_left (reader) > 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "columns do not end where they should");
  return true;
}

void
coquill_columns_clear (CoquillColumn *columns, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    free (columns[i].owned);
}

bool
coquill_columns_done (const CoquillColumn *columns, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    if (columns[i].reader.failed || coquill_reader_left (&columns[i].reader) > 0)
      return false;
  return true;
}

/* Agents of one device usually follow each other: the search goes from the back. */
void
coquill_agent_coder_append (CoquillAgentCoder *self,
                            const CoquillAgent *agent,
                            const CoquillAgentPrevious *previous,
                            CoquillBuffer *out)
{
  size_t i = self->n_devices;

  while (i > 0 && memcmp (self->devices[i - 1], agent->device, sizeof agent->device) != 0)
    i--;
  if (i > 0)
    coquill_buffer_append_varint (out, i - 1);
  else
    {
      self->devices
          = coquill_grow (self->devices, &self->capacity, self->n_devices + 1, sizeof *self->devices);
      memcpy (self->devices[self->n_devices], agent->device, sizeof agent->device);
      coquill_buffer_append_varint (out, self->n_devices++);
      coquill_buffer_append (out, agent->device, sizeof agent->device);
    }
  coquill_buffer_append_varint (out, agent->ordinal);
  coquill_buffer_append_fixed64 (out, agent->nonce);

  coquill_buffer_append_byte (out, previous == NULL ? 0 : previous->present ? 2 : 1);
  if (previous != NULL && previous->present)
    {
      coquill_buffer_append_varint (out, previous->ordinal);
      coquill_buffer_append_fixed64 (out, previous->nonce);
      coquill_buffer_append_varint (out, previous->length);
      coquill_buffer_append (out, previous->digest, sizeof previous->digest);
    }
}

static uint32_t
read_ordinal (CoquillReader *reader)
{
  uint64_t ordinal = coquill_reader_varint (reader);

  if (ordinal > UINT32_MAX)
    reader->failed = true;
  return (uint32_t)ordinal;
}

void
coquill_agent_coder_read (CoquillAgentCoder *self,
                          CoquillReader *reader,
                          CoquillAgent *agent,
                          bool *starts,
                          CoquillAgentPrevious *previous)
{
  uint64_t device = coquill_reader_varint (reader);

  memset (agent, 0, sizeof *agent);
  memset (previous, 0, sizeof *previous);
  *starts = false;

  if (device > self->n_devices)
    reader->failed = true;
  if (reader->failed)
    return;
  if (device == self->n_devices)
    {
      const uint8_t *bytes = coquill_reader_bytes (reader, sizeof agent->device);

      if (bytes == NULL)
        return;
      self->devices
          = coquill_grow (self->devices, &self->capacity, self->n_devices + 1, sizeof *self->devices);
      memcpy (self->devices[self->n_devices++], bytes, sizeof agent->device);
    }
  memcpy (agent->device, self->devices[device], sizeof agent->device);
  agent->ordinal = read_ordinal (reader);
  agent->nonce = coquill_reader_fixed64 (reader);

  uint8_t state = coquill_reader_byte (reader);

  *starts = state > 0;
  if (state == 2)
    {
      previous->present = true;
      previous->ordinal = read_ordinal (reader);
      previous->nonce = coquill_reader_fixed64 (reader);
      previous->length = coquill_reader_varint (reader);

      const uint8_t *digest = coquill_reader_bytes (reader, sizeof previous->digest);

      if (digest != NULL)
        memcpy (previous->digest, digest, sizeof previous->digest);
    }
  else if (state > 2)
    reader->failed = true;
}

void
coquill_agent_coder_clear (CoquillAgentCoder *self)
{
  free (self->devices);
  memset (self, 0, sizeof *self);
}

bool
coquill_frame_open (CoquillReader *reader,
                    const uint8_t *bytes,
                    size_t length,
                    uint8_t magic,
                    uint8_t version,
                    size_t max_bytes,
                    CoquillTextError *error)
{
  if (length > max_bytes)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "%zu bytes are too many", length);
  if (length < FRAME_HEAD + FRAME_TAIL || bytes[0] != magic)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "not in this format");
  if (bytes[1] != version)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_UNSUPPORTED_VERSION,
                                   "format version %u is not known here", bytes[1]);

  coquill_reader_init (reader, bytes + length - FRAME_TAIL, FRAME_TAIL);
  if (coquill_reader_fixed32 (reader) != coquill_crc32c (bytes, length - FRAME_TAIL))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_CHECKSUM, "the bytes were damaged");

  coquill_reader_init (reader, bytes + FRAME_HEAD, length - FRAME_HEAD - FRAME_TAIL);
  return true;
}

bool
coquill_frame_close (CoquillBuffer *out, size_t start, size_t max_bytes, bool good)
{
  if (good && !out->failed && out->length - start <= max_bytes - FRAME_TAIL)
    good = coquill_buffer_append_fixed32 (out, coquill_crc32c (out->data + start, out->length - start));
  else
    good = false;
  if (!good)
    out->length = start;
  return good;
}
