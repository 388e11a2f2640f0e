/* document-difference.c: what this replica has, and what another one lacks */
/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "document/document-private.h"

#include <string.h>

/* The newest agent of each device. Returns: (element-type CoquillDigest guint32 + 1) */
static GHashTable *
newest_agents (CoquillText *text)
{
  GHashTable *newest
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);

  for (guint32 i = 0; i < coquill_text_n_agents (text); i++)
    {
      const CoquillAgent *agent = coquill_text_agent (text, i);
      g_autoptr (GBytes) device = g_bytes_new (agent->device, 32);
      guint known = GPOINTER_TO_UINT (g_hash_table_lookup (newest, device));

      if (coquill_text_agent_length (text, i) > 0
          && (known == 0 || coquill_agent_compare (coquill_text_agent (text, known - 1), agent) < 0))
        g_hash_table_insert (newest, g_bytes_ref (device), GUINT_TO_POINTER (i + 1));
    }

  return newest;
}

static guint32
previous_agent (CoquillText *text, guint32 agent, guint64 *length)
{
  const CoquillAgentPrevious *previous = coquill_text_agent_previous (text, agent);
  CoquillAgent id = *coquill_text_agent (text, agent);

  if (!previous->present)
    return COQUILL_NO_AGENT;
  id.ordinal = previous->ordinal;
  id.nonce = previous->nonce;
  *length = previous->length;

  return coquill_text_find_agent (text, &id);
}

static void
add_entry (CoquillDocument *self, GArray *entries, guint32 agent)
{
  const CoquillAgent *id = coquill_text_agent (self->text, agent);
  CoquillVectorEntry entry = { .ordinal = id->ordinal,
                               .nonce = id->nonce,
                               .length = coquill_text_agent_length (self->text, agent) };

  memcpy (entry.device, id->device, 32);
  if (entries->len < COQUILL_WIRE_VECTOR_MAX
      && coquill_chain_set_digest (self->chains, agent, entry.length, entry.digest))
    g_array_append_val (entries, entry);
}

void
coquill_document_get_vector (CoquillDocument *self, CoquillHello *hello)
{
  g_autoptr (GHashTable) newest = NULL;
  g_autoptr (GArray) heads = coquill_membership_get_heads (self->log);
  g_autoptr (GArray) vector = g_array_new (FALSE, FALSE, sizeof (CoquillVectorEntry));
  g_autoptr (GArray) forks = g_array_new (FALSE, FALSE, sizeof (CoquillVectorEntry));
  guint32 n_agents;
  g_autofree guint64 *implied = NULL;
  GHashTableIter iter;
  gpointer value;

  coquill_document_seal_edits (self);
  newest = newest_agents (self->text);
  n_agents = coquill_text_n_agents (self->text);
  implied = g_new0 (guint64, MAX (n_agents, 1));
  g_hash_table_iter_init (&iter, newest);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      guint32 agent = GPOINTER_TO_UINT (value) - 1;
      guint64 length = coquill_text_agent_length (self->text, agent);

      add_entry (self, vector, agent);
      /* Ordinals fall along the chain, so it ends. */
      while (agent != COQUILL_NO_AGENT)
        {
          implied[agent] = length;
          agent = previous_agent (self->text, agent, &length);
        }
    }
  /* What no entry implies: a lost tail that came back, a copied profile. */
  for (guint32 i = 0; i < n_agents; i++)
    if (coquill_text_agent_length (self->text, i) > implied[i])
      add_entry (self, forks, i);

  coquill_hello_set_heads (hello, (const CoquillDigest *)(gpointer)heads->data,
                           MIN (heads->len, COQUILL_HELLO_MAX_HEADS));
  coquill_wire_vector_set (&hello->vector, (const CoquillVectorEntry *)(gpointer)vector->data, vector->len);
  coquill_wire_vector_set (&hello->forks, (const CoquillVectorEntry *)(gpointer)forks->data, forks->len);
}

/* By device, then by ordinal. */
static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const CoquillVectorEntry *left = *(const CoquillVectorEntry *const *)a;
  const CoquillVectorEntry *right = *(const CoquillVectorEntry *const *)b;
  int order = memcmp (left->device, right->device, sizeof left->device);

  return order != 0 ? order : (left->ordinal > right->ordinal) - (left->ordinal < right->ordinal);
}

