/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-compare.c: what lies between two versions of a text. */

#include "text/text-compare.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/range-map.h"
#include "text/text-private.h"

/* An agent's place by coquill_agent_compare(), or that nobody did it. */
#define NOBODY UINT64_MAX

/* Ids of which somebody did something: the lowest place wins. */
typedef struct
{
  CoquillId first;
  CoquillId end;
  uint64_t place;
} Claim;

typedef struct
{
  Claim *claims;
  size_t n_claims;
  size_t capacity;
} ClaimList;

typedef struct
{
  uint64_t *lengths;         /* per agent, how many of its items the version has */
  CoquillRangeMap *restored; /* deletions that were restored: whose place it was */
  CoquillRangeMap *deleted;  /* characters of which a deletion stands: whose place is told */
} Version;

typedef struct
{
  CoquillText *text;
  uint32_t *agents; /* by place */
  uint64_t *places; /* by agent */
  Version from;
  Version to;
  CoquillTextDifferenceFunc func;
  void *data;
  CoquillTextDifference run; /* which isn't told yet, if it has a length */
} Comparison;

/* For qsort(), which hands nothing on. */
typedef struct
{
  const CoquillAgent *id;
  uint32_t agent;
} Ranked;

static int
compare_agents (const void *a, const void *b)
{
  return coquill_agent_compare (((const Ranked *)a)->id, ((const Ranked *)b)->id);
}

static void
rank_agents (Comparison *self)
{
  const CoquillGraph *graph = self->text->graph;
  Ranked *ranked = coquill_allocate ((graph->n_agents + 1) * sizeof *ranked);

  self->agents = coquill_allocate ((graph->n_agents + 1) * sizeof *self->agents);
  self->places = coquill_allocate ((graph->n_agents + 1) * sizeof *self->places);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    ranked[i] = (Ranked){ &graph->agents[i].id, i };
  qsort (ranked, graph->n_agents, sizeof *ranked, compare_agents);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      self->agents[i] = ranked[i].agent;
      self->places[ranked[i].agent] = i;
    }
  free (ranked);
}

static void
claim (ClaimList *list, CoquillId first, uint64_t length, uint64_t place)
{
  list->claims = coquill_grow (list->claims, &list->capacity, list->n_claims + 1, sizeof *list->claims);
  list->claims[list->n_claims++] = (Claim){ first, first + length, place };
}

/* The winners come last, and along the ids, which is what the map is quick at. */
static int
compare_claims (const void *a, const void *b)
{
  const Claim *left = a, *right = b;

  if (left->place != right->place)
    return left->place > right->place ? -1 : 1;
  return left->first < right->first ? -1 : left->first > right->first;
}

static CoquillRangeMap *
settle_claims (ClaimList *list)
{
  CoquillRangeMap *map = coquill_range_map_new ();

  if (list->n_claims > 0)
    qsort (list->claims, list->n_claims, sizeof *list->claims, compare_claims);
  for (size_t i = 0; i < list->n_claims; i++)
    coquill_range_map_set (map, list->claims[i].first, list->claims[i].end, list->claims[i].place);
  free (list->claims);
  *list = (ClaimList){ 0 };
  return map;
}

static void
find_restored (Comparison *self, Version *version)
{
  ClaimList list = { 0 };
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  coquill_graph_cursor_init (&cursor, self->text->graph, 0);
  while (coquill_text_next_of_version (&cursor, version->lengths, &piece))
    if (piece.kind == COQUILL_OPERATION_RESTORE)
      claim (&list, piece.place, piece.length, self->places[coquill_id_agent (piece.id)]);
  version->restored = settle_claims (&list);
}

/* What a map says of an id, and for how many from there on. Returns: whether it says anything */
static bool
look_up (CoquillRangeMap *map, CoquillId id, uint64_t *length, uint64_t *value)
{
  CoquillRangeMapEntry entry;
  bool there = coquill_range_map_get (map, id, &entry);

  if (entry.end - id < *length)
    *length = entry.end - id;
  *value = entry.value;
  return there;
}

/* The characters of those deletions that stand. */
static void
claim_targets (
    Comparison *self, const Version *version, CoquillId deletion, CoquillTargetRange target, ClaimList *list)
{
  for (uint64_t at = 0; at < target.length;)
    {
      uint64_t here = target.length - at, place;
      CoquillId first;

      if (look_up (version->restored, deletion + at, &here, &place))
        {
          at += here;
          continue;
        }
      /* What stands in the one version can only come back in the other by a restoration. */
      if (version == &self->to)
        place = self->places[coquill_id_agent (deletion)];
      else if (!look_up (self->to.restored, deletion + at, &here, &place))
        place = NOBODY;
      first = target.backward ? target.id + (target.length - at - here) : target.id + at;
      claim (list, first, here, place);
      at += here;
    }
}

static void
find_deleted (Comparison *self, Version *version)
{
  ClaimList list = { 0 };
  CoquillTargetRange target;
  CoquillGraphCursor cursor;
  CoquillGraphPiece piece;

  coquill_graph_cursor_init (&cursor, self->text->graph, 0);
  while (coquill_text_next_of_version (&cursor, version->lengths, &piece))
    for (uint64_t done = 0; piece.kind == COQUILL_OPERATION_DELETE && done < piece.length;
         done += target.length)
      {
        coquill_targets_find (coquill_walker_targets (self->text->walker), piece.first + done,
                              piece.length - done, &target);
        claim_targets (self, version, piece.id + done, target, &list);
      }
  version->deleted = settle_claims (&list);
}

