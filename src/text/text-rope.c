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
 * operation that has the content. Both steps are told by bits, by an author's sequence which start a run, and
 * by local version which start an operation. They are counted, not searched, so that no processor has to
 * guess:
 *
 *   version    0 ────────────────── 63 │ 64 ─────────
 *   starts     1 0 0 0 1 0 0 1 0 0 0 … │ 0 0 1 0 …      6 is in the second operation: two start up to there
 *   n_before   0                         9
 */

/* By measurement: the history is copied where one of so many items is in the text, and its operations have no
 * more items on average. */
#define ITEMS_PER_VISIBLE 4
#define ITEMS_PER_OPERATION 64

/* There are bits where an entry has no more numbers than these; else entries are few, and searched. */
#define MOST_NUMBERS 256

#define ROW_NUMBERS 64

typedef struct
{
  uint64_t starts;
  uint32_t n_before; /* entries that start before the row */
} Row;

typedef struct
{
  Row *rows; /* (nullable): by sequence */
  const uint32_t *runs;
} AuthorRuns;

typedef struct
{
  const CoquillGraph *graph;
  CoquillGraphOperation end; /* what would be the next one */
  Row *operations;           /* (nullable): by local version */
  AuthorRuns *authors;       /* by agent */
  size_t run;                /* that was last found without rows */
} Finder;

/* Without an instruction that not every processor has. */
static inline unsigned
count_bits (uint64_t bits)
{
  bits -= bits >> 1 & UINT64_C (0x5555555555555555);
  bits = (bits & UINT64_C (0x3333333333333333)) + (bits >> 2 & UINT64_C (0x3333333333333333));
  bits = (bits + (bits >> 4)) & UINT64_C (0x0f0f0f0f0f0f0f0f);
  return (unsigned)(bits * UINT64_C (0x0101010101010101) >> 56);
}

static Row *
rows_new (size_t n_entries, uint64_t n_numbers)
{
  if (n_numbers / MOST_NUMBERS >= n_entries)
    return NULL;
  return coquill_allocate ((size_t)(n_numbers / ROW_NUMBERS + 1) * sizeof (Row));
}

static inline void
rows_start (Row *rows, uint32_t number)
{
  rows[number / ROW_NUMBERS].starts |= UINT64_C (1) << number % ROW_NUMBERS;
}

static void
rows_count (Row *rows, uint64_t n_numbers)
{
  for (size_t i = 1; i <= n_numbers / ROW_NUMBERS; i++)
    rows[i].n_before = rows[i - 1].n_before + count_bits (rows[i - 1].starts);
}

/* The entry that has a number. */
static inline size_t
rows_find (const Row *rows, uint32_t number)
{
  const Row *row = &rows[number / ROW_NUMBERS];
  uint64_t up_to = UINT64_MAX >> (ROW_NUMBERS - 1 - number % ROW_NUMBERS);

  return row->n_before + count_bits (row->starts & up_to) - 1;
}

static void
finder_init (Finder *self, const CoquillGraph *graph)
{
  *self = (Finder){
    .graph = graph,
    .end = { .first = (uint32_t)graph->end, .content_offset = (uint32_t)graph->content_length },
    .operations = rows_new (graph->n_operations, graph->end),
    .authors = coquill_allocate (graph->n_agents * sizeof *self->authors),
  };
  if (self->operations != NULL)
    {
      for (size_t i = 0; i < graph->n_operations; i++)
        rows_start (self->operations, graph->operations[i].first);
      rows_count (self->operations, graph->end);
    }
  for (uint32_t i = 0; i < graph->n_agents; i++)
    {
      const CoquillGraphAgent *agent = &graph->agents[i];
      Row *rows = rows_new (agent->n_runs, agent->length);

      self->authors[i] = (AuthorRuns){ rows, agent->runs };
      if (rows == NULL)
        continue;
      for (uint32_t j = 0; j < agent->n_runs; j++)
        rows_start (rows, graph->runs[agent->runs[j]].sequence);
      rows_count (rows, agent->length);
    }
}

static void
finder_clear (Finder *self)
{
  for (uint32_t i = 0; i < self->graph->n_agents; i++)
    free (self->authors[i].rows);
  free (self->authors);
  free (self->operations);
}

/* The local version of an item. */
static inline uint32_t
find_version (Finder *self, CoquillId id)
{
  const CoquillGraph *graph = self->graph;
  const AuthorRuns *author = &self->authors[coquill_id_agent (id)];
  uint32_t sequence = (uint32_t)coquill_id_sequence (id);
  size_t run = self->run;

  if (author->rows != NULL)
    run = author->runs[rows_find (author->rows, sequence)];
  else if (id - coquill_graph_run_id (graph, run)
           >= coquill_graph_run_end (graph, run) - coquill_graph_run_first (graph, run))
    run = self->run = coquill_graph_run_of (graph, id);
  return graph->runs[run].first + (sequence - graph->runs[run].sequence);
}

/* Adds the first of so many characters that follow on. Returns: how many, those in one operation */
static inline uint32_t
add_characters (Finder *self, CoquillRopeFiller *filler, CoquillId id, uint32_t length)
{
  const CoquillGraph *graph = self->graph;
  uint32_t version = find_version (self, id);
  size_t index = self->operations != NULL ? rows_find (self->operations, version)
                                          : coquill_graph_find_operation (graph, version);
  const CoquillGraphOperation *operation = &graph->operations[index];
  const CoquillGraphOperation *next = index + 1 < graph->n_operations ? operation + 1 : &self->end;
  uint32_t offset = operation->content_offset, n_bytes = next->content_offset - offset;
  uint32_t skip = version - operation->first, rest = next->first - version;
  const char *text = (const char *)&graph->content[offset];
  size_t first = skip, end;

  if (length > rest)
    length = rest;
  end = first + length;
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
  CoquillRopeFiller filler;
  Finder finder;
  const CoquillOrderSpan *spans;
  unsigned n_spans;

  finder_init (&finder, graph);
  coquill_rope_filler_start (&filler, rope);
  while ((n_spans = coquill_order_take_spans (&place, &spans)) > 0)
    {
      for (unsigned i = 0; i < n_spans; i++)
        for (uint32_t n, done = 0, width = coquill_order_span_width (&spans[i]); done < width; done += n)
          n = add_characters (&finder, &filler, spans[i].id + done, width - done);
    }
  coquill_rope_filler_finish (&filler);
  finder_clear (&finder);
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

void
coquill_text_rebuild_rope (CoquillText *self)
{
  const CoquillGraph *graph = self->graph;
  uint64_t width = coquill_order_width (self->walker->order);
  CoquillOrderPlace place;

  coquill_rope_free (self->rope);
  self->rope = coquill_rope_new ();
  if (width == 0)
    return;

  place = coquill_order_find_visible (self->walker->order, 0);
  if (graph->end / ITEMS_PER_VISIBLE < width && graph->end / ITEMS_PER_OPERATION < graph->n_operations)
    fill_by_copying (self->rope, place, graph);
  else
    fill_by_searching (self->rope, place, graph);
}
