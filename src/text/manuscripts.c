/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manuscripts.c: what each agent wrote, copied from the graph. */

#include "text/manuscripts.h"

#include <stdlib.h>

#include "text/memory.h"
#include "text/utf8.h"

#define STEP COQUILL_MANUSCRIPT_STEP
#define BLOCK COQUILL_MANUSCRIPT_BLOCK

/* The bytes of an insertion; 0 for anything else. */
static inline size_t
content_length (const CoquillGraph *graph, size_t operation)
{
  const CoquillGraphOperation *row = &graph->operations[operation];
  size_t end = operation + 1 < graph->n_operations ? row[1].content_offset : graph->content_length;

  return row->kind == COQUILL_OPERATION_INSERT ? end - row->content_offset : 0;
}

/* Whether the next operation, if there is one, is of a run that ends there. */
static inline bool
is_before (const CoquillGraph *graph, size_t operation, uint64_t run_end)
{
  return operation < graph->n_operations && graph->operations[operation].first < run_end;
}

/* Counts, for each agent, the bytes that its characters have more than one each. */
static void
count_extra (const CoquillGraph *graph, size_t *extra)
{
  size_t next = 0;

  for (size_t run = 0; run < graph->n_runs; run++)
    for (; is_before (graph, next, coquill_graph_run_end (graph, run)); next++)
      if (graph->operations[next].kind == COQUILL_OPERATION_INSERT)
        extra[graph->runs[run].agent]
            += content_length (graph, next)
               - (coquill_graph_operation_end (graph, next) - graph->operations[next].first);
}

/* Finds out where each item is. A byte that doesn't begin one is counted as such, without a branch. */
static void
find_items (CoquillManuscript *self)
{
  const char *text = self->text;
  uint8_t *extra = self->extra;
  size_t n_bytes = (size_t)(self->end - text), n_items = 0, block = 0;

  for (size_t i = 0; i < n_bytes; i++)
    {
      bool begins = (int8_t)text[i] >= -64; /* not 10xxxxxx */

      if (n_items % BLOCK == 0 && begins)
        self->blocks[n_items / BLOCK] = block = i - n_items;
      extra[n_items] = (uint8_t)(i - n_items - block);
      n_items += begins;
    }
  if (n_items % BLOCK == 0)
    self->blocks[n_items / BLOCK] = block = n_bytes - n_items;
  extra[n_items] = (uint8_t)(n_bytes - n_items - block);
}

/* Of a history that has more than ASCII. */
static void
write_wide (CoquillManuscripts *self, const CoquillGraph *graph)
{
  static const uint8_t nothing[STEP];
  size_t next = 0;

  for (size_t run = 0; run < graph->n_runs; run++)
    {
      CoquillManuscript *agent = &self->agents[graph->runs[run].agent];
      uint64_t end = coquill_graph_run_end (graph, run);
      char *to = agent->end;

      for (; is_before (graph, next, end); next++)
        {
          const CoquillGraphOperation *operation = &graph->operations[next];
          bool inserts = operation->kind == COQUILL_OPERATION_INSERT;
          const uint8_t *from[] = { nothing, graph->content + operation->content_offset };
          size_t n_items = coquill_graph_operation_end (graph, next) - operation->first;
          size_t n_bytes = inserts ? content_length (graph, next) : n_items;

          if (n_bytes <= STEP && graph->content_length - operation->content_offset >= STEP)
            memcpy (to, from[inserts], STEP);
          else if (inserts)
            memcpy (to, from[1], n_bytes);
          else
            memset (to, 0, n_bytes);
          to += n_bytes;
        }
      agent->end = to;
    }
  for (uint32_t i = 0; i < self->n_agents; i++)
    if (self->agents[i].blocks != NULL)
      find_items (&self->agents[i]);
}

/* What is copied too much is written over by what comes next, or lies between two manuscripts. */
static void
write_ascii (CoquillManuscripts *self, const CoquillGraph *graph)
{
  const CoquillGraphOperation *row = graph->operations, *last = row + graph->n_operations - 1;
  const uint8_t *content = graph->content;
  size_t length = graph->content_length, to = 0;
  char *text = self->text;

  for (size_t run = 0; run < graph->n_runs; run++)
    {
      uint64_t end = coquill_graph_run_end (graph, run);
      CoquillManuscript *agent = &self->agents[graph->runs[run].agent];

      /* Where local version 0 would be: item by item is byte by byte. */
      to = (size_t)(agent->end - text) - row->first;
      agent->end += end - row->first;
      for (; row < last && row->first < end; row++)
        {
          size_t n_bytes = row[1].content_offset - row->content_offset;

          if (n_bytes <= STEP && length - row->content_offset >= STEP)
            memcpy (text + (to + row->first), content + row->content_offset, STEP);
          else
            memcpy (text + (to + row->first), content + row->content_offset,
                    content_length (graph, (size_t)(row - graph->operations)));
        }
    }
  memcpy (text + (to + last->first), content + last->content_offset,
          content_length (graph, graph->n_operations - 1));
}

void
coquill_manuscripts_init (CoquillManuscripts *self, const CoquillGraph *graph)
{
  bool ascii = coquill_utf8_ascii (graph->content, graph->content_length) == graph->content_length;
  size_t *extra = coquill_allocate (graph->n_agents * sizeof *extra), size = 0;

  *self = (CoquillManuscripts){
    .agents = coquill_allocate (graph->n_agents * sizeof *self->agents),
    .n_agents = graph->n_agents,
  };
  if (!ascii)
    count_extra (graph, extra);
  for (uint32_t i = 0; i < self->n_agents; i++)
    size += graph->agents[i].length + extra[i] + STEP;
  self->text = coquill_resize (NULL, size);

  size = 0;
  for (uint32_t i = 0; i < self->n_agents; i++)
    {
      CoquillManuscript *agent = &self->agents[i];
      size_t length = graph->agents[i].length;

      agent->text = agent->end = self->text + size;
      if (extra[i] > 0)
        {
          agent->blocks = coquill_resize (NULL, (length / BLOCK + 1) * sizeof *agent->blocks);
          agent->extra = coquill_resize (NULL, length + 1);
        }
      size += length + extra[i] + STEP;
    }
  free (extra);
  if (ascii)
    write_ascii (self, graph);
  else
    write_wide (self, graph);
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
