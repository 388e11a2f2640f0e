/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change.c: putting a change together. */

#include "text/change.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

CoquillChange *
coquill_change_new (void)
{
  return coquill_allocate (sizeof (CoquillChange));
}

void
coquill_change_free (CoquillChange *self)
{
  if (self == NULL)
    return;
  free (self->agents);
  free (self->operations);
  free (self->parents);
  free (self->content);
  free (self);
}

uint32_t
coquill_change_add_agent (CoquillChange *self, const CoquillAgent *id, const CoquillAgentPrevious *previous)
{
  CoquillChangeAgent *agent;

  self->agents
      = coquill_grow (self->agents, &self->agents_capacity, self->n_agents + 1, sizeof *self->agents);
  agent = &self->agents[self->n_agents];
  memset (agent, 0, sizeof *agent);
  agent->id = *id;
  agent->starts = previous != NULL;
  if (previous != NULL)
    agent->previous = *previous;
  return (uint32_t)self->n_agents++;
}

void
coquill_change_add_operation (CoquillChange *self,
                              const CoquillOperation *operation,
                              const CoquillChangeId *parents,
                              const uint8_t *content)
{
  size_t n_parents = operation->n_parents;
  CoquillOperation *added;

  self->operations = coquill_grow (self->operations, &self->operations_capacity, self->n_operations + 1,
                                   sizeof *self->operations);
  added = &self->operations[self->n_operations++];
  *added = *operation;
  added->first_parent = (uint32_t)self->n_parents;
  added->content_offset = operation->content_length > 0 ? self->content_length : 0;

  if (n_parents > 0)
    {
      self->parents = coquill_grow (self->parents, &self->parents_capacity, self->n_parents + n_parents,
                                    sizeof *self->parents);
      memcpy (&self->parents[self->n_parents], parents, n_parents * sizeof *parents);
      self->n_parents += n_parents;
    }
  if (operation->content_length > 0)
    {
      self->content = coquill_grow (self->content, &self->content_capacity,
                                    self->content_length + operation->content_length, 1);
      memcpy (&self->content[self->content_length], content, operation->content_length);
      self->content_length += operation->content_length;
    }
}

uint64_t
coquill_change_n_items (const CoquillChange *self)
{
  uint64_t n_items = 0;

  for (size_t i = 0; i < self->n_operations; i++)
    n_items += self->operations[i].length;
  return n_items;
}

void
coquill_change_reader_init (CoquillChangeReader *self, const CoquillChange *change)
{
  self->change = change;
  self->next = 0;
}

bool
coquill_change_reader_next (CoquillChangeReader *self, CoquillOperation *operation)
{
  const CoquillChange *change = self->change;

  if (self->next == change->n_operations)
    return false;
  *operation = change->operations[self->next++];
  operation->parents = operation->n_parents > 0 ? &change->parents[operation->first_parent] : NULL;
  operation->content = operation->content_length > 0 ? &change->content[operation->content_offset] : NULL;
  return true;
}

void
coquill_change_reader_clear (CoquillChangeReader *self)
{
  self->next = self->change->n_operations;
}
