/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world-merge.c: a change comes to a replica, sound or spoilt. */

#include "text/codec.h"
#include "world.h"

CoquillChange *
world_through_codec (World *self, CoquillChange *change, gboolean compact)
{
  CoquillBuffer buffer = COQUILL_BUFFER_INIT;
  CoquillTextError error;
  CoquillChange *decoded;

  if (!(compact ? coquill_change_encode_compact : coquill_change_encode) (change, &buffer))
    world_fail (self, "a change isn't encoded");
  decoded = coquill_change_decode (buffer.data, buffer.length, &error);
  world_expect (self, decoded != NULL, &error, "an encoded change");
  coquill_buffer_clear (&buffer);
  coquill_change_free (change);
  return decoded;
}

/* What nobody can have made, behind the last item of a change. */
static CoquillOperation
impossible_operation (CoquillChangeId last, guint how, CoquillChangeId *parent)
{
  CoquillOperation operation = { .kind = COQUILL_OPERATION_INSERT,
                                 .agent = last.agent,
                                 .sequence = last.sequence + 1,
                                 .length = 1,
                                 .content_length = 1,
                                 .n_parents = 1 };

  *parent = last;
  switch (how % 5)
    {
    case 0: /* behind the end */
      operation.position = UINT64_C (1) << 40;
      break;
    case 1: /* a gap */
      operation.sequence += 7;
      break;
    case 2: /* a forged parent */
      parent->sequence += 7;
      operation.sequence += 8;
      break;
    case 3: /* a restoration of itself */
      operation.kind = COQUILL_OPERATION_RESTORE;
      operation.content_length = 0;
      operation.target = (CoquillChangeId){ operation.agent, operation.sequence };
      break;
    default: /* more than there is */
      operation.kind = COQUILL_OPERATION_DELETE;
      operation.content_length = 0;
      operation.length = UINT64_C (1) << (how % 2 == 0 ? 30 : 60);
      break;
    }
  return operation;
}

void
world_merge_spoilt (World *self, Replica *to, const CoquillChange *change, guint how)
{
  CoquillChange *spoilt = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;
  CoquillChangeId last = { 0 }, parent;
  guint64 before = coquill_text_n_items (to->text);
  guint32 n_agents = coquill_text_n_agents (to->text);
  CoquillTextError error = { 0 };

  for (size_t i = 0; i < change->n_agents; i++)
    coquill_change_add_agent (spoilt, &change->agents[i].id,
                              change->agents[i].starts ? &change->agents[i].previous : NULL);
  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      coquill_change_add_operation (spoilt, &operation, operation.parents, operation.content);
      last = (CoquillChangeId){ operation.agent, operation.sequence + operation.length - 1 };
    }
  operation = impossible_operation (last, how, &parent);
  coquill_change_add_operation (spoilt, &operation, &parent, (const uint8_t *)"x");
  if (coquill_text_merge (to->text, spoilt, world_mirror_cb, to->mirror, &error))
    world_fail (self, "%c takes what can't be, %u", world_name (self, to), how % 5);
  if (error.code == COQUILL_TEXT_ERROR_NONE || error.message[0] == '\0')
    world_fail (self, "%c refuses without a reason", world_name (self, to));
  if (coquill_text_n_items (to->text) != before || coquill_text_n_agents (to->text) != n_agents)
    world_fail (self, "%c keeps something of what it refused", world_name (self, to));
  coquill_change_free (spoilt);
  world_check_text (self, to);
}

void
world_merge (World *self, Replica *to, const CoquillChange *change)
{
  CoquillTextError error;

  self->report->n_changes++;
  self->report->n_delivered += coquill_change_n_items (change);
  if (coquill_text_merge (to->text, change, world_mirror_cb, to->mirror, &error))
    return;
  if (error.code != COQUILL_TEXT_ERROR_HISTORY_NEEDED || to->history->len == 0)
    world_expect (self, FALSE, &error, "a change");
  world_give_history (self, to);
  world_expect (self, coquill_text_merge (to->text, change, world_mirror_cb, to->mirror, &error), &error,
                "a change with history");
}
