/* change-hasher.c: hashes a change's new items on trial, to check what was signed before anything is merged
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/change-hasher.h"

#include <string.h>

typedef struct
{
  guint64 length;
  gboolean keep; /* a parent of another item: to be a mark for good */
  gboolean found;
  guint8 digest[32];
} Want;

typedef struct
{
  guint32 local;           /* index in the text, or none yet */
  CoquillItemChain *draft; /* (nullable): once it is needed */
  guint64 known;           /* items in the set */
  guint64 known_weight;
  GArray *wants; /* (element-type Want): ascending once run() has begun */
  guint next;    /* first want behind the draft's end */
} Agent;

/* A mark that a chain of the set is to get, because an item of this change names it. */
typedef struct
{
  guint32 local;
  CoquillItemMark mark;
} Reference;

/* New items of one change: so many times what the document and the change hold. Runs of deletions are few
 * bytes and could otherwise ask for hours of work; undoing and redoing everything stays far below. */
#define WORK_FACTOR 4
#define WORK_MIN (1 << 16)

struct CoquillChangeHasher
{
  CoquillChainSet *set;
  CoquillText *text;
  const CoquillChange *change;
  Agent *agents;
  GHashTable *by_id; /* CoquillAgent → index + 1 */
  GArray *references;
};

static guint
agent_hash (gconstpointer key)
{
  const CoquillAgent *agent = key;

  return (guint)agent->nonce ^ agent->ordinal;
}

static gboolean
agent_equal (gconstpointer a, gconstpointer b)
{
  return coquill_agent_compare (a, b) == 0;
}

CoquillChangeHasher *
coquill_change_hasher_new (CoquillChainSet *set, const CoquillChange *change)
{
  CoquillChangeHasher *self = g_new0 (CoquillChangeHasher, 1);

  self->set = set;
  self->text = coquill_chain_set_get_text (set);
  self->change = change;
  self->agents = g_new0 (Agent, MAX (change->n_agents, 1));
  self->references = g_array_new (FALSE, FALSE, sizeof (Reference));
  self->by_id = g_hash_table_new (agent_hash, agent_equal);
  for (gsize i = 0; i < change->n_agents; i++)
    {
      Agent *agent = &self->agents[i];

      agent->wants = g_array_new (FALSE, FALSE, sizeof (Want));
      g_hash_table_insert (self->by_id, (gpointer)&change->agents[i].id, GSIZE_TO_POINTER (i + 1));
      agent->local = coquill_text_find_agent (self->text, &change->agents[i].id);
      if (agent->local != COQUILL_NO_AGENT)
        {
          const CoquillItemChain *chain = coquill_chain_set_get (set, agent->local);

          agent->known = chain->length;
          agent->known_weight = chain->weight;
        }
    }

  return self;
}

void
coquill_change_hasher_free (CoquillChangeHasher *self)
{
  for (gsize i = 0; i < self->change->n_agents; i++)
    {
      g_clear_pointer (&self->agents[i].draft, coquill_item_chain_free);
      g_array_unref (self->agents[i].wants);
    }
  g_free (self->agents);
  g_array_unref (self->references);
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static void
want (CoquillChangeHasher *self, guint32 agent, guint64 length, gboolean keep)
{
  Want entry = { .length = length, .keep = keep };

  if (length > self->agents[agent].known)
    g_array_append_val (self->agents[agent].wants, entry);
}

void
coquill_change_hasher_want (CoquillChangeHasher *self, guint32 agent, guint64 length)
{
  want (self, agent, length, FALSE);
}

static gboolean
follows (const CoquillOperation *operation)
{
  return operation->n_parents == 1 && operation->parents[0].agent == operation->agent
         && operation->parents[0].sequence + 1 == operation->sequence;
}

static int
compare_wants (gconstpointer a, gconstpointer b)
{
  const Want *left = a;
  const Want *right = b;

  return left->length < right->length ? -1 : left->length > right->length;
}

/* Wants of one place become one. */
static void
settle_wants (Agent *agent)
{
  guint kept = 0;

  g_array_sort (agent->wants, compare_wants);
  for (guint i = 0; i < agent->wants->len; i++)
    {
      Want *entry = &g_array_index (agent->wants, Want, i);
      Want *last = kept > 0 ? &g_array_index (agent->wants, Want, kept - 1) : NULL;

      if (last != NULL && last->length == entry->length)
        last->keep |= entry->keep;
      else
        g_array_index (agent->wants, Want, kept++) = *entry;
    }
  g_array_set_size (agent->wants, kept);
}

/* The full name of the agent that @agent says its device had before. */
static CoquillAgent
previous_id (const CoquillChangeAgent *agent)
{
  CoquillAgent id = agent->id;

  id.ordinal = agent->previous.ordinal;
  id.nonce = agent->previous.nonce;

  return id;
}

static void
collect_wants (CoquillChangeHasher *self)
{
  const CoquillChange *change = self->change;
  CoquillChangeReader reader;
  CoquillOperation operation;

  for (gsize i = 0; i < change->n_agents; i++)
    {
      const CoquillChangeAgent *agent = &change->agents[i];

      if (agent->starts && agent->previous.present)
        {
          CoquillAgent id = previous_id (agent);
          gsize index = GPOINTER_TO_SIZE (g_hash_table_lookup (self->by_id, &id));

          if (index > 0)
            want (self, (guint32)(index - 1), agent->previous.length, FALSE);
        }
    }

  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    {
      if (operation.kind == COQUILL_OPERATION_RECORD)
        want (self, operation.agent, operation.sequence + 1, FALSE);
      if (follows (&operation))
        continue;
      for (guint32 j = 0; j < operation.n_parents; j++)
        want (self, operation.parents[j].agent, operation.parents[j].sequence + 1, TRUE);
    }
  for (gsize i = 0; i < change->n_agents; i++)
    settle_wants (&self->agents[i]);
}

static gboolean
need_items (CoquillNeed *need, const CoquillAgent *agent, guint64 length)
{
  *need = (CoquillNeed){ .kind = COQUILL_NEED_ITEMS, .agent = *agent, .length = length };

  return FALSE;
}

static gboolean
impossible (GError **error, const char *what)
{
  g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_IMPOSSIBLE, what);

  return FALSE;
}

