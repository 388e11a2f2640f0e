/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-rope.c: a text's rope, made anew from the characters' order. */

#include <stdlib.h>
#include <string.h>

#include "text/manuscripts.h"
#include "text/memory.h"
#include "text/rope-hand.h"
#include "text/text-private.h"
#include "text/utf8.h"

/*
 * Characters are anywhere in the history. Where much of it is still in the text, it is copied first, so that
 * each agent's is in one piece, and then to where the order says: see manuscripts.h.
 *
 * Else each is looked for where it is: an id leads to its run, that to a local version, and that to the
 * operation that has the content. The last is a search through all operations. It is done for many spans side
 * by side, and without a branch: then the processor needn't guess, and no search waits for another one's
 * memory.
 */

/* By measurement: to look for a span takes as long as to copy so many operations, longer where its run is one
 * of many, and operations that have more items than these on average take longer to copy. */
#define OPERATIONS_PER_SPAN 4
#define OPERATIONS_PER_RUN 16
#define ITEMS_PER_OPERATION 64

typedef struct
{
  const CoquillGraph *graph;
  CoquillGraphOperation end; /* what would be the next one */
  uint32_t *runs;            /* by agent, its one that was last asked for */
} Finder;

/* Characters that are looked for. */
typedef struct
{
  CoquillId id; /* of the first */
  uint32_t width;
  uint32_t version;
  uint32_t operation;
} Sought;

/* The local version of an item. */
static inline uint32_t
find_version (Finder *self, CoquillId id)
{
  const CoquillGraph *graph = self->graph;
  uint32_t *run = &self->runs[coquill_id_agent (id)];

  if (id - coquill_graph_run_id (graph, *run)
      >= coquill_graph_run_end (graph, *run) - coquill_graph_run_first (graph, *run))
    *run = (uint32_t)coquill_graph_run_of (graph, id);
  return (uint32_t)(graph->runs[*run].first + (id - coquill_graph_run_id (graph, *run)));
}

static inline void
find_operations (const CoquillGraph *graph, Sought *sought, unsigned n)
{
  const CoquillGraphOperation *operations = graph->operations;

  for (size_t left = graph->n_operations, half; (half = left / 2) > 0; left -= half)
    for (unsigned i = 0; i < n; i++)
      {
        /* All bits or none: of a condition a compiler would make a branch. */
        uint32_t later = -(uint32_t)(operations[sought[i].operation + half].first <= sought[i].version);

        sought[i].operation += (uint32_t)half & later;
      }
}

/* Adds the first of the characters, those in one operation. Returns: how many */
static inline uint32_t
add_characters (const Finder *self, CoquillRopeFiller *filler, const Sought *sought)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphOperation *operation = &graph->operations[sought->operation];
  const CoquillGraphOperation *next
      = sought->operation + 1 < graph->n_operations ? operation + 1 : &self->end;
  uint32_t offset = operation->content_offset, n_bytes = next->content_offset - offset;
  uint32_t skip = sought->version - operation->first, rest = next->first - sought->version;
  uint32_t length = sought->width < rest ? sought->width : rest;
  const char *text = (const char *)&graph->content[offset];
  size_t first = skip, end = first + length;

  if (n_bytes != skip + rest)
    {
      first = coquill_graph_content_skip (graph, offset, n_bytes, skip);
      end = first + coquill_utf8_offset (text + first, n_bytes - first, length);
    }
  coquill_rope_filler_add (filler, text + first, end - first, length, graph->content_length - offset - first);
  return length;
}

static void
fill_by_searching (CoquillRope *rope, CoquillOrderPlace place, const CoquillGraph *graph)
{
  Finder finder = {
    .graph = graph,
    .end = { .first = (uint32_t)graph->end, .content_offset = (uint32_t)graph->content_length },
    .runs = coquill_allocate (graph->n_agents * sizeof *finder.runs),
  };
  CoquillRopeFiller filler;
  const CoquillOrderSpan *spans;
  unsigned n_spans;

  coquill_rope_filler_start (&filler, rope);
  while ((n_spans = coquill_order_take_spans (&place, &spans)) > 0)
    {
      Sought sought[COQUILL_ORDER_LEAF_SPANS];
      unsigned n = 0;

      for (unsigned i = 0; i < n_spans; i++)
        {
          uint32_t width = coquill_order_span_width (&spans[i]);

          if (width > 0)
            sought[n++] = (Sought){ spans[i].id, width, find_version (&finder, spans[i].id), 0 };
        }
      find_operations (graph, sought, n);
      for (unsigned i = 0; i < n; i++)
        for (uint32_t length;
             length = add_characters (&finder, &filler, &sought[i]), (sought[i].width -= length) > 0;)
          {
            /* What goes on in another operation is rare. */
            sought[i].id += length;
            sought[i].version = find_version (&finder, sought[i].id);
            sought[i].operation = (uint32_t)coquill_graph_find_operation (graph, sought[i].version);
          }
    }
  coquill_rope_filler_finish (&filler);
  free (finder.runs);
}

/* @ascii: a constant, for the compiler */
static inline void
fill_from (CoquillRopeFiller *filler,
           CoquillOrderPlace place,
           const CoquillManuscripts *manuscripts,
           bool ascii)
{
  const CoquillOrderSpan *spans;
  unsigned n_spans;

  while ((n_spans = coquill_order_take_spans (&place, &spans)) > 0)
    {
      /* All are on their way from memory before the first is wanted. */
      for (unsigned i = 0; i < n_spans; i++)
        __builtin_prefetch (coquill_manuscripts_find (manuscripts, spans[i].id, ascii));
      for (unsigned i = 0; i < n_spans; i++)
        {
          uint32_t width = coquill_order_span_width (&spans[i]);
          const char *text = coquill_manuscripts_find (manuscripts, spans[i].id, ascii);
          size_t n_bytes
              = ascii ? width
                      : (size_t)(coquill_manuscripts_find (manuscripts, spans[i].id + width, false) - text);

          coquill_rope_filler_add (filler, text, n_bytes, width, SIZE_MAX);
        }
    }
}

static void
fill_by_copying (CoquillRope *rope, CoquillOrderPlace place, const CoquillGraph *graph)
{
  CoquillRopeFiller filler;
  CoquillManuscripts manuscripts;

  coquill_manuscripts_init (&manuscripts, graph);
  coquill_rope_filler_start (&filler, rope);
  if (manuscripts.ascii)
    fill_from (&filler, place, &manuscripts, true);
  else
    fill_from (&filler, place, &manuscripts, false);
  coquill_rope_filler_finish (&filler);
  coquill_manuscripts_clear (&manuscripts);
}

static bool
copying_pays (const CoquillGraph *graph, const CoquillOrder *order)
{
  return graph->end / ITEMS_PER_OPERATION < graph->n_operations
         && graph->n_operations / OPERATIONS_PER_SPAN
                < coquill_order_n_spans (order) + graph->n_runs * (OPERATIONS_PER_RUN / OPERATIONS_PER_SPAN);
}

void
coquill_text_rebuild_rope (CoquillText *self)
{
  const CoquillGraph *graph = self->graph;
  CoquillOrderPlace place;

  coquill_rope_free (self->rope);
  self->rope = coquill_rope_new ();
  if (coquill_order_width (self->walker->order) == 0)
    return;

  place = coquill_order_find_visible (self->walker->order, 0);
  if (copying_pays (graph, self->walker->order))
    fill_by_copying (self->rope, place, graph);
  else
    fill_by_searching (self->rope, place, graph);
}
