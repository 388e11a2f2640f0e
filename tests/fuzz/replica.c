/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replica.c: see replica.h. */

#include "replica.h"

#include <string.h>

#include "programme.h"
#include "text/codec.h"
#include "text/text-private.h"

#define FRESH 8 /* a number that nobody else has */

static CoquillAgent
agent_of (unsigned number, uint32_t n_loads)
{
  /* Not in the order of the numbers after a reload. */
  return (CoquillAgent){ .device = { (uint8_t)(n_loads % 2 == 0 ? 16 + number : 16 - number) },
                         .nonce = n_loads };
}

void
replica_init (Replica *self, unsigned number)
{
  CoquillAgent agent = agent_of (number, 0);

  *self = (Replica){ .text = coquill_text_new (), .number = number };
  self->agent = coquill_text_add_agent (self->text, &agent, NULL);
}

void
replica_clear (Replica *self)
{
  for (size_t i = 0; i < self->n_blocks; i++)
    coquill_change_free (self->blocks[i]);
  self->n_blocks = self->n_given = 0;
  coquill_text_free (self->text);
  self->text = NULL;
}

static bool
add_span (const CoquillTextRange *range, uint64_t position, void *data)
{
  *(uint64_t *)data += range->length;
  return true;
}

void
replica_check (Replica *self)
{
  CoquillText *text = self->text;
  uint64_t n_told = 0;

  coquill_text_catch_up (text); /* an empty range asks for nothing */
  coquill_text_foreach_span (text, 0, coquill_text_length (text), add_span, &n_told);
  require (n_told == coquill_text_length (text));
  require (coquill_rope_check (text->rope));
  require (coquill_order_check (text->walker->order));
  require (coquill_order_width (text->walker->order) == coquill_text_length (text));
  require (text->walker->window == NULL || coquill_merge_window_check (text->walker->window));
}

/* Of a long run of items only so many are asked for one by one; the order is compared as a whole. */
#define N_ASKED 16

/* What is told in runs is put together again: into how many ranges it is told apart is no matter. */
typedef struct
{
  CoquillText *text;
  CoquillBuffer *look;
  CoquillTextRange run;
  uint64_t position;
} Look;

static void
look_at (CoquillBuffer *look, const void *bytes, size_t n_bytes)
{
  require (coquill_buffer_append (look, bytes, n_bytes));
}

static void
look_at_agent (Look *self, uint32_t agent)
{
  const CoquillAgent *id = coquill_text_agent (self->text, agent);

  look_at (self->look, id->device, 1);
  look_at (self->look, &id->nonce, 1);
}

static void
end_run (Look *self)
{
  uint64_t run[3] = { self->run.sequence, self->run.length, self->position };

  if (self->run.length > 0)
    {
      look_at_agent (self, self->run.agent);
      look_at (self->look, run, sizeof run);
    }
  self->run.length = 0;
}

static bool
look_at_span (const CoquillTextRange *range, uint64_t position, void *data)
{
  Look *self = data;

  if (self->run.length > 0 && range->agent == self->run.agent
      && range->sequence == self->run.sequence + self->run.length
      && position == self->position + self->run.length)
    {
      self->run.length += range->length;
      return true;
    }
  end_run (self);
  self->run = *range;
  self->position = position;
  return true;
}

static int
compare_agents (const void *a, const void *b, void *data)
{
  CoquillText *text = data;

  return coquill_agent_compare (coquill_text_agent (text, *(const uint32_t *)a),
                                coquill_text_agent (text, *(const uint32_t *)b));
}

static void
look_at_items (Look *self, uint32_t agent, bool all)
{
  CoquillTextRange range = { agent, 0, coquill_text_agent_length (self->text, agent) };

  if (range.length == 0)
    return;
  look_at_agent (self, agent);
  look_at (self->look, &range.length, sizeof range.length);
  if (all)
    {
      coquill_text_ranges_alive (self->text, &range, look_at_span, self);
      end_run (self);
    }
  for (uint64_t i = 0; all && i < range.length; i += 1 + range.length / N_ASKED)
    {
      CoquillAnchor anchor = { COQUILL_ANCHOR_BEFORE, agent, i };
      uint64_t position = UINT64_MAX, depth = 0;

      if (!coquill_text_resolve (self->text, &anchor, &position))
        position = UINT64_MAX;
      look_at (self->look, &position, sizeof position);
      coquill_text_depth (self->text, (CoquillChangeId){ agent, i }, &depth);
      look_at (self->look, &depth, sizeof depth);
    }
}

