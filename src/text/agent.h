/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agent.h: who wrote an item: one run of one program on one device. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * CoquillAgent:
 * @device: the device's public signing key
 * @ordinal: counts the device's agents of one document, from 0
 * @nonce: random, so that a restored backup that counts on from an old @ordinal never makes an id again
 *
 * An agent is made at the first edit of one run of one program and is never used again after a restart. All
 * that it does is numbered 0, 1, 2…: (agent, sequence) names an item for good.
 */
typedef struct
{
  uint8_t device[32];
  uint32_t ordinal;
  uint64_t nonce;
} CoquillAgent;

/**
 * CoquillAgentPrevious:
 * @present: false for a device's first agent, and then all else is 0
 * @ordinal: the previous agent's
 * @nonce: the previous agent's
 * @length: how many items of it were known when the new one was made
 * @digest: digest of those items; this library carries it and never looks at it
 *
 * What an agent's first item says of the agent that the device had before.
 */
typedef struct
{
  bool present;
  uint32_t ordinal;
  uint64_t nonce;
  uint64_t length;
  uint8_t digest[32];
} CoquillAgentPrevious;

/**
 * coquill_agent_compare:
 *
 * The order in which concurrent insertions at one place stand: by device bytes, then ordinal, then nonce.
 *
 * Returns: less than, equal to or greater than 0
 */
int
coquill_agent_compare (const CoquillAgent *a, const CoquillAgent *b);

/**
 * coquill_agent_prefix:
 *
 * Returns: a number that is lower for the first of two agents in the order of coquill_agent_compare(), or the
 * same for both: then that tells
 */
static inline uint64_t
coquill_agent_prefix (const CoquillAgent *self)
{
  uint64_t prefix = 0;

  for (unsigned i = 0; i < sizeof prefix; i++)
    prefix = prefix << 8 | self->device[i];
  return prefix;
}

/**
 * coquill_agent_previous_equal:
 *
 * Returns: whether both name the same agent, length and digest, or both none
 */
bool
coquill_agent_previous_equal (const CoquillAgentPrevious *a, const CoquillAgentPrevious *b);
