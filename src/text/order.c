/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.c: changes of the order. */

#include "text/order-private.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

CoquillOrder *
coquill_order_new (void)
{
  CoquillOrder *self = coquill_allocate (sizeof *self);

  self->leaf = coquill_order_leaf_new ();
  self->root = self->leaf;
  self->first = self->leaf;
  self->last = self->leaf;
  return self;
}

/* Recursion is bounded by the height. */
static void
free_nodes (void *node, unsigned height)
{
  if (height > 0)
    for (unsigned i = 0; i < ((CoquillOrderNode *)node)->n_children; i++)
      free_nodes (((CoquillOrderNode *)node)->children[i], height - 1);
  free (node);
}

void
coquill_order_free (CoquillOrder *self)
{
  if (self == NULL)
    return;
  free_nodes (self->root, self->height);
  coquill_order_index_free (self->ids);
  free (self);
}

uint64_t
coquill_order_width (const CoquillOrder *self)
{
  return self->width + (self->leaf_width - self->leaf->width);
}

size_t
coquill_order_n_spans (const CoquillOrder *self)
{
  return self->n_spans;
}

static inline void
put_in_index (CoquillOrder *self, CoquillId id, uint32_t length)
{
  if (self->ids != NULL)
    coquill_order_index_set (self->ids, id, length, self->leaf);
}

/* Takes in hand the span with the visible character at position - 1. Returns how many of the span's
 * characters lie before the position. */
static inline uint32_t
seek (CoquillOrder *self, uint64_t position)
{
  const CoquillOrderSpan *spans;
  uint64_t within, start;
  unsigned i;

  if (position - 1 - self->before >= self->leaf_width)
    coquill_order_reach (self, position);

  spans = self->leaf->spans;
  within = position - self->before;
  start = self->span_start;
  i = self->span;
  if (within <= start)
    do
      start -= coquill_order_span_width (&spans[--i]);
    while (within <= start);
  else
    for (uint32_t width; within - start > (width = coquill_order_span_width (&spans[i])); i++)
      start += width;
  self->span = i;
  self->span_start = start;
  return (uint32_t)(within - start);
}

CoquillOrderPlace
coquill_order_start (const CoquillOrder *self)
{
  return (CoquillOrderPlace){ self->first, 0, 0 };
}

CoquillOrderPlace
coquill_order_end (const CoquillOrder *self)
{
  return (CoquillOrderPlace){ self->last, self->last->n_spans, 0 };
}

CoquillOrderPlace
coquill_order_find (CoquillOrder *self, uint64_t position)
{
  uint32_t within = seek (self, position + 1);

  return (CoquillOrderPlace){ self->leaf, self->span, within - 1 };
}

CoquillOrderPlace
coquill_order_find_behind (CoquillOrder *self, uint64_t position)
{
  CoquillOrderPlace place;

  if (position == 0)
    return coquill_order_start (self);
  place = (CoquillOrderPlace){ .offset = seek (self, position) };
  place.leaf = self->leaf;
  place.index = self->span;
  if (place.offset == place.leaf->spans[place.index].length)
    coquill_order_next (&place);
  return place;
}

/* Opens the leaf in hand for one or two spans behind a span, which isn't before the hand's. Returns the span,
 * which may have moved; what is behind it is to be filled. */
static inline CoquillOrderSpan *
open_behind (CoquillOrder *self, unsigned *index, unsigned n_spans)
{
  CoquillOrderSpan *span;
  unsigned behind;

  if (self->leaf->n_spans + n_spans > COQUILL_ORDER_LEAF_SPANS)
    *index = coquill_order_split (self, *index);
  span = &self->leaf->spans[*index];
  behind = self->leaf->n_spans - *index - 1;
  self->leaf->n_spans += n_spans;
  self->n_spans += n_spans;
  /* Nobody can guess how many there are; in blocks it is mostly the same number of steps. */
  for (CoquillOrderSpan *from = span + 1 + ((behind + 3) & ~3U); from > span + 1; from -= 4)
    {
      CoquillOrderSpan block[4];

      memcpy (block, from - 4, sizeof block);
      memcpy (from - 4 + n_spans, block, sizeof block);
    }
  return span;
}

