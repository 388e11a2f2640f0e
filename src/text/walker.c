/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker.c: walking the event graph. */

#include "text/walker.h"

#include <stdlib.h>
#include <string.h>

#include "text/integrate.h"
#include "text/memory.h"
#include "text/range-map.h"

/* Ids are less than 2^63, so a target is kept in 64 bits together with its direction: target - deletion if
 * both ascend, target + deletion if the targets descend, either modulo 2^63. */
#define ID_MASK (UINT64_MAX >> 1)

typedef struct
{
  int32_t prepared; /* standing deletions to add in either version */
  int32_t effect;
} Change;

static void
set_prepared (CoquillWalker *self, const uint64_t *heads, size_t n_heads)
{
  self->prepared
      = coquill_grow (self->prepared, &self->prepared_capacity, n_heads + 1, sizeof *self->prepared);
  if (n_heads > 0)
    memcpy (self->prepared, heads, n_heads * sizeof *heads);
  self->n_prepared = n_heads;
}

static int
compare_versions (const void *a, const void *b)
{
  uint64_t version_a = *(const uint64_t *)a, version_b = *(const uint64_t *)b;

  return version_a < version_b ? -1 : version_a > version_b;
}

/* While the history isn't here, all heads have one local version. */
static void
start_at_heads (CoquillWalker *self)
{
  const CoquillBase *base = self->base;
  size_t n_heads = self->graph->base > 0 ? 1 : base->n_heads;
  uint64_t *heads = coquill_allocate (n_heads * sizeof *heads);

  for (size_t i = 0; i < n_heads; i++)
    heads[i] = coquill_graph_version_of (self->graph, base->heads[i].id, NULL);
  qsort (heads, n_heads, sizeof *heads, compare_versions);
  set_prepared (self, heads, n_heads);
  free (heads);
}

CoquillWalker *
coquill_walker_new (const CoquillGraph *graph, const CoquillBase *base)
{
  CoquillWalker *self = coquill_allocate (sizeof *self);

  self->graph = graph;
  self->base = base;
  self->tree = coquill_span_tree_new ();
  self->targets = coquill_range_map_new ();
  self->cancels = coquill_range_map_new ();
  self->first = base != NULL ? base->n_items : 0;
  self->end = self->first;
  if (base != NULL)
    {
      CoquillSpanCursor cursor = coquill_span_tree_start (self->tree);

      start_at_heads (self);
      for (size_t i = 0; i < base->n_spans; i++)
        for (uint64_t done = 0; done < base->spans[i].length;)
          {
            uint64_t left = base->spans[i].length - done;
            CoquillSpan span = {
              .id = base->spans[i].id + done,
              .left = COQUILL_ID_NONE,
              .right = COQUILL_ID_NONE,
              .length = left < COQUILL_SPAN_MAX_LENGTH ? (uint32_t)left : COQUILL_SPAN_MAX_LENGTH,
            };

            coquill_span_tree_insert (self->tree, &cursor, &span);
            cursor = coquill_span_tree_end (self->tree);
            done += span.length;
          }
    }
  return self;
}

void
coquill_walker_free (CoquillWalker *self)
{
  if (self == NULL)
    return;
  coquill_span_tree_free (self->tree);
  coquill_range_map_free (self->targets);
  coquill_range_map_free (self->cancels);
  coquill_graph_difference_clear (&self->difference);
  free (self->prepared);
  free (self);
}

bool
coquill_walker_target (
    const CoquillWalker *self, CoquillId deletion, uint64_t *length, CoquillId *target, bool *backward)
{
  CoquillRangeMapEntry entry;

  if (!coquill_range_map_get (self->targets, deletion, &entry))
    return false;
  if (*length > entry.end - deletion)
    *length = entry.end - deletion;
  *backward = (entry.value & 1) != 0;
  if (*backward)
    *target = ((entry.value >> 1) - (deletion + *length - 1)) & ID_MASK;
  else
    *target = ((entry.value >> 1) + deletion) & ID_MASK;
  return true;
}

static void
remember_target (CoquillWalker *self, CoquillId deletion, CoquillId target, uint32_t length, bool backward)
{
  uint64_t value = backward ? ((deletion + target) & ID_MASK) << 1 | 1 : ((target - deletion) & ID_MASK) << 1;

  coquill_range_map_set (self->targets, deletion, deletion + length, value);
}

/* The place of the characters from id on that are in one span. All ids that come here are in the tree. */
static uint32_t
find_characters (const CoquillWalker *self, CoquillId id, uint64_t length, CoquillSpanCursor *cursor)
{
  const CoquillSpan *span;
  uint64_t here;

  coquill_span_tree_find_id (self->tree, id, cursor);
  span = coquill_span_tree_span (cursor);
  here = span->length - cursor->offset;
  return (uint32_t)(length < here ? length : here);
}