/* Adds the agents before @agent. Whoever was @passed had those before it added then. */
static void
cover_chain (CoquillDocument *self, guint32 agent, gboolean *passed, CoquillCoverage *coverage)
{
  while (!passed[agent])
    {
      guint64 length;
      guint32 previous = previous_agent (self->text, agent, &length);

      passed[agent] = TRUE;
      if (previous == COQUILL_NO_AGENT)
        return;
      coquill_coverage_add_agent (coverage, coquill_text_agent (self->text, previous), length);
      agent = previous;
    }
}

/* Whoever has a later agent of a device has the ones before it, but perhaps not a lost tail of theirs: the
 * next vector will tell. @unknown: (element-type CoquillVectorEntry): entries whose agents are not known here
 */
static void
cover_before (CoquillDocument *self, GPtrArray *unknown, CoquillCoverage *coverage)
{
  guint n_devices = 0;

  g_ptr_array_sort (unknown, compare_entries);
  /* The last of each device is its newest. */
  for (guint i = 0; i < unknown->len; i++)
    {
      const CoquillVectorEntry *entry = g_ptr_array_index (unknown, i);
      const CoquillVectorEntry *next = i + 1 < unknown->len ? g_ptr_array_index (unknown, i + 1) : NULL;

      if (next == NULL || memcmp (entry->device, next->device, sizeof entry->device) != 0)
        unknown->pdata[n_devices++] = unknown->pdata[i];
    }
  g_ptr_array_set_size (unknown, (int)n_devices);
  for (guint32 i = 0; unknown->len > 0 && i < coquill_text_n_agents (self->text); i++)
    {
      const CoquillAgent *agent = coquill_text_agent (self->text, i);
      guint from = 0;
      guint to = unknown->len;

      while (from < to)
        {
          guint middle = from + (to - from) / 2;
          const CoquillVectorEntry *entry = g_ptr_array_index (unknown, middle);
          int order = memcmp (entry->device, agent->device, sizeof entry->device);

          if (order == 0 && agent->ordinal < entry->ordinal)
            coquill_coverage_add_agent (coverage, agent, coquill_text_agent_length (self->text, i));
          if (order == 0)
            break;
          if (order < 0)
            from = middle + 1;
          else
            to = middle;
        }
    }
}

gboolean
coquill_document_cover (CoquillDocument *self, const CoquillWireVector *vector, CoquillCoverage *coverage)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  g_autofree gboolean *passed = g_new0 (gboolean, MAX (coquill_text_n_agents (self->text), 1));
  gboolean lacking = FALSE;

  for (gsize i = 0; i < vector->n_entries; i++)
    {
      CoquillVectorEntry *entry = &vector->entries[i];
      CoquillAgent id = { .ordinal = entry->ordinal, .nonce = entry->nonce };
      guint32 agent;

      memcpy (id.device, entry->device, 32);
      agent = coquill_text_find_agent (self->text, &id);
      coquill_coverage_add_agent (coverage, &id, entry->length);
      lacking
          |= entry->length > 0
             && (agent == COQUILL_NO_AGENT || coquill_text_agent_length (self->text, agent) < entry->length);
      if (agent != COQUILL_NO_AGENT)
        cover_chain (self, agent, passed, coverage);
      else
        g_ptr_array_add (unknown, entry);
    }
  cover_before (self, unknown, coverage);

  return lacking;
}

gboolean
coquill_document_cover_log (CoquillDocument *self,
                            const CoquillDigest *heads,
                            gsize n_heads,
                            CoquillCoverage *coverage)
{
  guint n_entries = coquill_membership_get_n_entries (self->log);
  g_autofree gboolean *covered = g_new0 (gboolean, MAX (n_entries, 1));
  gboolean lacking = FALSE;

  for (gsize i = 0; i < n_heads; i++)
    {
      const CoquillMembershipNode *node = coquill_membership_find (self->log, heads[i].bytes);

      if (node != NULL)
        covered[node->index] = TRUE;
      else
        lacking = TRUE;
    }
  for (guint i = n_entries; i > 0; i--)
    {
      const CoquillMembershipNode *node = coquill_membership_get_entry (self->log, i - 1);

      if (!covered[i - 1])
        continue;
      coquill_coverage_add_entry (coverage, node->id);
      for (gsize j = 0; j < node->n_parents; j++)
        covered[node->parents[j]] = TRUE;
    }

  return lacking;
}

typedef struct
{
  GPtrArray *bodies;
  gsize budget;
  gboolean full;
} Gift;

static void
give (Gift *gift, CoquillPayloadKind kind, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);

  g_ptr_array_add (gift->bodies, coquill_body_new (kind, bytes));
  gift->full = size >= gift->budget;
  gift->budget -= MIN (size, gift->budget);
}