static inline void
close_span (CoquillOrder *self, unsigned index)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *spans = &leaf->spans[index];

  leaf->n_spans--;
  self->n_spans--;
  memmove (spans, spans + 1, (leaf->n_spans - index) * sizeof *spans);
}

/* Joins a span with the next if they belong together. */
static inline void
join_with_next (CoquillOrder *self, unsigned index)
{
  CoquillOrderSpan *span = &self->leaf->spans[index];

  if (index + 1 < self->leaf->n_spans && coquill_order_follows (span, span + 1))
    {
      span->length += span[1].length;
      close_span (self, index + 1);
      coquill_order_shrink (self);
    }
}

/* The next edit is most likely in or behind what was just put in. */
static inline void
move_on (CoquillOrder *self, unsigned index)
{
  if (self->span + 1 == index)
    {
      self->span_start += coquill_order_span_width (&self->leaf->spans[self->span]);
      self->span++;
    }
}

/* Puts characters into the leaf in hand, directly behind the first @offset, at least 1, of a span, which isn't
 * before the hand's. */
static inline void
insert_behind (CoquillOrder *self, unsigned index, uint32_t offset, CoquillId id, uint32_t length)
{
  CoquillOrderSpan *span = &self->leaf->spans[index];
  CoquillOrderSpan new = { id, length, 0 };
  CoquillOrderSpan tail = { span->id + offset, span->length - offset, span->standing };

  if (tail.length == 0)
    {
      if (coquill_order_follows (span, &new))
        {
          span->length += length;
          self->leaf_width += length;
          put_in_index (self, id, length);
          join_with_next (self, index);
          return;
        }
      if (index + 1 == COQUILL_ORDER_LEAF_SPANS && self->leaf == self->last)
        {
          coquill_order_append (self, id, length, 0);
          return;
        }
    }

  /* Without a tail, the new span takes its place. */
  span = open_behind (self, &index, tail.length > 0 ? 2 : 1);
  span->length = offset;
  span[tail.length > 0 ? 2 : 1] = tail;
  span[1] = new;
  move_on (self, index + 1);
  self->leaf_width += length;
  put_in_index (self, id, length);
  join_with_next (self, index + 1);
}

/* Puts characters in front of everything in the leaf in hand. */
static void
insert_in_front (CoquillOrder *self, CoquillId id, uint32_t length)
{
  unsigned index = 0;
  CoquillOrderSpan *span = self->leaf->spans;

  self->span = 0;
  self->span_start = 0;
  if (self->leaf->n_spans > 0)
    {
      span = open_behind (self, &index, 1);
      span[1] = span[0];
    }
  else
    {
      self->leaf->n_spans = 1;
      self->n_spans++;
    }
  span[0] = (CoquillOrderSpan){ id, length, 0 };
  self->leaf_width += length;
  put_in_index (self, id, length);
  join_with_next (self, 0);
}

/* Takes a leaf in hand in which something is about to change behind a span, so that the hand's isn't behind
 * that. */
static inline void
hold (CoquillOrder *self, CoquillOrderLeaf *leaf, unsigned index)
{
  if (self->leaf != leaf)
    coquill_order_take (self, leaf, COQUILL_ORDER_UNKNOWN);
  while (self->span > index)
    self->span_start -= coquill_order_span_width (&leaf->spans[--self->span]);
}

static void
insert_at (CoquillOrder *self, uint64_t position, CoquillId id, uint32_t length)
{
  uint32_t offset;

  if (position == 0)
    {
      coquill_order_take (self, self->first, 0);
      insert_in_front (self, id, length);
      return;
    }
  offset = seek (self, position);
  insert_behind (self, self->span, offset, id, length);
}

void
coquill_order_insert_at (CoquillOrder *self, uint64_t position, CoquillId id, uint64_t length)
{
  while (length > COQUILL_ORDER_MAX_LENGTH)
    {
      insert_at (self, position, id, COQUILL_ORDER_MAX_LENGTH);
      position += COQUILL_ORDER_MAX_LENGTH;
      id += COQUILL_ORDER_MAX_LENGTH;
      length -= COQUILL_ORDER_MAX_LENGTH;
    }
  if (length > 0)
    insert_at (self, position, id, (uint32_t)length);
}

