/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-rope.c: a text's rope, made anew from the characters' order. */

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"
#include "text/rope-hand.h"
#include "text/text-private.h"
#include "text/utf8.h"

/*
 * Characters are anywhere in the history. Where, is found by a table of the operations, and one of the runs
 * for each agent that has many.
 */

/* An agent with fewer runs has them looked up by coquill_graph_version_of(). */
#define MANY_RUNS 16

/* A table is made where an entry has no more numbers than these; else entries are few, and searched for. */
#define MOST_NUMBERS 256

#define ROW_NUMBERS 64

/* Of each of its numbers a bit that says whether an entry starts there. */
typedef struct
{
  uint64_t starts;
  size_t n_before; /* entries that start before the row */
} Row;

/**
 * Table:
 * @rows: (nullable): for each 64 numbers from @first on
 *
 * From ascending numbers, of which some start entries, to the entry: bits are counted, so that no processor
 * has to guess.
 */
typedef struct
{
  Row *rows;
  size_t n_entries;
  uint64_t first;
} Table;

typedef struct
{
  const CoquillGraph *graph;
  Table operations; /* by local version */
  Table *runs;      /* of each agent, by sequence, if it has many */
  size_t run;       /* the one last found */
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

static inline uint64_t
operation_start (const Finder *self, uint32_t agent, size_t entry)
{
  (void)agent;
  return self->graph->operations[entry].first;
}

static inline uint64_t
run_start (const Finder *self, uint32_t agent, size_t entry)
{
  return self->graph->runs[self->graph->agents[agent].runs[entry]].sequence;
}

typedef uint64_t (*StartFunc) (const Finder *self, uint32_t agent, size_t entry);

static inline void
table_fill (
    Table *self, const Finder *finder, uint32_t agent, StartFunc start, size_t n_entries, uint64_t end)
{
  size_t n_rows;

  self->first = start (finder, agent, 0);
  self->n_entries = n_entries;
  if ((end - self->first) / MOST_NUMBERS > n_entries)
    return;
  n_rows = (size_t)((end - self->first) / ROW_NUMBERS) + 1;
  self->rows = coquill_allocate (n_rows * sizeof *self->rows);
  for (size_t entry = 0; entry < n_entries; entry++)
    {
      uint64_t number = start (finder, agent, entry) - self->first;

      self->rows[number / ROW_NUMBERS].starts |= UINT64_C (1) << number % ROW_NUMBERS;
    }
  for (size_t row = 1; row < n_rows; row++)
    self->rows[row].n_before = self->rows[row - 1].n_before + count_bits (self->rows[row - 1].starts);
}

static inline size_t
table_find (const Table *self, const Finder *finder, uint32_t agent, StartFunc start, uint64_t number)
{
  size_t low = 0, high = self->n_entries - 1;

  if (self->rows != NULL)
    {
      const Row *row = &self->rows[(number - self->first) / ROW_NUMBERS];
      uint64_t up_to = UINT64_MAX >> (ROW_NUMBERS - 1 - (number - self->first) % ROW_NUMBERS);

      return row->n_before + count_bits (row->starts & up_to) - 1;
    }
  while (low < high)
    {
      size_t middle = low + (high - low + 1) / 2;

      if (start (finder, agent, middle) <= number)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

static void
finder_init (Finder *self, const CoquillGraph *graph)
{
  *self = (Finder){ .graph = graph };
  table_fill (&self->operations, self, 0, operation_start, graph->n_operations, graph->end);
  self->runs = coquill_allocate ((graph->n_agents + 1) * sizeof *self->runs);
  for (uint32_t i = 0; i < graph->n_agents; i++)
    if (graph->agents[i].n_runs >= MANY_RUNS)
      table_fill (&self->runs[i], self, i, run_start, graph->agents[i].n_runs, graph->agents[i].length);
}

static void
finder_clear (Finder *self)
{
  for (uint32_t i = 0; i < self->graph->n_agents; i++)
    free (self->runs[i].rows);
  free (self->runs);
  free (self->operations.rows);
}

/* The local version of an item. */
static inline uint64_t
find_version (Finder *self, CoquillId id)
{
  const CoquillGraph *graph = self->graph;
  const CoquillGraphRun *run = &graph->runs[self->run];
  uint32_t agent = coquill_id_agent (id);
  uint64_t sequence = coquill_id_sequence (id);

  if (agent != run->agent
      || sequence - run->sequence >= coquill_graph_run_end (graph, self->run) - run->first)
    {
      self->run
          = self->runs[agent].n_entries > 0
                ? graph->agents[agent].runs[table_find (&self->runs[agent], self, agent, run_start, sequence)]
                : coquill_graph_run_of (graph, id);
      run = &graph->runs[self->run];
    }
  return run->first + (sequence - run->sequence);
}

/* Finds the content of an inserted character and of those that follow. Returns: how many of @length do in the
 * same operation */
static inline uint64_t
find_content (Finder *self, CoquillId id, uint64_t length, size_t *offset, size_t *n_bytes)
{
  const CoquillGraph *graph = self->graph;
  uint64_t version = find_version (self, id);
  size_t index = table_find (&self->operations, self, 0, operation_start, version);
  const CoquillGraphOperation *operation = &graph->operations[index];
  uint64_t end = coquill_graph_operation_end (graph, index);
  uint64_t skip = version - operation->first;
  size_t content_end = index + 1 < graph->n_operations ? operation[1].content_offset : graph->content_length;
  size_t all = content_end - operation->content_offset;

  if (length > end - version)
    length = end - version;
  *offset = operation->content_offset;
  if (all == end - operation->first)
    {
      *offset += skip;
      *n_bytes = length;
    }
  else
    {
      const char *content = (const char *)&graph->content[*offset];
      size_t skipped = coquill_utf8_offset (content, all, skip);

      *offset += skipped;
      *n_bytes = coquill_utf8_offset (content + skipped, all - skipped, length);
    }
  return length;
}

void
coquill_text_rebuild_rope (CoquillText *self)
{
  CoquillRope *rope = coquill_rope_new ();
  CoquillOrderPlace place;
  const CoquillGraph *graph = self->graph;
  Finder finder;

  coquill_rope_free (self->rope);
  self->rope = rope;
  if (coquill_order_width (self->walker->order) == 0)
    return;

  finder_init (&finder, graph);
  place = coquill_order_find_visible (self->walker->order, 0);
  while (coquill_order_rest (&place) > 0)
    {
      CoquillOrderSpan spans[COQUILL_ORDER_LEAF_SPANS];
      unsigned n_spans = coquill_order_take_visible (&place, spans);

      for (unsigned i = 0; i < n_spans; i++)
        for (uint64_t here; spans[i].length > 0; spans[i].id += here, spans[i].length -= (uint32_t)here)
          {
            size_t offset, n_bytes;
            const char *content;

            here = find_content (&finder, spans[i].id, spans[i].length, &offset, &n_bytes);
            content = (const char *)&graph->content[offset];
            if (!coquill_rope_hand_append (rope, content, n_bytes, here, graph->content_length - offset))
              coquill_rope_append (rope, content, n_bytes, here);
          }
    }
  finder_clear (&finder);
}
