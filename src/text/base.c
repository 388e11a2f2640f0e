/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base.c: finding characters in a snapshot's text. */

#include "text/base.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/snapshot.h"
#include "text/utf8.h"

struct CoquillBaseContent
{
  uint8_t *bytes; /* (nullable): the snapshot, encoded */
  size_t n_bytes;

  CoquillSnapshot
      *snapshot;          /* (nullable): decoded, when somebody has asked; may borrow its text from @bytes */
  CoquillBaseSpan *spans; /* its spans, ascending by id */
};

CoquillBase *
coquill_base_new (const uint8_t *bytes, size_t n_bytes, size_t n_heads)
{
  CoquillBase *self = coquill_allocate (sizeof *self);

  self->heads = coquill_allocate ((n_heads + 1) * sizeof *self->heads);
  self->n_heads = n_heads;
  self->content = coquill_allocate (sizeof *self->content);
  self->content->bytes = malloc (n_bytes);
  if (self->content->bytes == NULL)
    coquill_out_of_memory ();
  memcpy (self->content->bytes, bytes, n_bytes);
  self->content->n_bytes = n_bytes;
  return self;
}

void
coquill_base_free (CoquillBase *self)
{
  if (self == NULL)
    return;
  coquill_base_drop_content (self);
  free (self->content);
  free (self->heads);
  free (self);
}

void
coquill_base_drop_content (CoquillBase *self)
{
  coquill_snapshot_free (self->content->snapshot);
  free (self->content->spans);
  free (self->content->bytes);
  *self->content = (CoquillBaseContent){ 0 };
}

static int
compare_spans (const void *a, const void *b)
{
  CoquillId id_a = ((const CoquillBaseSpan *)a)->id, id_b = ((const CoquillBaseSpan *)b)->id;

  return id_a < id_b ? -1 : id_a > id_b;
}

/* What was decoded once can be decoded again, unless there is no memory. */
static void
unpack (CoquillBaseContent *self)
{
  size_t offset = 0;

  self->snapshot = coquill_snapshot_decode (self->bytes, self->n_bytes, NULL);
  if (self->snapshot == NULL)
    coquill_out_of_memory ();
  self->spans = coquill_allocate ((self->snapshot->n_spans + 1) * sizeof *self->spans);
  for (size_t i = 0; i < self->snapshot->n_spans; i++)
    {
      const CoquillSnapshotSpan *span = &self->snapshot->spans[i];
      size_t bytes = coquill_utf8_offset (&self->snapshot->text[offset], self->snapshot->text_bytes - offset,
                                          span->length);

      self->spans[i]
          = (CoquillBaseSpan){ coquill_id (span->agent, span->sequence), span->length, offset, bytes };
      offset += bytes;
    }
  qsort (self->spans, self->snapshot->n_spans, sizeof *self->spans, compare_spans);
}

const char *
coquill_base_text (const CoquillBase *self)
{
  if (self->content->snapshot == NULL)
    unpack (self->content);
  return self->content->snapshot->text;
}

const CoquillBaseSpan *
coquill_base_spans (const CoquillBase *self, size_t *n_spans)
{
  coquill_base_text (self);
  *n_spans = self->content->snapshot->n_spans;
  return self->content->spans;
}

const char *
coquill_base_content (const CoquillBase *self, CoquillId id, uint64_t *length, size_t *n_bytes)
{
  const char *text = coquill_base_text (self);
  const CoquillBaseSpan *spans = self->content->spans, *span;
  size_t low = 0, high = self->content->snapshot->n_spans;
  uint64_t skip;
  size_t offset;

  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (spans[middle].id <= id)
        low = middle;
      else
        high = middle;
    }
  if (high == 0)
    return NULL;
  span = &spans[low];
  skip = id - span->id;
  if (skip >= span->length)
    return NULL;

  offset = coquill_utf8_offset (&text[span->offset], span->bytes, skip);
  if (*length >= span->length - skip)
    {
      *length = span->length - skip;
      *n_bytes = span->bytes - offset;
    }
  else
    *n_bytes = coquill_utf8_offset (&text[span->offset + offset], span->bytes - offset, *length);
  return &text[span->offset + offset];
}