void
coquill_order_insert (CoquillOrder *self, const CoquillOrderPlace *place, CoquillId id, uint64_t length)
{
  CoquillOrderLeaf *leaf = place->leaf;
  unsigned index = place->index;
  uint32_t offset = place->offset;
  uint64_t position = 0;
  uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;
  CoquillOrderSpan new = { id, piece, 0 };

  if (length == 0)
    return;
  if (piece < length)
    position = coquill_order_position (self, place);

  if (offset == 0 && index == 0 && leaf->previous != NULL
      && coquill_order_follows (&leaf->previous->spans[leaf->previous->n_spans - 1], &new))
    {
      leaf = leaf->previous;
      index = leaf->n_spans;
    }
  if (offset == 0 && index > 0)
    {
      index--;
      offset = leaf->spans[index].length;
    }
  hold (self, leaf, index);
  if (offset == 0)
    insert_in_front (self, id, piece);
  else
    insert_behind (self, index, offset, id, piece);

  if (piece < length)
    coquill_order_insert_at (self, position + piece, id + piece, length - piece);
}

void
coquill_order_append (CoquillOrder *self, CoquillId id, uint64_t length, uint32_t standing)
{
  while (length > 0)
    {
      uint32_t piece = length < COQUILL_ORDER_MAX_LENGTH ? (uint32_t)length : COQUILL_ORDER_MAX_LENGTH;
      CoquillOrderSpan new = { id, piece, standing };
      CoquillOrderLeaf *last = self->last;

      if (self->leaf != last)
        {
          coquill_order_tell (self);
          coquill_order_take (self, last, self->width - last->width);
        }
      if (last->n_spans > 0 && coquill_order_follows (&last->spans[last->n_spans - 1], &new))
        last->spans[last->n_spans - 1].length += piece;
      else
        {
          if (last->n_spans == COQUILL_ORDER_LEAF_SPANS)
            coquill_order_add_leaf (self);
          self->leaf->spans[self->leaf->n_spans++] = new;
          self->n_spans++;
        }
      self->leaf_width += coquill_order_span_width (&new);
      put_in_index (self, id, piece);
      id += piece;
      length -= piece;
    }
}

/* Sets the state of all characters of a span of the leaf in hand. */
static void
mark_whole (CoquillOrder *self, unsigned index, uint32_t standing)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *span = &leaf->spans[index];
  unsigned n_spans = leaf->n_spans;

  span->standing = standing;
  if (index + 1 < n_spans && coquill_order_follows (span, span + 1))
    {
      span->length += span[1].length;
      close_span (self, index + 1);
    }
  if (index > 0 && coquill_order_follows (span - 1, span))
    {
      span[-1].length += span->length;
      close_span (self, index);
    }
  if (leaf->n_spans != n_spans)
    coquill_order_shrink (self);
}

/* Sets the state of characters of a span of the leaf in hand. The hand's span is the same only if that is the
 * leaf's first, or if visible ones that aren't the whole span get a deletion; else it is before. */
static inline void
mark (CoquillOrder *self, unsigned index, uint32_t offset, uint32_t length, uint32_t standing)
{
  CoquillOrderSpan *span = &self->leaf->spans[index];
  uint32_t rest = span->length - offset - length;

  CoquillOrderSpan new, tail;
  uint64_t by = (standing == 0 ? length : 0) - (uint64_t)(span->standing == 0 ? length : 0);

  if (span->standing == standing)
    return;
  if (offset == 0 && rest == 0)
    {
      self->leaf_width += by;
      mark_whole (self, index, standing);
      return;
    }

  new = (CoquillOrderSpan){ span->id + offset, length, standing };
  tail = (CoquillOrderSpan){ new.id + length, rest, span->standing };
  self->leaf_width += by;
  if (offset == 0 && index > 0 && coquill_order_follows (span - 1, &new))
    {
      span[-1].length += length;
      *span = tail;
    }
  else if (rest == 0 && index + 1 < self->leaf->n_spans && coquill_order_follows (&new, span + 1))
    {
      span[1].id = new.id;
      span[1].length += length;
      span->length = offset;
    }
  else
    {
      unsigned n_spans = (offset > 0) + (rest > 0);

      /* Room is made by what the spans say. */
      self->leaf_width -= by;
      span = open_behind (self, &index, n_spans);
      self->leaf_width += by;
      /* What is new takes the place of an end that doesn't remain. */
      span->length = offset;
      span[n_spans] = tail;
      span[offset > 0] = new;
    }
}

