/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.c: a trace as the changes that its authors would have sent. */

#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "text/codec.h"

/* How the transactions of a concurrent trace become changes.
 * @heads: of each transaction, its last item
 * @newest: per agent, its newest transaction plus 1
 * @agent_of: per author of the trace, the agent that it is now
 * @lengths: per agent, items so far
 * @seen, @stamp: marks of the search for ancestors */
typedef struct
{
  const PackedTrace *trace;
  CoquillChangeId *heads;
  GArray *newest;
  GArray *lengths;
  guint32 *agent_of;
  guint32 *seen;
  guint32 stamp;
  GArray *stack;
} Converter;

CoquillAgent
history_agent (guint32 number)
{
  CoquillAgent agent = { .ordinal = 0, .nonce = number };
  guint32 ordered = GUINT32_TO_BE (number);

  memcpy (agent.device, &ordered, sizeof ordered);
  return agent;
}

gboolean
history_play (const PackedTrace *trace, CoquillText *text, guint32 agent)
{
  for (guint i = 0; i < trace->n_patches; i++)
    {
      const PackedPatch *patch = &trace->patches[i];

      if (patch->deleted > 0
          && !coquill_text_delete (text, agent, patch->position, patch->deleted, NULL, NULL))
        return FALSE;
      if (patch->length > 0
          && !coquill_text_insert (text, agent, patch->position, trace->text + patch->offset, patch->bytes,
                                   NULL, NULL))
        return FALSE;
    }
  return TRUE;
}

/* Whether @ancestor is @transaction or among its ancestors. Transactions come behind their parents, so none
 * below @ancestor needs to be looked at. */
static gboolean
is_ancestor (Converter *self, guint32 ancestor, guint32 transaction)
{
  self->stamp++;
  g_array_set_size (self->stack, 0);
  g_array_append_val (self->stack, transaction);
  while (self->stack->len > 0)
    {
      guint32 index = g_array_index (self->stack, guint32, self->stack->len - 1);
      const PackedTransaction *at = &self->trace->transactions[index];

      g_array_set_size (self->stack, self->stack->len - 1);
      if (index == ancestor)
        return TRUE;
      for (guint i = 0; i < at->n_parents; i++)
        {
          guint32 parent = self->trace->parents[at->first_parent + i];

          if (parent >= ancestor && self->seen[parent] != self->stamp)
            {
              self->seen[parent] = self->stamp;
              g_array_append_val (self->stack, parent);
            }
        }
    }
  return FALSE;
}

static guint32
add_agent (Converter *self)
{
  guint32 none = 0, agent = self->lengths->len;
  guint64 no_items = 0;

  g_array_append_val (self->newest, none);
  g_array_append_val (self->lengths, no_items);
  return agent;
}

/* The agent of a transaction: another one, if what the author's agent did last isn't among its ancestors. */
static guint32
choose_agent (Converter *self, guint32 index)
{
  const PackedTransaction *transaction = &self->trace->transactions[index];
  guint32 *agent = &self->agent_of[transaction->agent];
  guint32 newest = g_array_index (self->newest, guint32, *agent);
  gboolean follows = newest == 0;

  for (guint i = 0; i < transaction->n_parents && !follows; i++)
    follows = self->trace->parents[transaction->first_parent + i] == newest - 1;
  if (!follows && !is_ancestor (self, newest - 1, index))
    *agent = add_agent (self);
  g_array_index (self->newest, guint32, *agent) = index + 1;
  return *agent;
}

static guint32
find_or_add_agent (CoquillChange *change, guint32 number)
{
  CoquillAgent id = history_agent (number);

  for (gsize i = 0; i < change->n_agents; i++)
    if (coquill_agent_compare (&change->agents[i].id, &id) == 0)
      return (guint32)i;
  return coquill_change_add_agent (change, &id, NULL);
}

/* The parents' last items, without those that are ancestors of another one. */
static CoquillChangeId *
find_parents (Converter *self,
              CoquillChange *change,
              const PackedTransaction *transaction,
              guint32 *n_parents)
{
  const guint32 *parents = self->trace->parents + transaction->first_parent;
  CoquillChangeId *ids = g_new (CoquillChangeId, transaction->n_parents + 1);

  *n_parents = 0;
  for (guint i = 0; i < transaction->n_parents; i++)
    {
      gboolean needed = TRUE;

      for (guint j = 0; j < transaction->n_parents && needed; j++)
        needed = i == j || (parents[i] == parents[j] ? i < j : !is_ancestor (self, parents[i], parents[j]));
      if (needed)
        {
          CoquillChangeId head = self->heads[parents[i]];

          ids[(*n_parents)++] = (CoquillChangeId){ find_or_add_agent (change, head.agent), head.sequence };
        }
    }
  return ids;
}

