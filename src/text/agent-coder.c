/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agent-coder.c: a list of agents to bytes, and hostile bytes back. */

#include "text/agent-coder.h"

#include <stdlib.h>
#include <string.h>

#include "text/memory.h"

static uint8_t (*devices (CoquillAgentCoder *self))[32]
{
  return self->devices != NULL ? self->devices : self->few;
}

static void
add_device (CoquillAgentCoder *self, const uint8_t *device)
{
  if (self->devices != NULL || self->n_devices == COQUILL_AGENT_CODER_FEW)
    {
      bool first = self->devices == NULL;

      self->devices
          = coquill_grow (self->devices, &self->capacity, self->n_devices + 1, sizeof *self->devices);
      if (first)
        memcpy (self->devices, self->few, sizeof self->few);
    }
  memcpy (devices (self)[self->n_devices++], device, 32);
}

/* Agents of one device usually follow each other: the search goes from the back. */
void
coquill_agent_coder_append (CoquillAgentCoder *self,
                            const CoquillAgent *agent,
                            const CoquillAgentPrevious *previous,
                            CoquillBuffer *out)
{
  size_t i = self->n_devices;

  while (i > 0 && memcmp (devices (self)[i - 1], agent->device, sizeof agent->device) != 0)
    i--;
  if (i > 0)
    coquill_buffer_append_varint (out, i - 1);
  else
    {
      coquill_buffer_append_varint (out, self->n_devices);
      add_device (self, agent->device);
      coquill_buffer_append (out, agent->device, sizeof agent->device);
    }
  coquill_buffer_append_varint (out, agent->ordinal);
  coquill_buffer_append_fixed64 (out, agent->nonce);

  coquill_buffer_append_byte (out, previous == NULL ? 0 : previous->present ? 2 : 1);
  if (previous != NULL && previous->present)
    {
      coquill_buffer_append_varint (out, previous->ordinal);
      coquill_buffer_append_fixed64 (out, previous->nonce);
      coquill_buffer_append_varint (out, previous->length);
      coquill_buffer_append (out, previous->digest, sizeof previous->digest);
    }
}

static uint32_t
read_ordinal (CoquillReader *reader)
{
  uint64_t ordinal = coquill_reader_varint (reader);

  if (ordinal > UINT32_MAX)
    reader->failed = true;
  return (uint32_t)ordinal;
}

void
coquill_agent_coder_read (CoquillAgentCoder *self,
                          CoquillReader *reader,
                          CoquillAgent *agent,
                          bool *starts,
                          CoquillAgentPrevious *previous)
{
  uint64_t device = coquill_reader_varint (reader);

  memset (agent, 0, sizeof *agent);
  memset (previous, 0, sizeof *previous);
  *starts = false;

  if (device > self->n_devices)
    reader->failed = true;
  if (reader->failed)
    return;
  if (device == self->n_devices)
    {
      const uint8_t *bytes = coquill_reader_bytes (reader, sizeof agent->device);

      if (bytes == NULL)
        return;
      add_device (self, bytes);
    }
  memcpy (agent->device, devices (self)[device], sizeof agent->device);
  agent->ordinal = read_ordinal (reader);
  agent->nonce = coquill_reader_fixed64 (reader);

  uint8_t state = coquill_reader_byte (reader);

  *starts = state > 0;
  if (state == 2)
    {
      previous->present = true;
      previous->ordinal = read_ordinal (reader);
      previous->nonce = coquill_reader_fixed64 (reader);
      previous->length = coquill_reader_varint (reader);

      const uint8_t *digest = coquill_reader_bytes (reader, sizeof previous->digest);

      if (digest != NULL)
        memcpy (previous->digest, digest, sizeof previous->digest);
    }
  else if (state > 2)
    reader->failed = true;
}

void
coquill_agent_coder_clear (CoquillAgentCoder *self)
{
  free (self->devices);
}
