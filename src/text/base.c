/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base.c: finding characters in a snapshot's text. */

#include "text/base.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/utf8.h"

typedef struct
{
  CoquillId id;
  size_t index;
} Entry;

CoquillBase *
coquill_base_new (size_t n_spans, size_t n_heads, char *text, size_t n_bytes)
{
  CoquillBase *self = coquill_allocate (sizeof *self);

  self->spans = coquill_allocate ((n_spans + 1) * sizeof *self->spans);
  self->order = coquill_allocate ((n_spans + 1) * sizeof *self->order);
  self->n_spans = n_spans;
  self->text = text;
  self->n_bytes = n_bytes;
  self->heads = coquill_allocate ((n_heads + 1) * sizeof *self->heads);
  self->n_heads = n_heads;
  return self;
}

void
coquill_base_free (CoquillBase *self)
{
  if (self == NULL)
    return;
  free (self->spans);
  free (self->order);
  free (self->text);
  free (self->heads);
  free (self);
}

void
coquill_base_drop_text (CoquillBase *self)
{
  free (self->text);
  self->text = NULL;
}

static int
compare_entries (const void *a, const void *b)
{
  CoquillId id_a = ((const Entry *)a)->id, id_b = ((const Entry *)b)->id;

  return id_a < id_b ? -1 : id_a > id_b;
}

void
coquill_base_index (CoquillBase *self)
{
  Entry *entries = coquill_allocate ((self->n_spans + 1) * sizeof *entries);
  size_t offset = 0;

  for (size_t i = 0; i < self->n_spans; i++)
    {
      CoquillBaseSpan *span = &self->spans[i];

      span->offset = offset;
      span->bytes = coquill_utf8_offset (&self->text[offset], self->n_bytes - offset, span->length);
      offset += span->bytes;
      entries[i] = (Entry){ span->id, i };
    }
  qsort (entries, self->n_spans, sizeof *entries, compare_entries);
  for (size_t i = 0; i < self->n_spans; i++)
    self->order[i] = entries[i].index;
  free (entries);
}

const char *
coquill_base_content (const CoquillBase *self, CoquillId id, uint64_t *length, size_t *n_bytes)
{
  size_t low = 0, high = self->n_spans;
  const CoquillBaseSpan *span;
  uint64_t skip;
  size_t offset;

  while (high - low > 1)
    {
      size_t middle = low + (high - low) / 2;

      if (self->spans[self->order[middle]].id <= id)
        low = middle;
      else
        high = middle;
    }
  if (low == self->n_spans)
    return NULL;
  span = &self->spans[self->order[low]];
  skip = id - span->id;
  if (skip >= span->length)
    return NULL;

  offset = coquill_utf8_offset (&self->text[span->offset], span->bytes, skip);
  if (*length >= span->length - skip)
    {
      *length = span->length - skip;
      *n_bytes = span->bytes - offset;
    }
  else
    *n_bytes = coquill_utf8_offset (&self->text[span->offset + offset], span->bytes - offset, *length);
  return &self->text[span->offset + offset];
}