static void
add_operation (CoquillChange *change, CoquillOperation *operation, CoquillChangeId *parents, const char *text)
{
  coquill_change_add_operation (change, operation, parents, (const guint8 *)text);
  parents[0] = (CoquillChangeId){ operation->agent, operation->sequence + operation->length - 1 };
  operation->sequence += operation->length;
  operation->n_parents = 1;
}

static CoquillChange *
convert (Converter *self, guint32 index)
{
  const PackedTransaction *transaction = &self->trace->transactions[index];
  guint32 agent = choose_agent (self, index);
  guint64 *length = &g_array_index (self->lengths, guint64, agent);
  CoquillChange *change = coquill_change_new ();
  CoquillAgentPrevious none = { 0 };
  CoquillAgent author = history_agent (agent);
  CoquillOperation operation = { .sequence = *length };

  coquill_change_add_agent (change, &author, *length == 0 ? &none : NULL);

  g_autofree CoquillChangeId *parents = find_parents (self, change, transaction, &operation.n_parents);

  for (guint i = 0; i < transaction->n_patches; i++)
    {
      const PackedPatch *patch = &self->trace->patches[transaction->first_patch + i];

      operation.position = patch->position;
      if (patch->deleted > 0)
        {
          operation.kind = COQUILL_OPERATION_DELETE;
          operation.length = patch->deleted;
          operation.content_length = 0;
          add_operation (change, &operation, parents, NULL);
        }
      if (patch->length > 0)
        {
          operation.kind = COQUILL_OPERATION_INSERT;
          operation.length = patch->length;
          operation.content_length = patch->bytes;
          add_operation (change, &operation, parents, self->trace->text + patch->offset);
        }
    }
  if (change->n_operations == 0)
    {
      operation.kind = COQUILL_OPERATION_RECORD;
      operation.length = 1;
      add_operation (change, &operation, parents, NULL);
    }
  *length = operation.sequence;
  self->heads[index] = (CoquillChangeId){ agent, operation.sequence - 1 };
  return change;
}

static gboolean
append_live (History *self, const CoquillChange *change)
{
  gboolean encoded = coquill_change_encode (change, &self->lives);

  self->ends[self->n_lives++] = self->lives.length;
  return encoded;
}

static gboolean
merge_transactions (History *self, const PackedTrace *trace, CoquillText *text, CoquillTextError *error)
{
  Converter converter = {
    .trace = trace,
    .heads = g_new (CoquillChangeId, trace->n_transactions),
    .newest = g_array_new (FALSE, FALSE, sizeof (guint32)),
    .lengths = g_array_new (FALSE, FALSE, sizeof (guint64)),
    .agent_of = g_new (guint32, trace->n_agents),
    .seen = g_new0 (guint32, trace->n_transactions),
    .stack = g_array_new (FALSE, FALSE, sizeof (guint32)),
  };
  gboolean merged = TRUE;

  for (guint i = 0; i < trace->n_agents; i++)
    converter.agent_of[i] = add_agent (&converter);
  for (guint i = 0; i < trace->n_transactions && merged; i++)
    {
      CoquillChange *change = convert (&converter, i);

      merged = coquill_text_merge (text, change, NULL, NULL, error) && append_live (self, change);
      coquill_change_free (change);
    }
  g_free (converter.heads);
  g_array_unref (converter.newest);
  g_array_unref (converter.lengths);
  g_free (converter.agent_of);
  g_free (converter.seen);
  g_array_unref (converter.stack);
  return merged;
}

