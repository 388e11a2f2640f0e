/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manuscripts.c: what each agent wrote, copied from the graph. */

#include "text/manuscripts.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/utf8.h"

#define STEP COQUILL_MANUSCRIPT_STEP
#define BLOCK COQUILL_MANUSCRIPT_BLOCK

typedef void (*OperationFunc) (CoquillManuscripts *self,
                               const CoquillGraph *graph,
                               const CoquillGraphRun *run,
                               const CoquillGraphOperation *row);

/* Calls a function, a constant, with each operation, which ends where @row + 1 starts. */
static inline void
foreach_operation (CoquillManuscripts *self, const CoquillGraph *graph, OperationFunc func)
{
  const CoquillGraphRun *run = graph->runs, *last_run = run + graph->n_runs - 1;
  const CoquillGraphOperation *row = graph->operations, *last = row + graph->n_operations - 1;
  const CoquillGraphOperation *rest = row + coquill_graph_find_operation (graph, last_run->first);
  const CoquillGraphOperation end[]
      = { *last, { .first = (uint32_t)graph->end, .content_offset = (uint32_t)graph->content_length } };

  for (; row < rest; row++)
    {
      run += row->first == run[1].first;
      func (self, graph, run, row);
    }
  for (; row < last; row++)
    func (self, graph, last_run, row);
  func (self, graph, last_run, end);
}

static inline size_t
n_items_of (const CoquillGraphOperation *row)
{
  return row[1].first - row->first;
}

static inline size_t
n_bytes_of (const CoquillGraphOperation *row)
{
  return row[1].content_offset - row->content_offset;
}

/* Counts the bytes that an agent's characters have more than one each. */
static inline void
count_extra (CoquillManuscripts *self,
             const CoquillGraph *graph,
             const CoquillGraphRun *run,
             const CoquillGraphOperation *row)
{
  size_t inserts = row->kind == COQUILL_OPERATION_INSERT; /* which nobody can guess */

  (void)graph;
  self->agents[run->agent].n_extra += (n_bytes_of (row) - n_items_of (row)) * inserts;
}

/* Item by item is byte by byte. What is copied too much is written over by what comes next, or lies between
 * two manuscripts. */
static inline void
write_ascii (CoquillManuscripts *self,
             const CoquillGraph *graph,
             const CoquillGraphRun *run,
             const CoquillGraphOperation *row)
{
  char *to = self->agents[run->agent].text + run->sequence + (row->first - run->first);
  const uint8_t *from = graph->content + row->content_offset;

  if (n_bytes_of (row) <= STEP && graph->content_length - row->content_offset >= STEP)
    memcpy (to, from, STEP);
  else if (row->kind == COQUILL_OPERATION_INSERT)
    memcpy (to, from, n_bytes_of (row));
}

/* Of a history that has more than ASCII. */
static inline void
write_wide (CoquillManuscripts *self,
            const CoquillGraph *graph,
            const CoquillGraphRun *run,
            const CoquillGraphOperation *row)
{
  static const uint8_t nothing[STEP];
  bool inserts = row->kind == COQUILL_OPERATION_INSERT;
  const uint8_t *from[] = { nothing, graph->content + row->content_offset };
  size_t n_bytes = inserts ? n_bytes_of (row) : n_items_of (row);
  char *to = self->agents[run->agent].end;

  if (n_bytes <= STEP && graph->content_length - row->content_offset >= STEP)
    memcpy (to, from[inserts], STEP);
  else if (inserts)
    memcpy (to, from[1], n_bytes);
  else
    memset (to, 0, n_bytes);
  self->agents[run->agent].end += n_bytes;
}

/* Finds out where the items of a block are, not all of which are ASCII. Returns: the end of its text */
static const char *
find_in_block (const char *byte, uint8_t *extra)
{
  uint8_t n_extra = 0;

  /* A byte that doesn't begin an item is counted as such, without a branch. */
  for (const uint8_t *end = extra + BLOCK; extra < end; byte++)
    {
      bool begins = (int8_t)*byte >= -64; /* not 10xxxxxx */

      *extra = n_extra;
      extra += begins;
      n_extra = (uint8_t)(n_extra + !begins);
    }
  while ((int8_t)*byte < -64)
    byte++;
  return byte;
}

/* Finds out where each item is: in most blocks, of ASCII, one behind another, as is said already. Behind the
 * last item, too, it is ASCII, up to the end of a block. */
static void
find_items (CoquillManuscript *self, size_t n_items)
{
  const char *byte = self->text, *end = self->end + BLOCK;
  size_t n_blocks = n_items / BLOCK + 1;

  for (size_t i = 0; i < n_blocks; i++)
    {
      size_t n_extra = (size_t)(byte - self->text) - i * BLOCK;
      size_t n_ascii = coquill_utf8_ascii (byte, (size_t)(end - byte)) / BLOCK;

      byte += n_ascii * BLOCK;
      for (; n_ascii > 0 && i < n_blocks; n_ascii--)
        self->blocks[i++] = n_extra;
      if (i == n_blocks)
        break;
      self->blocks[i] = n_extra;
      byte = find_in_block (byte, &self->extra[i * BLOCK]);
    }
}

static void
write_all (CoquillManuscripts *self, const CoquillGraph *graph)
{
  if (self->ascii)
    {
      foreach_operation (self, graph, write_ascii);
      return;
    }
  foreach_operation (self, graph, write_wide);
  for (uint32_t i = 0; i < self->n_agents; i++)
    if (self->agents[i].n_extra > 0)
      {
        memset (self->agents[i].end, 0, STEP);
        find_items (&self->agents[i], graph->agents[i].length);
      }
}

void
coquill_manuscripts_init (CoquillManuscripts *self, const CoquillGraph *graph)
{
  size_t size = 0;

  *self = (CoquillManuscripts){
    .agents = coquill_allocate (graph->n_agents * sizeof *self->agents),
    .n_agents = graph->n_agents,
    .ascii = coquill_utf8_ascii (graph->content, graph->content_length) == graph->content_length,
  };
  if (!self->ascii)
    foreach_operation (self, graph, count_extra);
  for (uint32_t i = 0; i < self->n_agents; i++)
    size += graph->agents[i].length + self->agents[i].n_extra + STEP;
  self->text = coquill_resize (NULL, size);

  size = 0;
  for (uint32_t i = 0; i < self->n_agents; i++)
    {
      CoquillManuscript *agent = &self->agents[i];
      size_t length = graph->agents[i].length, n_blocks = length / BLOCK + 1;

      agent->text = agent->end = self->text + size;
      if (agent->n_extra > 0)
        {
          agent->blocks = coquill_resize (NULL, n_blocks * sizeof *agent->blocks);
          agent->extra = coquill_allocate (n_blocks * BLOCK);
        }
      size += length + agent->n_extra + STEP;
    }
  write_all (self, graph);
}

void
coquill_manuscripts_clear (CoquillManuscripts *self)
{
  for (uint32_t i = 0; i < self->n_agents; i++)
    {
      free (self->agents[i].blocks);
      free (self->agents[i].extra);
    }
  free (self->agents);
  free (self->text);
}
