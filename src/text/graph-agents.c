/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph-agents.c: the agents of an event graph, found by id. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/graph-private.h"
#include "text/memory.h"

/* Open addressing with linear probing, at most half full. Agents are only taken away in the reverse order of
 * their coming, which leaves each sequence of probes as it was before. */
#define MIN_SLOTS 16

/* Ids are chosen by strangers: without a secret in the hash they could choose ones that all collide. */
static void
make_secret (CoquillGraph *self)
{
  if (getentropy (&self->agent_secret, sizeof self->agent_secret) != 0)
    self->agent_secret = (uint64_t)(uintptr_t)self;
  self->agent_secret |= 1;
}

static uint64_t
mix (const CoquillGraph *self, uint64_t hash, uint64_t word)
{
  hash = (hash ^ word) * UINT64_C (0x9E3779B97F4A7C15) + self->agent_secret;
  return (hash ^ hash >> 29) * self->agent_secret;
}

static size_t
first_slot (const CoquillGraph *self, const CoquillAgent *id)
{
  uint64_t words[4], hash = 0;

  memcpy (words, id->device, sizeof words);
  for (size_t i = 0; i < 4; i++)
    hash = mix (self, hash, words[i]);
  hash = mix (self, mix (self, hash, id->nonce), id->ordinal);
  return (hash ^ hash >> 32) & (self->n_agent_slots - 1);
}

/* The slot of an agent, or the free one where it would go. */
static size_t
find_slot (const CoquillGraph *self, const CoquillAgent *id)
{
  size_t slot = first_slot (self, id);

  while (self->agent_slots[slot] != 0
         && coquill_agent_compare (&self->agents[self->agent_slots[slot] - 1].id, id) != 0)
    slot = (slot + 1) & (self->n_agent_slots - 1);
  return slot;
}

static void
grow_slots (CoquillGraph *self, size_t n_agents)
{
  size_t n_slots = self->n_agent_slots == 0 ? MIN_SLOTS : self->n_agent_slots;

  while (n_slots < 2 * n_agents)
    n_slots *= 2;
  if (n_slots == self->n_agent_slots)
    return;
  if (self->n_agent_slots == 0)
    make_secret (self);
  self->n_agent_slots = n_slots;
  free (self->agent_slots);
  self->agent_slots = coquill_allocate (n_slots * sizeof *self->agent_slots);
  for (uint32_t i = 0; i < self->n_agents; i++)
    self->agent_slots[find_slot (self, &self->agents[i].id)] = i + 1;
}

void
coquill_graph_reserve_agents (CoquillGraph *self, size_t n_agents)
{
  grow_slots (self, self->n_agents + n_agents);
  self->agents
      = coquill_grow (self->agents, &self->agents_capacity, self->n_agents + n_agents, sizeof *self->agents);
}

uint32_t
coquill_graph_find_agent (const CoquillGraph *self, const CoquillAgent *id)
{
  uint32_t found = self->n_agent_slots > 0 ? self->agent_slots[find_slot (self, id)] : 0;

  return found > 0 ? found - 1 : UINT32_MAX;
}

uint32_t
coquill_graph_add_agent (CoquillGraph *self, const CoquillAgent *id, const CoquillAgentPrevious *previous)
{
  uint32_t found = coquill_graph_find_agent (self, id);
  CoquillGraphAgent *agent;

  if (found != UINT32_MAX)
    return found;
  if (self->n_agents == COQUILL_MAX_AGENTS)
    return UINT32_MAX;

  grow_slots (self, (size_t)self->n_agents + 1);
  self->agents
      = coquill_grow (self->agents, &self->agents_capacity, self->n_agents + 1, sizeof *self->agents);
  self->agent_slots[find_slot (self, id)] = self->n_agents + 1;
  agent = &self->agents[self->n_agents];
  memset (agent, 0, sizeof *agent);
  agent->id = *id;
  if (previous != NULL && previous->present)
    {
      self->previous = coquill_grow (self->previous, &self->previous_capacity, self->n_previous + 1,
                                     sizeof *self->previous);
      self->previous[self->n_previous++] = *previous;
      agent->previous = (uint32_t)self->n_previous;
    }
  return self->n_agents++;
}

const CoquillAgentPrevious *
coquill_graph_previous (const CoquillGraph *self, uint32_t agent)
{
  static const CoquillAgentPrevious none = { 0 };
  uint32_t previous = self->agents[agent].previous;

  return previous > 0 ? &self->previous[previous - 1] : &none;
}

void
coquill_graph_take_back_agents (CoquillGraph *self, uint32_t n_agents)
{
  while (self->n_agents > n_agents)
    {
      CoquillGraphAgent *agent = &self->agents[self->n_agents - 1];

      self->agent_slots[find_slot (self, &agent->id)] = 0;
      free (agent->runs);
      self->n_previous -= agent->previous > 0;
      self->n_agents--;
    }
}