void
replica_look (CoquillText *text, bool all, CoquillBuffer *look)
{
  Look self = { .text = text, .look = look };
  size_t n_bytes, n_heads;
  uint64_t n_items = coquill_text_n_items (text);
  uint32_t n_agents = coquill_text_n_agents (text);
  uint32_t *agents = malloc ((n_agents + 1) * sizeof *agents);
  char *string = coquill_text_to_string (text, &n_bytes);
  const CoquillChangeId *heads = coquill_text_frontier (text, &n_heads);

  require (agents != NULL && string != NULL);
  look_at (look, string, n_bytes);
  look_at (look, &n_items, sizeof n_items);
  for (size_t i = 0; i < n_heads; i++)
    {
      look_at_agent (&self, heads[i].agent);
      look_at (look, &heads[i].sequence, sizeof heads[i].sequence);
    }
  for (uint32_t i = 0; i < n_agents; i++)
    agents[i] = i;
  qsort_r (agents, n_agents, sizeof *agents, compare_agents, text);
  for (uint32_t i = 0; i < n_agents; i++)
    look_at_items (&self, agents[i], all);
  coquill_text_foreach_span (text, 0, coquill_text_length (text), look_at_span, &self);
  end_run (&self);
  free (string);
  free (agents);
}

/* All characters, deleted ones too, in their order, and how many deletions of each stand. */
static void
look_at_order (CoquillText *text, CoquillBuffer *look)
{
  Look self = { .text = text, .look = look };
  CoquillOrderPlace place = coquill_order_start (text->walker->order);

  for (; coquill_order_rest (&place) > 0; coquill_order_next (&place))
    {
      CoquillChangeId id = coquill_change_id (coquill_order_id (&place));
      CoquillTextRange range = { id.agent, id.sequence, coquill_order_rest (&place) };

      look_at_span (&range, id.sequence + ((uint64_t)coquill_order_standing (&place) << 48), &self);
    }
  end_run (&self);
}

static bool
is_same (const CoquillBuffer *a, const CoquillBuffer *b)
{
  return a->length == b->length && (a->length == 0 || memcmp (a->data, b->data, a->length) == 0);
}

/* A text before and after; what is told in between has to lead from the one to the other. */
typedef struct
{
  Replica *replica;
  CoquillBuffer look;
  CoquillRope *mirror;
  uint32_t n_agents;
} Before;

static void
delta_cb (const CoquillTextDelta *delta, void *data)
{
  Before *before = data;

  require (delta->agent < coquill_text_n_agents (before->replica->text));
  require (delta->position <= coquill_rope_length (before->mirror)
           && delta->deleted <= coquill_rope_length (before->mirror) - delta->position);
  if (delta->deleted > 0)
    coquill_rope_delete (before->mirror, delta->position, delta->deleted);
  if (delta->inserted_length > 0)
    coquill_rope_insert (before->mirror, delta->position, delta->inserted, delta->inserted_bytes);
}

static void
start (Before *self, Replica *replica)
{
  size_t n_bytes;
  char *string = coquill_text_to_string (replica->text, &n_bytes);

  self->replica = replica;
  self->look = (CoquillBuffer)COQUILL_BUFFER_INIT;
  replica_look (replica->text, false, &self->look);
  self->mirror = coquill_rope_new_from_utf8 (string, n_bytes);
  self->n_agents = coquill_text_n_agents (replica->text);
  free (string);
}

static void
finish (Before *self, bool done, bool told, const CoquillTextError *error)
{
  CoquillText *text = self->replica->text;
  CoquillBuffer look = COQUILL_BUFFER_INIT;

  if (!done)
    {
      replica_look (text, false, &look);
      require (error->code != COQUILL_TEXT_ERROR_NONE && error->message[0] != '\0');
      require (is_same (&look, &self->look));
      require (coquill_text_n_agents (text) == self->n_agents);
      coquill_buffer_clear (&look);
    }
  if (!done || told)
    {
      size_t n_bytes;
      char *string = coquill_text_to_string (text, &n_bytes);
      char *mirror = malloc (n_bytes + 1);

      require (mirror != NULL && coquill_rope_bytes (self->mirror) == n_bytes);
      coquill_rope_read (self->mirror, 0, coquill_rope_length (self->mirror), mirror);
      require (memcmp (mirror, string, n_bytes) == 0);
      free (mirror);
      free (string);
    }
  coquill_rope_free (self->mirror);
  coquill_buffer_clear (&self->look);
}

bool
replica_take (Replica *self, const CoquillChange *change, bool told)
{
  CoquillTextError error = { 0 };
  Before before;
  bool done;

  start (&before, self);
  done = coquill_text_merge (self->text, change, told ? delta_cb : NULL, &before, &error);
  finish (&before, done, told, &error);
  return done;
}

bool
replica_restore (Replica *self, const CoquillTextRange *ranges, size_t n_ranges)
{
  CoquillTextError error = { 0 };
  Before before;
  bool done;

  start (&before, self);
  done = coquill_text_restore (self->text, self->agent, ranges, n_ranges, delta_cb, &before, NULL, &error);
  finish (&before, done, true, &error);
  return done;
}

