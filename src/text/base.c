/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base.c: finding characters in a snapshot's text. */

#include "text/base.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/utf8.h"

struct CoquillBaseContent
{
  const char *text;
  size_t n_bytes;
  CoquillOrder *order;
  const CoquillGraph *graph;

  CoquillBaseSpan *spans; /* (nullable): ascending by id, when somebody has asked */
  size_t n_spans;
  size_t spans_capacity;
};

CoquillBase *
coquill_base_new (size_t n_heads)
{
  CoquillBase *self = coquill_allocate (sizeof *self);

  self->heads = coquill_allocate ((n_heads + 1) * sizeof *self->heads);
  self->n_heads = n_heads;
  self->content = coquill_allocate (sizeof *self->content);
  return self;
}

void
coquill_base_set_content (
    CoquillBase *self, const char *text, size_t n_bytes, CoquillOrder *order, const CoquillGraph *graph)
{
  *self->content = (CoquillBaseContent){ .text = text, .n_bytes = n_bytes, .order = order, .graph = graph };
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
  free (self->content->spans);
  *self->content = (CoquillBaseContent){ 0 };
}

static int
compare_spans (const void *a, const void *b)
{
  CoquillId id_a = ((const CoquillBaseSpan *)a)->id, id_b = ((const CoquillBaseSpan *)b)->id;

  return id_a < id_b ? -1 : id_a > id_b;
}

/* A span of the order may go on with characters that are newer than the base. */
static void
find_spans (CoquillBaseContent *self)
{
  CoquillOrderPlace place = coquill_order_start (self->order);
  size_t offset = 0;

  do
    {
      CoquillId id = coquill_order_id (&place);
      uint64_t length = coquill_order_rest (&place), below;
      size_t bytes;

      if (length == 0)
        break;
      below = self->graph->agents[coquill_id_agent (id)].base_length;
      if (coquill_id_sequence (id) >= below)
        continue;
      if (length > below - coquill_id_sequence (id))
        length = below - coquill_id_sequence (id);
      bytes = coquill_utf8_offset (&self->text[offset], self->n_bytes - offset, length);
      self->spans = coquill_grow (self->spans, &self->spans_capacity, self->n_spans + 1, sizeof *self->spans);
      self->spans[self->n_spans++] = (CoquillBaseSpan){ id, length, offset, bytes };
      offset += bytes;
    }
  while (coquill_order_next (&place));
  qsort (self->spans, self->n_spans, sizeof *self->spans, compare_spans);
}

const char *
coquill_base_text (const CoquillBase *self)
{
  return self->content->text;
}

const CoquillBaseSpan *
coquill_base_spans (const CoquillBase *self, size_t *n_spans)
{
  if (self->content->spans == NULL && self->content->n_bytes > 0)
    find_spans (self->content);
  *n_spans = self->content->n_spans;
  return self->content->spans;
}

const char *
coquill_base_content (const CoquillBase *self, CoquillId id, uint64_t *length, size_t *n_bytes)
{
  const char *text = self->content->text;
  size_t low = 0, high;
  const CoquillBaseSpan *spans = coquill_base_spans (self, &high), *span;
  uint64_t skip;
  size_t offset;
  bool is_ascii;

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

  is_ascii = span->bytes == span->length;
  offset = is_ascii ? skip : coquill_utf8_offset (&text[span->offset], span->bytes, skip);
  if (*length >= span->length - skip)
    {
      *length = span->length - skip;
      *n_bytes = span->bytes - offset;
    }
  else
    *n_bytes = is_ascii ? *length
                        : coquill_utf8_offset (&text[span->offset + offset], span->bytes - offset, *length);
  return &text[span->offset + offset];
}
