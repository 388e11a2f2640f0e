/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* id.h: an item's id in one number, so that ids of one agent are neighbours and can be kept in runs. */

#pragma once

#include "text/change.h"

/* The local index of the agent above, 40 bits of sequence below: always less than 2^63. */
typedef uint64_t CoquillId;

#define COQUILL_ID_NONE UINT64_MAX

static inline CoquillId
coquill_id (uint32_t agent, uint64_t sequence)
{
  return (uint64_t)agent << 40 | sequence;
}

static inline uint32_t
coquill_id_agent (CoquillId id)
{
  return (uint32_t)(id >> 40);
}

static inline uint64_t
coquill_id_sequence (CoquillId id)
{
  return id & (COQUILL_MAX_SEQUENCE - 1);
}
