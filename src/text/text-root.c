/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-root.c: whether the history that a loaded text was given is the one of its snapshot. */

#include <string.h>

#include "text/text-private.h"

/* Whether a history has the characters of a span, with the same text. */
static bool
has_span (const CoquillGraph *history, const CoquillBaseSpan *span, const char *text)
{
  CoquillId id = span->id;
  uint64_t left = span->length;
  size_t bytes = span->bytes;

  while (left > 0)
    {
      uint64_t version = coquill_graph_version_of (history, id, NULL);
      CoquillGraphPiece piece;

      coquill_graph_piece (history, coquill_graph_find_operation (history, version), version, version + left,
                           &piece);
      if (piece.kind != COQUILL_OPERATION_INSERT || piece.content_length > bytes
          || memcmp (&history->content[piece.content_offset], text, piece.content_length) != 0)
        return false;
      text += piece.content_length;
      bytes -= piece.content_length;
      id += piece.length;
      left -= piece.length;
    }
  return bytes == 0;
}

bool
coquill_text_has_base (const CoquillText *self, const CoquillGraph *history)
{
  const char *text = coquill_base_text (self->base);
  size_t n_spans;
  const CoquillBaseSpan *spans = coquill_base_spans (self->base, &n_spans);

  for (size_t i = 0; i < n_spans; i++)
    if (!has_span (history, &spans[i], text + spans[i].offset))
      return false;
  return true;
}

/* Goes on to the next visible characters. Returns: false at the end */
static bool
find_visible (CoquillOrderPlace *place)
{
  while (coquill_order_standing (place) > 0 && coquill_order_next (place))
    ;
  return coquill_order_rest (place) > 0;
}

/* Goes on in a span. */
static void
skip (CoquillOrderPlace *place, uint32_t length)
{
  if (length < coquill_order_rest (place))
    place->offset += length;
  else
    coquill_order_next (place);
}

/* Whether the same characters are visible. */
static bool
is_same_text (CoquillOrder *a, CoquillOrder *b)
{
  CoquillOrderPlace here = coquill_order_start (a), there = coquill_order_start (b);

  for (;;)
    {
      bool any = find_visible (&here);
      uint32_t length;

      if (find_visible (&there) != any)
        return false;
      if (!any)
        return true;
      if (coquill_order_id (&here) != coquill_order_id (&there))
        return false;
      length = coquill_order_rest (&here);
      if (length > coquill_order_rest (&there))
        length = coquill_order_rest (&there);
      skip (&here, length);
      skip (&there, length);
    }
}

bool
coquill_text_go_to_root (CoquillText *self)
{
  uint64_t end = self->walker->end;
  CoquillWalker *walker;

  if (self->base == NULL)
    return true;
  if (!coquill_text_has_history (self))
    return false;
  walker = coquill_walker_new (self->graph, NULL);
  if (!coquill_walker_walk (walker, end, NULL, NULL) || !is_same_text (walker->order, self->walker->order))
    {
      coquill_walker_free (walker);
      return false;
    }
  coquill_walker_free (self->walker);
  coquill_base_free (self->base);
  self->base = NULL;
  self->walker = walker;
  return true;
}
