/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-place.c: who wrote what where; anchors; what undo needs to know. */

#include "text/text-private.h"

bool
coquill_text_id_at (CoquillText *self, uint64_t position, CoquillChangeId *id)
{
  CoquillSpanCursor cursor;

  if (position >= coquill_text_length (self))
    return false;
  coquill_text_catch_up (self);
  cursor = coquill_span_tree_find_effect (self->walker->tree, position);
  *id = coquill_change_id (coquill_span_tree_span (&cursor)->id + cursor.offset);
  return true;
}

bool
coquill_text_foreach_span (
    CoquillText *self, uint64_t position, uint64_t count, CoquillTextRangeFunc func, void *data)
{
  CoquillTextRange range = { 0 };
  uint64_t range_position = position;
  CoquillSpanCursor cursor;

  if (count == 0)
    return true;
  coquill_text_catch_up (self);
  cursor = coquill_span_tree_find_effect (self->walker->tree, position);
  while (count > 0)
    {
      const CoquillSpan *span = coquill_span_tree_span (&cursor);

      if (span->effect == 0)
        {
          CoquillId id = span->id + cursor.offset;
          uint64_t here = span->length - cursor.offset;

          if (here > count)
            here = count;
          if (range.length > 0 && coquill_id (range.agent, range.sequence) + range.length == id)
            range.length += here;
          else
            {
              if (range.length > 0 && !func (&range, range_position, data))
                return false;
              range_position += range.length;
              range = (CoquillTextRange){ coquill_id_agent (id), coquill_id_sequence (id), here };
            }
          count -= here;
        }
      coquill_span_tree_next (&cursor);
    }
  return func (&range, range_position, data);
}

/* Finds a character, visible or not. Returns: false if there is none, or it was deleted below a snapshot
 * without history */
static bool
find_character (CoquillText *self, CoquillId id, CoquillSpanCursor *cursor)
{
  const CoquillGraph *graph = self->graph;
  uint64_t version;

  if (!coquill_graph_has (graph, id))
    return false;
  coquill_text_catch_up (self);
  if (coquill_span_tree_find_id (self->walker->tree, id, cursor))
    return true;

  /* It is no insertion, or one that was deleted below the snapshot from which the walker started. */
  version = coquill_graph_version_of (graph, id, NULL);
  if (version >= self->walker->first || version < graph->base
      || graph->operations[coquill_graph_find_operation (graph, version)].kind != COQUILL_OPERATION_INSERT
      || !coquill_text_go_to_root (self))
    return false;
  coquill_text_catch_up (self);
  return coquill_span_tree_find_id (self->walker->tree, id, cursor);
}

CoquillAnchor
coquill_text_anchor (CoquillText *self, uint64_t position, CoquillAnchorKind kind)
{
  CoquillAnchor anchor = { .kind = kind };
  uint64_t length = coquill_text_length (self);
  CoquillChangeId id;

  if (position > length)
    position = length;
  switch (kind)
    {
    case COQUILL_ANCHOR_START:
    case COQUILL_ANCHOR_END:
      return anchor;
    case COQUILL_ANCHOR_BEFORE:
      if (!coquill_text_id_at (self, position, &id))
        return (CoquillAnchor){ .kind = COQUILL_ANCHOR_END };
      break;
    case COQUILL_ANCHOR_AFTER:
      if (position == 0 || !coquill_text_id_at (self, position - 1, &id))
        return (CoquillAnchor){ .kind = COQUILL_ANCHOR_START };
      break;
    }
  anchor.agent = id.agent;
  anchor.sequence = id.sequence;
  return anchor;
}

bool
coquill_text_resolve (CoquillText *self, const CoquillAnchor *anchor, uint64_t *position)
{
  CoquillSpanCursor cursor;

  switch (anchor->kind)
    {
    case COQUILL_ANCHOR_START:
      *position = 0;
      return true;
    case COQUILL_ANCHOR_END:
      *position = coquill_text_length (self);
      return true;
    case COQUILL_ANCHOR_BEFORE:
    case COQUILL_ANCHOR_AFTER:
      if (!find_character (self, coquill_checked_id ((CoquillChangeId){ anchor->agent, anchor->sequence }),
                           &cursor))
        return false;
      *position = coquill_span_tree_effect_position (self->walker->tree, &cursor);
      if (anchor->kind == COQUILL_ANCHOR_AFTER && coquill_span_tree_span (&cursor)->effect == 0)
        ++*position;
      return true;
    }
  return false;
}

