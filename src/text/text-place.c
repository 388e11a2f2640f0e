/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-place.c: who wrote what where; anchors; what undo needs to know. */

#include "text/text-private.h"

/* Whether a character is of the last operation of all, which the caret knows: then it is where that put it,
 * and the order needn't catch up to tell. So who tells others after each key press where the caret is pays
 * nothing for it. */
static bool
find_typed (const CoquillTextCaret *caret, uint64_t position, CoquillChangeId *id)
{
  const CoquillGraphOperation *last = caret->last;
  uint64_t first, offset;

  if (caret->agent == COQUILL_NO_AGENT || last->kind != COQUILL_OPERATION_INSERT)
    return false;
  first = last->first;
  offset = position - last->place;
  if (offset >= coquill_text_caret_items (caret) - first)
    return false;
  *id = (CoquillChangeId){ caret->agent, first + offset - caret->others };
  return true;
}

bool
coquill_text_id_at (CoquillText *self, uint64_t position, CoquillChangeId *id)
{
  CoquillOrderPlace place;

  if (position >= coquill_text_length (self))
    return false;
  if (find_typed (&self->caret, position, id))
    return true;
  coquill_text_catch_up (self);
  place = coquill_order_find_visible (self->walker->order, position);
  *id = coquill_change_id (coquill_order_id (&place));
  return true;
}

/* Tells the characters from @first to before @end. */
static inline bool
tell_range (CoquillId first, CoquillId end, uint64_t position, CoquillTextRangeFunc func, void *data)
{
  CoquillTextRange range = { coquill_id_agent (first), coquill_id_sequence (first), end - first };

  return func (&range, position, data);
}

bool
coquill_text_foreach_span (
    CoquillText *self, uint64_t position, uint64_t count, CoquillTextRangeFunc func, void *data)
{
  CoquillOrderPlace place;
  CoquillId first, end; /* of what is told next */
  uint64_t length = coquill_text_length (self);

  if (position >= length || count == 0)
    return true;
  if (count > length - position)
    count = length - position;
  coquill_text_catch_up (self);
  place = coquill_order_find_visible (self->walker->order, position);

  /* What comes before in the first span will have been added to both. */
  first = coquill_order_id (&place);
  end = first - place.offset;
  count += place.offset;
  place.offset = 0;
  while (count > 0)
    {
      const CoquillOrderSpan *spans;
      unsigned n_spans = coquill_order_take_spans (&place, &spans);

      for (unsigned i = 0; i < n_spans && count > 0; i++)
        {
          uint64_t width = coquill_order_span_width (&spans[i]);
          CoquillId id = spans[i].id;

          if (width > count)
            width = count;
          count -= width;
          if (__builtin_expect ((width > 0) & (id != end), 1))
            {
              if (!tell_range (first, end, position, func, data))
                return false;
              position += end - first;
              first = end = id;
            }
          end += width;
        }
    }
  return tell_range (first, end, position, func, data);
}

/* Finds a character, visible or not, to read where it is. Returns: false if there is none, or it was deleted
 * below a snapshot without history */