/* An agent's first item names what the device did before: it must be known, and so. */
static gboolean
check_previous (CoquillChangeHasher *self, const CoquillChangeAgent *agent, CoquillNeed *need, GError **error)
{
  const CoquillAgentPrevious *previous = &agent->previous;
  CoquillAgent id = previous_id (agent);
  guint8 digest[32];
  guint32 local;

  if (!previous->present)
    return TRUE;
  if (previous->length == 0 || previous->ordinal >= agent->id.ordinal)
    return impossible (error, "an agent names no agent before it");
  local = coquill_text_find_agent (self->text, &id);
  if (local == COQUILL_NO_AGENT || !coquill_chain_set_digest (self->set, local, previous->length, digest))
    {
      gsize index = GPOINTER_TO_SIZE (g_hash_table_lookup (self->by_id, &id));

      if (index == 0 || !coquill_change_hasher_digest (self, (guint32)(index - 1), previous->length, digest))
        return need_items (need, &id, previous->length);
    }
  if (memcmp (digest, previous->digest, 32) != 0)
    return impossible (error, "an agent names a digest that the one before hasn't");

  return TRUE;
}

static gboolean
ensure_draft (CoquillChangeHasher *self, guint32 index, CoquillNeed *need, GError **error)
{
  const CoquillChangeAgent *agent = &self->change->agents[index];
  Agent *state = &self->agents[index];

  if (state->draft != NULL)
    return TRUE;
  if (state->local != COQUILL_NO_AGENT && state->known > 0)
    {
      if (agent->starts
          && !coquill_agent_previous_equal (&agent->previous,
                                            coquill_text_agent_previous (self->text, state->local)))
        return impossible (error, "an agent starts twice");
      state->draft = coquill_item_chain_draft (coquill_chain_set_get (self->set, state->local));
      return TRUE;
    }
  if (!agent->starts)
    return need_items (need, &agent->id, 1);
  if (!check_previous (self, agent, need, error))
    return FALSE;
  state->draft = coquill_item_chain_new (coquill_chain_set_get_document (self->set), &agent->id,
                                         agent->previous.present ? &agent->previous : NULL);

  return TRUE;
}

static gboolean
parent_digest (CoquillChangeHasher *self, const CoquillChangeId *parent, guint8 *digest, CoquillNeed *need)
{
  Agent *agent = &self->agents[parent->agent];
  guint64 length = parent->sequence + 1;
  Reference reference;

  if (agent->local == COQUILL_NO_AGENT || !coquill_chain_set_digest (self->set, agent->local, length, digest))
    return coquill_change_hasher_digest (self, parent->agent, length, digest)
           || need_items (need, &self->change->agents[parent->agent].id, length);
  reference = (Reference){ .local = agent->local, .mark.length = length };
  memcpy (reference.mark.digest, digest, 32);
  g_array_append_val (self->references, reference);

  return TRUE;
}

/* Hashes items of a run up to each wanted place. */
static void
hash_items (CoquillChangeHasher *self,
            const CoquillOperation *operation,
            CoquillDigest *parents,
            gboolean follows_on)
{
  Agent *agent = &self->agents[operation->agent];
  const CoquillAgent *target = operation->kind == COQUILL_OPERATION_RESTORE
                                   ? &self->change->agents[operation->target.agent].id
                                   : NULL;
  guint64 end = operation->sequence + operation->length;

  while (agent->draft->length < end)
    {
      guint64 from = agent->draft->length;
      guint64 to = end;
      Want *entry = NULL;

      if (agent->next < agent->wants->len)
        {
          entry = &g_array_index (agent->wants, Want, agent->next);
          if (entry->length > end)
            entry = NULL;
          else
            to = entry->length;
        }
      coquill_item_chain_add (agent->draft, operation, from - operation->sequence, to - from,
                              operation->content, target, parents, operation->n_parents, follows_on);
      if (entry != NULL)
        {
          coquill_item_chain_digest (agent->draft, entry->digest);
          entry->found = TRUE;
          if (entry->keep)
            coquill_item_chain_mark (agent->draft);
          agent->next++;
        }
    }
}