static void
tell_run (Comparison *self)
{
  CoquillTextDifference *run = &self->run;

  if (run->length == 0)
    return;
  self->func (run, self->data);
  if (run->kind != COQUILL_TEXT_INSERTED)
    run->from_position += run->length;
  if (run->kind != COQUILL_TEXT_DELETED)
    run->to_position += run->length;
  run->length = 0;
}

static void
add_kept (Comparison *self, uint64_t length)
{
  CoquillTextDifference *run = &self->run;

  if (run->kind != COQUILL_TEXT_KEPT)
    tell_run (self);
  run->kind = COQUILL_TEXT_KEPT;
  run->length += length;
  run->range = (CoquillTextRange){ 0 };
  run->by = COQUILL_NO_AGENT;
  run->utf8 = NULL;
  run->n_bytes = 0;
}

/* Some characters whose bytes are one behind the other. */
static void
add_piece (Comparison *self, CoquillTextDifferenceKind kind, const CoquillGraphPiece *piece, uint32_t by)
{
  CoquillTextDifference *run = &self->run;
  const char *utf8 = (const char *)&self->text->graph->content[piece->content_offset];

  if (run->length == 0 || run->kind != kind || run->by != by
      || coquill_id (run->range.agent, run->range.sequence) + run->length != piece->id
      || run->utf8 + run->n_bytes != utf8)
    {
      tell_run (self);
      run->kind = kind;
      run->range = (CoquillTextRange){ coquill_id_agent (piece->id), coquill_id_sequence (piece->id), 0 };
      run->by = by;
      run->utf8 = utf8;
      run->n_bytes = 0;
    }
  run->length += piece->length;
  run->range.length = run->length;
  run->n_bytes += piece->content_length;
}

static void
add_characters (
    Comparison *self, CoquillTextDifferenceKind kind, CoquillId id, uint64_t length, uint64_t place)
{
  const CoquillGraph *graph = self->text->graph;
  uint32_t by = place == NOBODY ? COQUILL_NO_AGENT : self->agents[place];

  while (length > 0)
    {
      uint64_t version = coquill_graph_version_of (graph, id, NULL);
      CoquillGraphPiece piece;

      coquill_graph_piece (graph, coquill_graph_find_operation (graph, version), version, version + length,
                           &piece);
      add_piece (self, kind, &piece, by);
      id += piece.length;
      length -= piece.length;
    }
}

/* How a version has some characters. */
typedef enum
{
  UNKNOWN,
  DELETED,
  VISIBLE,
} State;

static State
find_state (const Version *version, CoquillId id, uint64_t *length, uint64_t *place)
{
  uint64_t known = version->lengths[coquill_id_agent (id)], sequence = coquill_id_sequence (id);

  if (sequence >= known)
    return UNKNOWN;
  if (known - sequence < *length)
    *length = known - sequence;
  return look_up (version->deleted, id, length, place) ? DELETED : VISIBLE;
}

static void
compare_span (Comparison *self, CoquillId id, uint64_t length)
{
  while (length > 0)
    {
      uint64_t here = length, from_place, to_place;
      State from = find_state (&self->from, id, &here, &from_place);
      State to = find_state (&self->to, id, &here, &to_place);

      if (from == VISIBLE && to == VISIBLE)
        add_kept (self, here);
      else if (from == VISIBLE)
        add_characters (self, COQUILL_TEXT_DELETED, id, here, to == DELETED ? to_place : NOBODY);
      else if (to == VISIBLE)
        add_characters (self, COQUILL_TEXT_INSERTED, id, here,
                        from == DELETED ? from_place : self->places[coquill_id_agent (id)]);
      id += here;
      length -= here;
    }
}

static void
version_clear (Version *self)
{
  free (self->lengths);
  coquill_range_map_free (self->restored);
  coquill_range_map_free (self->deleted);
}

static void
compare (Comparison *self)
{
  CoquillOrderPlace place;

  coquill_text_go_to_root (self->text);
  coquill_text_catch_up (self->text);
  rank_agents (self);
  find_restored (self, &self->from);
  find_restored (self, &self->to);
  find_deleted (self, &self->from);
  find_deleted (self, &self->to);

  place = coquill_order_start (self->text->walker->order);
  do
    compare_span (self, coquill_order_id (&place), coquill_order_rest (&place));
  while (coquill_order_next (&place));
  tell_run (self);
  free (self->agents);
  free (self->places);
}

bool
coquill_text_compare (CoquillText *self,
                      const CoquillChangeId *from,
                      size_t n_from,
                      const CoquillChangeId *to,
                      size_t n_to,
                      CoquillTextDifferenceFunc func,
                      void *data,
                      CoquillTextError *error)
{
  Comparison comparison = { .text = self, .func = func, .data = data };
  bool done;

  comparison.from.lengths = coquill_text_measure_version (self, from, n_from, error);
  if (comparison.from.lengths != NULL)
    comparison.to.lengths = coquill_text_measure_version (self, to, n_to, error);
  done = comparison.to.lengths != NULL;
  if (done)
    compare (&comparison);
  version_clear (&comparison.from);
  version_clear (&comparison.to);
  return done;
}
