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
  CoquillTextCaret *caret = &self->caret;
  CoquillGraph *graph = self->graph;
  uint64_t next;
  char character;

  if (position != caret->insert_at || position >= caret->insert_end || agent != caret->agent || n_bytes != 1
      || (uint8_t)((character = *utf8) - 1) >= 0x7f)
    return coquill_text_insert_any (self, agent, position, utf8, n_bytes, sequence, error);
  caret->insert_at = position + 1;
  coquill_rope_hand_type (self->rope, character);
  next = coquill_graph_type (graph, agent, character);
  if (sequence != NULL)
    *sequence = next;
  return true;
}

bool
coquill_text_delete (CoquillText *self,
                     uint32_t agent,
                     uint64_t position,
                     uint64_t count,
                     uint64_t *sequence,
                     CoquillTextError *error)
{
  CoquillTextCaret *caret = &self->caret;
  uint64_t next;

  if (position != caret->erase_at || caret->n_erasable == 0 || agent != caret->agent || count != 1
      || !coquill_rope_hand_erase (self->rope, caret->is_backward))
    return coquill_text_delete_any (self, agent, position, count, sequence, error);
  caret->erase_at = position - caret->is_backward;
  caret->n_erasable--;
  next = coquill_graph_lengthen (self->graph, agent, 1);
  if (sequence != NULL)
    *sequence = next;
  return true;
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