static void
set_inserted (CoquillWalker *self, CoquillId id, uint64_t length, uint32_t prepared)
{
  while (length > 0)
    {
      CoquillSpanCursor cursor;
      uint32_t here = find_characters (self, id, length, &cursor);

      coquill_span_tree_set_state (self->tree, &cursor, here, prepared,
                                   coquill_span_tree_span (&cursor)->effect);
      id += here;
      length -= here;
    }
}

/* Deletions begin or cease to stand. */
static void
change_targets (CoquillWalker *self,
                CoquillId deletion,
                uint64_t length,
                Change change,
                CoquillDeltaList *deltas,
                uint32_t agent)
{
  while (length > 0)
    {
      uint64_t known = length;
      CoquillId id;
      bool backward;

      coquill_walker_target (self, deletion, &known, &id, &backward);
      deletion += known;
      length -= known;
      while (known > 0)
        {
          CoquillSpanCursor cursor;
          uint32_t here = find_characters (self, id, known, &cursor);
          const CoquillSpan *span = coquill_span_tree_span (&cursor);
          uint32_t prepared = span->prepared + (uint32_t)change.prepared;
          uint32_t effect = span->effect + (uint32_t)change.effect;

          if (deltas != NULL && span->effect > 0 && effect == 0)
            coquill_delta_list_restore (deltas, coquill_span_tree_effect_position (self->tree, &cursor), id,
                                        here, self->graph, self->base, agent);
          coquill_span_tree_set_state (self->tree, &cursor, here, prepared, effect);
          id += here;
          known -= here;
        }
    }
}

/* The number of restorations of a deletion, and of how many following ones it is the same. */
static uint64_t
get_cancels (const CoquillWalker *self, CoquillId deletion, uint64_t length, uint64_t *counts)
{
  CoquillRangeMapEntry entry;

  coquill_range_map_get (self->cancels, deletion, &entry);
  *counts = entry.value;
  return length < entry.end - deletion ? length : entry.end - deletion;
}

static void
move_restorations (CoquillWalker *self, CoquillId deletion, uint64_t length, bool advance)
{
  while (length > 0)
    {
      uint64_t counts;
      uint64_t here = get_cancels (self, deletion, length, &counts);
      uint64_t after = advance ? counts + (UINT64_C (1) << 32) : counts - (UINT64_C (1) << 32);

      coquill_range_map_set (self->cancels, deletion, deletion + here, after);
      if (advance && counts >> 32 == 0)
        change_targets (self, deletion, here, (Change){ -1, 0 }, NULL, 0);
      else if (!advance && after >> 32 == 0)
        change_targets (self, deletion, here, (Change){ 1, 0 }, NULL, 0);
      deletion += here;
      length -= here;
    }
}

static void
move_piece (CoquillWalker *self, const CoquillGraphPiece *piece, bool advance)
{
  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      set_inserted (self, piece->id, piece->length, advance ? 0 : COQUILL_SPAN_ABSENT);
      break;
    case COQUILL_OPERATION_DELETE:
      /* Restorations come later, so in the prepared version there are none at this moment, and the deletion
       * stands. */
      change_targets (self, piece->id, piece->length, (Change){ advance ? 1 : -1, 0 }, NULL, 0);
      break;
    case COQUILL_OPERATION_RESTORE:
      move_restorations (self, piece->place, piece->length, advance);
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
}

static void
retreat_range (CoquillWalker *self, CoquillVersionRange range)
{
  size_t operation = coquill_graph_find_operation (self->graph, range.end - 1);

  while (range.end > range.first)
    {
      uint64_t first = self->graph->operations[operation].first;
      CoquillGraphPiece piece;

      if (first < range.first)
        first = range.first;
      coquill_graph_piece (self->graph, operation, first, range.end, &piece);
      move_piece (self, &piece, false);
      range.end = first;
      operation--;
    }
}

static void
advance_range (CoquillWalker *self, CoquillVersionRange range)
{
  size_t operation = coquill_graph_find_operation (self->graph, range.first);

  while (range.first < range.end)
    {
      CoquillGraphPiece piece;

      coquill_graph_piece (self->graph, operation, range.first, range.end, &piece);
      move_piece (self, &piece, true);
      range.first += piece.length;
      operation++;
    }
}

static void
move_to (CoquillWalker *self, const uint64_t *heads, size_t n_heads)
{
  CoquillGraphDifference *difference = &self->difference;

  if (n_heads == self->n_prepared
      && (n_heads == 0 || memcmp (heads, self->prepared, n_heads * sizeof *heads) == 0))
    return;

  coquill_graph_difference (self->graph, self->prepared, self->n_prepared, heads, n_heads, difference);
  for (size_t i = 0; i < difference->n_retreat; i++)
    retreat_range (self, difference->retreat[i]);
  for (size_t i = difference->n_advance; i > 0; i--)
    advance_range (self, difference->advance[i - 1]);
  set_prepared (self, heads, n_heads);
}