/* Marks, from the hand's span on, whole visible spans of the leaf in hand as deleted, as long as they have no
 * more than @count characters. Returns how many characters that were. */
static uint64_t
delete_spans (CoquillOrder *self, uint64_t count, CoquillOrderFunc func, void *data)
{
  CoquillOrderLeaf *leaf = self->leaf;
  CoquillOrderSpan *spans = leaf->spans;
  unsigned n_spans = leaf->n_spans;
  unsigned from = self->span, to = from; /* what is joined leaves a gap */
  uint64_t rest = count;

  while (from < n_spans && rest > 0)
    {
      CoquillOrderSpan span = spans[from];

      if (span.standing == 0)
        {
          if (span.length > rest)
            break;
          if (func != NULL)
            func (span.id, span.length, data);
          rest -= span.length;
          span.standing = 1;
        }
      if (to > 0 && coquill_order_follows (&spans[to - 1], &span))
        spans[to - 1].length += span.length;
      else
        spans[to++] = span;
      from++;
    }
  self->leaf_width += rest - count;

  if (from < n_spans && coquill_order_follows (&spans[to - 1], &spans[from]))
    spans[to - 1].length += spans[from++].length;
  if (to < from)
    {
      memmove (&spans[to], &spans[from], (n_spans - from) * sizeof *spans);
      leaf->n_spans -= from - to;
      self->n_spans -= from - to;
      /* Then the last span was joined with the one before, which has no width either. */
      if (self->span == leaf->n_spans)
        self->span--;
      coquill_order_shrink (self);
    }
  return count - rest;
}

void
coquill_order_delete_at (
    CoquillOrder *self, uint64_t position, uint64_t count, CoquillOrderFunc func, void *data)
{
  while (count > 0)
    {
      uint32_t offset = seek (self, position + 1) - 1;
      const CoquillOrderSpan *span = &self->leaf->spans[self->span];
      uint32_t length = span->length - offset;

      if (offset == 0 && length <= count)
        {
          count -= delete_spans (self, count, func, data);
          continue;
        }
      if (length > count)
        length = (uint32_t)count;
      if (func != NULL)
        func (span->id + offset, length, data);
      mark (self, self->span, offset, length, 1);
      count -= length;
    }
}

void
coquill_order_set_standing (CoquillOrder *self,
                            const CoquillOrderPlace *place,
                            uint32_t length,
                            uint32_t standing)
{
  if (length == 0)
    return;
  hold (self, place->leaf, place->index > 0 ? place->index - 1 : 0);
  mark (self, place->index, place->offset, length, standing);
}

void
coquill_order_remove (CoquillOrder *self, const CoquillOrderPlace *place, uint32_t length)
{
  unsigned index = place->index;
  CoquillOrderSpan *span = &place->leaf->spans[index];
  uint32_t rest = span->length - place->offset - length;

  if (length == 0)
    return;
  hold (self, place->leaf, index > 0 ? index - 1 : 0);
  if (place->offset > 0 && rest > 0)
    {
      span = open_behind (self, &index, 1);
      span[1] = (CoquillOrderSpan){ span->id + place->offset + length, rest, span->standing };
      span->length = place->offset + length;
      rest = 0;
    }
  if (self->ids != NULL)
    coquill_order_index_set (self->ids, span->id + place->offset, length, NULL);
  if (span->standing == 0)
    self->leaf_width -= length;

  if (place->offset == 0 && rest == 0)
    {
      close_span (self, index);
      if (index > 0)
        join_with_next (self, index - 1);
      coquill_order_shrink (self);
    }
  else if (place->offset == 0)
    {
      span->id += length;
      span->length = rest;
    }
  else
    span->length = place->offset;
}