/* Each transaction is what came while it was played. */
static gboolean
play_transactions (History *self, const PackedTrace *trace, CoquillText *text)
{
  CoquillAgent id = history_agent (0);
  guint32 agent = coquill_text_add_agent (text, &id, NULL);
  gboolean played = TRUE;

  for (guint i = 0; i < trace->n_transactions && played; i++)
    {
      const PackedTransaction *transaction = &trace->transactions[i];
      guint64 before = coquill_text_n_items (text);
      PackedTrace part = *trace;

      part.patches = trace->patches + transaction->first_patch;
      part.n_patches = transaction->n_patches;
      played = history_play (&part, text, agent);
      if (played && coquill_text_n_items (text) > before)
        {
          CoquillChange *change = coquill_text_extract (text, before, coquill_text_n_items (text));

          played = append_live (self, change);
          coquill_change_free (change);
        }
    }
  return played;
}

static gboolean
encode_blocks (CoquillText *text, CoquillBuffer *blocks, guint n_blocks)
{
  guint64 n_items = coquill_text_n_items (text);
  gboolean encoded = TRUE;

  for (guint i = 0; i < n_blocks && encoded; i++)
    {
      CoquillChange *change
          = coquill_text_extract (text, n_items * i / n_blocks, n_items * (i + 1) / n_blocks);

      encoded = change != NULL && coquill_change_encode_compact (change, &blocks[i]);
      coquill_change_free (change);
    }
  return encoded;
}

CoquillBuffer *
history_encode (CoquillText *text, guint *n_blocks)
{
  for (*n_blocks = 1; *n_blocks <= 1024; *n_blocks *= 2)
    {
      CoquillBuffer *blocks = g_new0 (CoquillBuffer, *n_blocks);

      if (encode_blocks (text, blocks, *n_blocks))
        return blocks;
      history_free_blocks (blocks, *n_blocks);
    }
  g_error ("the history can't be encoded");
}

gsize
history_size (const CoquillBuffer *blocks, guint n_blocks)
{
  gsize size = 0;

  for (guint i = 0; i < n_blocks; i++)
    size += blocks[i].length;
  return size;
}

void
history_free_blocks (CoquillBuffer *blocks, guint n_blocks)
{
  for (guint i = 0; i < n_blocks; i++)
    coquill_buffer_clear (&blocks[i]);
  g_free (blocks);
}

/* What is compared with, and whether all was equal so far. */
typedef struct
{
  const char *bytes;
  gsize n_bytes;
  gsize position;
  gboolean equal;
} Comparison;

static bool
compare_chunk_cb (const char *utf8, size_t bytes, uint64_t length, void *data)
{
  Comparison *self = data;

  for (gsize done = 0; done < bytes && self->equal;)
    {
      gsize n = MIN (bytes - done, self->n_bytes - self->position);

      self->equal = memcmp (utf8 + done, self->bytes + self->position, n) == 0;
      done += n;
      self->position = self->position + n == self->n_bytes ? 0 : self->position + n;
    }
  return self->equal;
}

gboolean
history_text_is (CoquillText *text, const char *bytes, gsize n_bytes, guint times)
{
  Comparison comparison = { bytes, n_bytes, 0, TRUE };

  if (coquill_text_bytes (text) != n_bytes * times)
    return FALSE;
  coquill_text_foreach_chunk (text, 0, coquill_text_length (text), compare_chunk_cb, &comparison);
  return comparison.equal;
}

History *
history_new (const PackedTrace *trace, char **message)
{
  History *self = g_new0 (History, 1);
  CoquillText *text = coquill_text_new ();
  CoquillTextError error = { 0 };

  self->ends = g_new (gsize, trace->n_transactions);
  if (trace->concurrent ? !merge_transactions (self, trace, text, &error)
                        : !play_transactions (self, trace, text))
    *message = g_strdup_printf ("transaction %u was refused: %s", self->n_lives, error.message);
  else if (!history_text_is (text, trace->end, trace->end_bytes, 1))
    *message = g_strconcat (
        "the text differs from endContent",
        trace->concurrent ? ", which may order otherwise what was inserted at one place at once" : "", NULL);
  else if (!coquill_text_save_snapshot (text, &self->snapshot))
    *message = g_strdup ("no snapshot could be saved");
  else
    self->blocks = history_encode (text, &self->n_blocks);
  coquill_text_free (text);
  if (*message == NULL)
    return self;
  history_free (self);
  return NULL;
}

void
history_free (History *self)
{
  coquill_buffer_clear (&self->lives);
  coquill_buffer_clear (&self->snapshot);
  g_free (self->ends);
  history_free_blocks (self->blocks, self->n_blocks);
  g_free (self);
}