static bool
walk_insert (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  uint32_t agent = coquill_id_agent (piece->id);

  if (piece->place > coquill_span_tree_prepared_width (self->tree))
    return false;

  for (uint64_t done = 0; done < piece->length;)
    {
      uint64_t left = piece->length - done;
      CoquillSpan span = {
        .id = piece->id + done,
        .length = left < COQUILL_SPAN_MAX_LENGTH ? (uint32_t)left : COQUILL_SPAN_MAX_LENGTH,
      };
      CoquillSpanCursor cursor;

      cursor = coquill_integrate (self->graph, self->tree, piece->place + done, &span);
      if (deltas != NULL && done == 0)
        coquill_delta_list_insert (deltas, coquill_span_tree_effect_position (self->tree, &cursor),
                                   piece->length, piece->content_offset, piece->content_length, false, agent);
      coquill_span_tree_insert (self->tree, &cursor, &span);
      done += span.length;
    }
  return true;
}

static bool
walk_delete (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  uint64_t width = coquill_span_tree_prepared_width (self->tree);
  uint64_t place = piece->place;
  uint32_t agent = coquill_id_agent (piece->id);

  if (piece->backward ? place >= width || piece->length > place + 1
                      : place > width || piece->length > width - place)
    return false;

  for (uint64_t done = 0; done < piece->length;)
    {
      CoquillSpanCursor cursor = coquill_span_tree_find_prepared (self->tree, place);
      const CoquillSpan *span = coquill_span_tree_span (&cursor);
      uint64_t here = piece->backward ? cursor.offset + 1 : span->length - cursor.offset;

      if (here > piece->length - done)
        here = piece->length - done;
      if (piece->backward)
        {
          remember_target (self, piece->id + done, span->id + cursor.offset, (uint32_t)here, true);
          cursor.offset -= (uint32_t)here - 1;
          place -= here;
        }
      else
        remember_target (self, piece->id + done, span->id + cursor.offset, (uint32_t)here, false);
      if (deltas != NULL && span->effect == 0)
        coquill_delta_list_delete (deltas, coquill_span_tree_effect_position (self->tree, &cursor), here,
                                   agent);
      coquill_span_tree_set_state (self->tree, &cursor, (uint32_t)here, 1, span->effect + 1);
      done += here;
    }
  return true;
}

static bool
walk_restore (CoquillWalker *self, const CoquillGraphPiece *piece, CoquillDeltaList *deltas)
{
  CoquillId deletion = piece->place;
  uint64_t length = piece->length;
  uint32_t agent = coquill_id_agent (piece->id);

  while (length > 0)
    {
      uint64_t counts;
      uint64_t here = get_cancels (self, deletion, length, &counts);
      uint64_t known = here;
      CoquillId target;
      bool backward;

      if (!coquill_walker_target (self, deletion, &known, &target, &backward))
        return false;
      here = known;
      coquill_range_map_set (self->cancels, deletion, deletion + here, counts + (UINT64_C (1) << 32) + 1);
      change_targets (self, deletion, here,
                      (Change){ counts >> 32 == 0 ? -1 : 0, (uint32_t)counts == 0 ? -1 : 0 }, deltas, agent);
      deletion += here;
      length -= here;
    }
  return true;
}

static bool
walk_piece (CoquillWalker *self,
            const CoquillGraphPiece *piece,
            CoquillDeltaList *deltas,
            CoquillTextError *error)
{
  bool possible = true;

  switch (piece->kind)
    {
    case COQUILL_OPERATION_INSERT:
      possible = walk_insert (self, piece, deltas);
      break;
    case COQUILL_OPERATION_DELETE:
      possible = walk_delete (self, piece, deltas);
      break;
    case COQUILL_OPERATION_RESTORE:
      possible = walk_restore (self, piece, deltas);
      break;
    case COQUILL_OPERATION_RECORD:
      break;
    }
  if (!possible)
    return coquill_text_error_set (error, COQUILL_TEXT_ERROR_IMPOSSIBLE,
                                   "Item %llu of an agent has no place in the text of its parents",
                                   (unsigned long long)coquill_id_sequence (piece->id));
  return true;
}

bool
coquill_walker_walk (CoquillWalker *self, uint64_t end, CoquillDeltaList *deltas, CoquillTextError *error)
{
  size_t operation;

  if (self->end >= end)
    return true;

  operation = coquill_graph_find_operation (self->graph, self->end);
  while (self->end < end)
    {
      CoquillGraphPiece piece;
      uint64_t single, last;
      size_t n_parents;
      const uint64_t *parents;

      coquill_graph_piece (self->graph, operation, self->end, end, &piece);
      parents = coquill_graph_parents (self->graph, piece.first, &single, &n_parents);
      move_to (self, parents, n_parents);
      if (!walk_piece (self, &piece, deltas, error))
        return false;
      self->end += piece.length;
      last = self->end - 1;
      set_prepared (self, &last, 1);
      operation++;
    }
  return true;
}
