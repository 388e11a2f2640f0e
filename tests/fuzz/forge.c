/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forge.c: see forge.h. */

#include "forge.h"

#include <string.h>

#define MAX_PARENTS 5000 /* more than an item may have */
#define MAX_CONTENT 16

typedef struct
{
  const Replica *replica;
  Programme *programme;
  CoquillChange *change;
  uint32_t n_agents; /* those that the text knows */
  uint32_t forger;
  uint64_t forged; /* items of the forger, those in the change counted */
  CoquillChangeId *parents;
} Forge;

/* The change's own agents have the text's indices; the forger and nobody come last. */
static void
add_agents (Forge *self)
{
  const CoquillText *text = self->replica->text;
  CoquillAgent forger = { .device = { (uint8_t)(64 + self->replica->number) } },
               nobody = { .device = { 255 } };
  CoquillAgentPrevious none = { 0 };

  self->n_agents = coquill_text_n_agents (text);
  for (uint32_t i = 0; i < self->n_agents; i++)
    {
      bool starts = programme_byte (self->programme) == 'S';

      coquill_change_add_agent (self->change, coquill_text_agent (text, i),
                                starts ? coquill_text_agent_previous (text, i) : NULL);
    }
  self->forger = coquill_text_find_agent (text, &forger);
  if (self->forger == COQUILL_NO_AGENT)
    self->forger = coquill_change_add_agent (self->change, &forger, &none);
  else
    self->forged = coquill_text_agent_length (text, self->forger);
  coquill_change_add_agent (self->change, &nobody, programme_byte (self->programme) == 'S' ? &none : NULL);
}

static CoquillChangeId
any_id (Forge *self)
{
  uint32_t agent = (uint32_t)programme_below (self->programme, self->change->n_agents);

  return (CoquillChangeId){ agent, programme_number (self->programme) };
}

static void
copy_heads (Forge *self, const CoquillChangeId *heads, size_t n_heads, CoquillOperation *operation)
{
  for (size_t i = 0; i < n_heads; i++)
    self->parents[i] = heads[i];
  operation->n_parents = (uint32_t)n_heads;
}

static void
choose_parents (Forge *self, CoquillOperation *operation)
{
  size_t n_heads, n_more = 0;
  const CoquillChangeId *heads = coquill_text_frontier (self->replica->text, &n_heads);
  uint8_t way = programme_byte (self->programme);

  switch (way % 8)
    {
    case 0: /* what an honest one has */
    case 1:
      if (self->change->n_operations == 0)
        {
          copy_heads (self, heads, n_heads, operation);
          break;
        }
      /* fallthrough */
    case 2: /* its own item before alone */
      if (operation->sequence > 0)
        self->parents[operation->n_parents++]
            = (CoquillChangeId){ operation->agent, operation->sequence - 1 };
      break;
    case 3: /* its own, and others' */
      if (operation->sequence > 0)
        self->parents[operation->n_parents++]
            = (CoquillChangeId){ operation->agent, operation->sequence - 1 };
      n_more = 1 + way / 8 % 4;
      break;
    case 4: /* the heads and others', so that one is an ancestor of another */
      copy_heads (self, heads, n_heads, operation);
      n_more = 1;
      break;
    case 5:
      n_more = way == 0xfd ? MAX_PARENTS : way / 8 % 4;
      break;
    case 6: /* one head of several */
      if (n_heads > 0)
        self->parents[operation->n_parents++] = heads[way / 8 % n_heads];
      break;
    default:
      break;
    }
  for (; n_more > 0 && operation->n_parents < MAX_PARENTS; n_more--)
    self->parents[operation->n_parents++] = any_id (self);
}

static uint32_t
choose_author (Forge *self)
{
  uint8_t byte = programme_byte (self->programme);

  return byte % 4 != 3 ? self->forger : (uint32_t)(byte / 4 % self->change->n_agents);
}

static uint64_t
choose_sequence (Forge *self, uint32_t author)
{
  uint8_t byte = programme_byte (self->programme);
  uint64_t length = author < self->n_agents ? coquill_text_agent_length (self->replica->text, author) : 0;

  if (author == self->forger)
    return byte < 0xe0 ? self->forged : byte < 0xf0 ? byte & 15 : programme_number (self->programme);
  return byte < 0x80 && length > 0 ? byte % length : length + 1 + programme_number (self->programme);
}

/* In another's name only what isn't new: otherwise it would be that other's next item. */
static bool
is_other_s_item (const Forge *self, const CoquillOperation *operation)
{
  uint64_t length;

  if (operation->agent == self->forger || operation->agent >= self->n_agents
      || operation->length >= COQUILL_MAX_SEQUENCE)
    return false;
  length = coquill_text_agent_length (self->replica->text, operation->agent);
  return operation->sequence <= length && operation->length > length - operation->sequence;
}

