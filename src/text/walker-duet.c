/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* walker-duet.c: two who write at once, as long as they don't meet.
 *
 * Their edits are turned into edits of the text as it is, by operational transformation, as in Jupiter
 * (Nichols, Curtis, Dixon and Lamping, "High-Latency, Low-Bandwidth Windowing in the Jupiter Collaboration
 * System", 1995): for each of the two there is a short list of edits that the other doesn't know, and what
 * the other does next goes past these. That takes positions alone, no order, and is exact as long as nobody
 * touches what he doesn't know. So it is found out first, from a moment at which both know all to the next;
 * then either all of it goes into the order, as edits of one who knows everything, or nothing, and the flat
 * window tells who comes before whom.
 */

#include <stdlib.h>

#include "text/memory.h"
#include "text/walker-private.h"

/* Edits of one that the other doesn't know: to go past more takes as long as the flat window. */
#define MAX_UNKNOWN 32

/* Edits between two moments at which both know all. */
#define MAX_EDITS 2048

/* One operation makes no more of these, and what is typed then as many as there are writers. */
#define EDITS_PER_OPERATION 3
#define EDITS_AT_LAST 2

/* So much at the end, which who comes next may not know, is left to the flat window; and so much that is
 * linear to the linear walk. */
#define LAST_ITEMS 256
#define MANY_LINEAR 64

/* What lies behind the highest position in a text, in 32 bits with all that can be added to it. */
#define MAX_VERSION ((uint64_t)1 << 30)

/**
 * Unknown:
 * @place: in the text in front of it
 * @length: characters
 * @sequence: of its first item
 * @wider: by so much moves what stands behind it, modulo 2^32
 * @is_deletion: 1 or 0
 *
 * An edit that the other doesn't know.
 */
typedef struct
{
  uint32_t place;
  uint32_t length;
  uint32_t sequence;
  uint32_t wider;
  uint32_t is_deletion;
} Unknown;

/**
 * Typed:
 * @id: of the first character
 * @place: in the text as it is
 * @length: characters
 */
typedef struct
{
  CoquillId id;
  uint32_t place;
  uint32_t length;
} Typed;

/**
 * Writer:
 * @unknown: what the other doesn't know, in turn: the first one is an edit of the text that the other knows,
 * with all that he wrote; behind the last one is the text as it is
 * @first: of these
 * @end: behind the last one; there is one that can be read
 * @typed: what he may go on to type, in the text as it is: isn't among the duet's edits yet; no characters if
 * there is nothing
 */
typedef struct
{
  Unknown unknown[MAX_UNKNOWN + 1];
  unsigned first;
  unsigned end;
  Typed typed;
} Writer;

/**
 * Duet:
 * @width: of the text as it is
 * @edits: what the order is to be given, if all goes well
 */
typedef struct
{
  Writer writers[2];
  uint32_t width;
  CoquillOrderEdit *edits;
  size_t n_edits;
} Duet;

static const Typed nothing = { .id = COQUILL_ID_NONE };

/* The order is to be given what was typed. It doesn't have yet what the other typed. */
static void
settle (Duet *self, Writer *writer, const Writer *other)
{
  Typed *typed = &writer->typed;

  self->edits[self->n_edits++]
      = (CoquillOrderEdit){ .id = typed->id,
                            .position
                            = typed->place - (other->typed.place < typed->place ? other->typed.length : 0),
                            .n_inserted = typed->length };
  self->n_edits -= typed->length == 0;
  *typed = nothing;
}

static void
settle_both (Duet *self)
{
  settle (self, &self->writers[0], &self->writers[1]);
  settle (self, &self->writers[1], &self->writers[0]);
}

static inline bool
is_known (const Writer *writer, unsigned i, uint32_t n_items)
{
  return (i < writer->end) & (writer->unknown[i].sequence + writer->unknown[i].length <= n_items);
}

/* So many items of a writer the other knows. */
static inline void
acknowledge (Writer *writer, uint32_t n_items)
{
  unsigned first = writer->first;
  Unknown *unknown;
  uint32_t n_known;

  /* Whether it is none, one or two nobody can guess. */
  first += is_known (writer, first, n_items);
  first += is_known (writer, first, n_items);
  while (is_known (writer, first, n_items))
    first++;
  if (first == writer->end)
    {
      writer->first = writer->end = 0;
      return;
    }
  writer->first = first;
  unknown = &writer->unknown[first];
  if (unknown->sequence >= n_items)
    return;
  /* Of characters that were put in the first are known; those deleted first aren't in the text any more. */
  n_known = n_items - unknown->sequence;
  unknown->place += n_known & (unknown->is_deletion - 1);
  unknown->wider += unknown->is_deletion ? n_known : -n_known;
  unknown->length -= n_known;
  unknown->sequence = n_items;
}

/* One more that the other doesn't know. Returns: false if they are too many */
static inline bool
add_unknown (Writer *writer, Unknown unknown)
{
  if (writer->end == MAX_UNKNOWN)
    {
      if (writer->first == 0)
        return false;
      for (unsigned i = writer->first; i < writer->end; i++)
        writer->unknown[i - writer->first] = writer->unknown[i];
      writer->end -= writer->first;
      writer->first = 0;
    }
  writer->unknown[writer->end++] = unknown;
  return true;
}

/* Returns: false if it can't be told where it belongs, or there is no such place */
static inline bool
insert (Duet *self, Writer *writer, Writer *other, uint32_t place, uint32_t length, CoquillId id)
{
  bool touches = false, follows;

  for (Unknown *unknown = &other->unknown[other->first]; unknown < &other->unknown[other->end]; unknown++)
    {
      uint32_t is_behind = -(uint32_t)(place > unknown->place);

      /* Something was put in there, or its left neighbour is deleted. */
      touches
          |= place - unknown->place - unknown->is_deletion <= ((unknown->length - 1) & -unknown->is_deletion);
      place += unknown->wider & is_behind;
      unknown->place += length & ~is_behind;
    }
  if (touches | (place > self->width))
    return false;
  self->width += length;

  if (place - other->typed.place <= other->typed.length)
    settle (self, other, writer);
  follows
      = place == writer->typed.place + writer->typed.length && id == writer->typed.id + writer->typed.length;
  if (!follows)
    settle (self, writer, other);
  other->typed.place += other->typed.place > place ? length : 0;
  if (!follows)
    writer->typed = (Typed){ id, place, length };
  else
    writer->typed.length += length;

  /* What goes on follows his last item, and that is the last one that is unknown, if any is. */
  if (follows && writer->first < writer->end)
    {
      Unknown *last = &writer->unknown[writer->end - 1];

      last->length += length;
      last->wider += length;
      return true;
    }
  return add_unknown (writer, (Unknown){ place, length, (uint32_t)coquill_id_sequence (id), length, 0 });
}

/* What was typed and is touched by a deletion the order must have before. */
static inline void
make_way (Duet *self, Writer *writer, const Writer *other, uint32_t place, uint32_t length)
{
  const Typed *typed = &writer->typed;

  if (place <= typed->place + typed->length && typed->place <= place + length)
    settle (self, writer, other);
}

/* As insert(). @place: of the first character */
static inline bool delete (Duet *self,
                           Writer *writer,
                           Writer *other,
                           uint32_t place,
                           uint32_t length,
                           uint32_t sequence,
                           size_t operation)
{
  bool touches = false;
  uint32_t before = 0;

  for (Unknown *unknown = &other->unknown[other->first]; unknown < &other->unknown[other->end]; unknown++)
    {
      uint32_t is_behind = -(uint32_t)(place >= unknown->place);

      /* Something was put in between, or a part is deleted already. */
      if (unknown->is_deletion)
        touches |= (unknown->place - place < length) | (place - unknown->place < unknown->length);
      else
        touches |= unknown->place - place - 1 < length - 1;
      place += unknown->wider & is_behind;
      unknown->place -= length & ~is_behind;
    }
  if (touches | (place > self->width) | (length > self->width - place))
    return false;
  self->width -= length;

  if (!add_unknown (writer, (Unknown){ place, length, sequence, -length, 1 }))
    return false;

  for (unsigned i = 0; i < 2; i++)
    make_way (self, &self->writers[i], &self->writers[i ^ 1], place, length);
  for (unsigned i = 0; i < 2; i++)
    {
      Typed *typed = &self->writers[i].typed;
      bool is_behind = typed->place > place;

      before += is_behind ? 0 : typed->length;
      typed->place -= is_behind ? length : 0;
    }
  self->edits[self->n_edits++]
      = (CoquillOrderEdit){ .id = operation, .position = place - before, .n_deleted = length };
  return true;
}

/* Goes on with a run's operations. Returns: false if the order has to tell where they belong */
static inline bool
walk_run (
    Duet *self, const CoquillGraph *graph, size_t run, unsigned who, uint32_t n_others, size_t *operation)
{
  const CoquillGraphRun *row = &graph->runs[run];
  Writer *writer = &self->writers[who], *other = &self->writers[who ^ 1];
  CoquillId first_id = coquill_id (row->agent, row->sequence) - row->first;
  size_t number = *operation;

  acknowledge (other, n_others);
  for (; graph->operations[number].first < row[1].first; number++)
    {
      const CoquillGraphOperation *edit = &graph->operations[number];
      uint32_t length = edit[1].first - edit->first;
      uint32_t place = edit->place - ((length - 1) & -(uint32_t)edit->backward);
      CoquillId id = first_id + edit->first;

      /* What begins before the text is far behind it. */
      if (place > edit->first || self->n_edits > MAX_EDITS - EDITS_PER_OPERATION - EDITS_AT_LAST)
        return false;
      if (edit->kind == COQUILL_OPERATION_INSERT)
        {
          if (!insert (self, writer, other, place, length, id))
            return false;
        }
      else if (edit->kind == COQUILL_OPERATION_DELETE)
        {
          if (!delete (self, writer, other, place, length, (uint32_t)coquill_id_sequence (id), number))
            return false;
        }
      else if (edit->kind == COQUILL_OPERATION_RESTORE)
        return false;
    }
  *operation = number;
  return true;
}

/* Both know all. */
static void
begin (Duet *self, const CoquillOrder *order)
{
  for (unsigned i = 0; i < 2; i++)
    {
      self->writers[i].first = self->writers[i].end = 0;
      self->writers[i].typed = nothing;
    }
  self->width = (uint32_t)coquill_order_width (order);
  self->n_edits = 0;
}

bool
coquill_walker_walk_duet (CoquillWalker *self, size_t run, uint64_t end, const CoquillWalkerOutlook *outlook)
{
  const CoquillGraph *graph = self->graph;
  CoquillClockTrail trail;
  uint64_t start = self->end;
  size_t operation;
  Duet duet = { .n_edits = 0 };

  if (start == self->duet_end || end > MAX_VERSION || end - start <= LAST_ITEMS
      || graph->runs[run].first != start || !coquill_clock_trail (graph, run, &trail))
    return false;
  duet.edits = coquill_resize (NULL, MAX_EDITS * sizeof *duet.edits);
  operation = coquill_graph_find_operation (graph, start);
  begin (&duet, self->order);
  coquill_walker_leave_untold (self);
  for (size_t i = 0; i + 1 < trail.n_runs && graph->runs[run + i + 1].first < end; i++)
    {
      const CoquillGraphRun *row = &graph->runs[run + i];

      if (outlook[i].floor >= row->first)
        {
          settle_both (&duet);
          coquill_walker_edit_order (self, duet.edits, duet.n_edits, row->first);
          if (row->first + LAST_ITEMS >= end || outlook[i].floor > row[1].first + MANY_LINEAR)
            break;
          begin (&duet, self->order);
        }
      if (!walk_run (&duet, graph, run + i, row->agent == trail.agents[1], trail.n_others[i], &operation))
        break;
    }
  coquill_walker_stop_untold (self);
  self->duet_end = self->end;
  free (duet.edits);
  return self->end > start;
}