static CoquillChange *
recode (CoquillChange *change)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT;
  CoquillChange *decoded;

  require (coquill_change_encode (change, &bytes));
  decoded = coquill_change_decode (bytes.data, bytes.length, NULL);
  require (decoded != NULL);
  coquill_buffer_clear (&bytes);
  coquill_change_free (change);
  return decoded;
}

CoquillChange *
replica_missing (const Replica *self, const Replica *from, uint64_t limit, bool encoded)
{
  uint32_t n_agents = coquill_text_n_agents (from->text);
  uint64_t *known = malloc ((n_agents + 1) * sizeof *known);
  CoquillChange *change;

  require (known != NULL);
  for (uint32_t i = 0; i < n_agents; i++)
    {
      uint32_t agent = coquill_text_find_agent (self->text, coquill_text_agent (from->text, i));

      known[i] = agent != COQUILL_NO_AGENT ? coquill_text_agent_length (self->text, agent) : 0;
    }
  change = coquill_text_extract_missing (from->text, known, n_agents, limit);
  free (known);
  return change != NULL && encoded ? recode (change) : change;
}

void
replica_reload (Replica *self)
{
  CoquillBuffer bytes = COQUILL_BUFFER_INIT, before = COQUILL_BUFFER_INIT, after = COQUILL_BUFFER_INIT;
  uint64_t first = coquill_text_first_item (self->text), end = coquill_text_n_items (self->text);
  CoquillAgent agent;

  if (self->n_blocks == REPLICA_BLOCKS)
    return;
  if (first < end)
    self->blocks[self->n_blocks++] = coquill_text_extract (self->text, first, end);
  self->n_given = 0;
  replica_look (self->text, false, &before);
  require (coquill_text_save_snapshot (self->text, &bytes));
  coquill_text_free (self->text);
  self->text = coquill_text_load_snapshot (bytes.data, bytes.length, NULL);
  require (self->text != NULL);
  replica_look (self->text, false, &after);
  require (is_same (&before, &after));
  agent = agent_of (self->number, ++self->n_loads);
  self->agent = coquill_text_add_agent (self->text, &agent, NULL);
  coquill_buffer_clear (&bytes);
  coquill_buffer_clear (&before);
  coquill_buffer_clear (&after);
}

void
replica_give_block (Replica *self)
{
  CoquillBuffer before = COQUILL_BUFFER_INIT, after = COQUILL_BUFFER_INIT;

  if (self->n_given < self->n_blocks)
    {
      replica_look (self->text, false, &before);
      require (coquill_text_add_history (self->text, self->blocks[self->n_given++], NULL));
      replica_look (self->text, false, &after);
      require (is_same (&before, &after));
      coquill_buffer_clear (&before);
      coquill_buffer_clear (&after);
    }
  if (self->n_given < self->n_blocks)
    return;
  require (coquill_text_has_history (self->text));
  for (size_t i = 0; i < self->n_blocks; i++)
    coquill_change_free (self->blocks[i]);
  self->n_blocks = self->n_given = 0;
}

static void
bring_all (Replica *to, const Replica *from, bool told)
{
  CoquillChange *change = replica_missing (to, from, UINT64_MAX, told);

  require (change != NULL);
  if (told)
    require (replica_take (to, change, true));
  else
    require (coquill_text_merge (to->text, change, NULL, NULL, NULL));
  coquill_change_free (change);
}

void
replicas_settle (Replica *replicas, size_t n_replicas)
{
  CoquillBuffer look = COQUILL_BUFFER_INIT, order = COQUILL_BUFFER_INIT, other = COQUILL_BUFFER_INIT;
  Replica fresh;

  if (n_replicas == 0)
    return;
  for (size_t i = 0; i < n_replicas; i++)
    while (!coquill_text_has_history (replicas[i].text))
      replica_give_block (&replicas[i]);
  for (size_t i = 1; i < n_replicas; i++)
    bring_all (&replicas[0], &replicas[i], i % 2 == 0);
  for (size_t i = 1; i < n_replicas; i++)
    bring_all (&replicas[i], &replicas[0], i % 2 == 1);

  replica_init (&fresh, FRESH);
  bring_all (&fresh, &replicas[n_replicas - 1], true);
  replica_check (&fresh);
  replica_look (fresh.text, true, &look);
  look_at_order (fresh.text, &order);
  replica_clear (&fresh);
  for (size_t i = 0; i < n_replicas; i++)
    {
      replica_check (&replicas[i]);
      coquill_buffer_clear (&other);
      replica_look (replicas[i].text, true, &other);
      require (is_same (&look, &other));
      coquill_buffer_clear (&other);
      require (coquill_text_go_to_root (replicas[i].text));
      coquill_text_catch_up (replicas[i].text);
      look_at_order (replicas[i].text, &other);
      require (is_same (&order, &other));
    }
  coquill_buffer_clear (&look);
  coquill_buffer_clear (&order);
  coquill_buffer_clear (&other);
}
