/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agent-coder.h: a list of agents as bytes, each device written once. */

#pragma once

#include "text/agent.h"
#include "text/varint.h"

/* So many devices need no allocation. */
#define COQUILL_AGENT_CODER_FEW 4

/**
 * CoquillAgentCoder:
 *
 * What is remembered between the agents of one list: the devices met so far. Starts as all zeros, ends with
 * coquill_agent_coder_clear().
 */
typedef struct
{
  uint8_t (*devices)[32];
  size_t n_devices;
  size_t capacity;
  uint8_t few[COQUILL_AGENT_CODER_FEW][32]; /* not looked at before it is written */
} CoquillAgentCoder;

/**
 * coquill_agent_coder_append:
 * @previous: (nullable): %NULL if the agent does not start here
 *
 * Writes one agent.
 */
void
coquill_agent_coder_append (CoquillAgentCoder *self,
                            const CoquillAgent *agent,
                            const CoquillAgentPrevious *previous,
                            CoquillBuffer *out);

/**
 * coquill_agent_coder_read:
 * @starts: (out): whether @previous was told
 *
 * Reads one agent. Failure is the reader's.
 */
void
coquill_agent_coder_read (CoquillAgentCoder *self,
                          CoquillReader *reader,
                          CoquillAgent *agent,
                          bool *starts,
                          CoquillAgentPrevious *previous);

/**
 * coquill_agent_coder_clear:
 */
void
coquill_agent_coder_clear (CoquillAgentCoder *self);

/* The fewest bytes of an encoded agent, so that their number can be checked before there is room for them. */
#define COQUILL_AGENT_MIN_BYTES 11