/* Hashes what is new in a run. */
static gboolean
hash_run (CoquillChangeHasher *self, const CoquillOperation *operation, CoquillNeed *need, GError **error)
{
  Agent *agent = &self->agents[operation->agent];
  g_autofree CoquillDigest *parents = NULL;
  gboolean follows_on = follows (operation);

  if (operation->sequence + operation->length <= agent->known)
    return TRUE;
  if (!ensure_draft (self, operation->agent, need, error))
    return FALSE;
  if (operation->sequence > agent->draft->length)
    return need_items (need, &self->change->agents[operation->agent].id, operation->sequence);
  if (operation->sequence + operation->length <= agent->draft->length)
    return impossible (error, "an item comes twice");

  if (operation->sequence == agent->draft->length && !follows_on)
    {
      parents = g_new (CoquillDigest, MAX (operation->n_parents, 1));
      for (guint32 j = 0; j < operation->n_parents; j++)
        if (!parent_digest (self, &operation->parents[j], parents[j].bytes, need))
          return FALSE;
    }
  hash_items (self, operation, parents, follows_on);

  return TRUE;
}

gboolean
coquill_change_hasher_run (CoquillChangeHasher *self, CoquillNeed *need, GError **error)
{
  const CoquillChange *change = self->change;
  guint64 work = WORK_FACTOR * (coquill_text_n_items (self->text) + change->content_length) + WORK_MIN;
  CoquillChangeReader reader;
  CoquillOperation operation;
  gboolean done = TRUE;

  if (coquill_change_n_items (change) > work)
    {
      g_set_error_literal (error, COQUILL_DOCUMENT_ERROR, COQUILL_DOCUMENT_ERROR_TOO_LARGE,
                           "a change has too many items");
      return FALSE;
    }
  collect_wants (self);
  coquill_change_reader_init (&reader, change);
  while (done && coquill_change_reader_next (&reader, &operation))
    done = hash_run (self, &operation, need, error);
  coquill_change_reader_clear (&reader);

  return done;
}

gboolean
coquill_change_hasher_digest (CoquillChangeHasher *self, guint32 agent, guint64 length, guint8 *digest)
{
  GArray *wants = self->agents[agent].wants;
  guint low = 0;
  guint high = wants->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Want *entry = &g_array_index (wants, Want, middle);

      if (entry->length == length)
        {
          if (entry->found)
            memcpy (digest, entry->digest, 32);
          return entry->found;
        }
      if (entry->length < length)
        low = middle + 1;
      else
        high = middle;
    }

  return FALSE;
}

guint64
coquill_change_hasher_get_length (CoquillChangeHasher *self, guint32 agent)
{
  const Agent *state = &self->agents[agent];

  return state->draft != NULL ? state->draft->length : state->known;
}

guint64
coquill_change_hasher_get_known (CoquillChangeHasher *self, guint32 agent)
{
  return self->agents[agent].known;
}

guint64
coquill_change_hasher_get_new_items (CoquillChangeHasher *self)
{
  guint64 sum = 0;

  for (gsize i = 0; i < self->change->n_agents; i++)
    if (self->agents[i].draft != NULL)
      sum += self->agents[i].draft->length - self->agents[i].known;

  return sum;
}

guint64
coquill_change_hasher_get_weight (CoquillChangeHasher *self)
{
  guint64 sum = 0;

  for (gsize i = 0; i < self->change->n_agents; i++)
    if (self->agents[i].draft != NULL)
      sum += self->agents[i].draft->weight - self->agents[i].known_weight;

  return sum;
}

/* The sealed places: whoever has seen this change names one of them next. */
static void
note_wants (const Agent *agent, CoquillItemChain *chain)
{
  for (guint i = 0; i < agent->wants->len; i++)
    {
      const Want *entry = &g_array_index (agent->wants, Want, i);
      CoquillItemMark mark = { .length = entry->length };

      if (!entry->found || entry->keep)
        continue;
      memcpy (mark.digest, entry->digest, 32);
      coquill_item_chain_note (chain, &mark);
    }
}

void
coquill_change_hasher_commit (CoquillChangeHasher *self)
{
  for (gsize i = 0; i < self->change->n_agents; i++)
    {
      Agent *agent = &self->agents[i];
      CoquillItemChain *chain;
      guint32 local;

      if (agent->draft == NULL)
        continue;
      local = coquill_text_find_agent (self->text, &self->change->agents[i].id);
      g_assert (local != COQUILL_NO_AGENT);
      chain = coquill_chain_set_get (self->set, local);
      coquill_item_chain_commit (chain, agent->draft);
      note_wants (agent, chain);
    }
  for (guint i = 0; i < self->references->len; i++)
    {
      const Reference *reference = &g_array_index (self->references, Reference, i);

      coquill_item_chain_add_mark (coquill_chain_set_get (self->set, reference->local), &reference->mark);
    }
}