static void
add_operation (Forge *self)
{
  static const char *const texts[] = { "a",    "xy",          "ä",  "\xf0\x9f\x98\x80", "",
                                       "\xc3", "hello world", "\n", "\xed\xa0\x80",     "long enough text" };
  CoquillOperation operation = { .agent = choose_author (self) };
  uint8_t content[MAX_CONTENT];
  const char *text;

  operation.sequence = choose_sequence (self, operation.agent);
  operation.kind = 1 + programme_byte (self->programme) % 5;
  operation.length = 1;
  operation.position = 0;
  choose_parents (self, &operation);
  if (operation.kind == COQUILL_OPERATION_INSERT || operation.kind == COQUILL_OPERATION_DELETE)
    operation.position = programme_number (self->programme);
  if (operation.kind == COQUILL_OPERATION_RESTORE)
    operation.target = any_id (self);
  if (operation.kind == COQUILL_OPERATION_DELETE || operation.kind == COQUILL_OPERATION_RESTORE)
    operation.length = programme_number (self->programme);
  if (operation.kind == COQUILL_OPERATION_INSERT || operation.kind == COQUILL_OPERATION_RECORD)
    {
      uint8_t byte = programme_byte (self->programme);

      text = texts[byte % 10];
      operation.content_length = strlen (text);
      memcpy (content, text, operation.content_length);
      if (operation.kind == COQUILL_OPERATION_INSERT)
        for (size_t i = operation.length = 0; i < operation.content_length; i++)
          operation.length += (content[i] & 0xc0) != 0x80;
      if (byte >= 240)
        operation.length = programme_number (self->programme);
    }
  operation.backward
      = operation.kind == COQUILL_OPERATION_DELETE && programme_byte (self->programme) % 2 == 1;
  if (is_other_s_item (self, &operation))
    return;
  coquill_change_add_operation (self->change, &operation, self->parents, content);
  if (operation.agent == self->forger && operation.length < COQUILL_MAX_SEQUENCE)
    self->forged = operation.sequence + operation.length;
}

CoquillChange *
forge_change (const Replica *replica, Programme *programme)
{
  static CoquillChangeId parents[MAX_PARENTS]; /* once, to save time */
  Forge self
      = { .replica = replica, .programme = programme, .change = coquill_change_new (), .parents = parents };

  add_agents (&self);
  for (unsigned n = 1 + programme_byte (programme) % 4; n > 0; n--)
    add_operation (&self);
  return self.change;
}

static void
change_a_little (CoquillOperation *operation, CoquillChangeId *parents, Programme *programme)
{
  switch (programme_byte (programme) % 6)
    {
    case 0:
      operation->position = programme_number (programme);
      break;
    case 1:
      operation->position += programme_number (programme);
      break;
    case 2:
      operation->position -= operation->position > 0;
      break;
    case 3:
      if (operation->kind == COQUILL_OPERATION_RESTORE)
        operation->target.sequence += programme_number (programme);
      else if (operation->kind == COQUILL_OPERATION_DELETE)
        operation->backward = !operation->backward;
      break;
    case 4:
      if (operation->n_parents > 0)
        parents[programme_below (programme, operation->n_parents)].sequence = programme_number (programme);
      break;
    default:
      if (operation->n_parents > 0)
        operation->n_parents--;
      break;
    }
}

CoquillChange *
forge_history (const CoquillChange *history, Programme *programme)
{
  CoquillChange *forged = coquill_change_new ();
  CoquillChangeReader reader;
  CoquillOperation operation;
  size_t which = programme_below (programme, history->n_operations), i = 0;

  for (size_t agent = 0; agent < history->n_agents; agent++)
    coquill_change_add_agent (forged, &history->agents[agent].id,
                              history->agents[agent].starts ? &history->agents[agent].previous : NULL);
  coquill_change_reader_init (&reader, history);
  while (coquill_change_reader_next (&reader, &operation))
    {
      CoquillChangeId parents[64];
      uint8_t content[64];

      if (i++ != which || operation.n_parents > 64 || operation.content_length > sizeof content)
        {
          coquill_change_add_operation (forged, &operation, operation.parents, operation.content);
          continue;
        }
      if (operation.n_parents > 0)
        memcpy (parents, operation.parents, operation.n_parents * sizeof *parents);
      if (operation.content_length > 0)
        memcpy (content, operation.content, operation.content_length);
      /* Other text of the same length, as far as it is ASCII. */
      if (operation.content_length > 0 && content[0] < 0x80 && programme_byte (programme) % 8 == 0)
        content[0] = '#';
      else
        change_a_little (&operation, parents, programme);
      coquill_change_add_operation (forged, &operation, parents, content);
    }
  return forged;
}
