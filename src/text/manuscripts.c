/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manuscripts.c: what each agent wrote, copied from the graph. */

#include "text/manuscripts.h"

#include <stdlib.h>

#include "text/memory.h"

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

/* Notes where those blocks begin that do so among the items that are written next. */
static void
note_blocks (CoquillManuscript *self, uint64_t sequence, uint64_t n_items, size_t n_bytes)
{
  size_t offset = (size_t)(self->end - self->text), done = 0;

  for (uint64_t i = (BLOCK - sequence % BLOCK) % BLOCK, before = 0; i < n_items; before = i, i += BLOCK)
    {
      done = n_bytes == n_items ? i
                                : done + coquill_utf8_offset (self->end + done, n_bytes - done, i - before);
      self->blocks[(sequence + i) / BLOCK] = offset + done;
    }
}

/* Of a history that has more than ASCII. */
static void
write_wide (CoquillManuscripts *self, const CoquillGraph *graph)
{
  size_t next = 0;

  for (size_t run = 0; run < graph->n_runs; run++)
    {
      const CoquillGraphRun *row = &graph->runs[run];
      CoquillManuscript *agent = &self->agents[row->agent];

      for (; is_before (graph, next, coquill_graph_run_end (graph, run)); next++)
        {
          const CoquillGraphOperation *operation = &graph->operations[next];
          uint64_t n_items = coquill_graph_operation_end (graph, next) - operation->first;
          size_t n_content = content_length (graph, next), n_bytes = n_content > 0 ? n_content : n_items;

          if (n_content > 0)
            memcpy (agent->end, graph->content + operation->content_offset, n_content);
          else
            memset (agent->end, 0, n_items);
          if (agent->blocks != NULL)
            note_blocks (agent, row->sequence + (operation->first - row->first), n_items, n_bytes);
          agent->end += n_bytes;
        }
    }
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
      size_t length = graph->agents[i].length, n_blocks = (length + BLOCK - 1) / BLOCK;

      agent->text = agent->end = self->text + size;
      if (extra[i] > 0)
        {
          agent->blocks = coquill_resize (NULL, (n_blocks + 1) * sizeof *agent->blocks);
          agent->blocks[n_blocks] = n_blocks * BLOCK + extra[i];
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
    free (self->agents[i].blocks);
  free (self->agents);
  free (self->text);
}
