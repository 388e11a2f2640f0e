/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clock.c: counting what the newest items know. */

#include "text/clock.h"

bool
coquill_clock_vector (const CoquillGraph *graph, const uint64_t *heads, size_t n_heads, CoquillVector *vector)
{
  return false;
}

unsigned
coquill_clock_n_tracks (const CoquillGraph *graph)
{
  return 0;
}

uint32_t
coquill_clock_agent (const CoquillGraph *graph, unsigned track)
{
  return UINT32_MAX;
}

uint64_t
coquill_clock_start (const CoquillGraph *graph)
{
  return graph->end;
}

uint64_t
coquill_clock_generation (const CoquillGraph *graph)
{
  return 0;
}