/* The range's items that are known, as ids. Returns: false if there are none */
static bool
known_range (const CoquillText *self, const CoquillTextRange *range, CoquillId *id, CoquillId *end)
{
  uint64_t length;

  *id = coquill_checked_id ((CoquillChangeId){ range->agent, range->sequence });
  if (!coquill_graph_has (self->graph, *id))
    return false;
  length = self->graph->agents[range->agent].length - range->sequence;
  *end = *id + (range->length < length ? range->length : length);
  return true;
}

bool
coquill_text_ranges_alive (CoquillText *self,
                           const CoquillTextRange *range,
                           CoquillTextRangeFunc func,
                           void *data)
{
  CoquillId id, end;

  if (!known_range (self, range, &id, &end))
    return true;
  coquill_text_catch_up (self);
  while ((id = coquill_span_tree_next_id (self->walker->tree, id)) < end)
    {
      CoquillSpanCursor cursor;
      const CoquillSpan *span;
      CoquillTextRange alive = { coquill_id_agent (id), coquill_id_sequence (id), 0 };

      coquill_span_tree_find_id (self->walker->tree, id, &cursor);
      span = coquill_span_tree_span (&cursor);
      alive.length = span->length - cursor.offset;
      if (alive.length > end - id)
        alive.length = end - id;
      if (span->effect == 0
          && !func (&alive, coquill_span_tree_effect_position (self->walker->tree, &cursor), data))
        return false;
      id += alive.length;
    }
  return true;
}

/* Tells the characters from id on, cut where their places aren't one behind the other. */
static bool
tell_targets (
    CoquillText *self, CoquillId id, uint64_t length, bool backward, CoquillTextRangeFunc func, void *data)
{
  while (length > 0)
    {
      CoquillId first = backward ? id + length - 1 : id;
      CoquillTextRange range = { coquill_id_agent (first), coquill_id_sequence (first), 1 };
      CoquillSpanCursor cursor;

      coquill_span_tree_find_id (self->walker->tree, first, &cursor);
      if (!backward)
        {
          range.length = coquill_span_tree_span (&cursor)->length - cursor.offset;
          if (range.length > length)
            range.length = length;
          id += range.length;
        }
      if (!func (&range, coquill_span_tree_effect_position (self->walker->tree, &cursor), data))
        return false;
      length -= range.length;
    }
  return true;
}

bool
coquill_text_deletion_targets (CoquillText *self,
                               const CoquillTextRange *deletions,
                               CoquillTextRangeFunc func,
                               void *data)
{
  CoquillId id, end;

  if (!known_range (self, deletions, &id, &end))
    return true;
  if (deletions->sequence < self->graph->agents[deletions->agent].base_length)
    return false;
  if (self->base != NULL && coquill_graph_version_of (self->graph, id, NULL) < self->base->n_items)
    coquill_text_go_to_root (self);

  coquill_text_catch_up (self);
  while (id < end)
    {
      uint64_t length = end - id;
      CoquillId target;
      bool backward;

      if (!coquill_walker_target (self->walker, id, &length, &target, &backward))
        length = 1;
      else if (!tell_targets (self, target, length, backward, func, data))
        return false;
      id += length;
    }
  return true;
}

bool
coquill_text_deletions_of (CoquillText *self, CoquillChangeId id, CoquillTextRangeFunc func, void *data)
{
  CoquillId wanted = coquill_checked_id (id);
  const CoquillGraph *graph = self->graph;

  if (!coquill_text_has_history (self) || !coquill_text_go_to_root (self))
    return false;
  coquill_text_catch_up (self);
  for (size_t i = 0; i < graph->n_operations; i++)
    {
      CoquillGraphPiece piece;

      if (graph->operations[i].kind != COQUILL_OPERATION_DELETE)
        continue;
      coquill_graph_piece (graph, i, graph->operations[i].first, UINT64_MAX, &piece);
      while (piece.length > 0)
        {
          uint64_t length = piece.length;
          CoquillId target;
          bool backward;

          coquill_walker_target (self->walker, piece.id, &length, &target, &backward);
          if (wanted - target < length)
            {
              uint64_t item = backward ? length - 1 - (wanted - target) : wanted - target;
              CoquillTextRange range
                  = { coquill_id_agent (piece.id), coquill_id_sequence (piece.id) + item, 1 };

              if (!func (&range, 0, data))
                return false;
            }
          piece.id += length;
          piece.length -= length;
        }
    }
  return true;
}
