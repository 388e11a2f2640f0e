/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text-type.c: the short ways of a key press, and of what an editor asks after each. */

#include "text/rope-hand.h"
#include "text/text-private.h"

bool
coquill_text_insert (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     const char *utf8,
                     size_t n_bytes,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  /* Somebody types: one more ASCII character where the last one went in. */
  if (n_bytes == 1 && (uint8_t)(*utf8 - 1) < 0x7f && coquill_rope_hand_awaits (self->rope, position)
      && coquill_graph_extend_insert (self->graph, agent, position, utf8, 1, 1))
    {
      coquill_rope_hand_type (self->rope, *utf8);
      if (sequence != NULL)
        *sequence = self->graph->agents[agent].length - 1;
      return true;
    }
  return coquill_text_insert_any (self, agent, position, utf8, n_bytes, sequence, error);
}

bool
coquill_text_delete (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     uint64_t count,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  /* One more character beside the last one deleted. */
  if (count == 1 && coquill_rope_hand_has (self->rope, position)
      && coquill_graph_extend_delete (self->graph, agent, position, 1))
    {
      if (!coquill_rope_hand_erase (self->rope, position))
        coquill_rope_delete (self->rope, position, 1);
      if (sequence != NULL)
        *sequence = self->graph->agents[agent].length - 1;
      return true;
    }
  return coquill_text_delete_any (self, agent, position, count, sequence, error);
}

uint64_t
coquill_text_length (const CoquillText *self)
{
  return coquill_rope_hand_length (self->rope);
}

size_t
coquill_text_read (CoquillText *self, uint64_t position, uint64_t count, char *buffer)
{
  char character = count == 1 ? coquill_rope_hand_peek (self->rope, position) : 0;

  if (character == 0)
    return coquill_rope_read (self->rope, position, count, buffer);
  *buffer = character;
  return 1;
}