static bool
find_character (CoquillText *self, CoquillId id, CoquillOrderPlace *place)
{
  const CoquillGraph *graph = self->graph;
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;
  uint64_t version;

  coquill_text_settle (self);
  if (!coquill_graph_has (graph, id))
    return false;
  coquill_text_catch_up (self);
  if (coquill_order_find_id (self->walker->order, id, place))
    return true;

  /* It is no insertion, or one that was deleted below the snapshot from which the walker started. */
  version = coquill_graph_version_of (graph, id, NULL);
  if (version >= self->walker->first || version < graph->base)
    return false;
  coquill_graph_cursor_init (&cursor, graph, version);
  if (!coquill_graph_cursor_next (&cursor, version + 1, &piece) || piece.kind != COQUILL_OPERATION_INSERT
      || !coquill_text_go_to_root (self))
    return false;
  coquill_text_catch_up (self);
  return coquill_order_find_id (self->walker->order, id, place);
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
  CoquillOrderPlace place;
  CoquillId id;

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
      id = coquill_checked_id ((CoquillChangeId){ anchor->agent, anchor->sequence });
      coquill_text_catch_up (self);
      if (!coquill_graph_has (self->graph, id))
        return false;
      if (!coquill_order_find_visible_id (self->walker->order, id, &place))
        {
          if (coquill_order_find_folded (self->walker->order, id, position))
            return true;
          if (!find_character (self, id, &place))
            return false;
        }
      *position = coquill_order_position (self->walker->order, &place);
      if (anchor->kind == COQUILL_ANCHOR_AFTER && coquill_order_standing (&place) == 0)
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

  coquill_text_settle (self);
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
  while ((id = coquill_order_next_id (self->walker->order, id)) < end)
    {
      CoquillTextRange alive = { coquill_id_agent (id), coquill_id_sequence (id), 0 };
      CoquillOrderPlace place;

      coquill_order_find_id (self->walker->order, id, &place);
      alive.length = coquill_order_rest (&place);
      if (alive.length > end - id)
        alive.length = end - id;
      if (coquill_order_standing (&place) == 0
          && !func (&alive, coquill_order_position (self->walker->order, &place), data))
        return false;
      id += alive.length;
    }
  return true;
}

/* Tells the characters, cut where their places aren't one behind the other. */
static bool
tell_targets (CoquillText *self, CoquillTargetRange target, CoquillTextRangeFunc func, void *data)
{
  while (target.length > 0)
    {
      CoquillId first = target.backward ? target.id + target.length - 1 : target.id;
      CoquillTextRange range = { coquill_id_agent (first), coquill_id_sequence (first), 1 };
      CoquillOrderPlace place;

      coquill_order_find_id (self->walker->order, first, &place);
      if (!target.backward)
        {
          range.length = coquill_order_rest (&place);
          if (range.length > target.length)
            range.length = target.length;
          target.id += range.length;
        }
      if (!func (&range, coquill_order_position (self->walker->order, &place), data))
        return false;
      target.length -= range.length;
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
  if (coquill_text_is_below_walker (self, id) && !coquill_text_go_to_root (self))
    return false;

  coquill_text_catch_up (self);
  while (id < end)
    {
      uint64_t stretch_end, version = coquill_graph_version_of (self->graph, id, &stretch_end);
      CoquillTargetRange target = { .length = 1 };

      if (stretch_end - version > end - id)
        stretch_end = version + (end - id);
      if (coquill_targets_find (coquill_walker_targets (self->walker), version, stretch_end - version,
                                &target)
          && !tell_targets (self, target, func, data))
        return false;
      id += target.length;
    }
  return true;
}

bool
coquill_text_deletions_of (CoquillText *self, CoquillChangeId id, CoquillTextRangeFunc func, void *data)
{
  CoquillId wanted = coquill_checked_id (id);
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  if (!coquill_text_has_history (self) || !coquill_text_go_to_root (self))
    return false;
  coquill_text_catch_up (self);
  coquill_graph_cursor_init (&cursor, self->graph, 0);
  while (coquill_graph_cursor_next (&cursor, UINT64_MAX, &piece))
    {
      CoquillTargetRange target;

      for (uint64_t done = 0; piece.kind == COQUILL_OPERATION_DELETE && done < piece.length;
           done += target.length)
        {
          coquill_targets_find (coquill_walker_targets (self->walker), piece.first + done,
                                piece.length - done, &target);
          if (wanted - target.id < target.length)
            {
              uint64_t item = target.backward ? target.length - 1 - (wanted - target.id) : wanted - target.id;
              CoquillTextRange range
                  = { coquill_id_agent (piece.id), coquill_id_sequence (piece.id) + done + item, 1 };

              if (!func (&range, 0, data))
                return false;
            }
        }
    }
  return true;
}
