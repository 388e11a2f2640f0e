/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agent.c: the order of agents. */

#include "text/agent.h"

#include <string.h>

int
coquill_agent_compare (const CoquillAgent *a, const CoquillAgent *b)
{
  int order = memcmp (a->device, b->device, sizeof a->device);

  if (order != 0)
    return order;
  if (a->ordinal != b->ordinal)
    return a->ordinal < b->ordinal ? -1 : 1;
  if (a->nonce != b->nonce)
    return a->nonce < b->nonce ? -1 : 1;
  return 0;
}

bool
coquill_agent_previous_equal (const CoquillAgentPrevious *a, const CoquillAgentPrevious *b)
{
  if (!a->present || !b->present)
    return a->present == b->present;
  return a->ordinal == b->ordinal && a->nonce == b->nonce && a->length == b->length
         && memcmp (a->digest, b->digest, sizeof a->digest) == 0;
}
