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

/* Smaller columns are never packed: zstd's own header takes a dozen bytes, its work microseconds. What is
 * sent at once is merged at once, and goes in one datagram or two whether packed or not. */
static const size_t min_packed[] = {
  [COQUILL_PACKING_FAST] = 1024,
  [COQUILL_PACKING_COMPACT] = 48,
  [COQUILL_PACKING_LARGE] = 1 << 18,
};

/* How hard to try. The more there is the less, so that packing takes some 30 ms at most up to a few megabytes
 * (where U of tests/bench is 0.25 ms). The last per cent of a text would take most of the time, and is made
 * of short matches, each of which takes as long to unpack as ten bytes: so none is shorter than five or six.
 */
typedef struct
{
  size_t size; /* of columns up to that */
  int level;
  int strategy; /* 0: all as the level has it */
  int min_match;
  int search_log;
} Effort;

static const Effort text_efforts[] = {
  { .size = 128 << 10, .level = 16, .strategy = ZSTD_btopt, .min_match = 6, .search_log = 5 },
  { .size = 384 << 10, .level = 16, .strategy = ZSTD_btlazy2, .min_match = 5, .search_log = 5 },
  { .size = 1 << 20, .level = 12, .strategy = ZSTD_lazy2, .min_match = 5, .search_log = 5 },
  { .size = 4 << 20, .level = 6 },
  { .size = SIZE_MAX, .level = 3 },
};

static const Effort number_efforts[] = {
  { .size = 16 << 10, .level = 16, .strategy = ZSTD_btopt, .min_match = 6, .search_log = 5 },
  { .size = 64 << 10, .level = 16, .strategy = ZSTD_btopt, .min_match = 6, .search_log = 4 },
  { .size = 512 << 10, .level = 12, .strategy = ZSTD_lazy2, .min_match = 6, .search_log = 5 },
  { .size = SIZE_MAX, .level = 3 },
};

static const Effort fast_effort = { .level = 3 };

static bool
set_effort (ZSTD_CCtx *context, const Effort *effort)
{
  bool good = !ZSTD_isError (ZSTD_CCtx_reset (context, ZSTD_reset_session_and_parameters))
              && !ZSTD_isError (ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel, effort->level));

  if (good && effort->strategy != 0)
    good = !ZSTD_isError (ZSTD_CCtx_setParameter (context, ZSTD_c_strategy, effort->strategy))
           && !ZSTD_isError (ZSTD_CCtx_setParameter (context, ZSTD_c_searchLog, effort->search_log))
           && !ZSTD_isError (ZSTD_CCtx_setParameter (context, ZSTD_c_minMatch, effort->min_match));
  return good;
}

/* Packs a column if that pays; otherwise @packed stays empty. */
static bool
pack (ZSTD_CCtx **context,
      const CoquillBuffer *plain,
      bool is_text,
      CoquillPacking packing,
      CoquillBuffer *packed)
{
  const Effort *effort = is_text ? text_efforts : number_efforts;

  if (plain->length < min_packed[packing])
    return true;
  while (plain->length > effort->size)
    effort++;
  if (*context == NULL)
    *context = ZSTD_createCCtx ();

  size_t bound = ZSTD_compressBound (plain->length);
  uint8_t *end = *context != NULL ? coquill_buffer_reserve (packed, bound) : NULL;

  if (end == NULL || !set_effort (*context, packing == COQUILL_PACKING_COMPACT ? effort : &fast_effort))
    return false;

  size_t size = ZSTD_compress2 (*context, end, bound, plain->data, plain->length);

  if (ZSTD_isError (size))
    return false;
  if (size < plain->length - plain->length / 8)
    packed->length = size;
  return true;
}

/* Before a column is unpacked zstd makes its tables, some microseconds: those that save least stay as they
 * are, while all that isn't saved is at most one byte of so many. */
#define WORTH_PACKING 40

static void
drop_least (const CoquillBuffer *columns, unsigned n, CoquillBuffer *packed)
{
  size_t left = 0;

  for (unsigned i = 0; i < n; i++)
    left += packed[i].length > 0 ? packed[i].length : columns[i].length;
  left /= WORTH_PACKING;
  for (;;)
    {
      unsigned least = n;
      size_t saved = left + 1;

      for (unsigned i = 0; i < n; i++)
        if (packed[i].length > 0 && columns[i].length - packed[i].length < saved)
          {
            least = i;
            saved = columns[i].length - packed[i].length;
          }
      if (least == n)
        return;
      packed[least].length = 0;
      left -= saved;
    }
}

/* Packed columns, or the plain ones where that isn't worth while. */
static bool
pack_all (
    const CoquillBuffer *columns, unsigned n, unsigned text, CoquillPacking packing, CoquillBuffer *packed)
{
  ZSTD_CCtx *context = NULL;
  bool good = true;

  for (unsigned i = 0; i < n; i++)
    good = good && pack (&context, &columns[i], i == text, packing, &packed[i]);
  ZSTD_freeCCtx (context);
  if (good)
    drop_least (columns, n, packed);
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
coquill_columns_append (
    const CoquillBuffer *columns, unsigned n, unsigned text, CoquillPacking packing, CoquillBuffer *out)
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

  good = pack_all (columns, n, text, packing, packed) && append_all (columns, n, packed, size, out);
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
  bool packed = false;

  assert (n <= COQUILL_COLUMNS_MAX);
  if (mask >> n != 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED, "unknown columns");

  self->mask = (uint32_t)mask;
  self->total = 0;
  self->context = NULL;
  for (unsigned i = 0; i < n; i++)
    self->columns[i].size = 0;
  for (uint64_t left = mask; left != 0; left &= left - 1)
    {
      unsigned i = (unsigned)__builtin_ctzll (left);

      if (!read_sizes (&self->columns[i], i, limits[i], budget - self->total, reader, error))
        return false;
      self->total += self->columns[i].size;
      packed = packed || self->columns[i].packed_size > 0;
    }
  self->plain = packed ? NULL : reader->next;
  for (uint64_t left = mask; left != 0; left &= left - 1)
    {
      CoquillColumn *column = &self->columns[__builtin_ctzll (left)];

      column->bytes
          = coquill_reader_bytes (reader, column->packed_size > 0 ? column->packed_size : column->size);
    }
  if (reader->failed || coquill_reader_left (reader) > 0)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_MALFORMED,
                                   "columns do not end where they should");
  return true;
}

/* A context that nobody uses. To make one takes longer than to unpack a little change: zstd then asks the
 * processor what it can, at which a virtual machine stops to answer for it. So one is kept as long as the
 * program runs, 95 KB; who finds it taken, by another thread, makes his own. A context is good for any frame,
 * also behind one that was malformed. */
static ZSTD_DCtx *spare_context;

static ZSTD_DCtx *
take_context (void)
{
  ZSTD_DCtx *context = __atomic_exchange_n (&spare_context, NULL, __ATOMIC_ACQUIRE);

  return context != NULL ? context : ZSTD_createDCtx ();
}

static void
give_back_context (ZSTD_DCtx *context)
{
  ZSTD_freeDCtx (__atomic_exchange_n (&spare_context, context, __ATOMIC_ACQ_REL));
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
    self->context = take_context ();
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
    give_back_context (self->context);
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
