/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* columns.c: packed columns and the frame of the encoded formats. */

#include "text/columns.h"

#include <assert.h>
#include <string.h>
#include <zstd.h>

#include "text/crc32c.h"

/* Magic and version before, the checksum behind. */
#define FRAME_HEAD 2
#define FRAME_TAIL 4

/* Smaller columns are never packed: zstd's own header takes a dozen bytes, its work microseconds, and what is
 * sent at once is small. */
static const size_t min_packed[] = {
  [COQUILL_PACKING_FAST] = 256,
  [COQUILL_PACKING_COMPACT] = 48,
  [COQUILL_PACKING_LARGE] = 1 << 20,
};

/* What packs a column well takes time: level 19 a third of a microsecond a byte, level 16 a third of that,
 * level 12 a tenth of that. So that packing takes about as long whatever the size, larger columns get lower
 * levels. */
static const struct
{
  size_t size;
  int level;
} compact_levels[] = {
  { 64 << 10, 19 }, { 640 << 10, 16 }, { 2 << 20, 12 }, { 8 << 20, 6 }, { SIZE_MAX, 3 },
};

#define FAST_LEVEL 3

static int
choose_level (CoquillPacking packing, size_t size)
{
  unsigned i = 0;

  if (packing != COQUILL_PACKING_COMPACT)
    return FAST_LEVEL;
  while (size > compact_levels[i].size)
    i++;
  return compact_levels[i].level;
}

/* Packs a column if that pays; otherwise @packed stays empty. */
static bool
pack (ZSTD_CCtx **context, const CoquillBuffer *plain, CoquillPacking packing, CoquillBuffer *packed)
{
  if (plain->length < min_packed[packing])
    return true;
  if (*context == NULL)
    *context = ZSTD_createCCtx ();

  size_t bound = ZSTD_compressBound (plain->length);
  uint8_t *end = *context != NULL ? coquill_buffer_reserve (packed, bound) : NULL;

  if (end == NULL)
    return false;

  size_t size = ZSTD_compressCCtx (*context, end, bound, plain->data, plain->length,
                                   choose_level (packing, plain->length));

  if (ZSTD_isError (size))
    return false;
  if (size < plain->length)
    packed->length = size;
  return true;
}

/* Packed columns, or the plain ones where that isn't smaller. */
static bool
pack_all (const CoquillBuffer *columns, unsigned n, CoquillPacking packing, CoquillBuffer *packed)
{
  ZSTD_CCtx *context = NULL;
  bool good = true;

  for (unsigned i = 0; i < n; i++)
    good = good && pack (&context, &columns[i], packing, &packed[i]);
  ZSTD_freeCCtx (context);
  return good;
}

static bool
append_all (
    const CoquillBuffer *columns, unsigned n, const CoquillBuffer *packed, size_t size, CoquillBuffer *out)
{
  uint8_t *start = coquill_buffer_reserve (out, size + (1 + 2 * n) * COQUILL_VARINT_MAX_BYTES), *end = start;
  uint64_t mask = 0;

  if (start == NULL)
    return false;
  for (unsigned i = 0; i < n; i++)
    mask |= (uint64_t)(columns[i].length > 0) << i;
  end = coquill_varint_write (end, mask);
  for (unsigned i = 0; i < n; i++)
    if (columns[i].length > 0)
      {
        size_t packed_size = packed != NULL ? packed[i].length : 0;

        end = coquill_varint_write (end, (uint64_t)columns[i].length << 1 | (packed_size > 0));
        if (packed_size > 0)
          end = coquill_varint_write (end, packed_size);
      }
  for (unsigned i = 0; i < n; i++)
    if (columns[i].length > 0)
      {
        const CoquillBuffer *column = packed != NULL && packed[i].length > 0 ? &packed[i] : &columns[i];

        memcpy (end, column->data, column->length);
        end += column->length;
      }
  out->length += (size_t)(end - start);
  return true;
}

bool
coquill_columns_append (const CoquillBuffer *columns, unsigned n, CoquillPacking packing, CoquillBuffer *out)
{
  size_t size = 0;
  bool any = false, good;

  assert (n <= COQUILL_COLUMNS_MAX);
  for (unsigned i = 0; i < n; i++)
    {
      if (columns[i].failed)
        return false;
      size += columns[i].length;
      any = any || columns[i].length >= min_packed[packing];
    }
  if (!any)
    return append_all (columns, n, NULL, size, out);

  CoquillBuffer packed[COQUILL_COLUMNS_MAX] = { 0 };

  good = pack_all (columns, n, packing, packed) && append_all (columns, n, packed, size, out);
  for (unsigned i = 0; i < n; i++)
    coquill_buffer_clear (&packed[i]);
  return good;
}

static bool
read_sizes (CoquillColumn *self,
            unsigned number,
            size_t limit,
            size_t budget,
            CoquillReader *reader,
            CoquillTextError *error)
{
  uint64_t head = coquill_reader_varint (reader);
  uint64_t size = head >> 1;
  uint64_t packed_size = head & 1 ? coquill_reader_varint (reader) : 0;

  if (reader->failed || size == 0 || ((head & 1) != 0 && packed_size == 0)
      || packed_size > coquill_reader_left (reader))
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "bad size of column %u", number);
  if (size > limit || size > budget)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_TOO_LARGE, "column %u is too large", number);
  self->size = size;
  self->packed_size = packed_size;
  return true;
}

bool
coquill_columns_read (CoquillColumns *self,
                      unsigned n,
                      const size_t *limits,
                      size_t budget,
                      CoquillReader *reader,
                      CoquillTextError *error)
{
  uint64_t mask = coquill_reader_varint (reader);

  assert (n <= COQUILL_COLUMNS_MAX);
  if (mask >> n != 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "unknown columns");

  self->mask = (uint32_t)mask;
  self->total = 0;
  self->context = NULL;
  for (unsigned i = 0; i < n; i++)
    if (mask >> i & 1)
      {
        if (!read_sizes (&self->columns[i], i, limits[i], budget - self->total, reader, error))
          return false;
        self->total += self->columns[i].size;
      }
    else
      self->columns[i].size = 0;
  for (unsigned i = 0; i < n; i++)
    if (mask >> i & 1)
      {
        CoquillColumn *column = &self->columns[i];

        column->bytes
            = coquill_reader_bytes (reader, column->packed_size > 0 ? column->packed_size : column->size);
      }
  if (reader->failed || coquill_reader_left (reader) > 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "columns do not end where they should");
  return true;
}

bool
coquill_columns_unpack (CoquillColumns *self, unsigned number, uint8_t *plain, CoquillTextError *error)
{
  const CoquillColumn *column = &self->columns[number];

  if (column->size == 0)
    return true;
  if (column->packed_size == 0)
    {
      memcpy (plain, column->bytes, column->size);
      return true;
    }
  if (self->context == NULL)
    self->context = ZSTD_createDCtx ();
  if (self->context == NULL)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_NO_MEMORY, "no memory to unpack with");
  if (ZSTD_getFrameContentSize (column->bytes, column->packed_size) != column->size
      || ZSTD_decompressDCtx (self->context, plain, column->size, column->bytes, column->packed_size)
             != column->size)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "column %u cannot be unpacked",
                                   number);
  return true;
}

void
coquill_columns_clear (CoquillColumns *self)
{
  if (self->context != NULL)
    ZSTD_freeDCtx (self->context);
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