static void
give_batch (Gift *gift, GPtrArray *batch)
{
  g_autoptr (GBytes) bytes = NULL;

  if (batch->len == 0)
    return;
  bytes = coquill_log_batch_encode (batch);
  give (gift, COQUILL_PAYLOAD_LOG, bytes);
  g_ptr_array_set_size (batch, 0);
}

/* Entries in batches; an epoch alone, because it is sealed under the one before. */
static void
give_log (CoquillDocument *self, CoquillCoverage *coverage, const guint8 *device, Gift *gift)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  gsize size = 0;

  for (guint i = 0; i < coquill_membership_get_n_entries (self->log) && !gift->full; i++)
    {
      const CoquillMembershipNode *node = coquill_membership_get_entry (self->log, i);
      gboolean alone = node->entry->action == COQUILL_LOG_EPOCH;
      gsize entry_size = g_bytes_get_size (node->carried->entry) + 128;

      if (coquill_coverage_has_entry (coverage, node->id)
          || (device != NULL && memcmp (node->entry->signer, device, 32) != 0))
        continue;
      if (alone || batch->len == COQUILL_LOG_BATCH_MAX || size + entry_size > COQUILL_BODY_MAX)
        {
          give_batch (gift, batch);
          size = 0;
        }
      g_ptr_array_add (batch, node->carried);
      size += entry_size;
      if (alone)
        {
          give_batch (gift, batch);
          size = 0;
        }
    }
  if (!gift->full)
    give_batch (gift, batch);
}

static GBytes *
encode_piece (CoquillDocument *self, const CoquillChange *change, guint piece)
{
  g_autofree CoquillSeal *seals = g_new (CoquillSeal, MAX (change->n_agents, 1));
  g_autofree gboolean *writes = g_new0 (gboolean, MAX (change->n_agents, 1));
  CoquillChangeReader reader;
  CoquillOperation operation;
  gsize n_seals = 0;

  coquill_change_reader_init (&reader, change);
  while (coquill_change_reader_next (&reader, &operation))
    writes[operation.agent] = TRUE;
  for (gsize i = 0; i < change->n_agents; i++)
    {
      const CoquillSeal *seal;

      if (!writes[i])
        continue;
      seal = coquill_seal_list_find (self->seals, piece,
                                     coquill_text_find_agent (self->text, &change->agents[i].id));
      if (seal != NULL)
        seals[n_seals++] = *seal;
    }

  return coquill_document_encode_change (change, seals, n_seals);
}

static void
give_items (CoquillDocument *self, CoquillCoverage *coverage, const guint8 *device, Gift *gift)
{
  guint32 n_agents = coquill_text_n_agents (self->text);
  g_autofree guint64 *known = g_new0 (guint64, MAX (n_agents, 1));

  for (guint32 i = 0; i < n_agents; i++)
    {
      const CoquillAgent *agent = coquill_text_agent (self->text, i);

      if (device != NULL && memcmp (agent->device, device, 32) != 0)
        known[i] = coquill_text_agent_length (self->text, i);
      else
        known[i]
            = MIN (coquill_coverage_get_length (coverage, agent), coquill_text_agent_length (self->text, i));
    }

  for (guint piece = 0; piece < coquill_seal_list_get_n_pieces (self->seals) && !gift->full; piece++)
    {
      g_autoptr (CoquillChange) change = coquill_text_extract_missing (
          self->text, known, n_agents, coquill_seal_list_get_end (self->seals, piece));
      g_autoptr (GBytes) bytes = NULL;
      CoquillChangeReader reader;
      CoquillOperation operation;

      if (change == NULL || change->n_operations == 0)
        continue;
      coquill_change_reader_init (&reader, change);
      while (coquill_change_reader_next (&reader, &operation))
        {
          guint32 agent = coquill_text_find_agent (self->text, &change->agents[operation.agent].id);

          known[agent] = MAX (known[agent], operation.sequence + operation.length);
        }
      bytes = encode_piece (self, change, piece);
      if (bytes != NULL)
        give (gift, COQUILL_PAYLOAD_CHANGE, bytes);
    }
}

GPtrArray *
coquill_document_missing (
    CoquillDocument *self, CoquillCoverage *coverage, const guint8 *device, gsize budget, gboolean *complete)
{
  Gift gift = { .bodies = coquill_body_array_new (), .budget = budget };

  coquill_document_seal_edits (self);
  if (self->complete)
    {
      give_log (self, coverage, device, &gift);
      give_items (self, coverage, device, &gift);
    }
  if (complete != NULL)
    *complete = self->complete && !gift.full;

  return gift.bodies;
}
