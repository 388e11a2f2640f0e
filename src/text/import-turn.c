/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* import-turn.c: what is seldom at the start of a run where people write at once. */

#include "text/import-turn.h"

bool
coquill_turns_meet (CoquillTurns *self,
                    const CoquillImport *import,
                    const CoquillChangeReader *reader,
                    uint64_t who)
{
  const CoquillGraph *graph = import->graph;
  CoquillWriter *writer = &self->rooms[self->n_writers];
  uint32_t index = import->agents[who];
  CoquillGraphAgent *agent;

  if (index == UINT32_MAX)
    return false;
  agent = &graph->agents[index];
  if (agent->length != reader->tracks[who].next || agent->track == 0 || agent->n_runs == 0)
    return false;
  for (uint32_t i = 0; i < self->n_writers; i++)
    if (self->rooms[i].index == index) /* no decoded change has an agent twice */
      return false;

  writer->agent = agent;
  writer->index = index;
  writer->track = agent->track - 1u;
  writer->end = &writer->runs[COQUILL_TURNS_LOOK];
  for (uint32_t i = 1; i <= COQUILL_TURNS_LOOK; i++)
    {
      CoquillTurn *turn = writer->end - i;

      *turn = (CoquillTurn){ .index = (uint32_t)graph->n_runs - RING };
      if (i <= agent->n_runs)
        {
          uint32_t index_of_run = agent->runs[agent->n_runs - i];
          const CoquillGraphRun *run = &graph->runs[index_of_run];

          turn->sequence = run->sequence;
          turn->first = run->first;
          turn->depth = run->depth;
          if (coquill_clock_row (graph, index_of_run) != NULL)
            turn->index = index_of_run;
        }
    }
  self->writers[who] = writer;
  self->n_writers++;
  return true;
}

bool
coquill_turns_follow (CoquillImport *self,
                      CoquillWriter *writer,
                      const CoquillWriter *other,
                      uint64_t sequence)
{
  CoquillGraph *graph = self->graph;
  uint32_t *vector = graph->clock->rows[graph->n_runs % RING], n_own = writer->agent->length;
  uint32_t index, version;
  const CoquillGraphRun *run;
  const uint32_t *row;

  if (sequence >= other->agent->length)
    return false;
  index = coquill_graph_run_of_agent (graph, other->index, sequence);
  run = &graph->runs[index];
  row = coquill_clock_row (graph, index);
  if (row == NULL || (other == writer && index + 1 == graph->n_runs))
    return false;
  memcpy (vector, row, sizeof graph->clock->rows[0]);
  vector[other->track] = (uint32_t)sequence + 1;
  if (vector[writer->track] != n_own)
    return false;
  graph->clock->has_row[graph->n_runs % RING] = true;
  version = run->first + ((uint32_t)sequence - run->sequence);
  coquill_turns_begin_run (self, writer, n_own, version, version, run->depth + (version - run->first) + 1,
                           (uint32_t)coquill_graph_item_lag (graph, index, version));
  return true;
}

uint32_t
coquill_turns_join_many (
    const CoquillGraph *graph, const uint32_t *own, const uint32_t *other, unsigned tracks, uint32_t *vector)
{
  uint64_t lowest = graph->end;

  for (unsigned i = 0; i < graph->clock->n_tracks; i++)
    {
      uint64_t one;

      vector[i] = own[i] > other[i] ? own[i] : other[i];
      if ((tracks >> i & 1) != 0)
        continue;
      one = coquill_clock_first_unknown (graph, i, vector);
      lowest = one < lowest ? one : lowest;
    }
  return (uint32_t)lowest;
}
